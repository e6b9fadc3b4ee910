//! How an eye is captured, from the patient resident to the hopeless case.

use crate::people::Dice;

/// Width of a capture in pixels unless it is made in another size (VGA, as ISO/IEC 19794-6 image kind 2).
pub const WIDTH: u32 = 640;
/// Height of a capture in pixels unless it is made in another size.
pub const HEIGHT: u32 = 480;

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

/// What the resident wears in front of the eye.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Glasses {
    /// Nothing.
    None,
    /// Glasses that mirror the lamps weakly and beside the iris.
    Clear,
    /// Glasses that mirror lamps and windows over the eye, with a rim in the picture.
    Glaring,
}

/// What the resident wears on the eye.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lens {
    /// Nothing.
    None,
    /// A clear lens, of which only the edge shows.
    Clear,
    /// A lens printed with another iris, which hides most of the real one.
    Textured,
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
    /// Length in pixels of the smear of a moving head.
    pub motion: f32,
    /// Sensor noise, standard deviation in grey levels.
    pub noise: f32,
    /// Gain of the exposure, 1 is right.
    pub exposure: f32,
    /// The lamps.
    pub leds: Leds,
    /// Width and height of the picture in pixels.
    pub frame: (u32, u32),
    /// Direction of the smear in degrees, clockwise from sideways.
    pub motion_angle: f32,
    /// How far the limbus departs from a circle, as a share of its radius; 0.03 is much.
    pub oval: f32,
    /// How far the pupil departs from a circle, in what is usual; 4 is much.
    pub irregular: f32,
    /// Glasses.
    pub glasses: Glasses,
    /// Contact lens.
    pub lens: Lens,
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
            frame: (WIDTH, HEIGHT),
            motion_angle: 0.0,
            oval: 0.0,
            irregular: 1.0,
            glasses: Glasses::None,
            lens: Lens::None,
        }
    }

    /// Whatever comes to a station in a day: every size of picture and of iris, heads and eyes turned away, blinking,
    /// moving, out of focus, glasses and lenses. Pupil and limbus are in the picture and most of the limbus is free.
    pub fn varied(seed: u64) -> Self {
        let mut dice = Dice::new(seed, 0x13);
        let (frame, least, most) =
            dice.one_of([((320, 240), 40.0, 95.0), ((640, 480), 55.0, 150.0), ((1280, 960), 100.0, 200.0)]);
        let limbus_radius = dice.range(least, most);
        // Blur and smear grow with the picture of the same eye.
        let fine = limbus_radius / 110.0;
        let room = |side: u32| (side as f32 / 2.0 - 1.1 * limbus_radius).max(0.0) * 0.7;
        let centre_x = frame.0 as f32 / 2.0 + room(frame.0) * dice.range(-1.0, 1.0);
        let centre_y = frame.1 as f32 / 2.0 + room(frame.1) * dice.range(-1.0, 1.0);
        let gaze = (5.0 * dice.gauss()).clamp(-14.0, 14.0);
        Self {
            centre: (centre_x, centre_y),
            limbus_radius,
            dilation: dice.range(0.22, 0.62),
            openness: dice.range(0.72, 1.1),
            tilt: (8.0 * dice.gauss()).clamp(-25.0, 25.0),
            gaze: (gaze, (3.0 * dice.gauss()).clamp(-8.0, 8.0)),
            defocus: fine * dice.range(0.2, 2.2),
            motion: if dice.chance(0.3) { fine * dice.range(1.5, 6.0) } else { 0.0 },
            noise: dice.range(1.5, 6.0),
            exposure: dice.range(0.8, 1.12),
            leds: dice.one_of([Leds::Ring, Leds::Pair, Leds::Single]),
            frame,
            motion_angle: dice.range(0.0, 180.0),
            oval: dice.range(0.0, 0.025),
            irregular: dice.range(0.5, 3.0),
            glasses: dice.one_of([Glasses::None, Glasses::None, Glasses::None, Glasses::Clear]),
            lens: dice.one_of([Lens::None, Lens::None, Lens::None, Lens::None, Lens::Clear]),
            ..Self::typical(seed)
        }
    }

    /// What should have been captured again: [`EyeConditions::varied`] with one thing badly wrong, so that contours are often
    /// missed and a segmentation has to know it.
    pub fn hard(seed: u64) -> Self {
        let mut dice = Dice::new(seed, 0x14);
        let varied = Self::varied(seed);
        let side = if dice.chance(0.5) { 1.0 } else { -1.0 };
        match dice.below(12) {
            0 => varied.through_glare(),
            1 => Self { openness: dice.range(0.25, 0.5), ..varied },
            2 => Self { gaze: (side * dice.range(18.0, 32.0), dice.range(-10.0, 10.0)), ..varied },
            3 => varied.off_centre(),
            4 => Self { defocus: varied.limbus_radius * dice.range(0.06, 0.14), ..varied },
            5 => Self { motion: varied.limbus_radius * dice.range(0.2, 0.6), ..varied },
            6 => varied.with_textured_lens(),
            7 => Self { tilt: side * dice.range(28.0, 50.0), openness: 0.65, ..varied },
            8 => Self { dilation: dice.range(0.7, 0.8), openness: 0.6, ..varied },
            9 => Self { exposure: dice.one_of([0.3, 0.45, 1.45, 1.7]), ..varied },
            10 => Self { noise: dice.range(14.0, 30.0), defocus: varied.defocus + 1.0, ..varied },
            _ => Self { limbus_radius: dice.range(22.0, 36.0), oval: 0.05, irregular: 5.0, ..varied },
        }
    }

    /// One fault of any strength, now and then two at once, and eyes cut by any side of the picture: from hardly to
    /// hopelessly spoilt, where [`EyeConditions::hard`] has the plain cases only.
    pub fn spoilt(seed: u64) -> Self {
        let mut dice = Dice::new(seed, 0x15);
        let mut eye = if dice.chance(0.25) { Self::hard(seed) } else { Self::varied(seed) };
        for _ in 0..if dice.chance(0.15) { 2 } else { 1 } {
            eye = eye.with_fault(&mut dice);
        }
        eye
    }

    fn with_fault(self, dice: &mut Dice) -> Self {
        let radius = self.limbus_radius;
        let (width, height) = (self.frame.0 as f32, self.frame.1 as f32);
        // So near a side that it cuts off nearly half of the iris, or nothing.
        let cut = |dice: &mut Dice, side: f32| {
            let inside = dice.range(0.2, 1.4) * radius;
            if dice.chance(0.5) { inside } else { side - inside }
        };
        match dice.below(12) {
            0 => Self { openness: dice.range(0.25, 0.75), ..self },
            1 => {
                let (defocus, motion) = (dice.range(0.0, 0.1) * radius, dice.range(0.0, 0.4) * radius);
                Self { defocus, motion, ..self }
            }
            2 => Self { limbus_radius: dice.range(25.0, 65.0), ..self },
            3 => Self { gaze: (dice.range(-30.0, 30.0), dice.range(-15.0, 15.0)), ..self },
            4 => Self { tilt: dice.range(-45.0, 45.0), openness: dice.range(0.5, 1.0), ..self },
            5 => Self { noise: dice.range(5.0, 30.0), exposure: dice.range(0.35, 1.55), ..self },
            6 => Self { dilation: dice.range(0.12, 0.82), openness: self.openness * dice.range(0.7, 1.0), ..self },
            7 => self.through_glare(),
            8 => self.with_textured_lens(),
            9 => Self { centre: (cut(dice, width), self.centre.1), ..self },
            10 => Self { centre: (self.centre.0, cut(dice, height)), ..self },
            _ => Self {
                oval: dice.range(0.0, 0.06),
                irregular: dice.range(0.0, 6.0),
                exposure: dice.range(0.4, 1.6),
                ..self
            },
        }
    }

    /// The same capture by a camera with another number of pixels: the eye fills as much of the height as before.
    pub fn sized(self, width: u32, height: u32) -> Self {
        let factor = height as f32 / self.frame.1.max(1) as f32;
        let side = factor * (self.centre.0 - self.frame.0 as f32 / 2.0);
        Self {
            frame: (width, height),
            centre: (width as f32 / 2.0 + side, factor * self.centre.1),
            limbus_radius: factor * self.limbus_radius,
            defocus: factor * self.defocus,
            motion: factor * self.motion,
            ..self
        }
    }

    /// The same capture through glasses that mirror lamps over the eye.
    pub fn through_glare(self) -> Self {
        Self { glasses: Glasses::Glaring, ..self }
    }

    /// The same capture with a printed contact lens.
    pub fn with_textured_lens(self) -> Self {
        Self { lens: Lens::Textured, ..self }
    }

    /// The same capture of a moving head.
    pub fn shaken(self) -> Self {
        Self { motion: 0.25 * self.limbus_radius, ..self }
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
        let width = self.frame.0 as f32;
        let side = if self.seed & 1 == 0 { 0.55 } else { width / self.limbus_radius - 0.55 };
        Self { centre: (side * self.limbus_radius, self.centre.1), ..self }
    }

    /// The same capture with the eye looking aside.
    pub fn looking_aside(self) -> Self {
        Self { gaze: (if self.seed & 1 == 0 { 22.0 } else { -22.0 }, 4.0), ..self }
    }
}
