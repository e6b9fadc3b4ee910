//! How a capture device is plugged in, for all drivers alike.
//!
//! A driver knows its protocol; what it must know of the host is the same for each and lies here: a serial [`mod@line`],
//! the [`serial`] ports and their adapters, a device of [`usb`] as sysfs shows it, whether a node may be opened
//! ([`access`]), which [`mod@ids`] tell equal devices apart, and whether a device is still there ([`presence`]).
//!
//! Nothing here transfers a byte to a device or opens one, but [`SerialLine`]; a list must not wake, hold or confuse
//! anything. Files are read through the standard library and rights asked through `nix`, both of which call the C
//! library: a test bench that shows devices of its own (umockdev, by `LD_PRELOAD`) stands in for those calls and cannot
//! for the bare system calls that `rustix` makes.

pub mod access;
pub mod ids;
pub mod line;
pub mod presence;
pub mod serial;
pub mod sysfs;
pub mod usb;

pub use access::{Gate, Way};
pub use ids::{Place, ids, names};
pub use line::{Line, LineSettings, SerialLine, transfer_failure};
pub use presence::{Presence, SETTLES, still_there};
pub use serial::{Port, ports};
pub use usb::UsbDevice;
