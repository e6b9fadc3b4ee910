//! Buku harian: the day as typed rows and counters, for the window and for paper.
//!
//! A record belongs to every day on which somebody worked on it at the desk: a resident who was rescheduled and comes
//! back stands in the lists of both days. What happens to a record later in the back room (approval, export) does not
//! bring it into a list, it only changes what the list says of it.

use std::collections::BTreeMap;

use time::{Date, Duration, OffsetDateTime};

use super::queue::{self, Counters, Rules};
use super::zone::Zone;
use super::{OfficeError, Result, register};
use crate::domain::nik::Nik;
use crate::domain::session::{Event, Exception, RecordClass, RecordId, Session, Status, What};
use crate::store::{Db, RecordFilter, RecordState, RecordSummary};

/// A day at the station.
#[derive(Debug, Clone, PartialEq)]
pub struct DayBook {
    /// Which day, local.
    pub date: Date,
    /// By which clock.
    pub zone: Zone,
    /// The day's records in order of their beginning.
    pub rows: Vec<DayRow>,
    /// The day in numbers.
    pub totals: Totals,
    /// The line before the desks.
    pub queue: Counters,
    /// Possible duplicates that wait for a supervisor, of any day, oldest first.
    pub hits: Vec<Waiting>,
    /// Finished records that wait for approval, of any day, oldest first.
    pub approvals: Vec<Waiting>,
}

/// One record in the list.
#[derive(Clone, PartialEq)]
pub struct DayRow {
    /// Its number.
    pub record: RecordId,
    /// Whose; `None` when the number in the store is none.
    pub nik: Option<Nik>,
    /// The name with titles; empty when neither journal nor register know it any more.
    pub name: String,
    /// Where the data came from.
    pub class: Option<RecordClass>,
    /// First act of the day.
    pub began_at: OffsetDateTime,
    /// Last act of the day.
    pub ended_at: OffsetDateTime,
    /// What became of it.
    pub outcome: Outcome,
    /// Slots that stayed empty.
    pub exceptions: Vec<Exception>,
    /// Possible duplicates nobody has decided on.
    pub open_hits: usize,
    /// The batch that carries it.
    pub batch: Option<u32>,
}

impl std::fmt::Debug for DayRow {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { record, nik, outcome, batch, .. } = self;
        f.debug_struct("DayRow")
            .field("record", record)
            .field("nik", nik)
            .field("outcome", outcome)
            .field("batch", batch)
            .finish_non_exhaustive()
    }
}

/// Where a record stands, as a list says it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// At the desk.
    Open,
    /// Made way; still to be finished.
    Parked,
    /// Comes again on that day.
    Rescheduled(Date),
    /// Given up, with the operator's reason.
    Cancelled(String),
    /// Recorded; waits for approval.
    Recorded,
    /// Released.
    Approved,
    /// Left in a batch.
    Exported,
    /// Undone.
    Voided,
    /// The journal is gone after retention; the store's word is left.
    Closed,
}

impl Outcome {
    /// Whether the resident was recorded.
    pub fn is_recorded(&self) -> bool {
        matches!(self, Self::Recorded | Self::Approved | Self::Exported | Self::Closed)
    }

    /// The key of its words.
    pub fn key(&self) -> &'static str {
        match self {
            Self::Open => "day-open",
            Self::Parked => "day-parked",
            Self::Rescheduled(_) => "day-rescheduled",
            Self::Cancelled(_) => "day-cancelled",
            Self::Recorded => "day-recorded",
            Self::Approved => "day-approved",
            Self::Exported => "day-exported",
            Self::Voided => "day-voided",
            Self::Closed => "day-closed",
        }
    }
}

/// The day in numbers; every row is counted in exactly one of `recorded`, `rescheduled`, `failed`, `voided` and
/// `unfinished`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Totals {
    /// Residents who came to a desk.
    pub rows: usize,
    /// Recorded.
    pub recorded: usize,
    /// Of those, with at least one exception.
    pub with_exceptions: usize,
    /// Of those, gone in a batch.
    pub exported: usize,
    /// To come again after a correction.
    pub rescheduled: usize,
    /// Given up.
    pub failed: usize,
    /// Given up, by reason.
    pub failed_by_reason: BTreeMap<String, usize>,
    /// Undone after they were finished.
    pub voided: usize,
    /// At the desk or parked.
    pub unfinished: usize,
}

impl Totals {
    /// Counts rows.
    pub fn of(rows: &[DayRow]) -> Self {
        let mut totals = Self { rows: rows.len(), ..Self::default() };
        for row in rows {
            match &row.outcome {
                Outcome::Open | Outcome::Parked => totals.unfinished += 1,
                Outcome::Rescheduled(_) => totals.rescheduled += 1,
                Outcome::Cancelled(reason) => {
                    totals.failed += 1;
                    *totals.failed_by_reason.entry(reason.clone()).or_default() += 1;
                }
                Outcome::Voided => totals.voided += 1,
                Outcome::Recorded | Outcome::Approved | Outcome::Exported | Outcome::Closed => {
                    totals.recorded += 1;
                    totals.with_exceptions += usize::from(!row.exceptions.is_empty());
                    totals.exported += usize::from(matches!(row.outcome, Outcome::Exported | Outcome::Closed));
                }
            }
        }
        totals
    }
}

/// Something that waits for a supervisor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    /// The record.
    pub record: RecordId,
    /// Since when.
    pub since: OffsetDateTime,
    /// For how long.
    pub age: Duration,
}

/// Reads a day.
///
/// # Errors
/// The store; [`OfficeError::Journal`] when a record of the day cannot be read.
pub fn read(db: &Db, date: Date, zone: Zone, now: OffsetDateTime) -> Result<DayBook> {
    let mut rows = Vec::new();
    for summary in candidates(db, date, zone)? {
        rows.extend(row(db, &summary, date, zone)?);
    }
    rows.sort_by(|a, b| (a.began_at, &a.record).cmp(&(b.began_at, &b.record)));
    let totals = Totals::of(&rows);
    let queue = Counters::of(&queue::tickets(db, date)?, &Rules::default());
    let (hits, approvals) = (hits(db, now)?, approvals(db, now)?);
    Ok(DayBook { date, zone, rows, totals, queue, hits, approvals })
}

/// Records that were touched on the day or later, and begun before its end.
fn candidates(db: &Db, date: Date, zone: Zone) -> Result<Vec<RecordSummary>> {
    let day = zone.day(date);
    let filter = RecordFilter { changed: Some(day.start..FAR), ..RecordFilter::default() };
    Ok(db.records(&filter)?.into_iter().filter(|summary| summary.opened_at < day.end).collect())
}

/// After every moment the store can hold.
const FAR: OffsetDateTime = time::macros::datetime!(9999-12-31 0:00 UTC);

fn row(db: &Db, summary: &RecordSummary, date: Date, zone: Zone) -> Result<Option<DayRow>> {
    let journal = db.load(&summary.id)?;
    let at_desk = |kind: &str| !BACK_ROOM.contains(&kind);
    let mut moments = journal.entries.iter().filter(|entry| at_desk(&entry.kind)).map(|entry| entry.at);
    let day = zone.day(date);
    let Some(began_at) = moments.find(|at| day.contains(at)) else { return Ok(None) };
    let ended_at = moments.rfind(|at| day.contains(at)).unwrap_or(began_at);
    let record = RecordId(summary.id.clone());
    let nik: Option<Nik> = summary.head.nik.parse().ok();
    let bare = DayRow {
        record: record.clone(),
        nik,
        name: String::new(),
        class: None,
        began_at,
        ended_at,
        outcome: if summary.state == RecordState::Void { Outcome::Voided } else { Outcome::Closed },
        exceptions: Vec::new(),
        open_hits: 0,
        batch: summary.batch,
    };
    // After retention the bodies are gone.
    if journal.entries.iter().any(|entry| entry.body.is_empty()) {
        let known = db.register_get(&summary.head.nik)?.as_ref().map(register::resident_of).transpose()?;
        return Ok(Some(DayRow { name: known.map(|r| r.titled_name()).unwrap_or_default(), ..bare }));
    }
    let unreadable =
        |source: Box<dyn std::error::Error + Send + Sync>| OfficeError::Journal { record: summary.id.clone(), source };
    let events: Vec<Event> = journal
        .entries
        .iter()
        .map(|entry| serde_json::from_str(&entry.body))
        .collect::<Result<_, _>>()
        .map_err(|error| unreadable(error.into()))?;
    let reason = events.iter().rev().find_map(|event| match &event.what {
        What::Cancelled { reason } => Some(reason.clone()),
        _ => None,
    });
    let session = Session::replay(record, events).map_err(|error| unreadable(error.into()))?;
    Ok(Some(DayRow {
        name: session.resident().titled_name(),
        class: Some(session.class()),
        outcome: outcome(session.status(), reason),
        exceptions: session.exceptions().cloned().collect(),
        open_hits: session.undecided_hits().count(),
        ..bare
    }))
}

/// Kinds of entries that are not made at the desk.
const BACK_ROOM: [&str; 5] = ["approved", "exported", "hit_decided", "voided", "recall_sent"];

fn outcome(status: &Status, reason: Option<String>) -> Outcome {
    match status {
        Status::Open => Outcome::Open,
        Status::Parked => Outcome::Parked,
        Status::Rescheduled(date) => Outcome::Rescheduled(*date),
        Status::Cancelled => Outcome::Cancelled(reason.unwrap_or_default()),
        Status::Completed => Outcome::Recorded,
        Status::Approved => Outcome::Approved,
        Status::Exported => Outcome::Exported,
        Status::Voided(_) => Outcome::Voided,
    }
}

fn hits(db: &Db, now: OffsetDateTime) -> Result<Vec<Waiting>> {
    let pending = db.adjudications_pending()?.into_iter();
    Ok(pending.map(|hit| waiting(hit.record, hit.opened_at, now)).collect())
}

fn approvals(db: &Db, now: OffsetDateTime) -> Result<Vec<Waiting>> {
    let filter = RecordFilter { state: Some(RecordState::Sealed), ..RecordFilter::default() };
    let sealed = db.records(&filter)?.into_iter();
    let mut found: Vec<Waiting> =
        sealed.map(|summary| waiting(summary.id, summary.sealed_at.unwrap_or(summary.changed_at), now)).collect();
    found.sort_by_key(|waiting| waiting.since);
    Ok(found)
}

fn waiting(record: String, since: OffsetDateTime, now: OffsetDateTime) -> Waiting {
    Waiting { record: RecordId(record), since, age: now - since }
}

#[cfg(test)]
mod tests;
