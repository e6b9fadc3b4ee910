//! A virtual scanner in a USB socket.

use std::collections::BTreeMap;
use std::time::Duration;

use super::{Cable, Endpoint, Failure, Request, VirtualUru};
use crate::usbip::{Answer, Attached, Gadget, Identity, attach};

const READ: (u8, u8) = (0xc0, 4);
const WRITE: (u8, u8) = (0x40, 4);

struct Usb {
    cable: Cable,
    vendor: u16,
    product: u16,
    serial: String,
    gone: bool,
    /// Endpoints on which a transfer of the host waits.
    asked: [bool; 2],
    ended: BTreeMap<u8, Result<Vec<u8>, Failure>>,
    /// What is left of an image: hosts cut so long a transfer into several.
    rest: Option<Vec<u8>>,
    /// Bytes of this image that were sent.
    sent: usize,
}

/// Bytes of a whole image with its header.
const IMAGE: usize = 64 + 290 * 384;

/// Plugs a scanner in under these numbers. Pulling its plug takes it away.
///
/// # Errors
/// As [`attach`], and when the scanner is not plugged in.
pub fn plug_in(scanner: &VirtualUru, vendor: u16, product: u16, serial: &str) -> std::io::Result<Attached> {
    let cable = scanner.connect().map_err(std::io::Error::other)?;
    let serial = serial.to_owned();
    let (asked, ended) = ([false; 2], BTreeMap::new());
    attach(Usb { cable, vendor, product, serial, gone: false, asked, ended, rest: None, sent: 0 })
}

fn address(endpoint: Endpoint) -> u8 {
    match endpoint {
        Endpoint::Control => 0,
        Endpoint::Interrupt => 0x81,
        Endpoint::Bulk => 0x82,
    }
}

impl Usb {
    /// Collects what has ended on any endpoint.
    fn collect(&mut self) {
        while let Some((endpoint, result)) = self.cable.next(Duration::ZERO) {
            self.ended.insert(address(endpoint), result);
        }
    }

    fn start(&mut self, request: Request) -> bool {
        self.gone |= self.cable.start(request).is_err();
        !self.gone
    }

    /// As much of an image as the transfer takes. The one that it does not fill is the last; an image that ends where a
    /// transfer does is followed by one of no bytes, unless it is whole and nothing more is awaited.
    fn piece(&mut self, mut bytes: Vec<u8>, length: usize) -> Answer {
        let rest = bytes.split_off(length.min(bytes.len()));
        self.sent += bytes.len();
        let over = bytes.len() < length || self.sent >= IMAGE;
        if over {
            self.sent = 0;
        }
        self.rest = (!over).then_some(rest);
        Answer::Done(bytes)
    }

    fn answer(&mut self, result: Result<Vec<u8>, Failure>) -> Answer {
        match result {
            Ok(bytes) => Answer::Done(bytes),
            Err(Failure::Stalled) => Answer::Stall,
            Err(Failure::Gone) => {
                self.gone = true;
                Answer::Gone
            }
        }
    }
}

impl Gadget for Usb {
    fn identity(&self) -> Identity {
        let interface = [9, 4, 0, 0, 2, 0xff, 0xff, 0xff, 0];
        let (interrupt, bulk) = ([7, 5, 0x81, 3, 64, 0, 1], [7, 5, 0x82, 2, 64, 0, 0]);
        Identity {
            vendor: self.vendor,
            product: self.product,
            release: 0x0100,
            texts: ["DigitalPersona, Inc.".to_owned(), "U.are.U".to_owned(), self.serial.clone()],
            interface: [&interface[..], &interrupt, &bulk].concat(),
        }
    }

    fn control(&mut self, setup: [u8; 8], data: &[u8]) -> Answer {
        let [kind, request, low, high, _, _, short, long] = setup;
        let register = u16::from_le_bytes([low, high]);
        let request = match (kind, request) {
            READ => Request::Read { register, length: usize::from(u16::from_le_bytes([short, long])) },
            WRITE => Request::Write { register, bytes: data.to_vec() },
            _ => return Answer::Stall,
        };
        if !self.start(request) {
            return Answer::Gone;
        }
        self.collect();
        match self.ended.remove(&0) {
            Some(result) => self.answer(result),
            None => Answer::Silence,
        }
    }

    fn input(&mut self, endpoint: u8, length: usize) -> Option<Answer> {
        if let Some(rest) = self.rest.take_if(|_| endpoint == 0x82) {
            return Some(self.piece(rest, length));
        }
        let (asked, request) = match endpoint {
            0x81 => (0, Request::Interrupt),
            0x82 => (1, Request::Bulk),
            _ => return Some(Answer::Stall),
        };
        if !self.asked.get(asked).copied().unwrap_or(true) {
            if !self.start(request) {
                return Some(Answer::Gone);
            }
            self.asked[asked] = true;
        }
        self.collect();
        let result = self.ended.remove(&endpoint)?;
        self.asked[asked] = false;
        match result {
            Ok(bytes) if endpoint == 0x82 => Some(self.piece(bytes, length)),
            result => Some(self.answer(result)),
        }
    }

    fn withdrawn(&mut self, endpoint: u8) {
        let (asked, endpoint) = match endpoint {
            0x81 => (0, Endpoint::Interrupt),
            _ => (1, Endpoint::Bulk),
        };
        self.cable.cancel(endpoint);
        if endpoint == Endpoint::Bulk {
            (self.rest, self.sent) = (None, 0);
        }
        self.ended.remove(&address(endpoint));
        self.asked[asked] = false;
    }

    fn is_plugged(&self) -> bool {
        !self.gone && self.cable.is_live()
    }

    fn breaks_first(&self) -> bool {
        self.cable.is_yanked()
    }
}
