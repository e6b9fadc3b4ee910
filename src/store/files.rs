//! The files around the database: one station at a time, small files replaced whole, the disk asked for room.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use super::error::{Result, StoreError};

/// The database.
pub(super) const DATABASE: &str = "rekam.db";
/// A database that is being made and has not been put in place.
pub(super) const DATABASE_NEW: &str = "rekam.db.new";
/// The folder in which a store is made that shall appear with its first contents.
pub(super) const MAKING: &str = "making";
/// The wrapped keys.
pub(super) const KEYRING: &str = "keyring.json";
/// Failed tries.
pub(super) const ATTEMPTS: &str = "attempts.json";
/// The lock.
const LOCK: &str = "lock";
/// A file that comes and goes to ask the disk for room.
const PROBE: &str = ".probe";

/// Makes the data directory, readable by its owner alone.
pub(super) fn make_dir(dir: &Path) -> Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(dir).map_err(|e| StoreError::io(dir, e))
}

fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// Takes the station's lock, held until the file is dropped. The system frees it when a process dies.
pub(super) fn lock(dir: &Path) -> Result<File> {
    let path = dir.join(LOCK);
    let file = private().truncate(false).open(&path).map_err(|e| StoreError::io(&path, e))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(StoreError::InUse { path: dir.to_path_buf() }),
        Err(TryLockError::Error(e)) => Err(StoreError::io(&path, e)),
    }
}

/// Replaces a small file so that after a power cut either the old or the new one is there, whole.
pub(super) fn write_atomic(dir: &Path, name: &str, bytes: &[u8]) -> Result<()> {
    let part = dir.join(format!("{name}.part"));
    let written = (|| {
        let mut file = private().truncate(true).open(&part)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&part, dir.join(name))?;
        sync_dir(dir)
    })();
    written.map_err(|e| {
        // The leftover is worthless either way; the error that counts is the first one.
        let _ = fs::remove_file(&part);
        StoreError::io(&dir.join(name), e)
    })
}

/// Makes renames and new names in `dir` durable.
pub(super) fn sync_dir(dir: &Path) -> io::Result<()> {
    #[cfg(unix)]
    File::open(dir)?.sync_all()?;
    #[cfg(not(unix))]
    let _ = dir;
    Ok(())
}

/// Reads a small file; `None` when it is not there.
pub(super) fn read(path: &Path) -> Result<Option<Vec<u8>>> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(e) => Err(StoreError::io(path, e)),
    }
}

/// Tries what the database just failed to do, in a file of its own, to learn the cause: a page more than the
/// longest file has. `None` when that works.
pub(super) fn probe(dir: &Path, database: &Path) -> Option<io::Error> {
    let wal = wal_of(database);
    let longest = [database, wal.as_path()].iter().filter_map(|p| fs::metadata(p).ok()).map(|m| m.len()).max();
    let path = dir.join(PROBE);
    let tried = (|| {
        for existing in [database, wal.as_path()] {
            match OpenOptions::new().write(true).open(existing) {
                Err(e) if e.kind() != io::ErrorKind::NotFound => return Err(e),
                _ => {}
            }
        }
        let mut file = private().truncate(true).open(&path)?;
        file.seek(SeekFrom::Start(longest.unwrap_or(0)))?;
        file.write_all(&[0x5a; 64 << 10])?;
        file.sync_all()
    })();
    let _ = fs::remove_file(&path);
    tried.err()
}

/// The write-ahead log that belongs to a database file.
pub(super) fn wal_of(database: &Path) -> PathBuf {
    let mut name = database.as_os_str().to_os_string();
    name.push("-wal");
    PathBuf::from(name)
}

/// Bytes free for this user on the disk of `dir`; `None` where the platform does not tell.
pub(super) fn free_bytes(dir: &Path) -> Option<u64> {
    #[cfg(unix)]
    return rustix::fs::statvfs(dir).ok().map(|s| s.f_bavail.saturating_mul(s.f_frsize));
    #[cfg(not(unix))]
    return {
        let _ = dir;
        None
    };
}
