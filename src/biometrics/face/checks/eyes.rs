//! What is seen in and about the eyes: red pupils, a gaze that misses the camera, spectacles. All the house's own.

use super::super::report::{Check, Observation, Point};
use super::Measured;
use super::landmarks::{Landmarks, Side, distance, middle};
use super::raster::{Grey, Similarity, bilinear};
use super::score::falling;

/// Share of the iris radius in which the pupil is looked for; under flash it is at least this wide.
const PUPIL: f32 = 0.5;
/// How far the iris moves along the eye, in widths of the eye, per sine of the gaze's angle: an eyeball of 12 mm
/// radius in an opening of 30 mm.
const EYEBALL: f64 = 0.4;

pub(crate) fn measure(seen: &Observation<'_>, face: &Landmarks<'_>, out: &mut Vec<Measured>) {
    let red = [Side::Left, Side::Right].map(|side| redness(seen, face.iris(side))).into_iter().fold(0.0, f64::max);
    out.push(Measured { check: Check::RedEye, raw: red, score: falling(red, 100.0, 0.28, 0.05) });
    let aside = aside(face, f64::from(seen.pose[0]));
    out.push(Measured { check: Check::Gaze, raw: aside, score: falling(aside, 100.0, 0.16, 0.03) });
    let frame = spectacles(seen, face);
    out.push(Measured { check: Check::Glasses, raw: frame, score: falling(frame, 100.0, 0.17, 0.03) });
}

/// Mean excess of red over the stronger of green and blue in the pupil, 0..=1.
fn redness(seen: &Observation<'_>, (centre, radius): (Point, f32)) -> f64 {
    let reach = f64::from(radius * PUPIL);
    let (mut sum, mut n) = (0.0, 0.0);
    for j in -4i32..=4 {
        for i in -4i32..=4 {
            if i * i + j * j > 18 {
                continue;
            }
            let x = f64::from(centre.0) + f64::from(i) / 4.0 * reach;
            let y = f64::from(centre.1) + f64::from(j) / 4.0 * reach;
            let [r, g, b] = bilinear(seen.image, x, y);
            sum += f64::from((r - g.max(b)).max(0.0)) / 255.0;
            n += 1.0;
        }
    }
    sum / n
}

/// How far the irises are from where they would be if the eyes looked into the camera, in widths of an eye.
fn aside(face: &Landmarks<'_>, yaw: f64) -> f64 {
    // the two eyes are mirror images, so what is particular to the corners cancels in the mean
    let along = |side: Side| {
        let (a, b) = face.corners(side);
        let (iris, width) = (face.iris(side).0, distance(a, b).max(1e-3));
        let (ux, uy) = ((b.0 - a.0) / width, (b.1 - a.1) / width);
        f64::from(((iris.0 - a.0) * ux + (iris.1 - a.1) * uy) / width) - 0.5
    };
    let offset = (along(Side::Left) + along(Side::Right)) / 2.0;
    (offset + EYEBALL * yaw.to_radians().sin()).abs()
}

/// Strength of a line across the bridge of the nose and under both eyes, against the brightness of the skin there.
///
/// Only what is in all three places counts, because a wrinkle or a shadow is in one. Rimless glasses stay unseen.
fn spectacles(seen: &Observation<'_>, face: &Landmarks<'_>) -> f64 {
    let (left, right) = (face.eye(Side::Left), face.eye(Side::Right));
    let unit = distance(left, right);
    let angle = (right.1 - left.1).atan2(right.0 - left.0);
    let bridge = middle(face.at(168), face.at(6));
    let line = |centre: Point, width: f32, height: f32| {
        let scale = (unit / 60.0).max(1e-3);
        let size = (width * unit / scale, height * unit / scale);
        let map = Similarity::about(centre, (size.0 / 2.0, size.1 / 2.0), scale, angle);
        steepest(&Grey::patch(seen.image, &map, size.0 as usize, size.1 as usize))
    };
    let below = |side: Side| {
        let eye = face.eye(side);
        let (dx, dy) = (-(angle.sin()), angle.cos());
        line((eye.0 + dx * 0.36 * unit, eye.1 + dy * 0.36 * unit), 0.36, 0.4)
    };
    let over = line(bridge, 0.14, 0.5);
    let under = below(Side::Left).min(below(Side::Right));
    (over * under).max(0.0).sqrt()
}

/// Largest change of the rows' mean within two rows, over the mean.
fn steepest(patch: &Grey) -> f64 {
    let rows: Vec<f64> = (0..patch.height)
        .map(|y| (0..patch.width).map(|x| f64::from(patch.at(x, y))).sum::<f64>() / patch.width.max(1) as f64)
        .collect();
    let mean = rows.iter().sum::<f64>() / rows.len().max(1) as f64;
    rows.windows(3).map(|w| (w[2] - w[0]).abs()).fold(0.0, f64::max) / mean.max(16.0)
}
