//! Reflex cameras through libgphoto2.
//!
//! The library knows some thousand cameras and is loaded at run time: a station without it starts and says what is
//! missing ([`Missing`]), and its licence (LGPL) asks for this kind of linking. [`Library`] and [`Session`] hold all of
//! the unsafe code; above the narrow trait [`Reflex`] everything is plain.
//!
//! A picture of a resident does not stay on the camera's card: it is deleted as soon as it has been read.

// unsafe code stands in files of this name alone
#[path = "api/sys.rs"]
mod api;
pub mod camera;
pub mod listing;
pub mod picture;
pub mod reflex;
mod sys;
mod worker;

pub use api::Missing;
pub use camera::Dslr;
pub use listing::{devices, open};
pub use picture::PictureError;
pub use reflex::{Failure, Reflex};
pub use sys::{Found, Library, Session};

/// Name of the driver.
pub const DRIVER: &str = "gphoto2";
