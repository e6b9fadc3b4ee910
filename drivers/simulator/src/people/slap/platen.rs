//! The large platen: what lies on it before, around and over the fingers.

use rekam_hal::GrayImage;

use super::joint::Joint;
use super::{HandPose, Laid, PER_MM};
use crate::people::Dice;

/// Width of the platen in pixels at 500 dpi (81 mm).
pub(super) const WIDTH: usize = 1600;
/// Height of the platen in pixels at 500 dpi (51 mm).
pub(super) const HEIGHT: usize = 1000;
/// Grey of clean glass.
const GLASS: f32 = 244.0;
/// Side of a tile in which slow shading is interpolated.
const TILE: usize = 40;
/// Darkness of the breath around a finger, and how far it reaches in millimetres.
const BREATH: (f32, f32) = (34.0, 6.0);
/// Share of a print that its ghost keeps.
const GHOST: f32 = 0.13;

/// The platen while it is being filled.
pub(super) struct Platen {
    grey: Vec<f32>,
    dice: Dice,
    ghost: f32,
    noise: f32,
}

impl Platen {
    pub(super) fn new(dice: &mut Dice, pose: &HandPose) -> Self {
        let mut dice = Dice::new(u64::from(dice.bits()), pose.seed);
        let columns = WIDTH / TILE + 2;
        let shade: Vec<f32> = (0..columns * (HEIGHT / TILE + 2)).map(|_| 7.0 * pose.noise * dice.unit()).collect();
        let at = |c: usize, r: usize| shade.get(r * columns + c).copied().unwrap_or(0.0);
        let mut grey = Vec::with_capacity(WIDTH * HEIGHT);
        for y in 0..HEIGHT {
            let (r, fy) = (y / TILE, (y % TILE) as f32 / TILE as f32);
            for x in 0..WIDTH {
                let (c, fx) = (x / TILE, (x % TILE) as f32 / TILE as f32);
                let top = at(c, r) + fx * (at(c + 1, r) - at(c, r));
                let bottom = at(c, r + 1) + fx * (at(c + 1, r + 1) - at(c, r + 1));
                grey.push(GLASS - top - fy * (bottom - top));
            }
        }
        Self { grey, dice, ghost: pose.ghost, noise: pose.noise }
    }

    /// Calls `each` with every pixel within `reach` pixels of a finger's box and its place on the finger.
    fn around(&mut self, finger: &Laid, reach: f32, below: f32, mut each: impl FnMut(&mut f32, f32, f32)) {
        let (wide, high) = finger.silhouette.size();
        let far = 0.5 * wide.hypot(high) + reach + below;
        let range = |centre: f32, all: usize| {
            (centre - far).clamp(0.0, all as f32) as usize..(centre + far).clamp(0.0, all as f32) as usize
        };
        for y in range(finger.centre.1, HEIGHT) {
            for x in range(finger.centre.0, WIDTH) {
                let (across, along) = finger.on_finger(x as f32, y as f32);
                let near = across.abs() < 0.5 * wide + reach
                    && along > -0.5 * high - reach
                    && along < 0.5 * high + reach + below;
                if near && let Some(pixel) = self.grey.get_mut(y * WIDTH + x) {
                    each(pixel, across, along);
                }
            }
        }
    }

    /// The breath of warm skin, and the ghost of the same finger laid down a little aside before.
    pub(super) fn breathe(&mut self, finger: &Laid) {
        let (wide, high) = finger.silhouette.size();
        let (dark, reach) = (BREATH.0 * self.ghost, BREATH.1 * PER_MM);
        self.around(finger, reach, 0.0, |pixel, across, along| {
            let (u, v) = ((across.abs() - 0.5 * wide).max(0.0), (along.abs() - 0.5 * high).max(0.0));
            let far = u.hypot(v) / reach;
            *pixel -= dark * (1.0 - far).max(0.0).powi(2);
        });
        let aside = (self.dice.range(-9.0, 9.0) * PER_MM, self.dice.range(-9.0, 9.0) * PER_MM);
        let kept = GHOST * self.ghost;
        let earlier = finger;
        self.around(finger, 10.0 * PER_MM, 0.0, |pixel, across, along| {
            *pixel -= kept * earlier.silhouette.ink(aside.0 - across, along - aside.1);
        });
    }

    /// The fingers themselves and their joints. Where two would overlap each keeps its side.
    pub(super) fn print(&mut self, fingers: &[&Laid], pose: &HandPose) {
        for (i, finger) in fingers.iter().enumerate() {
            let (wide, high) = finger.silhouette.size();
            let joint = Joint::new(&mut self.dice, 1.6 * pose.joints * finger.silhouette.darkness());
            let others: Vec<&&Laid> = fingers.iter().enumerate().filter(|(j, _)| *j != i).map(|(_, f)| f).collect();
            self.around(finger, 4.0, joint.end(), |pixel, across, along| {
                let (x, y) = finger.off_finger(across, along);
                let mine = across.abs() / wide;
                let taken = others.iter().any(|other| {
                    let (u, v) = other.on_finger(x, y);
                    let (w, h) = other.silhouette.size();
                    u.abs() / w < mine && v > -0.5 * h && v < 0.5 * h + joint.end()
                });
                if taken {
                    return;
                }
                let ink = finger.silhouette.ink(across, along) + joint.ink(across, along - 0.5 * high, wide);
                *pixel -= ink;
            });
        }
    }

    /// The picture, with the sensor's noise.
    pub(super) fn image(mut self) -> GrayImage {
        let grain = 1.5 + 9.0 * self.noise;
        let pixels: Vec<u8> =
            self.grey.iter().map(|grey| (grey + grain * self.dice.range(-1.0, 1.0)).clamp(0.0, 255.0) as u8).collect();
        GrayImage::from_fn(WIDTH as u32, HEIGHT as u32, |x, y| pixels[y as usize * WIDTH + x as usize]).with_dpi(500.0)
    }
}

impl Laid {
    /// The pixel of a place across and along from the box's centre.
    fn off_finger(&self, across: f32, along: f32) -> (f32, f32) {
        let (x, y) = (self.cos * across + self.sin * along, self.cos * along - self.sin * across);
        (x + self.centre.0, y + self.centre.1)
    }
}

/// Share of a finger's box that lies on the platen.
pub(super) fn seen(finger: &Laid) -> f32 {
    const STEPS: usize = 20;
    let (wide, high) = finger.silhouette.size();
    let part = |i: usize| (i as f32 + 0.5) / STEPS as f32 - 0.5;
    let on = |i: &usize| {
        let (x, y) = finger.off_finger(wide * part(i % STEPS), high * part(i / STEPS));
        x >= 0.0 && y >= 0.0 && x < WIDTH as f32 && y < HEIGHT as f32
    };
    (0..STEPS * STEPS).filter(on).count() as f32 / (STEPS * STEPS) as f32
}
