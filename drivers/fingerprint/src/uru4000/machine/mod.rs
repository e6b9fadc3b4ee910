//! The protocol as a state machine without input, output, clock or randomness of its own.
//!
//! [`Machine`] is told what happened (a transfer completed, the timer ran out, the operator pulled the trigger) and
//! answers with [`Order`]s to carry out one after another and with [`News`]. Whoever runs it needs no knowledge of the
//! protocol, so the same machine runs over libusb, over a virtual scanner and over invented events.
//!
//! ```text
//! Off -> power up (see `power`) -> Arming -> Armed -- finger --> Imaging -> (Seeding -> Keying)* -> Releasing -> Held
//!                                    ^                                                                         |
//!                                    '------------------------- wanted again --------- Lifted <-- finger off --'
//! any -> Stopping -> Closing -> Off
//! ```
//!
//! The order of transfers within each step is that of libfprint, because a device is proven to work with that one and
//! a recording replays with no other: reports are asked for again before anything else happens, and an image is asked
//! for before the device is told to take it.

mod imaging;
mod power;
mod talk;
#[cfg(test)]
mod tests;

use std::collections::VecDeque;
use std::time::Duration;

use super::frame::Frame;
use super::model::Model;
use super::transport::{Completion, Pipe, Transfer, TransferError};
use super::wire::{Report, mode, register};
use power::Power;
pub use talk::{Fault, News, Order};

/// How long a register may take.
pub const REGISTER_WAIT: Duration = Duration::from_secs(1);
/// How long turning off may take before it is given up.
pub const CLOSING_WAIT: Duration = Duration::from_millis(300);

/// How long a finger is believed to lie on the glass before the device is asked again.
const LIFT_WAIT: Duration = Duration::from_secs(1);

/// Where the protocol stands.
#[derive(Debug, Clone, PartialEq, Eq)]
enum State {
    /// Nothing is going on.
    Off,
    /// On its way to power.
    Power(Power),
    /// Told to wait for a finger.
    Arming,
    /// Waits for a finger.
    Armed,
    /// An image was asked for.
    Imaging { written: bool, came: Option<Vec<u8>> },
    /// The seed is being written.
    Seeding { frame: Box<Frame>, seed: u32 },
    /// The key is being read.
    Keying { frame: Box<Frame>, seed: u32 },
    /// Told to wait until the finger leaves.
    Releasing { lifted: bool },
    /// The finger of the last image lies there.
    Held,
    /// It has left.
    Lifted,
    /// To be turned off as soon as the control pipe is free.
    Stopping,
    /// Being turned off.
    Closing,
}

/// Numbers for scrambling keys.
pub type SeedSource = Box<dyn FnMut() -> u32 + Send>;

/// The protocol with one device.
pub struct Machine {
    model: Model,
    seeds: SeedSource,
    state: State,
    orders: VecDeque<Order>,
    news: VecDeque<News>,
    /// A transfer of the control pipe is under way.
    controlling: bool,
    /// A transfer of the interrupt pipe is under way.
    listening: bool,
    /// A transfer of the bulk pipe is under way.
    imaging: bool,
    /// The transfer on the control pipe is a probe.
    probing: bool,
    /// Somebody waits for an image.
    wanted: bool,
    /// The image shall be taken whatever lies there.
    forced: bool,
    /// A finger came while the device was being told to wait for it.
    finger: bool,
    /// The device has announced that the next image will fail.
    doomed: bool,
    /// Unreadable images since the last power-up.
    spoilt: u8,
    /// Power-ups after trouble in this capture.
    restarts: u8,
}

impl Machine {
    /// A device that is off. `seeds` draws the numbers under which it tells its keys.
    pub fn new(model: Model, seeds: SeedSource) -> Self {
        Self {
            model,
            seeds,
            state: State::Off,
            orders: VecDeque::new(),
            news: VecDeque::new(),
            controlling: false,
            listening: false,
            imaging: false,
            probing: false,
            wanted: false,
            forced: false,
            finger: false,
            doomed: false,
            spoilt: 0,
            restarts: 0,
        }
    }

    /// The next thing to do.
    pub fn order(&mut self) -> Option<Order> {
        self.orders.pop_front()
    }

    /// The next thing to tell.
    pub fn news(&mut self) -> Option<News> {
        self.news.pop_front()
    }

    /// Whether the finger of the last image may still lie on the glass.
    pub fn holds(&self) -> bool {
        matches!(self.state, State::Held | State::Releasing { lifted: false })
    }

    /// Whether nothing is going on.
    pub fn is_off(&self) -> bool {
        self.state == State::Off
    }

    /// Whether the control pipe is free.
    pub fn is_quiet(&self) -> bool {
        !self.controlling
    }

    /// Wants an image of the next finger. A device at rest needs a free control pipe.
    pub fn begin(&mut self) {
        (self.wanted, self.forced, self.doomed, self.spoilt, self.restarts) = (true, false, false, 0, 0);
        match &self.state {
            State::Off => self.power_up(),
            State::Lifted => self.arm(),
            State::Held => {
                self.tell(News::Waiting);
                self.timer(LIFT_WAIT);
            }
            State::Releasing { .. } => self.tell(News::Waiting),
            State::Power(_)
            | State::Arming
            | State::Armed
            | State::Imaging { .. }
            | State::Seeding { .. }
            | State::Keying { .. }
            | State::Stopping
            | State::Closing => {}
        }
    }

    /// Wants an image of whatever lies there now.
    pub fn take_now(&mut self) {
        if !self.wanted || self.forced {
            return;
        }
        self.forced = true;
        if matches!(self.state, State::Armed | State::Held) {
            self.take();
        }
    }

    /// Asks for a sign of life, with a free control pipe; [`News::Alive`] is the answer.
    pub fn probe(&mut self) {
        self.probing = true;
        self.read(register::STATUS, 1);
    }

    /// Turns the device off; [`News::Stopped`] is the answer.
    pub fn stop(&mut self) {
        (self.wanted, self.forced, self.probing) = (false, false, false);
        match self.state {
            State::Off if !self.controlling => self.tell(News::Stopped),
            State::Closing | State::Stopping => {}
            _ if self.controlling => {
                self.state = State::Stopping;
                self.timer(CLOSING_WAIT);
            }
            _ => self.close(),
        }
    }

    /// The timer has run out.
    pub fn expired(&mut self) {
        self.orders.push_back(Order::Timer(None));
        if self.probing {
            return self.fail(Fault::Silent("probe"));
        }
        match std::mem::replace(&mut self.state, State::Off) {
            State::Off => {}
            State::Power(power) => self.power_expired(power),
            State::Armed => self.state = State::Armed,
            // The report may have been lost.
            State::Held if self.wanted => self.await_lifting(),
            State::Held => self.state = State::Held,
            State::Lifted => self.state = State::Lifted,
            State::Arming => self.fail(Fault::Silent("waiting for a finger")),
            State::Imaging { .. } => self.image_expired(),
            State::Seeding { .. } => self.fail(Fault::Silent("writing a seed")),
            State::Keying { .. } => self.fail(Fault::Silent("reading a key")),
            State::Releasing { .. } => self.fail(Fault::Silent("waiting for the finger to leave")),
            State::Stopping | State::Closing => {
                self.break_off_image();
                self.break_off_control();
                self.tell(News::Stopped);
            }
        }
    }

    /// A transfer has completed.
    pub fn completed(&mut self, completion: Completion) {
        match completion.pipe {
            Pipe::Interrupt => self.reported(completion.result),
            Pipe::Control => self.controlled(completion.result),
            Pipe::Bulk => self.image_came(completion.result),
        }
    }

    /// A transfer could not even be started.
    pub fn refused(&mut self, pipe: Pipe, error: TransferError) {
        match pipe {
            Pipe::Control => self.controlling = false,
            Pipe::Interrupt => self.listening = false,
            Pipe::Bulk => self.imaging = false,
        }
        self.fail(Fault::Transfer { step: "starting a transfer", error });
    }

    fn reported(&mut self, result: Result<Vec<u8>, TransferError>) {
        self.listening = false;
        let bytes = match result {
            Ok(bytes) => bytes,
            Err(_) if self.is_off() => return,
            Err(error) => return self.fail(Fault::Transfer { step: "listening", error }),
        };
        self.listen();
        match Report::read(&bytes) {
            Some(Report::PowerOn) => self.power_reported(),
            Some(Report::FingerOn) => self.finger_came(),
            Some(Report::FingerOff) => self.finger_left(),
            Some(Report::Trouble) => self.doomed = true,
            Some(Report::Other(_)) | None => {}
        }
    }

    fn finger_came(&mut self) {
        match self.state {
            State::Armed => self.take(),
            State::Arming => self.finger = true,
            _ => {}
        }
    }

    fn finger_left(&mut self) {
        match &mut self.state {
            State::Releasing { lifted } => *lifted = true,
            State::Held if self.wanted => self.arm(),
            State::Held => self.state = State::Lifted,
            _ => {}
        }
    }

    fn controlled(&mut self, result: Result<Vec<u8>, TransferError>) {
        self.controlling = false;
        if std::mem::take(&mut self.probing) {
            self.orders.push_back(Order::Timer(None));
            return match result {
                Ok(_) => self.tell(News::Alive),
                Err(error) => self.fail(Fault::Transfer { step: "probe", error }),
            };
        }
        let step = self.state.step();
        match std::mem::replace(&mut self.state, State::Off) {
            State::Stopping => return self.close(),
            State::Closing => {
                self.orders.push_back(Order::Timer(None));
                return self.tell(News::Stopped);
            }
            state => self.state = state,
        }
        match result {
            Ok(bytes) => self.answered(&bytes),
            Err(error) => self.fail(Fault::Transfer { step, error }),
        }
    }

    fn answered(&mut self, bytes: &[u8]) {
        match std::mem::replace(&mut self.state, State::Off) {
            State::Power(power) => self.power_answered(power, bytes),
            State::Arming => self.armed(),
            State::Imaging { came: Some(image), .. } => self.image_ready(&image),
            State::Imaging { came: None, .. } => self.state = State::Imaging { written: true, came: None },
            State::Seeding { frame, seed } => self.seeded(frame, seed),
            State::Keying { frame, seed } => self.keyed(frame, seed, bytes),
            State::Releasing { lifted } => self.released(lifted),
            state @ (State::Off | State::Armed | State::Held | State::Lifted | State::Stopping | State::Closing) => {
                self.state = state;
            }
        }
    }

    fn arm(&mut self) {
        self.finger = false;
        self.state = State::Arming;
        self.write(register::MODE, &[mode::AWAIT_FINGER_ON]);
    }

    fn armed(&mut self) {
        self.state = State::Armed;
        self.orders.push_back(Order::Timer(None));
        self.tell(News::Waiting);
        if self.finger || self.forced {
            self.take();
        }
    }

    fn release(&mut self) {
        (self.wanted, self.forced) = (false, false);
        self.await_lifting();
    }

    fn await_lifting(&mut self) {
        self.state = State::Releasing { lifted: false };
        self.write(register::MODE, &[mode::AWAIT_FINGER_OFF]);
    }

    fn released(&mut self, lifted: bool) {
        self.orders.push_back(Order::Timer(None));
        self.state = if lifted { State::Lifted } else { State::Held };
        match (self.wanted, self.forced, lifted) {
            (true, true, _) => self.take(),
            (true, false, true) => self.arm(),
            (true, false, false) => self.timer(LIFT_WAIT),
            (false, ..) => {}
        }
    }

    /// Turns the device off, with a free control pipe. An image is broken off only now, because a device that was told
    /// to capture a moment ago wants to be rid of it.
    fn close(&mut self) {
        self.break_off_image();
        self.state = State::Closing;
        self.write(register::MODE, &[mode::OFF]);
        self.timer(CLOSING_WAIT);
    }

    fn fail(&mut self, fault: Fault) {
        self.break_off_image();
        self.break_off_control();
        (self.wanted, self.forced) = (false, false);
        self.state = State::Off;
        self.orders.push_back(Order::Timer(None));
        self.tell(News::Failed(fault));
    }

    fn ask_for_image(&mut self) {
        self.imaging = true;
        self.orders.push_back(Order::Submit(Transfer::Image));
    }

    fn break_off_image(&mut self) {
        if std::mem::take(&mut self.imaging) {
            self.orders.push_back(Order::Cancel(Pipe::Bulk));
        }
    }

    fn break_off_control(&mut self) {
        self.probing = false;
        if std::mem::take(&mut self.controlling) {
            self.orders.push_back(Order::Cancel(Pipe::Control));
        }
    }

    fn tell(&mut self, news: News) {
        self.news.push_back(news);
    }

    fn timer(&mut self, wait: Duration) {
        self.orders.push_back(Order::Timer(Some(wait)));
    }

    fn listen(&mut self) {
        if !self.listening {
            self.listening = true;
            self.orders.push_back(Order::Submit(Transfer::Report));
        }
    }

    fn read(&mut self, register: u16, length: usize) {
        self.control(Transfer::Read { register, length });
    }

    fn write(&mut self, register: u16, bytes: &[u8]) {
        self.control(Transfer::Write { register, bytes: bytes.to_vec() });
    }

    fn control(&mut self, transfer: Transfer) {
        self.controlling = true;
        self.orders.push_back(Order::Submit(transfer));
        self.timer(REGISTER_WAIT);
    }
}

impl State {
    /// What is going on, for the log.
    fn step(&self) -> &'static str {
        match self {
            Self::Off => "at rest",
            Self::Power(_) => "powering up",
            Self::Arming | Self::Armed => "waiting for a finger",
            Self::Imaging { .. } => "taking an image",
            Self::Seeding { .. } => "writing a seed",
            Self::Keying { .. } => "reading a key",
            Self::Releasing { .. } | Self::Held | Self::Lifted => "waiting for the finger to leave",
            Self::Stopping | Self::Closing => "turning off",
        }
    }
}
