//! From bytes to packets and back.
//!
//! `EF01 | address, 4 bytes | kind | length, 2 bytes | payload | sum, 2 bytes`, everything big endian. The length
//! counts payload and sum; the sum adds kind, both bytes of the length, and the payload.
//!
//! A start mark may also lie inside of a payload or of noise, so a mark is only believed when length and sum agree with
//! it; otherwise the search goes on one byte behind it and nothing that follows is lost.

/// First two bytes of every packet.
const MARK: [u8; 2] = [0xef, 0x01];
/// Bytes before the payload.
const HEAD: usize = 9;
/// Bytes of the sum.
const TAIL: usize = 2;
/// Longest payload that any module sends.
pub const LONGEST: usize = 256;

/// What a packet is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// From host to module.
    Command,
    /// Part of an image or template, more of which follows.
    Data,
    /// Answer to a command.
    Answer,
    /// The last part.
    End,
}

impl Kind {
    fn code(self) -> u8 {
        match self {
            Self::Command => 0x01,
            Self::Data => 0x02,
            Self::Answer => 0x07,
            Self::End => 0x08,
        }
    }

    fn of(code: u8) -> Option<Self> {
        [Self::Command, Self::Data, Self::Answer, Self::End].into_iter().find(|kind| kind.code() == code)
    }
}

/// One packet.
#[derive(Clone, PartialEq, Eq)]
pub struct Packet {
    /// Address of the module.
    pub address: u32,
    /// What it is for.
    pub kind: Kind,
    /// At most [`LONGEST`] bytes.
    pub payload: Vec<u8>,
}

impl Packet {
    /// The bytes on the line. A payload beyond [`LONGEST`] is cut.
    pub fn encode(&self) -> Vec<u8> {
        let payload = self.payload.get(..LONGEST).unwrap_or(&self.payload);
        let length = (payload.len() + TAIL) as u16;
        let mut bytes = MARK.to_vec();
        bytes.extend(self.address.to_be_bytes());
        bytes.push(self.kind.code());
        bytes.extend(length.to_be_bytes());
        bytes.extend(payload);
        let sum = sum(bytes.get(6..).unwrap_or_default());
        bytes.extend(sum.to_be_bytes());
        bytes
    }
}

impl std::fmt::Debug for Packet {
    /// Data packets carry somebody's finger, which never reaches a log.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.kind {
            Kind::Command | Kind::Answer => write!(f, "{:?} {:02x?}", self.kind, self.payload),
            Kind::Data | Kind::End => write!(f, "{:?} of {} bytes", self.kind, self.payload.len()),
        }
    }
}

fn sum(bytes: &[u8]) -> u16 {
    bytes.iter().fold(0, |sum, byte| sum.wrapping_add(u16::from(*byte)))
}

/// What a look at the start of the buffer says.
enum Look {
    /// A packet of so many bytes.
    Packet(Packet, usize),
    /// A packet may begin here, but more bytes are needed.
    More,
    /// None begins here; whether a wrong sum is the reason.
    None { spoilt: bool },
}

fn look(bytes: &[u8]) -> Look {
    const NO: Look = Look::None { spoilt: false };
    if !bytes.iter().zip(MARK).all(|(byte, mark)| *byte == mark) {
        return NO;
    }
    let (Some(kind), Some(length)) = (bytes.get(6), bytes.get(7..HEAD)) else { return Look::More };
    let Some(kind) = Kind::of(*kind) else { return NO };
    let length = length.iter().fold(0, |length, byte| length << 8 | usize::from(*byte));
    if !(TAIL..=LONGEST + TAIL).contains(&length) {
        return NO;
    }
    let end = HEAD + length - TAIL;
    let (Some(payload), Some(checked), Some(said)) =
        (bytes.get(HEAD..end), bytes.get(6..end), bytes.get(end..end + TAIL))
    else {
        return Look::More;
    };
    if sum(checked).to_be_bytes() != said {
        return Look::None { spoilt: true };
    }
    let address = bytes.get(2..6).unwrap_or_default().iter().fold(0, |sum, byte| sum << 8 | u32::from(*byte));
    Look::Packet(Packet { address, kind, payload: payload.to_vec() }, end + TAIL)
}

/// Takes bytes in any pieces and gives packets.
#[derive(Debug, Clone, Default)]
pub struct Decoder {
    held: Vec<u8>,
    dropped: u64,
    spoilt: u64,
}

impl Decoder {
    /// A decoder that waits for a packet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Bytes that belonged to no packet so far.
    pub fn dropped(&self) -> u64 {
        self.dropped
    }

    /// Packets whose sum was wrong so far; a mark that was none may be among them.
    pub fn spoilt(&self) -> u64 {
        self.spoilt
    }

    /// Takes bytes.
    pub fn push(&mut self, bytes: &[u8]) {
        self.held.extend(bytes);
    }

    /// Forgets what was taken.
    pub fn clear(&mut self) {
        self.held.clear();
    }

    /// The next packet.
    pub fn packet(&mut self) -> Option<Packet> {
        let mut at = 0;
        let found = loop {
            let rest = self.held.get(at..).unwrap_or_default();
            if rest.is_empty() {
                break None;
            }
            match look(rest) {
                Look::Packet(packet, length) => break Some((packet, length)),
                Look::More => break None,
                Look::None { spoilt } => {
                    self.spoilt += u64::from(spoilt);
                    at += 1;
                }
            }
        };
        self.dropped += at as u64;
        let length = found.as_ref().map_or(0, |(_, length)| *length);
        self.held.drain(..at + length);
        found.map(|(packet, _)| packet)
    }

    /// Gives up a packet that has begun and does not go on, so that one behind its mark is found.
    pub fn give_up(&mut self) {
        if !self.held.is_empty() {
            self.held.remove(0);
            self.dropped += 1;
        }
    }

    /// Bytes that wait for the rest of their packet.
    pub fn held(&self) -> usize {
        self.held.len()
    }

    /// Whether a packet has begun.
    pub fn is_midway(&self) -> bool {
        !self.held.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn decoded(bytes: &[u8]) -> Vec<Packet> {
        let mut decoder = Decoder::new();
        decoder.push(bytes);
        let mut packets = Vec::new();
        loop {
            packets.extend(std::iter::from_fn(|| decoder.packet()));
            if !decoder.is_midway() {
                return packets;
            }
            decoder.give_up();
        }
    }

    #[test]
    fn a_handshake_is_written_as_the_data_sheets_print_it() {
        let packet = Packet { address: u32::MAX, kind: Kind::Command, payload: vec![0x13, 0, 0, 0, 0] };
        let bytes = [0xef, 0x01, 0xff, 0xff, 0xff, 0xff, 0x01, 0x00, 0x07, 0x13, 0, 0, 0, 0, 0x00, 0x1b];
        assert_eq!(packet.encode(), bytes);
        assert_eq!(decoded(&bytes), [packet]);
    }

    #[test]
    fn a_packet_hidden_behind_a_false_mark_is_found() {
        let packet = Packet { address: 7, kind: Kind::Answer, payload: vec![0] };
        // The false one promises 256 bytes that never come.
        let mut bytes = vec![0xef, 0x01, 0, 0, 0, 7, 0x02, 0x01, 0x02];
        bytes.extend(packet.encode());
        assert_eq!(decoded(&bytes), [packet]);
    }

    #[test]
    fn every_byte_is_either_in_a_packet_or_counted() {
        let packet = Packet { address: 7, kind: Kind::End, payload: vec![1, 2, 3] };
        let mut bytes = vec![9, 0xef, 9];
        bytes.extend(packet.encode());
        let mut spoilt = packet.encode();
        spoilt[10] ^= 4;
        bytes.extend(&spoilt);
        let mut decoder = Decoder::new();
        decoder.push(&bytes);
        assert_eq!(decoder.packet(), Some(packet));
        assert_eq!(decoder.packet(), None);
        assert_eq!((decoder.dropped(), decoder.spoilt()), (3 + spoilt.len() as u64, 1));
    }

    fn packets() -> impl Strategy<Value = Packet> {
        let kinds = prop::sample::select(vec![Kind::Command, Kind::Data, Kind::Answer, Kind::End]);
        (any::<u32>(), kinds, prop::collection::vec(any::<u8>(), 0..=LONGEST))
            .prop_map(|(address, kind, payload)| Packet { address, kind, payload })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(500))]

        #[test]
        fn what_is_written_is_read_in_any_pieces(
            sent in prop::collection::vec(packets(), 1..5),
            pieces in prop::collection::vec(1usize..40, 1..20),
        ) {
            let bytes: Vec<u8> = sent.iter().flat_map(Packet::encode).collect();
            let (mut decoder, mut read, mut rest) = (Decoder::new(), Vec::new(), bytes.as_slice());
            for piece in pieces.iter().cycle() {
                let (now, later) = rest.split_at((*piece).min(rest.len()));
                decoder.push(now);
                read.extend(std::iter::from_fn(|| decoder.packet()));
                rest = later;
                if rest.is_empty() {
                    break;
                }
            }
            prop_assert_eq!(read, sent);
            prop_assert_eq!(decoder.dropped(), 0);
        }

        /// 500 cases of 240 mutated streams each: 120,000 inputs.
        #[test]
        fn a_clean_packet_after_whatever_came_before_is_found(
            seed in any::<[u8; 32]>(),
            before in packets(),
            packet in packets(),
        ) {
            let mut noise = before.encode();
            for round in 0..240usize {
                let pick = usize::from(seed[round % 32]) + round;
                let place = pick % noise.len().max(1);
                match pick % 5 {
                    0 => noise.push(pick as u8),
                    1 => noise.truncate(noise.len().saturating_sub(pick % 7)),
                    2 => if let Some(byte) = noise.get_mut(place) { *byte ^= 1 << (round % 8) },
                    3 => noise.rotate_left(place),
                    _ => noise.extend([0xef, 0x01]),
                }
                // A sum of bytes is weak: now and then noise and the head of a clean packet make a false one together,
                // and no decoder can tell. Behind as many zeros as the longest packet is long that cannot be.
                let mut stream = noise.clone();
                stream.resize(noise.len() + HEAD + LONGEST + TAIL, 0);
                stream.extend(packet.encode());
                prop_assert_eq!(decoded(&stream).pop(), Some(packet.clone()));
                noise.extend(packet.encode());
                prop_assert!(decoded(&noise).len() <= noise.len() / (HEAD + TAIL));
                noise.truncate(300);
            }
        }
    }
}
