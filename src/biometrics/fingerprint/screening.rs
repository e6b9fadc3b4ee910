//! The fast stage: a cheap similarity of one finger to a whole gallery, to look at the likeliest first.
//!
//! Every cylinder of the probe looks for its likeliest partner in the gallery finger, and partners that ask for the
//! same rotation add up. Squared, because one striking likeness says more than two middling ones. Whole numbers only,
//! so every instruction set gives the same values.

#![allow(clippy::needless_range_loop, reason = "several arrays in step; so written it becomes vector code")]

use super::cylinder::Prepared;
use super::simd::{self, Group, Key, Probe, Probes, SimdLevel};

/// Likeness from which a pair counts.
const FROM: i32 = -300;
/// Bins of rotation, as the power of two of their width in 1/256 turn.
const BIN_SHIFT: u32 = 3;
/// Bins of rotation in a turn.
const BINS: usize = 256 >> BIN_SHIFT;
/// Sum of squares at which the similarity is a half.
const HALF: f32 = 4.0e6;

/// The cylinders of many fingers, one after the other, as the fast stage reads them.
#[derive(Clone, Default)]
pub struct Shelf {
    groups: Vec<Group>,
    /// Where each finger's groups end.
    ends: Vec<usize>,
}

impl Shelf {
    /// Puts a finger on the shelf; its place is the number of fingers before it.
    pub fn push(&mut self, finger: &Prepared) {
        self.groups.extend_from_slice(&finger.groups);
        self.ends.push(self.groups.len());
    }

    /// Number of fingers.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there is no finger.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// The similarity (0..1) of a probe to every finger in order. Not symmetric; comparable for one probe only.
    pub fn screen(&self, probe: &Prepared) -> Vec<f32> {
        self.screen_at(SimdLevel::current(), probe)
    }

    /// The same with the instructions of one level; the values are the same at every level.
    pub fn screen_at(&self, level: SimdLevel, probe: &Prepared) -> Vec<f32> {
        let probes = Probes::of(&probe.groups, probe.len());
        let mut similarities = Vec::with_capacity(self.ends.len());
        let mut keys = Vec::with_capacity(probe.len());
        let mut start = 0;
        for &end in &self.ends {
            let finger = self.groups.get(start..end).unwrap_or_default();
            simd::best_keys(level, &probes, finger, &mut keys);
            similarities.push(similarity(probes.as_slice(), &keys));
            start = end;
        }
        similarities
    }
}

impl std::fmt::Debug for Shelf {
    /// The count alone: minutiae are personal data and never reach a log.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Shelf({} fingers)", self.len())
    }
}

/// The similarity (0..1) of `a` to a single gallery finger `b`, as [`Shelf::screen`] has it.
pub fn screen(a: &Prepared, b: &Prepared) -> f32 {
    let probes = Probes::of(&a.groups, a.len());
    let mut keys = Vec::new();
    simd::best_keys(SimdLevel::current(), &probes, &b.groups, &mut keys);
    similarity(probes.as_slice(), &keys)
}

fn similarity(probes: &[Probe], keys: &[Key]) -> f32 {
    let mut turns = [0u32; BINS];
    for (probe, &key) in probes.iter().zip(keys) {
        // No key at all stands for no partner: its likeness is far below what counts.
        let above = (probe.likeness(key) - FROM).max(0) as u32;
        turns[usize::from(probe.turned(key) >> BIN_SHIFT)] += above * above;
    }
    let mut best = 0;
    for i in 0..BINS {
        best = best.max(turns[i] + turns[(i + 1) % BINS] + turns[(i + 2) % BINS]);
    }
    let best = best as f32;
    best / (best + HALF)
}
