//! What of a picture is looked at, and how bright it is made: neither a frame around it nor a dull exposure may change
//! what is found.

use rekam_hal::image::GrayImage;

use super::raster::{Plane, quantile};

/// Levels between the darkest parts and what is usual, from which on a picture has contrast enough. The levels at which
/// an edge counts are meant for such pictures.
const ENOUGH: f32 = 40.0;
/// Most that contrast is raised by: beyond that it would be noise.
const MOST: f32 = 3.0;
/// Levels by which neighbouring samples may differ after that: more is noise, not contrast.
const GRAIN: f32 = 1.0;

/// Left, top, width and height of a picture without the even lines around it, as a device adds them to fill its format.
/// An even line shows nothing, so that none is lost with it.
pub(super) fn framed(image: &GrayImage) -> [usize; 4] {
    let (width, height) = (image.width() as usize, image.height() as usize);
    let pixels = image.pixels();
    let row = |y: &usize| even(&mut pixels[y * width..][..width].iter());
    let top = (0..height).take_while(row).count();
    let bottom = (top..height).rev().take_while(row).count();
    let lines = &pixels[top * width..(height - bottom) * width];
    let column = |x: &usize| even(&mut lines.iter().skip(*x).step_by(width));
    let left = (0..width).take_while(column).count();
    let right = (left..width).rev().take_while(column).count();
    [left, top, width - left - right, height - top - bottom]
}

fn even<'a>(line: &mut impl Iterator<Item = &'a u8>) -> bool {
    let first = line.next();
    line.all(|v| Some(v) == first)
}

/// How the levels of a picture are stretched.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Tone {
    gain: f32,
    shift: f32,
}

impl Tone {
    /// What a dull picture needs; a clear one stays as it is.
    pub fn of(plane: &Plane) -> Tone {
        let mut levels: Vec<f32> = plane.data().iter().step_by(7).copied().collect();
        // Even a small pupil is more than this.
        let dark = quantile(&mut levels, 0.005);
        let usual = quantile(&mut levels, 0.6);
        let most = (GRAIN / grain(plane).max(0.1)).clamp(1.0, MOST);
        let gain = (ENOUGH / (usual - dark).max(1.0)).clamp(1.0, most);
        // What is dark must not get brighter than it can be in a clear picture, or what is bright would be cut off.
        Tone { gain, shift: if gain > 1.0 { dark.min(20.0) - gain * dark } else { 0.0 } }
    }

    /// The plane with its levels stretched.
    pub fn apply(&self, mut plane: Plane) -> Plane {
        if self.gain > 1.0 {
            plane.data_mut().iter_mut().for_each(|v| *v = (self.gain * *v + self.shift).clamp(0.0, 255.0));
        }
        plane
    }
}

/// Typical difference of a sample from the middle of its neighbours, levels.
fn grain(plane: &Plane) -> f32 {
    let odd = |three: &[f32]| (three[1] - 0.5 * (three[0] + three[2])).abs();
    let mut odds: Vec<f32> = plane.data().chunks_exact(7).map(|samples| odd(&samples[..3])).collect();
    quantile(&mut odds, 0.5)
}
