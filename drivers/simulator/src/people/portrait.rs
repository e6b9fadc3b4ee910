//! Drawn portraits in front of the backdrop a birth year asks for.
//!
//! The camera's chain (backdrop check, framing, preview, printing) needs pictures of people who do not exist. A small
//! rasteriser lays soft-edged shapes over each other; proportions follow an ordinary head, and everything that makes a
//! person recognisable (skin, face width, brows, eyes, nose, mouth, hair or veil, clothes) comes from the person's
//! seed. It is a drawing, not a photograph: it makes no claim on face recognition.

mod canvas;
mod extras;
mod features;
mod moment;

use rekam_hal::RgbImage;

use self::canvas::{Canvas, Rgb, mix, scaled};
use super::{Dice, derive};

pub use self::moment::Moment;

/// Width of a portrait in pixels.
pub const WIDTH: u32 = 480;
/// Height of a portrait in pixels.
pub const HEIGHT: u32 = 640;

/// The cloth behind the resident.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Backdrop {
    /// Born in an odd year.
    Red,
    /// Born in an even year.
    Blue,
    /// Foreign resident.
    Orange,
}

impl Backdrop {
    /// The backdrop a resident must have.
    pub fn of(birth_year: i32, foreigner: bool) -> Self {
        match (foreigner, birth_year.rem_euclid(2)) {
            (true, _) => Self::Orange,
            (false, 1) => Self::Red,
            (false, _) => Self::Blue,
        }
    }

    /// The usual colour of the cloth.
    pub fn rgb(self) -> [u8; 3] {
        match self {
            Self::Red => [0xdb, 0x15, 0x14],
            Self::Blue => [0x00, 0x90, 0xff],
            Self::Orange => [0xff, 0x8c, 0x1a],
        }
    }
}

/// What of a portrait does not come from the seeds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Look {
    /// The cloth behind the head.
    pub backdrop: Backdrop,
    /// A woman's face and hair.
    pub female: bool,
    /// Wears a veil (jilbab) instead of showing hair.
    pub veil: bool,
    /// Age in years: hair greys and lines deepen.
    pub age: u32,
}

/// A portrait of a person as a good photo shows him.
pub fn portrait(person_seed: u64, capture_seed: u64, look: Look) -> RgbImage {
    portrait_at(person_seed, look, &Moment::typical(derive(person_seed, capture_seed)))
}

/// A portrait under chosen conditions.
pub fn portrait_at(person_seed: u64, look: Look, moment: &Moment) -> RgbImage {
    let person = Person::new(person_seed, look).at(moment);
    let mut canvas = Canvas::new(moment);
    backdrop(&mut canvas, moment.backdrop.unwrap_or(look.backdrop.rgb()), moment.uneven);
    canvas.keep_behind();
    if moment.second {
        let other = Person::new(derive(person_seed, 0x5ec0), Look { veil: false, ..look });
        let aside = canvas.aside((1.62, -1.25), 0.62);
        draw(&mut canvas, &other, &Moment { eyes: 0.9, ..Moment::typical(person_seed) });
        canvas.back(aside);
    }
    draw(&mut canvas, &person, moment);
    canvas.shade(moment.side_light);
    canvas.finish(moment)
}

/// Where the middles of the irises are in [`portrait_at`] of the same arguments, the picture's left one first, whether
/// the lids show them or not. Pixels; the middle of the upper left pixel is (0.5, 0.5).
pub fn eye_centres(person_seed: u64, look: Look, moment: &Moment) -> [(f32, f32); 2] {
    let person = Person::new(person_seed, look);
    let mut canvas = Canvas::new(moment);
    canvas.turn(moment.yaw);
    [-1.0, 1.0].map(|side| {
        let (u, v) = features::iris(&person, side, moment.gaze);
        canvas.place(u, v)
    })
}

fn draw(canvas: &mut Canvas, person: &Person, moment: &Moment) {
    body(canvas, person);
    canvas.turn(moment.yaw);
    head(canvas, person);
    features::face(canvas, person, moment);
    if moment.glasses {
        extras::glasses(canvas, person.eye_gap);
    }
    cover(canvas, person);
    canvas.turn(0.0);
}

/// The traits of one face, lengths in half head widths.
struct Person {
    look: Look,
    skin: Rgb,
    hair: Rgb,
    cloth: Rgb,
    veil: Rgb,
    lips: Rgb,
    iris: Rgb,
    jaw: f32,
    length: f32,
    eye_gap: f32,
    eye_size: f32,
    eye_slant: f32,
    brow_thick: f32,
    brow_arch: f32,
    brow_height: f32,
    nose_wide: f32,
    nose_long: f32,
    mouth_wide: f32,
    lip_full: f32,
    hairline: f32,
    parting: f32,
    long_hair: f32,
    moustache: f32,
    pattern: usize,
}

impl Person {
    fn new(seed: u64, look: Look) -> Self {
        let mut dice = Dice::new(seed, 0x72);
        let skin = mix([232.0, 188.0, 150.0], [138.0, 90.0, 62.0], dice.unit());
        let grey = ((look.age as f32 - 38.0) / 40.0).clamp(0.0, 1.0) * dice.range(0.5, 1.0);
        let cloths =
            [[238.0, 238.0, 240.0], [44.0, 60.0, 96.0], [120.0, 36.0, 44.0], [58.0, 98.0, 70.0], [150.0, 112.0, 66.0]];
        let veils = [
            [40.0, 40.0, 46.0],
            [236.0, 232.0, 226.0],
            [150.0, 96.0, 110.0],
            [70.0, 104.0, 120.0],
            [176.0, 146.0, 108.0],
        ];
        let female = look.female;
        Self {
            look,
            hair: mix(mix([22.0, 18.0, 17.0], [52.0, 36.0, 28.0], dice.unit()), [188.0, 186.0, 184.0], grey),
            cloth: mix(dice.one_of(cloths), dice.one_of(cloths), 0.35 * dice.unit()),
            veil: mix(dice.one_of(veils), dice.one_of(veils), 0.4 * dice.unit()),
            lips: mix(
                scaled(skin, 0.78),
                [176.0, 74.0, 78.0],
                if female { dice.range(0.3, 0.7) } else { dice.range(0.1, 0.3) },
            ),
            iris: mix([38.0, 22.0, 14.0], [84.0, 52.0, 30.0], dice.unit()),
            jaw: dice.range(0.62, 0.84) + if female { -0.05 } else { 0.04 },
            length: dice.range(1.22, 1.4),
            eye_gap: dice.range(0.37, 0.45),
            eye_size: dice.range(0.18, 0.225) + if female { 0.01 } else { 0.0 },
            eye_slant: dice.range(-0.04, 0.1),
            brow_thick: if female { dice.range(0.028, 0.05) } else { dice.range(0.045, 0.08) },
            brow_arch: dice.range(0.02, 0.1),
            brow_height: dice.range(0.22, 0.3),
            nose_wide: dice.range(0.19, 0.29),
            nose_long: dice.range(0.4, 0.52),
            mouth_wide: dice.range(0.3, 0.42),
            lip_full: dice.range(0.055, 0.105),
            hairline: dice.range(0.62, 0.78) - if female || look.age < 50 { 0.0 } else { -0.12 },
            parting: dice.range(-0.6, 0.6),
            long_hair: if female { dice.range(0.0, 1.0) } else { 0.0 },
            moustache: if !female && look.age > 19 && dice.chance(0.35) { dice.range(0.4, 0.9) } else { 0.0 },
            pattern: dice.below(4),
            skin,
        }
    }

    /// Dressed as the moment wants.
    fn at(self, moment: &Moment) -> Self {
        let veil = moment.veil.map_or(self.veil, |veil| veil.map(f32::from));
        Self { veil, ..self }
    }

    /// Signed "distance" to the outline of the skull, negative inside, enlarged by `grow`.
    fn outline(&self, u: f32, v: f32, grow: f32) -> f32 {
        let wide = if v < 0.0 { 1.0 } else { 1.0 - (1.0 - self.jaw) * (v / self.length).clamp(0.0, 1.0).powf(1.5) };
        let high = if v < 0.0 { 1.3 } else { self.length };
        let (a, b) = (u / (wide + grow), v / (high + grow));
        ((a.abs().powf(2.15) + b.abs().powf(2.15)).powf(0.4651) - 1.0) * (wide + grow)
    }
}

fn backdrop(canvas: &mut Canvas, cloth: [u8; 3], uneven: f32) {
    let base = cloth.map(f32::from);
    for (i, pixel) in canvas.pixels.iter_mut().enumerate() {
        let (x, y) = ((i as u32 % WIDTH) as f32 / 240.0 - 1.0, (i as u32 / WIDTH) as f32 / 320.0 - 1.0);
        // A fold and the shadow of something beside it.
        let fold =
            0.5 * (-((x - 0.62 + 0.1 * y) / 0.12).powi(2)).exp() + 0.5 * (0.5 - 0.7 * x - 0.5 * y).clamp(0.0, 1.0);
        *pixel = scaled(base, (1.0 - 0.05 * (x * x + y * y)) * (1.0 - uneven.clamp(0.0, 1.0) * fold));
    }
}

fn body(canvas: &mut Canvas, person: &Person) {
    if person.long_hair > 0.3 && !person.look.veil {
        let low = 0.9 + person.long_hair;
        let hair = person.hair;
        let shape = |u: f32, v: f32| (u / 1.22).hypot(if v < 0.0 { v / 1.45 } else { v / (low + 0.6) }) - 1.0;
        canvas.lay((-1.4, -1.6, 1.4, low + 0.8), 0.04, shape, |u, v, _| {
            scaled(hair, 0.85 + 0.15 * (u * 26.0 + 3.0 * (v * 2.0).sin()).sin())
        });
    }
    if person.look.veil {
        // What shows between chin and opening is the veil's own inside.
        canvas.ellipse((0.0, 0.75), (0.98, 1.0), 0.02, scaled(person.veil, 0.62), 1.0);
    }
    let (skin, cloth, pattern) = (person.skin, person.cloth, person.pattern);
    canvas.lay(
        (-0.62, 0.5, 0.62, 2.4),
        0.03,
        |u, v| u.abs() - 0.5 - 0.12 * (v - 1.0).max(0.0),
        |u, v, _| scaled(skin, 0.9 - 0.28 * (-((v - 1.2) / 0.3).powi(2)).exp() - 0.12 * u * u * 4.0),
    );
    let shoulders = |u: f32, v: f32| {
        let top = 1.72 + 0.16 * (u.abs() / 0.6) + 0.3 * (u.abs() / 2.1).powi(4);
        let neck = 1.62 + 1.1 * (0.42 - u.abs()).max(0.0);
        top.max(neck) - v
    };
    canvas.lay((-2.6, 1.4, 2.6, 4.2), 0.025, shoulders, |u, v, _| {
        let fold = 1.0 - 0.14 * (u * 1.1).powi(2) * 0.5 + 0.05 * (u * 9.0 + v * 4.0).sin() * (v - 1.7).clamp(0.0, 1.0);
        let print = match pattern {
            0 => 1.0 + 0.16 * ((u * 17.0).sin() * (v * 17.0).sin()).signum(),
            1 => 1.0 + 0.12 * (u * 34.0).sin(),
            _ => 1.0,
        };
        scaled(cloth, fold * print)
    });
    // Collar: two flaps.
    for side in [-1.0, 1.0] {
        let flap = move |u: f32, v: f32| {
            let s = u * side;
            (0.08 - s).max(s - 0.62).max((1.68 + 0.2 * (0.6 - s)) - v).max(v - 2.12 + 0.55 * s)
        };
        canvas.lay((-0.7, 1.5, 0.7, 2.3), 0.02, flap, |_, _, below| mix(below, scaled(cloth, 1.13), 0.8));
    }
}

fn head(canvas: &mut Canvas, person: &Person) {
    let skin = person.skin;
    if !person.look.veil {
        for side in [-1.0, 1.0] {
            canvas.ellipse((side * 1.0, 0.08), (0.13, 0.27), 0.03, scaled(skin, 0.86), 1.0);
            canvas.ellipse((side * 1.02, 0.08), (0.05, 0.15), 0.04, scaled(skin, 0.66), 0.7);
        }
    }
    canvas.lay(
        (-1.1, -1.4, 1.1, 1.6),
        0.02,
        |u, v| person.outline(u, v, 0.0),
        |u, v, _| {
            // Two lamps, hardly uneven, from above on a rounded form; skin is never of one tone.
            let (nx, ny) = (u / 1.05, v / 1.5);
            let nz = (1.0 - nx * nx - ny * ny).max(0.0).sqrt();
            let light = 0.62 + 0.42 * (0.9 * nz - 0.02 * nx - 0.22 * ny);
            let tone = (u * 21.0 + 3.0 * (v * 9.0).sin()).sin() * (v * 17.0 + 2.0 * (u * 13.0).cos()).sin()
                + (u * 47.0 + 31.0 * v).sin() * (41.0 * v - 29.0 * u).sin();
            scaled(skin, light * (1.0 + 0.022 * tone))
        },
    );
}

/// Hair or veil over the forehead.
fn cover(canvas: &mut Canvas, person: &Person) {
    if person.look.veil {
        let cloth = person.veil;
        let shape = |u: f32, v: f32| {
            let skull = person.outline(u, v.min(0.4), 0.2);
            let drape = u.abs() - 1.16 - 0.5 * (v - 0.4).max(0.0).powf(1.3);
            let outer = if v < 0.4 { skull } else { drape.max(v - 2.75 + 0.35 * u * u) };
            let opening = 1.0 - (u / 0.87).hypot(if v < 0.0 { v / 0.82 } else { v / (person.length - 0.04) });
            outer.max(opening * 0.85)
        };
        canvas.lay((-2.4, -1.7, 2.4, 3.0), 0.025, shape, |u, v, _| {
            let folds = 0.07 * (u.abs() * 13.0 - v * 5.0).sin() * (v + 0.6).clamp(0.0, 1.0);
            let round =
                1.0 - 0.25 * (u / 1.5).powi(2) - 0.2 * (-((v - 1.45) / 0.25).powi(2)).exp() * (1.0 - u.abs()).max(0.0);
            scaled(cloth, round + folds)
        });
        return;
    }
    let (hair, parting) = (person.hair, person.parting);
    let sides = if person.look.female { 0.55 } else { 0.0 };
    let shape = |u: f32, v: f32| {
        let line = -person.hairline - 0.1 * (1.0 - ((u - parting) / 0.5).powi(2)).max(-0.4);
        let temple = 2.6 * (u.abs() - 0.76).max(0.0) * (1.0 + sides);
        person.outline(u, v, 0.11).max(v - line - temple - 1.8 * (u.abs() - 0.85).max(0.0))
    };
    canvas.lay((-1.35, -1.7, 1.35, 0.5), 0.03, shape, |u, v, _| {
        let strand = ((u - parting) * 34.0 + 5.0 * v).sin() * 0.1;
        let gloss = 0.35 * (-(((u + 0.25) / 0.45).powi(2) + ((v + 1.1) / 0.16).powi(2))).exp();
        mix(scaled(hair, 0.9 + strand), [200.0, 196.0, 190.0], gloss * 0.6)
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOOK: Look = Look { backdrop: Backdrop::Red, female: false, veil: false, age: 30 };

    fn pixel(image: &RgbImage, x: u32, y: u32) -> [i32; 3] {
        let at = ((y * image.width() + x) * 3) as usize;
        [0, 1, 2].map(|c| i32::from(image.pixels()[at + c]))
    }

    fn difference(a: &RgbImage, b: &RgbImage) -> f32 {
        let sum: u64 = a.pixels().iter().zip(b.pixels()).map(|(a, b)| u64::from(a.abs_diff(*b))).sum();
        sum as f32 / a.pixels().len() as f32
    }

    #[test]
    fn the_backdrop_follows_year_and_nationality() {
        assert_eq!(Backdrop::of(1999, false), Backdrop::Red);
        assert_eq!(Backdrop::of(2000, false), Backdrop::Blue);
        assert_eq!(Backdrop::of(1999, true), Backdrop::Orange);
    }

    #[test]
    fn the_corners_show_the_backdrop_and_the_cheek_shows_skin() {
        for backdrop in [Backdrop::Red, Backdrop::Blue, Backdrop::Orange] {
            for veil in [false, true] {
                let image = portrait(3, 1, Look { backdrop, female: true, veil, age: 20 });
                assert_eq!((image.width(), image.height()), (WIDTH, HEIGHT));
                for x in [12, WIDTH - 12] {
                    let seen = pixel(&image, x, 12);
                    let cloth = backdrop.rgb().map(i32::from);
                    assert!((0..3).all(|c| (seen[c] - cloth[c]).abs() < 32), "{backdrop:?} {seen:?}");
                }
                let cheek = pixel(&image, 200, 330);
                assert!(cheek[0] > cheek[1] && cheek[1] > cheek[2], "{cheek:?}");
            }
        }
    }

    #[test]
    fn equal_seeds_give_equal_portraits_and_people_differ_more_than_captures() {
        assert_eq!(portrait(1, 1, LOOK), portrait(1, 1, LOOK));
        let still = Moment::typical(5);
        let first = portrait_at(1, LOOK, &still);
        let again = portrait_at(1, LOOK, &Moment { seed: 6, ..still });
        let other = portrait_at(2, LOOK, &still);
        assert!(difference(&first, &again) * 1.5 < difference(&first, &other));
    }

    #[test]
    fn the_eyes_are_where_they_are_said_to_be() {
        for seed in 0..6 {
            let straight = Moment::typical(seed);
            for moment in [
                straight,
                Moment { tilt: -14.0, ..straight },
                Moment { yaw: 18.0, ..straight },
                Moment { gaze: (-0.8, 0.0), scale: 80.0, ..straight },
            ] {
                let image = portrait_at(seed, LOOK, &Moment { eyes: 1.0, ..moment });
                for (x, y) in eye_centres(seed, LOOK, &moment) {
                    // The pupil is the darkest place around.
                    let grey =
                        |dx: f32, dy: f32| -> i32 { pixel(&image, (x + dx) as u32, (y + dy) as u32).iter().sum() };
                    assert!(grey(0.0, 0.0) + 60 < grey(0.0, 0.4 * moment.scale), "{seed} {moment:?}");
                    assert!(grey(0.0, 0.0) < 150, "{seed} {moment:?}: {}", grey(0.0, 0.0));
                }
            }
        }
    }

    #[test]
    fn every_fault_of_a_moment_shows() {
        let straight = Moment::typical(3);
        let good = portrait_at(3, LOOK, &straight);
        let veiled = Look { veil: true, female: true, ..LOOK };
        for spoilt in [
            Moment { yaw: 10.0, ..straight },
            Moment { gaze: (0.8, 0.0), ..straight },
            Moment { mouth: 0.5, ..straight },
            Moment { glasses: true, ..straight },
            Moment { side_light: 0.5, ..straight },
            Moment { backdrop: Some([200, 200, 200]), ..straight },
            Moment { uneven: 0.5, ..straight },
            Moment { second: true, ..straight },
        ] {
            assert!(good != portrait_at(3, LOOK, &spoilt), "{spoilt:?}");
        }
        let other = Moment { veil: Some([200, 30, 30]), ..straight };
        assert!(difference(&portrait_at(3, veiled, &straight), &portrait_at(3, veiled, &other)) > 3.0);
        // Light from a side leaves the backdrop alone.
        let dark = portrait_at(3, LOOK, &Moment { side_light: 1.0, ..straight });
        assert_eq!(pixel(&dark, 470, 8), pixel(&good, 470, 8));
    }

    #[test]
    fn closed_eyes_hide_the_iris() {
        let open = Moment { eyes: 1.0, tilt: 0.0, ..Moment::typical(5) };
        let at = |moment: &Moment| {
            let image = portrait_at(1, LOOK, moment);
            let (x, y) = (moment.centre.0 + 0.41 * moment.scale, moment.centre.1 - 0.06 * moment.scale);
            pixel(&image, x as u32, y as u32).iter().sum::<i32>()
        };
        assert!(at(&open) + 60 < at(&Moment { eyes: 0.0, ..open }));
    }
}
