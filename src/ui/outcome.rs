//! What a screen asks of its parent.

use crate::station::counter::Act;

use super::preferences::Preferences;

/// Where the operator looks, besides the work itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Route {
    /// The work: login, home, the step of the record at the desk, its end. Follows the board.
    #[default]
    Work,
    /// The supervisors' room.
    Supervisor,
    /// The devices.
    Devices,
    /// The settings.
    Settings,
}

/// What a screen asks of its parent.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// Tell the counter.
    Do(Act),
    /// Go there.
    Go(Route),
    /// Keep these preferences.
    Prefer(Preferences),
    /// Put the cursor into this field.
    Focus(&'static str),
    /// Open or close the resident's window.
    ToggleResidentWindow,
    /// Close the program.
    Quit,
}
