//! An empty glass, then a finger that touches lightly and beside the middle, slides to it and is pressed down.

use rekam_hal::{GrayImage, Progress};

use super::super::optics::{fit_gray, like, preview_gray};
use super::{Film, Release, Shown, eased, part};

/// Largest frame, pixels.
const SIZE: (u32, u32) = (400, 400);
/// Shares of the settling at which the finger touches, and at which it lies still.
const TOUCHES: f32 = 0.2;
const LIES: f32 = 0.85;
/// Where it touches first, as parts of width and height.
const BESIDE: (f32, f32) = (-0.2, 0.16);

/// A print that moves over the glass and grows darker from its middle.
pub struct FingerFilm {
    print: GrayImage,
    glass: GrayImage,
    /// How far from the middle a pixel lies, 0..=255 at the corners.
    depth: Vec<u8>,
}

impl Shown for GrayImage {
    const RELEASE: Release = Release::Device;

    type Film = FingerFilm;

    fn still(&self) -> Progress {
        Progress::GrayFrame(preview_gray(self))
    }

    fn film(&self) -> FingerFilm {
        let print = fit_gray(self, SIZE);
        let (wide, high) = (print.width() as f32 / 2.0, print.height() as f32 / 2.0);
        let depth = GrayImage::from_fn(print.width(), print.height(), |x, y| {
            let (u, v) = ((x as f32 + 0.5) / wide - 1.0, (y as f32 + 0.5) / high - 1.0);
            ((u * u + v * v) * 127.5) as u8
        });
        FingerFilm { glass: glass(&print), depth: depth.into_pixels(), print }
    }
}

/// The glass without a finger: the usual grey of the print's border, with the dust of the place.
fn glass(print: &GrayImage) -> GrayImage {
    let (right, bottom) = (i64::from(print.width()) - 1, i64::from(print.height()) - 1);
    let sides = (0..=bottom).flat_map(|y| [print.get(0, y), print.get(right, y)]);
    let mut border: Vec<u8> = sides.chain((0..=right).map(|x| print.get(x, 0))).collect();
    border.sort_unstable();
    let grey = border.get(border.len() / 2).copied().unwrap_or(u8::MAX);
    let mut dust = 1u32;
    let pixels = print.pixels().iter().map(|_| {
        // Any numbers will do, as long as they are the same for every frame (Numerical Recipes' quick generator).
        dust = dust.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        grey.saturating_sub((dust >> 30) as u8)
    });
    like(print, pixels.collect())
}

/// How dark the print shows at each distance from the middle, 0..=256, when so much (0..=1) of the way is behind it.
fn pressed(way: f32) -> [i32; 256] {
    let (strength, reach) = (0.4 + 0.6 * way, 0.12 + 1.13 * way);
    std::array::from_fn(|depth| {
        let inside = ((reach - depth as f32 / 255.0) / 0.25).clamp(0.0, 1.0);
        (256.0 * strength * inside) as i32
    })
}

impl Film for FingerFilm {
    fn frame(&self, _: f32, share: f32) -> Progress {
        let way = eased(share, TOUCHES, LIES);
        Progress::GrayFrame(if share < TOUCHES {
            self.glass.clone()
        } else if way >= 1.0 {
            self.print.clone()
        } else {
            self.sliding(way)
        })
    }
}

impl FingerFilm {
    fn sliding(&self, way: f32) -> GrayImage {
        let (width, height) = (i64::from(self.print.width()), i64::from(self.print.height()));
        let right = part(self.print.width(), BESIDE.0 * (1.0 - way));
        let down = part(self.print.height(), BESIDE.1 * (1.0 - way));
        let (dark, row) = (pressed(way), self.print.width() as usize);
        let mut pixels = self.glass.pixels().to_vec();
        for y in down.max(0)..(height + down).min(height) {
            let (from, to) = (right.max(0) as usize, (width + right).min(width) as usize);
            let target = y as usize * row;
            let source = (y - down) as usize * row + (from as i64 - right) as usize;
            let length = to.saturating_sub(from);
            let (Some(line), Some(print), Some(depth)) = (
                pixels.get_mut(target + from..target + to),
                self.print.pixels().get(source..source + length),
                self.depth.get(source..source + length),
            ) else {
                continue;
            };
            for ((pixel, ink), depth) in line.iter_mut().zip(print).zip(depth) {
                let glass = i32::from(*pixel);
                *pixel = (glass - (((glass - i32::from(*ink)) * dark[usize::from(*depth)]) >> 8)) as u8;
            }
        }
        like(&self.print, pixels)
    }
}
