//! Fingers that are too wet or too dry, made from good captures.
//!
//! Both keep the bright glass around the finger as it is: only where skin touches does the print change.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use rekam_hal::GrayImage;

use super::optics::{like, soft};

/// Radius over which a place counts as skin or glass, pixels: more than a ridge's period at 500 dpi.
const NEIGHBOURHOOD: usize = 7;
/// Ridges of a wet finger run together over so many pixels.
const RUN: usize = 2;
/// The grey of water between the ridges, and how much of the ridges' contrast is left in it.
const WATER: f32 = 42.0;
const LEFT: f32 = 0.22;
/// Radius of the spots in which a dry finger touches, pixels, and how dark it is between and in them.
const SPOT: usize = 1;
const DRY: (f32, f32) = (0.03, 0.55);
/// The height of the skin (mean 127) from which it touches, and over how much of it the touch becomes full.
const TOUCH: (f32, f32) = (131.0, 14.0);

/// The ridges run together: dark, and hardly different from the valleys.
pub(super) fn wet(finger: &GrayImage) -> GrayImage {
    let (run, mean) = (soft(finger, RUN), soft(finger, NEIGHBOURHOOD));
    let glass = glass(finger);
    let pixels = finger.pixels().iter().zip(run.pixels()).zip(mean.pixels()).map(|((here, run), mean)| {
        let skin = skin(*mean, glass);
        let flooded = WATER + LEFT * (f32::from(*run) - f32::from(*mean));
        (f32::from(*here) * (1.0 - skin) + flooded * skin).clamp(0.0, 255.0) as u8
    });
    like(finger, pixels.collect())
}

/// The ridges are pale and touch only in spots.
pub(super) fn dry(finger: &GrayImage) -> GrayImage {
    let glass = glass(finger);
    // The same roughness for every image of a width, so that equal captures stay equal.
    let mut dice = ChaCha8Rng::seed_from_u64(u64::from(finger.width()));
    let rough = finger.pixels().iter().map(|_| dice.next_u32() as u8).collect();
    let skin = soft(&like(finger, rough), SPOT);
    let pixels = finger.pixels().iter().zip(skin.pixels()).map(|(here, skin)| {
        let touch = ((f32::from(*skin) - TOUCH.0) / TOUCH.1).clamp(0.0, 1.0);
        let dark = (glass - f32::from(*here)).max(0.0) * (DRY.0 + (DRY.1 - DRY.0) * touch);
        (glass - dark).clamp(0.0, 255.0) as u8
    });
    like(finger, pixels.collect())
}

/// The grey of the glass: hardly anything is brighter.
fn glass(finger: &GrayImage) -> f32 {
    let mut counts = [0usize; 256];
    finger.pixels().iter().for_each(|pixel| counts[usize::from(*pixel)] += 1);
    let mut left = finger.pixels().len() / 20;
    let bright = (0..=255u8).rev().find(|grey| {
        let here = counts[usize::from(*grey)];
        let found = here > left;
        left = left.saturating_sub(here);
        found
    });
    f32::from(bright.unwrap_or(u8::MAX))
}

/// 0 on the glass, 1 on skin, by the mean grey around.
fn skin(mean: u8, glass: f32) -> f32 {
    ((glass - f32::from(mean) - 12.0) / 40.0).clamp(0.0, 1.0)
}
