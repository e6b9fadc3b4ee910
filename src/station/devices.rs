//! The devices plugged into this station, each in a bay from which a capture thread can borrow it.

use std::sync::{Arc, Mutex, TryLockError, mpsc};

use rekam_hal::{
    Camera, Cancel, CaptureError, DeviceError, DeviceErrorKind, DeviceInfo, EyeSample, EyeSet, FingerprintScanner,
    GrayImage, IrisCamera, Peripheral, Progress, RgbImage, ScanTarget, Signature, SignaturePad,
};

use serde::{Deserialize, Serialize};

use super::job::{Job, JobError};

/// Which device a step needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs, reason = "the names say it")]
pub enum Which {
    Camera,
    Pad,
    Scanner,
    Iris,
}

impl Which {
    /// All four, in the order of the steps.
    pub const ALL: [Self; 4] = [Self::Camera, Self::Pad, Self::Scanner, Self::Iris];

    /// Its name in scripts and messages.
    pub fn word(self) -> &'static str {
        match self {
            Self::Camera => "camera",
            Self::Pad => "pad",
            Self::Scanner => "scanner",
            Self::Iris => "iris",
        }
    }
}

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

/// A device that has just been opened.
#[allow(missing_docs, reason = "the names say it")]
pub enum Opened {
    Camera(Box<dyn Camera>),
    Pad(Box<dyn SignaturePad>),
    Scanner(Box<dyn FingerprintScanner>),
    Iris(Box<dyn IrisCamera>),
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

fn ask<D: Peripheral + ?Sized + 'static>(
    bay: Option<&Bay<D>>,
    which: Which,
) -> mpsc::Receiver<Result<(), DeviceError>> {
    let (sender, answer) = mpsc::channel();
    let Some(bay) = bay else {
        drop(sender.send(Err(DeviceError::new(which.word(), DeviceErrorKind::Gone))));
        return answer;
    };
    let bay = Bay { info: bay.info.clone(), device: bay.device.clone() };
    // Without a thread nobody answers, and whoever waits learns that.
    drop(std::thread::Builder::new().name("probe".into()).spawn(move || sender.send(bay.probe())));
    answer
}

/// A handle whose end may take its time, because closing talks to the device.
pub(super) type Closing = Option<Box<dyn Send>>;

impl Bays {
    /// Puts a device into its bay; the one that was there is closed.
    pub fn put_in(&mut self, opened: Opened) {
        match opened {
            Opened::Camera(device) => self.camera = Some(Bay::new(device)),
            Opened::Pad(device) => self.pad = Some(Bay::new(device)),
            Opened::Scanner(device) => self.scanner = Some(Bay::new(device)),
            Opened::Iris(device) => self.iris = Some(Bay::new(device)),
        }
    }

    /// Empties a bay and hands out what was in it, to be dropped where there is time.
    pub(super) fn take_out(&mut self, which: Which) -> Closing {
        fn boxed<B: Send + 'static>(bay: Option<B>) -> Closing {
            bay.map(|bay| Box::new(bay) as Box<dyn Send>)
        }
        match which {
            Which::Camera => boxed(self.camera.take()),
            Which::Pad => boxed(self.pad.take()),
            Which::Scanner => boxed(self.scanner.take()),
            Which::Iris => boxed(self.iris.take()),
        }
    }

    /// Who is in a bay.
    pub fn info(&self, which: Which) -> Option<&DeviceInfo> {
        match which {
            Which::Camera => self.camera.as_ref().map(Bay::info),
            Which::Pad => self.pad.as_ref().map(Bay::info),
            Which::Scanner => self.scanner.as_ref().map(Bay::info),
            Which::Iris => self.iris.as_ref().map(Bay::info),
        }
    }

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

    /// Asks a device for a sign of life on a thread of its own: the answer may take it seconds.
    pub fn ask(&self, which: Which) -> mpsc::Receiver<Result<(), DeviceError>> {
        match which {
            Which::Camera => ask(self.camera.as_ref(), which),
            Which::Pad => ask(self.pad.as_ref(), which),
            Which::Scanner => ask(self.scanner.as_ref(), which),
            Which::Iris => ask(self.iris.as_ref(), which),
        }
    }

    /// Everything that is present.
    pub fn infos(&self) -> Vec<&DeviceInfo> {
        Which::ALL.into_iter().filter_map(|which| self.info(which)).collect()
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
