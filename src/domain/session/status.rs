//! Where a record stands between the desk and the batch, and the words under which the database keeps that.

use time::Date;

/// Where a record stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Status {
    /// At the desk.
    Open,
    /// Waiting for the resident to come back to the desk.
    Parked,
    /// Ended with a correction request; the resident comes back on the date.
    Rescheduled(Date),
    /// Given up.
    Cancelled,
    /// Finished; waits for a supervisor.
    Completed,
    /// Released for the batch.
    Approved,
    /// Left in a batch.
    Exported,
    /// Undone.
    Voided(Undone),
}

/// How far a record is undone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Undone {
    /// It never left.
    Here,
    /// It had left; a signed recall must follow it.
    RecallDue,
    /// The recall has left too.
    RecallSent,
}

impl Status {
    /// The word kept in the database.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Parked => "parked",
            Self::Rescheduled(_) => "rescheduled",
            Self::Cancelled => "cancelled",
            Self::Completed => "completed",
            Self::Approved => "approved",
            Self::Exported => "exported",
            Self::Voided(Undone::Here) => "voided",
            Self::Voided(Undone::RecallDue) => "recall_due",
            Self::Voided(Undone::RecallSent) => "recalled",
        }
    }
}
