//! A scanner of libfprint's as the station sees it.

use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use rekam_fingerprint_sys::{Canceller, Failure, Picture};
use rekam_hal::{
    Access, Cancel, Capabilities, CaptureError, DeviceError, DeviceErrorKind, DeviceInfo, FingerprintScanner,
    GrayImage, Peripheral, Progress, Retry, ScanTarget,
};

use super::DRIVER;
use super::listing::{Place, place_of};
use super::meaning::{advice, kind_of};
use super::worker::{Held, Thread, Which};
use crate::identity::Identity;

/// How long one look at the tokens waits.
const TICK: Duration = Duration::from_millis(20);
/// How often the kernel is asked whether the device is still there while its finger is awaited.
const LOOK: Duration = Duration::from_millis(250);
/// How long the library may take to do what does not need a finger.
const ANSWER_WAIT: Duration = Duration::from_secs(5);
/// How long it may take to close, or to say that a device is still there.
const SHORT_WAIT: Duration = Duration::from_millis(1500);
/// How long a finger is waited for that came while the operator lost patience.
const LAST_MOMENT: Duration = Duration::from_millis(500);
/// How long the kernel may take to notice that a device whose transfers fail is no longer there.
const NOTICE: Duration = Duration::from_millis(500);
/// Resolution that pictures given to the virtual scanner are said to have.
const VIRTUAL_DPI: f32 = 500.0;

/// A capture that the library is busy with. It is ended when nobody wants it any more, also when its scanner is dropped
/// in the middle.
struct Running {
    answers: Receiver<Result<Picture, Failure>>,
    canceller: Canceller,
}

impl Drop for Running {
    fn drop(&mut self) {
        self.canceller.cancel();
    }
}

/// A scanner of the library's.
pub struct LibfprintScanner {
    identity: Identity,
    dpi: f32,
    thread: Thread,
    /// Where it is plugged in; the virtual scanner is nowhere.
    place: Option<Place>,
    patience: Duration,
    /// A capture that was cancelled and whose end has not been heard of.
    owed: Option<Running>,
    /// Given back when the device is closed.
    held: Option<Held>,
}

impl LibfprintScanner {
    /// Opens a device that [`devices`](super::devices) or
    /// [`devices_including_native`](super::devices_including_native) listed.
    ///
    /// The library looks for devices of its own then, and some of its drivers talk to theirs.
    ///
    /// # Errors
    /// Gone when it is no longer in its socket, no permission, busy while another scanner is open through the library or
    /// another program has this one, unsupported when the library is not installed, otherwise as the library has it.
    pub fn open(listed: &DeviceInfo) -> Result<Self, DeviceError> {
        let error = |kind| DeviceError::new(listed.id.as_str(), kind);
        let place = place_of(listed).ok_or_else(|| error(DeviceErrorKind::Gone))?;
        if place.access() == Access::Denied {
            return Err(error(DeviceErrorKind::NoPermission));
        }
        let which = Which::At { driver: place.reader.driver, place: place.numbers };
        let info = DeviceInfo { access: Access::Ok, remedy: None, ..listed.clone() };
        Self::begin(info, which, place.reader.dpi, Some(place))
    }

    /// Opens the library's own virtual scanner, for tests: whatever is sent to the socket that `FP_VIRTUAL_IMAGE` names
    /// is its picture. It is never listed, so no station meets it, whatever its environment says.
    ///
    /// # Errors
    /// As [`open`](Self::open); gone where the library was not told to have one.
    pub fn virtual_image() -> Result<Self, DeviceError> {
        let info = DeviceInfo {
            id: format!("{DRIVER}:virtual_image"),
            driver: DRIVER.to_owned(),
            model: "virtual scanner of libfprint".to_owned(),
            transport: "virtual_image".to_owned(),
            serial: None,
            access: Access::Ok,
            remedy: None,
            capabilities: Capabilities { fingers_at_once: 1, enrolment_grade: false, ..Capabilities::default() },
        };
        Self::begin(info, Which::Virtual, VIRTUAL_DPI, None)
    }

    fn begin(info: DeviceInfo, which: Which, dpi: f32, place: Option<Place>) -> Result<Self, DeviceError> {
        let identity = Identity::new(info);
        let error = |kind| identity.error(kind);
        let thread = Thread::get().map_err(|missing| error(DeviceErrorKind::Unsupported).because(missing))?;
        let held = thread.hold().ok_or_else(|| {
            error(DeviceErrorKind::Busy).because("another scanner is open through the library".to_owned())
        })?;
        // Dropped on any way out, this closes what may have been opened meanwhile.
        let mut scanner =
            Self { identity, dpi, thread, place, patience: Duration::from_secs(60), owed: None, held: Some(held) };
        match thread.ask(move |worker| worker.open(which)).recv_timeout(ANSWER_WAIT) {
            Ok(Ok(())) => Ok(scanner),
            Ok(Err(failure)) => {
                let kind = scanner.judged(&failure, &Cancel::new());
                Err(scanner.identity.failed(kind).because(failure))
            }
            Err(RecvTimeoutError::Timeout) => Err(scanner.identity.error(DeviceErrorKind::Silent)),
            Err(RecvTimeoutError::Disconnected) => Err(scanner.identity.error(DeviceErrorKind::Broken)),
        }
    }

    /// How long to wait for a finger (default 60 s).
    pub fn with_patience(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }

    /// Whether the scanner has left its socket.
    fn has_left(&self) -> bool {
        self.place.as_ref().is_some_and(|place| !place.is_there())
    }

    /// What a failure means. The transfers of a pulled device may fail before the kernel takes it away, so what looks
    /// like a fault is one only if the device stays.
    fn judged(&self, failure: &Failure, cancel: &Cancel) -> DeviceErrorKind {
        let kind = kind_of(failure);
        let until = Instant::now() + NOTICE;
        while matches!(kind, DeviceErrorKind::Broken | DeviceErrorKind::Protocol) && self.place.is_some() {
            if self.has_left() {
                return DeviceErrorKind::Gone;
            }
            if cancel.is_cancelled() || Instant::now() >= until {
                break;
            }
            std::thread::sleep(TICK);
        }
        kind
    }

    fn failed(&mut self, failure: Failure, cancel: &Cancel) -> CaptureError {
        if let Failure::Retry { code, .. } = failure {
            return CaptureError::Retry(advice(code));
        }
        let kind = self.judged(&failure, cancel);
        self.identity.failed(kind).because(failure).into()
    }

    fn left(&mut self) -> CaptureError {
        self.identity.failed(DeviceErrorKind::Gone).into()
    }

    fn image(&self, picture: Picture) -> Result<GrayImage, CaptureError> {
        GrayImage::new(picture.width, picture.height, picture.pixels)
            .map(|image| image.with_dpi(self.dpi))
            .map_err(|cause| self.identity.error(DeviceErrorKind::Protocol).because(cause).into())
    }

    fn begin_capture(&self) -> Result<Running, DeviceError> {
        let canceller = self.thread.library().canceller();
        let canceller = canceller.ok_or_else(|| self.identity.error(DeviceErrorKind::Broken))?;
        let theirs = canceller.clone();
        let answers = self.thread.ask(move |worker| worker.session()?.capture(&theirs));
        Ok(Running { answers, canceller })
    }

    /// Hears how the capture ended that was cancelled last. Whoever cancels is not made to wait for it; whoever captures
    /// next is, because the library does one thing at a time.
    fn settle(&mut self, cancel: &Cancel, wait: Duration) -> Result<(), CaptureError> {
        let Some(running) = self.owed.take() else { return Ok(()) };
        let until = Instant::now() + wait;
        loop {
            match running.answers.recv_timeout(TICK) {
                Ok(Err(failure @ Failure::Device { code: Failure::REMOVED, .. })) => {
                    return Err(self.failed(failure, cancel));
                }
                // The end of a capture that nobody wanted any more.
                Ok(_) | Err(RecvTimeoutError::Disconnected) => return Ok(()),
                Err(RecvTimeoutError::Timeout) => {}
            }
            let error = match (cancel.is_cancelled(), self.has_left()) {
                (true, _) => CaptureError::Cancelled,
                (false, true) => self.left(),
                (false, false) if Instant::now() >= until => self.identity.error(DeviceErrorKind::Silent).into(),
                (false, false) => continue,
            };
            self.owed = Some(running);
            return Err(error);
        }
    }

    /// Ends a capture for which nobody came; the finger may have come in the last moment.
    fn give_up(&mut self, running: Running, cancel: &Cancel) -> Result<GrayImage, CaptureError> {
        running.canceller.cancel();
        let until = Instant::now() + LAST_MOMENT;
        loop {
            match running.answers.recv_timeout(TICK) {
                Ok(Ok(picture)) if !cancel.is_cancelled() => return self.image(picture),
                Ok(Err(failure @ Failure::Device { code: Failure::REMOVED, .. })) => {
                    return Err(self.failed(failure, cancel));
                }
                Ok(_) | Err(RecvTimeoutError::Disconnected) => break,
                Err(RecvTimeoutError::Timeout) if cancel.is_cancelled() || Instant::now() >= until => {
                    self.owed = Some(running);
                    break;
                }
                Err(RecvTimeoutError::Timeout) => {}
            }
        }
        if cancel.is_cancelled() {
            return Err(CaptureError::Cancelled);
        }
        Err(CaptureError::Retry(Retry::NothingPresented))
    }
}

impl Peripheral for LibfprintScanner {
    fn info(&self) -> &DeviceInfo {
        &self.identity.info
    }

    /// Asks the kernel whether the scanner is in its socket, and the library whether it answers at all: it has no question
    /// to the device that needs no finger. The virtual scanner is in no socket; it is asked by a capture that is cancelled.
    fn probe(&mut self) -> Result<(), DeviceError> {
        self.identity.still_there()?;
        if self.has_left() {
            return Err(self.identity.failed(DeviceErrorKind::Gone));
        }
        if self.place.is_none() && self.owed.is_none() {
            let running = self.begin_capture()?;
            std::thread::sleep(TICK);
            running.canceller.cancel();
            self.owed = Some(running);
        }
        match self.settle(&Cancel::new(), SHORT_WAIT) {
            Err(CaptureError::Device(error)) => return Err(error),
            Ok(()) | Err(CaptureError::Cancelled | CaptureError::Retry(_)) => {}
        }
        self.thread.ask(|_| ()).recv_timeout(SHORT_WAIT).map_err(|_| self.identity.error(DeviceErrorKind::Silent))
    }
}

impl FingerprintScanner for LibfprintScanner {
    /// Cancelled, it returns within a moment; the library's own end of the capture is waited for by the next one.
    fn capture(
        &mut self,
        trigger: &Cancel,
        target: ScanTarget,
        cancel: &Cancel,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<GrayImage, CaptureError> {
        self.identity.may_capture(target, cancel)?;
        self.settle(cancel, ANSWER_WAIT)?;
        let running = self.begin_capture()?;
        progress(Progress::Waiting);
        let mut looked = Instant::now();
        let until = looked + self.patience;
        loop {
            match running.answers.recv_timeout(TICK) {
                Ok(_) if cancel.is_cancelled() => return Err(CaptureError::Cancelled),
                Ok(Ok(picture)) => return self.image(picture),
                Ok(Err(failure)) => return Err(self.failed(failure, cancel)),
                Err(RecvTimeoutError::Disconnected) => {
                    return Err(self.identity.error(DeviceErrorKind::Broken).into());
                }
                Err(RecvTimeoutError::Timeout) => {}
            }
            if cancel.is_cancelled() {
                running.canceller.cancel();
                self.owed = Some(running);
                return Err(CaptureError::Cancelled);
            }
            // Not every version of the library hears of a device that leaves while it waits.
            if looked.elapsed() >= LOOK {
                looked = Instant::now();
                if self.has_left() {
                    running.canceller.cancel();
                    self.owed = Some(running);
                    return Err(self.left());
                }
            }
            // The library takes an image when it sees a finger and not on command.
            if trigger.is_cancelled() || Instant::now() >= until {
                return self.give_up(running, cancel);
            }
        }
    }
}

impl Drop for LibfprintScanner {
    fn drop(&mut self) {
        drop(self.owed.take());
        let held = self.held.take();
        let closed = self.thread.ask(move |worker| {
            worker.close();
            drop(held);
        });
        let _ = closed.recv_timeout(SHORT_WAIT);
    }
}
