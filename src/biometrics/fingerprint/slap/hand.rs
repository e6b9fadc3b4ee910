//! Which print is which finger: a model of where fingertips lie on a hand.
//!
//! Tips of a hand laid flat are points with a mean place each and a few ways to vary together (the hand lies anywhere,
//! turns, spreads its fingers, is larger or smaller), so their places are one multivariate normal distribution, and
//! that of any part of the fingers is a part of it: a missing finger needs no rule of its own. Every way to name the
//! prints from left to right is weighed by that distribution and by how much each looks like a fingertip; what the
//! sums say is the hand, each finger's position, and how sure both are.

use rekam_hal::{Finger, Slap};

use super::shape::Shape;
use super::{Expected, width_of};

/// A slot of a layout: finger, place of its tip in millimetres (across to the right, along to the palm), width.
struct Slot {
    finger: Finger,
    across: f32,
    along: f32,
    width: f32,
}

/// Standard deviations: place of the whole hand, its turn against the fingers' lean (radians), spread and size
/// (fractions), and each tip's own across and along, in millimetres.
struct Freedom {
    place: f32,
    turn: f32,
    spread: f32,
    size: f32,
    across: f32,
    along: f32,
}

const FREEDOM: Freedom = Freedom { place: 30.0, turn: 0.13, spread: 0.2, size: 0.25, across: 2.2, along: 2.8 };
/// What a cut tip's place may be off further.
const CUT: f32 = 6.0;
/// Log of the area in square millimetres over which a print that is no fingertip may lie.
const ANYWHERE: f32 = 8.5;
/// Log of the probability that a finger is missing although nobody said so, or there although it should not.
const UNEXPECTED: f32 = -4.6;
/// Same when it is as expected.
const EXPECTED: f32 = -0.01;
/// Log of the prior of a layout nobody expects.
const OTHER_LAYOUT: f32 = -3.0;
/// Spread of the width of a finger against its hand's others.
const WIDTH: f32 = 0.13;

fn slots(layout: Slap) -> Vec<Slot> {
    let slot = |finger, across, along, width| Slot { finger, across, along, width };
    match layout {
        Slap::RightFour => vec![
            slot(Finger::RightIndex, -29.0, 0.0, 1.0),
            slot(Finger::RightMiddle, -9.5, -10.5, 1.03),
            slot(Finger::RightRing, 10.0, -4.0, 1.0),
            slot(Finger::RightLittle, 28.5, 15.5, 0.86),
        ],
        Slap::LeftFour => {
            let left = [Finger::LeftIndex, Finger::LeftMiddle, Finger::LeftRing, Finger::LeftLittle];
            let mirrored = slots(Slap::RightFour).into_iter().zip(left);
            let mut all: Vec<Slot> = mirrored.map(|(s, finger)| Slot { finger, across: -s.across, ..s }).collect();
            all.reverse();
            all
        }
        Slap::Thumbs => vec![slot(Finger::LeftThumb, -16.0, 0.0, 1.0), slot(Finger::RightThumb, 16.0, 0.0, 1.0)],
    }
}

/// One way to name the prints: for every print the slot, if any.
struct Naming {
    layout: Slap,
    /// Index of the shape for each slot.
    seats: Vec<Option<usize>>,
    weight: f32,
}

/// What the prints are taken for.
#[derive(Debug, Clone)]
pub(super) struct Named {
    pub layout: Slap,
    /// Share of all ways to name the prints that have this layout, when none is expected.
    pub certainty: f32,
    /// Log of the weight of the best way; comparable between turns of the same slap.
    pub weight: f32,
    /// Index of the shape, its finger, and the share of the ways that call it so.
    pub fingers: Vec<(usize, Finger, f32)>,
    /// Shapes that look like fingertips but have no place.
    pub spare: Vec<usize>,
}

/// Most prints that are tried.
const MOST: usize = 8;

/// Names the prints; nothing when none looks like a finger.
pub(super) fn named(shapes: &[Shape], expected: &Expected) -> Option<Named> {
    let mut namings = Vec::new();
    let mut odds_by_layout = Vec::new();
    for layout in Slap::ALL {
        let odds = odds(shapes, layout);
        let mut tried: Vec<usize> = (0..shapes.len()).filter(|&i| odds.get(i).is_some_and(|o| *o > -6.0)).collect();
        tried.sort_by(|&a, &b| odds.get(b).unwrap_or(&0.0).total_cmp(odds.get(a).unwrap_or(&0.0)));
        tried.truncate(MOST);
        tried.sort_by(|&a, &b| across(shapes, a).total_cmp(&across(shapes, b)));
        let slots = slots(layout);
        let mut seats = vec![None; slots.len()];
        seat(&tried, 0, &mut seats, &mut |seats| {
            let weight = weigh(shapes, &odds, &slots, seats, expected);
            namings.push(Naming { layout, seats: seats.to_vec(), weight });
        });
        odds_by_layout.push((layout, odds));
    }
    let prior = |layout: Slap| match expected.layout() {
        Some(e) if e != layout => OTHER_LAYOUT,
        Some(_) | None => 0.0,
    };
    let total = |layout: Slap| log_sum(namings.iter().filter(|n| n.layout == layout).map(|n| n.weight));
    let layout = Slap::ALL.into_iter().max_by(|a, b| (total(*a) + prior(*a)).total_cmp(&(total(*b) + prior(*b))))?;
    let certainty = (total(layout) - log_sum(Slap::ALL.into_iter().map(total))).exp();
    let best = namings.iter().filter(|n| n.layout == layout).max_by(|a, b| a.weight.total_cmp(&b.weight))?;
    let slots = slots(layout);
    let share = |slot: usize, shape: usize| {
        let same = namings.iter().filter(|n| n.layout == layout && n.seats.get(slot) == Some(&Some(shape)));
        (log_sum(same.map(|n| n.weight)) - total(layout)).exp()
    };
    let fingers: Vec<(usize, Finger, f32)> = best
        .seats
        .iter()
        .zip(&slots)
        .enumerate()
        .filter_map(|(i, (seat, slot))| seat.map(|shape| (shape, slot.finger, share(i, shape))))
        .collect();
    if fingers.is_empty() {
        return None;
    }
    let odds = odds_by_layout.into_iter().find(|(l, _)| *l == layout).map(|(_, o)| o).unwrap_or_default();
    let spare = (0..shapes.len())
        .filter(|i| odds.get(*i).is_some_and(|o| *o > 2.0) && fingers.iter().all(|f| f.0 != *i))
        .collect();
    Some(Named { layout, certainty, weight: best.weight + prior(layout), fingers, spare })
}

fn across(shapes: &[Shape], index: usize) -> f32 {
    shapes.get(index).map_or(0.0, |s| s.tip.0)
}

fn log_sum(values: impl Iterator<Item = f32>) -> f32 {
    let values: Vec<f32> = values.collect();
    let most = values.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    if most == f32::NEG_INFINITY { most } else { most + values.iter().map(|v| (v - most).exp()).sum::<f32>().ln() }
}

/// How much each shape looks like a fingertip of this layout; the second joint of a finger is not its tip.
fn odds(shapes: &[Shape], layout: Slap) -> Vec<f32> {
    let strongest = shapes.iter().map(|s| s.strength).fold(0.0, f32::max);
    let alone: Vec<f32> = shapes.iter().map(|s| s.odds(width_of(layout), strongest)).collect();
    let covered = |shape: &Shape| shapes.iter().zip(&alone).any(|(other, odds)| *odds > 0.5 && shape.lies_below(other));
    shapes.iter().zip(&alone).map(|(s, o)| o - if covered(s) { 4.0 } else { 0.0 }).collect()
}

/// Calls `each` with every way to seat some of the shapes from left to right.
fn seat(tried: &[usize], slot: usize, seats: &mut Vec<Option<usize>>, each: &mut impl FnMut(&[Option<usize>])) {
    if slot == seats.len() {
        each(seats);
        return;
    }
    seat(tried, slot + 1, seats, each);
    for (i, &shape) in tried.iter().enumerate() {
        if let Some(s) = seats.get_mut(slot) {
            *s = Some(shape);
        }
        seat(tried.get(i + 1..).unwrap_or(&[]), slot + 1, seats, each);
    }
    if let Some(s) = seats.get_mut(slot) {
        *s = None;
    }
}

/// Log of the weight of one way to name the shapes.
fn weigh(shapes: &[Shape], odds: &[f32], slots: &[Slot], seats: &[Option<usize>], expected: &Expected) -> f32 {
    let mut weight = 0.0;
    let mut placed: Vec<(&Slot, &Shape)> = Vec::with_capacity(slots.len());
    for (slot, seat) in slots.iter().zip(seats) {
        let as_expected = expected.has(slot.finger) == seat.is_some();
        weight += if as_expected { EXPECTED } else { UNEXPECTED };
        if let Some(shape) = seat.and_then(|i| shapes.get(i)) {
            weight += seat.and_then(|i| odds.get(i)).copied().unwrap_or(0.0) + ANYWHERE;
            placed.push((slot, shape));
        }
    }
    weight + places(&placed) + widths(&placed)
}

/// Log density of the tips' places.
fn places(placed: &[(&Slot, &Shape)]) -> f32 {
    let n = placed.len();
    if n == 0 {
        return 0.0;
    }
    let f = &FREEDOM;
    let middle = |v: fn(&Shape) -> f32| placed.iter().map(|p| v(p.1)).sum::<f32>() / n as f32;
    let (u, v) = (middle(|s| s.tip.0), middle(|s| s.tip.1));
    let (mu, mv) = (
        placed.iter().map(|p| p.0.across).sum::<f32>() / n as f32,
        placed.iter().map(|p| p.0.along).sum::<f32>() / n as f32,
    );
    // Every print gives two numbers: how far its tip is off across and along.
    let mut off = [0.0f32; 8];
    let mut covariance = [[0.0f32; 8]; 8];
    for (i, (slot, shape)) in placed.iter().enumerate() {
        off[2 * i] = shape.tip.0 - u - (slot.across - mu);
        off[2 * i + 1] = shape.tip.1 - v - (slot.along - mv);
        for (j, (other, _)) in placed.iter().enumerate() {
            let [a, b] = [slot, other].map(|s| (s.across - mu, s.along - mv));
            covariance[2 * i][2 * j] = f.place.powi(2) + f.turn.powi(2) * a.1 * b.1 + f.spread.powi(2) * a.0 * b.0;
            covariance[2 * i + 1][2 * j + 1] =
                f.place.powi(2) + f.turn.powi(2) * a.0 * b.0 + f.size.powi(2) * a.1 * b.1;
            covariance[2 * i][2 * j + 1] = -f.turn.powi(2) * a.1 * b.0;
            covariance[2 * i + 1][2 * j] = -f.turn.powi(2) * a.0 * b.1;
        }
        let side = if shape.cut.aside() { CUT / 2.0 } else { 0.0 };
        let tip = if shape.cut.above() { CUT } else { 0.0 };
        covariance[2 * i][2 * i] += f.across.powi(2) + side * side;
        covariance[2 * i + 1][2 * i + 1] += f.along.powi(2) + tip * tip;
    }
    log_normal(&mut covariance, &mut off, 2 * n)
}

/// Log density of a normal distribution of mean zero, by Cholesky decomposition of the first `n` rows and columns.
fn log_normal(c: &mut [[f32; 8]; 8], x: &mut [f32; 8], n: usize) -> f32 {
    let mut log = -0.5 * n as f32 * std::f32::consts::TAU.ln();
    for i in 0..n {
        for j in 0..=i {
            let dot: f32 = (0..j).map(|k| c[i][k] * c[j][k]).sum();
            let value = c[i][j] - dot;
            c[i][j] = if i == j { value.max(1e-6).sqrt() } else { value / c[j][j] };
        }
        let dot: f32 = (0..i).map(|k| c[i][k] * x[k]).sum();
        x[i] = (x[i] - dot) / c[i][i];
        log -= c[i][i].ln() + 0.5 * x[i] * x[i];
    }
    log
}

/// How well the widths agree with one another: the little finger is the narrow one.
fn widths(placed: &[(&Slot, &Shape)]) -> f32 {
    let whole: Vec<f32> = placed
        .iter()
        .filter(|p| !p.1.cut.aside())
        .map(|(slot, shape)| (shape.width.max(1.0) / slot.width).ln())
        .collect();
    let mean = whole.iter().sum::<f32>() / whole.len().max(1) as f32;
    whole.iter().map(|w| -0.5 * ((w - mean) / WIDTH).powi(2)).sum::<f32>()
}
