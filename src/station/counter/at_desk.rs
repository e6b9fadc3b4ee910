//! The resident at the desk: opening a record, the operator's wishes, and how a record ends.

use std::path::PathBuf;
use std::sync::Arc;

use crate::domain::eligibility::{Eligibility, eligibility};
use crate::domain::nik::Nik;
use crate::domain::region::Regions;
use crate::domain::resident::Resident;
use crate::domain::session::{
    Correction, Exception, ExceptionReason, Invitation, RecordClass, RecordId, Refused, Session, Slot, Status, Step,
    Wish,
};
use crate::office::queue::{self, Priority, Visitor};
use crate::office::{register, schedule, within};
use crate::station::training::presenter::Body;
use crate::station::{DeskError, Supervisor};
use crate::store::{Db, RecordFilter, RecordState, Ticket, TicketState};

use super::act::Passphrase;
use super::board::{Busy, Check, End, Finished, Home, Seat};
use super::captures::shown;
use super::error::CounterError;
use super::room::{Done, Room};
use super::station::DESK;

/// Days until a resident with wrong data comes again, at least: what the registry office needs.
const CORRECTION_DAYS: i64 = 7;

impl Room {
    /// The number called last belongs to somebody known: the record begins.
    pub(super) fn receive(&mut self) -> Done {
        self.free_desk()?;
        let called = self.called()?;
        let nik = called.nik.as_deref().and_then(|nik| nik.parse::<Nik>().ok()).ok_or(CounterError::NotNow)?;
        let opened = self.open_for(nik, called);
        self.seated_or_free(opened)
    }

    /// When something failed on the way to the desk, nobody sits at it: what was opened waits among the unfinished
    /// records, and the next resident can be called.
    fn seated_or_free(&mut self, outcome: Done) -> Done {
        if outcome.is_err() {
            self.leave_desk();
            // The queue has moved all the same; the first error is the one to be told.
            drop(self.refresh_home());
        }
        outcome
    }

    /// Clears the desk; the record stays in the store as it stands there.
    pub(super) fn leave_desk(&mut self) {
        self.captures.stop();
        if let Some(desk) = &mut self.desk {
            desk.leave();
        }
        self.board.seat = None;
        self.board.capture = None;
        self.board.last = None;
        self.board.check = Check::Idle;
        self.dirty = true;
    }

    /// Records this resident now; a number is drawn where there is none.
    pub(super) fn begin(&mut self, nik: Nik) -> Done {
        self.free_desk()?;
        let (today, now) = self.day_and_now()?;
        let resident = register::lookup(self.station()?.store(), &nik)?.ok_or(DeskError::NotInRegister)?;
        self.may_begin(&resident)?;
        let ticket = within(self.station()?.store(), move |db| {
            let tickets = queue::tickets(db, today)?;
            let held = tickets
                .iter()
                .find(|t| t.nik.as_deref() == Some(nik.as_str()) && t.state != TicketState::Done)
                .or_else(|| tickets.iter().find(|t| is_anonymous_call(t)))
                .cloned();
            let ticket = match held {
                Some(ticket) => ticket,
                None => {
                    let priority = Priority::of(&resident, today);
                    queue::draw(db, today, &Visitor { priority, family: Some(resident.kk), nik: Some(nik) }, now)?
                        .ticket
                }
            };
            match ticket.state {
                TicketState::Waiting | TicketState::Absent | TicketState::Parked => {
                    queue::call(db, ticket.id, DESK, now)
                }
                TicketState::Called | TicketState::Serving | TicketState::Done => Ok(ticket),
            }
        })?;
        let opened = self.open_for(nik, ticket);
        self.seated_or_free(opened)
    }

    fn free_desk(&mut self) -> Done {
        if self.desk()?.session().is_ok() { Err(DeskError::DeskTaken.into()) } else { Ok(()) }
    }

    /// Nobody's number is called who could then not be recorded.
    fn may_begin(&self, resident: &Resident) -> Done {
        let nik = resident.nik.as_str().to_owned();
        let live = self.station()?.store().call(move |db| match db.live_record(&nik)? {
            Some(id) => Ok(Some(db.summary(&id)?)),
            None => Ok(None),
        })?;
        match live {
            Some(live) if live.state != RecordState::Open => {
                Err(DeskError::from(Refused::NotOpen(Status::Completed.word())).into())
            }
            Some(_) => Ok(()),
            None => match eligibility(resident, self.station()?.today(self.board.rules.zone)) {
                Eligibility::Refused(refusal) => Err(DeskError::Ineligible(refusal).into()),
                Eligibility::Obliged(_) | Eligibility::Early { .. } => Ok(()),
            },
        }
    }

    fn open_for(&mut self, nik: Nik, ticket: Ticket) -> Done {
        let live = self.station()?.store().call(move |db| db.live_record(nik.as_str()))?;
        let record = match live {
            Some(id) => {
                let record = RecordId(id);
                self.put_on_desk(&record)?;
                record
            }
            None => self.open_new(nik)?,
        };
        self.sit_down(&ticket, nik, &record)?;
        self.seated()
    }

    fn open_new(&mut self, nik: Nik) -> Result<RecordId, CounterError> {
        let store = self.station()?.store().clone();
        let resident = register::lookup(&store, &nik)?.ok_or(DeskError::NotInRegister)?;
        let record = self.next_record()?;
        let (order, policy) = (self.board.rules.order.clone(), self.board.rules.policy.clone());
        self.desk()?.open(record.clone(), resident, RecordClass::Register, order, policy)?;
        Ok(record)
    }

    /// The day's next record number.
    fn next_record(&self) -> Result<RecordId, CounterError> {
        let station = self.station()?;
        let today = station.today(self.board.rules.zone);
        let prefix = format!("{}-{:04}{:02}{:02}-", station.code, today.year(), u8::from(today.month()), today.day());
        let wanted = prefix.clone();
        // A day's numbers are given out on that day alone; a day to either side, for a clock or zone that was changed.
        let day = self.board.rules.zone.day(today);
        let near = day.start - time::Duration::DAY..day.end + time::Duration::DAY;
        let last = station.store().call(move |db| {
            let numbers = db
                .records(&RecordFilter { opened: Some(near), ..RecordFilter::default() })?
                .into_iter()
                .filter_map(|summary| summary.id.strip_prefix(&wanted).and_then(|number| number.parse::<u32>().ok()));
            Ok(numbers.max().unwrap_or(0))
        })?;
        Ok(RecordId(format!("{prefix}{:04}", last + 1)))
    }

    /// An unfinished record comes to the desk again, with its number in the line if it still has one.
    pub(super) fn take_up(&mut self, record: &RecordId) -> Done {
        self.free_desk()?;
        let taken = self.take_up_with_number(record);
        self.seated_or_free(taken)
    }

    fn take_up_with_number(&mut self, record: &RecordId) -> Done {
        let (today, now) = self.day_and_now()?;
        self.put_on_desk(record)?;
        let name = record.0.clone();
        let ticket = within(self.station()?.store(), move |db| {
            let held = queue::tickets(db, today)?.into_iter().find(|t| t.record.as_deref() == Some(&name));
            match held {
                Some(ticket) if matches!(ticket.state, TicketState::Parked | TicketState::Absent) => {
                    Ok(Some(queue::call(db, ticket.id, DESK, now)?))
                }
                other => Ok(other),
            }
        })?;
        let nik = *self.desk()?.session()?.nik();
        if let Some(ticket) = ticket {
            self.sit_down(&ticket, nik, record)?;
        }
        self.seated()
    }

    fn put_on_desk(&mut self, record: &RecordId) -> Done {
        let store = self.station()?.store().clone();
        let desk = self.desk()?;
        desk.take_up(record)?;
        match desk.session()?.status() {
            Status::Parked => desk.wish(Wish::Resume { resident: None })?,
            Status::Rescheduled(_) => {
                // What the registry office has mended meanwhile counts from here on.
                let nik = *desk.session()?.nik();
                let mended = register::lookup(&store, &nik)?.map(Box::new);
                desk.wish(Wish::Resume { resident: mended })?;
            }
            Status::Open
            | Status::Cancelled
            | Status::Completed
            | Status::Approved
            | Status::Exported
            | Status::Voided(_) => {}
        }
        Ok(())
    }

    fn sit_down(&mut self, ticket: &Ticket, nik: Nik, record: &RecordId) -> Done {
        let (id, record, now) = (ticket.id, record.0.clone(), self.day_and_now()?.1);
        within(self.station()?.store(), move |db| match db.ticket(id)?.state {
            TicketState::Called => queue::serve(db, id, DESK, Some(&nik), Some(&record), now).map(drop),
            TicketState::Waiting
            | TicketState::Serving
            | TicketState::Done
            | TicketState::Absent
            | TicketState::Parked => Ok(()),
        })?;
        Ok(())
    }

    /// The resident sits: the simulated devices get their body, the searches begin anew.
    fn seated(&mut self) -> Done {
        self.board.found = None;
        self.board.finished = None;
        self.board.last = None;
        self.board.check = Check::Idle;
        self.captures.begin_record(self.board.rules.slaps, self.board.rules.by_itself);
        let session = self.desk()?.session()?;
        let nik = *session.nik();
        let started = !session.samples().is_empty();
        let station = self.station()?;
        let today = station.today(self.board.rules.zone);
        let row = station.training.as_ref().and_then(|training| training.row_of(&nik));
        station.equipment.seat(row.map(|row| Body::of_row(row, today)));
        if started && let Err(error) = self.search_duplicates() {
            // The resident sits all the same: closing the record searches once more.
            self.complain(error);
        }
        self.refresh_seat()?;
        self.refresh_home()
    }

    /// Follows a bare wish.
    pub(super) fn wish(&mut self, wish: Wish) -> Done {
        let desk = self.desk()?;
        let before = desk.session()?.step();
        desk.wish(wish)?;
        if desk.session()?.step() != before {
            self.captures.enter_step();
        }
        self.refresh_seat()
    }

    pub(super) fn next(&mut self) -> Done {
        self.desk()?.wish(Wish::Next)?;
        self.captures.enter_step();
        self.refresh_seat()
    }

    pub(super) fn go_to(&mut self, step: Step) -> Done {
        self.desk()?.wish(Wish::GoTo { step })?;
        self.captures.enter_step();
        self.refresh_seat()
    }

    pub(super) fn except(&mut self, slot: Slot, reason: ExceptionReason, note: String) -> Done {
        // The photo that shows the others shows this one too; another can be taken.
        let evidence = self.desk()?.session()?.evidence().map(|sample| sample.id.clone());
        let evidence = evidence.filter(|_| slot.is_biometric());
        let exception = Exception { slot, reason, evidence, note };
        self.desk()?.wish(Wish::Except { exception })?;
        self.captures.forget(slot);
        self.refresh_seat()
    }

    pub(super) fn approve_photo(&mut self) -> Done {
        let desk = self.desk()?;
        let sample = desk.session()?.attempts(Slot::Photo).last().map(|sample| sample.id.clone());
        desk.wish(Wish::ApprovePhoto { sample: sample.ok_or(CounterError::NotNow)? })?;
        self.refresh_seat()
    }

    /// The operator answers for the portrait shown last.
    pub(super) fn override_photo(&mut self, reason: String) -> Done {
        let desk = self.desk()?;
        let sample = desk.session()?.attempts(Slot::Photo).last().map(|sample| sample.id.clone());
        desk.wish(Wish::OverridePhoto { sample: sample.ok_or(CounterError::NotNow)?, reason })?;
        self.refresh_seat()
    }

    /// The cloth behind the portrait shown last gets the right colour.
    pub(super) fn repaint(&mut self) -> Done {
        self.say_busy(Busy::Painting);
        self.desk()?.repaint()?;
        self.refresh_seat()
    }

    pub(super) fn vouch(&mut self, user: &str, passphrase: &Passphrase, reason: &str) -> Done {
        self.say_busy(Busy::Passphrase);
        let supervisor = self.prove(user, passphrase)?;
        self.desk()?.vouch(&supervisor, reason)?;
        self.refresh_seat()
    }

    /// A supervisor proves who they are.
    pub(super) fn prove(&self, user: &str, passphrase: &Passphrase) -> Result<Supervisor, CounterError> {
        let station = self.station()?;
        let user = crate::domain::user::UserId::parse(user).map_err(DeskError::from)?;
        let (ledger, worker) = (station.ledger.clone(), station.worker.clone());
        Ok(Supervisor::authenticate(ledger, worker, user, &passphrase.0)?)
    }

    /// Puts the record aside; its number too.
    pub(super) fn park(&mut self, reason: &str) -> Done {
        self.captures.stop();
        self.desk()?.wish(Wish::Park { reason: reason.to_owned() })?;
        self.stand_up(|db, ticket, now| queue::park(db, ticket, DESK, now).map(drop))
    }

    /// Gives the record up.
    pub(super) fn cancel(&mut self, reason: &str) -> Done {
        self.captures.stop();
        self.desk()?.wish(Wish::Cancel { reason: reason.to_owned() })?;
        self.finish(End::Cancelled, None)
    }

    /// The data are wrong: corrections are filed, a day is booked, the notice is printed.
    pub(super) fn reschedule(&mut self, corrections: Vec<Correction>) -> Done {
        let (today, _) = self.day_and_now()?;
        let from = today + time::Duration::days(CORRECTION_DAYS);
        let date = within(self.station()?.store(), move |db| schedule::next_appointment(db, from))?;
        self.captures.stop();
        let desk = self.desk()?;
        desk.wish(Wish::Reschedule { corrections: corrections.clone(), date })?;
        let session = desk.session()?.clone();
        let slip = self.lay_out(session.record());
        self.finish(End::Rescheduled(date), slip)
    }

    /// Closes the record.
    pub(super) fn complete(&mut self, invited: bool) -> Done {
        self.captures.stop();
        self.say_busy(Busy::Sealing);
        let (now, operator) = (self.day_and_now()?.1, self.officer()?.id.clone());
        let invitation = if invited {
            Invitation::InvitationEndorsed { officer: operator.clone(), operator, time: now }
        } else {
            Invitation::NoInvitation { reason: "datang tanpa undangan".into() }
        };
        let desk = self.desk()?;
        let before = desk.session()?.clone();
        let completed = desk.complete(invitation);
        // What counts is what the store says: when something failed after the record had been sealed, it is sealed.
        let session = self.station()?.ledger.load(before.record());
        let sealed = session.as_ref().is_ok_and(|session| *session.status() == Status::Completed);
        match completed {
            Err(error) if !sealed => return Err(error.into()),
            Err(error) => self.complain(error.into()),
            Ok(()) => {}
        }
        let session = session.unwrap_or(before);
        let slip = self.lay_out(session.record());
        self.finish_with(&session, End::Completed, slip)
    }

    fn finish(&mut self, end: End, slip: Option<PathBuf>) -> Done {
        let session = self.desk()?.session()?.clone();
        self.finish_with(&session, end, slip)
    }

    fn finish_with(&mut self, session: &Session, end: End, slip: Option<PathBuf>) -> Done {
        self.board.finished = Some(Arc::new(Finished {
            record: session.record().clone(),
            name: session.resident().titled_name(),
            end,
            slip,
            printed: None,
            exceptions: session.exceptions().cloned().collect(),
            hits: session.undecided_hits().count(),
        }));
        self.stand_up(|db, ticket, now| queue::done(db, ticket, DESK, now).map(drop))
    }

    /// The desk is free again; what becomes of the number is the caller's.
    fn stand_up(
        &mut self,
        ticket_goes: impl FnOnce(&mut Db, i64, time::OffsetDateTime) -> crate::office::Result<()> + Send + 'static,
    ) -> Done {
        let ticket = self.board.seat.as_ref().and_then(|seat| seat.ticket.clone());
        self.leave_desk();
        let moved = ticket.map_or(Ok(()), |ticket| {
            let now = self.day_and_now()?.1;
            within(self.station()?.store(), move |db| match db.ticket(ticket.id)?.state {
                TicketState::Serving => ticket_goes(db, ticket.id, now),
                TicketState::Called
                | TicketState::Waiting
                | TicketState::Done
                | TicketState::Absent
                | TicketState::Parked => Ok(()),
            })?;
            Ok(())
        });
        // The record has left the desk whatever becomes of its number; the hall must show that.
        self.board.home = Arc::new(Home { totals: None, ..self.board.home.as_ref().clone() });
        let (health, home) = (self.refresh_health(), self.refresh_home());
        moved.and(health).and(home)
    }

    /// Everything a screen may know of the resident at the desk.
    pub(super) fn refresh_seat(&mut self) -> Done {
        self.dirty = true;
        let Some(session) = self.desk.as_ref().and_then(|desk| desk.session().ok()).cloned() else {
            self.board.seat = None;
            return Ok(());
        };
        let doubt = self.desk()?.doubt()?;
        let before = self.board.seat.as_deref().filter(|seat| seat.session.record() == session.record());
        let (today, _) = self.day_and_now()?;
        let (record, from) = (session.record().0.clone(), today + time::Duration::days(CORRECTION_DAYS));
        let known = before.map(|seat| (seat.ticket.clone(), seat.next_day));
        let (ticket, next_day) = match known {
            Some(known) => known,
            None => within(self.station()?.store(), move |db| {
                let held = queue::tickets(db, today)?.into_iter().find(|t| t.record.as_deref() == Some(&record));
                Ok((held, schedule::next_appointment(db, from).ok()))
            })?,
        };
        let shown = shown(self.station()?, &session, before.map(|seat| &seat.shown))?;
        let regions = Regions::embedded();
        let path = regions.path(session.resident().address.village.as_str());
        let region = path.map_or_else(Default::default, |path| {
            [path.village, path.district, path.regency, path.province].map(str::to_owned)
        });
        self.board.seat = Some(Arc::new(Seat {
            warnings: session.resident().warnings(today, regions),
            eligibility: eligibility(session.resident(), today),
            region,
            today,
            next_day,
            ticket,
            doubt,
            shown,
            session,
        }));
        Ok(())
    }
}

/// Called to this desk before anybody knew who it is.
fn is_anonymous_call(ticket: &Ticket) -> bool {
    ticket.state == TicketState::Called && ticket.nik.is_none() && ticket.desk.as_deref() == Some(DESK)
}
