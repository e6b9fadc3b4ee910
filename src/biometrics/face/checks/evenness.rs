//! How even the background is: OFIQ's mean gradient, with the person's mask in place of its face parsing.

use super::super::report::{Check, Mask, Observation};
use super::Measured;
use super::colour::Luminance;
use super::landmarks::Landmarks;
use super::light::alignment;
use super::raster::{Pixels, Walk};
use super::score::falling;

/// OFIQ's window on the aligned picture (left, top, right, bottom) and the size it is brought to.
const WINDOW: (f64, f64, f64, f64) = (62.0, 0.0, 554.0, 406.0);
const WIDTH: usize = 354;
const HEIGHT: usize = 292;
/// OFIQ erodes the background by a square of this side.
const EROSION: usize = 4;
/// What is at least this likely a person is not background.
const PERSON: f32 = 0.1;

/// Bilinear values of a mask that is stretched over a picture of `size`; one that is not whole knows nobody.
struct Lookup<'a> {
    mask: &'a Mask,
    scale: (f64, f64),
}

impl<'a> Lookup<'a> {
    fn new(mask: &'a Mask, size: (f64, f64)) -> Option<Self> {
        let whole = mask.width > 0 && mask.height > 0 && mask.values.len() >= mask.width * mask.height;
        let scale = (mask.width as f64 / size.0.max(1.0), mask.height as f64 / size.1.max(1.0));
        whole.then_some(Self { mask, scale })
    }

    fn at(&self, x: f64, y: f64) -> f32 {
        let (w, h) = (self.mask.width, self.mask.height);
        let along = |v: f64, n: usize| {
            let v = (v - 0.5).clamp(0.0, (n - 1) as f64);
            (v as usize, (v - (v as usize) as f64) as f32)
        };
        let ((x0, fx), (y0, fy)) = (along(x * self.scale.0, w), along(y * self.scale.1, h));
        let (right, below) = (usize::from(x0 + 1 < w), if y0 + 1 < h { w } else { 0 });
        let at = y0 * w + x0;
        let (upper, lower) =
            (&self.mask.values[at..at + right + 1], &self.mask.values[at + below..at + below + right + 1]);
        let (top, bottom) = (upper[0] + (upper[right] - upper[0]) * fx, lower[0] + (lower[right] - lower[0]) * fx);
        top + (bottom - top) * fy
    }
}

/// Bilinear value of a mask that is stretched over a picture of `size`.
pub(crate) fn person_at(mask: &Mask, size: (f64, f64), x: f64, y: f64) -> f32 {
    Lookup::new(mask, size).map_or(0.0, |lookup| lookup.at(x, y))
}

pub(crate) fn measure(seen: &Observation<'_>, face: &Landmarks<'_>, out: &mut Vec<Measured>) {
    let map = alignment(face);
    let picture = Pixels::of(seen.image);
    let lookup = Lookup::new(seen.person, (f64::from(seen.image.width()), f64::from(seen.image.height())));
    let step = ((WINDOW.2 - WINDOW.0) / WIDTH as f64, (WINDOW.3 - WINDOW.1) / HEIGHT as f64);
    let table = Luminance::new();
    let mut light = vec![0u8; WIDTH * HEIGHT];
    let mut behind = vec![false; WIDTH * HEIGHT];
    for (y, (light, behind)) in light.chunks_exact_mut(WIDTH).zip(behind.chunks_exact_mut(WIDTH)).enumerate() {
        let down = WINDOW.1 + (y as f64 + 0.5) * step.1;
        let mut walk = Walk::along(&map, WINDOW.0 + 0.5 * step.0, down, step.0);
        for (x, (light, behind)) in light.iter_mut().zip(behind).enumerate() {
            *light = table.of(walk.colour(picture));
            if walk.inside(picture) {
                let (px, py) = map.forth(WINDOW.0 + (x as f64 + 0.5) * step.0, down);
                *behind = lookup.as_ref().is_none_or(|l| l.at(px, py) < PERSON);
            }
            walk.next();
        }
    }
    if let Some(mean) = mean_gradient(&light, &eroded(&behind)) {
        out.push(Measured { check: Check::BackgroundUniformity, raw: mean, score: falling(mean, 190.0, 10.0, 100.0) });
    }
}

/// Keeps what has background all round: a square of [`EROSION`], whose anchor is its third row and column. What lies
/// outside counts as background.
fn eroded(behind: &[bool]) -> Vec<bool> {
    let back = EROSION / 2;
    let mut across = vec![true; behind.len()];
    let mut line = [true; WIDTH + EROSION - 1];
    for (row, out) in behind.chunks_exact(WIDTH).zip(across.chunks_exact_mut(WIDTH)) {
        line[back..back + WIDTH].copy_from_slice(row);
        for k in 0..EROSION {
            out.iter_mut().zip(&line[k..]).for_each(|(o, b)| *o &= b);
        }
    }
    let mut out = vec![true; behind.len()];
    for (y, out) in out.chunks_exact_mut(WIDTH).enumerate() {
        for from in y.saturating_sub(back)..(y + EROSION - back).min(HEIGHT) {
            out.iter_mut().zip(&across[from * WIDTH..]).for_each(|(o, b)| *o &= b);
        }
    }
    out
}

/// Mean Scharr magnitude over the background; `None` when there is none.
fn mean_gradient(light: &[u8], behind: &[bool]) -> Option<f64> {
    // the border is mirrored without repeating its last pixel
    let mirror = |v: usize, n: usize| if v == 0 { (1, 1) } else { (v - 1, if v + 1 < n { v + 1 } else { n - 2 }) };
    let row = |y: usize| &light[y * WIDTH..(y + 1) * WIDTH];
    let (mut sum, mut n) = (0.0f64, 0usize);
    for (y, marks) in behind.chunks_exact(WIDTH).enumerate() {
        let (above, below) = mirror(y, HEIGHT);
        let lines = [row(above), row(y), row(below)];
        let mut total = 0.0f32;
        for (x, _) in marks.iter().enumerate().filter(|(_, marked)| **marked) {
            let (left, right) = mirror(x, WIDTH);
            let at = |line: usize, x: usize| i32::from(lines[line][x]);
            let side = |x: usize| 3 * at(0, x) + 10 * at(1, x) + 3 * at(2, x);
            let level = |line: usize| 3 * at(line, left) + 10 * at(line, x) + 3 * at(line, right);
            let (dx, dy) = (side(right) - side(left), level(2) - level(0));
            total += ((dx * dx + dy * dy) as f32).sqrt();
            n += 1;
        }
        sum += f64::from(total);
    }
    (n > 0).then(|| sum / n as f64)
}
