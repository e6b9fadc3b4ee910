//! The real devices of a station: what is plugged in, which of it does which step, and one open handle for each.
//!
//! Cables come and go all day, so nothing here is asked once: a [`Lookout`] sees every change, and a [`Bench`] holds
//! what the four steps need, opens what has come on threads of its own and lets go of what has left. A device is taken
//! by itself only where its descriptors say for sure what it is; behind a serial adapter may stand anything, so there
//! an officer must have said it.

mod bench;
mod catalog;
mod choice;
mod ear;
mod lookout;
pub mod rules;

pub use bench::{Bench, Standing};
pub use catalog::{Catalog, Drivers, Family, Found, Missing, Unavailable, pad_model, pad_models};
pub use choice::{Assigned, Choices, ChoicesError, IRIS_FILE, Setup};
pub use lookout::Lookout;
