//! The life cycle all replay devices share.
//!
//! The sample is asked for once, at the beginning; what is shown meanwhile only moves it about. So a live capture
//! costs little, and the still is the very image that would have come without any waiting.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use rekam_hal::{
    Access, Cancel, Capabilities, CaptureError, DeviceError, DeviceErrorKind, DeviceInfo, Peripheral, Progress, Retry,
};

use super::film::{Film, Release, Shown};
use super::source::SourceError;
use super::tempo::Tempo;
use crate::faults::{Fault, Plug, Script};

/// Rounds of waiting under [`Fault::Slow`].
const SLOW_ROUNDS: u32 = 10;
const SLOW_PAUSE: Duration = Duration::from_millis(20);
/// The same before an audience.
const SLOW_LIVE_PAUSE: Duration = Duration::from_millis(500);
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
    tempo: Tempo,
    frames: u32,
    pause: Duration,
}

/// Whoever runs a capture: how it is stopped, and who hears of it.
pub(super) struct Watch<'a> {
    pub(super) trigger: &'a Cancel,
    pub(super) cancel: &'a Cancel,
    pub(super) progress: &'a mut dyn FnMut(Progress),
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
        Self {
            info,
            source,
            script: Script::clean(),
            plug,
            turn,
            tempo: Tempo::AtOnce,
            frames: 3,
            pause: Duration::ZERO,
        }
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

    /// How many preview frames a capture at once shows and how long each stays (default: three, no wait); a camera
    /// goes on showing them until its trigger is pulled. None at all makes a device without preview.
    pub fn with_preview(mut self, frames: u32, pause: Duration) -> Self {
        (self.frames, self.pause) = (frames, pause);
        self.knows_its_preview()
    }

    /// The same device at another tempo (default: at once).
    pub fn with_tempo(mut self, tempo: Tempo) -> Self {
        self.tempo = tempo;
        self.knows_its_preview()
    }

    fn knows_its_preview(mut self) -> Self {
        self.info.capabilities.preview = match self.tempo {
            Tempo::AtOnce => self.frames > 0,
            Tempo::Live { .. } => true,
        };
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
            tempo: self.tempo,
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

    /// Reports and goes on after a pause unless cancelled or unplugged meanwhile.
    fn step(&self, pause: Duration, news: Progress, watch: &mut Watch<'_>) -> Result<(), CaptureError> {
        (watch.progress)(news);
        self.rest(Instant::now() + pause, watch, || false)
    }

    /// Waits until `due`, or for less when it `is_over`; looks at least once at the token and the cable.
    fn rest(&self, due: Instant, watch: &Watch<'_>, is_over: impl Fn() -> bool) -> Result<(), CaptureError> {
        loop {
            if watch.cancel.is_cancelled() {
                return Err(CaptureError::Cancelled);
            }
            self.connected()?;
            let left = due.saturating_duration_since(Instant::now());
            if left.is_zero() || is_over() {
                return Ok(());
            }
            std::thread::sleep(left.min(TICK));
        }
    }

    /// One capture: `take` asks the source.
    pub(super) fn run<T: Shown>(
        &self,
        mut watch: Watch<'_>,
        take: impl FnOnce(&mut S, Option<Fault>) -> Result<Option<T>, SourceError>,
    ) -> Result<T, CaptureError> {
        if watch.cancel.is_cancelled() {
            return Err(CaptureError::Cancelled);
        }
        self.connected().inspect_err(|_| self.script.missed(&self.plug))?;
        let fault = self.script.begin();
        self.step(Duration::ZERO, Progress::Waiting, &mut watch)?;
        if fault == Some(Fault::Slow) {
            let pause = if self.tempo == Tempo::AtOnce { SLOW_PAUSE } else { SLOW_LIVE_PAUSE };
            (0..SLOW_ROUNDS).try_for_each(|_| self.step(pause, Progress::Waiting, &mut watch))?;
        }
        if self.tempo == Tempo::AtOnce {
            self.suffer(fault)?;
        }
        let taken = {
            let mut source = self.source.lock().unwrap_or_else(PoisonError::into_inner);
            take(&mut source, fault)
        };
        let sample = taken
            .map_err(|cause| self.error(DeviceErrorKind::Broken).because(cause))?
            .ok_or(CaptureError::Retry(Retry::NothingPresented))?;
        match self.tempo {
            Tempo::AtOnce => self.show(&sample, &mut watch)?,
            Tempo::Live { fps, settle } => {
                let rate = f64::from(fps.clamp(1, 60));
                self.play(&sample.film(), Schedule { rate, settle, release: T::RELEASE }, fault, &mut watch)?;
            }
        }
        self.connected()?;
        Ok(sample)
    }

    /// A few pictures of the sample; then a device that needs its trigger waits for it.
    fn show<T: Shown>(&self, sample: &T, watch: &mut Watch<'_>) -> Result<(), CaptureError> {
        let frame = (self.frames > 0).then(|| sample.still());
        for _ in 0..self.frames {
            if let Some(frame) = &frame {
                self.step(self.pause, frame.clone(), watch)?;
            }
        }
        while T::RELEASE == Release::Operator && !watch.trigger.is_cancelled() {
            let trigger = watch.trigger;
            self.rest(Instant::now() + self.pause.max(TICK), watch, || trigger.is_cancelled())?;
            if let (Some(frame), false) = (&frame, trigger.is_cancelled()) {
                self.step(Duration::ZERO, frame.clone(), watch)?;
            }
        }
        Ok(())
    }

    /// The film of the sample, frame by frame, until it is time for the still. Frames follow each other by their
    /// number and not by the clock, so that a run shows the same ones however slow the computer is.
    fn play(
        &self,
        film: &impl Film,
        schedule: Schedule,
        fault: Option<Fault>,
        watch: &mut Watch<'_>,
    ) -> Result<(), CaptureError> {
        let (start, trigger) = (Instant::now(), watch.trigger);
        let time_of = |frame: u32| Duration::from_secs_f64(f64::from(frame) / schedule.rate);
        for frame in 0u32.. {
            let at = time_of(frame);
            let share = at.as_secs_f32() / schedule.settle.as_secs_f32().max(f32::MIN_POSITIVE);
            (watch.progress)(film.frame(at.as_secs_f32(), share.min(1.0)));
            let settled = share >= 1.0;
            self.rest(start + time_of(frame.saturating_add(1)), watch, || trigger.is_cancelled())?;
            let taken = trigger.is_cancelled() || settled && schedule.release == Release::Device;
            if taken || share >= TROUBLE {
                self.suffer(fault)?;
            }
            if taken {
                break;
            }
        }
        Ok(())
    }

    /// The faults that need no sample.
    fn suffer(&self, fault: Option<Fault>) -> Result<(), CaptureError> {
        match fault {
            Some(Fault::Retry(retry)) => Err(CaptureError::Retry(retry)),
            Some(Fault::Silence) => Err(self.error(DeviceErrorKind::Silent).into()),
            Some(Fault::Unplug { for_captures }) => {
                self.script.pull(&self.plug, for_captures);
                Err(self.error(DeviceErrorKind::Gone).into())
            }
            Some(Fault::Slow | Fault::WrongFinger | Fault::Blur | Fault::Wet | Fault::Dry) | None => Ok(()),
        }
    }
}

/// When a live capture shows and ends.
struct Schedule {
    /// Frames a second.
    rate: f64,
    settle: Duration,
    release: Release,
}

/// The part of the settling after which a live capture with a fault goes wrong: in the middle, as it does in life.
const TROUBLE: f32 = 0.6;

impl<S: ?Sized + Send> Peripheral for Replay<S> {
    fn info(&self) -> &DeviceInfo {
        &self.info
    }

    fn probe(&mut self) -> Result<(), DeviceError> {
        self.connected()
    }
}
