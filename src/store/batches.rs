//! Which records went out in which batch.
//!
//! Batches are numbered without gaps and each names the digest of the one before, so the district sees a missing
//! one. A batch is begun (its records are reserved) before its file is written and committed only after the file
//! was read back; a batch that was begun and not committed is written again or abandoned.

use rusqlite::{Row, params};
use time::OffsetDateTime;

use super::audit::{Act, Sha256Digest};
use super::db::{Db, maybe_moment_at, moment_at, nanos};
use super::error::{Result, StoreError};

/// How far a batch is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BatchState {
    /// Being written.
    Begun,
    /// Written and read back.
    Committed,
    /// The district's receipt came back.
    Acknowledged,
    /// Given up although its file may exist somewhere; its number is never used again.
    Discarded,
}

/// A batch.
#[derive(Debug, Clone, PartialEq)]
pub struct Batch {
    /// Its number, from 1.
    pub seq: u32,
    /// The file's name.
    pub file: String,
    /// How far it is.
    pub state: BatchState,
    /// The file's SHA-256, once committed.
    pub sha256: Option<Sha256Digest>,
    /// The SHA-256 of the batch before; `None` for the first.
    pub prev_sha256: Option<Sha256Digest>,
    /// How many records it carries.
    pub records: u32,
    /// When it was begun.
    pub begun_at: OffsetDateTime,
    /// When it was committed.
    pub committed_at: Option<OffsetDateTime>,
    /// When its receipt came.
    pub acknowledged_at: Option<OffsetDateTime>,
}

const BATCH: &str = "SELECT b.*, (SELECT count(*) FROM batch_record m WHERE m.batch = b.seq) AS records FROM batch b";

fn batch(row: &Row<'_>) -> rusqlite::Result<Batch> {
    let state: String = row.get("state")?;
    Ok(Batch {
        seq: row.get("seq")?,
        file: row.get("file")?,
        state: match state.as_str() {
            "begun" => BatchState::Begun,
            "committed" => BatchState::Committed,
            "acknowledged" => BatchState::Acknowledged,
            _ => BatchState::Discarded,
        },
        sha256: row.get("sha256")?,
        prev_sha256: row.get("prev_sha256")?,
        records: row.get("records")?,
        begun_at: moment_at(row, "begun_at")?,
        committed_at: maybe_moment_at(row, "committed_at")?,
        acknowledged_at: maybe_moment_at(row, "acknowledged_at")?,
    })
}

impl Db {
    /// The number of the next batch and the digest of the last committed one.
    pub fn batch_next(&self) -> Result<(u32, Option<Sha256Digest>)> {
        let last: Option<u32> = self.one("SELECT seq FROM batch ORDER BY seq DESC LIMIT 1", [], |r| r.get(0))?;
        let sent = "SELECT sha256 FROM batch WHERE state IN ('committed', 'acknowledged') ORDER BY seq DESC LIMIT 1";
        let prev: Option<Option<Sha256Digest>> = self.one(sent, [], |r| r.get(0))?;
        Ok((last.map_or(1, |seq| seq.saturating_add(1)), prev.flatten()))
    }

    /// Begins the next batch and reserves its records (approved, in no other batch).
    ///
    /// # Errors
    /// [`StoreError::State`] when another batch is begun and not committed, or a record is not approved or in
    /// another batch.
    pub fn batch_begin(&mut self, file: &str, records: &[&str], actor: &str, at: OffsetDateTime) -> Result<Batch> {
        self.atomically(|db| {
            if db.batch_begun()?.is_some() {
                return Err(StoreError::State { thing: "batch", state: "begun".into() });
            }
            let (seq, prev) = db.batch_next()?;
            db.change(
                "INSERT INTO batch (seq, file, state, prev_sha256, begun_at) VALUES (?1, ?2, 'begun', ?3, ?4)",
                params![seq, file, prev, nanos(at)],
            )?;
            for record in records {
                let summary = db.summary(record)?;
                if summary.state != super::RecordState::Approved || summary.batch.is_some() {
                    let state = if summary.batch.is_some() { "in a batch" } else { summary.state.as_str() };
                    return Err(StoreError::State { thing: "record", state: state.into() });
                }
                db.change("INSERT INTO batch_record (record, batch) VALUES (?1, ?2)", params![record, seq])?;
            }
            db.batch_act(seq, "batch-begun", actor, at, &serde_json::json!({ "records": records.len() }))?;
            db.batch_get(seq)
        })
    }

    /// Notes the digest of a begun batch before its file gets its final name: from then on a file of that name may
    /// exist on some stick, and only this digest says whether it is the one.
    pub fn batch_written(&mut self, seq: u32, sha256: Sha256Digest) -> Result<()> {
        let sql = "UPDATE batch SET sha256 = ?2 WHERE seq = ?1 AND state = 'begun'";
        let changed = self.change(sql, params![seq, sha256])?;
        self.batch_changed(seq, changed)
    }

    /// Gives up a begun batch whose file may exist somewhere: its records wait for the next one, its number is gone.
    pub fn batch_discard(&mut self, seq: u32, actor: &str, at: OffsetDateTime) -> Result<()> {
        self.atomically(|db| {
            let changed =
                db.change("UPDATE batch SET state = 'discarded' WHERE seq = ?1 AND state = 'begun'", [seq])?;
            db.batch_changed(seq, changed)?;
            db.change("DELETE FROM batch_record WHERE batch = ?1", [seq])?;
            db.batch_act(seq, "batch-discarded", actor, at, &serde_json::json!({}))
        })
    }

    /// Commits a begun batch: its file is written and was read back.
    pub fn batch_commit(&mut self, seq: u32, sha256: Sha256Digest, actor: &str, at: OffsetDateTime) -> Result<Batch> {
        self.atomically(|db| {
            let changed = db.change(
                "UPDATE batch SET state = 'committed', sha256 = ?2, committed_at = ?3 WHERE seq = ?1 AND state = 'begun'",
                params![seq, sha256, nanos(at)],
            )?;
            db.batch_changed(seq, changed)?;
            let details = serde_json::json!({ "sha256": super::keyring::encode_hex(&sha256) });
            db.batch_act(seq, "batch-committed", actor, at, &details)?;
            db.batch_get(seq)
        })
    }

    /// Abandons a begun batch; its records wait for the next one, which gets the same number.
    pub fn batch_abandon(&mut self, seq: u32, actor: &str, at: OffsetDateTime) -> Result<()> {
        self.atomically(|db| {
            let changed = db.change("DELETE FROM batch WHERE seq = ?1 AND state = 'begun'", [seq])?;
            db.batch_changed(seq, changed)?;
            db.batch_act(seq, "batch-abandoned", actor, at, &serde_json::json!({}))
        })
    }

    /// Notes the district's receipt for a committed batch.
    pub fn batch_acknowledge(&mut self, seq: u32, actor: &str, at: OffsetDateTime) -> Result<Batch> {
        self.atomically(|db| {
            let changed = db.change(
                "UPDATE batch SET state = 'acknowledged', acknowledged_at = ?2 WHERE seq = ?1 AND state = 'committed'",
                params![seq, nanos(at)],
            )?;
            db.batch_changed(seq, changed)?;
            db.batch_act(seq, "batch-acknowledged", actor, at, &serde_json::json!({}))?;
            db.batch_get(seq)
        })
    }

    /// All batches, oldest first.
    pub fn batches(&self) -> Result<Vec<Batch>> {
        self.all(&format!("{BATCH} ORDER BY b.seq"), [], batch)
    }

    /// The batch that was begun and neither committed nor abandoned.
    pub fn batch_begun(&self) -> Result<Option<Batch>> {
        self.one(&format!("{BATCH} WHERE b.state = 'begun'"), [], batch)
    }

    /// One batch.
    pub fn batch_get(&self, seq: u32) -> Result<Batch> {
        self.one(&format!("{BATCH} WHERE b.seq = ?1"), [seq], batch)?.ok_or(StoreError::NotFound("batch"))
    }

    /// The records of a batch.
    pub fn batch_records(&self, seq: u32) -> Result<Vec<String>> {
        self.all("SELECT record FROM batch_record WHERE batch = ?1 ORDER BY record", [seq], |r| r.get(0))
    }

    /// The batch of a record.
    pub fn batch_of(&self, record: &str) -> Result<Option<u32>> {
        self.one("SELECT batch FROM batch_record WHERE record = ?1", [record], |r| r.get(0))
    }

    fn batch_changed(&self, seq: u32, changed: usize) -> Result<()> {
        if changed == 1 {
            return Ok(());
        }
        let state = match self.batch_get(seq)?.state {
            BatchState::Begun => "begun",
            BatchState::Committed => "committed",
            BatchState::Acknowledged => "acknowledged",
            BatchState::Discarded => "discarded",
        };
        Err(StoreError::State { thing: "batch", state: state.into() })
    }

    fn batch_act(
        &mut self,
        seq: u32,
        kind: &str,
        actor: &str,
        at: OffsetDateTime,
        details: &serde_json::Value,
    ) -> Result<()> {
        let body = serde_json::json!({ "batch": seq, "details": details }).to_string();
        self.chain(&Act { at, actor, device: None, kind, record: None, body: &body }, true)?;
        Ok(())
    }
}
