//! Pictures in the codings of cameras.

use image::codecs::jpeg::JpegEncoder;
use image::{ExtendedColorType, ImageEncoder};
use rekam_hal::RgbImage;

use super::Offer;

/// How pictures are coded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Coding {
    /// A JPEG image each.
    Mjpeg,
    /// Luma, blue difference, luma, red difference for two pixels.
    Yuyv,
    /// One grey byte each.
    Grey,
    /// Sixteen bits of grey, of which the upper eight say something.
    Y16,
}

/// Bytes of a row with its padding, 0 where rows have no length.
pub(super) fn row_bytes(offer: &Offer) -> u32 {
    let pixels = match offer.coding {
        Coding::Mjpeg => return 0,
        Coding::Yuyv => offer.width.div_ceil(2) * 4,
        Coding::Grey => offer.width,
        Coding::Y16 => offer.width * 2,
    };
    pixels + offer.padding
}

/// The scene in this format; what it lacks is black.
pub(super) fn encode(scene: &RgbImage, offer: &Offer) -> Vec<u8> {
    let pixel = |x: u32, y: u32| -> [u8; 3] {
        let at = (y as usize * scene.width() as usize + x as usize) * 3;
        let inside = x < scene.width() && y < scene.height();
        let found = if inside { scene.pixels().get(at..at + 3) } else { None };
        found.and_then(|bytes| bytes.try_into().ok()).unwrap_or_default()
    };
    if offer.coding == Coding::Mjpeg {
        return jpeg(&pixel, offer);
    }
    let mut bytes = Vec::new();
    for y in 0..offer.height {
        match offer.coding {
            Coding::Yuyv => {
                for x in (0..offer.width).step_by(2) {
                    let (one, two) = (components(pixel(x, y)), components(pixel((x + 1).min(offer.width - 1), y)));
                    let middle = |a: f32, b: f32| ((a + b) / 2.0).round().clamp(16.0, 240.0) as u8;
                    let light = |value: f32| value.round().clamp(16.0, 235.0) as u8;
                    bytes.extend([light(one[0]), middle(one[1], two[1]), light(two[0]), middle(one[2], two[2])]);
                }
            }
            Coding::Grey => bytes.extend((0..offer.width).map(|x| pixel(x, y)[1])),
            Coding::Y16 => bytes.extend((0..offer.width).flat_map(|x| [0x5a, pixel(x, y)[1]])),
            Coding::Mjpeg => {}
        }
        bytes.extend((0..offer.padding).map(|i| 0xa0 | (i & 0x0f) as u8));
    }
    bytes
}

/// Luma and the two differences, by the coefficients of BT.601.
fn components([red, green, blue]: [u8; 3]) -> [f32; 3] {
    let [r, g, b] = [red, green, blue].map(|value| f32::from(value) / 255.0);
    let luma = 0.299 * r + 0.587 * g + 0.114 * b;
    [16.0 + 219.0 * luma, 128.0 + 112.0 * (b - luma) / 0.886, 128.0 + 112.0 * (r - luma) / 0.701]
}

fn jpeg(pixel: &dyn Fn(u32, u32) -> [u8; 3], offer: &Offer) -> Vec<u8> {
    let (width, height) = (offer.width, offer.height);
    let pixels: Vec<u8> = (0..height).flat_map(|y| (0..width).flat_map(move |x| pixel(x, y))).collect();
    let mut bytes = Vec::new();
    // Into memory, of a size that fits: nothing can fail, and an empty picture would be found out.
    let _ = JpegEncoder::new_with_quality(&mut bytes, 92).write_image(&pixels, width, height, ExtendedColorType::Rgb8);
    bytes
}
