//! The supervisor's desk: look at finished records, decide on possible duplicates, approve, undo, and send the batch.
//!
//! A supervisor proves who they are again before each round of work ([`Supervisor::authenticate`]): only that opens
//! the review key, and every opening is in the audit chain. Capturing never waits for any of this.

use std::ops::ControlFlow;
use std::path::Path;

use time::OffsetDateTime;

use crate::batch::{
    self, BatchItem, BatchName, BatchPlan, Exported, Mode, Recall, RecallReason, RecordBundle, SealedRecord,
    StationCode, StationKeys,
};
use crate::dedup::{PersonRef, worker::Worker};
use crate::domain::session::{HitId, RecordClass, RecordId, Status, Undone, Verdict, VoidReason, Wish};
use crate::domain::user::{Role, UserId};
use crate::office::within;
use crate::store::{Access, Account, Act, BatchState, Db, NewUser, RecordFilter, RecordSummary, Unlocked};

use super::error::DeskError;
use super::finished::batch_name;
use super::ledger::Ledger;

/// Name of the station's signing key in the store.
pub const SIGNING_KEY: &str = "signing";
/// Name of the row that remembers up to where the audit has left in batches.
const AUDIT_SENT: &str = "audit_sent";

/// A supervisor who has just proved who they are.
pub struct Supervisor {
    ledger: Ledger,
    worker: Worker,
    user: UserId,
    unlocked: Unlocked,
}

/// Where and as what a batch is written.
pub struct Dispatch<'a> {
    /// The station.
    pub station: StationCode,
    /// The folder, normally on a USB stick.
    pub folder: &'a Path,
    /// District and nation, or more.
    pub recipients: &'a [String],
}

impl Supervisor {
    /// Checks the passphrase; only a supervisor's slot is good enough.
    pub fn authenticate(ledger: Ledger, worker: Worker, user: UserId, passphrase: &str) -> Result<Self, DeskError> {
        let now = ledger.clock.now();
        let unlocked = ledger.store.authenticate(user.as_str(), passphrase, now)?;
        let id = user.as_str().to_owned();
        let account = ledger.store.call(move |db| db.account(&id))?;
        let entitled = account.is_some_and(|a| a.active && Role::from_word(&a.role).is_some_and(Role::may_decide));
        if unlocked.access() != Access::Supervisor || !entitled {
            return Err(DeskError::NotSupervisor);
        }
        let supervisor = Self { ledger, worker, user, unlocked };
        supervisor.audit("supervisor-authenticated", None)?;
        Ok(supervisor)
    }

    /// Who.
    pub fn user(&self) -> &UserId {
        &self.user
    }

    /// Opens the review copy of a finished record.
    pub fn review(&self, record: &RecordId) -> Result<RecordBundle, DeskError> {
        self.audit("review-opened", Some(record))?;
        let name = record.0.clone();
        let sealed = self.ledger.store.call(move |db| db.review_copy(&name))?;
        let identity = self.unlocked.review_identity().ok_or(DeskError::NotSupervisor)?;
        Ok(batch::unseal(&sealed, identity)?)
    }

    /// Decides whether two records are one person.
    pub fn decide(&self, record: &RecordId, hit: HitId, verdict: Verdict, reason: &str) -> Result<(), DeskError> {
        let (supervisor, reason) = (self.user.clone(), reason.to_owned());
        self.follow(record, Wish::DecideHit { hit, verdict, reason, supervisor })
    }

    /// Releases a record for the batch; its review copy is destroyed.
    pub fn approve(&self, record: &RecordId) -> Result<(), DeskError> {
        self.follow(record, Wish::Approve { supervisor: self.user.clone() })
    }

    /// Undoes a finished record.
    pub fn void(&self, record: &RecordId, reason: VoidReason) -> Result<(), DeskError> {
        // A cut between a batch and its mark must not make a record that has left look as if it had not.
        let name = record.0.clone();
        let left = self.ledger.store.call(move |db| match db.batch_of(&name)? {
            Some(seq) => Ok(Some(db.batch_get(seq)?).filter(|batch| batch.state != BatchState::Begun)),
            None => Ok(None),
        })?;
        if let Some(batch) = left
            && *self.ledger.load(record)?.status() == Status::Approved
        {
            self.follow(record, Wish::MarkExported { batch: batch.file })?;
        }
        self.follow(record, Wish::Void { reason, supervisor: self.user.clone() })
    }

    /// Lets somebody work here; account and passphrase.
    ///
    /// # Errors
    /// The store: a name that is taken, the disk.
    pub fn add_officer(&self, user: &NewUser, account: Account) -> Result<(), DeskError> {
        self.ledger.store.add_user(&self.unlocked, user)?;
        let (by, at) = (self.user.as_str().to_owned(), self.ledger.clock.now());
        Ok(within(&self.ledger.store, move |db| open_account(db, &account, &by, at))?)
    }

    /// Closes an account: the passphrase opens nothing any more, the name stays with past deeds.
    ///
    /// # Errors
    /// The store.
    pub fn remove_officer(&self, id: &str) -> Result<(), DeskError> {
        let (officer, by, at) = (id.to_owned(), self.user.as_str().to_owned(), self.ledger.clock.now());
        within(&self.ledger.store, move |db| close_account(db, &officer, &by, at))?;
        Ok(self.ledger.store.remove_user(&self.unlocked, id)?)
    }

    fn follow(&self, record: &RecordId, wish: Wish) -> Result<(), DeskError> {
        let mut session = self.ledger.load(record)?;
        let effect = self.ledger.follow(&mut session, wish, &self.user, None)?;
        for person in effect.left {
            self.worker.remove(PersonRef(person.0))?;
        }
        Ok(())
    }

    /// Writes all approved records into batches, one per class, and marks them exported. Records whose batch was
    /// written but not marked (a power cut in between) are marked first.
    pub fn export(
        &self,
        dispatch: &Dispatch<'_>,
        progress: &mut dyn FnMut(batch::Progress) -> ControlFlow<()>,
    ) -> Result<Vec<Exported>, DeskError> {
        self.audit("export-started", None)?;
        self.settle(dispatch)?;
        let mut exported = Vec::new();
        for class in [RecordClass::Register, RecordClass::Unverified] {
            if let Some(batch) = self.export_class(dispatch, class, progress)? {
                exported.push(batch);
            }
        }
        Ok(exported)
    }

    /// Brings records and batches into step after an interruption.
    fn settle(&self, dispatch: &Dispatch<'_>) -> Result<(), DeskError> {
        if let Some(begun) = self.ledger.store.call(|db| db.batch_begun())? {
            self.settle_begun(dispatch, &begun)?;
        }
        let (records, recalls) = self.ledger.store.call(|db| {
            let (mut records, mut recalls) = (Vec::new(), Vec::new());
            for batch in db.batches()?.into_iter().filter(|batch| batch.state != BatchState::Begun) {
                for record in db.batch_records(batch.seq)? {
                    if db.summary(&record)?.head.status == Status::Approved.word() {
                        records.push((RecordId(record), batch.file.clone()));
                    }
                }
                if let Some(listed) = db.setting(&recall_setting(batch.seq))? {
                    let due = Status::Voided(Undone::RecallDue);
                    for record in listed.split_whitespace() {
                        if db.summary(record)?.head.status == due.word() {
                            recalls.push((RecordId(record.to_owned()), batch.file.clone()));
                        }
                    }
                }
            }
            Ok((records, recalls))
        })?;
        for (record, batch) in records {
            self.follow(&record, Wish::MarkExported { batch })?;
        }
        recalls.into_iter().try_for_each(|(record, batch)| self.follow(&record, Wish::MarkRecallSent { batch }))
    }

    /// A batch that was begun and neither committed nor given up. Its digest was noted before its file could have its
    /// final name: without a digest there is no file, with one only the very file counts, and where neither file nor
    /// unfinished part lies in the folder it may lie on another stick, which nobody but the supervisor can know.
    fn settle_begun(&self, dispatch: &Dispatch<'_>, begun: &crate::store::Batch) -> Result<(), DeskError> {
        let file = dispatch.folder.join(&begun.file);
        let (user, now, seq) = (self.user.as_str().to_owned(), self.ledger.clock.now(), begun.seq);
        let Some(sha256) = begun.sha256 else {
            self.ledger.store.call(move |db| db.batch_abandon(seq, &user, now))?;
            clear_away(&file);
            return Ok(());
        };
        let present =
            |path: &Path| path.try_exists().map_err(|source| DeskError::File { path: path.to_owned(), source });
        if present(&file)? {
            // What a stick keeps of a batch when it was pulled out at the very end has the name and nothing else.
            let verified = match batch::verify(&file, self.signing_key()?.public_key()) {
                Ok(verified) => Some(verified),
                Err(error) if error.kind() == batch::ErrorKind::Tampered => None,
                Err(error) => return Err(error.into()),
            };
            if verified.is_some_and(|it| *it.receipt.sha256.as_bytes() == sha256) {
                let audit_head = self.ledger.store.call(move |db| db.setting(&audit_setting(seq)))?;
                let audit_head = audit_head.and_then(|text| text.parse().ok()).unwrap_or(0);
                return self.commit(seq, sha256, audit_head, now);
            }
        } else if present(&with_suffix(&file, batch::names::PART_SUFFIX))? {
            // First the note, then the files: a cut between leaves only what the next export overwrites.
            self.ledger.store.call(move |db| db.batch_abandon(seq, &user, now))?;
            clear_away(&file);
            return Ok(());
        }
        Err(DeskError::BatchElsewhere { file: begun.file.clone() })
    }

    /// Gives up a batch that was written to a medium which is lost: its records go into the next one.
    pub fn discard_begun(&self) -> Result<Option<String>, DeskError> {
        let (user, now) = (self.user.as_str().to_owned(), self.ledger.clock.now());
        Ok(self.ledger.store.call(move |db| match db.batch_begun()? {
            Some(begun) => db.batch_discard(begun.seq, &user, now).map(|()| Some(begun.file)),
            None => Ok(None),
        })?)
    }

    fn export_class(
        &self,
        dispatch: &Dispatch<'_>,
        class: RecordClass,
        progress: &mut dyn FnMut(batch::Progress) -> ControlFlow<()>,
    ) -> Result<Option<Exported>, DeskError> {
        let records = self.waiting(class)?;
        let recalls = self.recalls(class)?;
        if records.is_empty() && recalls.is_empty() {
            return Ok(None);
        }
        let now = self.ledger.clock.now();
        let keys = self.signing_key()?;
        let (seq, _) = self.ledger.store.call(|db| db.batch_next())?;
        // Four digits by the name's grammar; a station needs 27 years of daily batches to run out.
        let name = BatchName::new(dispatch.station, self.ledger.day_of(now)?, u16::try_from(seq).unwrap_or(u16::MAX))?;
        let (audit, audit_head) = self.audit_rows()?;
        let begun = self.begin(name, &records, &recalls, audit_head)?;
        let plan = BatchPlan {
            name,
            class: batch_class(class),
            mode: if self.ledger.store.is_training() { Mode::Training } else { Mode::Real },
            previous: begun.prev_sha256.map(batch::Digest::from_bytes),
            software: concat!("rekam ", env!("CARGO_PKG_VERSION")),
            recipients: dispatch.recipients,
            audit: &audit,
            expected_bytes: self.sizes(&records)?,
            expected_items: (records.len() + recalls.len()) as u64,
        };
        let sealed = records.iter().map(|summary| self.sealed_item(class, &summary.id));
        let recalled = recalls.iter().map(|summary| self.recall_item(&summary.id, &keys));
        let store = self.ledger.store.clone();
        let note = |receipt: &batch::Receipt| -> Result<(), batch::SourceError> {
            let sha256 = *receipt.sha256.as_bytes();
            Ok(store.call(move |db| db.batch_written(begun.seq, sha256))?)
        };
        let (disk, items) = (&batch::RealDisk, sealed.chain(recalled));
        let written = batch::export_noting(disk, dispatch.folder, &plan, items, &keys, progress, note);
        let written = match written {
            Ok(written) => written,
            Err(error) => {
                // The export has taken its files away again; where the medium no longer answers, a digest was noted
                // and the next export asks for it.
                let begun = self.ledger.store.call(|db| db.batch_begun())?;
                if begun.as_ref().is_some_and(|batch| batch.sha256.is_none()) {
                    self.settle_begun(dispatch, &begun.ok_or(DeskError::NoRecord)?)?;
                }
                return Err(error.into());
            }
        };
        self.commit(begun.seq, *written.receipt.sha256.as_bytes(), audit_head, now)?;
        let file = name.file_name();
        for summary in &records {
            self.follow(&RecordId(summary.id.clone()), Wish::MarkExported { batch: file.clone() })?;
        }
        for summary in &recalls {
            self.follow(&RecordId(summary.id.clone()), Wish::MarkRecallSent { batch: file.clone() })?;
        }
        Ok(Some(written))
    }

    fn begin(
        &self,
        name: BatchName,
        records: &[RecordSummary],
        recalls: &[RecordSummary],
        audit_head: u64,
    ) -> Result<crate::store::Batch, DeskError> {
        let ids: Vec<String> = records.iter().map(|summary| summary.id.clone()).collect();
        let recalls: Vec<&str> = recalls.iter().map(|summary| summary.id.as_str()).collect();
        let (user, recalls) = (self.user.as_str().to_owned(), recalls.join(" "));
        let now = self.ledger.clock.now();
        Ok(self.ledger.store.call(move |db| {
            db.atomically(|db| {
                let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
                let begun = db.batch_begin(&name.file_name(), &ids, &user, now)?;
                db.setting_put(&recall_setting(begun.seq), &recalls)?;
                db.setting_put(&audit_setting(begun.seq), &audit_head.to_string())?;
                Ok(begun)
            })
        })?)
    }

    fn commit(&self, seq: u32, sha256: [u8; 32], audit_head: u64, now: OffsetDateTime) -> Result<(), DeskError> {
        let user = self.user.as_str().to_owned();
        Ok(self.ledger.store.call(move |db| {
            db.atomically(|db| {
                db.batch_commit(seq, sha256, &user, now)?;
                db.setting_put(AUDIT_SENT, &audit_head.to_string())
            })
        })?)
    }

    fn waiting(&self, class: RecordClass) -> Result<Vec<RecordSummary>, DeskError> {
        let approved = self.ledger.store.call(|db| db.approved_unexported())?;
        Ok(approved.into_iter().filter(|summary| summary.head.class == class.word()).collect())
    }

    fn recalls(&self, class: RecordClass) -> Result<Vec<RecordSummary>, DeskError> {
        let filter = RecordFilter {
            status: Some(Status::Voided(Undone::RecallDue).word().to_owned()),
            class: Some(class.word().to_owned()),
            ..RecordFilter::default()
        };
        Ok(self.ledger.store.call(move |db| db.records(&filter))?)
    }

    fn sizes(&self, records: &[RecordSummary]) -> Result<u64, DeskError> {
        let ids: Vec<String> = records.iter().map(|summary| summary.id.clone()).collect();
        Ok(self
            .ledger
            .store
            .call(move |db| ids.iter().try_fold(0, |sum, id| Ok(sum + db.district_copy(id)?.len() as u64)))?)
    }

    fn sealed_item(&self, class: RecordClass, record: &str) -> Result<BatchItem, batch::SourceError> {
        let name = record.to_owned();
        let sealed = self.ledger.store.call(move |db| db.district_copy(&name))?;
        let id = batch_name(&RecordId(record.to_owned()));
        Ok(BatchItem::Record(SealedRecord { id, class: batch_class(class), sealed }))
    }

    fn recall_item(&self, record: &str, keys: &StationKeys) -> Result<BatchItem, batch::SourceError> {
        let name = record.to_owned();
        let (sealed, file) = self.ledger.store.call(move |db| {
            let seq = db.batch_of(&name)?.unwrap_or_default();
            Ok((db.district_copy(&name)?, db.batch_get(seq)?.file))
        })?;
        let record = RecordId(record.to_owned());
        let reason = self.ledger.events(&record)?.iter().rev().find_map(|event| match &event.what {
            crate::domain::session::What::Voided { reason, .. } => Some(*reason),
            _ => None,
        });
        let batch = file.trim_end_matches(batch::names::BATCH_SUFFIX).parse::<BatchName>()?;
        let reason = recall_reason(reason.ok_or(DeskError::NoRecord)?);
        let recall = Recall::sign(batch_name(&record), batch, batch::Digest::of(&sealed), reason, keys)?;
        Ok(BatchItem::Recall(recall))
    }

    /// The station's signing key out of the store.
    pub fn signing_key(&self) -> Result<StationKeys, DeskError> {
        let bytes = self.ledger.store.call(|db| db.key(SIGNING_KEY))?.ok_or(DeskError::NoSigningKey)?;
        Ok(StationKeys::from_bytes(&bytes)?)
    }

    /// Audit rows that have not left yet, one JSON object per line, and the last row's number. The bodies of
    /// decisions go with them: the sealed record was closed before they were made.
    fn audit_rows(&self) -> Result<(Vec<u8>, u64), DeskError> {
        let (rows, bodies) = self.ledger.store.call(|db| {
            let sent = db.setting(AUDIT_SENT)?.and_then(|text| text.parse().ok()).unwrap_or(0);
            let rows = db.audit_since(sent)?;
            let decisions = ["hit_found", "hit_decided", "approved", "voided"];
            let mut bodies = Vec::new();
            for row in &rows {
                let told = decisions.contains(&row.kind.as_str());
                bodies.push(if told { db.audit_body(row.seq)? } else { None });
            }
            Ok((rows, bodies))
        })?;
        let head = rows.last().map_or(0, |row| row.seq);
        let mut lines = Vec::new();
        for (row, body) in rows.iter().zip(bodies) {
            let hex = |bytes: &[u8; 32]| batch::Digest::from_bytes(*bytes).to_string();
            let line = serde_json::json!({
                "seq": row.seq, "at": row.at, "actor": row.actor, "device": row.device, "kind": row.kind,
                "record": row.record, "body_sha256": hex(&row.body_sha256), "prev": hex(&row.prev),
                "hash": hex(&row.hash), "body": body,
            });
            serde_json::to_writer(&mut lines, &line)?;
            lines.push(b'\n');
        }
        Ok((lines, head))
    }

    fn audit(&self, kind: &'static str, record: Option<&RecordId>) -> Result<(), DeskError> {
        let (user, record, at) = (self.user.clone(), record.map(|r| r.0.clone()), self.ledger.clock.now());
        self.ledger.store.call(move |db| {
            let act = Act { at, actor: user.as_str(), device: None, kind, record: record.as_deref(), body: "{}" };
            db.audit(&act)
        })?;
        Ok(())
    }
}

fn with_suffix(file: &Path, suffix: &str) -> std::path::PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

/// Takes away what an unfinished export left; what is not there need not go.
fn clear_away(file: &Path) {
    use batch::names::{PART_SUFFIX, RECEIPT_SUFFIX, SIGNATURE_SUFFIX};
    for suffix in ["", PART_SUFFIX, SIGNATURE_SUFFIX, RECEIPT_SUFFIX] {
        let path = with_suffix(file, suffix);
        let _ = std::fs::remove_file(with_suffix(&path, PART_SUFFIX));
        let _ = std::fs::remove_file(path);
    }
}

/// Name of the setting that says up to which row the audit travels in a batch.
fn audit_setting(seq: u32) -> String {
    format!("audit_of_batch_{seq}")
}

/// Name of the setting that lists the records whose recalls travel in a batch.
fn recall_setting(seq: u32) -> String {
    format!("recalls_of_batch_{seq}")
}

fn batch_class(class: RecordClass) -> batch::RecordClass {
    match class {
        RecordClass::Register => batch::RecordClass::Register,
        RecordClass::Unverified => batch::RecordClass::Unverified,
    }
}

fn recall_reason(reason: VoidReason) -> RecallReason {
    match reason {
        VoidReason::WrongPerson => RecallReason::WrongPerson,
        VoidReason::WrongPosition => RecallReason::WrongPosition,
        VoidReason::Duplicate => RecallReason::Duplicate,
        VoidReason::EnteredInError => RecallReason::EnteredInError,
    }
}

/// Closes an account; its past deeds keep their name.
fn close_account(db: &mut Db, id: &str, by: &str, at: OffsetDateTime) -> crate::office::Result<()> {
    if let Some(account) = db.account(id)? {
        db.account_put(&Account { active: false, ..account })?;
    }
    note(db, at, by, "officer-removed", &serde_json::json!({ "officer": id }).to_string())
}

/// Opens an account.
fn open_account(db: &mut Db, account: &Account, by: &str, at: OffsetDateTime) -> crate::office::Result<()> {
    db.account_put(account)?;
    let body = serde_json::json!({ "officer": account.id, "role": account.role }).to_string();
    note(db, at, by, "officer-added", &body)
}

/// Writes down an act without a record.
fn note(db: &mut Db, at: OffsetDateTime, actor: &str, kind: &'static str, body: &str) -> crate::office::Result<()> {
    db.audit(&Act { at, actor, device: None, kind, record: None, body })?;
    Ok(())
}
