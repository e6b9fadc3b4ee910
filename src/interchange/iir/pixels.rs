//! From stored pixels to an image.

use image::ImageFormat as FileFormat;
use rekam_hal::GrayImage;

use super::super::pictures;
use super::{EyeImage, ImageFormat, Mirroring, RecordError, Result};

/// Most pixels of an image: three times the 1280 x 960 of large iris cameras.
const MOST_PIXELS: u64 = 1 << 22;

pub(super) fn restore(eye: &EyeImage) -> Result<GrayImage> {
    let size = (u32::from(eye.width), u32::from(eye.height));
    let pixels = u64::from(size.0) * u64::from(size.1);
    if pixels > MOST_PIXELS {
        return Err(RecordError::Unsupported { field: "image width times height", value: pixels });
    }
    if eye.depth != 8 {
        return Err(RecordError::Unsupported { field: "bit depth", value: eye.depth.into() });
    }
    let image = match eye.format {
        ImageFormat::Raw => raw(eye, size, pixels)?,
        ImageFormat::Jpeg => pictures::decoded(&eye.data, size, FileFormat::Jpeg, "JPEG")?,
        ImageFormat::Jpeg2000 => pictures::jpeg2000::decoded(&eye.data, size)?,
        ImageFormat::Png => pictures::decoded(&eye.data, size, FileFormat::Png, "PNG")?,
    };
    pictures::same_size(size, (image.width(), image.height()))?;
    Ok(upright(image, eye.across == Mirroring::Flipped, eye.down == Mirroring::Flipped))
}

fn raw(eye: &EyeImage, (width, height): (u32, u32), pixels: u64) -> Result<GrayImage> {
    let actual = eye.data.len() as u64;
    if actual != pixels {
        return Err(RecordError::Length { field: "image data", stated: pixels, actual });
    }
    Ok(GrayImage::new(width, height, eye.data.clone())?)
}

/// Undoes mirroring: an eye seen in a mirror is a stranger to itself.
fn upright(image: GrayImage, across: bool, down: bool) -> GrayImage {
    if !across && !down {
        return image;
    }
    let (width, height) = (image.width(), image.height());
    let at = |place: u32, side: u32, flipped: bool| i64::from(if flipped { side - 1 - place } else { place });
    GrayImage::from_fn(width, height, |x, y| image.get(at(x, width, across), at(y, height, down)))
}
