//! Whether a device may be opened, told without opening it, and what to do when it may not.
//!
//! Forbidden is seen of any device. *Busy* is seen only of a USB device that a program holds through libusb, for the
//! kernel then names the program's side as the driver of the interface. Of a serial port, a raw HID device and a video
//! device nothing short of opening tells who else has it (the kernel's list of open files shows those of one's own
//! programs only), and opening a serial port already moves its control lines; they are listed as free, and opening
//! or the first picture says [`Busy`](rekam_hal::DeviceErrorKind::Busy).

use std::path::Path;

use nix::unistd::{AccessFlags, access as may};
use rekam_hal::Access;

/// Whether this user may read and write a node; one that is not there is denied.
pub fn access(node: &Path) -> Access {
    match may(node, AccessFlags::R_OK | AccessFlags::W_OK) {
        Ok(()) => Access::Ok,
        Err(_) => Access::Denied,
    }
}

/// By which way a device is opened; each has another remedy when it is forbidden.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// A serial port: also members of a group may open it.
    Serial,
    /// A video device: likewise.
    Video,
    /// A raw USB or HID node, which only the rule opens.
    Raw,
}

/// What a list says of opening: the verdict, and the remedy where there is need of one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gate {
    /// Whether it may be opened.
    pub access: Access,
    /// What to do when it may not.
    pub remedy: Option<String>,
}

impl Gate {
    /// The verdict with its remedy; `device` is what the operator calls the thing, such as `pad`.
    pub fn new(access: Access, way: Way, device: &str) -> Self {
        let remedy = match (access, way) {
            (Access::Ok, Way::Serial | Way::Video | Way::Raw) => None,
            (Access::Denied, Way::Serial) => Some("install 70-rekam.rules or join the group dialout".to_owned()),
            (Access::Denied, Way::Video) => {
                Some("install 70-rekam.rules in /etc/udev/rules.d or join the group video".to_owned())
            }
            (Access::Denied, Way::Raw) => {
                Some(format!("install 70-rekam.rules in /etc/udev/rules.d and plug the {device} in again"))
            }
            (Access::Busy, Way::Serial | Way::Video | Way::Raw) => {
                Some(format!("close the other program that uses the {device}"))
            }
        };
        Self { access, remedy }
    }

    /// That of a node.
    pub fn of(node: &Path, way: Way, device: &str) -> Self {
        Self::new(access(node), way, device)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_may_be_opened_needs_no_remedy() {
        for way in [Way::Serial, Way::Video, Way::Raw] {
            let free = Gate::of(Path::new("/dev/null"), way, "pad");
            assert_eq!((free.access, free.remedy), (Access::Ok, None));
            let denied = Gate::of(Path::new("/dev/no-such-node"), way, "pad");
            assert_eq!(denied.access, Access::Denied);
            assert!(denied.remedy.is_some_and(|remedy| remedy.contains("70-rekam.rules")));
            let busy = Gate::new(Access::Busy, way, "pad");
            assert!(busy.remedy.is_some_and(|remedy| remedy.contains("other program") && remedy.contains("pad")));
        }
    }
}
