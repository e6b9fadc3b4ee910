//! A video device, as narrow as cameras need it.

use std::time::Duration;

use rekam_hal::DeviceErrorKind;

use super::pixels::{Frame, Pixels};

/// How a call failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum VideoError {
    /// The camera is no longer there.
    #[error("the camera is gone")]
    Gone,
    /// The operating system forbids it.
    #[error("access denied")]
    Denied,
    /// Another program streams from it.
    #[error("the camera is in use")]
    Busy,
    /// It does not know the call, or not with this value.
    #[error("the camera cannot do this")]
    Unsupported,
    /// Anything else, by the system's number.
    #[error("the call failed (error {0})")]
    Failed(i32),
}

impl VideoError {
    /// What the operator must know.
    pub fn kind(self) -> DeviceErrorKind {
        match self {
            Self::Gone => DeviceErrorKind::Gone,
            Self::Denied => DeviceErrorKind::NoPermission,
            Self::Busy => DeviceErrorKind::Busy,
            Self::Unsupported => DeviceErrorKind::Unsupported,
            Self::Failed(_) => DeviceErrorKind::Broken,
        }
    }
}

/// A kind and size of picture that a camera offers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Mode {
    /// How pixels are sent.
    pub pixels: Pixels,
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
}

impl Mode {
    /// Pixels in a picture.
    pub fn area(self) -> u64 {
        u64::from(self.width) * u64::from(self.height)
    }
}

/// What came of one picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Buffer {
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// The kernel has marked it as damaged.
    pub damaged: bool,
}

/// A setting of the camera (brightness, focus, exposure ...), by the kernel's number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Control {
    /// The kernel's number (`V4L2_CID_*`).
    pub id: u32,
    /// The camera's name for it.
    pub name: String,
    /// Least value.
    pub minimum: i32,
    /// Largest value.
    pub maximum: i32,
    /// Value at the start.
    pub default: i32,
}

/// A video device.
pub trait Video: Send {
    /// What it offers, of the kinds of pixels that are known here.
    ///
    /// # Errors
    /// When the device cannot be asked.
    fn modes(&mut self) -> Result<Vec<Mode>, VideoError>;

    /// Chooses a mode while no stream runs, and gives the layout in which its pictures will come. The device may
    /// choose another size.
    ///
    /// # Errors
    /// Busy when another program streams; unsupported when the device answers with pixels of another kind.
    fn set_mode(&mut self, mode: Mode) -> Result<Frame, VideoError>;

    /// Begins to stream.
    ///
    /// # Errors
    /// As the device says.
    fn start(&mut self) -> Result<(), VideoError>;

    /// Ends the stream and forgets pictures that wait; nothing happens when none runs.
    fn stop(&mut self);

    /// The next picture, waiting at most `wait` for it.
    ///
    /// # Errors
    /// When the stream has broken off.
    fn next(&mut self, wait: Duration) -> Result<Option<Buffer>, VideoError>;

    /// The settings that can be changed.
    ///
    /// # Errors
    /// When the device cannot be asked.
    fn controls(&mut self) -> Result<Vec<Control>, VideoError>;

    /// Changes a setting.
    ///
    /// # Errors
    /// Unsupported when there is none of this number, or not with this value.
    fn set_control(&mut self, id: u32, value: i32) -> Result<(), VideoError>;

    /// Sets a value of a USB camera's extension unit.
    ///
    /// # Errors
    /// Unsupported when the camera has no such unit or the value has another length.
    fn set_extension(&mut self, unit: u8, selector: u8, value: &[u8]) -> Result<(), VideoError>;

    /// Whether the device is still there; begins nothing.
    ///
    /// # Errors
    /// When it is not.
    fn check(&mut self) -> Result<(), VideoError>;
}
