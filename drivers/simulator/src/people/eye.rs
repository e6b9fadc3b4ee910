//! Synthetic eyes as a near-infrared iris camera sees them.
//!
//! Real iris images are personal data and come without ground truth. A drawn eye comes with both: nobody owns it, and
//! [`EyeTruth`] says where pupil, limbus and lids really are, so that a segmentation can be measured instead of
//! admired. The iris itself lives in polar form ([`texture`]); a capture wraps it around a pupil of that moment and
//! adds what makes real captures hard: lids, lashes, reflections, gaze, tilt, blur and noise. Galleries of hundreds of
//! people skip the picture and take the polar form directly ([`Eye::polar`]).

pub mod geometry;
mod lashes;
mod render;
pub mod texture;

use rekam_hal::GrayImage;

use self::geometry::{Circle, Shape};
use self::texture::Texture;
use super::{Dice, derive};

/// Width of a capture in pixels (VGA, as ISO/IEC 19794-6 image kind 2).
pub const WIDTH: u32 = 640;
/// Height of a capture in pixels.
pub const HEIGHT: u32 = 480;

/// One eye of one synthetic person.
pub struct Eye {
    seed: u64,
    texture: Texture,
    shape: Shape,
}

/// What a camera sees reflected in the cornea.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Leds {
    /// A ring of eight small lamps.
    Ring,
    /// Two lamps beside each other.
    Pair,
    /// One large lamp.
    Single,
}

/// How an eye is captured: everything that differs from one picture to the next.
#[derive(Debug, Clone, PartialEq)]
pub struct EyeConditions {
    /// Seed of the noise and the small irregularities of this capture.
    pub seed: u64,
    /// Middle of the eye (lids and gaze straight ahead) in pixels.
    pub centre: (f32, f32),
    /// Radius of the iris in pixels.
    pub limbus_radius: f32,
    /// Pupil radius over iris radius; 0.2..=0.7 occurs in life.
    pub dilation: f32,
    /// How far the lids are open: 1 is wide awake, 0 closed.
    pub openness: f32,
    /// Head tilt in degrees, clockwise as seen in the image.
    pub tilt: f32,
    /// Where the eye looks, degrees to the right and down from the camera.
    pub gaze: (f32, f32),
    /// Defocus, standard deviation in pixels on top of the lens' own.
    pub defocus: f32,
    /// Length in pixels of the smear of a moving head (sideways).
    pub motion: f32,
    /// Sensor noise, standard deviation in grey levels.
    pub noise: f32,
    /// Gain of the exposure, 1 is right.
    pub exposure: f32,
    /// The lamps.
    pub leds: Leds,
}

/// Where things are in a capture, in pixels (pixel centres at whole numbers, y downwards).
#[derive(Debug, Clone, PartialEq)]
pub struct EyeTruth {
    /// Inner border of the iris.
    pub pupil: Circle,
    /// Outer border of the iris.
    pub limbus: Circle,
    /// Edge of the upper lid from corner to corner.
    pub upper_lid: Vec<(f32, f32)>,
    /// Edge of the lower lid from corner to corner.
    pub lower_lid: Vec<(f32, f32)>,
    /// Share of the iris ring that is in the picture and not under lids, lashes or reflections, 0..=1.
    pub visible: f32,
    /// Column shift of the texture: the angle in degrees, clockwise, by which the iris is turned.
    pub tilt: f32,
}

impl EyeConditions {
    /// A good capture as a patient resident gives it: iris 200-240 pixels across, little tilt, slight blur.
    pub fn typical(seed: u64) -> Self {
        let mut dice = Dice::new(seed, 0x11);
        let centre_x = WIDTH as f32 / 2.0 + 12.0 * dice.gauss();
        let centre_y = HEIGHT as f32 / 2.0 + 9.0 * dice.gauss();
        Self {
            seed,
            centre: (centre_x, centre_y),
            limbus_radius: dice.range(100.0, 120.0),
            dilation: dice.range(0.28, 0.48),
            openness: dice.range(0.93, 1.08),
            tilt: (2.5 * dice.gauss()).clamp(-8.0, 8.0),
            gaze: (1.8 * dice.gauss(), 1.2 * dice.gauss()),
            defocus: dice.range(0.2, 0.8),
            motion: dice.range(0.0, 1.5),
            noise: dice.range(2.0, 4.0),
            exposure: dice.range(0.93, 1.07),
            leds: dice.one_of([Leds::Ring, Leds::Ring, Leds::Pair, Leds::Single]),
        }
    }

    /// The same capture in the middle of a blink.
    pub fn closed(self) -> Self {
        Self { openness: 0.0, ..self }
    }

    /// The same capture with the lids half down.
    pub fn drooping(self) -> Self {
        Self { openness: 0.55, ..self }
    }

    /// The same capture out of focus.
    pub fn blurred(self) -> Self {
        Self { defocus: 7.0, ..self }
    }

    /// The same capture from too far away: the iris about 110 pixels across.
    pub fn far(self) -> Self {
        Self { limbus_radius: self.limbus_radius / 2.0, ..self }
    }

    /// The same capture with the eye so far to the side that a part of the iris is cut off.
    pub fn off_centre(self) -> Self {
        let side = if self.seed & 1 == 0 { 0.55 } else { WIDTH as f32 / self.limbus_radius - 0.55 };
        Self { centre: (side * self.limbus_radius, self.centre.1), ..self }
    }

    /// The same capture with the eye looking aside.
    pub fn looking_aside(self) -> Self {
        Self { gaze: (if self.seed & 1 == 0 { 22.0 } else { -22.0 }, 4.0), ..self }
    }
}

impl Eye {
    /// The eye of a seed.
    pub fn new(seed: u64) -> Self {
        Self { seed, texture: Texture::new(seed), shape: Shape::new(seed, seed & 1 == 0) }
    }

    /// The right or left eye of a person: two independent irises in lids that mirror each other.
    pub fn of(biometric_seed: u64, side: rekam_hal::Eye) -> Self {
        let seed = derive(biometric_seed, 0x0e1e + u64::from(side.code()));
        let lids = derive(biometric_seed, 0x0e1e);
        Self { seed, texture: Texture::new(seed), shape: Shape::new(lids, side == rekam_hal::Eye::Right) }
    }

    /// One picture of this eye and the truth about it.
    pub fn capture(&self, conditions: &EyeConditions) -> (GrayImage, EyeTruth) {
        render::capture(self, conditions)
    }

    /// The iris unwrapped, without a picture: `height` rows from pupil to limbus (row centres), `width` columns once
    /// around, column 0 at the image's +x and turning towards +y (clockwise on screen). Grey levels as in a capture.
    pub fn polar(&self, width: u32, height: u32) -> Vec<u8> {
        self.texture.unwrapped(width, height, self.texture.level, 0.0, |_| 0.0)
    }

    /// As [`Eye::polar`], as seen at one moment: turned a little, another exposure, with noise. For mates.
    pub fn polar_capture(&self, width: u32, height: u32, capture_seed: u64) -> Vec<u8> {
        let mut dice = Dice::new(derive(self.seed, capture_seed), 0x12);
        let turn = (2.5 * dice.gauss()).clamp(-8.0, 8.0).to_radians();
        let level = self.texture.level * dice.range(0.92, 1.08);
        let noise = dice.range(3.0, 7.0);
        self.texture.unwrapped(width, height, level, turn, |_| noise * dice.gauss())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mean_where(image: &GrayImage, keep: impl Fn(f32, f32) -> bool) -> f32 {
        let (mut sum, mut count) = (0.0, 0.0);
        for y in 0..image.height() {
            for x in 0..image.width() {
                if keep(x as f32, y as f32) {
                    sum += f32::from(image.get(i64::from(x), i64::from(y)));
                    count += 1.0;
                }
            }
        }
        if count > 0.0 { sum / count } else { f32::NAN }
    }

    /// Correlation of two textures over column shifts up to `reach`.
    fn likeness(a: &[u8], b: &[u8], width: usize, reach: usize) -> f32 {
        let mean = |v: &[u8]| v.iter().map(|&p| f32::from(p)).sum::<f32>() / v.len() as f32;
        let (ma, mb) = (mean(a), mean(b));
        let deviation = |v: &[u8], m: f32| v.iter().map(|&p| (f32::from(p) - m).powi(2)).sum::<f32>().sqrt();
        let scale = deviation(a, ma) * deviation(b, mb);
        (0..=2 * reach)
            .map(|shift| {
                let turned = |i: usize| i / width * width + (i % width + width + shift - reach) % width;
                (0..a.len()).map(|i| (f32::from(a[i]) - ma) * (f32::from(b[turned(i)]) - mb)).sum::<f32>() / scale
            })
            .fold(f32::MIN, f32::max)
    }

    #[test]
    fn equal_seeds_give_equal_bytes_and_others_do_not() {
        let conditions = EyeConditions::typical(7);
        let (first, truth) = Eye::new(3).capture(&conditions);
        assert_eq!((first.clone(), truth), Eye::new(3).capture(&conditions));
        assert_ne!(first, Eye::new(3).capture(&EyeConditions::typical(8)).0);
        assert_ne!(first, Eye::new(4).capture(&conditions).0);
    }

    #[test]
    fn the_pupil_is_dark_the_iris_grey_and_the_sclera_bright() {
        for seed in 0..4 {
            let (image, truth) =
                Eye::new(seed).capture(&EyeConditions { leds: Leds::Ring, ..EyeConditions::typical(seed) });
            let (p, l) = (truth.pupil, truth.limbus);
            let pupil = mean_where(&image, |x, y| {
                let d = p.distance(x, y);
                (0.6 * p.r..0.9 * p.r).contains(&d)
            });
            let iris = mean_where(&image, |x, y| {
                p.distance(x, y) > p.r + 4.0 && l.distance(x, y) < l.r - 8.0 && (y - l.y).abs() < 0.4 * l.r
            });
            let sclera = mean_where(&image, |x, y| {
                (1.12 * l.r..1.35 * l.r).contains(&l.distance(x, y)) && (y - l.y).abs() < 0.15 * l.r
            });
            assert!(pupil + 40.0 < iris && iris + 15.0 < sclera, "seed {seed}: {pupil} {iris} {sclera}");
        }
    }

    #[test]
    fn a_closed_eye_shows_no_iris_and_a_typical_one_most_of_it() {
        for seed in 0..6 {
            let eye = Eye::new(seed);
            let typical = EyeConditions::typical(seed);
            assert!(eye.capture(&typical).1.visible > 0.6, "seed {seed}");
            assert!(eye.capture(&typical.clone().closed()).1.visible < 0.02, "seed {seed}");
            assert!(eye.capture(&typical.clone().off_centre()).1.visible < 0.85, "seed {seed}");
            assert!(eye.capture(&typical.far()).1.limbus.r < 65.0);
        }
    }

    #[test]
    fn two_views_of_one_iris_are_alike_and_two_irises_are_not() {
        let (width, height) = (256, 32);
        let probes: Vec<Vec<u8>> = (0..5).map(|seed| Eye::new(seed).polar_capture(256, 32, 1)).collect();
        for (i, probe) in probes.iter().enumerate() {
            for j in 0..probes.len() {
                let alike = likeness(probe, &Eye::new(j as u64).polar(width, height), 256, 8);
                assert!(if i == j { alike > 0.6 } else { alike < 0.45 }, "{i} against {j}: {alike}");
            }
        }
    }

    #[test]
    fn the_polar_form_is_what_a_capture_shows() {
        let eye = Eye::new(11);
        let conditions =
            EyeConditions { dilation: 0.4, tilt: 3.0, gaze: (0.0, 0.0), openness: 1.3, ..EyeConditions::typical(1) };
        let (image, truth) = eye.capture(&conditions);
        let (width, height) = (256usize, 24usize);
        let mut seen = Vec::new();
        for row in 0..height {
            for column in 0..width {
                let angle = column as f32 / width as f32 * std::f32::consts::TAU;
                let (x, y) = truth.pupil.toward(&truth.limbus, (row as f32 + 0.5) / height as f32, angle);
                seen.push(image.get(x.round() as i64, y.round() as i64));
            }
        }
        // Lower half only: lashes hang into the upper one.
        let half = |v: &[u8]| v.chunks(width).flat_map(|r| r[16..112].to_vec()).collect::<Vec<_>>();
        let alike = likeness(&half(&seen), &half(&eye.polar(width as u32, height as u32)), 96, 8);
        assert!(alike > 0.5, "{alike}");
    }

    #[test]
    fn the_eyes_of_one_person_differ_and_a_person_keeps_them() {
        let right = Eye::of(5, rekam_hal::Eye::Right).polar(128, 16);
        assert_eq!(right, Eye::of(5, rekam_hal::Eye::Right).polar(128, 16));
        assert!(likeness(&right, &Eye::of(5, rekam_hal::Eye::Left).polar(128, 16), 128, 4) < 0.45);
    }
}
