//! The cable between pad and station: what HID knows, and no more.

use std::time::Duration;

use rekam_hal::DeviceErrorKind;

/// How a report failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum HidError {
    /// The pad is no longer there.
    #[error("the pad is gone")]
    Gone,
    /// The operating system forbids it.
    #[error("access denied")]
    Denied,
    /// Another program has the pad.
    #[error("the pad is in use")]
    Busy,
    /// The pad does not know the report.
    #[error("the pad refuses the report")]
    Refused,
    /// The pad did not answer in time.
    #[error("the pad does not answer")]
    Silent,
    /// Anything else, by the system's number.
    #[error("the transfer failed ({0})")]
    Failed(i32),
}

impl HidError {
    /// What the operator must know.
    pub fn kind(self) -> DeviceErrorKind {
        match self {
            Self::Gone => DeviceErrorKind::Gone,
            Self::Denied => DeviceErrorKind::NoPermission,
            Self::Busy => DeviceErrorKind::Busy,
            Self::Refused => DeviceErrorKind::Protocol,
            Self::Silent => DeviceErrorKind::Silent,
            Self::Failed(_) => DeviceErrorKind::Broken,
        }
    }
}

/// A HID device with numbered reports.
pub trait HidTransport: Send {
    /// Asks for a feature report. The answer begins with its number and has at most `length` bytes.
    ///
    /// A pad answers within milliseconds. How long the call may take when it does not is the transport's: two seconds
    /// over libusb; what the kernel allows, five seconds, through a raw HID device. Nothing can break it off.
    ///
    /// # Errors
    /// [`HidError::Refused`] when the device has no such report, [`HidError::Silent`] when it does not answer in time.
    fn get_feature(&mut self, number: u8, length: usize) -> Result<Vec<u8>, HidError>;

    /// Sends a feature report, which begins with its number.
    ///
    /// # Errors
    /// As [`Self::get_feature`].
    fn set_feature(&mut self, report: &[u8]) -> Result<(), HidError>;

    /// The next input report, beginning with its number; `None` when none comes within `wait`.
    ///
    /// # Errors
    /// When the cable has failed.
    fn read_input(&mut self, wait: Duration) -> Result<Option<Vec<u8>>, HidError>;
}
