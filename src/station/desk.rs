//! One desk: the record that is being made, its devices, and the duplicate check that runs beside it.

mod faces;
mod mistaken;

use std::sync::Arc;
use std::time::Duration;

use rekam_hal::{CaptureError, Eye, EyeSet, Finger, Fingers, GrayImage, Retry, ScanTarget, Slap};

use crate::biometrics::{fingerprint, iris};
use crate::dedup::worker::Worker;
use crate::dedup::{Alike, Candidate, Pending, Person, PersonRef, Templates};
use crate::domain::eligibility::{Eligibility, eligibility};
use crate::domain::nik::Nik;
use crate::domain::resident::Resident;
use crate::domain::session::{
    Hit, HitBy, HitId, Invitation, Policy, Probe, Purpose, RecordId, SampleId, Session, Slot, StepOrder, Wish,
};
use crate::domain::session::{RecordClass, Refused, Status};
use crate::domain::user::{Role, UserId};
use crate::store::{Origin, StoreError};

use super::devices::Bays;
use super::engines::{EngineError, Engines, Judged, SlapJudged};
use super::error::DeskError;
use super::job::JobError;
use super::ledger::{Effect, Incoming, Ledger, Views};
use super::supervisor::Supervisor;
use super::{kept, portrait};

/// Longest wait for any one capture before the device is called silent.
pub const CAPTURE_LIMIT: Duration = Duration::from_secs(60);

/// One desk.
pub struct Desk {
    ledger: Ledger,
    engines: Arc<Engines>,
    worker: Worker,
    operator: UserId,
    session: Option<Session>,
    search: Option<Pending>,
    /// Found and not yet in the record.
    unreported: Vec<Candidate>,
    /// The portrait whose face is looked for, and what will be found.
    face_search: Option<(SampleId, Pending<Alike>)>,
    capture_limit: Duration,
    /// The pictures of the left and the right eye that were last looked at, and whether they seem swapped.
    looked_at: Option<([SampleId; 2], bool)>,
}

impl Desk {
    /// A desk with nobody at it.
    pub fn new(ledger: Ledger, engines: Arc<Engines>, worker: Worker, operator: UserId) -> Self {
        Self {
            ledger,
            engines,
            worker,
            operator,
            session: None,
            search: None,
            unreported: Vec::new(),
            face_search: None,
            capture_limit: CAPTURE_LIMIT,
            looked_at: None,
        }
    }

    /// The same desk with another patience for devices.
    pub fn with_capture_limit(mut self, limit: Duration) -> Self {
        self.capture_limit = limit;
        self
    }

    /// The journal behind the desk.
    pub fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    /// The engines.
    pub fn engines(&self) -> &Arc<Engines> {
        &self.engines
    }

    /// The record at the desk.
    pub fn session(&self) -> Result<&Session, DeskError> {
        self.session.as_ref().ok_or(DeskError::NoRecord)
    }

    /// Opens a record for a resident; a NIK that this station holds as recorded becomes a hit at once.
    pub fn open(
        &mut self,
        record: RecordId,
        resident: Resident,
        class: RecordClass,
        order: StepOrder,
        policy: Policy,
    ) -> Result<(), DeskError> {
        if self.session.is_some() {
            return Err(DeskError::DeskTaken);
        }
        self.check_operator()?;
        self.check_resident(&resident, class)?;
        let opening = Session::opening(resident, class, order, policy);
        self.session = Some(self.ledger.open(record, opening, &self.operator)?);
        self.check_nik()
    }

    /// Puts a record that was left (parked, power cut) on the desk again, exactly where it stood.
    pub fn take_up(&mut self, record: &RecordId) -> Result<(), DeskError> {
        if self.session.is_some() {
            return Err(DeskError::DeskTaken);
        }
        self.check_operator()?;
        let session = self.ledger.load(record)?;
        if !matches!(session.status(), Status::Open | Status::Parked | Status::Rescheduled(_)) {
            return Err(Refused::NotOpen(session.status().word()).into());
        }
        self.session = Some(session);
        self.search_faces();
        self.check_nik()
    }

    /// Takes the record off the desk, whatever its state; it stays in the store.
    pub fn leave(&mut self) -> Option<Session> {
        self.search = None;
        self.face_search = None;
        self.unreported.clear();
        self.session.take()
    }

    /// Follows an operator's wish. Samples, comparisons, completion and whatever needs a supervisor have calls of their
    /// own, which bring what belongs to them.
    pub fn wish(&mut self, wish: Wish) -> Result<(), DeskError> {
        if !wish.is_operators() {
            return Err(DeskError::NotSupervisor);
        }
        self.follow(wish)
    }

    /// A supervisor who has just proved who they are vouches for a person of whom nothing can be compared.
    pub fn vouch(&mut self, supervisor: &Supervisor, reason: &str) -> Result<(), DeskError> {
        let (reason, supervisor) = (reason.to_owned(), supervisor.user().clone());
        self.follow(Wish::ExceptConfirm { reason, supervisor })
    }

    fn follow(&mut self, wish: Wish) -> Result<(), DeskError> {
        self.refresh()?;
        let session = self.session.as_mut().ok_or(DeskError::NoRecord)?;
        let effect = self.ledger.follow(session, wish, &self.operator, None)?;
        self.carry_out(effect)
    }

    /// Keeps a judged sample.
    pub fn accept(&mut self, purpose: Purpose, judged: Judged, device: Option<String>) -> Result<SampleId, DeskError> {
        self.refresh()?;
        let session = self.session.as_mut().ok_or(DeskError::NoRecord)?;
        let sample = self.ledger.accept(session, Incoming { purpose, judged }, &self.operator, device)?;
        if purpose == Purpose::Slot(Slot::Photo) {
            self.search_faces();
        }
        Ok(sample)
    }

    /// Compares a new sample with the slot's best one and records the outcome; the sample is kept with it.
    pub fn probe(&mut self, slot: Slot, judged: Judged, device: Option<String>) -> Result<Probe, DeskError> {
        self.refresh()?;
        let session = self.session.as_mut().ok_or(DeskError::NoRecord)?;
        let reference = self.ledger.reference(session, slot)?;
        let score = match &judged.template {
            Some(template) => self.engines.compare(slot, template, &reference)?,
            None => 0.0,
        };
        let probe = Probe { slot, score, matched: score >= session.policy().confirm_score };
        self.ledger.probed(session, probe.clone(), judged, &self.operator, device)?;
        Ok(probe)
    }

    /// Captures and judges one finger.
    pub fn capture_finger(&self, bays: &Bays, finger: Finger) -> Result<Judged, DeskError> {
        let image = bays.finger(ScanTarget::Single(finger))?.wait(self.capture_limit)?;
        judge_finger(&self.engines, &image)
    }

    /// Captures and judges one eye. An image without an eye is for the resident to mend, not an error.
    pub fn capture_eye(&self, bays: &Bays, eye: Eye) -> Result<Judged, DeskError> {
        let samples = bays.eyes(EyeSet::One(eye))?.wait(self.capture_limit)?;
        let nothing = || JobError::from(CaptureError::Retry(Retry::NothingPresented));
        let image: &GrayImage = samples.iter().find(|s| s.eye == eye).map(|s| &s.image).ok_or_else(nothing)?;
        judge_eye(&self.engines, image)
    }

    /// Captures a portrait at once: nobody is looking who could choose the moment.
    pub fn capture_photo(&self, bays: &Bays) -> Result<Judged, DeskError> {
        let job = bays.photo()?;
        job.finish();
        let wanted = portrait::wanted(self.session()?.resident());
        Ok(self.engines.photo(&job.wait(self.capture_limit)?, wanted)?)
    }

    /// Captures a photo that shows why something is empty, at once.
    pub fn capture_evidence(&self, bays: &Bays) -> Result<Judged, DeskError> {
        let job = bays.photo()?;
        job.finish();
        Ok(self.engines.evidence(&job.wait(self.capture_limit)?)?)
    }

    /// Paints the backdrop of the latest portrait as the birth year asks for it. The resident has not seen it yet; what
    /// the camera saw is kept.
    pub fn repaint(&mut self) -> Result<SampleId, DeskError> {
        self.refresh()?;
        let session = self.session.as_mut().ok_or(DeskError::NoRecord)?;
        let latest = session.attempts(Slot::Photo).last().cloned().ok_or(DeskError::NoReference)?;
        let wanted = portrait::wanted(session.resident());
        let stored = self.ledger.stored(session.record(), &latest)?;
        let picture = kept::rgb_of(&stored.bytes).ok_or(DeskError::NoReference)?;
        let painted = match wanted.backdrop {
            Some(backdrop) => self.engines.portrait().repainted(&picture, backdrop)?,
            None => return Err(DeskError::NoReference),
        };
        let judged = self.engines.photo(&painted, wanted)?;
        self.ledger.repainted(session, latest.id, judged, &self.operator)
    }

    /// Captures a signature.
    pub fn capture_signature(&self, bays: &Bays) -> Result<Judged, DeskError> {
        Ok(self.engines.signature(&bays.signature()?.wait(self.capture_limit)?)?)
    }

    /// Starts a duplicate search with everything recorded so far; the operator goes on meanwhile. A search still
    /// under way is replaced: all its evidence is part of the new one.
    pub fn search_duplicates(&mut self) -> Result<(), DeskError> {
        let session = self.session.as_ref().ok_or(DeskError::NoRecord)?;
        let mut probe = Templates::default();
        for (slot, bytes) in self.ledger.templates(session, Views::All)? {
            probe.add(slot, &bytes).map_err(EngineError::from)?;
        }
        if !probe.is_empty() {
            self.search = Some(self.worker.search(probe, session.policy().hit_score)?);
        }
        Ok(())
    }

    /// Whether a search is under way whose answer nobody has taken in.
    pub fn is_searching(&self) -> bool {
        self.search.is_some()
    }

    /// Takes in what the search found, without waiting. Returns whether it still runs.
    pub fn collect_hits(&mut self) -> Result<bool, DeskError> {
        let Some(pending) = &self.search else { return Ok(false) };
        let Some(found) = pending.poll()? else { return Ok(true) };
        self.search = None;
        self.unreported.extend(found);
        self.report()?;
        Ok(false)
    }

    /// Waits for the search.
    pub fn await_hits(&mut self) -> Result<(), DeskError> {
        if let Some(pending) = self.search.take() {
            self.unreported.extend(pending.wait()?);
        }
        self.report()
    }

    /// Closes the record: it is sealed, and the person joins the gallery.
    pub fn complete(&mut self, invitation: Invitation) -> Result<(), DeskError> {
        self.refresh()?;
        // Whatever became of earlier searches (a power cut forgets them): nobody is sealed unchecked.
        self.search_faces();
        self.search_duplicates()?;
        self.await_faces();
        self.await_hits()?;
        // The templates are gone from the record once it is sealed; the gallery needs them ready.
        let templates = self.ledger.templates(self.session()?, Views::All)?;
        let session = self.session.as_mut().ok_or(DeskError::NoRecord)?;
        let effect = self.ledger.follow(session, Wish::Complete { invitation }, &self.operator, None)?;
        if let Some(person) = effect.joined {
            let mut ready = Templates::default();
            for (slot, bytes) in templates {
                ready.add(slot, &bytes).map_err(EngineError::from)?;
            }
            self.worker.insert(Person { reference: PersonRef(person.0), templates: ready })?;
        }
        self.leave();
        Ok(())
    }

    fn carry_out(&self, effect: Effect) -> Result<(), DeskError> {
        for person in effect.left {
            self.worker.remove(PersonRef(person.0))?;
        }
        Ok(())
    }

    fn check_nik(&mut self) -> Result<(), DeskError> {
        let session = self.session()?;
        let nik = session.nik().as_str().to_owned();
        let known = self.ledger.store.call(move |db| db.recorded_get(&nik))?.is_some();
        let reported = session.hits().any(|state| state.hit.by.contains(&HitBy::Nik));
        if !known || reported {
            return Ok(());
        }
        let (id, other_nik) = (next_hit(session), *session.nik());
        let hit = Hit { id, by: [HitBy::Nik].into(), other_nik, other_record: None, score: 0.0, matches: Vec::new() };
        self.follow(Wish::ReportHit { hit })
    }

    /// Whoever works at this desk must be entitled to record.
    fn check_operator(&self) -> Result<(), DeskError> {
        let id = self.operator.as_str().to_owned();
        let account = self.ledger.store.call(move |db| db.account(&id))?;
        let entitled = account.is_some_and(|a| a.active && Role::from_word(&a.role).is_some_and(Role::may_capture));
        if entitled { Ok(()) } else { Err(DeskError::NotOperator) }
    }

    /// Nobody is recorded whom the law excludes, and nobody missing from the register passes for registered.
    fn check_resident(&self, resident: &Resident, class: RecordClass) -> Result<(), DeskError> {
        if let Eligibility::Refused(refusal) = eligibility(resident, self.ledger.day_of(self.ledger.clock.now())?) {
            return Err(DeskError::Ineligible(refusal));
        }
        let nik = resident.nik.as_str().to_owned();
        let registered = self.ledger.store.call(move |db| db.register_get(&nik))?.is_some();
        if class == RecordClass::Register && !registered { Err(DeskError::NotInRegister) } else { Ok(()) }
    }

    /// Takes in what a supervisor added to the record meanwhile.
    fn refresh(&mut self) -> Result<(), DeskError> {
        let session = self.session()?;
        let record = session.record().clone();
        let name = record.0.clone();
        if self.ledger.store.call(move |db| db.summary(&name))?.seq != session.next_seq() {
            self.session = Some(self.ledger.load(&record)?);
        }
        Ok(())
    }

    /// Who somebody of the gallery is: NIK, and the record where this station holds it.
    fn identity(&self, person: PersonRef) -> Result<Option<(Nik, Option<RecordId>)>, DeskError> {
        let person = crate::store::PersonRef(person.0);
        let Some((nik, origin)) = self.ledger.store.call(move |db| db.gallery_identity(person))? else {
            return Ok(None);
        };
        let nik = nik.parse().map_err(|_| StoreError::Corrupt { what: "a NIK of the gallery".into(), source: None })?;
        let record = match origin {
            Origin::Own { record } => Some(RecordId(record)),
            Origin::Cached => None,
        };
        Ok(Some((nik, record)))
    }

    /// Brings what was found into the record, strongest first; what is in the record leaves the list one by one, so
    /// that nothing is lost when the store fails in between.
    fn report(&mut self) -> Result<(), DeskError> {
        let mut named = Vec::new();
        for candidate in self.unreported.clone() {
            // Nobody: voided while the search ran.
            if let Some((nik, record)) = self.identity(candidate.person)? {
                named.push((candidate, nik, record));
            }
        }
        // References are random: equal scores are ordered by whom they name, so that equal runs give equal records.
        named.sort_by(|a, b| b.0.score.total_cmp(&a.0.score).then_with(|| (a.1, &a.2).cmp(&(b.1, &b.2))));
        for (candidate, other_nik, other_record) in named {
            let session = self.session()?;
            let known = session.hits().any(|state| {
                let hit = &state.hit;
                let by_body = hit.by.iter().any(|by| *by != HitBy::Nik);
                hit.other_nik == other_nik && hit.other_record == other_record && by_body
            });
            if !known {
                let Candidate { score, mut by, matches, .. } = candidate.clone();
                if session.names_face_of(&other_nik, other_record.as_ref()) {
                    by.insert(HitBy::Face);
                }
                let hit = Hit { id: next_hit(session), by, other_nik, other_record, score, matches };
                self.follow(Wish::ReportHit { hit })?;
            }
            self.unreported.retain(|other| *other != candidate);
        }
        self.unreported.clear();
        Ok(())
    }
}

fn next_hit(session: &Session) -> HitId {
    HitId(format!("{}/H{}", session.record(), session.hits().count() + 1))
}

/// Judges a finger. An image that no hand can give is for the resident to mend, not an error.
///
/// # Errors
/// [`JobError`] with what to do differently; the engines.
pub fn judge_finger(engines: &Engines, image: &GrayImage) -> Result<Judged, DeskError> {
    engines.finger(image).map_err(|error| match error {
        // Larger than a hand: whatever lay on the glass was no finger.
        EngineError::Fingerprint(fingerprint::ExtractError::TooLarge { .. }) => {
            JobError::from(CaptureError::Retry(Retry::CleanGlass)).into()
        }
        other => other.into(),
    })
}

/// Judges the fingers of a slap one by one. An image that no hand can give is for the resident to mend, not an error.
///
/// # Errors
/// As [`judge_finger`].
pub fn judge_slap(
    engines: &Engines,
    image: &GrayImage,
    slap: Slap,
    expected: Fingers,
) -> Result<SlapJudged, DeskError> {
    engines.slap(image, slap, expected).map_err(|error| match error {
        EngineError::Slap(_) => JobError::from(CaptureError::Retry(Retry::CleanGlass)).into(),
        other => other.into(),
    })
}

/// Judges an eye; an image without one is for the resident to mend.
///
/// # Errors
/// As [`judge_finger`].
pub fn judge_eye(engines: &Engines, image: &GrayImage) -> Result<Judged, DeskError> {
    engines.eye(image).map_err(|error| match error {
        EngineError::Iris(error) => JobError::from(CaptureError::Retry(eye_advice(&error))).into(),
        other => other.into(),
    })
}

/// What to do about an image without one whole eye.
fn eye_advice(error: &iris::ExtractError) -> Retry {
    use iris::ExtractError;
    match error {
        ExtractError::HalfEye => Retry::NotCentred,
        // Two eyes in a picture meant for one are far away.
        ExtractError::TwoEyes | ExtractError::TooSmall { .. } => Retry::ComeCloser,
        ExtractError::NoEye | ExtractError::NothingVisible => Retry::OpenEyes,
    }
}
