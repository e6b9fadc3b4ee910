//! Which way the ridges run and how far apart they are, from products of gradients.
//!
//! M. Kass and A. Witkin, "Analyzing oriented patterns", CVGIP 37, 1987: gradients cannot be averaged (both flanks of a
//! ridge would cancel), their squares as complex numbers can. The period comes from the same sums: a wave's gradient is
//! its height times its wave number.

use std::f32::consts::{PI, TAU};

use super::raster::{BLOCK, Raster, Shape, smoothed};

/// What the Sobel operator answers to a slope of 1.
const SOBEL: f32 = 8.0;
/// How far a block that tells nothing trusts the print as a whole.
const COMMON: f32 = 1e-3;

/// Sums over the pixels of each block.
pub struct Gradients {
    /// Gradient squared as a complex number: real part.
    real: Vec<f32>,
    /// Imaginary part.
    imaginary: Vec<f32>,
    /// Squared length of the gradient.
    steepness: Vec<f32>,
    /// Squared value.
    energy: Vec<f32>,
}

impl Gradients {
    /// Measures the active blocks of a raster; the others count nothing.
    pub fn of(shape: Shape, image: &Raster, active: &[bool]) -> Self {
        let zeros = || vec![0.0f32; shape.len()];
        let mut sums = Self { real: zeros(), imaginary: zeros(), steepness: zeros(), energy: zeros() };
        for (block, _) in active.iter().enumerate().filter(|a| *a.1) {
            let [real, imaginary, steepness, energy] = block_sums(shape, image, block);
            sums.real[block] = real;
            sums.imaginary[block] = imaginary;
            sums.steepness[block] = steepness;
            sums.energy[block] = energy;
        }
        sums
    }

    /// Direction and coherence of the ridges, measured over `sigma` blocks.
    pub fn flow(&self, shape: Shape, sigma: f32) -> Flow {
        let real = smoothed(shape, &self.real, sigma);
        let imaginary = smoothed(shape, &self.imaginary, sigma);
        let steepness = smoothed(shape, &self.steepness, sigma);
        // The gradient stands across the ridge: a quarter turn more, half a turn of the squared number.
        let angle = |(r, i): (&f32, &f32)| (0.5 * (-i).atan2(-r)).rem_euclid(PI);
        let coherence = |((r, i), s): ((&f32, &f32), &f32)| r.hypot(*i) / (s + 1e-6);
        Flow {
            angle: real.iter().zip(&imaginary).map(angle).collect(),
            coherence: real.iter().zip(&imaginary).zip(&steepness).map(coherence).collect(),
        }
    }

    /// Ridge period in pixels around each block, measured over `sigma` blocks.
    pub fn period(&self, shape: Shape, sigma: f32) -> Vec<f32> {
        let share = COMMON / shape.len() as f32;
        let (all_steep, all_energy) = (self.steepness.iter().sum::<f32>(), self.energy.iter().sum::<f32>());
        let steepness = smoothed(shape, &self.steepness, sigma);
        let energy = smoothed(shape, &self.energy, sigma);
        let period = |(s, e): (&f32, &f32)| {
            let sine = ((s + share * all_steep) / (e + share * all_energy).max(1e-9)).sqrt() / SOBEL;
            TAU / sine.clamp(0.05, 0.999).asin()
        };
        steepness.iter().zip(&energy).map(period).collect()
    }
}

/// Direction of the ridges on the grid of blocks.
pub struct Flow {
    /// Radians in image coordinates (x right, y down), 0..pi.
    pub angle: Vec<f32>,
    /// 0 (no direction) to 1 (one direction only).
    pub coherence: Vec<f32>,
}

fn block_sums(shape: Shape, image: &Raster, block: usize) -> [f32; 4] {
    let mut sums = [[0.0f32; BLOCK]; 4];
    for at in image.rows_of(shape, block) {
        // Every row is read three cells wide; the rim makes that safe.
        let row = |from: usize| [image.span(from - 1), image.span(from), image.span(from + 1)];
        let ([a, b, c], [d, e, f], [g, h, i]) = (row(at - image.stride), row(at), row(at + image.stride));
        for x in 0..BLOCK {
            let right = (c[x] - a[x]) + 2.0 * (f[x] - d[x]) + (i[x] - g[x]);
            let down = (g[x] - a[x]) + 2.0 * (h[x] - b[x]) + (i[x] - c[x]);
            sums[0][x] += right * right - down * down;
            sums[1][x] += 2.0 * right * down;
            sums[2][x] += right * right + down * down;
            sums[3][x] += e[x] * e[x];
        }
    }
    sums.map(|s| s.iter().sum())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Waves of `period` whose ridges run at `angle` in image coordinates.
    fn waves(shape: Shape, angle: f32, period: f32) -> Raster {
        let mut image = Raster::new(shape);
        for y in 0..shape.rows * BLOCK {
            for x in 0..shape.columns * BLOCK {
                let at = image.index(x, y);
                let across = angle.cos() * y as f32 - angle.sin() * x as f32;
                image.values[at] = (TAU * across / period).cos();
            }
        }
        image
    }

    #[test]
    fn direction_and_period_of_plain_waves_are_measured() {
        let shape = Shape { columns: 16, rows: 16 };
        for (angle, period) in [(0.0f32, 9.0), (0.7, 7.0), (1.6, 11.0), (2.6, 14.0)] {
            let sums = Gradients::of(shape, &waves(shape, angle, period), &vec![true; shape.len()]);
            let flow = sums.flow(shape, 1.5);
            let middle = 8 * 16 + 8;
            assert!((flow.angle[middle] - angle).sin().abs() < 0.03, "{angle} {}", flow.angle[middle]);
            assert!(flow.coherence[middle] > 0.95);
            let found = sums.period(shape, 2.0)[middle];
            assert!((found / period - 1.0).abs() < 0.08, "{period} {found}");
        }
    }
}
