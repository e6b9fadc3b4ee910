//! Pictures for the screen.
//!
//! Colour screens take blue, green, red from the top left; that is what the open drivers send. For black and white
//! ones a set bit is white and the leftmost pixel is the highest bit of its byte, rows beginning on a byte; no open
//! driver has been seen to show such a picture, so this much is unproven.

use rekam_hal::RgbImage;

use super::model::Ink;

/// One bit per pixel, in feature reports. A flag 0x10 beside it would mean the bulk endpoint.
pub const MONO: u8 = 0x00;
/// Blue, green, red; in feature reports.
pub const COLOUR: u8 = 0x04;

/// A picture as the pad takes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// [`MONO`] or [`COLOUR`].
    pub format: u8,
    /// Row by row from the top left.
    pub bytes: Vec<u8>,
}

/// The picture in the middle of a screen of `size` pixels, white around it; what is larger than the screen is cut at
/// its right and lower edge.
pub fn encode(image: &RgbImage, size: (u16, u16), ink: Ink) -> Picture {
    let (width, height) = (usize::from(size.0), usize::from(size.1));
    let (wide, high) = (image.width() as usize, image.height() as usize);
    let (left, top) = (width.saturating_sub(wide) / 2, height.saturating_sub(high) / 2);
    let pixel = |x: usize, y: usize| -> [u8; 3] {
        let inside = x >= left && y >= top && x - left < wide && y - top < high;
        let place = || ((y - top) * wide + x - left) * 3;
        let found = if inside { image.pixels().get(place()..place() + 3) } else { None };
        found.and_then(|bytes| bytes.try_into().ok()).unwrap_or([255; 3])
    };
    match ink {
        Ink::Colour => {
            let places = (0..height).flat_map(|y| (0..width).map(move |x| (x, y)));
            let bytes = places.flat_map(|(x, y)| pixel(x, y).into_iter().rev().collect::<Vec<u8>>()).collect();
            Picture { format: COLOUR, bytes }
        }
        Ink::Mono => {
            let mut bytes = Vec::with_capacity(width.div_ceil(8) * height);
            for y in 0..height {
                bytes.extend((0..width).step_by(8).map(|x| {
                    let bit = |i: usize| if x + i < width && is_bright(pixel(x + i, y)) { 0x80 >> i } else { 0 };
                    (0..8).map(bit).sum::<u8>()
                }));
            }
            Picture { format: MONO, bytes }
        }
    }
}

/// Luma of at least half.
fn is_bright([red, green, blue]: [u8; 3]) -> bool {
    u32::from(red) * 299 + u32::from(green) * 587 + u32::from(blue) * 114 >= 127_500
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_are_sent_blue_first_and_the_rest_is_white() {
        let dot = RgbImage::new(1, 1, vec![1, 2, 3]).unwrap();
        let white = [255u8; 9];
        let sent = encode(&dot, (3, 3), Ink::Colour);
        let middle: Vec<u8> = [255; 3].into_iter().chain([3, 2, 1]).chain([255; 3]).collect();
        assert_eq!(sent, Picture { format: COLOUR, bytes: [&white[..], &middle, &white].concat() });
    }

    #[test]
    fn rows_of_one_bit_begin_on_a_byte() {
        let black = RgbImage::new(9, 1, vec![0; 27]).unwrap();
        assert_eq!(encode(&black, (10, 2), Ink::Mono).bytes, [0, 0b0100_0000, 0xff, 0b1100_0000]);
    }

    #[test]
    fn every_size_fills_the_screen_exactly() {
        for (w, h) in [(1, 1), (7, 3), (8, 8), (40, 2), (2, 40)] {
            let image = RgbImage::new(w, h, vec![9; (w * h * 3) as usize]).unwrap();
            assert_eq!(encode(&image, (20, 10), Ink::Colour).bytes.len(), 600);
            assert_eq!(encode(&image, (20, 10), Ink::Mono).bytes.len(), 30);
        }
    }
}
