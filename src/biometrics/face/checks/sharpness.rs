//! Sharpness: how much of the fine structure about eyes and mouth a further blur would take away.
//!
//! The gradient energy of a picture after a Gaussian of variance v is log-convex in v (it is a mixture of
//! exponentials), so the ratio of the energies at two fixed variances falls strictly with every blur that went before.
//! A ratio does not know the contrast, and it is taken at one size of the face, that of the card. The weaker of the two
//! directions counts, because a moved camera blurs only one. OFIQ's forest is not obtainable; this is the house's own.

use super::super::report::{Check, Observation};
use super::Measured;
use super::landmarks::{Landmarks, Side, distance, middle};
use super::raster::{Grey, Similarity};
use super::score::rising;

/// Eye distance in pixels at which the face is looked at, about that of the card at 300 dpi; a smaller face is taken as
/// it is, because enlarging would only blur it.
const EYES: f32 = 90.0;
/// The two blurs compared, pixels. The finer also takes the sensor's noise away.
const FINE: f32 = 0.6;
const COARSE: f32 = 1.6;

pub(crate) fn measure(seen: &Observation<'_>, face: &Landmarks<'_>, out: &mut Vec<Measured>) {
    let raw = detail(seen, face);
    out.push(Measured { check: Check::Sharpness, raw, score: rising(raw, HALF, SOFTNESS) });
}

/// Ratio at which a picture is half good, and the width of the curve.
const HALF: f64 = 1.45;
const SOFTNESS: f64 = 0.1;

/// Energy of the fine picture over that of the coarse one, in the direction in which it is less.
fn detail(seen: &Observation<'_>, face: &Landmarks<'_>) -> f64 {
    let (left, right) = (face.eye(Side::Left), face.eye(Side::Right));
    let eyes = distance(left, right);
    let scale = (eyes / EYES).max(1.0);
    let unit = eyes / scale;
    let angle = (right.1 - left.1).atan2(right.0 - left.0);
    let patches =
        [(middle(left, right), 1.9 * unit, 0.9 * unit), (middle(face.mouth(), face.at(2)), 1.1 * unit, 0.9 * unit)];
    let mut energy = [[0.0f64; 2]; 2];
    for (centre, width, height) in patches {
        let map = Similarity::about(centre, (width / 2.0, height / 2.0), scale, angle);
        let patch = Grey::patch(seen.image, &map, (width as usize).max(8), (height as usize).max(8));
        for (sum, sigma) in energy.iter_mut().zip([FINE, COARSE]) {
            let [x, y] = gradients(&patch.blurred(sigma));
            sum[0] += x;
            sum[1] += y;
        }
    }
    // a flat face has no energy at all: the floor makes it blurred, not undefined
    let ratio = |k: usize| (energy[0][k] + 1e-3) / (energy[1][k] + 1e-3);
    ratio(0).min(ratio(1))
}

/// Mean squared differences to the next column and to the next row.
fn gradients(patch: &Grey) -> [f64; 2] {
    let (mut x_sum, mut y_sum) = (0.0f64, 0.0f64);
    for y in 2..patch.height.saturating_sub(3) {
        for x in 2..patch.width.saturating_sub(3) {
            let v = patch.at(x, y);
            x_sum += f64::from((patch.at(x + 1, y) - v).powi(2));
            y_sum += f64::from((patch.at(x, y + 1) - v).powi(2));
        }
    }
    let n = (patch.width * patch.height) as f64;
    [x_sum / n, y_sum / n]
}
