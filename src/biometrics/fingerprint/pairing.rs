//! Which minutiae may correspond: local similarities propose pairs, and pairs vouch for one another.
//!
//! Strangers always have a few cylinders that look alike. What they do not have is many such pairs that agree: with
//! the same distance, the same difference of directions and the same bearing in both prints. That agreement (the
//! "global consistency" of the cylinder paper) serves twice here: to relax the similarities of the best one-to-one
//! assignment (LSA-R), and to propose the motions under which the prints are laid over each other. As it asks nothing
//! of pairs far apart but that they do not contradict, it also sees a finger that was twisted while it was pressed.

#![allow(clippy::needless_range_loop, reason = "several arrays in step; so written it becomes vector code")]

use std::f32::consts::{PI, TAU};

use super::align::{Motion, above_zero, positive};
use super::cylinder::{Prepared, Seat, turn};
use super::simd::{self, Key, LANES, Probe, SimdLevel};

/// Pairs kept at most, the most similar ones.
const MAX_PAIRS: usize = 320;
/// Motions proposed at most.
pub(super) const MOTIONS: usize = 4;
/// Agreement from which a pair joins in shaping a proposed motion.
const JOINS: f32 = 0.1;
/// Agreement from which two pairs propose the same motion.
const SAME: f32 = 0.6;
/// Rounds of relaxation.
const ROUNDS: usize = 5;
/// Share of its own similarity a pair keeps in each round.
const OWN_SHARE: f32 = 0.5;
/// Others a pair must at least answer to: three pairs that agree by chance must not count as unanimous.
const CROWD: usize = 20;

/// Differences at which agreement ends: of distances in pixels, of directions and of bearings in radians.
const DISTANCE_END: f32 = 10.0;
const ROTATION_END: f32 = 0.5;
const BEARING_END: f32 = 0.45;

/// Steps of a turn by which pairs are sorted.
const ROTATION_STEPS: f32 = 2048.0;
/// Rotation within which pairs are looked at: the end of agreement and a step for the coarse order.
const WINDOW: f32 = ROTATION_END + 2.0 * TAU / ROTATION_STEPS;

/// A proposed correspondence.
#[derive(Clone, Copy)]
struct Pair {
    /// Where it stands in the first print.
    a: Seat,
    /// Where it stands in the second.
    b: Seat,
    /// Indexes of the cylinders.
    cylinders: (u8, u8),
    /// Local similarity, above 0 and at most 1.
    similarity: f32,
    /// Rotation from the first print to the second, -pi..=pi.
    rotation: f32,
}

/// Two pairs (by index) and how well they agree, above 0 and at most 1.
type Edge = (u16, u16, f32);

/// The candidate pairs in order of rotation, and which of them agree.
pub(super) struct Candidates {
    pairs: Vec<Pair>,
    edges: Vec<Edge>,
    /// Indexes of the pairs, most similar first.
    by_similarity: Vec<u16>,
}

impl Candidates {
    /// Proposes pairs of two prints.
    #[inline(always)]
    pub fn of(level: SimdLevel, a: &Prepared, b: &Prepared) -> Self {
        let ranked = likeliest(level, a, b);
        // Sorted by rotation, only neighbours can agree. Rotation and rank in one number sort fast; half a thousandth
        // of a turn is enough for that.
        let mut order: Vec<u32> = Vec::with_capacity(ranked.len());
        for (rank, pair) in ranked.iter().enumerate() {
            let step = ((pair.rotation + PI) * (ROTATION_STEPS / TAU)) as u32;
            order.push(step << 16 | rank as u32);
        }
        order.sort_unstable();
        let mut pairs = Vec::with_capacity(order.len());
        for key in &order {
            pairs.push(ranked[(key & 0xffff) as usize]);
        }
        let mut by_similarity = vec![0; pairs.len()];
        for (place, key) in order.iter().enumerate() {
            by_similarity[(key & 0xffff) as usize] = place as u16;
        }
        let edges = Columns::of(&pairs).edges(&pairs);
        Self { pairs, edges, by_similarity }
    }

    /// Mean similarity of the `wanted` pairs of the best assignment that kept most of theirs while all were relaxed by
    /// their agreement; 0 when there are fewer than two.
    #[inline(always)]
    pub fn relaxed_similarity(&self, wanted: usize) -> f32 {
        /// Stands for pairs that are not assigned.
        const OUT: u16 = u16::MAX;
        let (mut used_a, mut used_b) = ([false; 256], [false; 256]);
        let mut place = vec![OUT; self.pairs.len()];
        let mut before = Vec::with_capacity(self.pairs.len());
        for &i in &self.by_similarity {
            let pair = &self.pairs[usize::from(i)];
            let (x, y) = (usize::from(pair.cylinders.0), usize::from(pair.cylinders.1));
            if !used_a[x] && !used_b[y] {
                (used_a[x], used_b[y]) = (true, true);
                place[usize::from(i)] = before.len() as u16;
                before.push(pair.similarity);
            }
        }
        let n = before.len();
        if n < 2 {
            return 0.0;
        }
        let places = |&(t, k, agreement): &Edge| (place[usize::from(t)], place[usize::from(k)], agreement);
        let edges: Vec<Edge> = self.edges.iter().map(places).filter(|e| e.0 != OUT && e.1 != OUT).collect();
        let share = (1.0 - OWN_SHARE) / (n - 1).max(CROWD) as f32;
        let mut now = before.clone();
        let mut next = before.clone();
        for _ in 0..ROUNDS {
            for (next, now) in next.iter_mut().zip(&now) {
                *next = OWN_SHARE * now;
            }
            for &(t, k, agreement) in &edges {
                let (t, k) = (usize::from(t), usize::from(k));
                next[t] += share * agreement * now[k];
                next[k] += share * agreement * now[t];
            }
            std::mem::swap(&mut now, &mut next);
        }
        let mut kept: Vec<(f32, f32)> = before.iter().zip(now).map(|(before, now)| (now / before, now)).collect();
        kept.sort_unstable_by(|x, y| y.0.total_cmp(&x.0).then(y.1.total_cmp(&x.1)));
        kept.iter().take(wanted).map(|k| k.1).sum::<f32>() / wanted as f32
    }

    /// The rigid motions most candidates vouch for, most vouched for first.
    #[inline(always)]
    pub fn motions(&self) -> Vec<Motion> {
        let mut support = vec![0.0f32; self.pairs.len()];
        for &(t, k, agreement) in &self.edges {
            let (t, k) = (usize::from(t), usize::from(k));
            support[t] += agreement * self.pairs[k].similarity;
            support[k] += agreement * self.pairs[t].similarity;
        }
        let mut motions = Vec::with_capacity(MOTIONS);
        let mut voters = Vec::new();
        while motions.len() < MOTIONS {
            // The first of the best; who has spoken for a motion has no support left.
            let best =
                support.iter().enumerate().fold((0, 0.0), |best, (i, &s)| if s > best.1 { (i, s) } else { best });
            if best.1 <= 0.0 {
                break;
            }
            let leader = best.0;
            support[leader] = 0.0;
            voters.clear();
            voters.push((self.pairs[leader].a, self.pairs[leader].b, 1.0));
            for &(t, k, agreement) in &self.edges {
                let other = match (usize::from(t) == leader, usize::from(k) == leader) {
                    (true, _) => usize::from(k),
                    (_, true) => usize::from(t),
                    (false, false) => continue,
                };
                if agreement > JOINS {
                    voters.push((self.pairs[other].a, self.pairs[other].b, agreement));
                }
                if agreement > SAME {
                    support[other] = 0.0;
                }
            }
            motions.extend(Motion::of(&voters));
        }
        motions
    }
}

/// The pairs in which one is the most similar of the other, best first.
#[inline(always)]
fn likeliest(level: SimdLevel, a: &Prepared, b: &Prepared) -> Vec<Pair> {
    let probes = Probe::all(&a.groups, a.len());
    let keys = simd::keys(level, &probes, &b.groups);
    let width = b.groups.len() * LANES;
    if width == 0 {
        return Vec::new();
    }
    let mut found = proposals(&probes, &keys, width);
    found.sort_unstable();
    found.dedup();
    found.truncate(MAX_PAIRS);
    let mut pairs = Vec::with_capacity(found.len());
    for proposal in found {
        let cylinders = ((proposal >> 8) as u8, proposal as u8);
        let (Some(a), Some(b)) = (a.seats.get(usize::from(cylinders.0)), b.seats.get(usize::from(cylinders.1))) else {
            continue;
        };
        let likeness = LOWEST - (proposal >> 16) as i32;
        let (ours, theirs) = (f32::from(a.ones), f32::from(b.ones));
        // The bits that differ, from the likeness: the normalised distance of the cylinder paper.
        let differ = ours + theirs - 2.0 * simd::common(likeness, a.ones, b.ones);
        let similarity = 1.0 - differ.max(0.0).sqrt() / (ours.sqrt() + theirs.sqrt()).max(1.0);
        let rotation = turn(b.angle, a.angle);
        pairs.push(Pair { a: *a, b: *b, cylinders, similarity: similarity.max(LEAST), rotation });
    }
    pairs
}

/// Least similarity of a candidate, so that what is kept of it can be told.
const LEAST: f32 = 0.001;

/// Beyond every likeness, to turn the most alike into the smallest number.
const LOWEST: i32 = 32_767;

/// The best of every row and of every column, as unlikeness (16 bits), row and column (8 bits each).
#[inline(always)]
fn proposals(probes: &[Probe], keys: &[Key], width: usize) -> Vec<u32> {
    /// What does not exist.
    const NOTHING: u32 = u32::MAX;
    let mut columns = vec![[NOTHING; LANES]; width / LANES];
    let mut found = Vec::with_capacity(probes.len() + width);
    for (i, (probe, row)) in probes.iter().zip(keys.chunks_exact(width)).enumerate() {
        let mut best = [NOTHING; LANES];
        for (k, (keys, column)) in row.chunks_exact(LANES).zip(&mut columns).enumerate() {
            for l in 0..LANES {
                let unlike = (LOWEST - probe.likeness(keys[l])) as u32;
                let proposal = unlike << 16 | (i as u32 & 255) << 8 | (k * LANES + l) as u32 & 255;
                let proposal = if keys[l] == 0 { NOTHING } else { proposal };
                best[l] = best[l].min(proposal);
                column[l] = column[l].min(proposal);
            }
        }
        let [a, b, c, d, e, f, g, h] = best;
        found.push(a.min(e).min(b.min(f)).min(c.min(g).min(d.min(h))));
    }
    for proposal in columns.as_flattened() {
        found.push(*proposal);
    }
    found.retain(|proposal| *proposal != NOTHING);
    found
}

/// The pairs column by column, for vector registers; what lies beyond the last agrees with nothing.
struct Columns {
    ax: Vec<f32>,
    ay: Vec<f32>,
    bx: Vec<f32>,
    by: Vec<f32>,
    sin: Vec<f32>,
    cos: Vec<f32>,
}

impl Columns {
    #[inline(always)]
    fn of(pairs: &[Pair]) -> Self {
        // Room for a whole step that begins at the last pair.
        let zero = || vec![0.0; pairs.len() + LANES];
        let mut c = Self { ax: zero(), ay: zero(), bx: zero(), by: zero(), sin: zero(), cos: zero() };
        for (i, p) in pairs.iter().enumerate() {
            (c.ax[i], c.ay[i], c.bx[i], c.by[i]) = (p.a.x, p.a.y, p.b.x, p.b.y);
            (c.sin[i], c.cos[i]) = (p.b.sin * p.a.cos - p.b.cos * p.a.sin, p.b.cos * p.a.cos + p.b.sin * p.a.sin);
        }
        c
    }

    /// All agreements among pairs sorted by rotation; two pairs with a common cylinder contradict each other.
    #[inline(always)]
    fn edges(&self, pairs: &[Pair]) -> Vec<Edge> {
        let n = pairs.len();
        let mut edges = Vec::with_capacity(4 * n);
        let (mut ahead, mut around) = (0, 0);
        for t in 0..n {
            let end = pairs[t].rotation + WINDOW;
            while ahead < n && pairs[ahead].rotation <= end {
                ahead += 1;
            }
            // The circle closes: after the last comes the first again.
            while around < t && pairs[around].rotation + TAU <= end {
                around += 1;
            }
            for (from, to) in [(t + 1, ahead.max(t + 1)), (0, around.min(t))] {
                for k in (from..to).step_by(LANES) {
                    let agreements = self.agreements(t, k);
                    let mut above = above_zero(&agreements);
                    while above != 0 {
                        let l = above.trailing_zeros() as usize;
                        above &= above - 1;
                        if k + l >= to {
                            break;
                        }
                        let (x, y) = (pairs[t].cylinders, pairs[k + l].cylinders);
                        if x.0 != y.0 && x.1 != y.1 {
                            edges.push((t as u16, (k + l) as u16, agreements[l]));
                        }
                    }
                }
            }
        }
        edges
    }

    /// How well pair `t` agrees with the eight pairs from `from` on under one rigid motion.
    #[inline(always)]
    fn agreements(&self, t: usize, from: usize) -> [f32; LANES] {
        let (ax, ay) = (eight(&self.ax, from), eight(&self.ay, from));
        let (bx, by) = (eight(&self.bx, from), eight(&self.by, from));
        let (sin, cos) = (eight(&self.sin, from), eight(&self.cos, from));
        let (tax, tay, tbx, tby, ts, tc) = (self.ax[t], self.ay[t], self.bx[t], self.by[t], self.sin[t], self.cos[t]);
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
            // Sine of the bearing turned back by either rotation; the product of the lengths is nearly half the sum
            // of squares.
            let (st, sk) = ((cross * tc - dot * ts) * per, (cross * c - dot * s) * per);
            let (st, sk) = (st * st, sk * sk);
            let bearing = if st > sk { st } else { sk };
            let (ft, fk) = (dot * tc + cross * ts, dot * c + cross * s);
            let by_distance = 1.0 - distance * (1.0 / (DISTANCE_END * DISTANCE_END));
            let by_rotation = 1.0 - (1.0 - aligned) * (2.0 / (ROTATION_END * ROTATION_END));
            let by_bearing = 1.0 - bearing * (1.0 / (BEARING_END * BEARING_END));
            let agreement = positive(by_distance) * positive(by_rotation) * positive(by_bearing);
            out[l] = if ft > 0.0 { agreement } else { 0.0 };
            out[l] = if fk > 0.0 { out[l] } else { 0.0 };
        }
        out
    }
}

#[inline(always)]
fn eight(column: &[f32], from: usize) -> [f32; LANES] {
    let mut out = [0.0; LANES];
    out.copy_from_slice(&column[from..from + LANES]);
    out
}
