//! A portrait that has just appeared, which nobody can have looked at yet.
//!
//! The picture takes itself, so it may appear in the very moment in which the operator presses Enter to take it; the
//! same Enter then means "the resident approves". A press that is quicker than an eye was meant for what stood there
//! before: it neither approves a portrait nor sets it aside.

use std::time::{Duration, Instant};

use super::Message;
use crate::station::counter::Board;
use crate::ui::screen::capture::Message as Portrait;

/// Nobody sees a picture, judges it and presses a key in less; a choice between two known answers alone takes half of
/// it (Hick 1952).
const LOOK: Duration = Duration::from_millis(700);

/// Since when the portrait on the screen is there, when it came while somebody was at the screen.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Unseen(Option<Instant>);

impl Unseen {
    /// Takes in that another board hangs there; whether it brought another portrait.
    pub(super) fn follow(&mut self, before: &Board, after: &Board, now: Instant) -> bool {
        let shown = portrait(after);
        let appeared = shown.is_some() && portrait(before) != shown;
        if appeared {
            self.0 = Some(now);
        }
        appeared
    }

    /// Whether a message judges a portrait that nobody can have seen.
    pub(super) fn forbids(&self, message: &Message, now: Instant) -> bool {
        let judges = matches!(message, Message::Photo(Portrait::Approve | Portrait::Retake { .. } | Portrait::Repaint));
        judges && self.0.is_some_and(|since| now.saturating_duration_since(since) < LOOK)
    }
}

/// The portrait that a board shows.
fn portrait(board: &Board) -> Option<u64> {
    board.seat.as_ref()?.shown.photo.as_ref().map(|picture| picture.id)
}
