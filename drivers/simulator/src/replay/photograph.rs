//! A photograph in a file: upright, in eight bits of red, green and blue, and small enough to work with.
//!
//! Phones and mirror cameras store a portrait lying and say in the file how it is to be turned. Large pictures are made
//! smaller by a whole number, so that everything measured in them can be told in the pixels of the file.

use std::io::Cursor;
use std::path::Path;

use image::metadata::Orientation;
use image::{DynamicImage, GenericImageView, ImageDecoder, ImageError, ImageReader, Limits};
use rekam_hal::image::MAX_SIDE;
use rekam_hal::{RgbImage, jpeg};

use super::read::ReadError;

/// Most pixels of a file: the largest cameras there are have 100 to 110 megapixels.
pub const MOST_PIXELS: u64 = 120_000_000;

/// Most bytes of a file's pixels, unpacked.
pub const MOST_BYTES: u64 = 1 << 29;

/// A photograph as it is looked at.
#[derive(Debug, Clone, PartialEq)]
pub struct Photograph {
    /// The picture, upright.
    pub image: RgbImage,
    /// So many pixels of the file, across and down, became one; 1 unless a side is longer than [`MAX_SIDE`].
    pub shrunk: u32,
    /// Width and height of the file's picture, upright.
    pub size: (u32, u32),
}

/// Unpacks a photograph; `path` is only for the error.
///
/// # Errors
/// When the bytes are no image, a damaged or a cut one, or one of more than [`MOST_PIXELS`] or [`MOST_BYTES`].
pub fn decode(path: &Path, bytes: &[u8]) -> Result<Photograph, ReadError> {
    let failed = |source| match source {
        ImageError::Limits(_) => ReadError::Vast { path: path.to_owned() },
        _ => ReadError::Decode { path: path.to_owned(), source },
    };
    if jpeg::is_cut(bytes) {
        return Err(ReadError::Cut { path: path.to_owned() });
    }
    let mut reader = ImageReader::new(Cursor::new(bytes))
        .with_guessed_format()
        .map_err(|source| ReadError::File { path: path.to_owned(), source })?;
    let mut limits = Limits::default();
    limits.max_alloc = Some(MOST_BYTES);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(failed)?;
    let (width, height) = decoder.dimensions();
    if u64::from(width) * u64::from(height) > MOST_PIXELS || decoder.total_bytes() > MOST_BYTES {
        return Err(ReadError::Vast { path: path.to_owned() });
    }
    // A file whose turn cannot be read is taken as it lies.
    let turn = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let stored = DynamicImage::from_decoder(decoder).map_err(failed)?;
    let shrunk = width.max(height).div_ceil(MAX_SIDE);
    let mut upright = eight_bits(stored, shrunk);
    upright.apply_orientation(turn);
    let size = if lies(turn) { (height, width) } else { (width, height) };
    let (width, height) = (upright.width(), upright.height());
    let image = RgbImage::new(width, height, upright.into_rgb8().into_raw())
        .map_err(|source| ReadError::Extent { path: path.to_owned(), source })?;
    Ok(Photograph { image, shrunk, size })
}

/// Whether a picture to be turned so was stored on its side.
fn lies(turn: Orientation) -> bool {
    use Orientation::*;
    match turn {
        Rotate90 | Rotate270 | Rotate90FlipH | Rotate270FlipH => true,
        NoTransforms | Rotate180 | FlipHorizontal | FlipVertical => false,
    }
}

/// Red, green and blue, every `factor` by `factor` pixels averaged to one; what is transparent shows white paper.
fn eight_bits(stored: DynamicImage, factor: u32) -> DynamicImage {
    if factor <= 1 && !stored.color().has_alpha() {
        return DynamicImage::ImageRgb8(stored.into_rgb8());
    }
    let factor = factor.max(1);
    let (width, height) = (stored.width().div_ceil(factor), stored.height().div_ceil(factor));
    let small = image::RgbImage::from_fn(width, height, |x, y| {
        let across = x * factor..((x + 1) * factor).min(stored.width());
        let down = y * factor..((y + 1) * factor).min(stored.height());
        let count = (across.len() * down.len()).max(1) as u32;
        let mut sum = [0u32; 3];
        for (x, y) in down.flat_map(|y| across.clone().map(move |x| (x, y))) {
            let [r, g, b, alpha] = stored.get_pixel(x, y).0.map(u32::from);
            let shown = [r, g, b].map(|v| (v * alpha + 255 * (255 - alpha) + 127) / 255);
            sum.iter_mut().zip(shown).for_each(|(sum, v)| *sum += v);
        }
        image::Rgb(sum.map(|v| ((v + count / 2) / count) as u8))
    });
    DynamicImage::ImageRgb8(small)
}

#[cfg(test)]
mod tests {
    use image::{ImageFormat, Rgb, RgbImage, Rgba, RgbaImage};
    use proptest::prelude::*;

    use super::*;

    fn encoded(image: &DynamicImage, format: ImageFormat) -> Vec<u8> {
        let mut out = Cursor::new(Vec::new());
        image.write_to(&mut out, format).unwrap();
        out.into_inner()
    }

    fn read(bytes: &[u8]) -> Result<Photograph, ReadError> {
        decode(Path::new("some.file"), bytes)
    }

    /// Dark above, bright below, red on the left.
    fn marked() -> DynamicImage {
        let pixel = |x, y| Rgb([if x < 24 { 220 } else { 30 }, if y < 16 { 20 } else { 240 }, 60]);
        DynamicImage::ImageRgb8(RgbImage::from_fn(48, 32, pixel))
    }

    /// A JPEG file with an EXIF block that says how it is to be turned.
    fn turned(code: u8) -> Vec<u8> {
        let jpeg = encoded(&marked(), ImageFormat::Jpeg);
        let tiff = [b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0", &[code][..], &[0; 6]].concat();
        let length = (tiff.len() as u16 + 2).to_be_bytes();
        [&jpeg[..2], &[0xff, 0xe1], &length, &tiff, &jpeg[2..]].concat()
    }

    fn at(image: &rekam_hal::RgbImage, x: u32, y: u32) -> [u8; 3] {
        let at = ((y * image.width() + x) * 3) as usize;
        [0, 1, 2].map(|c| image.pixels()[at + c])
    }

    #[test]
    fn a_picture_that_was_stored_lying_stands_up() {
        // The stored upper left corner (red and dark) comes to lie in this corner of the upright picture.
        let corners = [(1, (0, 0)), (3, (1, 1)), (6, (1, 0)), (8, (0, 1)), (2, (1, 0)), (4, (0, 1)), (5, (0, 0))];
        for (code, (right, low)) in corners {
            let read = read(&turned(code)).unwrap();
            let lies = code >= 5;
            let size = if lies { (32, 48) } else { (48, 32) };
            assert_eq!((read.size, (read.image.width(), read.image.height())), (size, size), "{code}");
            let place = |far: u32, side: u32| if far == 1 { side - 4 } else { 3 };
            let [r, g, _] = at(&read.image, place(right, size.0), place(low, size.1));
            assert!(r > 180 && g < 70, "{code}: {r} {g}");
        }
        assert_eq!(read(&turned(200)).unwrap().size, (48, 32), "a turn that does not exist");
    }

    #[test]
    fn a_long_picture_is_made_smaller_by_a_whole_number() {
        let pixel = |x: u32, y| Rgb([(x % 2 * 200) as u8, y as u8, 7]);
        let long = DynamicImage::ImageRgb8(RgbImage::from_fn(MAX_SIDE + 3, 5, pixel));
        let read = read(&encoded(&long, ImageFormat::Png)).unwrap();
        assert_eq!((read.shrunk, read.size), (2, (MAX_SIDE + 3, 5)));
        assert_eq!((read.image.width(), read.image.height()), (MAX_SIDE / 2 + 2, 3));
        assert_eq!((at(&read.image, 9, 0), at(&read.image, 9, 2)), ([100, 1, 7], [100, 4, 7]));
        let whole = DynamicImage::ImageRgb8(RgbImage::from_fn(MAX_SIDE, 2, pixel));
        let read = self::read(&encoded(&whole, ImageFormat::Png)).unwrap();
        assert_eq!((read.shrunk, read.image.width()), (1, MAX_SIDE));
    }

    #[test]
    fn what_is_transparent_shows_white() {
        let image =
            RgbaImage::from_fn(2, 1, |x, _| if x == 0 { Rgba([10, 20, 30, 0]) } else { Rgba([10, 20, 30, 255]) });
        let read = read(&encoded(&DynamicImage::ImageRgba8(image), ImageFormat::Png)).unwrap();
        assert_eq!(read.image.pixels(), [255, 255, 255, 10, 20, 30]);
    }

    #[test]
    fn every_depth_and_colour_gives_the_same_picture() {
        let truth = read(&encoded(&marked(), ImageFormat::Png)).unwrap().image;
        let deep = read(&encoded(&DynamicImage::ImageRgb16(marked().into_rgb16()), ImageFormat::Png)).unwrap().image;
        assert_eq!(deep, truth);
        assert_eq!(read(&encoded(&marked(), ImageFormat::Bmp)).unwrap().image, truth);
        let grey = read(&encoded(&DynamicImage::ImageLuma8(marked().into_luma8()), ImageFormat::Png)).unwrap().image;
        assert!(grey.pixels().chunks(3).all(|p| p[0] == p[1] && p[1] == p[2]));
    }

    #[test]
    fn a_header_that_promises_too_much_is_refused_before_memory_is_taken() {
        let mut bytes = encoded(&marked(), ImageFormat::Bmp);
        bytes[18..26].copy_from_slice(&[0x40, 0x9c, 0, 0, 0x40, 0x9c, 0, 0]);
        assert!(matches!(read(&bytes), Err(ReadError::Vast { .. })), "{:?}", read(&bytes));
        let whole = encoded(&marked(), ImageFormat::Jpeg);
        assert!(matches!(read(&whole[..whole.len() / 2]), Err(ReadError::Cut { .. })));
        assert!(matches!(read(b"only words"), Err(ReadError::Decode { .. })));
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(3000) })]

        #[test]
        fn no_damage_stops_the_program(
            format in prop::sample::select(vec![ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::Bmp]),
            damage in prop::collection::vec(any::<(prop::sample::Index, u8)>(), 1..6),
            end in any::<Option<prop::sample::Index>>(),
        ) {
            let mut bytes = encoded(&marked(), format);
            for (at, byte) in damage {
                let at = at.index(bytes.len());
                bytes[at] = byte;
            }
            if let Some(end) = end {
                bytes.truncate(end.index(bytes.len()));
            }
            if let Ok(read) = read(&bytes) {
                prop_assert!(u64::from(read.size.0) * u64::from(read.size.1) <= MOST_PIXELS);
            }
        }
    }
}
