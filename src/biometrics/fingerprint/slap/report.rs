//! What a slap lacks, said about each finger and about the hand, never averaged.

use rekam_hal::{Finger, Slap};

use super::Expected;
use super::hand::Named;
use super::shape::Shape;

/// A side of the image.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Edge {
    /// The tips' side.
    Top,
    /// Left.
    Left,
    /// Right.
    Right,
    /// The palm's side.
    Bottom,
}

/// What is wrong with one finger of a slap.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FingerProblem {
    /// Part of the fingertip lies beyond this side of the image.
    CutAtEdge(Edge),
    /// It touches a neighbour; the border between them is a guess.
    Touching,
    /// Only part of the fingertip is printed.
    Partial,
    /// Much fainter than the other fingers.
    Faint,
    /// It could be another finger of the hand.
    UncertainPosition,
    /// It was said to be absent.
    NotExpected,
}

/// What is wrong with a slap as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SlapProblem {
    /// No fingertip at all.
    Empty,
    /// Other fingers than those asked for.
    WrongHand {
        /// What was asked for.
        expected: Slap,
        /// What seems to lie there.
        seen: Slap,
    },
    /// Not as many fingertips as the layout has, apart from absent ones.
    WrongCount {
        /// Fingers that should be there.
        expected: usize,
        /// Fingertips found, including ones that have no place on the hand.
        found: usize,
    },
    /// The hand leans so much that fingers may be taken for one another.
    TooTilted,
}

/// Lean of a hand in radians from which it should be laid down again (30 degrees).
const TOO_TILTED: f32 = 0.52;
/// Length of outline in millimetres on the image's border from which a finger is cut.
const CUT: f32 = 3.0;
/// A fingertip shorter than so many of its widths that ends at the palm's side of the image is cut.
const SHORT: f32 = 1.25;
/// Smallest area of a whole fingertip in square millimetres.
const PARTIAL: f32 = 110.0;
/// Strength against the strongest finger's from which a finger is faint.
const FAINT: f32 = 0.55;
/// Certainty of a position below which it is in doubt.
const DOUBT: f32 = 0.9;

/// What is wrong with a finger.
pub(super) fn of_finger(
    shape: &Shape,
    strongest: f32,
    finger: Finger,
    share: f32,
    expected: &Expected,
) -> Vec<FingerProblem> {
    let mut problems = Vec::new();
    let cuts = [
        (shape.cut.top >= CUT, Edge::Top),
        (shape.cut.left >= CUT, Edge::Left),
        (shape.cut.right >= CUT, Edge::Right),
        (shape.cut.bottom >= CUT && shape.length < SHORT * shape.width, Edge::Bottom),
    ];
    problems.extend(cuts.into_iter().filter(|c| c.0).map(|c| FingerProblem::CutAtEdge(c.1)));
    let others = [
        (shape.piece.touching, FingerProblem::Touching),
        (shape.width * shape.length * shape.fill < PARTIAL, FingerProblem::Partial),
        (shape.strength < FAINT * strongest, FingerProblem::Faint),
        (share < DOUBT, FingerProblem::UncertainPosition),
        (!expected.has(finger), FingerProblem::NotExpected),
    ];
    problems.extend(others.into_iter().filter(|o| o.0).map(|o| o.1));
    problems
}

/// What is wrong with the whole.
pub(super) fn of_slap(named: &Named, tilt: f32, expected: &Expected) -> Vec<SlapProblem> {
    let mut problems = Vec::new();
    if let Some(wanted) = expected.layout()
        && wanted != named.layout
    {
        problems.push(SlapProblem::WrongHand { expected: wanted, seen: named.layout });
    }
    let wanted = expected.layout().unwrap_or(named.layout).fingers().iter().filter(|f| expected.has(**f)).count();
    let found = named.fingers.len() + named.spare.len();
    if found != wanted {
        problems.push(SlapProblem::WrongCount { expected: wanted, found });
    }
    if tilt.abs() > TOO_TILTED {
        problems.push(SlapProblem::TooTilted);
    }
    problems
}

/// Fingers of the layout that should be there and are not.
pub(super) fn missing(named: &Named, expected: &Expected) -> Vec<Finger> {
    let there = |finger: &Finger| named.fingers.iter().any(|f| f.1 == *finger);
    named.layout.fingers().iter().copied().filter(|f| expected.has(*f) && !there(f)).collect()
}
