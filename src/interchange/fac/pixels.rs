//! From a stored portrait to its pixels.

use image::ImageFormat as FileFormat;
use rekam_hal::RgbImage;

use super::super::pictures;
use super::{FaceFormat, FaceImage, RecordError, Result};

/// Most pixels of a portrait: a camera of 50 megapixels.
const MOST_PIXELS: u64 = 50_000_000;

pub(super) fn restore(face: &FaceImage) -> Result<RgbImage> {
    let size = (u32::from(face.width), u32::from(face.height));
    let pixels = u64::from(size.0) * u64::from(size.1);
    if pixels > MOST_PIXELS {
        return Err(RecordError::Unsupported { field: "image width times height", value: pixels });
    }
    let image = match face.format {
        FaceFormat::Jpeg => pictures::decoded_rgb(&face.data, size, FileFormat::Jpeg, "JPEG")?,
        FaceFormat::Png => pictures::decoded_rgb(&face.data, size, FileFormat::Png, "PNG")?,
        FaceFormat::Jpeg2000 | FaceFormat::Jpeg2000Lossless => pictures::jpeg2000::decoded_rgb(&face.data, size)?,
    };
    pictures::same_size(size, (image.width(), image.height()))?;
    Ok(image)
}
