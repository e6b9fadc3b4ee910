//! Keeps pictures coming, and tells a bad picture from a bad camera.
//!
//! On a long or cheap cable single pictures come short or damaged all day: they are dropped. A camera that sends
//! nothing but such pictures, or nothing at all, is in trouble. Nothing here reads a clock: a look at the camera
//! waits a fixed time, and looks are counted.

use std::time::Duration;

use super::pixels::{Frame, FrameError};
use super::video::{Mode, Video, VideoError};
use rekam_hal::{DeviceError, DeviceErrorKind};

/// How long one look waits; whoever streams looks at its tokens this often.
pub const TICK: Duration = Duration::from_millis(50);
/// Looks without a picture after which a camera counts as silent: three seconds. The first picture of some takes two.
const SILENT_AFTER: u32 = 60;
/// Bad pictures in a row after which the camera counts as broken.
const BAD_AFTER: u32 = 30;

/// Why no more pictures come.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Trouble {
    /// A call failed.
    #[error(transparent)]
    Video(#[from] VideoError),
    /// Nothing comes.
    #[error("the camera sends no picture")]
    Silent,
    /// Only bad pictures come; the last one's fault.
    #[error("the camera sends only bad pictures")]
    Bad(#[source] FrameError),
}

impl Trouble {
    /// What the operator must know.
    pub fn kind(&self) -> DeviceErrorKind {
        match self {
            Self::Video(error) => error.kind(),
            Self::Silent => DeviceErrorKind::Silent,
            Self::Bad(_) => DeviceErrorKind::Protocol,
        }
    }

    /// The error of the device that is in it.
    pub fn of(self, device: &str) -> DeviceError {
        DeviceError::new(device, self.kind()).because(self)
    }
}

/// A stream of pictures from a device.
pub struct Stream {
    video: Box<dyn Video>,
    running: Option<(Mode, Frame)>,
    /// Low bits that the sensor fills, where the camera says sixteen.
    bits: Option<u8>,
    quiet: u32,
    bad: u32,
    dropped: u64,
}

impl Stream {
    /// Nothing runs yet.
    pub fn new(video: Box<dyn Video>) -> Self {
        Self { video, running: None, bits: None, quiet: 0, bad: 0, dropped: 0 }
    }

    /// The same stream of a sensor that fills only so many low bits of sixteen.
    pub fn with_bits(mut self, bits: Option<u8>) -> Self {
        self.bits = bits;
        self
    }

    /// The device itself, for settings.
    pub fn video(&mut self) -> &mut dyn Video {
        self.video.as_mut()
    }

    /// Bad pictures dropped since the beginning: the state of the cable.
    pub fn dropped(&self) -> u64 {
        self.dropped
    }

    /// Streams in this mode; another one is left first.
    ///
    /// # Errors
    /// As the device says; then nothing runs.
    pub fn run(&mut self, mode: Mode) -> Result<(), Trouble> {
        if self.running.is_some_and(|(running, _)| running == mode) {
            return Ok(());
        }
        self.stop();
        let frame = self.video.set_mode(mode)?;
        self.video.start()?;
        let frame = self.bits.map_or(frame, |bits| frame.with_bits(bits));
        (self.running, self.quiet, self.bad) = (Some((mode, frame)), 0, 0);
        Ok(())
    }

    /// Ends the stream, if one runs.
    pub fn stop(&mut self) {
        if self.running.take().is_some() {
            self.video.stop();
        }
    }

    /// The next good picture, or `None` when none came at this look. The first `decode` that succeeds is the picture.
    ///
    /// # Errors
    /// When no more pictures are to be hoped for; the stream has ended then.
    pub fn next<T>(&mut self, decode: impl Fn(&Frame, &[u8]) -> Result<T, FrameError>) -> Result<Option<T>, Trouble> {
        let looked = self.look(decode);
        if looked.is_err() {
            self.stop();
        }
        looked
    }

    fn look<T>(&mut self, decode: impl Fn(&Frame, &[u8]) -> Result<T, FrameError>) -> Result<Option<T>, Trouble> {
        let Some((_, frame)) = self.running else { return Err(Trouble::Silent) };
        let Some(buffer) = self.video.next(TICK)? else {
            self.quiet += 1;
            return if self.quiet >= SILENT_AFTER { Err(Trouble::Silent) } else { Ok(None) };
        };
        self.quiet = 0;
        let picture = if buffer.damaged { Err(FrameError::Damaged) } else { decode(&frame, &buffer.bytes) };
        match picture {
            Ok(picture) => {
                self.bad = 0;
                Ok(Some(picture))
            }
            Err(fault) => {
                self.bad += 1;
                self.dropped += 1;
                if self.bad >= BAD_AFTER { Err(Trouble::Bad(fault)) } else { Ok(None) }
            }
        }
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        self.stop();
    }
}
