//! From geometry and texture to pixels.
//!
//! Order matters as it does in the optics: surfaces (pupil, iris, sclera, skin), reflections on the wet cornea, lids
//! and lashes over them, then the lens blurs all of it, and the sensor adds its noise last.

use rekam_hal::GrayImage;

use super::geometry::{Pose, Shape};
use super::texture::noise;
use super::{Eye, EyeConditions, EyeTruth, HEIGHT, Leds, WIDTH, lashes};
use crate::people::{Dice, derive};

const LENS_BLUR: f32 = 0.7;

/// What covers a pixel, for counting the visible iris.
struct Paint {
    grey: f32,
    /// Share of the pixel that shows free iris.
    iris: f32,
}

/// A picture in the making.
struct Scene<'a> {
    eye: &'a Eye,
    conditions: &'a EyeConditions,
    pose: Pose,
    glints: Vec<(f32, f32, f32)>,
    /// Skin and sclera grain over the whole picture.
    coarse: Vec<f32>,
    grain: Vec<f32>,
}

pub(super) fn capture(eye: &Eye, conditions: &EyeConditions) -> (GrayImage, EyeTruth) {
    let pose = Pose::new(&eye.shape, conditions);
    let mut skin = Dice::new(eye.seed, 0x51);
    let (h, w) = (HEIGHT as usize, WIDTH as usize);
    let scene = Scene {
        glints: glints(&pose, conditions.leds),
        coarse: noise(&mut skin, 6, 8, h, w),
        grain: noise(&mut skin, 90, 120, h, w),
        eye,
        conditions,
        pose,
    };
    let lash = lashes::cover(&eye.shape, &scene.pose, conditions, derive(eye.seed, 0x52));
    let mut canvas = Vec::with_capacity(w * h);
    let mut seen = 0.0;
    for y in 0..HEIGHT {
        for x in 0..WIDTH {
            let index = canvas.len();
            let paint = scene.paint(x as f32, y as f32, index);
            seen += paint.iris * (1.0 - lash[index]);
            canvas.push(paint.grey * (1.0 - 0.72 * lash[index]));
        }
    }
    let ring = std::f32::consts::PI * (scene.pose.limbus.r.powi(2) - scene.pose.pupil.r.powi(2));
    let truth = EyeTruth {
        pupil: scene.pose.pupil,
        limbus: scene.pose.limbus,
        upper_lid: lid_curve(&eye.shape, &scene.pose, conditions.openness, true),
        lower_lid: lid_curve(&eye.shape, &scene.pose, conditions.openness, false),
        visible: (seen / ring.max(1.0)).clamp(0.0, 1.0),
        tilt: conditions.tilt,
    };
    let canvas = smear(canvas, conditions.motion.clamp(0.0, 60.0));
    let canvas = blur(&canvas, (LENS_BLUR.powi(2) + conditions.defocus.clamp(0.0, 30.0).powi(2)).sqrt());
    (expose(&canvas, conditions), truth)
}

fn lid_curve(shape: &Shape, pose: &Pose, openness: f32, upper: bool) -> Vec<(f32, f32)> {
    let (left, right) = shape.corners();
    (0..=48)
        .filter_map(|i| {
            let u = left + 0.001 + (right - left - 0.002) * i as f32 / 48.0;
            shape.lids(u, openness).map(|(top, bottom)| pose.to_image(u, if upper { top } else { bottom }))
        })
        .collect()
}

/// Centres and radii of the mirrored lamps.
fn glints(pose: &Pose, leds: Leds) -> Vec<(f32, f32, f32)> {
    let (x, y) = pose.glint;
    let r = pose.limbus.r;
    match leds {
        Leds::Ring => (0..8)
            .map(|i| {
                let (sin, cos) = (i as f32 * std::f32::consts::FRAC_PI_4 + 0.2).sin_cos();
                (x + 0.16 * r * cos, y + 0.16 * r * sin, 0.032 * r)
            })
            .collect(),
        Leds::Pair => vec![(x - 0.14 * r, y, 0.05 * r), (x + 0.14 * r, y, 0.05 * r)],
        Leds::Single => vec![(x, y - 0.05 * r, 0.085 * r)],
    }
}

/// 0 below `-half`, 1 above `half`, smooth between.
fn step(x: f32, half: f32) -> f32 {
    let t = (x / (2.0 * half) + 0.5).clamp(0.0, 1.0);
    t * t * (3.0 - 2.0 * t)
}

/// A bell curve; 0 where nobody would see it, because most of the skin is there.
fn bell(x: f32) -> f32 {
    if x.abs() > 3.0 { 0.0 } else { (-x * x).exp() }
}

fn mix(a: f32, b: f32, t: f32) -> f32 {
    a + (b - a) * t
}

impl Scene<'_> {
    fn paint(&self, x: f32, y: f32, index: usize) -> Paint {
        let (u, v) = self.pose.to_eye(x, y);
        let Some((top, bottom)) = self.eye.shape.lids(u, self.conditions.openness) else {
            return Paint { grey: self.skin(u, v, index), iris: 0.0 };
        };
        let edge = 1.6 / self.pose.limbus.r;
        let open = step(v - top, edge) * step(bottom - v, edge);
        if open <= 0.0 {
            return Paint { grey: self.skin(u, v, index), iris: 0.0 };
        }
        let skin = if open < 1.0 { self.skin(u, v, index) } else { 0.0 };
        let eyeball = self.eyeball(x, y, index);
        // The upper lid's shadow, and the bright line of tears along the lower lid.
        let shadow = 1.0 - 0.22 * (-((v - top) / 0.12).max(0.0)).exp();
        let tears = 38.0 * (1.0 - ((bottom - v) / 0.05 - 1.0).abs()).max(0.0);
        let grey = mix(skin, eyeball.grey * shadow + tears, open);
        let glint = self.glint(x, y);
        let iris = if glint > 0.3 || open < 0.5 { 0.0 } else { eyeball.iris };
        Paint { grey: mix(grey, 255.0, glint * open), iris }
    }

    fn eyeball(&self, x: f32, y: f32, index: usize) -> Paint {
        let (pupil, limbus) = (&self.pose.pupil, &self.pose.limbus);
        // Foreshortening: measure as if the disc faced the camera.
        let (sx, sy) = self.pose.squeeze;
        let (x, y) = (limbus.x + (x - limbus.x) / sx, limbus.y + (y - limbus.y) / sy);
        let from_limbus = limbus.distance(x, y) - limbus.r;
        let soft = 0.045 * limbus.r;
        let round = 1.0 - 0.05 * ((from_limbus / limbus.r).max(0.0) * 1.4).powi(2);
        let sclera = (self.eye.shape.sclera + 2.5 * self.coarse[index] + 2.0 * self.grain[index]) * round;
        if from_limbus >= soft {
            return Paint { grey: sclera, iris: 0.0 };
        }
        let from_pupil = pupil.distance(x, y) - pupil.r * self.wobble(x - pupil.x, y - pupil.y);
        let dark = 30.0 + 0.04 * sclera;
        if from_pupil <= -1.3 {
            return Paint { grey: dark, iris: 0.0 };
        }
        let grey = pupil.share_and_angle(limbus, x, y).map_or(dark, |(share, angle)| self.iris(share, angle));
        let grey = mix(grey, sclera, step(from_limbus, soft));
        let inside = if from_pupil > 0.0 && from_limbus < 0.0 { 1.0 } else { 0.0 };
        Paint { grey: mix(dark, grey, step(from_pupil, 1.3)), iris: inside }
    }

    fn iris(&self, share: f32, angle: f32) -> f32 {
        // A wide pupil squeezes the inner tissue more than the outer: the sheet is not perfectly elastic.
        let share = share.clamp(0.0, 1.0);
        let uneven = share + 0.35 * (self.conditions.dilation - 0.4) * share * (1.0 - share);
        let texture = &self.eye.texture;
        texture.level + texture.contrast * texture.at(uneven, angle - self.conditions.tilt.to_radians())
    }

    fn wobble(&self, dx: f32, dy: f32) -> f32 {
        let angle = dy.atan2(dx);
        let [(a, pa), (b, pb)] = self.eye.shape.wobble;
        1.0 + a * (2.0 * angle + pa).cos() + b * (3.0 * angle + pb).cos()
    }

    fn glint(&self, x: f32, y: f32) -> f32 {
        let (gx, gy) = self.pose.glint;
        let reach = 0.3 * self.pose.limbus.r;
        if (x - gx).abs() > reach || (y - gy).abs() > reach {
            return 0.0;
        }
        self.glints
            .iter()
            .map(|&(gx, gy, r)| {
                let d = ((x - gx).powi(2) + (y - gy).powi(2)).sqrt();
                step(r - d, 1.2)
            })
            .fold(0.0, f32::max)
    }

    fn skin(&self, u: f32, v: f32, index: usize) -> f32 {
        let shape = &self.eye.shape;
        let mut grey = shape.skin + 7.0 * self.coarse[index] + 3.5 * self.grain[index] + 9.0 * v.clamp(-2.5, 2.5);
        let (left, right) = shape.corners();
        let near = u.clamp(left + 0.01, right - 0.01);
        let fade = (1.0 - 4.0 * (u - near).abs()).max(0.0);
        if let Some((top, bottom)) = shape.lids(near, self.conditions.openness) {
            if let Some(crease) = shape.crease {
                let off = (v - (top - crease * self.conditions.openness.max(0.6))) / 0.06;
                grey -= 34.0 * fade / (1.0 + off * off);
            }
            // The lid's rounded edge catches less light above and more below.
            grey -= 22.0 * fade * bell((top - v) / 0.07);
            grey += 14.0 * fade * bell((v - bottom - 0.06) / 0.08);
        }
        grey
    }
}

/// Averages along the row over `length` pixels.
fn smear(canvas: Vec<f32>, length: f32) -> Vec<f32> {
    let reach = (length / 2.0).round() as usize;
    if reach == 0 {
        return canvas;
    }
    let width = WIDTH as usize;
    let mut out = Vec::with_capacity(canvas.len());
    for row in canvas.chunks_exact(width) {
        for x in 0..width {
            let window = &row[x.saturating_sub(reach)..(x + reach + 1).min(width)];
            out.push(window.iter().sum::<f32>() / window.len() as f32);
        }
    }
    out
}

/// Gaussian blur; borders repeat.
fn blur(canvas: &[f32], sigma: f32) -> Vec<f32> {
    let reach = (3.0 * sigma).ceil() as usize;
    let kernel: Vec<f32> =
        (0..=2 * reach).map(|i| (-0.5 * ((i as f32 - reach as f32) / sigma).powi(2)).exp()).collect();
    let total: f32 = kernel.iter().sum();
    let (width, height) = (WIDTH as usize, HEIGHT as usize);
    let mut across = vec![0.0; canvas.len()];
    for (row, out) in canvas.chunks_exact(width).zip(across.chunks_exact_mut(width)) {
        for (k, weight) in kernel.iter().enumerate() {
            let weight = weight / total;
            for (x, o) in out.iter_mut().enumerate() {
                *o += weight * row[(x + k).saturating_sub(reach).min(width - 1)];
            }
        }
    }
    let mut down = vec![0.0; canvas.len()];
    for (y, out) in down.chunks_exact_mut(width).enumerate() {
        for (k, weight) in kernel.iter().enumerate() {
            let weight = weight / total;
            let source = (y + k).saturating_sub(reach).min(height - 1);
            let row = &across[source * width..(source + 1) * width];
            out.iter_mut().zip(row).for_each(|(o, s)| *o += weight * s);
        }
    }
    down
}

fn expose(canvas: &[f32], conditions: &EyeConditions) -> GrayImage {
    let mut dice = Dice::new(conditions.seed, 0x53);
    // Three numbers a draw from a table: a third of a million normal numbers would be most of the time otherwise.
    let table: Vec<f32> = (0..1024).map(|_| conditions.noise.clamp(0.0, 60.0) * dice.gauss()).collect();
    let (mut bits, mut left) = (0, 0);
    GrayImage::from_fn(WIDTH, HEIGHT, |x, y| {
        if left == 0 {
            (bits, left) = (dice.bits(), 3);
        }
        let noise = table[(bits & 1023) as usize];
        (bits, left) = (bits >> 10, left - 1);
        let fall = 1.0 - 0.12 * ((x as f32 / 320.0 - 1.0).powi(2) + (y as f32 / 240.0 - 1.0).powi(2));
        (canvas[(y * WIDTH + x) as usize] * conditions.exposure * fall + noise).clamp(0.0, 255.0) as u8
    })
}
