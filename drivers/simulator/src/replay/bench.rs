//! The life cycle all replay devices share.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use rekam_hal::{
    Access, Cancel, Capabilities, CaptureError, DeviceError, DeviceErrorKind, DeviceInfo, Peripheral, Progress, Retry,
};

use super::source::SourceError;
use crate::faults::{Fault, Plug, Script};

/// Rounds of waiting under [`Fault::Slow`].
const SLOW_ROUNDS: u32 = 10;
const SLOW_PAUSE: Duration = Duration::from_millis(20);
/// Longest sleep between two looks at the token and the cable.
const TICK: Duration = Duration::from_millis(20);

/// A virtual device over a source `S`. This is one handle; source, script and cable are shared with the handles
/// opened from it.
pub struct Replay<S: ?Sized> {
    pub(super) info: DeviceInfo,
    pub(super) source: Arc<Mutex<Box<S>>>,
    script: Script,
    plug: Plug,
    turn: u64,
    frames: u32,
    pause: Duration,
}

impl<S: ?Sized> Replay<S> {
    pub(super) fn over(id: String, model: &str, capabilities: Capabilities, source: Box<S>) -> Self {
        let info = DeviceInfo {
            id,
            driver: "replay".to_owned(),
            model: model.to_owned(),
            transport: "virtual".to_owned(),
            serial: None,
            access: Access::Ok,
            remedy: None,
            capabilities: Capabilities { preview: true, enrolment_grade: true, ..capabilities },
        };
        let plug = Plug::new();
        let turn = plug.turn();
        let source = Arc::new(Mutex::new(source));
        Self { info, source, script: Script::clean(), plug, turn, frames: 3, pause: Duration::ZERO }
    }

    /// The same device with things that go wrong.
    pub fn with_script(mut self, script: Script) -> Self {
        self.script = script;
        self
    }

    /// The same device on this cable, plugged in or not.
    pub fn with_plug(mut self, plug: Plug) -> Self {
        self.turn = plug.turn();
        self.plug = plug;
        self
    }

    /// How many preview frames a capture shows and how long each stays (default: three, no wait). None at all makes
    /// a device without preview.
    pub fn with_preview(mut self, frames: u32, pause: Duration) -> Self {
        self.info.capabilities.preview = frames > 0;
        (self.frames, self.pause) = (frames, pause);
        self
    }

    /// The device's cable.
    pub fn plug(&self) -> Plug {
        self.plug.clone()
    }

    /// The device's script.
    pub fn script(&self) -> Script {
        self.script.clone()
    }

    /// A new handle to the same device, as a station opens one after re-plugging.
    ///
    /// # Errors
    /// [`DeviceErrorKind::Gone`] while the cable is out.
    pub fn reopen(&self) -> Result<Self, DeviceError> {
        let turn = self.plug.turn();
        if turn % 2 == 1 {
            self.script.missed(&self.plug);
            return Err(self.error(DeviceErrorKind::Gone));
        }
        Ok(Self {
            info: self.info.clone(),
            source: Arc::clone(&self.source),
            script: self.script.clone(),
            plug: self.plug.clone(),
            turn,
            frames: self.frames,
            pause: self.pause,
        })
    }

    pub(super) fn error(&self, kind: DeviceErrorKind) -> DeviceError {
        DeviceError::new(self.info.id.as_str(), kind)
    }

    fn connected(&self) -> Result<(), DeviceError> {
        if self.plug.turn() == self.turn && self.turn.is_multiple_of(2) {
            return Ok(());
        }
        Err(self.error(DeviceErrorKind::Gone))
    }

    /// Reports, lets the resident see it, and goes on unless cancelled or unplugged meanwhile.
    fn step(
        &self,
        pause: Duration,
        news: Progress,
        cancel: &Cancel,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<(), CaptureError> {
        progress(news);
        let start = Instant::now();
        loop {
            if cancel.is_cancelled() {
                return Err(CaptureError::Cancelled);
            }
            self.connected()?;
            let left = pause.saturating_sub(start.elapsed());
            if left.is_zero() {
                return Ok(());
            }
            std::thread::sleep(left.min(TICK));
        }
    }

    /// One capture: `take` asks the source, `preview` makes the display frame of what it gave.
    pub(super) fn run<T>(
        &self,
        cancel: &Cancel,
        progress: &mut dyn FnMut(Progress),
        take: impl FnOnce(&mut S, Option<Fault>) -> Result<Option<T>, SourceError>,
        preview: impl FnOnce(&T) -> Progress,
    ) -> Result<T, CaptureError> {
        if cancel.is_cancelled() {
            return Err(CaptureError::Cancelled);
        }
        self.connected().inspect_err(|_| self.script.missed(&self.plug))?;
        let fault = self.script.begin();
        self.step(Duration::ZERO, Progress::Waiting, cancel, progress)?;
        self.suffer(fault, cancel, progress)?;
        let taken = {
            let mut source = self.source.lock().unwrap_or_else(PoisonError::into_inner);
            take(&mut source, fault)
        };
        let sample = taken
            .map_err(|cause| self.error(DeviceErrorKind::Broken).because(cause))?
            .ok_or(CaptureError::Retry(Retry::NothingPresented))?;
        if self.frames > 0 {
            let frame = preview(&sample);
            for _ in 0..self.frames {
                self.step(self.pause, frame.clone(), cancel, progress)?;
            }
        }
        self.connected()?;
        Ok(sample)
    }

    /// The faults that need no sample.
    fn suffer(
        &self,
        fault: Option<Fault>,
        cancel: &Cancel,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<(), CaptureError> {
        match fault {
            Some(Fault::Retry(retry)) => Err(CaptureError::Retry(retry)),
            Some(Fault::Silence) => Err(self.error(DeviceErrorKind::Silent).into()),
            Some(Fault::Unplug { for_captures }) => {
                self.script.pull(&self.plug, for_captures);
                Err(self.error(DeviceErrorKind::Gone).into())
            }
            Some(Fault::Slow) => {
                (0..SLOW_ROUNDS).try_for_each(|_| self.step(SLOW_PAUSE, Progress::Waiting, cancel, progress))
            }
            Some(Fault::WrongFinger | Fault::Blur) | None => Ok(()),
        }
    }
}

impl<S: ?Sized + Send> Peripheral for Replay<S> {
    fn info(&self) -> &DeviceInfo {
        &self.info
    }

    fn probe(&mut self) -> Result<(), DeviceError> {
        self.connected()
    }
}
