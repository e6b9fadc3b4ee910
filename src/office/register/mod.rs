//! The cached extract of the civil register: from a CSV file into the store, and looking residents up.
//!
//! The file is read here, row by row, and goes to the store's thread in portions; there it is one transaction. So
//! memory stays small whatever the file's size, and a file that breaks off, a full disk or a change of mind leaves the
//! register exactly as it was.

mod columns;
mod input;
mod report;
mod row;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::fs::File;
use std::io::Read;
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use csv::ByteRecord;

pub use self::columns::Column;
pub use self::report::{ImportReport, KEPT, Reason, RefusedRow};

use self::columns::Columns;
use self::input::Input;
use self::row::{Fields, Refusal};
use super::{OfficeError, Result};
use crate::domain::dates::format_iso;
use crate::domain::nik::{Nik, Source};
use crate::domain::resident::Resident;
use crate::store::{Db, RegisterRow, Store, StoreError};

/// Rows in a portion.
const PORTION: usize = 256;

/// Far above any district (the largest has about 150,000 obliged residents); above it the file is something else.
const MOST_ROWS: usize = 2_000_000;

/// Word that marks an invented row in the column KETERANGAN.
const INVENTED: &str = "CONTOH";

/// What [`ImportReport::recorded`] puts into the list of those recorded before, until the centre says more.
const RECORDED: &str = "SUDAH REKAM";

/// How far an import has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Rows read.
    pub rows: u64,
    /// Bytes read; compare with the file's length.
    pub bytes: u64,
}

/// Imports an extract: every readable row is put in the store under the name `id`, replacing the row of the same NIK;
/// the others are reported. All accepted rows or, on any error and when `progress` breaks, none.
///
/// `progress` is asked every few hundred rows. It must not use the store, whose thread is busy with the transaction.
/// The call blocks and does not belong in asynchronous code. The act is the caller's to audit.
///
/// # Errors
/// [`OfficeError::MissingColumn`] and the like when the file is no extract, [`OfficeError::Cancelled`], the store.
pub fn import(
    store: &Store,
    input: impl Read,
    id: &str,
    progress: &mut dyn FnMut(Progress) -> ControlFlow<()>,
) -> Result<ImportReport> {
    // From within a job of the store the transaction could never begin.
    store.call(|_| Ok(()))?;
    let (sender, receiver) = sync_channel(4);
    let answer = store.submit(move |db| db.atomically(|db| receive(db, &receiver)));
    let mut importer = Importer::new(id, store.is_training(), sender);
    let read = importer.run(input, progress);
    let report = importer.finish();
    // The transaction's end comes first: when it failed, that is why the rows were no longer taken.
    match (read, answer.wait()) {
        (Err(Stop::Because(error)), _) => Err(error),
        (Ok(()), Ok(counts)) => {
            Ok(ImportReport { replaced: (counts.before + report.accepted).saturating_sub(counts.after), ..report })
        }
        (Ok(()) | Err(Stop::StoreGone), Err(error)) => Err(error.into()),
        (Err(Stop::StoreGone), Ok(_)) => Err(StoreError::Closed.into()),
    }
}

/// [`import`] of a file.
///
/// # Errors
/// As there, and [`OfficeError::Open`].
pub fn import_file(
    store: &Store,
    path: &Path,
    id: &str,
    progress: &mut dyn FnMut(Progress) -> ControlFlow<()>,
) -> Result<ImportReport> {
    let file = File::open(path).map_err(|source| OfficeError::Open { path: path.to_path_buf(), source })?;
    import(store, file, id, progress)
}

/// A resident by NIK.
///
/// # Errors
/// The store, or a row that a newer program wrote.
pub fn lookup(store: &Store, nik: &Nik) -> Result<Option<Resident>> {
    let nik = *nik;
    store.call(move |db| db.register_get(nik.as_str()))?.as_ref().map(resident_of).transpose()
}

/// Residents whose NIK begins with `text` or whose name contains it; at most `limit`.
///
/// # Errors
/// As [`lookup`].
pub fn search(store: &Store, text: &str, limit: u32) -> Result<Vec<Resident>> {
    let text = text.to_owned();
    store.call(move |db| db.register_search(&text, limit))?.iter().map(resident_of).collect()
}

/// The resident in a row of the store.
///
/// # Errors
/// [`OfficeError::Unreadable`].
pub fn resident_of(row: &RegisterRow) -> Result<Resident> {
    serde_json::from_str(&row.body).map_err(OfficeError::Unreadable)
}

/// The row of the store for a resident.
///
/// # Errors
/// [`OfficeError::Unreadable`], which no resident can cause.
pub fn row_of(resident: &Resident, import: &str) -> Result<RegisterRow> {
    Ok(RegisterRow {
        nik: resident.nik.as_str().to_owned(),
        kk: resident.kk.as_str().to_owned(),
        name: resident.name.as_str().to_owned(),
        birth_date: format_iso(resident.birth_date),
        village: resident.address.village.as_str().to_owned(),
        status: resident.status.text().to_owned(),
        import: import.to_owned(),
        body: serde_json::to_string(resident).map_err(OfficeError::Unreadable)?,
    })
}

/// From the reading to the writing side.
enum Portion {
    Rows(Vec<RegisterRow>),
    Recorded { niks: Vec<String>, source: String },
    Commit,
}

struct Counts {
    before: u64,
    after: u64,
}

/// On the store's thread, inside the transaction. A sender that is gone without a commit undoes everything.
fn receive(db: &mut Db, portions: &Receiver<Portion>) -> crate::store::Result<Counts> {
    let before = db.register_count()?;
    loop {
        match portions.recv() {
            Ok(Portion::Rows(rows)) => drop(db.register_put(&rows)?),
            Ok(Portion::Recorded { niks, source }) => note_recorded(db, &niks, &source)?,
            Ok(Portion::Commit) => return Ok(Counts { before, after: db.register_count()? }),
            Err(_) => return Err(StoreError::Closed),
        }
    }
}

/// What is known already is known better: the extract only says "recorded".
fn note_recorded(db: &mut Db, niks: &[String], source: &str) -> crate::store::Result<()> {
    for nik in niks {
        if db.recorded_get(nik)?.is_none() {
            db.recorded_put(nik, "", RECORDED, source)?;
        }
    }
    Ok(())
}

/// Why reading stopped early.
enum Stop {
    Because(OfficeError),
    StoreGone,
}

impl From<OfficeError> for Stop {
    fn from(error: OfficeError) -> Self {
        Self::Because(error)
    }
}

struct Importer {
    report: ImportReport,
    training: bool,
    sender: SyncSender<Portion>,
    seen: HashMap<Nik, u64>,
    rows: Vec<RegisterRow>,
    recorded: Vec<String>,
}

impl Importer {
    fn new(id: &str, training: bool, sender: SyncSender<Portion>) -> Self {
        let report = ImportReport { import: id.to_owned(), ..ImportReport::default() };
        Self { report, training, sender, seen: HashMap::new(), rows: Vec::new(), recorded: Vec::new() }
    }

    fn run(
        &mut self,
        input: impl Read,
        progress: &mut dyn FnMut(Progress) -> ControlFlow<()>,
    ) -> std::result::Result<(), Stop> {
        let mut input = Input::open(input)?;
        let mut record = ByteRecord::new();
        if !input.next(&mut record)? {
            return Err(OfficeError::EmptyFile.into());
        }
        let columns = Columns::read(texts(&record, input.line())?.into_iter())?;
        while input.next(&mut record)? {
            let fields = texts(&record, input.line())?;
            // Spreadsheets end their files with rows of nothing but separators.
            if fields.iter().all(|field| field.trim().is_empty()) {
                continue;
            }
            self.take(&columns, &fields, input.line())?;
            if self.report.rows.is_multiple_of(PORTION as u64) {
                self.ship()?;
                ask(progress, self.report.rows, input.bytes())?;
            }
        }
        self.ship()?;
        ask(progress, self.report.rows, input.bytes())?;
        self.send(Portion::Commit)
    }

    fn take(&mut self, columns: &Columns, fields: &[&str], line: u64) -> Result<()> {
        self.report.rows += 1;
        let row = Fields::new(columns, fields);
        let checked = if fields.len() == columns.width() {
            self.check(&row)
        } else {
            Err((Column::Nik, Reason::Fields { found: fields.len(), expected: columns.width() }))
        };
        match checked {
            Ok(resident) => self.accept(&resident, row::is_recorded(&row), line),
            Err(refusal) => {
                self.refuse(&row, refusal, line);
                Ok(())
            }
        }
    }

    fn check(&self, row: &Fields<'_>) -> std::result::Result<Resident, Refusal> {
        if !self.training && row.get(Column::Remark).eq_ignore_ascii_case(INVENTED) {
            return Err((Column::Remark, Reason::Training));
        }
        let resident = row::resident(row)?;
        match self.seen.get(&resident.nik) {
            Some(line) => Err((Column::Nik, Reason::Repeated { line: *line })),
            None => Ok(resident),
        }
    }

    fn accept(&mut self, resident: &Resident, recorded: bool, line: u64) -> Result<()> {
        if self.seen.len() >= MOST_ROWS {
            return Err(OfficeError::TooManyRows(MOST_ROWS));
        }
        self.seen.insert(resident.nik, line);
        self.report.accepted += 1;
        if recorded {
            self.report.recorded += 1;
            self.recorded.push(resident.nik.as_str().to_owned());
        }
        self.rows.push(row_of(resident, &self.report.import)?);
        Ok(())
    }

    fn refuse(&mut self, row: &Fields<'_>, (column, reason): Refusal, line: u64) {
        self.report.refused += 1;
        if self.report.refusals.len() < KEPT {
            let nik = Nik::parse(row.get(Column::Nik), Source::Register).ok().map(|nik| nik.value.masked());
            self.report.refusals.push(RefusedRow { line, nik, column, reason });
        }
    }

    fn ship(&mut self) -> std::result::Result<(), Stop> {
        let (rows, niks) = (std::mem::take(&mut self.rows), std::mem::take(&mut self.recorded));
        if !niks.is_empty() {
            let source = self.report.import.clone();
            self.send(Portion::Recorded { niks, source })?;
        }
        if rows.is_empty() { Ok(()) } else { self.send(Portion::Rows(rows)) }
    }

    fn send(&self, portion: Portion) -> std::result::Result<(), Stop> {
        self.sender.send(portion).map_err(|_| Stop::StoreGone)
    }

    /// Lets the store's thread go and gives the report.
    fn finish(self) -> ImportReport {
        self.report
    }
}

fn ask(progress: &mut dyn FnMut(Progress) -> ControlFlow<()>, rows: u64, bytes: u64) -> std::result::Result<(), Stop> {
    match progress(Progress { rows, bytes }) {
        ControlFlow::Continue(()) => Ok(()),
        ControlFlow::Break(()) => Err(OfficeError::Cancelled.into()),
    }
}

fn texts(record: &ByteRecord, line: u64) -> Result<Vec<&str>> {
    record.iter().map(|field| std::str::from_utf8(field).map_err(|_| OfficeError::NotUtf8 { line })).collect()
}
