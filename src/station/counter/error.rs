//! What can go wrong at the counter. A screen chooses its sentence by kind; the log has the chain.

use std::path::PathBuf;

use crate::batch::BatchError;
use crate::office::OfficeError;
use crate::station::error::DeskError;
use crate::station::plugged::ChoicesError;
use crate::station::training::TrainingError;
use crate::store::StoreError;

/// Why an act was not carried out. Whatever was accepted before stays accepted.
#[derive(Debug, thiserror::Error)]
pub enum CounterError {
    /// The desk.
    #[error(transparent)]
    Desk(#[from] DeskError),
    /// The office.
    #[error(transparent)]
    Office(#[from] OfficeError),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The training station.
    #[error(transparent)]
    Training(#[from] TrainingError),
    /// A batch.
    #[error(transparent)]
    Batch(#[from] BatchError),
    /// A file.
    #[error("{} cannot be written or read; check the disk and the medium", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// No program to open or print a slip with.
    #[error("the slip cannot be handed to the printing program; open {} by hand", path.display())]
    Printing {
        /// Which.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// What officers chose of the devices does not hold.
    #[error(transparent)]
    Devices(#[from] ChoicesError),
    /// The account is closed or has no role.
    #[error("this account is closed; ask a supervisor")]
    AccountClosed,
    /// A setup plan that makes no station.
    #[error("the station cannot be made: {0}")]
    Setup(SetupFault),
    /// The last supervisor cannot be removed.
    #[error("the last supervisor cannot be removed; add another first")]
    LastSupervisor,
    /// A real register has no place in a station whose passphrase stands on the screen.
    #[error("a training station takes no register; set a real station up with rekam setup")]
    TrainingRegister,
    /// The act is not possible now (nobody called, no back room).
    #[error("this is not possible now")]
    NotNow,
}

/// What is wrong with a setup plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SetupFault {
    /// Not a known kecamatan.
    #[error("the region code is not a known district")]
    Region,
    /// Not 1..=99.
    #[error("the station number lies between 1 and 99")]
    Station,
    /// Not an age recipient, or none.
    #[error("a public key is not an age recipient")]
    Recipient,
    /// No supervisor among the officers.
    #[error("at least one supervisor is needed")]
    NoSupervisor,
    /// A login name outside its grammar.
    #[error("a login name has 1 to 40 lower-case letters, digits, dots or dashes")]
    UserName,
    /// A passphrase of fewer than eight characters.
    #[error("a passphrase has at least eight characters")]
    Passphrase,
    /// The data directory is a station already.
    #[error("the data directory holds a station already")]
    Taken,
}
