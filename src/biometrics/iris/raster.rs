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
    /// The whole image as it is.
    #[cfg(test)]
    pub fn from_gray(image: &GrayImage) -> Self {
        Self::region(image, [0, 0, image.width() as usize, image.height() as usize], 1.0)
    }

    /// A part of an image (left, top, width, height; inside the image and not empty) reduced by `factor` (at least 1)
    /// with area averaging.
    pub fn region(image: &GrayImage, [left, top, width, height]: [usize; 4], factor: f32) -> Self {
        let stride = image.width() as usize;
        let lines = image.pixels().chunks_exact(stride).skip(top).take(height).map(|l| &l[left..left + width]);
        if factor <= 1.001 {
            return Self { width, height, data: lines.flatten().map(|&p| f32::from(p)).collect() };
        }
        let lines: Vec<&[u8]> = lines.collect();
        let shrunk = |side: usize| ((side as f32 / factor).round() as usize).max(1);
        let mut low = Plane::zeros(width, shrunk(height));
        for (out, (start, weights)) in low.data.chunks_exact_mut(width).zip(area_weights(height, low.height, factor)) {
            for (line, w) in lines[start..].iter().zip(weights) {
                out.iter_mut().zip(*line).for_each(|(o, &v)| *o += w * f32::from(v));
            }
        }
        low.narrowed(shrunk(width), factor)
    }

    /// Reduced to a width with area averaging.
    fn narrowed(&self, width: usize, factor: f32) -> Plane {
        let mut out = Plane::zeros(width, self.height);
        let columns = area_weights(self.width, width, factor);
        for (line, out) in self.data.chunks_exact(self.width).zip(out.data.chunks_exact_mut(width)) {
            for (o, (start, weights)) in out.iter_mut().zip(&columns) {
                *o = line[*start..].iter().zip(weights).map(|(v, w)| v * w).sum();
            }
        }
        out
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

    /// Whether a point lies on the image, with a margin in samples.
    pub fn holds(&self, x: f32, y: f32, margin: f32) -> bool {
        x >= margin && y >= margin && x <= self.width as f32 - 1.0 - margin && y <= self.height as f32 - 1.0 - margin
    }

    /// Bilinear sample; sample centres lie on whole coordinates.
    #[inline(always)]
    pub fn sample(&self, x: f32, y: f32) -> f32 {
        let x = x.clamp(0.0, (self.width - 1) as f32);
        let y = y.clamp(0.0, (self.height - 1) as f32);
        let (x0, y0) = (whole(x), whole(y));
        let (fx, fy) = (x - x0 as f32, y - y0 as f32);
        let (x0, y0) = (x0 as usize, y0 as usize);
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
        let shrunk = |side: usize| ((side as f32 / factor).round() as usize).max(1);
        let mut low = Plane::zeros(self.width, shrunk(self.height));
        for (out, (start, weights)) in
            low.data.chunks_exact_mut(self.width).zip(area_weights(self.height, low.height, factor))
        {
            for (line, w) in self.data[start * self.width..].chunks_exact(self.width).zip(weights) {
                out.iter_mut().zip(line).for_each(|(o, v)| *o += w * v);
            }
        }
        low.narrowed(shrunk(self.width), factor)
    }

    /// The part within `half` samples of a point, and its upper left corner.
    pub fn around(&self, x: f32, y: f32, half: f32) -> (Plane, (f32, f32)) {
        let [left, top, width, height] = clipped(x, y, half, self.width, self.height);
        let lines = self.data.chunks_exact(self.width).skip(top).take(height);
        let data = lines.flat_map(|l| &l[left..left + width]).copied().collect();
        (Plane { width, height, data }, (left as f32, top as f32))
    }

    /// The plane with a margin on all sides that mirrors what lies within; the margin is at most the shorter side.
    pub fn mirrored(&self, margin: usize) -> Plane {
        let (width, height) = (self.width + 2 * margin, self.height + 2 * margin);
        let back = |at: usize, side: usize| {
            let at = at.abs_diff(margin);
            at.min((2 * side - 1).saturating_sub(at)).min(side - 1)
        };
        let columns: Vec<usize> = (0..width).map(|x| back(x, self.width)).collect();
        let line = |y: usize| &self.data[back(y, self.height) * self.width..][..self.width];
        let data = (0..height).flat_map(|y| columns.iter().map(move |&x| line(y)[x])).collect();
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
                weighted(line, &kernel, |k| &padded[k..]);
            }
        }
        if sigma_y >= 0.3 {
            let kernel = gaussian(sigma_y);
            let radius = kernel.len() / 2;
            let source = out.data.clone();
            for (y, line) in out.data.chunks_exact_mut(self.width).enumerate() {
                weighted(line, &kernel, |k| {
                    let row = (y + k).saturating_sub(radius).min(self.height - 1);
                    &source[row * self.width..]
                });
            }
        }
        out
    }

    /// Grey opening with a square of side `2 * radius + 1`: bright details smaller than it vanish. In whole grey levels,
    /// which is exact enough to tell what a reflection hides and four times faster.
    pub fn opened(&self, radius: usize) -> Plane {
        let mut bytes: Vec<u8> = self.data.iter().map(|&v| (v + 0.5) as u8).collect();
        let mut spare = Vec::new();
        self.extremes(&mut bytes, radius, &mut spare, u8::min);
        self.extremes(&mut bytes, radius, &mut spare, u8::max);
        Plane { width: self.width, height: self.height, data: bytes.into_iter().map(f32::from).collect() }
    }

    /// Running extreme over a square, by doubling the window (the extreme is idempotent, so windows may overlap).
    fn extremes(&self, bytes: &mut [u8], radius: usize, spare: &mut Vec<u8>, pick: impl Fn(u8, u8) -> u8 + Copy) {
        let mut other = Vec::new();
        for line in bytes.chunks_exact_mut(self.width) {
            spare.clear();
            spare.extend(std::iter::repeat_n(line[0], radius));
            spare.extend_from_slice(line);
            spare.extend(std::iter::repeat_n(line[self.width - 1], radius));
            run_extreme(spare, &mut other, 1, radius, pick);
            line.copy_from_slice(&spare[..self.width]);
        }
        spare.clear();
        (0..radius).for_each(|_| spare.extend_from_slice(&bytes[..self.width]));
        spare.extend_from_slice(bytes);
        (0..radius).for_each(|_| spare.extend_from_slice(&bytes[bytes.len() - self.width..]));
        run_extreme(spare, &mut other, self.width, radius, pick);
        bytes.copy_from_slice(&spare[..bytes.len()]);
    }
}

/// The extreme of `2 * radius + 1` values `stride` apart from each place on; the values' tail is left undefined.
fn run_extreme(values: &mut Vec<u8>, other: &mut Vec<u8>, stride: usize, radius: usize, pick: impl Fn(u8, u8) -> u8) {
    let window = 2 * radius + 1;
    let mut span = 1;
    while span < window {
        let step = span.min(window - span);
        other.clear();
        other.extend(values.iter().zip(&values[step * stride..]).map(|(&a, &b)| pick(a, b)));
        other.resize(values.len(), 0);
        std::mem::swap(values, other);
        span += step;
    }
}

/// The whole part of a coordinate; no plane of an eye has 65,536 samples to a side. Numbers of 16 bits without a sign
/// need the least care on the way.
#[inline(always)]
pub(super) fn whole(coordinate: f32) -> i32 {
    i32::from(coordinate as u16)
}

/// The weighted sum of as many lines as there are weights, a few samples at a time, which stay in registers meanwhile.
fn weighted<'a>(out: &mut [f32], weights: &[f32], line: impl Fn(usize) -> &'a [f32]) {
    const TOGETHER: usize = 32;
    let (parts, rest) = out.as_chunks_mut::<TOGETHER>();
    let mut from = 0;
    for part in parts {
        let mut sums = [0.0_f32; TOGETHER];
        for (k, w) in weights.iter().enumerate() {
            let Some(line) = line(k)[from..].first_chunk::<TOGETHER>() else { continue };
            for (sum, v) in sums.iter_mut().zip(line) {
                *sum += v * w;
            }
        }
        *part = sums;
        from += TOGETHER;
    }
    rest.fill(0.0);
    for (k, w) in weights.iter().enumerate() {
        rest.iter_mut().zip(&line(k)[from..]).for_each(|(sum, v)| *sum += v * w);
    }
}

/// For each output sample, `step` input samples wide, the first input sample it covers and the weights from there.
fn area_weights(input: usize, output: usize, step: f32) -> Vec<(usize, Vec<f32>)> {
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

/// The square within `half` of a point (left, top, width, height) as far as it lies in an extent; never empty.
pub(super) fn clipped(x: f32, y: f32, half: f32, width: usize, height: usize) -> [usize; 4] {
    let span = |centre: f32, side: usize| {
        let from = (centre - half).floor().clamp(0.0, (side - 1) as f32) as usize;
        let to = ((centre + half).ceil().max(0.0) as usize + 1).clamp(from + 1, side);
        (from, to - from)
    };
    let ((left, width), (top, height)) = (span(x, width), span(y, height));
    [left, top, width, height]
}
