//! How similar two prints are once their pairs have vouched for one another.
//!
//! The similarities of the best one-to-one assignment are relaxed by the agreement of its pairs, and those count that
//! kept most of theirs: the LSA-R of the cylinder paper.

use super::agreement::{Agreements, Edge};
use super::order::Order;
use super::pairing::{Pairs, ROOM};

/// Rounds of relaxation.
const ROUNDS: usize = 5;
/// Share of its own similarity a pair keeps in each round.
const OWN_SHARE: f32 = 0.5;
/// Others a pair must at least answer to: three pairs that agree by chance must not count as unanimous.
const CROWD: usize = 20;
/// Beyond every likeness, and far enough for all differences to have as many bits.
const LIKEST: i32 = 24_576;
/// Stands for pairs that are not assigned.
const OUT: u16 = u16::MAX;

/// Room for the steps of one relaxation.
pub(super) struct Relaxation {
    order: Order,
    /// Where each pair stands in the assignment.
    place: [u16; ROOM],
    edges: Vec<Edge>,
    /// Similarities of the assigned pairs: at first, and in the course of relaxation.
    before: Vec<f32>,
    now: Vec<f32>,
    next: Vec<f32>,
}

impl Default for Relaxation {
    fn default() -> Self {
        let (before, now, next) = (Vec::new(), Vec::new(), Vec::new());
        Self { order: Order::default(), place: [OUT; ROOM], edges: Vec::new(), before, now, next }
    }
}

impl Relaxation {
    /// Mean similarity of the `wanted` pairs of the best assignment that kept most of theirs while all were relaxed by
    /// their agreement; 0 when there are fewer than two.
    #[inline(always)]
    pub fn similarity(&mut self, pairs: &Pairs, agreements: &Agreements, wanted: usize) -> f32 {
        self.assign(pairs);
        let n = self.before.len();
        if n < 2 {
            return 0.0;
        }
        let share = (1.0 - OWN_SHARE) / (n - 1).max(CROWD) as f32;
        self.edges.clear();
        for edge in &agreements.edges {
            let (one, other) = (self.place[usize::from(edge.one)], self.place[usize::from(edge.other)]);
            let kept = self.edges.len() + usize::from((one != OUT) & (other != OUT));
            self.edges.push(Edge { one, other, agreement: share * edge.agreement });
            self.edges.truncate(kept);
        }
        self.relax();
        self.kept(wanted) / wanted as f32
    }

    /// Assigns the most similar pairs of which no cylinder is taken.
    #[inline(always)]
    fn assign(&mut self, pairs: &Pairs) {
        let n = pairs.len();
        self.order.sort(pairs.likeness[..n].iter().map(|likeness| (LIKEST - likeness) as f32));
        self.place[..n].fill(OUT);
        self.before.clear();
        let (mut ours, mut theirs) = ([false; 256], [false; 256]);
        for i in self.order.indexes() {
            let (x, y) = ((pairs.ours[i] & 255) as usize, (pairs.theirs[i] & 255) as usize);
            // Without a branch: whether a pair is still free is hard to foresee.
            let free = !(ours[x] | theirs[y]);
            ours[x] |= free;
            theirs[y] |= free;
            let place = self.before.len();
            self.place[i] = if free { place as u16 } else { OUT };
            self.before.push(pairs.similarity[i]);
            self.before.truncate(place + usize::from(free));
        }
    }

    #[inline(always)]
    fn relax(&mut self) {
        self.now.clone_from(&self.before);
        for _ in 0..ROUNDS {
            self.next.clear();
            for now in &self.now {
                self.next.push(OWN_SHARE * now);
            }
            for edge in &self.edges {
                let (one, other) = (usize::from(edge.one), usize::from(edge.other));
                self.next[one] += edge.agreement * self.now[other];
                self.next[other] += edge.agreement * self.now[one];
            }
            std::mem::swap(&mut self.now, &mut self.next);
        }
    }

    /// Sum of the `wanted` similarities of which the greatest shares are left.
    #[inline(always)]
    fn kept(&mut self, wanted: usize) -> f32 {
        // Of equal shares that of the more similar pair comes first.
        self.order.sort(self.before.iter().zip(&self.now).map(|(before, now)| before / now));
        self.order.indexes().take(wanted).map(|i| self.now[i]).sum()
    }
}
