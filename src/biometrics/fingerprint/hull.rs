//! The convex hull of all minutiae: the part of the finger a template knows about.

#![allow(clippy::needless_range_loop, reason = "several arrays in step; so written it becomes vector code")]

use super::motion::Motion;
use super::points::{Lane, Points};
use super::simd::LANES;

/// A convex polygon as the half planes that bound it.
#[derive(Clone, Default)]
pub(super) struct Hull {
    /// Outward normal and distance from the origin of every side.
    sides: Vec<[f32; 3]>,
}

impl Hull {
    /// Andrew's monotone chain. Points on one line bound nothing to its ends; nothing is measured by such a print.
    pub fn of(points: impl Iterator<Item = (f32, f32)>) -> Self {
        let mut points: Vec<(f32, f32)> = points.collect();
        points.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
        points.dedup();
        let mut corners = chain(points.iter());
        let mut upper = chain(points.iter().rev());
        corners.pop();
        upper.pop();
        corners.append(&mut upper);
        let ends = corners.iter().cycle().skip(1);
        let side = |(a, b): (&(f32, f32), &(f32, f32))| {
            let (dx, dy) = (b.0 - a.0, b.1 - a.1);
            let length = dx.hypot(dy);
            let (nx, ny) = (dy / length, -dx / length);
            [nx, ny, nx * a.0 + ny * a.1]
        };
        Self { sides: corners.iter().zip(ends).map(side).collect() }
    }

    /// The sum of certainties of the points that lie inside, or at most `rim` pixels outside, once `motion` moved them.
    #[inline(always)]
    pub fn certainty_within(&self, points: &Points, motion: &Motion, rim: f32) -> f32 {
        let mut sums: Lane = [0.0; LANES];
        for block in &points.blocks {
            let block = motion.block(block);
            let mut outside: Lane = [f32::NEG_INFINITY; LANES];
            for [nx, ny, d] in &self.sides {
                for l in 0..LANES {
                    let out = nx * block.x[l] + ny * block.y[l] - d;
                    outside[l] = if out > outside[l] { out } else { outside[l] };
                }
            }
            for l in 0..LANES {
                sums[l] += if outside[l] <= rim { block.root[l] * block.root[l] } else { 0.0 };
            }
        }
        sums.iter().sum()
    }
}

fn chain<'a>(points: impl Iterator<Item = &'a (f32, f32)>) -> Vec<(f32, f32)> {
    let mut corners: Vec<(f32, f32)> = Vec::new();
    for &p in points {
        while let [.., a, b] = corners.as_slice()
            && cross(*a, *b, p) <= 0.0
        {
            corners.pop();
        }
        corners.push(p);
    }
    corners
}

fn cross(o: (f32, f32), a: (f32, f32), b: (f32, f32)) -> f32 {
    (a.0 - o.0) * (b.1 - o.1) - (a.1 - o.1) * (b.0 - o.0)
}

#[cfg(test)]
mod tests {
    use super::super::cylinder::Seat;
    use super::*;

    #[test]
    fn the_hull_counts_what_lies_inside_or_near() {
        let square = [(0.0, 0.0), (300.0, 0.0), (300.0, 300.0), (0.0, 300.0), (150.0, 150.0)];
        let square = Hull::of(square.into_iter());
        assert_eq!(square.sides.len(), 4);
        let certainty = |x, y| {
            let seat = Seat { x, y, cos: 1.0, quality: 0.64, ..Seat::default() };
            square.certainty_within(&Points::of(&[seat]), &Motion::NONE, 50.0)
        };
        for (x, y, inside) in [(150.0, 150.0, true), (-49.0, 150.0, true), (-51.0, 150.0, false), (150.0, 351.0, false)]
        {
            assert!((certainty(x, y) - if inside { 0.64 } else { 0.0 }).abs() < 1e-6, "{x} {y}");
        }
    }
}
