//! From the best coarse hypothesis to exact contours, lids and a confidence.

use super::contour::{Circle, Contour, PolarWindow, Shape, closed_path};
use super::hypothesis::{self, COARSE_SIDE, fill_reflections, limbus_weight, same};
use super::lids::{self, Lid, Side};
use super::raster::{Plane, quantile};

/// The contours are refined where the iris has at most this radius in samples: more does not help the code.
const FINE_RADIUS: f32 = 115.0;
/// Rays around a contour.
const RAYS: usize = 128;
/// How firmly the limbus is held at the height of the pupil.
const HEIGHT_PRIOR: f32 = 0.05;
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

/// The image at the scale of the contours, with everything found in it.
pub(super) struct Fine {
    /// The image as it is.
    pub plane: Plane,
    /// Original pixels per sample.
    pub factor: f32,
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
    /// Share of rays on which pupil border and limbus are real edges.
    pub pupil_support: f32,
    pub limbus_support: f32,
    /// Mean brightening over the pupil's border and over the limbus, grey levels.
    pub pupil_contrast: f32,
    pub limbus_contrast: f32,
    /// Distance of the centres of pupil and limbus over the limbus radius.
    pub offset: f32,
}

impl Evidence {
    /// One number, 0..=1; each factor is 1 where the evidence is as in any clear eye.
    pub fn confidence(&self) -> f32 {
        let ramp = |v: f32, low: f32, high: f32| ((v - low) / (high - low)).clamp(0.0, 1.0);
        let product = ramp(self.score, 1.0, 2.4).max(0.05)
            * ramp(self.margin, -0.3, 0.8)
            * ramp(self.pupil_support, 0.4, 0.8)
            * ramp(self.limbus_support, 0.4, 0.8)
            * ramp(self.pupil_contrast, 4.0, 14.0)
            * ramp(self.limbus_contrast, 1.5, 8.0)
            * ramp(-self.offset, -0.3, -0.12);
        product.clamp(0.0, 1.0).sqrt()
    }
}

impl Fine {
    /// The result in pixels of the original image.
    pub fn segmentation(&self) -> Segmentation {
        let (pupil, limbus) = (self.pupil.rescaled(self.factor), self.limbus.rescaled(self.factor));
        Segmentation {
            pupil: pupil.as_circle(),
            limbus: limbus.as_circle(),
            pupil_contour: pupil,
            limbus_contour: limbus,
            upper_lid: self.upper.map(|l| l.rescaled(self.factor)),
            lower_lid: self.lower.map(|l| l.rescaled(self.factor)),
            confidence: self.evidence.confidence(),
        }
    }
}

/// Finds the eye; `None` where nothing looks like one.
pub(super) fn segment(full: &Plane) -> Option<Fine> {
    let coarse_factor = (full.width().max(full.height()) as f32 / COARSE_SIDE).max(1.0);
    let hypotheses = hypothesis::search(&full.reduced(coarse_factor));
    let best = hypotheses.first().filter(|h| h.score >= LEAST_SCORE)?;
    let rival = hypotheses.iter().filter(|h| !same(&h.pupil, &best.pupil)).map(|h| h.score).fold(0.0, f32::max);

    let factor = (best.limbus.r * coarse_factor / FINE_RADIUS).max(1.0);
    let plane = full.reduced(factor);
    let scale = coarse_factor / factor;
    let radius = best.limbus.r * scale;
    let spot = ((0.12 * radius).round() as usize).max(2);
    let filled = fill_reflections(&plane, spot, 28.0);
    let (pupil, pupil_contrast, pupil_support) = pupil_contour(&filled, best.pupil.rescaled(scale), radius)?;

    // Several limbi may look alike on the coarse scale; the exact contours tell them apart.
    let planes = LimbusPlanes::new(&plane, radius);
    let outer = hypotheses
        .iter()
        .filter(|h| same(&h.pupil, &best.pupil) && h.score > best.score - 0.6)
        .take(3)
        .filter_map(|h| {
            let outer = planes.outer(&pupil.as_circle(), h.limbus.rescaled(scale))?;
            Some((h.score + outer.contrast / 20.0 + outer.support, outer))
        })
        .max_by(|a, b| a.0.total_cmp(&b.0))?
        .1;
    let (inner, limbus) = (pupil.as_circle(), outer.limbus.as_circle());
    let evidence = Evidence {
        score: best.score,
        margin: (best.score - rival).max(0.0),
        pupil_support,
        limbus_support: outer.support,
        pupil_contrast,
        limbus_contrast: outer.contrast,
        offset: (inner.x - limbus.x).hypot(inner.y - limbus.y) / limbus.r,
    };
    Some(Fine { plane, factor, pupil, limbus: outer.limbus, upper: outer.lids[0], lower: outer.lids[1], evidence })
}

/// The outer borders of an iris with what speaks for the limbus.
struct Outer {
    limbus: Contour,
    lids: [Option<Lid>; 2],
    contrast: f32,
    support: f32,
}

/// The image smoothed for the search of the limbus and of the lids.
struct LimbusPlanes {
    round: Plane,
    flat: Plane,
}

impl LimbusPlanes {
    fn new(plane: &Plane, radius: f32) -> Self {
        let soft = (0.012 * radius).max(0.5);
        let sigma = 0.02 * radius;
        Self { round: plane.blurred(sigma, sigma), flat: plane.blurred(4.0 * soft, soft) }
    }

    /// Limbus and lids from a guess of the limbus. The lids are sought on a first limbus, then the limbus is fitted
    /// again to what they leave of it.
    fn outer(&self, pupil: &Circle, mut guess: Circle) -> Option<Outer> {
        let mut lids = [None, None];
        let mut found = None;
        for _ in 0..2 {
            let (limbus, contrast, support) = limbus_contour(&self.round, &guess, pupil, &lids)?;
            guess = limbus.as_circle();
            lids = [Side::Upper, Side::Lower].map(|side| lids::find(&self.flat, pupil, &guess, side));
            found = Some(Outer { limbus, lids, contrast, support });
        }
        found
    }
}

/// The pupil's border, its mean contrast and the share of rays on which it is a real edge.
fn pupil_contour(filled: &Plane, guess: Circle, limbus_radius: f32) -> Option<(Contour, f32, f32)> {
    let smooth = filled.blurred(0.8, 0.8);
    let mut contour = Contour::circle(guess);
    let mut evidence = (0.0, 0.0);
    for (inner, outer, harmonics, ridge) in [(0.6, 1.45, 1, 0.0), (0.8, 1.2, 5, 0.1)] {
        let circle = contour.as_circle();
        let window = PolarWindow {
            angles: RAYS,
            steps: 56,
            from: inner * circle.r,
            to: (outer * circle.r).min(0.9 * limbus_radius).max(circle.r),
            reach: (0.02 * limbus_radius).max(1.0),
        };
        let mut gain = window.derivative(&smooth, circle.x, circle.y);
        gain.iter_mut().for_each(|g| *g = capped(*g, 45.0));
        let path = closed_path(&gain, RAYS, window.steps, 2, 1.5);
        let radii: Vec<f32> = path.iter().map(|&s| window.radius(s as f32)).collect();
        let rises: Vec<f32> = path.iter().enumerate().map(|(k, &s)| gain[k * window.steps + s]).collect();
        let typical = quantile(&mut rises.clone(), 0.5).max(2.0);
        let base: Vec<f32> = rises.iter().map(|&g| (g / typical).clamp(0.05, 1.5)).collect();
        contour = fit_robustly(circle, &radii, &base, &Shape { harmonics, ridge, height: None }, 0.05 * circle.r)?;
        let support = rises.iter().filter(|&&g| g > 0.4 * typical.max(6.0)).count() as f32 / RAYS as f32;
        evidence = (rises.iter().sum::<f32>() / RAYS as f32, support);
    }
    Some((contour, evidence.0, evidence.1))
}

/// The limbus, its contrast at the sides and the weighted share of rays on which it is an edge.
fn limbus_contour(
    smooth: &Plane,
    guess: &Circle,
    pupil: &Circle,
    [upper, lower]: &[Option<Lid>; 2],
) -> Option<(Contour, f32, f32)> {
    let mut contour = Contour::circle(*guess);
    let mut evidence = (0.0, 0.0);
    for (width, harmonics, ridge) in [(0.22, 1, 0.0), (0.13, 2, 0.1)] {
        let circle = contour.as_circle();
        let window = PolarWindow {
            angles: RAYS,
            steps: 48,
            from: ((1.0 - width) * circle.r).max(1.25 * pupil.r),
            to: (1.0 + width) * circle.r,
            reach: (0.045 * circle.r).max(1.0),
        };
        let mut gain = window.derivative(smooth, circle.x, circle.y);
        gain.iter_mut().for_each(|g| *g = capped(*g, 25.0));
        blank_pupil(&mut gain, &window, &circle, pupil);
        let path = closed_path(&gain, RAYS, window.steps, 1, 1.0);
        let radii: Vec<f32> = path.iter().map(|&s| window.radius(s as f32)).collect();
        let rises: Vec<f32> = path.iter().enumerate().map(|(k, &s)| gain[k * window.steps + s]).collect();
        let sides: Vec<f32> = (0..RAYS)
            .map(|k| {
                let (s, c) = (std::f32::consts::TAU * k as f32 / RAYS as f32).sin_cos();
                let (x, y) = (circle.x + circle.r * c, circle.y + circle.r * s);
                let margin = 0.05 * circle.r;
                let hidden = upper.is_some_and(|l| y < l.at(x) + margin) || lower.is_some_and(|l| y > l.at(x) - margin);
                if hidden { 0.02 } else { limbus_weight(c, s) }
            })
            .collect();
        let total: f32 = sides.iter().sum();
        let contrast = rises.iter().zip(&sides).map(|(g, w)| g * w).sum::<f32>() / total;
        let base: Vec<f32> =
            rises.iter().zip(&sides).map(|(g, w)| w * (g / contrast.max(2.0)).clamp(0.02, 1.5)).collect();
        // Lids and lashes often leave the sides only, which do not tell the height: it is nearly the pupil's.
        let shape = Shape { harmonics, ridge, height: Some((pupil.y - circle.y, HEIGHT_PRIOR)) };
        contour = fit_robustly(circle, &radii, &base, &shape, 0.05 * circle.r)?;
        let supported: f32 =
            rises.iter().zip(&sides).filter(|(g, _)| **g > 0.35 * contrast.max(4.0)).map(|(_, w)| w).sum();
        evidence = (contrast, supported / total);
    }
    Some((contour, evidence.0, evidence.1))
}

/// A brightening up to `most` as it is and beyond that with a twentieth of its excess: one glaring edge (skin, a lid)
/// must not outvote many honest ones, yet the place of a strong edge stays defined. A darkening counts little.
fn capped(rise: f32, most: f32) -> f32 {
    rise.max(-0.4 * most).min(most + 0.05 * (rise - most).max(0.0))
}

/// Takes the pupil's own border out of a window around the limbus.
fn blank_pupil(gain: &mut [f32], window: &PolarWindow, centre: &Circle, pupil: &Circle) {
    for (at, g) in gain.iter_mut().enumerate() {
        let (ray, step) = (at / window.steps, at % window.steps);
        let (s, c) = (std::f32::consts::TAU * ray as f32 / window.angles as f32).sin_cos();
        let r = window.radius(step as f32) - window.reach;
        if (centre.x + r * c - pupil.x).hypot(centre.y + r * s - pupil.y) < 1.2 * pupil.r {
            *g = g.min(0.0);
        }
    }
}

/// Iterated weighted fit in which rays that miss the curve by more than `tolerance` lose their say (Tukey).
fn fit_robustly(centre: Circle, radii: &[f32], base: &[f32], shape: &Shape, tolerance: f32) -> Option<Contour> {
    // Lashes and the lid's shadow merge with the dark above: the rest says first where the curve is.
    let third = radii.len() / 3;
    let top = radii.len() * 3 / 4;
    let below = |k: usize| if k.abs_diff(top) < third / 2 { 0.05 } else { 1.0 };
    let mut weights: Vec<f32> = base.iter().enumerate().map(|(k, b)| b * below(k)).collect();
    let at = (centre.x, centre.y);
    let limited = |harmonics: usize| Shape { harmonics: shape.harmonics.min(harmonics), ..*shape };
    let mut contour = Contour::fit(at, radii, &weights, &limited(1))?;
    for round in 0..5 {
        let order = if round < 2 { limited(2) } else { *shape };
        let width = tolerance * if round < 2 { 2.0 } else { 1.0 };
        for (k, (w, b)) in weights.iter_mut().zip(base).enumerate() {
            let miss = (radii[k] - contour.radius(std::f32::consts::TAU * k as f32 / radii.len() as f32)) / width;
            *w = b * (1.0 - miss * miss).max(0.0).powi(2) + 1e-4;
        }
        contour = Contour::fit(at, radii, &weights, &order)?;
    }
    Some(contour)
}
