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

    /// Eight minutiae after the motion; what spans them is not kept.
    #[inline(always)]
    fn block(&self, from: &Block) -> Block {
        let mut to = *from;
        for l in 0..LANES {
            to.x[l] = self.cos * from.x[l] - self.sin * from.y[l] + self.dx;
            to.y[l] = self.sin * from.x[l] + self.cos * from.y[l] + self.dy;
            to.ux[l] = self.cos * from.ux[l] - self.sin * from.uy[l];
            to.uy[l] = self.sin * from.ux[l] + self.cos * from.uy[l];
        }
        to
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
    laid: Vec<Block>,
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
        for block in &self.a.points.blocks {
            self.laid.push(self.motion.block(block));
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
        self.pairs = meeting(&self.laid, self.a.points.len(), &self.b.points, reach);
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

#[inline(always)]
fn more(x: f32, y: f32) -> f32 {
    if x > y { x } else { y }
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
        // In pairs: a chain of eight would wait for itself.
        let [a, b, c, d, e, f, g, h] = best;
        sum += p.root * more(more(more(a, e), more(b, f)), more(more(c, g), more(d, h)));
    }
    sum
}

/// The pairs of which each is the other's closest.
///
/// Closeness and index share a word (a positive float sorts like its bits, and its last eight do not matter), so that
/// the greatest of such words names the closest without a branch.
#[inline(always)]
fn meeting(laid: &[Block], count: usize, others: &Points, reach: f32) -> Vec<Met> {
    const INDEX: u32 = 0xff;
    let mut close_to = vec![[0u32; LANES]; others.blocks.len()];
    let mut close: Vec<u32> = Vec::with_capacity(count);
    for i in 0..count {
        let p = &laid[i / LANES].get(i % LANES);
        let mut best = [0u32; LANES];
        for (k, block) in others.blocks.iter().enumerate() {
            if !block.near(p.x, reach) {
                continue;
            }
            let lane = closeness(p, block, reach);
            let column = &mut close_to[k];
            for l in 0..LANES {
                let bits = lane[l].to_bits() & !INDEX;
                best[l] = best[l].max(bits | (k * LANES + l) as u32 & INDEX);
                column[l] = column[l].max(bits | i as u32 & INDEX);
            }
        }
        let [a, b, c, d, e, f, g, h] = best;
        close.push(a.max(e).max(b.max(f)).max(c.max(g).max(d.max(h))));
    }
    let mut met = Vec::with_capacity(count);
    for (i, &most) in close.iter().enumerate() {
        let (bits, j) = (most & !INDEX, (most & INDEX) as usize);
        if bits != 0 && j < others.len() && (close_to[j / LANES][j % LANES] & INDEX) as usize == i {
            let closeness = f32::from_bits(bits);
            let root = laid[i / LANES].root[i % LANES];
            met.push(Met { laid: i, other: j, closeness, weight: closeness * root * others.get(j).root });
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

/// A pair that bends: where the laid one is, where the other is, how close, and the sine of their directions.
struct Anchor {
    ax: f32,
    ay: f32,
    bx: f32,
    by: f32,
    closeness: f32,
    turned: f32,
}

/// Moves each laid minutia by the rigid motion of the pairs around it, held back a little.
#[inline(always)]
fn bend(laid: &mut [Block], others: &Points, pairs: &[Met]) {
    let mut anchors = Vec::with_capacity(pairs.len());
    for m in pairs {
        let (p, q) = (laid[m.laid / LANES].get(m.laid % LANES), others.get(m.other));
        let turned = p.ux * q.uy - p.uy * q.ux;
        anchors.push(Anchor { ax: p.x, ay: p.y, bx: q.x, by: q.y, closeness: m.closeness, turned });
    }
    for block in laid {
        bend_block(block, &anchors);
    }
}

#[inline(always)]
fn bend_block(block: &mut Block, anchors: &[Anchor]) {
    // An anchor at the minutia itself that does not move, so many pairs' weight.
    let mut weight: Lane = [STIFFNESS; LANES];
    let (mut ax, mut ay) = ([0.0; LANES], [0.0; LANES]);
    for l in 0..LANES {
        (ax[l], ay[l]) = (STIFFNESS * block.x[l], STIFFNESS * block.y[l]);
    }
    let (mut bx, mut by) = (ax, ay);
    for anchor in anchors {
        for l in 0..LANES {
            let pull = pull(block, l, anchor);
            weight[l] += pull;
            ax[l] += pull * anchor.ax;
            ay[l] += pull * anchor.ay;
            bx[l] += pull * anchor.bx;
            by[l] += pull * anchor.by;
        }
    }
    for l in 0..LANES {
        let per = 1.0 / weight[l];
        (ax[l], ay[l], bx[l], by[l]) = (ax[l] * per, ay[l] * per, bx[l] * per, by[l] * per);
    }
    let (mut c, mut s) = ([LEVER_SQUARED; LANES], [0.0; LANES]);
    for anchor in anchors {
        for l in 0..LANES {
            let pull = pull(block, l, anchor);
            let (px, py) = (anchor.ax - ax[l], anchor.ay - ay[l]);
            let (qx, qy) = (anchor.bx - bx[l], anchor.by - by[l]);
            c[l] += pull * (px * qx + py * qy + LEVER_SQUARED);
            s[l] += pull * (px * qy - py * qx + LEVER_SQUARED * anchor.turned);
        }
    }
    for l in 0..LANES {
        let per = 1.0 / (c[l] * c[l] + s[l] * s[l]).sqrt().max(1e-9);
        let (sin, cos) = (s[l] * per, c[l] * per);
        let (dx, dy, ux, uy) = (block.x[l] - ax[l], block.y[l] - ay[l], block.ux[l], block.uy[l]);
        (block.x[l], block.y[l]) = (bx[l] + cos * dx - sin * dy, by[l] + sin * dx + cos * dy);
        (block.ux[l], block.uy[l]) = (cos * ux - sin * uy, sin * ux + cos * uy);
    }
}

/// How strongly a pair takes a minutia along.
#[inline(always)]
fn pull(block: &Block, l: usize, anchor: &Anchor) -> f32 {
    let (dx, dy) = (block.x[l] - anchor.ax, block.y[l] - anchor.ay);
    let away = 1.0 + (dx * dx + dy * dy) * (1.0 / (BEND_RADIUS * BEND_RADIUS));
    anchor.closeness / (away * away)
}
