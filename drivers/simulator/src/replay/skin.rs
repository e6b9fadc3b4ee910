//! Fingers that are too wet or too dry, made from good captures.
//!
//! Both keep the bright glass around the finger as it is: only where skin touches does the print change. The numbers
//! are set so that the station's engine calls the one too dark and the other too light, and finds too few minutiae.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use rekam_hal::GrayImage;

use super::optics::{like, soft};

/// Radius over which a place counts as skin or glass, pixels: more than a ridge's period at 500 dpi.
const NEIGHBOURHOOD: usize = 14;
/// How much darker than the glass a place must be to begin to count as skin, and over how much more it counts fully.
const SKIN: (f32, f32) = (2.0, 28.0);
/// Ridges of a wet finger run together over so many pixels.
const RUN: usize = 2;
/// The grey of water between the ridges, and how much of the ridges' contrast is left in it.
const WATER: f32 = 32.0;
const LEFT: f32 = 0.16;
/// Radius of the drops in the film of water, pixels, and how strong they are.
const DROP: usize = 2;
const DROPS: f32 = 2.0;
/// Radius of the spots in which a dry finger touches, pixels, and how dark it is there.
const SPOT: usize = 1;
const DARK: f32 = 0.8;
/// The roughness (mean 127) from which dry skin touches, and over how much of it the touch becomes full.
const TOUCH: (f32, f32) = (148.0, 4.0);

/// The ridges run together: dark, and hardly different from the valleys.
pub(super) fn wet(finger: &GrayImage) -> GrayImage {
    let (run, mean, film) = (soft(finger, RUN), soft(finger, NEIGHBOURHOOD), rough(finger, DROP));
    let glass = glass(finger);
    let places = finger.pixels().iter().zip(run.pixels()).zip(mean.pixels()).zip(film.pixels());
    let pixels = places.map(|(((here, run), mean), film)| {
        let [here, run, mean, film] = [here, run, mean, film].map(|grey| f32::from(*grey));
        let skin = ((glass - mean - SKIN.0) / SKIN.1).clamp(0.0, 1.0);
        let flooded = WATER + LEFT * (run - mean) + DROPS * (film - 127.0);
        (here * (1.0 - skin) + flooded.max(0.0) * skin).clamp(0.0, 255.0) as u8
    });
    like(finger, pixels.collect())
}

/// The ridges touch only in spots.
pub(super) fn dry(finger: &GrayImage) -> GrayImage {
    let (glass, rough) = (glass(finger), rough(finger, SPOT));
    let pixels = finger.pixels().iter().zip(rough.pixels()).map(|(here, rough)| {
        let touch = ((f32::from(*rough) - TOUCH.0) / TOUCH.1).clamp(0.0, 1.0);
        (glass - (glass - f32::from(*here)).max(0.0) * DARK * touch).clamp(0.0, 255.0) as u8
    });
    like(finger, pixels.collect())
}

/// Random heights of this softness, mean 127: the same for every image of a size, so that equal captures stay equal.
fn rough(finger: &GrayImage, radius: usize) -> GrayImage {
    let mut dice = ChaCha8Rng::seed_from_u64(u64::from(finger.width()));
    soft(&like(finger, finger.pixels().iter().map(|_| dice.next_u32() as u8).collect()), radius)
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
