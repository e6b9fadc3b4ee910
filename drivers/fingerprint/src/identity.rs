//! What every scanner of this crate keeps of itself: who it is, and that it was pulled out.

use rekam_hal::{Cancel, CaptureError, DeviceError, DeviceErrorKind, DeviceInfo, ScanTarget};

/// A scanner's name and fate. Once pulled out, a handle stays dead: what is plugged in again may be another device.
#[derive(Debug)]
pub(crate) struct Identity {
    pub(crate) info: DeviceInfo,
    gone: bool,
}

impl Identity {
    pub(crate) fn new(info: DeviceInfo) -> Self {
        Self { info, gone: false }
    }

    pub(crate) fn is_gone(&self) -> bool {
        self.gone
    }

    pub(crate) fn error(&self, kind: DeviceErrorKind) -> DeviceError {
        DeviceError::new(self.info.id.as_str(), kind)
    }

    /// An error that was met just now; that the device is gone is remembered.
    pub(crate) fn failed(&mut self, kind: DeviceErrorKind) -> DeviceError {
        self.gone |= kind == DeviceErrorKind::Gone;
        self.error(kind)
    }

    pub(crate) fn still_there(&self) -> Result<(), DeviceError> {
        if self.gone { Err(self.error(DeviceErrorKind::Gone)) } else { Ok(()) }
    }

    /// Whether a capture may begin: nobody has cancelled it, the device is there, and one finger is wanted.
    pub(crate) fn may_capture(&self, target: ScanTarget, cancel: &Cancel) -> Result<(), CaptureError> {
        if cancel.is_cancelled() {
            return Err(CaptureError::Cancelled);
        }
        self.still_there()?;
        match target {
            ScanTarget::Single(_) => Ok(()),
            ScanTarget::Slap(_) => Err(self.error(DeviceErrorKind::Unsupported).into()),
        }
    }
}
