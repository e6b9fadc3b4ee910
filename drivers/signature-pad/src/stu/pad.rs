//! An STU pad as the station sees it.

use std::time::{Duration, Instant};

use rekam_hal::{
    Cancel, CaptureError, DeviceError, DeviceErrorKind, DeviceInfo, Peripheral, Progress, Retry, RgbImage, Signature,
    SignaturePad,
};

use super::model::Model;
use super::report::{self, Input};
use super::strokes::{Scale, Strokes};
use super::transport::{HidError, HidTransport};
use super::{listing, picture};
use crate::ink::TimeBase;
use crate::topaz::pad::Clock;

/// How long one look at the cable waits; the tokens are looked at this often.
const TICK: Duration = Duration::from_millis(20);
/// So many reports without one of the pen mean another device, or an encrypted session that somebody left open.
const NONSENSE: u32 = 200;
/// Reports that may still bring ink after the operator ended the signature.
const LAST_READS: u32 = 32;
/// Old reports that are thrown away before a capture: what the kernel holds, and a little more.
const STALE: u32 = 256;
/// A pad at rest sends nothing; after so long it is asked whether it still lives.
const LIFE_SIGN: Duration = Duration::from_secs(2);
/// Full pressure where the pad does not tell it.
const PRESSURE: u16 = 1023;

/// An STU pad on some cable.
pub struct StuPad {
    info: DeviceInfo,
    model: Model,
    cable: Box<dyn HidTransport>,
    clock: Clock,
    base: TimeBase,
    idle: Duration,
    patience: Duration,
    /// What the pad told of itself, or the table in its place.
    told: Option<Told>,
    /// A capture was broken off: what was written may still stand on the glass.
    untidy: bool,
    gone: bool,
}

#[derive(Debug, Clone, Copy)]
struct Told {
    scale: Scale,
    screen: (u16, u16),
}

impl StuPad {
    /// A pad of this model on an open cable; nothing is sent yet.
    pub fn over(cable: Box<dyn HidTransport>, model: Model, info: DeviceInfo) -> Self {
        let start = Instant::now();
        Self {
            info,
            model,
            cable,
            clock: Box::new(move || start.elapsed()),
            base: TimeBase::Arrival,
            idle: Duration::from_millis(1500),
            patience: Duration::from_secs(60),
            told: None,
            untidy: false,
            gone: false,
        }
    }

    /// What a pad of this model on no particular cable says of itself.
    pub fn describe(id: impl Into<String>, model: Model) -> DeviceInfo {
        listing::describe(id.into(), model, "cable".to_owned())
    }

    /// How long after the last touch the signature counts as finished (default 1.5 s), and how long to wait for the
    /// first touch (default 60 s).
    pub fn with_waits(mut self, idle: Duration, patience: Duration) -> Self {
        (self.idle, self.patience) = (idle, patience);
        self
    }

    /// Where the times of the points come from (default: when the reports arrive).
    pub fn with_time_base(mut self, base: TimeBase) -> Self {
        self.base = base;
        self
    }

    /// Another clock than the system's.
    pub fn with_clock(mut self, clock: Clock) -> Self {
        self.clock = clock;
        self
    }

    /// Shows a picture in the middle of the pad's screen until something else is shown. A colour screen takes some
    /// seconds, whose share is told.
    ///
    /// # Errors
    /// Cancelled, or the device's.
    pub fn show(
        &mut self,
        image: &RgbImage,
        cancel: &Cancel,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<(), CaptureError> {
        self.still_there()?;
        let told = self.identify(cancel)?;
        let encoded = picture::encode(image, told.screen, self.model.ink);
        self.send(&report::inking(false))?;
        self.untidy = false;
        self.send(&report::picture_start(encoded.format))?;
        let pieces = encoded.bytes.chunks(report::PIECE);
        let count = pieces.len().max(1);
        for (index, piece) in pieces.enumerate() {
            if cancel.is_cancelled() {
                // Half a picture is ended and wiped: the pad would take whatever follows for the rest of it.
                self.send(&report::picture_end())?;
                self.send(&report::clear())?;
                return Err(CaptureError::Cancelled);
            }
            self.send(&report::picture_data(piece))?;
            if index.is_multiple_of(64) {
                progress(Progress::Transferred(index as f32 / count as f32));
            }
        }
        self.send(&report::picture_end())?;
        progress(Progress::Transferred(1.0));
        Ok(())
    }

    fn error(&self, kind: DeviceErrorKind) -> DeviceError {
        DeviceError::new(self.info.id.as_str(), kind)
    }

    /// The error for a failed report, remembered when the pad is gone: its cable never comes back to this handle.
    fn failed(&mut self, cause: HidError) -> DeviceError {
        self.gone |= cause == HidError::Gone;
        self.error(cause.kind()).because(cause)
    }

    fn still_there(&self) -> Result<(), DeviceError> {
        if self.gone { Err(self.error(DeviceErrorKind::Gone)) } else { Ok(()) }
    }

    fn send(&mut self, report: &[u8]) -> Result<(), DeviceError> {
        let sent = self.cable.set_feature(report);
        sent.map_err(|cause| self.failed(cause))
    }

    /// An answer, or `None` where the pad does not know the question.
    fn ask(&mut self, number: u8) -> Result<Option<Vec<u8>>, DeviceError> {
        match self.cable.get_feature(number, report::ANSWER) {
            Ok(answer) => Ok(Some(answer)),
            Err(HidError::Refused) => Ok(None),
            Err(cause) => Err(self.failed(cause)),
        }
    }

    /// Learns once what the pad tells of itself.
    fn identify(&mut self, cancel: &Cancel) -> Result<Told, CaptureError> {
        if let Some(told) = self.told {
            return Ok(told);
        }
        unless_cancelled(cancel)?;
        let name = self.ask(report::INFORMATION)?.and_then(|answer| report::model_name(&answer));
        if let Some(name) = name.filter(|name| !self.model.is_called(name)) {
            let cause = format!("the pad calls itself {name}, not {}", self.model.name);
            return Err(self.error(DeviceErrorKind::WrongModel).because(cause).into());
        }
        unless_cancelled(cancel)?;
        let capability = self.ask(report::CAPABILITY)?.and_then(|answer| report::capability(&answer));
        let told = match capability {
            Some(it) => Told { scale: Scale { extent: it.extent, pressure: it.pressure }, screen: it.screen },
            None => Told { scale: Scale { extent: self.model.extent, pressure: PRESSURE }, screen: self.model.screen },
        };
        self.told = Some(told);
        Ok(told)
    }

    /// A clear screen on which the pen leaves ink, and no report from before.
    fn prepare(&mut self, cancel: &Cancel) -> Result<(), CaptureError> {
        for report in [report::inking(false), report::writing_mode(self.model.numbers), report::clear()] {
            unless_cancelled(cancel)?;
            self.send(&report)?;
        }
        self.untidy = false;
        for _ in 0..STALE {
            if self.read(Duration::ZERO)?.is_none() {
                break;
            }
        }
        unless_cancelled(cancel)?;
        self.untidy = true;
        Ok(self.send(&report::inking(true))?)
    }

    /// Nobody's signature stays on the glass. A pad in trouble is left as it is: what is wrong has been said.
    fn tidy(&mut self) {
        if std::mem::take(&mut self.untidy) && !self.gone && self.send(&report::inking(false)).is_ok() {
            let _ = self.send(&report::clear());
        }
    }

    fn read(&mut self, wait: Duration) -> Result<Option<Input>, DeviceError> {
        match self.cable.read_input(wait) {
            Ok(report) => Ok(report.map(|bytes| report::input(&bytes))),
            Err(cause) => Err(self.failed(cause)),
        }
    }

    fn collect(
        &mut self,
        scale: Scale,
        finish: &Cancel,
        cancel: &Cancel,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<Signature, CaptureError> {
        let mut strokes = Strokes::new(scale, self.base);
        let start = (self.clock)();
        let (mut touched, mut heard) = (start, start);
        let (mut nonsense, mut last_reads) = (0, LAST_READS);
        progress(Progress::Waiting);
        loop {
            unless_cancelled(cancel)?;
            let ending = finish.is_cancelled();
            let input = self.read(TICK)?;
            let now = (self.clock)();
            if input.is_some() {
                heard = now;
            }
            match input {
                Some(Input::Pen(pen)) => {
                    nonsense = 0;
                    if pen.down {
                        touched = now;
                    }
                    if let Some(news) = strokes.take(pen, now) {
                        progress(news);
                    }
                }
                Some(Input::Foreign(_) | Input::Broken) => nonsense += 1,
                None => {}
            }
            if nonsense >= NONSENSE {
                let cause = "the pad sends reports that are not the pen's";
                return Err(self.error(DeviceErrorKind::Protocol).because(cause).into());
            }
            last_reads = last_reads.saturating_sub(u32::from(ending));
            let ended = ending && (input.is_none() || last_reads == 0);
            let rested =
                strokes.resting(now).is_some_and(|rest| rest >= self.idle) || now.saturating_sub(touched) >= self.idle;
            match strokes.is_empty() {
                true if ended || now.saturating_sub(start) >= self.patience => {
                    return Err(CaptureError::Retry(Retry::NothingWritten));
                }
                false if ended || rested => return Ok(strokes.finish()),
                true | false => {}
            }
            if now.saturating_sub(heard) >= LIFE_SIGN {
                self.send(&report::inking(true))?;
                heard = now;
            }
        }
    }
}

impl Drop for StuPad {
    fn drop(&mut self) {
        self.tidy();
    }
}

fn unless_cancelled(cancel: &Cancel) -> Result<(), CaptureError> {
    if cancel.is_cancelled() { Err(CaptureError::Cancelled) } else { Ok(()) }
}

impl Peripheral for StuPad {
    fn info(&self) -> &DeviceInfo {
        &self.info
    }

    /// Also wipes what a capture that was broken off has left on the glass.
    fn probe(&mut self) -> Result<(), DeviceError> {
        self.still_there()?;
        self.tidy();
        self.send(&report::writing_mode(self.model.numbers))
    }
}

/// The tokens are looked at between reports and 50 times a second while the pen writes, so a capture that is cancelled
/// ends at once; only a pad that has stopped answering holds it up, for as long as its transport waits for the one
/// report under way (see [`HidTransport::get_feature`]). The glass is wiped when a capture ends otherwise than by
/// cancelling; what stands there then goes at the next call, or with this value.
impl SignaturePad for StuPad {
    fn capture(
        &mut self,
        finish: &Cancel,
        cancel: &Cancel,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<Signature, CaptureError> {
        unless_cancelled(cancel)?;
        self.still_there()?;
        let scale = self.identify(cancel)?.scale;
        self.prepare(cancel)?;
        let result = self.collect(scale, finish, cancel, progress);
        if !matches!(result, Err(CaptureError::Cancelled)) {
            self.tidy();
        }
        result
    }
}
