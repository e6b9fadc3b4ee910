//! One image as the scanner sends it: a header of 64 bytes, then rows of 384 pixels.
//!
//! The header divides the rows into blocks and says of each whether it was sent at all and whether it is scrambled. So
//! a row's place in the picture is not its place in the data: a block that was not sent leaves a gap.

use rekam_hal::{GrayImage, Polarity};

use super::model::Model;
use super::scramble::KeyStream;

/// Pixels of a row.
pub const WIDTH: usize = 384;
/// Rows of a picture.
pub const HEIGHT: usize = 290;
/// Bytes before the first row.
pub const HEADER: usize = 64;
/// Most bytes of an image.
pub const LENGTH: usize = HEADER + WIDTH * HEIGHT;

const LINES_AT: usize = 4;
const KEY_AT: usize = 6;
const BLOCKS_AT: usize = 16;
const BLOCKS: usize = 15;

const NOT_PRESENT: u8 = 0x01;
const SCRAMBLED: u8 = 0x02;
const KEY_STAYS: u8 = 0x04;
const NEXT_KEY: u8 = 0x80;

/// Above this variance of the sum of two neighbouring rows the pixels are taken for scrambled: scrambled ones give
/// about 10 900, the upper edge of a fingertip a few hundred (threshold of libfprint).
const SCRAMBLED_FROM: u64 = 5000;

/// An image that is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FrameError {
    /// Nothing came.
    #[error("the image is empty")]
    Empty,
    /// The header is not complete.
    #[error("an image of {0} bytes has no header")]
    NoHeader(usize),
    /// More rows than a picture has.
    #[error("{0} rows in an image")]
    TooManyRows(usize),
    /// Fewer bytes than the rows need.
    #[error("{found} bytes for {rows} rows")]
    TooShort {
        /// Rows of the header.
        rows: usize,
        /// Bytes that came.
        found: usize,
    },
    /// No row was sent.
    #[error("an image without rows")]
    NoRows,
    /// The pixels make no picture after they were unscrambled.
    #[error("the key does not fit the image")]
    Noise,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Block {
    flags: u8,
    lines: usize,
}

impl Block {
    fn is_present(self) -> bool {
        self.flags & NOT_PRESENT == 0
    }
}

/// What is needed before an image can be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// The key of this number.
    Key(u8),
    /// Nothing.
    Nothing,
}

/// An image on its way from bytes to picture.
#[derive(Clone, PartialEq, Eq)]
pub struct Frame {
    rows: usize,
    key: u8,
    blocks: Vec<Block>,
    /// Rows as sent, one after another, filled up with zeros.
    pixels: Vec<u8>,
    next: usize,
    done: usize,
}

impl Frame {
    /// Reads header and rows.
    ///
    /// # Errors
    /// [`FrameError`], when the header contradicts itself or the bytes that came.
    pub fn parse(bytes: &[u8]) -> Result<Self, FrameError> {
        if bytes.is_empty() {
            return Err(FrameError::Empty);
        }
        let (header, data) = bytes.split_at_checked(HEADER).ok_or(FrameError::NoHeader(bytes.len()))?;
        let at = |index: usize| header.get(index).copied().unwrap_or_default();
        let rows = usize::from(u16::from_le_bytes([at(LINES_AT), at(LINES_AT + 1)]));
        if rows >= HEIGHT {
            return Err(FrameError::TooManyRows(rows));
        }
        if data.len() < rows * WIDTH {
            return Err(FrameError::TooShort { rows, found: bytes.len() });
        }
        let mut left = HEIGHT;
        let blocks = (0..BLOCKS)
            .map(|i| (at(BLOCKS_AT + 2 * i), usize::from(at(BLOCKS_AT + 2 * i + 1))))
            .map(|(flags, lines)| {
                // Rows beyond the picture have no place in it.
                let lines = lines.min(left);
                left -= lines;
                Block { flags, lines }
            })
            .take_while(|block| block.lines > 0)
            .collect::<Vec<_>>();
        if rows == 0 || !blocks.iter().any(|block| block.is_present()) {
            return Err(FrameError::NoRows);
        }
        let mut pixels = data.to_vec();
        pixels.resize(WIDTH * HEIGHT, 0);
        Ok(Self { rows, key: at(KEY_AT), blocks, pixels, next: 0, done: 0 })
    }

    /// Rows that were sent.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// What is needed to read it: the header's flags are believed only where the pixels look scrambled, because some
    /// models raise them over plain pixels.
    pub fn need(&self) -> Need {
        if self.spread_of_first_rows() >= SCRAMBLED_FROM { Need::Key(self.key) } else { Need::Nothing }
    }

    /// Variance of the sum of the first two rows.
    fn spread_of_first_rows(&self) -> u64 {
        let present: usize = self.blocks.iter().filter(|block| block.is_present()).map(|block| block.lines).sum();
        let (Some(first), Some(second)) = (self.pixels.get(..WIDTH), self.pixels.get(WIDTH..2 * WIDTH)) else {
            return 0;
        };
        if present < 2 {
            return 0;
        }
        let sums = || first.iter().zip(second).map(|(a, b)| i64::from(*a) + i64::from(*b));
        let mean = sums().sum::<i64>() / WIDTH as i64;
        sums().map(|sum| (sum - mean).pow(2)).sum::<i64>().unsigned_abs() / WIDTH as u64
    }

    /// Unscrambles as far as this key reaches.
    pub fn unscramble(&mut self, key: u32) -> Need {
        let mut stream = KeyStream::new(key);
        while self.done < self.rows
            && let Some(block) = self.blocks.get_mut(self.next)
        {
            if block.flags & NEXT_KEY != 0 {
                block.flags &= !NEXT_KEY;
                self.key = self.key.wrapping_add(1);
                return Need::Key(self.key);
            }
            let (block, from) = (*block, self.done * WIDTH);
            let to = ((self.done + block.lines) * WIDTH).min(self.pixels.len());
            match (block.flags & KEY_STAYS == 0, block.flags & SCRAMBLED != 0 && block.is_present()) {
                (true, true) => {
                    if let Some(pixels) = self.pixels.get_mut(from..to) {
                        stream.undo(pixels);
                    }
                }
                (true, false) => stream.skip(block.lines * WIDTH),
                (false, _) => {}
            }
            if block.is_present() {
                self.done += block.lines;
            }
            self.next += 1;
        }
        Need::Nothing
    }

    /// Whether the rows are noise instead of a picture, as under a wrong key: neighbouring pixels differ as much as any
    /// two do.
    pub fn is_noise(&self) -> bool {
        let sent = self.sent();
        let count = sent.len().max(1) as u64;
        let mean = sent.iter().map(|p| u64::from(*p)).sum::<u64>() / count;
        let spread = sent.iter().map(|p| u64::from(*p).abs_diff(mean).pow(2)).sum::<u64>();
        let steps = sent.windows(2).map(|w| w.iter().copied().reduce(u8::abs_diff).map_or(0, u64::from).pow(2));
        // Even grey noise of full depth has a variance of 5461, and steps of twice that.
        spread > 2500 * count && steps.sum::<u64>() * 2 > spread * 3
    }

    /// Whether nothing lies on the glass: hardly two greys apart from a few defects.
    pub fn is_blank(&self) -> bool {
        let mut histogram = [0usize; 256];
        for pixel in self.sent() {
            if let Some(count) = histogram.get_mut(usize::from(*pixel)) {
                *count += 1;
            }
        }
        let few = self.sent().len() / 20;
        let edge = |counts: &mut dyn Iterator<Item = &usize>| {
            let mut left = few;
            counts.take_while(|count| left.checked_sub(**count).inspect(|rest| left = *rest).is_some()).count()
        };
        let (dark, bright) = (edge(&mut histogram.iter()), edge(&mut histogram.iter().rev()));
        256usize.saturating_sub(dark + bright) < 48
    }

    fn sent(&self) -> &[u8] {
        self.pixels.get(..self.rows * WIDTH).unwrap_or_default()
    }

    /// The picture: 384 x 290, ridges dark, upright, rows that were not sent white.
    pub fn into_image(self, model: &Model) -> GrayImage {
        // The sensor sees ridges bright on black, so a row that was not sent is black here.
        let mut picture = vec![0; WIDTH * HEIGHT];
        let (mut from, mut to) = (0, 0);
        for block in &self.blocks {
            if from >= self.rows {
                break;
            }
            let (source, target) = (from * WIDTH..(from + block.lines) * WIDTH, to * WIDTH..(to + block.lines) * WIDTH);
            if block.is_present()
                && let (Some(source), Some(target)) = (self.pixels.get(source), picture.get_mut(target))
            {
                target.copy_from_slice(source);
                from += block.lines;
            }
            to += block.lines;
        }
        if model.turned {
            picture.reverse();
        }
        let (width, height) = (WIDTH as u32, HEIGHT as u32);
        GrayImage::from_fn(width, height, |x, y| picture.get(y as usize * WIDTH + x as usize).copied().unwrap_or(0))
            .with_dpi(model.dpi)
            .with_polarity(Polarity::RidgesBright)
            .into_ridges_dark()
    }
}

impl std::fmt::Debug for Frame {
    /// Without pixels: they are personal data and never reach a log.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Frame({} rows in {} blocks, key {})", self.rows, self.blocks.len(), self.key)
    }
}

#[cfg(test)]
mod tests;
