//! Which pairs vouch for one another, and the motions they propose.
//!
//! Strangers always have a few cylinders that look alike. What they do not have is many such pairs that agree: with
//! the same distance, the same difference of directions and the same bearing in both prints. That agreement (the
//! "global consistency" of the cylinder paper) serves three times: what the best supported pair has behind it tells
//! most strangers at once, the similarities of the best one-to-one assignment are relaxed by it
//! ([`super::relaxation`]), and it proposes the motions under which the prints are laid over each other. As it asks
//! nothing of pairs far apart but that they do not contradict, it also sees a finger that was twisted while it was
//! pressed.

#![allow(clippy::needless_range_loop, reason = "several arrays in step; so written it becomes vector code")]

use std::f32::consts::TAU;

use super::motion::{Motion, Vote};
use super::pairing::{Pairs, ROOM, TURN, positive};
use super::points::Lane;
use super::simd::{self, LANES};

/// Agreement from which a pair joins in shaping a proposed motion.
const JOINS: f32 = 0.1;
/// Agreement from which two pairs propose the same motion.
const SAME: f32 = 0.6;

/// Differences at which agreement ends: of distances in pixels, of directions and of bearings in radians.
const DISTANCE_END: f32 = 10.0;
const ROTATION_END: f32 = 0.5;
const BEARING_END: f32 = 0.45;
/// Parts of the support that are summed on their own.
const SUMS: usize = 4;
/// Steps of rotation within which pairs are looked at: a little beyond the end of agreement, which is reckoned from
/// the cosine.
const WINDOW: i32 = ((ROTATION_END + 0.01) / TAU * TURN as f32) as i32 + 2;

/// Two pairs (by index) and how well they agree, above 0 and at most 1.
#[derive(Clone, Copy)]
pub(super) struct Edge {
    pub one: u16,
    pub other: u16,
    pub agreement: f32,
}

/// How well one pair agrees with the eight from another on.
struct Step {
    one: u16,
    from: u16,
    agreements: Lane,
}

/// Which of the candidate pairs agree.
pub(super) struct Agreements {
    /// Steps in which any do.
    steps: Vec<Step>,
    /// The same pair by pair, once [`Self::list`] was asked to.
    pub edges: Vec<Edge>,
    /// What each pair has behind it: the agreement of others with it, times their similarity. In [`SUMS`] parts, as
    /// one step would wait for what the step before writes.
    support: [[f32; ROOM]; SUMS],
    votes: Vec<Vote>,
}

impl Default for Agreements {
    fn default() -> Self {
        Self { steps: Vec::new(), edges: Vec::new(), support: [[0.0; ROOM]; SUMS], votes: Vec::new() }
    }
}

impl Agreements {
    /// Looks which pairs agree and says what the best supported one has behind it. Two pairs with a common cylinder
    /// contradict each other.
    #[inline(always)]
    pub fn among(&mut self, pairs: &mut Pairs) -> f32 {
        let n = pairs.len();
        let end = pairs.close(WINDOW);
        self.steps.clear();
        for support in &mut self.support {
            support[..(end + LANES).min(ROOM)].fill(0.0);
        }
        let mut ahead = 0;
        for t in 0..n {
            let last = pairs.rotation[t] + WINDOW;
            while ahead < end && pairs.rotation[ahead] <= last {
                ahead += 1;
            }
            let mut own: Lane = [0.0; LANES];
            for from in (t + 1..ahead).step_by(LANES) {
                let agreements = agreements(pairs, t, from, ahead);
                self.support(pairs, t, from, &agreements, &mut own);
                let kept = self.steps.len() + usize::from(simd::above_zero(&agreements) != 0);
                self.steps.push(Step { one: t as u16, from: from as u16, agreements });
                self.steps.truncate(kept);
            }
            let [a, b, c, d, e, f, g, h] = own;
            self.support[t % SUMS][t] += ((a + e) + (b + f)) + ((c + g) + (d + h));
        }
        self.sum_up(n, end);
        self.most_support(n)
    }

    /// Adds what pair `t` and the eight from `from` on have in each other.
    #[inline(always)]
    fn support(&mut self, pairs: &Pairs, t: usize, from: usize, agreements: &Lane, own: &mut Lane) {
        let similarity = pairs.similarity[t];
        let others = eight(&pairs.similarity, from);
        let mut support = eight(&self.support[t % SUMS], from);
        for l in 0..LANES {
            own[l] += agreements[l] * others[l];
            support[l] += agreements[l] * similarity;
        }
        self.support[t % SUMS][from..from + LANES].copy_from_slice(&support);
    }

    /// Brings the parts of the support together, those of repeated pairs as well.
    #[inline(always)]
    fn sum_up(&mut self, n: usize, end: usize) {
        let [sum, rest @ ..] = &mut self.support;
        for part in rest {
            for (sum, part) in sum[..end].iter_mut().zip(&part[..end]) {
                *sum += part;
            }
        }
        for i in n..end {
            sum[i - n] += sum[i];
        }
    }

    /// Lists the edges.
    #[inline(always)]
    pub fn list(&mut self, n: usize) {
        self.edges.clear();
        for step in &self.steps {
            let mut above = simd::above_zero(&step.agreements);
            while above != 0 {
                let l = above.trailing_zeros() as usize & (LANES - 1);
                above &= above - 1;
                let k = usize::from(step.from) + l;
                let other = if k < n { k } else { k - n } as u16;
                self.edges.push(Edge { one: step.one, other, agreement: step.agreements[l] });
            }
        }
    }

    /// What the best supported pair has behind it.
    #[inline(always)]
    fn most_support(&self, n: usize) -> f32 {
        let mut most: Lane = [0.0; LANES];
        let whole = self.support[0][..n].chunks_exact(LANES);
        let rest = whole.remainder();
        for eight in whole {
            for l in 0..LANES {
                most[l] = if eight[l] > most[l] { eight[l] } else { most[l] };
            }
        }
        rest.iter().chain(&most).fold(0.0, |most, s| if *s > most { *s } else { most })
    }

    /// The rigid motion that most of the pairs vouch for that have not vouched for one before.
    #[inline(always)]
    pub fn next_motion(&mut self, pairs: &Pairs) -> Option<Motion> {
        let most = self.most_support(pairs.len());
        let support = &mut self.support[0];
        // The first of the best; who has spoken for a motion has no support left.
        let leader = support[..pairs.len()].iter().position(|s| most > 0.0 && *s == most)?;
        support[leader] = 0.0;
        self.votes.clear();
        self.votes.push(pairs.vote(leader, 1.0));
        for edge in &self.edges {
            let (one, other) = (usize::from(edge.one), usize::from(edge.other));
            if one != leader && other != leader {
                continue;
            }
            let voter = one + other - leader;
            if edge.agreement > JOINS {
                self.votes.push(pairs.vote(voter, edge.agreement));
            }
            if edge.agreement > SAME {
                support[voter] = 0.0;
            }
        }
        Motion::of(&self.votes)
    }
}

/// How well pair `t` agrees with the eight pairs from `from` on under one rigid motion; with those from `end` on not
/// at all.
#[inline(always)]
fn agreements(pairs: &Pairs, t: usize, from: usize, end: usize) -> Lane {
    let (ax, ay) = (eight(&pairs.ax, from), eight(&pairs.ay, from));
    let (bx, by) = (eight(&pairs.bx, from), eight(&pairs.by, from));
    let (sin, cos) = (eight(&pairs.sin, from), eight(&pairs.cos, from));
    let (ours, theirs) = (eight(&pairs.ours, from), eight(&pairs.theirs, from));
    let (tax, tay, tbx, tby) = (pairs.ax[t], pairs.ay[t], pairs.bx[t], pairs.by[t]);
    let (ts, tc, t_ours, t_theirs) = (pairs.sin[t], pairs.cos[t], pairs.ours[t], pairs.theirs[t]);
    let ahead = (end - from) as i32;
    let mut out = [0.0; LANES];
    for l in 0..LANES {
        let (ux, uy, vx, vy) = (ax[l] - tax, ay[l] - tay, bx[l] - tbx, by[l] - tby);
        let (s, c) = (sin[l], cos[l]);
        let (uu, vv) = (ux * ux + uy * uy, vx * vx + vy * vy);
        let per = 2.0 / (uu + vv + 1e-3);
        // Difference of the distances, squared: the sum of both is nearly the root of twice the sum of squares.
        let distance = (uu - vv) * (uu - vv) * 0.25 * per;
        let aligned = tc * c + ts * s;
        let (dot, cross) = (ux * vx + uy * vy, ux * vy - uy * vx);
        // Sine of the bearing turned back by either rotation; the product of the lengths is nearly half the sum of
        // squares.
        let (st, sk) = ((cross * tc - dot * ts) * per, (cross * c - dot * s) * per);
        let (st, sk) = (st * st, sk * sk);
        let bearing = if st > sk { st } else { sk };
        let (ft, fk) = (dot * tc + cross * ts, dot * c + cross * s);
        let by_distance = 1.0 - distance * (1.0 / (DISTANCE_END * DISTANCE_END));
        let by_rotation = 1.0 - (1.0 - aligned) * (2.0 / (ROTATION_END * ROTATION_END));
        let by_bearing = 1.0 - bearing * (1.0 / (BEARING_END * BEARING_END));
        let agreement = positive(by_distance) * positive(by_rotation) * positive(by_bearing);
        let forward = if ft < fk { ft } else { fk };
        let counts = (forward > 0.0) & (ours[l] != t_ours) & (theirs[l] != t_theirs) & ((l as i32) < ahead);
        out[l] = if counts { agreement } else { 0.0 };
    }
    out
}

#[inline(always)]
fn eight<T: Copy + Default>(column: &[T; ROOM], from: usize) -> [T; LANES] {
    let mut out = [T::default(); LANES];
    out.copy_from_slice(&column[from..from + LANES]);
    out
}
