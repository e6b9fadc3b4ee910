//! A small rasteriser: soft-edged shapes laid over each other in the frame of a head.

use rekam_hal::RgbImage;

use super::{HEIGHT, Moment, WIDTH};
use crate::people::Dice;

/// Red, green, blue, 0..=255.
pub(super) type Rgb = [f32; 3];

/// Between two colours.
pub(super) fn mix(a: Rgb, b: Rgb, t: f32) -> Rgb {
    [0, 1, 2].map(|i| a[i] + (b[i] - a[i]) * t)
}

/// Brighter or darker.
pub(super) fn scaled(a: Rgb, by: f32) -> Rgb {
    a.map(|v| v * by)
}

/// A float picture with the head's frame: origin between the eyes and the nose, unit half a head width.
pub(super) struct Canvas {
    pub(super) pixels: Vec<Rgb>,
    behind: Vec<Rgb>,
    centre: (f32, f32),
    scale: f32,
    sin: f32,
    cos: f32,
    /// Sine and cosine of the turn to a side.
    yaw: (f32, f32),
}

/// How far in front of the ears a place of the face is.
fn depth(u: f32, v: f32) -> f32 {
    let nose = 0.3 * (-(u / 0.26).powi(2) - ((v - 0.3) / 0.26).powi(2)).exp();
    0.95 * (-1.1 * u * u).exp() - 0.1 + nose
}

impl Canvas {
    pub(super) fn new(moment: &Moment) -> Self {
        let (sin, cos) = moment.tilt.to_radians().sin_cos();
        let pixels = vec![[0.0; 3]; (WIDTH * HEIGHT) as usize];
        let scale = moment.scale.clamp(10.0, 400.0);
        Self { pixels, behind: Vec::new(), centre: moment.centre, scale, sin, cos, yaw: (0.0, 1.0) }
    }

    /// Turns what is laid from now on to a side, degrees, negative to the picture's left; 0 turns back.
    pub(super) fn turn(&mut self, degrees: f32) {
        self.yaw = degrees.clamp(-30.0, 30.0).to_radians().sin_cos();
    }

    /// Remembers what is behind everybody.
    pub(super) fn keep_behind(&mut self) {
        self.behind.clone_from(&self.pixels);
    }

    /// What is laid from now on lies beside, `by` head units away and `size` times as large; returns the way back.
    pub(super) fn aside(&mut self, by: (f32, f32), size: f32) -> ((f32, f32), f32) {
        let before = (self.centre, self.scale);
        let (x, y) = (self.centre.0 + by.0 * self.scale, self.centre.1 + by.1 * self.scale);
        self.centre = (x.clamp(0.0, WIDTH as f32), y.clamp(0.0, HEIGHT as f32));
        self.scale *= size;
        before
    }

    /// Undoes [`Canvas::aside`].
    pub(super) fn back(&mut self, (centre, scale): ((f32, f32), f32)) {
        (self.centre, self.scale) = (centre, scale);
    }

    /// Where a place of the head comes to lie, pixels; the middle of the first is (0.5, 0.5).
    pub(super) fn place(&self, u: f32, v: f32) -> (f32, f32) {
        let u = u * self.yaw.1 + depth(u, v) * self.yaw.0;
        let (x, y) = (u * self.cos - v * self.sin, u * self.sin + v * self.cos);
        (self.centre.0 + x * self.scale + 0.5, self.centre.1 + y * self.scale + 0.5)
    }

    /// The place of the head that is seen at `(u, v)` when it is turned: what [`Canvas::place`] does, backwards.
    fn unturned(&self, seen: f32, v: f32) -> f32 {
        if self.yaw.0 == 0.0 {
            return seen;
        }
        (0..5).fold(seen, |u, _| (seen - depth(u.clamp(-1.4, 1.4), v) * self.yaw.0) / self.yaw.1)
    }

    /// Light from one side: 1 leaves the right side of everybody dark, -1 the left.
    pub(super) fn shade(&mut self, side: f32) {
        let side = side.clamp(-1.0, 1.0);
        if side == 0.0 {
            return;
        }
        for (i, (pixel, behind)) in self.pixels.iter_mut().zip(&self.behind).enumerate() {
            if pixel != behind {
                let u = ((i as u32 % WIDTH) as f32 - self.centre.0) / self.scale;
                *pixel = scaled(*pixel, 1.0 - 0.75 * side.abs() / (1.0 + (-3.5 * u * side.signum()).exp()));
            }
        }
    }

    /// Paints where `shape` is negative, within `(u0, v0, u1, v1)`; the edge is `soft` wide; `colour` gets the place
    /// and what is there already.
    pub(super) fn lay(
        &mut self,
        (u0, v0, u1, v1): (f32, f32, f32, f32),
        soft: f32,
        shape: impl Fn(f32, f32) -> f32,
        colour: impl Fn(f32, f32, Rgb) -> Rgb,
    ) {
        let half = soft.max(0.8 / self.scale);
        let (mx, my) = (0.5 * (u0 + u1), 0.5 * (v0 + v1));
        let reach = ((0.5 * (u1 - u0)).hypot(0.5 * (v1 - v0)) + self.yaw.0.abs()) * self.scale;
        let (cx, cy) = (
            self.centre.0 + (mx * self.cos - my * self.sin) * self.scale,
            self.centre.1 + (mx * self.sin + my * self.cos) * self.scale,
        );
        let clip = |v: f32, top: u32| v.clamp(0.0, top as f32) as u32;
        for y in clip(cy - reach, HEIGHT)..clip(cy + reach + 1.0, HEIGHT) {
            for x in clip(cx - reach, WIDTH)..clip(cx + reach + 1.0, WIDTH) {
                let (dx, dy) = ((x as f32 - self.centre.0) / self.scale, (y as f32 - self.centre.1) / self.scale);
                let (u, v) = (dx * self.cos + dy * self.sin, dy * self.cos - dx * self.sin);
                if v < v0 || v > v1 {
                    continue;
                }
                let u = self.unturned(u, v);
                if u < u0 || u > u1 {
                    continue;
                }
                let t = (0.5 - shape(u, v) / (2.0 * half)).clamp(0.0, 1.0);
                if t > 0.0 {
                    let pixel = &mut self.pixels[(y * WIDTH + x) as usize];
                    *pixel = mix(*pixel, colour(u, v, *pixel), t * t * (3.0 - 2.0 * t));
                }
            }
        }
    }

    /// An ellipse; `strength` 1 covers, less lets what is below shine through.
    pub(super) fn ellipse(&mut self, (u, v): (f32, f32), (a, b): (f32, f32), soft: f32, colour: Rgb, strength: f32) {
        let m = soft + 0.05;
        self.lay(
            (u - a - m, v - b - m, u + a + m, v + b + m),
            soft,
            |x, y| (((x - u) / a).hypot((y - v) / b) - 1.0) * a.min(b),
            |_, _, below| mix(below, colour, strength),
        );
    }

    /// Blur, light, noise.
    pub(super) fn finish(self, moment: &Moment) -> RgbImage {
        let sigma = moment.blur.clamp(0.3, 12.0);
        let reach = (3.0 * sigma).ceil() as i64;
        let kernel: Vec<f32> = (-reach..=reach).map(|i| (-0.5 * (i as f32 / sigma).powi(2)).exp()).collect();
        let total: f32 = kernel.iter().sum();
        let (w, h) = (i64::from(WIDTH), i64::from(HEIGHT));
        let pass = |from: &[Rgb], dx: i64, dy: i64| -> Vec<Rgb> {
            let sample = |x: i64, y: i64| from[(y.clamp(0, h - 1) * w + x.clamp(0, w - 1)) as usize];
            let at = |i: i64| {
                let (x, y) = (i % w, i / w);
                let mut sum = [0.0; 3];
                for (k, weight) in (-reach..=reach).zip(&kernel) {
                    let p = sample(x + k * dx, y + k * dy);
                    (0..3).for_each(|c| sum[c] += weight * p[c]);
                }
                scaled(sum, 1.0 / total)
            };
            (0..w * h).map(at).collect()
        };
        let soft = pass(&pass(&self.pixels, 1, 0), 0, 1);
        let mut dice = Dice::new(moment.seed, 0x73);
        let bytes = soft
            .iter()
            .flat_map(|p| {
                let noise = dice.bits();
                let grain = (noise & 7) as f32 - 3.5;
                p.map(|v| (v * moment.exposure + grain).clamp(0.0, 255.0) as u8)
            })
            .collect();
        match RgbImage::new(WIDTH, HEIGHT, bytes) {
            Ok(image) => image,
            Err(_) => unreachable!("every pixel of the canvas gave three bytes"),
        }
    }
}
