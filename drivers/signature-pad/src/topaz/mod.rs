//! Topaz pads (SignatureGem, SigLite, ClipGem) on a serial line or an FTDI adapter.
//!
//! No handshake exists: the pad streams five-byte packets while the pen is near and is silent otherwise. The layout
//! is the one on which two independent open implementations agree (the web driver `topaz-dext` and an AVR adapter's
//! `topaz_serial.cpp`); what only one of them says is marked where it is used. There is no checksum on the wire, so
//! line noise that happens to be a well-formed packet cannot be told from the pen.
//!
//! A pad with a screen takes single bytes as commands ([`screen`]).

pub mod listing;
pub mod model;
pub mod packet;
pub mod pad;
pub mod screen;
pub mod strokes;

pub use listing::{at, devices};
pub use model::Model;
pub use packet::{Decoder, Packet};
pub use pad::TopazPad;
pub use screen::Screen;

pub use crate::ink::TimeBase;

/// Name of the driver.
pub const DRIVER: &str = "topaz";
