//! What the lens and the sensor make of a scene.

use rekam_hal::GrayImage;

use super::EyeConditions;
use crate::people::Dice;

const LENS_BLUR: f32 = 0.7;

/// The picture a camera takes of a canvas of `conditions.frame`.
pub(super) fn photograph(canvas: Vec<f32>, conditions: &EyeConditions) -> GrayImage {
    let width = conditions.frame.0 as usize;
    let canvas = smear(canvas, width, conditions.motion.clamp(0.0, 120.0), conditions.motion_angle);
    let canvas = blur(&canvas, width, (LENS_BLUR.powi(2) + conditions.defocus.clamp(0.0, 30.0).powi(2)).sqrt());
    expose(&canvas, conditions)
}

/// Averages over `length` pixels in a direction in degrees; borders repeat.
fn smear(canvas: Vec<f32>, width: usize, length: f32, angle: f32) -> Vec<f32> {
    let reach = (length / 2.0).round() as usize;
    if reach == 0 {
        return canvas;
    }
    if angle != 0.0 {
        return smear_aslant(&canvas, width, reach, angle);
    }
    let mut out = Vec::with_capacity(canvas.len());
    for row in canvas.chunks_exact(width) {
        for x in 0..width {
            let window = &row[x.saturating_sub(reach)..(x + reach + 1).min(width)];
            out.push(window.iter().sum::<f32>() / window.len() as f32);
        }
    }
    out
}

fn smear_aslant(canvas: &[f32], width: usize, reach: usize, angle: f32) -> Vec<f32> {
    let height = canvas.len() / width.max(1);
    let (sin, cos) = angle.to_radians().sin_cos();
    let steps: Vec<(i64, i64)> = (0..=2 * reach)
        .map(|i| i as f32 - reach as f32)
        .map(|along| ((along * cos).round() as i64, (along * sin).round() as i64))
        .collect();
    let inside = |at: usize, step: i64, side: usize| (at as i64 + step).clamp(0, side as i64 - 1) as usize;
    let mut out = Vec::with_capacity(canvas.len());
    for y in 0..height {
        for x in 0..width {
            let cell = |(dx, dy): &(i64, i64)| canvas[inside(y, *dy, height) * width + inside(x, *dx, width)];
            out.push(steps.iter().map(cell).sum::<f32>() / steps.len() as f32);
        }
    }
    out
}

/// Gaussian blur; borders repeat.
fn blur(canvas: &[f32], width: usize, sigma: f32) -> Vec<f32> {
    let reach = (3.0 * sigma).ceil() as usize;
    let kernel: Vec<f32> =
        (0..=2 * reach).map(|i| (-0.5 * ((i as f32 - reach as f32) / sigma).powi(2)).exp()).collect();
    let total: f32 = kernel.iter().sum();
    let height = canvas.len() / width.max(1);
    let mut across = vec![0.0; canvas.len()];
    for (row, out) in canvas.chunks_exact(width).zip(across.chunks_exact_mut(width)) {
        for (k, weight) in kernel.iter().enumerate() {
            let weight = weight / total;
            for (x, o) in out.iter_mut().enumerate() {
                *o += weight * row[(x + k).saturating_sub(reach).min(width - 1)];
            }
        }
    }
    let mut down = vec![0.0; canvas.len()];
    for (y, out) in down.chunks_exact_mut(width).enumerate() {
        for (k, weight) in kernel.iter().enumerate() {
            let weight = weight / total;
            let source = (y + k).saturating_sub(reach).min(height - 1);
            let row = &across[source * width..(source + 1) * width];
            out.iter_mut().zip(row).for_each(|(o, s)| *o += weight * s);
        }
    }
    down
}

fn expose(canvas: &[f32], conditions: &EyeConditions) -> GrayImage {
    let mut dice = Dice::new(conditions.seed, 0x53);
    // Three numbers a draw from a table: a third of a million normal numbers would be most of the time otherwise.
    let table: Vec<f32> = (0..1024).map(|_| conditions.noise.clamp(0.0, 60.0) * dice.gauss()).collect();
    let (mut bits, mut left) = (0, 0);
    let (width, height) = conditions.frame;
    let (half_x, half_y) = (width as f32 / 2.0, height as f32 / 2.0);
    GrayImage::from_fn(width, height, |x, y| {
        if left == 0 {
            (bits, left) = (dice.bits(), 3);
        }
        let noise = table[(bits & 1023) as usize];
        (bits, left) = (bits >> 10, left - 1);
        let fall = 1.0 - 0.12 * ((x as f32 / half_x - 1.0).powi(2) + (y as f32 / half_y - 1.0).powi(2));
        (canvas[(y * width + x) as usize] * conditions.exposure * fall + noise).clamp(0.0, 255.0) as u8
    })
}
