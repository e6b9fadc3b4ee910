//! A serial adapter of FTDI's (FT232R) in a USB socket, with any virtual serial device behind it.
//!
//! A pseudo terminal has no speed, no parity and no plug; this has all three. The kernel's driver `ftdi_sio` makes a
//! serial port of it, and what a driver sets on that port arrives here as the adapter's own requests, so a test can see
//! that the line was set as the device needs it. Requests and divisors as the kernel's `ftdi_sio.h` describes them.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use rustix::fs::OFlags;

use crate::usbip::{Answer, Attached, Gadget, Identity, attach};

const VENDOR: u16 = 0x0403;
const FT232R: u16 = 0x6001;
const RELEASE: u16 = 0x0600;
const TO_HOST: u8 = 0x81;
/// Modem lines ready, transmitter empty: every packet begins so.
const STATUS: [u8; 2] = [0x01, 0x60];
const PACKET: usize = 64;
/// So often the adapter reports though nothing came.
const LATENCY: Duration = Duration::from_millis(16);

const SET_BAUD: (u8, u8) = (0x40, 3);
const SET_DATA: (u8, u8) = (0x40, 4);
const GET_STATUS: (u8, u8) = (0xc0, 5);
const GET_LATENCY: (u8, u8) = (0xc0, 10);
const READ_MEMORY: (u8, u8) = (0xc0, 0x90);

/// Parity of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Parity {
    /// No such bit.
    None,
    /// An odd number of ones.
    Odd,
    /// An even number of ones.
    Even,
    /// Any other.
    Other,
}

/// How the host has set the line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Setting {
    /// Bits per second, to the nearest that the adapter's divisor gives.
    pub baud: u32,
    /// Data bits.
    pub bits: u8,
    /// Parity bit.
    pub parity: Parity,
    /// Half stop bits: 2 for one.
    pub half_stops: u8,
}

/// An adapter that is plugged in, until this goes.
pub struct Adapter {
    line: Arc<Mutex<Setting>>,
    _attached: Attached,
}

impl Adapter {
    /// How the host has set the line last.
    pub fn line(&self) -> Setting {
        *self.line.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

struct Usb {
    device: File,
    line: Arc<Mutex<Setting>>,
    serial: String,
    reported: Instant,
    gone: bool,
}

/// Plugs in an adapter with the device behind it whose end of a pseudo terminal is `path`.
///
/// # Errors
/// As [`attach`], and when the path cannot be opened.
pub fn plug_in(path: &Path, serial: &str) -> io::Result<Adapter> {
    let flags = i32::try_from((OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC).bits()).unwrap_or(0);
    let device = OpenOptions::new().read(true).write(true).custom_flags(flags).open(path)?;
    let line = Arc::new(Mutex::new(Setting { baud: 9600, bits: 8, parity: Parity::None, half_stops: 2 }));
    let usb = Usb { device, line: Arc::clone(&line), serial: serial.to_owned(), reported: Instant::now(), gone: false };
    Ok(Adapter { line, _attached: attach(usb)? })
}

/// Bits per second of a divisor of three million in eighths, whose fraction is a code of three bits.
fn baud(value: u16, index: u16) -> u32 {
    const EIGHTHS: [u32; 8] = [0, 4, 2, 1, 3, 5, 6, 7];
    let code = usize::from(value >> 14) | usize::from(index & 1) << 2;
    let divisor = u32::from(value & 0x3fff) * 8 + EIGHTHS.get(code).copied().unwrap_or(0);
    match divisor {
        0 => 3_000_000,
        8 => 2_000_000,
        divisor => (3_000_000 * 8 + divisor / 2) / divisor,
    }
}

fn frame(value: u16, baud: u32) -> Setting {
    let parity = match value >> 8 & 7 {
        0 => Parity::None,
        1 => Parity::Odd,
        2 => Parity::Even,
        _ => Parity::Other,
    };
    Setting { baud, bits: value as u8, parity, half_stops: 2 + (value >> 11 & 3) as u8 }
}

impl Gadget for Usb {
    fn identity(&self) -> Identity {
        let interface = [9, 4, 0, 0, 2, 0xff, 0xff, 0xff, 2];
        let (input, output) = ([7, 5, TO_HOST, 2, 64, 0, 0], [7, 5, 0x02, 2, 64, 0, 0]);
        Identity {
            vendor: VENDOR,
            product: FT232R,
            release: RELEASE,
            texts: ["FTDI".to_owned(), "FT232R USB UART".to_owned(), self.serial.clone()],
            interface: [&interface[..], &input, &output].concat(),
        }
    }

    fn control(&mut self, setup: [u8; 8], _: &[u8]) -> Answer {
        let [kind, request, low, high, place, more, ..] = setup;
        let (value, index) = (u16::from_le_bytes([low, high]), u16::from_le_bytes([place, more]));
        let mut line = self.line.lock().unwrap_or_else(PoisonError::into_inner);
        match (kind, request) {
            SET_BAUD => line.baud = baud(value, index),
            SET_DATA => *line = frame(value, line.baud),
            GET_STATUS => return Answer::Done(STATUS.to_vec()),
            GET_LATENCY => return Answer::Done(vec![LATENCY.as_millis() as u8]),
            READ_MEMORY => return Answer::Done(vec![0xff, 0xff]),
            // Reset, modem lines, flow, characters, latency.
            (0x40, 0..=9) => {}
            _ => return Answer::Stall,
        }
        Answer::Done(Vec::new())
    }

    fn input(&mut self, _: u8, length: usize) -> Option<Answer> {
        let mut packet = STATUS.to_vec();
        packet.resize(PACKET.min(length), 0);
        let room = packet.get_mut(STATUS.len()..)?;
        let came = match self.device.read(room) {
            Ok(0) => Err(io::ErrorKind::UnexpectedEof),
            Ok(count) => Ok(count),
            Err(error) if matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted) => Ok(0),
            Err(error) => Err(error.kind()),
        };
        let Ok(count) = came else {
            self.gone = true;
            return Some(Answer::Gone);
        };
        if count == 0 && self.reported.elapsed() < LATENCY {
            return None;
        }
        self.reported = Instant::now();
        packet.truncate(STATUS.len() + count);
        Some(Answer::Done(packet))
    }

    fn output(&mut self, _: u8, data: &[u8]) -> Answer {
        match self.device.write_all(data) {
            Ok(()) => Answer::Done(Vec::new()),
            Err(_) => {
                self.gone = true;
                Answer::Gone
            }
        }
    }

    fn withdrawn(&mut self, _: u8) {}

    fn is_plugged(&self) -> bool {
        !self.gone
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn divisors_of_the_kernels_driver_give_their_speeds() {
        // 3000000 / 19200 = 156.25; / 57600 = 52.08; / 9600 = 312.5; / 115200 = 26.04.
        for (value, index, expected) in [(0x809c, 0, 19_200), (0xc034, 0, 57_554), (0x4138, 0, 9_600), (26, 0, 115_385)]
        {
            assert_eq!(baud(value, index), expected);
        }
    }

    #[test]
    fn a_line_of_eight_bits_and_odd_parity_is_read() {
        let odd = Setting { baud: 19_200, bits: 8, parity: Parity::Odd, half_stops: 2 };
        assert_eq!(frame(0x0108, 19_200), odd);
        assert_eq!(frame(0x1007, 1), Setting { baud: 1, bits: 7, parity: Parity::None, half_stops: 4 });
    }
}
