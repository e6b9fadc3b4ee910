//! The searches that run beside the capture: for duplicates, begun with what is recorded so far, and for the face of a
//! portrait, begun by the desk when there is one. Their findings are taken in here.

use super::board::Check;
use super::room::{Done, Room};
use crate::station::Desk;

impl Room {
    /// Starts a search with everything recorded so far.
    pub(super) fn search_duplicates(&mut self) -> Done {
        self.desk()?.search_duplicates()?;
        let people = self.station()?.people;
        // Without a finger or an eye there is nothing to compare, and nothing to be relieved about.
        let begun = self.desk()?.is_searching();
        self.board.check = if begun { Check::Searching(people) } else { Check::Idle };
        Ok(())
    }

    pub(super) fn is_searching(&self) -> bool {
        matches!(self.board.check, Check::Searching(_)) || self.desk.as_ref().is_some_and(Desk::is_searching_faces)
    }

    /// Takes in whose face a portrait looks like.
    pub(super) fn look_after_faces(&mut self) -> Done {
        let news = self.desk.as_mut().is_some_and(Desk::collect_faces);
        if news { self.refresh_seat() } else { Ok(()) }
    }

    /// Takes in what the search found.
    pub(super) fn look_after_search(&mut self) -> Done {
        let Check::Searching(people) = self.board.check else { return Ok(()) };
        let Some(desk) = self.desk.as_mut().filter(|desk| desk.session().is_ok()) else {
            self.board.check = Check::Idle;
            return Ok(());
        };
        match desk.collect_hits() {
            Ok(true) => Ok(()),
            Ok(false) => {
                self.board.check = Check::Done(people);
                self.refresh_seat()
            }
            Err(error) => {
                // Asked again, it would fail again at once. Nobody is lost: closing a record searches anew.
                self.board.check = Check::Idle;
                Err(error.into())
            }
        }
    }
}
