//! From strokes to the bytes a Topaz pad sends.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use rekam_hal::{PenPoint, Signature};

use super::PadSettings;

/// Writing area of a pad in its own raw units.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Area {
    /// Raw columns of the left and right edge.
    pub x: (u16, u16),
    /// Raw rows of the top and bottom edge.
    pub y: (u16, u16),
    /// Raw units per inch.
    pub dpi: f32,
}

impl Area {
    /// SignatureGem 1x5: 124 x 37 mm.
    pub const SIGNATURE_GEM_1X5: Self = Self { x: (400, 2400), y: (350, 950), dpi: 410.0 };

    /// SignatureGem 4x5: 133 x 87 mm.
    pub const SIGNATURE_GEM_4X5: Self = Self { x: (500, 2650), y: (700, 2100), dpi: 410.0 };

    /// Width and height in millimetres.
    pub fn size_mm(&self) -> (f32, f32) {
        (f32::from(self.x.1 - self.x.0) * 25.4 / self.dpi, f32::from(self.y.1 - self.y.0) * 25.4 / self.dpi)
    }

    fn raw(&self, point: &PenPoint) -> (u16, u16) {
        let axis = |mm: f32, (low, high): (u16, u16)| {
            let raw = (f32::from(low) + mm * self.dpi / 25.4).round();
            raw.clamp(f32::from(low), f32::from(high)) as u16
        };
        (axis(point.x, self.x), axis(point.y, self.y))
    }
}

/// What goes wrong on the line while a signature is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LineFault {
    /// The cable is pulled after so many packets.
    UnplugAfter(usize),
    /// The pad falls silent after so many packets.
    SilenceAfter(usize),
    /// Bytes of no packet between packets: up to three with bit 7 clear, or one lone start byte.
    Garbage {
        /// Chooses bytes and places.
        seed: u64,
    },
    /// Packets arrive in pieces.
    Split {
        /// Chooses the pieces.
        seed: u64,
    },
    /// The pad introduces itself with this model code, 0..=63, whatever it is.
    WrongModel(u8),
    /// Nothing but noise: so many bytes with bit 7 clear, as at a wrong speed or parity.
    OnlyNoise(usize),
}

/// One thing the pad does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// Sends bytes when the pen's time has come.
    Bytes {
        /// Milliseconds since the pen came near.
        at_ms: u32,
        /// What is sent.
        bytes: Vec<u8>,
        /// The pen touches, and leaves ink where the pad shows it.
        ink: bool,
    },
    /// Drops the line.
    Unplug,
    /// Sends nothing more.
    Silence,
}

const NEAR: u8 = 0x40;
const DOWN: u8 = 0x01;

fn position(state: u8, (x, y): (u16, u16)) -> Vec<u8> {
    let low = |v: u16| (v & 0x7F) as u8;
    let high = |v: u16| ((v >> 7) & 0x1F) as u8;
    vec![0x80 | state, low(x), high(x), low(y), high(y)]
}

fn pressure(share: f32) -> Vec<u8> {
    let value = (share.clamp(0.0, 1.0) * 1023.0).round() as u16;
    vec![0x80 | NEAR | (7 << 2), 0, 0, (value & 0x7F) as u8, (value >> 7) as u8]
}

fn introduction(code: u8) -> Vec<u8> {
    let word = u16::from(code & 0x3F) << 2;
    vec![0x80 | (2 << 2), (word & 0x7F) as u8, (word >> 7) as u8, 1, 0]
}

fn plain(bytes: Vec<u8>) -> Event {
    Event::Bytes { at_ms: 0, bytes, ink: false }
}

/// All the pad does for one signature.
pub fn events(signature: &Signature, settings: &PadSettings, faults: &[LineFault]) -> Vec<Event> {
    let code = faults.iter().find_map(|f| if let LineFault::WrongModel(code) = f { Some(*code) } else { None });
    let mut packets = Vec::new();
    for fault in faults {
        if let LineFault::OnlyNoise(count) = fault {
            packets.extend((0..*count).map(|i| plain(vec![(i * 37 % 128) as u8])));
            return packets;
        }
    }
    packets.extend(code.or(settings.code).map(|code| plain(introduction(code))));
    packets.extend(pen(signature, settings).into_iter().map(|(at_ms, bytes)| {
        let ink = bytes.first() == Some(&(0x80 | NEAR | DOWN));
        Event::Bytes { at_ms, bytes, ink }
    }));
    for fault in faults {
        match *fault {
            LineFault::UnplugAfter(count) => cut(&mut packets, count, Event::Unplug),
            LineFault::SilenceAfter(count) => cut(&mut packets, count, Event::Silence),
            LineFault::Garbage { seed } => {
                let mut rng = ChaCha8Rng::seed_from_u64(seed);
                packets.iter_mut().for_each(|event| soil(&mut rng, event));
            }
            LineFault::Split { seed } => packets = split(&packets, seed),
            LineFault::WrongModel(_) | LineFault::OnlyNoise(_) => {}
        }
    }
    packets
}

/// The undisturbed stream: samples with their times in milliseconds.
fn pen(signature: &Signature, settings: &PadSettings) -> Vec<(u32, Vec<u8>)> {
    let interval_us = settings.interval.as_micros().clamp(1, 10_000_000) as u64;
    let samples = |ms: u32| (u64::from(ms) * 1000 + interval_us / 2) / interval_us;
    let after = |ms: u32, count: u64| u32::try_from(u64::from(ms) + count * interval_us / 1000).unwrap_or(u32::MAX);
    let mut sent = Vec::new();
    let origin = signature.strokes.iter().flatten().map(|p| p.t).next().unwrap_or(0);
    let mut now = 0;
    let (mut last_pressure, mut place) = (1.0f32, None);
    for stroke in signature.strokes.iter().filter(|stroke| !stroke.is_empty()) {
        let start = stroke.first().map_or(0, |p| p.t.saturating_sub(origin));
        if let Some(place) = place {
            // At least one hovering sample parts two strokes.
            let pause = samples(start.saturating_sub(now)).saturating_sub(1).clamp(1, MOST_HOVERING);
            sent.extend((1..=pause).map(|i| (after(now, i), position(NEAR, place))));
        }
        for point in stroke {
            now = point.t.saturating_sub(origin).max(now);
            if settings.pressure && point.pressure != last_pressure {
                last_pressure = point.pressure;
                sent.push((now, pressure(point.pressure)));
            }
            let raw = settings.area.raw(point);
            place = Some(raw);
            sent.push((now, position(NEAR | DOWN, raw)));
        }
    }
    if let Some(place) = place {
        let lingering = samples(settings.linger_ms).clamp(1, MOST_HOVERING);
        sent.extend((1..=lingering).map(|i| (after(now, i), position(NEAR, place))));
        sent.push((after(now, lingering + 1), position(0, place)));
    }
    sent
}

/// A pause of hours in a hostile signature must not become gigabytes.
const MOST_HOVERING: u64 = 10_000;

fn cut(events: &mut Vec<Event>, count: usize, end: Event) {
    events.truncate(count);
    events.push(end);
}

/// Puts garbage in front of one event.
fn soil(rng: &mut ChaCha8Rng, event: &mut Event) {
    if let Event::Bytes { bytes, .. } = event {
        let dice = rng.next_u32();
        let mut dirty: Vec<u8> = match dice % 4 {
            0 => vec![0x80 | (dice >> 8) as u8],
            1 => (0..1 + (dice >> 4) % 3).map(|i| (dice >> (8 + i * 7)) as u8 & 0x7F).collect(),
            _ => Vec::new(),
        };
        dirty.append(bytes);
        *bytes = dirty;
    }
}

/// The same bytes in other pieces.
fn split(events: &[Event], seed: u64) -> Vec<Event> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut pieces = Vec::with_capacity(events.len() * 2);
    for event in events {
        match event {
            Event::Bytes { at_ms, bytes, ink } => {
                let at = rng.next_u32() as usize % (bytes.len() + 1);
                let (head, tail) = bytes.split_at(at);
                let parts = [head, tail].into_iter().filter(|part| !part.is_empty());
                let piece = |(index, part): (usize, &[u8])| Event::Bytes {
                    at_ms: *at_ms,
                    bytes: part.to_vec(),
                    ink: *ink && index == 0,
                };
                pieces.extend(parts.enumerate().map(piece));
            }
            Event::Unplug | Event::Silence => pieces.push(event.clone()),
        }
    }
    pieces
}
