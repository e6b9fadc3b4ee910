//! Evidence for one eye at a given rotation, block by block.
//!
//! One Hamming distance over the whole code treats every valid bit alike. Yet what goes wrong between two captures of
//! one eye goes wrong in places: a lash the mask has missed, a lid's shadow, a limbus drawn a little too wide on one
//! side. So the code is cut into blocks, each block may shift by one row and column against its neighbours, and each
//! adds the logarithm of its likelihood ratio under a mixture: with a small probability the block shows no iris, and
//! then it says nothing at all. A ruined block thus costs at most a constant, however badly it disagrees, while
//! strangers disagree in all blocks alike.

use super::template::{ROWS, Template, WORDS_PER_ROW};

/// Blocks along the angle: 32 columns or 45 degrees each.
pub(super) const ACROSS: usize = 8;
/// Code rows of one block.
const HIGH: usize = 4;
const DOWN: usize = ROWS / HIGH;
/// Bit planes of the code.
const PLANES: usize = 4;
/// Common bits below which a block is passed over.
const LEAST_BITS: u32 = 24;
/// Probability that a block of a mate shows something else than its iris.
const RUINED: f32 = 0.15;
/// Mean correlation of mated blocks and its standard deviation from block to block.
const MATED: (f32, f32) = (0.5, 0.36);
/// What the best of several shifts of a stranger's block reaches on average, in standard deviations of one shift.
const CHANCE: f32 = 0.6;
/// What a shift by one row or column costs, in the same unit.
const SHIFT_COST: f32 = 0.35;

/// A row of the code as one word per block.
pub(super) type Row = [u32; ACROSS];
/// Planes and rows of a code or of its mask.
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
    /// The code turned by `shift` columns.
    pub fn new(template: &Template, shift: usize) -> Self {
        let rows = |words: &[u64]| {
            let words = words.as_chunks::<WORDS_PER_ROW>().0;
            std::array::from_fn(|r| lanes(&super::template::rotated(&words[r], shift)))
        };
        Self { code: rows(template.code()), mask: rows(template.mask()) }
    }
}

/// Logarithm of the likelihood ratio that `turned` (a column less, as is, a column more) and `other` are one eye;
/// `redundancy` says how many bits make an independent one.
pub(super) fn evidence(turned: &[Cut; 3], other: &Cut, redundancy: f32) -> f32 {
    let mut best = [[(f32::NEG_INFINITY, 0.0_f32); ACROSS]; DOWN];
    for (dx, probe) in turned.iter().enumerate() {
        for dy in 0..3_usize {
            let cost = SHIFT_COST * (dx.abs_diff(1) + dy.abs_diff(1)) as f32;
            for (down, best) in best.iter_mut().enumerate() {
                let (different, common) = count(probe, other, down, dy);
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
    best.iter().flatten().filter(|b| b.1 > 0.0).map(|&(z, bits)| log_ratio(z, bits)).sum()
}

/// Differing and common bits of one row of blocks, where the other's rows are `dy - 1` further out.
#[inline]
fn count(probe: &Cut, other: &Cut, down: usize, dy: usize) -> ([u32; ACROSS], [u32; ACROSS]) {
    let (mut different, mut common) = ([0; ACROSS], [0; ACROSS]);
    for plane in 0..PLANES {
        for row in down * HIGH..(down + 1) * HIGH {
            let Some(shifted) = (row + dy).checked_sub(1).filter(|&r| r < ROWS) else { continue };
            let (a, b) = (plane * ROWS + row, plane * ROWS + shifted);
            for lane in 0..ACROSS {
                let both = probe.mask[a][lane] & other.mask[b][lane];
                common[lane] += both.count_ones();
                different[lane] += ((probe.code[a][lane] ^ other.code[b][lane]) & both).count_ones();
            }
        }
    }
    (different, common)
}

/// What one block says that agrees by `z` standard deviations of chance over so many independent bits.
fn log_ratio(z: f32, bits: f32) -> f32 {
    let expected = MATED.0 * bits.sqrt();
    let variance = 1.0 + MATED.1 * MATED.1 * bits;
    let exponent = 0.5 * (z - CHANCE).powi(2) - 0.5 * (z - expected).powi(2) / variance;
    (RUINED + (1.0 - RUINED) * exponent.min(30.0).exp() / variance.sqrt()).ln()
}
