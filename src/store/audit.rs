//! The audit chain: who did what and when, in an order that cannot be rewritten unnoticed.
//!
//! Every row carries the hash of the row before it; a signed head (row number and hash, in every exported batch)
//! then vouches for everything up to it. The body of an act may hold personal data and must be deletable after
//! retention, so only its SHA-256 is in the chain. Journal entries are acts too: their bodies lie with the
//! journal, and are checked against the same digests.

use rusqlite::params;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use time::OffsetDateTime;

use super::db::{Db, moment, nanos};
use super::error::{Result, StoreError};

/// A SHA-256 digest.
pub type Sha256Digest = [u8; 32];

/// The end of the chain: signing it vouches for every row up to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditHead {
    /// The number of the last row; rows are numbered from 1 without gaps. 0 for an empty chain.
    pub seq: u64,
    /// The hash of that row; the chain's genesis when empty.
    pub hash: Sha256Digest,
}

/// One row of the chain.
#[derive(Debug, Clone, PartialEq)]
pub struct AuditRow {
    /// The row's number.
    pub seq: u64,
    /// When.
    pub at: OffsetDateTime,
    /// Who (a login name, or a part of the program).
    pub actor: String,
    /// With which device.
    pub device: Option<String>,
    /// What kind of act.
    pub kind: String,
    /// On which record.
    pub record: Option<String>,
    /// The digest of the act's body.
    pub body_sha256: Sha256Digest,
    /// The hash of the row before.
    pub prev: Sha256Digest,
    /// This row's hash.
    pub hash: Sha256Digest,
}

/// An act to be recorded.
#[derive(Debug, Clone, Copy)]
pub struct Act<'a> {
    /// When.
    pub at: OffsetDateTime,
    /// Who.
    pub actor: &'a str,
    /// With which device.
    pub device: Option<&'a str>,
    /// What kind of act.
    pub kind: &'a str,
    /// On which record (a random identifier, never a NIK).
    pub record: Option<&'a str>,
    /// Details as JSON; the only place for personal data.
    pub body: &'a str,
}

/// What is wrong with a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Break {
    /// The row is missing or out of order.
    Missing,
    /// The row does not follow from the one before it.
    Unlinked,
    /// The row's own facts were changed.
    Changed,
    /// The body is not the one that was recorded.
    Body,
    /// The chain differs from the head that was signed, or ends before it.
    Head,
}

/// The result of verifying the chain.
#[derive(Debug, Clone, PartialEq)]
pub struct AuditReport {
    /// Rows read.
    pub rows: u64,
    /// The end of the chain as it is.
    pub head: AuditHead,
    /// The first row that is wrong, and how.
    pub first_break: Option<(u64, Break)>,
}

impl AuditReport {
    /// Whether nothing is wrong.
    pub fn is_sound(&self) -> bool {
        self.first_break.is_none()
    }
}

impl AuditRow {
    /// The row's hash from its facts: a tag, then every field with its length before it, big-endian.
    pub fn compute_hash(&self) -> Sha256Digest {
        let mut hash = Sha256::new();
        hash.update(b"rekam audit row 1");
        hash.update(self.seq.to_be_bytes());
        hash.update(nanos(self.at).to_be_bytes());
        for field in [Some(self.actor.as_str()), self.device.as_deref(), Some(&self.kind), self.record.as_deref()] {
            hash.update([u8::from(field.is_some())]);
            let text = field.unwrap_or_default();
            hash.update((text.len() as u64).to_be_bytes());
            hash.update(text.as_bytes());
        }
        hash.update(self.body_sha256);
        hash.update(self.prev);
        hash.finalize().into()
    }
}

/// Whether rows from another place (a batch) form an unbroken chain after `before`.
pub fn rows_follow(before: &AuditHead, rows: &[AuditRow]) -> Result<AuditHead, (u64, Break)> {
    rows.iter().try_fold(*before, |head, row| check(&head, row))
}

fn check(head: &AuditHead, row: &AuditRow) -> Result<AuditHead, (u64, Break)> {
    let expected = head.seq.saturating_add(1);
    if row.seq != expected {
        return Err((expected, Break::Missing));
    }
    if row.prev != head.hash {
        return Err((expected, Break::Unlinked));
    }
    if row.hash != row.compute_hash() {
        return Err((expected, Break::Changed));
    }
    Ok(AuditHead { seq: row.seq, hash: row.hash })
}

/// SHA-256 of a text.
pub(super) fn digest(text: &str) -> Sha256Digest {
    Sha256::digest(text.as_bytes()).into()
}

const COLUMNS: &str = "a.seq, a.at, a.actor, a.device, a.kind, a.record, a.body_sha256, a.prev, a.hash";

fn row_from(row: &rusqlite::Row<'_>) -> rusqlite::Result<AuditRow> {
    Ok(AuditRow {
        seq: u64::try_from(row.get::<_, i64>(0)?).unwrap_or_default(),
        at: moment(row.get(1)?),
        actor: row.get(2)?,
        device: row.get(3)?,
        kind: row.get(4)?,
        record: row.get(5)?,
        body_sha256: row.get(6)?,
        prev: row.get(7)?,
        hash: row.get(8)?,
    })
}

impl Db {
    /// Records an act with its body.
    pub fn audit(&mut self, act: &Act<'_>) -> Result<u64> {
        self.atomically(|db| db.chain(act, true))
    }

    /// Adds a row to the chain; `keep_body` is false when the body lies elsewhere.
    pub(super) fn chain(&mut self, act: &Act<'_>, keep_body: bool) -> Result<u64> {
        let head = self.audit_head()?;
        let mut row = AuditRow {
            seq: head.seq.saturating_add(1),
            at: moment(nanos(act.at)),
            actor: act.actor.to_owned(),
            device: act.device.map(str::to_owned),
            kind: act.kind.to_owned(),
            record: act.record.map(str::to_owned),
            body_sha256: digest(act.body),
            prev: head.hash,
            hash: [0; 32],
        };
        row.hash = row.compute_hash();
        self.change(
            "INSERT INTO audit (seq, at, actor, device, kind, record, body, body_sha256, prev, hash)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
            params![
                row.seq.cast_signed(),
                nanos(row.at),
                row.actor,
                row.device,
                row.kind,
                row.record,
                keep_body.then_some(act.body),
                row.body_sha256,
                row.prev,
                row.hash
            ],
        )?;
        Ok(row.seq)
    }

    /// The end of the chain.
    pub fn audit_head(&self) -> Result<AuditHead> {
        let last = self.one("SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1", [], |r| {
            Ok(AuditHead { seq: r.get::<_, i64>(0)?.cast_unsigned(), hash: r.get(1)? })
        })?;
        match last {
            Some(head) => Ok(head),
            None => Ok(AuditHead { seq: 0, hash: digest(&self.meta("audit_genesis")?) }),
        }
    }

    /// The rows after `seq`, in order.
    pub fn audit_since(&self, seq: u64) -> Result<Vec<AuditRow>> {
        let sql = format!("SELECT {COLUMNS} FROM audit a WHERE a.seq > ?1 ORDER BY a.seq");
        self.all(&sql, [i64::try_from(seq).unwrap_or(i64::MAX)], row_from)
    }

    /// The body of an act or journal entry; `None` when it was cleared.
    pub fn audit_body(&self, seq: u64) -> Result<Option<String>> {
        self.one(
            "SELECT coalesce(a.body, e.body) FROM audit a LEFT JOIN entry e ON e.audit = a.seq WHERE a.seq = ?1",
            [seq.cast_signed()],
            |r| r.get(0),
        )?
        .ok_or(StoreError::NotFound("audit row"))
    }

    /// Clears the bodies of acts before `before` (retention); the chain stays.
    pub fn audit_clear_bodies(&mut self, before: OffsetDateTime) -> Result<usize> {
        self.change("UPDATE audit SET body = NULL WHERE body IS NOT NULL AND at < ?1", [nanos(before)])
    }

    /// Reads the whole chain and every body that is still there. With a head that was signed earlier, the chain
    /// must also contain exactly that row: otherwise an end cut off cannot be seen.
    pub fn verify_chain(&self, signed: Option<&AuditHead>) -> Result<AuditReport> {
        let genesis = digest(&self.meta("audit_genesis")?);
        let mut report = AuditReport { rows: 0, head: AuditHead { seq: 0, hash: genesis }, first_break: None };
        let mut signed_seen = signed.is_none_or(|s| s.seq == 0 && s.hash == genesis);
        let sql = format!(
            "SELECT {COLUMNS}, coalesce(a.body, e.body), e.record FROM audit a LEFT JOIN entry e ON e.audit = a.seq
             ORDER BY a.seq"
        );
        let mut statement = self.connection.prepare(&sql)?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            report.rows += 1;
            let Ok(facts) = row_from(row) else {
                report.first_break = Some((report.head.seq + 1, Break::Changed));
                break;
            };
            match check(&report.head, &facts) {
                Ok(head) => report.head = head,
                Err(found) => {
                    report.first_break = Some(found);
                    break;
                }
            }
            let body: Option<String> = row.get(9)?;
            let owner: Option<String> = row.get(10)?;
            let moved = owner.is_some() && owner != facts.record;
            if moved || body.is_some_and(|b| digest(&b) != facts.body_sha256) {
                report.first_break = Some((facts.seq, Break::Body));
                break;
            }
            signed_seen |= signed == Some(&report.head);
        }
        self.intact()?;
        if report.first_break.is_none()
            && !signed_seen
            && let Some(signed) = signed
        {
            report.first_break = Some((signed.seq, Break::Head));
        }
        Ok(report)
    }
}
