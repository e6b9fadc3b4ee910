//! Minutia cylinders: what surrounds each minutia, in 255 bits that need no alignment.
//!
//! R. Cappelli, M. Ferrara, D. Maltoni, "Minutia Cylinder-Code", IEEE TPAMI 32(12), 2010, in its bit form: a cylinder
//! stands on a minutia, turned into its direction; a bit is set when enough neighbours lie near one of its places and
//! near one of its directions. Three things are other than in the paper, each because it told mated from other
//! minutiae better and costs less: the places are 51 on a sunflower spiral, which covers a circle evenly (no empty
//! corners, 51 x 5 directions fill four words); the radius is 60 pixels (3 mm), as skin that stretches moves what lies
//! farther away; and a neighbour counts by the root of its certainty. No cell is ever invalid: the similarity only
//! counts what two cylinders share ([`super::simd`]), so what lies beyond the border of one print costs little.
//!
//! The influence in place and in direction is read from tables, which makes building a template a matter of 0.1 ms.

use std::cmp::Ordering;
use std::f32::consts::{PI, TAU};
use std::sync::OnceLock;

use super::hull::Hull;
use super::minutia::Minutia;
use super::pairing::TURN;
use super::points::{Lane, Points};
use super::simd::{Group, LANES, WORDS};
use super::template::Template;

/// Places in a cylinder.
const PLACES: usize = 51;
/// Directions at each place.
const DIRECTIONS: usize = 5;
/// Radius in pixels at 500 dpi.
const RADIUS: f32 = 60.0;
/// Standard deviation of a neighbour's place, in pixels.
const SIGMA_PLACE: f32 = 8.0;
/// Standard deviations from which a neighbour has no influence.
const REACH: f32 = 3.0;
/// Standard deviation of a neighbour's direction, in radians.
const SIGMA_DIRECTION: f32 = TAU / 10.0;
/// Influence from which a bit is set; 1 is a certain neighbour right there, spread over all directions.
const SET_FROM: f32 = 0.08;
/// Neighbours a cylinder needs.
const MIN_NEIGHBOURS: usize = 2;
/// Steps of the direction table for one turn.
const TABLE: usize = 1024;
/// Steps of the place table, over the squared distance within reach.
const BELL: usize = 1024;

/// One finger ready to be compared: its cylinders in groups of [`LANES`], and where they stand.
#[derive(Clone)]
pub struct Prepared {
    pub(super) groups: Vec<Group>,
    pub(super) seats: Vec<Seat>,
    /// All minutiae, also those without a cylinder.
    pub(super) points: Points,
    pub(super) hull: Hull,
}

/// A minutia, and where its cylinder stands.
#[derive(Clone, Copy, Default)]
pub(super) struct Seat {
    pub x: f32,
    pub y: f32,
    pub angle: f32,
    /// Sine and cosine of the angle.
    pub sin: f32,
    pub cos: f32,
    /// Certainty of the minutia, 0..=1.
    pub quality: f32,
    /// The angle in steps of which [`super::pairing`] counts a turn.
    pub steps: u16,
    /// Bits set in its cylinder.
    pub ones: u16,
    /// Root of the bits set, of one at least.
    pub root: f32,
}

impl Seat {
    fn of(m: &Minutia) -> Self {
        let (sin, cos) = m.angle.sin_cos();
        // Rows grow downwards in images and angles count against the clock: the plane is mirrored here, once.
        let steps = ((m.angle * (TURN as f32 / TAU)).round() as i32 & (TURN - 1)) as u16;
        Self { x: m.x, y: -m.y, angle: m.angle, sin, cos, quality: m.quality, steps, ones: 0, root: 1.0 }
    }
}

impl Prepared {
    /// Builds the cylinders of a template. A template with fewer than three minutiae has none.
    pub fn new(template: &Template) -> Self {
        let seats: Vec<Seat> = template.minutiae().iter().map(Seat::of).collect();
        let hull = Hull::of(seats.iter().map(|p| (p.x, p.y)));
        let mut prepared = Self { groups: Vec::new(), seats: Vec::new(), points: Points::of(&seats), hull };
        for (i, seat) in seats.iter().enumerate() {
            if let Some(words) = cylinder(i, &seats) {
                prepared.push(*seat, &words);
            }
        }
        prepared
    }

    /// Number of cylinders.
    pub fn len(&self) -> usize {
        self.seats.len()
    }

    /// Whether there is nothing to compare.
    pub fn is_empty(&self) -> bool {
        self.seats.is_empty()
    }

    fn push(&mut self, seat: Seat, words: &[u64; WORDS]) {
        let lane = self.seats.len() % LANES;
        if lane == 0 {
            self.groups.push(Group::default());
        }
        if let Some(group) = self.groups.last_mut() {
            group.set(lane, words, seat.angle);
        }
        let ones: u16 = words.iter().map(|w| w.count_ones() as u16).sum();
        self.seats.push(Seat { ones, root: f32::from(ones.max(1)).sqrt(), ..seat });
    }

    /// A total order by content, so that a comparison can put its two sides into one order and be symmetric to the
    /// last bit. Everything here is made from the points, so they decide.
    pub(super) fn order(&self, other: &Self) -> Ordering {
        let (ours, theirs) = (&self.points, &other.points);
        let bits = |lane: &Lane| lane.map(f32::to_bits);
        let first = |p: &Points| p.blocks.first().map(|b| bits(&b.x));
        // The first minutiae nearly always tell prints apart; all of them are looked at when they do not.
        (ours.len(), first(ours)).cmp(&(theirs.len(), first(theirs))).then_with(|| {
            let all = |p: &Points| -> Vec<[[u32; LANES]; 5]> {
                p.blocks.iter().map(|b| [&b.x, &b.y, &b.ux, &b.uy, &b.root].map(bits)).collect()
            };
            all(ours).cmp(&all(theirs)).then_with(|| ours.index.cmp(&theirs.index))
        })
    }
}

impl std::fmt::Debug for Prepared {
    /// The count alone, as for the template.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Prepared({} cylinders)", self.len())
    }
}

/// The smallest signed difference `a - b` of two angles, within -pi..=pi.
#[inline(always)]
pub(super) fn turn(a: f32, b: f32) -> f32 {
    // Adding and taking away 1.5 * 2^23 rounds to a whole number without the library call `round` would be.
    const ROUNDER: f32 = 12_582_912.0;
    let d = a - b;
    d - TAU * ((d * (1.0 / TAU) + ROUNDER) - ROUNDER)
}

/// The bits of the cylinder on minutia `index`; nothing when too little is known around it.
fn cylinder(index: usize, points: &[Seat]) -> Option<[u64; WORDS]> {
    let tables = Tables::get();
    let centre = points.get(index)?;
    let (sin, cos) = (centre.sin, centre.cos);
    let mut influence = [[0.0f32; PLACES]; DIRECTIONS];
    let mut neighbours = 0;
    let far = RADIUS + REACH * SIGMA_PLACE;
    for (i, m) in points.iter().enumerate() {
        let (dx, dy) = (m.x - centre.x, m.y - centre.y);
        if i == index || dx * dx + dy * dy > far * far {
            continue;
        }
        neighbours += 1;
        // In the cylinder's own frame.
        let at = (cos * dx + sin * dy, cos * dy - sin * dx);
        tables.add(&mut influence, at, turn(m.angle, centre.angle), m.quality.sqrt());
    }
    if neighbours < MIN_NEIGHBOURS {
        return None;
    }
    let mut words = [0u64; WORDS];
    for (bit, value) in influence.iter().flatten().enumerate() {
        if *value >= SET_FROM
            && let Some(word) = words.get_mut(bit / 64)
        {
            *word |= 1 << (bit % 64);
        }
    }
    Some(words)
}

/// What is the same for every cylinder.
struct Tables {
    places: [(f32, f32); PLACES],
    /// Influence by squared distance.
    bell: Vec<f32>,
    /// Shares of the directions by difference of directions.
    shares: Vec<[f32; DIRECTIONS]>,
}

impl Tables {
    fn get() -> &'static Self {
        static TABLES: OnceLock<Tables> = OnceLock::new();
        TABLES.get_or_init(|| {
            let squared = |i: usize| i as f32 / BELL as f32 * (REACH * REACH);
            Self {
                places: std::array::from_fn(place),
                bell: (0..BELL).map(|i| (-squared(i) / 2.0).exp()).collect(),
                shares: (0..TABLE).map(|i| direction_shares(i as f32 * TAU / TABLE as f32)).collect(),
            }
        })
    }

    /// Adds one neighbour at a place of the cylinder's frame, its direction different by `difference`.
    fn add(&self, influence: &mut [[f32; PLACES]; DIRECTIONS], at: (f32, f32), difference: f32, weight: f32) {
        let step = (difference.rem_euclid(TAU) * (TABLE as f32 / TAU)).round() as usize % TABLE;
        let shares = self.shares.get(step).copied().unwrap_or_default();
        for (i, (x, y)) in self.places.iter().enumerate() {
            let (dx, dy) = (x - at.0, y - at.1);
            let away = (dx * dx + dy * dy) * (BELL as f32 / (REACH * REACH * SIGMA_PLACE * SIGMA_PLACE));
            if let Some(bell) = self.bell.get(away as usize) {
                for (layer, share) in influence.iter_mut().zip(shares) {
                    layer[i] += weight * bell * share;
                }
            }
        }
    }
}

/// Place `i` on the spiral on which sunflowers set their seeds (H. Vogel, Mathematical Biosciences 44, 1979).
fn place(i: usize) -> (f32, f32) {
    let golden = PI * (3.0 - 5.0f32.sqrt());
    let (sin, cos) = (i as f32 * golden).sin_cos();
    let radius = RADIUS * ((i as f32 + 0.5) / PLACES as f32).sqrt();
    (radius * cos, radius * sin)
}

/// Share of a direction Gaussian around `difference` that falls into each of the directions.
fn direction_shares(difference: f32) -> [f32; DIRECTIONS] {
    let height = TAU / DIRECTIONS as f32;
    std::array::from_fn(|layer| {
        let offset = turn(-PI + (layer as f32 + 0.5) * height, difference);
        // Midpoint rule: 32 steps are exact to far below what a threshold can tell.
        let step = height / 32.0;
        let density = |d: f32| (-d * d / (2.0 * SIGMA_DIRECTION * SIGMA_DIRECTION)).exp();
        let sum: f32 = (0..32).map(|k| density(offset - height / 2.0 + (k as f32 + 0.5) * step)).sum();
        sum * step / (SIGMA_DIRECTION * TAU.sqrt())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_directions_share_nearly_all_of_one() {
        for i in 0..100 {
            let sum: f32 = direction_shares(i as f32 * 0.1).iter().sum();
            assert!((0.99..=1.001).contains(&sum), "{sum}");
        }
    }

    #[test]
    fn the_places_cover_the_circle_evenly() {
        let places: Vec<(f32, f32)> = (0..PLACES).map(place).collect();
        let nearest = |p: &(f32, f32)| {
            let others = places.iter().filter(|q| *q != p);
            others.map(|q| (p.0 - q.0).hypot(p.1 - q.1)).fold(f32::INFINITY, f32::min)
        };
        assert!(places.iter().all(|p| (11.0..19.0).contains(&nearest(p)) && p.0.hypot(p.1) < RADIUS));
        const { assert!(PLACES * DIRECTIONS <= 64 * WORDS) };
    }

    #[test]
    fn turns_stay_within_half_a_turn() {
        assert!((turn(0.1, TAU - 0.1) - 0.2).abs() < 1e-6);
        assert!((turn(TAU - 0.1, 0.1) + 0.2).abs() < 1e-6);
    }
}
