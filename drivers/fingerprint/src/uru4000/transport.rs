//! The cable between scanner and station, as narrow as the protocol needs it.
//!
//! Transfers are started and complete later, in the order in which the device completes them: the scanner talks on its
//! interrupt endpoint while a register is written, and an image must be asked for before the scanner is told to take
//! it. Three pipes exist, and each carries one transfer at a time.

use std::time::Duration;

use rekam_hal::DeviceErrorKind;

/// Where a transfer runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Pipe {
    /// Registers: the control endpoint.
    Control,
    /// Reports: the interrupt endpoint 0x81.
    Interrupt,
    /// Images: the bulk endpoint 0x82.
    Bulk,
}

impl Pipe {
    /// All three.
    pub const ALL: [Self; 3] = [Self::Control, Self::Interrupt, Self::Bulk];
}

/// A transfer to start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Transfer {
    /// Reads so many bytes beginning with a register.
    Read {
        /// The register.
        register: u16,
        /// Bytes wanted.
        length: usize,
    },
    /// Writes bytes beginning with a register.
    Write {
        /// The register.
        register: u16,
        /// The bytes.
        bytes: Vec<u8>,
    },
    /// Waits for a report.
    Report,
    /// Waits for an image.
    Image,
}

impl Transfer {
    /// The pipe it runs on.
    pub fn pipe(&self) -> Pipe {
        match self {
            Self::Read { .. } | Self::Write { .. } => Pipe::Control,
            Self::Report => Pipe::Interrupt,
            Self::Image => Pipe::Bulk,
        }
    }
}

/// How a transfer failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TransferError {
    /// The device is no longer there.
    #[error("the device is gone")]
    Gone,
    /// The operating system forbids it.
    #[error("access denied")]
    Denied,
    /// Another program has the device.
    #[error("the device is in use")]
    Busy,
    /// The device refuses the request.
    #[error("the device refuses the transfer")]
    Stalled,
    /// The device sent more than was asked for.
    #[error("the device sends more than was asked for")]
    Overflow,
    /// The transfer was broken off.
    #[error("the transfer was broken off")]
    Cancelled,
    /// Anything else, by libusb's number.
    #[error("transfer failed ({0})")]
    Failed(i32),
}

impl TransferError {
    /// What the operator must know.
    pub fn kind(self) -> DeviceErrorKind {
        match self {
            Self::Gone => DeviceErrorKind::Gone,
            Self::Denied => DeviceErrorKind::NoPermission,
            Self::Busy => DeviceErrorKind::Busy,
            Self::Stalled | Self::Overflow => DeviceErrorKind::Protocol,
            Self::Cancelled | Self::Failed(_) => DeviceErrorKind::Broken,
        }
    }
}

/// A transfer that has ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Completion {
    /// Where it ran.
    pub pipe: Pipe,
    /// The bytes that came, or as many bytes as were written.
    pub result: Result<Vec<u8>, TransferError>,
}

/// A cable to a scanner.
pub trait Transport: Send {
    /// Starts a transfer on its pipe, which is free.
    ///
    /// # Errors
    /// When it cannot be started; then it does not complete either.
    fn submit(&mut self, transfer: Transfer) -> Result<(), TransferError>;

    /// The next transfer that has completed, waiting at most `wait` for it.
    ///
    /// # Errors
    /// When the cable itself has failed.
    fn poll(&mut self, wait: Duration) -> Result<Option<Completion>, TransferError>;

    /// Breaks off the transfer on a pipe; it never completes, and the pipe is free afterwards.
    fn cancel(&mut self, pipe: Pipe);

    /// Whether the device is known to have left, although its transfers may not have said so yet.
    fn has_left(&self) -> bool {
        false
    }
}
