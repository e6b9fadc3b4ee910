//! A new capture out of an old one.
//!
//! When a folder has no further sample of somebody, the last one comes again: moved by up to a pixel and a half in
//! each direction (between pixels, so that the sensor grid falls elsewhere) and with fresh sensor noise. The same
//! arguments give the same image.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use rekam_hal::GrayImage;

use super::optics::like;

/// Standard deviation of the sensor noise, grey levels.
const SIGMA: f32 = 2.5;
/// Largest shift in each direction, pixels.
const SHIFT: f32 = 1.5;

/// `image` captured anew; `round` tells the captures of one seed apart.
pub fn fresh(image: &GrayImage, seed: u64, round: u64) -> GrayImage {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    rng.set_stream(round);
    let mut shift = || (rng.next_u32() as f32 / u32::MAX as f32 * 2.0 - 1.0) * SHIFT;
    let (dx, dy) = (shift(), shift());
    let (left, top) = (dx.floor(), dy.floor());
    let (fx, fy) = (dx - left, dy - top);
    let (left, top) = (left as i64, top as i64);
    let mut pixels = Vec::with_capacity(image.pixels().len());
    for y in 0..i64::from(image.height()) {
        for x in 0..i64::from(image.width()) {
            let at = |ox: i64, oy: i64| f32::from(image.get(x + left + ox, y + top + oy));
            let upper = at(0, 0) * (1.0 - fx) + at(1, 0) * fx;
            let lower = at(0, 1) * (1.0 - fx) + at(1, 1) * fx;
            let moved = upper * (1.0 - fy) + lower * fy;
            pixels.push((moved + SIGMA * normal(rng.next_u32())).round().clamp(0.0, 255.0) as u8);
        }
    }
    like(image, pixels)
}

/// Nearly normal, mean 0, deviation 1: the sum of four even bytes, scaled.
fn normal(bits: u32) -> f32 {
    let sum: u32 = bits.to_le_bytes().into_iter().map(u32::from).sum();
    // Each byte has variance (256^2 - 1) / 12.
    (sum as f32 - 510.0) / 147.8
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picture() -> GrayImage {
        GrayImage::from_fn(40, 30, |x, y| (x * 5 + y * 2) as u8).with_dpi(500.0)
    }

    #[test]
    fn the_same_arguments_give_the_same_capture_and_others_another() {
        let picture = picture();
        assert!(fresh(&picture, 1, 2) == fresh(&picture, 1, 2));
        assert!(fresh(&picture, 1, 2) != fresh(&picture, 1, 3));
        assert!(fresh(&picture, 1, 2) != fresh(&picture, 2, 2));
    }

    #[test]
    fn a_fresh_capture_shows_the_same_picture() {
        let picture = picture();
        for round in 0..20 {
            let again = fresh(&picture, 7, round);
            let differences: Vec<f32> =
                picture.pixels().iter().zip(again.pixels()).map(|(a, b)| f32::from(*a) - f32::from(*b)).collect();
            let rms = (differences.iter().map(|d| d * d).sum::<f32>() / differences.len() as f32).sqrt();
            assert!(rms > 1.0 && rms < 5.0 * SHIFT + 2.0 * SHIFT + 2.0 * SIGMA, "{rms}");
            assert_eq!(again.dpi(), Some(500.0));
        }
    }
}
