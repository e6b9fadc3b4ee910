//! A resident who sits down a little beside the middle, comes to it, and sways as people do.

use std::f32::consts::TAU;

use rekam_hal::{Progress, RgbImage};

use super::super::optics::{fit_rgb, preview_rgb};
use super::{Film, Release, Shown, continued, eased, part};

/// Largest frame, pixels.
const SIZE: (u32, u32) = (480, 640);
/// Where he sits down, as parts of width and height.
const BESIDE: (f32, f32) = (-0.17, 0.04);
/// How far he sways to the sides and up and down, pixels, and how long that takes, seconds.
const SWAY: [(f32, f32); 2] = [(3.0, 3.4), (2.0, 4.7)];
/// The part of the picture beside its border that is surely backdrop, pixels.
const MARGIN: i64 = 28;

/// A portrait that moves as a whole; beyond its border its margin goes on, which is the backdrop.
pub struct FaceFilm {
    picture: RgbImage,
}

impl Shown for RgbImage {
    const RELEASE: Release = Release::Operator;

    type Film = FaceFilm;

    fn still(&self) -> Progress {
        Progress::Frame(preview_rgb(self))
    }

    fn film(&self) -> FaceFilm {
        FaceFilm { picture: fit_rgb(self, SIZE) }
    }
}

impl Film for FaceFilm {
    fn frame(&self, seconds: f32, share: f32) -> Progress {
        let [across, along] = SWAY.map(|(far, long)| (far * (TAU * seconds / long).sin()).round() as i64);
        let away = 1.0 - eased(share, 0.0, 1.0);
        let right = part(self.picture.width(), BESIDE.0 * away) + across;
        let down = part(self.picture.height(), BESIDE.1 * away) + along;
        Progress::Frame(moved(&self.picture, right, down))
    }
}

/// The picture moved by whole pixels.
fn moved(picture: &RgbImage, right: i64, down: i64) -> RgbImage {
    let (width, height) = (i64::from(picture.width()), i64::from(picture.height()));
    let row = picture.width() as usize * 3;
    let place = |x: i64| continued(x - right, width, MARGIN) as usize * 3;
    let (from, to) = (right.clamp(0, width), (width + right).clamp(0, width));
    let (before, after): (Vec<usize>, Vec<usize>) = ((0..from).map(place).collect(), (to..width).map(place).collect());
    let kept = (from - right).max(0) as usize * 3..(to - right).max(0) as usize * 3;
    let mut pixels = Vec::with_capacity(picture.pixels().len());
    for y in 0..height {
        let start = continued(y - down, height, MARGIN) as usize * row;
        let line = picture.pixels().get(start..start + row).unwrap_or_default();
        let pixel = |place: &usize| line.get(*place..place + 3).unwrap_or_default();
        before.iter().for_each(|place| pixels.extend_from_slice(pixel(place)));
        pixels.extend_from_slice(line.get(kept.clone()).unwrap_or_default());
        after.iter().for_each(|place| pixels.extend_from_slice(pixel(place)));
    }
    RgbImage::new(picture.width(), picture.height(), pixels).unwrap_or_else(|_| picture.clone())
}
