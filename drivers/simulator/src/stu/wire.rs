//! From strokes to the reports an STU pad sends.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use rekam_hal::{PenPoint, Signature};

use super::Settings;

/// What goes wrong while a signature is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The cable is pulled after so many reports.
    UnplugAfter(usize),
    /// The pad sends nothing and answers nothing after so many reports, until it is plugged in anew.
    SilenceAfter(usize),
    /// The pen goes on, but nothing of it is sent after so many reports.
    LoseAfter(usize),
    /// Torn, empty and unknown reports between the pen's.
    Garbage {
        /// Chooses bytes and places.
        seed: u64,
    },
    /// So many reports of an encrypted session instead of the pen's.
    Encrypted(usize),
}

/// One thing the pad does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Event {
    Report(Vec<u8>),
    Unplug,
    Silence,
}

/// Samples a pause or a lingering pen may take at most: a hostile signature must not become gigabytes.
const MOST_HOVERING: u64 = 10_000;

/// A sample before it is numbered.
#[derive(Debug, Clone, Copy)]
struct Sample {
    state: u16,
    x: u16,
    y: u16,
}

const NEAR: u16 = 0x8000;
const DOWN: u16 = 0x1000;

fn sample(point: &PenPoint, settings: &Settings) -> Sample {
    let raw = |mm: f32, end: u16| (mm * 100.0).round().clamp(0.0, f32::from(end)) as u16;
    let pressure = (point.pressure.clamp(0.0, 1.0) * f32::from(settings.pressure)).round() as u16;
    let (x, y) = (raw(point.x, settings.extent.0), raw(point.y, settings.extent.1));
    Sample { state: NEAR | DOWN | pressure & 0x0fff, x, y }
}

/// The pen's samples: those written, and those of the hovering pen between and after.
fn samples(signature: &Signature, settings: &Settings) -> Vec<Sample> {
    let interval_us = settings.interval.as_micros().clamp(1, 10_000_000) as u64;
    let spans = |ms: u32| (u64::from(ms) * 1000 + interval_us / 2) / interval_us;
    let mut sent: Vec<Sample> = Vec::new();
    let mut now = None;
    for stroke in signature.strokes.iter().filter(|stroke| !stroke.is_empty()) {
        let start = stroke.first().map_or(0, |point| point.t);
        if let (Some(last), Some(place)) = (now, sent.last().copied()) {
            // At least one hovering sample parts two strokes.
            let pause = spans(start.saturating_sub(last)).saturating_sub(1).clamp(1, MOST_HOVERING);
            sent.extend((0..pause).map(|_| Sample { state: NEAR, ..place }));
        }
        sent.extend(stroke.iter().map(|point| sample(point, settings)));
        now = stroke.last().map(|point| point.t);
    }
    if let Some(place) = sent.last().copied() {
        let lingering = spans(settings.linger_ms).clamp(1, MOST_HOVERING);
        sent.extend((0..lingering).map(|_| Sample { state: NEAR, ..place }));
        sent.push(Sample { state: 0, ..place });
    }
    sent
}

/// All the pad does for one signature. `number` is that of the first sample, where the host asked for numbers.
pub(super) fn events(signature: &Signature, settings: &Settings, number: Option<u16>, faults: &[Fault]) -> Vec<Event> {
    let report = |(index, sample): (usize, &Sample)| {
        let mut bytes = vec![if number.is_some() { 0x34 } else { 0x01 }];
        for word in [sample.state, sample.x, sample.y] {
            bytes.extend(word.to_be_bytes());
        }
        if let Some(first) = number {
            let count = first.wrapping_add(index as u16);
            bytes.extend(count.wrapping_mul(5).to_be_bytes());
            bytes.extend(count.to_be_bytes());
        }
        Event::Report(bytes)
    };
    let mut sent: Vec<Event> = samples(signature, settings).iter().enumerate().map(report).collect();
    for fault in faults {
        match *fault {
            Fault::UnplugAfter(count) => cut(&mut sent, count, Some(Event::Unplug)),
            Fault::SilenceAfter(count) => cut(&mut sent, count, Some(Event::Silence)),
            Fault::LoseAfter(count) => cut(&mut sent, count, None),
            Fault::Garbage { seed } => sent = soiled(sent, seed),
            Fault::Encrypted(count) => {
                sent = (0..count).map(|i| Event::Report([vec![0x02], vec![(i * 37) as u8; 16]].concat())).collect();
            }
        }
    }
    sent
}

fn cut(events: &mut Vec<Event>, count: usize, end: Option<Event>) {
    events.truncate(count);
    events.extend(end);
}

/// Puts a report that is none before some of the pen's.
fn soiled(events: Vec<Event>, seed: u64) -> Vec<Event> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut dirty = Vec::with_capacity(events.len() * 2);
    for event in events {
        let dice = rng.next_u32();
        match (dice % 5, &event) {
            (0, _) => dirty.push(Event::Report(Vec::new())),
            (1, _) => dirty.push(Event::Report(vec![0x40 | (dice >> 8) as u8 & 0x3f; 1 + (dice >> 16) as usize % 20])),
            (2, Event::Report(whole)) => {
                let torn = whole.get(..(dice >> 8) as usize % whole.len().clamp(1, 7)).unwrap_or_default();
                dirty.push(Event::Report(torn.to_vec()));
            }
            _ => {}
        }
        dirty.push(event);
    }
    dirty
}
