//! Drawn portraits in front of the backdrop a birth year asks for.
//!
//! The camera's chain (backdrop check, framing, preview, printing) needs pictures of people who do not exist. A small
//! rasteriser lays soft-edged shapes over each other; proportions follow an ordinary head, and everything that makes a
//! person recognisable (skin, face width, brows, eyes, nose, mouth, hair or veil, clothes) comes from the person's
//! seed. It is a drawing, not a photograph: it makes no claim on face recognition.

mod canvas;

use rekam_hal::RgbImage;

use self::canvas::{Canvas, Rgb, mix, scaled};
use super::{Dice, derive};

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

/// What a capture does to a face; [`Moment::typical`] is a photo that passes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Moment {
    /// Seed of the noise.
    pub seed: u64,
    /// Middle of the face in pixels.
    pub centre: (f32, f32),
    /// Half the width of the head in pixels.
    pub scale: f32,
    /// Tilt of the head, degrees clockwise in the image.
    pub tilt: f32,
    /// How far the eyes are open, 0..=1.
    pub eyes: f32,
    /// Gain of the exposure, 1 is right.
    pub exposure: f32,
    /// Blur, standard deviation in pixels.
    pub blur: f32,
}

impl Moment {
    /// A good photo.
    pub fn typical(seed: u64) -> Self {
        let mut dice = Dice::new(seed, 0x71);
        Self {
            seed,
            centre: (240.0 + 4.0 * dice.gauss(), 288.0 + 4.0 * dice.gauss()),
            scale: dice.range(96.0, 106.0),
            tilt: 1.3 * dice.gauss(),
            eyes: dice.range(0.85, 1.0),
            exposure: dice.range(0.95, 1.05),
            blur: dice.range(0.5, 0.8),
        }
    }
}

/// A portrait of a person as a good photo shows him.
pub fn portrait(person_seed: u64, capture_seed: u64, look: Look) -> RgbImage {
    portrait_at(person_seed, look, &Moment::typical(derive(person_seed, capture_seed)))
}

/// A portrait under chosen conditions.
pub fn portrait_at(person_seed: u64, look: Look, moment: &Moment) -> RgbImage {
    let person = Person::new(person_seed, look);
    let mut canvas = Canvas::new(moment);
    backdrop(&mut canvas, look.backdrop);
    body(&mut canvas, &person);
    head(&mut canvas, &person);
    face(&mut canvas, &person, moment.eyes);
    cover(&mut canvas, &person);
    canvas.finish(moment)
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

    /// Signed "distance" to the outline of the skull, negative inside, enlarged by `grow`.
    fn outline(&self, u: f32, v: f32, grow: f32) -> f32 {
        let wide = if v < 0.0 { 1.0 } else { 1.0 - (1.0 - self.jaw) * (v / self.length).clamp(0.0, 1.0).powf(1.5) };
        let high = if v < 0.0 { 1.3 } else { self.length };
        let (a, b) = (u / (wide + grow), v / (high + grow));
        ((a.abs().powf(2.15) + b.abs().powf(2.15)).powf(0.4651) - 1.0) * (wide + grow)
    }
}

fn backdrop(canvas: &mut Canvas, cloth: Backdrop) {
    let base = cloth.rgb().map(f32::from);
    for (i, pixel) in canvas.pixels.iter_mut().enumerate() {
        let (x, y) = ((i as u32 % WIDTH) as f32 / 240.0 - 1.0, (i as u32 / WIDTH) as f32 / 320.0 - 1.0);
        *pixel = scaled(base, 1.0 - 0.05 * (x * x + y * y));
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
            // Light from the upper left on a rounded form.
            let (nx, ny) = (u / 1.05, v / 1.5);
            let nz = (1.0 - nx * nx - ny * ny).max(0.0).sqrt();
            let light = 0.62 + 0.42 * (0.9 * nz - 0.16 * nx - 0.22 * ny);
            scaled(skin, light)
        },
    );
}

fn face(canvas: &mut Canvas, person: &Person, open: f32) {
    let skin = person.skin;
    let age = ((person.look.age as f32 - 30.0) / 45.0).clamp(0.0, 1.0);
    for side in [-1.0f32, 1.0] {
        let at = (side * person.eye_gap, -0.1);
        canvas.ellipse((at.0, at.1 - 0.02), (0.27, 0.17), 0.12, scaled(skin, 0.62), 0.45);
        canvas.ellipse((at.0, at.1 + 0.14), (0.2, 0.04), 0.05, scaled(skin, 0.66), 0.25 + 0.4 * age);
        canvas.ellipse((side * 0.52, 0.42), (0.25, 0.18), 0.2, mix(skin, [214.0, 110.0, 96.0], 0.5), 0.22);
        eye(canvas, person, side, at, open.clamp(0.0, 1.0));
        brow(canvas, person, side, at);
        let fold = move |u: f32, v: f32| (u * side - 0.2 - 0.28 * (v - 0.32)).abs() - 0.012;
        canvas.lay((-0.55, 0.34, 0.55, 0.8), 0.04, fold, |_, _, p| mix(p, scaled(skin, 0.6), 0.12 + 0.4 * age));
    }
    nose(canvas, person);
    mouth(canvas, person);
    for line in 0..3 {
        let height = -0.62 - 0.12 * line as f32;
        let crease = move |u: f32, v: f32| (v - height - 0.04 * u * u).abs() - 0.008;
        canvas.lay((-0.5, height - 0.1, 0.5, height + 0.12), 0.025, crease, |_, _, p| {
            mix(p, scaled(skin, 0.6), 0.35 * age)
        });
    }
}

fn eye(canvas: &mut Canvas, person: &Person, side: f32, (eu, ev): (f32, f32), open: f32) {
    let (size, slant) = (person.eye_size, person.eye_slant);
    let tall = 0.42 * size * open;
    let lid = move |u: f32, v: f32| {
        let (x, y) = (u - eu, v - ev + slant * (u - eu) * side);
        let bend = (1.0 - (x / size).powi(2)).max(-0.5);
        (-tall * 1.15 * bend - y).max(y - tall * 0.85 * bend)
    };
    let frame = (eu - size - 0.06, ev - 0.2, eu + size + 0.06, ev + 0.2);
    canvas.lay(frame, 0.01, lid, |u, v, _| {
        let d = (u - eu).hypot(v - ev + 0.01);
        let edge = |r: f32| ((r - d) / 0.012 + 0.5).clamp(0.0, 1.0);
        let white = scaled([232.0, 226.0, 220.0], 0.82 + 0.9 * (v - ev + 0.1));
        let coloured = mix(white, person.iris, edge(0.098));
        let dark = mix(coloured, [10.0, 8.0, 8.0], edge(0.042));
        let gleam = ((0.022 - (u - eu + 0.03).hypot(v - ev + 0.05)) / 0.01 + 0.5).clamp(0.0, 1.0);
        mix(dark, [250.0; 3], gleam)
    });
    let lash = move |u: f32, v: f32| {
        let (x, y) = (u - eu, v - ev + slant * (u - eu) * side);
        let bend = 1.0 - (x / size).powi(2);
        if bend < 0.0 { 1.0 } else { (y + tall * 1.15 * bend).abs() - 0.016 }
    };
    canvas.lay(frame, 0.012, lash, |_, _, p| mix(p, [26.0, 18.0, 16.0], if person.look.female { 0.95 } else { 0.75 }));
    let crease = move |u: f32, v: f32| {
        let bend = 1.0 - ((u - eu) / (size * 1.1)).powi(2);
        if bend < 0.0 { 1.0 } else { (v - ev + (0.5 * size + 0.03) * bend).abs() - 0.006 }
    };
    let shade = scaled(person.skin, 0.5);
    canvas.lay(frame, 0.02, crease, |_, _, p| mix(p, shade, 0.55));
}

fn brow(canvas: &mut Canvas, person: &Person, side: f32, (eu, ev): (f32, f32)) {
    let (thick, arch, height, hair) = (person.brow_thick, person.brow_arch, person.brow_height, person.hair);
    let shape = move |u: f32, v: f32| {
        let along = (u - eu) * side / 0.27;
        if along.abs() > 1.0 {
            return 1.0;
        }
        let line = ev - height - arch * (1.0 - (along - 0.3).powi(2)) + 0.03 * along;
        (v - line).abs() - thick * (1.0 - 0.55 * (along + 0.2).max(0.0)) * (1.0 - along.powi(6))
    };
    canvas.lay((eu - 0.3, ev - 0.6, eu + 0.3, ev), 0.02, shape, |u, v, p| {
        mix(p, hair, 0.8 + 0.15 * (u * 90.0 + v * 60.0).sin())
    });
}

fn nose(canvas: &mut Canvas, person: &Person) {
    let (skin, wide, tip) = (person.skin, person.nose_wide, person.nose_long - 0.06);
    for side in [-1.0f32, 1.0] {
        let flank = move |u: f32, v: f32| {
            let share = ((v + 0.1) / (tip + 0.1)).clamp(0.0, 1.0);
            (u * side - 0.1 - (wide - 0.12) * share * share).abs() - 0.025
        };
        let dark = if side > 0.0 { 0.38 } else { 0.2 };
        canvas.lay((-0.4, -0.12, 0.4, tip), 0.06, flank, |_, _, p| mix(p, scaled(skin, 0.6), dark));
        canvas.ellipse((side * wide * 0.82, tip - 0.02), (0.07, 0.075), 0.05, scaled(skin, 0.74), 0.5);
        canvas.ellipse((side * wide * 0.48, tip + 0.045), (0.052, 0.026), 0.02, scaled(skin, 0.3), 0.85);
    }
    canvas.ellipse((-0.02, 0.15), (0.055, 0.26), 0.06, [255.0, 240.0, 225.0], 0.16);
    canvas.ellipse((-0.02, tip - 0.06), (0.08, 0.06), 0.06, [255.0, 240.0, 225.0], 0.22);
    canvas.ellipse((0.0, tip + 0.1), (wide * 0.8, 0.03), 0.06, scaled(skin, 0.55), 0.45);
}

fn mouth(canvas: &mut Canvas, person: &Person) {
    let (wide, full, lips, skin) = (person.mouth_wide, person.lip_full, person.lips, person.skin);
    let middle = person.nose_long + 0.26;
    if person.moustache > 0.0 {
        let (hair, strength) = (person.hair, person.moustache);
        canvas.ellipse((0.0, middle - full - 0.07), (wide * 0.9, 0.05), 0.05, hair, strength);
        canvas.ellipse((0.0, person.length - 0.14), (0.2, 0.1), 0.1, hair, strength * 0.7);
    }
    let shape = move |u: f32, v: f32| {
        let bend = 1.0 - (u / wide).powi(2);
        let bow = 0.025 * (1.0 - (u / 0.09).powi(2)).max(0.0);
        (-full * 0.85 * bend + bow - (v - middle)).max(v - middle - full * 1.15 * bend)
    };
    canvas.lay((-0.5, middle - 0.2, 0.5, middle + 0.2), 0.015, shape, |u, v, _| {
        scaled(lips, if v < middle { 0.85 } else { 1.08 - 0.5 * (u * u + (v - middle - 0.05).powi(2)) })
    });
    let line =
        move |u: f32, v: f32| if u.abs() > wide { 1.0 } else { (v - middle + 0.02 * (u / wide).powi(2)).abs() - 0.008 };
    canvas.lay((-0.5, middle - 0.1, 0.5, middle + 0.1), 0.012, line, |_, _, p| mix(p, scaled(lips, 0.4), 0.85));
    canvas.ellipse((0.0, middle + full + 0.1), (0.16, 0.03), 0.05, scaled(skin, 0.6), 0.45);
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
