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

/// Mean of the picture under a patch pixel: as many samples a side as picture pixels fall on it.
pub(crate) fn area(image: &RgbImage, map: &Similarity, x: usize, y: usize) -> [f32; 3] {
    let n = (map.scale().ceil() as usize).clamp(1, 8);
    let mut sum = [0.0f32; 3];
    for j in 0..n {
        for i in 0..n {
            let (px, py) = map.forth(x as f64 + (i as f64 + 0.5) / n as f64, y as f64 + (j as f64 + 0.5) / n as f64);
            let c = bilinear(image, px, py);
            for (s, v) in sum.iter_mut().zip(c) {
                *s += v;
            }
        }
    }
    sum.map(|v| v / (n * n) as f32)
}

/// A grey patch of floats.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Grey {
    pub(crate) width: usize,
    pub(crate) height: usize,
    pub(crate) values: Vec<f32>,
}

impl Grey {
    /// Luma (of the coded, not the linear values) of a patch.
    pub(crate) fn patch(image: &RgbImage, map: &Similarity, width: usize, height: usize) -> Self {
        let mut values = Vec::with_capacity(width * height);
        for y in 0..height {
            for x in 0..width {
                let [r, g, b] = area(image, map, x, y);
                values.push(0.299 * r + 0.587 * g + 0.114 * b);
            }
        }
        Self { width, height, values }
    }

    pub(crate) fn at(&self, x: usize, y: usize) -> f32 {
        self.values[y * self.width + x]
    }

    /// Gaussian of `sigma` pixels; the border is repeated.
    pub(crate) fn blurred(&self, sigma: f32) -> Self {
        let radius = (3.5 * sigma).ceil() as isize;
        let mut kernel: Vec<f32> =
            (-radius..=radius).map(|k| (-((k * k) as f32) / (2.0 * sigma * sigma)).exp()).collect();
        let sum: f32 = kernel.iter().sum();
        kernel.iter_mut().for_each(|k| *k /= sum);
        let pass = |source: &[f32], step: usize, length: usize, index: &dyn Fn(usize) -> usize| -> Vec<f32> {
            (0..source.len())
                .map(|i| {
                    let place = index(i) as isize;
                    let base = i - index(i) * step;
                    let tap = |o: isize| base + (place + o).clamp(0, length as isize - 1) as usize * step;
                    kernel.iter().enumerate().map(|(k, w)| w * source[tap(k as isize - radius)]).sum()
                })
                .collect()
        };
        let (w, h) = (self.width, self.height);
        let rows = pass(&self.values, 1, w, &|i| i % w);
        Self { width: w, height: h, values: pass(&rows, w, h, &|i| i / w) }
    }
}
