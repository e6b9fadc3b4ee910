//! A grey image as floating-point samples, with the few filters the segmentation needs.
//!
//! Written here because each filter is a dozen lines and the exact border behaviour (the nearest border sample is
//! repeated) matters to the contour search, which regularly looks beyond the image.

use rekam_hal::image::GrayImage;

/// Grey samples of 0..=255, row by row; both sides are at least one sample.
#[derive(Clone)]
pub(super) struct Plane {
    width: usize,
    height: usize,
    data: Vec<f32>,
}

impl Plane {
    pub fn from_gray(image: &GrayImage) -> Self {
        let data = image.pixels().iter().map(|&p| f32::from(p)).collect();
        Self { width: image.width() as usize, height: image.height() as usize, data }
    }

    pub fn width(&self) -> usize {
        self.width
    }

    pub fn height(&self) -> usize {
        self.height
    }

    pub fn data(&self) -> &[f32] {
        &self.data
    }

    pub fn data_mut(&mut self) -> &mut [f32] {
        &mut self.data
    }

    /// A plane of the same extent with other samples.
    pub fn map2(&self, other: &Plane, f: impl Fn(f32, f32) -> f32) -> Plane {
        let data = self.data.iter().zip(&other.data).map(|(&a, &b)| f(a, b)).collect();
        Plane { width: self.width, height: self.height, data }
    }

    /// A plane of the given extent filled with zeros.
    pub fn zeros(width: usize, height: usize) -> Self {
        Self { width, height, data: vec![0.0; width * height] }
    }

    /// One sample; coordinates beyond the border read the nearest border sample.
    pub fn at(&self, x: isize, y: isize) -> f32 {
        let x = x.clamp(0, self.width as isize - 1) as usize;
        let y = y.clamp(0, self.height as isize - 1) as usize;
        self.data[y * self.width + x]
    }

    /// Whether a point lies on the image, with a margin in samples.
    pub fn holds(&self, x: f32, y: f32, margin: f32) -> bool {
        x >= margin && y >= margin && x <= self.width as f32 - 1.0 - margin && y <= self.height as f32 - 1.0 - margin
    }

    /// Bilinear sample; sample centres lie on whole coordinates.
    pub fn sample(&self, x: f32, y: f32) -> f32 {
        let x = x.clamp(0.0, (self.width - 1) as f32);
        let y = y.clamp(0.0, (self.height - 1) as f32);
        let (x0, y0) = (x as usize, y as usize);
        let (fx, fy) = (x - x0 as f32, y - y0 as f32);
        let x1 = (x0 + 1).min(self.width - 1);
        let y1 = (y0 + 1).min(self.height - 1);
        let (top, bottom) = (y0 * self.width, y1 * self.width);
        let a = self.data[top + x0] * (1.0 - fx) + self.data[top + x1] * fx;
        let b = self.data[bottom + x0] * (1.0 - fx) + self.data[bottom + x1] * fx;
        a + (b - a) * fy
    }

    /// The plane reduced by `factor` (at least 1) with area averaging.
    pub fn reduced(&self, factor: f32) -> Plane {
        if factor <= 1.001 {
            return self.clone();
        }
        let width = ((self.width as f32 / factor).round() as usize).max(1);
        let height = ((self.height as f32 / factor).round() as usize).max(1);
        let columns = area_weights(self.width, width);
        let rows = area_weights(self.height, height);
        let mut narrow = vec![0.0; width * self.height];
        for (line, out) in self.data.chunks_exact(self.width).zip(narrow.chunks_exact_mut(width)) {
            for (o, (start, weights)) in out.iter_mut().zip(&columns) {
                *o = line[*start..].iter().zip(weights).map(|(v, w)| v * w).sum();
            }
        }
        let mut data = vec![0.0; width * height];
        for (out, (start, weights)) in data.chunks_exact_mut(width).zip(&rows) {
            for (line, w) in narrow[start * width..].chunks_exact(width).zip(weights) {
                for (o, v) in out.iter_mut().zip(line) {
                    *o += v * w;
                }
            }
        }
        Plane { width, height, data }
    }

    /// Gaussian blur with separate standard deviations, in samples; below 0.3 a direction is left alone.
    pub fn blurred(&self, sigma_x: f32, sigma_y: f32) -> Plane {
        let mut out = self.clone();
        if sigma_x >= 0.3 {
            let kernel = gaussian(sigma_x);
            let radius = kernel.len() / 2;
            let mut padded = vec![0.0; self.width + 2 * radius];
            for line in out.data.chunks_exact_mut(self.width) {
                padded[..radius].fill(line[0]);
                padded[radius..radius + self.width].copy_from_slice(line);
                padded[radius + self.width..].fill(line[self.width - 1]);
                line.fill(0.0);
                for (k, w) in kernel.iter().enumerate() {
                    for (o, v) in line.iter_mut().zip(&padded[k..]) {
                        *o += v * w;
                    }
                }
            }
        }
        if sigma_y >= 0.3 {
            let kernel = gaussian(sigma_y);
            let radius = kernel.len() / 2;
            let source = out.data.clone();
            for (y, line) in out.data.chunks_exact_mut(self.width).enumerate() {
                line.fill(0.0);
                for (k, w) in kernel.iter().enumerate() {
                    let row = (y + k).saturating_sub(radius).min(self.height - 1);
                    for (o, v) in line.iter_mut().zip(&source[row * self.width..]) {
                        *o += v * w;
                    }
                }
            }
        }
        out
    }

    /// Grey opening with a square of side `2 * radius + 1`: bright details smaller than it vanish.
    pub fn opened(&self, radius: usize) -> Plane {
        self.extremes(radius, |a, b| if a < b { a } else { b }).extremes(radius, |a, b| if a > b { a } else { b })
    }

    /// Running extreme over a square, by doubling the window (the extreme is idempotent, so windows may overlap).
    fn extremes(&self, radius: usize, pick: impl Fn(f32, f32) -> f32 + Copy) -> Plane {
        let mut data = self.data.clone();
        let mut buffer = Vec::new();
        for line in data.chunks_exact_mut(self.width) {
            run_extreme(line, radius, pick, &mut buffer);
        }
        let mut out = Plane { width: self.width, height: self.height, data };
        out.extreme_rows(radius, pick);
        out
    }

    /// The vertical half of `extremes`, whole rows at once so that it vectorises.
    fn extreme_rows(&mut self, radius: usize, pick: impl Fn(f32, f32) -> f32 + Copy) {
        let (w, h) = (self.width, self.height);
        let window = 2 * radius + 1;
        let pad = h + 2 * radius;
        let row_of = |y: usize| y.saturating_sub(radius).min(h - 1);
        let mut rows: Vec<f32> = Vec::with_capacity(pad * w);
        for y in 0..pad {
            rows.extend_from_slice(&self.data[row_of(y) * w..(row_of(y) + 1) * w]);
        }
        let mut span = 1;
        while span < window {
            let step = span.min(window - span);
            for y in 0..pad - step {
                let (head, tail) = rows.split_at_mut((y + step) * w);
                for (a, b) in head[y * w..(y + 1) * w].iter_mut().zip(&tail[..w]) {
                    *a = pick(*a, *b);
                }
            }
            span += step;
        }
        self.data.copy_from_slice(&rows[..h * w]);
    }
}

fn run_extreme(line: &mut [f32], radius: usize, pick: impl Fn(f32, f32) -> f32 + Copy, buffer: &mut Vec<f32>) {
    let len = line.len();
    let window = 2 * radius + 1;
    buffer.clear();
    buffer.extend((0..len + 2 * radius).map(|i| line[i.saturating_sub(radius).min(len - 1)]));
    let mut span = 1;
    while span < window {
        let step = span.min(window - span);
        for i in 0..buffer.len() - step {
            buffer[i] = pick(buffer[i], buffer[i + step]);
        }
        span += step;
    }
    line.copy_from_slice(&buffer[..len]);
}

/// For each output sample the first input sample it covers and the weights from there.
fn area_weights(input: usize, output: usize) -> Vec<(usize, Vec<f32>)> {
    let step = input as f32 / output as f32;
    (0..output)
        .map(|i| {
            let (from, to) = (i as f32 * step, ((i + 1) as f32 * step).min(input as f32));
            let first = (from as usize).min(input - 1);
            let last = (to.ceil() as usize).clamp(first + 1, input);
            let mut weights: Vec<f32> =
                (first..last).map(|s| (to.min(s as f32 + 1.0) - from.max(s as f32)).max(0.0)).collect();
            let total: f32 = weights.iter().sum::<f32>().max(1e-6);
            weights.iter_mut().for_each(|w| *w /= total);
            (first, weights)
        })
        .collect()
}

fn gaussian(sigma: f32) -> Vec<f32> {
    let radius = (3.0 * sigma).ceil().max(1.0) as isize;
    let mut kernel: Vec<f32> = (-radius..=radius).map(|i| (-0.5 * (i as f32 / sigma).powi(2)).exp()).collect();
    let total: f32 = kernel.iter().sum();
    kernel.iter_mut().for_each(|w| *w /= total);
    kernel
}

/// The value below which `fraction` of the values lie; 0 for an empty list.
pub(super) fn quantile(values: &mut [f32], fraction: f32) -> f32 {
    if values.is_empty() {
        return 0.0;
    }
    let rank = ((values.len() - 1) as f32 * fraction.clamp(0.0, 1.0)).round() as usize;
    *values.select_nth_unstable_by(rank, f32::total_cmp).1
}
