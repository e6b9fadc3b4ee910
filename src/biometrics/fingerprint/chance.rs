//! How much would meet by chance.
//!
//! Where minutiae crowd, and where ridges run alike in both prints, strangers' minutiae meet too: a circle around any
//! place holds one, and it points the right way. So what meets is no evidence before that is taken away from it. How
//! crowded it is and how alike the ridges run is read from the two prints as they lie, from the surroundings of every
//! minutia, which are far wider than the reach within which two of them meet; this tells a dense or a regular print
//! from a sparse one on every sensor, where an assumed density would be right for one of them.

#![allow(clippy::needless_range_loop, reason = "several arrays in step; so written it becomes vector code")]

use super::align::SWING;
use super::motion::Motion;
use super::pairing::positive;
use super::points::{Lane, Points};
use super::simd::LANES;

/// Radius in pixels of the surroundings that are looked at: 3 mm, what a cylinder sees.
const SURROUNDINGS: f32 = 60.0;
/// Radius in pixels of the circle within which two minutiae meet by chance. More than the reach's mean closeness asks
/// for, because motions are proposed so that much meets.
const CIRCLE: f32 = 16.0;

/// The sum of closeness times certainty that strangers lying so would reach: for every minutia, the others around it
/// that point its way, spread evenly over its surroundings.
#[inline(always)]
pub(super) fn meets(ours: &Points, motion: &Motion, others: &Points) -> f32 {
    let mut around: Lane = [0.0; LANES];
    for block in &ours.blocks {
        let laid = motion.block(block);
        for i in 0..LANES {
            let p = laid.get(i);
            for block in &others.blocks {
                for l in 0..LANES {
                    let (dx, dy) = (block.x[l] - p.x, block.y[l] - p.y);
                    let along = 1.0 - (1.0 - (p.ux * block.ux[l] + p.uy * block.uy[l])) * (2.0 / (SWING * SWING));
                    let weight = p.root * block.root[l] * positive(along);
                    around[l] += if dx * dx + dy * dy < SURROUNDINGS * SURROUNDINGS { weight } else { 0.0 };
                }
            }
        }
    }
    let [a, b, c, d, e, f, g, h] = around;
    (((a + e) + (b + f)) + ((c + g) + (d + h))) * (CIRCLE * CIRCLE / (SURROUNDINGS * SURROUNDINGS))
}

#[cfg(test)]
mod tests {
    use super::super::cylinder::Seat;
    use super::*;

    fn points(seats: &[(f32, f32, f32)]) -> Points {
        let seat = |&(x, y, angle): &(f32, f32, f32)| {
            let (sin, cos) = angle.sin_cos();
            Seat { x, y, angle, sin, cos, quality: 0.64, ..Seat::default() }
        };
        Points::of(&seats.iter().map(seat).collect::<Vec<_>>())
    }

    #[test]
    fn only_neighbours_that_point_the_same_way_meet_by_chance() {
        let one = points(&[(100.0, 100.0, 1.0)]);
        let chance = |other| meets(&one, &Motion::NONE, &points(&[other])) / 0.64;
        let share = (CIRCLE / SURROUNDINGS).powi(2);
        for (other, expected) in [
            ((100.0, 100.0, 1.0), share),
            ((142.0, 142.0, 1.0), share),
            ((143.0, 143.0, 1.0), 0.0),
            ((100.0, 100.0, 1.0 + std::f32::consts::PI), 0.0),
            ((100.0, 100.0, 1.0 + SWING / 2.0), 0.75 * share),
        ] {
            assert!((chance(other) - expected).abs() < 0.02 * share, "{other:?}: {}", chance(other));
        }
    }

    #[test]
    fn twice_as_crowded_is_twice_the_chance_of_each() {
        let field = |step: f32| -> Points {
            let places = (0..20).flat_map(|i| (0..20).map(move |j| (i as f32 * step, j as f32 * step, 0.0)));
            points(&places.filter(|p| p.0 < 300.0 && p.1 < 300.0).collect::<Vec<_>>())
        };
        let one = points(&[(150.0, 150.0, 0.0)]);
        let (sparse, dense) = (meets(&one, &Motion::NONE, &field(22.0)), meets(&one, &Motion::NONE, &field(15.556)));
        assert!((dense / sparse - 2.0).abs() < 0.3, "{sparse} {dense}");
    }
}
