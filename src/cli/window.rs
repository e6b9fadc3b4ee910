//! `rekam` and `rekam setup`: the station itself.

use super::args::Global;
use super::doctor::data_dir;
use super::error::CliError;
use crate::station::counter::{self, Start};
use crate::ui::{Preferences, display, run};

/// Opens the window and stays until it is closed.
pub(super) fn open(global: &Global, setup: bool) -> Result<super::Outcome, CliError> {
    // Before anything is made on the disk: a program that cannot show itself shall leave nothing behind.
    display::check()?;
    let dir = data_dir(global)?;
    let preferences = Preferences::load(&dir);
    let (line, thread) = counter::start(Start { dir, models: global.models(), setup }).map_err(CliError::Thread)?;
    let shown = run(line, preferences);
    // The last line is gone with the window: the counter puts everything away, then the program may end.
    if thread.join().is_err() {
        tracing::error!("the counter panicked");
    }
    shown?;
    Ok(super::Outcome::Passed)
}
