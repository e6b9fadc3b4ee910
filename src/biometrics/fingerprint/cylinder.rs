//! Minutia cylinders: what surrounds each minutia, in 384 bits that need no alignment.
//!
//! R. Cappelli, M. Ferrara, D. Maltoni, "Minutia Cylinder-Code", IEEE TPAMI 32(12), 2010, in its bit form: a cylinder
//! stands on a minutia, turned into its direction, radius 70 pixels (3.6 mm); its base is cut into 8 x 8 cells, its
//! height (difference of directions, one turn) into 6. A cell is set when enough neighbours lie near it in place and in
//! direction. Cells outside the circle or far outside the print are invalid and never compared, so that what lies
//! beyond the border of one print costs nothing.
//!
//! The neighbours' influence is a Gaussian in place times a Gaussian integral in direction; the first splits into a
//! row and a column factor, the second is read from a table, which makes building a template a matter of 0.1 ms.

use std::cmp::Ordering;
use std::f32::consts::{PI, TAU};
use std::sync::OnceLock;

use super::minutia::Minutia;
use super::simd::{Group, LANES, WORDS};
use super::template::Template;

/// Cells along one side of the base.
const SIDE: usize = 8;
/// Radius in pixels at 500 dpi.
const RADIUS: f32 = 70.0;
/// Standard deviation of a neighbour's place, in pixels.
const SIGMA_PLACE: f32 = 28.0 / 3.0;
/// Standard deviation of a neighbour's direction, in radians.
const SIGMA_DIRECTION: f32 = TAU / 9.0;
/// Influence from which a cell is set.
const SET_FROM: f32 = 0.005;
/// Distance from the convex hull of all minutiae up to which a cell counts as inside the print, in pixels.
const BORDER: f32 = 50.0;
/// Share of the base that must be valid for a cylinder to be used.
const MIN_VALID: f32 = 0.75;
/// Neighbours a cylinder needs.
const MIN_NEIGHBOURS: usize = 2;
/// Steps of the direction table for one turn.
const TABLE: usize = 1024;

/// One finger ready to be compared: its cylinders in groups of [`LANES`], and where they stand.
#[derive(Clone)]
pub struct Prepared {
    pub(super) groups: Vec<Group>,
    pub(super) seats: Vec<Seat>,
    /// All minutiae, also those without a cylinder, sorted by x.
    pub(super) points: Vec<Seat>,
    pub(super) hull: Hull,
}

/// Where a cylinder stands.
#[derive(Clone, Copy, PartialEq)]
pub(super) struct Seat {
    pub x: f32,
    pub y: f32,
    pub angle: f32,
    /// Index of its minutia in the template.
    pub minutia: u16,
    /// Certainty of the minutia, 0..=1.
    pub quality: f32,
}

impl Prepared {
    /// Builds the cylinders of a template. A template with fewer than three minutiae has none.
    pub fn new(template: &Template) -> Self {
        let minutiae = template.minutiae();
        // Rows grow downwards in images and angles count against the clock: the plane is mirrored here, once.
        let seat =
            |(i, m): (usize, &Minutia)| Seat { x: m.x, y: -m.y, angle: m.angle, minutia: i as u16, quality: m.quality };
        let points: Vec<Seat> = minutiae.iter().enumerate().map(seat).collect();
        let hull = Hull::of(&points);
        let mut prepared = Self { groups: Vec::new(), seats: Vec::new(), points: Vec::new(), hull: Hull::default() };
        for (i, point) in points.iter().enumerate() {
            if let Some((words, valid)) = cylinder(i, &points, &hull) {
                prepared.push(*point, &words, valid);
            }
        }
        let mut points = points;
        points.sort_by(|p, q| p.x.total_cmp(&q.x).then(p.minutia.cmp(&q.minutia)));
        Self { points, hull, ..prepared }
    }

    /// Number of cylinders.
    pub fn len(&self) -> usize {
        self.seats.len()
    }

    /// Whether there is nothing to compare.
    pub fn is_empty(&self) -> bool {
        self.seats.is_empty()
    }

    fn push(&mut self, seat: Seat, words: &[u64; WORDS], valid: u64) {
        let lane = self.seats.len() % LANES;
        if lane == 0 {
            self.groups.push(Group::default());
        }
        if let Some(group) = self.groups.last_mut() {
            group.set(lane, words, valid);
        }
        self.seats.push(seat);
    }

    /// A total order by content, so that a comparison can put its two sides into one order and be symmetric to the
    /// last bit. Everything here is made from the points, so they decide.
    pub(super) fn order(&self, other: &Self) -> Ordering {
        let key =
            |s: &Seat| [s.x.to_bits(), s.y.to_bits(), s.angle.to_bits(), s.quality.to_bits(), u32::from(s.minutia)];
        let (ours, theirs) = (self.points.iter().map(key), other.points.iter().map(key));
        self.points.len().cmp(&other.points.len()).then_with(|| ours.cmp(theirs))
    }
}

impl std::fmt::Debug for Prepared {
    /// The count alone, as for the template.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Prepared({} cylinders)", self.len())
    }
}

/// The smallest signed difference `a - b` of two angles, within -pi..=pi.
pub(super) fn turn(a: f32, b: f32) -> f32 {
    // Adding and taking away 1.5 * 2^23 rounds to a whole number without the library call `round` would be.
    const ROUNDER: f32 = 12_582_912.0;
    let d = a - b;
    d - TAU * ((d * (1.0 / TAU) + ROUNDER) - ROUNDER)
}

/// Bits and validity of the cylinder on minutia `index`; nothing when too little is known around it.
fn cylinder(index: usize, points: &[Seat], hull: &Hull) -> Option<([u64; WORDS], u64)> {
    let centre = points.get(index)?;
    let (sin, cos) = centre.angle.sin_cos();
    let valid = valid_cells(centre, sin, cos, hull);
    if (valid.count_ones() as f32) < MIN_VALID * base().count_ones() as f32 {
        return None;
    }
    let mut influence = [[0.0f32; SIDE * SIDE]; WORDS];
    let mut neighbours = 0;
    for (i, m) in points.iter().enumerate() {
        let (dx, dy) = (m.x - centre.x, m.y - centre.y);
        if i == index || dx.hypot(dy) > RADIUS + 3.0 * SIGMA_PLACE {
            continue;
        }
        neighbours += 1;
        let (u, v) = (cos * dx + sin * dy, cos * dy - sin * dx);
        add(&mut influence, u, v, turn(centre.angle, m.angle), valid);
    }
    if neighbours < MIN_NEIGHBOURS {
        return None;
    }
    let words = influence.map(|layer| {
        layer.iter().enumerate().fold(0u64, |word, (cell, &value)| word | (u64::from(value >= SET_FROM) << cell))
            & valid
    });
    Some((words, valid))
}

/// Adds one neighbour at (u, v) in the cylinder's own frame and `difference` of direction.
fn add(influence: &mut [[f32; SIDE * SIDE]; WORDS], u: f32, v: f32, difference: f32, valid: u64) {
    let weight = direction_weights(difference);
    let reach = (3.0 * SIGMA_PLACE) * (3.0 * SIGMA_PLACE);
    let peak = 1.0 / (SIGMA_PLACE * TAU.sqrt());
    let axis = |at: f32| std::array::from_fn::<f32, SIDE, _>(|i| (cell_centre(i) - at) * (cell_centre(i) - at));
    let (du, dv) = (axis(u), axis(v));
    let bell = |d: f32| (-d / (2.0 * SIGMA_PLACE * SIGMA_PLACE)).exp();
    let (bu, bv) = (du.map(bell), dv.map(bell));
    for i in 0..SIDE {
        for j in 0..SIDE {
            let cell = i * SIDE + j;
            if du[i] + dv[j] <= reach && valid >> cell & 1 == 1 {
                let place = peak * bu[i] * bv[j];
                for (layer, w) in influence.iter_mut().zip(weight) {
                    layer[cell] += place * w;
                }
            }
        }
    }
}

fn cell_centre(i: usize) -> f32 {
    (i as f32 + 0.5) * (2.0 * RADIUS / SIDE as f32) - RADIUS
}

/// The cells whose centre lies inside the circle.
fn base() -> u64 {
    static BASE: OnceLock<u64> = OnceLock::new();
    *BASE.get_or_init(|| cells().filter(|&(_, u, v)| u.hypot(v) <= RADIUS).fold(0, |mask, (cell, ..)| mask | 1 << cell))
}

fn cells() -> impl Iterator<Item = (usize, f32, f32)> {
    (0..SIDE * SIDE).map(|cell| (cell, cell_centre(cell / SIDE), cell_centre(cell % SIDE)))
}

fn valid_cells(centre: &Seat, sin: f32, cos: f32, hull: &Hull) -> u64 {
    let base = base();
    cells()
        .filter(|&(cell, u, v)| {
            base >> cell & 1 == 1 && hull.within(centre.x + cos * u - sin * v, centre.y + sin * u + cos * v, BORDER)
        })
        .fold(0, |mask, (cell, ..)| mask | 1 << cell)
}

/// Share of a direction Gaussian around `difference` that falls into each of the layers.
fn direction_weights(difference: f32) -> [f32; WORDS] {
    static WEIGHTS: OnceLock<Vec<[f32; WORDS]>> = OnceLock::new();
    let table = WEIGHTS.get_or_init(|| (0..TABLE).map(|i| layer_shares(i as f32 * TAU / TABLE as f32)).collect());
    let i = (difference.rem_euclid(TAU) * (TABLE as f32 / TAU)).round() as usize % TABLE;
    table.get(i).copied().unwrap_or_default()
}

fn layer_shares(difference: f32) -> [f32; WORDS] {
    let height = TAU / WORDS as f32;
    std::array::from_fn(|layer| {
        let centre = -PI + (layer as f32 + 0.5) * height;
        let offset = turn(centre, difference);
        // Midpoint rule: 32 steps are exact to far below what a threshold can tell.
        let step = height / 32.0;
        let density = |d: f32| (-d * d / (2.0 * SIGMA_DIRECTION * SIGMA_DIRECTION)).exp();
        let sum: f32 = (0..32).map(|k| density(offset - height / 2.0 + (k as f32 + 0.5) * step)).sum();
        sum * step / (SIGMA_DIRECTION * TAU.sqrt())
    })
}

/// The convex hull of all minutiae: the part of the finger the template knows about.
#[derive(Clone, Default)]
pub(super) struct Hull {
    corners: Vec<(f32, f32)>,
}

impl Hull {
    /// Andrew's monotone chain.
    fn of(seats: &[Seat]) -> Self {
        let mut points: Vec<(f32, f32)> = seats.iter().map(|m| (m.x, m.y)).collect();
        points.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
        points.dedup();
        let mut lower = chain(points.iter());
        let mut upper = chain(points.iter().rev());
        lower.pop();
        upper.pop();
        lower.append(&mut upper);
        Self { corners: if lower.is_empty() { points } else { lower } }
    }

    /// Whether a place lies inside or at most `border` pixels outside.
    pub fn within(&self, x: f32, y: f32, border: f32) -> bool {
        let ends = self.corners.iter().cycle().skip(1);
        let mut inside = self.corners.len() > 2;
        for (&a, &b) in self.corners.iter().zip(ends) {
            if segment_distance_squared(a, b, x, y) <= border * border {
                return true;
            }
            inside &= cross(a, b, (x, y)) >= 0.0;
        }
        inside
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

fn segment_distance_squared(a: (f32, f32), b: (f32, f32), x: f32, y: f32) -> f32 {
    let (dx, dy) = (b.0 - a.0, b.1 - a.1);
    let length = dx * dx + dy * dy;
    let t = if length > 0.0 { (((x - a.0) * dx + (y - a.1) * dy) / length).clamp(0.0, 1.0) } else { 0.0 };
    let (ex, ey) = (x - a.0 - t * dx, y - a.1 - t * dy);
    ex * ex + ey * ey
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_layers_share_nearly_all_of_a_direction() {
        for i in 0..100 {
            let sum: f32 = direction_weights(i as f32 * 0.1).iter().sum();
            assert!((0.99..=1.001).contains(&sum), "{sum}");
        }
    }

    #[test]
    fn the_hull_knows_inside_border_and_outside() {
        let m = |x, y| Seat { x, y, angle: 0.0, minutia: 0, quality: 1.0 };
        let square = Hull::of(&[m(0.0, 0.0), m(300.0, 0.0), m(300.0, 300.0), m(0.0, 300.0), m(150.0, 150.0)]);
        assert_eq!(square.corners.len(), 4);
        assert!(
            square.within(150.0, 150.0, 0.0) && square.within(-49.0, 150.0, 50.0) && !square.within(-51.0, 150.0, 50.0)
        );
        assert!(Hull::of(&[m(5.0, 5.0)]).within(5.0, 50.0, 50.0) && !Hull::of(&[]).within(0.0, 0.0, 50.0));
    }

    #[test]
    fn half_of_the_base_cells_are_not_lost() {
        assert_eq!(base().count_ones(), 52);
    }

    #[test]
    fn turns_stay_within_half_a_turn() {
        assert!((turn(0.1, TAU - 0.1) - 0.2).abs() < 1e-6);
        assert!((turn(TAU - 0.1, 0.1) + 0.2).abs() < 1e-6);
    }
}
