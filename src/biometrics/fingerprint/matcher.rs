//! Two fingers into one score.
//!
//! Two measurements that err differently are taken together: how well the similar cylinders agree with one another
//! ([`super::pairing`]), which sees local detail, and how many minutiae meet when one print is laid over the other
//! ([`super::align`]), which sees the whole.

use std::cmp::Ordering;
use std::f32::consts::TAU;

use super::align::Overlay;
use super::calibration;
use super::cylinder::{Prepared, turn};
use super::pairing;
use super::simd::{self, LANES, SimdLevel};

/// Motions that are looked at with bent skin: those under which most meets without.
const BENT: usize = 2;
/// Probe cylinders the screening looks at.
const SCREENED: usize = 32;
/// Local similarity from which it counts.
const SCREEN_FROM: f32 = 0.4;
/// Bins of rotation.
const TURNS: usize = 24;
/// Neighbouring bins that count as one rotation.
const WINDOW: usize = 2;

/// Minutiae below which a score is discounted.
const ENOUGH_MINUTIAE: usize = 15;

/// What a comparison found.
#[derive(Clone, PartialEq)]
pub struct Comparison {
    /// -log10 of the false match rate: 3 means one in a thousand strangers scores this much. Finite, at least 0.
    pub score: f32,
    /// Corresponding minutiae (index in the first template, index in the second), closest first.
    pub pairs: Vec<(u16, u16)>,
}

impl std::fmt::Debug for Comparison {
    /// Without the pairs: they tell of minutiae.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Comparison(score {}, {} pairs)", self.score, self.pairs.len())
    }
}

/// Compares two fingers. `compare(a, b)` and `compare(b, a)` agree to the last bit.
pub fn compare(a: &Prepared, b: &Prepared) -> Comparison {
    // Ties and rounding depend on which side comes first, so the content decides that and not the caller.
    if a.order(b) == Ordering::Greater {
        let mut swapped = compare_ordered(b, a);
        swapped.pairs.iter_mut().for_each(|p| *p = (p.1, p.0));
        return swapped;
    }
    compare_ordered(a, b)
}

fn compare_ordered(a: &Prepared, b: &Prepared) -> Comparison {
    let smaller = a.len().min(b.len());
    let candidates = pairing::candidates(a, b);
    let relaxed = pairing::relaxed_similarity(&candidates, pairs_wanted(smaller));
    let mut overlays: Vec<_> =
        pairing::motions(&candidates, smaller).into_iter().map(|m| (Overlay::rigid(a, b, &m), m)).collect();
    // Stable: equal ones stay in the order of their votes.
    overlays.sort_by(|x, y| y.0.met.total_cmp(&x.0.met));
    overlays.truncate(BENT);
    overlays.iter_mut().for_each(|(overlay, _)| overlay.bend(b));
    let Some((best, motion)) = overlays.iter().max_by(|x, y| x.0.met.total_cmp(&y.0.met)) else {
        return Comparison { score: discounted(calibration::score(relaxed, 0.0, 0.0), smaller), pairs: Vec::new() };
    };
    let score = calibration::score(relaxed, best.met, best.expected(a, b, motion));
    Comparison { score: discounted(score, smaller), pairs: best.pairs(b) }
}

/// The score, discounted where one finger shows little: among prints with 6 to 14 minutiae strangers reach score 3
/// about eight times as often as the scale says (measured on prints cut to pieces).
fn discounted(score: f32, smaller: usize) -> f32 {
    score * smaller.min(ENOUGH_MINUTIAE) as f32 / ENOUGH_MINUTIAE as f32
}

/// Pairs that decide: 4 for small templates up to 12 for large ones (the sigmoid of the cylinder paper).
fn pairs_wanted(smaller: usize) -> usize {
    4 + (8.0 / (1.0 + (-0.4 * (smaller as f32 - 20.0)).exp())).round() as usize
}

/// A cheap similarity, 0..=1, to sort a gallery by before [`compare`]: the first (best) cylinders of `a` look for their
/// likeliest partners in `b`, and those that ask for the same rotation add up. Not symmetric; values are comparable
/// among gallery fingers for one probe `a` only.
pub fn screen(a: &Prepared, b: &Prepared) -> f32 {
    if a.is_empty() || b.is_empty() {
        return 0.0;
    }
    let rows = a.len().min(SCREENED);
    let matrix = simd::similarities(SimdLevel::current(), &a.groups, rows, &b.groups);
    let mut turns = [0.0f32; TURNS];
    for (row, seat) in matrix.chunks_exact(b.groups.len() * LANES).zip(&a.seats) {
        let best = row.iter().zip(&b.seats).max_by(|x, y| x.0.total_cmp(y.0));
        if let Some((similarity, partner)) = best {
            let turn = turn(partner.angle, seat.angle) / TAU + 0.5;
            let bin = (turn * TURNS as f32) as usize % TURNS;
            if let Some(sum) = turns.get_mut(bin) {
                let above = (similarity - SCREEN_FROM).max(0.0) / (1.0 - SCREEN_FROM);
                // Squared: one striking likeness says more than two middling ones.
                *sum += above * above;
            }
        }
    }
    let window = |i: usize| (0..WINDOW).filter_map(|k| turns.get((i + k) % TURNS)).sum::<f32>();
    (0..TURNS).map(window).fold(0.0, f32::max) / SCREENED as f32
}
