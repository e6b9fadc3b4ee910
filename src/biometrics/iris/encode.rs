//! Phase code of the rubber sheet: the signs of the real and imaginary part of two Gabor filters along the angle.
//!
//! The filters follow Daugman's quadrature demodulation with two wavelengths: the coarse one survives blur and small
//! contour errors, the fine one tells strangers apart. Bits whose response is near zero flip between captures
//! ("fragile bits", Hollingsworth, Bowyer, Flynn 2009) and are masked.

use std::f32::consts::TAU;

use super::raster::quantile;
use super::sheet::{COLUMNS as SHEET_COLUMNS, ROWS as SHEET_ROWS, Sheet};
use super::template::{COLUMNS, PLANE_WORDS, ROWS, Template, WORDS_PER_ROW};

/// Wavelength and standard deviation of the two filters, in sheet columns.
const SCALES: [(f32, f32); 2] = [(28.0, 7.0), (9.0, 2.6)];
/// Standard deviation of the smoothing across rows, in sheet rows.
const ROW_SIGMA: f32 = 2.8;
/// Least share of a filter's window that must be iris.
const LEAST_WINDOW: f32 = 0.5;
/// Share of the bits of each filter part that is given up as fragile.
const FRAGILE: f32 = 0.25;
/// Amplitude below which a response is what the rounding of the image leaves, in grey levels.
const ROUNDING: f32 = 0.06;

/// Sheet columns of a code column.
const STEP: usize = SHEET_COLUMNS / COLUMNS;

/// The code and how strong the two filters answered (mean amplitude over valid places, grey levels).
pub(super) struct Encoded {
    pub template: Template,
    pub coarse_energy: f32,
    pub fine_energy: f32,
}

/// One code row: smoothed grey and weight per sheet column.
struct Band {
    grey: Vec<f32>,
    weight: Vec<f32>,
}

pub(super) fn encode(sheet: &Sheet) -> Encoded {
    let bands: Vec<Band> = (0..ROWS).map(|row| band(sheet, row)).collect();
    let mut code = vec![0_u64; 4 * PLANE_WORDS];
    let mut mask = vec![0_u64; 4 * PLANE_WORDS];
    let mut energy = [0.0; 2];
    for (scale, (&(wavelength, sigma), energy)) in SCALES.iter().zip(&mut energy).enumerate() {
        let kernel = Kernel::new(wavelength, sigma);
        let responses: Vec<Option<(f32, f32)>> = bands.iter().flat_map(|b| kernel.responses(b)).collect();
        let valid: Vec<(f32, f32)> = responses.iter().flatten().copied().collect();
        *energy = valid.iter().map(|(a, b)| (a * a + b * b).sqrt()).sum::<f32>() / valid.len().max(1) as f32;
        let floors = [
            quantile(&mut valid.iter().map(|v| v.0.abs()).collect::<Vec<_>>(), FRAGILE),
            quantile(&mut valid.iter().map(|v| v.1.abs()).collect::<Vec<_>>(), FRAGILE),
        ];
        for (at, response) in responses.iter().enumerate() {
            let Some((re, im)) = *response else { continue };
            let (row, column) = (at / COLUMNS, at % COLUMNS);
            let bit = 1_u64 << (column % 64);
            for (part, value) in [re, im].into_iter().enumerate() {
                let word = (scale * 2 + part) * PLANE_WORDS + row * WORDS_PER_ROW + column / 64;
                if value > 0.0 {
                    code[word] |= bit;
                }
                if value.abs() > floors[part].max(ROUNDING) {
                    mask[word] |= bit;
                }
            }
        }
    }
    Encoded { template: Template::new(code, mask), coarse_energy: energy[0], fine_energy: energy[1] }
}

/// Smooths the sheet across rows around one code row, over iris samples only.
fn band(sheet: &Sheet, row: usize) -> Band {
    let mut grey = vec![0.0; SHEET_COLUMNS];
    let mut weight = vec![0.0; SHEET_COLUMNS];
    // The outermost rows suffer from every contour error and carry least texture.
    let centre = SHEET_ROWS as f32 * (0.03 + 0.91 * (row as f32 + 0.5) / ROWS as f32) - 0.5;
    let mut all = 0.0;
    for r in 0..SHEET_ROWS {
        let d = (r as f32 - centre) / ROW_SIGMA;
        if d.abs() > 2.5 {
            continue;
        }
        let w = (-0.5 * d * d).exp();
        all += w;
        let line = r * SHEET_COLUMNS..(r + 1) * SHEET_COLUMNS;
        for ((g, n), (v, m)) in
            grey.iter_mut().zip(&mut weight).zip(sheet.grey[line.clone()].iter().zip(&sheet.mask[line]))
        {
            *g += w * m * v;
            *n += w * m;
        }
    }
    for (g, n) in grey.iter_mut().zip(&mut weight) {
        *g = if *n > 1e-6 { *g / *n } else { 0.0 };
        *n /= all;
    }
    Band { grey, weight }
}

/// A Gabor filter along the angle: envelope, cosine and sine part.
struct Kernel {
    taps: Vec<(f32, f32, f32)>,
}

impl Kernel {
    fn new(wavelength: f32, sigma: f32) -> Self {
        let radius = (2.6 * sigma).ceil() as i32;
        let mut taps: Vec<(f32, f32, f32)> = (-radius..=radius)
            .map(|i| {
                let envelope = (-0.5 * (i as f32 / sigma).powi(2)).exp();
                let (s, c) = (TAU * i as f32 / wavelength).sin_cos();
                (envelope, envelope * c, envelope * s)
            })
            .collect();
        let total: f32 = taps.iter().map(|t| t.0).sum();
        taps.iter_mut().for_each(|t| *t = (t.0 / total, t.1 / total, t.2 / total));
        Self { taps }
    }

    /// The response at every code column, `None` where too little of the window is iris. The mean of what is visible
    /// is taken out under the very same mask, so that neither brightness nor the mask's shape answers.
    fn responses(&self, band: &Band) -> Vec<Option<(f32, f32)>> {
        let products: Vec<f32> = band.weight.iter().zip(&band.grey).map(|(w, g)| w * g).collect();
        let (weights, products) = (self.phases(&band.weight), self.phases(&products));
        let mut sums = [[0.0_f32; COLUMNS]; 6];
        for (k, &(e, c, s)) in self.taps.iter().enumerate() {
            let (weight, product) = (&weights[k % STEP][k / STEP..], &products[k % STEP][k / STEP..]);
            let (Some(weight), Some(product)) = (weight.first_chunk::<COLUMNS>(), product.first_chunk::<COLUMNS>())
            else {
                continue;
            };
            for i in 0..COLUMNS {
                sums[0][i] += e * weight[i];
                sums[1][i] += e * product[i];
                sums[2][i] += c * weight[i];
                sums[3][i] += c * product[i];
                sums[4][i] += s * weight[i];
                sums[5][i] += s * product[i];
            }
        }
        (0..COLUMNS).map(|column| response(std::array::from_fn(|part| sums[part][column]))).collect()
    }

    /// What the taps meet, from the first tap at the first column on, every [`STEP`]th sample apart: tap `k` meets at
    /// code column `c` the sample `c + k / STEP` of those with the remainder of `k`. Thus neighbouring columns lie side
    /// by side.
    fn phases(&self, line: &[f32]) -> [Vec<f32>; STEP] {
        let start = SHEET_COLUMNS - self.taps.len() / 2;
        let count = COLUMNS + self.taps.len().div_ceil(STEP);
        std::array::from_fn(|phase| (0..count).map(|i| line[(start + phase + i * STEP) % SHEET_COLUMNS]).collect())
    }
}

/// A response from the sums of weights and of weighted grey under envelope, cosine and sine part.
fn response(sums: [f32; 6]) -> Option<(f32, f32)> {
    if sums[0] < LEAST_WINDOW {
        return None;
    }
    let mean = sums[1] / sums[0];
    Some(((sums[3] - mean * sums[2]) / sums[0], (sums[5] - mean * sums[4]) / sums[0]))
}
