//! What an import did: counts, and every refused row with its line and one reason.

use std::io::Write;

use super::super::words::Words;
use super::super::{OfficeError, Result};
use super::columns::Column;
use crate::domain::codes::UnknownCode;
use crate::domain::dates::DateError;
use crate::domain::kk::KkError;
use crate::domain::name::NameError;
use crate::domain::nik::{DigitsError, NikError};

/// Refused rows that are kept one by one; further ones are only counted, so that a wrong file cannot fill the memory.
pub const KEPT: usize = 20_000;

/// Why a row was refused. Names no personal data.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Reason {
    /// Nothing there.
    #[error("the field is empty: complete it in the register")]
    Empty,
    /// A NIK that is none.
    #[error(transparent)]
    Nik(#[from] NikError),
    /// A family card number that is none.
    #[error(transparent)]
    Kk(#[from] KkError),
    /// A name that is none.
    #[error(transparent)]
    Name(#[from] NameError),
    /// A date that is none.
    #[error(transparent)]
    Date(#[from] DateError),
    /// A code that its list does not have.
    #[error(transparent)]
    Code(#[from] UnknownCode),
    /// Digits that are wrong in kind or number.
    #[error(transparent)]
    Digits(#[from] DigitsError),
    /// A word that its list does not have.
    #[error("neither a code nor a word of its list: write the code")]
    UnknownWord,
    /// A region code with other than digits, or with too many.
    #[error("a region code of up to {digits} digits belongs here")]
    Region {
        /// How many digits at most.
        digits: usize,
    },
    /// Neither RT nor RW.
    #[error("RT and RW are numbers of up to three digits")]
    Unit,
    /// Longer than the register's column.
    #[error("{found} characters, and {most} is the most: shorten it in the register")]
    TooLong {
        /// Characters found.
        found: usize,
        /// Characters allowed.
        most: usize,
    },
    /// A spreadsheet has turned the digits into a number.
    #[error("a spreadsheet has turned the digits into a number and lost some: export the column as text")]
    Spreadsheet,
    /// The NIK was in the file before.
    #[error("the same NIK stands in line {line}: keep one of the two")]
    Repeated {
        /// The line of the first.
        line: u64,
    },
    /// More or fewer fields than the first line.
    #[error("{found} fields instead of {expected}: look for a separator inside a field")]
    Fields {
        /// Fields found.
        found: usize,
        /// Fields of the first line.
        expected: usize,
    },
    /// An invented row on a real station.
    #[error("an invented row for training: it has no place on a real station")]
    Training,
}

impl Reason {
    /// Key of the sentence in the list of words.
    pub fn key(&self) -> &'static str {
        match self {
            Self::Empty => "import-empty",
            Self::Nik(_) => "import-nik",
            Self::Kk(_) => "import-kk",
            Self::Name(_) => "import-name",
            Self::Date(_) => "import-date",
            Self::Code(_) | Self::UnknownWord => "import-code",
            Self::Digits(_) | Self::Region { .. } | Self::Unit => "import-digits",
            Self::TooLong { .. } => "import-too-long",
            Self::Spreadsheet => "import-spreadsheet",
            Self::Repeated { .. } => "import-repeated",
            Self::Fields { .. } => "import-fields",
            Self::Training => "import-training",
        }
    }
}

/// A row that was not imported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefusedRow {
    /// Line in the file, from 1 (the header).
    pub line: u64,
    /// The NIK without its middle, where it could be read.
    pub nik: Option<String>,
    /// The column that is wrong.
    pub column: Column,
    /// What is wrong in it.
    pub reason: Reason,
}

/// What an import did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ImportReport {
    /// Name of this import, as kept with every row.
    pub import: String,
    /// Rows in the file without the header and blank lines.
    pub rows: u64,
    /// Rows that are in the store now.
    pub accepted: u64,
    /// Rows that are not.
    pub refused: u64,
    /// Accepted rows that took the place of older ones.
    pub replaced: u64,
    /// Accepted rows whose resident holds a card already (STATUS_KTP).
    pub recorded: u64,
    /// The refused rows in order of lines, the first [`KEPT`] of them.
    pub refusals: Vec<RefusedRow>,
}

impl ImportReport {
    /// Writes the refused rows as CSV with a header, one reason each, for the office that keeps the register.
    ///
    /// # Errors
    /// [`OfficeError::Write`].
    pub fn write_csv(&self, out: impl Write, words: &Words) -> Result<()> {
        let mut csv = csv::Writer::from_writer(out);
        let failed = |error: csv::Error| OfficeError::Write(error.into());
        csv.write_record(
            ["import-line", "import-nik-masked", "import-column", "import-reason"].map(|key| words.get(key)),
        )
        .map_err(failed)?;
        for row in &self.refusals {
            let (line, nik) = (row.line.to_string(), row.nik.clone().unwrap_or_else(|| "-".into()));
            csv.write_record([line, nik, row.column.name().into(), self.sentence(row, words)]).map_err(failed)?;
        }
        csv.flush().map_err(OfficeError::Write)
    }

    /// Why a row was refused, in words.
    pub fn sentence(&self, row: &RefusedRow, words: &Words) -> String {
        let line = match row.reason {
            Reason::Repeated { line } => line.to_string(),
            _ => row.line.to_string(),
        };
        words.say(row.reason.key(), &[("line", &line), ("column", row.column.name())])
    }
}
