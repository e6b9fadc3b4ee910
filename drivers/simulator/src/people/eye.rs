//! Synthetic eyes as a near-infrared iris camera sees them.
//!
//! Real iris images are personal data and come without ground truth. A drawn eye comes with both: nobody owns it, and
//! [`EyeTruth`] says where pupil, limbus and lids really are, so that a segmentation can be measured instead of
//! admired. The iris itself lives in polar form ([`texture`]); a capture wraps it around a pupil of that moment and
//! adds what makes real captures hard: borders that are no circles, lids, lashes, reflections, glasses, printed lenses,
//! gaze, tilt, blur and noise, in pictures of any size. Galleries of hundreds of
//! people skip the picture and take the polar form directly ([`Eye::polar`]).

mod conditions;
mod cover;
pub mod geometry;
mod lashes;
mod optics;
mod render;
pub mod texture;
pub mod truth;

use rekam_hal::GrayImage;

pub use self::conditions::{EyeConditions, Glasses, HEIGHT, Leds, Lens, WIDTH};
pub use self::truth::EyeTruth;

use self::geometry::Shape;
use self::texture::Texture;
use super::{Dice, derive};

/// One eye of one synthetic person.
pub struct Eye {
    seed: u64,
    texture: Texture,
    shape: Shape,
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
    fn spoilt_eyes_are_cut_by_every_side_and_always_the_same() {
        let all: Vec<EyeConditions> = (0..300).map(EyeConditions::spoilt).collect();
        let cut = |side: fn(&EyeConditions) -> f32| all.iter().filter(|c| side(c) < 0.9 * c.limbus_radius).count();
        let sides: [fn(&EyeConditions) -> f32; 4] =
            [|c| c.centre.0, |c| c.centre.1, |c| c.frame.0 as f32 - c.centre.0, |c| c.frame.1 as f32 - c.centre.1];
        for side in sides {
            assert!(cut(side) >= 5, "{}", cut(side));
        }
        assert!((0..300).zip(&all).all(|(seed, conditions)| *conditions == EyeConditions::spoilt(seed)));
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

    /// Mean grey level a little inside and a little outside an outline, to the sides where no lid is, over free points.
    fn across(image: &GrayImage, outline: &truth::Outline, centre: (f32, f32), step: f32) -> (f32, f32) {
        let (mut inside, mut outside, mut count) = (0.0, 0.0, 0.0);
        for &(x, y) in outline.points() {
            let (dx, dy) = (x - centre.0, y - centre.1);
            if dy.abs() > 0.3 * dx.abs() {
                continue;
            }
            let at = |t: f32| {
                let far = 1.0 + t * step / dx.hypot(dy);
                f32::from(image.get((centre.0 + dx * far).round() as i64, (centre.1 + dy * far).round() as i64))
            };
            (inside, outside, count) = (inside + at(-1.0), outside + at(1.0), count + 1.0);
        }
        (inside / count, outside / count)
    }

    #[test]
    fn outlines_lie_where_the_picture_brightens() {
        for seed in 0..24 {
            let conditions = EyeConditions {
                glasses: Glasses::None,
                openness: 1.0,
                tilt: 0.0,
                // The lamps are mirrored well inside the pupil.
                leds: Leds::Ring,
                dilation: 0.45,
                gaze: (3.0, -2.0),
                defocus: 0.2,
                motion: 0.0,
                ..EyeConditions::varied(seed)
            };
            let (image, truth) = Eye::new(seed).capture(&conditions);
            let r = truth.limbus.r;
            let centre = (truth.limbus.x, truth.limbus.y);
            let (pupil, iris) = across(&image, &truth.pupil_outline, (truth.pupil.x, truth.pupil.y), 0.08 * r);
            assert!(pupil + 30.0 < iris, "seed {seed}: pupil {pupil}, iris {iris}");
            let (iris, sclera) = across(&image, &truth.limbus_outline, centre, 0.12 * r);
            assert!(iris + 8.0 < sclera, "seed {seed}: iris {iris}, sclera {sclera}");
        }
    }

    #[test]
    fn outlines_are_no_circles_and_follow_the_gaze() {
        let aside = EyeConditions { gaze: (25.0, 0.0), oval: 0.0, irregular: 0.0, ..EyeConditions::typical(3) };
        let spread = |points: &[(f32, f32)], pick: fn(&(f32, f32)) -> f32| {
            let (least, most) = points.iter().map(pick).fold((f32::MAX, f32::MIN), |(a, b), v| (a.min(v), b.max(v)));
            most - least
        };
        let (_, truth) = Eye::new(3).capture(&aside);
        let limbus = truth.limbus_outline.points();
        let ratio = spread(limbus, |p| p.0) / spread(limbus, |p| p.1);
        assert!((ratio - 25f32.to_radians().cos()).abs() < 0.01, "{ratio}");
        let oval = EyeConditions { oval: 0.04, gaze: (0.0, 0.0), ..aside };
        let (_, truth) = Eye::new(3).capture(&oval);
        let radii = truth.limbus_outline.points().iter().map(|p| truth.limbus.distance(p.0, p.1));
        let (least, most) = radii.fold((f32::MAX, f32::MIN), |(a, b), v| (a.min(v), b.max(v)));
        assert!(most - least > 0.04 * truth.limbus.r, "{least} to {most}");
    }

    #[test]
    fn free_iris_lies_between_the_outlines_and_not_under_mirrors() {
        for seed in 0..6 {
            let clear = EyeConditions { gaze: (0.0, 0.0), ..EyeConditions::typical(seed) };
            let (_, truth) = Eye::new(seed).capture(&clear);
            let (_, glaring) = Eye::new(seed).capture(&clear.clone().through_glare());
            let area = |truth: &EyeTruth| truth.iris.pixels().iter().filter(|p| **p > 0).count();
            assert!(area(&glaring) < area(&truth), "seed {seed}");
            for y in 0..truth.iris.height() {
                for x in 0..truth.iris.width() {
                    if truth.iris.get(x.into(), y.into()) > 0 {
                        let (x, y) = (x as f32, y as f32);
                        assert!(truth.limbus.distance(x, y) < 1.05 * truth.limbus.r, "seed {seed}");
                        assert!(truth.pupil.distance(x, y) > 0.9 * truth.pupil.r, "seed {seed}");
                    }
                }
            }
        }
    }

    #[test]
    fn a_printed_lens_hides_the_iris_and_turns_from_capture_to_capture() {
        let eye = Eye::new(2);
        let sheet = |seed: u64, lens: Lens| {
            let conditions =
                EyeConditions { lens, gaze: (0.0, 0.0), tilt: 0.0, openness: 1.3, ..EyeConditions::typical(seed) };
            let (image, truth) = eye.capture(&conditions);
            let mut seen = Vec::new();
            for row in 0..24 {
                for column in 16..112 {
                    let angle = column as f32 / 256.0 * std::f32::consts::TAU;
                    let (x, y) = truth.pupil.toward(&truth.limbus, (row as f32 + 0.5) / 24.0, angle);
                    seen.push(image.get(x.round() as i64, y.round() as i64));
                }
            }
            seen
        };
        let own = likeness(&sheet(1, Lens::None), &sheet(2, Lens::None), 96, 8);
        let printed = likeness(&sheet(1, Lens::None), &sheet(2, Lens::Textured), 96, 8);
        let twice = likeness(&sheet(1, Lens::Textured), &sheet(2, Lens::Textured), 96, 8);
        assert!(own > 0.6 && printed < own - 0.2 && twice < own - 0.1, "{own} {printed} {twice}");
    }

    #[test]
    fn another_size_is_the_same_eye_with_more_pixels() {
        let eye = Eye::new(9);
        let typical = EyeConditions { noise: 0.0, ..EyeConditions::typical(9) };
        let (small, truth) = eye.capture(&typical);
        let (large, double) = eye.capture(&typical.clone().sized(1280, 960));
        assert_eq!((large.width(), large.height()), (1280, 960));
        assert!((double.limbus.r - 2.0 * truth.limbus.r).abs() < 0.01);
        let mut miss = 0.0;
        for y in 0..small.height() {
            for x in 0..small.width() {
                let at = |image: &GrayImage, f: i64| f32::from(image.get(i64::from(x) * f, i64::from(y) * f));
                miss += (at(&small, 1) - at(&large, 2)).abs();
            }
        }
        miss /= (small.width() * small.height()) as f32;
        assert!(miss < 6.0, "{miss}");
    }

    #[test]
    fn distances_from_an_outline_are_those_of_geometry() {
        let square = truth::Outline::new(vec![(0.0, 0.0), (10.0, 0.0), (10.0, 10.0), (0.0, 10.0)]);
        assert_eq!(square.distance(5.0, 3.0), 3.0);
        assert_eq!(square.distance(-4.0, 13.0), 5.0);
        assert_eq!(square.errors([(5.0, 0.0), (5.0, 4.0)]), (2.0, 4.0));
    }
}
