//! A virtual Wacom STU pad at the end of a cable that carries HID reports.
//!
//! It has a screen, on which a picture can be shown and the pen leaves ink, and a pen that begins to write when the
//! host lets it. It is written from the layout of the reports on its own and shares no code with the driver. Nothing
//! runs in the background: what the pen does is decided when the host reads.

pub mod uhid;
pub mod usb;
mod wire;

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rekam_hal::Signature;

use crate::faults::Plug;
use wire::Event;
pub use wire::Fault;

/// What kind of pad it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// As it calls itself, at most seven letters.
    pub name: String,
    /// Hundredths of a millimetre.
    pub extent: (u16, u16),
    /// Largest pressure, at most 4095.
    pub pressure: u16,
    /// Pixels of the screen.
    pub screen: (u16, u16),
    /// It answers questions after itself. Some models do not.
    pub answers: bool,
    /// It can number its samples.
    pub numbers: bool,
    /// Time from one sample to the next.
    pub interval: Duration,
    /// How long the pen hovers after the last stroke, in milliseconds of pen time.
    pub linger_ms: u32,
}

impl Settings {
    /// An STU-540.
    pub fn stu_540() -> Self {
        Self {
            name: "STU-540".to_owned(),
            extent: (10_800, 6_480),
            pressure: 1023,
            screen: (800, 480),
            answers: true,
            numbers: true,
            interval: Duration::from_millis(5),
            linger_ms: 2000,
        }
    }

    /// An STU-430, which tells nothing of itself.
    pub fn stu_430() -> Self {
        let (name, extent, screen) = ("STU-430".to_owned(), (9_600, 6_000), (320, 200));
        Self { name, extent, screen, answers: false, numbers: false, ..Self::stu_540() }
    }
}

/// How a report fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failure {
    /// The cable is out, or was since this end was connected.
    Gone,
    /// The pad has no such report.
    Refused,
    /// The pad does not answer.
    Silent,
}

/// What stands on the screen.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Screen {
    /// Format and bytes of the picture shown last, until the screen was cleared.
    pub picture: Option<(u8, Vec<u8>)>,
    /// Samples whose ink is on it.
    pub ink: usize,
}

/// Whoever holds the pen: what is written each time the pad lets it, and what goes wrong meanwhile.
pub type Pen = Box<dyn FnMut() -> Option<(Signature, Vec<Fault>)> + Send>;

struct State {
    settings: Settings,
    pen: Pen,
    pending: VecDeque<Event>,
    silent: bool,
    inking: bool,
    numbered: bool,
    number: u16,
    screen: Screen,
    incoming: Option<(u8, Vec<u8>)>,
    /// What a host did that no pad expects.
    offences: Vec<String>,
}

/// A virtual pad. Clones are the same one.
#[derive(Clone)]
pub struct VirtualStu {
    plug: Plug,
    state: Arc<Mutex<State>>,
}

impl VirtualStu {
    /// A pad that is plugged in.
    pub fn new(settings: Settings, pen: impl FnMut() -> Option<(Signature, Vec<Fault>)> + Send + 'static) -> Self {
        let state = State {
            settings,
            pen: Box::new(pen),
            pending: VecDeque::new(),
            silent: false,
            inking: false,
            numbered: false,
            number: u16::MAX - 20,
            screen: Screen::default(),
            incoming: None,
            offences: Vec::new(),
        };
        Self { plug: Plug::new(), state: Arc::new(Mutex::new(state)) }
    }

    /// The host's end of the cable.
    ///
    /// # Errors
    /// [`Failure::Gone`] while the cable is out.
    pub fn connect(&self) -> Result<Cable, Failure> {
        let turn = self.plug.turn();
        if self.plug.is_plugged() { Ok(Cable { pad: self.clone(), turn }) } else { Err(Failure::Gone) }
    }

    /// Pulls the cable: the pad forgets everything.
    pub fn unplug(&self) {
        self.plug.unplug();
        let mut state = self.state();
        state.pending.clear();
        (state.silent, state.inking, state.numbered, state.incoming) = (false, false, false, None);
        state.screen = Screen::default();
    }

    /// Puts the cable in again.
    pub fn plug(&self) {
        self.plug.plug();
    }

    /// What stands on the screen.
    pub fn screen(&self) -> Screen {
        self.state().screen.clone()
    }

    /// Whether the pen would leave ink.
    pub fn is_inking(&self) -> bool {
        self.state().inking
    }

    /// What a host did that no pad expects; none for a good driver.
    pub fn offences(&self) -> Vec<String> {
        self.state().offences.clone()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The host's end of a cable, dead for good once it was pulled.
pub struct Cable {
    pad: VirtualStu,
    turn: u64,
}

impl Cable {
    fn live(&self) -> Result<MutexGuard<'_, State>, Failure> {
        if self.pad.plug.turn() != self.turn {
            return Err(Failure::Gone);
        }
        Ok(self.pad.state())
    }

    /// Asks for a feature report; at most `length` bytes, its number first.
    ///
    /// # Errors
    /// See [`Failure`].
    pub fn get(&self, number: u8, length: usize) -> Result<Vec<u8>, Failure> {
        let state = self.live()?;
        if state.silent {
            return Err(Failure::Silent);
        }
        let mut answer = state.answer(number)?;
        answer.truncate(length);
        Ok(answer)
    }

    /// Sends a feature report.
    ///
    /// # Errors
    /// See [`Failure`].
    pub fn set(&self, report: &[u8]) -> Result<(), Failure> {
        let mut state = self.live()?;
        if state.silent {
            return Err(Failure::Silent);
        }
        state.take(report)
    }

    /// The next input report.
    ///
    /// # Errors
    /// [`Failure::Gone`].
    pub fn read(&self, wait: Duration) -> Result<Option<Vec<u8>>, Failure> {
        let event = {
            let mut state = self.live()?;
            let event = if state.silent { None } else { state.pending.pop_front() };
            if state.inking && is_touch(event.as_ref()) {
                state.screen.ink += 1;
            }
            state.silent |= event == Some(Event::Silence);
            event
        };
        match event {
            Some(Event::Report(bytes)) => Ok(Some(bytes)),
            Some(Event::Unplug) => {
                self.pad.unplug();
                Err(Failure::Gone)
            }
            Some(Event::Silence) | None => {
                std::thread::sleep(wait);
                self.live().map(|_| None)
            }
        }
    }
}

fn is_touch(event: Option<&Event>) -> bool {
    match event {
        Some(Event::Report(bytes)) => bytes.len() >= 7 && bytes.get(1).is_some_and(|state| state & 0x10 != 0),
        Some(Event::Unplug | Event::Silence) | None => false,
    }
}

impl State {
    fn answer(&self, number: u8) -> Result<Vec<u8>, Failure> {
        if !self.settings.answers {
            return Err(Failure::Refused);
        }
        let Settings { name, extent, pressure, screen, interval, .. } = &self.settings;
        let mut answer = vec![number];
        match number {
            0x08 => {
                answer.extend(name.bytes().chain([0; 7]).take(7));
                answer.extend([1, 0, 0, 2]);
            }
            0x09 => {
                let words = [extent.0, extent.1, *pressure, screen.0, screen.1];
                answer.extend(words.into_iter().flat_map(u16::to_be_bytes));
                let rate = 1_000_000 / interval.as_micros().max(1);
                answer.push(u8::try_from(rate).unwrap_or(u8::MAX));
            }
            _ => return Err(Failure::Refused),
        }
        answer.resize(17, 0);
        Ok(answer)
    }

    fn take(&mut self, report: &[u8]) -> Result<(), Failure> {
        match *report {
            [0x0e, mode] => self.numbered = self.settings.numbers && mode == 1,
            [0x20, _] => self.screen = Screen::default(),
            [0x21, on] => {
                let begins = on == 1 && !self.inking;
                self.inking = on == 1;
                if begins {
                    self.write();
                }
            }
            [0x25, format] => {
                self.offend(self.inking, "a picture while the pen leaves ink");
                self.incoming = Some((format, Vec::new()));
            }
            [0x26, length, 0, ref piece @ ..] => self.take_piece(length, piece),
            [0x27, _] => match self.incoming.take() {
                Some(picture) => self.screen = Screen { picture: Some(picture), ink: 0 },
                None => self.offend(true, "the end of no picture"),
            },
            _ => {
                self.offend(true, "an unknown report");
                return Err(Failure::Refused);
            }
        }
        Ok(())
    }

    fn take_piece(&mut self, length: u8, piece: &[u8]) {
        let told = piece.get(..usize::from(length)).map(<[u8]>::to_vec);
        self.offend(piece.len() != 253, "a piece of a picture in a report of another length");
        match (&mut self.incoming, told) {
            (Some((_, bytes)), Some(piece)) => bytes.extend(piece),
            (None, _) => self.offend(true, "a piece of no picture"),
            (Some(_), None) => self.offend(true, "a piece that says to be longer than it is"),
        }
    }

    fn offend(&mut self, really: bool, how: &str) {
        if really {
            self.offences.push(how.to_owned());
        }
    }

    /// The pen begins to write.
    fn write(&mut self) {
        self.pending.clear();
        if let Some((signature, faults)) = (self.pen)() {
            let number = self.numbered.then_some(self.number);
            self.pending.extend(wire::events(&signature, &self.settings, number, &faults));
            self.number = self.number.wrapping_add(self.pending.len() as u16);
        }
    }
}
