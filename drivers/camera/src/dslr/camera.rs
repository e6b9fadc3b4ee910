//! A reflex camera as the station sees it.

use std::time::Duration;

use rekam_hal::{
    Camera, Cancel, CaptureError, DeviceError, DeviceErrorKind, DeviceInfo, Peripheral, Progress, Retry, RgbImage,
};

use super::picture::{self, PictureError};
use super::reflex::{Failure, Reflex};
use super::worker::{Job, Worker};
use crate::lens::is_covered;
use crate::tokens::unless_cancelled;

/// How often the tokens are looked at while a camera without a live finder waits.
const TICK: Duration = Duration::from_millis(20);
/// Ticks after which such a camera is asked whether it still lives: two seconds.
const LIFE_SIGN: u32 = 100;
/// Finder pictures in a row that may be spoilt.
const BAD_FRAMES: u32 = 10;

/// A reflex camera.
///
/// A capture that is cancelled ends at once, whatever the camera is doing; the camera finishes it unheard, and the next
/// call waits for that.
pub struct Dslr {
    info: DeviceInfo,
    worker: Worker,
    gone: bool,
}

impl Dslr {
    /// An open camera. Asks it once whether it shows its finder, because its model's list of abilities may promise
    /// what this camera refuses.
    ///
    /// # Errors
    /// When the camera is gone, or not ours.
    pub fn over(reflex: Box<dyn Reflex>, mut info: DeviceInfo) -> Result<Self, DeviceError> {
        let named = |failure: Failure| DeviceError::new(info.id.as_str(), failure.kind()).because(failure);
        let mut worker = Worker::new(reflex).map_err(named)?;
        info.capabilities.preview = match worker.ask(Job::Preview, &Cancel::new()) {
            Ok(frame) => frame.is_some(),
            Err(failure) => match failure.kind() {
                kind @ (DeviceErrorKind::Gone | DeviceErrorKind::NoPermission | DeviceErrorKind::Busy) => {
                    return Err(DeviceError::new(info.id.as_str(), kind).because(failure));
                }
                // A dial in the wrong place is enough for some. The picture itself will tell whether they are well.
                DeviceErrorKind::Silent
                | DeviceErrorKind::Protocol
                | DeviceErrorKind::WrongModel
                | DeviceErrorKind::Unsupported
                | DeviceErrorKind::Broken => false,
            },
        };
        Ok(Self { info, worker, gone: false })
    }

    fn failed(&mut self, failure: Failure) -> CaptureError {
        if failure.code == Failure::CANCELLED {
            return CaptureError::Cancelled;
        }
        self.gone |= failure.kind() == DeviceErrorKind::Gone;
        DeviceError::new(self.info.id.as_str(), failure.kind()).because(failure).into()
    }

    fn still_there(&self) -> Result<(), DeviceError> {
        if self.gone { Err(DeviceError::new(self.info.id.as_str(), DeviceErrorKind::Gone)) } else { Ok(()) }
    }

    /// Shows the finder until the operator takes the picture.
    fn aim(
        &mut self,
        trigger: &Cancel,
        cancel: &Cancel,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<(), CaptureError> {
        progress(Progress::Waiting);
        let (mut ticks, mut bad) = (0u32, 0);
        loop {
            unless_cancelled(cancel)?;
            if trigger.is_cancelled() {
                return Ok(());
            }
            if !self.info.capabilities.preview {
                ticks += 1;
                if ticks.is_multiple_of(LIFE_SIGN) {
                    self.worker.ask(Job::Check, cancel).map_err(|failure| self.failed(failure))?;
                }
                std::thread::sleep(TICK);
                continue;
            }
            let frame = self.worker.ask(Job::Preview, cancel).map_err(|failure| self.failed(failure))?;
            match frame.map_or(Err(PictureError::Cut), |bytes| picture::decode(&bytes)) {
                Ok(frame) => {
                    bad = 0;
                    progress(Progress::Frame(frame));
                }
                Err(error) => {
                    bad += 1;
                    if bad >= BAD_FRAMES {
                        return Err(self.unusable(error));
                    }
                }
            }
        }
    }

    fn unusable(&self, error: PictureError) -> CaptureError {
        let kind = match error {
            PictureError::Cut => DeviceErrorKind::Protocol,
            PictureError::Format(_) | PictureError::Size { .. } => DeviceErrorKind::Unsupported,
        };
        DeviceError::new(self.info.id.as_str(), kind).because(error).into()
    }
}

impl Peripheral for Dslr {
    fn info(&self) -> &DeviceInfo {
        &self.info
    }

    fn probe(&mut self) -> Result<(), DeviceError> {
        self.still_there()?;
        match self.worker.ask(Job::Check, &Cancel::new()) {
            Ok(_) => Ok(()),
            Err(failure) => {
                self.gone |= failure.kind() == DeviceErrorKind::Gone;
                Err(DeviceError::new(self.info.id.as_str(), failure.kind()).because(failure))
            }
        }
    }
}

impl Camera for Dslr {
    fn capture(
        &mut self,
        trigger: &Cancel,
        cancel: &Cancel,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<RgbImage, CaptureError> {
        unless_cancelled(cancel)?;
        self.still_there()?;
        self.aim(trigger, cancel, progress)?;
        let file = self.worker.ask(Job::Take(cancel.clone()), cancel).map_err(|failure| self.failed(failure))?;
        unless_cancelled(cancel)?;
        let picture = picture::decode(&file.unwrap_or_default()).map_err(|error| self.unusable(error))?;
        if is_covered(&picture) { Err(CaptureError::Retry(Retry::CleanGlass)) } else { Ok(picture) }
    }
}
