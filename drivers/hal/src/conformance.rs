//! One suite that every driver and every virtual device must pass.
//!
//! A station can only be tested against virtual devices if these behave as real ones do, in particular when things go
//! wrong. So what a caller may rely on is written down once, as clauses, and each driver and each virtual device is
//! held against the same ones. A [`Rig`] is the hand that plugs, unplugs and presents; a [`Report`] tells clause by
//! clause what held.
//!
//! Nothing here measures time: a capture must end within a *number* of progress calls after it was cancelled or
//! triggered, and only a capture that neither reports nor returns for a minute is called hanging.

mod finished;
mod report;
mod samples;
mod supervised;
#[cfg(test)]
mod tests;
mod triggered;

use std::sync::Arc;

pub use report::{Clause, NonConformance, Report, Verdict, assert_conforms};
use supervised::{Capture, Seen, Tokens, supervised};

use crate::cancel::Cancel;
use crate::device::{
    Camera, DeviceInfo, Eye, EyeSet, FingerprintScanner, IrisCamera, Peripheral, Progress, ScanTarget, SignaturePad,
};
use crate::error::{CaptureError, DeviceError, DeviceErrorKind};
use crate::finger::Finger;

/// Progress calls a device may still make after its token was pulled.
pub const CALLS_AFTER_CANCEL: usize = 4;

/// Progress calls a device may still make after its trigger was pulled: what a fast camera shows in the second that
/// it has for the still.
pub const CALLS_AFTER_TRIGGER: usize = 30;

/// The hand at the device. `D` is the trait object of the device's kind.
pub trait Rig<D: ?Sized> {
    /// A new handle to the device.
    ///
    /// # Errors
    /// As the driver's own opening: gone while the device is unplugged.
    fn open(&mut self) -> Result<Box<D>, DeviceError>;

    /// Plugs the device in, if it is out.
    fn plug(&mut self);

    /// Unplugs it, if it is in; also while a capture runs.
    fn unplug(&mut self);

    /// Whether the following captures find a good finger, eye, face or pen.
    fn present(&mut self, there: bool);

    /// Makes the next capture end with a [`CaptureError::Retry`]; `false` when this rig cannot.
    fn provoke_retry(&mut self) -> bool {
        false
    }
}

/// What is particular to a kind of device.
struct Kind<D: ?Sized, T> {
    capture: Capture<D, T>,
    judge: fn(&DeviceInfo, &T) -> Result<(), String>,
    release: Release,
}

/// Who decides that it is time for the sample.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Release {
    /// The device, or the operator before it.
    Device,
    /// The operator alone.
    Operator,
}

/// News after which the operator in this suite takes a picture: time for a few frames.
const RELEASED_AFTER: usize = 4;

impl Release {
    /// Whether the operator pulls the trigger at this piece of news. A camera without preview shows nothing to wait
    /// for.
    fn is_due(self, call: usize, info: &DeviceInfo) -> bool {
        match self {
            Self::Device => false,
            Self::Operator => !info.capabilities.preview || call + 1 >= RELEASED_AFTER,
        }
    }
}

/// Holds a photo camera against all clauses.
pub fn camera(rig: &mut dyn Rig<dyn Camera>) -> Report {
    let capture: Capture<dyn Camera, _> =
        Arc::new(|device, tokens, progress| device.capture(&tokens.trigger, &tokens.cancel, progress));
    let kind = Kind { capture, judge: samples::photo, release: Release::Operator };
    let mut report = suite(rig, &kind);
    report.note(triggered::CLAUSE, triggered::clause(rig, &kind));
    report
}

/// Holds a fingerprint scanner against all clauses.
pub fn fingerprint_scanner(rig: &mut dyn Rig<dyn FingerprintScanner>) -> Report {
    let index = ScanTarget::Single(Finger::RightIndex);
    let capture: Capture<dyn FingerprintScanner, _> =
        Arc::new(move |device, tokens, progress| device.capture(&tokens.trigger, index, &tokens.cancel, progress));
    let kind = Kind { capture, judge: samples::finger, release: Release::Device };
    let mut report = suite(rig, &kind);
    report.note(triggered::CLAUSE, triggered::clause(rig, &kind));
    report
}

/// Holds an iris camera against all clauses.
pub fn iris_camera(rig: &mut dyn Rig<dyn IrisCamera>) -> Report {
    let of = |eyes: EyeSet| -> Capture<dyn IrisCamera, Eyes> {
        Arc::new(move |device, tokens, progress| device.capture(&tokens.trigger, eyes, &tokens.cancel, progress))
    };
    let (one, both) = (of(EyeSet::One(Eye::Right)), of(EyeSet::Both));
    let kind = Kind { capture: one, judge: |info, eyes| samples::right_eye(info, eyes), release: Release::Device };
    let mut report = suite(rig, &kind);
    report.note(triggered::CLAUSE, triggered::clause(rig, &kind));
    report.note("both eyes are taken at once exactly as claimed", eyes_as_claimed(rig, &both));
    report
}

/// Holds a signature pad against all clauses.
pub fn signature_pad(rig: &mut dyn Rig<dyn SignaturePad>) -> Report {
    let capture: Capture<dyn SignaturePad, _> =
        Arc::new(|device, tokens, progress| device.capture(&tokens.trigger, &tokens.cancel, progress));
    let mut report = suite(rig, &Kind { capture, judge: samples::signature, release: Release::Device });
    report.note("the operator may finish a signature", finished::with_ink(rig));
    report.note("finishing an empty pad asks to write", finished::without_ink(rig));
    report
}

fn suite<D, T>(rig: &mut dyn Rig<D>, kind: &Kind<D, T>) -> Report
where
    D: ?Sized + Peripheral + 'static,
    T: Send + 'static,
{
    let mut report = Report::default();
    rig.plug();
    rig.present(true);
    match rig.open() {
        Ok(device) => report.device = device.info().id.clone(),
        Err(error) => {
            report.note("a plugged device opens", Err(error.to_string()));
            return report;
        }
    }
    report.note("it says who it is, and the same every time", identity(rig, kind));
    report.note("a capture reports, delivers a valid sample and claims only what it can", sample(rig, kind));
    report.note("cancelled before, it does not begin", cancelled_before(rig, kind));
    report.note("cancelled while it waits, it ends at once", cancelled_waiting(rig, kind));
    report.note("cancelled in the middle, it ends at once", cancelled_midway(rig, kind));
    const RETRY: &str = "a retry is no fault: the next capture works";
    match retried(rig, kind) {
        Some(result) => report.note(RETRY, result),
        None => report.skip(RETRY, "this rig cannot provoke one"),
    }
    report.note("unplugged at rest, it is gone until it is plugged in again", gone_at_rest(rig, kind));
    report.note("unplugged in a capture, it is gone until it is plugged in again", gone_midway(rig, kind));
    report
}

/// A device under test: the handle, lent to the supervising thread during captures.
struct Bench<'k, D: ?Sized, T> {
    kind: &'k Kind<D, T>,
    device: Option<Box<D>>,
}

impl<'k, D, T> Bench<'k, D, T>
where
    D: ?Sized + Peripheral + 'static,
    T: Send + 'static,
{
    fn open(rig: &mut dyn Rig<D>, kind: &'k Kind<D, T>) -> Result<Self, String> {
        rig.plug();
        rig.present(true);
        let device = rig.open().map_err(|error| format!("it does not open: {error}"))?;
        Ok(Self { kind, device: Some(device) })
    }

    fn device(&mut self) -> Result<&mut Box<D>, String> {
        self.device.as_mut().ok_or_else(|| "there is no device".to_owned())
    }

    fn info(&mut self) -> Result<DeviceInfo, String> {
        Ok(self.device()?.info().clone())
    }

    /// A capture, with the operator at the trigger where the device needs one.
    fn capture(&mut self, cancel: &Cancel, mut act: impl FnMut(usize, &Progress)) -> Result<Seen<T>, String> {
        let tokens = Tokens { cancel: cancel.clone(), ..Tokens::default() };
        let (release, info) = (self.kind.release, self.info()?);
        let mut released = None;
        let seen = self.capture_with(&tokens, |call, news| {
            act(call, news);
            // Whoever has cancelled wants no picture any more.
            if release.is_due(call, &info) && !tokens.cancel.is_cancelled() {
                tokens.trigger.cancel();
                released.get_or_insert(call);
            }
            // A device that streams on for ever must not hang the suite.
            if released.is_some_and(|at| call > at + CALLS_AFTER_TRIGGER) {
                tokens.cancel.cancel();
            }
        })?;
        match (release, &seen.result) {
            (Release::Operator, Ok(_)) if !tokens.trigger.is_cancelled() => {
                Err("it delivers without having been triggered".to_owned())
            }
            (Release::Operator | Release::Device, _) => Ok(seen),
        }
    }

    fn capture_with(&mut self, tokens: &Tokens, act: impl FnMut(usize, &Progress)) -> Result<Seen<T>, String> {
        supervised(&mut self.device, &self.kind.capture, tokens, act)
    }

    /// An undisturbed capture must give a valid sample.
    fn works(&mut self) -> Result<Vec<Progress>, String> {
        let seen = self.capture(&Cancel::new(), |_, _| ())?;
        let sample = seen.result.map_err(|error| format!("an undisturbed capture fails: {error}"))?;
        (self.kind.judge)(&self.info()?, &sample)?;
        Ok(seen.news)
    }

    fn is_gone(&mut self) -> Result<(), String> {
        for _ in 0..2 {
            expect_gone("probe", self.device()?.probe().map_err(CaptureError::Device))?;
            expect_gone("capture", self.capture(&Cancel::new(), |_, _| ())?.result)?;
        }
        Ok(())
    }

    /// The moments of a capture worth disturbing, as numbers of progress calls: the first, and some before the last.
    fn moments(&mut self) -> Result<Vec<usize>, String> {
        let calls = self.works()?.len();
        let mut moments = vec![0, calls / 4, calls / 2];
        moments.retain(|moment| *moment == 0 || moment + 1 < calls);
        moments.dedup();
        Ok(moments)
    }
}

fn outcome<T>(result: &Result<T, CaptureError>) -> String {
    match result {
        Ok(_) => "a sample".to_owned(),
        Err(error) => format!("{error:?}"),
    }
}

fn expect_gone<T>(call: &str, result: Result<T, CaptureError>) -> Result<(), String> {
    match result {
        Err(CaptureError::Device(DeviceError { kind: DeviceErrorKind::Gone, .. })) => Ok(()),
        other => Err(format!("{call} of an unplugged device gives {}", outcome(&other))),
    }
}

fn expect_cancelled<T>(seen: &Seen<T>, pulled_at: usize) -> Result<(), String> {
    if !matches!(seen.result, Err(CaptureError::Cancelled)) {
        return Err(format!("cancelled at call {pulled_at} it gives {}", outcome(&seen.result)));
    }
    let after = seen.news.len().saturating_sub(pulled_at + 1);
    if after <= CALLS_AFTER_CANCEL { Ok(()) } else { Err(format!("{after} progress calls after it was cancelled")) }
}

fn identity<D, T>(rig: &mut dyn Rig<D>, kind: &Kind<D, T>) -> Result<(), String>
where
    D: ?Sized + Peripheral + 'static,
    T: Send + 'static,
{
    let mut bench = Bench::open(rig, kind)?;
    let info = bench.info()?;
    let named = [("id", &info.id), ("driver", &info.driver), ("model", &info.model), ("transport", &info.transport)];
    if let Some((field, _)) = named.iter().find(|(_, value)| value.trim().is_empty()) {
        return Err(format!("its {field} is empty"));
    }
    bench.device()?.probe().map_err(|error| format!("probe fails: {error}"))?;
    bench.works()?;
    if bench.info()? != info {
        return Err("its description changes during a capture".to_owned());
    }
    drop(bench);
    let again = Bench::open(rig, kind)?.info()?;
    if again == info { Ok(()) } else { Err(format!("{again:?} after opening again, {info:?} before")) }
}

fn sample<D, T>(rig: &mut dyn Rig<D>, kind: &Kind<D, T>) -> Result<(), String>
where
    D: ?Sized + Peripheral + 'static,
    T: Send + 'static,
{
    let mut bench = Bench::open(rig, kind)?;
    for _ in 0..2 {
        let news = bench.works()?;
        samples::news(&bench.info()?, &news)?;
    }
    Ok(())
}

fn cancelled_before<D, T>(rig: &mut dyn Rig<D>, kind: &Kind<D, T>) -> Result<(), String>
where
    D: ?Sized + Peripheral + 'static,
    T: Send + 'static,
{
    let mut bench = Bench::open(rig, kind)?;
    let cancel = Cancel::new();
    cancel.cancel();
    expect_cancelled(&bench.capture(&cancel, |_, _| ())?, 0)?;
    bench.works().map(drop)
}

fn cancelled_waiting<D, T>(rig: &mut dyn Rig<D>, kind: &Kind<D, T>) -> Result<(), String>
where
    D: ?Sized + Peripheral + 'static,
    T: Send + 'static,
{
    let mut bench = Bench::open(rig, kind)?;
    rig.present(false);
    let cancel = Cancel::new();
    let seen = bench.capture(&cancel, |_, _| cancel.cancel())?;
    expect_cancelled(&seen, 0)?;
    rig.present(true);
    bench.works().map(drop)
}

fn cancelled_midway<D, T>(rig: &mut dyn Rig<D>, kind: &Kind<D, T>) -> Result<(), String>
where
    D: ?Sized + Peripheral + 'static,
    T: Send + 'static,
{
    let mut bench = Bench::open(rig, kind)?;
    for moment in bench.moments()? {
        let cancel = Cancel::new();
        let seen = bench.capture(&cancel, |call, _| {
            if call == moment {
                cancel.cancel();
            }
        })?;
        expect_cancelled(&seen, moment)?;
        bench.works()?;
    }
    Ok(())
}

fn retried<D, T>(rig: &mut dyn Rig<D>, kind: &Kind<D, T>) -> Option<Result<(), String>>
where
    D: ?Sized + Peripheral + 'static,
    T: Send + 'static,
{
    let mut bench = match Bench::open(rig, kind) {
        Ok(bench) => bench,
        Err(broken) => return Some(Err(broken)),
    };
    if !rig.provoke_retry() {
        return None;
    }
    Some(bench.capture(&Cancel::new(), |_, _| ()).and_then(|seen| match seen.result {
        Err(CaptureError::Retry(_)) => bench.works().map(drop),
        other => Err(format!("a provoked retry gives {}", outcome(&other))),
    }))
}

/// After re-plugging, a new handle works and is the same device.
fn back_again<D, T>(rig: &mut dyn Rig<D>, kind: &Kind<D, T>, id: &str) -> Result<(), String>
where
    D: ?Sized + Peripheral + 'static,
    T: Send + 'static,
{
    let mut bench = Bench::open(rig, kind)?;
    let found = bench.info()?.id;
    if found != id {
        return Err(format!("after re-plugging it is {found}, before it was {id}"));
    }
    bench.device()?.probe().map_err(|error| format!("probe after re-plugging: {error}"))?;
    bench.works().map(drop)
}

fn gone_at_rest<D, T>(rig: &mut dyn Rig<D>, kind: &Kind<D, T>) -> Result<(), String>
where
    D: ?Sized + Peripheral + 'static,
    T: Send + 'static,
{
    let mut bench = Bench::open(rig, kind)?;
    let id = bench.info()?.id;
    rig.unplug();
    bench.is_gone()?;
    drop(bench);
    expect_gone("opening", rig.open().map_err(CaptureError::Device))?;
    back_again(rig, kind, &id)
}

fn gone_midway<D, T>(rig: &mut dyn Rig<D>, kind: &Kind<D, T>) -> Result<(), String>
where
    D: ?Sized + Peripheral + 'static,
    T: Send + 'static,
{
    let mut bench = Bench::open(rig, kind)?;
    let moments = bench.moments()?;
    drop(bench);
    for moment in moments {
        let mut bench = Bench::open(rig, kind)?;
        let id = bench.info()?.id;
        let seen = bench.capture(&Cancel::new(), |call, _| {
            if call == moment {
                rig.unplug();
            }
        })?;
        expect_gone("a capture", seen.result).map_err(|seen| format!("unplugged at call {moment}: {seen}"))?;
        bench.is_gone()?;
        drop(bench);
        back_again(rig, kind, &id)?;
    }
    Ok(())
}

type Eyes = Vec<crate::device::EyeSample>;

fn eyes_as_claimed(rig: &mut dyn Rig<dyn IrisCamera>, both: &Capture<dyn IrisCamera, Eyes>) -> Result<(), String> {
    let (capture, release) = (Arc::clone(both), Release::Device);
    let kind = Kind { capture, judge: |info, eyes| samples::both_eyes(info, eyes), release };
    let mut bench = Bench::open(rig, &kind)?;
    match bench.info()?.capabilities.eyes_at_once {
        2 => bench.works().map(drop),
        1 => match bench.capture(&Cancel::new(), |_, _| ())?.result {
            Err(CaptureError::Device(error)) if error.kind == DeviceErrorKind::Unsupported => Ok(()),
            other => Err(format!("a camera for one eye, asked for both, gives {}", outcome(&other))),
        },
        other => Err(format!("it claims {other} eyes at once")),
    }
}
