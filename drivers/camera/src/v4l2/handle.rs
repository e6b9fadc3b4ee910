//! What photo and iris cameras share: an open device that streams, and is gone for good once it was pulled.

use rekam_hal::{DeviceError, DeviceErrorKind, DeviceInfo};

use super::pixels::{Frame, FrameError};
use super::stream::{Stream, Trouble};
use super::video::{Mode, Video, VideoError};

/// An open device under the name of its camera.
pub(super) struct Handle {
    pub(super) info: DeviceInfo,
    stream: Stream,
    gone: bool,
}

impl Handle {
    /// Nothing is asked of the device yet.
    pub(super) fn new(stream: Stream, info: DeviceInfo) -> Self {
        Self { info, stream, gone: false }
    }

    /// An error of this camera.
    pub(super) fn error(&self, kind: DeviceErrorKind) -> DeviceError {
        DeviceError::new(self.info.id.as_str(), kind)
    }

    /// A call to the device itself. Its failure is remembered when it says that the camera is gone.
    pub(super) fn call<T>(
        &mut self,
        call: impl FnOnce(&mut dyn Video) -> Result<T, VideoError>,
    ) -> Result<T, DeviceError> {
        call(self.stream.video()).map_err(|error| self.failed(error.into()))
    }

    /// Streams in this mode.
    pub(super) fn run(&mut self, mode: Mode) -> Result<(), DeviceError> {
        self.stream.run(mode).map_err(|trouble| self.failed(trouble))
    }

    /// The next good picture, or `None` when none came at this look.
    pub(super) fn next<T>(
        &mut self,
        decode: impl Fn(&Frame, &[u8]) -> Result<T, FrameError>,
    ) -> Result<Option<T>, DeviceError> {
        self.stream.next(decode).map_err(|trouble| self.failed(trouble))
    }

    /// Ends the stream.
    pub(super) fn stop(&mut self) {
        self.stream.stop();
    }

    /// Bad pictures dropped since the beginning.
    pub(super) fn dropped(&self) -> u64 {
        self.stream.dropped()
    }

    /// An error when the device was found to be gone before.
    pub(super) fn still_there(&self) -> Result<(), DeviceError> {
        if self.gone { Err(self.error(DeviceErrorKind::Gone)) } else { Ok(()) }
    }

    /// Asks for a sign of life.
    pub(super) fn probe(&mut self) -> Result<(), DeviceError> {
        self.still_there()?;
        self.call(|video| video.check())
    }

    fn failed(&mut self, trouble: Trouble) -> DeviceError {
        self.gone |= trouble.kind() == DeviceErrorKind::Gone;
        trouble.of(&self.info.id)
    }
}
