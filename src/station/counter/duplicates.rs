//! The search for duplicates that runs beside the capture: begun with what is recorded so far, its findings taken in.

use super::board::Check;
use super::room::{Done, Room};

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
        matches!(self.board.check, Check::Searching(_))
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
