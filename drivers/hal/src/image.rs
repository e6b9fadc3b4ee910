//! Images as devices deliver them: the pixels together with what is needed to judge them.
//!
//! Every source differs in resolution, depth and polarity (a U.are.U delivers bright ridges, an R30x four bits per
//! pixel), and a template made under a wrong assumption is worthless without anybody noticing. So an image carries
//! them explicitly, and the pixel count is checked once, where the image is made.

use serde::{Deserialize, Serialize};

/// Largest width or height accepted: a lying header must not make the station allocate gigabytes.
pub const MAX_SIDE: u32 = 8192;

/// Whether ridges are darker or brighter than the valleys between them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Default)]
pub enum Polarity {
    /// Ridges dark on bright background, as on paper; what every engine expects.
    #[default]
    RidgesDark,
    /// Ridges bright, as many optical sensors deliver.
    RidgesBright,
}

/// An image whose parts contradict each other.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ImageError {
    /// The buffer does not hold width x height (x 3) bytes.
    #[error("an image of {width} x {height} needs {expected} bytes, not {found}")]
    Size {
        /// Width in pixels.
        width: u32,
        /// Height in pixels.
        height: u32,
        /// Bytes needed.
        expected: usize,
        /// Bytes given.
        found: usize,
    },
    /// A side is zero or beyond [`MAX_SIDE`].
    #[error("an image of {width} x {height} pixels is outside 1..={MAX_SIDE}")]
    Extent {
        /// Width in pixels.
        width: u32,
        /// Height in pixels.
        height: u32,
    },
}

fn checked_len(width: u32, height: u32, channels: usize, found: usize) -> Result<(), ImageError> {
    if width == 0 || height == 0 || width > MAX_SIDE || height > MAX_SIDE {
        return Err(ImageError::Extent { width, height });
    }
    let expected = width as usize * height as usize * channels;
    if expected == found { Ok(()) } else { Err(ImageError::Size { width, height, expected, found }) }
}

/// An 8-bit grey image, row by row from the top left.
#[derive(Clone, PartialEq)]
pub struct GrayImage {
    width: u32,
    height: u32,
    pixels: Vec<u8>,
    dpi: Option<f32>,
    source_bits: u8,
    polarity: Polarity,
}

impl GrayImage {
    /// An image of `width * height` bytes with unknown resolution, 8 source bits and dark ridges.
    pub fn new(width: u32, height: u32, pixels: Vec<u8>) -> Result<Self, ImageError> {
        checked_len(width, height, 1, pixels.len())?;
        Ok(Self { width, height, pixels, dpi: None, source_bits: 8, polarity: Polarity::RidgesDark })
    }

    /// An image computed pixel by pixel; sides are clamped into 1..=[`MAX_SIDE`].
    pub fn from_fn(width: u32, height: u32, mut pixel: impl FnMut(u32, u32) -> u8) -> Self {
        let (width, height) = (width.clamp(1, MAX_SIDE), height.clamp(1, MAX_SIDE));
        let mut pixels = Vec::with_capacity(width as usize * height as usize);
        for y in 0..height {
            pixels.extend((0..width).map(|x| pixel(x, y)));
        }
        Self { width, height, pixels, dpi: None, source_bits: 8, polarity: Polarity::RidgesDark }
    }

    /// The same image with its resolution in dots per inch (values outside 50..=5000 mean unknown).
    pub fn with_dpi(mut self, dpi: f32) -> Self {
        self.dpi = (50.0..=5000.0).contains(&dpi).then_some(dpi);
        self
    }

    /// The same image marked with the depth the sensor really had (4 for R30x modules).
    pub fn with_source_bits(mut self, bits: u8) -> Self {
        self.source_bits = bits;
        self
    }

    /// The same image marked with its polarity; the pixels stay.
    pub fn with_polarity(mut self, polarity: Polarity) -> Self {
        self.polarity = polarity;
        self
    }

    /// Width in pixels, 1..=[`MAX_SIDE`].
    pub fn width(&self) -> u32 {
        self.width
    }

    /// Height in pixels, 1..=[`MAX_SIDE`].
    pub fn height(&self) -> u32 {
        self.height
    }

    /// All pixels, row by row.
    pub fn pixels(&self) -> &[u8] {
        &self.pixels
    }

    /// Gives up the pixels.
    pub fn into_pixels(self) -> Vec<u8> {
        self.pixels
    }

    /// Resolution in dots per inch when the source knows it.
    pub fn dpi(&self) -> Option<f32> {
        self.dpi
    }

    /// Bits per pixel at the sensor.
    pub fn source_bits(&self) -> u8 {
        self.source_bits
    }

    /// Polarity of the pixels.
    pub fn polarity(&self) -> Polarity {
        self.polarity
    }

    /// One pixel; coordinates beyond the border read the nearest border pixel.
    pub fn get(&self, x: i64, y: i64) -> u8 {
        let x = x.clamp(0, i64::from(self.width) - 1) as usize;
        let y = y.clamp(0, i64::from(self.height) - 1) as usize;
        self.pixels[y * self.width as usize + x]
    }

    /// The image with dark ridges, inverted when it had bright ones.
    pub fn into_ridges_dark(mut self) -> Self {
        if self.polarity == Polarity::RidgesBright {
            self.pixels.iter_mut().for_each(|p| *p = 255 - *p);
            self.polarity = Polarity::RidgesDark;
        }
        self
    }
}

impl std::fmt::Debug for GrayImage {
    /// Size and resolution only: pixels are personal data and never reach a log.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "GrayImage({} x {}, {:?} dpi)", self.width, self.height, self.dpi)
    }
}

/// An 8-bit colour image, three bytes a pixel (red, green, blue), row by row from the top left.
#[derive(Clone, PartialEq, Eq)]
pub struct RgbImage {
    width: u32,
    height: u32,
    pixels: Vec<u8>,
}

impl RgbImage {
    /// An image of `width * height * 3` bytes.
    pub fn new(width: u32, height: u32, pixels: Vec<u8>) -> Result<Self, ImageError> {
        checked_len(width, height, 3, pixels.len())?;
        Ok(Self { width, height, pixels })
    }

    /// An image computed pixel by pixel; sides are clamped into 1..=[`MAX_SIDE`].
    pub fn from_fn(width: u32, height: u32, mut pixel: impl FnMut(u32, u32) -> [u8; 3]) -> Self {
        let (width, height) = (width.clamp(1, MAX_SIDE), height.clamp(1, MAX_SIDE));
        let mut pixels = Vec::with_capacity(width as usize * height as usize * 3);
        for y in 0..height {
            pixels.extend((0..width).flat_map(|x| pixel(x, y)));
        }
        Self { width, height, pixels }
    }

    /// Width in pixels, 1..=[`MAX_SIDE`].
    pub fn width(&self) -> u32 {
        self.width
    }

    /// Height in pixels, 1..=[`MAX_SIDE`].
    pub fn height(&self) -> u32 {
        self.height
    }

    /// All bytes, row by row.
    pub fn pixels(&self) -> &[u8] {
        &self.pixels
    }
}

impl std::fmt::Debug for RgbImage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "RgbImage({} x {})", self.width, self.height)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_buffer_of_the_wrong_length_is_refused() {
        assert!(matches!(GrayImage::new(3, 2, vec![0; 5]), Err(ImageError::Size { expected: 6, found: 5, .. })));
        assert!(matches!(RgbImage::new(3, 2, vec![0; 6]), Err(ImageError::Size { expected: 18, .. })));
        assert!(matches!(GrayImage::new(0, 2, vec![]), Err(ImageError::Extent { .. })));
    }

    #[test]
    fn bright_ridges_become_dark_once() {
        let bright = GrayImage::new(2, 1, vec![255, 10]).unwrap().with_polarity(Polarity::RidgesBright);
        let dark = bright.into_ridges_dark();
        assert_eq!(dark.pixels(), [0, 245]);
        assert_eq!(dark.clone().into_ridges_dark(), dark);
    }
}
