//! A reflex camera, as narrow as a photo desk needs it.

use rekam_hal::{Cancel, DeviceErrorKind};

/// Why the library did not do it, by its number (`gphoto2-result.h`, `gphoto2-port-result.h`).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text} ({code})")]
pub struct Failure {
    /// The library's number, negative.
    pub code: i32,
    /// The library's words.
    pub text: String,
}

impl Failure {
    /// A camera that is not there any more.
    pub const GONE: i32 = -52;
    /// Something without a number of its own.
    pub const GENERAL: i32 = -1;
    /// No memory.
    pub const NO_MEMORY: i32 = -3;
    /// It took too long.
    pub const SILENT: i32 = -10;
    /// It was broken off on purpose.
    pub const CANCELLED: i32 = -112;
    /// The camera cannot do it.
    pub const UNSUPPORTED: i32 = -6;

    /// A failure of this number.
    pub fn new(code: i32, text: impl Into<String>) -> Self {
        Self { code, text: text.into() }
    }

    /// What the operator must know.
    pub fn kind(&self) -> DeviceErrorKind {
        match self.code {
            // No such port, no such device, no camera of a known model there.
            -5 | Self::GONE | -105 => DeviceErrorKind::Gone,
            // Another program, often the desktop's own photo import, holds it.
            -53 | -60 | -110 => DeviceErrorKind::Busy,
            Self::UNSUPPORTED => DeviceErrorKind::Unsupported,
            Self::SILENT => DeviceErrorKind::Silent,
            -102 => DeviceErrorKind::Protocol,
            _ => DeviceErrorKind::Broken,
        }
    }

    /// Whether it may mean that the cable was pulled: transfers that fail say no more than that.
    pub fn is_transfer(&self) -> bool {
        matches!(self.code, -7 | -31 | -34 | -35 | -37 | -51)
    }
}

/// A reflex camera. Its calls take as long as the camera does.
pub trait Reflex: Send {
    /// What the finder shows now, as a JPEG image; `None` for a camera that cannot.
    ///
    /// # Errors
    /// The camera's.
    fn preview(&mut self) -> Result<Option<Vec<u8>>, Failure>;

    /// Takes a picture, reads the file and deletes it from the camera.
    ///
    /// # Errors
    /// The camera's; [`Failure::CANCELLED`] when `cancel` was pulled and the camera's driver looked at it in time, which
    /// many do only between the parts of a file.
    fn take(&mut self, cancel: &Cancel) -> Result<Vec<u8>, Failure>;

    /// Asks the camera for a sign of life.
    ///
    /// # Errors
    /// The camera's.
    fn check(&mut self) -> Result<(), Failure>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_the_library_have_their_sentence() {
        let kind = |code| Failure::new(code, "").kind();
        assert_eq!(
            [-105, -53, -6, -10, -1].map(kind),
            [
                DeviceErrorKind::Gone,
                DeviceErrorKind::Busy,
                DeviceErrorKind::Unsupported,
                DeviceErrorKind::Silent,
                DeviceErrorKind::Broken
            ]
        );
        assert!(Failure::new(-35, "").is_transfer() && !Failure::new(-6, "").is_transfer());
    }
}
