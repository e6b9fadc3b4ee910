//! Slaps: several fingers of a hand on a large platen at once, put together from single prints.
//!
//! What a 4-4-2 scanner shows is more than four prints side by side: fingers of different length that fan out, lean,
//! touch or lie half beyond the edge, their second joints below, the breath around warm skin, the ghost of whoever
//! came before. All of that is drawn here around prints that come from outside (a synthetic person's, or a folder's),
//! and where every fingertip lies is known by construction.

mod joint;
mod platen;
mod silhouette;
#[cfg(test)]
mod tests;

use rekam_hal::{Finger, GrayImage, Slap};

use crate::people::Dice;
use platen::Platen;
use silhouette::Silhouette;

/// Pixels in a millimetre at 500 dpi.
const PER_MM: f32 = 500.0 / 25.4;
const POSE: u64 = 0x706f_7365;
const SKIN: u64 = 0x736c_6170;

/// How a hand is laid down. [`compose`] clamps every field to its range; not-a-number is the range's middle.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct HandPose {
    /// Seed of everything random: proportions of the hand and what is on the platen.
    pub seed: u64,
    /// Lean of the hand in degrees, counter-clockwise, -60..=60.
    pub tilt_deg: f32,
    /// Gap between neighbouring fingertips in millimetres, -3 (pressed together) ..= 14.
    pub gap_mm: f32,
    /// Place of the hand's middle against the platen's, to the right and downwards in millimetres, -60..=60.
    pub shift_mm: (f32, f32),
    /// How strongly the second joints print, 0..=1.
    pub joints: f32,
    /// How strongly the ghost of an earlier hand and the breath around the fingers show, 0..=1.
    pub ghost: f32,
    /// Dirt and sensor noise, 0..=1.
    pub noise: f32,
}

impl HandPose {
    /// A hand laid down with some care.
    pub fn typical(seed: u64) -> Self {
        let mut dice = Dice::new(seed, POSE);
        Self {
            seed,
            tilt_deg: (8.0 * dice.gauss()).clamp(-25.0, 25.0),
            gap_mm: dice.range(1.0, 7.0),
            shift_mm: (2.0 * dice.gauss(), 2.0 * dice.gauss()),
            joints: dice.range(0.0, 0.9),
            ghost: dice.range(0.0, 0.6),
            noise: dice.range(0.0, 0.5),
        }
    }

    /// A hand laid down anyhow: leaning up to 25 degrees, fingers often touching.
    pub fn careless(seed: u64) -> Self {
        let usual = Self::typical(seed);
        let mut dice = Dice::new(seed, POSE + 1);
        let gap_mm = if dice.chance(0.4) { dice.range(-2.5, 0.5) } else { dice.range(0.5, 9.0) };
        let shift_mm = (dice.range(-6.0, 6.0), dice.range(-6.0, 6.0));
        Self {
            tilt_deg: dice.range(-25.0, 25.0),
            gap_mm,
            shift_mm,
            ghost: dice.range(0.0, 1.0),
            noise: dice.unit(),
            ..usual
        }
    }

    fn clamped(&self) -> Self {
        let within = |v: f32, low: f32, high: f32| if v.is_nan() { 0.5 * (low + high) } else { v.clamp(low, high) };
        Self {
            seed: self.seed,
            tilt_deg: within(self.tilt_deg, -60.0, 60.0),
            gap_mm: within(self.gap_mm, -3.0, 14.0),
            shift_mm: (within(self.shift_mm.0, -60.0, 60.0), within(self.shift_mm.1, -60.0, 60.0)),
            joints: within(self.joints, 0.0, 1.0),
            ghost: within(self.ghost, 0.0, 1.0),
            noise: within(self.noise, 0.0, 1.0),
        }
    }
}

/// A fingertip on the platen, as it was put there.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TrueFinger {
    /// Which one.
    pub finger: Finger,
    /// Centre of its box in pixels.
    pub centre: (f32, f32),
    /// Width across and height along the finger in pixels.
    pub size: (f32, f32),
    /// Direction of the tip in radians, counter-clockwise from up.
    pub angle: f32,
    /// Share of the box that lies on the platen, 0..=1.
    pub seen: f32,
}

/// A slap with its truth.
#[derive(Debug, Clone, PartialEq)]
pub struct LaidDown {
    /// 1600 x 1000 pixels at 500 dpi, ridges dark.
    pub image: GrayImage,
    /// The fingertips from left to right, also those beyond the edge.
    pub fingers: Vec<TrueFinger>,
}

/// One finger in its place.
pub(super) struct Laid {
    silhouette: Silhouette,
    /// Place of the box's centre in pixels.
    centre: (f32, f32),
    cos: f32,
    sin: f32,
}

impl Laid {
    /// Across and along from the box's centre.
    fn on_finger(&self, x: f32, y: f32) -> (f32, f32) {
        let (x, y) = (x - self.centre.0, y - self.centre.1);
        (self.cos * x - self.sin * y, self.sin * x + self.cos * y)
    }
}

/// Puts a hand on the platen; `print` gives a finger's print (upright, 500 dpi), or nothing when it is not laid down.
pub fn compose(kind: Slap, pose: &HandPose, mut print: impl FnMut(Finger) -> Option<GrayImage>) -> LaidDown {
    let pose = pose.clamped();
    let mut shapes = Dice::new(pose.seed, POSE + 3);
    let mut silhouette = |finger: Finger| {
        let slender = shapes.range(1.25, 1.55);
        print(finger).map(|print| Silhouette::of(print, slender))
    };
    let silhouettes = kind.fingers().iter().map(|&finger| (finger, silhouette(finger))).collect();
    let laid = laid(kind, &pose, silhouettes);
    let mut platen = Platen::new(&mut Dice::new(pose.seed, SKIN), &pose);
    laid.iter().for_each(|(_, finger)| platen.breathe(finger));
    let fingers: Vec<&Laid> = laid.iter().map(|l| &l.1).collect();
    platen.print(&fingers, &pose);
    let truth = |(finger, laid): &(Finger, Laid)| TrueFinger {
        finger: *finger,
        centre: laid.centre,
        size: laid.silhouette.size(),
        angle: laid.sin.atan2(laid.cos),
        seen: platen::seen(laid),
    };
    LaidDown { fingers: laid.iter().map(truth).collect(), image: platen.image() }
}

/// Distance of a fingertip below the middle finger's in millimetres: mean and spread over people.
fn below_longest(finger: Finger) -> (f32, f32) {
    match finger {
        Finger::RightThumb | Finger::LeftThumb => (0.0, 3.0),
        Finger::RightIndex | Finger::LeftIndex => (9.5, 3.5),
        Finger::RightMiddle | Finger::LeftMiddle => (0.0, 0.0),
        Finger::RightRing | Finger::LeftRing => (6.5, 3.0),
        Finger::RightLittle | Finger::LeftLittle => (26.0, 4.5),
    }
}

/// Every finger's place: side by side with their gaps, tips on the arc of the hand, fanned and leaning.
fn laid(kind: Slap, pose: &HandPose, silhouettes: Vec<(Finger, Option<Silhouette>)>) -> Vec<(Finger, Laid)> {
    let mut dice = Dice::new(pose.seed, POSE + 2);
    let gap = pose.gap_mm + if kind == Slap::Thumbs { 6.0 } else { 0.0 };
    let usual = if kind == Slap::Thumbs { 20.0 } else { 15.0 };
    let mut across = 0.0f32;
    let mut before = None;
    let mut places = Vec::new();
    for (i, (finger, silhouette)) in silhouettes.into_iter().enumerate() {
        // A light touch prints a narrow part of a finger that needs its room all the same.
        let printed = silhouette.as_ref().map_or(usual * PER_MM, |s| s.size().0);
        let wide = printed.max(0.85 * usual * PER_MM);
        let gap = gap + if pose.gap_mm > 1.0 { 0.8 * dice.gauss() } else { 0.0 };
        across += before.map_or(0.0, |b: f32| 0.5 * (b + wide) + gap * PER_MM);
        before = Some(wide);
        let (mean, spread) = below_longest(finger);
        let tip = PER_MM * (mean + (spread * dice.gauss()).clamp(-2.0 * spread, 2.0 * spread));
        // Spread fingers fan out from the palm.
        let middle = 0.5 * (kind.fingers().len() as f32 - 1.0);
        let fan = -(i as f32 - middle) * pose.gap_mm.max(0.0) * 0.6 + 1.5 * dice.gauss();
        places.push((finger, silhouette, across, tip, fan));
    }
    let n = places.len().max(1) as f32;
    let middle =
        (places.iter().map(|p| p.2).sum::<f32>() / n, places.iter().map(|p| p.3).sum::<f32>() / n + 11.0 * PER_MM);
    let (sin, cos) = pose.tilt_deg.to_radians().sin_cos();
    let on_platen = |(finger, silhouette, across, tip, fan): (Finger, Option<Silhouette>, f32, f32, f32)| {
        let silhouette = silhouette?;
        let (u, v) = (across - middle.0, tip + 0.5 * silhouette.size().1 - middle.1);
        let x = platen::WIDTH as f32 / 2.0 + pose.shift_mm.0 * PER_MM + cos * u + sin * v;
        let y = platen::HEIGHT as f32 / 2.0 + pose.shift_mm.1 * PER_MM + cos * v - sin * u;
        let (sin, cos) = (pose.tilt_deg + fan).to_radians().sin_cos();
        Some((finger, Laid { silhouette, centre: (x, y), cos, sin }))
    };
    places.into_iter().filter_map(on_platen).collect()
}
