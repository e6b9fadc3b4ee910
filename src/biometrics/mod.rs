//! The engines: an image goes in, a quality and a template come out, and two templates give a score.
//!
//! Pure by rule: no files, no clock, no random numbers, so that a score can be repeated anywhere. All scores are
//! -log10 of the estimated false match rate (3 = one stranger in a thousand), so that one threshold means the same
//! for every engine and evidence from several can be added up.

pub mod face;
pub mod fingerprint;
pub mod iris;
