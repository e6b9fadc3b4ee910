//! The kernel: how alike each pair of cylinders is.
//!
//! The likeness of two cylinders is `32 * common - 9 * (ones of the one + ones of the other)`, with `common` the bits
//! set in both: the log-likelihood ratio of two sparse codes of the same minutia against two of strangers, up to scale.
//! It separates them as well as the normalised distance of the cylinder paper, needs no root, no division and no
//! validity mask, and its second half is known beforehand: one `and` and one population count per word are all.
//!
//! Nearly all time of a search goes here, so it exists three times: plain Rust, AVX2 (population count by table
//! look-up, W. Mula's method) and AVX-512 with VPOPCNTDQ. Cylinders lie in groups of eight, word by word, so that one
//! 512-bit load takes the same word of eight cylinders and no lane ever has to be summed with another. All numbers are
//! whole, so the three agree to the last bit. [`at`] runs the floating-point steps of a comparison with the registers
//! of a level; plain Rust is never contracted or reordered, so those agree as well.
//!
//! This is the only module of the engine with `unsafe`: vector instructions need it.

#![allow(unsafe_code, reason = "vector instructions; each block says why it is sound")]

use std::f32::consts::TAU;
use std::sync::OnceLock;

/// Cylinders in a group.
pub const LANES: usize = 8;

/// Words of 64 bits in a cylinder.
pub const WORDS: usize = 4;

/// Likeness of a common bit, as a power of two.
const COMMON_SHIFT: u32 = 5;
/// Likeness lost by every bit that is set.
const PER_ONE: u32 = 9;
/// Added to likenesses in keys, so that they are positive.
const OFFSET: u32 = 2 * PER_ONE * (64 * WORDS as u32) + 1;
/// Bits of a key below the likeness: the direction of the gallery cylinder in 1/256 turn.
const ANGLE_BITS: u32 = 8;

/// Instruction sets the kernel is written for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum SimdLevel {
    /// Plain Rust.
    Portable,
    /// 256-bit vectors.
    Avx2,
    /// 512-bit vectors with population count.
    Avx512,
}

/// The instruction set cannot be forced.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SimdError {
    /// This processor does not have it.
    #[error("this processor has no {0:?}")]
    Unavailable(SimdLevel),
    /// A comparison already ran with another one, or another one was forced before.
    #[error("the instruction set is already {0:?}")]
    Decided(SimdLevel),
}

static LEVEL: OnceLock<SimdLevel> = OnceLock::new();

impl SimdLevel {
    /// Every level of this processor, slowest first.
    pub fn available() -> Vec<Self> {
        [Self::Portable, Self::Avx2, Self::Avx512].into_iter().filter(|l| l.exists()).collect()
    }

    /// The level in use: the forced one, else the best there is.
    pub fn current() -> Self {
        *LEVEL.get_or_init(|| Self::available().pop().unwrap_or(Self::Portable))
    }

    /// Uses this level from now on; possible once, before the first comparison of the process.
    pub fn force(self) -> Result<(), SimdError> {
        if !self.exists() {
            return Err(SimdError::Unavailable(self));
        }
        let decided = *LEVEL.get_or_init(|| self);
        if decided == self { Ok(()) } else { Err(SimdError::Decided(decided)) }
    }

    /// The word for it: `portable`, `avx2` or `avx512`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Portable => "portable",
            Self::Avx2 => "avx2",
            Self::Avx512 => "avx512",
        }
    }

    #[cfg(target_arch = "x86_64")]
    fn exists(self) -> bool {
        match self {
            Self::Portable => true,
            Self::Avx2 => is_x86_feature_detected!("avx2") && is_x86_feature_detected!("popcnt"),
            Self::Avx512 => {
                Self::Avx2.exists()
                    && is_x86_feature_detected!("avx512f")
                    && is_x86_feature_detected!("avx512vl")
                    && is_x86_feature_detected!("avx512vpopcntdq")
            }
        }
    }

    #[cfg(not(target_arch = "x86_64"))]
    fn exists(self) -> bool {
        self == Self::Portable
    }
}

/// Eight cylinders: word `d` of cylinder `lane` is `words[d][lane]`; a lane without a cylinder is zero throughout.
#[derive(Clone, Default)]
#[repr(C, align(64))]
pub struct Group {
    words: [[u64; LANES]; WORDS],
    /// What a key holds before common bits are added: `OFFSET - PER_ONE * ones`, and the direction below it.
    tags: [u64; LANES],
}

impl Group {
    /// Puts a cylinder into a lane below [`LANES`].
    pub fn set(&mut self, lane: usize, words: &[u64; WORDS], angle: f32) {
        for (row, &word) in self.words.iter_mut().zip(words) {
            if let Some(slot) = row.get_mut(lane) {
                *slot = word;
            }
        }
        if let Some(slot) = self.tags.get_mut(lane) {
            *slot = u64::from((OFFSET - PER_ONE * ones(words)) << ANGLE_BITS | u32::from(angle_byte(angle)));
        }
    }
}

fn ones(words: &[u64; WORDS]) -> u32 {
    words.iter().map(|w| w.count_ones()).sum()
}

/// A direction in 1/256 turn.
fn angle_byte(angle: f32) -> u8 {
    ((angle * (256.0 / TAU)).round() as i32 & 0xff) as u8
}

/// The bits two cylinders have in common, from their likeness and the bits set in each.
#[inline(always)]
pub fn common(likeness: i32, ours: u16, theirs: u16) -> f32 {
    let set = PER_ONE as i32 * (i32::from(ours) + i32::from(theirs));
    ((likeness + set) >> COMMON_SHIFT) as f32
}

/// The likeness of a pair and the direction of its gallery cylinder in one number that sorts by likeness; 0 where the
/// gallery has no cylinder.
pub type Key = u32;

/// A cylinder that looks for its likes.
#[derive(Clone, Copy)]
pub struct Probe {
    words: [u64; WORDS],
    /// What the likeness is less than a key says.
    less: u32,
    angle: u8,
}

impl Probe {
    /// The cylinders of groups in order, empty lanes at the end left out.
    #[inline(always)]
    pub fn all(groups: &[Group], count: usize) -> Vec<Self> {
        let mut probes = Vec::with_capacity(count);
        for group in groups {
            for lane in 0..LANES.min(count - probes.len()) {
                let words = [group.words[0][lane], group.words[1][lane], group.words[2][lane], group.words[3][lane]];
                let tag = group.tags[lane] as u32;
                // The tag holds the offset less what the ones cost: twice the offset less that is both together.
                probes.push(Self { words, less: 2 * OFFSET - (tag >> ANGLE_BITS), angle: tag as u8 });
            }
        }
        probes
    }

    /// The likeness of this and the cylinder behind a key of its row.
    #[inline(always)]
    pub fn likeness(&self, key: Key) -> i32 {
        (key >> ANGLE_BITS) as i32 - self.less as i32
    }

    /// By how much the cylinder behind a key is turned against this one, in 1/256 turn.
    #[inline(always)]
    pub fn turned(&self, key: Key) -> u8 {
        (key as u8).wrapping_sub(self.angle)
    }
}

/// Probe cylinders laid out for looking through a whole gallery.
pub struct Probes {
    probes: Vec<Probe>,
    /// Lower and upper half of every byte of every word, the latter moved down; four times each.
    halves: Vec<[[[u64; 4]; 2]; WORDS]>,
}

impl Probes {
    /// Lays out the cylinders of groups.
    pub fn of(groups: &[Group], count: usize) -> Self {
        const LOW: u64 = 0x0f0f_0f0f_0f0f_0f0f;
        let probes = Probe::all(groups, count);
        let halves = probes.iter().map(|p| p.words.map(|w| [[w & LOW; 4], [w >> 4 & LOW; 4]])).collect();
        Self { probes, halves }
    }

    /// The cylinders.
    pub fn as_slice(&self) -> &[Probe] {
        &self.probes
    }
}

/// The keys of every probe cylinder with every gallery cylinder, `gallery.len() * LANES` for each probe cylinder.
pub fn keys(level: SimdLevel, probes: &[Probe], gallery: &[Group]) -> Vec<Key> {
    let width = gallery.len() * LANES;
    let mut out = vec![0; probes.len() * width];
    if width == 0 {
        return out;
    }
    match level {
        #[cfg(target_arch = "x86_64")]
        // SAFETY: the processor has the features: `exists` is asked here at the price of reading a cached flag.
        SimdLevel::Avx512 if level.exists() => unsafe { x86::keys_avx512(probes, gallery, &mut out) },
        #[cfg(target_arch = "x86_64")]
        // SAFETY: as above.
        SimdLevel::Avx2 if level.exists() => unsafe { x86::keys_avx2(probes, gallery, &mut out) },
        SimdLevel::Portable | SimdLevel::Avx2 | SimdLevel::Avx512 => {
            for (probe, row) in probes.iter().zip(out.chunks_exact_mut(width)) {
                for (group, out) in gallery.iter().zip(row.chunks_exact_mut(LANES)) {
                    out.copy_from_slice(&group_keys(probe, group));
                }
            }
        }
    }
    out
}

/// The highest key of every probe cylinder among the gallery cylinders.
pub fn best_keys(level: SimdLevel, probes: &Probes, gallery: &[Group], out: &mut Vec<Key>) {
    out.clear();
    out.resize(probes.probes.len(), 0);
    match level {
        #[cfg(target_arch = "x86_64")]
        // SAFETY: the processor has the features: `exists` is asked here at the price of reading a cached flag.
        SimdLevel::Avx512 if level.exists() => unsafe { x86::best_avx512(&probes.probes, gallery, out) },
        #[cfg(target_arch = "x86_64")]
        // SAFETY: as above.
        SimdLevel::Avx2 if level.exists() => unsafe { x86::best_avx2(&probes.halves, gallery, out) },
        SimdLevel::Portable | SimdLevel::Avx2 | SimdLevel::Avx512 => {
            for (probe, best) in probes.probes.iter().zip(out) {
                let rows = gallery.iter().map(|group| group_keys(probe, group));
                *best = rows.flatten().max().unwrap_or(0);
            }
        }
    }
}

fn group_keys(probe: &Probe, group: &Group) -> [Key; LANES] {
    let mut bytes = [0u64; LANES];
    for (word, others) in probe.words.iter().zip(&group.words) {
        for (sum, other) in bytes.iter_mut().zip(others) {
            // Set bits of every byte, at most eight each; four words never overflow a byte.
            let v = word & other;
            let v = v - (v >> 1 & 0x5555_5555_5555_5555);
            let v = (v & 0x3333_3333_3333_3333) + (v >> 2 & 0x3333_3333_3333_3333);
            *sum += (v + (v >> 4)) & 0x0f0f_0f0f_0f0f_0f0f;
        }
    }
    std::array::from_fn(|lane| {
        // The bytes of all four words sum up to 256 at most: added as two halves of 16 bits they do not overflow.
        let b = bytes[lane];
        let b = (b & 0x00ff_00ff_00ff_00ff) + (b >> 8 & 0x00ff_00ff_00ff_00ff);
        let common = b.wrapping_mul(0x0001_0001_0001_0001) >> 48;
        ((common << (COMMON_SHIFT + ANGLE_BITS)) + group.tags[lane]) as Key
    })
}

/// Work that is compiled anew for every level; its functions must be `#[inline(always)]` to profit.
pub trait Work {
    /// What it yields.
    type Out;
    /// Does it.
    fn run(self) -> Self::Out;
}

/// Runs work with the registers of a level.
pub fn at<W: Work>(level: SimdLevel, work: W) -> W::Out {
    match level {
        #[cfg(target_arch = "x86_64")]
        // SAFETY: the processor has the features: `exists` is asked here at the price of reading a cached flag.
        SimdLevel::Avx512 if level.exists() => unsafe { x86::run_avx512(work) },
        #[cfg(target_arch = "x86_64")]
        // SAFETY: as above.
        SimdLevel::Avx2 if level.exists() => unsafe { x86::run_avx2(work) },
        SimdLevel::Portable | SimdLevel::Avx2 | SimdLevel::Avx512 => work.run(),
    }
}

#[cfg(target_arch = "x86_64")]
mod x86 {
    use std::arch::x86_64::*;

    use super::{ANGLE_BITS, COMMON_SHIFT, Group, Key, LANES, Probe, WORDS, Work};

    const SHIFT: i32 = (COMMON_SHIFT + ANGLE_BITS) as i32;
    /// Probe cylinders that share a load of the gallery.
    const BLOCK: usize = 4;

    #[target_feature(enable = "avx512f,avx512vl,avx512vpopcntdq,avx2,popcnt")]
    pub fn run_avx512<W: Work>(work: W) -> W::Out {
        work.run()
    }

    #[target_feature(enable = "avx2,popcnt")]
    pub fn run_avx2<W: Work>(work: W) -> W::Out {
        work.run()
    }

    #[inline]
    #[target_feature(enable = "avx512f,avx512vl,avx512vpopcntdq")]
    fn row512(lanes: &[u64; LANES]) -> __m512i {
        // SAFETY: `[u64; 8]` is 64 bytes, readable as a whole.
        unsafe { _mm512_loadu_si512(lanes.as_ptr().cast()) }
    }

    #[inline]
    #[target_feature(enable = "avx512f,avx512vl,avx512vpopcntdq")]
    fn words512(group: &Group) -> [__m512i; WORDS] {
        let [a, b, c, d] = &group.words;
        [row512(a), row512(b), row512(c), row512(d)]
    }

    /// Every word of a probe cylinder in all lanes.
    #[inline]
    #[target_feature(enable = "avx512f,avx512vl,avx512vpopcntdq")]
    fn spread512(probe: &Probe) -> [__m512i; WORDS] {
        let [a, b, c, d] = probe.words;
        [
            _mm512_set1_epi64(a as i64),
            _mm512_set1_epi64(b as i64),
            _mm512_set1_epi64(c as i64),
            _mm512_set1_epi64(d as i64),
        ]
    }

    #[inline]
    #[target_feature(enable = "avx512f,avx512vl,avx512vpopcntdq")]
    fn keys512(probe: &[__m512i; WORDS], words: &[__m512i; WORDS], tags: __m512i) -> __m512i {
        let count = |d: usize| _mm512_popcnt_epi64(_mm512_and_si512(probe[d], words[d]));
        let common = _mm512_add_epi64(_mm512_add_epi64(count(0), count(1)), _mm512_add_epi64(count(2), count(3)));
        _mm512_add_epi64(_mm512_slli_epi64::<{ SHIFT as u32 }>(common), tags)
    }

    #[target_feature(enable = "avx512f,avx512vl,avx512vpopcntdq")]
    pub fn keys_avx512(probes: &[Probe], gallery: &[Group], out: &mut [Key]) {
        for (probe, row) in probes.iter().zip(out.chunks_exact_mut(gallery.len() * LANES)) {
            let probe = spread512(probe);
            for (group, out) in gallery.iter().zip(row.chunks_exact_mut(LANES)) {
                let words = words512(group);
                let keys = _mm512_cvtepi64_epi32(keys512(&probe, &words, row512(&group.tags)));
                // SAFETY: `chunks_exact_mut(LANES)` gives eight numbers of 32 bits, writable as a whole.
                unsafe { _mm256_storeu_si256(out.as_mut_ptr().cast(), keys) };
            }
        }
    }

    #[target_feature(enable = "avx512f,avx512vl,avx512vpopcntdq")]
    pub fn best_avx512(probes: &[Probe], gallery: &[Group], out: &mut [Key]) {
        let mut blocks = probes.chunks_exact(BLOCK);
        let mut places = out.chunks_exact_mut(BLOCK);
        for (block, out) in (&mut blocks).zip(&mut places) {
            best_of_block(block, gallery, out);
        }
        for (probe, out) in blocks.remainder().iter().zip(places.into_remainder()) {
            let block = [*probe; BLOCK];
            let mut best = [0; BLOCK];
            best_of_block(&block, gallery, &mut best);
            *out = best[0];
        }
    }

    #[inline]
    #[target_feature(enable = "avx512f,avx512vl,avx512vpopcntdq")]
    fn best_of_block(block: &[Probe], gallery: &[Group], out: &mut [Key]) {
        let [p, q, r, s] = block else { return };
        let words = [spread512(p), spread512(q), spread512(r), spread512(s)];
        let mut best = [_mm512_setzero_si512(); BLOCK];
        for group in gallery {
            let (others, tags) = (words512(group), row512(&group.tags));
            for (best, words) in best.iter_mut().zip(&words) {
                *best = _mm512_max_epu64(*best, keys512(words, &others, tags));
            }
        }
        // Keys have 32 bits: two rows share the lanes of one register for the last steps.
        let two = |i: usize| {
            let pair = _mm512_or_si512(best[i], _mm512_slli_epi64::<32>(best[i + 1]));
            let half = _mm256_max_epu32(_mm512_castsi512_si256(pair), _mm512_extracti64x4_epi64::<1>(pair));
            let quarter = _mm_max_epu32(_mm256_castsi256_si128(half), _mm256_extracti128_si256::<1>(half));
            _mm_max_epu32(quarter, _mm_shuffle_epi32::<0b01_00_11_10>(quarter))
        };
        let four = _mm_unpacklo_epi64(two(0), two(2));
        if out.len() == BLOCK {
            // SAFETY: four numbers of 32 bits, 16 bytes, writable as a whole.
            unsafe { _mm_storeu_si128(out.as_mut_ptr().cast(), four) };
        }
    }

    /// Half a group: four words of four cylinders, as they are and moved down by half a byte.
    type Half = ([[__m256i; 2]; WORDS], __m256i);

    #[inline]
    #[target_feature(enable = "avx2,popcnt")]
    fn half(group: &Group, half: usize) -> Half {
        let offset = if half == 0 { 0 } else { 4 };
        // SAFETY: at an offset of 0 or 4 the four words read lie inside the eight.
        let load = |lanes: &[u64; LANES]| unsafe { _mm256_loadu_si256(lanes.as_ptr().add(offset).cast()) };
        let [a, b, c, d] = &group.words;
        let (a, b, c, d) = (load(a), load(b), load(c), load(d));
        let words = [
            [a, _mm256_srli_epi16::<4>(a)],
            [b, _mm256_srli_epi16::<4>(b)],
            [c, _mm256_srli_epi16::<4>(c)],
            [d, _mm256_srli_epi16::<4>(d)],
        ];
        (words, load(&group.tags))
    }

    #[inline]
    #[target_feature(enable = "avx2,popcnt")]
    fn keys256(probe: &[[__m256i; 2]; WORDS], (words, tags): &Half) -> __m256i {
        let table = _mm256_setr_epi8(
            0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4, 0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4,
        );
        // The probe's upper half bytes are zero, so the table is never read beyond its sixteen entries.
        let count =
            |d: usize, part: usize| _mm256_shuffle_epi8(table, _mm256_and_si256(probe[d][part], words[d][part]));
        let word = |d: usize| _mm256_add_epi8(count(d, 0), count(d, 1));
        // Eight times at most four: a byte holds it.
        let bytes = _mm256_add_epi8(_mm256_add_epi8(word(0), word(1)), _mm256_add_epi8(word(2), word(3)));
        let common = _mm256_sad_epu8(bytes, _mm256_setzero_si256());
        _mm256_add_epi64(_mm256_slli_epi64::<SHIFT>(common), *tags)
    }

    #[target_feature(enable = "avx2,popcnt")]
    pub fn keys_avx2(probes: &[Probe], gallery: &[Group], out: &mut [Key]) {
        let low = _mm256_set1_epi8(15);
        for (probe, row) in probes.iter().zip(out.chunks_exact_mut(gallery.len() * LANES)) {
            let halves = |word: u64| {
                let word = _mm256_set1_epi64x(word as i64);
                [_mm256_and_si256(word, low), _mm256_and_si256(_mm256_srli_epi16::<4>(word), low)]
            };
            let [a, b, c, d] = probe.words;
            let probe = [halves(a), halves(b), halves(c), halves(d)];
            for (group, out) in gallery.iter().zip(row.chunks_exact_mut(LANES)) {
                let low = _mm256_castsi256_ps(keys256(&probe, &half(group, 0)));
                let high = _mm256_castsi256_ps(keys256(&probe, &half(group, 1)));
                // The even 32-bit lanes of both, then into order.
                let mixed = _mm256_castps_pd(_mm256_shuffle_ps::<0b10_00_10_00>(low, high));
                let keys = _mm256_castpd_si256(_mm256_permute4x64_pd::<0b11_01_10_00>(mixed));
                // SAFETY: `chunks_exact_mut(LANES)` gives eight numbers of 32 bits, writable as a whole.
                unsafe { _mm256_storeu_si256(out.as_mut_ptr().cast(), keys) };
            }
        }
    }

    #[target_feature(enable = "avx2,popcnt")]
    pub fn best_avx2(probes: &[[[[u64; 4]; 2]; WORDS]], gallery: &[Group], out: &mut [Key]) {
        /// Rows whose best lanes are held at a time.
        const ROWS: usize = 32;
        for (probes, out) in probes.chunks(ROWS).zip(out.chunks_mut(ROWS)) {
            let mut best = [_mm256_setzero_si256(); ROWS];
            for group in gallery {
                for i in 0..2 {
                    let half = half(group, i);
                    for (best, probe) in best.iter_mut().zip(probes) {
                        // SAFETY: `[u64; 4]` is 32 bytes, readable as a whole.
                        let load = |four: &[u64; 4]| unsafe { _mm256_loadu_si256(four.as_ptr().cast()) };
                        let [[a, e], [b, f], [c, g], [d, h]] = probe;
                        let probe = [[load(a), load(e)], [load(b), load(f)], [load(c), load(g)], [load(d), load(h)]];
                        // Keys have 32 bits and the upper halves of the lanes are zero.
                        *best = _mm256_max_epu32(*best, keys256(&probe, &half));
                    }
                }
            }
            for (best, out) in best.iter().zip(out) {
                let two = _mm_max_epu32(_mm256_castsi256_si128(*best), _mm256_extracti128_si256::<1>(*best));
                let one = _mm_max_epu32(two, _mm_unpackhi_epi64(two, two));
                *out = _mm_cvtsi128_si32(one) as Key;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    type Cylinder = ([u64; WORDS], f32);

    fn cylinders() -> impl Strategy<Value = Vec<Cylinder>> {
        // Sparse, dense and empty words all have to occur.
        let sparse = (any::<u64>(), any::<u64>()).prop_map(|(a, b)| a & b);
        let word = prop_oneof![any::<u64>(), Just(0u64), Just(u64::MAX), sparse];
        prop::collection::vec((prop::array::uniform4(word), -10.0f32..10.0), 0..50)
    }

    fn grouped(cylinders: &[Cylinder]) -> Vec<Group> {
        let mut groups = vec![Group::default(); cylinders.len().div_ceil(LANES)];
        for (i, (words, angle)) in cylinders.iter().enumerate() {
            groups[i / LANES].set(i % LANES, words, *angle);
        }
        groups
    }

    proptest! {
        #[test]
        fn every_instruction_set_gives_the_same_keys(a in cylinders(), b in cylinders()) {
            let (probes, gallery) = (Probe::all(&grouped(&a), a.len()), grouped(&b));
            let portable = keys(SimdLevel::Portable, &probes, &gallery);
            for level in SimdLevel::available() {
                prop_assert_eq!(&keys(level, &probes, &gallery), &portable, "{:?}", level);
                let mut best = Vec::new();
                best_keys(level, &Probes::of(&grouped(&a), a.len()), &gallery, &mut best);
                let width = (gallery.len() * LANES).max(1);
                let highest: Vec<Key> = portable.chunks(width).map(|row| row.iter().copied().max().unwrap_or(0)).collect();
                prop_assert!(gallery.is_empty() || best == highest, "{:?}", level);
            }
        }

        #[test]
        fn the_likeness_follows_its_definition(a in cylinders(), b in cylinders()) {
            let (probes, gallery) = (Probe::all(&grouped(&a), a.len()), grouped(&b));
            let keys = keys(SimdLevel::Portable, &probes, &gallery);
            for (i, (words, angle)) in a.iter().enumerate() {
                for (j, (others, other_angle)) in b.iter().enumerate() {
                    let key = keys[i * gallery.len() * LANES + j];
                    let common: u32 = words.iter().zip(others).map(|(x, y)| (x & y).count_ones()).sum();
                    let likeness = 32 * common as i32 - 9 * (ones(words) + ones(others)) as i32;
                    prop_assert_eq!(probes[i].likeness(key), likeness);
                    let turned = f32::from(probes[i].turned(key)) * (TAU / 256.0);
                    prop_assert!(((turned - (other_angle - angle)).cos()) > 0.99);
                }
            }
        }
    }

    #[test]
    fn a_level_the_processor_has_not_is_refused() {
        for level in [SimdLevel::Avx2, SimdLevel::Avx512] {
            if !SimdLevel::available().contains(&level) {
                assert_eq!(level.force(), Err(SimdError::Unavailable(level)));
            }
        }
    }
}
