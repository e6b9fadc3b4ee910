//! A virtual pad in a USB socket.

use std::time::Duration;

use super::{Cable, Failure, VirtualStu, uhid};
use crate::usbip::{Answer, Attached, Gadget, Identity, attach};

const VENDOR: u16 = 0x056a;
const GET_REPORT: (u8, u8) = (0xa1, 0x01);
const SET_REPORT: (u8, u8) = (0x21, 0x09);
const SET_IDLE: (u8, u8) = (0x21, 0x0a);
const GET_DESCRIPTOR: (u8, u8) = (0x81, 0x06);
const REPORT_DESCRIPTOR: u8 = 0x22;

struct Usb {
    pad: VirtualStu,
    cable: Cable,
    product: u16,
    serial: String,
}

/// Plugs a pad in under a product number of Wacom's. Pulling the pad's cable takes it away.
///
/// # Errors
/// As [`attach`], and when the pad is not plugged in.
pub fn plug_in(pad: &VirtualStu, product: u16, serial: &str) -> std::io::Result<Attached> {
    let cable = pad.connect().map_err(|_| std::io::Error::from(std::io::ErrorKind::NotConnected))?;
    attach(Usb { pad: pad.clone(), cable, product, serial: serial.to_owned() })
}

fn failed(failure: Failure) -> Answer {
    match failure {
        Failure::Gone => Answer::Gone,
        Failure::Refused => Answer::Stall,
        Failure::Silent => Answer::Silence,
    }
}

impl Gadget for Usb {
    fn identity(&self) -> Identity {
        let [low, high] = u16::try_from(uhid::description().len()).unwrap_or(0).to_le_bytes();
        let interface = [9, 4, 0, 0, 1, 3, 0, 0, 0];
        let class = [9, 0x21, 0x10, 0x01, 0, 1, REPORT_DESCRIPTOR, low, high];
        let endpoint = [7, 5, 0x81, 3, 64, 0, 1];
        let name = self.pad.state().settings.name.clone();
        Identity {
            vendor: VENDOR,
            product: self.product,
            release: 0x0100,
            texts: ["Wacom Co.,Ltd.".to_owned(), name, self.serial.clone()],
            interface: [&interface[..], &class, &endpoint].concat(),
        }
    }

    fn control(&mut self, setup: [u8; 8], data: &[u8]) -> Answer {
        let [kind, request, number, what, _, _, low, high] = setup;
        match (kind, request) {
            GET_REPORT => {
                let length = usize::from(u16::from_le_bytes([low, high]));
                self.cable.get(number, length).map_or_else(failed, Answer::Done)
            }
            SET_REPORT => self.cable.set(data).map_or_else(failed, |()| Answer::Done(Vec::new())),
            SET_IDLE => Answer::Done(Vec::new()),
            GET_DESCRIPTOR if what == REPORT_DESCRIPTOR => Answer::Done(uhid::description()),
            _ => Answer::Stall,
        }
    }

    fn input(&mut self, _: u8, _: usize) -> Option<Answer> {
        match self.cable.read(Duration::ZERO) {
            // An interrupt endpoint has no report of no bytes.
            Ok(report) => report.filter(|report| !report.is_empty()).map(Answer::Done),
            Err(failure) => Some(failed(failure)),
        }
    }

    fn withdrawn(&mut self, _: u8) {}

    fn is_plugged(&self) -> bool {
        self.pad.connect().is_ok() && self.cable.live().is_ok()
    }
}
