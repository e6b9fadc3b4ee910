//! Whether something lies over eyes, mouth or face.
//!
//! OFIQ's occlusion network is not obtainable; these are careful substitutes that rather miss a cover than see one in a
//! beard, a hijab's shadow or the frame of glasses. They know two kinds: what is not of the skin's colour though
//! bright enough to have one (cloth, paper, glare), and what has no structure where eyes and lips always have some.
//! Dark and colourless is never called a cover by its colour, because hair is that too. A bare hand over the mouth is
//! not seen by them.

use super::super::report::{Check, Observation, Point};
use super::Measured;
use super::colour::{lab, lab_code};
use super::landmarks::{Landmarks, Side, crossings, distance, middle};
use super::raster::{Grey, Similarity, bilinear, inside};
use super::score::rounded;

/// Where skin is looked for: both cheeks twice, the bridge of the nose, between the brows.
const SKIN: [usize; 7] = [50, 280, 205, 425, 6, 9, 151];
/// Distance in a and b from the shaded skin beyond which a place is of another colour.
const FOREIGN: f64 = 21.0;
/// The same as a share of the skin's own chroma: cameras that paint colours strongly spread them as strongly.
const SPREAD: f64 = 0.9;
/// Where the skin itself is at least this bright (L), a channel from [`CLIPPED`] on says nothing of a colour: it is light.
const BRIGHT: f64 = 72.0;
const CLIPPED: u8 = 246;
/// Darker than this (L) nothing can be said of a colour.
const DARK: f64 = 22.0;
/// Structure (deviation over mean of the luma) below which a region is blank, and that of a plain eye or mouth.
const BLANK: f64 = 0.015;
const EYE_STRUCTURE: f64 = 0.075;
const MOUTH_STRUCTURE: f64 = 0.035;

pub(crate) fn measure(seen: &Observation<'_>, face: &Landmarks<'_>, out: &mut Vec<Measured>) {
    let mut say = |check, raw: f64| out.push(Measured { check, raw, score: rounded(100.0 * (1.0 - raw)) });
    let skin = skin(seen, face);
    let eyes =
        [Side::Left, Side::Right].map(|side| covered_eye(seen, face, side, &skin)).into_iter().fold(0.0, f64::max);
    say(Check::EyesVisible, eyes);
    say(Check::MouthOcclusion, covered_mouth(seen, face, &skin));
    say(Check::FaceOcclusion, foreign_share(seen, &face.face_hull(), &skin, face.eye_distance() / 24.0));
}

/// Median colour of the places where skin is looked for.
fn skin(seen: &Observation<'_>, face: &Landmarks<'_>) -> [f64; 3] {
    let reach = f64::from(face.eye_distance()) * 0.06;
    let patches = SKIN.map(|i| {
        let (x, y) = face.at(i);
        let mut mean = [0.0; 3];
        for (dx, dy) in [(0.0, 0.0), (1.0, 0.0), (-1.0, 0.0), (0.0, 1.0), (0.0, -1.0)] {
            let c = bilinear(seen.image, f64::from(x) + dx * reach, f64::from(y) + dy * reach);
            mean.iter_mut().zip(c).for_each(|(m, v)| *m += f64::from(v) / 255.0 / 5.0);
        }
        lab(mean)
    });
    std::array::from_fn(|k| {
        let mut values = patches.map(|p| p[k]);
        values.sort_by(f64::total_cmp);
        values[SKIN.len() / 2]
    })
}

/// Whether a colour cannot be skin in this light: shading scales a and b with L, so they are compared at its L.
fn foreign(c: [f64; 3], skin: &[f64; 3]) -> bool {
    let shade = ((c[0] + 16.0) / (skin[0] + 16.0)).min(1.0);
    let far = FOREIGN.max(SPREAD * skin[1].hypot(skin[2]));
    c[0] > DARK && (c[1] - skin[1] * shade).hypot(c[2] - skin[2] * shade) > far
}

/// Share of a polygon that is of a foreign colour.
fn foreign_share(seen: &Observation<'_>, polygon: &[Point], skin: &[f64; 3], step: f32) -> f64 {
    let (top, bottom) = polygon.iter().fold((f32::MAX, f32::MIN), |(a, b), p| (a.min(p.1), b.max(p.1)));
    let step = step.max(1.0).max((bottom - top) / 400.0);
    let (mut strange, mut all) = (0usize, 0usize);
    let mut y = top + step / 2.0;
    while y < bottom {
        for span in crossings(polygon, y).chunks_exact(2) {
            let mut x = span[0] + step / 2.0;
            while x < span[1] {
                if inside(seen.image, f64::from(x), f64::from(y)) {
                    let c = bilinear(seen.image, f64::from(x), f64::from(y)).map(|v| (v + 0.5) as u8);
                    let light = skin[0] > BRIGHT && c.iter().any(|v| *v >= CLIPPED);
                    strange += usize::from(!light && foreign(lab_code(c), skin));
                    all += 1;
                }
                x += step;
            }
        }
        y += step;
    }
    if all == 0 { 0.0 } else { strange as f64 / all as f64 }
}

/// Deviation over the mean of the luma in an upright box about a place, and the mean.
fn structure(seen: &Observation<'_>, face: &Landmarks<'_>, centre: Point, size: (f32, f32)) -> (f64, f64) {
    let unit = face.eye_distance();
    let (left, right) = (face.eye(Side::Left), face.eye(Side::Right));
    let angle = (right.1 - left.1).atan2(right.0 - left.0);
    let scale = (unit / 60.0).max(1e-3);
    let (w, h) = (size.0 * unit / scale, size.1 * unit / scale);
    let map = Similarity::about(centre, (w / 2.0, h / 2.0), scale, angle);
    let patch = Grey::patch(seen.image, &map, w as usize, h as usize);
    let n = patch.values.len().max(1) as f64;
    let mean = patch.values.iter().map(|&v| f64::from(v)).sum::<f64>() / n;
    let variance = patch.values.iter().map(|&v| (f64::from(v) - mean).powi(2)).sum::<f64>() / n;
    (variance.sqrt() / mean.max(12.0), mean)
}

/// 1 where there is no structure, 0 where there is as much as the region has at least.
fn blank(structure: f64, plain: f64) -> f64 {
    ((plain - structure) / (plain - BLANK)).clamp(0.0, 1.0)
}

fn covered_eye(seen: &Observation<'_>, face: &Landmarks<'_>, side: Side, skin: &[f64; 3]) -> f64 {
    let outline = face.eye_outline(side);
    let centre = middle(face.eye(side), face.iris(side).0);
    let (eye, _) = structure(seen, face, centre, (0.5, 0.24));
    // skin above and below the eye: glasses that hide it are dark there as well
    let about: Vec<Point> =
        outline.iter().map(|p| (centre.0 + (p.0 - centre.0) * 1.5, centre.1 + (p.1 - centre.1) * 2.6)).collect();
    let strange = foreign_share(seen, &about, skin, distance(centre, face.corners(side).0) / 8.0);
    blank(eye, EYE_STRUCTURE).max(((strange - 0.35) / 0.5).clamp(0.0, 1.0))
}

fn covered_mouth(seen: &Observation<'_>, face: &Landmarks<'_>, skin: &[f64; 3]) -> f64 {
    let (lips, _) = structure(seen, face, middle(face.at(13), face.at(14)), (0.75, 0.36));
    let centre = face.mouth();
    let about: Vec<Point> = face
        .many(&super::landmarks::LIPS)
        .into_iter()
        .map(|p| (centre.0 + (p.0 - centre.0) * 1.3, centre.1 + (p.1 - centre.1) * 1.8))
        .collect();
    let strange = foreign_share(seen, &about, skin, face.eye_distance() / 30.0);
    blank(lips, MOUTH_STRUCTURE).max(((strange - 0.3) / 0.5).clamp(0.0, 1.0))
}
