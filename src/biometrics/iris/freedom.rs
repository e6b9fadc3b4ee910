//! How many independent bits a code really holds.
//!
//! Neighbouring bits of a phase code agree more often than by chance, and the more so the blurrier the image. Two
//! strangers' blurred codes therefore come close by accident more often than two sharp ones, and one threshold on the
//! Hamming distance would mean another false match rate for every camera. For independent codes the variance of the
//! distance is that of independent coins thrown `bits / sum over lags of (correlation a * correlation b)` times
//! (Bartlett's formula for correlated series); both sums are taken from the codes themselves.

use super::template::{PLANE_WORDS, WORDS_PER_ROW, rotated};

/// Largest lags looked at, in code rows and columns.
const ROW_LAGS: usize = 8;
const COLUMN_LAGS: usize = 10;

/// The factor by which a code's bits are fewer than they look: 1 for independent bits.
pub(super) fn redundancy(code: &[u64], mask: &[u64]) -> f32 {
    let planes = code.chunks_exact(PLANE_WORDS).zip(mask.chunks_exact(PLANE_WORDS));
    let (mut weighted, mut bits) = (0.0, 0.0);
    for (code, mask) in planes {
        let valid = mask.iter().map(|w| w.count_ones()).sum::<u32>() as f32;
        weighted += valid * plane_redundancy(code, mask);
        bits += valid;
    }
    if bits > 0.0 { (weighted / bits).clamp(1.0, LARGEST) } else { LARGEST }
}

/// Upper limit of [`redundancy`]: a code that is constant says nothing.
pub(super) const LARGEST: f32 = 500.0;

fn plane_redundancy(code: &[u64], mask: &[u64]) -> f32 {
    let (code, mask) = (code.as_chunks::<WORDS_PER_ROW>().0, mask.as_chunks::<WORDS_PER_ROW>().0);
    let mut sum = 1.0;
    for column in 0..=2 * COLUMN_LAGS {
        let turn = |row: &[u64; WORDS_PER_ROW]| rotated(row, (256 + column - COLUMN_LAGS) % 256);
        let (codes, masks): (Vec<_>, Vec<_>) = (code.iter().map(turn).collect(), mask.iter().map(turn).collect());
        for lag in 0..=ROW_LAGS {
            // Lag (0, c) equals (0, -c), and every lag in rows stands for itself and its negative.
            let times = match (lag, column.cmp(&COLUMN_LAGS)) {
                (0, std::cmp::Ordering::Greater) => 2.0,
                (0, _) => continue,
                _ => 2.0,
            };
            sum += times * squared_correlation(code, mask, codes.get(lag..), masks.get(lag..));
        }
    }
    sum
}

type Rows<'a> = &'a [[u64; WORDS_PER_ROW]];

/// Squared correlation of two sets of rows, freed of what chance alone gives.
fn squared_correlation(code: Rows, mask: Rows, other: Option<Rows>, other_mask: Option<Rows>) -> f32 {
    let (Some(other), Some(other_mask)) = (other, other_mask) else { return 0.0 };
    let (mut different, mut common) = (0, 0);
    for ((a, am), (b, bm)) in code.iter().zip(mask).zip(other.iter().zip(other_mask)) {
        for word in 0..WORDS_PER_ROW {
            let both = am[word] & bm[word];
            common += both.count_ones();
            different += ((a[word] ^ b[word]) & both).count_ones();
        }
    }
    if common < 64 {
        return 0.0;
    }
    let correlation = 1.0 - 2.0 * different as f32 / common as f32;
    (correlation * correlation - 1.0 / common as f32).max(0.0)
}
