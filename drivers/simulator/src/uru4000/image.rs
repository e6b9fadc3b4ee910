//! From a picture to the bytes a scanner sends: a header, and rows scrambled block by block.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::Rng;
use rekam_hal::GrayImage;

/// Pixels of a row.
pub const WIDTH: usize = 384;
/// Rows of a picture.
pub const HEIGHT: usize = 290;
/// Bytes of a full image.
pub const LENGTH: usize = 64 + WIDTH * HEIGHT;

/// Some rows of a picture and how they are sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Block {
    /// Rows, 1..=255.
    pub rows: u8,
    /// They are sent at all.
    pub sent: bool,
    /// They are scrambled.
    pub scrambled: bool,
    /// The key stream goes on over them.
    pub advances: bool,
    /// They begin a new key.
    pub new_key: bool,
}

impl Block {
    /// Scrambled rows.
    pub const fn scrambled(rows: u8) -> Self {
        Self { rows, sent: true, scrambled: true, advances: true, new_key: false }
    }

    /// Rows in clear.
    pub const fn clear(rows: u8) -> Self {
        Self { scrambled: false, ..Self::scrambled(rows) }
    }

    /// Rows that are left out.
    pub const fn absent(rows: u8) -> Self {
        Self { sent: false, ..Self::clear(rows) }
    }

    fn flags(self) -> u8 {
        u8::from(!self.sent)
            | u8::from(self.scrambled) << 1
            | u8::from(!self.advances) << 2
            | u8::from(self.new_key) << 7
    }
}

/// Positions, counted from 1 at the least bit, whose sum is fed back into the register.
const FED_BACK: [u32; 11] = [1, 3, 4, 7, 11, 13, 20, 23, 26, 29, 32];

/// The register after one step.
fn stepped(register: u32) -> u32 {
    let sum: u32 = FED_BACK.iter().map(|position| (register >> (position - 1)) & 1).sum();
    (register >> 1) | (sum % 2) << 31
}

/// The byte that the register adds to a pixel.
fn added(register: u32) -> u8 {
    let bit = |from: u32| (register >> from) as u8 & 1;
    bit(4) + 2 * bit(8) + 4 * bit(11) + 8 * bit(14) + 16 * bit(18) + 32 * bit(21) + 64 * bit(24) + 128 * bit(29)
}

/// The bytes of an image whose rows lie in `picture`, as the sensor sees them (ridges bright, a turned sensor turned),
/// in these blocks, under the keys of which `first` is the number of the first.
pub(super) fn sent(
    picture: &[u8],
    blocks: &[Block],
    first: u8,
    key: impl Fn(u8) -> u32,
    rng: &mut ChaCha8Rng,
) -> Vec<u8> {
    let rows: usize = blocks.iter().filter(|block| block.sent).map(|block| usize::from(block.rows)).sum();
    let mut bytes = vec![0; 64];
    // What a real header holds besides is what lay in the device's memory.
    rng.fill_bytes(&mut bytes);
    bytes[4..6].copy_from_slice(&(rows as u16).to_le_bytes());
    bytes[6] = first;
    bytes[16..46].fill(0);
    let (mut number, mut row) = (first, 0);
    let mut register = key(number);
    for (index, block) in blocks.iter().enumerate() {
        bytes[16 + 2 * index] = block.flags();
        bytes[17 + 2 * index] = block.rows;
        if block.new_key {
            number = number.wrapping_add(1);
            register = key(number);
        }
        let end = row + usize::from(block.rows);
        let pixels = &picture[row * WIDTH..end * WIDTH];
        if block.sent && block.scrambled {
            bytes.push(rng.next_u32() as u8);
            for (index, pixel) in pixels.iter().enumerate() {
                if index + 1 < pixels.len() {
                    bytes.push(pixel ^ added(register));
                }
                register = stepped(register);
            }
        } else {
            if block.sent {
                bytes.extend(pixels);
            }
            if block.advances {
                pixels.iter().for_each(|_| register = stepped(register));
            }
        }
        row = end;
    }
    bytes
}

/// A picture as the sensor sees it.
pub(super) fn seen(picture: &GrayImage, turned: bool) -> Vec<u8> {
    let mut pixels: Vec<u8> = (0..HEIGHT as i64)
        .flat_map(|y| (0..WIDTH as i64).map(move |x| (x, y)))
        .map(|(x, y)| 255 - picture.get(x, y))
        .collect();
    if turned {
        pixels.reverse();
    }
    pixels
}

/// What a driver has to make of a picture that was sent in these blocks: rows that were left out are white, and the
/// last pixel of a scrambled block is lost.
pub(super) fn received(picture: &GrayImage, turned: bool, blocks: &[Block]) -> Vec<u8> {
    let mut pixels = seen(picture, turned);
    let mut row = 0;
    for block in blocks {
        let end = row + usize::from(block.rows);
        if !block.sent {
            pixels[row * WIDTH..end * WIDTH].fill(0);
        } else if block.scrambled {
            pixels[end * WIDTH - 1] = 0;
        }
        row = end;
    }
    pixels[row * WIDTH..].fill(0);
    if turned {
        pixels.reverse();
    }
    pixels.iter_mut().for_each(|pixel| *pixel = 255 - *pixel);
    pixels
}
