//! From the camera's file to an image: JPEG, turned upright as the camera says it was held.

use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder};
use rekam_hal::image::MAX_SIDE;
use rekam_hal::{RgbImage, jpeg};

/// A file that is no usable picture.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PictureError {
    /// It ends too early.
    #[error("the picture is cut off")]
    Cut,
    /// It is no JPEG image; a camera set to raw files sends such.
    #[error("the camera's file is no JPEG image; set the camera to JPEG ({0})")]
    Format(String),
    /// It is larger than a station takes.
    #[error("a picture of {width} x {height} pixels is larger than {MAX_SIDE} a side; choose a smaller size")]
    Size {
        /// Its width.
        width: u32,
        /// Its height.
        height: u32,
    },
}

/// Decodes a file.
///
/// # Errors
/// See [`PictureError`].
pub fn decode(bytes: &[u8]) -> Result<RgbImage, PictureError> {
    if jpeg::is_cut(bytes) {
        return Err(PictureError::Cut);
    }
    let unreadable = |error: image::ImageError| PictureError::Format(error.to_string());
    let mut decoder = image::codecs::jpeg::JpegDecoder::new(std::io::Cursor::new(bytes)).map_err(unreadable)?;
    let (width, height) = decoder.dimensions();
    if width.max(height) > MAX_SIDE {
        return Err(PictureError::Size { width, height });
    }
    // A file that does not say how it was held was held upright.
    let held = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let mut image = DynamicImage::from_decoder(decoder).map_err(unreadable)?;
    image.apply_orientation(held);
    let upright = image.into_rgb8();
    let (width, height) = upright.dimensions();
    RgbImage::new(width, height, upright.into_raw()).map_err(|_| PictureError::Size { width, height })
}

#[cfg(test)]
mod tests {
    use image::ImageEncoder;
    use image::codecs::jpeg::JpegEncoder;

    use super::*;

    /// A picture whose left half is bright.
    fn file(width: u32, height: u32) -> Vec<u8> {
        let pixels: Vec<u8> =
            (0..width * height).flat_map(|at| [if at % width < width / 2 { 230 } else { 20 }; 3]).collect();
        let mut bytes = Vec::new();
        let encoder = JpegEncoder::new_with_quality(&mut bytes, 95);
        encoder.write_image(&pixels, width, height, image::ExtendedColorType::Rgb8).unwrap();
        bytes
    }

    /// The same file with a note of how the camera was held (TIFF tag 0x0112 in an Exif segment).
    fn held(orientation: u8, bytes: &[u8]) -> Vec<u8> {
        let tiff =
            [b'I', b'I', 42, 0, 8, 0, 0, 0, 1, 0, 0x12, 0x01, 3, 0, 1, 0, 0, 0, orientation, 0, 0, 0, 0, 0, 0, 0];
        let body = [&b"Exif\0\0"[..], &tiff].concat();
        let length = (body.len() as u16 + 2).to_be_bytes();
        [&bytes[..2], &[0xff, 0xe1], &length, &body, &bytes[2..]].concat()
    }

    #[test]
    fn a_camera_on_its_side_gives_an_upright_picture() {
        let plain = file(48, 32);
        let upright = decode(&plain).unwrap();
        assert_eq!((upright.width(), upright.height()), (48, 32));
        assert!(upright.pixels()[0] > 200);
        // Held so that it must be turned by a quarter to the right: what was left is now above.
        let turned = decode(&held(6, &plain)).unwrap();
        assert_eq!((turned.width(), turned.height()), (32, 48));
        let row = |y: usize| turned.pixels()[y * 32 * 3 + 48];
        assert!(row(4) > 200 && row(44) < 50);
    }

    #[test]
    fn raw_and_cut_files_are_refused() {
        assert!(matches!(decode(b"II*\0\x10\0\0\0CR\x02\0"), Err(PictureError::Format(_))));
        let whole = file(48, 32);
        assert!((0..whole.len() - 1).all(|length| decode(&whole[..length]).is_err()));
    }

    #[test]
    fn a_hundred_thousand_mutated_files_are_judged_without_panic() {
        let seeds = [file(16, 8), held(6, &file(8, 16)), held(3, &file(8, 8))];
        let mut state = 0xd1b5_4a32_d192_ed03u64;
        let mut next = move || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state as usize
        };
        let (mut taken, mut refused) = (0, 0);
        for round in 0..100_000 {
            let mut bytes = seeds[round % seeds.len()].clone();
            for _ in 0..next() % 5 {
                let at = next() % bytes.len();
                bytes[at] = next() as u8;
            }
            if next() % 4 == 0 {
                bytes.truncate(next() % (bytes.len() + 1));
            }
            // A size that a mutation has made enormous takes its time and proves nothing.
            if image::codecs::jpeg::JpegDecoder::new(std::io::Cursor::new(&bytes))
                .is_ok_and(|decoder| decoder.dimensions().0.max(decoder.dimensions().1) > 256)
            {
                continue;
            }
            match decode(&bytes) {
                Ok(image) => {
                    taken += 1;
                    assert!(image.width() <= 256 && image.height() <= 256);
                }
                Err(_) => refused += 1,
            }
        }
        assert!(taken > 10_000 && refused > 10_000, "{taken} taken, {refused} refused");
    }
}
