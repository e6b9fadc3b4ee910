//! Compressed images inside records: what is written, and decoders that are told what to expect.
//!
//! A record states the size of its image beside the data, so a decoder refuses anything else before it takes memory.

pub(super) mod jpeg2000;

use std::io::Cursor;

use image::{DynamicImage, ExtendedColorType, ImageEncoder, ImageFormat, ImageReader, Limits, codecs::png::PngEncoder};
use rekam_hal::{GrayImage, RgbImage, jpeg};

use super::error::{RecordError, Result};

/// Bytes a PNG or JPEG decoder may take for each pixel (16-bit colour, and as much again for its own work)...
const DECODER_BYTES: u64 = 16;
/// ...and at the least (tables).
const DECODER_LEAST: u64 = 1 << 20;

/// The pixels as PNG, without loss.
pub(super) fn png(image: &GrayImage) -> Result<Vec<u8>> {
    png_of(image.pixels(), (image.width(), image.height()), ExtendedColorType::L8)
}

/// The pixels in colour as PNG, without loss.
pub(super) fn png_rgb(image: &RgbImage) -> Result<Vec<u8>> {
    png_of(image.pixels(), (image.width(), image.height()), ExtendedColorType::Rgb8)
}

fn png_of(pixels: &[u8], (width, height): (u32, u32), colour: ExtendedColorType) -> Result<Vec<u8>> {
    let mut out = Cursor::new(Vec::new());
    PngEncoder::new(&mut out)
        .write_image(pixels, width, height, colour)
        .map_err(|source| RecordError::Image { format: "PNG", source })?;
    Ok(out.into_inner())
}

/// A PNG or JPEG image that should have the stated size; a larger one is refused before it is decoded.
pub(super) fn decoded(data: &[u8], size: (u32, u32), kind: ImageFormat, format: &'static str) -> Result<GrayImage> {
    let found = opened(data, size, kind, format)?.into_luma8();
    let (width, height) = found.dimensions();
    Ok(GrayImage::new(width, height, found.into_raw())?)
}

/// The same in colour; grey becomes colour with three equal parts.
pub(super) fn decoded_rgb(data: &[u8], size: (u32, u32), kind: ImageFormat, format: &'static str) -> Result<RgbImage> {
    let found = opened(data, size, kind, format)?.into_rgb8();
    let (width, height) = found.dimensions();
    Ok(RgbImage::new(width, height, found.into_raw())?)
}

fn opened(data: &[u8], (width, height): (u32, u32), kind: ImageFormat, format: &'static str) -> Result<DynamicImage> {
    if jpeg::is_cut(data) {
        return Err(RecordError::Short { field: "image data" });
    }
    let mut reader = ImageReader::with_format(Cursor::new(data), kind);
    let mut limits = Limits::default();
    limits.max_image_width = Some(width);
    limits.max_image_height = Some(height);
    limits.max_alloc = Some(DECODER_LEAST + DECODER_BYTES * u64::from(width) * u64::from(height));
    reader.limits(limits);
    reader.decode().map_err(|source| RecordError::Image { format, source })
}

/// Refuses an image that is not as large as its record says.
pub(super) fn same_size(stated: (u32, u32), actual: (u32, u32)) -> Result<()> {
    for (field, stated, actual) in [("image width", stated.0, actual.0), ("image height", stated.1, actual.1)] {
        if stated != actual {
            return Err(RecordError::Side { field, stated: stated.into(), actual: actual.into() });
        }
    }
    Ok(())
}
