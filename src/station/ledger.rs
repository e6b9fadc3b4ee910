//! Making events durable: the one place where what the session decided meets what the store keeps.
//!
//! Each kind of event has its own way into the store (a completion seals the record, an approval destroys the review
//! copy, a cancellation frees the NIK), always in one transaction with the journal and the audit chain.

use sha2::{Digest, Sha256};

use crate::batch;
use crate::domain::session::{
    Correction, Event, Probe, Purpose, RecordId, SampleId, SampleRef, Session, Slot, SlotState, Status, What, Wish,
};
use crate::domain::user::UserId;
use crate::store::{
    Db, FACE, FINGER, IRIS, NewCorrection, NewEntry, NewGalleryPerson, NewSample, Origin, PersonRef, RecordHead,
    SealedCopies, Store,
};

use crate::office::within;
use crate::office::zone::Zone;

use super::clock::Clock;
use super::engines::Judged;
use super::error::DeskError;
use super::finished::{self, Stored};

use std::sync::Arc;

/// For whom finished records are sealed.
#[derive(Debug, Clone)]
pub struct Recipients {
    /// The district's age recipient, and further ones that may open single records.
    pub district: Vec<String>,
    /// The station's review recipient; its identity lies in the supervisors' key slots.
    pub review: String,
}

/// The journal of all records.
#[derive(Clone)]
pub struct Ledger {
    /// The store underneath.
    pub store: Store,
    /// Where event times come from.
    pub clock: Arc<dyn Clock>,
    /// For whom to seal.
    pub recipients: Recipients,
}

/// Who noted in the list of recorded NIKs that this station recorded somebody.
const OWN: &str = "own";

/// A sample on its way into the store.
pub(super) struct Incoming {
    pub(super) purpose: Purpose,
    pub(super) judged: Judged,
}

/// Which samples of a slot are meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Views {
    /// The one that stands for the slot.
    Best,
    /// Every sample known to show the slot.
    All,
}

/// What an event changed besides the session.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Effect {
    /// The person who joined the gallery.
    pub joined: Option<PersonRef>,
    /// The people who left it.
    pub left: Vec<PersonRef>,
}

impl Ledger {
    /// Opens a record. Its number and event are durable when this returns.
    pub fn open(&self, record: RecordId, opening: What, operator: &UserId) -> Result<Session, DeskError> {
        let event = Event { seq: 0, at: self.clock.tick(), operator: operator.clone(), device: None, what: opening };
        let session = Session::open(record, event.clone())?;
        let (name, head, entry) = (session.record().0.clone(), head(&session), entry(&event)?);
        self.store.call(move |db| db.append(&name, 0, &head, &[entry], &[]))?;
        Ok(session)
    }

    /// The day on the office's wall at a moment: laws, appointments and file names count in local days.
    ///
    /// # Errors
    /// The store, or a zone in its settings that is none.
    pub fn day_of(&self, at: time::OffsetDateTime) -> Result<time::Date, DeskError> {
        Ok(within(&self.store, move |db| Ok(Zone::of(db)?.date(at)))?)
    }

    /// Reads a record back.
    pub fn load(&self, record: &RecordId) -> Result<Session, DeskError> {
        Ok(Session::replay(record.clone(), self.events(record)?)?)
    }

    /// The events of a record.
    pub fn events(&self, record: &RecordId) -> Result<Vec<Event>, DeskError> {
        let name = record.0.clone();
        let journal = self.store.call(move |db| db.load(&name))?;
        journal.entries.iter().map(|entry| Ok(serde_json::from_str(&entry.body)?)).collect()
    }

    /// Follows a wish: decides, makes the event durable, applies it.
    pub fn follow(
        &self,
        session: &mut Session,
        wish: Wish,
        operator: &UserId,
        device: Option<String>,
    ) -> Result<Effect, DeskError> {
        let what = session.decide(wish)?;
        self.write(session, what, operator, device, None)
    }

    /// Accepts a sample: bytes, template and event become durable together.
    pub(super) fn accept(
        &self,
        session: &mut Session,
        incoming: Incoming,
        operator: &UserId,
        device: Option<String>,
    ) -> Result<SampleId, DeskError> {
        let (sample, stored) = incoming_parts(session, incoming);
        let id = sample.id.clone();
        let what = session.decide(Wish::Accept { sample })?;
        self.write(session, what, operator, device, Some(stored))?;
        Ok(id)
    }

    /// Keeps a portrait whose backdrop was painted anew, beside the original.
    pub(super) fn repainted(
        &self,
        session: &mut Session,
        original: SampleId,
        judged: Judged,
        operator: &UserId,
    ) -> Result<SampleId, DeskError> {
        let (sample, stored) = incoming_parts(session, Incoming { purpose: Purpose::Slot(Slot::Photo), judged });
        let id = sample.id.clone();
        let what = session.decide(Wish::Repaint { original, sample })?;
        self.write(session, what, operator, None, Some(stored))?;
        Ok(id)
    }

    /// Records a comparison together with the sample it rests on.
    pub(super) fn probed(
        &self,
        session: &mut Session,
        probe: Probe,
        judged: Judged,
        operator: &UserId,
        device: Option<String>,
    ) -> Result<(), DeskError> {
        let (sample, stored) = incoming_parts(session, Incoming { purpose: Purpose::Probe(probe.slot), judged });
        let what = session.decide(Wish::Probed { probe, sample })?;
        self.write(session, what, operator, device, Some(stored)).map(drop)
    }

    fn write(
        &self,
        session: &mut Session,
        what: What,
        operator: &UserId,
        device: Option<String>,
        sample: Option<NewSample>,
    ) -> Result<Effect, DeskError> {
        let seq = session.next_seq();
        let event = Event { seq, at: self.clock.tick(), operator: operator.clone(), device, what };
        let mut next = session.clone();
        next.apply(event.clone())?;
        let effect = self.commit(session, &next, &event, sample)?;
        *session = next;
        Ok(effect)
    }

    fn commit(
        &self,
        before: &Session,
        after: &Session,
        event: &Event,
        sample: Option<NewSample>,
    ) -> Result<Effect, DeskError> {
        let (record, head, entry) = (after.record().0.clone(), head(after), [entry(event)?]);
        let seq = event.seq;
        let sealed = !matches!(before.status(), Status::Open | Status::Parked | Status::Rescheduled(_));
        match &event.what {
            What::Completed { .. } => self.seal(after, event, head, entry),
            What::Approved { .. } => {
                self.store.call(move |db| db.approve(&record, seq, &head, &entry))?;
                Ok(Effect::default())
            }
            What::Cancelled { .. } | What::Voided { .. } => {
                let recall = matches!(event.what, What::Voided { recall: true, .. });
                let left = self.store.call(move |db| {
                    db.atomically(|db| {
                        let left = own_people(db, &record, &head.nik)?;
                        if recall {
                            db.recall(&record, seq, &head, &entry)?;
                        } else {
                            db.void(&record, seq, &head, &entry)?;
                        }
                        if db.recorded_get(&head.nik)?.is_some_and(|recorded| recorded.source == OWN) {
                            db.recorded_delete(&head.nik)?;
                        }
                        Ok(left)
                    })
                })?;
                Ok(Effect { left, joined: None })
            }
            What::Rescheduled { corrections, date } => {
                let (corrections, date, at) = (corrections.clone(), date.to_string(), event.at);
                let today = self.day_of(at)?.to_string();
                self.store.call(move |db| {
                    db.atomically(|db| {
                        db.append(&record, seq, &head, &entry, &[])?;
                        let mut first = None;
                        for correction in corrections {
                            let filed = db.correction_put(&new_correction(&record, &head.nik, correction), at)?;
                            first = first.or(Some(filed));
                        }
                        for old in db.appointments_of(&head.nik)?.iter().filter(|old| old.date >= today) {
                            db.appointment_delete(old.id)?;
                        }
                        db.appointment_put(&head.nik, &date, "correction", first).map(drop)
                    })
                })?;
                Ok(Effect::default())
            }
            What::HitFound { hit } => {
                let body = serde_json::to_string(hit)?;
                let at = event.at;
                self.store.call(move |db| {
                    db.atomically(|db| {
                        add(db, sealed, &record, seq, &head, &entry)?;
                        db.adjudication_open(&record, &body, at)
                    })
                })?;
                Ok(Effect::default())
            }
            What::HitDecided { hit, .. } => {
                let (decision, name, at) = (serde_json::to_string(&event.what)?, hit.clone(), event.at);
                self.store.call(move |db| {
                    db.atomically(|db| {
                        add(db, sealed, &record, seq, &head, &entry)?;
                        let pending = db.adjudications_of(&record)?;
                        let named = |body: &str| {
                            serde_json::from_str::<crate::domain::session::Hit>(body).is_ok_and(|hit| hit.id == name)
                        };
                        match pending.iter().find(|row| row.decision.is_none() && named(&row.body)) {
                            Some(row) => db.adjudication_decide(row.id, &decision, at).map(|_| ()),
                            None => Ok(()),
                        }
                    })
                })?;
                Ok(Effect::default())
            }
            _ => {
                let samples: Vec<NewSample> = sample.into_iter().collect();
                self.store.call(move |db| {
                    if samples.is_empty() {
                        add(db, sealed, &record, seq, &head, &entry)
                    } else {
                        db.append(&record, seq, &head, &entry, &samples)
                    }
                })?;
                Ok(Effect::default())
            }
        }
    }

    /// Seals the finished record to both keys, forgets its samples and lets the person join the gallery.
    fn seal(
        &self,
        after: &Session,
        event: &Event,
        head: RecordHead,
        entry: [NewEntry; 1],
    ) -> Result<Effect, DeskError> {
        let mut events = self.events(after.record())?;
        events.push(event.clone());
        let bundle = finished::bundle(after, &events, |sample| self.stored(after.record(), sample))?;
        let sha256 = *batch::canonical_sha256(&bundle).as_bytes();
        let district = batch::seal(&bundle, &self.recipients.district)?;
        let review = batch::seal(&bundle, std::slice::from_ref(&self.recipients.review))?;
        let person = self.gallery_person(after)?;
        let (record, seq, since) = (after.record().0.clone(), event.seq, self.day_of(event.at)?.to_string());
        let joined = self.store.call(move |db| {
            db.atomically(|db| {
                let copies = SealedCopies { district: &district, review: &review, sha256 };
                db.seal(&record, seq, &head, &entry, &copies)?;
                if db.recorded_get(&head.nik)?.is_none() {
                    db.recorded_put(&head.nik, &since, "BIO_CAPTURED", OWN)?;
                }
                db.gallery_put(&person.into_iter().collect::<Vec<_>>())
            })
        })?;
        Ok(Effect { joined: joined.first().copied(), left: Vec::new() })
    }

    /// A sample of a record with its bytes.
    pub(super) fn stored(&self, record: &RecordId, sample: &SampleRef) -> Result<Stored, DeskError> {
        let (record, id) = (record.0.clone(), sample.id.0.clone());
        let found = self.store.call(move |db| {
            let info = db.samples(&record)?.into_iter().find(|info| info.id == id);
            let bytes = db.sample_bytes(&id)?;
            Ok(info.map(|info| Stored { info, bytes }))
        })?;
        found.ok_or(DeskError::NoReference)
    }

    /// The templates of a slot's best sample.
    pub(super) fn reference(&self, session: &Session, slot: Slot) -> Result<Vec<u8>, DeskError> {
        let best = session.best(slot).ok_or(DeskError::NoReference)?;
        self.stored(session.record(), best)?.info.template.ok_or(DeskError::NoReference)
    }

    /// The template of the portrait taken last, with its name; nothing where there is no face.
    pub(super) fn latest_face(&self, session: &Session) -> Result<Option<(SampleId, Vec<u8>)>, DeskError> {
        let Some(photo) = session.attempts(Slot::Photo).last() else { return Ok(None) };
        let (record, id) = (session.record().0.clone(), photo.id.clone());
        let infos = self.store.call(move |db| db.samples(&record))?;
        let template = infos.into_iter().find(|info| info.id == id.0).and_then(|info| info.template);
        Ok(template.map(|template| (id, template)))
    }

    fn gallery_person(&self, session: &Session) -> Result<Option<NewGalleryPerson>, DeskError> {
        let templates = self.templates(session, Views::All)?;
        if templates.is_empty() {
            return Ok(None);
        }
        let coded = templates.into_iter().filter_map(|(slot, bytes)| {
            let modality = match slot {
                Slot::Finger(_) => FINGER,
                Slot::Eye(_) => IRIS,
                Slot::Photo => FACE,
                Slot::Signature | Slot::Approval => return None,
            };
            Some((modality, slot.address().1, bytes))
        });
        Ok(Some(NewGalleryPerson {
            nik: session.nik().as_str().to_owned(),
            origin: Origin::Own { record: session.record().0.clone() },
            templates: coded.collect(),
        }))
    }

    /// The templates of every biometric slot that has samples: of the one that stands for the slot, or of every
    /// sample known to show it. Several views of one finger find a duplicate that a single one would miss. Of portraits
    /// there is never more than the one that the resident approved.
    pub(super) fn templates(&self, session: &Session, views: Views) -> Result<Vec<(Slot, Vec<u8>)>, DeskError> {
        let record = session.record().0.clone();
        let infos = self.store.call(move |db| db.samples(&record))?;
        let template = |id: &SampleId| infos.iter().find(|info| info.id == id.0)?.template.clone();
        let slots = rekam_hal::Finger::ALL.map(Slot::Finger).into_iter().chain(rekam_hal::Eye::ALL.map(Slot::Eye));
        let mut found = Vec::new();
        for slot in slots.filter(|slot| !matches!(session.slot(*slot), SlotState::Excepted(_))) {
            let samples: Vec<&SampleRef> = match views {
                Views::Best => session.best(slot).into_iter().collect(),
                Views::All => session.views(slot).collect(),
            };
            found.extend(samples.into_iter().filter_map(|sample| Some((slot, template(&sample.id)?))));
        }
        found.extend(session.best(Slot::Photo).and_then(|photo| Some((Slot::Photo, template(&photo.id)?))));
        Ok(found)
    }
}

/// A sample as the session names it and as the store keeps it.
fn incoming_parts(session: &Session, incoming: Incoming) -> (SampleRef, NewSample) {
    let Incoming { purpose, judged } = incoming;
    let id = SampleId(format!("{}/{}", session.record(), session.next_seq()));
    let (modality, position) = slot_of(purpose).address();
    let stored = NewSample {
        id: id.0.clone(),
        modality: modality.to_owned(),
        position,
        media: judged.media.to_owned(),
        template: judged.template,
        bytes: judged.bytes,
    };
    let sha256 = hex(&Sha256::digest(&stored.bytes));
    (SampleRef { id, purpose, quality: judged.quality, sha256, portrait: judged.portrait }, stored)
}

/// Adds an entry, whether the record is still open or sealed already.
fn add(
    db: &mut Db,
    sealed: bool,
    record: &str,
    seq: u32,
    head: &RecordHead,
    entry: &[NewEntry],
) -> crate::store::Result<u32> {
    if sealed { db.annotate(record, seq, head, entry) } else { db.append(record, seq, head, entry, &[]) }
}

fn new_correction(record: &str, nik: &str, correction: Correction) -> NewCorrection {
    NewCorrection {
        record: Some(record.to_owned()),
        nik: nik.to_owned(),
        field: correction.field.word().to_owned(),
        old: correction.old,
        new: correction.new,
        document: correction.document,
    }
}

fn own_people(db: &Db, record: &str, nik: &str) -> crate::store::Result<Vec<PersonRef>> {
    let mut own = Vec::new();
    for person in db.gallery_of(nik)? {
        let origin = db.gallery_identity(person)?.map(|(_, origin)| origin);
        if matches!(origin, Some(Origin::Own { record: theirs }) if theirs == record) {
            own.push(person);
        }
    }
    Ok(own)
}

fn slot_of(purpose: Purpose) -> Slot {
    match purpose {
        Purpose::Slot(slot) | Purpose::Evidence(slot) | Purpose::Probe(slot) => slot,
    }
}

fn head(session: &Session) -> RecordHead {
    RecordHead {
        nik: session.nik().as_str().to_owned(),
        class: session.class().word().to_owned(),
        status: session.status().word().to_owned(),
        step: session.step().word().to_owned(),
    }
}

fn entry(event: &Event) -> Result<NewEntry, DeskError> {
    Ok(NewEntry {
        at: event.at,
        actor: event.operator.as_str().to_owned(),
        device: event.device.clone(),
        kind: event.what.word().to_owned(),
        body: serde_json::to_string(event)?,
    })
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
