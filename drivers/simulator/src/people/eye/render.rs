//! From geometry and texture to pixels.
//!
//! Order matters as it does in the optics: surfaces (pupil, iris, sclera, skin), reflections on the wet cornea, lids
//! and lashes over them, then the lens blurs all of it, and the sensor adds its noise last.

use rekam_hal::GrayImage;

use super::cover::{Mirrors, Print};
use super::geometry::{Pose, Shape};
use super::texture::noise;
use super::{Eye, EyeConditions, EyeTruth, Leds, Lens, lashes, optics};
use crate::people::{Dice, derive};

/// Sides of pictures that are painted.
const SIDES: std::ops::RangeInclusive<u32> = 64..=2048;

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
    mirrors: Mirrors,
    print: Option<Print>,
    /// Skin and sclera grain over the whole picture.
    coarse: Vec<f32>,
    grain: Vec<f32>,
}

pub(super) fn capture(eye: &Eye, conditions: &EyeConditions) -> (GrayImage, EyeTruth) {
    let side = |length: u32| length.clamp(*SIDES.start(), *SIDES.end());
    let (width, height) = (side(conditions.frame.0), side(conditions.frame.1));
    let conditions = &EyeConditions { frame: (width, height), ..conditions.clone() };
    let pose = Pose::new(&eye.shape, conditions);
    let mut skin = Dice::new(eye.seed, 0x51);
    let (h, w) = (height as usize, width as usize);
    let scene = Scene {
        glints: glints(&pose, conditions.leds),
        mirrors: Mirrors::new(&pose, conditions),
        print: (conditions.lens == Lens::Textured).then(|| Print::new(conditions.seed)),
        coarse: noise(&mut skin, 6, 8, h, w),
        grain: noise(&mut skin, 90, 120, h, w),
        eye,
        conditions,
        pose,
    };
    let lash = lashes::cover(&eye.shape, &scene.pose, conditions, derive(eye.seed, 0x52));
    let mut canvas = Vec::with_capacity(w * h);
    let mut seen = 0.0;
    let mut free = Vec::with_capacity(w * h);
    for y in 0..height {
        for x in 0..width {
            let index = canvas.len();
            let paint = scene.paint(x as f32, y as f32, index);
            let bare = paint.grey * (1.0 - 0.72 * lash[index]);
            let (grey, mirrored) = scene.mirrors.over(x as f32, y as f32, bare);
            let iris = if mirrored { 0.0 } else { paint.iris * (1.0 - lash[index]) };
            seen += iris;
            free.push(if iris > 0.7 { 255 } else { 0 });
            canvas.push(grey);
        }
    }
    let ring = std::f32::consts::PI * (scene.pose.limbus.r.powi(2) - scene.pose.pupil.r.powi(2));
    let truth = EyeTruth {
        pupil: scene.pose.pupil,
        limbus: scene.pose.limbus,
        pupil_outline: scene.pose.pupil_outline(),
        limbus_outline: scene.pose.limbus_outline(),
        iris: GrayImage::from_fn(width, height, |x, y| free[(y * width + x) as usize]),
        upper_lid: lid_curve(&eye.shape, &scene.pose, conditions.openness, true),
        lower_lid: lid_curve(&eye.shape, &scene.pose, conditions.openness, false),
        visible: (seen / ring.max(1.0)).clamp(0.0, 1.0),
        tilt: conditions.tilt,
    };
    (optics::photograph(canvas, conditions), truth)
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
        let (x, y) = self.pose.facing(x, y);
        let from_limbus = self.pose.from_limbus(x, y);
        let soft = 0.045 * limbus.r;
        let round = 1.0 - 0.05 * ((from_limbus / limbus.r).max(0.0) * 1.4).powi(2);
        let sclera = (self.eye.shape.sclera + 2.5 * self.coarse[index] + 2.0 * self.grain[index]) * round;
        let sclera = sclera + self.lens_edge(from_limbus / limbus.r);
        if from_limbus >= soft {
            return Paint { grey: sclera, iris: 0.0 };
        }
        let from_pupil = self.pose.from_pupil(x, y);
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
        let own = texture.level + texture.contrast * texture.at(uneven, angle - self.conditions.tilt.to_radians());
        self.print.as_ref().map_or(own, |print| print.over(share, angle, own))
    }

    /// The edge of a contact lens on the sclera: a fine bright line with a dark one outside it.
    fn lens_edge(&self, outside: f32) -> f32 {
        match self.conditions.lens {
            Lens::None => 0.0,
            Lens::Clear | Lens::Textured => {
                12.0 * bell((outside - 0.13) / 0.012) - 14.0 * bell((outside - 0.16) / 0.015)
            }
        }
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
