//! The one connection, and transactions that nest.
//!
//! Every page is encrypted and authenticated by SQLCipher (raw 32-byte key, 16 KiB pages), so a damaged page is
//! an error and never wrong data. WAL with `synchronous = FULL`: what was acknowledged survives a power cut.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use rusqlite::{Connection, OpenFlags, Row};
use time::OffsetDateTime;
use zeroize::Zeroizing;

use super::error::{Result, StoreError};
use super::{keyring, migrations};

/// The database, as a job on the store's thread sees it. The operations live in one file each.
#[derive(Debug)]
pub struct Db {
    pub(super) connection: Connection,
    pub(super) dir: PathBuf,
    pub(super) file: PathBuf,
    depth: u32,
}

impl Db {
    /// Opens the database and brings its schema up to date.
    pub(super) fn open(dir: &Path, file: &Path, key: &[u8; 32], create: bool) -> Result<Self> {
        let opened = connect(file, key, create).and_then(|mut connection| {
            migrations::migrate(&mut connection)?;
            Ok(connection)
        });
        match opened {
            Ok(connection) if connection.is_readonly("main").unwrap_or(false) => {
                Err(StoreError::ReadOnly { path: file.to_path_buf(), source: None })
            }
            Ok(connection) => Ok(Self { connection, dir: dir.to_path_buf(), file: file.to_path_buf(), depth: 0 }),
            // The connection that failed is gone; damage is looked for over a fresh one.
            Err(error) => Err(match keyed(file, key, false) {
                Ok(connection) => explain(&connection, dir, file, error),
                Err(_) => error.classified(dir, file),
            }),
        }
    }

    /// Closes the connection, moving the write-ahead log into the database.
    pub(super) fn shut(self) -> std::result::Result<(), (Connection, rusqlite::Error)> {
        self.connection.close()
    }

    /// Does several things or none: when `body` fails, everything it did is undone. Nests.
    pub fn atomically<T>(&mut self, body: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        let name = self.depth;
        let (begin, commit) = match name {
            0 => ("BEGIN IMMEDIATE".to_owned(), "COMMIT".to_owned()),
            n => (format!("SAVEPOINT level{n}"), format!("RELEASE level{n}")),
        };
        self.connection.execute_batch(&begin)?;
        self.depth += 1;
        let done = body(self).and_then(|value| {
            self.intact()?;
            self.connection.execute_batch(&commit)?;
            Ok(value)
        });
        self.depth = name;
        if done.is_err() {
            self.roll_back(name);
        }
        done
    }

    fn roll_back(&mut self, level: u32) {
        // A full disk may have rolled everything back already; then there is nothing left to undo.
        if self.connection.is_autocommit() {
            return;
        }
        let undo = match level {
            0 => "ROLLBACK".to_owned(),
            n => format!("ROLLBACK TO level{n}; RELEASE level{n}"),
        };
        if let Err(error) = self.connection.execute_batch(&undo) {
            tracing::warn!(%error, "rolling back failed");
        }
    }

    /// Leaves no transaction open, whatever a job did.
    pub(super) fn settle(&mut self) {
        self.depth = 0;
        self.roll_back(0);
    }

    /// Moves the write-ahead log into the database as far as nobody is in the way.
    pub(super) fn checkpoint(&mut self) {
        if let Err(error) = self.connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(())) {
            tracing::warn!(%error, "checkpoint failed");
        }
    }

    /// A fact about this database.
    pub(super) fn meta(&self, name: &'static str) -> Result<String> {
        self.one("SELECT value FROM meta WHERE name = ?1", [name], |r| r.get(0))?
            .ok_or_else(|| StoreError::corrupt("the table of facts"))
    }

    pub(super) fn set_meta(&mut self, name: &str, value: &str) -> Result<()> {
        self.change("INSERT INTO meta (name, value) VALUES (?1, ?2)", [name, value])?;
        Ok(())
    }

    /// The age recipient (`age1..`) to which review copies are sealed.
    pub fn review_recipient(&self) -> Result<String> {
        self.meta("review_recipient")
    }

    /// Whether everything read so far was authentic. SQLCipher answers a damaged page with zeros and an error that
    /// SQLite may notice only at the next page, so every reading ends with this question.
    pub(super) fn intact(&self) -> Result<()> {
        let status: String = self.connection.query_row("PRAGMA cipher_status", [], |r| r.get(0))?;
        if status == "1" {
            return Ok(());
        }
        let pages = damaged_pages(&self.connection, 3).unwrap_or_default();
        Err(StoreError::corrupt(if pages.is_empty() { "a page of the database".into() } else { pages.join("; ") }))
    }

    /// At most one row.
    pub(super) fn one<T>(
        &self,
        sql: &str,
        params: impl rusqlite::Params,
        map: impl FnOnce(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Option<T>> {
        let found = match self.connection.prepare(sql)?.query_row(params, map) {
            Err(rusqlite::Error::QueryReturnedNoRows) => None,
            other => Some(other),
        };
        self.intact()?;
        Ok(found.transpose()?)
    }

    /// All rows.
    pub(super) fn all<T>(
        &self,
        sql: &str,
        params: impl rusqlite::Params,
        map: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Vec<T>> {
        let mut statement = self.connection.prepare(sql)?;
        let rows = statement.query_map(params, map)?.collect::<rusqlite::Result<_>>();
        self.intact()?;
        Ok(rows?)
    }

    /// Changes rows and says how many.
    pub(super) fn change(&mut self, sql: &str, params: impl rusqlite::Params) -> Result<usize> {
        Ok(self.connection.prepare(sql)?.execute(params)?)
    }
}

/// Opens a connection with the key and the settings that must be set every time.
fn connect(file: &Path, key: &[u8; 32], create: bool) -> Result<Connection> {
    let connection = keyed(file, key, create)?;
    connection.execute_batch(
        "PRAGMA temp_store = MEMORY;
         PRAGMA busy_timeout = 5000;
         PRAGMA foreign_keys = ON;
         PRAGMA secure_delete = ON;
         PRAGMA journal_mode = WAL;
         PRAGMA synchronous = FULL;
         PRAGMA wal_autocheckpoint = 4096;
         PRAGMA journal_size_limit = 134217728;",
    )?;
    Ok(connection)
}

/// Opens a connection with the key alone; nothing has been read yet.
fn keyed(file: &Path, key: &[u8; 32], create: bool) -> Result<Connection> {
    let mut flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    flags.set(OpenFlags::SQLITE_OPEN_CREATE, create);
    prepare_cipher()?;
    let connection = Connection::open_with_flags(file, flags)?;
    let pragma = Zeroizing::new(format!("PRAGMA key = \"x'{}'\";", *Zeroizing::new(keyring::encode_hex(key))));
    connection.execute_batch(&pragma)?;
    // SQLCipher logs to standard error otherwise, and the error itself says all there is to say.
    connection.execute_batch("PRAGMA cipher_log_level = NONE; PRAGMA cipher_page_size = 16384;")?;
    Ok(connection)
}

/// Sets up SQLite and its cipher, once, before anything else of them is used.
///
/// SQLite calls itself ready before it has set SQLCipher up (`sqlite3_initialize` runs its extra initialisation
/// last and outside the lock), so of two threads that open a first database together one finds no cipher. Whoever
/// comes first opens a connection to nothing, which does all of it; the others wait.
fn prepare_cipher() -> Result<()> {
    static READY: Mutex<bool> = Mutex::new(false);
    // Under the lock nothing can panic half-way: the flag is true only after the opening.
    let mut ready = READY.lock().unwrap_or_else(PoisonError::into_inner);
    if !*ready {
        drop(Connection::open_in_memory()?);
        *ready = true;
    }
    Ok(())
}

/// Reads every page and names those that fail. Reads the whole file; an empty answer means sound.
pub(super) fn damaged_pages(connection: &Connection, limit: usize) -> Result<Vec<String>> {
    let mut statement = connection.prepare("PRAGMA cipher_integrity_check")?;
    let mut rows = statement.query([])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(row.get(0)?);
        if found.len() == limit {
            break;
        }
    }
    Ok(found)
}

/// Tells damage from other refusals. A page whose authentication fails arrives under several codes, "out of
/// memory" among them, so the pages themselves are asked; the first that fail are named.
pub(super) fn explain(connection: &Connection, dir: &Path, file: &Path, error: StoreError) -> StoreError {
    // The full-text index reports damage as a plain SQL error.
    use rusqlite::ErrorCode::{DatabaseCorrupt, NotADatabase, OutOfMemory, Unknown};
    let StoreError::Database(source) = error else { return error };
    if let Some(DatabaseCorrupt | NotADatabase | OutOfMemory | Unknown) = source.sqlite_error_code() {
        let damaged = damaged_pages(connection, 3).unwrap_or_default();
        if !damaged.is_empty() {
            return StoreError::Corrupt { what: damaged.join("; "), source: Some(Box::new(source)) };
        }
    }
    StoreError::Database(source).classified(dir, file)
}

/// A moment as the database keeps it: UTC nanoseconds since 1970 (years 1678 to 2262, clamped).
pub(super) fn nanos(at: OffsetDateTime) -> i64 {
    i64::try_from(at.unix_timestamp_nanos()).unwrap_or(if at.year() < 1970 { i64::MIN } else { i64::MAX })
}

/// The reverse of [`nanos`], in UTC.
pub(super) fn moment(nanos: i64) -> OffsetDateTime {
    OffsetDateTime::from_unix_timestamp_nanos(i128::from(nanos)).unwrap_or(OffsetDateTime::UNIX_EPOCH)
}

/// A column that holds a moment.
pub(super) fn moment_at(row: &Row<'_>, column: &str) -> rusqlite::Result<OffsetDateTime> {
    row.get(column).map(moment)
}

/// A column that may hold a moment.
pub(super) fn maybe_moment_at(row: &Row<'_>, column: &str) -> rusqlite::Result<Option<OffsetDateTime>> {
    Ok(row.get::<_, Option<i64>>(column)?.map(moment))
}
