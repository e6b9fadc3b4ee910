//! From stored pixels to an image and back.
//!
//! The record states the size of its image beside the data, so every decompressor is told what to expect and refuses
//! anything else before it takes memory for it.

use image::ImageFormat;
use rekam_hal::GrayImage;

use super::super::{pictures, wsq};
use super::{Compression, Picture, RecordError, Result, Sampling, Storage};
use crate::biometrics::fingerprint::RESOLUTIONS;

pub(super) fn store(image: &GrayImage, storage: Storage) -> Result<(Compression, Vec<u8>)> {
    match storage {
        Storage::Wsq(bits_per_pixel) => Ok((Compression::Wsq, wsq::encode(image, bits_per_pixel)?)),
        Storage::Raw => Ok((Compression::Raw, image.clone().into_ridges_dark().into_pixels())),
        Storage::Png => Ok((Compression::Png, pictures::png(&image.clone().into_ridges_dark())?)),
    }
}

pub(super) fn restore(picture: &Picture, sampling: Sampling) -> Result<GrayImage> {
    sampling.check()?;
    let dpi = resolution(sampling)?;
    let (width, height) = (u32::from(picture.width), u32::from(picture.height));
    let pixels = width as usize * height as usize;
    if pixels > wsq::MAX_PIXELS {
        return Err(RecordError::Unsupported { field: "image width times height", value: pixels as u64 });
    }
    let image = match sampling.compression {
        Compression::Raw => GrayImage::new(width, height, raw(picture, sampling.depth, pixels)?)?,
        Compression::Packed => GrayImage::new(width, height, packed(picture, sampling.depth, pixels)?)?,
        // The record's resolution counts, not that of a comment in the stream.
        Compression::Wsq => wsq::pixels(&picture.data, pixels)?.0,
        Compression::Png => pictures::decoded(&picture.data, (width, height), ImageFormat::Png, "PNG")?,
        Compression::Jpeg => pictures::decoded(&picture.data, (width, height), ImageFormat::Jpeg, "JPEG")?,
        Compression::Jpeg2000 => return Err(unsupported(4)),
        Compression::Jpeg2000Lossless => return Err(unsupported(5)),
    };
    pictures::same_size((width, height), (image.width(), image.height()))?;
    Ok(image.with_dpi(dpi))
}

/// The one resolution an image has here: scanners have square pixels, but for rounding, and a finger is taken at 250 to
/// 1000 dpi.
fn resolution(sampling: Sampling) -> Result<f32> {
    let (across, down) = sampling.dpi();
    let of = |field, value: u16| RecordError::Unsupported { field, value: value.into() };
    if !RESOLUTIONS.contains(&across) {
        return Err(of("horizontal image resolution", sampling.image.0));
    }
    if (across - down).abs() > 0.01 * across {
        return Err(of("vertical image resolution", sampling.image.1));
    }
    Ok(across)
}

fn unsupported(code: u64) -> RecordError {
    RecordError::Unsupported { field: "image compression", value: code }
}

fn sized(picture: &Picture, expected: usize) -> Result<&[u8]> {
    if picture.data.len() == expected {
        return Ok(&picture.data);
    }
    let (stated, actual) = (expected as u64, picture.data.len() as u64);
    Err(RecordError::Length { field: "image data", stated, actual })
}

/// Unpacked pixels of up to eight bits take a byte, of more two, high byte first.
fn raw(picture: &Picture, depth: u8, pixels: usize) -> Result<Vec<u8>> {
    match depth {
        8 => Ok(sized(picture, pixels)?.to_vec()),
        0..8 => Ok(sized(picture, pixels)?.iter().map(|value| stretched((*value).into(), depth)).collect()),
        _ => {
            let pairs = sized(picture, 2 * pixels)?.chunks_exact(2);
            Ok(pairs.map(|pair| stretched(pair.iter().fold(0, |v, b| v << 8 | u32::from(*b)), depth)).collect())
        }
    }
}

/// Pixels of any depth without gaps, high bits first; only the last byte is filled up.
fn packed(picture: &Picture, depth: u8, pixels: usize) -> Result<Vec<u8>> {
    let bits = usize::from(depth);
    let data = sized(picture, (pixels * bits).div_ceil(8))?;
    let bit = |at: usize| data.get(at / 8).map_or(0, |byte| u32::from(byte >> (7 - at % 8) & 1));
    let value = |pixel: usize| (0..bits).fold(0, |value, i| value << 1 | bit(pixel * bits + i));
    Ok((0..pixels).map(|pixel| stretched(value(pixel), depth)).collect())
}

/// A value of so many bits as one of eight: black stays black and white white.
fn stretched(value: u32, depth: u8) -> u8 {
    let most = (1_u32 << depth) - 1;
    ((value.min(most) * 255 + most / 2) / most) as u8
}
