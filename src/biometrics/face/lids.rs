//! Where the lids really are: what the mesh says of them is held against the pixels between them.
//!
//! The mesh network knows what eyes look like and expects them open: of eyes that are fully shut it keeps up to half of
//! the opening. Between open lids, on the columns of the iris, there is something that is not skin; where skin is seen
//! instead, the lids have met, and the upper one is drawn down by as much. Eyes that are open stay as the mesh has them.

use rekam_hal::RgbImage;

use super::checks::bilinear;
use super::landmarks::{LEFT_IRIS, LEFT_LOWER_LID, LEFT_UPPER_LID, RIGHT_IRIS, RIGHT_LOWER_LID, RIGHT_UPPER_LID};

/// Samples between the lids of a column.
const ROWS: usize = 24;
/// The columns looked at, in widths of the eye from the middle of the iris.
const COLUMNS: [f32; 5] = [-0.1, -0.05, 0.0, 0.05, 0.1];
/// Colours nearer than this part of the skin's brightness are skin.
const SKIN: f32 = 0.2;
/// A place for a sample of skin must be at least this bright, against the one below the eye: neither lashes nor brow.
const LIT: f32 = 0.6;
/// Least share of the opening that must not be skin in an open eye.
const OPEN: f32 = 0.5;
/// What is left of an opening in which only skin is seen.
const SHUT: f32 = 0.1;
/// Narrower eyes, in pixels, are left to the mesh.
const NARROWEST: f32 = 8.0;

/// Draws the upper lids down where skin is seen between them and the lower ones.
pub(super) fn refine(image: &RgbImage, points: &mut [[f32; 3]]) {
    for (upper, lower, iris) in
        [(LEFT_UPPER_LID, LEFT_LOWER_LID, LEFT_IRIS[0]), (RIGHT_UPPER_LID, RIGHT_LOWER_LID, RIGHT_IRIS[0])]
    {
        let Some(open) = opening(image, points, &upper, &lower, iris) else { continue };
        let left = (open / OPEN).clamp(SHUT, 1.0);
        for (top, bottom) in upper.into_iter().zip(lower) {
            let low = points[bottom];
            for axis in 0..2 {
                points[top][axis] = low[axis] + (points[top][axis] - low[axis]) * left;
            }
        }
    }
}

/// Share of the opening that does not look like skin; `None` when it cannot be said.
fn opening(image: &RgbImage, points: &[[f32; 3]], upper: &[usize; 9], lower: &[usize; 9], iris: usize) -> Option<f32> {
    let place = |index: usize| points.get(index).map(|p| (p[0], p[1]));
    let (a, b, centre) = (place(upper[0])?, place(upper[8])?, place(iris)?);
    let wide = (b.0 - a.0).hypot(b.1 - a.1);
    if wide.is_nan() || wide < NARROWEST {
        return None;
    }
    let across = ((b.0 - a.0) / wide, (b.1 - a.1) / wide);
    let down = (-across.1, across.0);
    let (top, bottom) = (place(upper[4])?, place(lower[4])?);
    let along = |p: (f32, f32)| (p.0 - centre.0) * down.0 + (p.1 - centre.1) * down.1;
    let (high, low) = (along(top), along(bottom));
    let look = |u: f32, v: f32| {
        let (x, y) = (centre.0 + across.0 * u + down.0 * v, centre.1 + across.1 * u + down.1 * v);
        bilinear(image, f64::from(x), f64::from(y))
    };
    let below = look(0.0, low + 0.2 * wide);
    let light = luma(below).max(8.0);
    let mut skin = vec![below];
    let others =
        [(-0.15, low + 0.2 * wide), (0.15, low + 0.2 * wide), (0.0, high - 0.14 * wide), (0.0, high - 0.2 * wide)];
    skin.extend(others.map(|(u, v)| look(u * wide, v)).into_iter().filter(|c| luma(*c) > LIT * light));
    let strange = |c: [f32; 3]| skin.iter().all(|s| unlike(c, *s) > SKIN * luma(*s));
    let mut count = 0;
    for u in COLUMNS {
        for row in 0..ROWS {
            let v = high + (low - high) * (row as f32 + 0.5) / ROWS as f32;
            count += usize::from(strange(look(u * wide, v)));
        }
    }
    Some(count as f32 / (ROWS * COLUMNS.len()) as f32)
}

fn luma([r, g, b]: [f32; 3]) -> f32 {
    0.299 * r + 0.587 * g + 0.114 * b
}

fn unlike(a: [f32; 3], b: [f32; 3]) -> f32 {
    ((0..3).map(|c| (a[c] - b[c]).powi(2)).sum::<f32>() / 3.0).sqrt()
}
