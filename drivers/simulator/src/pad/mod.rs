//! A virtual Topaz pad: the device's side of a pseudo terminal.
//!
//! The real driver opens the other side with `serialport` and cannot tell the difference, except for parity, data
//! bits and modem lines, which a pseudo terminal ignores. The encoder here is written from the packet layout on its
//! own and shares no code with the driver, so that a mistake in one shows against the other.

mod attended;
pub(crate) mod line;
mod screen;
mod wire;

use std::io;
use std::path::PathBuf;
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use rekam_hal::Signature;

pub use attended::{AttendedPad, PenSource};
use line::Line;
pub use screen::{Display, Mode};
use wire::Event;
pub use wire::{Area, LineFault};

/// How fast the pad streams.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Pace {
    /// As the resident wrote, this many times faster: 1 for training.
    Real(f32),
    /// As fast as the line takes it.
    Fast,
}

/// Samples a second unless set otherwise: that of the synthetic signatures in [`crate::people::ink`].
pub const RATE_HZ: u32 = 150;

/// What kind of pad it is.
#[derive(Debug, Clone, PartialEq)]
pub struct PadSettings {
    /// Writing area and scale.
    pub area: Area,
    /// Speed of the stream.
    pub pace: Pace,
    /// Time from one sample to the next, at least a microsecond. Each point is one sample; pauses between strokes are
    /// filled with hovering samples at this interval, so a driver that counts samples finds the times again.
    pub interval: Duration,
    /// How long the pen hovers after the last stroke before it leaves, in milliseconds of pen time. With
    /// [`Pace::Fast`] and a driver that counts samples this is what ends the signature without any waiting.
    pub linger_ms: u32,
    /// Sends pressure packets.
    pub pressure: bool,
    /// It has a screen, which takes commands and shows ink.
    pub screen: bool,
    /// Model code (0..=63) with which the pad introduces itself before each signature.
    pub code: Option<u8>,
}

impl Default for PadSettings {
    /// A SignatureGem 1x5 written on in real time.
    fn default() -> Self {
        Self {
            area: Area::SIGNATURE_GEM_1X5,
            pace: Pace::Real(1.0),
            interval: Duration::from_secs(1) / RATE_HZ,
            linger_ms: 100,
            pressure: false,
            screen: false,
            code: None,
        }
    }
}

impl PadSettings {
    /// For runs without a window: as fast as the line takes it, hovering long enough (2 s of pen time) to end.
    pub fn fast() -> Self {
        Self { pace: Pace::Fast, linger_ms: 2000, ..Self::default() }
    }
}

/// A virtual pad. Clones are the same pad; it is unplugged when the last one goes.
#[derive(Clone)]
pub struct VirtualPad {
    inner: Arc<Inner>,
}

struct Inner {
    id: String,
    settings: PadSettings,
    glass: Arc<Glass>,
    jobs: Sender<Job>,
}

/// The line and, where the pad has one, the screen: what the pad's thread and its owner share.
#[derive(Default)]
struct Glass {
    line: Line,
    display: Option<Mutex<Display>>,
}

impl Glass {
    /// Does something with the screen, after what the host has said until now.
    fn with<T>(&self, act: impl FnOnce(&mut Display) -> T) -> Option<T> {
        let mut display = self.display.as_ref()?.lock().unwrap_or_else(PoisonError::into_inner);
        display.take(&self.line.received());
        Some(act(&mut display))
    }

    /// The pad loses its power with its cable.
    fn unplug(&self) {
        self.line.unplug();
        if let Some(display) = &self.display {
            *display.lock().unwrap_or_else(PoisonError::into_inner) = Display::default();
        }
    }
}

struct Job {
    ticket: line::Ticket,
    events: Vec<Event>,
}

impl VirtualPad {
    /// A pad that is plugged in under the logical id `id`.
    ///
    /// # Errors
    /// When the system gives no pseudo terminal or no thread.
    pub fn plugged_in(id: impl Into<String>, settings: PadSettings) -> io::Result<Self> {
        let display = settings.screen.then(Mutex::default);
        let glass = Arc::new(Glass { display, ..Glass::default() });
        glass.line.plug()?;
        let (jobs, inbox) = mpsc::channel();
        let (pace, writer) = (settings.pace, Arc::clone(&glass));
        std::thread::Builder::new().name("virtual-pad".to_owned()).spawn(move || work(&writer, pace, &inbox))?;
        Ok(Self { inner: Arc::new(Inner { id: id.into(), settings, glass, jobs }) })
    }

    /// The logical id; the same after re-plugging.
    pub fn id(&self) -> &str {
        &self.inner.id
    }

    /// What the driver opens, while the pad is plugged in.
    pub fn path(&self) -> Option<PathBuf> {
        self.inner.glass.line.path()
    }

    /// The pen writes this signature, on the pad's own thread. One still being written is broken off.
    pub fn sign(&self, signature: &Signature) {
        self.sign_with(signature, &[]);
    }

    /// As [`Self::sign`], with faults on the line.
    pub fn sign_with(&self, signature: &Signature, faults: &[LineFault]) {
        let events = wire::events(signature, &self.inner.settings, faults);
        // The worker ends only when this sender is gone, so the job is always taken.
        let _ = self.inner.jobs.send(Job { ticket: self.inner.glass.line.next_ticket(), events });
    }

    /// What the screen shows, after all that the host has sent; `None` for a pad without one.
    pub fn display(&self) -> Option<Display> {
        self.inner.glass.with(|display| display.clone())
    }

    /// Breaks off what is being written.
    pub fn lift(&self) {
        self.inner.glass.line.next_ticket();
    }

    /// Pulls the cable, at once and in whatever the pad is doing.
    pub fn unplug(&self) {
        self.inner.glass.unplug();
    }

    /// Puts the cable in again: a new pseudo terminal, the same id. Does nothing when it is in.
    ///
    /// # Errors
    /// When the system gives no pseudo terminal.
    pub fn plug(&self) -> io::Result<PathBuf> {
        self.inner.glass.line.plug()
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.glass.unplug();
    }
}

/// The pad's thread: writes one signature after another until the pad is gone.
fn work(glass: &Glass, pace: Pace, inbox: &Receiver<Job>) {
    let line = &glass.line;
    while let Ok(job) = inbox.recv() {
        let start = Instant::now();
        for event in &job.events {
            let goes_on = match event {
                Event::Bytes { at_ms, bytes, ink } => {
                    let due = wait_until(start, *at_ms, pace, line, job.ticket);
                    if due && *ink {
                        glass.with(Display::touch);
                    }
                    due && line.send(job.ticket, bytes)
                }
                Event::Unplug => {
                    glass.unplug();
                    false
                }
                Event::Silence => false,
            };
            if !goes_on {
                break;
            }
        }
    }
}

/// Waits for the pen's time; `false` when the job is over meanwhile.
fn wait_until(start: Instant, at_ms: u32, pace: Pace, line: &Line, ticket: line::Ticket) -> bool {
    let Pace::Real(factor) = pace else { return line.is_current(ticket) };
    let due = Duration::from_secs_f32((at_ms as f32 / 1000.0 / factor.max(0.01)).min(3600.0));
    loop {
        if !line.is_current(ticket) {
            return false;
        }
        let left = due.saturating_sub(start.elapsed());
        if left.is_zero() {
            return true;
        }
        std::thread::sleep(left.min(Duration::from_millis(5)));
    }
}
