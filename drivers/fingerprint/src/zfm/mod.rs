//! Serial fingerprint modules of the ZFM / R30x / AS608 kind.
//!
//! The module is asked and answers: each command and each answer is a [`packet`] with a checksum, and an image comes
//! as a train of 288 data packets that takes seven seconds at the usual speed. The sensor gives four bits per pixel,
//! so what it delivers is of screening grade and never enough for enrolment; [`module::ZfmScanner`] says so.

pub mod command;
mod exchange;
pub mod line;
pub mod listing;
pub mod module;
pub mod packet;

pub use line::{Line, SerialLine};
pub use listing::{at, devices};
pub use module::{Credentials, ZfmScanner};

/// Name of the driver.
pub const DRIVER: &str = "zfm";
