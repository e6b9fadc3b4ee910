//! The check a court expert would make: lay one print over the other and see which minutiae meet.
//!
//! The similar pairs propose a rigid motion; under it every minutia of one print (also those without a cylinder) looks
//! for a partner near in place and direction. Then the laid print is bent as skin bends ([`super::bending`]), so that
//! the bending grows from where the prints already agree. What counts is how many meet, and how many should have met:
//! those inside the part of the finger that both prints show.

#![allow(clippy::needless_range_loop, reason = "several arrays in step; so written it becomes vector code")]

use std::ops::Range;

use super::bending::Bending;
use super::cylinder::Prepared;
use super::motion::Motion;
use super::pairing::positive;
use super::points::{Block, Lane, Point, Points};
use super::simd::{self, LANES};

/// Distance in pixels at which two minutiae under a rigid motion stop being one.
const FIRST_REACH: f32 = 20.0;
/// The same once the print is bent.
const REACH: f32 = 13.0;
/// Difference of directions in radians at which they stop being one.
pub(super) const SWING: f32 = 0.6;
/// Rounds of bending.
const BENDS: usize = 2;
/// Pixels outside the hull of a print at which a minutia still counts as inside.
const RIM: f32 = 10.0;

/// One print laid over the other as it is, and only looked at.
#[derive(Clone, Copy)]
pub(super) struct Glance {
    pub motion: Motion,
    /// Sum over the minutiae laid of the likeliest partner's closeness times the certainty of both.
    pub met: f32,
}

impl Glance {
    /// Lays `a` over `b`.
    #[inline(always)]
    pub fn at(a: &Prepared, b: &Prepared, motion: Motion) -> Self {
        Self { motion, met: likely(&a.points, &motion, &b.points, FIRST_REACH) }
    }

    /// How many minutiae should have met: the sum of certainties of those inside the other's area, geometric mean of
    /// both prints.
    #[inline(always)]
    pub fn expected(&self, a: &Prepared, b: &Prepared) -> f32 {
        let mut product = 1.0;
        for (hull, points, motion) in [(&b.hull, &a.points, self.motion), (&a.hull, &b.points, self.motion.back())] {
            product *= hull.certainty_within(points, &motion, RIM);
        }
        product.sqrt()
    }
}

/// Two minutiae that meet.
#[derive(Clone, Copy)]
pub(super) struct Met {
    /// Index of the laid one.
    pub laid: usize,
    /// Index of the other.
    pub other: usize,
    /// How close they are, 0..=1.
    pub closeness: f32,
    /// The same times how certain they are.
    weight: f32,
}

/// One print laid over the other, its minutiae paired.
#[derive(Default)]
pub(super) struct Overlay {
    /// The minutiae of the first print in the frame of the second.
    laid: Vec<Block>,
    pairs: Vec<Met>,
    meeting: Meeting,
    bending: Bending,
    /// Sum of closeness of the pairs times their certainty.
    pub met: f32,
}

impl Overlay {
    /// Lays `a` over `b` in place of what was laid before and pairs what meets. While that is `worth` it, the laid print
    /// is bent as skin bends and paired again.
    #[inline(always)]
    pub fn lay(&mut self, a: &Prepared, b: &Prepared, motion: &Motion, worth: impl Fn(f32) -> bool) {
        self.laid.clear();
        for block in &a.points.blocks {
            self.laid.push(motion.block(block));
        }
        for bends in 0..=BENDS {
            let reach = if bends > 0 { REACH } else { FIRST_REACH };
            self.meeting.pair_up(&self.laid, a.points.len(), &b.points, reach, &mut self.pairs);
            self.met = 0.0;
            for pair in &self.pairs {
                self.met += pair.weight;
            }
            if bends == BENDS || !worth(self.met) {
                return;
            }
            self.bending.bend(&mut self.laid, &b.points, &self.pairs);
        }
    }

    /// Minutiae that meet, as indexes into the two templates, closest first.
    pub fn pairs(&mut self, a: &Prepared, b: &Prepared) -> Vec<(u16, u16)> {
        self.pairs.sort_unstable_by(|x, y| y.closeness.total_cmp(&x.closeness).then(x.laid.cmp(&y.laid)));
        let index = |p: &Prepared, i: usize| p.points.index.get(i).copied().unwrap_or_default();
        self.pairs.iter().map(|m| (index(a, m.laid), index(b, m.other))).collect()
    }
}

#[inline(always)]
fn more(x: f32, y: f32) -> f32 {
    if x > y { x } else { y }
}

/// The greatest of eight; in pairs, as a chain would wait for itself.
#[inline(always)]
fn greatest(lane: &Lane) -> f32 {
    let [a, b, c, d, e, f, g, h] = *lane;
    more(more(more(a, e), more(b, f)), more(more(c, g), more(d, h)))
}

/// How close one minutia is to eight others, 0..=1.
#[inline(always)]
fn closeness(p: &Point, others: &Block, reach: f32) -> Lane {
    let (per_reach, per_swing) = (1.0 / (reach * reach), 2.0 / (SWING * SWING));
    let mut lane: Lane = [0.0; LANES];
    for l in 0..LANES {
        let (dx, dy) = (others.x[l] - p.x, others.y[l] - p.y);
        let near = 1.0 - (dx * dx + dy * dy) * per_reach;
        // For small angles the square is twice what the cosine lacks of one.
        let along = 1.0 - (1.0 - (p.ux * others.ux[l] + p.uy * others.uy[l])) * per_swing;
        lane[l] = positive(near) * positive(along);
    }
    lane
}

/// The sum over the minutiae laid by a motion of the likeliest partner's closeness times certainty.
#[inline(always)]
fn likely(ours: &Points, motion: &Motion, others: &Points, reach: f32) -> f32 {
    let mut sum = 0.0;
    for (block, first) in ours.blocks.iter().zip((0..).step_by(LANES)) {
        let laid = motion.block(block);
        let lanes = LANES.min(ours.len() - first);
        let near = others.near(&laid.x[..lanes], reach);
        for l in 0..lanes {
            let p = laid.get(l);
            let mut best: Lane = [0.0; LANES];
            for block in &others.blocks[near.clone()] {
                let close = closeness(&p, block, reach);
                for l in 0..LANES {
                    let weight = close[l] * block.root[l];
                    best[l] = more(weight, best[l]);
                }
            }
            sum += p.root * greatest(&best);
        }
    }
    sum
}

/// Room for finding the pairs of which each is the other's closest.
#[derive(Default)]
struct Meeting {
    /// How close the closest laid one is to each of the others.
    close_to: Vec<Lane>,
    /// How close the closest other is to each of the laid ones.
    close: Vec<f32>,
}

impl Meeting {
    #[inline(always)]
    fn pair_up(&mut self, laid: &[Block], count: usize, others: &Points, reach: f32, met: &mut Vec<Met>) {
        self.look(laid, count, others, reach);
        met.clear();
        for (block, first) in laid.iter().zip((0..).step_by(LANES)) {
            let lanes = LANES.min(count - first);
            let near = others.near(&block.x[..lanes], reach);
            for l in 0..lanes {
                let closest = self.close[first + l];
                if closest > 0.0
                    && let Some(other) = self.mutual(&block.get(l), closest, others, near.clone(), reach)
                {
                    let weight = closest * block.root[l] * others.get(other).root;
                    met.push(Met { laid: first + l, other, closeness: closest, weight });
                }
            }
        }
    }

    #[inline(always)]
    fn look(&mut self, laid: &[Block], count: usize, others: &Points, reach: f32) {
        self.close_to.clear();
        self.close_to.resize(others.blocks.len(), [0.0; LANES]);
        self.close.clear();
        for (block, first) in laid.iter().zip((0..).step_by(LANES)) {
            let lanes = LANES.min(count - first);
            let near = others.near(&block.x[..lanes], reach);
            for l in 0..lanes {
                let p = block.get(l);
                let mut best: Lane = [0.0; LANES];
                for (others, column) in others.blocks[near.clone()].iter().zip(&mut self.close_to[near.clone()]) {
                    let close = closeness(&p, others, reach);
                    for l in 0..LANES {
                        best[l] = more(close[l], best[l]);
                        column[l] = more(close[l], column[l]);
                    }
                }
                self.close.push(greatest(&best));
            }
        }
    }

    /// The one of the others to which a laid one is closest, if that has no closer one; it is taken then.
    #[inline(always)]
    fn mutual(&mut self, p: &Point, closest: f32, others: &Points, near: Range<usize>, reach: f32) -> Option<usize> {
        for k in near {
            let (close, column) = (closeness(p, &others.blocks[k], reach), &mut self.close_to[k]);
            let mut both: Lane = [0.0; LANES];
            for l in 0..LANES {
                let counts = (close[l] == closest) & (column[l] == closest);
                both[l] = if counts { 1.0 } else { 0.0 };
            }
            let found = simd::above_zero(&both);
            if found != 0 {
                let l = found.trailing_zeros() as usize & (LANES - 1);
                column[l] = f32::INFINITY;
                return Some(k * LANES + l);
            }
        }
        None
    }
}
