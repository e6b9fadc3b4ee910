//! The portrait as it will be on the card: what is cut out of the picture, and the file that the district prints from.

use image::codecs::jpeg::JpegEncoder;
use image::{ExtendedColorType, ImageEncoder, RgbImage as Pixels, imageops};
use rekam_hal::RgbImage;

use crate::biometrics::face::Check;
use crate::biometrics::face::crop::{CropError, Format, Head, cut};
use crate::domain::session::Findings;
use crate::station::engines::EngineError;

/// Width and height of the portrait on the card, pixels: 2 x 3 cm at 300 dots per inch.
pub const CARD: (u32, u32) = (236, 354);
/// Quality of the JPEG, of 100: no trace of it can be seen at three times the card's size.
const JPEG: u8 = 95;

/// The part of a camera's picture that becomes the portrait, pixels (left, top, width, height): three wide and four
/// high, as large as it can be, in the middle.
pub fn window(width: u32, height: u32) -> (f32, f32, f32, f32) {
    let (width, height) = (width as f32, height as f32);
    let wide = width.min(height * 3.0 / 4.0);
    let high = height.min(wide * 4.0 / 3.0);
    ((width - wide) / 2.0, (height - high) / 2.0, wide, high)
}

/// The [`window`] of a picture.
pub fn windowed(picture: &RgbImage) -> Option<RgbImage> {
    let whole = Pixels::from_raw(picture.width(), picture.height(), picture.pixels().to_vec())?;
    let (left, top, wide, high) = window(picture.width(), picture.height());
    let (wide, high) = ((wide.round() as u32).max(1), (high.round() as u32).max(1));
    let cut = imageops::crop_imm(&whole, left as u32, top as u32, wide, high).to_image();
    RgbImage::new(cut.width(), cut.height(), cut.into_raw()).ok()
}

/// The head in a picture, as its findings tell: the eyes, and from the size of the head how far down the chin is.
fn head(picture: &RgbImage, findings: &Findings) -> Option<Head> {
    let eyes = findings.eyes?;
    let size = findings.checks.iter().find(|finding| finding.check == Check::HeadSize.name())?.raw?;
    let (.., high) = window(picture.width(), picture.height());
    Some(Head { eyes, chin: size * high })
}

/// The portrait of the card, [`CARD`] pixels: cut by the head, with level eyes. Where no head is known, the middle of
/// the [`window`].
pub fn card(picture: &RgbImage, findings: Option<&Findings>) -> Option<RgbImage> {
    let head = findings.and_then(|findings| head(picture, findings));
    match cut(picture, head, Format::Card { dpi: 300 }) {
        Ok(cut) => Some(cut.image),
        Err(CropError::NoFace | CropError::Size(_)) => middle(picture),
    }
}

fn middle(picture: &RgbImage) -> Option<RgbImage> {
    let whole = Pixels::from_raw(picture.width(), picture.height(), picture.pixels().to_vec())?;
    let (left, top, wide, high) = window(picture.width(), picture.height());
    let wide_as_card = high * CARD.0 as f32 / CARD.1 as f32;
    let left = left + (wide - wide_as_card).max(0.0) / 2.0;
    let cut = imageops::crop_imm(
        &whole,
        (left as u32).min(picture.width() - 1),
        (top as u32).min(picture.height() - 1),
        (wide_as_card.min(wide).round() as u32).max(1),
        (high.round() as u32).max(1),
    );
    let small = imageops::resize(&cut.to_image(), CARD.0, CARD.1, imageops::FilterType::Lanczos3);
    RgbImage::new(CARD.0, CARD.1, small.into_raw()).ok()
}

/// The same as the file that the district prints from.
///
/// # Errors
/// When the picture cannot be encoded.
pub fn card_jpeg(picture: &RgbImage, findings: Option<&Findings>) -> Result<Option<Vec<u8>>, EngineError> {
    let Some(card) = card(picture, findings) else { return Ok(None) };
    let mut bytes = Vec::new();
    let mut encoder = JpegEncoder::new_with_quality(&mut bytes, JPEG);
    encoder.set_pixel_density(image::codecs::jpeg::PixelDensity::dpi(300));
    encoder.write_image(card.pixels(), card.width(), card.height(), ExtendedColorType::Rgb8)?;
    Ok(Some(bytes))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::domain::session::{Finding, PortraitVerdict};

    /// A picture whose pixels say where they are.
    fn picture(width: u32, height: u32) -> RgbImage {
        let pixel = |at: u32| {
            let (x, y) = (at % width, at / width);
            [(x * 255 / width) as u8, (y * 255 / height) as u8, 90]
        };
        RgbImage::new(width, height, (0..width * height).flat_map(pixel).collect()).unwrap()
    }

    #[test]
    fn the_window_is_three_wide_and_four_high_in_the_middle_of_any_picture() {
        assert_eq!(window(640, 480), (140.0, 0.0, 360.0, 480.0));
        assert_eq!(window(480, 640), (0.0, 0.0, 480.0, 640.0));
        assert_eq!(window(300, 800), (0.0, 200.0, 300.0, 400.0));
        assert_eq!(window(1, 1), (0.125, 0.0, 0.75, 1.0));
    }

    /// Findings of a picture whose eyes are there, in a head of this size.
    fn found(eyes: [(f32, f32); 2], size: f32) -> Findings {
        let finding = |check: Check, raw| Finding { check: check.name().into(), raw: Some(raw), score: 90, pass: true };
        Findings {
            verdict: PortraitVerdict::Pass,
            faces: 1,
            wanted: None,
            background: None,
            eyes: Some(eyes),
            checks: vec![finding(Check::HeadPoseYaw, 0.0), finding(Check::HeadSize, size)],
            advice: None,
            models: BTreeMap::new(),
        }
    }

    #[test]
    fn the_card_is_cut_by_the_head_and_its_eyes_are_level() {
        // Bright dots where the eyes are, the right one lower by a tenth of their distance.
        let eyes = [(290.0_f32, 300.0_f32), (390.0, 310.0)];
        let pixel = |at: u32| {
            let (x, y) = ((at % 720) as f32 + 0.5, (at / 720) as f32 + 0.5);
            let near = eyes.iter().any(|(ex, ey)| (x - ex).hypot(y - ey) < 6.0);
            [if near { 255 } else { 20 }; 3]
        };
        let picture = RgbImage::new(720, 960, (0..720 * 960).flat_map(pixel).collect()).unwrap();
        let card = card(&picture, Some(&found(eyes, 0.19))).unwrap();
        let dot = |from: u32, to: u32| {
            let (mut sum, mut x_sum, mut y_sum) = (0.0, 0.0, 0.0);
            for y in 0..CARD.1 {
                for x in from..to {
                    let weight = f32::from(card.pixels()[((y * CARD.0 + x) * 3) as usize]) - 60.0;
                    if weight > 0.0 {
                        (sum, x_sum, y_sum) = (sum + weight, x_sum + weight * x as f32, y_sum + weight * y as f32);
                    }
                }
            }
            (x_sum / sum, y_sum / sum)
        };
        let (left, right) = (dot(0, CARD.0 / 2), dot(CARD.0 / 2, CARD.0));
        assert!((left.1 - right.1).abs() < 0.5, "{left:?} {right:?}");
        assert!(((left.0 + right.0) / 2.0 - CARD.0 as f32 / 2.0).abs() < 1.0, "{left:?} {right:?}");
    }

    #[test]
    fn a_picture_of_any_size_gives_a_card() {
        let places = [[(0.0, 0.0), (0.0, 0.0)], [(f32::NAN, 1.0), (3.0, 2.0)], [(-90.0, -5.0), (900.0, 9000.0)]];
        for (width, height) in [(1, 1), (3, 700), (900, 2), (640, 480), (480, 640)] {
            let picture = picture(width, height);
            let cards = places.iter().map(|eyes| card(&picture, Some(&found(*eyes, 0.3))));
            for card in cards.chain([card(&picture, None)]) {
                let card = card.unwrap();
                assert_eq!((card.width(), card.height()), CARD);
            }
        }
    }

    #[test]
    fn the_file_says_its_size_and_its_dots_per_inch() {
        let bytes = card_jpeg(&picture(480, 640), None).unwrap().unwrap();
        let read = image::load_from_memory(&bytes).unwrap().into_rgb8();
        assert_eq!(read.dimensions(), CARD);
        // JFIF: unit 1 (inch), then 300 twice.
        assert_eq!(&bytes[13..18], &[1, 1, 44, 1, 44]);
    }
}
