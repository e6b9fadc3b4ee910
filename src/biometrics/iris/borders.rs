//! The borders of pupil and limbus: the best closed path in a polar window, and the curve that explains most of it.

use std::f32::consts::TAU;

use super::contour::{Circle, Contour, Oval, PolarWindow, Shape, closed_path};
use super::hypothesis::{fill_reflections, limbus_weight};
use super::lids::Lid;
use super::raster::{Plane, quantile};

/// Rays around a contour.
const RAYS: usize = 128;
/// How firmly the limbus is held at the height of the pupil.
const HEIGHT_PRIOR: f32 = 0.05;
/// Rays off the curve by this share of the radius belong to something else.
const TOLERANCE: f32 = 0.05;
/// Flatness up to which a border may be a circle with a dent, and how much more of it a flatter oval must explain.
const FLAT: f32 = 0.05;
const PLAINLY: f32 = 0.1;
/// Share of the rays at which a curve leaves nothing to be explained otherwise.
const WHOLE: f32 = 0.8;
/// Flatness of a pupil that need not be that of its iris.
const ROUND: f32 = 0.03;
/// Another radius is another border when it differs by this share.
const ELSEWHERE: f32 = 0.06;

/// A border with what speaks for it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Border {
    pub contour: Contour,
    /// Mean brightening over it, grey levels.
    pub contrast: f32,
    /// Least brightening in a direction over that at right angles to it: a smear softens the edges it runs across.
    pub across: f32,
    /// Share of rays, as weighted, on which it is a real edge.
    pub support: f32,
    /// Mean distance of the path from the curve, over the radius.
    pub misfit: f32,
    /// Brightening over the best concentric curve elsewhere, as a share of that over this one.
    pub ambiguity: f32,
    /// Share of the rays, as weighted without lids, that lie in the image; the above is of these alone.
    pub seen: f32,
}

impl Border {
    /// The same border in a plane `factor` times finer.
    pub fn rescaled(&self, factor: f32) -> Border {
        Border { contour: self.contour.rescaled(factor), ..*self }
    }
}

/// A window with its best path: the radius and the brightening on each ray.
struct Traced {
    window: PolarWindow,
    gain: Vec<f32>,
    radii: Vec<f32>,
    rises: Vec<f32>,
}

impl Traced {
    fn new(window: PolarWindow, gain: Vec<f32>, slope: usize, bend: f32) -> Self {
        let path = closed_path(&gain, window.steps, slope, bend);
        let radii = path.iter().enumerate().map(|(k, &s)| window.stretch(k) * window.radius(s as f32)).collect();
        let rises = path.iter().enumerate().map(|(k, &s)| gain[k * window.steps + s]).collect();
        Self { window, gain, radii, rises }
    }

    /// What speaks for a curve (around the window's centre) when its rays count as weighted and a rise is an edge from
    /// `least` on.
    fn judge(&self, contour: Contour, weights: &[f32], least: f32) -> Border {
        let total = weights.iter().sum::<f32>().max(1e-6);
        let mean =
            |value: &dyn Fn(usize) -> f32| weights.iter().enumerate().map(|(k, w)| w * value(k)).sum::<f32>() / total;
        let curve: Vec<f32> = (0..RAYS).map(|k| contour.radius(TAU * k as f32 / RAYS as f32)).collect();
        let radius = contour.as_circle().r;
        let contrast = mean(&|k| self.rises[k]);
        let sector = |centres: &[usize]| {
            let rays = centres.iter().flat_map(|c| c + RAYS - RAYS / 16..=c + RAYS + RAYS / 16);
            rays.map(|k| self.rises[k % RAYS].max(0.0)).sum::<f32>() / centres.len() as f32
        };
        // Above, the lid is too near.
        let [aside, below] = [sector(&[0, RAYS / 2]), sector(&[RAYS / 4])].map(|rise| rise.max(1.0));
        let [right, left] = [sector(&[RAYS / 8]), sector(&[3 * RAYS / 8])].map(|rise| rise.max(1.0));
        let across = [aside / below, below / aside, right / left, left / right].into_iter().fold(1.0, f32::min);
        Border {
            across,
            contour,
            contrast,
            support: mean(&|k| f32::from(self.rises[k] > least)),
            misfit: mean(&|k| (self.radii[k] - curve[k]).abs().min(0.2 * radius)) / radius,
            ambiguity: self.ambiguity(&curve, weights, radius),
            seen: 1.0,
        }
    }

    fn ambiguity(&self, curve: &[f32], weights: &[f32], radius: f32) -> f32 {
        let steps = self.window.steps;
        let step = (self.window.to - self.window.from) / (steps.max(2) - 1) as f32;
        let here: Vec<i32> = (curve.iter().enumerate())
            .map(|(k, r)| ((r / self.window.stretch(k) - self.window.from) / step.max(1e-3)).round() as i32)
            .collect();
        let along = |offset: i32| -> f32 {
            here.iter()
                .zip(weights)
                .enumerate()
                .filter(|(_, (h, _))| (0..steps as i32).contains(&(**h + offset)))
                .map(|(k, (h, w))| w * self.gain[k * steps + (h + offset) as usize])
                .sum()
        };
        let apart = (ELSEWHERE * radius / step.max(1e-3)).ceil() as i32;
        let elsewhere = (apart..steps as i32).flat_map(|o| [o, -o]).map(along).fold(0.0, f32::max);
        (elsewhere / along(0).max(1e-3)).clamp(0.0, 2.0)
    }
}

/// The pupil's border in a plane where the iris has some radius.
pub(super) fn pupil(plane: &Plane, guess: Circle, limbus_radius: f32) -> Option<Border> {
    let (patch, corner) = plane.around(guess.x, guess.y, 2.0 * guess.r + 8.0);
    let spot = ((0.12 * limbus_radius).round() as usize).max(2);
    let smooth = fill_reflections(&patch, spot, 28.0).blurred(0.8, 0.8);
    let mut contour = Contour::circle(guess.shifted((-corner.0, -corner.1)));
    let mut found = None;
    for (inner, outer, harmonics, ridge) in [(0.6, 1.45, 1, 0.0), (0.8, 1.2, 5, 0.1)] {
        let (circle, oval) = (contour.as_circle(), contour.oval());
        let window = PolarWindow {
            angles: RAYS,
            steps: 56,
            from: inner * circle.r,
            to: (outer * circle.r).min(0.9 * limbus_radius).max(circle.r),
            reach: (0.02 * limbus_radius).max(1.0),
            oval,
        };
        let mut gain = window.derivative(&smooth, circle.x, circle.y);
        gain.iter_mut().for_each(|g| *g = capped(*g, 45.0));
        let traced = Traced::new(window, gain, 2, 1.5);
        let typical = quantile(&mut traced.rises.clone(), 0.5).max(2.0);
        let base: Vec<f32> = traced.rises.iter().map(|&g| (g / typical).clamp(0.05, 1.5)).collect();
        let shape = Shape { harmonics, ridge, height: None };
        let fit = |shape: &Shape, base: &[f32], start| {
            fit_robustly((circle, oval), &traced.radii, base, shape, (TOLERANCE * circle.r, start))
        };
        contour = fit(&shape, &base, 1)?;
        if found.is_none() {
            let explains = |c: &Contour, base: &[f32]| explained(c, &traced.radii, base, TOLERANCE * circle.r);
            let oval = fit(&Shape { harmonics: 2, ridge: 0.02, height: None }, &base, 2);
            // Dark water on the lower lid draws a round pupil down, and may make an oval of it.
            let upper = without_bottom(&base);
            let hanging = fit(&shape, &upper, 1)
                .filter(|round| explains(round, &base) > explains(&contour, &base) + PLAINLY)
                .filter(|round| {
                    oval.is_none_or(|o| {
                        explains(&o, &base) < WHOLE && explains(&o, &upper) < explains(round, &upper) + PLAINLY
                    })
                });
            // A circle takes the ends of a flat oval for lashes, and no later round brings them back. A wide oval is
            // left out: a round pupil under a lid looks like that.
            let lower = without_top(&base);
            let oval = oval
                .filter(|o| o.flatness() > FLAT && o.oval().cosine < 0.0)
                .filter(|o| explains(o, &lower) > explains(&contour, &lower) + PLAINLY);
            contour = hanging.or(oval).unwrap_or(contour);
        }
        found = Some((traced, typical));
    }
    let (traced, typical) = found?;
    let border = traced.judge(contour, &[1.0; RAYS], 0.4 * typical.max(6.0));
    Some(Border { contour: contour.shifted(corner), ..border })
}

/// The limbus around a guess, as far as the lids leave it to be seen.
pub(super) fn limbus(smooth: &Plane, guess: &Circle, inner: &Contour, lids: &[Option<Lid>; 2]) -> Option<Border> {
    let mut contour = Contour::circle(*guess);
    let mut found = None;
    // Seen at an angle both borders are flat alike, and the pupil's is the clearer one.
    let (pupil, oval) = (&inner.as_circle(), inner.oval().beyond(ROUND));
    for (width, harmonics, ridge) in [(0.22, 1, 0.0), (0.13, 2, 0.1)] {
        let circle = contour.as_circle();
        let window = PolarWindow {
            angles: RAYS,
            steps: 48,
            from: ((1.0 - width) * circle.r).max(1.25 * pupil.r),
            to: (1.0 + width) * circle.r,
            reach: (0.045 * circle.r).max(1.0),
            oval,
        };
        let mut gain = window.derivative(smooth, circle.x, circle.y);
        gain.iter_mut().for_each(|g| *g = capped(*g, 25.0));
        blank_pupil(&mut gain, &window, &circle, pupil);
        let traced = Traced::new(window, gain, 1, 1.0);
        let weights = visible(smooth, &circle, lids);
        let total: f32 = weights.iter().sum();
        let contrast = traced.rises.iter().zip(&weights).map(|(g, w)| g * w).sum::<f32>() / total;
        let base: Vec<f32> =
            traced.rises.iter().zip(&weights).map(|(g, w)| w * (g / contrast.max(2.0)).clamp(0.02, 1.5)).collect();
        // Lids and lashes often leave the sides only, which do not tell the height: it is nearly the pupil's.
        let shape = Shape { harmonics, ridge, height: Some((pupil.y - circle.y, HEIGHT_PRIOR)) };
        contour = fit_robustly((circle, oval), &traced.radii, &base, &shape, (TOLERANCE * circle.r, 1))?;
        found = Some((traced, weights, contrast));
    }
    let (traced, weights, contrast) = found?;
    let border = traced.judge(contour, &weights, 0.35 * contrast.max(4.0));
    Some(Border { seen: seen(smooth, &contour.as_circle()), ..border })
}

/// Share of a limbus, as weighted, that lies in the image.
fn seen(smooth: &Plane, circle: &Circle) -> f32 {
    let (mut inside, mut all) = (0.0, 0.0);
    for k in 0..RAYS {
        let (s, c) = (TAU * k as f32 / RAYS as f32).sin_cos();
        let weight = limbus_weight(c, s);
        all += weight;
        if smooth.holds(circle.x + circle.r * c, circle.y + circle.r * s, 0.05 * circle.r) {
            inside += weight;
        }
    }
    inside / all
}

/// How much each ray of a limbus counts: little where lids use to be, hardly where one is or where the image ends.
fn visible(smooth: &Plane, circle: &Circle, [upper, lower]: &[Option<Lid>; 2]) -> Vec<f32> {
    let margin = 0.05 * circle.r;
    (0..RAYS)
        .map(|k| {
            let (s, c) = (TAU * k as f32 / RAYS as f32).sin_cos();
            let (x, y) = (circle.x + circle.r * c, circle.y + circle.r * s);
            let hidden = !smooth.holds(x, y, margin)
                || upper.is_some_and(|l| y < l.at(x) + margin)
                || lower.is_some_and(|l| y > l.at(x) - margin);
            if hidden { 0.02 } else { limbus_weight(c, s) }
        })
        .collect()
}

/// A brightening up to `most` as it is and beyond that with a twentieth of its excess: one glaring edge (skin, a lid)
/// must not outvote many honest ones, yet the place of a strong edge stays defined. A darkening counts little.
fn capped(rise: f32, most: f32) -> f32 {
    rise.max(-0.4 * most).min(most + 0.05 * (rise - most).max(0.0))
}

/// Takes the pupil's own border out of a window around the limbus.
fn blank_pupil(gain: &mut [f32], window: &PolarWindow, centre: &Circle, pupil: &Circle) {
    let blanked = (1.2 * pupil.r).powi(2);
    for (ray, gains) in gain.chunks_exact_mut(window.steps).enumerate() {
        let (s, c) = (TAU * ray as f32 / window.angles as f32).sin_cos();
        let stretch = window.stretch(ray);
        for (step, g) in gains.iter_mut().enumerate() {
            let r = stretch * window.radius(step as f32) - window.reach;
            if (centre.x + r * c - pupil.x).powi(2) + (centre.y + r * s - pupil.y).powi(2) < blanked {
                *g = g.min(0.0);
            }
        }
    }
}

/// Share of the rays, as weighted, that a curve around the same centre explains.
fn explained(curve: &Contour, radii: &[f32], weights: &[f32], tolerance: f32) -> f32 {
    let near = |k: usize| {
        let miss = (radii[k] - curve.radius(TAU * k as f32 / radii.len() as f32)) / tolerance;
        (1.0 - miss * miss).max(0.0)
    };
    weights.iter().enumerate().map(|(k, w)| w * near(k)).sum::<f32>() / weights.iter().sum::<f32>().max(1e-6)
}

/// Weights in which what lies above hardly counts: there lashes and the lid's shadow merge with the dark.
fn without_top(base: &[f32]) -> Vec<f32> {
    without(base, base.len() * 3 / 4)
}

/// Weights in which what lies below hardly counts: there a tear's dark rim may merge with the pupil.
fn without_bottom(base: &[f32]) -> Vec<f32> {
    without(base, base.len() / 4)
}

/// Weights in which the third around a ray hardly counts.
fn without(base: &[f32], ray: usize) -> Vec<f32> {
    let third = base.len() / 3;
    base.iter().enumerate().map(|(k, b)| if k.abs_diff(ray) < third / 2 { 0.05 * b } else { *b }).collect()
}

/// Iterated weighted fit in which rays that miss the curve by more than `tolerance` lose their say (Tukey). What is
/// fitted is how the curve differs from the expected oval.
fn fit_robustly(
    (centre, oval): (Circle, Oval),
    radii: &[f32],
    base: &[f32],
    shape: &Shape,
    (tolerance, start): (f32, usize),
) -> Option<Contour> {
    let angle = |k: usize| TAU * k as f32 / radii.len() as f32;
    let radii: Vec<f32> =
        radii.iter().enumerate().map(|(k, r)| r - centre.r * (oval.stretch(angle(k)) - 1.0)).collect();
    let mut weights = without_top(base);
    let at = (centre.x, centre.y);
    let limited = |harmonics: usize| Shape { harmonics: shape.harmonics.min(harmonics), ..*shape };
    let mut contour = Contour::fit(at, &radii, &weights, &limited(start))?;
    for round in 0..5 {
        let order = if round < 2 { limited(2) } else { *shape };
        let width = tolerance * if round < 2 { 2.0 } else { 1.0 };
        for (k, (w, b)) in weights.iter_mut().zip(base).enumerate() {
            let miss = (radii[k] - contour.radius(angle(k))) / width;
            *w = b * (1.0 - miss * miss).max(0.0).powi(2) + 1e-4;
        }
        contour = Contour::fit(at, &radii, &weights, &order)?;
    }
    Some(contour.stretched(oval, centre.r))
}

#[cfg(test)]
mod tests {
    use rekam_hal::image::GrayImage;

    use super::*;

    /// A brimming eye: dark water stands on the lower lid, up to the pupil, and the skin below is bright.
    #[test]
    fn dark_water_on_the_lower_lid_does_not_drag_the_pupil_down() {
        let (centre, radius) = ((100.0, 90.0), 26.0);
        let eye = GrayImage::from_fn(200, 200, |x, y| {
            let (dx, dy) = (x as f32 - centre.0, y as f32 - centre.1);
            match dy / radius {
                down if down > 1.35 => 200,
                down if down > 0.85 && dx.abs() < 2.1 * radius => 24,
                _ if dx.hypot(dy) < radius => 20,
                _ => 110,
            }
        });
        let dragged = Circle { x: centre.0, y: centre.1 + 4.0, r: radius + 3.5 };
        let found = pupil(&Plane::from_gray(&eye), dragged, 57.0).map(|border| border.contour.as_circle());
        let found = found.unwrap_or(dragged);
        assert!((found.y - centre.1).abs() < 2.0 && (found.r - radius).abs() < 2.0, "{found:?}");
    }
}
