//! The kernel: how alike each pair of cylinders is.
//!
//! Nearly all time of a search goes here, so it exists three times: plain Rust, AVX2 (population count by table
//! look-up, W. Mula's method) and AVX-512 with VPOPCNTDQ. Cylinders lie in groups of eight, word by word, so that one
//! 512-bit load takes the same word of eight cylinders and no lane ever has to be summed with another. All counts are
//! whole numbers and the few floating-point steps are exactly rounded, so the three agree to the last bit.
//!
//! This is the only module of the engine with `unsafe`: vector instructions need it.

#![allow(unsafe_code, reason = "vector instructions; each block says why it is sound")]

use std::sync::OnceLock;

/// Cylinders in a group.
pub const LANES: usize = 8;

/// Words of 64 bits in a cylinder.
pub const WORDS: usize = 6;

/// Common valid cells (of 52 in the base) that two cylinders need to be comparable: 60 %.
const MIN_COMMON: u32 = 31;

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

    #[cfg(target_arch = "x86_64")]
    fn exists(self) -> bool {
        match self {
            Self::Portable => true,
            Self::Avx2 => is_x86_feature_detected!("avx2"),
            Self::Avx512 => {
                is_x86_feature_detected!("avx512f")
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

/// Eight cylinders: word `d` of cylinder `lane` is `words[d][lane]`; invalid cells are zero in every word, and so is
/// everything in a lane without a cylinder.
#[derive(Clone, Default)]
#[repr(C, align(64))]
pub struct Group {
    words: [[u64; LANES]; WORDS],
    valid: [u64; LANES],
}

impl Group {
    /// Puts a cylinder into a lane below [`LANES`].
    pub fn set(&mut self, lane: usize, words: &[u64; WORDS], valid: u64) {
        for (row, &word) in self.words.iter_mut().zip(words) {
            if let Some(slot) = row.get_mut(lane) {
                *slot = word & valid;
            }
        }
        if let Some(slot) = self.valid.get_mut(lane) {
            *slot = valid;
        }
    }
}

/// Similarities (0..=1) of the first `rows` cylinders of `probe` to every cylinder of `gallery`, row by row,
/// `gallery.len() * LANES` each. 1 - |a xor b| / (|a| + |b|) over the cells valid in both, with |.| the square root of
/// the number of set bits; 0 where too little is valid in both.
pub fn similarities(level: SimdLevel, probe: &[Group], rows: usize, gallery: &[Group]) -> Vec<f32> {
    let rows = rows.min(probe.len() * LANES);
    let mut out = vec![0.0f32; rows * gallery.len() * LANES];
    if out.is_empty() {
        return out;
    }
    for (i, row) in out.chunks_exact_mut(gallery.len() * LANES).enumerate() {
        let (group, lane) = (&probe[i / LANES], i % LANES);
        let cylinder = (group.words.map(|w| w[lane]), group.valid[lane]);
        match level {
            #[cfg(target_arch = "x86_64")]
            // SAFETY: the processor has the features: a level beyond `Portable` comes only from `available`/`force`,
            // and `exists` is asked again here at the price of reading a cached flag.
            SimdLevel::Avx512 if level.exists() => unsafe { x86::row_avx512(&cylinder, gallery, row) },
            #[cfg(target_arch = "x86_64")]
            // SAFETY: as above.
            SimdLevel::Avx2 if level.exists() => unsafe { x86::row_avx2(&cylinder, gallery, row) },
            _ => row_portable(&cylinder, gallery, row),
        }
    }
    out
}

type Cylinder = ([u64; WORDS], u64);

fn row_portable(cylinder: &Cylinder, gallery: &[Group], row: &mut [f32]) {
    let (words, valid) = cylinder;
    for (group, out) in gallery.iter().zip(row.chunks_exact_mut(LANES)) {
        for (lane, out) in out.iter_mut().enumerate() {
            let common = valid & group.valid[lane];
            let (mut differ, mut ours, mut theirs) = (0, 0, 0);
            for (word, others) in words.iter().zip(&group.words) {
                let (a, b) = (word & common, others[lane] & common);
                differ += (a ^ b).count_ones();
                ours += a.count_ones();
                theirs += b.count_ones();
            }
            let norm = (ours as f32).sqrt() + (theirs as f32).sqrt();
            let enough = common.count_ones() >= MIN_COMMON && norm > 0.0;
            *out = if enough { 1.0 - (differ as f32).sqrt() / norm } else { 0.0 };
        }
    }
}

#[cfg(target_arch = "x86_64")]
mod x86 {
    use std::arch::x86_64::*;

    use super::{Cylinder, Group, LANES, MIN_COMMON};

    /// # Safety
    /// The processor must have AVX-512 F, VL and VPOPCNTDQ.
    #[target_feature(enable = "avx512f,avx512vl,avx512vpopcntdq")]
    pub unsafe fn row_avx512(cylinder: &Cylinder, gallery: &[Group], row: &mut [f32]) {
        let (words, valid) = cylinder;
        let valid = _mm512_set1_epi64(*valid as i64);
        let words = words.map(|w| _mm512_set1_epi64(w as i64));
        for (group, out) in gallery.iter().zip(row.chunks_exact_mut(LANES)) {
            // SAFETY: each `[u64; 8]` is 64 bytes, readable as a whole.
            let load = |lanes: &[u64; LANES]| unsafe { _mm512_loadu_si512(lanes.as_ptr().cast()) };
            let common = _mm512_and_si512(valid, load(&group.valid));
            let zero = _mm512_setzero_si512();
            let (mut differ, mut ours, mut theirs) = (zero, zero, zero);
            for (word, others) in words.iter().zip(&group.words) {
                let (a, b) = (_mm512_and_si512(*word, common), _mm512_and_si512(load(others), common));
                differ = _mm512_add_epi64(differ, _mm512_popcnt_epi64(_mm512_xor_si512(a, b)));
                ours = _mm512_add_epi64(ours, _mm512_popcnt_epi64(a));
                theirs = _mm512_add_epi64(theirs, _mm512_popcnt_epi64(b));
            }
            let root = |count: __m512i| _mm256_sqrt_ps(_mm256_cvtepi32_ps(_mm512_cvtepi64_epi32(count)));
            let norm = _mm256_add_ps(root(ours), root(theirs));
            let alike = _mm256_sub_ps(_mm256_set1_ps(1.0), _mm256_div_ps(root(differ), norm));
            let enough = _mm512_cmpge_epu64_mask(_mm512_popcnt_epi64(common), _mm512_set1_epi64(i64::from(MIN_COMMON)))
                & _mm256_cmp_ps_mask::<_CMP_GT_OQ>(norm, _mm256_setzero_ps());
            // SAFETY: `chunks_exact_mut(LANES)` gives eight floats, 32 bytes, writable as a whole.
            unsafe { _mm256_storeu_ps(out.as_mut_ptr(), _mm256_maskz_mov_ps(enough, alike)) };
        }
    }

    /// # Safety
    /// The processor must have AVX2.
    #[target_feature(enable = "avx2")]
    pub unsafe fn row_avx2(cylinder: &Cylinder, gallery: &[Group], row: &mut [f32]) {
        let (words, valid) = cylinder;
        let valid = _mm256_set1_epi64x(*valid as i64);
        let words = words.map(|w| _mm256_set1_epi64x(w as i64));
        for (group, out) in gallery.iter().zip(row.chunks_exact_mut(LANES)) {
            for (half, out) in out.chunks_exact_mut(LANES / 2).enumerate() {
                // SAFETY: `half` is 0 or 1, so the four words read lie inside the eight.
                let load = |lanes: &[u64; LANES]| unsafe { _mm256_loadu_si256(lanes.as_ptr().add(half * 4).cast()) };
                let common = _mm256_and_si256(valid, load(&group.valid));
                let zero = _mm256_setzero_si256();
                let (mut differ, mut ours, mut theirs) = (zero, zero, zero);
                for (word, others) in words.iter().zip(&group.words) {
                    let (a, b) = (_mm256_and_si256(*word, common), _mm256_and_si256(load(others), common));
                    // Six bytes of at most eight bits each never overflow a byte.
                    differ = _mm256_add_epi8(differ, byte_counts(_mm256_xor_si256(a, b)));
                    ours = _mm256_add_epi8(ours, byte_counts(a));
                    theirs = _mm256_add_epi8(theirs, byte_counts(b));
                }
                let root = |bytes: __m256i| _mm_sqrt_ps(_mm_cvtepi32_ps(lane_sums(bytes)));
                let norm = _mm_add_ps(root(ours), root(theirs));
                let alike = _mm_sub_ps(_mm_set1_ps(1.0), _mm_div_ps(root(differ), norm));
                let cells = lane_sums(byte_counts(common));
                let enough = _mm_and_ps(
                    _mm_castsi128_ps(_mm_cmpgt_epi32(cells, _mm_set1_epi32(MIN_COMMON as i32 - 1))),
                    _mm_cmpgt_ps(norm, _mm_setzero_ps()),
                );
                // SAFETY: `chunks_exact_mut(LANES / 2)` gives four floats, 16 bytes, writable as a whole.
                unsafe { _mm_storeu_ps(out.as_mut_ptr(), _mm_and_ps(enough, alike)) };
            }
        }
    }

    /// Set bits of every byte.
    #[target_feature(enable = "avx2")]
    fn byte_counts(v: __m256i) -> __m256i {
        let table = _mm256_setr_epi8(
            0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4, 0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4,
        );
        let nibble = _mm256_set1_epi8(15);
        let low = _mm256_shuffle_epi8(table, _mm256_and_si256(v, nibble));
        let high = _mm256_shuffle_epi8(table, _mm256_and_si256(_mm256_srli_epi16::<4>(v), nibble));
        _mm256_add_epi8(low, high)
    }

    /// Sums of the bytes of each 64-bit lane, as four 32-bit numbers.
    #[target_feature(enable = "avx2")]
    fn lane_sums(bytes: __m256i) -> __m128i {
        let sums = _mm256_sad_epu8(bytes, _mm256_setzero_si256());
        let packed = _mm256_permutevar8x32_epi32(sums, _mm256_setr_epi32(0, 2, 4, 6, 0, 2, 4, 6));
        _mm256_castsi256_si128(packed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn cylinders() -> impl Strategy<Value = Vec<Cylinder>> {
        // Sparse, dense and empty words, and validity near the limit of 31 cells, all have to occur.
        let sparse = (any::<u64>(), any::<u64>()).prop_map(|(a, b)| a & b);
        let word = prop_oneof![any::<u64>(), Just(0u64), Just(u64::MAX), sparse];
        let valid = prop_oneof![any::<u64>(), Just(u64::MAX), (28u32..36).prop_map(|n| (1u64 << n) - 1)];
        prop::collection::vec((prop::array::uniform6(word), valid), 0..40)
    }

    fn grouped(cylinders: &[Cylinder]) -> Vec<Group> {
        let mut groups = vec![Group::default(); cylinders.len().div_ceil(LANES)];
        for (i, (words, valid)) in cylinders.iter().enumerate() {
            groups[i / LANES].set(i % LANES, words, *valid);
        }
        groups
    }

    proptest! {
        #[test]
        fn every_instruction_set_gives_the_same_bits(a in cylinders(), b in cylinders()) {
            let (a, b) = (grouped(&a), grouped(&b));
            let bits = |level| {
                similarities(level, &a, a.len() * LANES, &b).iter().map(|s| s.to_bits()).collect::<Vec<_>>()
            };
            let portable = bits(SimdLevel::Portable);
            for level in SimdLevel::available() {
                prop_assert_eq!(&bits(level), &portable, "{:?}", level);
            }
        }

        #[test]
        fn similarities_stay_within_zero_and_one(a in cylinders()) {
            let a = grouped(&a);
            let s = similarities(SimdLevel::Portable, &a, a.len() * LANES, &a);
            prop_assert!(s.iter().all(|s| (0.0..=1.0).contains(s)));
        }
    }

    #[test]
    fn a_cylinder_is_wholly_like_itself_and_wholly_unlike_its_complement() {
        let mut group = Group::default();
        group.set(0, &[0xf0f0; WORDS], u64::MAX);
        group.set(1, &[!0xf0f0; WORDS], u64::MAX);
        let s = similarities(SimdLevel::Portable, &[group.clone()], 1, &[group]);
        assert_eq!(s[0], 1.0);
        assert!(s[1] < 0.3);
        assert_eq!(s[2], 0.0);
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
