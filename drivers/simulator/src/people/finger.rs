//! Synthetic fingers: a master print from a seed, and captures of it as a sensor would see them.
//!
//! The station's own engines look at these images, so they must be fingerprints to a minutiae network and to a
//! matcher, not only to the eye: the flow of a class ([`Class`]) with its cores and deltas, ridges of nearly even
//! spacing, and minutiae where the flow needs them. The minutiae are planned first and the ridges drawn around them;
//! thus a gallery of thousands is filled from [`Finger::minutiae_only`] without a single picture, and every capture
//! of the same seed matches it.
//!
//! Coordinates of the master frame: pixels at 500 dpi from the top left of a field of 384 x 448.

mod capture;
mod flow;
mod minutiae;
mod ridges;
#[cfg(test)]
mod tests;

use crate::people::Dice;
use flow::{Flow, HEIGHT, WIDTH};
use minutiae::{Charge, on_pad};
use rekam_hal::image::GrayImage;

/// Purposes of random numbers, so that more pores never move a minutia.
const FLOW: u64 = 0x666c_6f77;
const PLAN: u64 = 0x706c_616e;
const SKIN: u64 = 0x736b_696e;

/// Henry class of a finger.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// Ridges enter and leave on the left of the image; the delta is on the right.
    LeftLoop,
    /// Ridges enter and leave on the right of the image.
    RightLoop,
    /// Two cores and two deltas; double loops included.
    Whorl,
    /// Ridges cross the finger with a rise.
    Arch,
    /// An arch around one core above one delta.
    TentedArch,
}

/// What a ridge does at a minutia.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TrueKind {
    /// A ridge ends.
    Ending,
    /// A ridge splits.
    Bifurcation,
}

/// A minutia of the master, known by construction.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TrueMinutia {
    /// Column in the master frame, pixels at 500 dpi.
    pub x: f32,
    /// Row in the master frame, pixels at 500 dpi, downwards.
    pub y: f32,
    /// Direction in radians as ISO/IEC 19794-2 has it: 0 to the right, counter-clockwise, 0..2 pi, along the ridge
    /// that ends or into the valley of a fork.
    pub angle: f32,
    /// Ending or bifurcation.
    pub kind: TrueKind,
}

/// A master finger.
#[derive(Clone)]
pub struct Finger {
    class: Class,
    minutiae: Vec<TrueMinutia>,
    /// Height of the skin, 127 on crests, row by row.
    skin: Vec<i8>,
}

impl std::fmt::Debug for Finger {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Finger({:?}, {} minutiae)", self.class, self.minutiae.len())
    }
}

impl Finger {
    /// The finger of a seed.
    pub fn new(seed: u64) -> Self {
        let flow = Flow::new(&mut Dice::new(seed, FLOW));
        let charges = minutiae::plan(&flow, &mut Dice::new(seed, PLAN));
        let mut skin = ridges::draw(&flow, &charges);
        let minutiae = charges.iter().filter(|c| on_pad(c.x, c.y)).map(|c| seen(c, &skin)).collect();
        let mut dice = Dice::new(seed, SKIN);
        pores(&mut skin, &mut dice);
        creases(&mut skin, &mut dice);
        Self { class: flow.class, minutiae, skin }
    }

    /// Henry class.
    pub fn class(&self) -> Class {
        self.class
    }

    /// The true minutiae within reach of a sensor, in the master frame.
    pub fn minutiae(&self) -> &[TrueMinutia] {
        &self.minutiae
    }

    /// The minutiae of [`Finger::new`] without its ridges, a hundred times faster: for galleries of thousands.
    ///
    /// Places and directions are the same; the kind, which only the ridges settle, is drawn at random.
    pub fn minutiae_only(seed: u64) -> Vec<TrueMinutia> {
        let flow = Flow::new(&mut Dice::new(seed, FLOW));
        let charges = minutiae::plan(&flow, &mut Dice::new(seed, PLAN));
        let mut dice = Dice::new(seed, SKIN);
        let mut kind = || if dice.chance(0.5) { TrueKind::Ending } else { TrueKind::Bifurcation };
        charges.iter().filter(|c| on_pad(c.x, c.y)).map(|c| truth(c, kind())).collect()
    }

    /// Class of [`Finger::new`] without drawing it.
    pub fn class_only(seed: u64) -> Class {
        Flow::new(&mut Dice::new(seed, FLOW)).class
    }

    /// The finger on a sensor of 352 x 416 pixels at 500 dpi, ridges dark; conditions are clamped to their ranges.
    pub fn capture(&self, conditions: &Conditions) -> GrayImage {
        capture::capture(self, &conditions.clamped())
    }

    /// Height of the skin at a point of the master frame, -1..=1; the border's beyond it.
    fn crest(&self, x: f32, y: f32) -> f32 {
        let (x, y) = (x.clamp(0.0, WIDTH as f32 - 1.01), y.clamp(0.0, HEIGHT as f32 - 1.01));
        let (c, r) = (x as usize, y as usize);
        let (fx, fy) = (x - c as f32, y - r as f32);
        let i = r * WIDTH + c;
        let at = |i: usize| f32::from(self.skin[i]);
        let (top, bottom) =
            (at(i) + fx * (at(i + 1) - at(i)), at(i + WIDTH) + fx * (at(i + WIDTH + 1) - at(i + WIDTH)));
        (top + fy * (bottom - top)) / 127.0
    }
}

fn truth(charge: &Charge, kind: TrueKind) -> TrueMinutia {
    TrueMinutia { x: charge.x, y: charge.y, angle: charge.angle, kind }
}

/// The kind is what the extra line is: a ridge that ends, or a valley that does, between two ridges that join.
fn seen(charge: &Charge, skin: &[i8]) -> TrueMinutia {
    let (sin, cos) = charge.angle.sin_cos();
    let sum: i32 = (3..8)
        .map(|far| {
            let (x, y) = (charge.x + far as f32 * cos, charge.y - far as f32 * sin);
            let (c, r) = (x.clamp(0.0, WIDTH as f32 - 1.0) as usize, y.clamp(0.0, HEIGHT as f32 - 1.0) as usize);
            i32::from(skin[r * WIDTH + c])
        })
        .sum();
    truth(charge, if sum > 0 { TrueKind::Ending } else { TrueKind::Bifurcation })
}

/// Sweat pores: small pits along the crests.
fn pores(skin: &mut [i8], dice: &mut Dice) {
    const GRID: usize = 9;
    for row in (GRID..HEIGHT - GRID).step_by(GRID) {
        for column in (GRID..WIDTH - GRID).step_by(GRID) {
            let (x, y) = (column + dice.below(GRID), row + dice.below(GRID));
            let depth = dice.range(20.0, 130.0);
            let crest = (0..25).map(|k| (y + k / 5 - 2) * WIDTH + x + k % 5 - 2).max_by_key(|&i| skin.get(i).copied());
            let Some(i) = crest.filter(|&i| skin.get(i).is_some_and(|&s| s > 80)) else { continue };
            for (step, part) in [(0, 1.0), (1, 0.5), (WIDTH, 0.5)] {
                for j in [i - step, i + step] {
                    if let Some(s) = skin.get_mut(j) {
                        *s = (f32::from(*s) - depth * part * 0.5) as i8;
                    }
                }
            }
        }
    }
}

/// White lines that a life of work leaves; most fingers have few.
fn creases(skin: &mut [i8], dice: &mut Dice) {
    for _ in 0..dice.weighted(&[55, 25, 12, 8]) {
        let (mut x, mut y) = (dice.range(60.0, 320.0), dice.range(60.0, 390.0));
        let (mut turn, bend) = (dice.range(-0.7, 0.7), 0.004 * dice.gauss());
        let (long, wide) = (dice.range(40.0, 170.0) as usize, dice.range(0.7, 1.7));
        for _ in 0..long {
            for k in -3i32..=3 {
                let (c, r) = (x as usize, (y + k as f32).max(0.0) as usize);
                let deep = 200.0 * (-0.5 * (k as f32 / wide).powi(2)).exp();
                if c < WIDTH
                    && r < HEIGHT
                    && let Some(s) = skin.get_mut(r * WIDTH + c)
                {
                    *s = (f32::from(*s) - deep) as i8;
                }
            }
            (x, y) = (x + turn.cos(), y + turn.sin());
            turn += bend;
        }
    }
}

/// How a finger is laid on the sensor. [`Finger::capture`] clamps every field to its range; not-a-number is the
/// range's middle.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Conditions {
    /// Seed of everything random in the capture.
    pub seed: u64,
    /// Turn of the finger in degrees, counter-clockwise, -180..=180.
    pub rotation_deg: f32,
    /// Shift to the right and downwards in millimetres, -12..=12 each.
    pub shift_mm: (f32, f32),
    /// 0 (dry or barely touching) ..= 1 (wet or pressed hard); 0.5 is good.
    pub pressure: f32,
    /// Stretch of the skin, 0..=3; 1 is usual (up to about half a millimetre).
    pub distortion: f32,
    /// Dirt, worn ridges and sensor noise, 0..=1.
    pub noise: f32,
    /// Part of the finger's pad that touches, 0.2..=1.
    pub coverage: f32,
    /// Movement and grease, 0..=1.
    pub blur: f32,
}

impl Conditions {
    /// What an attentive operator gets at the first try.
    pub fn typical(seed: u64) -> Self {
        let mut dice = Dice::new(seed, 0x636f_6e64);
        Self {
            seed,
            rotation_deg: (6.0 * dice.gauss()).clamp(-20.0, 20.0),
            shift_mm: ((1.0 * dice.gauss()).clamp(-3.0, 3.0), (1.2 * dice.gauss()).clamp(-3.0, 3.0)),
            pressure: (0.5 + 0.09 * dice.gauss()).clamp(0.3, 0.72),
            distortion: dice.range(0.5, 1.2),
            noise: dice.range(0.02, 0.2),
            coverage: dice.range(0.9, 1.0),
            blur: dice.range(0.0, 0.12),
        }
    }

    /// A bad but usable capture: turned, shifted, worn, partial.
    pub fn poor(seed: u64) -> Self {
        let mut dice = Dice::new(seed, 0x706f_6f72);
        let usual = Self::typical(seed);
        Self {
            rotation_deg: usual.rotation_deg * 1.6,
            shift_mm: (usual.shift_mm.0 * 1.5, usual.shift_mm.1 * 1.5),
            pressure: if dice.chance(0.5) { dice.range(0.2, 0.32) } else { dice.range(0.7, 0.82) },
            distortion: dice.range(1.0, 1.8),
            noise: dice.range(0.25, 0.5),
            coverage: dice.range(0.65, 0.85),
            blur: dice.range(0.1, 0.3),
            ..usual
        }
    }

    /// A wet finger: ridges run together.
    pub fn wet(seed: u64) -> Self {
        Self { pressure: 0.97, blur: 0.2, ..Self::typical(seed) }
    }

    /// A dry finger: ridges break into dots.
    pub fn dry(seed: u64) -> Self {
        Self { pressure: 0.05, noise: 0.35, ..Self::typical(seed) }
    }

    /// A finger moved during the capture.
    pub fn blurred(seed: u64) -> Self {
        Self { blur: 1.0, ..Self::typical(seed) }
    }

    fn clamped(&self) -> Self {
        let within = |v: f32, low: f32, high: f32| if v.is_nan() { 0.5 * (low + high) } else { v.clamp(low, high) };
        Self {
            seed: self.seed,
            rotation_deg: within(self.rotation_deg, -180.0, 180.0),
            shift_mm: (within(self.shift_mm.0, -12.0, 12.0), within(self.shift_mm.1, -12.0, 12.0)),
            pressure: within(self.pressure, 0.0, 1.0),
            distortion: within(self.distortion, 0.0, 3.0),
            noise: within(self.noise, 0.0, 1.0),
            coverage: within(self.coverage, 0.2, 1.0),
            blur: within(self.blur, 0.0, 1.0),
        }
    }
}
