//! Asking the counter: once, while it is there, and by whoever is at the screen.

use std::sync::Arc;
use std::time::{Duration, Instant};

use iced::Task;
use time::OffsetDateTime;

use super::{App, Message};
use crate::station::counter::{Act, Board, Busy, CounterError, Stage, Trouble};
use crate::store::StoreError;
use crate::ui::outcome::Route;

impl App {
    /// Asks for an act. What was asked for and is not answered yet is not asked for again: a double click is one.
    pub(super) fn ask(&mut self, act: Act) {
        if !self.is_waiting() {
            self.under_way.clear();
        }
        if !self.under_way.contains(&act) {
            self.under_way.push(act.clone());
            self.asked = self.line.tell(act);
        }
    }

    /// Goes to another screen. Whoever leaves the back room closes its door: the next one at this keyboard may be
    /// no supervisor.
    pub(super) fn go(&mut self, route: Route) -> Task<Message> {
        if self.route == Route::Supervisor && route != Route::Supervisor && self.board.back_room.is_some() {
            self.ask(Act::LeaveBackRoom);
        }
        self.route = route;
        self.enter()
    }

    /// A door that opened after its supervisor had turned away does not stay open either.
    pub(super) fn close_left_door(&mut self) {
        let left = self.board.back_room.is_some() && self.route != Route::Supervisor;
        if left && self.board.stage == Stage::Open && !self.is_waiting() {
            self.ask(Act::LeaveBackRoom);
        }
    }

    /// Without a counter nothing can be done any more, and nothing is waited for.
    pub(super) fn lose_counter(&mut self) -> Task<Message> {
        let error = Arc::new(CounterError::from(StoreError::Closed));
        let board = self.board.as_ref().clone();
        let number = board.trouble.as_ref().map_or(1, |trouble| trouble.number + 1);
        let trouble = Some(Trouble { number, error });
        let (seat, capture, back_room, busy) = (None, None, None, None);
        let stage = Stage::Broken;
        let board = Board { stage, answered: self.asked, seat, capture, back_room, busy, trouble, ..board };
        self.board = Arc::new(board);
        self.pictures.follow(&self.board);
        (self.frame, self.live) = (None, None);
        self.typed_ahead.clear();
        self.under_way.clear();
        self.enter()
    }

    /// Whether a piece of work is shown that the desk waits for; an import goes on beside the work.
    pub(super) fn is_busy(&self) -> bool {
        self.board.busy.is_some_and(|busy| !matches!(busy, Busy::Importing(_)))
    }
}

/// When somebody was seen, by both clocks: a computer that slept has not counted the time on its own one.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sign {
    counted: Instant,
    told: OffsetDateTime,
}

impl Sign {
    pub(super) fn now() -> Self {
        Self { counted: Instant::now(), told: OffsetDateTime::now_utc() }
    }

    pub(super) fn is_older_than(self, limit: Duration) -> bool {
        self.counted.elapsed() >= limit || OffsetDateTime::now_utc() - self.told >= limit
    }
}
