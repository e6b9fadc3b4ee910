//! The kernel: how alike each pair of cylinders is.
//!
//! The likeness of two cylinders is `32 * common - 9 * (ones of the one + ones of the other)`, with `common` the bits
//! set in both: the log-likelihood ratio of two sparse codes of the same minutia against two of strangers, up to scale.
//! It separates them as well as the normalised distance of the cylinder paper, needs no root, no division and no
//! validity mask, and its second half is known beforehand: one `and` and one population count per word are all.
//!
//! Nearly all time of a search goes here, so it exists three times (`avx512`, `avx2` and below): plain Rust, AVX2 (population count by table
//! look-up, W. Mula's method) and AVX-512 with VPOPCNTDQ. Cylinders lie in groups of eight, word by word, so that one
//! 512-bit load takes the same word of eight cylinders and no lane ever has to be summed with another. All numbers are
//! whole, so the three agree to the last bit. [`at`] runs the floating-point steps of a comparison with the registers
//! of a level; plain Rust is never contracted or reordered, so those agree as well.
//!
//! This folder is the only place of the comparison with `unsafe`: vector instructions need it.

#![allow(unsafe_code, reason = "vector instructions; each block says why it is sound")]

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
mod level;
#[cfg(test)]
mod tests;

use std::f32::consts::TAU;

pub use level::{SimdError, SimdLevel};

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
/// Where a key counts common bits, as a power of two.
const SHIFT: u32 = COMMON_SHIFT + ANGLE_BITS;

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
    /// Puts the cylinders of groups into `probes`, in order and without the empty lanes at the end.
    #[inline(always)]
    pub fn all(groups: &[Group], count: usize, probes: &mut Vec<Self>) {
        probes.clear();
        for group in groups {
            for lane in 0..LANES.min(count - probes.len()) {
                let words = [group.words[0][lane], group.words[1][lane], group.words[2][lane], group.words[3][lane]];
                let tag = group.tags[lane] as u32;
                // The tag holds the offset less what the ones cost: twice the offset less that is both together.
                probes.push(Self { words, less: 2 * OFFSET - (tag >> ANGLE_BITS), angle: tag as u8 });
            }
        }
    }

    /// What the matches of this cylinder have in common, `index` being its own.
    #[inline(always)]
    fn own_part(&self, index: usize) -> Match {
        Match::from(2 * OFFSET - self.less) << MATCH_SHIFT | (index as Match & 255) << 8
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
        let mut probes = Vec::with_capacity(count);
        Probe::all(groups, count, &mut probes);
        let halves = probes.iter().map(|p| p.words.map(|w| [[w & LOW; 4], [w >> 4 & LOW; 4]])).collect();
        Self { probes, halves }
    }

    /// The cylinders.
    pub fn as_slice(&self) -> &[Probe] {
        &self.probes
    }
}

/// A pair of cylinders as one number that sorts by likeness and then says which they are; its upper half is zero.
pub type Match = u64;

/// Bits of a match below the likeness: the index of the probe cylinder and that of the gallery cylinder, eight each.
const MATCH_SHIFT: u32 = 16;
/// Indexes of the lanes.
#[cfg(target_arch = "x86_64")]
const LANE_INDEX: [u64; LANES] = [0, 1, 2, 3, 4, 5, 6, 7];

/// What the numbers of a match are.
pub struct Pair {
    /// Index of the probe cylinder.
    pub probe: usize,
    /// Index of the gallery cylinder.
    pub other: usize,
    /// How alike they are.
    pub likeness: i32,
}

impl Pair {
    /// Reads a match.
    #[inline(always)]
    pub fn of(found: Match) -> Self {
        let likeness = (found >> MATCH_SHIFT) as i32 - 2 * OFFSET as i32;
        Self { probe: (found >> 8 & 255) as usize, other: (found & 255) as usize, likeness }
    }
}

/// The best match of every probe cylinder (`rows`) and of every gallery cylinder (`columns`, in which the lanes without
/// a cylinder mean nothing). Both sides have at most 256 cylinders and the gallery one at least.
pub fn matches(
    level: SimdLevel,
    probes: &[Probe],
    gallery: &[Group],
    rows: &mut Vec<Match>,
    columns: &mut Vec<[Match; LANES]>,
) {
    rows.clear();
    columns.clear();
    columns.resize(gallery.len(), [0; LANES]);
    match level {
        #[cfg(target_arch = "x86_64")]
        // SAFETY: the processor has the features: `exists` is asked here at the price of reading a cached flag.
        SimdLevel::Avx512 if level.exists() => unsafe { avx512::matches(probes, gallery, rows, columns) },
        #[cfg(target_arch = "x86_64")]
        // SAFETY: as above.
        SimdLevel::Avx2 if level.exists() => unsafe { avx2::matches(probes, gallery, rows, columns) },
        SimdLevel::Portable | SimdLevel::Avx2 | SimdLevel::Avx512 => {
            for (i, probe) in probes.iter().enumerate() {
                let mut best = [0; LANES];
                for (k, (group, column)) in gallery.iter().zip(columns.iter_mut()).enumerate() {
                    let found = group_matches(probe, group, probe.own_part(i) + (k * LANES) as Match);
                    for ((best, most), found) in best.iter_mut().zip(column).zip(found) {
                        (*best, *most) = (found.max(*best), found.max(*most));
                    }
                }
                rows.push(best.into_iter().fold(0, Match::max));
            }
        }
    }
}

/// The highest key of every probe cylinder among the gallery cylinders.
pub fn best_keys(level: SimdLevel, probes: &Probes, gallery: &[Group], out: &mut Vec<Key>) {
    out.clear();
    out.resize(probes.probes.len(), 0);
    match level {
        #[cfg(target_arch = "x86_64")]
        // SAFETY: the processor has the features: `exists` is asked here at the price of reading a cached flag.
        SimdLevel::Avx512 if level.exists() => unsafe { avx512::best_keys(&probes.probes, gallery, out) },
        #[cfg(target_arch = "x86_64")]
        // SAFETY: as above.
        SimdLevel::Avx2 if level.exists() => unsafe { avx2::best_keys(&probes.halves, gallery, out) },
        SimdLevel::Portable | SimdLevel::Avx2 | SimdLevel::Avx512 => {
            for (probe, best) in probes.probes.iter().zip(out) {
                let rows = gallery.iter().map(|group| group_keys(probe, group));
                *best = rows.flatten().max().unwrap_or(0);
            }
        }
    }
}

fn group_keys(probe: &Probe, group: &Group) -> [Key; LANES] {
    let common = group_common(probe, group);
    std::array::from_fn(|lane| ((common[lane] << SHIFT) + group.tags[lane]) as Key)
}

/// The matches of a probe cylinder with those of a group, less the lane.
fn group_matches(probe: &Probe, group: &Group, less: Match) -> [Match; LANES] {
    let common = group_common(probe, group);
    std::array::from_fn(|lane| {
        let tag = group.tags[lane] >> ANGLE_BITS << MATCH_SHIFT;
        (common[lane] << (COMMON_SHIFT + MATCH_SHIFT)) + tag + less + lane as Match
    })
}

/// The bits a probe cylinder has in common with those of a group.
#[inline(always)]
fn group_common(probe: &Probe, group: &Group) -> [u64; LANES] {
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
    bytes.map(|b| {
        // The bytes of all four words sum up to 256 at most: added as two halves of 16 bits they do not overflow.
        let b = (b & 0x00ff_00ff_00ff_00ff) + (b >> 8 & 0x00ff_00ff_00ff_00ff);
        b.wrapping_mul(0x0001_0001_0001_0001) >> 48
    })
}

/// Which of eight values are above zero, as bits.
#[inline(always)]
#[cfg(target_arch = "x86_64")]
pub fn above_zero(lanes: &[f32; LANES]) -> u32 {
    use std::arch::x86_64::{_mm_cmpgt_ps, _mm_loadu_ps, _mm_movemask_ps, _mm_setzero_ps};
    let [low, high] = [0, LANES / 2].map(|from| {
        // SAFETY: every such processor has these instructions, and from lane 0 and 4 on there are four lanes to read.
        // Left to itself the compiler takes the lanes one by one.
        unsafe { _mm_movemask_ps(_mm_cmpgt_ps(_mm_loadu_ps(lanes.as_ptr().add(from)), _mm_setzero_ps())) as u32 }
    });
    low | high << 4
}

/// Which of eight values are above zero, as bits.
#[cfg(not(target_arch = "x86_64"))]
pub fn above_zero(lanes: &[f32; LANES]) -> u32 {
    (0..LANES).fold(0, |bits, l| bits | u32::from(lanes[l] > 0.0) << l)
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
        SimdLevel::Avx512 if level.exists() => unsafe { avx512::run(work) },
        #[cfg(target_arch = "x86_64")]
        // SAFETY: as above.
        SimdLevel::Avx2 if level.exists() => unsafe { avx2::run(work) },
        SimdLevel::Portable | SimdLevel::Avx2 | SimdLevel::Avx512 => work.run(),
    }
}
