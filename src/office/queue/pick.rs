//! Who is next: a pure function of the day's tickets.

use std::cmp::Reverse;

use super::{Rules, is_lost};
use crate::store::{Ticket, TicketState};

/// The ticket that `desk` calls next, by the rules in the [queue's](super) description.
pub fn next(tickets: &[Ticket], desk: &str, rules: &Rules) -> Option<i64> {
    let candidates = candidates(tickets, rules);
    relative(tickets, &candidates, desk)
        .or_else(|| {
            let ordinary_turn = priority_streak(tickets) >= rules.priority_in_a_row;
            let first = |priority: bool| candidates.iter().find(|ticket| ticket.priority == priority).copied();
            first(!ordinary_turn).or_else(|| first(ordinary_turn))
        })
        .map(|ticket| ticket.id)
}

/// Who may be called, by number: those who wait, and the absent whose turn has come again.
fn candidates<'a>(tickets: &'a [Ticket], rules: &Rules) -> Vec<&'a Ticket> {
    let nobody_waits = !tickets.iter().any(|ticket| ticket.state == TicketState::Waiting);
    let returns = |ticket: &Ticket| {
        let later = tickets.iter().filter(|other| other.called_at > ticket.called_at).count();
        nobody_waits || later >= rules.return_after
    };
    let mut found: Vec<&Ticket> = tickets
        .iter()
        .filter(|ticket| match ticket.state {
            TicketState::Waiting => true,
            TicketState::Absent => !is_lost(ticket, rules) && returns(ticket),
            TicketState::Called | TicketState::Serving | TicketState::Done | TicketState::Parked => false,
        })
        .collect();
    found.sort_by_key(|ticket| ticket.number);
    found
}

/// The next waiting member of the family that the desk called last.
fn relative<'a>(tickets: &[Ticket], candidates: &[&'a Ticket], desk: &str) -> Option<&'a Ticket> {
    let called = tickets.iter().filter(|ticket| ticket.desk.as_deref() == Some(desk));
    let last = called.max_by_key(|ticket| (ticket.called_at, ticket.number))?;
    if last.state == TicketState::Absent {
        return None;
    }
    let family = last.family.as_deref()?;
    let waiting = |ticket: &&&Ticket| ticket.state == TicketState::Waiting && ticket.family.as_deref() == Some(family);
    candidates.iter().find(waiting).copied()
}

/// How many of the latest calls in a row were priority numbers.
fn priority_streak(tickets: &[Ticket]) -> usize {
    let mut called: Vec<&Ticket> = tickets.iter().filter(|ticket| ticket.called_at.is_some()).collect();
    called.sort_by_key(|ticket| Reverse((ticket.called_at, ticket.number)));
    called.iter().take_while(|ticket| ticket.priority).count()
}
