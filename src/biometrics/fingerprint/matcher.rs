//! Two fingers into one score.
//!
//! Two measurements that err differently are taken together: how well the similar cylinders agree with one another
//! ([`super::relaxation`]), which sees local detail, and how many minutiae meet when one print is laid over the other
//! ([`super::align`]), which sees the whole.
//!
//! Nearly all comparisons of a search are of strangers, and most of them show early. So a comparison goes on only
//! while it may still matter: after the support of the best pair, after a glance at the prints under the motion most
//! vouch for, after a glance under the others, and after pairing without bending. Who stops early gets a score from
//! what was seen, on the same scale ([`super::calibration`]) and below 1. The steps are set where far more than half
//! of the strangers, but hardly a mate that would reach 1.5, stay below.

use std::cell::Cell;
use std::cmp::Ordering;

use super::agreement::Agreements;
use super::align::{Glance, Overlay};
use super::calibration;
use super::chance;
use super::cylinder::Prepared;
use super::pairing::Pairs;
use super::relaxation::Relaxation;
use super::simd::{self, SimdLevel, Work};

/// Motions that are looked at at most.
const MOTIONS: usize = 4;
/// Motions under which minutiae are paired at most: those under which most meets at a glance.
const LAID: usize = 2;
/// What a glance must promise for minutiae to be paired.
const WORTH_PAIRING: f32 = 1.0;
/// What those pairs must promise for the print to be bent.
const WORTH_BENDING: f32 = 0.8;

/// What a comparison found.
#[derive(Clone, PartialEq)]
pub struct Comparison {
    /// -log10 of the false match rate: 3 means one in a thousand strangers scores this much. Finite, at least 0.
    pub score: f32,
    /// Corresponding minutiae (index in the first template, index in the second), closest first. None when the prints
    /// had so little in common that no minutiae were paired; the score is below 1 then.
    pub pairs: Vec<(u16, u16)>,
}

impl Comparison {
    /// One that was not followed to its end.
    fn of_strangers(score: f32) -> Self {
        Self { score, pairs: Vec::new() }
    }
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
    let mut room = ROOM.take().unwrap_or_default();
    let found = simd::at(level, Ordered { level, a, b, room: &mut room });
    ROOM.set(Some(room));
    found
}

/// Room for one comparison: asking for memory would take a tenth of its time. What is in there when a comparison begins
/// does not matter.
#[derive(Default)]
struct Room {
    pairs: Pairs,
    agreements: Agreements,
    relaxation: Relaxation,
    overlays: [Overlay; LAID],
}

thread_local! {
    static ROOM: Cell<Option<Box<Room>>> = const { Cell::new(None) };
}

/// A comparison whose sides are in order.
struct Ordered<'a> {
    level: SimdLevel,
    a: &'a Prepared,
    b: &'a Prepared,
    room: &'a mut Room,
}

impl Work for Ordered<'_> {
    type Out = Comparison;

    #[inline(always)]
    fn run(self) -> Comparison {
        let Self { level, a, b, room } = self;
        room.pairs.propose(level, a, b);
        let support = room.agreements.among(&mut room.pairs);
        let smaller = a.len().min(b.len());
        if let Some(score) = calibration::unsupported(support, smaller) {
            return Comparison::of_strangers(score);
        }
        room.agreements.list(room.pairs.len());
        let relaxed = room.relaxation.similarity(&room.pairs, &room.agreements, pairs_wanted(smaller));
        let promise = |met, expected| calibration::promise(relaxed, met, expected, smaller);
        let mut glances = [None; LAID];
        for turn in 0..MOTIONS {
            let Some(motion) = room.agreements.next_motion(&room.pairs) else { break };
            let glance = Glance::at(a, b, motion);
            if turn == 0 {
                let alone = promise(glance.met, glance.expected(a, b));
                if alone <= 0.0 {
                    return Comparison::of_strangers(0.0);
                }
            }
            keep_best(&mut glances, glance);
        }
        let Some(followed) = room.follow(a, b, &glances, promise) else {
            let promised = glances.iter().flatten().map(|glance| promise(glance.met, glance.expected(a, b)));
            let promised = promised.fold(0.0, |most, one| if one > most { one } else { most });
            return Comparison::of_strangers(calibration::at_a_glance(promised.min(WORTH_PAIRING)));
        };
        let Followed { overlay, glance, expected } = followed;
        let by_chance = chance::meets(&a.points, &glance.motion, &b.points);
        let score = calibration::score(relaxed, overlay.met, by_chance, expected, smaller);
        let pairs = overlay.pairs(a, b);
        Comparison { score: score.min(calibration::most(pairs.len())), pairs }
    }
}

/// A motion that was followed to the pairs of minutiae.
struct Followed<'a> {
    overlay: &'a mut Overlay,
    glance: Glance,
    /// How many minutiae should have met.
    expected: f32,
}

/// Takes a glance among the best, the best first; of equal ones that stays before which more voted for.
#[inline(always)]
fn keep_best(best: &mut [Option<Glance>; LAID], glance: Glance) {
    let mut glance = Some(glance);
    for kept in best {
        if glance.map(|g| g.met) > kept.map(|k| k.met) {
            std::mem::swap(&mut glance, kept);
        }
    }
}

impl Room {
    /// Pairs minutiae where it is worth it, and takes the motion under which most meets; none when nothing does.
    #[inline(always)]
    fn follow(
        &mut self,
        a: &Prepared,
        b: &Prepared,
        glances: &[Option<Glance>; LAID],
        promise: impl Fn(f32, f32) -> f32,
    ) -> Option<Followed<'_>> {
        let mut best: Option<Followed<'_>> = None;
        for (glance, overlay) in glances.iter().flatten().zip(&mut self.overlays) {
            let expected = glance.expected(a, b);
            if promise(glance.met, expected) < WORTH_PAIRING {
                continue;
            }
            overlay.lay(a, b, &glance.motion, |met| promise(met, expected) >= WORTH_BENDING);
            if overlay.met > best.as_ref().map_or(0.0, |best| best.overlay.met) {
                best = Some(Followed { overlay, glance: *glance, expected });
            }
        }
        best
    }
}

/// Pairs that decide: 4 for small templates up to 12 for large ones (the sigmoid of the cylinder paper).
fn pairs_wanted(smaller: usize) -> usize {
    4 + (8.0 / (1.0 + (-0.4 * (smaller as f32 - 20.0)).exp())).round() as usize
}
