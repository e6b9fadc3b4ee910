//! Cameras.
//!
//! [`v4l2`] takes photographs and near-infrared pictures of eyes with whatever the kernel shows as a video device:
//! the kernel's own interface, a few calls of it, behind a small trait. Above it everything is plain code that a test
//! drives with a camera of its own. [`dslr`] does the same with reflex cameras through libgphoto2.

pub mod dslr;
mod lens;
mod tokens;
pub mod v4l2;
