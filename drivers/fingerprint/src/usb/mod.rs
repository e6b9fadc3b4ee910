//! USB through libusb: which scanners are plugged in, and the cable to one.
//!
//! libusb is built from source together with this crate, so a station needs nothing installed. Whoever lists the
//! scanners looks at sysfs anew each time, which works whether a udevd runs or not and whether libusb was built with
//! libudev or without; nobody has to wait for events.

mod cable;
mod listing;
mod sys;

pub use listing::{devices, open};
