//! What the machine says: what is to be done, what is to be told, and why it cannot go on.

use std::time::Duration;

use rekam_hal::DeviceErrorKind;

use crate::uru4000::frame::{Frame, FrameError};
use crate::uru4000::transport::{Pipe, Transfer, TransferError};

/// One thing to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Order {
    /// Start a transfer.
    Submit(Transfer),
    /// Break a transfer off.
    Cancel(Pipe),
    /// Call [`expired`](super::Machine::expired) after so long from now, or never. Replaces what was said before.
    Timer(Option<Duration>),
}

/// One thing to tell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum News {
    /// The device waits for a finger, or for the last one to leave.
    Waiting,
    /// A finger lies on the glass; its image is being taken.
    Taking,
    /// The image has arrived.
    Taken,
    /// The image, readable.
    Image(Box<Frame>),
    /// Asked for an image at once, the device had none of a finger.
    Nothing,
    /// The device has answered a probe.
    Alive,
    /// The device is off.
    Stopped,
    /// It cannot go on.
    Failed(Fault),
}

/// Why a device cannot go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// A transfer failed.
    #[error("{step}: {error}")]
    Transfer {
        /// What was going on.
        step: &'static str,
        /// How it failed.
        error: TransferError,
    },
    /// No answer in time.
    #[error("{0}: no answer")]
    Silent(&'static str),
    /// Fewer bytes than a register has.
    #[error("{step}: {found} bytes instead of {wanted}")]
    Short {
        /// What was going on.
        step: &'static str,
        /// Bytes wanted.
        wanted: usize,
        /// Bytes that came.
        found: usize,
    },
    /// It does not wake up.
    #[error("the device stays asleep (status {0:#04x})")]
    Asleep(u8),
    /// No image could be read, several times over.
    #[error("no readable image: {0}")]
    Image(FrameError),
}

impl Fault {
    /// What the operator must know.
    pub fn kind(&self) -> DeviceErrorKind {
        match self {
            Self::Transfer { error, .. } => error.kind(),
            Self::Silent(_) => DeviceErrorKind::Silent,
            Self::Short { .. } | Self::Image(_) => DeviceErrorKind::Protocol,
            Self::Asleep(_) => DeviceErrorKind::Broken,
        }
    }
}
