//! From a picture to what a network eats: shrunk by averaging, cropped along a turn, never copied whole.
//!
//! A network looks at 128 to 256 pixels a side whatever the camera delivers. Averaging over areas straight out of the
//! picture reads every pixel once and needs memory for one row; a picture of a hundred megapixels costs time, not memory.
//!
//! Coordinates are continuous: the middle of the upper left pixel is (0.5, 0.5).

use rekam_hal::RgbImage;

/// Three planes (red, green, blue) of 0..=255, rows from above: `(channel * height + y) * width + x`.
#[derive(Debug, Clone, PartialEq)]
pub struct Planes {
    /// Columns.
    pub width: usize,
    /// Rows.
    pub height: usize,
    /// The values of the three planes.
    pub values: Vec<f32>,
}

impl Planes {
    /// Black planes.
    pub fn black(width: usize, height: usize) -> Self {
        Self { width, height, values: vec![0.0; 3 * width * height] }
    }
}

/// For every output place of one axis, which inputs it is made of.
struct Axis {
    taps: Vec<(usize, std::ops::Range<usize>)>,
    weights: Vec<f32>,
}

impl Axis {
    /// Outputs `to` made of inputs `from`: areas when shrinking, straight lines between neighbours when enlarging.
    fn new(from: usize, to: usize) -> Self {
        let step = from as f32 / to.max(1) as f32;
        let mut axis = Self { taps: Vec::with_capacity(to), weights: Vec::new() };
        for i in 0..to {
            if step > 1.0 {
                axis.area(i as f32 * step, (i + 1) as f32 * step, from);
            } else {
                axis.between((i as f32 + 0.5) * step - 0.5, from);
            }
        }
        axis
    }

    /// Blocks of `factor` inputs; the last may be smaller.
    fn blocks(from: usize, factor: usize) -> Self {
        let mut axis = Self { taps: Vec::new(), weights: Vec::new() };
        for first in (0..from).step_by(factor.max(1)) {
            axis.area(first as f32, (first + factor.max(1)).min(from) as f32, from);
        }
        axis
    }

    fn area(&mut self, low: f32, high: f32, from: usize) {
        let first = (low as usize).min(from.saturating_sub(1));
        let last = (high.ceil() as usize).clamp(first + 1, from.max(first + 1));
        let start = self.weights.len();
        let parts = (first..last).map(|i| ((i + 1) as f32).min(high) - (i as f32).max(low)).map(|part| part.max(0.0));
        self.weights.extend(parts);
        let total: f32 = self.weights[start..].iter().sum();
        self.weights[start..].iter_mut().for_each(|w| *w /= total.max(1e-9));
        self.taps.push((first, start..self.weights.len()));
    }

    fn between(&mut self, at: f32, from: usize) {
        let at = at.clamp(0.0, from.saturating_sub(1) as f32);
        let (first, share) = (at as usize, at.fract());
        let start = self.weights.len();
        self.weights.push(1.0 - share);
        if first + 1 < from {
            self.weights.push(share);
        }
        self.taps.push((first, start..self.weights.len()));
    }

    fn len(&self) -> usize {
        self.taps.len()
    }

    fn iter(&self) -> impl Iterator<Item = (usize, &[f32])> {
        self.taps.iter().map(|(first, range)| (*first, &self.weights[range.clone()]))
    }
}

/// A part of a picture in whole pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// Left column.
    pub left: usize,
    /// Upper row.
    pub top: usize,
    /// Columns.
    pub width: usize,
    /// Rows.
    pub height: usize,
}

impl Window {
    /// The whole picture.
    pub fn whole(image: &RgbImage) -> Self {
        Self { left: 0, top: 0, width: image.width() as usize, height: image.height() as usize }
    }
}

/// Gives every output row, pixels interleaved, to `take`.
fn rows(image: &RgbImage, window: Window, across: &Axis, down: &Axis, mut take: impl FnMut(usize, &[f32])) {
    let stride = image.width() as usize * 3;
    let mut sums = vec![0.0f32; window.width * 3];
    let mut line = vec![0.0f32; across.len() * 3];
    for (y, (first, weights)) in down.iter().enumerate() {
        sums.fill(0.0);
        for (i, weight) in weights.iter().enumerate() {
            let start = (window.top + first + i) * stride + window.left * 3;
            let Some(row) = image.pixels().get(start..start + window.width * 3) else { continue };
            sums.iter_mut().zip(row).for_each(|(sum, value)| *sum += weight * f32::from(*value));
        }
        for (out, (first, weights)) in line.chunks_exact_mut(3).zip(across.iter()) {
            let mut pixel = [0.0f32; 3];
            for (weight, from) in weights.iter().zip(sums[first * 3..].chunks_exact(3)) {
                (0..3).for_each(|c| pixel[c] += weight * from[c]);
            }
            out.copy_from_slice(&pixel);
        }
        take(y, &line);
    }
}

/// Stretches a part of a picture into a rectangle of `into` (its corner is at `at`).
pub fn stretch(image: &RgbImage, window: Window, into: &mut Planes, at: (usize, usize), size: (usize, usize)) {
    let (across, down) = (Axis::new(window.width, size.0), Axis::new(window.height, size.1));
    let (width, plane) = (into.width, into.width * into.height);
    rows(image, window, &across, &down, |y, line| {
        let start = (at.1 + y) * width + at.0;
        for c in 0..3 {
            let Some(row) = into.values.get_mut(c * plane + start..c * plane + start + size.0) else { continue };
            row.iter_mut().zip(line.iter().skip(c).step_by(3)).for_each(|(out, value)| *out = *value);
        }
    });
}

/// A turned and scaled map: `x' = a x - b y + shift.0`, `y' = b x + a y + shift.1`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Similarity {
    /// Scale times the cosine of the turn.
    pub a: f32,
    /// Scale times its sine.
    pub b: f32,
    /// The shift.
    pub shift: (f32, f32),
}

impl Similarity {
    /// From a square crop of `side` pixels to the picture: its middle, its size there in pixels, its turn in radians.
    pub fn crop(centre: (f32, f32), size: f32, angle: f32, side: usize) -> Self {
        let (sin, cos) = angle.sin_cos();
        let (a, b, half) = (cos * size / side as f32, sin * size / side as f32, side as f32 / 2.0);
        Self { a, b, shift: (centre.0 - a * half + b * half, centre.1 - b * half - a * half) }
    }

    /// The map of least squares from one set of points to another; `None` when all of the first are in one place.
    pub fn between(from: &[(f32, f32)], to: &[(f32, f32)]) -> Option<Self> {
        let count = from.len().min(to.len()) as f32;
        let mean = |points: &[(f32, f32)]| {
            let (x, y) = points.iter().fold((0.0, 0.0), |(x, y), p| (x + p.0, y + p.1));
            (x / count, y / count)
        };
        let (f, t) = (mean(from), mean(to));
        let (mut norm, mut cos, mut sin) = (0.0, 0.0, 0.0);
        for (p, q) in from.iter().zip(to) {
            let (p, q) = ((p.0 - f.0, p.1 - f.1), (q.0 - t.0, q.1 - t.1));
            norm += p.0 * p.0 + p.1 * p.1;
            cos += p.0 * q.0 + p.1 * q.1;
            sin += p.0 * q.1 - p.1 * q.0;
        }
        let (a, b) = (cos / norm, sin / norm);
        let map = Self { a, b, shift: (t.0 - a * f.0 + b * f.1, t.1 - b * f.0 - a * f.1) };
        map.usable().then_some(map)
    }

    /// Where a point comes to lie.
    pub fn apply(&self, x: f32, y: f32) -> (f32, f32) {
        (self.a * x - self.b * y + self.shift.0, self.b * x + self.a * y + self.shift.1)
    }

    /// How much longer lengths become.
    pub fn scale(&self) -> f32 {
        self.a.hypot(self.b)
    }

    /// Finite, and neither a point nor beyond any picture.
    pub fn usable(&self) -> bool {
        let finite = self.shift.0.abs() < 1e6 && self.shift.1.abs() < 1e6;
        finite && self.scale() > 1e-3 && self.scale() < 1e3
    }
}

/// What a square crop of `side` pixels shows when `map` leads from it into the picture; black beyond the border.
/// Where a pixel of the crop covers more than two of the picture, the picture is averaged first.
pub fn crop(image: &RgbImage, map: &Similarity, side: usize) -> Planes {
    let mut out = Planes::black(side, side);
    let Some(source) = Patch::under(image, map, side) else { return out };
    let plane = side * side;
    for y in 0..side {
        for x in 0..side {
            let (u, v) = map.apply(x as f32 + 0.5, y as f32 + 0.5);
            let pixel = source.at(u, v);
            for (c, value) in pixel.into_iter().enumerate() {
                out.values[c * plane + y * side + x] = value;
            }
        }
    }
    out
}

/// The part of a picture under a crop, averaged over blocks.
struct Patch {
    origin: (f32, f32),
    factor: f32,
    width: usize,
    height: usize,
    /// Interleaved, with a black pixel all around, so that reading beside the border needs no question.
    values: Vec<[f32; 3]>,
}

impl Patch {
    /// `None` when the crop does not touch the picture.
    fn under(image: &RgbImage, map: &Similarity, side: usize) -> Option<Self> {
        let side = side as f32;
        let corners = [(0.0, 0.0), (side, 0.0), (0.0, side), (side, side)].map(|(x, y)| map.apply(x, y));
        let factor = if map.scale() > 2.0 { map.scale() as usize } else { 1 };
        let reach = 2 * factor;
        let range = |values: [f32; 4], end: u32| {
            let low = values.iter().copied().fold(f32::INFINITY, f32::min) - reach as f32;
            let high = values.iter().copied().fold(f32::NEG_INFINITY, f32::max) + reach as f32;
            let end = end as usize;
            let low = (low.max(0.0) as usize).min(end);
            // On the blocks of the whole picture, so that a crop that moves does not shimmer.
            (low - low % factor, (high.max(0.0).ceil() as usize).next_multiple_of(factor).min(end))
        };
        let (left, right) = range(corners.map(|c| c.0), image.width());
        let (top, bottom) = range(corners.map(|c| c.1), image.height());
        if right <= left || bottom <= top {
            return None;
        }
        let window = Window { left, top, width: right - left, height: bottom - top };
        let (across, down) = (Axis::blocks(window.width, factor), Axis::blocks(window.height, factor));
        let (width, height) = (across.len() + 2, down.len() + 2);
        let mut values = vec![[0.0; 3]; width * height];
        rows(image, window, &across, &down, |y, line| {
            let row = &mut values[(y + 1) * width + 1..(y + 2) * width - 1];
            row.iter_mut().zip(line.chunks_exact(3)).for_each(|(out, pixel)| out.copy_from_slice(pixel));
        });
        Some(Self { origin: (left as f32, top as f32), factor: factor as f32, width, height, values })
    }

    fn at(&self, x: f32, y: f32) -> [f32; 3] {
        let u = (x - self.origin.0) / self.factor + 0.5;
        let v = (y - self.origin.1) / self.factor + 0.5;
        let (right, bottom) = ((self.width - 1) as f32, (self.height - 1) as f32);
        if !(u >= 0.0 && v >= 0.0 && u < right && v < bottom) {
            return [0.0; 3];
        }
        let (x, y) = (u as usize, v as usize);
        let (fx, fy) = (u - x as f32, v - y as f32);
        let at = y * self.width + x;
        let (a, b) = (self.values[at], self.values[at + 1]);
        let (c, d) = (self.values[at + self.width], self.values[at + self.width + 1]);
        let mut out = [0.0; 3];
        for i in 0..3 {
            let (upper, lower) = (a[i] + (b[i] - a[i]) * fx, c[i] + (d[i] - c[i]) * fx);
            out[i] = upper + (lower - upper) * fy;
        }
        out
    }
}
