//! Rigid motions: how one print is turned and shifted to lie on another.

#![allow(clippy::needless_range_loop, reason = "several arrays in step; so written it becomes vector code")]

use super::points::Block;
use super::simd::LANES;

/// A direction weighs in a rotation as much as a lever of 30 pixels.
pub(super) const LEVER_SQUARED: f32 = 900.0;

/// A rotation about the origin followed by a shift, taking the first print onto the second.
#[derive(Clone, Copy)]
pub(super) struct Motion {
    sin: f32,
    cos: f32,
    dx: f32,
    dy: f32,
}

/// A pair that speaks for a motion.
#[derive(Clone, Copy)]
pub(super) struct Vote {
    /// Its place in the first print and in the second.
    pub a: (f32, f32),
    pub b: (f32, f32),
    /// Sine and cosine of the rotation of its direction.
    pub sin: f32,
    pub cos: f32,
    pub weight: f32,
}

impl Motion {
    /// Everything stays where it is.
    #[cfg(test)]
    pub const NONE: Self = Self { sin: 0.0, cos: 1.0, dx: 0.0, dy: 0.0 };

    /// The least squares motion of weighted correspondences, or that of the single one.
    #[inline(always)]
    pub fn of(votes: &[Vote]) -> Option<Self> {
        let (mut total, mut ax, mut ay, mut bx, mut by) = (0.0f32, 0.0, 0.0, 0.0, 0.0);
        for v in votes {
            let w = v.weight;
            total += w;
            (ax, ay, bx, by) = (ax + w * v.a.0, ay + w * v.a.1, bx + w * v.b.0, by + w * v.b.1);
        }
        if total <= 0.0 {
            return None;
        }
        let per = 1.0 / total;
        let (ax, ay, bx, by) = (ax * per, ay * per, bx * per, by * per);
        let (mut c, mut s) = (0.0f32, 0.0f32);
        for v in votes {
            let (ux, uy, vx, vy) = (v.a.0 - ax, v.a.1 - ay, v.b.0 - bx, v.b.1 - by);
            c += v.weight * (ux * vx + uy * vy + LEVER_SQUARED * v.cos);
            s += v.weight * (ux * vy - uy * vx + LEVER_SQUARED * v.sin);
        }
        let length = (c * c + s * s).sqrt();
        let (sin, cos) = if length > 0.0 { (s / length, c / length) } else { (0.0, 1.0) };
        Some(Self { sin, cos, dx: bx - (cos * ax - sin * ay), dy: by - (sin * ax + cos * ay) })
    }

    /// Eight minutiae after the motion; what spans them is not kept.
    #[inline(always)]
    pub fn block(&self, from: &Block) -> Block {
        let mut to = *from;
        for l in 0..LANES {
            to.x[l] = self.cos * from.x[l] - self.sin * from.y[l] + self.dx;
            to.y[l] = self.sin * from.x[l] + self.cos * from.y[l] + self.dy;
            to.ux[l] = self.cos * from.ux[l] - self.sin * from.uy[l];
            to.uy[l] = self.sin * from.ux[l] + self.cos * from.uy[l];
        }
        to
    }

    /// The motion that takes the second print onto the first.
    #[inline(always)]
    pub fn back(&self) -> Self {
        let Self { sin, cos, dx, dy } = *self;
        Self { sin: -sin, cos, dx: -(cos * dx + sin * dy), dy: sin * dx - cos * dy }
    }
}
