//! Slaps: one image of several fingers, taken apart.
//!
//! A slap says something about every finger at once, so nothing about it may be an average: a missing finger, a
//! finger beyond the edge, a wrong hand are each said by name. The way there:
//!
//! 1. `ridges`: how strong ridges are in cells of 0.4 mm, so that text, rules, punch holes, ghosts and breath drop out;
//! 2. `outline`: how the hand leans, by the outlines of its prints; the map is turned upright (`frame`);
//! 3. `pieces`: connected prints, without what is too thin to be a finger, parted between fingers that touch and cut
//!    at the crease of the first joint, so that a finger is its fingertip;
//! 4. `shape`: how much each piece looks like a fingertip;
//! 5. `hand`: which piece is which finger, by a distribution of the places of fingertips on a hand. The positions,
//!    the hand and how sure both are come from the same sum over all ways to name the pieces.
//!
//! Steps 2 to 5 are repeated for a few leans, since a fan of short round prints may lean either way, and the most
//! likely whole is kept. The image itself is read only once; the rest works on a map of a few thousand cells, so that
//! a slap costs less than the minutiae of one of its fingers.

mod finger;
mod frame;
mod grid;
mod hand;
mod joint;
mod outline;
mod pieces;
mod report;
mod ridges;
mod shape;
#[cfg(test)]
mod tests;

use rekam_hal::image::GrayImage;
use rekam_hal::{Finger, Slap};

use super::normalise::{self, MAX_SIDE};
use frame::Turned;
use grid::Grid;
use hand::Named;
use outline::Leaning;
use ridges::Ridges;
use shape::Shape;

pub use finger::{FingerBox, SlapFinger};
pub use report::{Edge, FingerProblem, SlapProblem};

/// Usual width of its fingertips in millimetres.
fn width_of(layout: Slap) -> f32 {
    match layout {
        Slap::RightFour | Slap::LeftFour => 14.5,
        Slap::Thumbs => 18.0,
    }
}

/// What is known about a slap before it is looked at.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Expected {
    layout: Option<Slap>,
    absent: Vec<Finger>,
}

impl Expected {
    /// Nothing is known.
    pub fn unknown() -> Self {
        Self::default()
    }

    /// All fingers of a layout.
    pub fn all(layout: Slap) -> Self {
        Self { layout: Some(layout), absent: Vec::new() }
    }

    /// The same without a finger that the resident has not or cannot lay down.
    pub fn without(mut self, finger: Finger) -> Self {
        if !self.absent.contains(&finger) {
            self.absent.push(finger);
        }
        self
    }

    /// The layout, when it is known.
    pub fn layout(&self) -> Option<Slap> {
        self.layout
    }

    /// Whether a finger should be there if its layout is the one taken.
    pub fn has(&self, finger: Finger) -> bool {
        !self.absent.contains(&finger)
    }
}

/// An image that cannot be a slap.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum SlapError {
    /// The image states a resolution outside [`super::RESOLUTIONS`].
    #[error("the image states {dpi} dots per inch, but fingerprints are read from 250 to 1000")]
    Resolution {
        /// As stated.
        dpi: f32,
    },
    /// At 500 dpi the image is larger than a hand; its resolution is probably wrong.
    #[error("at 500 dpi the image has {width} x {height} pixels, more than a hand")]
    TooLarge {
        /// Width in pixels at 500 dpi.
        width: usize,
        /// Height in pixels at 500 dpi.
        height: usize,
    },
}

/// A slap taken apart.
#[derive(Debug, Clone, PartialEq)]
pub struct Segmented {
    /// What lies there; nothing when there is no finger.
    pub layout: Option<Slap>,
    /// How sure that is from the picture alone, 0..=1.
    pub certainty: f32,
    /// Lean of the hand in radians, counter-clockwise from straight up.
    pub tilt: f32,
    /// The fingers from left to right.
    pub fingers: Vec<SlapFinger>,
    /// Fingers that should be there and are not.
    pub missing: Vec<Finger>,
    /// Prints that look like fingertips but have no place on the hand.
    pub strays: Vec<FingerBox>,
    /// What is wrong with the slap as a whole; each finger has its own.
    pub problems: Vec<SlapProblem>,
}

/// Leans that are tried besides the outlines' own, in radians.
const TRIED: [f32; 4] = [-0.6, -0.3, 0.3, 0.6];
/// How far (radians) the fingers of a hand lean from it, and how far a hand from upright.
const FINGERS_LEAN: f32 = 0.16;
const HAND_LEANS: f32 = 0.35;
/// Lean of the fingers against their hand (radians) and certainty of the hand that settle it at the first look.
const STRAIGHT: f32 = 0.1;
const CERTAIN: f32 = 0.98;
/// Smallest print in cells whose outline says how the hand leans.
const OUTLINED: usize = 300;

/// One way to see a slap.
struct View {
    turned: Turned,
    tilt: f32,
    shapes: Vec<Shape>,
    named: Named,
    /// Lean of every finger against the hand.
    leans: Vec<f32>,
    weight: f32,
}

/// Takes a slap apart. An image without fingers is no error: it says so in its problems.
pub fn segment(image: &GrayImage, expected: &Expected) -> Result<Segmented, SlapError> {
    let (width, height) = normalise::size(image).map_err(|dpi| SlapError::Resolution { dpi })?;
    if width.max(height) > MAX_SIDE {
        return Err(SlapError::TooLarge { width, height });
    }
    let ridges = Ridges::of(image);
    let Some(view) = best_view(&ridges, expected) else {
        return Ok(Segmented {
            layout: None,
            certainty: 0.0,
            tilt: 0.0,
            fingers: Vec::new(),
            missing: expected
                .layout()
                .map_or(Vec::new(), |l| l.fingers().iter().copied().filter(|f| expected.has(*f)).collect()),
            strays: Vec::new(),
            problems: vec![SlapProblem::Empty],
        });
    };
    Ok(described(&view, finger::cell(image), expected))
}

fn best_view(ridges: &Ridges, expected: &Expected) -> Option<View> {
    let first = outlined(&ridges.strength, ridges.threshold);
    let mut best: Option<View> = None;
    for tilt in [first].into_iter().chain(TRIED) {
        // The first look straightens itself by the fingers it found.
        let mut next = Some(tilt);
        for _ in 0..2 {
            let Some(view) = next.and_then(|tilt| View::of(ridges, tilt, expected)) else { break };
            let straighter = view.straighter();
            next = ((straighter - view.tilt).abs() > 0.07).then_some(straighter);
            if best.as_ref().is_none_or(|b| b.weight < view.weight) {
                best = Some(view);
            }
        }
        if best.as_ref().is_some_and(|b| b.is_certain(expected)) {
            break;
        }
    }
    best
}

/// Lean of the hand by the outlines of all larger prints.
fn outlined(strength: &Grid<f32>, threshold: f32) -> f32 {
    let strong = |c: usize, r: usize| strength.get(c, r).is_some_and(|s| s >= 1.3 * threshold);
    let prints = grid::components(strength.columns, strength.rows, OUTLINED, strong);
    let all = prints
        .iter()
        .map(|cells| Leaning::of(cells, strength.columns, strength.rows))
        .fold(Leaning::default(), Leaning::plus);
    all.plus(Leaning::towards(0.0, 0.15 * all.total())).tilt()
}

impl View {
    fn of(ridges: &Ridges, tilt: f32, expected: &Expected) -> Option<Self> {
        let turned = Turned::of(&ridges.strength, tilt);
        let shapes: Vec<Shape> =
            pieces::pieces(&turned, ridges.threshold).into_iter().filter_map(|p| Shape::of(p, &turned)).collect();
        let named = hand::named(&shapes, expected)?;
        let mut view = Self { turned, tilt, shapes, named, leans: Vec::new(), weight: 0.0 };
        view.leans = view.leans();
        let leans: f32 = view.leans.iter().map(|lean| 0.5 * (lean / FINGERS_LEAN).powi(2)).sum();
        view.weight = view.named.weight - leans - 0.5 * (tilt / HAND_LEANS).powi(2);
        Some(view)
    }

    /// How each finger leans against its hand, from left to right.
    fn leans(&self) -> Vec<f32> {
        let owners = joint::owners(&self.shapes, &self.turned);
        let taken = |mark: u16| self.named.fingers.iter().any(|f| f.0 + 1 == usize::from(mark));
        let shapes = self.named.fingers.iter().filter_map(|f| self.shapes.get(f.0));
        let lean = |s: &Shape| finger::lean(s, joint::leaning(s, &self.turned, &owners, |o| !taken(o)));
        shapes.map(lean).collect()
    }

    /// Whether another lean need not be tried: every finger is in its place, and leans as its hand does.
    fn is_certain(&self, expected: &Expected) -> bool {
        let straight = (self.straighter() - self.tilt).abs() < STRAIGHT;
        let complete = report::missing(&self.named, expected).is_empty() && self.named.fingers.len() > 2;
        let known = expected.layout().is_none_or(|layout| layout == self.named.layout);
        straight && complete && known && self.named.certainty > CERTAIN
    }

    /// The hand's lean by the fingers that were found.
    fn straighter(&self) -> f32 {
        self.tilt + self.leans.iter().sum::<f32>() / self.leans.len().max(1) as f32
    }
}

fn described(view: &View, cell: f32, expected: &Expected) -> Segmented {
    let strongest =
        view.named.fingers.iter().filter_map(|f| view.shapes.get(f.0)).map(|s| s.strength).fold(0.0, f32::max);
    let fingers = view.named.fingers.iter().zip(&view.leans).filter_map(|(&(index, finger, share), lean)| {
        let shape = view.shapes.get(index)?;
        let others: Vec<Shape> =
            view.shapes.iter().enumerate().filter(|(i, _)| *i != index).map(|(_, s)| s.clone()).collect();
        Some(SlapFinger {
            finger,
            place: finger::place(shape, &view.turned, view.tilt + lean, cell),
            confidence: share * shape.looks(width_of(view.named.layout), strongest),
            problems: report::of_finger(shape, strongest, finger, share, expected),
            region: finger::Region::of(shape, &others, &view.turned, cell)?,
        })
    });
    let stray = |index: &usize| {
        let shape = view.shapes.get(*index)?;
        Some(finger::place(shape, &view.turned, view.tilt + finger::lean(shape, Leaning::default()), cell))
    };
    Segmented {
        layout: Some(view.named.layout),
        certainty: view.named.certainty,
        tilt: view.straighter(),
        fingers: fingers.collect(),
        missing: report::missing(&view.named, expected),
        strays: view.named.spare.iter().filter_map(stray).collect(),
        problems: report::of_slap(&view.named, view.straighter(), expected),
    }
}
