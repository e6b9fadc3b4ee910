//! From the bytes of a picture to an image.
//!
//! Rows may be longer than their pixels (the camera says by how much), and the last row may lack its padding. A
//! picture that is short, cut or of another size than agreed is refused: filled up with grey it would pass for whole.

use image::ImageDecoder;
use image::codecs::jpeg::JpegDecoder;
use rekam_hal::image::MAX_SIDE;
use rekam_hal::{GrayImage, RgbImage, jpeg};

/// How pixels are sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Pixels {
    /// A JPEG image each.
    Mjpeg,
    /// Two pixels in four bytes: luma, blue difference, luma, red difference (BT.601, limited range).
    Yuyv,
    /// One byte each.
    Grey,
    /// Two bytes each, low byte first, sixteen bits.
    Y16,
    /// Two bytes each, low byte first, ten bits.
    Y10,
    /// Two bytes each, low byte first, twelve bits.
    Y12,
}

impl Pixels {
    /// All kinds.
    pub const ALL: [Self; 6] = [Self::Mjpeg, Self::Yuyv, Self::Grey, Self::Y16, Self::Y10, Self::Y12];

    /// The kernel's four letters, the first in the low byte.
    pub fn fourcc(self) -> u32 {
        u32::from_le_bytes(*match self {
            Self::Mjpeg => b"MJPG",
            Self::Yuyv => b"YUYV",
            Self::Grey => b"GREY",
            Self::Y16 => b"Y16 ",
            Self::Y10 => b"Y10 ",
            Self::Y12 => b"Y12 ",
        })
    }

    /// The kind with these letters. Some cameras say `JPEG` for `MJPG`.
    pub fn of(fourcc: u32) -> Option<Self> {
        let jpeg = (fourcc == u32::from_le_bytes(*b"JPEG")).then_some(Self::Mjpeg);
        Self::ALL.into_iter().find(|pixels| pixels.fourcc() == fourcc).or(jpeg)
    }

    /// Whether it has no colour.
    pub fn is_grey(self) -> bool {
        match self {
            Self::Grey | Self::Y16 | Self::Y10 | Self::Y12 => true,
            Self::Mjpeg | Self::Yuyv => false,
        }
    }

    /// Bytes of so many pixels in a row; `None` where rows have no fixed length.
    pub fn row_bytes(self, width: u32) -> Option<usize> {
        let width = width as usize;
        match self {
            Self::Mjpeg => None,
            Self::Yuyv => Some(width.div_ceil(2) * 4),
            Self::Grey => Some(width),
            Self::Y16 | Self::Y10 | Self::Y12 => Some(width * 2),
        }
    }

    /// Bits the sensor is said to deliver.
    fn bits(self) -> u8 {
        match self {
            Self::Mjpeg | Self::Yuyv | Self::Grey => 8,
            Self::Y16 => 16,
            Self::Y10 => 10,
            Self::Y12 => 12,
        }
    }
}

/// The layout in which pictures come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Frame {
    pixels: Pixels,
    width: u32,
    height: u32,
    stride: usize,
    bits: u8,
}

/// A picture that is not whole.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FrameError {
    /// It has too few bytes.
    #[error("a picture of {found} bytes instead of {needed}")]
    Short {
        /// Bytes needed.
        needed: usize,
        /// Bytes that came.
        found: usize,
    },
    /// The JPEG stream ends too early.
    #[error("the picture is cut off")]
    Cut,
    /// It is no JPEG image.
    #[error("the picture cannot be decoded: {0}")]
    Jpeg(String),
    /// It has another size than agreed.
    #[error("a picture of {width} x {height} pixels, which was not agreed")]
    Size {
        /// Its width.
        width: u32,
        /// Its height.
        height: u32,
    },
    /// The kernel has marked it as damaged.
    #[error("the picture was damaged on its way")]
    Damaged,
}

impl Frame {
    /// A layout. `stride` is the length of a row in bytes; 0 where the camera does not say. `None` when the size is
    /// zero or beyond [`MAX_SIDE`], or a row would not hold its pixels.
    pub fn new(pixels: Pixels, width: u32, height: u32, stride: u32) -> Option<Self> {
        if ![width, height].iter().all(|side| (1..=MAX_SIDE).contains(side)) {
            return None;
        }
        let row = pixels.row_bytes(width).unwrap_or(0);
        let stride = if stride == 0 { row } else { stride as usize };
        // A row of absurd length would only be an absurd amount of memory.
        let sound = stride >= row && stride <= row.max(1) * 64 || pixels == Pixels::Mjpeg;
        sound.then_some(Self { pixels, width, height, stride, bits: pixels.bits() })
    }

    /// The same layout, where the sensor fills only so many low bits of two bytes; 8..=16, others are ignored.
    pub fn with_bits(mut self, bits: u8) -> Self {
        if self.pixels == Pixels::Y16 && (8..=16).contains(&bits) {
            self.bits = bits;
        }
        self
    }

    /// How pixels are sent.
    pub fn pixels(&self) -> Pixels {
        self.pixels
    }

    /// Width and height in pixels.
    pub fn size(&self) -> (u32, u32) {
        (self.width, self.height)
    }

    /// Rows of pixels without their padding.
    fn rows<'b>(&self, bytes: &'b [u8]) -> Result<impl Iterator<Item = &'b [u8]>, FrameError> {
        let row = self.pixels.row_bytes(self.width).unwrap_or(0);
        let needed = self.stride * (self.height as usize - 1) + row;
        if bytes.len() < needed {
            return Err(FrameError::Short { needed, found: bytes.len() });
        }
        let rows = bytes.chunks(self.stride.max(1)).take(self.height as usize);
        Ok(rows.map(move |line| line.get(..row).unwrap_or_default()))
    }

    /// The picture in colour; grey ones have three equal channels.
    ///
    /// # Errors
    /// When it is not whole.
    pub fn rgb(&self, bytes: &[u8]) -> Result<RgbImage, FrameError> {
        let pixels = match self.pixels {
            Pixels::Mjpeg => {
                let (colour, channels) = self.jpeg(bytes)?;
                if channels == 3 { colour } else { tripled(&colour) }
            }
            Pixels::Yuyv => {
                let mut pixels = Vec::with_capacity(self.width as usize * self.height as usize * 3);
                for row in self.rows(bytes)? {
                    let start = pixels.len();
                    row.chunks_exact(4).for_each(|pair| two_pixels(pair, &mut pixels));
                    pixels.truncate(start + self.width as usize * 3);
                }
                pixels
            }
            Pixels::Grey | Pixels::Y16 | Pixels::Y10 | Pixels::Y12 => tripled(self.gray(bytes)?.pixels()),
        };
        RgbImage::new(self.width, self.height, pixels).map_err(|_| self.wrong_size())
    }

    /// The picture in grey; of colours the luma.
    ///
    /// # Errors
    /// When it is not whole.
    pub fn gray(&self, bytes: &[u8]) -> Result<GrayImage, FrameError> {
        let pixels = match self.pixels {
            Pixels::Mjpeg => {
                let (colour, channels) = self.jpeg(bytes)?;
                if channels == 3 { colour.chunks_exact(3).map(luma).collect() } else { colour }
            }
            Pixels::Yuyv => {
                let mut pixels = Vec::with_capacity(self.width as usize * self.height as usize);
                for row in self.rows(bytes)? {
                    pixels.extend(row.iter().step_by(2).take(self.width as usize));
                }
                pixels
            }
            Pixels::Grey => self.rows(bytes)?.flatten().copied().collect(),
            Pixels::Y16 | Pixels::Y10 | Pixels::Y12 => {
                let drop = u32::from(self.bits.saturating_sub(8));
                let narrow = |pair: &[u8]| {
                    let value = pair.try_into().map(u16::from_le_bytes).unwrap_or(0) >> drop;
                    u8::try_from(value).unwrap_or(u8::MAX)
                };
                self.rows(bytes)?.flat_map(|row| row.chunks_exact(2).map(narrow)).collect()
            }
        };
        let image = GrayImage::new(self.width, self.height, pixels).map_err(|_| self.wrong_size())?;
        Ok(image.with_source_bits(self.bits))
    }

    fn wrong_size(&self) -> FrameError {
        FrameError::Size { width: self.width, height: self.height }
    }

    /// Decoded bytes and their channels, 1 or 3.
    fn jpeg(&self, bytes: &[u8]) -> Result<(Vec<u8>, usize), FrameError> {
        if jpeg::is_cut(bytes) {
            return Err(FrameError::Cut);
        }
        let unreadable = |error: image::ImageError| FrameError::Jpeg(error.to_string());
        let decoder = JpegDecoder::new(std::io::Cursor::new(bytes)).map_err(unreadable)?;
        let (width, height) = decoder.dimensions();
        if (width, height) != (self.width, self.height) {
            return Err(FrameError::Size { width, height });
        }
        let channels = match decoder.color_type() {
            image::ColorType::L8 => 1,
            image::ColorType::Rgb8 => 3,
            other => return Err(FrameError::Jpeg(format!("{other:?}"))),
        };
        let mut pixels = vec![0; width as usize * height as usize * channels];
        if decoder.total_bytes() != pixels.len() as u64 {
            return Err(FrameError::Size { width, height });
        }
        decoder.read_image(&mut pixels).map_err(unreadable)?;
        Ok((pixels, channels))
    }
}

fn tripled(grey: &[u8]) -> Vec<u8> {
    grey.iter().flat_map(|value| [*value; 3]).collect()
}

fn luma(rgb: &[u8]) -> u8 {
    let weighted: u32 = rgb.iter().zip([299u32, 587, 114]).map(|(value, weight)| u32::from(*value) * weight).sum();
    u8::try_from((weighted + 500) / 1000).unwrap_or(u8::MAX)
}

/// Two pixels that share their colour, by BT.601 with luma 16..=235 and differences 16..=240 around 128.
fn two_pixels(pair: &[u8], out: &mut Vec<u8>) {
    let &[first, blue, second, red] = pair else { return };
    let (blue, red) = (i32::from(blue) - 128, i32::from(red) - 128);
    for light in [first, second] {
        let light = 298 * (i32::from(light) - 16) + 128;
        let channels = [light + 409 * red, light - 100 * blue - 208 * red, light + 516 * blue];
        out.extend(channels.map(|value| (value >> 8).clamp(0, 255) as u8));
    }
}

#[cfg(test)]
mod tests;
