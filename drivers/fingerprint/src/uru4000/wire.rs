//! Registers, modes and reports: the numbers of the family's protocol.

/// bRequest of every vendor request; wValue is the register, wIndex 0.
pub const REQUEST: u8 = 0x04;

/// Registers.
pub mod register {
    /// State of the hardware, see [`super::status`].
    pub const STATUS: u16 = 0x07;
    /// Number of the key and a seed of the host's: 5 bytes.
    pub const SEED: u16 = 0x33;
    /// The key, masked with the seed: 4 bytes, little endian.
    pub const KEY: u16 = 0x34;
    /// What the device does, see [`super::mode`].
    pub const MODE: u16 = 0x4e;
    /// Versions: 16 bytes.
    pub const INFO: u16 = 0xf0;
    /// Answer to the challenge: 16 bytes.
    pub const RESPONSE: u16 = 0x2000;
    /// Challenge: 16 bytes.
    pub const CHALLENGE: u16 = 0x2010;
}

/// Bits of the status register.
pub mod status {
    /// The device sleeps.
    pub const LOW_POWER: u8 = 0x80;
    /// Together with [`LOW_POWER`]: confused, and in need of a restart.
    pub const TROUBLE: u8 = 0x04;
    /// Set when a restart has succeeded.
    pub const ALIVE: u8 = 0x01;
    /// What is kept when the device is woken.
    pub const KEPT: u8 = 0x0f;
}

/// Values of the mode register.
pub mod mode {
    /// Tells when a finger comes.
    pub const AWAIT_FINGER_ON: u8 = 0x10;
    /// Tells when the finger goes.
    pub const AWAIT_FINGER_OFF: u8 = 0x12;
    /// Sends images.
    pub const CAPTURE: u8 = 0x20;
    /// Rests.
    pub const OFF: u8 = 0x70;
}

/// Bytes of a report on the interrupt endpoint.
pub const REPORT_LENGTH: usize = 64;

/// What a report on the interrupt endpoint says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Report {
    /// The sensor has power.
    PowerOn,
    /// A finger lies on the glass.
    FingerOn,
    /// The finger has left.
    FingerOff,
    /// The next image will fail.
    Trouble,
    /// Of no known meaning. Most of a report is what lay in the device's memory, so this is no offence.
    Other(u16),
}

impl Report {
    /// Reads the first two bytes, big endian; `None` when there are none.
    pub fn read(bytes: &[u8]) -> Option<Self> {
        let code = u16::from_be_bytes([*bytes.first()?, *bytes.get(1)?]);
        Some(match code {
            0x56aa => Self::PowerOn,
            0x0101 => Self::FingerOn,
            0x0200 => Self::FingerOff,
            0x0800 => Self::Trouble,
            other => Self::Other(other),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_is_read_from_its_first_two_bytes_big_endian() {
        assert_eq!(Report::read(&[0x56, 0xaa, 3]), Some(Report::PowerOn));
        assert_eq!(Report::read(&[1, 1]), Some(Report::FingerOn));
        assert_eq!(Report::read(&[2, 0]), Some(Report::FingerOff));
        assert_eq!(Report::read(&[8, 0]), Some(Report::Trouble));
        assert_eq!(Report::read(&[0xaa, 0x56]), Some(Report::Other(0xaa56)));
        assert_eq!(Report::read(&[1]), None);
    }
}
