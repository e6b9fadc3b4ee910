//! What can go wrong with a batch, as sentences that name the file, the fault and the next step.

use std::path::{Path, PathBuf};

/// Result of this room.
pub type Result<T> = std::result::Result<T, BatchError>;

/// An error of the caller's own making: what loads records one at a time for an export.
pub type SourceError = Box<dyn std::error::Error + Send + Sync>;

/// The coarse kind of a [`BatchError`], by which the operator's sentence is chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ErrorKind {
    /// The request itself cannot be fulfilled: wrong names, too few recipients, nothing to export.
    Request,
    /// The stick or disk failed: full, pulled out, unreadable, or it returns other bytes than were written.
    Medium,
    /// The medium has too little free space.
    Space,
    /// The file is not what its signature, hash or manifest says, or it tries to do harm.
    Tampered,
    /// The key does not fit this file, or is no key at all.
    Key,
    /// The operator stopped it.
    Cancelled,
}

/// Everything that can go wrong in this room.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BatchError {
    /// A text does not follow its fixed grammar.
    #[error("{what} {found:?} is not valid: expected {expected}")]
    Text {
        /// What kind of text.
        what: &'static str,
        /// The text as found, shortened.
        found: String,
        /// The grammar in words.
        expected: &'static str,
    },
    /// A key or an identity could not be read.
    #[error("the {what} cannot be used: {reason}; ask for the key file again")]
    Key {
        /// Which key.
        what: &'static str,
        /// Why not.
        reason: String,
    },
    /// Fewer than two different recipients.
    #[error(
        "a batch needs at least two different recipients (district and national), but {found} were given; add the missing public key"
    )]
    Recipients {
        /// Different recipients given.
        found: usize,
    },
    /// Nothing to put in the batch.
    #[error("batch {name} would be empty; there is nothing to export")]
    Empty {
        /// The batch.
        name: String,
    },
    /// A record of another class than the batch's.
    #[error(
        "record {record} is of class {found}, but this batch holds class {batch} only; export it in a batch of its own class"
    )]
    MixedClass {
        /// The record.
        record: String,
        /// Its class.
        found: &'static str,
        /// The batch's class.
        batch: &'static str,
    },
    /// The same record twice in one batch.
    #[error("record {record} was given twice for one batch; give each record once")]
    DuplicateRecord {
        /// The record.
        record: String,
    },
    /// A record that is not sealed must not reach a medium.
    #[error(
        "record {record} is not sealed (it does not start as an age file) and will not be written; seal it to the district's key first"
    )]
    NotSealed {
        /// The record.
        record: String,
    },
    /// The day's audit rows are not lines of JSON.
    #[error("line {line} of the audit rows is not one JSON object; export needs one object per line")]
    Audit {
        /// One-based line number.
        line: usize,
    },
    /// The caller's own source of records failed.
    #[error("the next record could not be loaded for the batch; nothing was written under the batch's name")]
    Source(#[source] SourceError),
    /// Reading or writing failed.
    #[error("{}: {doing} failed; check that the medium is still plugged in and try again", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What was being done.
        doing: &'static str,
        /// The cause.
        #[source]
        source: std::io::Error,
    },
    /// Too little room for the batch.
    #[error("{}: the batch needs {needed} bytes, only {free} are free; delete batches that were acknowledged or use another stick", folder.display())]
    NoSpace {
        /// The folder.
        folder: PathBuf,
        /// Bytes needed, margin included.
        needed: u64,
        /// Bytes free.
        free: u64,
    },
    /// A file of this name lies there already; nothing is ever overwritten.
    #[error("{}: already exists and is never overwritten; move it away or choose another folder", path.display())]
    Exists {
        /// The file or folder.
        path: PathBuf,
    },
    /// The medium returned other bytes than were written.
    #[error("{}: what was written does not read back the same; the stick is broken or its capacity is false, use another one", path.display())]
    ReadBack {
        /// The file.
        path: PathBuf,
    },
    /// The operator stopped it.
    #[error("stopped on request; nothing was left under the batch's name")]
    Cancelled,
    /// There is no signature beside the file.
    #[error("{}: there is no signature beside it; copy the .minisig file too", path.display())]
    Unsigned {
        /// The batch.
        path: PathBuf,
    },
    /// The signature does not fit the file or the key.
    #[error("{}: the signature does not hold ({reason}); do not use this file, ask the station for it again", path.display())]
    Signature {
        /// The signed file.
        path: PathBuf,
        /// What exactly does not hold.
        reason: String,
    },
    /// Two statements about the same thing differ.
    #[error("{}: {what} says {found:?} where {expected:?} is expected; do not use this file, ask the station for it again", path.display())]
    Mismatch {
        /// The file.
        path: PathBuf,
        /// Who says so.
        what: &'static str,
        /// What it says.
        found: String,
        /// What was expected.
        expected: String,
    },
    /// Not encrypted to this identity.
    #[error("{}: it is not encrypted to this identity; use the key of one of its recipients", path.display())]
    NotForYou {
        /// The file.
        path: PathBuf,
    },
    /// The encryption layer refuses the file.
    #[error("{}: it cannot be decrypted, it was cut short or changed; ask the station for it again", path.display())]
    Decrypt {
        /// The file.
        path: PathBuf,
        /// The cause.
        #[source]
        source: SourceError,
    },
    /// The archive holds something that a batch never holds.
    #[error("{}: refused, entry {entry:?} {reason}; nothing was kept, report this file to the district", path.display())]
    Refused {
        /// The archive.
        path: PathBuf,
        /// The entry's name, shortened and escaped.
        entry: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A signature could not be made.
    #[error("the signature could not be made; check the station's key with `rekam doctor`")]
    Sign(#[source] minisign::PError),
    /// The previous batch is not the one this batch names.
    #[error("batch {name} does not follow batch {previous} ({reason}); look for the batch in between")]
    Chain {
        /// This batch.
        name: String,
        /// The one before it in the ledger.
        previous: String,
        /// What does not fit.
        reason: &'static str,
    },
}

impl BatchError {
    /// The coarse kind.
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::Text { .. }
            | Self::Empty { .. }
            | Self::MixedClass { .. }
            | Self::DuplicateRecord { .. }
            | Self::NotSealed { .. }
            | Self::Audit { .. }
            | Self::Source(_)
            | Self::Exists { .. } => ErrorKind::Request,
            Self::Key { .. } | Self::Recipients { .. } | Self::NotForYou { .. } | Self::Sign(_) => ErrorKind::Key,
            Self::NoSpace { .. } => ErrorKind::Space,
            Self::Io { source, .. } if source.kind() == std::io::ErrorKind::StorageFull => ErrorKind::Space,
            Self::Io { .. } | Self::ReadBack { .. } => ErrorKind::Medium,
            Self::Cancelled => ErrorKind::Cancelled,
            Self::Unsigned { .. }
            | Self::Signature { .. }
            | Self::Mismatch { .. }
            | Self::Decrypt { .. }
            | Self::Refused { .. }
            | Self::Chain { .. } => ErrorKind::Tampered,
        }
    }

    pub(crate) fn text(what: &'static str, found: &str, expected: &'static str) -> Self {
        Self::Text { what, found: shorten(found), expected }
    }

    pub(crate) fn io(path: &Path, doing: &'static str, source: std::io::Error) -> Self {
        Self::Io { path: path.to_owned(), doing, source }
    }

    pub(crate) fn mismatch(path: &Path, what: &'static str, found: impl ToString, expected: impl ToString) -> Self {
        Self::Mismatch {
            path: path.to_owned(),
            what,
            found: shorten(&found.to_string()),
            expected: shorten(&expected.to_string()),
        }
    }

    pub(crate) fn refused(path: &Path, entry: &str, reason: impl Into<String>) -> Self {
        Self::Refused { path: path.to_owned(), entry: shorten(entry), reason: reason.into() }
    }
}

/// At most 80 characters of a text that may come from a hostile file.
fn shorten(text: &str) -> String {
    let mut short: String = text.chars().take(80).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    short
}
