//! The queue: numbers per day, families under one number, priority first, recall, absent, parked.

use rusqlite::{Row, params};
use time::OffsetDateTime;

use super::db::{Db, maybe_moment_at, moment_at, nanos};
use super::error::{Result, StoreError};

/// Where a ticket is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TicketState {
    /// In the queue.
    Waiting,
    /// Called to a desk.
    Called,
    /// At the desk.
    Serving,
    /// Finished.
    Done,
    /// Called and not there.
    Absent,
    /// Set aside, to come back to.
    Parked,
}

impl TicketState {
    /// Every state, in the order of a ticket's life.
    pub const ALL: [Self; 6] = [Self::Waiting, Self::Called, Self::Serving, Self::Done, Self::Absent, Self::Parked];

    /// The word in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Called => "called",
            Self::Serving => "serving",
            Self::Done => "done",
            Self::Absent => "absent",
            Self::Parked => "parked",
        }
    }
}

/// A ticket.
#[derive(Clone, PartialEq)]
pub struct Ticket {
    /// Unique in the store.
    pub id: i64,
    /// The day, `yyyy-mm-dd`, local.
    pub day: String,
    /// The number of the day, from 1.
    pub number: u32,
    /// Where it is.
    pub state: TicketState,
    /// Whether it goes first (elderly, disabled, pregnant).
    pub priority: bool,
    /// The family card's number, for a family under one number.
    pub family: Option<String>,
    /// The resident, once known.
    pub nik: Option<String>,
    /// The record, once begun.
    pub record: Option<String>,
    /// The desk that called it.
    pub desk: Option<String>,
    /// How often it was called.
    pub calls: u32,
    /// When it was drawn.
    pub issued_at: OffsetDateTime,
    /// When it was last called.
    pub called_at: Option<OffsetDateTime>,
    /// When it came to the desk.
    pub served_at: Option<OffsetDateTime>,
    /// When it was finished.
    pub ended_at: Option<OffsetDateTime>,
}

/// A ticket to be drawn.
#[derive(Clone, Default)]
pub struct NewTicket {
    /// The day, `yyyy-mm-dd`, local.
    pub day: String,
    /// Whether it goes first.
    pub priority: bool,
    /// The family card's number.
    pub family: Option<String>,
    /// The resident, when known.
    pub nik: Option<String>,
}

use super::journal::anonymous_debug;
use std::fmt;
anonymous_debug! {
    Ticket { id, day, number, state, priority, desk, calls }
    NewTicket { day, priority }
}

fn ticket(row: &Row<'_>) -> rusqlite::Result<Ticket> {
    let state: String = row.get("state")?;
    Ok(Ticket {
        id: row.get("id")?,
        day: row.get("day")?,
        number: row.get("number")?,
        state: TicketState::ALL.into_iter().find(|s| s.as_str() == state).ok_or(rusqlite::Error::InvalidQuery)?,
        priority: row.get("priority")?,
        family: row.get("family")?,
        nik: row.get("nik")?,
        record: row.get("record")?,
        desk: row.get("desk")?,
        calls: row.get("calls")?,
        issued_at: moment_at(row, "issued_at")?,
        called_at: maybe_moment_at(row, "called_at")?,
        served_at: maybe_moment_at(row, "served_at")?,
        ended_at: maybe_moment_at(row, "ended_at")?,
    })
}

impl Db {
    /// Draws the next number of the day.
    pub fn ticket_draw(&mut self, new: &NewTicket, at: OffsetDateTime) -> Result<Ticket> {
        self.atomically(|db| {
            let number: u32 = db
                .one("SELECT coalesce(max(number), 0) + 1 FROM ticket WHERE day = ?1", [&new.day], |r| r.get(0))?
                .unwrap_or(1);
            db.change(
                "INSERT INTO ticket (day, number, state, priority, family, nik, calls, issued_at)
                 VALUES (?1, ?2, 'waiting', ?3, ?4, ?5, 0, ?6)",
                params![new.day, number, new.priority, new.family, new.nik, nanos(at)],
            )?;
            db.ticket(db.connection.last_insert_rowid())
        })
    }

    /// One ticket.
    pub fn ticket(&self, id: i64) -> Result<Ticket> {
        self.one("SELECT * FROM ticket WHERE id = ?1", [id], ticket)?.ok_or(StoreError::NotFound("ticket"))
    }

    /// The tickets of a day in order of number.
    pub fn tickets(&self, day: &str) -> Result<Vec<Ticket>> {
        self.all("SELECT * FROM ticket WHERE day = ?1 ORDER BY number", [day], ticket)
    }

    /// Calls the next waiting ticket of the day to a desk: priority first, then by number. No ticket is ever
    /// called to two desks.
    pub fn ticket_call_next(&mut self, day: &str, desk: &str, at: OffsetDateTime) -> Result<Option<Ticket>> {
        self.atomically(|db| {
            let next: Option<i64> = db.one(
                "SELECT id FROM ticket WHERE day = ?1 AND state = 'waiting' ORDER BY priority DESC, number LIMIT 1",
                [day],
                |r| r.get(0),
            )?;
            next.map(|id| db.ticket_call(id, desk, at)).transpose()
        })
    }

    /// Calls (or recalls) one ticket to a desk: waiting, absent, parked, or called already.
    pub fn ticket_call(&mut self, id: i64, desk: &str, at: OffsetDateTime) -> Result<Ticket> {
        self.atomically(|db| {
            let changed = db.change(
                "UPDATE ticket SET state = 'called', desk = ?2, calls = calls + 1, called_at = ?3
                 WHERE id = ?1 AND state IN ('waiting', 'called', 'absent', 'parked')",
                params![id, desk, nanos(at)],
            )?;
            let ticket = db.ticket(id)?;
            if changed == 0 {
                return Err(StoreError::State { thing: "ticket", state: ticket.state.as_str().into() });
            }
            Ok(ticket)
        })
    }

    /// Moves a ticket to another state and notes the time.
    pub fn ticket_move(&mut self, id: i64, state: TicketState, at: OffsetDateTime) -> Result<Ticket> {
        self.atomically(|db| {
            let sql = match state {
                TicketState::Serving => {
                    "UPDATE ticket SET state = ?2, served_at = coalesce(served_at, ?3) WHERE id = ?1"
                }
                TicketState::Done => "UPDATE ticket SET state = ?2, ended_at = ?3 WHERE id = ?1",
                TicketState::Called => "UPDATE ticket SET state = ?2, called_at = ?3 WHERE id = ?1",
                TicketState::Waiting | TicketState::Absent | TicketState::Parked => {
                    "UPDATE ticket SET state = ?2, ended_at = NULL WHERE id = ?1 AND ?3 IS NOT NULL"
                }
            };
            db.change(sql, params![id, state.as_str(), nanos(at)])?;
            db.ticket(id)
        })
    }

    /// Says whose ticket it is and which record it became.
    pub fn ticket_link(&mut self, id: i64, nik: Option<&str>, record: Option<&str>) -> Result<Ticket> {
        self.atomically(|db| {
            db.change(
                "UPDATE ticket SET nik = coalesce(?2, nik), record = coalesce(?3, record) WHERE id = ?1",
                params![id, nik, record],
            )?;
            db.ticket(id)
        })
    }
}
