//! Comparison of two codes: Hamming distance over common bits at the best rotation, as a score with a meaning.

use super::simd::{self, SimdLevel};
use super::template::{COLUMNS, Template, WORDS, WORDS_PER_ROW, rotated};

/// Rotations tried to either side, in code columns: 24 columns are 33.75 degrees, as heads tilt at an unattended camera.
const REACH: i32 = 24;
/// Independent common bits of a typical comparison; the distance of fewer bits is moved towards chance.
const TYPICAL_BITS: f32 = 500.0;
/// Below this many common bits two codes say nothing about each other.
const LEAST_BITS: u32 = 600;

/// What two templates say about each other.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Comparison {
    /// -log10 of the share of strangers that are at least this alike; finite, 0 = no evidence.
    pub score: f32,
    /// Hamming distance at the best rotation, normalised for the number of common bits: 0 = equal, 0.5 = chance.
    pub distance: f32,
    /// Rotation of the second eye against the first, in degrees, clockwise positive.
    pub rotation_deg: f32,
}

/// A template prepared for many comparisons: its rotated copies.
pub struct Probe {
    /// Per rotation: the code's words, then the mask's.
    rotations: Vec<u64>,
    redundancy: f32,
    level: SimdLevel,
}

impl Probe {
    /// Prepares with the fastest code path of this machine.
    pub fn new(template: &Template) -> Self {
        Self::with_level(template, SimdLevel::detect())
    }

    /// Prepares with a given code path, to check the paths against each other.
    pub fn with_level(template: &Template, level: SimdLevel) -> Self {
        let mut rotations = Vec::with_capacity((2 * REACH as usize + 1) * 2 * WORDS);
        for shift in -REACH..=REACH {
            for words in [template.code(), template.mask()] {
                for row in words.as_chunks::<WORDS_PER_ROW>().0 {
                    rotations.extend_from_slice(&rotated(row, shift.rem_euclid(COLUMNS as i32) as usize));
                }
            }
        }
        Self { rotations, redundancy: template.redundancy(), level }
    }

    /// Compares with another template; the same as [`compare`] with the probe first.
    pub fn compare(&self, other: &Template) -> Comparison {
        let mut best = Comparison { score: 0.0, distance: 0.5, rotation_deg: 0.0 };
        let redundancy = (self.redundancy * other.redundancy()).sqrt();
        for (shift, words) in (-REACH..=REACH).zip(self.rotations.chunks_exact(2 * WORDS)) {
            let (code, mask) = words.split_at(WORDS);
            let (different, common) = simd::distance(self.level, code, mask, other.code(), other.mask());
            let distance = normalised(different, common, redundancy);
            if distance < best.distance {
                best.distance = distance;
                best.rotation_deg = shift as f32 * 360.0 / COLUMNS as f32;
            }
        }
        best.score = score_of(best.distance);
        best
    }
}

/// Compares two templates; score and distance do not depend on the order.
pub fn compare(a: &Template, b: &Template) -> Comparison {
    Probe::new(a).compare(b)
}

/// Hamming distance moved towards chance where few independent bits are common (after Daugman 2007).
fn normalised(different: u32, common: u32, redundancy: f32) -> f32 {
    if common < LEAST_BITS {
        return 0.5;
    }
    let raw = different as f32 / common as f32;
    0.5 - (0.5 - raw) * (common as f32 / redundancy / TYPICAL_BITS).sqrt()
}

/// -log10 of the false match rate at a normalised distance; monotone.
///
/// A parabola in the depth below chance, because the logarithm of a normal distribution's tail is one; its coefficients
/// are fitted to all-pairs comparisons of strangers of two public collections taken with different cameras
/// (CASIA-IrisV4-Interval, MMU1) between rates of 0.3 and 1e-5 and extrapolated beyond.
fn score_of(distance: f32) -> f32 {
    let depth = (0.5 - distance).max(0.0);
    ((304.0 * depth - 1.78) * depth - 0.6).max(0.0)
}
