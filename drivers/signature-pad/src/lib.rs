//! Signature pads.
//!
//! A pad is a *protocol* over a *transport*. [`topaz`] holds the protocol of the Topaz family as pure code (bytes in,
//! packets out; raw positions in, millimetres out) and one blocking [`topaz::TopazPad`] that joins it to a
//! [`Line`](rekam_plug::Line): a serial port in the station, a pseudo terminal or a byte script in tests.
//!
//! What a Topaz pad cannot tell: it is silent unless the pen is near, so a line without data is a pad at rest and
//! never "the device does not answer". Only a closed line, or a line that talks nonsense, is an error.
//!
//! [`stu`] does the same for Wacom's STU pads, which are HID devices on USB and answer when they are asked.

mod ink;
pub mod stu;
pub mod topaz;

pub use ink::TimeBase;
pub use topaz::{Model, TopazPad, devices};
