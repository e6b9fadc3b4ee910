//! Another colour behind the head: the optional replacement of the backdrop.
//!
//! The person's mask is coarse, so its border is first drawn to the picture's own edges (a guided filter, He, Sun and
//! Tang 2010). A pixel of the border is part person, part old backdrop; the old part is taken out before the new colour
//! is put in, or the hair would keep a rim of it.

use rekam_hal::RgbImage;

use super::checks::person_at;
use super::report::Mask;

/// Longer side at which the mask is drawn to the edges.
const REFINED: usize = 640;
/// Radius of the guided filter over that side, and its regard for contrast (luma of 0..=1, squared).
const RADIUS: f32 = 0.014;
const CONTRAST: f32 = 4e-4;
/// Cells a side of the map of the old backdrop's colour.
const CELLS: usize = 48;
/// Mask values that are certainly backdrop or certainly person after refinement.
const BACKDROP: f32 = 0.15;
const PERSON: f32 = 0.85;

/// A map of floats stretched over the picture.
struct Plane {
    width: usize,
    height: usize,
    values: Vec<f32>,
}

impl Plane {
    fn new(width: usize, height: usize, mut f: impl FnMut(usize, usize) -> f32) -> Self {
        let mut values = Vec::with_capacity(width * height);
        for y in 0..height {
            for x in 0..width {
                values.push(f(x, y));
            }
        }
        Self { width, height, values }
    }

    fn zip(&self, other: &Self, f: impl Fn(f32, f32) -> f32) -> Self {
        let values = self.values.iter().zip(&other.values).map(|(&a, &b)| f(a, b)).collect();
        Self { width: self.width, height: self.height, values }
    }

    /// Mean over a square of `2 radius + 1`, smaller at the borders.
    fn mean(&self, radius: usize) -> Self {
        let rows = self.slide(radius, self.width, 1, self.height, self.width);
        rows.slide(radius, self.height, self.width, self.width, 1)
    }

    fn slide(&self, radius: usize, length: usize, step: usize, lines: usize, line_step: usize) -> Self {
        let mut values = vec![0.0; self.values.len()];
        let mut sums = vec![0.0f64; length + 1];
        for line in 0..lines {
            let at = |i: usize| line * line_step + i * step;
            for i in 0..length {
                sums[i + 1] = sums[i] + f64::from(self.values[at(i)]);
            }
            for i in 0..length {
                let (a, b) = (i.saturating_sub(radius), (i + radius + 1).min(length));
                values[at(i)] = ((sums[b] - sums[a]) / (b - a) as f64) as f32;
            }
        }
        Self { width: self.width, height: self.height, values }
    }

    /// Bilinear at a place of the picture given in shares of its size.
    fn at(&self, u: f32, v: f32) -> f32 {
        let along = |s: f32, n: usize| (s * n as f32 - 0.5).clamp(0.0, (n - 1) as f32);
        let (x, y) = (along(u, self.width), along(v, self.height));
        let (x0, y0) = (x as usize, y as usize);
        let (x1, y1) = ((x0 + 1).min(self.width - 1), (y0 + 1).min(self.height - 1));
        let (fx, fy) = (x - x0 as f32, y - y0 as f32);
        let at = |x: usize, y: usize| self.values[y * self.width + x];
        (at(x0, y0) * (1.0 - fx) + at(x1, y0) * fx) * (1.0 - fy) + (at(x0, y1) * (1.0 - fx) + at(x1, y1) * fx) * fy
    }
}

/// The picture with everything that is not the person in one colour.
pub fn replace(photo: &RgbImage, person: &Mask, colour: [u8; 3]) -> RgbImage {
    let alpha = refined(photo, person);
    let behind = old_backdrop(photo, &alpha);
    let (w, h) = (photo.width(), photo.height());
    let new = colour.map(f32::from);
    let mut pixels = Vec::with_capacity(photo.pixels().len());
    for y in 0..h {
        for x in 0..w {
            let i = ((y * w + x) * 3) as usize;
            let (u, v) = ((x as f32 + 0.5) / w as f32, (y as f32 + 0.5) / h as f32);
            let a = ((alpha.at(u, v) - BACKDROP) / (PERSON - BACKDROP)).clamp(0.0, 1.0);
            for c in 0..3 {
                let seen = f32::from(photo.pixels()[i + c]);
                let value = if a >= 1.0 {
                    seen
                } else if a <= 0.0 {
                    new[c]
                } else {
                    // seen = a * person + (1 - a) * old; where that leaves the range, the mask was wrong, not the camera
                    let own = ((seen - (1.0 - a) * behind[c].at(u, v)) / a.max(0.1)).clamp(0.0, 255.0);
                    a * own + (1.0 - a) * new[c]
                };
                pixels.push((value + 0.5).clamp(0.0, 255.0) as u8);
            }
        }
    }
    // the same size as the photo, which was accepted
    RgbImage::new(w, h, pixels).unwrap_or_else(|_| photo.clone())
}

/// The mask drawn to the picture's edges.
fn refined(photo: &RgbImage, person: &Mask) -> Plane {
    let (w, h) = (photo.width() as usize, photo.height() as usize);
    let shrink = (w.max(h) as f32 / REFINED as f32).max(1.0);
    let (pw, ph) = (((w as f32 / shrink) as usize).max(1), ((h as f32 / shrink) as usize).max(1));
    let luma = shrunk(photo, pw, ph, |p| (0.299 * p[0] + 0.587 * p[1] + 0.114 * p[2]) / 255.0);
    let mask = Plane::new(pw, ph, |x, y| person_at(person, (pw as f64, ph as f64), x as f64 + 0.5, y as f64 + 0.5));
    let radius = ((pw.max(ph) as f32 * RADIUS) as usize).max(1);
    let (mean_i, mean_p) = (luma.mean(radius), mask.mean(radius));
    let covariance = luma.zip(&mask, |a, b| a * b).mean(radius).zip(&mean_i.zip(&mean_p, |a, b| a * b), |a, b| a - b);
    let variance = luma.zip(&luma, |a, b| a * b).mean(radius).zip(&mean_i, |a, b| a - b * b);
    let slope = covariance.zip(&variance, |c, v| c / (v.max(0.0) + CONTRAST));
    let shift = mean_p.zip(&slope.zip(&mean_i, |a, b| a * b), |p, ai| p - ai);
    let drawn = slope.mean(radius).zip(&luma, |a, i| a * i).zip(&shift.mean(radius), |ai, b| (ai + b).clamp(0.0, 1.0));
    // far from the border the mask is right, and a bright button must not become backdrop
    drawn.zip(&mean_p, |d, m| {
        if m > 0.97 {
            1.0
        } else if m < 0.02 {
            0.0
        } else {
            d
        }
    })
}

/// A quantity of the picture, averaged into `width` x `height` boxes.
fn shrunk(photo: &RgbImage, width: usize, height: usize, of: impl Fn([f32; 3]) -> f32) -> Plane {
    let (w, h) = (photo.width() as usize, photo.height() as usize);
    Plane::new(width, height, |x, y| {
        let span = |i: usize, n: usize, whole: usize| {
            let a = i * whole / n;
            a..((i + 1) * whole / n).max(a + 1).min(whole)
        };
        let (mut sum, mut n) = (0.0, 0.0);
        for py in span(y, height, h) {
            for px in span(x, width, w) {
                let p = &photo.pixels()[(py * w + px) * 3..][..3];
                sum += of([f32::from(p[0]), f32::from(p[1]), f32::from(p[2])]);
                n += 1.0;
            }
        }
        sum / n
    })
}

/// Colour of the old backdrop everywhere: seen where it is seen, and spread from there.
fn old_backdrop(photo: &RgbImage, alpha: &Plane) -> [Plane; 3] {
    let (w, h) = (CELLS.min(photo.width() as usize), CELLS.min(photo.height() as usize));
    let share = Plane::new(w, h, |x, y| {
        let a = alpha.at((x as f32 + 0.5) / w as f32, (y as f32 + 0.5) / h as f32);
        if a < BACKDROP / 2.0 { 1.0 } else { 0.0 }
    });
    std::array::from_fn(|c| {
        let colour = shrunk(photo, w, h, |p| p[c]);
        let mut known = share.zip(&share, |a, _| a);
        let mut value = colour.zip(&known, |v, k| v * k);
        // from near to far: what a narrow mean cannot reach, a wider one does
        let mut radius = 1;
        while radius < 2 * CELLS {
            let (k, v) = (known.mean(radius), value.mean(radius));
            let missing = known.zip(&k, |now, near| if now > 0.0 || near <= 1e-4 { 0.0 } else { 1.0 / near });
            let filled = v.zip(&missing, |v, m| v * m);
            value = value.zip(&filled, |now, f| if now > 0.0 { now } else { f });
            known = known.zip(&missing, |now, m| if m > 0.0 { 1.0 } else { now });
            radius *= 2;
        }
        value
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A brown disc (the person) on blue, its border one pixel soft, and a coarse mask of it.
    fn scene() -> (RgbImage, Mask) {
        let (w, h) = (400u32, 480u32);
        let inside = |x: f32, y: f32| (121.0 - (x - 200.0).hypot(y - 240.0)).clamp(0.0, 1.0);
        let mut pixels = Vec::new();
        for y in 0..h {
            for x in 0..w {
                let a = inside(x as f32 + 0.5, y as f32 + 0.5);
                let mix = |p: f32, b: f32| (a * p + (1.0 - a) * b) as u8;
                pixels.extend([mix(120.0, 20.0), mix(80.0, 110.0), mix(60.0, 230.0)]);
            }
        }
        let n = 64;
        let values = (0..n * n)
            .map(|i| {
                let (x, y) = ((i % n) as f32 * 6.25 + 3.1, (i / n) as f32 * 7.5 + 3.7);
                ((126.0 - (x - 200.0).hypot(y - 240.0)) / 12.0).clamp(0.0, 1.0)
            })
            .collect();
        (RgbImage::new(w, h, pixels).unwrap(), Mask { width: n, height: n, values })
    }

    fn at(image: &RgbImage, x: u32, y: u32) -> [u8; 3] {
        let i = ((y * image.width() + x) * 3) as usize;
        [image.pixels()[i], image.pixels()[i + 1], image.pixels()[i + 2]]
    }

    #[test]
    fn the_person_stays_and_the_backdrop_changes() {
        let (photo, mask) = scene();
        let out = replace(&photo, &mask, [219, 21, 20]);
        assert_eq!(at(&out, 5, 5), [219, 21, 20]);
        assert_eq!(at(&out, 395, 240), [219, 21, 20]);
        assert_eq!(at(&out, 200, 240), [120, 80, 60]);
        assert_eq!(at(&out, 200, 160), [120, 80, 60]);
    }

    #[test]
    fn no_rim_of_the_old_backdrop_is_left() {
        let (photo, mask) = scene();
        let out = replace(&photo, &mask, [219, 21, 20]);
        let rims = out.pixels().chunks_exact(3).filter(|p| p[2] > 100).count();
        assert!(rims * 200 < 400 * 480, "{rims} bluish pixels");
    }

    #[test]
    fn a_mask_of_nobody_or_of_nothing_does_no_harm() {
        let (photo, _) = scene();
        let empty = Mask { width: 0, height: 0, values: Vec::new() };
        assert_eq!(at(&replace(&photo, &empty, [1, 2, 3]), 200, 240), [1, 2, 3]);
        let all = Mask { width: 1, height: 1, values: vec![1.0] };
        assert_eq!(replace(&photo, &all, [1, 2, 3]), photo);
        let dot = RgbImage::new(1, 1, vec![9; 3]).unwrap();
        assert_eq!(replace(&dot, &all, [1, 2, 3]), dot);
    }
}
