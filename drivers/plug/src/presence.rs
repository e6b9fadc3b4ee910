//! Whether a device is still there.
//!
//! When a cable is pulled on a real host, the transfers that run end first, with an error that says no more than that
//! something failed; only then does the kernel notice that the device has left. So a failed transfer is judged a
//! little later, by whether the system still shows the device.

use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// How long the kernel may take to notice a pulled cable.
pub const SETTLES: Duration = Duration::from_millis(500);
const LOOKS_EVERY: Duration = Duration::from_millis(10);

/// One plugging in of a device, known by its folder in sysfs or its node: when it comes again in the same place, it is
/// another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Presence {
    path: PathBuf,
    /// File system and file. A device that was not to be seen when it was opened cannot be missed.
    file: Option<(u64, u64)>,
}

impl Presence {
    /// The device that is there now.
    pub fn of(path: &Path) -> Self {
        Self { path: path.to_owned(), file: file(path) }
    }

    /// Whether it is there at this moment.
    pub fn is_there(&self) -> bool {
        self.file.is_none() || self.file == file(&self.path)
    }

    /// Whether it is still there when `within` has passed; answers at once when it is not.
    pub fn lasts(&self, within: Duration) -> bool {
        let until = Instant::now() + within;
        loop {
            if !self.is_there() {
                return false;
            }
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return true;
            }
            std::thread::sleep(left.min(LOOKS_EVERY));
        }
    }
}

fn file(path: &Path) -> Option<(u64, u64)> {
    let about = std::fs::metadata(path).ok()?;
    Some((about.dev(), about.ino()))
}

/// Whether a path of sysfs or `/dev` exists when `within` has passed (see [`SETTLES`]); `false` at once when it does
/// not. Who has held the device for a while should keep a [`Presence`], which also notices a quick re-plugging.
pub fn still_there(path: &Path, within: Duration) -> bool {
    let presence = Presence::of(path);
    presence.file.is_some() && presence.lasts(within)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_device_that_left_is_missed_and_one_that_stays_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let device = folder.path().join("1-4");
        std::fs::create_dir(&device).unwrap();
        let here = Presence::of(&device);
        assert!(here.is_there() && here.lasts(Duration::from_millis(30)));
        assert!(still_there(&device, Duration::from_millis(30)));
        let leaves = device.clone();
        let pulled = std::thread::spawn(move || {
            std::thread::sleep(Duration::from_millis(20));
            std::fs::remove_dir(leaves).unwrap();
        });
        assert!(!here.lasts(Duration::from_secs(60)));
        pulled.join().unwrap();
        assert!(!still_there(&device, Duration::from_secs(60)));
    }

    #[test]
    fn a_device_that_comes_again_is_another_one() {
        let folder = tempfile::tempdir().unwrap();
        let device = folder.path().join("video0");
        std::fs::write(&device, "").unwrap();
        let first = Presence::of(&device);
        // Both exist at once, so they cannot be the same file under the same number.
        std::fs::write(folder.path().join("next"), "").unwrap();
        std::fs::rename(folder.path().join("next"), &device).unwrap();
        assert!(!first.is_there() && Presence::of(&device).is_there());
    }

    #[test]
    fn what_was_never_to_be_seen_is_not_missed() {
        assert!(Presence::of(Path::new("/sys/no-such-device")).lasts(Duration::ZERO));
    }
}
