//! Looking at a picture through a map: bilinear samples, and patches of the face brought to one size and upright.

use rekam_hal::RgbImage;

use super::super::report::Point;

/// Similarity from a patch to the picture: `picture = turn * patch + shift`, both continuous coordinates.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Similarity {
    /// Picture pixels per patch pixel times cosine and sine of the turn.
    pub(crate) turn: (f64, f64),
    /// Where the patch's origin lies in the picture.
    pub(crate) shift: (f64, f64),
}

impl Similarity {
    /// Least squares over pairs of (patch, picture) points.
    pub(crate) fn fit(pairs: &[(Point, Point)]) -> Self {
        let n = pairs.len().max(1) as f64;
        let mean = |f: &dyn Fn(&(Point, Point)) -> f32| pairs.iter().map(|p| f64::from(f(p))).sum::<f64>() / n;
        let (ax, ay, bx, by) = (mean(&|p| p.0.0), mean(&|p| p.0.1), mean(&|p| p.1.0), mean(&|p| p.1.1));
        let (mut dot, mut cross, mut norm) = (0.0, 0.0, 0.0);
        for (a, b) in pairs {
            let (ux, uy) = (f64::from(a.0) - ax, f64::from(a.1) - ay);
            let (vx, vy) = (f64::from(b.0) - bx, f64::from(b.1) - by);
            dot += ux * vx + uy * vy;
            cross += ux * vy - uy * vx;
            norm += ux * ux + uy * uy;
        }
        let turn = if norm > 0.0 { (dot / norm, cross / norm) } else { (1.0, 0.0) };
        Self { turn, shift: (bx - turn.0 * ax + turn.1 * ay, by - turn.1 * ax - turn.0 * ay) }
    }

    /// A patch whose point `at` lies on `centre` of the picture, turned by `angle` and `scale` picture pixels a pixel.
    pub(crate) fn about(centre: Point, at: Point, scale: f32, angle: f32) -> Self {
        let turn = (f64::from(scale * angle.cos()), f64::from(scale * angle.sin()));
        let (x, y) = (f64::from(at.0), f64::from(at.1));
        let (cx, cy) = (f64::from(centre.0), f64::from(centre.1));
        Self { turn, shift: (cx - turn.0 * x + turn.1 * y, cy - turn.1 * x - turn.0 * y) }
    }

    /// Picture pixels per patch pixel.
    pub(crate) fn scale(&self) -> f64 {
        self.turn.0.hypot(self.turn.1)
    }

    /// From the patch to the picture.
    pub(crate) fn forth(&self, x: f64, y: f64) -> (f64, f64) {
        let (c, s) = self.turn;
        (c * x - s * y + self.shift.0, s * x + c * y + self.shift.1)
    }

    /// From the picture to the patch.
    pub(crate) fn back(&self, p: Point) -> Point {
        let (c, s) = self.turn;
        let (x, y) = (f64::from(p.0) - self.shift.0, f64::from(p.1) - self.shift.1);
        let n = (c * c + s * s).max(1e-12);
        (((c * x + s * y) / n) as f32, ((c * y - s * x) / n) as f32)
    }
}

/// Bilinear colour at a continuous place; the border is repeated outside.
pub(crate) fn bilinear(image: &RgbImage, x: f64, y: f64) -> [f32; 3] {
    let (w, h) = (image.width() as usize, image.height() as usize);
    let x = (x - 0.5).clamp(0.0, (w - 1) as f64);
    let y = (y - 0.5).clamp(0.0, (h - 1) as f64);
    let (x0, y0) = (x as usize, y as usize);
    let (x1, y1) = ((x0 + 1).min(w - 1), (y0 + 1).min(h - 1));
    let (fx, fy) = ((x - x0 as f64) as f32, (y - y0 as f64) as f32);
    let pixels = image.pixels();
    let at = |x: usize, y: usize, c: usize| f32::from(pixels[(y * w + x) * 3 + c]);
    std::array::from_fn(|c| {
        let upper = at(x0, y0, c) * (1.0 - fx) + at(x1, y0, c) * fx;
        let lower = at(x0, y1, c) * (1.0 - fx) + at(x1, y1, c) * fx;
        upper * (1.0 - fy) + lower * fy
    })
}

/// Whether a continuous place lies in the picture.
pub(crate) fn inside(image: &RgbImage, x: f64, y: f64) -> bool {
    x >= 0.0 && y >= 0.0 && x < f64::from(image.width()) && y < f64::from(image.height())
}

/// Fractional bits of a place on a [`Walk`], and how many of them weigh the neighbours.
const PLACE_BITS: u32 = 20;
const WEIGHT_BITS: u32 = 11;

/// A picture's pixels at hand, for loops that ask for millions.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pixels<'a> {
    bytes: &'a [u8],
    width: usize,
    height: usize,
}

impl<'a> Pixels<'a> {
    pub(crate) fn of(image: &'a RgbImage) -> Self {
        Self { bytes: image.pixels(), width: image.width() as usize, height: image.height() as usize }
    }
}

/// A straight way over the picture in equal steps, in whole numbers: the same bilinear colours as [`bilinear`] gives,
/// several times faster, because nothing is converted on the way.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Walk {
    x: i64,
    y: i64,
    step: (i64, i64),
}

impl Walk {
    /// From the patch's place `(x, y)` in steps of `step` patch pixels to the right.
    pub(crate) fn along(map: &Similarity, x: f64, y: f64, step: f64) -> Self {
        let whole = |v: f64| (v * f64::from(1 << PLACE_BITS)) as i64;
        let (px, py) = map.forth(x, y);
        Self { x: whole(px), y: whole(py), step: (whole(map.turn.0 * step), whole(map.turn.1 * step)) }
    }

    pub(crate) fn next(&mut self) {
        self.x = self.x.saturating_add(self.step.0);
        self.y = self.y.saturating_add(self.step.1);
    }

    /// Whether this place lies in the picture.
    pub(crate) fn inside(&self, picture: Pixels<'_>) -> bool {
        let (w, h) = ((picture.width as i64) << PLACE_BITS, (picture.height as i64) << PLACE_BITS);
        self.x >= 0 && self.y >= 0 && self.x < w && self.y < h
    }

    /// The colour here in 256ths; the border is repeated outside.
    #[inline]
    fn fine(&self, picture: Pixels<'_>) -> [u32; 3] {
        let half = 1i64 << (PLACE_BITS - 1);
        let split = |v: i64, n: usize| {
            let v = v.saturating_sub(half).clamp(0, ((n - 1) as i64) << PLACE_BITS);
            let share = (v >> (PLACE_BITS - WEIGHT_BITS)) as u32 & ((1 << WEIGHT_BITS) - 1);
            ((v >> PLACE_BITS) as usize, share)
        };
        let ((x0, fx), (y0, fy)) = (split(self.x, picture.width), split(self.y, picture.height));
        let right = if x0 + 1 < picture.width { 3 } else { 0 };
        let below = if y0 + 1 < picture.height { picture.width * 3 } else { 0 };
        let at = (y0 * picture.width + x0) * 3;
        let (upper, lower) = (&picture.bytes[at..at + right + 3], &picture.bytes[at + below..at + below + right + 3]);
        let one = 1u32 << WEIGHT_BITS;
        let mut out = [0; 3];
        for (c, value) in out.iter_mut().enumerate() {
            let top = u32::from(upper[c]) * (one - fx) + u32::from(upper[right + c]) * fx;
            let bottom = u32::from(lower[c]) * (one - fx) + u32::from(lower[right + c]) * fx;
            let sum = top * (one - fy) + bottom * fy;
            *value = (sum + (1 << (2 * WEIGHT_BITS - 9))) >> (2 * WEIGHT_BITS - 8);
        }
        out
    }

    /// The colour here.
    #[inline]
    pub(crate) fn colour(&self, picture: Pixels<'_>) -> [u8; 3] {
        self.fine(picture).map(|v| ((v + 128) >> 8) as u8)
    }

    /// Luma of the coded values here, 0..=255.
    #[inline]
    fn luma(&self, picture: Pixels<'_>) -> f32 {
        let [r, g, b] = self.fine(picture).map(|v| v as f32);
        (0.299 * r + 0.587 * g + 0.114 * b) / 256.0
    }
}

/// A grey patch of floats.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Grey {
    pub(crate) width: usize,
    pub(crate) height: usize,
    pub(crate) values: Vec<f32>,
}

impl Grey {
    /// Luma (of the coded, not the linear values) of a patch: the mean of as many samples a side as picture pixels fall
    /// on a patch pixel.
    pub(crate) fn patch(image: &RgbImage, map: &Similarity, width: usize, height: usize) -> Self {
        let n = (map.scale().ceil() as usize).clamp(1, 8);
        let picture = Pixels::of(image);
        let mut values = vec![0.0f32; width * height];
        for (y, row) in values.chunks_exact_mut(width.max(1)).enumerate() {
            for j in 0..n {
                let down = y as f64 + (j as f64 + 0.5) / n as f64;
                let mut walk = Walk::along(map, 0.5 / n as f64, down, 1.0 / n as f64);
                for value in row.iter_mut() {
                    for _ in 0..n {
                        *value += walk.luma(picture);
                        walk.next();
                    }
                }
            }
        }
        values.iter_mut().for_each(|v| *v /= (n * n) as f32);
        Self { width, height, values }
    }

    pub(crate) fn at(&self, x: usize, y: usize) -> f32 {
        self.values[y * self.width + x]
    }

    /// Gaussian of `sigma` pixels; the border is repeated.
    pub(crate) fn blurred(&self, sigma: f32) -> Self {
        let radius = (3.5 * sigma).ceil() as usize;
        let weight = |k: usize| (-(k as f32 - radius as f32).powi(2) / (2.0 * sigma * sigma)).exp();
        let sum: f32 = (0..=2 * radius).map(weight).sum();
        let kernel: Vec<f32> = (0..=2 * radius).map(|k| weight(k) / sum).collect();
        let (w, h) = (self.width, self.height);
        let mut across = vec![0.0f32; w * h];
        let mut line = vec![0.0f32; w + 2 * radius];
        for (row, out) in self.values.chunks_exact(w.max(1)).zip(across.chunks_exact_mut(w.max(1))) {
            line[..radius].fill(row[0]);
            line[radius..radius + w].copy_from_slice(row);
            line[radius + w..].fill(row[w - 1]);
            for (k, weight) in kernel.iter().enumerate() {
                out.iter_mut().zip(&line[k..]).for_each(|(o, v)| *o += weight * v);
            }
        }
        let mut values = vec![0.0f32; w * h];
        for (y, out) in values.chunks_exact_mut(w.max(1)).enumerate() {
            for (k, weight) in kernel.iter().enumerate() {
                let from = (y + k).saturating_sub(radius).min(h - 1);
                out.iter_mut().zip(&across[from * w..]).for_each(|(o, v)| *o += weight * v);
            }
        }
        Self { width: w, height: h, values }
    }
}
