//! What can go wrong in the office, by what its people can do about it.

use std::path::PathBuf;

use time::Date;

use crate::store::StoreError;

/// Why the office did not do what was asked. After every error the store is as it was before the call.
#[derive(Debug, thiserror::Error)]
pub enum OfficeError {
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A file cannot be opened.
    #[error("{} cannot be opened: check that the file is there and that this account may read it", path.display())]
    Open {
        /// Which.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// Reading broke off.
    #[error("reading the file broke off: put the stick in again, or copy the file to this computer first")]
    Read(#[source] std::io::Error),
    /// Writing broke off.
    #[error("the list cannot be written: check the free space and choose another place")]
    Write(#[source] std::io::Error),
    /// A file without a header row.
    #[error("the file is empty: ask for the register extract again")]
    EmptyFile,
    /// UTF-16, as some spreadsheets write "Unicode text".
    #[error("the file is UTF-16 text: save it as \"CSV UTF-8\" and import it again")]
    Utf16,
    /// Neither ASCII nor UTF-8.
    #[error("line {line} is not UTF-8 text: save the file as \"CSV UTF-8\" and import it again")]
    NotUtf8 {
        /// Line, from 1.
        line: u64,
    },
    /// The header lacks a column that every row needs.
    #[error("the first line has no column {0}: ask for an extract with SIAK's column names in its first line")]
    MissingColumn(&'static str),
    /// The header has a column twice.
    #[error("the first line has the column {0} twice: remove one of them")]
    DoubleColumn(&'static str),
    /// A row that does not end: usually a quotation mark that is never closed.
    #[error("the row after line {line} does not end: look for a quotation mark that is never closed")]
    EndlessRow {
        /// Line, from 1.
        line: u64,
    },
    /// More rows than a station can want.
    #[error("the file has more than {0} rows: ask for the extract of one district")]
    TooManyRows(usize),
    /// The person at the desk stopped it; nothing was changed.
    #[error("cancelled: the register is as it was before")]
    Cancelled,
    /// A resident's data in the store cannot be read.
    #[error("a row of the register cannot be read: import the register again")]
    Unreadable(#[source] serde_json::Error),
    /// A record's journal cannot be read.
    #[error("record {record} cannot be read: run the self-test, then restore the backup")]
    Journal {
        /// Which.
        record: String,
        /// Why.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The resident stands in line already.
    #[error("this resident has number {number} already: call that number, or close it first")]
    AlreadyInLine {
        /// The number.
        number: u32,
    },
    /// The ticket is not where the act needs it.
    #[error("number {number} is {state}: it must be {wanted} for this")]
    TicketState {
        /// The number.
        number: u32,
        /// Where it is.
        state: &'static str,
        /// Where it should be.
        wanted: &'static str,
    },
    /// Another desk has the ticket.
    #[error("number {number} is at {desk}: ask there, or wait until it is given back")]
    OtherDesk {
        /// The number.
        number: u32,
        /// The desk.
        desk: String,
    },
    /// No day with a free place.
    #[error("no free day within a year from {0}: raise the number of appointments per day in the settings")]
    NoFreeDay(Date),
    /// A setting that cannot be read.
    #[error("the setting {name} says {value:?}, which it cannot: {expected}")]
    Setting {
        /// Which.
        name: &'static str,
        /// What it says.
        value: String,
        /// What it should say.
        expected: &'static str,
    },
    /// A page cannot be drawn.
    #[error("the page cannot be made ({0}): report this with the program's version")]
    Page(String),
}

/// The result of anything the office does.
pub type Result<T, E = OfficeError> = std::result::Result<T, E>;
