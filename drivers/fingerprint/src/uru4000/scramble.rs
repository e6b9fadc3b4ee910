//! The key stream under which most models send their pixels: a shift register of 32 bits with feedback.
//!
//! The stream keeps nothing secret (the device tells the key to whoever asks); it is undone here because that is the
//! only form in which the pixels come.

/// Bits of the register whose parity is shifted in.
const TAPS: u32 = 0x9248_144d;
/// Bits of the register that make up the mask of a byte, least bit first.
const MASK_BITS: [u32; 8] = [4, 8, 11, 14, 18, 21, 24, 29];

/// The stream from some key on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyStream(u32);

impl KeyStream {
    /// Begins with the key.
    pub fn new(key: u32) -> Self {
        Self(key)
    }

    fn advance(&mut self) {
        let parity = (self.0 & TAPS).count_ones() & 1;
        self.0 = (parity << 31) | (self.0 >> 1);
    }

    fn mask(self) -> u8 {
        MASK_BITS.iter().enumerate().fold(0, |mask, (to, from)| mask | (((self.0 >> from) & 1) as u8) << to)
    }

    /// Goes over a block that was sent in clear.
    pub fn skip(&mut self, bytes: usize) {
        (0..bytes).for_each(|_| self.advance());
    }

    /// Makes a block readable. Each byte comes one place late, so the last one is lost and becomes 0.
    pub fn undo(&mut self, block: &mut [u8]) {
        for i in 0..block.len() {
            let next = block.get(i + 1).copied();
            let clear = next.map_or(0, |byte| byte ^ self.mask());
            if let Some(place) = block.get_mut(i) {
                *place = clear;
            }
            self.advance();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_register_of_one_bit_moves_down_and_its_taps_come_back_at_the_top() {
        let mut stream = KeyStream::new(1 << 4);
        assert_eq!(stream.mask(), 1);
        stream.advance();
        assert_eq!(stream, KeyStream(1 << 3));
        stream.advance();
        assert_eq!(stream, KeyStream(1 << 31 | 1 << 2), "bit 3 is a tap");
    }

    #[test]
    fn skipping_a_block_moves_as_far_as_undoing_it() {
        let (mut undone, mut skipped) = (KeyStream::new(0x1234_5678), KeyStream::new(0x1234_5678));
        let mut block = [0x55; 384];
        undone.undo(&mut block);
        skipped.skip(384);
        assert_eq!(undone, skipped);
        assert_eq!(block[383], 0);
        undone.undo(&mut []);
        assert_eq!(undone, skipped);
    }
}
