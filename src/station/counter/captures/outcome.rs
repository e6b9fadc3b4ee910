//! What comes of a capture: the sample is judged, then kept, compared or refused; or there is none.
//!
//! Judging takes longer than a look around may, so it has a thread of its own, and its answer counts only when the
//! record still asks for it.

use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use rekam_hal::{CaptureError, Retry};

use crate::domain::session::{ConfirmNeed, Purpose, Slot, SlotState, Step, Wish};
use crate::station::counter::board::{Aim, Outcome, Take};
use crate::station::counter::error::CounterError;
use crate::station::counter::harm;
use crate::station::counter::room::{Done, Room};
use crate::station::engines::Judged;
use crate::station::{DeskError, JobError, portrait};

use super::devices::REOPEN;
use super::job::{Raw, Verdict, judge};
use super::target::Need;
use super::{Judging, Running, State};

/// How long the outcome of a capture is left to be read before the next one begins.
pub(super) const READING: Duration = Duration::from_millis(900);

impl Room {
    pub(super) fn hand_to_judge(&mut self, running: Running, raw: Raw) -> Done {
        let which = running.need.device();
        self.note_sample(which, running.began.elapsed());
        let raw = match (running.need.aim, raw) {
            (Aim::Fill, Raw::Photo(image)) => {
                Raw::Portrait(image, portrait::wanted(self.desk()?.session()?.resident()))
            }
            (_, raw) => self.as_slap(running.need, raw)?,
        };
        let engines = self.station()?.engines.clone();
        let (sender, answer) = mpsc::channel();
        let spawned = thread::Builder::new().name("judge".into()).spawn(move || {
            // Nobody waits when the operator has moved on; then the sample was not accepted.
            drop(sender.send(judge(&engines, raw)));
        });
        spawned.map_err(|source| DeskError::from(JobError::Thread(source)))?;
        let device = self.station()?.equipment.info(which).map_or_else(String::new, |info| info.id);
        let live = running.job.news();
        self.captures.state = State::Judging(Judging { need: running.need, device, answer, live });
        Ok(())
    }

    pub(super) fn take_in(&mut self, judging: Judging) -> Done {
        let answer = match judging.answer.try_recv() {
            Ok(answer) => answer,
            Err(mpsc::TryRecvError::Empty) => {
                self.captures.state = State::Judging(judging);
                return Ok(());
            }
            // The judge panicked: as if nothing had been presented, but no portrait takes itself into it again.
            Err(mpsc::TryRecvError::Disconnected) => {
                tracing::error!(slot = ?judging.need.slot, "the judge of a sample broke down");
                self.captures.by_itself = false;
                Err(JobError::from(CaptureError::Retry(Retry::NothingPresented)).into())
            }
        };
        let Judging { need, device, .. } = judging;
        let verdict = match answer {
            Ok(verdict) => verdict,
            Err(DeskError::Job(error)) => return self.failed(need, error),
            Err(other) => return Err(other.into()),
        };
        let Need { slot, aim, slap } = need;
        // The operator has moved on, or left the slot empty, while it was judged: nobody asked for it any more.
        let session = self.desk()?.session()?;
        let still_wanted = match aim {
            // Of a slap each finger is asked about on its own.
            Aim::Fill if slap.is_some() => session.step() == slot.step(),
            Aim::Fill => session.step() == slot.step() && !matches!(session.slot(slot), SlotState::Excepted(_)),
            Aim::Compare => session.step() == Step::Confirm && session.confirm_need() == ConfirmNeed::Compare(slot),
            Aim::Evidence => session.step() == slot.step(),
        };
        match verdict {
            Verdict::One(judged) if still_wanted => self.keep(slot, aim, judged, device),
            Verdict::Slap(judged) if still_wanted => self.keep_slap(slot, judged, &device),
            Verdict::One(_) | Verdict::Slap(_) => Ok(()),
        }
    }

    /// What is done with a judged sample.
    fn keep(&mut self, slot: Slot, aim: Aim, judged: Judged, device: String) -> Done {
        let advice = judged.advice;
        let shown = if aim == Aim::Evidence { None } else { self.desk()?.shows_other(slot, &judged)? };
        let mistaken = match shown {
            Some(Slot::Finger(shown)) => Some(Outcome::WrongFinger { shown }),
            Some(Slot::Eye(shown)) => Some(Outcome::WrongEye { shown }),
            Some(Slot::Photo | Slot::Signature | Slot::Approval) | None => None,
        };
        if let Some(mistaken) = mistaken {
            self.report(slot, mistaken, None);
            self.captures.not_before = Some(Instant::now() + READING * 2);
            return Ok(());
        }
        if aim == Aim::Fill && self.desk()?.is_unlike_kept(slot, &judged)? {
            self.report(slot, Outcome::Unlike, advice);
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
                self.captures.evidence = false;
                Outcome::Evidence
            }
        };
        if self.captures.wanted == Some(slot) {
            self.captures.wanted = None;
        }
        let again = matches!(outcome, Outcome::Kept { settled: false, .. } | Outcome::Compared { matched: false, .. });
        self.captures.not_before = again.then(|| Instant::now() + READING);
        self.report(slot, outcome, advice);
        if matches!(slot, Slot::Finger(_) | Slot::Eye(_)) && aim == Aim::Fill {
            self.check_when_done()?;
        }
        self.refresh_seat()
    }

    /// The check runs while the operator goes on.
    pub(super) fn check_when_done(&mut self) -> Done {
        if self.is_step_done()? { self.search_duplicates() } else { Ok(()) }
    }

    /// What was kept as another one is what is wanted now: the samples change places, nothing is captured again.
    pub(in crate::station::counter) fn swap(&mut self, wanted: Slot, shown: Slot) -> Done {
        self.captures.stop();
        let desk = self.desk()?;
        desk.wish(Wish::Swap { one: wanted, other: shown })?;
        if let SlotState::Filled(best) = desk.session()?.slot(wanted) {
            let quality = best.quality;
            self.report(wanted, Outcome::Kept { quality, settled: true }, None);
        }
        // Whichever of the two the operator had chosen is no longer what is missing.
        self.captures.forget(wanted);
        self.captures.forget(shown);
        self.refresh_seat()
    }

    fn is_step_done(&mut self) -> Result<bool, CounterError> {
        let session = self.desk()?.session()?;
        Ok(session.is_done(session.step()))
    }

    pub(super) fn report(&mut self, slot: Slot, outcome: Outcome, advice: Option<Retry>) {
        self.captures.takes += 1;
        let number = self.captures.takes;
        self.board.last = Some(Take { number, slot, outcome, advice });
        self.dirty = true;
    }

    /// A capture without a sample: the resident tries again, or the device is away.
    pub(super) fn failed(&mut self, need: Need, error: JobError) -> Done {
        let Need { slot, .. } = need;
        let which = need.device();
        match error {
            JobError::Capture(CaptureError::Retry(retry)) => {
                self.note_retry(which, retry);
                self.report(slot, Outcome::Again, Some(retry));
                self.captures.not_before = Some(Instant::now() + READING);
                Ok(())
            }
            JobError::Capture(CaptureError::Cancelled) => Ok(()),
            JobError::Capture(CaptureError::Device(device)) => {
                tracing::debug!(error = %harm::chain(&device), "a device failed");
                self.note_failure(which, device.kind);
                let again = Instant::now() + REOPEN;
                self.captures.state = State::Away { need, kind: device.kind, again };
                Ok(())
            }
            JobError::Thread(source) => Err(DeskError::from(JobError::Thread(source)).into()),
        }
    }
}
