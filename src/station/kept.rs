//! Grey samples as they are kept: PNG files that say how many pixels make an inch.
//!
//! Whoever reads a fingerprint later, at this desk or at the centre, must know its resolution: a print read at the
//! wrong one matches nobody, its owner included.

use std::io::Cursor;

use png::{BitDepth, ColorType, PixelDimensions, Transformations, Unit};
use rekam_hal::{GrayImage, RgbImage};

/// Longest side of a picture that a camera of this program gives.
const LONGEST: u32 = 8192;
const INCHES_PER_METRE: f32 = 1000.0 / 25.4;

/// Why a kept sample cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum KeptError {
    /// Not a PNG file, or a damaged one.
    #[error("the kept picture is damaged")]
    Damaged(#[from] png::DecodingError),
    /// A picture, but not one that this program keeps.
    #[error("the kept picture is not a grey one of a usual size")]
    Foreign,
}

/// The file of a grey image, with its resolution where it is known.
///
/// # Errors
/// When the image is larger than a PNG file can say.
pub fn gray_png(image: &GrayImage) -> Result<Vec<u8>, png::EncodingError> {
    let mut file = Cursor::new(Vec::new());
    let mut encoder = png::Encoder::new(&mut file, image.width(), image.height());
    encoder.set_color(ColorType::Grayscale);
    encoder.set_depth(BitDepth::Eight);
    encoder.set_pixel_dims(image.dpi().map(|dpi| {
        let per_metre = (dpi * INCHES_PER_METRE).round() as u32;
        PixelDimensions { xppu: per_metre, yppu: per_metre, unit: Unit::Meter }
    }));
    encoder.write_header()?.write_image_data(image.pixels())?;
    Ok(file.into_inner())
}

/// The colour picture in a file; `None` when it is none that could have come from a camera.
pub fn rgb_of(bytes: &[u8]) -> Option<RgbImage> {
    let mut reader = image::ImageReader::new(Cursor::new(bytes)).with_guessed_format().ok()?;
    let mut limits = image::Limits::default();
    (limits.max_image_width, limits.max_image_height) = (Some(LONGEST), Some(LONGEST));
    reader.limits(limits);
    let read = reader.decode().ok()?.into_rgb8();
    RgbImage::new(read.width(), read.height(), read.into_raw()).ok()
}

/// The image in such a file.
///
/// # Errors
/// [`KeptError`] when it is damaged or not of this program's making.
pub fn gray_of_png(bytes: &[u8]) -> Result<GrayImage, KeptError> {
    let mut decoder = png::Decoder::new(Cursor::new(bytes));
    decoder.set_transformations(Transformations::IDENTITY);
    let mut reader = decoder.read_info()?;
    let info = reader.info();
    if (info.color_type, info.bit_depth) != (ColorType::Grayscale, BitDepth::Eight) {
        return Err(KeptError::Foreign);
    }
    let (width, height) = (info.width, info.height);
    let metric = info.pixel_dims.filter(|dims| dims.unit == Unit::Meter && dims.xppu == dims.yppu);
    let mut pixels = vec![0; reader.output_buffer_size().ok_or(KeptError::Foreign)?];
    reader.next_frame(&mut pixels)?;
    let image = GrayImage::new(width, height, pixels).map_err(|_| KeptError::Foreign)?;
    Ok(match metric {
        Some(dims) => image.with_dpi(dims.xppu as f32 / INCHES_PER_METRE),
        None => image,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn print() -> GrayImage {
        GrayImage::from_fn(31, 17, |x, y| (x * 7 + y * 5) as u8)
    }

    #[test]
    fn the_resolution_is_kept_with_the_picture() {
        for dpi in [250.0, 500.0, 508.0, 569.0, 1000.0] {
            let back = gray_of_png(&gray_png(&print().with_dpi(dpi)).unwrap()).unwrap();
            assert!(back.pixels() == print().pixels() && back.width() == 31);
            assert!(back.dpi().is_some_and(|kept| (kept - dpi).abs() < 0.02), "{:?}", back.dpi());
        }
        assert_eq!(gray_of_png(&gray_png(&print()).unwrap()).unwrap().dpi(), None);
    }

    #[test]
    fn what_is_damaged_or_foreign_is_told() {
        let mut file = gray_png(&print()).unwrap();
        file.truncate(file.len() / 2);
        assert!(matches!(gray_of_png(&file), Err(KeptError::Damaged(_))));
        let mut colour = Vec::new();
        let mut encoder = png::Encoder::new(&mut colour, 1, 1);
        encoder.set_color(ColorType::Rgb);
        encoder.write_header().unwrap().write_image_data(&[1, 2, 3]).unwrap();
        assert!(matches!(gray_of_png(&colour), Err(KeptError::Foreign)));
    }
}
