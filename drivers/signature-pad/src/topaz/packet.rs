//! From bytes to packets.
//!
//! A packet starts with the only byte whose bit 7 is set, and four bytes without it follow. So a decoder that lost
//! its place finds it again at the next packet, whatever lies between: a set bit always starts anew, and bytes that
//! belong to no packet are counted and dropped.

/// What the pad says in one packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Packet {
    /// Where the pen is, in raw units 0..=4095.
    Position {
        /// Raw column.
        x: u16,
        /// Raw row.
        y: u16,
        /// The pen is within reach of the pad.
        near: bool,
        /// The pen touches the pad.
        down: bool,
    },
    /// Force on the tip, 0..=1023.
    Pressure(u16),
    /// Who the pad is.
    DeviceInfo {
        /// Model code, 0..=63.
        model: u8,
        /// Serial number, 16 bits.
        serial: u32,
    },
    /// Answer to a command, as it came.
    CommandResponse([u8; 4]),
}

const SYNC: u8 = 0x80;
const LENGTH: usize = 5;
/// Both coordinates at full scale: the pad's way of saying that it has no position.
const NOWHERE: u16 = 0xFFF;

/// Takes bytes in any chunking and gives packets.
#[derive(Debug, Clone, Default)]
pub struct Decoder {
    held: [u8; LENGTH],
    filled: usize,
    dropped: u64,
}

impl Decoder {
    /// A decoder that waits for the start of a packet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Bytes that belonged to no packet so far.
    pub fn dropped(&self) -> u64 {
        self.dropped
    }

    /// Takes one byte; gives the packet it completes.
    pub fn push(&mut self, byte: u8) -> Option<Packet> {
        if byte & SYNC != 0 {
            self.dropped += self.filled as u64;
            self.filled = 0;
        } else if self.filled == 0 {
            self.dropped += 1;
            return None;
        }
        if let Some(slot) = self.held.get_mut(self.filled) {
            *slot = byte;
            self.filled += 1;
        }
        if self.filled < LENGTH {
            return None;
        }
        self.filled = 0;
        let packet = parse(self.held);
        if packet.is_none() {
            self.dropped += LENGTH as u64;
        }
        packet
    }

    /// Takes many bytes; gives all packets they complete.
    pub fn extend<'a>(&'a mut self, bytes: &'a [u8]) -> impl Iterator<Item = Packet> + 'a {
        bytes.iter().filter_map(|byte| self.push(*byte))
    }
}

/// One packet, or `None` when its type is unknown or its position impossible.
fn parse([b0, b1, b2, b3, b4]: [u8; LENGTH]) -> Option<Packet> {
    let wide = |low: u8, high: u8| (u16::from(high) << 7) | u16::from(low);
    // One of the sources documents two type bits but uses three; three it is.
    match (b0 >> 2) & 7 {
        0 | 1 | 4 => {
            let (x, y) = (wide(b1, b2 & 0x1F), wide(b3, b4 & 0x1F));
            let possible = (b2 | b4) & 0xE0 == 0 && !(x == NOWHERE && y == NOWHERE);
            possible.then_some(Packet::Position { x, y, near: b0 & 0x40 != 0, down: b0 & 1 != 0 })
        }
        7 => Some(Packet::Pressure(wide(b3, b4 & 7))),
        2 => {
            let (d0, d1) = (wide(b1, b2), wide(b3, b4));
            let model = ((d0 & 0xFC) >> 2) as u8;
            Some(Packet::DeviceInfo { model, serial: (u32::from(d0 & 3) << 16) | u32::from(d1) })
        }
        3 => Some(Packet::CommandResponse([b1, b2, b3, b4])),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const PEN_DOWN_AT_1000_500: [u8; 5] = [0xC1, 0x68, 0x07, 0x74, 0x03];

    fn decode(bytes: &[u8]) -> Vec<Packet> {
        Decoder::new().extend(bytes).collect()
    }

    #[test]
    fn a_position_is_read_with_pen_state() {
        let expected = Packet::Position { x: 1000, y: 500, near: true, down: true };
        assert_eq!(decode(&PEN_DOWN_AT_1000_500), [expected]);
    }

    #[test]
    fn pressure_device_info_and_responses_are_told_apart() {
        assert_eq!(decode(&[0x9C, 0, 0, 0x7F, 0x07]), [Packet::Pressure(1023)]);
        let d0 = (11u16 << 2) | 1;
        let info = [0x88, (d0 & 0x7F) as u8, (d0 >> 7) as u8, 0x05, 0x01];
        assert_eq!(decode(&info), [Packet::DeviceInfo { model: 11, serial: (1 << 16) | 133 }]);
        assert_eq!(decode(&[0x8C, 1, 2, 3, 4]), [Packet::CommandResponse([1, 2, 3, 4])]);
    }

    #[test]
    fn impossible_positions_and_unknown_types_are_dropped() {
        assert_eq!(decode(&[0xC1, 0x7F, 0x1F, 0x7F, 0x1F]), []);
        assert_eq!(decode(&[0xC1, 0x00, 0x20, 0x00, 0x00]), []);
        assert_eq!(decode(&[0xC1, 0x00, 0x00, 0x00, 0x40]), []);
        assert_eq!(decode(&[0x94, 0, 0, 0, 0]), []);
    }

    #[test]
    fn every_byte_is_either_in_a_packet_or_counted() {
        let mut decoder = Decoder::new();
        let mut bytes = vec![1, 2, 3, 0x80, 4];
        bytes.extend(PEN_DOWN_AT_1000_500);
        bytes.extend([0x94, 0, 0, 0, 0]);
        assert_eq!(decoder.extend(&bytes).count(), 1);
        assert_eq!(decoder.dropped(), 3 + 2 + 5);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(500))]

        /// 500 cases of 200 mutated streams each: 100,000 inputs.
        #[test]
        fn a_clean_packet_after_garbage_is_always_found(
            seed in any::<[u8; 32]>(),
            start in prop::collection::vec(any::<u8>(), 0..40),
        ) {
            let mut garbage = start;
            for round in 0..200usize {
                let pick = seed[round % 32] as usize;
                match pick % 4 {
                    0 => garbage.push((pick as u8).wrapping_mul(round as u8)),
                    1 => { garbage.pop(); }
                    2 => if let Some(byte) = garbage.get_mut(pick % 37) { *byte ^= 1 << (round % 8) },
                    _ => {
                        let turn = pick % garbage.len().max(1);
                        garbage.rotate_left(turn);
                    }
                }
                let mut stream = garbage.clone();
                stream.extend(PEN_DOWN_AT_1000_500);
                let found = decode(&stream);
                prop_assert_eq!(found.last(), Some(&Packet::Position { x: 1000, y: 500, near: true, down: true }));
            }
        }

        #[test]
        fn chunking_does_not_matter(bytes in prop::collection::vec(any::<u8>(), 0..200), cut in 0usize..200) {
            let whole = decode(&bytes);
            let (head, tail) = bytes.split_at(cut.min(bytes.len()));
            let mut decoder = Decoder::new();
            let mut parts: Vec<_> = decoder.extend(head).collect();
            parts.extend(decoder.extend(tail));
            prop_assert_eq!(whole, parts);
        }

        #[test]
        fn positions_stay_within_twelve_bits(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            for packet in decode(&bytes) {
                if let Packet::Position { x, y, .. } = packet {
                    prop_assert!(x <= 0xFFF && y <= 0xFFF);
                }
            }
        }
    }
}
