//! The journal: every accepted step of every record, before the screen moves.
//!
//! Entries and samples of one step are written in one transaction together with their audit rows. Appending is
//! optimistic: the caller says how many entries it has seen, and a record that moved on meanwhile refuses.

use std::fmt;
use std::ops::Range;

use rusqlite::{Row, params, params_from_iter, types::Value};
use time::OffsetDateTime;

use super::audit::Act;
use super::db::{Db, maybe_moment_at, moment_at, nanos};
use super::error::{Result, StoreError};

/// Whose record it is and where it stands, in the domain's words.
#[derive(Clone, PartialEq, Eq)]
pub struct RecordHead {
    /// The resident's NIK.
    pub nik: String,
    /// The class of resident or service.
    pub class: String,
    /// The domain's status word.
    pub status: String,
    /// The step the record stands at.
    pub step: String,
}

/// An entry to be appended.
#[derive(Clone, PartialEq)]
pub struct NewEntry {
    /// When it happened.
    pub at: OffsetDateTime,
    /// Who did it.
    pub actor: String,
    /// With which device.
    pub device: Option<String>,
    /// What kind of entry.
    pub kind: String,
    /// The entry itself, JSON.
    pub body: String,
}

/// A sample to be kept with an entry.
#[derive(Clone, PartialEq)]
pub struct NewSample {
    /// A random identifier, unique in the store.
    pub id: String,
    /// Face, signature, fingerprint, iris.
    pub modality: String,
    /// Finger or eye position; 0 where there is none.
    pub position: u8,
    /// Media type of `bytes`.
    pub media: String,
    /// The sample.
    pub bytes: Vec<u8>,
    /// The template made from it.
    pub template: Option<Vec<u8>>,
}

/// An entry as it was appended.
#[derive(Clone, PartialEq)]
pub struct Entry {
    /// Number within the record, from 1.
    pub seq: u32,
    /// Number in the audit chain.
    pub audit: u64,
    /// When it happened (UTC).
    pub at: OffsetDateTime,
    /// Who did it.
    pub actor: String,
    /// With which device.
    pub device: Option<String>,
    /// What kind of entry.
    pub kind: String,
    /// The entry itself, JSON; empty after retention.
    pub body: String,
}

/// A sample without its bytes.
#[derive(Clone, PartialEq)]
pub struct SampleInfo {
    /// Its identifier.
    pub id: String,
    /// The number of the entries when it was kept (the last of its step).
    pub entry: u32,
    /// Face, signature, fingerprint, iris.
    pub modality: String,
    /// Finger or eye position; 0 where there is none.
    pub position: u8,
    /// Media type of the bytes.
    pub media: String,
    /// Length of the sample in bytes.
    pub length: u64,
    /// The template made from it.
    pub template: Option<Vec<u8>>,
}

/// How far the store itself has taken a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RecordState {
    /// Being recorded; samples are readable.
    Open,
    /// Finished and sealed; waits for approval.
    Sealed,
    /// Approved; only the district can open it.
    Approved,
    /// Acknowledged and past retention: bodies and copies are gone.
    Closed,
    /// Given up before approval; the NIK is free again.
    Void,
}

impl RecordState {
    /// The word in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Sealed => "sealed",
            Self::Approved => "approved",
            Self::Closed => "closed",
            Self::Void => "void",
        }
    }

    fn parse(text: &str) -> Option<Self> {
        [Self::Open, Self::Sealed, Self::Approved, Self::Closed, Self::Void].into_iter().find(|s| s.as_str() == text)
    }
}

/// A record in a list.
#[derive(Clone, PartialEq)]
pub struct RecordSummary {
    /// Its identifier.
    pub id: String,
    /// Whose, and where it stands.
    pub head: RecordHead,
    /// How far the store has taken it.
    pub state: RecordState,
    /// The number of entries.
    pub seq: u32,
    /// Time of the first entry.
    pub opened_at: OffsetDateTime,
    /// Time of the last entry.
    pub changed_at: OffsetDateTime,
    /// When it was sealed.
    pub sealed_at: Option<OffsetDateTime>,
    /// When it was approved.
    pub approved_at: Option<OffsetDateTime>,
    /// The batch that carries it.
    pub batch: Option<u32>,
}

/// A record with all its entries.
#[derive(Clone, PartialEq)]
pub struct Journal {
    /// The record.
    pub summary: RecordSummary,
    /// Its entries in order.
    pub entries: Vec<Entry>,
}

/// Which records; every `None` means any. Newest first.
#[derive(Clone, Default)]
pub struct RecordFilter {
    /// Opened in this half-open span (a day: from its first moment to the next day's).
    pub opened: Option<Range<OffsetDateTime>>,
    /// Last changed in this half-open span.
    pub changed: Option<Range<OffsetDateTime>>,
    /// How far the store has taken it.
    pub state: Option<RecordState>,
    /// The domain's status word.
    pub status: Option<String>,
    /// The class.
    pub class: Option<String>,
    /// The NIK, whole.
    pub nik: Option<String>,
    /// At most this many.
    pub limit: Option<u32>,
}

/// Debug output reaches logs, and logs hold no personal data.
macro_rules! anonymous_debug {
    ($($name:ident { $($field:ident),* })*) => {$(
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_struct(stringify!($name))$(.field(stringify!($field), &self.$field))*.finish_non_exhaustive()
            }
        }
    )*};
}
pub(super) use anonymous_debug;

anonymous_debug! {
    RecordHead { class, status, step }
    NewEntry { at, actor, device, kind }
    NewSample { id, modality, position, media }
    Entry { seq, audit, at, actor, device, kind }
    SampleInfo { id, entry, modality, position, media, length }
    RecordSummary { id, head, state, seq, batch }
    Journal { summary }
    RecordFilter { opened, changed, state, status, class, limit }
}

const SUMMARY: &str = "SELECT r.*, s.sealed_at, s.approved_at, b.batch FROM record r
    LEFT JOIN sealed s ON s.record = r.id LEFT JOIN batch_record b ON b.record = r.id";

fn summary(row: &Row<'_>) -> rusqlite::Result<RecordSummary> {
    let state: String = row.get("state")?;
    Ok(RecordSummary {
        id: row.get("id")?,
        head: RecordHead {
            nik: row.get("nik")?,
            class: row.get("class")?,
            status: row.get("status")?,
            step: row.get("step")?,
        },
        state: RecordState::parse(&state).ok_or(rusqlite::Error::InvalidQuery)?,
        seq: row.get("seq")?,
        opened_at: moment_at(row, "opened_at")?,
        changed_at: moment_at(row, "changed_at")?,
        sealed_at: maybe_moment_at(row, "sealed_at")?,
        approved_at: maybe_moment_at(row, "approved_at")?,
        batch: row.get("batch")?,
    })
}

impl Db {
    /// Appends entries and samples to an open record, creating it when `expected_seq` is 0. One transaction.
    ///
    /// Returns the new number of entries.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when the record has another number of entries, [`StoreError::NikTaken`] when the
    /// NIK has another live record, [`StoreError::State`] when the record is sealed or void.
    pub fn append(
        &mut self,
        record: &str,
        expected_seq: u32,
        head: &RecordHead,
        entries: &[NewEntry],
        samples: &[NewSample],
    ) -> Result<u32> {
        self.atomically(|db| {
            let seq = db.write_entries(record, expected_seq, head, entries, &[RecordState::Open])?;
            for sample in samples {
                db.change(
                    "INSERT INTO sample (id, record, entry, modality, position, media, template, bytes)
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
                    params![
                        sample.id,
                        record,
                        seq,
                        sample.modality,
                        sample.position,
                        sample.media,
                        sample.template,
                        sample.bytes
                    ],
                )?;
            }
            Ok(seq)
        })
    }

    /// Writes entries and the head of a record that is in one of `allowed` states. Within a transaction.
    pub(super) fn write_entries(
        &mut self,
        record: &str,
        expected_seq: u32,
        head: &RecordHead,
        entries: &[NewEntry],
        allowed: &[RecordState],
    ) -> Result<u32> {
        let found = self.one("SELECT seq, state, nik FROM record WHERE id = ?1", [record], |r| {
            Ok((r.get::<_, u32>(0)?, r.get::<_, String>(1)?, r.get::<_, String>(2)?))
        })?;
        let at = entries.last().map(|e| nanos(e.at));
        match found {
            Some((seq, _, _)) if seq != expected_seq => {
                return Err(StoreError::Conflict { expected: expected_seq, found: seq });
            }
            None if expected_seq != 0 => return Err(StoreError::Conflict { expected: expected_seq, found: 0 }),
            Some((_, _, nik)) if nik != head.nik => {
                return Err(StoreError::State { thing: "record", state: "another resident's".into() });
            }
            Some((_, state, _)) if !allowed.iter().any(|s| s.as_str() == state) => {
                return Err(StoreError::State { thing: "record", state });
            }
            Some(_) => {}
            None => self.create_record(record, head, at)?,
        }
        let mut seq = expected_seq;
        for entry in entries {
            seq = seq.saturating_add(1);
            self.write_entry(record, seq, entry)?;
        }
        self.change(
            "UPDATE record SET class = ?2, status = ?3, step = ?4, seq = ?5, changed_at = coalesce(?6, changed_at)
             WHERE id = ?1",
            params![record, head.class, head.status, head.step, seq, at],
        )?;
        Ok(seq)
    }

    fn create_record(&mut self, record: &str, head: &RecordHead, at: Option<i64>) -> Result<()> {
        let at = at.ok_or(StoreError::NotFound("entry"))?;
        if let Some(record) = self.live_record(&head.nik)? {
            return Err(StoreError::NikTaken { record });
        }
        self.change(
            "INSERT INTO record (id, nik, class, status, step, state, seq, opened_at, changed_at)
             VALUES (?1, ?2, ?3, ?4, ?5, 'open', 0, ?6, ?6)",
            params![record, head.nik, head.class, head.status, head.step, at],
        )?;
        Ok(())
    }

    fn write_entry(&mut self, record: &str, seq: u32, entry: &NewEntry) -> Result<()> {
        let act = Act {
            at: entry.at,
            actor: &entry.actor,
            device: entry.device.as_deref(),
            kind: &entry.kind,
            record: Some(record),
            body: &entry.body,
        };
        let audit = self.chain(&act, false)?;
        self.change(
            "INSERT INTO entry (record, seq, audit, body) VALUES (?1, ?2, ?3, ?4)",
            params![record, seq, audit.cast_signed(), entry.body],
        )?;
        Ok(())
    }

    /// The live record (open, sealed or approved) of a NIK.
    pub fn live_record(&self, nik: &str) -> Result<Option<String>> {
        self.one("SELECT id FROM record WHERE nik = ?1 AND state IN ('open', 'sealed', 'approved')", [nik], |r| {
            r.get(0)
        })
    }

    /// One record's head and state.
    pub fn summary(&self, record: &str) -> Result<RecordSummary> {
        self.one(&format!("{SUMMARY} WHERE r.id = ?1"), [record], summary)?.ok_or(StoreError::NotFound("record"))
    }

    /// A record with all its entries.
    pub fn load(&self, record: &str) -> Result<Journal> {
        let summary = self.summary(record)?;
        let entries = self.all(
            "SELECT e.seq, e.audit, a.at, a.actor, a.device, a.kind, coalesce(e.body, '') AS body
             FROM entry e JOIN audit a ON a.seq = e.audit WHERE e.record = ?1 ORDER BY e.seq",
            [record],
            |r| {
                Ok(Entry {
                    seq: r.get("seq")?,
                    audit: r.get::<_, i64>("audit")?.cast_unsigned(),
                    at: moment_at(r, "at")?,
                    actor: r.get("actor")?,
                    device: r.get("device")?,
                    kind: r.get("kind")?,
                    body: r.get("body")?,
                })
            },
        )?;
        if entries.len() != summary.seq as usize {
            return Err(StoreError::corrupt("the journal of a record"));
        }
        Ok(Journal { summary, entries })
    }

    /// The samples of a record, in the order in which they were kept. Empty once the record is sealed.
    pub fn samples(&self, record: &str) -> Result<Vec<SampleInfo>> {
        self.all(
            "SELECT id, entry, modality, position, media, length(bytes) AS length, template
             FROM sample WHERE record = ?1 ORDER BY rowid",
            [record],
            |r| {
                Ok(SampleInfo {
                    id: r.get("id")?,
                    entry: r.get("entry")?,
                    modality: r.get("modality")?,
                    position: r.get("position")?,
                    media: r.get("media")?,
                    length: r.get::<_, i64>("length")?.cast_unsigned(),
                    template: r.get("template")?,
                })
            },
        )
    }

    /// The bytes of one sample.
    pub fn sample_bytes(&self, id: &str) -> Result<Vec<u8>> {
        self.one("SELECT bytes FROM sample WHERE id = ?1", [id], |r| r.get(0))?.ok_or(StoreError::NotFound("sample"))
    }

    /// Forgets samples that were replaced by better ones.
    pub fn discard_samples(&mut self, ids: &[&str]) -> Result<usize> {
        self.atomically(|db| ids.iter().map(|id| db.change("DELETE FROM sample WHERE id = ?1", [id])).sum())
    }

    /// Records that are being recorded, oldest first.
    pub fn open_records(&self) -> Result<Vec<RecordSummary>> {
        self.all(&format!("{SUMMARY} WHERE r.state = 'open' ORDER BY r.opened_at, r.id"), [], summary)
    }

    /// The records that match, newest first.
    pub fn records(&self, filter: &RecordFilter) -> Result<Vec<RecordSummary>> {
        let mut sql = format!("{SUMMARY} WHERE true");
        let mut values: Vec<Value> = Vec::new();
        let mut and = |condition: &str, value: Value| {
            sql.push_str(" AND ");
            sql.push_str(condition);
            values.push(value);
        };
        if let Some(span) = &filter.opened {
            and("r.opened_at >= ?", nanos(span.start).into());
            and("r.opened_at < ?", nanos(span.end).into());
        }
        if let Some(span) = &filter.changed {
            and("r.changed_at >= ?", nanos(span.start).into());
            and("r.changed_at < ?", nanos(span.end).into());
        }
        if let Some(state) = filter.state {
            and("r.state = ?", state.as_str().to_owned().into());
        }
        let words = [("r.status = ?", &filter.status), ("r.class = ?", &filter.class), ("r.nik = ?", &filter.nik)];
        for (condition, word) in words {
            if let Some(word) = word {
                and(condition, word.clone().into());
            }
        }
        sql.push_str(" ORDER BY r.opened_at DESC, r.id LIMIT ?");
        values.push(filter.limit.map_or(-1, i64::from).into());
        self.all(&sql, params_from_iter(values), summary)
    }
}
