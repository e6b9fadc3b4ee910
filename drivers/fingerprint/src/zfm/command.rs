//! What is said to a module and what it answers.

use super::packet::{Kind, Packet};

/// The address of a module unless somebody has changed it.
pub const ANY_ADDRESS: u32 = u32::MAX;

/// A command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Command {
    /// Take an image of the finger on the glass.
    TakeImage,
    /// Send the image.
    SendImage,
    /// Who are you?
    ReadParameters,
    /// Is this your password?
    VerifyPassword(u32),
}

impl Command {
    /// As a packet.
    pub fn packet(self, address: u32) -> Packet {
        let payload = match self {
            Self::TakeImage => vec![0x01],
            Self::SendImage => vec![0x0a],
            Self::ReadParameters => vec![0x0f],
            Self::VerifyPassword(password) => [vec![0x13], password.to_be_bytes().to_vec()].concat(),
        };
        Packet { address, kind: Kind::Command, payload }
    }
}

/// First byte of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Code {
    /// Done.
    Done,
    /// The command did not arrive well.
    BadPacket,
    /// No finger lies on the glass.
    NoFinger,
    /// The image was not taken.
    NotTaken,
    /// The ridges run together.
    TooMessy,
    /// Too few ridges.
    TooFewPoints,
    /// The image cannot be sent.
    NotSent,
    /// Not the password.
    WrongPassword,
    /// There is no image.
    NoImage,
    /// Of no known meaning.
    Other(u8),
}

impl Code {
    /// Reads an answer; `None` when it is empty.
    pub fn read(payload: &[u8]) -> Option<Self> {
        Some(match *payload.first()? {
            0x00 => Self::Done,
            0x01 => Self::BadPacket,
            0x02 => Self::NoFinger,
            0x03 => Self::NotTaken,
            0x06 => Self::TooMessy,
            0x07 => Self::TooFewPoints,
            0x0f => Self::NotSent,
            0x13 => Self::WrongPassword,
            0x15 => Self::NoImage,
            other => Self::Other(other),
        })
    }
}

/// What a module says of itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Parameters {
    /// Number of its kind.
    pub system: u16,
    /// Templates it can keep.
    pub capacity: u16,
    /// Its address.
    pub address: u32,
    /// Bytes in a data packet: 32, 64, 128 or 256.
    pub packet_bytes: usize,
    /// Bits per second of its line.
    pub baud: u32,
}

impl Parameters {
    /// Reads the 16 bytes behind the code of the answer; `None` when they are not there or cannot be.
    pub fn read(payload: &[u8]) -> Option<Self> {
        let bytes = payload.get(1..17)?;
        let word = |at: usize| Some(u16::from_be_bytes([*bytes.get(at)?, *bytes.get(at + 1)?]));
        let size = word(12)?;
        let baud = word(14)?;
        Some(Self {
            system: word(2)?,
            capacity: word(4)?,
            address: u32::from(word(8)?) << 16 | u32::from(word(10)?),
            packet_bytes: 32usize.checked_shl(u32::from(size)).filter(|_| size < 4)?,
            baud: (1..=12).contains(&baud).then(|| u32::from(baud) * 9600)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const KNOWN: [u8; 9] = [0x00, 0x01, 0x02, 0x03, 0x06, 0x07, 0x0f, 0x13, 0x15];

    fn assert_read_as_it_stands(payload: &[u8]) {
        match (Code::read(payload), payload.first()) {
            (None, None) => {}
            (Some(Code::Other(code)), Some(first)) => assert!(code == *first && !KNOWN.contains(first)),
            (Some(_), Some(first)) => assert!(KNOWN.contains(first)),
            (code, first) => panic!("{code:?} of {first:?}"),
        }
        let Some(read) = Parameters::read(payload) else { return };
        // What was read is what stands there, byte for byte, and nothing that no module can be.
        let (size, baud) = (read.packet_bytes.trailing_zeros() as u16 - 5, (read.baud / 9600) as u16);
        assert!(size < 4 && read.packet_bytes.is_power_of_two() && (1..=12).contains(&baud), "{read:?}");
        let address = [(read.address >> 16) as u16, read.address as u16];
        for (at, word) in
            [(3, read.system), (5, read.capacity), (9, address[0]), (11, address[1]), (13, size), (15, baud)]
        {
            assert_eq!(payload[at..at + 2], word.to_be_bytes(), "{read:?} at {at}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(500))]

        /// 500 cases of 240 mutations each: 120,000 inputs.
        #[test]
        fn whatever_a_module_answers_is_read_as_it_stands_or_refused(
            answer in prop::collection::vec(any::<u8>(), 0..40),
            likely in any::<bool>(),
            turns in prop::collection::vec((any::<u16>(), any::<u8>()), 240),
        ) {
            let sound = [0, 0, 4, 0, 9, 0, 200, 0, 3, 0xff, 0xff, 0xff, 0xff, 0, 2, 0, 6];
            let mut payload = if likely { sound.to_vec() } else { answer };
            for (place, byte) in turns {
                let at = usize::from(place) % payload.len().max(1);
                match place % 7 {
                    0 => payload.truncate(at),
                    1 => payload.push(byte),
                    2 => payload.rotate_left(at),
                    3 if payload.len() < 17 || payload.len() > 60 => payload = sound.to_vec(),
                    _ => if let Some(old) = payload.get_mut(at) { *old ^= 1 << (byte % 8) },
                }
                assert_read_as_it_stands(&payload);
            }
        }
    }

    #[test]
    fn parameters_are_read_and_impossible_ones_refused() {
        let mut answer = vec![0, 0, 4, 0, 9, 0, 200, 0, 3, 0xff, 0xff, 0xff, 0xff, 0, 2, 0, 6];
        let read = Parameters { system: 9, capacity: 200, address: ANY_ADDRESS, packet_bytes: 128, baud: 57_600 };
        assert_eq!(Parameters::read(&answer), Some(read));
        assert_eq!(Parameters::read(&answer[..16]), None);
        answer[14] = 4;
        assert_eq!(Parameters::read(&answer), None);
        answer[14] = 0;
        answer[16] = 0;
        assert_eq!(Parameters::read(&answer), None);
    }

    #[test]
    fn an_answer_begins_with_its_code() {
        assert_eq!(Code::read(&[]), None);
        assert_eq!(Code::read(&[0x02, 9]), Some(Code::NoFinger));
        assert_eq!(Code::read(&[0x77]), Some(Code::Other(0x77)));
    }
}
