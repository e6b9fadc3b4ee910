//! Comparison of two codes at the best rotation, as a score with a meaning.
//!
//! Three steps. The Hamming distance of the full codes over all usual head tilts names the rotations worth a closer
//! look. The short codes do so for the rest of the circle: a camera held upright or a head on a pillow. Then the
//! evidence of the few candidates is summed block by block ([`super::blocks`]) and held against what strangers say with
//! the very same blocks ([`super::chance`]); the rarest becomes the score.

use super::blocks::{self, Cut};
use super::simd::{self, SimdLevel};
use super::template::{COLUMNS, SEARCH_COLUMNS, SEARCH_WORDS, Template, WORDS, WORDS_PER_ROW, rotated, turned};

/// Usual rotations, in code columns to either side: 24 columns are 33.75 degrees, as heads tilt at an unattended camera.
const REACH: i32 = 24;
/// Usual rotations in columns of the short code.
const SEARCH_REACH: usize = REACH as usize * SEARCH_COLUMNS / COLUMNS;
/// Independent common bits of a typical comparison; the distance of fewer bits is moved towards chance.
const TYPICAL_BITS: f32 = 500.0;
/// Below this many common bits two codes say nothing about each other; the same for two short codes.
const LEAST_BITS: u32 = 600;
const LEAST_SEARCH_BITS: u32 = 300;
/// A second rotation is looked at when it comes this near to the best one, as a share of the depth below chance.
const RIVAL: f32 = 0.6;
/// Depth of the short codes' distance at which an unusual rotation is looked at.
const WIDE_HINT: f32 = 0.08;
/// What an unusual rotation must show beyond a usual one, in units of the rarity: strangers get four times as many
/// chances there, and hardly anybody turns up like that.
const WIDE_COST: f32 = 6.0;
/// Rarity beyond which no other rotation is looked at.
const SURE: f32 = 20.0;

/// Decades that strangers win by being looked at in many rotations.
const TRIES: f32 = 0.65;
/// How many blocks make an independent one, over the fourth root of the redundancy: what makes neighbouring bits alike
/// reaches across the blocks' borders too.
const BOND: f32 = 0.736;

/// What two templates say about each other.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Comparison {
    /// -log10 of the share of strangers that are at least this alike; finite, 0 = no evidence.
    pub score: f32,
    /// Hamming distance at the best usual rotation, normalised for the number of common bits: 0 = equal, 0.5 = chance.
    pub distance: f32,
    /// Rotation of the second eye against the first, in degrees, clockwise positive, -180..180.
    pub rotation_deg: f32,
}

/// A template prepared for many comparisons: its rotated copies.
pub struct Probe {
    template: Template,
    /// Per usual rotation: the code's words, then the mask's.
    rotations: Vec<u64>,
    /// The same of the short code for all other rotations.
    wide: Vec<(i32, [u64; SEARCH_WORDS], [u64; SEARCH_WORDS])>,
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
        let (code, mask) = template.search_code();
        let wide = (SEARCH_REACH + 1..SEARCH_COLUMNS - SEARCH_REACH)
            .map(|shift| {
                let columns = (shift * COLUMNS / SEARCH_COLUMNS) as i32;
                let signed = if shift > SEARCH_COLUMNS / 2 { columns - COLUMNS as i32 } else { columns };
                (signed, turned(code, shift), turned(mask, shift))
            })
            .collect();
        Self { template: template.clone(), rotations, wide, level }
    }

    /// Compares with another template; the same as [`compare`] with the probe first.
    pub fn compare(&self, other: &Template) -> Comparison {
        let redundancy = (self.template.redundancy() * other.redundancy()).sqrt();
        let usual = self.usual(other, redundancy);
        let depth = |shift: i32| 0.5 - usual[(shift + REACH) as usize];
        let deepest = |skip: Option<i32>| {
            (-REACH..=REACH)
                .filter(|s| skip.is_none_or(|k| s.abs_diff(k) > 2))
                .max_by(|&a, &b| depth(a).total_cmp(&depth(b)).then(b.abs().cmp(&a.abs())))
                .unwrap_or(0)
        };
        let first = deepest(None);
        let distance = (0.5 - depth(first)).clamp(0.0, 0.5);
        let look = |best: (f32, i32), shift: i32, cost: f32| {
            let found = if best.0 < SURE { self.rarity(other, shift, redundancy) - cost } else { best.0 };
            if found > best.0 { (found, shift) } else { best }
        };
        let mut best = (f32::NEG_INFINITY, 0);
        if depth(first) > 0.0 {
            best = look(best, first, 0.0);
            let second = deepest(Some(first));
            if depth(second) > RIVAL * depth(first) {
                best = look(best, second, 0.0);
            }
        }
        if best.0 < SURE
            && let Some(shift) = self.unusual(other)
        {
            best = look(best, shift, WIDE_COST);
        }
        let (found, shift) = best;
        let score = score_of(found, redundancy);
        let columns = if score > 0.0 { shift } else { 0 };
        Comparison { score, distance, rotation_deg: columns as f32 * 360.0 / COLUMNS as f32 }
    }

    /// Normalised distance at every usual rotation.
    fn usual(&self, other: &Template, redundancy: f32) -> [f32; 2 * REACH as usize + 1] {
        let mut distances = [0.5; 2 * REACH as usize + 1];
        for (slot, words) in distances.iter_mut().zip(self.rotations.chunks_exact(2 * WORDS)) {
            let (code, mask) = words.split_at(WORDS);
            let (different, common) = simd::distance(self.level, code, mask, other.code(), other.mask());
            *slot = normalised(different, common, redundancy);
        }
        distances
    }

    /// The best rotation beyond the usual ones, if the short codes hint at one.
    fn unusual(&self, other: &Template) -> Option<i32> {
        let (code, mask) = other.search_code();
        let mut best = (WIDE_HINT, None);
        for (shift, turned, turned_mask) in &self.wide {
            let (different, common) = simd::distance(self.level, turned, turned_mask, code, mask);
            let depth = 0.5 - different as f32 / common.max(1) as f32;
            if common >= LEAST_SEARCH_BITS && depth > best.0 {
                best = (depth, Some(*shift));
            }
        }
        best.1
    }

    /// How rare the evidence at a rotation of the probe is, as a negative logarithm; the same whichever of the two is
    /// the probe, for the blocks are always those of the same one.
    fn rarity(&self, other: &Template, shift: i32, redundancy: f32) -> f32 {
        let probe_turns = self.template.code() <= other.code();
        let (turning, still, shift) =
            if probe_turns { (&self.template, other, shift) } else { (other, &self.template, -shift) };
        let cut = |d: i32| Cut::new(turning.code(), turning.mask(), (shift + d).rem_euclid(COLUMNS as i32) as usize);
        let still = Cut::new(still.code(), still.mask(), 0);
        let (evidence, chance) = blocks::evidence(self.level, &[cut(-1), cut(0), cut(1)], &still, redundancy);
        chance.rarity(evidence)
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

/// -log10 of the false match rate of what is so rare; monotone.
///
/// What one rotation shows is as rare as theory has it, but for three numbers: how strangers' blocks scatter, how far
/// blocks hang together, and how many chances the rotations give. They are fitted to all-pairs comparisons of strangers
/// of two public collections taken with different cameras (CASIA-IrisV4-Interval, MMU1), as they are and blurred, noisy
/// and with lids painted over them, between rates of 1e-1 and 1e-4, all with the same numbers.
fn score_of(rarity: f32, redundancy: f32) -> f32 {
    let bond = BOND * redundancy.sqrt().sqrt();
    (rarity / bond / std::f32::consts::LN_10 - TRIES).max(0.0)
}
