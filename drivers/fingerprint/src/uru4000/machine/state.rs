//! Where the protocol stands.

use super::power::Power;
use crate::uru4000::frame::Frame;

/// Where the protocol stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum State {
    /// Nothing is going on.
    Off,
    /// On its way to power.
    Power(Power),
    /// Told to wait for a finger.
    Arming,
    /// Waits for a finger.
    Armed,
    /// An image was asked for.
    Imaging { written: bool, came: Option<Vec<u8>> },
    /// The seed is being written.
    Seeding { frame: Box<Frame>, seed: u32 },
    /// The key is being read.
    Keying { frame: Box<Frame>, seed: u32 },
    /// Told to wait until the finger leaves.
    Releasing { lifted: bool },
    /// The finger of the last image lies there.
    Held,
    /// It has left.
    Lifted,
    /// To be turned off as soon as the control pipe is free.
    Stopping,
    /// Being turned off.
    Closing,
}

impl State {
    /// What is going on, for the log.
    pub(super) fn step(&self) -> &'static str {
        match self {
            Self::Off => "at rest",
            Self::Power(_) => "powering up",
            Self::Arming | Self::Armed => "waiting for a finger",
            Self::Imaging { .. } => "taking an image",
            Self::Seeding { .. } => "writing a seed",
            Self::Keying { .. } => "reading a key",
            Self::Releasing { .. } | Self::Held | Self::Lifted => "waiting for the finger to leave",
            Self::Stopping | Self::Closing => "turning off",
        }
    }
}
