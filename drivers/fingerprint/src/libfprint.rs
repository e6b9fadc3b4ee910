//! Scanners by way of libfprint, where it is installed.
//!
//! All of libfprint runs in one GLib main context, so all calls are made on one thread of the process, which is started
//! with the first one and waits for work from then on. A capture can be ended from outside through the library's own
//! cancellation. The library tells neither resolution nor USB numbers, so a table by its driver's name does, and a
//! scanner that is not in it is not offered: most of them are strips for a laptop's login and useless for enrolment.

use std::sync::OnceLock;
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::time::{Duration, Instant};

use rekam_fingerprint_sys::{Canceller, Failure, Found, Library, Missing, Picture, Session};
use rekam_hal::{
    Access, Cancel, Capabilities, CaptureError, DeviceError, DeviceErrorKind, DeviceInfo, FingerprintScanner,
    GrayImage, Peripheral, Progress, Retry, ScanTarget,
};

/// Name of the driver.
pub const DRIVER: &str = "libfprint";

/// How long one look at the tokens waits.
const TICK: Duration = Duration::from_millis(20);
/// How long the library may take to do what does not need a finger.
const ANSWER_WAIT: Duration = Duration::from_secs(5);

/// Drivers of the library whose scanners see a whole finger, and their resolution by the makers' data sheets.
const RESOLUTIONS: [(&str, f32); 3] = [("uru4000", 512.0), ("upektc_img", 508.0), ("virtual_image", 500.0)];

/// Something to be done on the library's thread.
type Job = Box<dyn FnOnce(&mut Worker) + Send>;

/// What the library's thread keeps.
struct Worker {
    library: Library,
    session: Option<Session>,
}

impl Worker {
    /// The devices that are there now; looked up anew unless one is open.
    fn session(&mut self, anew: bool) -> Result<&mut Session, Failure> {
        if anew {
            self.session = None;
        }
        let session = match self.session.take() {
            Some(session) => session,
            None => Session::new(&self.library)?,
        };
        Ok(self.session.insert(session))
    }
}

/// The library's thread, started once.
fn worker() -> Result<(&'static Sender<Job>, &'static Library), &'static Missing> {
    static WORKER: OnceLock<Result<(Sender<Job>, Library), Missing>> = OnceLock::new();
    let started = WORKER.get_or_init(|| {
        let library = Library::load()?;
        let (jobs, inbox) = mpsc::channel::<Job>();
        let shared = library.clone();
        let work = move || {
            let mut worker = Worker { library: shared, session: None };
            inbox.into_iter().for_each(|job| job(&mut worker));
        };
        // Without a thread all jobs find their channel closed, which is told where they are sent.
        let _ = std::thread::Builder::new().name("libfprint".to_owned()).spawn(work);
        Ok((jobs, library))
    });
    started.as_ref().map(|(jobs, library)| (jobs, library))
}

/// Has something done on the library's thread; the answer comes through a channel.
fn on_thread<T: Send + 'static>(
    jobs: &Sender<Job>,
    job: impl FnOnce(&mut Worker) -> T + Send + 'static,
) -> mpsc::Receiver<T> {
    let (answer, answers) = mpsc::channel();
    // Nobody may be waiting any more.
    let _ = jobs.send(Box::new(move |worker| drop(answer.send(job(worker)))));
    answers
}

fn resolution(driver: &str) -> Option<f32> {
    RESOLUTIONS.iter().find(|(name, _)| *name == driver).map(|(_, dpi)| *dpi)
}

/// The scanners that the library offers and that see a whole finger. Call it while none of them is open.
///
/// # Errors
/// [`Missing`], when the library is not installed; the words say which package is.
pub fn devices() -> Result<Vec<DeviceInfo>, &'static Missing> {
    let (jobs, _) = worker()?;
    let found = on_thread(jobs, |worker| worker.session(true).map(|session| session.devices().cloned().collect()));
    let found: Vec<Found> = found.recv_timeout(ANSWER_WAIT).ok().and_then(Result::ok).unwrap_or_default();
    Ok(found.iter().filter(|found| found.images && resolution(&found.driver).is_some()).map(describe).collect())
}

fn describe(found: &Found) -> DeviceInfo {
    DeviceInfo {
        id: format!("{DRIVER}:{}:{}", found.driver, found.id),
        driver: DRIVER.to_owned(),
        model: found.name.clone(),
        transport: format!("{DRIVER}:{}", found.driver),
        serial: None,
        access: Access::Ok,
        remedy: None,
        capabilities: Capabilities { fingers_at_once: 1, enrolment_grade: true, ..Capabilities::default() },
    }
}

/// A scanner of the library's.
pub struct LibfprintScanner {
    info: DeviceInfo,
    dpi: f32,
    jobs: &'static Sender<Job>,
    library: &'static Library,
    patience: Duration,
    gone: bool,
}

impl LibfprintScanner {
    /// Opens a device that [`devices`] listed; one that was open is closed before.
    ///
    /// # Errors
    /// Gone when it is no longer there, unsupported when the library is not installed, otherwise as the library has it.
    pub fn open(listed: &DeviceInfo) -> Result<Self, DeviceError> {
        let id = listed.id.clone();
        let error = |kind| DeviceError::new(listed.id.as_str(), kind);
        let (jobs, library) =
            worker().map_err(|missing| error(DeviceErrorKind::Unsupported).because(missing.to_string()))?;
        let opened = on_thread(jobs, move |worker| {
            let session = worker.session(true)?;
            let number = session.devices().position(|found| describe(found).id == id).unwrap_or(usize::MAX);
            session.open(number)
        });
        let opened = opened.recv_timeout(ANSWER_WAIT).map_err(|_| error(DeviceErrorKind::Silent))?;
        opened.map_err(|failure| error(kind_of(&failure)).because(failure))?;
        let dpi = resolution(listed.transport.rsplit(':').next().unwrap_or_default()).unwrap_or(500.0);
        let info = listed.clone();
        Ok(Self { info, dpi, jobs, library, patience: Duration::from_secs(60), gone: false })
    }

    /// How long to wait for a finger (default 60 s).
    pub fn with_patience(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }

    fn error(&self, kind: DeviceErrorKind) -> DeviceError {
        DeviceError::new(self.info.id.as_str(), kind)
    }

    fn still_there(&self) -> Result<(), DeviceError> {
        if self.gone { Err(self.error(DeviceErrorKind::Gone)) } else { Ok(()) }
    }

    fn failed(&mut self, failure: Failure) -> CaptureError {
        match failure {
            Failure::Retry { code, .. } => CaptureError::Retry(match code {
                2 => Retry::NotCentred,
                3 => Retry::LiftFinger,
                _ => Retry::TooShort,
            }),
            failure => {
                let kind = kind_of(&failure);
                self.gone |= kind == DeviceErrorKind::Gone;
                self.error(kind).because(failure).into()
            }
        }
    }

    fn image(&self, picture: Picture) -> Result<GrayImage, CaptureError> {
        GrayImage::new(picture.width, picture.height, picture.pixels)
            .map(|image| image.with_dpi(self.dpi))
            .map_err(|cause| self.error(DeviceErrorKind::Protocol).because(cause).into())
    }
}

/// What the operator must know. Codes are those of `FpDeviceError`.
fn kind_of(failure: &Failure) -> DeviceErrorKind {
    match failure {
        Failure::Device { code: Failure::REMOVED, .. } => DeviceErrorKind::Gone,
        Failure::Device { code: 1, .. } => DeviceErrorKind::Unsupported,
        Failure::Device { code: 4, .. } => DeviceErrorKind::Busy,
        Failure::Device { code: 5 | 6, .. } => DeviceErrorKind::Protocol,
        Failure::Other(words) if words.contains("ermission") || words.contains("denied") => {
            DeviceErrorKind::NoPermission
        }
        Failure::Other(words) if words.contains("disconnected") || words.contains("No such device") => {
            DeviceErrorKind::Gone
        }
        Failure::Device { .. } | Failure::Retry { .. } | Failure::Cancelled | Failure::Other(_) => {
            DeviceErrorKind::Broken
        }
    }
}

/// Ends a capture that nobody wants any more, also when its scanner is dropped in the middle.
struct Ending(Canceller);

impl Drop for Ending {
    fn drop(&mut self) {
        self.0.cancel();
    }
}

impl Peripheral for LibfprintScanner {
    fn info(&self) -> &DeviceInfo {
        &self.info
    }

    /// Tells only what was seen last: the library has no question that needs no finger.
    fn probe(&mut self) -> Result<(), DeviceError> {
        self.still_there()
    }
}

impl FingerprintScanner for LibfprintScanner {
    fn capture(
        &mut self,
        trigger: &Cancel,
        target: ScanTarget,
        cancel: &Cancel,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<GrayImage, CaptureError> {
        if cancel.is_cancelled() {
            return Err(CaptureError::Cancelled);
        }
        self.still_there()?;
        match target {
            ScanTarget::Single(_) => {}
            ScanTarget::Slap(_) => return Err(self.error(DeviceErrorKind::Unsupported).into()),
        }
        let canceller = self.library.canceller().ok_or_else(|| self.error(DeviceErrorKind::Broken))?;
        let ending = Ending(canceller.clone());
        let answers = on_thread(self.jobs, move |worker| worker.session(false)?.capture(&canceller));
        progress(Progress::Waiting);
        let until = Instant::now() + self.patience;
        // The library takes an image when it sees a finger and not on command.
        let reason = loop {
            match answers.recv_timeout(TICK) {
                Ok(Ok(_)) if cancel.is_cancelled() => return Err(CaptureError::Cancelled),
                Ok(Ok(picture)) => return self.image(picture),
                Ok(Err(failure)) => return Err(self.failed(failure)),
                Err(RecvTimeoutError::Disconnected) => return Err(self.error(DeviceErrorKind::Broken).into()),
                Err(RecvTimeoutError::Timeout) if cancel.is_cancelled() => break CaptureError::Cancelled,
                Err(RecvTimeoutError::Timeout) if trigger.is_cancelled() || Instant::now() >= until => {
                    break CaptureError::Retry(Retry::NothingPresented);
                }
                Err(RecvTimeoutError::Timeout) => {}
            }
        };
        drop(ending);
        match answers.recv_timeout(ANSWER_WAIT) {
            // The finger came in the last moment, and the operator had only asked for haste.
            Ok(Ok(picture)) if !cancel.is_cancelled() => self.image(picture),
            Ok(Err(failure @ Failure::Device { code: Failure::REMOVED, .. })) => Err(self.failed(failure)),
            Ok(_) => Err(reason),
            Err(_) => Err(self.error(DeviceErrorKind::Silent).into()),
        }
    }
}

impl Drop for LibfprintScanner {
    fn drop(&mut self) {
        let closed = on_thread(self.jobs, |worker| worker.session = None);
        let _ = closed.recv_timeout(ANSWER_WAIT);
    }
}
