//! Takes pressure, moisture and the sensor's gain out of an image, so that every later step sees ridges of one height.
//!
//! Only blocks that may hold ridges say what is bright and how strong ridges are: otherwise the white around a finger
//! would make its outermost ridges faint.

use super::super::normalise::Plane;
use super::raster::{BLOCK, Raster, Shape, between, smoothed};

/// Smallest spread of grey values (standard deviation) that can be ridges; sensor noise lies below.
const MIN_SPREAD: f32 = 5.0;
/// The same as a share of what the strongest ridges show.
const MIN_SHARE: f32 = 0.2;
/// How wide the measurement of a block's own spread is, in blocks.
const SPREAD_SIGMA: f32 = 0.7;
/// How wide mean and gain are measured, in blocks: two ridge periods.
const GAIN_SIGMA: f32 = 1.5;
/// Flattened values end here, in standard deviations: a scratch or a grain of dust must not outweigh a ridge.
const CLIP: f32 = 2.0;

/// An image whose local mean is 0 and whose local standard deviation is about 1.
pub struct Flat {
    /// The blocks of the image.
    pub shape: Shape,
    /// The flattened pixels, ridges negative.
    pub image: Raster,
    /// What grey values were multiplied with, for each block.
    pub gain: Vec<f32>,
    /// Blocks whose grey values vary enough for ridges.
    pub lively: Vec<bool>,
}

/// Flattens a plane; nothing when no block of it is lively.
pub fn flatten(plane: &Plane) -> Option<Flat> {
    let shape = Shape::of(plane);
    let (mean, square) = moments(shape, plane);
    let spread = spread(shape, &mean, &square);
    let mut sorted = spread.clone();
    sorted.sort_by(f32::total_cmp);
    let strong = sorted.get(sorted.len() * 19 / 20).copied().unwrap_or(0.0);
    let threshold = (strong * MIN_SHARE).max(MIN_SPREAD);
    let lively: Vec<bool> = spread.iter().map(|&s| s >= threshold).collect();
    if !lively.contains(&true) {
        return None;
    }
    let (mean, gain) = level(shape, &mean, &square, &lively, 0.25 * threshold);
    let image = flattened(shape, plane, &mean, &gain);
    Some(Flat { shape, image, gain, lively })
}

/// Mean of values and of their squares in each block.
fn moments(shape: Shape, plane: &Plane) -> (Vec<f32>, Vec<f32>) {
    let (mut mean, mut square) = (vec![0.0f32; shape.len()], vec![0.0f32; shape.len()]);
    let rows = plane.values.chunks_exact(plane.width.max(1));
    for (y, row) in rows.enumerate() {
        let first = y / BLOCK * shape.columns;
        let blocks = mean.iter_mut().zip(square.iter_mut()).skip(first);
        for (pixels, (m, q)) in row.chunks(BLOCK).zip(blocks) {
            let mut whole = [0.0f32; BLOCK];
            whole.iter_mut().zip(pixels).for_each(|(w, p)| *w = *p);
            *m += total(whole);
            *q += total(whole.map(|v| v * v));
        }
    }
    for (block, (m, q)) in mean.iter_mut().zip(square.iter_mut()).enumerate() {
        let width = BLOCK.min(plane.width - block % shape.columns * BLOCK);
        let height = BLOCK.min(plane.height - block / shape.columns * BLOCK);
        let share = 1.0 / (width * height) as f32;
        *m *= share;
        *q *= share;
    }
    (mean, square)
}

/// The sum in pairs: four additions wait for one another instead of eight.
fn total(v: [f32; BLOCK]) -> f32 {
    ((v[0] + v[4]) + (v[2] + v[6])) + ((v[1] + v[5]) + (v[3] + v[7]))
}

fn spread(shape: Shape, mean: &[f32], square: &[f32]) -> Vec<f32> {
    let all = smoothed(shape, &vec![1.0; shape.len()], SPREAD_SIGMA);
    let (mean, square) = (smoothed(shape, mean, SPREAD_SIGMA), smoothed(shape, square, SPREAD_SIGMA));
    let deviation = |((m, q), w): ((f32, f32), f32)| (q / w - (m / w) * (m / w)).max(0.0).sqrt();
    mean.into_iter().zip(square).zip(all).map(deviation).collect()
}

/// Mean and gain around each block, from lively blocks alone; gain 0 where there are none.
fn level(shape: Shape, mean: &[f32], square: &[f32], lively: &[bool], floor: f32) -> (Vec<f32>, Vec<f32>) {
    let only = |v: &[f32]| -> Vec<f32> { v.iter().zip(lively).map(|(v, l)| if *l { *v } else { 0.0 }).collect() };
    let weight = smoothed(shape, &only(&vec![1.0; shape.len()]), GAIN_SIGMA);
    let mut mean = smoothed(shape, &only(mean), GAIN_SIGMA);
    let mut gain = smoothed(shape, &only(square), GAIN_SIGMA);
    for ((m, q), w) in mean.iter_mut().zip(gain.iter_mut()).zip(weight) {
        let known = w > 1e-3;
        *m = if known { *m / w } else { 0.0 };
        *q = if known { 1.0 / ((*q / w - *m * *m).max(0.0).sqrt() + floor) } else { 0.0 };
    }
    (mean, gain)
}

fn flattened(shape: Shape, plane: &Plane, mean: &[f32], gain: &[f32]) -> Raster {
    let mut image = Raster::new(shape);
    let (mut means, mut gains) = (vec![0.0f32; plane.width], vec![0.0f32; plane.width]);
    for (y, row) in plane.values.chunks_exact(plane.width.max(1)).enumerate() {
        spread_row(shape, mean, y, &mut means);
        spread_row(shape, gain, y, &mut gains);
        let first = image.index(0, y);
        let out = image.values.iter_mut().skip(first);
        for (((out, v), m), g) in out.zip(row).zip(&means).zip(&gains) {
            *out = ((v - m) * g).clamp(-CLIP, CLIP);
        }
    }
    image
}

/// One row of pixels of a grid, bilinear between the centres of blocks.
fn spread_row(shape: Shape, grid: &[f32], y: usize, out: &mut [f32]) {
    let (above, below, v) = between(y as f32, shape.rows);
    let row = |r: usize| grid.iter().skip(r * shape.columns);
    let mut here = row(above).zip(row(below)).map(|(a, b)| a * (1.0 - v) + b * v).take(shape.columns);
    let (head, rest) = out.split_at_mut(out.len().min(BLOCK / 2));
    let mut left = here.next().unwrap_or(0.0);
    head.fill(left);
    for pixels in rest.chunks_mut(BLOCK) {
        let right = here.next().unwrap_or(left);
        let step = (right - left) / BLOCK as f32;
        for (i, o) in pixels.iter_mut().enumerate() {
            *o = left + step * (i as f32 + 0.5);
        }
        left = right;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Stripes whose contrast falls from left to right and whose brightness rises.
    fn faded() -> Plane {
        let value = |x: usize, y: usize| {
            let wave = if y % 9 < 4 { -1.0 } else { 1.0 };
            80.0 + 0.3 * x as f32 + wave * (60.0 - 0.15 * x as f32)
        };
        let values = (0..200 * 240).map(|i| value(i % 240, i / 240)).collect();
        Plane { width: 240, height: 200, values }
    }

    #[test]
    fn ridges_of_any_strength_come_out_alike() {
        let flat = flatten(&faded()).unwrap();
        let height = |x: usize| (90..99).map(|y| flat.image.values[flat.image.index(x, y)].abs()).sum::<f32>() / 9.0;
        assert!((height(40) - height(200)).abs() < 0.1, "{} {}", height(40), height(200));
        assert!((0.7..1.2).contains(&height(120)));
    }

    #[test]
    fn an_even_plane_has_nothing_lively() {
        assert!(flatten(&Plane { width: 100, height: 90, values: vec![130.0; 9000] }).is_none());
        assert!(flatten(&Plane { width: 1, height: 1, values: vec![0.0] }).is_none());
    }
}
