//! The few disk calls an export makes, behind a trait, so that tests can let each of them fail.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::Path;

/// A file being written.
pub trait DiskFile: Write {
    /// Brings everything written onto the medium and then forgets the cached copy, so that reading it back asks the
    /// medium and not the memory.
    fn sync(&mut self) -> io::Result<()>;
}

/// The disk calls of an export. All paths are those the caller gave.
pub trait Disk {
    /// Creates a file for writing; an older one of the same name is emptied.
    fn create(&self, path: &Path) -> io::Result<Box<dyn DiskFile + '_>>;
    /// Opens a file for reading.
    fn open(&self, path: &Path) -> io::Result<Box<dyn Read + '_>>;
    /// Whether something of this name exists.
    fn exists(&self, path: &Path) -> io::Result<bool>;
    /// Gives a file its final name, and brings what lies under it onto the medium.
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()>;
    /// Removes a file.
    fn remove(&self, path: &Path) -> io::Result<()>;
    /// Brings the folder's names onto the medium.
    fn sync_folder(&self, folder: &Path) -> io::Result<()>;
    /// Free bytes for an ordinary user; `None` where the platform does not tell.
    fn free_bytes(&self, folder: &Path) -> io::Result<Option<u64>>;
}

/// The machine's own disks.
#[derive(Clone, Copy, Debug, Default)]
pub struct RealDisk;

struct RealFile(File);

impl Write for RealFile {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        self.0.write(buffer)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

impl DiskFile for RealFile {
    fn sync(&mut self) -> io::Result<()> {
        self.0.sync_all()?;
        forget_cache(&self.0);
        Ok(())
    }
}

impl Disk for RealDisk {
    fn create(&self, path: &Path) -> io::Result<Box<dyn DiskFile + '_>> {
        let file = OpenOptions::new().write(true).create(true).truncate(true).open(path)?;
        Ok(Box::new(RealFile(file)))
    }

    fn open(&self, path: &Path) -> io::Result<Box<dyn Read + '_>> {
        Ok(Box::new(File::open(path)?))
    }

    fn exists(&self, path: &Path) -> io::Result<bool> {
        // A dangling link counts as existing: its name is taken.
        match fs::symlink_metadata(path) {
            Ok(_) => Ok(true),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(error) => Err(error),
        }
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        fs::rename(from, to)?;
        // A FAT file system keeps a file's size and place in its name's entry. A rename makes a new entry, empty, and
        // leaves it to the *file's* next sync to fill it: with the folder alone synced, a pulled stick holds files
        // of no bytes.
        OpenOptions::new().write(true).open(to)?.sync_all()
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        fs::remove_file(path)
    }

    fn sync_folder(&self, folder: &Path) -> io::Result<()> {
        sync_folder(folder)
    }

    fn free_bytes(&self, folder: &Path) -> io::Result<Option<u64>> {
        free_bytes(folder)
    }
}

#[cfg(target_os = "linux")]
fn forget_cache(file: &File) {
    // Only advice: a file system that ignores it (tmpfs) still gets its hash compared.
    let _ = rustix::fs::fadvise(file, 0, None, rustix::fs::Advice::DontNeed);
}

#[cfg(not(target_os = "linux"))]
fn forget_cache(_: &File) {}

#[cfg(unix)]
fn sync_folder(folder: &Path) -> io::Result<()> {
    match File::open(folder)?.sync_all() {
        // Some file systems (FUSE, network) cannot sync a folder and say so; the file itself is synced already.
        Err(error) if matches!(error.kind(), io::ErrorKind::InvalidInput | io::ErrorKind::Unsupported) => Ok(()),
        outcome => outcome,
    }
}

#[cfg(not(unix))]
fn sync_folder(_: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(unix)]
fn free_bytes(folder: &Path) -> io::Result<Option<u64>> {
    let space = rustix::fs::statvfs(folder)?;
    Ok(Some(space.f_bavail.saturating_mul(space.f_frsize)))
}

#[cfg(not(unix))]
fn free_bytes(_: &Path) -> io::Result<Option<u64>> {
    Ok(None)
}
