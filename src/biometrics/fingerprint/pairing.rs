//! Which minutiae may correspond: similar cylinders propose pairs.
//!
//! Every cylinder of either print proposes its likeliest partner in the other. The pairs are kept column by column, in
//! order of the rotation they ask for: only neighbours in that order can agree ([`super::agreement`]).

use super::cylinder::Prepared;
use super::motion::Vote;
use super::order::Order;
use super::simd::{self, LANES, Match, Pair, Probe, SimdLevel};

/// Pairs kept at most, the most similar ones.
const MAX_PAIRS: usize = 320;
/// Room in a column: every pair may be repeated where the circle of rotations closes, and a last step of vectors may
/// begin at the last pair.
pub(super) const ROOM: usize = 2 * MAX_PAIRS + LANES;
/// Steps of rotation in a turn.
pub(super) const TURN: i32 = 1 << 14;
/// Least similarity of a pair, so that what is kept of it can be told.
const LEAST: f32 = 0.001;

/// Pairs of cylinders in order of rotation. Beyond the last, the first ones follow once more, turned by a whole turn,
/// as far as [`Self::close`] was asked to repeat them.
pub(super) struct Pairs {
    proposals: Proposals,
    len: usize,
    /// Rotation from the first print to the second in steps.
    pub rotation: [i32; ROOM],
    /// Where the cylinder stands in the first print and in the second.
    pub ax: [f32; ROOM],
    pub ay: [f32; ROOM],
    pub bx: [f32; ROOM],
    pub by: [f32; ROOM],
    /// Sine and cosine of the rotation.
    pub sin: [f32; ROOM],
    pub cos: [f32; ROOM],
    /// Local similarity, above 0 and at most 1.
    pub similarity: [f32; ROOM],
    /// Indexes of the cylinders in the first print and in the second.
    pub ours: [i32; ROOM],
    pub theirs: [i32; ROOM],
    /// Likeness of the cylinders.
    pub likeness: [i32; ROOM],
}

impl Default for Pairs {
    fn default() -> Self {
        let (zero, none) = ([0.0; ROOM], [0; ROOM]);
        Self {
            proposals: Proposals::default(),
            len: 0,
            rotation: none,
            ax: zero,
            ay: zero,
            bx: zero,
            by: zero,
            sin: zero,
            cos: zero,
            similarity: zero,
            ours: none,
            theirs: none,
            likeness: none,
        }
    }
}

impl Pairs {
    /// Number of pairs, repeated ones not counted.
    #[inline(always)]
    pub fn len(&self) -> usize {
        self.len
    }

    /// Proposes pairs of two prints in place of those that were here.
    #[inline(always)]
    pub fn propose(&mut self, level: SimdLevel, a: &Prepared, b: &Prepared) {
        self.proposals.look(level, a, b);
        let Proposals { found, order, .. } = &mut self.proposals;
        // Whole numbers of 14 bits, and as floats above all that are smaller by a bit.
        let steps = |i: usize, j: usize| b.seats[j].steps.wrapping_sub(a.seats[i].steps) & (TURN - 1) as u16;
        order.sort(found.iter().map(|&found| {
            let Pair { probe, other, .. } = Pair::of(found);
            f32::from(TURN as u16 + steps(probe, other))
        }));
        self.len = found.len();
        for (to, from) in order.indexes().enumerate().take(MAX_PAIRS) {
            let Pair { probe, other, likeness } = Pair::of(found[from]);
            let (a, b) = (&a.seats[probe], &b.seats[other]);
            (self.rotation[to], self.likeness[to]) = (i32::from(steps(probe, other)), likeness);
            (self.ours[to], self.theirs[to]) = (probe as i32, other as i32);
            (self.ax[to], self.ay[to], self.bx[to], self.by[to]) = (a.x, a.y, b.x, b.y);
            self.sin[to] = b.sin * a.cos - b.cos * a.sin;
            self.cos[to] = b.cos * a.cos + b.sin * a.sin;
            // The bits that differ, from the likeness: the normalised distance of the cylinder paper.
            let differ = f32::from(a.ones) + f32::from(b.ones) - 2.0 * simd::common(likeness, a.ones, b.ones);
            let similarity = 1.0 - positive(differ).sqrt() / (a.root + b.root);
            self.similarity[to] = if similarity > LEAST { similarity } else { LEAST };
        }
    }

    /// Repeats the first pairs behind the last one, as many as lie within `window` steps of it, and says where the
    /// repeated ones end.
    #[inline(always)]
    pub fn close(&mut self, window: i32) -> usize {
        let n = self.len;
        let Some(last) = n.checked_sub(1) else { return 0 };
        let end = self.rotation[last] + window - TURN;
        let mut to = n;
        while to < 2 * n && self.rotation[to - n] <= end {
            let i = to - n;
            self.rotation[to] = self.rotation[i] + TURN;
            (self.ours[to], self.theirs[to]) = (self.ours[i], self.theirs[i]);
            (self.ax[to], self.ay[to], self.bx[to], self.by[to]) = (self.ax[i], self.ay[i], self.bx[i], self.by[i]);
            (self.sin[to], self.cos[to], self.similarity[to]) = (self.sin[i], self.cos[i], self.similarity[i]);
            to += 1;
        }
        to
    }

    /// A pair as a vote for a motion.
    #[inline(always)]
    pub fn vote(&self, i: usize, weight: f32) -> Vote {
        let (a, b) = ((self.ax[i], self.ay[i]), (self.bx[i], self.by[i]));
        Vote { a, b, sin: self.sin[i], cos: self.cos[i], weight }
    }
}

/// The value or zero: a comparison and a choice, one instruction on every processor.
#[inline(always)]
pub(super) fn positive(value: f32) -> f32 {
    if value > 0.0 { value } else { 0.0 }
}

/// The way from cylinders to pairs.
#[derive(Default)]
struct Proposals {
    probes: Vec<Probe>,
    rows: Vec<Match>,
    columns: Vec<[Match; LANES]>,
    found: Vec<Match>,
    order: Order,
}

impl Proposals {
    /// Finds the best of every row and of every column of likenesses, at most [`MAX_PAIRS`] of them.
    #[inline(always)]
    fn look(&mut self, level: SimdLevel, a: &Prepared, b: &Prepared) {
        self.found.clear();
        if a.is_empty() || b.is_empty() {
            return;
        }
        Probe::all(&a.groups, a.len(), &mut self.probes);
        simd::matches(level, &self.probes, &b.groups, &mut self.rows, &mut self.columns);
        self.found.extend_from_slice(&self.rows);
        for &found in &self.columns.as_flattened()[..b.len()] {
            // What is the best of its column and of its row is there already.
            if self.rows[Pair::of(found).probe] != found {
                self.found.push(found);
            }
        }
        if self.found.len() > MAX_PAIRS {
            self.found.select_nth_unstable_by(MAX_PAIRS, |x, y| y.cmp(x));
            self.found.truncate(MAX_PAIRS);
        }
    }
}
