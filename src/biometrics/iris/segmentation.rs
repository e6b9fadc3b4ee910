//! From the best coarse hypothesis to exact contours, lids and a confidence.

use rekam_hal::image::GrayImage;

use super::borders::{self, Border};
use super::contour::{Circle, Contour};
use super::hypothesis::{self, COARSE_SIDE, Hypothesis, same};
use super::lids::{self, Lid, Side};
use super::picture::{Tone, framed};
use super::raster::{Plane, clipped};
use super::{ExtractError, LEAST_SIDE};

/// The contours are refined where the iris has at most this radius in samples: more does not help the code.
const FINE_RADIUS: f32 = 115.0;
/// What is looked at around the iris, in iris radii from its centre.
const AROUND: f32 = 1.45;
/// The limbus is sought where the iris has at most this radius in samples.
const LIMBUS_RADIUS: f32 = 60.0;
/// A hypothesis below this joint score is not an eye.
const LEAST_SCORE: f32 = 0.9;

/// Where the iris is, in pixels of the original image (whole coordinates are pixel centres, y grows downwards).
#[derive(Debug, Clone, PartialEq)]
pub struct Segmentation {
    /// Circle nearest to the pupil's border.
    pub pupil: Circle,
    /// Circle nearest to the border between iris and sclera.
    pub limbus: Circle,
    /// The pupil's border itself.
    pub pupil_contour: Contour,
    /// The limbus itself.
    pub limbus_contour: Contour,
    /// Border of the upper lid where it covers the iris.
    pub upper_lid: Option<Lid>,
    /// Border of the lower lid where it covers the iris.
    pub lower_lid: Option<Lid>,
    /// How far the contours can be trusted, 0..=1; below [`UNSURE`] the image should be taken again.
    pub confidence: f32,
}

/// Confidence below which a segmentation is reported as unsure.
pub const UNSURE: f32 = 0.5;

/// Where a part of the image lies in it: that of a plane to the image it was cut from and reduced.
#[derive(Debug, Clone, Copy)]
pub(super) struct Frame {
    /// Original pixels per sample.
    pub factor: f32,
    /// Upper left corner in original pixels.
    pub corner: (f32, f32),
    /// Upper left corner and extent of the original image without what frames it.
    pub origin: (f32, f32),
    pub image: (f32, f32),
}

/// The surroundings of the iris at the scale of the contours, with everything found there.
pub(super) struct Fine {
    /// The image as it is.
    pub plane: Plane,
    pub frame: Frame,
    pub pupil: Contour,
    pub limbus: Contour,
    pub upper: Option<Lid>,
    pub lower: Option<Lid>,
    pub evidence: Evidence,
}

/// What speaks for a segmentation.
#[derive(Debug, Clone, Copy)]
pub(super) struct Evidence {
    /// Joint score of the coarse hypothesis and its lead over the best contradicting one.
    pub score: f32,
    pub margin: f32,
    pub pupil: Border,
    pub limbus: Border,
    /// Distance of the centres of pupil and limbus over the limbus radius.
    pub offset: f32,
}

impl Fine {
    /// The limbus in pixels of the original image.
    pub fn whole_limbus(&self) -> Circle {
        self.limbus.as_circle().rescaled(self.frame.factor).shifted(self.frame.corner)
    }

    /// Least distance of the limbus to the image border over the iris radius; negative when the iris is cut.
    pub fn margin(&self) -> f32 {
        let Frame { origin: (left, top), image: (w, h), .. } = self.frame;
        let limbus = self.whole_limbus().shifted((-left, -top));
        let side = (limbus.x - limbus.r).min(w - 1.0 - limbus.x - limbus.r);
        let vertical = (limbus.y - limbus.r).min(h - 1.0 - limbus.y - limbus.r);
        side.min(vertical) / limbus.r
    }

    /// The result in pixels of the original image.
    pub fn segmentation(&self, confidence: f32) -> Segmentation {
        let Frame { factor, corner, .. } = self.frame;
        let (pupil, limbus) =
            (self.pupil.rescaled(factor).shifted(corner), self.limbus.rescaled(factor).shifted(corner));
        let lid = |l: Lid| l.rescaled(factor).shifted(corner);
        Segmentation {
            pupil: pupil.as_circle(),
            limbus: limbus.as_circle(),
            pupil_contour: pupil,
            limbus_contour: limbus,
            upper_lid: self.upper.map(lid),
            lower_lid: self.lower.map(lid),
            confidence,
        }
    }
}

/// The part of an image that is looked at, and its copy for the coarse search.
struct View {
    part: [usize; 4],
    tone: Tone,
    coarse: Plane,
    factor: f32,
}

impl View {
    fn new(image: &GrayImage) -> Option<View> {
        let part = framed(image);
        let [_, _, width, height] = part;
        if width.min(height) < LEAST_SIDE as usize {
            return None;
        }
        let factor = (width.max(height) as f32 / COARSE_SIDE).max(1.0);
        let coarse = Plane::region(image, part, factor);
        let tone = Tone::of(&coarse);
        Some(View { part, tone, coarse: tone.apply(coarse), factor })
    }
}

/// Finds the eye, if there is just one.
pub(super) fn segment(image: &GrayImage) -> Result<Fine, ExtractError> {
    let view = View::new(image).ok_or(ExtractError::NoEye)?;
    let hypotheses = hypothesis::search(&view.coarse);
    let best = hypotheses.first().filter(|h| h.score >= LEAST_SCORE);
    let none = || if hypothesis::cut_off(&view.coarse) { ExtractError::HalfEye } else { ExtractError::NoEye };
    let best = best.ok_or_else(none)?;
    if hypotheses.iter().any(|h| best.beside(h)) {
        return Err(ExtractError::TwoEyes);
    }
    contours(image, &view, &hypotheses, best).ok_or(ExtractError::NoEye)
}

/// Whether an image without an eye seems to show a part of one at its border.
pub(super) fn cut_off(image: &GrayImage) -> bool {
    View::new(image).is_some_and(|view| hypothesis::cut_off(&view.coarse))
}

/// The exact contours of the best hypothesis.
fn contours(image: &GrayImage, view: &View, hypotheses: &[Hypothesis], best: &Hypothesis) -> Option<Fine> {
    let ([left, top, width, height], coarse_factor) = (view.part, view.factor);
    let rival = hypotheses.iter().filter(|h| !same(&h.pupil, &best.pupil)).map(|h| h.score).fold(0.0, f32::max);

    let origin = (left as f32, top as f32);
    let near = best.limbus.rescaled(coarse_factor);
    let factor = (near.r / FINE_RADIUS).max(1.0);
    let [x, y, wide, high] = clipped(near.x, near.y, AROUND * near.r, width, height);
    let plane = view.tone.apply(Plane::region(image, [left + x, top + y, wide, high], factor));
    let inside = (x as f32, y as f32);
    let corner = (origin.0 + inside.0, origin.1 + inside.1);
    let frame = Frame { factor, corner, origin, image: (width as f32, height as f32) };
    let local = |c: &Circle| c.rescaled(coarse_factor).shifted((-inside.0, -inside.1)).rescaled(1.0 / factor);
    let radius = near.r / factor;
    let pupil = borders::pupil(&plane, local(&best.pupil), radius)?;

    // Several limbi may look alike on the coarse scale; the exact contours tell them apart.
    let planes = LimbusPlanes::new(&plane, radius);
    let inner = pupil.contour.as_circle();
    let first = hypotheses
        .iter()
        .filter(|h| same(&h.pupil, &best.pupil) && h.score > best.score - 0.6)
        .take(3)
        .filter_map(|h| {
            let limbus = planes.first(&pupil.contour, local(&h.limbus))?;
            Some((h.score + limbus.seen * (limbus.contrast / 20.0 + limbus.support), limbus.contour))
        })
        .max_by(|a, b| a.0.total_cmp(&b.0))?
        .1;
    let outer = planes.outer(&pupil.contour, &first)?;
    let limbus = outer.limbus.contour.as_circle();
    let evidence = Evidence {
        score: best.score,
        margin: (best.score - rival).max(0.0),
        pupil,
        limbus: outer.limbus,
        offset: (inner.x - limbus.x).hypot(inner.y - limbus.y) / limbus.r,
    };
    let [upper, lower] = outer.lids;
    Some(Fine { plane, frame, pupil: pupil.contour, limbus: outer.limbus.contour, upper, lower, evidence })
}

/// The outer borders of an iris.
struct Outer {
    limbus: Border,
    lids: [Option<Lid>; 2],
}

/// The image reduced and smoothed for the search of the limbus and of the lids, which are soft borders.
struct LimbusPlanes {
    round: Plane,
    flat: Plane,
    factor: f32,
}

impl LimbusPlanes {
    fn new(plane: &Plane, radius: f32) -> Self {
        let factor = (radius / LIMBUS_RADIUS).max(1.0);
        let (plane, radius) = (plane.reduced(factor), radius / factor);
        let soft = (0.012 * radius).max(0.5);
        let sigma = 0.02 * radius;
        Self { round: plane.blurred(sigma, sigma), flat: plane.blurred(4.0 * soft, soft), factor }
    }

    /// Limbus from a guess, before lids are known.
    fn first(&self, pupil: &Contour, guess: Circle) -> Option<Border> {
        let (guess, pupil) = (guess.rescaled(1.0 / self.factor), pupil.rescaled(1.0 / self.factor));
        borders::limbus(&self.round, &guess, &pupil, &[None; 2])
    }

    /// Lids and limbus from a first limbus: the limbus is fitted again to what the lids leave of it.
    fn outer(&self, pupil: &Contour, first: &Contour) -> Option<Outer> {
        let pupil = pupil.rescaled(1.0 / self.factor);
        let circle = pupil.as_circle();
        let find =
            |limbus: &Circle| [Side::Upper, Side::Lower].map(|side| lids::find(&self.flat, &circle, limbus, side));
        let guess = first.as_circle();
        let limbus = borders::limbus(&self.round, &guess, &pupil, &find(&guess))?;
        let lids = find(&limbus.contour.as_circle()).map(|lid| lid.map(|l| l.rescaled(self.factor)));
        Some(Outer { limbus: limbus.rescaled(self.factor), lids })
    }
}
