//! Records in the formats of the standards: what leaves the program for other programs, and what is taken in from them.
//!
//! Every format here has two halves: an encoder that writes one spelling only, and a strict decoder that is total
//! (any bytes give a value or an error, never a panic) and refuses what peers let pass, such as lengths that disagree.
//! Nothing here reads a file or a clock; bytes come in and go out as arguments.

pub mod fmr;
