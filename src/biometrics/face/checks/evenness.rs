//! How even the background is: OFIQ's mean gradient, with the person's mask in place of its face parsing.

use super::super::report::{Check, Mask, Observation};
use super::landmarks::Landmarks;
use super::light::alignment;
use super::raster::{bilinear, inside};
use super::score::falling;
use super::{Measured, colour};

/// OFIQ's window on the aligned picture (left, top, right, bottom) and the size it is brought to.
const WINDOW: (f64, f64, f64, f64) = (62.0, 0.0, 554.0, 406.0);
const WIDTH: usize = 354;
const HEIGHT: usize = 292;
/// OFIQ erodes the background by a square of this side.
const EROSION: usize = 4;
/// What is at least this likely a person is not background.
const PERSON: f32 = 0.1;

/// Bilinear value of a mask that is stretched over a picture of `size`.
pub(crate) fn person_at(mask: &Mask, size: (f64, f64), x: f64, y: f64) -> f32 {
    if mask.width == 0 || mask.height == 0 || mask.values.len() < mask.width * mask.height {
        return 0.0;
    }
    let along = |v: f64, whole: f64, n: usize| (v / whole.max(1.0) * n as f64 - 0.5).clamp(0.0, (n - 1) as f64);
    let (x, y) = (along(x, size.0, mask.width), along(y, size.1, mask.height));
    let (x0, y0) = (x as usize, y as usize);
    let (x1, y1) = ((x0 + 1).min(mask.width - 1), (y0 + 1).min(mask.height - 1));
    let (fx, fy) = ((x - x0 as f64) as f32, (y - y0 as f64) as f32);
    let at = |x: usize, y: usize| mask.values[y * mask.width + x];
    (at(x0, y0) * (1.0 - fx) + at(x1, y0) * fx) * (1.0 - fy) + (at(x0, y1) * (1.0 - fx) + at(x1, y1) * fx) * fy
}

pub(crate) fn measure(seen: &Observation<'_>, face: &Landmarks<'_>, out: &mut Vec<Measured>) {
    let map = alignment(face);
    let size = (f64::from(seen.image.width()), f64::from(seen.image.height()));
    let step = ((WINDOW.2 - WINDOW.0) / WIDTH as f64, (WINDOW.3 - WINDOW.1) / HEIGHT as f64);
    let mut light = vec![0.0f32; WIDTH * HEIGHT];
    let mut behind = vec![false; WIDTH * HEIGHT];
    for y in 0..HEIGHT {
        for x in 0..WIDTH {
            let (px, py) = map.forth(WINDOW.0 + (x as f64 + 0.5) * step.0, WINDOW.1 + (y as f64 + 0.5) * step.1);
            if inside(seen.image, px, py) && person_at(seen.person, size, px, py) < PERSON {
                behind[y * WIDTH + x] = true;
            }
            let c = bilinear(seen.image, px, py).map(|v| (v + 0.5) as u8);
            light[y * WIDTH + x] = f32::from(colour::luminance(c));
        }
    }
    if let Some(mean) = mean_gradient(&light, &eroded(&behind)) {
        out.push(Measured { check: Check::BackgroundUniformity, raw: mean, score: falling(mean, 190.0, 10.0, 100.0) });
    }
}

/// Keeps what has background all round: a square of [`EROSION`], whose anchor is its third row and column.
fn eroded(behind: &[bool]) -> Vec<bool> {
    let back = (EROSION / 2) as isize;
    let reach = -back..(EROSION as isize - back);
    let slide = |source: &[bool], along_x: bool| -> Vec<bool> {
        (0..source.len())
            .map(|i| {
                let (x, y) = ((i % WIDTH) as isize, (i / WIDTH) as isize);
                reach.clone().all(|d| {
                    let (x, y) = if along_x { (x + d, y) } else { (x, y + d) };
                    let within = x >= 0 && y >= 0 && (x as usize) < WIDTH && (y as usize) < HEIGHT;
                    !within || source[y as usize * WIDTH + x as usize]
                })
            })
            .collect()
    };
    slide(&slide(behind, true), false)
}

/// Mean Scharr magnitude over the background; `None` when there is none.
fn mean_gradient(light: &[f32], behind: &[bool]) -> Option<f64> {
    // the border is mirrored without repeating its last pixel
    let mirror = |v: isize, n: usize| {
        if v < 0 {
            1
        } else if v as usize >= n {
            n - 2
        } else {
            v as usize
        }
    };
    let at = |x: isize, y: isize| light[mirror(y, HEIGHT) * WIDTH + mirror(x, WIDTH)];
    let (mut sum, mut n) = (0.0f64, 0usize);
    for (i, _) in behind.iter().enumerate().filter(|(_, b)| **b) {
        let (x, y) = ((i % WIDTH) as isize, (i / WIDTH) as isize);
        let side = |dx: isize| 3.0 * at(x + dx, y - 1) + 10.0 * at(x + dx, y) + 3.0 * at(x + dx, y + 1);
        let level = |dy: isize| 3.0 * at(x - 1, y + dy) + 10.0 * at(x, y + dy) + 3.0 * at(x + 1, y + dy);
        sum += f64::from((side(1) - side(-1)).hypot(level(1) - level(-1)));
        n += 1;
    }
    (n > 0).then(|| sum / n as f64)
}
