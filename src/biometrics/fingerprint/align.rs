//! The check a court expert would make: lay one print over the other and see which minutiae meet.
//!
//! The similar pairs propose a rigid motion; under it every minutia of one print (also those without a cylinder) looks
//! for a partner near in place and direction. Then the laid print is bent as skin bends: each minutia follows the rigid
//! motion of the pairs around it, so that the bending grows from where the prints already agree. What counts is how
//! many meet, and how many should have met: those inside the part of the finger that both prints show.

#![allow(clippy::needless_range_loop, reason = "several arrays in step; so written it becomes vector code")]

use super::cylinder::{Prepared, Seat};
use super::points::{Block, Lane, Point, Points};
use super::simd::LANES;

/// Distance in pixels at which two minutiae under a rigid motion stop being one.
const FIRST_REACH: f32 = 20.0;
/// The same once the print is bent.
const REACH: f32 = 13.0;
/// Difference of directions in radians at which they stop being one.
const SWING: f32 = 0.6;
/// Rounds of bending.
const BENDS: usize = 2;
/// Distance in pixels over which a pair bends its surroundings.
const BEND_RADIUS: f32 = 60.0;
/// Resistance against bending, in units of one close pair.
const STIFFNESS: f32 = 1.0;
/// Pixels outside the hull of a print at which a minutia still counts as inside.
const RIM: f32 = 10.0;
/// A direction weighs in a rotation as much as a lever of 30 pixels.
const LEVER_SQUARED: f32 = 900.0;

/// A rotation about the origin followed by a shift, taking the first print onto the second.
#[derive(Clone, Copy)]
pub(super) struct Motion {
    sin: f32,
    cos: f32,
    pub dx: f32,
    pub dy: f32,
}

impl Motion {
    /// The least squares motion of weighted correspondences, or that of the single one.
    #[inline(always)]
    pub fn of(pairs: &[(Seat, Seat, f32)]) -> Option<Self> {
        let (mut total, mut ax, mut ay, mut bx, mut by) = (0.0f32, 0.0, 0.0, 0.0, 0.0);
        for (a, b, w) in pairs {
            total += w;
            (ax, ay, bx, by) = (ax + w * a.x, ay + w * a.y, bx + w * b.x, by + w * b.y);
        }
        if total <= 0.0 {
            return None;
        }
        let (ax, ay, bx, by) = (ax / total, ay / total, bx / total, by / total);
        let (mut c, mut s) = (0.0f32, 0.0f32);
        for (a, b, w) in pairs {
            let (ux, uy, vx, vy) = (a.x - ax, a.y - ay, b.x - bx, b.y - by);
            let (ds, dc) = (b.sin * a.cos - b.cos * a.sin, b.cos * a.cos + b.sin * a.sin);
            c += w * (ux * vx + uy * vy + LEVER_SQUARED * dc);
            s += w * (ux * vy - uy * vx + LEVER_SQUARED * ds);
        }
        let length = (c * c + s * s).sqrt();
        let (sin, cos) = if length > 0.0 { (s / length, c / length) } else { (0.0, 1.0) };
        Some(Self { sin, cos, dx: bx - (cos * ax - sin * ay), dy: by - (sin * ax + cos * ay) })
    }
}

impl Motion {
    /// A direction after the motion.
    #[inline(always)]
    pub fn turned(&self, x: f32, y: f32) -> (f32, f32) {
        (self.cos * x - self.sin * y, self.sin * x + self.cos * y)
    }

    #[inline(always)]
    fn point(&self, p: Point) -> Point {
        let ((x, y), (ux, uy)) = (self.turned(p.x, p.y), self.turned(p.ux, p.uy));
        Point { x: x + self.dx, y: y + self.dy, ux, uy, root: p.root }
    }

    fn back(&self) -> Self {
        let Self { sin, cos, dx, dy } = *self;
        Self { sin: -sin, cos, dx: -(cos * dx + sin * dy), dy: sin * dx - cos * dy }
    }
}

/// Two minutiae that meet.
#[derive(Clone, Copy)]
struct Met {
    /// Index of the laid one.
    laid: usize,
    /// Index of the other.
    other: usize,
    /// How close they are, 0..=1.
    closeness: f32,
    /// The same times how certain they are.
    weight: f32,
}

/// One print laid over the other.
pub(super) struct Overlay<'a> {
    a: &'a Prepared,
    b: &'a Prepared,
    motion: Motion,
    /// The minutiae of the first print in the frame of the second; empty as long as nothing is paired.
    laid: Vec<Point>,
    pairs: Vec<Met>,
    /// Sum of closeness of the pairs times their certainty; before anything is paired, of every minutia's closest.
    pub met: f32,
}

impl<'a> Overlay<'a> {
    /// Lays `a` over `b` as it is and only looks how much meets.
    #[inline(always)]
    pub fn rigid(a: &'a Prepared, b: &'a Prepared, motion: Motion) -> Self {
        let met = likely(&a.points, &motion, &b.points, FIRST_REACH);
        Self { a, b, motion, laid: Vec::new(), pairs: Vec::new(), met }
    }

    /// Pairs what meets without bending.
    #[inline(always)]
    pub fn meet(&mut self) {
        self.laid.clear();
        for i in 0..self.a.points.len() {
            self.laid.push(self.motion.point(self.a.points.get(i)));
        }
        self.pair_up(FIRST_REACH);
    }

    /// Bends the laid print as skin bends, and pairs what then meets.
    #[inline(always)]
    pub fn bend(&mut self) {
        self.meet();
        for _ in 0..BENDS {
            bend(&mut self.laid, &self.b.points, &self.pairs);
            self.pair_up(REACH);
        }
    }

    #[inline(always)]
    fn pair_up(&mut self, reach: f32) {
        self.pairs = meeting(&self.laid, &self.b.points, reach);
        self.met = 0.0;
        for pair in &self.pairs {
            self.met += pair.weight;
        }
    }

    /// Minutiae that meet, as indexes into the two templates, closest first.
    pub fn pairs(&self) -> Vec<(u16, u16)> {
        let mut pairs = self.pairs.clone();
        pairs.sort_by(|x, y| y.closeness.total_cmp(&x.closeness).then(x.laid.cmp(&y.laid)));
        let index = |p: &Prepared, i: usize| p.points.index.get(i).copied().unwrap_or_default();
        pairs.iter().map(|m| (index(self.a, m.laid), index(self.b, m.other))).collect()
    }

    /// How many minutiae should have met: the sum of certainties of those inside the other's area, geometric mean of
    /// both prints.
    #[inline(always)]
    pub fn expected(&self) -> f32 {
        let shown_in_b = self.b.hull.moved(&self.motion.back()).certainty_within(&self.a.points, RIM);
        let shown_in_a = self.a.hull.moved(&self.motion).certainty_within(&self.b.points, RIM);
        (shown_in_b * shown_in_a).sqrt()
    }
}

/// The value or zero: a comparison and a choice, one instruction on every processor.
#[inline(always)]
pub(super) fn positive(value: f32) -> f32 {
    if value > 0.0 { value } else { 0.0 }
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
    for i in 0..ours.len() {
        let p = motion.point(ours.get(i));
        let mut best: Lane = [0.0; LANES];
        for block in &others.blocks {
            if !block.near(p.x, reach) {
                continue;
            }
            let close = closeness(&p, block, reach);
            for l in 0..LANES {
                let weight = close[l] * block.root[l];
                best[l] = if weight > best[l] { weight } else { best[l] };
            }
        }
        let mut most = 0.0;
        for weight in best {
            most = if weight > most { weight } else { most };
        }
        sum += p.root * most;
    }
    sum
}

/// The pairs of which each is the other's closest.
#[inline(always)]
fn meeting(laid: &[Point], others: &Points, reach: f32) -> Vec<Met> {
    // The closest laid minutia of every other one, and the closest other of every laid one.
    let mut close_to: Vec<(f32, usize)> = vec![(0.0, usize::MAX); others.blocks.len() * LANES];
    let mut close: Vec<(f32, usize)> = Vec::with_capacity(laid.len());
    for (i, p) in laid.iter().enumerate() {
        let mut best = (0.0, usize::MAX);
        for (k, block) in others.blocks.iter().enumerate() {
            if !block.near(p.x, reach) {
                continue;
            }
            let lane = closeness(p, block, reach);
            let mut above = above_zero(&lane);
            while above != 0 {
                let l = above.trailing_zeros() as usize;
                above &= above - 1;
                let (c, j) = (lane[l], k * LANES + l);
                if c > best.0 {
                    best = (c, j);
                }
                if c > close_to[j].0 {
                    close_to[j] = (c, i);
                }
            }
        }
        close.push(best);
    }
    let mut met = Vec::with_capacity(laid.len());
    for (laid_one, &(closeness, j)) in close.iter().enumerate() {
        if j < others.len() && close_to[j].1 == laid_one {
            let weight = closeness * laid[laid_one].root * others.get(j).root;
            met.push(Met { laid: laid_one, other: j, closeness, weight });
        }
    }
    met
}

/// Which of eight values are above zero, as bits.
#[inline(always)]
pub(super) fn above_zero(lane: &Lane) -> u32 {
    let mut bits = 0;
    for (l, value) in lane.iter().enumerate() {
        bits |= u32::from(*value > 0.0) << l;
    }
    bits
}

/// The pairs that bend, column by column: where the laid one is, where the other is, how close, and the sine of
/// their directions.
#[derive(Default)]
struct Anchors {
    ax: Vec<Lane>,
    ay: Vec<Lane>,
    bx: Vec<Lane>,
    by: Vec<Lane>,
    closeness: Vec<Lane>,
    turned: Vec<Lane>,
}

impl Anchors {
    #[inline(always)]
    fn of(laid: &[Point], others: &Points, pairs: &[Met]) -> Self {
        let steps = pairs.len().div_ceil(LANES);
        let zero = || vec![[0.0; LANES]; steps];
        let mut anchors = Self { ax: zero(), ay: zero(), bx: zero(), by: zero(), closeness: zero(), turned: zero() };
        for (i, m) in pairs.iter().enumerate() {
            let (k, l) = (i / LANES, i % LANES);
            let (p, q) = (&laid[m.laid], others.get(m.other));
            (anchors.ax[k][l], anchors.ay[k][l], anchors.bx[k][l], anchors.by[k][l]) = (p.x, p.y, q.x, q.y);
            (anchors.closeness[k][l], anchors.turned[k][l]) = (m.closeness, p.ux * q.uy - p.uy * q.ux);
        }
        anchors
    }
}

/// Moves each laid minutia by the rigid motion of the pairs around it, held back a little.
#[inline(always)]
fn bend(laid: &mut [Point], others: &Points, pairs: &[Met]) {
    let anchors = Anchors::of(laid, others, pairs);
    let steps = anchors.ax.len();
    let mut pulls = vec![[0.0; LANES]; steps];
    for p in laid {
        let (x, y) = (p.x, p.y);
        let mut sums = [[0.0; LANES]; 5];
        for k in 0..steps {
            let (ax, ay, bx, by) = (&anchors.ax[k], &anchors.ay[k], &anchors.bx[k], &anchors.by[k]);
            let (closeness, pulls) = (&anchors.closeness[k], &mut pulls[k]);
            for l in 0..LANES {
                let (dx, dy) = (x - ax[l], y - ay[l]);
                let away = 1.0 + (dx * dx + dy * dy) * (1.0 / (BEND_RADIUS * BEND_RADIUS));
                let pull = closeness[l] / (away * away);
                pulls[l] = pull;
                sums[0][l] += pull;
                sums[1][l] += pull * ax[l];
                sums[2][l] += pull * ay[l];
                sums[3][l] += pull * bx[l];
                sums[4][l] += pull * by[l];
            }
        }
        // An anchor at the minutia itself that does not move, so many pairs' weight.
        let per = 1.0 / (STIFFNESS + total(&sums[0]));
        let (ax, ay) = ((STIFFNESS * x + total(&sums[1])) * per, (STIFFNESS * y + total(&sums[2])) * per);
        let (bx, by) = ((STIFFNESS * x + total(&sums[3])) * per, (STIFFNESS * y + total(&sums[4])) * per);
        let (mut cs, mut ss) = ([0.0; LANES], [0.0; LANES]);
        for k in 0..steps {
            let (fx, fy, tx, ty) = (&anchors.ax[k], &anchors.ay[k], &anchors.bx[k], &anchors.by[k]);
            let (pulls, turned) = (&pulls[k], &anchors.turned[k]);
            for l in 0..LANES {
                let (px, py, qx, qy) = (fx[l] - ax, fy[l] - ay, tx[l] - bx, ty[l] - by);
                cs[l] += pulls[l] * (px * qx + py * qy + LEVER_SQUARED);
                ss[l] += pulls[l] * (px * qy - py * qx + LEVER_SQUARED * turned[l]);
            }
        }
        let (c, s) = (LEVER_SQUARED + total(&cs), total(&ss));
        let length = (c * c + s * s).sqrt();
        let (sin, cos) = if length > 0.0 { (s / length, c / length) } else { (0.0, 1.0) };
        let (dx, dy) = (x - ax, y - ay);
        (p.x, p.y) = (bx + cos * dx - sin * dy, by + sin * dx + cos * dy);
        (p.ux, p.uy) = (cos * p.ux - sin * p.uy, sin * p.ux + cos * p.uy);
    }
}

/// The sum of eight values, always in the same order.
#[inline(always)]
fn total(lane: &Lane) -> f32 {
    let [a, b, c, d, e, f, g, h] = *lane;
    ((a + e) + (c + g)) + ((b + f) + (d + h))
}
