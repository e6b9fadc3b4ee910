//! What a camera of the USB video class says of itself, and the structure with which a format is negotiated.

use std::time::Duration;

use crate::video::{Coding, Offer};

/// Interface of the camera's controls, and that of its pictures.
pub(super) const CONTROL: u8 = 0;
pub(super) const STREAMING: u8 = 1;
/// Where pictures come.
pub(super) const ENDPOINT: u8 = 0x81;
/// Most bytes of a payload with its header: what the kernel asks for in one transfer.
pub(super) const PAYLOAD: usize = 32 * 512;
/// Length of the structure of negotiation in version 1.0.
pub(super) const PROBE_BYTES: usize = 26;

/// The camera's own terminal, the stream's, and their kinds.
const CAMERA: (u8, u16) = (1, 0x0201);
const STREAM: (u8, u16) = (2, 0x0101);
const CLOCK: u32 = 48_000_000;

/// Second half of the names of codings by four letters.
const FOURCC: [u8; 12] = [0, 0, 0x10, 0, 0x80, 0, 0, 0xaa, 0, 0x38, 0x9b, 0x71];
/// Name of the extension unit; any will do.
const UNIT_NAME: [u8; 16] = *b"rekam-ir-emitter";

/// The offers, ordered as the class wants them: by coding, then by size.
pub(super) struct Formats(Vec<(Coding, Vec<Offer>)>);

/// A descriptor with its length before it.
fn descriptor(kind: u8, subkind: u8, body: &[&[u8]]) -> Vec<u8> {
    let body = body.concat();
    let length = u8::try_from(3 + body.len()).unwrap_or(u8::MAX);
    [vec![length, kind, subkind], body].concat()
}

/// A descriptor of the class's own, of an interface.
fn class(subkind: u8, body: &[&[u8]]) -> Vec<u8> {
    const OF_INTERFACE: u8 = 0x24;
    descriptor(OF_INTERFACE, subkind, body)
}

/// In steps of 100 ns.
fn ticks(interval: Duration) -> [u8; 4] {
    u32::try_from(interval.as_nanos() / 100).unwrap_or(u32::MAX).max(1).to_le_bytes()
}

fn name(coding: Coding) -> [u8; 16] {
    let letters = match coding {
        Coding::Yuyv | Coding::Mjpeg => b"YUY2",
        Coding::Grey => b"Y800",
        Coding::Y16 => b"Y16 ",
    };
    let mut name = [0; 16];
    name[..4].copy_from_slice(letters);
    name[4..].copy_from_slice(&FOURCC);
    name
}

fn bits(coding: Coding) -> u8 {
    if coding == Coding::Grey { 8 } else { 16 }
}

/// Most bytes of a picture; of a JPEG image, more than it will have.
fn most_bytes(offer: &Offer) -> u32 {
    offer.width * offer.height * u32::from(bits(offer.coding)) / 8
}

fn short(value: u32) -> [u8; 2] {
    u16::try_from(value).unwrap_or(u16::MAX).to_le_bytes()
}

impl Formats {
    pub(super) fn of(offers: &[Offer]) -> Self {
        let mut formats: Vec<(Coding, Vec<Offer>)> = Vec::new();
        for offer in offers {
            match formats.iter_mut().find(|(coding, _)| *coding == offer.coding) {
                Some((_, frames)) => frames.push(*offer),
                None => formats.push((offer.coding, vec![*offer])),
            }
        }
        Self(formats)
    }

    /// The offer of this format and frame, each counted from 1.
    pub(super) fn offer(&self, (format, frame): (u8, u8)) -> Option<Offer> {
        let (_, frames) = self.0.get(usize::from(format).checked_sub(1)?)?;
        frames.get(usize::from(frame).checked_sub(1)?).copied()
    }

    /// What there is next to a proposal.
    pub(super) fn nearest(&self, (format, frame): (u8, u8)) -> (u8, u8) {
        let most = |count: usize| u8::try_from(count).unwrap_or(u8::MAX).max(1);
        let format = format.clamp(1, most(self.0.len()));
        let frames = self.0.get(usize::from(format) - 1).map_or(1, |(_, frames)| frames.len());
        (format, frame.clamp(1, most(frames)))
    }

    /// Both interfaces with all that follows them; `unit` is the number of an extension unit and of its one control.
    pub(super) fn interfaces(&self, unit: Option<(u8, u8)>, interval: Duration) -> Vec<u8> {
        const VIDEO: u8 = 0x0e;
        let interface = |number: u8, endpoints: u8, kind: u8| vec![9, 4, number, 0, endpoints, VIDEO, kind, 0, 0];
        let bulk = vec![7, 5, ENDPOINT, 2, 0x00, 0x02, 0];
        [interface(CONTROL, 0, 1), controls(unit), interface(STREAMING, 1, 2), self.streams(interval), bulk].concat()
    }

    fn streams(&self, interval: Duration) -> Vec<u8> {
        let formats: Vec<u8> =
            (1..).zip(&self.0).flat_map(|(at, (coding, frames))| format(at, *coding, frames, interval)).collect();
        let count = self.0.len();
        // Header: how many formats, its length with all of them, where to, no still pictures, no controls of a format.
        let header = |total: u32| {
            let about = [&[count as u8][..], &short(total), &[ENDPOINT, 0, STREAM.0, 0, 0, 0, 1]].concat();
            class(1, &[&about, &vec![0; count]])
        };
        let total = header(0).len() + formats.len();
        [header(total as u32), formats].concat()
    }
}

fn controls(unit: Option<(u8, u8)>) -> Vec<u8> {
    let (camera, kind) = CAMERA;
    let camera_terminal = class(2, &[&[camera], &kind.to_le_bytes(), &[0, 0], &[0; 6], &[3, 0, 0, 0]]);
    let extension = unit.map_or_else(Vec::new, |(unit, selector)| {
        // Its first control is bit 0.
        let bits = 1u32.checked_shl(u32::from(selector) - 1).unwrap_or(0).to_le_bytes();
        class(6, &[&[unit], &UNIT_NAME, &[1, 1, camera, 4], &bits, &[0]])
    });
    let source = unit.map_or(camera, |(unit, _)| unit);
    let (stream, kind) = STREAM;
    let stream_terminal = class(3, &[&[stream], &kind.to_le_bytes(), &[0, source, 0]]);
    let units = [camera_terminal, extension, stream_terminal].concat();
    const HEADER: usize = 13;
    let total = short((HEADER + units.len()) as u32);
    let header = class(1, &[&[0x00, 0x01], &total, &CLOCK.to_le_bytes(), &[1, STREAMING]]);
    [header, units].concat()
}

fn format(at: u8, coding: Coding, frames: &[Offer], interval: Duration) -> Vec<u8> {
    let count = frames.len() as u8;
    let (format, frame) = match coding {
        Coding::Mjpeg => (class(6, &[&[at, count, 1, 1, 0, 0, 0, 0]]), 7),
        Coding::Yuyv | Coding::Grey | Coding::Y16 => {
            (class(4, &[&[at, count], &name(coding), &[bits(coding), 1, 0, 0, 0, 0]]), 5)
        }
    };
    let sizes = (1..).zip(frames).flat_map(|(at, offer)| {
        let most = most_bytes(offer);
        let rate = most.saturating_mul(8 * 30).to_le_bytes();
        let size = [short(offer.width), short(offer.height)].concat();
        let interval = ticks(interval);
        class(frame, &[&[at, 0], &size, &rate, &rate, &most.to_le_bytes(), &interval, &[1], &interval])
    });
    format.into_iter().chain(sizes).collect()
}

/// The structure of negotiation, of version 1.0.
pub(super) fn probe((format, frame): (u8, u8), offer: &Offer, interval: Duration) -> Vec<u8> {
    let payload = (PAYLOAD as u32).to_le_bytes();
    [&[0, 0, format, frame][..], &ticks(interval), &[0; 10], &most_bytes(offer).to_le_bytes(), &payload].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn descriptors_are_as_long_as_they_say() {
        let offers = [
            Offer::new(Coding::Mjpeg, 1280, 960),
            Offer::new(Coding::Yuyv, 640, 480),
            Offer::new(Coding::Mjpeg, 640, 480),
        ];
        let formats = Formats::of(&offers);
        assert_eq!(formats.offer((1, 2)).map(|offer| offer.width), Some(640));
        for unit in [None, Some((7, 6))] {
            let all = formats.interfaces(unit, Duration::from_millis(33));
            // Both headers say how long the class's descriptors from there on are.
            let (mut at, mut rest, mut totals) = (0, 0usize, Vec::new());
            while at < all.len() {
                let (length, kind) = (usize::from(all[at]), all[at + 1]);
                assert!(length >= 2 && at + length <= all.len());
                if kind == 4 {
                    assert_eq!(rest, 0);
                }
                if kind == 0x24 && all[at + 2] == 1 {
                    let said = if totals.is_empty() { at + 5 } else { at + 4 };
                    rest = usize::from(u16::from_le_bytes([all[said], all[said + 1]]));
                    totals.push(rest);
                }
                if kind == 0x24 {
                    rest -= length;
                }
                at += length;
            }
            assert_eq!((rest, totals.len()), (0, 2));
        }
        assert_eq!(probe((1, 2), &offers[2], Duration::from_millis(33)).len(), PROBE_BYTES);
    }
}
