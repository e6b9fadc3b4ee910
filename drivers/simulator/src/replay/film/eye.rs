//! An eye that comes from too far away, out of focus and beside the middle, into place.

use rekam_hal::{EyeSample, GrayImage, Progress};

use super::super::optics::{fit_gray, preview_gray, soft};
use super::{Film, Release, Shown, continued, eased, part};

/// Largest frame, pixels; two eyes share it side by side.
const WIDTH: u32 = 320;
const HEIGHT: u32 = 320;
/// Share of the settling after which the eye is in place.
const IN_PLACE: f32 = 0.85;
/// How large it is at first, and where, as parts of width and height.
const SMALL: f32 = 0.6;
const BESIDE: (f32, f32) = (0.13, -0.1);
/// The part of the image beside its border that is surely skin.
const MARGIN: f32 = 0.06;
/// Out of focus by so many pixels, from sharp to far.
const BLURS: [usize; 3] = [1, 3, 6];

/// One eye in all its sharpnesses, the sharpest first.
struct OneEye {
    sharp: GrayImage,
    soft: [GrayImage; BLURS.len()],
}

/// The eyes of a capture side by side.
pub struct EyeFilm {
    eyes: Vec<OneEye>,
}

impl Shown for Vec<EyeSample> {
    const RELEASE: Release = Release::Device;

    type Film = EyeFilm;

    fn still(&self) -> Progress {
        self.first().map_or(Progress::Waiting, |sample| Progress::GrayFrame(preview_gray(&sample.image)))
    }

    fn film(&self) -> EyeFilm {
        let size = (WIDTH / self.len().max(1) as u32, HEIGHT);
        let eye = |sample: &EyeSample| {
            let sharp = fit_gray(&sample.image, size);
            let soft = BLURS.map(|radius| soft(&sharp, radius));
            OneEye { sharp, soft }
        };
        EyeFilm { eyes: self.iter().map(eye).collect() }
    }
}

impl Film for EyeFilm {
    fn frame(&self, _: f32, share: f32) -> Progress {
        let near = eased(share, 0.0, IN_PLACE);
        let mut shown = self.eyes.iter().map(|eye| eye.at(near));
        match (shown.next(), shown.next()) {
            (Some(first), Some(second)) => Progress::GrayFrame(beside(&first, &second)),
            (Some(only), None) => Progress::GrayFrame(only),
            (None, _) => Progress::Waiting,
        }
    }
}

impl OneEye {
    fn at(&self, near: f32) -> GrayImage {
        if near >= 1.0 {
            return self.sharp.clone();
        }
        let blur = ((1.0 - near) * BLURS.len() as f32).ceil() as usize;
        let image = blur.checked_sub(1).and_then(|blur| self.soft.get(blur)).unwrap_or(&self.sharp);
        let size = SMALL + (1.0 - SMALL) * near;
        let (width, height) = (image.width(), image.height());
        let columns = places(width, size, part(width, BESIDE.0 * (1.0 - near)));
        let rows = places(height, size, part(height, BESIDE.1 * (1.0 - near)));
        let place = |places: &[i64], at: u32| places.get(at as usize).copied().unwrap_or(0);
        GrayImage::from_fn(width, height, |x, y| image.get(place(&columns, x), place(&rows, y)))
    }
}

/// Which place of the image each place of the frame shows.
fn places(length: u32, size: f32, offset: i64) -> Vec<i64> {
    let middle = length as f32 / 2.0;
    let place = |at: u32| ((at as f32 - middle - offset as f32) / size + middle).round() as i64;
    (0..length).map(|at| continued(place(at), length.into(), part(length, MARGIN))).collect()
}

/// Two images of the same height side by side.
fn beside(left: &GrayImage, right: &GrayImage) -> GrayImage {
    let height = left.height().min(right.height());
    let rows = |image: &GrayImage| image.width() as usize;
    let lines = left.pixels().chunks_exact(rows(left)).zip(right.pixels().chunks_exact(rows(right)));
    let pixels: Vec<u8> = lines.flat_map(|(left, right)| left.iter().chain(right).copied()).collect();
    GrayImage::new(left.width() + right.width(), height, pixels).unwrap_or_else(|_| left.clone())
}
