//! The portrait as it will be on the card: what is cut out of the picture, and the file that the district prints from.

use image::codecs::jpeg::JpegEncoder;
use image::{ExtendedColorType, ImageEncoder, RgbImage as Pixels, imageops};
use rekam_hal::RgbImage;

use crate::biometrics::face::Point;
use crate::station::engines::EngineError;

/// Width and height of the portrait on the card, pixels: 2 x 3 cm at 300 dots per inch.
pub const CARD: (u32, u32) = (236, 354);
/// Between the eyes on the card, as a share of its width. ISO/IEC 19794-5 asks for a quarter of a portrait that is
/// three wide and four high; the card's is narrower, and the head keeps the share of the height.
const EYES_APART: f32 = 0.28;
/// The line of the eyes below the upper edge, as a share of the height (ISO/IEC 19794-5: 0.3 to 0.5).
const EYE_LINE: f32 = 0.42;
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

/// Where the card's portrait lies in a picture, pixels (left, top, width, height): by the eyes, where they are known,
/// as far as the picture reaches; else the middle of the [`window`].
fn place(size: (u32, u32), eyes: Option<[Point; 2]>) -> (f32, f32, f32, f32) {
    let (width, height) = (size.0 as f32, size.1 as f32);
    let ratio = CARD.1 as f32 / CARD.0 as f32;
    let most = width.min(height / ratio);
    let (left, top, wide) = match eyes {
        Some([(ax, ay), (bx, by)]) => {
            let wide = ((bx - ax).hypot(by - ay) / EYES_APART).clamp(1.0, most.max(1.0));
            ((ax + bx) / 2.0 - wide / 2.0, (ay + by) / 2.0 - EYE_LINE * wide * ratio, wide)
        }
        None => {
            let (left, top, wide, high) = window(size.0, size.1);
            let card = wide.min(high / ratio);
            (left + (wide - card) / 2.0, top + (high - card * ratio) / 2.0, card)
        }
    };
    let high = wide * ratio;
    // Where the picture ends, the portrait moves rather than showing what the camera has not seen.
    (left.clamp(0.0, (width - wide).max(0.0)), top.clamp(0.0, (height - high).max(0.0)), wide, high)
}

/// The portrait of the card, [`CARD`] pixels.
pub fn card(picture: &RgbImage, eyes: Option<[Point; 2]>) -> Option<RgbImage> {
    let whole = Pixels::from_raw(picture.width(), picture.height(), picture.pixels().to_vec())?;
    let (left, top, wide, high) = place((picture.width(), picture.height()), eyes);
    let (left, top) = (left.round() as u32, top.round() as u32);
    let cut = imageops::crop_imm(
        &whole,
        left.min(picture.width() - 1),
        top.min(picture.height() - 1),
        (wide.round() as u32).max(1),
        (high.round() as u32).max(1),
    );
    let small = imageops::resize(&cut.to_image(), CARD.0, CARD.1, imageops::FilterType::Lanczos3);
    RgbImage::new(CARD.0, CARD.1, small.into_raw()).ok()
}

/// The same as the file that the district prints from.
///
/// # Errors
/// When the picture cannot be encoded.
pub fn card_jpeg(picture: &RgbImage, eyes: Option<[Point; 2]>) -> Result<Option<Vec<u8>>, EngineError> {
    let Some(card) = card(picture, eyes) else { return Ok(None) };
    let mut bytes = Vec::new();
    let mut encoder = JpegEncoder::new_with_quality(&mut bytes, JPEG);
    encoder.set_pixel_density(image::codecs::jpeg::PixelDensity::dpi(300));
    encoder.write_image(card.pixels(), card.width(), card.height(), ExtendedColorType::Rgb8)?;
    Ok(Some(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

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

    #[test]
    fn the_eyes_lie_on_the_line_of_the_card_with_their_distance() {
        let (left, top, wide, high) = place((1920, 1280), Some([(900.0, 500.0), (1012.0, 500.0)]));
        assert!((wide - 400.0).abs() < 0.1 && (high / wide - 1.5).abs() < 1e-3);
        assert!(((956.0 - left) / wide - 0.5).abs() < 1e-3);
        assert!(((500.0 - top) / high - EYE_LINE).abs() < 1e-3);
    }

    #[test]
    fn a_face_at_the_edge_moves_the_portrait_and_never_beyond_the_picture() {
        for eyes in [[(5.0, 8.0), (60.0, 8.0)], [(590.0, 470.0), (639.0, 470.0)], [(-90.0, -5.0), (900.0, 9000.0)]] {
            let (left, top, wide, high) = place((640, 480), Some(eyes));
            assert!(left >= 0.0 && top >= 0.0 && left + wide <= 640.1 && top + high <= 480.1, "{eyes:?}");
        }
    }

    #[test]
    fn a_picture_of_any_size_gives_a_card() {
        for (width, height) in [(1, 1), (3, 700), (900, 2), (640, 480), (480, 640)] {
            for eyes in [None, Some([(0.0, 0.0), (0.0, 0.0)])] {
                let card = card(&picture(width, height), eyes).unwrap();
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
