//! Two fingers into one score.
//!
//! Two measurements that err differently are taken together: how well the similar cylinders agree with one another
//! ([`super::pairing`]), which sees local detail, and how many minutiae meet when one print is laid over the other
//! ([`super::align`]), which sees the whole.

use std::cmp::Ordering;

use super::align::Overlay;
use super::calibration;
use super::cylinder::Prepared;
use super::pairing::{Candidates, MOTIONS};
use super::simd::{self, SimdLevel, Work};

/// Motions that are looked at with bent skin: those under which most meets without.
const BENT: usize = 2;
/// Score, reckoned generously before bending, from which a pair is bent: nine of ten strangers stay below.
const WORTH_BENDING: f32 = 1.0;

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
    compare_at(SimdLevel::current(), a, b)
}

/// The same with the instructions of one level; the scores are the same at every level.
pub fn compare_at(level: SimdLevel, a: &Prepared, b: &Prepared) -> Comparison {
    // Ties and rounding depend on which side comes first, so the content decides that and not the caller.
    if a.order(b) == Ordering::Greater {
        let mut swapped = compare_ordered(level, b, a);
        swapped.pairs.iter_mut().for_each(|p| *p = (p.1, p.0));
        return swapped;
    }
    compare_ordered(level, a, b)
}

fn compare_ordered(level: SimdLevel, a: &Prepared, b: &Prepared) -> Comparison {
    simd::at(level, Ordered { level, a, b })
}

/// A comparison whose sides are in order.
struct Ordered<'a> {
    level: SimdLevel,
    a: &'a Prepared,
    b: &'a Prepared,
}

impl Work for Ordered<'_> {
    type Out = Comparison;

    #[inline(always)]
    fn run(self) -> Comparison {
        let Self { level, a, b } = self;
        let smaller = a.len().min(b.len());
        let candidates = Candidates::of(level, a, b);
        let relaxed = candidates.relaxed_similarity(pairs_wanted(smaller));
        let mut overlays = Vec::with_capacity(MOTIONS);
        for motion in candidates.motions() {
            overlays.push(Overlay::rigid(a, b, motion));
        }
        // Stable: equal ones stay in the order of their votes.
        overlays.sort_by(|x, y| y.met.total_cmp(&x.met));
        overlays.truncate(BENT);
        // Those that promise nothing are not bent; the best of them all is at least paired.
        for (i, overlay) in overlays.iter_mut().enumerate() {
            if calibration::score(relaxed, overlay.met, overlay.expected(), smaller) >= WORTH_BENDING {
                overlay.bend();
            } else if i == 0 {
                overlay.meet();
            } else {
                overlay.met = 0.0;
            }
        }
        let Some(best) = overlays.iter().reduce(|x, y| if y.met > x.met { y } else { x }) else {
            return Comparison { score: 0.0, pairs: Vec::new() };
        };
        let pairs = best.pairs();
        let score = calibration::score(relaxed, best.met, best.expected(), smaller);
        Comparison { score: score.min(calibration::most(pairs.len())), pairs }
    }
}

/// Pairs that decide: 4 for small templates up to 12 for large ones (the sigmoid of the cylinder paper).
fn pairs_wanted(smaller: usize) -> usize {
    4 + (8.0 / (1.0 + (-0.4 * (smaller as f32 - 20.0)).exp())).round() as usize
}
