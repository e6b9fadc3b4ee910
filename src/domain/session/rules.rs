//! Which wish becomes which event, and why others are refused.

use super::confirm::ConfirmNeed;
use super::event::{Field, VoidReason, What};
use super::exception::Exception;
use super::portrait::PhotoOverride;
use super::sample::{Purpose, SampleId, SampleRef, Slot};
use super::state::{Session, SlotState};
use super::status::{Status, Undone};
use super::step::Step;
use super::wish::Wish;
use crate::domain::resident::Resident;
use crate::domain::user::UserId;

/// Why a wish was not followed. Each names what to do instead.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// The record is not at the desk.
    #[error("the record is {0}; only an open record can be worked on")]
    NotOpen(&'static str),
    /// Only a parked or rescheduled record can be resumed.
    #[error("the record is neither parked nor rescheduled")]
    NotParked,
    /// The corrected data carry another NIK.
    #[error("the corrected data belong to another NIK; open a new record for it")]
    OtherResident,
    /// The current step still needs something.
    #[error("the step {0} is not finished; finish it or put it off first")]
    StepUnfinished(Step),
    /// Nothing is left to go to.
    #[error("no other step is open")]
    NoOtherStep,
    /// The step cannot be entered yet.
    #[error("the step {0} comes after others that are not finished")]
    NotYet(Step),
    /// The step may not be put off.
    #[error("the step {0} cannot be put off")]
    CannotDefer(Step),
    /// The wish belongs to another step.
    #[error("this belongs to the step {0}; go there first")]
    WrongStep(Step),
    /// Some field was not read aloud.
    #[error("every field must be read aloud and confirmed; {0:?} is missing")]
    FieldUnconfirmed(Field),
    /// A reason, correction or the like is empty.
    #[error("a reason is needed")]
    ReasonMissing,
    /// The slot has an exception.
    #[error("this place was marked as not capturable; take the exception back first")]
    SlotExcepted,
    /// The slot has no exception.
    #[error("there is no exception to take back")]
    NotExcepted,
    /// Samples of these two cannot be taken for each other.
    #[error("only two fingers, or both eyes, can change places")]
    NotSwappable,
    /// The slot holds nothing to set aside.
    #[error("there is no sample to set aside")]
    NothingHeld,
    /// The reason is not lawful for the slot.
    #[error("this reason is not allowed here; choose another one")]
    ReasonUnfit,
    /// The evidence or portrait does not belong to the record.
    #[error("that sample does not belong to this record")]
    UnknownSample,
    /// Checks of the portrait fail and nobody has answered for it.
    #[error("the portrait has faults ({}); take it again, or say why it is good enough", .0.join(", "))]
    PhotoFaulty(Vec<String>),
    /// Nothing is wrong with the portrait.
    #[error("nothing is wrong with the portrait; there is nothing to answer for")]
    PhotoFaultless,
    /// The station leaves backdrops as they are.
    #[error("this station does not paint backdrops anew; hang up the right cloth")]
    NotRepainted,
    /// No photo of empty slots is asked for.
    #[error("no photo is asked for; there is nothing to leave out")]
    EvidenceUnneeded,
    /// A sample with this name is already there.
    #[error("that sample was already accepted")]
    SampleRepeated,
    /// The comparison is not the one that is needed.
    #[error("this comparison is not needed now")]
    ProbeUnneeded,
    /// Something can still be compared.
    #[error("there is still something to compare; a supervisor is not needed yet")]
    SupervisorUnneeded,
    /// The hit is unknown or decided.
    #[error("there is no undecided finding of that name")]
    NoSuchHit,
    /// The finding is already in the record.
    #[error("that finding is already recorded")]
    HitRepeated,
    /// Not finished, so there is nothing to approve, export or undo.
    #[error("the record is {0}; this needs a finished one")]
    NotFinished(&'static str),
    /// A hit must be decided first.
    #[error("a possible duplicate is undecided; decide it first")]
    HitUndecided,
    /// Nobody approves their own work.
    #[error("a record is approved by somebody who had no hand in recording it")]
    OwnRecord,
}

impl Session {
    /// Answers a wish with the event that follows from it. Changes nothing: the caller makes the event durable and
    /// then calls [`Session::apply`].
    pub fn decide(&self, wish: Wish) -> Result<What, Refused> {
        match wish {
            Wish::ReportHit { hit } => {
                let known = self.hits.contains_key(&hit.id);
                if known { Err(Refused::HitRepeated) } else { Ok(What::HitFound { hit }) }
            }
            Wish::DecideHit { hit, verdict, reason, supervisor } => {
                let undecided = self.hits.get(&hit).is_some_and(|state| state.verdict.is_none());
                needed(&reason)?;
                if undecided {
                    Ok(What::HitDecided { hit, verdict, reason, supervisor })
                } else {
                    Err(Refused::NoSuchHit)
                }
            }
            Wish::Approve { supervisor } => self.approve(supervisor),
            Wish::MarkExported { batch } => match self.status {
                Status::Approved => Ok(What::Exported { batch }),
                _ => Err(Refused::NotFinished(self.status.word())),
            },
            Wish::Void { reason, supervisor } => self.void(reason, supervisor),
            Wish::MarkRecallSent { batch } => match self.status {
                Status::Voided(Undone::RecallDue) => Ok(What::RecallSent { batch }),
                _ => Err(Refused::NotFinished(self.status.word())),
            },
            Wish::Resume { resident } => match self.status {
                Status::Parked | Status::Rescheduled(_) => self.resume(resident),
                _ => Err(Refused::NotParked),
            },
            Wish::Cancel { reason } => match self.status {
                Status::Open | Status::Parked | Status::Rescheduled(_) => {
                    needed(&reason).map(|()| What::Cancelled { reason })
                }
                _ => Err(Refused::NotOpen(self.status.word())),
            },
            wish => {
                if self.status == Status::Open {
                    self.decide_open(wish)
                } else {
                    Err(Refused::NotOpen(self.status.word()))
                }
            }
        }
    }

    /// Wishes that need the resident at the desk.
    fn decide_open(&self, wish: Wish) -> Result<What, Refused> {
        match wish {
            Wish::ConfirmData { fields, acknowledged } => {
                self.at_step(Step::Verify)?;
                match Field::ALL.into_iter().find(|field| !fields.contains(field)) {
                    Some(field) => Err(Refused::FieldUnconfirmed(field)),
                    None => Ok(What::DataConfirmed { fields, acknowledged }),
                }
            }
            Wish::Reschedule { corrections, date } => {
                self.at_step(Step::Verify)?;
                if corrections.is_empty() {
                    return Err(Refused::ReasonMissing);
                }
                Ok(What::Rescheduled { corrections, date })
            }
            Wish::Accept { sample } => self.accept(sample),
            Wish::ApprovePhoto { sample } => {
                self.at_step(Step::Photo)?;
                let faults = self.portrait_faults(&sample).ok_or(Refused::UnknownSample)?;
                if faults.is_empty() || self.override_of(&sample).is_some() {
                    Ok(What::PhotoApproved { sample })
                } else {
                    Err(Refused::PhotoFaulty(faults))
                }
            }
            Wish::OverridePhoto { sample, reason } => {
                self.at_step(Step::Photo)?;
                needed(&reason)?;
                let checks = self.portrait_faults(&sample).ok_or(Refused::UnknownSample)?;
                if checks.is_empty() {
                    return Err(Refused::PhotoFaultless);
                }
                Ok(What::PhotoOverridden { how: PhotoOverride { sample, checks, reason } })
            }
            Wish::Repaint { original, sample } => self.repaint(original, sample),
            Wish::WaiveEvidence { reason } => {
                needed(&reason)?;
                if self.wants_evidence(self.at) {
                    Ok(What::EvidenceWaived { reason })
                } else {
                    Err(Refused::EvidenceUnneeded)
                }
            }
            Wish::Except { exception } => self.except(exception),
            Wish::WithdrawException { slot } => {
                self.at_step(slot.step())?;
                let known = self.exceptions.contains_key(&slot);
                if known { Ok(What::ExceptionWithdrawn { slot }) } else { Err(Refused::NotExcepted) }
            }
            Wish::SetAside { slot, reason } => {
                self.at_step(slot.step())?;
                needed(&reason)?;
                let held = self.attempts(slot).next().is_some();
                if held { Ok(What::SetAside { slot, reason }) } else { Err(Refused::NothingHeld) }
            }
            Wish::Swap { one, other } => self.swap(one, other),
            Wish::DismissDoubt { doubt } => {
                self.at_step(doubt.step())?;
                if self.may_doubt(doubt) { Ok(What::DoubtDismissed { doubt }) } else { Err(Refused::NothingHeld) }
            }
            Wish::Next => {
                if !self.is_done(self.at) {
                    return Err(Refused::StepUnfinished(self.at));
                }
                self.next_step().map(|step| What::StepEntered { step }).ok_or(Refused::NoOtherStep)
            }
            Wish::GoTo { step } => self.go_to(step),
            Wish::Defer { reason } => self.defer(reason),
            Wish::Probed { probe, sample } => {
                self.at_step(Step::Confirm)?;
                let wanted = self.confirm_need() == ConfirmNeed::Compare(probe.slot);
                if !wanted || sample.purpose != Purpose::Probe(probe.slot) {
                    return Err(Refused::ProbeUnneeded);
                }
                self.unheard_of(&sample)?;
                Ok(What::Probed { probe, sample })
            }
            Wish::ExceptConfirm { reason, supervisor } => {
                self.at_step(Step::Confirm)?;
                needed(&reason)?;
                match self.confirm_need() {
                    ConfirmNeed::Supervisor => Ok(What::ConfirmExcepted { reason, supervisor }),
                    ConfirmNeed::Compare(_) | ConfirmNeed::Nothing => Err(Refused::SupervisorUnneeded),
                }
            }
            Wish::ReportFaces { found } => self.report_faces(found),
            Wish::Park { reason } => needed(&reason).map(|()| What::Parked { reason }),
            Wish::Complete { invitation } => {
                self.at_step(Step::Confirm)?;
                match Step::ALL.into_iter().find(|step| !self.is_done(*step)) {
                    Some(step) => Err(Refused::StepUnfinished(step)),
                    None => Ok(What::Completed { invitation }),
                }
            }
            // Handled before, whatever the status.
            Wish::ReportHit { .. }
            | Wish::DecideHit { .. }
            | Wish::Approve { .. }
            | Wish::MarkExported { .. }
            | Wish::Void { .. }
            | Wish::MarkRecallSent { .. }
            | Wish::Resume { .. }
            | Wish::Cancel { .. } => Err(Refused::NotOpen(self.status.word())),
        }
    }

    fn resume(&self, resident: Option<Box<Resident>>) -> Result<What, Refused> {
        match resident {
            Some(other) if other.nik != self.resident.nik => Err(Refused::OtherResident),
            corrected => Ok(What::Resumed { resident: corrected.filter(|corrected| *corrected != self.resident) }),
        }
    }

    fn at_step(&self, step: Step) -> Result<(), Refused> {
        if self.at == step { Ok(()) } else { Err(Refused::WrongStep(step)) }
    }

    fn accept(&self, sample: SampleRef) -> Result<What, Refused> {
        let (slot, step) = match sample.purpose {
            Purpose::Slot(slot) => (Some(slot), slot.step()),
            Purpose::Evidence(slot) => (None, slot.step()),
            Purpose::Probe(_) => return Err(Refused::ProbeUnneeded),
        };
        self.at_step(step)?;
        if slot.is_some_and(|slot| self.exceptions.contains_key(&slot)) {
            return Err(Refused::SlotExcepted);
        }
        if slot == Some(Slot::Approval) && !self.is_confirmed() {
            return Err(Refused::StepUnfinished(Step::Confirm));
        }
        self.unheard_of(&sample)?;
        Ok(What::SampleAccepted { sample })
    }

    fn unheard_of(&self, sample: &SampleRef) -> Result<(), Refused> {
        let known = self.samples.iter().any(|known| known.id == sample.id);
        if known { Err(Refused::SampleRepeated) } else { Ok(()) }
    }

    fn except(&self, exception: Exception) -> Result<What, Refused> {
        self.at_step(exception.slot.step())?;
        if !exception.reason.fits(exception.slot) {
            return Err(Refused::ReasonUnfit);
        }
        if self.exceptions.contains_key(&exception.slot) {
            return Err(Refused::SlotExcepted);
        }
        // One photo shows the whole person: both hands beside the face.
        let shows = |id: &SampleId| {
            self.samples.iter().any(|sample| sample.id == *id && matches!(sample.purpose, Purpose::Evidence(_)))
        };
        if exception.evidence.as_ref().is_some_and(|id| !shows(id)) {
            return Err(Refused::UnknownSample);
        }
        Ok(What::Excepted { exception })
    }

    /// A portrait takes the place of the one that it was painted from; nobody has approved it yet.
    fn repaint(&self, original: SampleId, sample: SampleRef) -> Result<What, Refused> {
        self.at_step(Step::Photo)?;
        if !self.policy.repaint {
            return Err(Refused::NotRepainted);
        }
        let known = self.attempts(Slot::Photo).any(|photo| photo.id == original);
        if !known || self.original_of(&original).is_some() || sample.purpose != Purpose::Slot(Slot::Photo) {
            return Err(Refused::UnknownSample);
        }
        self.unheard_of(&sample)?;
        Ok(What::Repainted { original, sample })
    }

    /// Whichever of the two holds something gets the other place.
    fn swap(&self, one: Slot, other: Slot) -> Result<What, Refused> {
        let alike = matches!((one, other), (Slot::Finger(_), Slot::Finger(_)) | (Slot::Eye(_), Slot::Eye(_)));
        if !alike || one == other {
            return Err(Refused::NotSwappable);
        }
        self.at_step(one.step())?;
        if [one, other].iter().any(|slot| self.exceptions.contains_key(slot)) {
            return Err(Refused::SlotExcepted);
        }
        let held = [one, other].iter().any(|slot| self.attempts(*slot).next().is_some());
        if held { Ok(What::Swapped { one, other }) } else { Err(Refused::NothingHeld) }
    }

    fn go_to(&self, step: Step) -> Result<What, Refused> {
        let before = |other: &Step| match step {
            Step::Verify => false,
            Step::Confirm => *other != Step::Confirm,
            Step::Photo | Step::Signature | Step::Fingerprints | Step::Iris => *other == Step::Verify,
        };
        let ready = Step::ALL.iter().filter(|other| before(other)).all(|other| self.is_done(*other));
        if ready { Ok(What::StepEntered { step }) } else { Err(Refused::NotYet(step)) }
    }

    fn defer(&self, reason: String) -> Result<What, Refused> {
        needed(&reason)?;
        if matches!(self.at, Step::Verify | Step::Confirm) || self.is_done(self.at) {
            return Err(Refused::CannotDefer(self.at));
        }
        let elsewhere = self.next_step().is_some();
        if elsewhere { Ok(What::StepDeferred { step: self.at, reason }) } else { Err(Refused::NoOtherStep) }
    }

    fn approve(&self, supervisor: UserId) -> Result<What, Refused> {
        if self.status != Status::Completed {
            return Err(Refused::NotFinished(self.status.word()));
        }
        if self.undecided_hits().next().is_some() {
            return Err(Refused::HitUndecided);
        }
        if self.hands.contains(&supervisor) {
            return Err(Refused::OwnRecord);
        }
        Ok(What::Approved { supervisor })
    }

    fn void(&self, reason: VoidReason, supervisor: UserId) -> Result<What, Refused> {
        match self.status {
            Status::Completed | Status::Approved => Ok(What::Voided { reason, supervisor, recall: false }),
            Status::Exported => Ok(What::Voided { reason, supervisor, recall: true }),
            _ => Err(Refused::NotFinished(self.status.word())),
        }
    }

    /// Whether a further sample could still improve a slot that has one: within the tries and not excepted.
    pub fn may_improve(&self, slot: Slot) -> bool {
        match self.slot(slot) {
            SlotState::Excepted(_) => false,
            SlotState::Open { .. } => true,
            SlotState::Filled(_) => self.attempts(slot).count() < usize::from(self.policy.tries),
        }
    }
}

fn needed(reason: &str) -> Result<(), Refused> {
    if reason.trim().is_empty() { Err(Refused::ReasonMissing) } else { Ok(()) }
}
