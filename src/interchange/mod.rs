//! Records in the formats of the standards: what leaves the program for other programs, and what is taken in from them.
//!
//! Every format here has two halves: an encoder that writes one spelling only, and a strict decoder that is total
//! (any bytes give a value or an error, never a panic) and refuses what peers let pass, such as lengths that disagree.
//! Records of other makers are read by a second, tolerant way in (`receive`) that forgives what real programs are known
//! to do and lists what it forgave. Nothing here reads a file or a clock; bytes come in and go out as arguments, and no
//! memory is taken for anything that is only stated and not there.

mod bytes;
mod edition;
pub mod error;
pub mod fac;
pub mod fir;
pub mod fmr;
pub mod iir;
mod pictures;
pub mod wsq;

pub use error::RecordError;
