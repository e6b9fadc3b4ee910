//! What a screen may read while it draws or decides.

use time::OffsetDateTime;

use super::pictures::{Frame, Pictures};
use super::preferences::Preferences;
use crate::office::words::Words;
use crate::station::counter::{Board, Device, Picture, Seat, Which};

/// What a screen may read.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// The latest board.
    pub board: &'a Board,
    /// The words.
    pub words: &'static Words,
    /// Preferences.
    pub preferences: &'a Preferences,
    /// The present moment, to the second.
    pub now: OffsetDateTime,
    /// Pictures of the board, ready to be drawn.
    pub pictures: &'a Pictures,
    /// The latest frame of the capture under way.
    pub frame: Option<&'a Frame>,
    /// Acts were asked for that the board does not know yet.
    pub waiting: bool,
}

impl<'a> Context<'a> {
    /// Words without arguments.
    pub fn t(&self, key: &str) -> String {
        self.words.get(key)
    }

    /// Words with arguments.
    pub fn say(&self, key: &str, arguments: &[(&str, &str)]) -> String {
        self.words.say(key, arguments)
    }

    /// The resident at the desk.
    pub fn seat(&self) -> Option<&'a Seat> {
        self.board.seat.as_deref()
    }

    /// A device.
    pub fn device(&self, which: Which) -> Option<&'a Device> {
        self.board.device(which)
    }

    /// A picture ready to be drawn.
    pub fn handle(&self, picture: &Picture) -> Option<iced::advanced::image::Handle> {
        self.pictures.get(picture)
    }

    /// A moment as people write it here: `23-11-2026 08:05 WIB`.
    pub fn moment(&self, at: OffsetDateTime) -> String {
        self.board.place.zone.moment(at)
    }

    /// The time of day: `08:05`.
    pub fn clock(&self, at: OffsetDateTime) -> String {
        self.board.place.zone.clock(at)
    }
}
