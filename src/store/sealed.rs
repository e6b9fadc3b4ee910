//! Finished records: readable by the district, by the supervisor until approval, and by nobody else.
//!
//! Sealing swaps the samples for two encrypted copies in one transaction, so at no moment do both or neither
//! exist. Approval destroys the review copy; from then on the station cannot read what it recorded.

use rusqlite::params;
use time::OffsetDateTime;

use super::audit::Sha256Digest;
use super::db::{Db, nanos};
use super::error::{Result, StoreError};
use super::journal::{NewEntry, RecordHead, RecordState, RecordSummary};

/// The two encrypted copies of a finished record.
#[derive(Debug, Clone, Copy)]
pub struct SealedCopies<'a> {
    /// To the district's recipients (age).
    pub district: &'a [u8],
    /// To the station's review recipient (age).
    pub review: &'a [u8],
    /// SHA-256 of the canonical record that both contain.
    pub sha256: Sha256Digest,
}

impl Db {
    /// Finishes an open record: keeps the sealed copies, forgets the samples.
    ///
    /// # Errors
    /// As [`Db::append`].
    pub fn seal(
        &mut self,
        record: &str,
        expected_seq: u32,
        head: &RecordHead,
        entries: &[NewEntry],
        copies: &SealedCopies<'_>,
    ) -> Result<u32> {
        self.atomically(|db| {
            let seq = db.write_entries(record, expected_seq, head, entries, &[RecordState::Open])?;
            let at = db.summary(record)?.changed_at;
            db.change(
                "INSERT INTO sealed (record, sealed_at, sha256, district, review) VALUES (?1, ?2, ?3, ?4, ?5)",
                params![record, nanos(at), copies.sha256, copies.district, copies.review],
            )?;
            db.change("DELETE FROM sample WHERE record = ?1", [record])?;
            db.set_state(record, RecordState::Sealed)?;
            Ok(seq)
        })
    }

    /// The copy for the supervisor's review; gone after approval.
    pub fn review_copy(&self, record: &str) -> Result<Vec<u8>> {
        self.copy(record, "SELECT review FROM sealed WHERE record = ?1")
    }

    /// The copy for the district; gone after retention.
    pub fn district_copy(&self, record: &str) -> Result<Vec<u8>> {
        self.copy(record, "SELECT district FROM sealed WHERE record = ?1")
    }

    fn copy(&self, record: &str, sql: &str) -> Result<Vec<u8>> {
        let copy: Option<Option<Vec<u8>>> = self.one(sql, [record], |r| r.get(0))?;
        copy.flatten().ok_or(StoreError::NotFound("sealed copy"))
    }

    /// SHA-256 of the canonical record, as given when it was sealed.
    pub fn sealed_sha256(&self, record: &str) -> Result<Sha256Digest> {
        self.one("SELECT sha256 FROM sealed WHERE record = ?1", [record], |r| r.get(0))?
            .ok_or(StoreError::NotFound("sealed copy"))
    }

    /// Approves a sealed record and destroys its review copy.
    pub fn approve(&mut self, record: &str, expected_seq: u32, head: &RecordHead, entries: &[NewEntry]) -> Result<u32> {
        self.atomically(|db| {
            let seq = db.write_entries(record, expected_seq, head, entries, &[RecordState::Sealed])?;
            let at = db.summary(record)?.changed_at;
            db.change(
                "UPDATE sealed SET review = NULL, approved_at = ?2 WHERE record = ?1",
                params![record, nanos(at)],
            )?;
            db.set_state(record, RecordState::Approved)?;
            Ok(seq)
        })
    }

    /// Adds entries to a record in any state (an acknowledgement, a note), without touching samples.
    pub fn annotate(
        &mut self,
        record: &str,
        expected_seq: u32,
        head: &RecordHead,
        entries: &[NewEntry],
    ) -> Result<u32> {
        use RecordState::{Approved, Closed, Open, Sealed, Void};
        self.atomically(|db| {
            db.write_entries(record, expected_seq, head, entries, &[Open, Sealed, Approved, Closed, Void])
        })
    }

    /// Gives a record up that is in no batch: samples, copies and its own templates go, the NIK is free again.
    pub fn void(&mut self, record: &str, expected_seq: u32, head: &RecordHead, entries: &[NewEntry]) -> Result<u32> {
        self.atomically(|db| {
            if db.batch_of(record)?.is_some() {
                return Err(StoreError::State { thing: "record", state: "in a batch".into() });
            }
            let allowed = [RecordState::Open, RecordState::Sealed, RecordState::Approved];
            let seq = db.write_entries(record, expected_seq, head, entries, &allowed)?;
            db.change("DELETE FROM sample WHERE record = ?1", [record])?;
            db.change("DELETE FROM sealed WHERE record = ?1", [record])?;
            db.gallery_delete(record)?;
            db.set_state(record, RecordState::Void)?;
            Ok(seq)
        })
    }

    /// Undoes a record that has left: its templates go and the NIK is free again; the district's copy stays, because
    /// the recall that follows names its digest.
    pub fn recall(&mut self, record: &str, expected_seq: u32, head: &RecordHead, entries: &[NewEntry]) -> Result<u32> {
        self.atomically(|db| {
            let seq = db.write_entries(record, expected_seq, head, entries, &[RecordState::Approved])?;
            db.gallery_delete(record)?;
            db.set_state(record, RecordState::Void)?;
            Ok(seq)
        })
    }

    /// Retention is over: the district's copy and the bodies of the journal go; the chain, the templates and the
    /// fact that this NIK was recorded stay. The NIK may be recorded again.
    pub fn close(&mut self, record: &str, expected_seq: u32, head: &RecordHead, entries: &[NewEntry]) -> Result<u32> {
        self.atomically(|db| {
            let seq = db.write_entries(record, expected_seq, head, entries, &[RecordState::Approved])?;
            db.change("UPDATE sealed SET district = NULL, review = NULL WHERE record = ?1", [record])?;
            db.change("UPDATE entry SET body = NULL WHERE record = ?1", [record])?;
            db.set_state(record, RecordState::Closed)?;
            Ok(seq)
        })
    }

    /// Approved records that are in no batch yet, in the order of approval.
    pub fn approved_unexported(&self) -> Result<Vec<RecordSummary>> {
        let ids: Vec<String> = self.all(
            "SELECT r.id FROM record r JOIN sealed s ON s.record = r.id
             WHERE r.state = 'approved' AND r.id NOT IN (SELECT record FROM batch_record)
             ORDER BY s.approved_at, r.id",
            [],
            |r| r.get(0),
        )?;
        ids.iter().map(|id| self.summary(id)).collect()
    }

    /// Approved records whose approval is older than `before` and whose batch was acknowledged.
    pub fn past_retention(&self, before: OffsetDateTime) -> Result<Vec<RecordSummary>> {
        let ids: Vec<String> = self.all(
            "SELECT r.id FROM record r JOIN batch_record m ON m.record = r.id JOIN batch b ON b.seq = m.batch
             WHERE r.state = 'approved' AND b.state = 'acknowledged' AND b.acknowledged_at < ?1 ORDER BY r.id",
            [nanos(before)],
            |r| r.get(0),
        )?;
        ids.iter().map(|id| self.summary(id)).collect()
    }

    fn set_state(&mut self, record: &str, state: RecordState) -> Result<()> {
        self.change("UPDATE record SET state = ?2 WHERE id = ?1", [record, state.as_str()])?;
        Ok(())
    }
}
