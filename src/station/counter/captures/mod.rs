//! Captures: which slot is in turn, the device that takes it, judging, and what is done with the sample.
//!
//! A capture always belongs to what the record needs now. When the operator moves on, it is cancelled and waited for
//! before the same device is asked again; when a device goes away, it is opened anew every half second until it is
//! back. So a screen never has to start anything, and a restart of the program leads back to the same capture.

mod devices;
mod job;
mod outcome;
mod shown;
mod slap;
mod target;

use std::collections::BTreeMap;
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use rekam_hal::{DeviceErrorKind, RgbImage, Slap};
use tokio::sync::watch;

use crate::domain::session::{Purpose, Session, Slot};
use crate::station::DeskError;
use crate::station::job::News;
use crate::station::plugged::Standing;
use crate::station::portrait::{self, Shutter, Watching};

use super::board::{Aim, Which};
use super::error::CounterError;
use super::room::{Done, Room};

pub(super) use shown::shown;

use devices::{Health, REOPEN, SOON};
use job::{AnyJob, Verdict};
use shown::fingerprint_of;
use target::Need;

/// How long a cancelled capture may take to let its device go.
const GRACE: Duration = Duration::from_secs(2);
/// How long a device may show nothing at all before it counts as silent. A resident may need a while.
const SILENCE: Duration = Duration::from_secs(120);
/// A resident who wants another portrait sits otherwise first.
const SECOND_THOUGHTS: Duration = Duration::from_secs(2);

/// What is being captured, and what comes after.
#[derive(Default)]
pub(super) struct Captures {
    state: State,
    /// What the operator wants next, instead of the slot in turn.
    wanted: Option<Slot>,
    /// The operator wants a photo that shows why something is empty.
    evidence: bool,
    /// Portraits take themselves when everything holds.
    by_itself: bool,
    /// The preview of this record cannot be looked at, which has been said.
    unguided: bool,
    /// The operator stopped it.
    paused: bool,
    /// A trouble stopped it; goes on when that has been read.
    troubled: bool,
    /// The screen is locked.
    held: bool,
    /// The next capture begins then.
    not_before: Option<Instant>,
    takes: u64,
    /// The station wants fingers to be laid down together.
    together: bool,
    /// How often each slap of this record was tried in this step.
    slaps: BTreeMap<Slap, u32>,
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
        need: Need,
        kind: DeviceErrorKind,
        again: Instant,
    },
}

struct Running {
    need: Need,
    job: AnyJob,
    news: watch::Receiver<News>,
    began: Instant,
    /// The last sign of life: a frame, a pen stroke, or the start.
    alive: Instant,
    /// The preview of a portrait, looked at.
    watching: Option<Watching>,
}

struct Judging {
    need: Need,
    device: String,
    answer: mpsc::Receiver<Result<Verdict, DeskError>>,
    live: watch::Receiver<News>,
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

    /// Whether a capture holds this device now.
    fn works_with(&self, which: Which) -> bool {
        match &self.state {
            State::Running(running) | State::Stopping(running, _) => running.need.device() == which,
            State::Nothing | State::Judging(_) | State::Away { .. } => false,
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
            while running.job.poll(running.need.slot).is_none() && Instant::now() < *until {
                thread::sleep(Duration::from_millis(5));
            }
        }
    }

    /// Another resident sits down; the station lays fingers down together where it can, or one by one, and lets
    /// portraits take themselves or not.
    pub(super) fn begin_record(&mut self, together: bool, by_itself: bool) {
        (self.together, self.by_itself, self.unguided) = (together, by_itself, false);
        self.stop();
        self.enter_step();
    }

    /// Another step begins: what was wanted in the old one is over.
    pub(super) fn enter_step(&mut self) {
        self.wanted = None;
        self.evidence = false;
        self.slaps.clear();
        self.resume();
    }

    /// The slot is not to be captured any more.
    pub(super) fn forget(&mut self, slot: Slot) {
        if self.wanted == Some(slot) {
            self.wanted = None;
        }
    }
}

impl Room {
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

    fn step_captures(&mut self) -> Done {
        let need = if self.captures.is_stopped() { None } else { self.needed() };
        match std::mem::take(&mut self.captures.state) {
            State::Nothing => self.begin_capture(need),
            State::Running(running) if need == Some(running.need) => self.poll(running),
            State::Running(running) => {
                running.job.cancel();
                self.captures.state = State::Stopping(running, Instant::now() + GRACE);
                Ok(())
            }
            State::Stopping(running, until) => {
                if running.job.poll(running.need.slot).is_none() && Instant::now() < until {
                    self.captures.state = State::Stopping(running, until);
                } else if Instant::now() >= until {
                    // It hangs in its driver: a fresh handle takes its place in the bay.
                    let which = running.need.device();
                    if let Some(station) = &mut self.station {
                        station.equipment.wear_out(which);
                        station.equipment.plug_in(which);
                    }
                }
                Ok(())
            }
            State::Judging(judging) => self.take_in(judging),
            State::Away { need: old, .. } if need != Some(old) => Ok(()),
            State::Away { need, kind, again } => self.reopen(need, kind, again),
        }
    }

    fn begin_capture(&mut self, need: Option<Need>) -> Done {
        let Some(need) = need else {
            self.captures.not_before = None;
            return Ok(());
        };
        if self.captures.not_before.is_some_and(|moment| Instant::now() < moment) {
            return Ok(());
        }
        self.captures.not_before = None;
        match self.station()?.equipment.standing(need.device()) {
            Standing::Ready => {}
            // Between two captures, for the moment it takes.
            Standing::Opening => {
                self.captures.not_before = Some(Instant::now() + SOON);
                return Ok(());
            }
            Standing::Away(kind) => {
                self.captures.state = State::Away { need, kind, again: Instant::now() };
                return Ok(());
            }
        }
        let round = rounds(self.desk()?.session()?, need.slot) + self.captures.takes;
        let station = self.station()?;
        station.equipment.present(round);
        match AnyJob::start(station.equipment.bays(), need) {
            Ok(job) => {
                let news = job.news();
                let watching = self.watch(need, &job)?;
                let began = Instant::now();
                self.captures.state = State::Running(Running { need, job, news, began, alive: began, watching });
                Ok(())
            }
            Err(error) => self.failed(need, error),
        }
    }

    /// Looks at the preview of a portrait, and at no other.
    fn watch(&mut self, need: Need, job: &AnyJob) -> Result<Option<Watching>, CounterError> {
        if need != Need::one(Slot::Photo, Aim::Fill) || self.captures.unguided {
            return Ok(None);
        }
        let wanted = portrait::wanted(self.desk()?.session()?.resident());
        let mut follower = self.station()?.engines.portrait().follower();
        let shutter = match (self.captures.by_itself, rounds(self.desk()?.session()?, need.slot)) {
            (false, _) => Shutter::ByHand,
            (true, 0) => Shutter::ByItself,
            (true, _) => Shutter::After(SECOND_THOUGHTS),
        };
        let look = move |frame: &RgbImage| follower.look(frame, wanted);
        let watching = Watching::start(job.news(), shutter, look).map_err(DeskError::from)?;
        Ok(Some(watching))
    }

    fn poll(&mut self, mut running: Running) -> Done {
        if running.news.has_changed().unwrap_or(false) {
            running.news.mark_unchanged();
            running.alive = Instant::now();
        }
        if let Some(error) = running.watching.as_ref().and_then(Watching::failure) {
            // Said once; the operator can still take pictures by hand, and each says whether it could be measured.
            self.captures.unguided = true;
            self.captures.state = State::Running(Running { watching: None, ..running });
            return Err(DeskError::from(error).into());
        }
        if running.watching.as_ref().is_some_and(Watching::is_ready) {
            running.job.finish();
        }
        match running.job.poll(running.need.slot) {
            None if running.alive.elapsed() > SILENCE => {
                running.job.cancel();
                let again = Instant::now() + REOPEN;
                self.note_failure(running.need.device(), DeviceErrorKind::Silent);
                let kind = DeviceErrorKind::Silent;
                self.captures.state = State::Away { need: running.need, kind, again };
                Ok(())
            }
            None => {
                self.captures.state = State::Running(running);
                Ok(())
            }
            Some(Ok(raw)) => self.hand_to_judge(running, raw),
            Some(Err(error)) => self.failed(running.need, error),
        }
    }
}

/// Samples taken of the slot so far, whatever for.
fn rounds(session: &Session, slot: Slot) -> u64 {
    let of = |purpose: Purpose| match purpose {
        Purpose::Slot(other) | Purpose::Probe(other) => other == slot,
        Purpose::Evidence(_) => false,
    };
    session.samples().iter().filter(|sample| of(sample.purpose)).count() as u64
}
