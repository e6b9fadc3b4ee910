//! Image files into device images, with one clear error that names the file.

use std::io::Cursor;
use std::path::{Path, PathBuf};

use image::{DynamicImage, ImageError, ImageReader, Limits};
use rekam_hal::image::MAX_SIDE;
use rekam_hal::{GrayImage, RgbImage, jpeg};

use super::photograph::{self, MOST_BYTES, MOST_PIXELS};

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
    /// The file ends before its image does.
    #[error("{}: cut short, a part of the image is missing; copy the file again", path.display())]
    Cut {
        /// The file.
        path: PathBuf,
    },
    /// The image has more pixels than any device here delivers.
    #[error("{}: more than {MAX_SIDE} pixels on a side, or too many in all; make it smaller or name another", path.display())]
    Size {
        /// The file.
        path: PathBuf,
        /// Why.
        source: image::ImageError,
    },
    /// The photograph has more pixels than any camera takes, or unpacks to more than is sensible.
    #[error("{}: more than {} megapixels, or {} megabytes when unpacked; make it smaller or name another", path.display(), MOST_PIXELS / 1_000_000, MOST_BYTES >> 20)]
    Vast {
        /// The file.
        path: PathBuf,
    },
    /// The file states another resolution across than down, and no device here has such pixels.
    #[error("{}: states {across} dots per inch across and {down} down; correct the resolution in the file", path.display())]
    Pixels {
        /// The file.
        path: PathBuf,
        /// Dots per inch across, or dots per unit where the unit is not known.
        across: f32,
        /// The same down.
        down: f32,
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
/// When the file cannot be read, is no image or has pixels that are not square; the error names the file.
pub fn gray(path: &Path, default_dpi: f32) -> Result<GrayImage, ReadError> {
    let bytes = load(path)?;
    if let Some((across, down)) = png_density(&bytes).and_then(Density::uneven) {
        return Err(ReadError::Pixels { path: path.to_owned(), across, down });
    }
    let decoded = decode(path, &bytes)?.into_luma8();
    let (width, height) = decoded.dimensions();
    let image = GrayImage::new(width, height, decoded.into_raw())
        .map_err(|source| ReadError::Extent { path: path.to_owned(), source })?;
    Ok(image.with_dpi(png_dpi(&bytes).unwrap_or(default_dpi)))
}

/// A photograph, upright and in colour.
///
/// # Errors
/// When the file cannot be read or is no image; the error names the file.
pub fn rgb(path: &Path) -> Result<RgbImage, ReadError> {
    photograph::decode(path, &load(path)?).map(|photo| photo.image)
}

fn load(path: &Path) -> Result<Vec<u8>, ReadError> {
    std::fs::read(path).map_err(|source| ReadError::File { path: path.to_owned(), source })
}

fn decode(path: &Path, bytes: &[u8]) -> Result<DynamicImage, ReadError> {
    let failed = |source| match source {
        ImageError::Limits(_) => ReadError::Size { path: path.to_owned(), source },
        _ => ReadError::Decode { path: path.to_owned(), source },
    };
    if jpeg::is_cut(bytes) {
        return Err(ReadError::Cut { path: path.to_owned() });
    }
    let mut reader = ImageReader::new(Cursor::new(bytes))
        .with_guessed_format()
        .map_err(|source| ReadError::File { path: path.to_owned(), source })?;
    let mut limits = Limits::default();
    limits.max_image_width = Some(MAX_SIDE);
    limits.max_image_height = Some(MAX_SIDE);
    reader.limits(limits);
    reader.decode().map_err(failed)
}

/// Resolution a PNG states in its pHYs chunk (horizontal, unit metre), in dots per inch (PNG 3rd edition, 11.3.4.3).
pub fn png_dpi(bytes: &[u8]) -> Option<f32> {
    png_density(bytes)?.dpi().map(|(across, _)| across)
}

/// What a pHYs chunk says.
#[derive(Clone, Copy)]
struct Density {
    across: u32,
    down: u32,
    /// 1 where it counts pixels in a metre; else the proportion alone is said.
    unit: u8,
}

/// How much the two resolutions of an image may differ: no more than rounding makes.
const SQUARE: f32 = 0.01;

impl Density {
    fn dpi(self) -> Option<(f32, f32)> {
        // 500 dpi is written as 19685 dots per metre, which is 499.999.
        let of = |per_metre: u32| (per_metre as f32 * 0.0254 * 10.0).round() / 10.0;
        let dpi = (of(self.across), of(self.down));
        (self.unit == 1 && dpi.0 > 0.0).then_some(dpi)
    }

    /// Both resolutions where they are not the same.
    fn uneven(self) -> Option<(f32, f32)> {
        let (across, down) = (self.across as f32, self.down as f32);
        ((across - down).abs() > SQUARE * across).then(|| self.dpi().unwrap_or((across, down)))
    }
}

fn png_density(bytes: &[u8]) -> Option<Density> {
    let mut rest = bytes.strip_prefix(b"\x89PNG\r\n\x1a\n")?;
    loop {
        let (length, after) = rest.split_first_chunk::<4>()?;
        let (kind, after) = after.split_first_chunk::<4>()?;
        let length = u32::from_be_bytes(*length) as usize;
        match kind {
            b"pHYs" => {
                let (across, body) = after.split_first_chunk::<4>()?;
                let (down, body) = body.split_first_chunk::<4>()?;
                let [across, down] = [across, down].map(|number| u32::from_be_bytes(*number));
                return Some(Density { across, down, unit: *body.first()? });
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
    fn an_image_stretched_in_one_direction_is_refused() {
        let folder = std::env::temp_dir().join(format!("rekam-uneven-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        for (down, unit, square) in
            [(19_685, 1, true), (19_600, 1, true), (9_843, 1, false), (39_370, 1, false), (9_843, 0, false)]
        {
            let mut png = Cursor::new(Vec::new());
            image::GrayImage::new(8, 8).write_to(&mut png, image::ImageFormat::Png).unwrap();
            let chunk = [b"pHYs", &19_685u32.to_be_bytes()[..], &u32::to_be_bytes(down), &[unit]].concat();
            let crc = crc32(&chunk).to_be_bytes();
            let mut bytes = png.into_inner();
            // Behind the signature and the header chunk.
            bytes.splice(33..33, [&9u32.to_be_bytes()[..], &chunk, &crc].concat());
            let path = folder.join("image.png");
            std::fs::write(&path, bytes).unwrap();
            let read = gray(&path, 500.0);
            assert_eq!(matches!(read, Err(ReadError::Pixels { .. })), !square, "{down} {unit}: {read:?}");
            assert_eq!(read.is_ok(), square, "{down} {unit}");
        }
        std::fs::remove_dir_all(&folder).unwrap();
    }

    /// The checksum of a PNG chunk.
    fn crc32(bytes: &[u8]) -> u32 {
        !bytes.iter().fold(u32::MAX, |crc, byte| {
            (0..8).fold(crc ^ u32::from(*byte), |c, _| if c & 1 == 1 { c >> 1 ^ 0xedb8_8320 } else { c >> 1 })
        })
    }

    #[test]
    fn the_resolution_is_found_behind_other_chunks() {
        assert_eq!(png_dpi(&head(1, 19_685)), Some(500.0));
        assert_eq!(png_dpi(&head(1, 39_370)), Some(1000.0));
        assert_eq!(png_dpi(&head(0, 19_685)), None);
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(100_000) })]

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
            let _ = png_density(&real).and_then(Density::uneven);
        }
    }
}
