//! What a capture device is to the station.
//!
//! A device is a *protocol* over a *transport*; this crate knows neither. It holds what every driver agrees on: the
//! four traits ([`Camera`], [`SignaturePad`], [`FingerprintScanner`], [`IrisCamera`]), the values they deliver
//! (images that carry their resolution, bit depth and polarity, strokes in physical units), and errors split the way
//! an operator would split them: try again ([`CaptureError::Retry`]), stopped on purpose ([`CaptureError::Cancelled`]),
//! or the device itself is in trouble ([`CaptureError::Device`]).
//!
//! Calls are synchronous and may block, because every transport underneath (libusb, serial ports, V4L2) is blocking;
//! the station gives each capture a thread of its own, stops it through a [`Cancel`] token and hears about it through
//! a progress callback. A driver checks the token at least every 100 ms.

pub mod cancel;
pub mod conformance;
pub mod device;
pub mod error;
pub mod finger;
pub mod image;
pub mod ink;
pub mod jpeg;

pub use cancel::Cancel;
pub use device::{
    Access, Camera, Capabilities, DeviceInfo, Eye, EyeSample, EyeSet, FingerprintScanner, IrisCamera, Peripheral,
    Progress, ScanTarget, SignaturePad,
};
pub use error::{CaptureError, DeviceError, DeviceErrorKind, Retry};
pub use finger::{Finger, Fingers, Slap};
pub use image::{GrayImage, ImageError, Polarity, RgbImage};
pub use ink::{PenPoint, Signature};
