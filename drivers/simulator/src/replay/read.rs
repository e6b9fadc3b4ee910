//! Image files into device images, with one clear error that names the file.

use std::io::Cursor;
use std::path::{Path, PathBuf};

use image::{DynamicImage, ImageReader, Limits};
use rekam_hal::image::MAX_SIDE;
use rekam_hal::{GrayImage, RgbImage};

/// Why a file is no image for us.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The file cannot be read.
    #[error("{}: cannot be read; check the file's name and permissions", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The file is damaged or no PNG or JPEG.
    #[error("{}: damaged, or not a PNG or JPEG image; replace the file or take it out of the folder", path.display())]
    Decode {
        /// The file.
        path: PathBuf,
        /// Why.
        source: image::ImageError,
    },
    /// The image is larger than any device delivers.
    #[error("{}: {source}; replace the file or take it out of the folder", path.display())]
    Extent {
        /// The file.
        path: PathBuf,
        /// Why.
        source: rekam_hal::ImageError,
    },
}

/// An image file as grey image (colour by luminance), with the resolution of its pHYs chunk, else `default_dpi`.
///
/// # Errors
/// When the file cannot be read or is no image; the error names the file.
pub fn gray(path: &Path, default_dpi: f32) -> Result<GrayImage, ReadError> {
    let bytes = load(path)?;
    let decoded = decode(path, &bytes)?.into_luma8();
    let (width, height) = decoded.dimensions();
    let image = GrayImage::new(width, height, decoded.into_raw())
        .map_err(|source| ReadError::Extent { path: path.to_owned(), source })?;
    Ok(image.with_dpi(png_dpi(&bytes).unwrap_or(default_dpi)))
}

/// An image file as colour image.
///
/// # Errors
/// When the file cannot be read or is no image; the error names the file.
pub fn rgb(path: &Path) -> Result<RgbImage, ReadError> {
    let bytes = load(path)?;
    let decoded = decode(path, &bytes)?.into_rgb8();
    let (width, height) = decoded.dimensions();
    RgbImage::new(width, height, decoded.into_raw())
        .map_err(|source| ReadError::Extent { path: path.to_owned(), source })
}

fn load(path: &Path) -> Result<Vec<u8>, ReadError> {
    std::fs::read(path).map_err(|source| ReadError::File { path: path.to_owned(), source })
}

fn decode(path: &Path, bytes: &[u8]) -> Result<DynamicImage, ReadError> {
    let damaged = |source| ReadError::Decode { path: path.to_owned(), source };
    let mut reader = ImageReader::new(Cursor::new(bytes))
        .with_guessed_format()
        .map_err(|source| ReadError::File { path: path.to_owned(), source })?;
    let mut limits = Limits::default();
    limits.max_image_width = Some(MAX_SIDE);
    limits.max_image_height = Some(MAX_SIDE);
    reader.limits(limits);
    reader.decode().map_err(damaged)
}

/// Resolution a PNG states in its pHYs chunk (horizontal, unit metre), in dots per inch (PNG 3rd edition, 11.3.4.3).
pub fn png_dpi(bytes: &[u8]) -> Option<f32> {
    let mut rest = bytes.strip_prefix(b"\x89PNG\r\n\x1a\n")?;
    loop {
        let (length, after) = rest.split_first_chunk::<4>()?;
        let (kind, after) = after.split_first_chunk::<4>()?;
        let length = u32::from_be_bytes(*length) as usize;
        match kind {
            b"pHYs" => {
                let (x, body) = after.split_first_chunk::<4>()?;
                let unit = *body.get(4)?;
                let dpi = u32::from_be_bytes(*x) as f32 * 0.0254;
                // 500 dpi is written as 19685 dots per metre, which is 499.999.
                return (unit == 1 && dpi > 0.0).then_some((dpi * 10.0).round() / 10.0);
            }
            b"IDAT" | b"IEND" => return None,
            _ => rest = after.get(length.checked_add(4)?..)?,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn head(unit: u8, per_metre: u32) -> Vec<u8> {
        let mut bytes = b"\x89PNG\r\n\x1a\n\0\0\0\x01tEXtA....\0\0\0\x09pHYs".to_vec();
        bytes.extend(per_metre.to_be_bytes());
        bytes.extend(per_metre.to_be_bytes());
        bytes.extend([unit, 0, 0, 0, 0]);
        bytes
    }

    #[test]
    fn the_resolution_is_found_behind_other_chunks() {
        assert_eq!(png_dpi(&head(1, 19_685)), Some(500.0));
        assert_eq!(png_dpi(&head(1, 39_370)), Some(1000.0));
        assert_eq!(png_dpi(&head(0, 19_685)), None);
    }

    proptest! {
        #[test]
        fn no_header_breaks_it(
            bytes in prop::collection::vec(any::<u8>(), 0..60),
            cut in 0usize..60,
            flip in any::<(usize, u8)>(),
        ) {
            let mut real = head(1, 19_685);
            real.truncate(cut);
            if let Some(byte) = real.get_mut(flip.0 % 60) { *byte ^= flip.1; }
            real.extend(bytes);
            if let Some(dpi) = png_dpi(&real) { prop_assert!(dpi > 0.0); }
        }
    }
}
