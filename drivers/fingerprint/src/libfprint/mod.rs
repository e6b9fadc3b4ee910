//! Scanners by way of libfprint, where it is installed.
//!
//! What is plugged in is read from sysfs and a table by USB numbers ([`reader`], [`listing`]): libfprint itself is loaded
//! only when a scanner is opened, because it tells neither resolution nor socket, and some of its drivers reset a device
//! in order to find out whether it is theirs. A scanner that is not in the table is not offered: most of those that
//! libfprint knows are strips for a laptop's login.
//!
//! All of libfprint runs in one GLib main context, so all calls are made on one thread of the process ([`worker`]), and
//! one scanner is open at a time.

mod listing;
mod meaning;
mod reader;
mod scanner;
mod worker;

pub use listing::{devices, devices_including_native};
pub use scanner::LibfprintScanner;

/// Name of the driver.
pub const DRIVER: &str = "libfprint";

/// Whether the library is installed: loads it, and touches no device.
///
/// # Errors
/// [`Missing`](rekam_fingerprint_sys::Missing), whose words say which package to install.
pub fn installed() -> Result<(), rekam_fingerprint_sys::Missing> {
    rekam_fingerprint_sys::Library::load().map(drop)
}
