//! Virtual peripherals and synthetic people.
//!
//! What stands in front of the station when no hardware does: [`pad`] speaks a signature pad's wire protocol over a
//! pseudo terminal to the real driver, [`replay`] puts images (a folder's, or a synthetic person's) behind the traits
//! of camera, fingerprint scanner and iris camera, [`stu`] is a signature pad and [`uru4000`] a fingerprint scanner at
//! the end of a USB cable, [`usbip`] a socket of this machine to plug them into, [`ftdi`] an adapter to plug serial
//! devices into it, [`video`] a camera as the kernel shows
//! it, [`uvc`] the same one in a USB socket, [`zfm`] a scanner on a serial line, [`virtual_image`] one inside of libfprint, [`faults`] makes any of them fail
//! on purpose, and [`people`] invents the residents. Training mode, simulation and tests use the same ones.

pub mod faults;
pub mod ftdi;
pub mod pad;
pub mod people;
pub mod replay;
pub mod stu;
pub mod uru4000;
pub mod usbip;
pub mod uvc;
pub mod video;
pub mod virtual_image;
pub mod zfm;
