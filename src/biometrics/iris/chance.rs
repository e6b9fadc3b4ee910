//! What a block of two codes says, and how often strangers' blocks say as much.
//!
//! A block's word is the logarithm of a likelihood ratio, and the sum over all blocks is the evidence. The share of
//! strangers with at least so much evidence depends on what was compared: four blocks that happen to agree are no
//! rarer than chance allows, however few strangers reach the same sum with thirty-two blocks against them. So the tail
//! is bounded after Chernoff: with `K` the logarithm of the mean of `exp(t * word)` over strangers, summed over the very
//! blocks that were compared, at most `exp(K(t) - t * evidence)` of the strangers get there, for every `t`. `K` follows
//! from a block's number of independent bits alone and is tabulated once.

use std::sync::LazyLock;

/// Probability that a block of a mate shows something else than its iris.
const RUINED: f32 = 0.15;
/// Mean correlation of mated blocks and its standard deviation from block to block.
const MATED: (f32, f32) = (0.5, 0.36);
/// What the best of several shifts of a stranger's block reaches on average, in standard deviations of one shift, as
/// the words have it.
const CHANCE: f32 = 0.6;
/// Mean and standard deviation of the same among strangers, measured. The mean is a little above that of blocks far from
/// each other, because lids and lamps shade all eyes alike.
const STRANGERS: (f32, f32) = (0.4, 0.92);
/// The exponents that are tried. At 1 the bound would be the likelihood ratio itself were its model exact; beyond, it
/// would lean on the far tail of the model.
const EXPONENTS: [f32; 8] = [0.06, 0.12, 0.2, 0.3, 0.45, 0.6, 0.8, 1.0];
/// Entries of the table per unit of the root of the number of bits, and their number: a block has at most 512 bits.
const FINENESS: f32 = 8.0;
const ENTRIES: usize = 184;

/// What one block says that agrees by `z` standard deviations of chance over so many independent bits.
pub(super) fn log_ratio(z: f32, bits: f32) -> f32 {
    let expected = MATED.0 * bits.sqrt();
    let variance = 1.0 + MATED.1 * MATED.1 * bits;
    let exponent = 0.5 * (z - CHANCE).powi(2) - 0.5 * (z - expected).powi(2) / variance;
    (RUINED + (1.0 - RUINED) * exponent.min(30.0).exp() / variance.sqrt()).ln()
}

/// What strangers' blocks say, for the blocks of one comparison: `K` at the [`EXPONENTS`].
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Chance([f32; EXPONENTS.len()]);

static TABLE: LazyLock<Vec<Chance>> = LazyLock::new(|| (0..ENTRIES).map(Chance::of_entry).collect());

impl Chance {
    /// Counts in a block with so many independent bits.
    pub fn add(&mut self, bits: f32) {
        let entry = ((FINENESS * bits.sqrt()) as usize).min(ENTRIES - 1);
        self.0.iter_mut().zip(TABLE[entry].0).for_each(|(sum, k)| *sum += k);
    }

    /// How rare so much evidence is among strangers, as the negative logarithm of their share; 0 for what anybody says.
    pub fn rarity(&self, evidence: f32) -> f32 {
        EXPONENTS.iter().zip(self.0).map(|(t, k)| t * evidence - k).fold(0.0, f32::max)
    }

    /// One line of the table, by summing over the normal distribution.
    fn of_entry(entry: usize) -> Self {
        const STEPS: i32 = 48;
        let bits = ((entry as f32 + 0.5) / FINENESS).powi(2);
        let mut sums = [0.0; EXPONENTS.len()];
        let mut total = 0.0;
        for step in -STEPS..=STEPS {
            let x = 5.0 * step as f32 / STEPS as f32;
            let density = (-0.5 * x * x).exp();
            let word = log_ratio(STRANGERS.0 + STRANGERS.1 * x, bits);
            total += density;
            sums.iter_mut().zip(EXPONENTS).for_each(|(sum, t)| *sum += density * (t * word).exp());
        }
        Self(sums.map(|sum| (sum / total).ln()))
    }
}
