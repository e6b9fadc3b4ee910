//! The pictures cut from a photograph: the 35 x 45 mm portrait, the token image of ISO/IEC 19794-5, the card's 2 x 3.
//!
//! The eyes are brought level by turning, and the eyes' places in the result follow from the same map, so that they
//! are exact. A pixel of the result is the Lanczos-weighted mean of the pixels under it: sharp when the picture grows,
//! free of moire when it shrinks. What lies outside the picture is its border carried on, softer the farther out, and
//! the share of such pixels is told.

use rekam_hal::RgbImage;

use super::checks::{Landmarks, Side, Similarity, distance, middle};
use super::report::Point;

/// Eyes to chin over the height of the 35 x 45 crop: crown to chin becomes about two thirds of the height (60 to 90 %
/// are asked for) and the head with its hair about half of the width (50 to 75 %).
const FACE_SHARE: f32 = 0.335;
/// The line of the eyes from above over the height (30 to 50 % are asked for).
const EYE_LINE: f32 = 0.45;
/// On the card's taller picture the head is as wide, and the room gained goes to the shoulders; as far as the photograph
/// has any below, down to the line of the 35 x 45 crop.
const CARD_EYE_LINE: f32 = 0.39;
/// Eyes to chin in eye distances beyond which the chin is not believed: children have 1.5, long faces 2.2.
const LONGEST: f32 = 2.25;
const SHORTEST: f32 = 1.45;
/// Widest result, pixels.
const WIDEST: u32 = 4096;
/// Lobes of the Lanczos window.
const LOBES: f64 = 3.0;

/// Which picture is cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// 35 x 45 mm at so many dots per inch (300: 413 x 531).
    Portrait {
        /// Dots per inch.
        dpi: u32,
    },
    /// The token image, W x W/0.75: eyes level, 0.25 W apart about the middle, at 0.6 W from above.
    Token {
        /// W in pixels, 240 at least.
        width: u32,
    },
    /// The card's picture of 20 x 30 mm (300 dpi: 236 x 354).
    Card {
        /// Dots per inch.
        dpi: u32,
    },
}

/// Why nothing was cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CropError {
    /// Points are missing, not finite or on one another.
    #[error("no face to cut by")]
    NoFace,
    /// The result would be empty, or wider than 4096 pixels.
    #[error("a picture {0} pixels wide cannot be cut")]
    Size(u32),
}

/// A picture cut from another.
#[derive(Debug, Clone, PartialEq)]
pub struct Cut {
    /// The picture.
    pub image: RgbImage,
    /// Centres of the eyes in it, the left one first, in pixels (the middle of the first pixel is 0.5).
    pub eyes: [Point; 2],
    /// Share of it that lies outside the photograph, 0..=1.
    pub beyond: f32,
    /// Pixels of the photograph per pixel of the result; above 1 there was detail to spare, below 1 it was enlarged.
    pub scale: f32,
    map: Similarity,
}

impl Cut {
    /// Where a point of the photograph lies in the result.
    pub fn place(&self, photo: Point) -> Point {
        self.map.back(photo)
    }

    /// Where a point of the result lies in the photograph.
    pub fn origin(&self, result: Point) -> Point {
        let (x, y) = self.map.forth(f64::from(result.0), f64::from(result.1));
        (x as f32, y as f32)
    }
}

impl Format {
    /// Width and height in pixels.
    pub fn size(self) -> (u32, u32) {
        let pixels = |mm: u32, dpi: u32| ((u64::from(mm) * u64::from(dpi) * 10 + 127) / 254) as u32;
        match self {
            Self::Portrait { dpi } => (pixels(35, dpi), pixels(45, dpi)),
            Self::Token { width } => (width, ((u64::from(width) * 4 + 1) / 3) as u32),
            Self::Card { dpi } => (pixels(20, dpi), pixels(30, dpi)),
        }
    }

    /// From the result to a photograph of this height.
    fn map(self, head: &Head, high: f32) -> Similarity {
        let eyes = head.eyes;
        let apart = distance(eyes[0], eyes[1]).max(1e-3);
        let angle = (eyes[1].1 - eyes[0].1).atan2(eyes[1].0 - eyes[0].0);
        let chin = head.chin.clamp(SHORTEST * apart, LONGEST * apart);
        let (width, height) = self.size();
        let (w, h) = (width as f32, height as f32);
        let centre = middle(eyes[0], eyes[1]);
        match self {
            Self::Portrait { .. } => Similarity::about(centre, (w / 2.0, EYE_LINE * h), chin / (FACE_SHARE * h), angle),
            Self::Card { .. } => {
                // the 35 x 45 crop's width
                let scale = chin / (FACE_SHARE * w * 45.0 / 35.0);
                let lacking = (centre.1 + (1.0 - CARD_EYE_LINE) * h * scale - high) / (h * scale);
                let spare = (centre.1 / (h * scale) - CARD_EYE_LINE).clamp(0.0, EYE_LINE - CARD_EYE_LINE);
                let line = CARD_EYE_LINE + lacking.clamp(0.0, spare);
                Similarity::about(centre, (w / 2.0, line * h), scale, angle)
            }
            Self::Token { .. } => {
                // the standard counts pixels from 1: its eyes are the middles of pixels 0.375 W - 1 and 0.625 W - 1
                Similarity::about(centre, (w / 2.0 - 0.5, 0.6 * w - 0.5), apart / (0.25 * w), angle)
            }
        }
    }
}

/// What a picture is cut by.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Head {
    /// Centres of the irises, the picture's left one first, pixels.
    pub eyes: [Point; 2],
    /// From between the eyes to the chin, pixels.
    pub chin: f32,
}

impl Head {
    /// The head of a face of 478 points; `None` when they are missing or not finite.
    pub fn of(points: &[[f32; 3]]) -> Option<Self> {
        let face = Landmarks::new(points)?;
        let eyes = [Side::Left, Side::Right].map(|side| face.iris(side).0);
        Some(Self { eyes, chin: face.eyes_to_chin() })
    }
}

/// Cuts a picture from a photograph by the head in it.
///
/// # Errors
/// A head that is nowhere or not finite, a size that makes no picture.
pub fn cut(photo: &RgbImage, head: Option<Head>, format: Format) -> Result<Cut, CropError> {
    let finite = |head: &Head| head.eyes.iter().all(|(x, y)| x.is_finite() && y.is_finite()) && head.chin.is_finite();
    let head = head.filter(|head| finite(head) && head.eyes[0] != head.eyes[1]).ok_or(CropError::NoFace)?;
    let (width, height) = format.size();
    if !(8..=WIDEST).contains(&width) {
        return Err(CropError::Size(width));
    }
    let map = format.map(&head, photo.height() as f32);
    let lens = Lens::new(map.scale());
    let mut pixels = Vec::with_capacity(width as usize * height as usize * 3);
    let mut beyond = 0usize;
    for y in 0..height {
        for x in 0..width {
            let (px, py) = map.forth(f64::from(x) + 0.5, f64::from(y) + 0.5);
            let away = outside(photo, px, py);
            beyond += usize::from(away > 0.0);
            let colour = if away > 0.0 { carried_on(photo, px, py, away) } else { lens.look(photo, px, py) };
            pixels.extend(colour.map(|v| (v + 0.5).clamp(0.0, 255.0) as u8));
        }
    }
    let image = RgbImage::new(width, height, pixels).map_err(|_| CropError::Size(width))?;
    let share = beyond as f32 / (width as f32 * height as f32);
    Ok(Cut { image, eyes: head.eyes.map(|p| map.back(p)), beyond: share, scale: map.scale() as f32, map })
}

/// How far a place lies outside the picture, pixels.
fn outside(photo: &RgbImage, x: f64, y: f64) -> f64 {
    let over = |v: f64, n: u32| (-v).max(v - f64::from(n)).max(0.0);
    over(x, photo.width()).max(over(y, photo.height()))
}

/// The border's colour next to a place outside, averaged over as much of the border as the place is away.
fn carried_on(photo: &RgbImage, x: f64, y: f64, away: f64) -> [f32; 3] {
    const TAPS: i32 = 6;
    let mut sum = [0.0f32; 3];
    let along_x = y < 0.0 || y >= f64::from(photo.height());
    for k in -TAPS..=TAPS {
        let d = f64::from(k) / f64::from(TAPS) * away;
        let (sx, sy) = if along_x { (x + d, y) } else { (x, y + d) };
        let c = super::checks::bilinear(photo, sx, sy);
        sum.iter_mut().zip(c).for_each(|(s, v)| *s += v);
    }
    sum.map(|v| v / (2 * TAPS + 1) as f32)
}

/// A Lanczos window for one scale, tabled.
struct Lens {
    reach: f64,
    table: Vec<f32>,
    per_pixel: f64,
}

/// Entries of the table over the reach.
const TABLE: usize = 1536;

impl Lens {
    fn new(scale: f64) -> Self {
        let wide = scale.max(1.0);
        let reach = LOBES * wide;
        let sinc =
            |v: f64| if v.abs() < 1e-9 { 1.0 } else { (std::f64::consts::PI * v).sin() / (std::f64::consts::PI * v) };
        let table = (0..=TABLE)
            .map(|i| {
                let v = i as f64 / TABLE as f64 * LOBES;
                (sinc(v) * sinc(v / LOBES)) as f32
            })
            .collect();
        Self { reach, table, per_pixel: TABLE as f64 / reach }
    }

    fn weight(&self, away: f64) -> f32 {
        self.table[((away.abs() * self.per_pixel + 0.5) as usize).min(TABLE)]
    }

    /// The colour at a continuous place of the picture; its border is repeated.
    fn look(&self, photo: &RgbImage, x: f64, y: f64) -> [f32; 3] {
        let (w, h) = (photo.width() as isize, photo.height() as isize);
        let span = |v: f64| ((v - 0.5 - self.reach).ceil() as isize, (v - 0.5 + self.reach).floor() as isize);
        let ((x0, x1), (y0, y1)) = (span(x), span(y));
        let columns: Vec<(usize, f32)> =
            (x0..=x1).map(|i| (i.clamp(0, w - 1) as usize * 3, self.weight(i as f64 + 0.5 - x))).collect();
        let (mut sum, mut total) = ([0.0f32; 3], 0.0f32);
        for j in y0..=y1 {
            let down = self.weight(j as f64 + 0.5 - y);
            let row = &photo.pixels()[j.clamp(0, h - 1) as usize * w as usize * 3..][..w as usize * 3];
            let mut line = [0.0f32; 3];
            for &(at, across) in &columns {
                for (s, &v) in line.iter_mut().zip(&row[at..at + 3]) {
                    *s += across * f32::from(v);
                }
                total += across * down;
            }
            sum.iter_mut().zip(line).for_each(|(s, v)| *s += v * down);
        }
        sum.map(|v| v / total)
    }
}

#[cfg(test)]
mod tests;
