//! A virtual camera in a USB socket: a [`VirtualVideo`] behind the USB video class.
//!
//! The kernel's own driver for USB cameras finds it, negotiates with it and makes a video device of it, so the station
//! meets what it meets on a desk: the driver's idea of formats, damaged and short pictures, extension units that switch
//! a light, and a cable. Pictures travel over a bulk endpoint, as the class allows: an isochronous one needs a clock
//! that a virtual hub does not have. USB Device Class Definition for Video Devices 1.0.

mod descriptors;

use std::time::{Duration, Instant};

use crate::usbip::{Answer, Attached, Gadget, Identity, Speed, attach};
use crate::video::{Failure, Handle, Offer, Picture, VirtualVideo};
use descriptors::{CONTROL, ENDPOINT, Formats, PAYLOAD, PROBE_BYTES, STREAMING};

/// Requests of the class: from the host, and to it.
const SET: (u8, u8) = (0x21, 0x01);
const TO_HOST: u8 = 0xa1;
const GET_LENGTH: u8 = 0x85;
const GET_INFO: u8 = 0x86;
/// Both ways of a control are open.
const GET_AND_SET: u8 = 0x03;

/// Selectors of the streaming interface.
const PROBE: u8 = 1;
const COMMIT: u8 = 2;

/// Marks in the two bytes before each payload: which picture, its end, damaged, end of these bytes.
const ODD: u8 = 0x01;
const LAST: u8 = 0x02;
const DAMAGED: u8 = 0x40;
const HEADER_ENDS: u8 = 0x80;

/// What a camera says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// Vendor and product number.
    pub numbers: (u16, u16),
    /// Its name; one with the word IR in it is for eyes.
    pub name: String,
    /// Its serial number.
    pub serial: String,
    /// Between two pictures.
    pub interval: Duration,
}

/// A picture on its way, and how much of it is sent.
struct Sending {
    picture: Picture,
    sent: usize,
}

struct Usb {
    settings: Settings,
    handle: Handle,
    formats: Formats,
    /// Unit and selector of its extension, and the value's length.
    extension: Option<(u8, u8, Vec<u8>)>,
    /// Format and frame, each counted from 1, that were last proposed.
    proposed: (u8, u8),
    streaming: bool,
    sending: Option<Sending>,
    odd: bool,
    /// When the next picture may begin.
    next: Instant,
}

/// Plugs a camera in. Pulling its plug takes it away.
///
/// # Errors
/// As [`attach`], and when the camera is not plugged in.
pub fn plug_in(camera: &VirtualVideo, settings: Settings) -> std::io::Result<Attached> {
    let gone = |_| std::io::Error::from(std::io::ErrorKind::NotConnected);
    let handle = camera.open().map_err(gone)?;
    let formats = Formats::of(&handle.offers().map_err(gone)?);
    let extension = camera.extension_unit();
    attach(Usb {
        settings,
        handle,
        formats,
        extension,
        proposed: (1, 1),
        streaming: false,
        sending: None,
        odd: false,
        next: Instant::now(),
    })
}

fn failed(failure: Failure) -> Answer {
    match failure {
        Failure::Gone => Answer::Gone,
        Failure::Busy | Failure::Unsupported => Answer::Stall,
    }
}

impl Usb {
    fn chosen(&self) -> Option<Offer> {
        self.formats.offer(self.proposed)
    }

    /// The host proposes a format, or decides on it.
    fn negotiate(&mut self, selector: u8, data: &[u8]) -> Answer {
        let [_, _, format, frame, ..] = *data else { return Answer::Stall };
        self.proposed = self.formats.nearest((format, frame));
        match selector {
            PROBE => Answer::Done(Vec::new()),
            COMMIT => self.begin().map_or_else(failed, |()| Answer::Done(Vec::new())),
            _ => Answer::Stall,
        }
    }

    fn begin(&mut self) -> Result<(), Failure> {
        self.end();
        let offer = self.chosen().ok_or(Failure::Unsupported)?;
        self.handle.choose(offer.coding, offer.width, offer.height)?;
        self.handle.start()?;
        (self.streaming, self.next) = (true, Instant::now());
        Ok(())
    }

    fn end(&mut self) {
        if std::mem::take(&mut self.streaming) {
            self.handle.stop();
        }
        self.sending = None;
    }

    /// What the host asks of the streaming interface: all it may ask has one answer, what was negotiated.
    fn negotiated(&self, request: u8) -> Answer {
        Answer::Done(match request {
            GET_LENGTH => (PROBE_BYTES as u16).to_le_bytes().to_vec(),
            GET_INFO => vec![GET_AND_SET],
            _ => match self.chosen() {
                Some(offer) => descriptors::probe(self.proposed, &offer, self.settings.interval),
                None => return Answer::Stall,
            },
        })
    }

    fn set_extension(&mut self, unit: u8, selector: u8, data: &[u8]) -> Answer {
        let set = self.handle.set_extension(unit, selector, data);
        if set.is_ok()
            && let Some((.., value)) = &mut self.extension
        {
            *value = data.to_vec();
        }
        set.map_or_else(failed, |()| Answer::Done(Vec::new()))
    }

    fn extension(&self, unit: u8, selector: u8, request: u8) -> Answer {
        match &self.extension {
            Some((at, of, value)) if (*at, *of) == (unit, selector) => Answer::Done(match request {
                GET_LENGTH => (value.len() as u16).to_le_bytes().to_vec(),
                GET_INFO => vec![GET_AND_SET],
                _ => value.clone(),
            }),
            Some(_) | None => Answer::Stall,
        }
    }

    /// The next picture when it is time for one.
    fn look(&mut self) -> Result<(), Failure> {
        let now = Instant::now();
        if self.sending.is_none() && self.streaming && now >= self.next {
            self.next = now + self.settings.interval;
            self.sending = self.handle.next()?.map(|picture| Sending { picture, sent: 0 });
            self.odd ^= self.sending.is_some();
        }
        Ok(())
    }

    /// As much of the picture as one payload takes, with its two bytes before it.
    fn payload(&mut self, length: usize) -> Option<Vec<u8>> {
        let sending = self.sending.as_mut()?;
        let room = length.min(PAYLOAD).saturating_sub(2);
        let rest = sending.picture.bytes.get(sending.sent..).unwrap_or_default();
        let piece = rest.get(..room.min(rest.len())).unwrap_or_default();
        let is_last = piece.len() == rest.len();
        let mut marks = HEADER_ENDS;
        for (mark, set) in [(ODD, self.odd), (LAST, is_last), (DAMAGED, sending.picture.damaged)] {
            marks |= if set { mark } else { 0 };
        }
        let bytes = [&[2, marks][..], piece].concat();
        sending.sent += piece.len();
        if is_last {
            self.sending = None;
        }
        Some(bytes)
    }
}

impl Gadget for Usb {
    fn identity(&self) -> Identity {
        let (vendor, product) = self.settings.numbers;
        let unit = self.extension.as_ref().map(|(unit, selector, _)| (*unit, *selector));
        Identity {
            vendor,
            product,
            release: 0x0100,
            texts: ["Rekam".to_owned(), self.settings.name.clone(), self.settings.serial.clone()],
            interface: self.formats.interfaces(unit, self.settings.interval),
        }
    }

    fn speed(&self) -> Speed {
        Speed::High
    }

    fn control(&mut self, setup: [u8; 8], data: &[u8]) -> Answer {
        let [kind, request, _, selector, interface, entity, ..] = setup;
        match (kind, request, interface) {
            (set, cur, STREAMING) if (set, cur) == SET => self.negotiate(selector, data),
            (set, cur, CONTROL) if (set, cur) == SET => self.set_extension(entity, selector, data),
            (TO_HOST, _, STREAMING) if selector == PROBE || selector == COMMIT => self.negotiated(request),
            (TO_HOST, _, CONTROL) => self.extension(entity, selector, request),
            _ => Answer::Stall,
        }
    }

    fn input(&mut self, endpoint: u8, length: usize) -> Option<Answer> {
        if endpoint != ENDPOINT {
            return Some(Answer::Stall);
        }
        match self.look() {
            Ok(()) => self.payload(length).map(Answer::Done),
            Err(failure) => Some(failed(failure)),
        }
    }

    fn withdrawn(&mut self, _: u8) {
        // The kernel takes transfers back when it ends a stream, and only then.
        self.end();
    }

    fn is_plugged(&self) -> bool {
        self.handle.check().is_ok()
    }
}

#[cfg(test)]
mod tests {
    use rekam_hal::RgbImage;

    use super::*;
    use crate::video::{Coding, Fault};

    const SET_PROBE: [u8; 8] = [0x21, 1, 0, PROBE, STREAMING, 0, 26, 0];
    const SET_COMMIT: [u8; 8] = [0x21, 1, 0, COMMIT, STREAMING, 0, 26, 0];

    fn camera() -> VirtualVideo {
        let offers = vec![Offer::new(Coding::Mjpeg, 64, 48), Offer::new(Coding::Grey, 64, 48)];
        let scene = |shot: crate::video::Shot| {
            let pixels = (0..shot.width * shot.height * 3).map(|i| (i as u64 * 7 + shot.index) as u8).collect();
            RgbImage::new(shot.width, shot.height, pixels).unwrap()
        };
        VirtualVideo::new(offers, scene).with_extension(7, 6, &[1, 3, 0])
    }

    fn usb(camera: &VirtualVideo) -> Usb {
        let handle = camera.open().unwrap();
        let formats = Formats::of(&handle.offers().unwrap());
        let settings =
            Settings { numbers: (0x1209, 0x0001), name: "Camera".into(), serial: "1".into(), interval: Duration::ZERO };
        let extension = camera.extension_unit();
        let next = Instant::now();
        Usb {
            settings,
            handle,
            formats,
            extension,
            proposed: (1, 1),
            streaming: false,
            sending: None,
            odd: false,
            next,
        }
    }

    /// The proposal of this format's first frame.
    fn proposal(format: u8) -> Vec<u8> {
        let mut data = vec![0; PROBE_BYTES];
        (data[2], data[3]) = (format, 1);
        data
    }

    /// One picture as the host puts it together again, and its marks.
    fn picture(usb: &mut Usb) -> (Vec<u8>, u8) {
        let mut bytes = Vec::new();
        loop {
            let Some(Answer::Done(payload)) = usb.input(ENDPOINT, 512) else { panic!("no payload") };
            assert_eq!(payload[0], 2);
            bytes.extend(&payload[2..]);
            if payload[1] & LAST != 0 {
                return (bytes, payload[1]);
            }
        }
    }

    #[test]
    fn pictures_come_in_pieces_and_tell_themselves_apart() {
        let camera = camera();
        let mut usb = usb(&camera);
        assert_eq!(usb.input(ENDPOINT, 512), None, "nothing comes before a format is decided on");
        for setup in [SET_PROBE, SET_COMMIT] {
            assert_eq!(usb.control(setup, &proposal(2)), Answer::Done(Vec::new()));
        }
        let (first, second) = (picture(&mut usb), picture(&mut usb));
        assert_eq!((first.0.len(), second.0.len()), (64 * 48, 64 * 48));
        assert_ne!(first.1 & ODD, second.1 & ODD);
        camera.fault(0, Fault::Flagged);
        assert_ne!(picture(&mut usb).1 & DAMAGED, 0);
        camera.fault(0, Fault::Short);
        assert_eq!(picture(&mut usb).0.len(), 64 * 24);
        usb.withdrawn(ENDPOINT);
        assert!(!camera.is_streaming());
        camera.unplug();
        assert!(!usb.is_plugged());
    }

    #[test]
    fn a_proposal_beyond_what_there_is_becomes_the_nearest() {
        let mut usb = usb(&camera());
        usb.control(SET_PROBE, &proposal(9));
        let Answer::Done(answer) = usb.control([0xa1, 0x81, 0, PROBE, STREAMING, 0, 26, 0], &[]) else { panic!() };
        assert_eq!((answer.len(), answer[2], answer[3]), (PROBE_BYTES, 2, 1));
        assert_eq!(usb.control(SET_PROBE, &[1, 2]), Answer::Stall);
    }

    #[test]
    fn the_extension_unit_takes_values_of_its_length_alone() {
        let camera = camera();
        let mut usb = usb(&camera);
        let set = [0x21, 1, 0, 6, CONTROL, 7, 3, 0];
        assert_eq!(usb.control(set, &[1, 3, 1]), Answer::Done(Vec::new()));
        assert_eq!(camera.extension(), Some(vec![1, 3, 1]));
        assert_eq!(usb.control(set, &[1]), Answer::Stall);
        assert_eq!(usb.control([0xa1, 0x81, 0, 6, CONTROL, 7, 3, 0], &[]), Answer::Done(vec![1, 3, 1]));
        assert_eq!(usb.control([0xa1, GET_LENGTH, 0, 6, CONTROL, 7, 2, 0], &[]), Answer::Done(vec![3, 0]));
    }
}
