//! The device's end of the cable: a pseudo terminal's master that can be pulled at any moment.

use std::ffi::OsStr;
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rustix::fs::{OFlags, fcntl_setfl};
use rustix::io::Errno;
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{OptionalActions, tcgetattr, tcsetattr};

/// Names one signature being written; outdated by the next one and by pulling the cable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ticket(u64);

/// The device's end. Outside the lock nothing blocks, so pulling the cable never has to wait for a slow reader.
#[derive(Default)]
pub struct Line {
    end: Mutex<Option<(OwnedFd, PathBuf)>>,
    ticket: AtomicU64,
}

impl Line {
    /// Makes a pseudo terminal unless there is one; gives the path of the host's end.
    pub fn plug(&self) -> io::Result<PathBuf> {
        let mut end = self.end();
        if let Some((_, path)) = end.as_ref() {
            return Ok(path.clone());
        }
        let (master, path) = open()?;
        *end = Some((master, path.clone()));
        Ok(path)
    }

    /// Closes the device's end: the host's reads fail from now on.
    pub fn unplug(&self) {
        self.next_ticket();
        self.end().take();
    }

    /// Path of the host's end.
    pub fn path(&self) -> Option<PathBuf> {
        self.end().as_ref().map(|(_, path)| path.clone())
    }

    /// Outdates all tickets and gives a new one.
    pub fn next_ticket(&self) -> Ticket {
        Ticket(self.ticket.fetch_add(1, Ordering::AcqRel) + 1)
    }

    /// Whether this ticket is the newest.
    pub fn is_current(&self, ticket: Ticket) -> bool {
        self.ticket.load(Ordering::Acquire) == ticket.0
    }

    /// Sends all bytes, waiting for a slow reader; `false` when the ticket is outdated or the cable out.
    pub fn send(&self, ticket: Ticket, mut bytes: &[u8]) -> bool {
        while !bytes.is_empty() {
            if !self.is_current(ticket) {
                return false;
            }
            let written = match self.end().as_ref() {
                Some((master, _)) => rustix::io::write(master, bytes),
                None => return false,
            };
            match written {
                Ok(count) if count > 0 => bytes = bytes.get(count..).unwrap_or_default(),
                Ok(_) | Err(Errno::AGAIN) => std::thread::sleep(Duration::from_millis(1)),
                Err(Errno::INTR) => {}
                Err(_) => return false,
            }
        }
        true
    }

    /// What the host has sent since the last look.
    pub fn received(&self) -> Vec<u8> {
        let (mut all, mut piece) = (Vec::new(), [0; 256]);
        if let Some((master, _)) = self.end().as_ref() {
            // A master without a host reads as an error, like one that has nothing.
            while let Ok(count @ 1..) = rustix::io::read(master, &mut piece) {
                all.extend_from_slice(piece.get(..count).unwrap_or_default());
            }
        }
        all
    }

    fn end(&self) -> MutexGuard<'_, Option<(OwnedFd, PathBuf)>> {
        self.end.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A pseudo terminal: the device's end, and the path of the host's.
pub(crate) fn open() -> io::Result<(OwnedFd, PathBuf)> {
    let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC)?;
    grantpt(&master)?;
    unlockpt(&master)?;
    let name = ptsname(&master, Vec::new())?;
    // Raw from the start: what is sent before the driver sets the line up must not be echoed or rewritten.
    let mut settings = tcgetattr(&master)?;
    settings.make_raw();
    tcsetattr(&master, OptionalActions::Now, &settings)?;
    fcntl_setfl(&master, OFlags::RDWR | OFlags::NONBLOCK)?;
    Ok((master, PathBuf::from(OsStr::from_bytes(name.as_bytes()))))
}
