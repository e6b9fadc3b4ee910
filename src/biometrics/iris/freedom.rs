//! How many independent bits a code really holds.
//!
//! Neighbouring bits of a phase code agree more often than by chance, and the more so the blurrier the image and the
//! coarser the texture. Two strangers' blurred codes therefore come close by accident more often than two sharp ones,
//! and one threshold would mean another false match rate for every camera. How often is seen from the code itself: a
//! code turned by more than its texture is long is a stranger to itself, with the very same blur, noise and lids. How
//! widely the agreement of its blocks scatters then is how widely that of strangers does. Of two unlike codes it scatters
//! at most by the geometric mean of both (Bartlett's formula for correlated series and Cauchy's inequality).

use super::blocks::{self, Cut};
use super::simd::SimdLevel;

/// Turns looked at, in code columns: from where even the coarse filter has forgotten, half around.
const TURNS: std::ops::RangeInclusive<usize> = 16..=128;
const TURN_STEP: usize = 4;
/// What is assumed of a code before it is looked at, on the safe side, and how many common bits that counts for.
const ASSUMED: f32 = 20.0;
const ASSUMED_BITS: f32 = 1500.0;

/// How many bits of a block make one independent bit, at least 1.
pub(super) fn redundancy(code: &[u64], mask: &[u64]) -> f32 {
    let (level, still) = (SimdLevel::detect(), Cut::new(code, mask, 0));
    let (mut scatter, mut bits) = (ASSUMED * ASSUMED_BITS, ASSUMED_BITS);
    for turn in TURNS.step_by(TURN_STEP) {
        for (more, common) in blocks::agreement(level, &Cut::new(code, mask, turn), &still).as_flattened() {
            scatter += (more * more) as f32;
            bits += *common as f32;
        }
    }
    (scatter / bits).max(1.0)
}
