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
                if value.abs() > floors[part].max(1e-3) {
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
        let step = SHEET_COLUMNS / COLUMNS;
        let radius = self.taps.len() / 2;
        (0..COLUMNS)
            .map(|column| {
                let first = column * step + SHEET_COLUMNS - radius;
                let mut sums = [0.0_f32; 6];
                for (k, &(e, c, s)) in self.taps.iter().enumerate() {
                    let at = (first + k) % SHEET_COLUMNS;
                    let (w, wv) = (band.weight[at], band.weight[at] * band.grey[at]);
                    sums[0] += e * w;
                    sums[1] += e * wv;
                    sums[2] += c * w;
                    sums[3] += c * wv;
                    sums[4] += s * w;
                    sums[5] += s * wv;
                }
                if sums[0] < LEAST_WINDOW {
                    return None;
                }
                let mean = sums[1] / sums[0];
                Some(((sums[3] - mean * sums[2]) / sums[0], (sums[5] - mean * sums[4]) / sums[0]))
            })
            .collect()
    }
}
