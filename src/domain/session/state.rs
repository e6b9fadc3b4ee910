//! The state that the events of a record add up to, and what can be read from it.

use std::collections::{BTreeMap, BTreeSet};

use super::alike::FaceAlike;
use super::event::{Doubt, Event, Hit, HitId, Invitation, Probe, RecordClass, RecordId, Verdict, What};
use super::exception::Exception;
use super::policy::{EYES, Policy};
use super::portrait::PhotoOverride;
use super::sample::{Purpose, SampleId, SampleRef, Slot};
use super::status::{Status, Undone};
use super::step::{Step, StepOrder};
use crate::domain::nik::Nik;
use crate::domain::resident::Resident;
use crate::domain::user::UserId;

/// A hit and what became of it.
#[derive(Debug, Clone, PartialEq)]
pub struct HitState {
    /// The finding.
    pub hit: Hit,
    /// The decision, once there is one.
    pub verdict: Option<Verdict>,
}

/// What a slot holds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum SlotState<'a> {
    /// Needs a (further) sample.
    Open {
        /// Samples accepted so far.
        attempts: usize,
        /// The best of them.
        best: Option<&'a SampleRef>,
    },
    /// Holds a sample that is good enough, or the best of all tries.
    Filled(&'a SampleRef),
    /// Stays empty for a reason.
    Excepted(&'a Exception),
}

impl SlotState<'_> {
    /// Whether the slot needs nothing more.
    pub fn is_settled(&self) -> bool {
        !matches!(self, Self::Open { .. })
    }
}

/// A journal that cannot be a record.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReplayError {
    /// The first event does not open a record.
    #[error("record {0} does not begin with its opening; restore the database from a backup")]
    NotOpened(RecordId),
    /// An event is missing or repeated.
    #[error("record {record} has event {found} where event {expected} belongs; restore the database from a backup")]
    Gap {
        /// Which record.
        record: RecordId,
        /// Sequence number that should come.
        expected: u32,
        /// Sequence number found.
        found: u32,
    },
}

/// One resident at one desk.
#[derive(Debug, Clone, PartialEq)]
pub struct Session {
    pub(super) record: RecordId,
    pub(super) resident: Box<Resident>,
    pub(super) class: RecordClass,
    pub(super) order: StepOrder,
    pub(super) policy: Policy,
    pub(super) status: Status,
    pub(super) at: Step,
    pub(super) next_seq: u32,
    pub(super) data_confirmed: bool,
    pub(super) samples: Vec<SampleRef>,
    pub(super) approved_photo: Option<SampleId>,
    pub(super) overrides: BTreeMap<SampleId, PhotoOverride>,
    /// From what a portrait with a painted backdrop was made.
    pub(super) originals: BTreeMap<SampleId, SampleId>,
    /// Why no photo shows what is empty.
    pub(super) evidence_waived: Option<String>,
    pub(super) exceptions: BTreeMap<Slot, Exception>,
    pub(super) deferred: BTreeSet<Step>,
    pub(super) probes: Vec<Probe>,
    pub(super) mated: BTreeSet<SampleId>,
    pub(super) set_aside: BTreeSet<SampleId>,
    pub(super) dismissed: BTreeSet<Doubt>,
    pub(super) confirm_excepted: bool,
    pub(super) hits: BTreeMap<HitId, HitState>,
    pub(super) alike: Vec<FaceAlike>,
    pub(super) invitation: Option<Invitation>,
    pub(super) hands: BTreeSet<UserId>,
}

impl Session {
    /// The first event of a record.
    pub fn opening(resident: Resident, class: RecordClass, order: StepOrder, policy: Policy) -> What {
        What::Opened { resident: Box::new(resident), class, order, policy }
    }

    /// Reads a record back from its events.
    pub fn replay(record: RecordId, events: impl IntoIterator<Item = Event>) -> Result<Self, ReplayError> {
        let mut events = events.into_iter();
        let first = events.next().ok_or_else(|| ReplayError::NotOpened(record.clone()))?;
        let mut session = Self::open(record, first)?;
        for event in events {
            session.apply(event)?;
        }
        Ok(session)
    }

    /// Begins with the opening event.
    pub fn open(record: RecordId, event: Event) -> Result<Self, ReplayError> {
        if event.seq != 0 {
            return Err(ReplayError::Gap { record, expected: 0, found: event.seq });
        }
        let What::Opened { resident, class, order, policy } = event.what else {
            return Err(ReplayError::NotOpened(record));
        };
        Ok(Self {
            record,
            resident,
            class,
            order,
            policy,
            status: Status::Open,
            at: Step::Verify,
            next_seq: 1,
            data_confirmed: false,
            samples: Vec::new(),
            approved_photo: None,
            overrides: BTreeMap::new(),
            originals: BTreeMap::new(),
            evidence_waived: None,
            exceptions: BTreeMap::new(),
            deferred: BTreeSet::new(),
            probes: Vec::new(),
            mated: BTreeSet::new(),
            set_aside: BTreeSet::new(),
            dismissed: BTreeSet::new(),
            confirm_excepted: false,
            hits: BTreeMap::new(),
            alike: Vec::new(),
            invitation: None,
            hands: BTreeSet::from([event.operator]),
        })
    }

    /// Takes in an event that is already durable.
    pub fn apply(&mut self, event: Event) -> Result<(), ReplayError> {
        if event.seq != self.next_seq {
            let record = self.record.clone();
            return Err(ReplayError::Gap { record, expected: self.next_seq, found: event.seq });
        }
        self.next_seq += 1;
        let supervised =
            matches!(event.what, What::HitFound { .. } | What::FacesAlike { .. } | What::HitDecided { .. });
        if matches!(self.status, Status::Open | Status::Parked | Status::Rescheduled(_)) && !supervised {
            self.hands.insert(event.operator);
        }
        match event.what {
            // A second opening cannot come out of `decide`; what is already known stays.
            What::Opened { .. } => {}
            What::DataConfirmed { .. } => self.data_confirmed = true,
            What::SampleAccepted { sample } => self.take(sample),
            What::PhotoApproved { sample } => self.approved_photo = Some(sample),
            What::PhotoOverridden { how } => drop(self.overrides.insert(how.sample.clone(), how)),
            What::Repainted { original, sample } => {
                self.originals.insert(sample.id.clone(), original);
                self.approved_photo = None;
                self.take(sample);
            }
            What::EvidenceWaived { reason } => self.evidence_waived = Some(reason),
            What::Excepted { exception } => {
                self.forget_probes(exception.slot);
                self.forget_dismissal(exception.slot);
                self.exceptions.insert(exception.slot, exception);
            }
            What::ExceptionWithdrawn { slot } => {
                self.forget_probes(slot);
                self.exceptions.remove(&slot);
            }
            What::SetAside { slot, .. } => {
                self.forget_probes(slot);
                self.forget_dismissal(slot);
                let wrong: Vec<SampleId> = self.views(slot).map(|sample| sample.id.clone()).collect();
                self.set_aside.extend(wrong);
                if slot == Slot::Photo {
                    self.approved_photo = None;
                }
            }
            What::Swapped { one, other } => self.swap_samples(one, other),
            What::DoubtDismissed { doubt } => drop(self.dismissed.insert(doubt)),
            What::StepEntered { step } => {
                self.deferred.remove(&step);
                self.at = step;
            }
            What::StepDeferred { step, .. } => {
                self.deferred.insert(step);
                if let Some(next) = self.next_step() {
                    self.at = next;
                }
            }
            What::Probed { probe, sample } => {
                if probe.matched {
                    self.mated.insert(sample.id.clone());
                }
                self.samples.push(sample);
                self.probes.push(probe);
            }
            What::ConfirmExcepted { .. } => self.confirm_excepted = true,
            What::Parked { .. } => self.status = Status::Parked,
            What::Resumed { resident } => {
                self.status = Status::Open;
                if let Some(corrected) = resident {
                    self.resident = corrected;
                    self.data_confirmed = false;
                    self.at = Step::Verify;
                }
            }
            What::Cancelled { .. } => self.status = Status::Cancelled,
            What::Rescheduled { date, .. } => {
                // Wrong data were confirmed by nobody: they are read aloud again when the resident is back.
                self.data_confirmed = false;
                self.status = Status::Rescheduled(date);
            }
            What::HitFound { hit } => {
                self.hits.insert(hit.id.clone(), HitState { hit, verdict: None });
            }
            What::FacesAlike { found } => self.alike.extend(found.others),
            What::HitDecided { hit, verdict, .. } => {
                if let Some(state) = self.hits.get_mut(&hit) {
                    state.verdict = Some(verdict);
                }
            }
            What::Completed { invitation } => {
                self.status = Status::Completed;
                self.invitation = Some(invitation);
            }
            What::Approved { .. } => self.status = Status::Approved,
            What::Exported { .. } => self.status = Status::Exported,
            What::Voided { recall: false, .. } => self.status = Status::Voided(Undone::Here),
            What::Voided { recall: true, .. } => self.status = Status::Voided(Undone::RecallDue),
            What::RecallSent { .. } => self.status = Status::Voided(Undone::RecallSent),
        }
        Ok(())
    }

    /// What was set aside stays where it was: it stands for nothing.
    fn swap_samples(&mut self, one: Slot, other: Slot) {
        self.forget_probes(one);
        self.forget_probes(other);
        self.forget_dismissal(one);
        let moved = |slot: Slot| if slot == one { other } else { one };
        let concerned = |slot: Slot| slot == one || slot == other;
        for sample in self.samples.iter_mut().filter(|sample| !self.set_aside.contains(&sample.id)) {
            sample.purpose = match sample.purpose {
                Purpose::Slot(slot) if concerned(slot) => Purpose::Slot(moved(slot)),
                Purpose::Probe(slot) if concerned(slot) => Purpose::Probe(moved(slot)),
                same @ (Purpose::Slot(_) | Purpose::Probe(_) | Purpose::Evidence(_)) => same,
            };
        }
    }

    fn take(&mut self, sample: SampleRef) {
        match sample.purpose {
            Purpose::Slot(slot) => self.forget_probes(slot),
            Purpose::Evidence(slot) => self.show_empty(slot, &sample.id),
            Purpose::Probe(_) => {}
        }
        self.samples.push(sample);
    }

    /// A comparison says nothing about a sample that came after it, nor does a supervisor who vouched for a person
    /// of whom nothing could be compared then.
    fn forget_probes(&mut self, slot: Slot) {
        self.probes.retain(|probe| probe.slot != slot);
        if slot.is_biometric() {
            self.confirm_excepted = false;
        }
    }

    /// Whoever said that an eye is the right one said it of what was held then. A further try of the same eye changes
    /// nothing about it.
    fn forget_dismissal(&mut self, slot: Slot) {
        self.dismissed.retain(|doubt| doubt.step() != slot.step());
    }

    /// Whether a doubt may be raised: everything that it is about is held, and nobody has dismissed it.
    pub fn may_doubt(&self, doubt: Doubt) -> bool {
        let held = match doubt {
            Doubt::EyesSwapped => EYES.iter().all(|eye| matches!(self.slot(*eye), SlotState::Filled(_))),
        };
        held && !self.dismissed.contains(&doubt)
    }

    /// The record's number.
    pub fn record(&self) -> &RecordId {
        &self.record
    }

    /// The resident's number.
    pub fn nik(&self) -> &Nik {
        &self.resident.nik
    }

    /// The resident's data as they stood when the record was opened.
    pub fn resident(&self) -> &Resident {
        &self.resident
    }

    /// Where the data come from.
    pub fn class(&self) -> RecordClass {
        self.class
    }

    /// The order of the steps.
    pub fn order(&self) -> &StepOrder {
        &self.order
    }

    /// The thresholds of this record.
    pub fn policy(&self) -> &Policy {
        &self.policy
    }

    /// Where the record stands.
    pub fn status(&self) -> &Status {
        &self.status
    }

    /// The step at which the operator stands.
    pub fn step(&self) -> Step {
        self.at
    }

    /// Sequence number that the next event will carry.
    pub fn next_seq(&self) -> u32 {
        self.next_seq
    }

    /// Every sample ever accepted, in order.
    pub fn samples(&self) -> &[SampleRef] {
        &self.samples
    }

    /// Samples accepted for a slot and not set aside, in order.
    pub fn attempts(&self, slot: Slot) -> impl Iterator<Item = &SampleRef> {
        self.samples
            .iter()
            .filter(move |sample| sample.purpose == Purpose::Slot(slot) && !self.set_aside.contains(&sample.id))
    }

    /// Every sample known to show a slot: its attempts, and the probes that were found to be its mates.
    pub fn views(&self, slot: Slot) -> impl Iterator<Item = &SampleRef> {
        let counts = |sample: &&SampleRef| !self.set_aside.contains(&sample.id);
        self.samples.iter().filter(counts).filter(move |sample| match sample.purpose {
            Purpose::Slot(other) => other == slot,
            Purpose::Probe(other) => other == slot && self.mated.contains(&sample.id),
            Purpose::Evidence(_) => false,
        })
    }

    /// The sample that stands for a slot: the approved portrait, else the best attempt, the earliest among equals.
    pub fn best(&self, slot: Slot) -> Option<&SampleRef> {
        if slot == Slot::Photo {
            let approved = self.approved_photo.as_ref()?;
            return self.samples.iter().find(|sample| sample.id == *approved);
        }
        self.attempts(slot).reduce(|best, next| if next.quality > best.quality { next } else { best })
    }

    /// What a slot holds.
    pub fn slot(&self, slot: Slot) -> SlotState<'_> {
        if let Some(exception) = self.exceptions.get(&slot) {
            return SlotState::Excepted(exception);
        }
        let attempts = self.attempts(slot).count();
        match self.best(slot) {
            // The best of all tries is kept, but nothing at all is not a sample.
            Some(best)
                if best.quality >= self.policy.quality_of(slot)
                    || (attempts >= usize::from(self.policy.tries) && best.quality > 0) =>
            {
                SlotState::Filled(best)
            }
            best => SlotState::Open { attempts, best },
        }
    }

    /// Exceptions in force.
    pub fn exceptions(&self) -> impl Iterator<Item = &Exception> {
        self.exceptions.values()
    }

    /// Whether a step needs nothing more.
    pub fn is_done(&self, step: Step) -> bool {
        match step {
            Step::Verify => self.data_confirmed,
            Step::Photo | Step::Signature => self.is_settled(step),
            Step::Fingerprints | Step::Iris => self.is_settled(step) && !self.wants_evidence(step),
            Step::Confirm => self.is_confirmed() && self.slot(Slot::Approval).is_settled(),
        }
    }

    /// Whether every slot of a step is filled or excepted; a photo of what is empty may still be asked for.
    pub fn is_settled(&self, step: Step) -> bool {
        Slot::of(step).into_iter().all(|slot| self.slot(slot).is_settled())
    }

    /// Steps put off for now.
    pub fn deferred(&self) -> &BTreeSet<Step> {
        &self.deferred
    }

    /// The step that "next" leads to: the first unfinished one after the current, going round; confirm only when all
    /// others are done. `None` when the current step is the only one left.
    pub fn next_step(&self) -> Option<Step> {
        let steps = self.order.steps();
        let here = steps.iter().position(|step| *step == self.at)?;
        let around = steps[here + 1..].iter().chain(&steps[..here]);
        let mut open = around.filter(|step| !self.is_done(**step));
        let before_confirm = open.clone().find(|step| **step != Step::Confirm);
        if before_confirm.is_none() && !self.is_done(self.at) && self.at != Step::Confirm {
            return None;
        }
        before_confirm.or_else(|| open.find(|step| **step == Step::Confirm)).copied()
    }

    /// Comparisons of the confirm step that still count.
    pub fn probes(&self) -> &[Probe] {
        &self.probes
    }

    /// Hits with what became of them.
    pub fn hits(&self) -> impl Iterator<Item = &HitState> {
        self.hits.values()
    }

    /// Hits nobody has decided on.
    pub fn undecided_hits(&self) -> impl Iterator<Item = &HitState> {
        self.hits().filter(|state| state.verdict.is_none())
    }

    /// How the record was closed.
    pub fn invitation(&self) -> Option<&Invitation> {
        self.invitation.as_ref()
    }
}
