//! The queue: numbers of the day, calling, absence.
//!
//! Who is called next at a desk, in this order:
//!
//! 1. The next member of the family that the desk has just called (same family card), unless that call found nobody:
//!    families come together and lay one card on the table.
//! 2. The lowest priority number (elderly, disabled, pregnant), but after two priority calls in a row one ordinary
//!    number, so that a morning with many elderly people does not stop the line.
//! 3. The lowest number.
//!
//! Somebody who was called and is absent returns to their old place after [`Rules::return_after`] others have been
//! called, or at once when nobody else waits. After [`Rules::calls`] calls without an answer the number is *lost*: it
//! is not called by itself any more, and [`call`] still calls it when its holder shows up. A parked number (its
//! resident has begun and makes way for a while) also waits for [`call`].
//!
//! Every act is one job on the store's thread, so two desks can never call one number.

mod pick;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use time::{Date, Duration, OffsetDateTime};

pub use self::pick::next;

use super::{OfficeError, Result};
use crate::domain::dates::format_iso;
use crate::domain::kk::Kk;
use crate::domain::nik::Nik;
use crate::domain::resident::Resident;
use crate::store::{Db, NewTicket, Ticket, TicketState};

/// From this age (years) one goes first: UU 13/1998 calls people elderly from 60 on.
pub const ELDERLY_AT: u16 = 60;

/// Assumed until enough residents were served today: ministry's figures and newspaper reports lie at 3 to 5 minutes.
const USUAL_SERVICE: Duration = Duration::minutes(4);

/// Services from which today's own mean counts.
const ENOUGH: usize = 3;

/// How long absence is borne.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rules {
    /// Others called before an absent number returns to its place.
    pub return_after: usize,
    /// Calls, recalls included, after which an absent number is lost.
    pub calls: u32,
    /// Priority numbers in a row before an ordinary one.
    pub priority_in_a_row: usize,
}

impl Default for Rules {
    fn default() -> Self {
        Self { return_after: 3, calls: 3, priority_in_a_row: 2 }
    }
}

/// Why somebody goes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Priority {
    /// Sixty or older.
    Elderly,
    /// With a disability; asked at the door, never read from the register.
    Disabled,
    /// Pregnant.
    Pregnant,
}

impl Priority {
    /// What the register alone shows.
    pub fn of(resident: &Resident, today: Date) -> Option<Self> {
        resident.age(today).filter(|age| *age >= ELDERLY_AT).map(|_| Self::Elderly)
    }
}

/// Somebody who draws a number.
#[derive(Debug, Clone, Copy, Default)]
pub struct Visitor {
    /// Why they go first.
    pub priority: Option<Priority>,
    /// The family card, for families that come together.
    pub family: Option<Kk>,
    /// Who it is, when known.
    pub nik: Option<Nik>,
}

/// A number and what to tell its holder.
#[derive(Debug, Clone, PartialEq)]
pub struct Drawn {
    /// The ticket.
    pub ticket: Ticket,
    /// How many are called before.
    pub ahead: usize,
    /// When it will be called, about.
    pub expected: OffsetDateTime,
}

/// Draws the next number of the day.
///
/// # Errors
/// [`OfficeError::AlreadyInLine`] when the same NIK has a number today that is not finished.
pub fn draw(db: &mut Db, day: Date, visitor: &Visitor, at: OffsetDateTime) -> Result<Drawn> {
    let today = tickets(db, day)?;
    let nik = visitor.nik.map(|nik| nik.as_str().to_owned());
    let twice = today.iter().find(|t| nik.is_some() && t.nik == nik && t.state != TicketState::Done);
    if let Some(ticket) = twice {
        return Err(OfficeError::AlreadyInLine { number: ticket.number });
    }
    let family = visitor.family.map(|kk| kk.as_str().to_owned());
    let new = NewTicket { day: format_iso(day), priority: visitor.priority.is_some(), family, nik };
    let ticket = db.ticket_draw(&new, at)?;
    let today = tickets(db, day)?;
    let ahead = ahead(&today, &ticket);
    Ok(Drawn { expected: at + wait(&today, ahead), ahead, ticket })
}

/// Calls the next number to `desk` by the rules above; `None` when nobody waits.
///
/// # Errors
/// The store.
pub fn call_next(db: &mut Db, day: Date, desk: &str, rules: &Rules, at: OffsetDateTime) -> Result<Option<Ticket>> {
    let today = tickets(db, day)?;
    let Some(id) = next(&today, desk, rules) else { return Ok(None) };
    Ok(Some(db.ticket_call(id, desk, at)?))
}

/// Calls one number out of turn: a parked or absent one whose holder is here, or a waiting one.
///
/// # Errors
/// [`OfficeError::TicketState`] when it is at a desk already or finished.
pub fn call(db: &mut Db, id: i64, desk: &str, at: OffsetDateTime) -> Result<Ticket> {
    use TicketState::{Absent, Parked, Waiting};
    wanted(&db.ticket(id)?, &[Waiting, Absent, Parked], "waiting, absent or parked")?;
    Ok(db.ticket_call(id, desk, at)?)
}

/// Calls the number of this desk once more.
///
/// # Errors
/// [`OfficeError::TicketState`], [`OfficeError::OtherDesk`].
pub fn recall(db: &mut Db, id: i64, desk: &str, at: OffsetDateTime) -> Result<Ticket> {
    held(db, id, desk, &[TicketState::Called], "called")?;
    Ok(db.ticket_call(id, desk, at)?)
}

/// Nobody came. Back in line, or lost after too many calls: see [`is_lost`].
///
/// # Errors
/// As [`recall`].
pub fn absent(db: &mut Db, id: i64, desk: &str, at: OffsetDateTime) -> Result<Ticket> {
    held(db, id, desk, &[TicketState::Called], "called")?;
    Ok(db.ticket_move(id, TicketState::Absent, at)?)
}

/// The holder sits at the desk; `nik` and `record` are kept with the ticket when given.
///
/// # Errors
/// As [`recall`].
pub fn serve(
    db: &mut Db,
    id: i64,
    desk: &str,
    nik: Option<&Nik>,
    record: Option<&str>,
    at: OffsetDateTime,
) -> Result<Ticket> {
    held(db, id, desk, &[TicketState::Called], "called")?;
    db.ticket_link(id, nik.map(Nik::as_str), record)?;
    Ok(db.ticket_move(id, TicketState::Serving, at)?)
}

/// Finished: recorded, rescheduled or turned away.
///
/// # Errors
/// As [`recall`].
pub fn done(db: &mut Db, id: i64, desk: &str, at: OffsetDateTime) -> Result<Ticket> {
    held(db, id, desk, &[TicketState::Serving], "served")?;
    Ok(db.ticket_move(id, TicketState::Done, at)?)
}

/// Set aside to make way for the next; comes back by [`call`].
///
/// # Errors
/// As [`recall`].
pub fn park(db: &mut Db, id: i64, desk: &str, at: OffsetDateTime) -> Result<Ticket> {
    held(db, id, desk, &[TicketState::Called, TicketState::Serving], "called or served")?;
    Ok(db.ticket_move(id, TicketState::Parked, at)?)
}

/// All tickets of a day by number.
///
/// # Errors
/// The store.
pub fn tickets(db: &Db, day: Date) -> Result<Vec<Ticket>> {
    Ok(db.tickets(&format_iso(day))?)
}

/// Whether a number has been called in vain too often.
pub fn is_lost(ticket: &Ticket, rules: &Rules) -> bool {
    ticket.state == TicketState::Absent && ticket.calls >= rules.calls
}

/// The day in numbers. Every ticket is counted once, in one of the fields after `drawn`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counters {
    /// Numbers drawn.
    pub drawn: usize,
    /// In line.
    pub waiting: usize,
    /// Called, not yet at the desk.
    pub called: usize,
    /// At a desk.
    pub serving: usize,
    /// Finished.
    pub done: usize,
    /// Called in vain and called again later.
    pub absent: usize,
    /// Called in vain too often.
    pub lost: usize,
    /// Set aside.
    pub parked: usize,
}

impl Counters {
    /// Counts a day.
    pub fn of(tickets: &[Ticket], rules: &Rules) -> Self {
        let mut counted = Self { drawn: tickets.len(), ..Self::default() };
        for ticket in tickets {
            let field = match ticket.state {
                TicketState::Waiting => &mut counted.waiting,
                TicketState::Called => &mut counted.called,
                TicketState::Serving => &mut counted.serving,
                TicketState::Done => &mut counted.done,
                TicketState::Absent if is_lost(ticket, rules) => &mut counted.lost,
                TicketState::Absent => &mut counted.absent,
                TicketState::Parked => &mut counted.parked,
            };
            *field += 1;
        }
        counted
    }
}

/// Mean time at the desk today; an assumption of four minutes until three residents were served. Single times count
/// as at least half a minute and at most half an hour, since a number that was forgotten open says nothing.
pub fn mean_service(tickets: &[Ticket]) -> Duration {
    let times: Vec<Duration> = tickets
        .iter()
        .filter(|ticket| ticket.state == TicketState::Done)
        .filter_map(|ticket| Some(ticket.ended_at? - ticket.served_at?))
        .map(|time| time.clamp(Duration::seconds(30), Duration::minutes(30)))
        .collect();
    match i32::try_from(times.len()) {
        Ok(count) if times.len() >= ENOUGH => times.iter().sum::<Duration>() / count,
        _ => USUAL_SERVICE,
    }
}

/// How many waiting numbers come before this one, leaving families and absence aside.
pub fn ahead(tickets: &[Ticket], ticket: &Ticket) -> usize {
    let rank = |t: &Ticket| (!t.priority, t.number);
    tickets.iter().filter(|t| t.state == TicketState::Waiting && rank(t) < rank(ticket)).count()
}

/// How long the holder of a number with `ahead` numbers before it waits from now, about.
pub fn wait(tickets: &[Ticket], ahead: usize) -> Duration {
    let desks: BTreeSet<&str> = tickets.iter().filter_map(|ticket| ticket.desk.as_deref()).collect();
    let desks = u32::try_from(desks.len().max(1)).unwrap_or(1);
    let busy = tickets.iter().any(|t| matches!(t.state, TicketState::Called | TicketState::Serving));
    let mean = mean_service(tickets);
    let ahead = u32::try_from(ahead).unwrap_or(u32::MAX);
    // Whoever sits at the desk is half through on average.
    let begun = if busy { mean / 2 } else { Duration::ZERO };
    mean.saturating_mul(i32::try_from(ahead / desks).unwrap_or(i32::MAX)) + begun
}

fn held(db: &Db, id: i64, desk: &str, states: &[TicketState], wanted_text: &'static str) -> Result<Ticket> {
    let ticket = db.ticket(id)?;
    wanted(&ticket, states, wanted_text)?;
    match ticket.desk.as_deref() {
        Some(other) if other != desk => Err(OfficeError::OtherDesk { number: ticket.number, desk: other.to_owned() }),
        _ => Ok(ticket),
    }
}

fn wanted(ticket: &Ticket, states: &[TicketState], wanted: &'static str) -> Result<()> {
    if states.contains(&ticket.state) {
        Ok(())
    } else {
        Err(OfficeError::TicketState { number: ticket.number, state: ticket.state.as_str(), wanted })
    }
}
