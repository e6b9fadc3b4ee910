//! Takes one resident through the line, from whatever point the record has reached.
//!
//! Every action is derived from the session's state, never from a script position: so the same code begins a record,
//! goes on after a power cut, and finds nothing left to do for a finished one.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;

use rekam_hal::{DeviceErrorKind, Finger};

use super::plan::Visit;
use super::rig::Rig;
use super::{Options, World, morning};
use crate::cli::error::CliError;
use crate::domain::session::{
    Acknowledged, ConfirmNeed, Exception, ExceptionReason, Field, Invitation, Policy, Purpose, RecordId, SampleId,
    Session, Slot, Status, Step, StepOrder, Wish,
};
use crate::domain::session::{Correction, RecordClass};
use crate::office::queue::{self, Priority, Visitor};
use crate::office::{schedule, within};
use crate::station::devices::Which;
use crate::station::training::presenter::Presenter;
use crate::station::training::{self, finger_template, iris_template};
use crate::station::{Clock, Desk, DeskError, Judged, SimulatedClock};
use crate::store::TicketState;

/// The desk's name in the queue.
const DESK: &str = "1";
/// Tries of one capture before the slot is given up, counting only those that the resident must mend.
const RETRIES: u32 = 8;
/// Openings of a device before it is given up.
const REOPENINGS: u32 = 6;
/// Silent or broken captures in a row before a device is given up.
const DEAD_AFTER: u32 = 3;

/// How a visit ended.
pub(super) struct End {
    pub(super) session: Session,
    /// Seconds of wall time spent in each step.
    pub(super) seconds: BTreeMap<&'static str, f64>,
}

/// The operator of the run.
pub(super) struct Driver<'a> {
    desk: Desk,
    world: &'a World,
    clock: &'a Arc<SimulatedClock>,
    options: &'a Options,
    /// Captures made so far of each slot of each identity, so that every capture takes the next sample.
    taken: BTreeMap<(usize, Slot), u64>,
}

impl<'a> Driver<'a> {
    pub(super) fn new(desk: Desk, world: &'a World, options: &'a Options) -> Self {
        Self { desk, world, clock: &world.clock, options, taken: BTreeMap::new() }
    }

    /// Brings the visit's record to its end.
    pub(super) fn drive(&mut self, rig: &mut dyn Rig, visit: &Visit) -> Result<End, CliError> {
        let record = record_id(self.options, visit.number);
        rig.seat(visit.person.clone(), visit.number);
        let ticket = self.call_in(visit)?;
        let mut seconds = BTreeMap::new();
        if self.begin(&record, visit)? {
            while let Some(step) = self.open_step()? {
                let start = Instant::now();
                self.work(rig, visit, step)?;
                *seconds.entry(step.word()).or_insert(0.0) += start.elapsed().as_secs_f64();
            }
        }
        self.desk.leave();
        self.send_off(ticket, &record)?;
        let session = self.desk.ledger().load(&record)?;
        self.remember(visit, &session);
        Ok(End { session, seconds })
    }

    /// The resident draws a number and is called to the desk; who holds a number of today keeps it.
    fn call_in(&self, visit: &Visit) -> Result<i64, CliError> {
        let (day, nik, now) = (self.options.day(), visit.resident.nik, self.clock.now());
        let family = Some(visit.resident.kk);
        let priority = Priority::of(&visit.resident, day);
        Ok(within(&self.desk.ledger().store, move |db| {
            let held = queue::tickets(db, day)?.into_iter().find(|ticket| ticket.nik.as_deref() == Some(nik.as_str()));
            if let Some(held) = held {
                return Ok(held.id);
            }
            let visitor = Visitor { priority, family, nik: Some(nik) };
            let drawn = queue::draw(db, day, &visitor, now)?.ticket.id;
            queue::call(db, drawn, DESK, now)?;
            Ok(drawn)
        })?)
    }

    /// The number is done with.
    fn send_off(&self, ticket: i64, record: &RecordId) -> Result<(), CliError> {
        let (record, now) = (record.clone(), self.clock.now());
        Ok(within(&self.desk.ledger().store, move |db| match db.ticket(ticket)?.state {
            TicketState::Called => {
                queue::serve(db, ticket, DESK, None, Some(&record.0), now)?;
                queue::done(db, ticket, DESK, now).map(drop)
            }
            TicketState::Serving => queue::done(db, ticket, DESK, now).map(drop),
            TicketState::Waiting | TicketState::Absent | TicketState::Parked | TicketState::Done => Ok(()),
        })?)
    }

    /// Puts the record on the desk. `false` when it has ended before.
    fn begin(&mut self, record: &RecordId, visit: &Visit) -> Result<bool, CliError> {
        let name = record.0.clone();
        let known = self.desk.ledger().store.call(move |db| match db.summary(&name) {
            Ok(_) => Ok(true),
            Err(crate::store::StoreError::NotFound(_)) => Ok(false),
            Err(error) => Err(error),
        })?;
        if !known {
            self.clock.set(morning(self.options.day()) + time::Duration::minutes(4 * visit.number as i64));
            let (order, policy) = (StepOrder::default(), Policy::default());
            self.desk.open(record.clone(), visit.resident.clone(), RecordClass::Register, order, policy)?;
            self.acknowledge(record)?;
            return Ok(true);
        }
        let last = self.desk.ledger().events(record)?.last().map(|event| event.at);
        if let Some(last) = last {
            self.clock.set(self.clock.after(last));
        }
        let session = self.desk.ledger().load(record)?;
        if !matches!(session.status(), Status::Open | Status::Parked) {
            return Ok(false);
        }
        self.desk.take_up(record)?;
        if *session.status() == Status::Parked {
            self.wish(Wish::Resume { resident: None })?;
        }
        Ok(true)
    }

    /// The step to work on; `None` when the record has ended.
    fn open_step(&self) -> Result<Option<Step>, CliError> {
        Ok(match self.desk.session() {
            Ok(session) if *session.status() == Status::Open => Some(session.step()),
            Ok(_) | Err(DeskError::NoRecord) => None,
            Err(error) => return Err(error.into()),
        })
    }

    fn work(&mut self, rig: &mut dyn Rig, visit: &Visit, step: Step) -> Result<(), CliError> {
        match step {
            Step::Verify => self.verify(visit)?,
            Step::Photo => self.photo(rig, visit)?,
            Step::Signature => self.fill(rig, visit, Slot::Signature)?,
            Step::Fingerprints | Step::Iris => {
                for slot in Slot::of(step) {
                    self.fill(rig, visit, slot)?;
                }
                // The one who presents the eyes knows which is which: what only seems wrong stays.
                if let Some(doubt) = self.desk.doubt()? {
                    tell!("  {doubt:?}: left as it is");
                    self.wish(Wish::DismissDoubt { doubt })?;
                }
                // The check runs while the operator goes on.
                self.desk.search_duplicates()?;
            }
            Step::Confirm => return self.confirm(rig, visit),
        }
        if self.open_step()? == Some(step) {
            self.wish(Wish::Next)?;
        }
        Ok(())
    }

    fn verify(&mut self, visit: &Visit) -> Result<(), CliError> {
        if let Some(correction) = &visit.wrong {
            let corrections: Vec<Correction> = vec![correction.clone()];
            let from = self.clock.now().date() + time::Duration::weeks(1);
            let date = within(&self.desk.ledger().store, move |db| schedule::next_appointment(db, from))?;
            return self.wish(Wish::Reschedule { corrections, date });
        }
        if self.desk.session()?.is_done(Step::Verify) {
            return Ok(());
        }
        let today = self.options.day();
        let warnings = visit.resident.warnings(today, crate::domain::region::Regions::embedded());
        let acknowledged = warnings
            .iter()
            .map(|warning| Acknowledged { warning: warning.to_string(), reason: "sesuai kartu keluarga".into() })
            .collect();
        self.wish(Wish::ConfirmData { fields: Field::ALL.into(), acknowledged })
    }

    fn photo(&mut self, rig: &mut dyn Rig, visit: &Visit) -> Result<(), CliError> {
        if self.desk.session()?.attempts(Slot::Photo).next().is_none() {
            let judged = self.take(rig, visit, Slot::Photo)?;
            if let Some(judged) = judged {
                self.accept(rig, Purpose::Slot(Slot::Photo), judged, Which::Camera)?;
            }
        }
        let session = self.desk.session()?;
        let shown = session.attempts(Slot::Photo).last().map(|sample| sample.id.clone());
        match (session.best(Slot::Photo), shown) {
            (None, Some(sample)) => {
                let faulty = session.portrait_faults(&sample).is_some_and(|faults| !faults.is_empty());
                if faulty && session.override_of(&sample).is_none() {
                    self.wish(Wish::OverridePhoto { sample: sample.clone(), reason: "foto simulasi".into() })?;
                }
                self.wish(Wish::ApprovePhoto { sample })
            }
            _ => Ok(()),
        }
    }

    /// Captures a slot until it is settled, or excepts it.
    fn fill(&mut self, rig: &mut dyn Rig, visit: &Visit, slot: Slot) -> Result<(), CliError> {
        if let Some(reason) = missing(visit, slot)
            && !self.desk.session()?.slot(slot).is_settled()
        {
            return self.except(rig, visit, slot, reason);
        }
        while !self.desk.session()?.slot(slot).is_settled() {
            let tired = self.desk.session()?.attempts(slot).count() >= usize::from(self.desk.session()?.policy().tries);
            let taken = if tired { None } else { self.take(rig, visit, slot)? };
            match taken {
                Some(judged) => {
                    self.accept(rig, Purpose::Slot(slot), judged, Presenter::device_of(slot))?;
                }
                None => {
                    let reason = match slot {
                        Slot::Finger(_) => ExceptionReason::Unreadable,
                        Slot::Eye(_) => ExceptionReason::EyeDisease,
                        Slot::Photo | Slot::Signature | Slot::Approval => ExceptionReason::CannotSign,
                    };
                    return self.except(rig, visit, slot, reason);
                }
            }
        }
        Ok(())
    }

    fn except(
        &mut self,
        rig: &mut dyn Rig,
        visit: &Visit,
        slot: Slot,
        reason: ExceptionReason,
    ) -> Result<(), CliError> {
        let mut evidence = self.desk.session()?.evidence().map(|sample| sample.id.clone());
        // One photo shows everything that is missing; with folders of real images nothing but those is captured.
        if evidence.is_none() && visit.person.identity.is_none() && slot.is_biometric() {
            let round = self.round(visit, Slot::Photo)? + 1;
            rig.present(Slot::Photo, round)?;
            if let Some(judged) = self.capture(rig, visit, Slot::Photo, round)? {
                let judged = Judged { template: None, portrait: None, ..judged };
                evidence = Some(self.accept(rig, Purpose::Evidence(slot), judged, Which::Camera)?);
            }
        }
        let evidence = evidence.filter(|_| slot.is_biometric());
        self.wish(Wish::Except { exception: Exception { slot, reason, evidence, note: String::new() } })
    }

    fn confirm(&mut self, rig: &mut dyn Rig, visit: &Visit) -> Result<(), CliError> {
        if self.desk.session()?.probes().is_empty() {
            // What the search found while the operator went on. Waiting here keeps equal runs equal; a run that was
            // cut off has lost the search and starts it again.
            if !self.desk.is_searching() {
                self.desk.search_duplicates()?;
            }
            self.desk.await_hits()?;
            self.acknowledge_current()?;
        }
        match self.desk.session()?.confirm_need() {
            ConfirmNeed::Compare(slot) => {
                let judged = match self.take(rig, visit, slot)? {
                    Some(judged) => judged,
                    None => Judged::png(Vec::new()),
                };
                self.desk.probe(slot, judged, Some(device_id(rig, Presenter::device_of(slot))))?;
                self.acknowledge_current()
            }
            ConfirmNeed::Supervisor => {
                let supervisor = self.world.supervisor()?;
                self.desk.vouch(&supervisor, "tidak ada yang dapat dibandingkan")?;
                self.acknowledge_current()
            }
            ConfirmNeed::Nothing => self.close(rig, visit),
        }
    }

    fn close(&mut self, rig: &mut dyn Rig, visit: &Visit) -> Result<(), CliError> {
        let session = self.desk.session()?;
        if !session.slot(Slot::Approval).is_settled() {
            return self.fill(rig, visit, Slot::Approval);
        }
        let operator = training::user(training::OPERATOR)?;
        let invitation = if visit.invited {
            let officer = training::user(training::SUPERVISOR)?;
            Invitation::InvitationEndorsed { officer, operator, time: self.clock.now() }
        } else {
            Invitation::NoInvitation { reason: "datang tanpa undangan".into() }
        };
        let record = session.record().clone();
        self.desk.complete(invitation)?;
        self.acknowledge(&record)
    }

    /// Captures a slot with everything that may go wrong on the way; `None` when the resident cannot give it.
    fn take(&mut self, rig: &mut dyn Rig, visit: &Visit, slot: Slot) -> Result<Option<Judged>, CliError> {
        for wrong in 0..RETRIES {
            let round = self.round(visit, slot)?;
            rig.present(slot, round)?;
            let Some(judged) = self.capture(rig, visit, slot, round)? else { return Ok(None) };
            let Some(other) = self.desk.shows_other(slot, &judged)? else { return Ok(Some(judged)) };
            tell!("  {slot:?} is the {other:?} again (try {})", wrong + 1);
            if wrong > 0 && self.replaced(rig, visit, other)? {
                return Ok(Some(judged));
            }
        }
        Ok(None)
    }

    /// The same finding twice: then perhaps the kept one was the wrong one. It is taken again, and when it does not
    /// show what is kept, what is kept is set aside for it.
    fn replaced(&mut self, rig: &mut dyn Rig, visit: &Visit, kept: Slot) -> Result<bool, CliError> {
        // At the confirm step what is kept stands; there it is what is presented that is wrong.
        if self.desk.session()?.step() != kept.step() {
            return Ok(false);
        }
        let round = self.round(visit, kept)?;
        rig.present(kept, round)?;
        let Some(fresh) = self.capture(rig, visit, kept, round)? else { return Ok(false) };
        if self.desk.matches_kept(kept, &fresh)? {
            return Ok(false);
        }
        let reason = if matches!(kept, Slot::Eye(_)) { "mata lain" } else { "jari lain" };
        self.wish(Wish::SetAside { slot: kept, reason: reason.into() })?;
        self.accept(rig, Purpose::Slot(kept), fresh, Presenter::device_of(kept))?;
        Ok(true)
    }

    fn capture(
        &mut self,
        rig: &mut dyn Rig,
        visit: &Visit,
        slot: Slot,
        round: u64,
    ) -> Result<Option<Judged>, CliError> {
        if self.options.pre_extracted {
            return Ok(Some(pre_extracted(visit, slot, round)));
        }
        let (mut retries, mut silent) = (0, 0);
        loop {
            let error = match self.capture_once(rig, slot) {
                Ok(judged) => return Ok(Some(judged)),
                Err(error) => error,
            };
            let DeskError::Job(job) = &error else { return Err(error.into()) };
            let Some(trouble) = job.device() else {
                retries += 1;
                tell!("  {slot:?}: {job}");
                if retries >= RETRIES {
                    return Ok(None);
                }
                // The next look is another one.
                rig.present(slot, round + u64::from(retries))?;
                continue;
            };
            tell!("  {trouble}");
            if trouble.kind != DeviceErrorKind::Gone {
                silent += 1;
            }
            if silent >= DEAD_AFTER {
                return Err(error.into());
            }
            reopen(rig, Presenter::device_of(slot))?;
        }
    }

    fn capture_once(&self, rig: &dyn Rig, slot: Slot) -> Result<Judged, DeskError> {
        match slot {
            Slot::Photo => self.desk.capture_photo(rig.bays()),
            Slot::Signature | Slot::Approval => self.desk.capture_signature(rig.bays()),
            Slot::Finger(finger) => self.desk.capture_finger(rig.bays(), finger),
            Slot::Eye(eye) => self.desk.capture_eye(rig.bays(), eye),
        }
    }

    /// Captures made of the slot so far: by this record, and with real images by the person's earlier visits.
    fn round(&self, visit: &Visit, slot: Slot) -> Result<u64, CliError> {
        let here = count(self.desk.session()?, slot);
        let before = visit.person.identity.and_then(|identity| self.taken.get(&(identity, slot)));
        // A second visit of a synthetic person shows other captures than the first one.
        let visit_offset = if visit.person.identity.is_none() { 100 * visit.number as u64 } else { 0 };
        Ok(here + before.copied().unwrap_or(0) + visit_offset)
    }

    fn remember(&mut self, visit: &Visit, session: &Session) {
        let Some(identity) = visit.person.identity else { return };
        let slots = Finger::ALL.map(Slot::Finger).into_iter().chain(rekam_hal::Eye::ALL.map(Slot::Eye));
        for slot in slots {
            *self.taken.entry((identity, slot)).or_default() += count(session, slot);
        }
    }

    fn accept(&mut self, rig: &dyn Rig, purpose: Purpose, judged: Judged, which: Which) -> Result<SampleId, CliError> {
        let id = self.desk.accept(purpose, judged, Some(device_id(rig, which)))?;
        self.acknowledge_current()?;
        Ok(id)
    }

    fn wish(&mut self, wish: Wish) -> Result<(), CliError> {
        self.desk.wish(wish)?;
        self.acknowledge_current()
    }

    fn acknowledge_current(&self) -> Result<(), CliError> {
        if self.options.acks {
            let record = self.desk.session()?.record().clone();
            self.acknowledge(&record)?;
        }
        Ok(())
    }

    /// Says on standard output what is durable now: `ack <record> <events> <samples>`.
    fn acknowledge(&self, record: &RecordId) -> Result<(), CliError> {
        if !self.options.acks {
            return Ok(());
        }
        let counts = self.desk.session().map(|session| (session.next_seq(), session.samples().len()));
        match counts {
            Ok((events, samples)) => say!("ack {record} {events} {samples}"),
            Err(_) => say!("ack {record} completed"),
        }
        Ok(())
    }
}

/// The record's number: region, station, day, place in the day.
pub(super) fn record_id(options: &Options, number: usize) -> RecordId {
    let day = options.day();
    let date = format!("{:04}{:02}{:02}", day.year(), u8::from(day.month()), day.day());
    RecordId(format!("{}-01-{date}-{:04}", training::REGION, number + 1))
}

fn count(session: &Session, slot: Slot) -> u64 {
    let of = |sample: &&crate::domain::session::SampleRef| match sample.purpose {
        Purpose::Slot(other) | Purpose::Probe(other) => other == slot,
        Purpose::Evidence(_) => slot == Slot::Photo,
    };
    session.samples().iter().filter(of).count() as u64
}

fn missing(visit: &Visit, slot: Slot) -> Option<ExceptionReason> {
    match slot {
        Slot::Finger(finger) => visit.person.missing_fingers.contains(&finger).then_some(ExceptionReason::Missing),
        Slot::Eye(eye) => visit.person.missing_eyes.contains(&eye).then_some(ExceptionReason::EyeDisease),
        // With folders of real images nothing else is taken of a person, as far as the law lets it be left out.
        Slot::Signature | Slot::Approval => visit.person.identity.map(|_| ExceptionReason::CannotSign),
        Slot::Photo => None,
    }
}

/// Plugs a device in again and waits for it, as an operator would.
/// The device's name, as events record it.
fn device_id(rig: &dyn Rig, which: Which) -> String {
    rig.bays().info(which).map_or_else(String::new, |info| info.id.clone())
}

fn reopen(rig: &mut dyn Rig, which: Which) -> Result<(), CliError> {
    let mut last = None;
    for _ in 0..REOPENINGS {
        match rig.plug_in(which) {
            Ok(()) => return Ok(()),
            Err(error) => {
                tell!("  {error}");
                if error.kind == DeviceErrorKind::Busy {
                    // A capture that hangs still holds the line; it lets go when it notices.
                    std::thread::sleep(std::time::Duration::from_millis(250));
                }
                last = Some(error);
            }
        }
    }
    last.map_or(Ok(()), |error| Err(error.into()))
}

/// A sample without device and engine: the generator's own template, and a few bytes in the place of the image.
fn pre_extracted(visit: &Visit, slot: Slot, round: u64) -> Judged {
    let seed = visit.person.seed;
    let template = match slot {
        Slot::Finger(finger) => Some(finger_template(seed, finger).to_bytes()),
        Slot::Eye(eye) => iris_template(seed, eye, round + 1).map(|template| template.to_bytes()),
        Slot::Photo | Slot::Signature | Slot::Approval => None,
    };
    let bytes = format!("{seed} {slot:?} {round}").into_bytes();
    Judged { template, quality: 90, ..Judged::png(bytes) }
}
