//! Synthetic people: everything a resident brings to the desk, drawn from seeds.
//!
//! Tests, training and demonstrations need residents whose truth is known and who are nobody. Each part of a person
//! (fingers, eyes, face, signature, register row) is a pure function of a *person seed* and, where a device would
//! see it afresh each time, a *capture seed*: equal seeds give equal bytes, other seeds give another person or
//! another capture of the same one. Nothing here is modelled on an existing person.

pub mod eye;
pub mod finger;
pub mod ink;
pub mod names;
pub mod portrait;
pub mod register;
pub mod slap;

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// Random numbers for one purpose of one person.
///
/// ChaCha8 because its stream is specified bit by bit and thus equal on every machine; the purpose picks the stream,
/// so that drawing more numbers for the lashes never changes the iris.
pub(crate) struct Dice(ChaCha8Rng);

impl Dice {
    /// The numbers for `purpose` under `seed`.
    pub(crate) fn new(seed: u64, purpose: u64) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        rng.set_stream(purpose);
        Self(rng)
    }

    /// 32 random bits.
    pub(crate) fn bits(&mut self) -> u32 {
        self.0.next_u32()
    }

    /// Uniform in 0..1 in steps of 2^-24.
    pub(crate) fn unit(&mut self) -> f32 {
        (self.bits() >> 8) as f32 / 16_777_216.0
    }

    /// Uniform in `low..high`.
    pub(crate) fn range(&mut self, low: f32, high: f32) -> f32 {
        low + (high - low) * self.unit()
    }

    /// Uniform in `0..bound`; 0 when `bound` is 0.
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        ((u64::from(self.bits()) * bound as u64) >> 32) as usize
    }

    /// Uniform among the whole numbers `low..=high`.
    pub(crate) fn between(&mut self, low: i32, high: i32) -> i32 {
        low + self.below((high - low).max(0) as usize + 1) as i32
    }

    /// True with probability `p`.
    pub(crate) fn chance(&mut self, p: f32) -> bool {
        self.unit() < p
    }

    /// Nearly normal (sum of twelve uniforms), mean 0, standard deviation 1, never beyond 6: no transcendental
    /// functions, hence equal on every machine.
    pub(crate) fn gauss(&mut self) -> f32 {
        (0..6).map(|_| self.pair()).sum::<f32>() - 6.0
    }

    fn pair(&mut self) -> f32 {
        let bits = self.bits();
        ((bits & 0xffff) + (bits >> 16) + 1) as f32 / 65_536.0
    }

    /// One of `choices`; `None` only when there are none.
    pub(crate) fn pick<T: Copy>(&mut self, choices: &[T]) -> Option<T> {
        choices.get(self.below(choices.len())).copied()
    }

    /// One of `choices` (never empty by its type).
    pub(crate) fn one_of<T: Copy, const N: usize>(&mut self, choices: [T; N]) -> T {
        const { assert!(N > 0) };
        choices[self.below(N)]
    }

    /// The index of one of the weights, chosen in proportion; 0 when all are 0.
    pub(crate) fn weighted(&mut self, weights: &[u32]) -> usize {
        let mut left = self.below(weights.iter().sum::<u32>() as usize) as u32;
        for (index, &weight) in weights.iter().enumerate() {
            match left.checked_sub(weight) {
                Some(rest) => left = rest,
                None => return index,
            }
        }
        0
    }
}

/// A new seed from a seed and a tag, so that neighbouring seeds give unrelated people.
pub(crate) fn derive(seed: u64, tag: u64) -> u64 {
    // SplitMix64 finaliser (Steele, Lea, Flood 2014).
    let mut z = seed ^ tag.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}
