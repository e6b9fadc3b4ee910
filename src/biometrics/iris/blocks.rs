//! Evidence for one eye at a given rotation, block by block.
//!
//! One Hamming distance over the whole code treats every valid bit alike. Yet what goes wrong between two captures of
//! one eye goes wrong in places: a lash the mask has missed, a lid's shadow, a limbus drawn a little too wide on one
//! side. So the code is cut into blocks, each block may shift by one row and column against its neighbours, and each
//! adds the logarithm of its likelihood ratio under a mixture: with a small probability the block shows no iris, and
//! then it says nothing at all. A ruined block thus costs at most a constant, however badly it disagrees, while
//! strangers disagree in all blocks alike.

use super::chance::{Chance, log_ratio};
use super::simd::{self, Lanes, SimdLevel};
use super::template::{ROWS, WORDS_PER_ROW};

/// Blocks along the angle: 32 columns or 45 degrees each.
pub(super) const ACROSS: usize = 8;
/// Code rows of one block.
const HIGH: usize = 4;
const DOWN: usize = ROWS / HIGH;
/// Bit planes of the code.
const PLANES: usize = 4;
/// Common bits below which a block is passed over.
const LEAST_BITS: u32 = 24;
/// What a shift by one row or column costs, in the same unit.
const SHIFT_COST: f32 = 0.35;
/// How much less the best of several shifts gains a stranger per e-fold of the redundancy, in the same unit: the blurrier
/// a code, the more alike its shifts. It is given back, so that strangers' blocks scatter alike in every picture.
const SHIFT_GAIN: f32 = 0.21;
/// Redundancy at which nothing is given back.
const USUAL_REDUNDANCY: f32 = 11.0;

/// A row of the code as one word per block.
pub(super) type Row = Lanes;
/// Rows of a code or of its mask, all planes of a row one behind the other: those of neighbouring rows lie together.
pub(super) type Rows = [Row; PLANES * ROWS];

/// The words of a row as one word per block.
pub(super) fn lanes(row: &[u64; WORDS_PER_ROW]) -> Row {
    std::array::from_fn(|i| (row[i / 2] >> (32 * (i & 1))) as u32)
}

/// A code and its mask cut into blocks.
#[derive(Clone)]
pub(super) struct Cut {
    pub code: Rows,
    pub mask: Rows,
}

impl Cut {
    /// A code and its mask of [`super::template::WORDS`] words, turned by `shift` columns.
    pub fn new(code: &[u64], mask: &[u64], shift: usize) -> Self {
        let rows = |words: &[u64]| {
            let words = words.as_chunks::<WORDS_PER_ROW>().0;
            std::array::from_fn(|at| {
                let (row, plane) = (at / PLANES, at % PLANES);
                lanes(&super::template::rotated(&words[plane * ROWS + row], shift))
            })
        };
        Self { code: rows(code), mask: rows(mask) }
    }
}

/// Logarithm of the likelihood ratio that `turned` (a column less, as is, a column more) and `other` are one eye;
/// `redundancy` says how many bits make an independent one. With it, what strangers would say with the very same blocks.
pub(super) fn evidence(level: SimdLevel, turned: &[Cut; 3], other: &Cut, redundancy: f32) -> (f32, Chance) {
    let gain = SHIFT_GAIN * (redundancy / USUAL_REDUNDANCY).ln();
    let mut best = [[(f32::NEG_INFINITY, 0.0_f32); ACROSS]; DOWN];
    for (dx, probe) in turned.iter().enumerate() {
        for dy in 0..3_usize {
            let cost = SHIFT_COST * (dx.abs_diff(1) + dy.abs_diff(1)) as f32;
            for (down, best) in best.iter_mut().enumerate() {
                let (different, common) = count(level, probe, other, down, dy);
                for ((&d, &n), best) in different.iter().zip(&common).zip(best) {
                    if n < LEAST_BITS {
                        continue;
                    }
                    let bits = n as f32 / redundancy;
                    let z = (1.0 - 2.0 * d as f32 / n as f32) * bits.sqrt() - cost;
                    if z > best.0 {
                        *best = (z, bits);
                    }
                }
            }
        }
    }
    let mut chance = Chance::default();
    let seen = best.iter().flatten().filter(|b| b.1 > 0.0);
    let words = seen.map(|&(z, bits)| {
        chance.add(bits);
        log_ratio(z + gain, bits)
    });
    (words.sum(), chance)
}

/// Per block, how many more bits agree than differ where both lie as they are, and how many are common.
pub(super) fn agreement(level: SimdLevel, turned: &Cut, other: &Cut) -> [[(i32, u32); ACROSS]; DOWN] {
    std::array::from_fn(|down| {
        let (different, common) = count(level, turned, other, down, 1);
        std::array::from_fn(|lane| (common[lane] as i32 - 2 * different[lane] as i32, common[lane]))
    })
}

/// Differing and common bits of one row of blocks, where the other's rows are `dy - 1` further out.
fn count(level: SimdLevel, probe: &Cut, other: &Cut, down: usize, dy: usize) -> (Lanes, Lanes) {
    let from = (down * HIGH).max(1_usize.saturating_sub(dy));
    let to = ((down + 1) * HIGH).min(ROWS + 1 - dy);
    let (here, there) = (from * PLANES..to * PLANES, (from + dy - 1) * PLANES..(to + dy - 1) * PLANES);
    simd::lane_distance(
        level,
        [&probe.code[here.clone()], &probe.mask[here]],
        [&other.code[there.clone()], &other.mask[there]],
    )
}
