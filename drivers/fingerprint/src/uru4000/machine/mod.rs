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

mod finger;
mod imaging;
mod power;
mod state;
mod talk;
#[cfg(test)]
mod tests;

use std::collections::VecDeque;
use std::time::Duration;

use super::model::Model;
use super::transport::{Completion, Pipe, Transfer, TransferError};
use super::wire::{Report, mode, register};
use state::State;
pub use talk::{Fault, News, Order};

/// How long a register may take.
pub const REGISTER_WAIT: Duration = Duration::from_secs(1);
/// How long turning off may take before it is given up.
pub const CLOSING_WAIT: Duration = Duration::from_millis(300);

/// How long a finger is believed to lie on the glass before the device is asked again.
const LIFT_WAIT: Duration = Duration::from_secs(1);

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
            State::Closing | State::Stopping => {}
            State::Off if !self.controlling => self.tell(News::Stopped),
            State::Off
            | State::Power(_)
            | State::Arming
            | State::Armed
            | State::Imaging { .. }
            | State::Seeding { .. }
            | State::Keying { .. }
            | State::Releasing { .. }
            | State::Held
            | State::Lifted => {
                if self.controlling {
                    self.state = State::Stopping;
                    self.timer(CLOSING_WAIT);
                } else {
                    self.close();
                }
            }
        }
    }

    /// The cable itself has failed: nothing on it will complete any more.
    pub fn cut(&mut self, error: TransferError) {
        if std::mem::take(&mut self.listening) {
            self.orders.push_back(Order::Cancel(Pipe::Interrupt));
        }
        self.fail(Fault::Transfer { step: "the cable", error });
    }

    /// Gives up whatever is under way, without a word.
    pub fn abandon(&mut self) {
        self.break_off_image();
        self.break_off_control();
        (self.wanted, self.forced) = (false, false);
        self.state = State::Off;
        self.orders.push_back(Order::Timer(None));
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

    /// Turns the device off, with a free control pipe. An image is broken off only now, because a device that was told
    /// to capture a moment ago wants to be rid of it.
    fn close(&mut self) {
        self.break_off_image();
        self.state = State::Closing;
        self.write(register::MODE, &[mode::OFF]);
        self.timer(CLOSING_WAIT);
    }

    fn fail(&mut self, fault: Fault) {
        self.abandon();
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
