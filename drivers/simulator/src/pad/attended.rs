//! A pad with a resident in front of it.

use rekam_hal::{Cancel, CaptureError, DeviceError, DeviceInfo, Peripheral, Progress, Signature, SignaturePad};

use super::{LineFault, VirtualPad};

/// Whoever holds the pen.
pub trait PenSource: Send {
    /// What is written at the next capture, and what goes wrong meanwhile; `None` when nothing is written.
    fn next(&mut self) -> Option<(Signature, Vec<LineFault>)>;
}

impl<F: FnMut() -> Option<Signature> + Send> PenSource for F {
    fn next(&mut self) -> Option<(Signature, Vec<LineFault>)> {
        self().map(|signature| (signature, Vec::new()))
    }
}

/// The real driver on a virtual pad whose resident starts to write as soon as the driver waits for it.
///
/// The pen waits for the driver because a driver forgets what was written before it was asked.
pub struct AttendedPad<P> {
    driver: P,
    pad: VirtualPad,
    pen: Box<dyn PenSource>,
}

impl<P: SignaturePad> AttendedPad<P> {
    /// `driver` has opened the path of `pad`.
    pub fn new(driver: P, pad: VirtualPad, pen: impl PenSource + 'static) -> Self {
        Self { driver, pad, pen: Box::new(pen) }
    }
}

impl<P: SignaturePad> Peripheral for AttendedPad<P> {
    fn info(&self) -> &DeviceInfo {
        self.driver.info()
    }

    fn probe(&mut self) -> Result<(), DeviceError> {
        self.driver.probe()
    }
}

impl<P: SignaturePad> SignaturePad for AttendedPad<P> {
    fn capture(
        &mut self,
        finish: &Cancel,
        cancel: &Cancel,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<Signature, CaptureError> {
        let (pad, pen) = (&self.pad, &mut self.pen);
        let result = self.driver.capture(finish, cancel, &mut |news| {
            if matches!(news, Progress::Waiting)
                && let Some((signature, faults)) = pen.next()
            {
                pad.sign_with(&signature, &faults);
            }
            progress(news);
        });
        self.pad.lift();
        result
    }
}
