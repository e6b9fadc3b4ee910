//! Fingerprint scanners.
//!
//! A scanner is a *protocol* over a *transport*. [`uru4000`] holds the protocol of the U.are.U family as a pure state
//! machine (completed transfers in, new transfers out) and one blocking [`uru4000::Scanner`] that runs it over a
//! [`uru4000::Transport`]: libusb in the station ([`usb`]), a virtual scanner in tests. [`zfm`] does the same for the
//! serial modules of the R30x family.
//!
//! What has no protocol here may have one in libfprint: [`libfprint`] wraps it where it is installed.

mod identity;
pub mod libfprint;
pub mod uru4000;
pub mod usb;
pub mod zfm;
