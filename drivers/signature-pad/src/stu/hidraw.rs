//! A pad that the kernel holds: `/dev/hidrawN`.
//!
//! The kernel's own tablet driver makes a pointer of the pad at the same time; a udev rule keeps the desktop from
//! following it. Reports are numbered, so each read gives one report that begins with its number.

use std::fs::{File, OpenOptions};
use std::os::fd::AsFd;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::time::{Duration, Instant};

use rekam_plug::{Presence, SETTLES};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::OFlags;
use rustix::io::Errno;

use super::sys;
use super::transport::{HidError, HidTransport};

/// No input report of a pad is longer.
const LONGEST_INPUT: usize = 256;

/// An open raw HID device.
#[derive(Debug)]
pub struct HidRaw {
    file: File,
    presence: Presence,
}

impl HidRaw {
    /// Opens it.
    ///
    /// # Errors
    /// [`HidError::Gone`] when there is no such node, denied, or failed.
    pub fn open(path: &Path) -> Result<Self, HidError> {
        let flags = i32::try_from((OFlags::NONBLOCK | OFlags::CLOEXEC).bits()).unwrap_or(0);
        let opened = OpenOptions::new().read(true).write(true).custom_flags(flags).open(path);
        let file = opened.map_err(|error| match error.raw_os_error().map(Errno::from_raw_os_error) {
            Some(Errno::ACCESS | Errno::PERM) => HidError::Denied,
            Some(Errno::NOENT | Errno::NODEV | Errno::NXIO) => HidError::Gone,
            Some(Errno::BUSY) => HidError::Busy,
            other => HidError::Failed(other.map_or(0, Errno::raw_os_error)),
        })?;
        // Its folder in sysfs tells best; where there is none the node does.
        let class = Path::new("/sys/class/hidraw").join(path.file_name().unwrap_or_default());
        let presence = Presence::of(&std::fs::canonicalize(class).unwrap_or_else(|_| path.to_owned()));
        Ok(Self { file, presence })
    }

    /// What a failed feature report means. On the way to a pad that is being pulled the kernel meets broken signals
    /// before it notices that the pad has left.
    fn judged(&self, error: Errno) -> HidError {
        let broken_signals = matches!(error, Errno::PROTO | Errno::ILSEQ | Errno::OVERFLOW);
        let there = if broken_signals { self.presence.lasts(SETTLES) } else { self.presence.is_there() };
        if there { refusal(error) } else { HidError::Gone }
    }
}

/// What a failed feature report means. A device that has no such report stalls, which the kernel passes on as `EPIPE`,
/// or as `EIO` where another driver is between.
fn refusal(error: Errno) -> HidError {
    match error {
        Errno::NODEV | Errno::NXIO | Errno::SHUTDOWN => HidError::Gone,
        Errno::PIPE | Errno::IO | Errno::INVAL | Errno::OVERFLOW | Errno::PROTO | Errno::ILSEQ => HidError::Refused,
        Errno::TIMEDOUT | Errno::TIME => HidError::Silent,
        Errno::ACCESS | Errno::PERM => HidError::Denied,
        other => HidError::Failed(other.raw_os_error()),
    }
}

impl HidTransport for HidRaw {
    fn get_feature(&mut self, number: u8, length: usize) -> Result<Vec<u8>, HidError> {
        sys::get_feature(self.file.as_fd(), number, length).map_err(|error| self.judged(error))
    }

    fn set_feature(&mut self, report: &[u8]) -> Result<(), HidError> {
        sys::set_feature(self.file.as_fd(), report).map_err(|error| self.judged(error))
    }

    fn read_input(&mut self, wait: Duration) -> Result<Option<Vec<u8>>, HidError> {
        let until = Instant::now() + wait;
        let mut buffer = [0; LONGEST_INPUT];
        loop {
            match rustix::io::read(&self.file, &mut buffer) {
                Ok(0) => return Err(HidError::Gone),
                Ok(count) => return Ok(Some(buffer.get(..count).unwrap_or_default().to_vec())),
                Err(Errno::AGAIN | Errno::INTR) => {}
                // A pulled pad reads as EIO.
                Err(Errno::IO | Errno::NODEV | Errno::NXIO | Errno::SHUTDOWN) => return Err(HidError::Gone),
                Err(other) => return Err(HidError::Failed(other.raw_os_error())),
            }
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Ok(None);
            }
            let timeout = Timespec { tv_sec: left.as_secs() as i64, tv_nsec: i64::from(left.subsec_nanos()) };
            match poll(&mut [PollFd::new(&self.file, PollFlags::IN)], Some(&timeout)) {
                Ok(_) | Err(Errno::INTR) => {}
                Err(other) => return Err(HidError::Failed(other.raw_os_error())),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_node_that_is_not_there_is_gone_and_one_that_is_no_pad_refuses() {
        assert_eq!(HidRaw::open(Path::new("/dev/no-such-hidraw")).unwrap_err(), HidError::Gone);
        let mut null = HidRaw::open(Path::new("/dev/null")).unwrap();
        assert_eq!(null.get_feature(8, 64), Err(HidError::Failed(Errno::NOTTY.raw_os_error())));
        assert_eq!(null.read_input(Duration::ZERO), Err(HidError::Gone), "the end of a file is the end of a pad");
    }
}
