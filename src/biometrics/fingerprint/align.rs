//! The check a court expert would make: lay one print over the other and see which minutiae meet.
//!
//! The relaxed pairs propose a rigid motion; under it every minutia of one print (also those without a cylinder) looks
//! for a partner near in place and direction. What counts is how many meet, and how many should have met: those inside
//! the part of the finger that both prints show.

use super::cylinder::{Hull, Prepared, Seat, turn};

/// Distance in pixels at which two minutiae under a rigid motion stop being one.
const FIRST_REACH: f32 = 20.0;
/// The same once the print is bent.
const REACH: f32 = 13.0;
/// Distance in pixels beyond which bending never brings two minutiae together.
const NEAR: f32 = 32.0;
/// Difference of directions in radians at which they stop being one.
const SWING: f32 = 0.6;
/// Rounds of bending.
const BENDS: usize = 2;
/// Distance in pixels over which a pair bends its surroundings.
const BEND_RADIUS: f32 = 60.0;
/// Resistance against bending, in units of one close pair.
const STIFFNESS: f32 = 0.5;
/// Pixels outside the hull of a print at which a minutia still counts as inside.
const RIM: f32 = 10.0;
/// A direction weighs in the rotation as much as a lever of 30 pixels.
const LEVER_SQUARED: f32 = 900.0;

/// A rotation about the origin followed by a shift, taking the first print onto the second.
#[derive(Clone, Copy)]
pub(super) struct Motion {
    sin: f32,
    cos: f32,
    rotation: f32,
    dx: f32,
    dy: f32,
}

impl Motion {
    /// The least squares motion of weighted correspondences, or that of the single one.
    pub fn of(pairs: &[(Seat, Seat, f32)]) -> Option<Self> {
        let total: f32 = pairs.iter().map(|p| p.2).sum();
        if total <= 0.0 {
            return None;
        }
        let mean = |f: fn(&(Seat, Seat, f32)) -> f32| pairs.iter().map(|p| p.2 * f(p)).sum::<f32>() / total;
        let (ax, ay) = (mean(|p| p.0.x), mean(|p| p.0.y));
        let (bx, by) = (mean(|p| p.1.x), mean(|p| p.1.y));
        let (mut c, mut s) = (0.0f32, 0.0f32);
        for (a, b, w) in pairs {
            let (ux, uy, vx, vy) = (a.x - ax, a.y - ay, b.x - bx, b.y - by);
            let (ds, dc) = (b.angle - a.angle).sin_cos();
            c += w * (ux * vx + uy * vy + LEVER_SQUARED * dc);
            s += w * (ux * vy - uy * vx + LEVER_SQUARED * ds);
        }
        let rotation = s.atan2(c);
        let (sin, cos) = rotation.sin_cos();
        Some(Self { sin, cos, rotation, dx: bx - (cos * ax - sin * ay), dy: by - (sin * ax + cos * ay) })
    }

    fn apply(&self, s: &Seat) -> Seat {
        Seat {
            x: self.cos * s.x - self.sin * s.y + self.dx,
            y: self.sin * s.x + self.cos * s.y + self.dy,
            angle: s.angle + self.rotation,
            ..*s
        }
    }

    fn undo(&self, s: &Seat) -> Seat {
        let (x, y) = (s.x - self.dx, s.y - self.dy);
        Seat { x: self.cos * x + self.sin * y, y: self.cos * y - self.sin * x, angle: s.angle - self.rotation, ..*s }
    }
}

/// Two minutiae that lie close: how close (0..=1), index of the laid one, index of the other.
type Close = (f32, usize, usize);

/// One print laid over the other.
pub(super) struct Overlay {
    laid: Vec<Seat>,
    near: Vec<(usize, usize)>,
    pairs: Vec<Close>,
    /// Sum of closeness of the pairs times their certainty.
    pub met: f32,
}

impl Overlay {
    /// Lays `a` over `b` as it is.
    pub fn rigid(a: &Prepared, b: &Prepared, motion: &Motion) -> Self {
        let laid: Vec<Seat> = a.points.iter().map(|p| motion.apply(p)).collect();
        let near = near(&laid, &b.points);
        let mut overlay = Self { laid, near, pairs: Vec::new(), met: 0.0 };
        overlay.pair_up(&b.points, FIRST_REACH);
        overlay
    }

    /// Bends the laid print over `b` as skin bends, and pairs what then meets.
    pub fn bend(&mut self, b: &Prepared) {
        for _ in 0..BENDS {
            bend(&mut self.laid, &b.points, &self.pairs);
            self.pair_up(&b.points, REACH);
        }
    }

    fn pair_up(&mut self, others: &[Seat], reach: f32) {
        self.pairs = closest(&self.laid, others, &self.near, reach);
        let closeness = |&(c, i, j): &Close| c * (self.laid[i].quality * others[j].quality).sqrt();
        self.met = self.pairs.iter().map(closeness).sum();
    }

    /// Minutiae that meet, as indexes into the two templates, closest first.
    pub fn pairs(&self, b: &Prepared) -> Vec<(u16, u16)> {
        self.pairs.iter().map(|&(_, i, j)| (self.laid[i].minutia, b.points[j].minutia)).collect()
    }

    /// How many minutiae should have met: the sum of certainties of those inside the other's area, geometric mean of
    /// both prints.
    pub fn expected(&self, a: &Prepared, b: &Prepared, motion: &Motion) -> f32 {
        let shown = |seats: &mut dyn Iterator<Item = Seat>, hull: &Hull| {
            seats.filter(|s| hull.within(s.x, s.y, RIM)).map(|s| s.quality).sum::<f32>()
        };
        let shown_in_b = shown(&mut self.laid.iter().copied(), &b.hull);
        let shown_in_a = shown(&mut b.points.iter().map(|s| motion.undo(s)), &a.hull);
        (shown_in_b * shown_in_a).sqrt()
    }
}

/// All pairs that could meet after any bending: the later rounds look at nothing else. `others` are sorted by x.
fn near(laid: &[Seat], others: &[Seat]) -> Vec<(usize, usize)> {
    let mut near = Vec::with_capacity(4 * laid.len());
    for (i, p) in laid.iter().enumerate() {
        let first = others.partition_point(|q| q.x <= p.x - NEAR);
        for (j, q) in others.iter().enumerate().skip(first).take_while(|(_, q)| q.x < p.x + NEAR) {
            let (dx, dy) = (p.x - q.x, p.y - q.y);
            if dx * dx + dy * dy < NEAR * NEAR && turn(p.angle, q.angle).abs() < SWING {
                near.push((i, j));
            }
        }
    }
    near
}

fn closest(laid: &[Seat], others: &[Seat], near: &[(usize, usize)], reach: f32) -> Vec<Close> {
    let mut close: Vec<Close> = Vec::with_capacity(near.len());
    for &(i, j) in near {
        let (p, q) = (&laid[i], &others[j]);
        let (dx, dy) = (p.x - q.x, p.y - q.y);
        let away = (dx * dx + dy * dy) / (reach * reach);
        if away < 1.0 {
            let swing = turn(p.angle, q.angle) / SWING;
            close.push(((1.0 - away) * (1.0 - swing * swing), i, j));
        }
    }
    close.sort_unstable_by(|x, y| y.0.total_cmp(&x.0).then((x.1, x.2).cmp(&(y.1, y.2))));
    let (mut used_a, mut used_b) = (0u128, 0u128);
    close.retain(|&(_, i, j)| {
        let (bit_a, bit_b) = (1u128 << (i & 127), 1u128 << (j & 127));
        let free = used_a & bit_a == 0 && used_b & bit_b == 0;
        if free {
            used_a |= bit_a;
            used_b |= bit_b;
        }
        free
    });
    close
}

/// Shifts each laid minutia by what the pairs around it are off: skin stretches smoothly.
fn bend(laid: &mut [Seat], others: &[Seat], pairs: &[Close]) {
    let anchors: Vec<[f32; 5]> = pairs
        .iter()
        .map(|&(closeness, i, j)| {
            let (p, q) = (&laid[i], &others[j]);
            [p.x, p.y, q.x - p.x, q.y - p.y, closeness]
        })
        .collect();
    for p in laid {
        let (mut weight, mut x, mut y) = (STIFFNESS, 0.0, 0.0);
        for [ax, ay, dx, dy, closeness] in &anchors {
            let away = ((p.x - ax) * (p.x - ax) + (p.y - ay) * (p.y - ay)) * (1.0 / (BEND_RADIUS * BEND_RADIUS));
            let w = closeness / ((1.0 + away) * (1.0 + away));
            weight += w;
            x += w * dx;
            y += w * dy;
        }
        p.x += x / weight;
        p.y += y / weight;
    }
}
