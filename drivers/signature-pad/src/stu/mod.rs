//! Wacom STU pads on USB.
//!
//! The pads are HID devices with numbered reports. What the host sets and asks (clear the screen, let the pen leave
//! ink, show a picture, how large is the tablet) travels in feature reports on the control endpoint; the pen travels
//! in input reports on the interrupt endpoint. [`report`] holds the bytes, [`strokes`] makes ink of them, both pure;
//! [`StuPad`] runs them over a [`HidTransport`]: the kernel's raw HID device where the kernel holds the pad
//! ([`hidraw`]), or libusb ([`usb`]).
//!
//! Wacom publishes no interface specification. The layouts are those on which open web drivers for two models agree;
//! what only one of them says is marked where it is used. A session of encrypted pen data exists, is opened by
//! reports that nobody has documented, and is not used: ink crosses the cable in clear.

pub mod hidraw;
pub mod listing;
pub mod model;
pub mod pad;
pub mod picture;
pub mod report;
pub mod strokes;
mod sys;
pub mod transport;
pub mod usb;

pub use listing::{devices, open};
pub use model::{Ink, Model};
pub use pad::StuPad;
pub use transport::{HidError, HidTransport};

/// Name of the driver.
pub const DRIVER: &str = "wacom-stu";
