//! The promises of the batch room.

mod faults;
mod hostile;
mod keys_and_names;
mod round_trip;
mod support;
mod tamper;
