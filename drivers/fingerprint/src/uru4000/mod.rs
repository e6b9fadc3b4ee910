//! The U.are.U family of DigitalPersona, and Microsoft's readers with the same sensor inside.
//!
//! The scanner is a set of registers behind vendor requests, one interrupt endpoint that tells about finger and power,
//! and one bulk endpoint from which an image of 384 x 290 pixels comes, scrambled by most models. What is known of it
//! was found out by the libfprint project; the facts here were checked against recordings of real devices.
//!
//! [`machine`] is the protocol: what to send when, without any waiting or input of its own. [`frame`] reads an image,
//! [`scramble`] makes it readable. [`scanner`] joins the protocol to a [`transport`].

pub mod challenge;
pub mod frame;
pub mod machine;
pub mod model;
pub mod scanner;
pub mod scramble;
pub mod transport;
pub mod wire;

pub use model::Model;
pub use scanner::{Scanner, Seeds};
pub use transport::{Completion, Pipe, Transfer, TransferError, Transport};

/// Name of the driver.
pub const DRIVER: &str = "uru4000";
