//! What can go wrong in the store, by what the people at the desk can do about it.
//!
//! The kinds are few and stable: the program picks its sentence by kind, the log gets the chain of sources.
//! No variant carries personal data, passphrases or keys.

use std::error::Error as StdError;
use std::io;
use std::path::{Path, PathBuf};

use rusqlite::ErrorCode;
use time::OffsetDateTime;

use super::files;

/// The underlying cause of an error, kept for the log.
pub type Source = Box<dyn StdError + Send + Sync>;

/// The result of anything the store does.
pub type Result<T, E = StoreError> = std::result::Result<T, E>;

/// Why the store did not do what was asked. After every error the store is as it was before the call.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// There is no store in this directory.
    #[error("there is no store in {}", path.display())]
    NoStore {
        /// The data directory.
        path: PathBuf,
    },
    /// There is a store already, and it will not be overwritten.
    #[error("there is already a store in {}", path.display())]
    AlreadyExists {
        /// The data directory.
        path: PathBuf,
    },
    /// The passphrase does not open this user's slot.
    #[error("the passphrase is wrong")]
    WrongPassphrase,
    /// The keyring has no slot for this user.
    #[error("there is no such user in the keyring")]
    UnknownUser,
    /// The keyring has a slot for this user already.
    #[error("there is already a user of this name in the keyring")]
    UserExists,
    /// Too many wrong passphrases; nothing is tried before `until`.
    #[error("too many wrong passphrases; locked until {until}")]
    LockedOut {
        /// The moment from which the next try counts.
        until: OffsetDateTime,
    },
    /// The recovery identity does not fit the keyring's recovery entry, or there is none.
    #[error("the recovery identity does not open this keyring")]
    WrongRecoveryIdentity,
    /// A recovery recipient or identity that is not an age X25519 key.
    #[error("not an age X25519 key: {0}")]
    BadKey(&'static str),
    /// The act needs a supervisor's slot.
    #[error("only a supervisor may do this")]
    NotPermitted,
    /// Removing this slot would leave no way at all to open the store.
    #[error("this is the last way to open the store")]
    LastKey,
    /// A real station with the training key derivation.
    #[error("the weak key derivation is for training only")]
    WeakKdf,
    /// Another station has the store open.
    #[error("{} is in use by another station", path.display())]
    InUse {
        /// The data directory.
        path: PathBuf,
    },
    /// The file or directory cannot be written.
    #[error("{} cannot be written", path.display())]
    ReadOnly {
        /// What cannot be written.
        path: PathBuf,
        /// The cause.
        source: Option<Source>,
    },
    /// No space left, a quota, or a limit on the size of files.
    #[error("no space left for {}", path.display())]
    DiskFull {
        /// What could not grow.
        path: PathBuf,
        /// The cause.
        source: Option<Source>,
    },
    /// The files are damaged; nothing from them was believed.
    #[error("the store is damaged: {what}")]
    Corrupt {
        /// Which file, page or table.
        what: String,
        /// The cause.
        source: Option<Source>,
    },
    /// The database was written by a newer program.
    #[error("the store was written by a newer version of the program")]
    NewerSchema,
    /// The keyring and the database disagree about being a training store.
    #[error("the keyring and the database disagree about training")]
    TrainingMismatch,
    /// Somebody else was faster: the record is not at the expected entry.
    #[error("the record has moved on: entry {found}, not {expected}")]
    Conflict {
        /// The number of entries the caller knew of.
        expected: u32,
        /// The number of entries there are.
        found: u32,
    },
    /// The NIK has a live record already.
    #[error("this NIK already has a live record")]
    NikTaken {
        /// The live record.
        record: String,
    },
    /// There is no such thing.
    #[error("there is no such {0}")]
    NotFound(&'static str),
    /// The thing is not in a state that allows this.
    #[error("the {thing} is {state}")]
    State {
        /// What was asked for.
        thing: &'static str,
        /// The state it is in.
        state: String,
    },
    /// Reading or writing failed for another reason.
    #[error("cannot access {}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// The cause.
        source: io::Error,
    },
    /// The database refused for a reason that is none of the above.
    #[error("the database refused")]
    Database(#[source] rusqlite::Error),
    /// The system gave no random numbers, or a cipher failed.
    #[error("cryptography failed: {0}")]
    Crypto(&'static str),
    /// The store's thread has ended (after a panic in a job).
    #[error("the store is closed")]
    Closed,
    /// A job called the store instead of using the database it was given.
    #[error("a job of the store called the store")]
    Reentered,
}

impl StoreError {
    /// What to do next, one plain sentence.
    pub fn remedy(&self) -> &'static str {
        match self {
            Self::NoStore { .. } => "Name another directory with --data-dir.",
            Self::AlreadyExists { .. } => "Choose an empty directory with --data-dir.",
            Self::WrongPassphrase => "Check the keyboard layout and try again.",
            Self::UnknownUser => "Check the user name, or let a supervisor add the user.",
            Self::UserExists => "Choose another user name, or change the passphrase of this one.",
            Self::LockedOut { .. } => "Wait until then, or let another user log in.",
            Self::WrongRecoveryIdentity => "Use the identity of the district that provisioned this station.",
            Self::BadKey(_) => "Check the key: a recipient begins with age1, an identity with AGE-SECRET-KEY-1.",
            Self::NotPermitted => "Let a supervisor log in.",
            Self::LastKey => "Add another user first.",
            Self::WeakKdf => "Provision the station with the standard key derivation.",
            Self::InUse { .. } => "Close the other window or station that uses this directory.",
            Self::ReadOnly { .. } => "Check the permissions and that the disk is not mounted read-only.",
            Self::DiskFull { .. } => "Free some space, then repeat the last step; nothing accepted was lost.",
            Self::Corrupt { .. } => "Stop recording, copy the data directory, and call the district's support.",
            Self::NewerSchema => "Install the newest version of the program.",
            Self::TrainingMismatch => "Do not mix files of training and real stations; restore the data directory.",
            Self::Conflict { .. } => "Load the record again and repeat the step.",
            Self::NikTaken { .. } => "Open the existing record instead.",
            Self::NotFound(_) => "Reload the list.",
            Self::State { .. } => "Reload the record; it has been finished in the meantime.",
            Self::Io { .. } => "Check the disk and its free space, then try again.",
            Self::Database(_) | Self::Crypto(_) | Self::Closed | Self::Reentered => {
                "Restart the program; if it happens again, send the log to support."
            }
        }
    }

    /// Turns an I/O error on `path` into the kind that helps.
    pub(super) fn io(path: &Path, source: io::Error) -> Self {
        let path = path.to_path_buf();
        match source.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge => {
                Self::DiskFull { path, source: Some(Box::new(source)) }
            }
            io::ErrorKind::ReadOnlyFilesystem | io::ErrorKind::PermissionDenied => {
                Self::ReadOnly { path, source: Some(Box::new(source)) }
            }
            _ => Self::Io { path, source },
        }
    }

    pub(super) fn corrupt(what: impl Into<String>) -> Self {
        Self::Corrupt { what: what.into(), source: None }
    }

    /// Gives a bare database error the kind that helps. SQLite reports a full disk as FULL only for a short
    /// write or ENOSPC; a quota or a file size limit arrives as a bare I/O error, so the disk itself is asked.
    pub(super) fn classified(self, dir: &Path, database: &Path) -> Self {
        let Self::Database(source) = self else { return self };
        let path = database.to_path_buf();
        match source.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => Self::DiskFull { path, source: Some(Box::new(source)) },
            Some(ErrorCode::ReadOnly) => Self::ReadOnly { path, source: Some(Box::new(source)) },
            Some(ErrorCode::CannotOpen | ErrorCode::PermissionDenied) => match files::probe(dir, database) {
                Some(cause) => Self::io(&path, cause),
                None => Self::Database(source),
            },
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => {
                Self::Corrupt { what: "a page of the database".into(), source: Some(Box::new(source)) }
            }
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::InUse { path: dir.to_path_buf() },
            Some(ErrorCode::SystemIoFailure) => match files::probe(dir, database) {
                Some(cause) => Self::io(&path, cause),
                None => Self::Io { path, source: io::Error::other(source) },
            },
            _ => Self::Database(source),
        }
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Database(error)
    }
}
