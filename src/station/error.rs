//! What can go wrong at the desk.

use crate::batch::BatchError;
use crate::dedup::worker::Stopped;
use crate::domain::eligibility::Refusal;
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
    /// The office.
    #[error(transparent)]
    Office(#[from] crate::office::OfficeError),
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
    /// A batch was written and not confirmed; its medium is not here.
    #[error(
        "the batch {file} was written but not confirmed; insert its stick and export again, or give it up with rekam batch export --discard"
    )]
    BatchElsewhere {
        /// Its file name.
        file: String,
    },
    /// A file of the export cannot be looked at.
    #[error("{} cannot be read; check that the medium is still plugged in", path.display())]
    File {
        /// Which.
        path: std::path::PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// The person may not record residents.
    #[error("this user may not record residents; log in as an operator")]
    NotOperator,
    /// The law excludes the resident.
    #[error("this resident may not be recorded: {0}")]
    Ineligible(Refusal),
    /// The register does not hold the resident.
    #[error("this NIK is not in the register; take the data from the family card as an unverified record")]
    NotInRegister,
    /// A login name is not one.
    #[error(transparent)]
    User(#[from] crate::domain::user::UserIdError),
    /// The station has no signing key.
    #[error("the station has no signing key; restore its data directory")]
    NoSigningKey,
    /// The person may not do this.
    #[error("only a supervisor may do this; log in as one")]
    NotSupervisor,
}
