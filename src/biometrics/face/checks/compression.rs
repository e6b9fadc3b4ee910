//! Traces of strong compression.
//!
//! A picture that comes straight out of a JPEG still shows the steps its coefficients were rounded to: in the 8 x 8
//! blocks the cosine coefficients lie on multiples of one number each. The mean of these steps over the coarse
//! coefficients is the raw value; it is known for every quality, also where no eye sees blocks. After cutting,
//! the blocks begin elsewhere; then their edges are searched in every phase. After scaling or turning nothing is left
//! that this finds.

use rekam_hal::RgbImage;

use super::super::report::{Check, Observation};
use super::Measured;
use super::score::falling;

/// The coefficients looked at (column, row): the mean value and the coarse ones next to it.
const COEFFICIENTS: [(usize, usize); 6] = [(0, 0), (1, 0), (0, 1), (2, 0), (1, 1), (0, 2)];
/// Largest step looked for, which is the largest a baseline JPEG can have.
const LARGEST: usize = 255;
/// A step from which on whole coefficients are rounded to nothing; a JPEG of quality 12 has it.
const HUGE: f64 = 60.0;
/// Blocks looked at, spread evenly: enough for the statistics, few enough for a preview.
const BLOCKS: usize = 1200;
/// Rows and columns in which edges are looked for.
const LINES: usize = 128;
/// How closely coefficients must sit on the multiples (1 = exactly) to believe in a step.
const BELIEF: f64 = 0.75;

/// Mean step at which the score is half, and the curve's width: a JPEG of quality 50 has 12, of 25 has 24.
const HALF: f64 = 24.0;
const SOFTNESS: f64 = 5.0;

pub(crate) fn measure(seen: &Observation<'_>, out: &mut Vec<Measured>) {
    let raw = steps(seen.image).max(edges(seen.image));
    out.push(Measured { check: Check::CompressionArtifacts, raw, score: falling(raw, 100.0, HALF, SOFTNESS) });
}

/// Luma around 128 in JPEG's weights, of pixels in a row.
fn luma(pixels: &[u8]) -> impl Iterator<Item = f32> {
    let one = |p: &[u8; 3]| 0.299 * f32::from(p[0]) + 0.587 * f32::from(p[1]) + 0.114 * f32::from(p[2]) - 128.0;
    pixels.as_chunks::<3>().0.iter().map(one)
}

/// Mean step of the coarse coefficients on the grid that begins at the upper left; 1 when there is none.
fn steps(image: &RgbImage) -> f64 {
    let (columns, rows) = (image.width() as usize / 8, image.height() as usize / 8);
    let stride = (columns * rows).div_ceil(BLOCKS).max(1);
    // a stride that shares no factor with the columns, or only some columns would be seen
    let stride = (stride..).find(|s| gcd(*s, columns.max(1)) == 1).unwrap_or(stride);
    let mut values: [Vec<f32>; COEFFICIENTS.len()] = Default::default();
    for block in (0..columns * rows).step_by(stride) {
        if let Some(c) = coarse(image, block % columns * 8, block / columns * 8) {
            for (list, v) in values.iter_mut().zip(c) {
                list.push(v);
            }
        }
    }
    let found: Vec<f64> = values.iter().filter_map(|v| step(v)).collect();
    let most = found.iter().copied().fold(0.0, f64::max);
    // where one step is huge, coefficients without one were rounded to nothing: theirs are no smaller
    let lost = if most >= HUGE { COEFFICIENTS.len() - found.len() } else { 0 };
    let sum = found.iter().sum::<f64>() + lost as f64 * most;
    if found.is_empty() { 1.0 } else { sum / (found.len() + lost) as f64 }
}

fn gcd(a: usize, b: usize) -> usize {
    if b == 0 { a } else { gcd(b, a % b) }
}

/// The coarse coefficients of one block; `None` where something is clipped, because that moves them.
fn coarse(image: &RgbImage, left: usize, top: usize) -> Option<[f32; COEFFICIENTS.len()]> {
    let waves = &*WAVES;
    let mut sums = [0.0f32; COEFFICIENTS.len()];
    for y in 0..8 {
        let start = ((top + y) * image.width() as usize + left) * 3;
        let row = &image.pixels()[start..start + 24];
        if row.iter().any(|&v| v == 0 || v == 255) {
            return None;
        }
        let mut across = [0.0f32; 3];
        for (x, v) in luma(row).enumerate() {
            across.iter_mut().zip(waves).for_each(|(sum, wave)| *sum += v * wave[x]);
        }
        for (sum, (u, w)) in sums.iter_mut().zip(COEFFICIENTS) {
            *sum += across[u] * waves[w][y];
        }
    }
    Some(sums)
}

/// Rows of the orthonormal cosine transform of eight values.
static WAVES: std::sync::LazyLock<[[f32; 8]; 3]> = std::sync::LazyLock::new(|| {
    std::array::from_fn(|u| {
        std::array::from_fn(|x| {
            let wave = ((2 * x + 1) as f32 * u as f32 * std::f32::consts::PI / 16.0).cos();
            wave * if u == 0 { 0.125f32.sqrt() } else { 0.5 }
        })
    })
});

/// The largest step on whose multiples the values lie, if there is one larger than 1.
///
/// A picture has few large and many small coefficients; of those that a step would have rounded to nothing there must
/// be hardly any. Equal values count by the logarithm of their number, or one plain wall would outvote the picture.
fn step(values: &[f32]) -> Option<f64> {
    let mut counts = std::collections::BTreeMap::<i32, (f32, f64)>::new();
    for v in values.iter().filter(|v| v.abs() > 1.5) {
        let entry = counts.entry((v * 2.0).round() as i32).or_default();
        *entry = (entry.0 + v, entry.1 + 1.0);
    }
    let seen: Vec<(f32, f64)> = counts.values().map(|&(sum, n)| (sum / n as f32, 1.0 + n.ln())).collect();
    let total: f64 = seen.iter().map(|s| s.1).sum();
    if total < 10.0 {
        return None;
    }
    let fits = |q: usize| {
        let q = q as f32;
        // what is missing from a perfect fit; most steps have missed too much after a few values
        let (mut missing, mut large) = (0.0, 0.0);
        for &(v, weight) in &seen {
            if v.abs() > q / 2.0 {
                missing += weight * (1.0 - f64::from((v * std::f32::consts::TAU / q).cos()));
                large += weight;
            } else {
                missing += 2.0 * weight;
            }
            if missing >= (1.0 - BELIEF) * total {
                return false;
            }
        }
        large > 6.0
    };
    // a step's divisors fit as well: the largest that fits is the one
    (2..=LARGEST).rev().find(|&q| fits(q)).map(|q| q as f64)
}

/// Strength of a grid of edges eight pixels apart, as a step: how much more the picture jumps there than between.
fn edges(image: &RgbImage) -> f64 {
    let (width, height) = (image.width() as usize, image.height() as usize);
    if width < 32 || height < 32 {
        return 0.0;
    }
    let (down, across) = ((height / LINES).max(1), (width / LINES).max(1));
    let row = |y: usize| &image.pixels()[y * width * 3..(y + 1) * width * 3];
    let mut columns = [[0.0f64; 2]; 8];
    let mut line = Vec::with_capacity(width.max(height));
    for y in (0..height).step_by(down) {
        line.clear();
        line.extend(luma(row(y)));
        jumps(&line, &mut columns);
    }
    let mut lines = [[0.0f64; 2]; 8];
    for x in (0..width).step_by(across) {
        line.clear();
        line.extend((0..height).flat_map(|y| luma(&row(y)[x * 3..x * 3 + 3])));
        jumps(&line, &mut lines);
    }
    grid(&columns).min(grid(&lines))
}

/// For every phase the jumps between the second and the third of four, beyond what the slope about them explains; flat
/// places only.
fn jumps(line: &[f32], phases: &mut [[f64; 2]; 8]) {
    for (i, four) in line.windows(4).enumerate() {
        let around = ((four[1] - four[0]).abs() + (four[3] - four[2]).abs()) / 2.0;
        if around < 6.0 {
            let phase = &mut phases[(i + 2) % 8];
            phase[0] += f64::from((four[2] - four[1]).abs() - around);
            phase[1] += 1.0;
        }
    }
}

/// What the strongest of the eight phases has over the middle one, in steps.
fn grid(phases: &[[f64; 2]; 8]) -> f64 {
    let mut means: Vec<f64> = phases.iter().map(|p| p[0] / p[1].max(1.0)).collect();
    means.sort_by(f64::total_cmp);
    ((means[7] - means[4]).max(0.0) * STEP_PER_JUMP).min(LARGEST as f64)
}

/// Grey levels of mean jump to mean step, from photographs coded at every quality.
const STEP_PER_JUMP: f64 = 8.0;
