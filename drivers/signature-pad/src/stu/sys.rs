//! Feature reports through the kernel's raw HID device: the only unsafe code of this crate.
//!
//! The two calls carry the length of their buffer in their own number (`linux/hidraw.h`), so the number is made where
//! the buffer is.
#![allow(unsafe_code, reason = "two ioctl calls that no library offers; each says why it is sound")]

use std::ffi::c_void;
use std::os::fd::BorrowedFd;

use rustix::io::Errno;
use rustix::ioctl::{Direction, Ioctl, IoctlOutput, Opcode, ioctl, opcode};

const GROUP: u8 = b'H';
const SET_FEATURE: u8 = 0x06;
const GET_FEATURE: u8 = 0x07;
/// The kernel accepts no longer report.
pub(super) const LONGEST: usize = 16_383;

/// A call whose argument is a buffer that the kernel reads and writes within its length.
struct Report<'b> {
    call: u8,
    buffer: &'b mut [u8],
}

// SAFETY: the number made here is that of HIDIOCSFEATURE or HIDIOCGFEATURE with the buffer's own length, so the kernel
// touches no byte beyond the buffer, which is borrowed for as long as the call takes. The result is a count.
unsafe impl Ioctl for Report<'_> {
    type Output = usize;

    const IS_MUTATING: bool = true;

    fn opcode(&self) -> Opcode {
        opcode::from_components(Direction::ReadWrite, GROUP, self.call, self.buffer.len())
    }

    fn as_ptr(&mut self) -> *mut c_void {
        self.buffer.as_mut_ptr().cast()
    }

    unsafe fn output_from_ptr(output: IoctlOutput, _: *mut c_void) -> rustix::io::Result<usize> {
        Ok(usize::try_from(output).unwrap_or(0))
    }
}

fn call(device: BorrowedFd<'_>, call: u8, buffer: &mut [u8]) -> rustix::io::Result<usize> {
    if buffer.is_empty() || buffer.len() > LONGEST {
        return Err(Errno::INVAL);
    }
    // SAFETY: see the implementation of `Ioctl`; on a descriptor that is no raw HID device the kernel knows no such
    // call and does nothing.
    unsafe { ioctl(device, Report { call, buffer }) }
}

/// Sends a report whose first byte is its number.
pub(super) fn set_feature(device: BorrowedFd<'_>, report: &[u8]) -> rustix::io::Result<()> {
    let mut buffer = report.to_vec();
    call(device, SET_FEATURE, &mut buffer).map(drop)
}

/// Asks for a report; gives as many bytes as came, its number first.
pub(super) fn get_feature(device: BorrowedFd<'_>, number: u8, length: usize) -> rustix::io::Result<Vec<u8>> {
    let mut buffer = vec![0; length.clamp(1, LONGEST)];
    if let Some(first) = buffer.first_mut() {
        *first = number;
    }
    let came = call(device, GET_FEATURE, &mut buffer)?;
    buffer.truncate(came);
    Ok(buffer)
}

#[cfg(test)]
mod tests {
    use std::os::fd::AsFd;

    use super::*;

    #[test]
    fn the_numbers_are_those_of_the_kernels_header() {
        let number = |call, length: usize| Report { call, buffer: &mut vec![0; length] }.opcode();
        assert_eq!(number(SET_FEATURE, 2), 0xc002_4806);
        assert_eq!(number(GET_FEATURE, 64), 0xc040_4807);
    }

    #[test]
    fn what_is_no_raw_hid_device_does_nothing() {
        let null = std::fs::File::open("/dev/null").unwrap();
        assert_eq!(set_feature(null.as_fd(), &[1, 2]), Err(Errno::NOTTY));
        assert_eq!(get_feature(null.as_fd(), 8, 64).unwrap_err(), Errno::NOTTY);
        assert_eq!(set_feature(null.as_fd(), &[]), Err(Errno::INVAL));
    }
}
