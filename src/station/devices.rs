//! The devices plugged into this station, each in a bay from which a capture thread can borrow it.

use std::sync::{Arc, Mutex, TryLockError};

use rekam_hal::{
    Camera, Cancel, CaptureError, DeviceError, DeviceErrorKind, DeviceInfo, EyeSample, EyeSet, FingerprintScanner,
    GrayImage, IrisCamera, Peripheral, Progress, RgbImage, ScanTarget, Signature, SignaturePad,
};

use super::job::{Job, JobError};
use super::training::presenter::Which;

/// A place for one device. A hung capture keeps the old device; plugging in anew puts a fresh one in its place.
pub struct Bay<D: ?Sized> {
    info: DeviceInfo,
    device: Arc<Mutex<Box<D>>>,
}

impl<D: Peripheral + ?Sized + 'static> Bay<D> {
    /// Puts a device into the bay.
    pub fn new(device: Box<D>) -> Self {
        Self { info: device.info().clone(), device: Arc::new(Mutex::new(device)) }
    }

    /// Who the device is.
    pub fn info(&self) -> &DeviceInfo {
        &self.info
    }

    /// Starts a capture on a thread of its own.
    fn start<T, F>(&self, capture: F) -> Result<Job<T>, JobError>
    where
        T: Send + 'static,
        F: FnOnce(&mut D, &Cancel, &Cancel, &mut dyn FnMut(Progress)) -> Result<T, CaptureError> + Send + 'static,
        Box<D>: Send,
    {
        let (device, name) = (self.device.clone(), self.info.model.clone());
        Job::start(self.info.id.clone(), move |cancel, finish, progress| {
            let mut device = match device.try_lock() {
                Ok(device) => device,
                // A driver that panicked once is asked again: its state is its own to mend.
                Err(TryLockError::Poisoned(poisoned)) => poisoned.into_inner(),
                Err(TryLockError::WouldBlock) => return Err(DeviceError::new(name, DeviceErrorKind::Busy).into()),
            };
            capture(&mut device, cancel, finish, progress)
        })
    }
}

/// What a station can capture with; a missing device leaves its bay empty, the other steps go on.
#[derive(Default)]
pub struct Bays {
    /// Photo camera.
    pub camera: Option<Bay<dyn Camera>>,
    /// Signature pad.
    pub pad: Option<Bay<dyn SignaturePad>>,
    /// Fingerprint scanner.
    pub scanner: Option<Bay<dyn FingerprintScanner>>,
    /// Iris camera.
    pub iris: Option<Bay<dyn IrisCamera>>,
}

fn absent(kind: &str) -> JobError {
    CaptureError::Device(DeviceError::new(kind, DeviceErrorKind::Gone)).into()
}

impl<D: Peripheral + ?Sized> Bay<D> {
    /// Asks the device for a sign of life, unless a capture holds it.
    fn probe(&self) -> Result<(), DeviceError> {
        match self.device.try_lock() {
            Ok(mut device) => device.probe(),
            Err(TryLockError::Poisoned(poisoned)) => poisoned.into_inner().probe(),
            Err(TryLockError::WouldBlock) => Err(DeviceError::new(self.info.model.clone(), DeviceErrorKind::Busy)),
        }
    }
}

impl Bays {
    /// Asks a device for a sign of life.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn probe(&self, which: Which) -> Result<(), DeviceError> {
        let gone = || Err(DeviceError::new(which.word(), DeviceErrorKind::Gone));
        match which {
            Which::Camera => self.camera.as_ref().map_or_else(gone, Bay::probe),
            Which::Pad => self.pad.as_ref().map_or_else(gone, Bay::probe),
            Which::Scanner => self.scanner.as_ref().map_or_else(gone, Bay::probe),
            Which::Iris => self.iris.as_ref().map_or_else(gone, Bay::probe),
        }
    }

    /// Everything that is present.
    pub fn infos(&self) -> Vec<&DeviceInfo> {
        let camera = self.camera.as_ref().map(Bay::info);
        let pad = self.pad.as_ref().map(Bay::info);
        let scanner = self.scanner.as_ref().map(Bay::info);
        let iris = self.iris.as_ref().map(Bay::info);
        [camera, pad, scanner, iris].into_iter().flatten().collect()
    }

    /// Takes a portrait when the operator finishes the job, and never before.
    pub fn photo(&self) -> Result<Job<RgbImage>, JobError> {
        let bay = self.camera.as_ref().ok_or_else(|| absent("camera"))?;
        bay.start(|camera, cancel, finish, progress| camera.capture(finish, cancel, progress))
    }

    /// Takes a signature.
    pub fn signature(&self) -> Result<Job<Signature>, JobError> {
        let bay = self.pad.as_ref().ok_or_else(|| absent("signature pad"))?;
        bay.start(|pad, cancel, finish, progress| pad.capture(finish, cancel, progress))
    }

    /// Takes a fingerprint.
    pub fn finger(&self, target: ScanTarget) -> Result<Job<GrayImage>, JobError> {
        let bay = self.scanner.as_ref().ok_or_else(|| absent("fingerprint scanner"))?;
        bay.start(move |scanner, cancel, finish, progress| scanner.capture(finish, target, cancel, progress))
    }

    /// Takes one eye or both.
    pub fn eyes(&self, eyes: EyeSet) -> Result<Job<Vec<EyeSample>>, JobError> {
        let bay = self.iris.as_ref().ok_or_else(|| absent("iris camera"))?;
        bay.start(move |iris, cancel, finish, progress| iris.capture(finish, eyes, cancel, progress))
    }
}
