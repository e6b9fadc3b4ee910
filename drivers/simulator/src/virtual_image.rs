//! The far end of libfprint's own virtual scanner: with `FP_VIRTUAL_IMAGE=PATH` in its environment libfprint listens on
//! a socket and takes what is sent there for what a scanner sees.
//!
//! A message is two numbers of 32 bits in the machine's order. Width and height announce an image; a negative first
//! number is an order to misbehave, with the second as its argument.

use std::io::{self, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;

use rekam_hal::GrayImage;

const RETRY: i32 = -1;
const BREAK: i32 = -2;
const VANISH: i32 = -5;

/// A connection to the virtual scanner; libfprint listens while the device is open.
#[derive(Debug)]
pub struct Glass(UnixStream);

impl Glass {
    /// Connects.
    ///
    /// # Errors
    /// While nobody listens.
    pub fn connect(path: &Path) -> io::Result<Self> {
        UnixStream::connect(path).map(Self)
    }

    /// Lays a finger on the glass and takes it off again. Ridges dark.
    ///
    /// # Errors
    /// When nobody listens any more.
    pub fn touch(&mut self, finger: &GrayImage) -> io::Result<()> {
        self.say(finger.width() as i32, finger.height() as i32)?;
        self.0.write_all(finger.pixels())
    }

    /// The scan does not succeed, with a code of `FpDeviceRetry`.
    ///
    /// # Errors
    /// When nobody listens any more.
    pub fn fail(&mut self, code: i32) -> io::Result<()> {
        self.say(RETRY, code)
    }

    /// The scanner breaks, with a code of `FpDeviceError`.
    ///
    /// # Errors
    /// When nobody listens any more.
    pub fn break_down(&mut self, code: i32) -> io::Result<()> {
        self.say(BREAK, code)
    }

    /// The scanner is pulled out.
    ///
    /// # Errors
    /// When nobody listens any more.
    pub fn vanish(&mut self) -> io::Result<()> {
        self.say(VANISH, 0)
    }

    /// Says whatever it is, as no scanner would.
    ///
    /// # Errors
    /// When nobody listens any more.
    pub fn babble(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.0.write_all(bytes)
    }

    fn say(&mut self, first: i32, second: i32) -> io::Result<()> {
        self.0.write_all(&[first.to_ne_bytes(), second.to_ne_bytes()].concat())
    }
}
