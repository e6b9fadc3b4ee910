//! What can go wrong at the desk.

use crate::batch::BatchError;
use crate::dedup::worker::Stopped;
use crate::domain::session::{Refused, ReplayError};
use crate::store::StoreError;

use super::engines::EngineError;
use super::job::JobError;

/// Why the desk did not do what was wished. Whatever was accepted before stays accepted.
#[derive(Debug, thiserror::Error)]
pub enum DeskError {
    /// The session does not allow it.
    #[error(transparent)]
    Refused(#[from] Refused),
    /// The store could not keep it.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A journal could not be read back.
    #[error(transparent)]
    Replay(#[from] ReplayError),
    /// An event could not be written down or read back.
    #[error("an event of the journal cannot be read; restore the database from a backup")]
    Event(#[from] serde_json::Error),
    /// A device or its capture failed.
    #[error(transparent)]
    Job(#[from] JobError),
    /// An image could not be processed.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// The duplicate check died.
    #[error(transparent)]
    Dedup(#[from] Stopped),
    /// The record could not be sealed or the batch not written.
    #[error(transparent)]
    Batch(#[from] BatchError),
    /// There is no record at the desk.
    #[error("no record is open at this desk; call a resident first")]
    NoRecord,
    /// Another record is at the desk.
    #[error("another record is open at this desk; finish or park it first")]
    DeskTaken,
    /// The comparison has no reference sample.
    #[error("there is no recorded sample to compare with")]
    NoReference,
    /// A login name is not one.
    #[error(transparent)]
    User(#[from] crate::domain::user::UserIdError),
    /// The station has no signing key.
    #[error("the station has no signing key; provision it with rekam setup")]
    NoSigningKey,
    /// The person may not do this.
    #[error("only a supervisor may do this; log in as one")]
    NotSupervisor,
}
