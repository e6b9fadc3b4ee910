//! The line between module and station: a serial port with eight data bits, no parity, one stop bit.

pub(super) use rekam_plug::transfer_failure;
pub use rekam_plug::{Line, SerialLine};
