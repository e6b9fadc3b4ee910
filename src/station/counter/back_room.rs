//! The supervisors' room: the day, what waits for approval, possible duplicates, the audit, the officers.

use std::collections::BTreeMap;
use std::sync::Arc;

use rekam_hal::{Eye, Finger};
use serde::Deserialize;
use time::Date;

use crate::batch::RecordBundle;
use crate::domain::resident::Resident;
use crate::domain::session::{
    Event, Exception, Hit, HitId, PhotoOverride, Purpose, RecordId, SampleRef, Session, Slot, Verdict, VoidReason,
};
use crate::domain::user::UserId;
use crate::office::{daybook, register, within};
use crate::station::training::OPERATOR;
use crate::station::{DeskError, Ledger, Supervisor};
use crate::store::{Access, Db, NewUser, RecordFilter, RecordState};

use super::act::{NewOfficer, Passphrase};
use super::board::{BackRoom, Busy, Home, Pending, PendingHit, Review, Rules, Shown, Side};
use super::error::CounterError;
use super::likeness::{self, Prints};
use super::pictures::{picture, portrait_pictures, strokes};
use super::room::{Done, Room};
use super::station::{account_of, check_officer};

/// Records that wait for approval as they were read last, with the number of their entries then.
pub(super) type Known = BTreeMap<RecordId, (u32, Pending)>;

/// Audit rows on a page.
const AUDIT_PAGE: u64 = 50;

impl Room {
    pub(super) fn authenticate(&mut self, user: &str, passphrase: &Passphrase) -> Done {
        self.say_busy(Busy::Passphrase);
        let supervisor = self.prove(user, passphrase)?;
        self.supervisor = Some(supervisor);
        self.pending.clear();
        self.board.trouble = None;
        self.captures.resume_after_trouble();
        self.refresh_back_room(None)
    }

    /// An export under way goes on: its supervisor started it, and only stopping it stops it.
    pub(super) fn close_back_room(&mut self) {
        self.supervisor = None;
        self.pending.clear();
        self.board.back_room = None;
    }

    fn supervisor(&self) -> Result<&Supervisor, CounterError> {
        self.supervisor.as_ref().ok_or(CounterError::NotNow)
    }

    /// Reads everything in the room anew; what is open (review, audit page) stays open.
    pub(super) fn refresh_back_room(&mut self, day: Option<Date>) -> Done {
        self.dirty = true;
        let user = match (&self.supervisor, &self.board.back_room) {
            (Some(supervisor), _) => supervisor.user().clone(),
            // An export has the supervisor; the room stays theirs.
            (None, Some(room)) => room.supervisor.clone(),
            (None, None) => return Ok(()),
        };
        let before = self.board.back_room.clone();
        let (today, now) = self.day_and_now()?;
        let day = day.or_else(|| before.as_ref().map(|room| room.book.date)).unwrap_or(today);
        let zone = self.board.rules.zone;
        let station = self.station()?;
        // Whoever looks at the newest rows goes on looking at the newest.
        let newest = before.as_ref().is_none_or(|room| room.audit.first().is_none_or(|row| row.seq == room.audit_head));
        let (book, batches, unsent, officers, head, rows) = within(station.store(), move |db| {
            let book = daybook::read(db, day, zone, now)?;
            let mut batches = db.batches()?;
            batches.reverse();
            let head = db.audit_head()?.seq;
            let rows = if newest { db.audit_since(head.saturating_sub(AUDIT_PAGE))? } else { Vec::new() };
            Ok((book, batches, db.approved_unexported()?.len(), db.accounts()?, head, rows))
        })?;
        let approvals = approvals(&station.ledger, &user, &self.pending)?;
        let hits = within(station.store(), pending_hits)?;
        let room = BackRoom {
            supervisor: user,
            book: Arc::new(book),
            approvals: approvals.iter().map(|(_, pending)| pending.clone()).collect(),
            hits,
            review: before.as_ref().and_then(|room| room.review.clone()),
            batches,
            unsent,
            export: self.exported.clone(),
            audit: if newest {
                rows.into_iter().rev().collect()
            } else {
                before.as_ref().map(|room| room.audit.clone()).unwrap_or_default()
            },
            audit_head: head,
            chain: before.as_ref().and_then(|room| room.chain.clone()),
            officers,
        };
        if Some(room.book.date) == self.board.home.day {
            let totals = Some(room.book.totals.clone());
            self.board.home = Arc::new(Home { totals, ..self.board.home.as_ref().clone() });
        }
        self.pending = approvals.into_iter().map(|(seq, waiting)| (waiting.record.clone(), (seq, waiting))).collect();
        self.board.back_room = Some(Arc::new(room));
        self.refresh_health()
    }

    /// Changes something of the room on the board.
    pub(super) fn in_room(&mut self, change: impl FnOnce(&mut BackRoom)) -> Done {
        let room = self.board.back_room.as_ref().ok_or(CounterError::NotNow)?;
        let mut room = room.as_ref().clone();
        change(&mut room);
        self.board.back_room = Some(Arc::new(room));
        self.dirty = true;
        Ok(())
    }

    pub(super) fn show_day(&mut self, date: Date) -> Done {
        self.supervisor()?;
        self.refresh_back_room(Some(date))
    }

    /// Opens the review copy, and beside it those of the people it was found to resemble.
    pub(super) fn review(&mut self, record: &RecordId) -> Done {
        let supervisor = self.supervisor()?;
        let ledger = &self.station()?.ledger;
        let session = ledger.load(record)?;
        let (this, ours) = side(supervisor, ledger, record)?;
        let hits: Vec<_> = session.hits().cloned().collect();
        let (mut others, mut agreements) = (Vec::new(), Vec::new());
        for state in &hits {
            let (other, theirs) = other_side(supervisor, ledger, &state.hit)?;
            others.push(other);
            agreements.push(likeness::agreements(&self.station()?.engines, &state.hit, &ours, &theirs));
        }
        let faces = session.faces_alike().to_vec();
        let review = Review { this, others, hits, faces, agreements };
        self.in_room(|room| room.review = Some(Arc::new(review)))
    }

    pub(super) fn close_review(&mut self) -> Done {
        self.in_room(|room| room.review = None)
    }

    pub(super) fn decide(&mut self, record: &RecordId, hit: HitId, verdict: Verdict, reason: &str) -> Done {
        self.supervisor()?.decide(record, hit, verdict, reason)?;
        self.close_review()?;
        self.refresh_back_room(None)?;
        self.refresh_seat_if_any()
    }

    /// Releases records one after another; what was released stays so when a later one cannot be.
    pub(super) fn approve(&mut self, records: &[RecordId]) -> Done {
        let mut outcome = Ok(());
        for (done, record) in records.iter().enumerate() {
            if records.len() > 1 {
                self.say_busy(Busy::Approving(done, records.len()));
            }
            outcome = self.supervisor()?.approve(record);
            if outcome.is_err() {
                break;
            }
        }
        self.close_review()?;
        self.refresh_back_room(None)?;
        Ok(outcome?)
    }

    pub(super) fn void(&mut self, record: &RecordId, reason: VoidReason) -> Done {
        self.supervisor()?.void(record, reason)?;
        self.close_review()?;
        self.refresh_back_room(None)
    }

    fn refresh_seat_if_any(&mut self) -> Done {
        if self.desk.as_ref().is_some_and(|desk| desk.session().is_ok()) { self.refresh_seat() } else { Ok(()) }
    }

    pub(super) fn discard_begun(&mut self) -> Done {
        self.supervisor()?.discard_begun()?;
        self.refresh_back_room(None)
    }

    pub(super) fn show_audit(&mut self, before: Option<u64>) -> Done {
        self.supervisor()?;
        let rows = self.station()?.store().call(move |db| {
            let end = before.map_or(db.audit_head()?.seq, |seq| seq.saturating_sub(1));
            let rows = db.audit_since(end.saturating_sub(AUDIT_PAGE))?;
            Ok(rows.into_iter().take_while(|row| row.seq <= end).collect::<Vec<_>>())
        })?;
        self.in_room(|room| {
            room.audit = rows;
            room.audit.reverse();
        })
    }

    pub(super) fn verify_chain(&mut self) -> Done {
        self.supervisor()?;
        self.say_busy(Busy::Chain);
        let report = self.station()?.store().call(|db| db.verify_chain(None))?;
        self.in_room(|room| room.chain = Some(Arc::new(report)))
    }

    pub(super) fn add_officer(&mut self, officer: &NewOfficer) -> Done {
        check_officer(officer).map_err(CounterError::Setup)?;
        self.say_busy(Busy::Passphrase);
        let supervisor = self.supervisor()?;
        let user =
            NewUser::new(officer.id.clone(), officer.passphrase.0.as_str(), super::station::access_of(officer.role));
        let now = self.station()?.now();
        supervisor.add_officer(&user, account_of(officer, now))?;
        self.refresh_place()?;
        self.refresh_back_room(None)
    }

    pub(super) fn remove_officer(&mut self, id: &str) -> Done {
        let supervisor = self.supervisor()?;
        let works_here = self.board.officer.as_ref().is_some_and(|officer| officer.id.as_str() == id);
        if supervisor.user().as_str() == id || works_here {
            return Err(CounterError::NotNow);
        }
        self.not_the_training_operator(id)?;
        let users = self.station()?.store().users();
        let others = users.iter().filter(|(user, access)| user != id && *access == Access::Supervisor).count();
        if others == 0 {
            return Err(CounterError::LastSupervisor);
        }
        supervisor.remove_officer(id)?;
        self.refresh_place()?;
        self.refresh_back_room(None)
    }

    pub(super) fn change_passphrase(&mut self, old: &Passphrase, new: &Passphrase) -> Done {
        let long_enough = new.0.chars().count() >= super::station::SHORTEST_PASSPHRASE;
        if !long_enough {
            return Err(CounterError::Setup(super::SetupFault::Passphrase));
        }
        self.not_the_training_operator(self.officer()?.id.as_str())?;
        self.say_busy(Busy::Passphrase);
        let (officer, station) = (self.officer()?, self.station()?);
        Ok(station.store().change_passphrase(officer.id.as_str(), &old.0, &new.0, station.now())?)
    }

    /// A training station opens itself with its operator's passphrase; changed, it could never be opened again.
    fn not_the_training_operator(&self, id: &str) -> Done {
        let keeps_the_door = self.station()?.training.is_some() && id == OPERATOR;
        if keeps_the_door { Err(CounterError::NotNow) } else { Ok(()) }
    }

    pub(super) fn save_rules(&mut self, rules: &Rules) -> Done {
        let officer = self.officer()?;
        if !officer.role.may_administer() {
            return Err(DeskError::NotSupervisor.into());
        }
        self.station()?.save_rules(rules, &officer.id)?;
        self.board.rules = Arc::new(self.station()?.rules()?);
        self.refresh_place()
    }

    fn refresh_place(&mut self) -> Done {
        let place = self.station()?.place(&self.dir)?;
        self.board.place = Arc::new(place);
        Ok(())
    }
}

/// Records that wait for approval, oldest first, those with undecided duplicates before the others.
/// Journals are read only of records that have moved since they were looked at last: hundreds may wait.
fn approvals(ledger: &Ledger, user: &UserId, known: &Known) -> Result<Vec<(u32, Pending)>, CounterError> {
    let filter = RecordFilter { state: Some(RecordState::Sealed), ..RecordFilter::default() };
    let sealed = ledger.store.call(move |db| db.records(&filter))?;
    let mut pending = Vec::new();
    for summary in sealed {
        let (record, seq) = (RecordId(summary.id), summary.seq);
        if let Some(known) = known.get(&record).filter(|(at, _)| *at == seq) {
            pending.push(known.clone());
            continue;
        }
        let events = ledger.events(&record)?;
        let own = events.iter().any(|event| event.operator == *user && at_desk(event));
        let session = Session::replay(record.clone(), events).map_err(DeskError::from)?;
        let waiting = Pending {
            record,
            name: session.resident().titled_name(),
            since: summary.sealed_at.unwrap_or(summary.changed_at),
            exceptions: session.exceptions().cloned().collect(),
            photo_override: session.photo_override().cloned(),
            open_hits: session.undecided_hits().count(),
            own,
        };
        pending.push((seq, waiting));
    }
    pending.sort_by_key(|(_, waiting)| (waiting.open_hits == 0, waiting.since));
    Ok(pending)
}

/// Whether an event is the work of whoever recorded the resident.
fn at_desk(event: &Event) -> bool {
    let others = ["hit_found", "faces_alike", "hit_decided", "confirm_excepted", "approved", "exported", "voided"];
    !others.contains(&event.what.word())
}

fn pending_hits(db: &mut Db) -> crate::office::Result<Vec<PendingHit>> {
    let mut pending = Vec::new();
    for row in db.adjudications_pending()? {
        let Ok(hit) = serde_json::from_str::<Hit>(&row.body) else { continue };
        let own = db.summary(&row.record)?.head.nik;
        let name_of = |db: &Db, nik: &str| -> crate::office::Result<String> {
            Ok(db.register_get(nik)?.map(|row| row.name).unwrap_or_default())
        };
        let (name, other_name) = (name_of(db, &own)?, name_of(db, hit.other_nik.as_str())?);
        pending.push(PendingHit { record: RecordId(row.record), name, hit, other_name, since: row.opened_at });
    }
    pending.sort_by_key(|waiting| waiting.since);
    Ok(pending)
}

/// The parts of `record.json` that a review shows.
#[derive(Deserialize)]
struct Document {
    resident: Resident,
    exceptions: Vec<Exception>,
    #[serde(default)]
    photo_override: Option<PhotoOverride>,
    #[serde(default)]
    evidence_waived: Option<String>,
    samples: Vec<CarriedSample>,
}

#[derive(Deserialize)]
struct CarriedSample {
    file: String,
    sample: SampleRef,
}

fn side(supervisor: &Supervisor, ledger: &Ledger, record: &RecordId) -> Result<(Side, Prints), CounterError> {
    let name = record.0.clone();
    let state = ledger.store.call(move |db| Ok(db.summary(&name)?.state))?;
    match state {
        RecordState::Sealed => Ok(opened(record, &supervisor.review(record)?)?),
        RecordState::Open | RecordState::Approved | RecordState::Closed | RecordState::Void => {
            let session = ledger.load(record)?;
            let side = Side {
                record: Some(record.clone()),
                nik: session.nik().as_str().to_owned(),
                resident: Some(session.resident().clone()),
                shown: Shown::default(),
                qualities: qualities(&session),
                exceptions: session.exceptions().cloned().collect(),
                photo_override: session.photo_override().cloned(),
                evidence_waived: session.evidence_waived().map(str::to_owned),
                repainted: session.best(Slot::Photo).is_some_and(|photo| session.original_of(&photo.id).is_some()),
            };
            Ok((side, Prints::new()))
        }
    }
}

fn qualities(session: &Session) -> BTreeMap<Slot, u8> {
    let slots = Finger::ALL.map(Slot::Finger).into_iter().chain(Eye::ALL.map(Slot::Eye));
    slots.filter_map(|slot| Some((slot, session.best(slot)?.quality))).collect()
}

fn opened(record: &RecordId, bundle: &RecordBundle) -> Result<(Side, Prints), CounterError> {
    let json = bundle.get("record.json").unwrap_or_default();
    let document: Document = serde_json::from_slice(json).map_err(DeskError::from)?;
    let mut shown = Shown::default();
    let repainted = document.samples.iter().any(|carried| carried.file.contains("original"));
    let (mut qualities, mut prints) = (BTreeMap::new(), Prints::new());
    for CarriedSample { file, sample } in &document.samples {
        let bytes = bundle.get(file).unwrap_or_default();
        let slot = match sample.purpose {
            // What the camera saw stands beside the portrait that was made of it, and is not it.
            Purpose::Slot(Slot::Photo) if file.contains("original") => continue,
            Purpose::Slot(slot) => slot,
            Purpose::Evidence(_) => {
                shown.evidence = picture(bytes, Some(&sample.id));
                continue;
            }
            Purpose::Probe(_) => continue,
        };
        qualities.insert(slot, sample.quality);
        match slot {
            Slot::Photo => (shown.photo, shown.card) = portrait_pictures(bytes, sample),
            Slot::Signature => shown.signature = strokes(bytes),
            Slot::Approval => shown.approval = strokes(bytes),
            Slot::Finger(finger) => {
                shown.fingers.extend(picture(bytes, Some(&sample.id)).map(|p| (finger, p)));
                prints.insert(slot, bytes.to_vec());
            }
            Slot::Eye(eye) => shown.eyes.extend(picture(bytes, Some(&sample.id)).map(|p| (eye, p))),
        }
    }
    let side = Side {
        record: Some(record.clone()),
        nik: document.resident.nik.as_str().to_owned(),
        resident: Some(document.resident),
        shown,
        qualities,
        exceptions: document.exceptions,
        photo_override: document.photo_override,
        evidence_waived: document.evidence_waived,
        repainted,
    };
    Ok((side, prints))
}

/// The other person of a finding: the own record where this station holds it, else what the register knows.
fn other_side(supervisor: &Supervisor, ledger: &Ledger, hit: &Hit) -> Result<(Side, Prints), CounterError> {
    if let Some(record) = &hit.other_record {
        return side(supervisor, ledger, record);
    }
    let resident = register::lookup(&ledger.store, &hit.other_nik)?;
    let side = Side {
        record: None,
        nik: hit.other_nik.as_str().to_owned(),
        resident,
        shown: Shown::default(),
        qualities: BTreeMap::new(),
        exceptions: Vec::new(),
        photo_override: None,
        evidence_waived: None,
        repainted: false,
    };
    Ok((side, Prints::new()))
}
