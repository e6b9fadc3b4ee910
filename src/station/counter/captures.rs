//! Captures: which slot is in turn, the device that takes it, judging, and what is done with the sample.
//!
//! A capture always belongs to what the record needs now. When the operator moves on, it is cancelled and waited for
//! before the same device is asked again; when a device goes away, it is opened anew every half second until it is
//! back. So a screen never has to start anything, and a restart of the program leads back to the same capture.

use std::collections::BTreeMap;
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use rekam_hal::{CaptureError, DeviceErrorKind, Eye, EyeSample, EyeSet, Finger, GrayImage, Retry, RgbImage};
use rekam_hal::{ScanTarget, Signature};
use tokio::sync::watch;

use crate::domain::session::{ConfirmNeed, Purpose, SampleId, Session, Slot, SlotState, Status, Step, Wish};
use crate::station::desk::{judge_eye, judge_finger};
use crate::station::engines::{Engines, Judged};
use crate::station::job::News;
use crate::station::{Bays, DeskError, Job, JobError};

use super::board::{Aim, Capture, Check, Device, Light, Outcome, Phase, Picture, Shown, Take, Which};
use super::equipment::device_of;
use super::error::CounterError;
use super::pictures::{picture, strokes};
use super::room::{Done, Room};
use super::station::Station;

/// Between two tries to open a device that is gone.
const REOPEN: Duration = Duration::from_millis(500);
/// How long the outcome of a capture is left to be read before the next one begins.
const READING: Duration = Duration::from_millis(900);
/// How long a cancelled capture may take to let its device go.
const GRACE: Duration = Duration::from_secs(2);
/// How long a device may show nothing at all before it counts as silent. A resident may need a while.
const SILENCE: Duration = Duration::from_secs(120);

/// What is being captured, and what comes after.
#[derive(Default)]
pub(super) struct Captures {
    state: State,
    /// What the operator wants next, instead of the slot in turn.
    wanted: Option<Slot>,
    /// The operator stopped it.
    paused: bool,
    /// A trouble stopped it; goes on when that has been read.
    troubled: bool,
    /// The screen is locked.
    held: bool,
    /// The next capture begins then.
    not_before: Option<Instant>,
    takes: u64,
    health: BTreeMap<Which, Health>,
}

#[derive(Default)]
enum State {
    #[default]
    Nothing,
    Running(Running),
    /// Cancelled; its device is not free yet.
    Stopping(Running, Instant),
    Judging(Judging),
    /// The device is away; tried again then.
    Away {
        slot: Slot,
        aim: Aim,
        kind: DeviceErrorKind,
        again: Instant,
    },
}

struct Running {
    slot: Slot,
    aim: Aim,
    job: AnyJob,
    news: watch::Receiver<News>,
    /// The last sign of life: a frame, a pen stroke, or the start.
    alive: Instant,
}

struct Judging {
    slot: Slot,
    aim: Aim,
    device: String,
    answer: mpsc::Receiver<Result<Judged, DeskError>>,
    live: watch::Receiver<News>,
}

/// How a device has done since the start.
#[derive(Debug, Clone, Default)]
struct Health {
    captures: u32,
    retries: u32,
    failures: u32,
    last_error: Option<(DeviceErrorKind, time::OffsetDateTime)>,
    trouble: Option<DeviceErrorKind>,
    tested: Option<Result<(), DeviceErrorKind>>,
}

enum AnyJob {
    Photo(Job<RgbImage>),
    Ink(Job<Signature>),
    Finger(Job<GrayImage>),
    Eyes(Job<Vec<EyeSample>>),
}

enum Raw {
    Photo(RgbImage),
    Ink(Signature),
    Finger(GrayImage),
    Eye(Option<GrayImage>),
}

impl AnyJob {
    fn start(bays: &Bays, slot: Slot) -> Result<Self, JobError> {
        Ok(match slot {
            Slot::Photo => Self::Photo(bays.photo()?),
            Slot::Signature | Slot::Approval => Self::Ink(bays.signature()?),
            Slot::Finger(finger) => Self::Finger(bays.finger(ScanTarget::Single(finger))?),
            Slot::Eye(eye) => Self::Eyes(bays.eyes(EyeSet::One(eye))?),
        })
    }

    fn news(&self) -> watch::Receiver<News> {
        match self {
            Self::Photo(job) => job.news(),
            Self::Ink(job) => job.news(),
            Self::Finger(job) => job.news(),
            Self::Eyes(job) => job.news(),
        }
    }

    fn finish(&self) {
        match self {
            Self::Photo(job) => job.finish(),
            Self::Ink(job) => job.finish(),
            Self::Finger(job) => job.finish(),
            Self::Eyes(job) => job.finish(),
        }
    }

    fn cancel(&self) {
        match self {
            Self::Photo(job) => job.cancel(),
            Self::Ink(job) => job.cancel(),
            Self::Finger(job) => job.cancel(),
            Self::Eyes(job) => job.cancel(),
        }
    }

    fn poll(&self, slot: Slot) -> Option<Result<Raw, JobError>> {
        let eye_of = |samples: Vec<EyeSample>| {
            let found = samples.into_iter().find(|sample| Slot::Eye(sample.eye) == slot);
            Raw::Eye(found.map(|sample| sample.image))
        };
        match self {
            Self::Photo(job) => job.poll().map(|done| done.map(Raw::Photo)),
            Self::Ink(job) => job.poll().map(|done| done.map(Raw::Ink)),
            Self::Finger(job) => job.poll().map(|done| done.map(Raw::Finger)),
            Self::Eyes(job) => job.poll().map(|done| done.map(eye_of)),
        }
    }
}

fn judge(engines: &Engines, raw: Raw) -> Result<Judged, DeskError> {
    match raw {
        Raw::Photo(image) => Ok(engines.photo(&image)?),
        Raw::Ink(signature) => Ok(engines.signature(&signature)?),
        Raw::Finger(image) => judge_finger(engines, &image),
        Raw::Eye(Some(image)) => judge_eye(engines, &image),
        Raw::Eye(None) => Err(JobError::from(CaptureError::Retry(Retry::NothingPresented)).into()),
    }
}

impl Captures {
    /// Whether something moves that must be looked after often.
    pub(super) fn is_active(&self) -> bool {
        !matches!(self.state, State::Nothing) || self.not_before.is_some()
    }

    /// The operator takes what is there.
    pub(super) fn shutter(&self) {
        if let State::Running(running) = &self.state {
            running.job.finish();
        }
    }

    /// Stops until [`Captures::resume`].
    pub(super) fn pause(&mut self) {
        self.paused = true;
        self.stop();
    }

    /// Stops until the trouble has been read.
    pub(super) fn pause_for_trouble(&mut self) {
        self.troubled = true;
        self.stop();
    }

    /// Stops until [`Captures::release`]: nobody is at the desk.
    pub(super) fn hold(&mut self) {
        self.held = true;
        self.stop();
    }

    /// The officer is back.
    pub(super) fn release(&mut self) {
        (self.held, self.troubled) = (false, false);
    }

    pub(super) fn resume(&mut self) {
        (self.paused, self.troubled) = (false, false);
        self.not_before = None;
    }

    /// The trouble that stopped the capture has been read.
    pub(super) fn resume_after_trouble(&mut self) {
        if std::mem::take(&mut self.troubled) {
            self.not_before = None;
        }
    }

    fn is_stopped(&self) -> bool {
        self.paused || self.troubled || self.held
    }

    /// Lets go of what is being captured.
    pub(super) fn stop(&mut self) {
        self.state = match std::mem::take(&mut self.state) {
            State::Running(running) => {
                running.job.cancel();
                State::Stopping(running, Instant::now() + GRACE)
            }
            State::Nothing | State::Judging(_) | State::Away { .. } => State::Nothing,
            stopping @ State::Stopping(..) => stopping,
        };
    }

    /// Lets go, and waits until the device is free; one that hangs is not waited for longer than its grace.
    pub(super) fn stop_and_wait(&mut self) {
        self.stop();
        if let State::Stopping(running, until) = &self.state {
            while running.job.poll(running.slot).is_none() && Instant::now() < *until {
                thread::sleep(Duration::from_millis(5));
            }
        }
    }

    /// Another resident sits down.
    pub(super) fn begin_record(&mut self) {
        self.stop();
        self.enter_step();
    }

    /// Another step begins: what was wanted in the old one is over.
    pub(super) fn enter_step(&mut self) {
        self.wanted = None;
        self.resume();
    }

    /// The slot is not to be captured any more.
    pub(super) fn forget(&mut self, slot: Slot) {
        if self.wanted == Some(slot) {
            self.wanted = None;
        }
    }

    /// What hangs on the board about it.
    fn shown(&self, before: Option<&Capture>, needed: Option<(Slot, Aim)>) -> Option<Capture> {
        let live_before = || before.map_or_else(|| watch::channel(News::default()).1, |capture| capture.live.clone());
        match &self.state {
            State::Running(running) => {
                Some(Capture { slot: running.slot, aim: running.aim, phase: Phase::Live, live: running.job.news() })
            }
            State::Judging(judging) => Some(Capture {
                slot: judging.slot,
                aim: judging.aim,
                phase: Phase::Judging,
                live: judging.live.clone(),
            }),
            State::Away { slot, aim, kind, .. } => {
                Some(Capture { slot: *slot, aim: *aim, phase: Phase::NoDevice(*kind), live: live_before() })
            }
            // Between two captures there is none to be seen, but it must be seen that the next one does not come.
            State::Nothing | State::Stopping(..) if self.is_stopped() => {
                needed.map(|(slot, aim)| Capture { slot, aim, phase: Phase::Paused, live: live_before() })
            }
            State::Nothing | State::Stopping(..) => None,
        }
    }
}

/// What the record needs now.
fn target(session: &Session, wanted: Option<Slot>) -> Option<(Slot, Aim)> {
    if *session.status() != Status::Open {
        return None;
    }
    let fits = |slot: &Slot| slot.step() == session.step() && !matches!(session.slot(*slot), SlotState::Excepted(_));
    let confirmed = session.step() != Step::Confirm || session.is_confirmed();
    if let Some(slot) = wanted.filter(fits)
        && confirmed
    {
        return Some((slot, Aim::Fill));
    }
    match session.step() {
        Step::Verify => None,
        Step::Photo => session.attempts(Slot::Photo).next().is_none().then_some((Slot::Photo, Aim::Fill)),
        Step::Signature | Step::Fingerprints | Step::Iris => {
            let open = Slot::of(session.step()).into_iter().find(|slot| !session.slot(*slot).is_settled());
            open.map(|slot| (slot, Aim::Fill))
        }
        Step::Confirm => match session.confirm_need() {
            ConfirmNeed::Compare(slot) => Some((slot, Aim::Compare)),
            ConfirmNeed::Supervisor => None,
            ConfirmNeed::Nothing => (!session.slot(Slot::Approval).is_settled()).then_some((Slot::Approval, Aim::Fill)),
        },
    }
}

impl Room {
    /// The operator wants another slot than the one in turn.
    pub(super) fn choose(&mut self, slot: Slot) -> Done {
        let session = self.desk()?.session()?;
        if slot.step() != session.step() {
            return Err(CounterError::NotNow);
        }
        self.captures.resume();
        self.captures.wanted = Some(slot);
        Ok(())
    }

    /// A filled slot is captured once more.
    pub(super) fn retake(&mut self, slot: Slot, discard: bool) -> Done {
        self.choose(slot)?;
        let desk = self.desk()?;
        if discard && desk.session()?.attempts(slot).next().is_some() {
            desk.wish(Wish::SetAside { slot, reason: "diulang".into() })?;
        }
        self.refresh_seat()
    }

    /// Keeps the capture in step with the record.
    pub(super) fn look_after_captures(&mut self) -> Done {
        let before = fingerprint_of(self.board.capture.as_ref());
        let looked = self.step_captures();
        let needed = self.needed();
        let shown = self.captures.shown(self.board.capture.as_ref(), needed).filter(|_| self.board.seat.is_some());
        self.board.capture = shown;
        if before != fingerprint_of(self.board.capture.as_ref()) {
            self.refresh_devices();
            self.dirty = true;
        }
        looked
    }

    /// What the record at the desk needs now, whether or not it may be captured.
    fn needed(&self) -> Option<(Slot, Aim)> {
        let session = self.desk.as_ref().and_then(|desk| desk.session().ok());
        session.and_then(|session| target(session, self.captures.wanted))
    }

    fn step_captures(&mut self) -> Done {
        let aim = if self.captures.is_stopped() { None } else { self.needed() };
        match std::mem::take(&mut self.captures.state) {
            State::Nothing => self.begin_capture(aim),
            State::Running(running) if aim == Some((running.slot, running.aim)) => self.poll(running),
            State::Running(running) => {
                running.job.cancel();
                self.captures.state = State::Stopping(running, Instant::now() + GRACE);
                Ok(())
            }
            State::Stopping(running, until) => {
                if running.job.poll(running.slot).is_none() && Instant::now() < until {
                    self.captures.state = State::Stopping(running, until);
                } else if Instant::now() >= until {
                    // It hangs in its driver: a fresh handle takes its place in the bay.
                    let which = device_of(running.slot);
                    if let Some(station) = &mut self.station {
                        drop(station.equipment.plug_in(which));
                    }
                }
                Ok(())
            }
            State::Judging(judging) => self.take_in(judging),
            State::Away { slot, aim: old, .. } if aim != Some((slot, old)) => Ok(()),
            State::Away { slot, aim, kind, again } => self.reopen(slot, aim, kind, again),
        }
    }

    fn begin_capture(&mut self, aim: Option<(Slot, Aim)>) -> Done {
        let Some((slot, aim)) = aim else {
            self.captures.not_before = None;
            return Ok(());
        };
        if self.captures.not_before.is_some_and(|moment| Instant::now() < moment) {
            return Ok(());
        }
        self.captures.not_before = None;
        let round = rounds(self.desk()?.session()?, slot) + self.captures.takes;
        let station = self.station()?;
        station.equipment.present(round);
        match AnyJob::start(station.equipment.bays(), slot) {
            Ok(job) => {
                let news = job.news();
                self.captures.state = State::Running(Running { slot, aim, job, news, alive: Instant::now() });
                Ok(())
            }
            Err(error) => self.failed(slot, aim, error),
        }
    }

    fn poll(&mut self, mut running: Running) -> Done {
        if running.news.has_changed().unwrap_or(false) {
            running.news.mark_unchanged();
            running.alive = Instant::now();
        }
        match running.job.poll(running.slot) {
            None if running.alive.elapsed() > SILENCE => {
                running.job.cancel();
                let again = Instant::now() + REOPEN;
                self.note_device(device_of(running.slot), Some(DeviceErrorKind::Silent));
                let kind = DeviceErrorKind::Silent;
                self.captures.state = State::Away { slot: running.slot, aim: running.aim, kind, again };
                Ok(())
            }
            None => {
                self.captures.state = State::Running(running);
                Ok(())
            }
            Some(Ok(raw)) => self.hand_to_judge(running, raw),
            Some(Err(error)) => self.failed(running.slot, running.aim, error),
        }
    }

    fn hand_to_judge(&mut self, running: Running, raw: Raw) -> Done {
        let which = device_of(running.slot);
        self.note_device(which, None);
        let engines = self.station()?.engines.clone();
        let (sender, answer) = mpsc::channel();
        let spawned = thread::Builder::new().name("judge".into()).spawn(move || {
            // Nobody waits when the operator has moved on; then the sample was not accepted.
            drop(sender.send(judge(&engines, raw)));
        });
        spawned.map_err(|source| DeskError::from(JobError::Thread(source)))?;
        let device = self.station()?.equipment.info(which).map_or_else(String::new, |info| info.id);
        let live = running.job.news();
        self.captures.state = State::Judging(Judging { slot: running.slot, aim: running.aim, device, answer, live });
        Ok(())
    }

    fn take_in(&mut self, judging: Judging) -> Done {
        let answer = match judging.answer.try_recv() {
            Ok(answer) => answer,
            Err(mpsc::TryRecvError::Empty) => {
                self.captures.state = State::Judging(judging);
                return Ok(());
            }
            // The judge panicked: as if nothing had been presented.
            Err(mpsc::TryRecvError::Disconnected) => {
                Err(JobError::from(CaptureError::Retry(Retry::NothingPresented)).into())
            }
        };
        let Judging { slot, aim, device, .. } = judging;
        let judged = match answer {
            Ok(judged) => judged,
            Err(DeskError::Job(error)) => return self.failed(slot, aim, error),
            Err(other) => return Err(other.into()),
        };
        // The operator has moved on, or left the slot empty, while it was judged: nobody asked for it any more.
        let session = self.desk()?.session()?;
        let still_wanted = match aim {
            Aim::Fill => session.step() == slot.step() && !matches!(session.slot(slot), SlotState::Excepted(_)),
            Aim::Compare => session.step() == Step::Confirm && session.confirm_need() == ConfirmNeed::Compare(slot),
            Aim::Evidence => session.step() == slot.step(),
        };
        if still_wanted { self.keep(slot, aim, judged, device) } else { Ok(()) }
    }

    /// What is done with a judged sample.
    fn keep(&mut self, slot: Slot, aim: Aim, judged: Judged, device: String) -> Done {
        let advice = judged.advice;
        if let Slot::Finger(finger) = slot
            && let Some(shown) = self.desk()?.same_finger_as(finger, &judged)?
        {
            self.report(slot, Outcome::WrongFinger { shown }, None);
            self.captures.not_before = Some(Instant::now() + READING * 2);
            return Ok(());
        }
        let (quality, desk) = (judged.quality, self.desk()?);
        let outcome = match aim {
            Aim::Fill => {
                desk.accept(Purpose::Slot(slot), judged, Some(device))?;
                let settled = desk.session()?.slot(slot).is_settled();
                Outcome::Kept { quality, settled }
            }
            Aim::Compare => {
                let probe = desk.probe(slot, judged, Some(device))?;
                Outcome::Compared { score: probe.score, matched: probe.matched }
            }
            Aim::Evidence => {
                desk.accept(Purpose::Evidence(slot), judged, Some(device))?;
                Outcome::Kept { quality, settled: true }
            }
        };
        if self.captures.wanted == Some(slot) {
            self.captures.wanted = None;
        }
        let again = matches!(outcome, Outcome::Kept { settled: false, .. } | Outcome::Compared { matched: false, .. });
        self.captures.not_before = again.then(|| Instant::now() + READING);
        self.report(slot, outcome, advice);
        if matches!(slot, Slot::Finger(_) | Slot::Eye(_)) && aim == Aim::Fill && self.is_step_done()? {
            // The check runs while the operator goes on.
            self.search_duplicates()?;
        }
        self.refresh_seat()
    }

    fn is_step_done(&mut self) -> Result<bool, CounterError> {
        let session = self.desk()?.session()?;
        Ok(session.is_done(session.step()))
    }

    fn report(&mut self, slot: Slot, outcome: Outcome, advice: Option<Retry>) {
        self.captures.takes += 1;
        let number = self.captures.takes;
        self.board.last = Some(Take { number, slot, outcome, advice });
        self.dirty = true;
    }

    /// A capture without a sample: the resident tries again, or the device is away.
    fn failed(&mut self, slot: Slot, aim: Aim, error: JobError) -> Done {
        let which = device_of(slot);
        match error {
            JobError::Capture(CaptureError::Retry(retry)) => {
                self.captures.health.entry(which).or_default().retries += 1;
                self.report(slot, Outcome::Again, Some(retry));
                self.captures.not_before = Some(Instant::now() + READING);
                Ok(())
            }
            JobError::Capture(CaptureError::Cancelled) => Ok(()),
            JobError::Capture(CaptureError::Device(device)) => {
                tracing::debug!(error = %super::harm::chain(&device), "a device failed");
                self.note_device(which, Some(device.kind));
                let again = Instant::now() + REOPEN;
                self.captures.state = State::Away { slot, aim, kind: device.kind, again };
                Ok(())
            }
            JobError::Thread(source) => Err(DeskError::from(JobError::Thread(source)).into()),
        }
    }

    fn reopen(&mut self, slot: Slot, aim: Aim, kind: DeviceErrorKind, again: Instant) -> Done {
        if Instant::now() < again {
            self.captures.state = State::Away { slot, aim, kind, again };
            return Ok(());
        }
        let which = device_of(slot);
        let Some(station) = &mut self.station else { return Ok(()) };
        match station.equipment.plug_in(which) {
            Ok(()) => {
                self.captures.health.entry(which).or_default().trouble = None;
                Ok(())
            }
            Err(error) => {
                let again = Instant::now() + REOPEN;
                self.captures.state = State::Away { slot, aim, kind: error.kind, again };
                Ok(())
            }
        }
    }

    fn note_device(&mut self, which: Which, failed: Option<DeviceErrorKind>) {
        let now = time::OffsetDateTime::now_utc();
        let health = self.captures.health.entry(which).or_default();
        match failed {
            Some(kind) => {
                health.failures += 1;
                health.last_error = Some((kind, now));
                health.trouble = Some(kind);
            }
            None => {
                health.captures += 1;
                health.trouble = None;
            }
        }
    }

    /// Reads the four lights anew.
    pub(super) fn refresh_devices(&mut self) {
        let Some(station) = &self.station else { return };
        let working = match &self.captures.state {
            State::Running(running) => Some(device_of(running.slot)),
            State::Judging(_) | State::Nothing | State::Stopping(..) | State::Away { .. } => None,
        };
        let devices = Which::ALL.map(|which| {
            let health = self.captures.health.get(&which).cloned().unwrap_or_default();
            let light = if !station.equipment.is_plugged(which) {
                Light::Missing
            } else if health.trouble.is_some() {
                Light::Trouble
            } else if working == Some(which) {
                Light::Working
            } else {
                Light::Ready
            };
            Device {
                which,
                info: station.equipment.info(which),
                light,
                last_error: health.last_error,
                captures: health.captures,
                retries: health.retries,
                failures: health.failures,
                tested: health.tested,
                simulated: station.equipment.is_simulated(),
            }
        });
        self.board.devices = devices.to_vec();
    }

    /// Asks a device for a sign of life, with a fresh handle when it was away.
    pub(super) fn test_device(&mut self, which: Which) -> Done {
        self.captures.stop_and_wait();
        let Some(station) = &mut self.station else { return Err(CounterError::NotNow) };
        let tested = station.equipment.plug_in(which).and_then(|()| station.equipment.bays().probe(which));
        let health = self.captures.health.entry(which).or_default();
        match &tested {
            Ok(()) => health.trouble = None,
            Err(error) => {
                health.trouble = Some(error.kind);
                health.last_error = Some((error.kind, time::OffsetDateTime::now_utc()));
            }
        }
        health.tested = Some(tested.map_err(|error| error.kind));
        self.refresh_devices();
        Ok(())
    }

    /// Pulls a simulated cable, or puts it in.
    pub(super) fn pull(&mut self, which: Which, out: bool) -> Done {
        let station = self.station()?;
        if out {
            station.equipment.unplug(which)?
        } else {
            station.equipment.plug(which)?
        }
        if !out {
            self.captures.health.entry(which).or_default().trouble = None;
        }
        self.refresh_devices();
        Ok(())
    }

    /// Starts a search with everything recorded so far.
    pub(super) fn search_duplicates(&mut self) -> Done {
        self.desk()?.search_duplicates()?;
        let people = self.station()?.people;
        // Without a finger or an eye there is nothing to compare, and nothing to be relieved about.
        let begun = self.desk()?.is_searching();
        self.board.check = if begun { Check::Searching(people) } else { Check::Idle };
        Ok(())
    }

    pub(super) fn is_searching(&self) -> bool {
        matches!(self.board.check, Check::Searching(_))
    }

    /// Takes in what the search found.
    pub(super) fn look_after_search(&mut self) -> Done {
        let Check::Searching(people) = self.board.check else { return Ok(()) };
        let Some(desk) = self.desk.as_mut().filter(|desk| desk.session().is_ok()) else {
            self.board.check = Check::Idle;
            return Ok(());
        };
        match desk.collect_hits() {
            Ok(true) => Ok(()),
            Ok(false) => {
                self.board.check = Check::Done(people);
                self.refresh_seat()
            }
            Err(error) => {
                // Asked again, it would fail again at once. Nobody is lost: closing a record searches anew.
                self.board.check = Check::Idle;
                Err(error.into())
            }
        }
    }
}

/// What tells one state of a capture from the next.
fn fingerprint_of(capture: Option<&Capture>) -> Option<(Slot, Aim, Phase)> {
    capture.map(|capture| (capture.slot, capture.aim, capture.phase))
}

/// Samples taken of the slot so far, whatever for.
fn rounds(session: &Session, slot: Slot) -> u64 {
    let of = |purpose: Purpose| match purpose {
        Purpose::Slot(other) | Purpose::Probe(other) => other == slot,
        Purpose::Evidence(_) => false,
    };
    session.samples().iter().filter(|sample| of(sample.purpose)).count() as u64
}

/// Pictures of what the slots hold; those already decoded are kept.
pub(super) fn shown(station: &Station, session: &Session, before: Option<&Shown>) -> Result<Shown, CounterError> {
    let last = |slot: Slot| session.attempts(slot).last().map(|sample| sample.id.clone());
    let best = |slot: Slot| session.best(slot).map(|sample| sample.id.clone());
    let known = |old: Option<&Picture>, id: &SampleId| old.filter(|old| old.sample.as_ref() == Some(id)).cloned();
    let fetch = |id: &SampleId| -> Result<Vec<u8>, CounterError> {
        let name = id.0.clone();
        Ok(station.store().call(move |db| db.sample_bytes(&name))?)
    };
    let image = |old: Option<&Picture>, id: Option<SampleId>| -> Result<Option<Picture>, CounterError> {
        let Some(id) = id else { return Ok(None) };
        match known(old, &id) {
            Some(picture) => Ok(Some(picture)),
            None => Ok(picture(&fetch(&id)?, Some(&id))),
        }
    };
    let mut shown =
        Shown { photo: image(before.and_then(|b| b.photo.as_ref()), last(Slot::Photo))?, ..Shown::default() };
    if let Some(id) = last(Slot::Signature) {
        shown.signature = strokes(&fetch(&id)?);
    }
    if let Some(id) = last(Slot::Approval) {
        shown.approval = strokes(&fetch(&id)?);
    }
    for finger in Finger::ALL {
        let old = before.and_then(|before| before.fingers.get(&finger));
        if let Some(found) = image(old, best(Slot::Finger(finger)))? {
            shown.fingers.insert(finger, found);
        }
    }
    for eye in Eye::ALL {
        let old = before.and_then(|before| before.eyes.get(&eye));
        if let Some(found) = image(old, best(Slot::Eye(eye)))? {
            shown.eyes.insert(eye, found);
        }
    }
    Ok(shown)
}
