//! Where the person is, and whether what looks like a face is one.
//!
//! Detectors and mesh take a drawn face for a face: two dots and a line are enough. The segmentation, trained on
//! photographs of people, does not take a drawing for a person, and a drawing has far fewer tones than skin in any
//! light; either is enough to doubt.

use rekam_hal::RgbImage;

use super::landmarks::{CHIN, FOREHEAD, NOSE_TIP, OVAL};
use super::networks::{FaceError, Grain, Networks};
use super::raster::{Planes, Window, stretch};
use super::report::{Mask, Point};

/// Less of a person than this inside the outline of the face is worth a second look.
const PERSON: f32 = 0.5;

/// Less than this is a drawing's: photographs of people reach at least a fifth however pale, drawings a millionth.
const DRAWN: f32 = 0.1;

/// Fewer bits of luminance than this inside the outline are no skin: photographs have more than 4.5 in any light and
/// more than 2.5 after the strongest compression, flat drawings less than 2.
const TONES: f32 = 2.4;

/// Grey values that are neither black nor white: only where most of the face has them, its tones say something.
const LIT: std::ops::RangeInclusive<usize> = 24..=235;

/// Most rows of the outline that are looked at.
const ROWS: f32 = 160.0;

/// The whole picture, stretched to the network's size.
pub(super) fn person(networks: &Networks, image: &RgbImage, grain: Grain) -> Result<Mask, FaceError> {
    let (width, height) = grain.size();
    let mut planes = Planes::black(width, height);
    stretch(image, Window::whole(image), &mut planes, (0, 0), (width, height));
    let values = networks.person(grain, planes)?;
    Ok(Mask { width, height, values })
}

/// The same, for a picture with this face in it. Where the network does not see a person in the face, it is asked again
/// about head and shoulders alone: a hijab of the wall's own colour hides the rest from it.
pub(super) fn person_of(
    networks: &Networks,
    image: &RgbImage,
    grain: Grain,
    points: &[[f32; 3]],
) -> Result<Mask, FaceError> {
    let whole = person(networks, image, grain)?;
    if substance(image, points, &whole).person >= PERSON {
        return Ok(whole);
    }
    let Some(window) = shoulders(image, points) else { return Ok(whole) };
    let (width, height) = grain.size();
    let mut planes = Planes::black(width, height);
    stretch(image, window, &mut planes, (0, 0), (width, height));
    let near = networks.person(grain, planes)?;
    let mask = patched(&whole, &near, window, image);
    let better = substance(image, points, &mask).person >= PERSON;
    Ok(if better { mask } else { whole })
}

/// Head and shoulders about a face.
fn shoulders(image: &RgbImage, points: &[[f32; 3]]) -> Option<Window> {
    let (nose, brow, chin) = (points.get(NOSE_TIP)?, points.get(FOREHEAD)?, points.get(CHIN)?);
    let face = (chin[0] - brow[0]).hypot(chin[1] - brow[1]);
    let within = |v: f32, end: u32| v.clamp(0.0, end as f32) as usize;
    let (left, right) = (within(nose[0] - face, image.width()), within(nose[0] + face, image.width()));
    let (top, bottom) = (within(nose[1] - face, image.height()), within(nose[1] + 1.4 * face, image.height()));
    let (width, height) = (right.checked_sub(left)?, bottom.checked_sub(top)?);
    (width > 0 && height > 0).then_some(Window { left, top, width, height })
}

/// A mask with a part of it seen anew.
fn patched(whole: &Mask, near: &[f32], window: Window, image: &RgbImage) -> Mask {
    let mut mask = whole.clone();
    for (i, value) in mask.values.iter_mut().enumerate() {
        let place = |at: usize, cells: usize, size: u32| (at as f32 + 0.5) / cells as f32 * size as f32;
        let x = place(i % whole.width, whole.width, image.width()) - window.left as f32;
        let y = place(i / whole.width, whole.height, image.height()) - window.top as f32;
        if x >= 0.0 && y >= 0.0 && x < window.width as f32 && y < window.height as f32 {
            let column = (x / window.width as f32 * whole.width as f32) as usize;
            let row = (y / window.height as f32 * whole.height as f32) as usize;
            *value = near.get(row * whole.width + column).copied().unwrap_or(*value);
        }
    }
    mask
}

/// What is inside the outline of a face.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Substance {
    /// Mean probability of a person, 0..=1.
    pub person: f32,
    /// Entropy of the luminance, bits.
    pub tones: f32,
    /// Share that is neither black nor white.
    pub lit: f32,
}

impl Substance {
    /// A drawing, a coat of arms, a doll: nobody who could be photographed. A photograph held before the camera is not
    /// told from a person.
    pub fn is_drawing(&self) -> bool {
        self.person < DRAWN || (self.lit > 0.5 && self.tones < TONES)
    }
}

/// Measures what the outline of a face encloses.
pub(super) fn substance(image: &RgbImage, points: &[[f32; 3]], mask: &Mask) -> Substance {
    let (width, height) = (image.width() as f32, image.height() as f32);
    let mut tones = [0u32; 256];
    let (mut person, mut count) = (0.0, 0u32);
    inside(points, |x, y| {
        if !(x >= 0.0 && y >= 0.0 && x < width && y < height) {
            return;
        }
        let at = (y as usize * image.width() as usize + x as usize) * 3;
        let Some(&[r, g, b]) = image.pixels().get(at..at + 3).and_then(<[u8]>::as_array) else { return };
        tones[(usize::from(r) * 54 + usize::from(g) * 183 + usize::from(b) * 19) >> 8] += 1;
        let (u, v) = (x / width * mask.width as f32, y / height * mask.height as f32);
        person += mask.values.get(v as usize * mask.width + u as usize).copied().unwrap_or(0.0);
        count += 1;
    });
    let all = count.max(1) as f32;
    let part = |n: &u32| f64::from(*n) / f64::from(count.max(1));
    let bits: f64 = tones.iter().filter(|n| **n > 0).map(|n| -part(n) * part(n).log2()).sum();
    let lit: u32 = tones[LIT].iter().sum();
    Substance { person: person / all, tones: bits as f32, lit: lit as f32 / all }
}

/// Calls `each` with places evenly spread over the outline's inside.
fn inside(points: &[[f32; 3]], mut each: impl FnMut(f32, f32)) {
    let outline: Vec<Point> = OVAL.iter().filter_map(|i| points.get(*i)).map(|p| (p[0], p[1])).collect();
    let top = outline.iter().map(|p| p.1).fold(f32::INFINITY, f32::min);
    let bottom = outline.iter().map(|p| p.1).fold(f32::NEG_INFINITY, f32::max);
    if !(top.is_finite() && bottom.is_finite()) {
        return;
    }
    let step = ((bottom - top) / ROWS).max(1.0);
    for row in 0..=(ROWS as usize) {
        let y = top + (row as f32 + 0.5) * step;
        if y >= bottom {
            break;
        }
        let mut ends: Vec<f32> = outline
            .iter()
            .zip(outline.iter().cycle().skip(1))
            .filter(|(a, b)| (a.1 <= y) != (b.1 <= y))
            .map(|(a, b)| a.0 + (y - a.1) / (b.1 - a.1) * (b.0 - a.0))
            .collect();
        ends.sort_by(f32::total_cmp);
        for pair in ends.chunks_exact(2) {
            let count = (((pair[1] - pair[0]) / step) as usize).min(4 * ROWS as usize);
            (0..count).for_each(|i| each(pair[0] + (i as f32 + 0.5) * step, y));
        }
    }
}
