//! The hall: the queue, searching, the day in numbers.

use std::sync::Arc;

use crate::domain::eligibility::eligibility;
use crate::domain::nik::Nik;
use crate::domain::session::{RecordId, Step};
use crate::office::daybook::{self, Totals};
use crate::office::queue::{self, Counters, Priority, Rules, Visitor};
use crate::office::{register, schedule, within};
use crate::store::{Db, RecordFilter, RecordState, RecordSummary, Ticket, TicketState};

use super::board::{Found, FoundRow, Health, Home, Stage, Unfinished, Waiting};
use super::error::CounterError;
use super::room::{Done, Room};
use super::station::DESK;

/// Numbers shown, at most.
const SHOWN: usize = 50;
/// Residents found, at most.
const FOUND: u32 = 20;

impl Room {
    /// Reads queue and day anew.
    pub(super) fn refresh_home(&mut self) -> Done {
        let zone = self.board.rules.zone;
        let station = self.station()?;
        let (today, now) = (station.today(zone), station.now());
        // The numbers of the day rest on every journal of the day. They change when a record leaves the desk, which
        // takes them off the board, and not with every number that is called.
        let known = self.board.home.totals.clone().filter(|_| self.board.home.day == Some(today));
        let home = within(station.store(), move |db| {
            let tickets = queue::tickets(db, today)?;
            let rules = Rules::default();
            let mut waiting = line(db, &tickets, &rules)?;
            waiting.truncate(SHOWN);
            let called = tickets.iter().find(|t| t.state == TicketState::Called && t.desk.as_deref() == Some(DESK));
            let called = called.map(|ticket| shown(db, ticket, &rules)).transpose()?;
            let numbered = |nik: &str| tickets.iter().any(|t| t.nik.as_deref() == Some(nik));
            let expected = schedule::list(db, today)?.iter().filter(|e| !numbered(&e.appointment.nik)).count();
            let totals = match known {
                Some(totals) => totals,
                None => Totals::of(&daybook::read(db, today, zone, now)?.rows),
            };
            Ok(Home {
                day: Some(today),
                counters: Counters::of(&tickets, &rules),
                waiting,
                called,
                unfinished: unfinished(db, today)?,
                totals: Some(totals),
                expected,
                drawn: None,
            })
        })?;
        // Until the next call, whoever drew a number must still be told which.
        let drawn = self.board.home.drawn.clone().filter(|_| home.called.is_none());
        let home = Home { drawn, ..home };
        // Whoever looks after users and settings sees no resident.
        let blind = self.board.officer.as_ref().is_some_and(|officer| !officer.role.may_capture());
        let seen = if blind {
            Home { waiting: Vec::new(), called: None, unfinished: Vec::new(), drawn: None, ..home }
        } else {
            home
        };
        self.board.home = Arc::new(seen);
        self.dirty = true;
        Ok(())
    }

    /// A station that stays on over midnight begins the new day by itself.
    pub(super) fn turn_the_page(&mut self) -> Done {
        let today = self.station.as_ref().map(|station| station.today(self.board.rules.zone));
        if self.board.stage != Stage::Open || today.is_none() || self.board.home.day == today {
            return Ok(());
        }
        self.refresh_home()?;
        self.refresh_seat()
    }

    /// Reads disk, clock and what waits to be sent.
    pub(super) fn refresh_health(&mut self) -> Done {
        let station = match &self.station {
            Some(station) => station,
            None => return Ok(()),
        };
        let now = station.now();
        let (unapproved, approved, undecided, behind) = station.store().call(move |db| {
            let sealed = RecordFilter { state: Some(RecordState::Sealed), ..RecordFilter::default() };
            let head = db.audit_head()?;
            let newest = db.audit_since(head.seq.saturating_sub(1))?.last().map(|row| row.at);
            Ok((
                db.records(&sealed)?.len(),
                db.approved_unexported()?.len(),
                db.adjudications_pending()?.len(),
                newest.is_some_and(|newest| newest > now + time::Duration::minutes(2)),
            ))
        })?;
        self.board.health = Health {
            free_bytes: station.store().free_bytes(),
            unsent: unapproved + approved,
            unapproved,
            undecided,
            clock_behind: behind,
        };
        Ok(())
    }

    pub(super) fn call_next(&mut self) -> Done {
        self.nobody_at_desk()?;
        if self.board.home.called.is_some() {
            return Err(CounterError::NotNow);
        }
        let (today, now) = self.day_and_now()?;
        let rules = Rules::default();
        within(self.station()?.store(), move |db| queue::call_next(db, today, DESK, &rules, now))?;
        self.board.finished = None;
        self.refresh_home()
    }

    pub(super) fn call_ticket(&mut self, id: i64) -> Done {
        self.nobody_at_desk()?;
        let (_, now) = self.day_and_now()?;
        within(self.station()?.store(), move |db| queue::call(db, id, DESK, now))?;
        self.refresh_home()
    }

    pub(super) fn call_again(&mut self) -> Done {
        let (id, now) = (self.called()?.id, self.day_and_now()?.1);
        within(self.station()?.store(), move |db| queue::recall(db, id, DESK, now))?;
        self.refresh_home()
    }

    pub(super) fn absent(&mut self) -> Done {
        let (id, now) = (self.called()?.id, self.day_and_now()?.1);
        within(self.station()?.store(), move |db| queue::absent(db, id, DESK, now))?;
        self.refresh_home()
    }

    pub(super) fn draw(&mut self, nik: Option<Nik>, priority: Option<Priority>) -> Done {
        self.desk()?;
        let (today, now) = self.day_and_now()?;
        let resident = match &nik {
            Some(nik) => register::lookup(self.station()?.store(), nik)?,
            None => None,
        };
        let by_age = resident.as_ref().and_then(|resident| Priority::of(resident, today));
        let visitor = Visitor { priority: priority.or(by_age), family: resident.map(|resident| resident.kk), nik };
        let drawn = within(self.station()?.store(), move |db| queue::draw(db, today, &visitor, now))?;
        self.refresh_home()?;
        self.board.home = Arc::new(Home { drawn: Some(drawn), ..self.board.home.as_ref().clone() });
        Ok(())
    }

    pub(super) fn search(&mut self, text: &str) -> Done {
        self.desk()?;
        let (today, _) = self.day_and_now()?;
        let wanted = text.trim().to_owned();
        let rows = within(self.station()?.store(), move |db| {
            let tickets = queue::tickets(db, today)?;
            let mut found = Vec::new();
            for row in db.register_search(&wanted, FOUND)? {
                let resident = register::resident_of(&row)?;
                let nik = resident.nik.as_str().to_owned();
                let live = db.live_record(&nik)?;
                let open = match &live {
                    Some(id) => db.summary(id)?.state == RecordState::Open,
                    None => false,
                };
                let number = tickets.iter().find(|t| t.nik.as_deref() == Some(&nik) && t.state != TicketState::Done);
                found.push(FoundRow {
                    eligibility: eligibility(&resident, today),
                    recorded: db.recorded_get(&nik)?.is_some() || (live.is_some() && !open),
                    number: number.map(|ticket| ticket.number),
                    record: live.filter(|_| open).map(RecordId),
                    resident,
                });
            }
            Ok(found)
        })?;
        self.board.found = Some(Arc::new(Found { text: text.trim().to_owned(), rows }));
        Ok(())
    }

    pub(super) fn called(&self) -> Result<Ticket, CounterError> {
        self.board.home.called.as_ref().map(|called| called.ticket.clone()).ok_or(CounterError::NotNow)
    }

    pub(super) fn day_and_now(&self) -> Result<(time::Date, time::OffsetDateTime), CounterError> {
        let station = self.station()?;
        Ok((station.today(self.board.rules.zone), station.now()))
    }

    fn nobody_at_desk(&self) -> Done {
        match &self.desk {
            Some(desk) if desk.session().is_err() => Ok(()),
            Some(_) | None => Err(CounterError::NotNow),
        }
    }
}

fn shown(db: &Db, ticket: &Ticket, rules: &Rules) -> crate::office::Result<Waiting> {
    let name = match &ticket.nik {
        Some(nik) => db.register_get(nik)?.map(|row| row.name).unwrap_or_default(),
        None => String::new(),
    };
    Ok(Waiting { lost: queue::is_lost(ticket, rules), ticket: ticket.clone(), name })
}

/// Who waits, next first; lost and parked numbers come last, because they want to be called by hand.
fn line(db: &Db, tickets: &[Ticket], rules: &Rules) -> crate::office::Result<Vec<Waiting>> {
    let waits = |t: &&Ticket| matches!(t.state, TicketState::Waiting | TicketState::Absent | TicketState::Parked);
    let mut waiting: Vec<&Ticket> = tickets.iter().filter(waits).collect();
    let next = queue::next(tickets, DESK, rules);
    waiting.sort_by_key(|t| {
        let by_hand = t.state == TicketState::Parked || queue::is_lost(t, rules);
        (by_hand, Some(t.id) != next, !t.priority, t.number)
    });
    waiting.into_iter().take(SHOWN).map(|ticket| shown(db, ticket, rules)).collect()
}

/// Records that somebody has begun and nobody has finished. Rescheduled ones only from their day on.
fn unfinished(db: &Db, today: time::Date) -> crate::office::Result<Vec<Unfinished>> {
    let mut found = Vec::new();
    for RecordSummary { id, head, changed_at, .. } in db.open_records()? {
        let status = match head.status.as_str() {
            "open" => "open",
            "parked" => "parked",
            "rescheduled" => "rescheduled",
            _ => continue,
        };
        let iso = crate::domain::dates::format_iso(today);
        let due = status != "rescheduled" || db.appointments_of(&head.nik)?.iter().any(|a| a.date <= iso);
        if !due {
            continue;
        }
        let name = db.register_get(&head.nik)?.map(|row| row.name).unwrap_or_else(|| head.nik.clone());
        let step = Step::ALL.into_iter().find(|step| step.word() == head.step).unwrap_or(Step::Verify);
        found.push(Unfinished { record: RecordId(id), name, step, status, since: changed_at });
    }
    Ok(found)
}
