//! The parts that screens are made of.

pub mod guide;
pub mod hand;
pub mod ink;
pub mod marks;
pub mod parts;
pub mod preview;
pub mod specimen;
pub mod stopwatch;

pub use parts::{banner, caption, card, chip, choice, field_row, headline, key_button, key_cap, meter, title, value};
pub use preview::Preview;
