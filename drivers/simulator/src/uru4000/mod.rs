//! A virtual scanner of the U.are.U family: the device's side of its USB cable.
//!
//! [`firmware`] behaves as the device does: registers, modes, reports, and an image that is scrambled under a key. A
//! [`Cable`] carries transfers to it as a bus would, one at a time on each endpoint, and completes them in the order
//! in which the device would. All of it is written from the protocol's description on its own and shares no code with
//! the driver, so that a mistake in one shows against the other. Where a real device would merely behave strangely,
//! this one takes note: [`VirtualUru::offences`].
//!
//! No thread runs here. A fault strikes at a numbered event of the cable and so at the same moment on every run.

pub mod firmware;
mod image;
pub mod usb;

use std::collections::BTreeMap;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use rekam_hal::GrayImage;

use firmware::Firmware;
pub use firmware::{Quirks, Settings};
pub use image::{Block, HEIGHT, LENGTH, WIDTH};

/// Where a transfer runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Endpoint {
    /// Registers.
    Control,
    /// Reports, 0x81.
    Interrupt,
    /// Images, 0x82.
    Bulk,
}

/// A transfer to the device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Request {
    /// Reads registers.
    Read {
        /// The first one.
        register: u16,
        /// How many bytes.
        length: usize,
    },
    /// Writes registers.
    Write {
        /// The first one.
        register: u16,
        /// What.
        bytes: Vec<u8>,
    },
    /// The next report.
    Interrupt,
    /// The next image.
    Bulk,
}

impl Request {
    fn endpoint(&self) -> Endpoint {
        match self {
            Self::Read { .. } | Self::Write { .. } => Endpoint::Control,
            Self::Interrupt => Endpoint::Interrupt,
            Self::Bulk => Endpoint::Bulk,
        }
    }
}

/// How a transfer fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// The cable is out.
    #[error("unplugged")]
    Gone,
    /// The device does not know the request.
    #[error("stalled")]
    Stalled,
}

/// What goes wrong at a numbered event of the cable. Events are starts and ends of transfers, counted from 0 over all
/// cables to the device.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mishap {
    /// The cable is pulled.
    Unplug,
    /// The cable is pulled as most host controllers see it: what is under way ends as broken, and only then the device
    /// is seen to be gone.
    Yank,
    /// From here on nothing completes any more on this cable.
    Silence,
    /// What arrives at this event or the next end of a transfer is noise.
    Garbage,
    /// Half of it is missing.
    Short,
    /// The device refuses.
    Stall,
}

/// Whoever lays a finger on the glass: 384 x 290 pixels, ridges dark, upright; `None` when nobody comes.
pub type Fingers = Box<dyn FnMut() -> Option<GrayImage> + Send>;

/// How a transfer ended.
pub type Ended = (Endpoint, Result<Vec<u8>, Failure>);

struct State {
    firmware: Firmware,
    fingers: Fingers,
    mishaps: BTreeMap<u64, Mishap>,
    event: u64,
    /// Pulls and pushes of the plug; even while it is in.
    turn: u64,
    silent: bool,
    /// The plug was pulled so that transfers break before the device goes.
    yanked: bool,
    spoil: Option<Mishap>,
    rng: ChaCha8Rng,
    cables: usize,
}

struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A virtual scanner. Clones are the same device.
#[derive(Clone)]
pub struct VirtualUru(Arc<Shared>);

impl VirtualUru {
    /// A device that is plugged in.
    pub fn new(settings: Settings, fingers: impl FnMut() -> Option<GrayImage> + Send + 'static) -> Self {
        let state = State {
            rng: ChaCha8Rng::seed_from_u64(settings.seed),
            firmware: Firmware::new(settings),
            fingers: Box::new(fingers),
            mishaps: BTreeMap::new(),
            event: 0,
            turn: 0,
            silent: false,
            yanked: false,
            spoil: None,
            cables: 0,
        };
        Self(Arc::new(Shared { state: Mutex::new(state), changed: Condvar::new() }))
    }

    /// Lets something go wrong at the event after next `skip` more.
    pub fn mishap(&self, skip: u64, mishap: Mishap) {
        let mut state = self.0.lock();
        let event = state.event + skip;
        state.mishaps.insert(event, mishap);
    }

    /// How many events there have been.
    pub fn events(&self) -> u64 {
        self.0.lock().event
    }

    /// Pulls the plug; nothing happens when it is out.
    pub fn unplug(&self) {
        let mut state = self.0.lock();
        if state.turn.is_multiple_of(2) {
            state.turn += 1;
        }
        self.0.changed.notify_all();
    }

    /// Puts the plug in; nothing happens when it is in. The device forgets everything but who it is.
    pub fn plug(&self) {
        let mut state = self.0.lock();
        if !state.turn.is_multiple_of(2) {
            state.turn += 1;
            state.firmware.reset();
            (state.silent, state.yanked, state.spoil) = (false, false, None);
        }
    }

    /// What the host did that no host may do.
    pub fn offences(&self) -> Vec<String> {
        self.0.lock().firmware.offences.clone()
    }

    /// The mode the device is in.
    pub fn mode(&self) -> u8 {
        self.0.lock().firmware.mode()
    }

    /// Cables that are open.
    pub fn cables(&self) -> usize {
        self.0.lock().cables
    }

    /// A new cable to the device.
    ///
    /// # Errors
    /// [`Failure::Gone`] while the plug is out.
    pub fn connect(&self) -> Result<Cable, Failure> {
        let mut state = self.0.lock();
        if !state.turn.is_multiple_of(2) {
            return Err(Failure::Gone);
        }
        state.cables += 1;
        Ok(Cable { shared: Arc::clone(&self.0), turn: state.turn, pending: Vec::new() })
    }
}

/// One open handle to the device. It dies when the plug is pulled and stays dead.
pub struct Cable {
    shared: Arc<Shared>,
    turn: u64,
    /// Transfers under way, in the order in which they were started.
    pending: Vec<Request>,
}

impl Cable {
    /// Whether the plug has not been pulled since this cable was connected.
    pub(crate) fn is_live(&self) -> bool {
        self.shared.lock().turn == self.turn
    }

    /// Whether the plug was pulled so that what is under way ends as broken first.
    pub(crate) fn is_yanked(&self) -> bool {
        let state = self.shared.lock();
        state.turn != self.turn && state.yanked
    }

    /// Starts a transfer.
    ///
    /// # Errors
    /// [`Failure::Gone`] when the plug was pulled since this cable was connected.
    pub fn start(&mut self, request: Request) -> Result<(), Failure> {
        let shared = Arc::clone(&self.shared);
        let mut state = shared.lock();
        state.happen();
        if state.turn != self.turn {
            return Err(Failure::Gone);
        }
        if self.pending.iter().any(|other| other.endpoint() == request.endpoint()) {
            state.firmware.offend(format!("a second transfer on {:?}", request.endpoint()));
        }
        if request == Request::Bulk {
            state.firmware.image_asked();
        }
        self.pending.push(request);
        Ok(())
    }

    /// The next transfer that ends, waiting at most so long.
    pub fn next(&mut self, wait: Duration) -> Option<Ended> {
        let until = Instant::now() + wait;
        let shared = Arc::clone(&self.shared);
        let mut state = shared.lock();
        loop {
            if let Some(ended) = self.end(&mut state) {
                return Some(ended);
            }
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return None;
            }
            state = shared.changed.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// Breaks a transfer off.
    pub fn cancel(&mut self, endpoint: Endpoint) {
        self.pending.retain(|request| request.endpoint() != endpoint);
        if endpoint == Endpoint::Bulk {
            self.shared.lock().firmware.image_unasked();
        }
    }

    fn end(&mut self, state: &mut State) -> Option<Ended> {
        if state.turn != self.turn {
            let request = (!self.pending.is_empty()).then(|| self.pending.remove(0))?;
            return Some((request.endpoint(), Err(Failure::Gone)));
        }
        if state.silent {
            return None;
        }
        let at = self.pending.iter().position(|request| match request {
            Request::Interrupt => state.firmware.has_report(),
            Request::Bulk => state.firmware.has_image(),
            Request::Read { .. } | Request::Write { .. } => true,
        })?;
        state.happen();
        if state.turn != self.turn || state.silent {
            return self.end(state);
        }
        let request = self.pending.remove(at);
        let endpoint = request.endpoint();
        let result = match request {
            Request::Interrupt => Ok(state.firmware.report().unwrap_or_default()),
            Request::Bulk => Ok(state.firmware.image().unwrap_or_default()),
            Request::Read { register, length } => state.firmware.read(register, length).ok_or(Failure::Stalled),
            Request::Write { register, bytes } => {
                let fingers = &mut state.fingers;
                state.firmware.write(register, &bytes, fingers).map(|()| bytes).ok_or(Failure::Stalled)
            }
        };
        Some((endpoint, state.spoilt(result)))
    }
}

impl Drop for Cable {
    fn drop(&mut self) {
        let mut state = self.shared.lock();
        state.cables -= 1;
        if self.pending.contains(&Request::Bulk) {
            state.firmware.image_unasked();
        }
    }
}

impl State {
    /// Counts an event, with whatever goes wrong at it.
    fn happen(&mut self) {
        let mishap = self.mishaps.remove(&self.event);
        self.event += 1;
        match mishap {
            Some(mishap @ (Mishap::Unplug | Mishap::Yank)) if self.turn.is_multiple_of(2) => {
                self.turn += 1;
                self.yanked = mishap == Mishap::Yank;
            }
            Some(Mishap::Unplug | Mishap::Yank) | None => {}
            Some(Mishap::Silence) => self.silent = true,
            Some(spoil @ (Mishap::Garbage | Mishap::Short | Mishap::Stall)) => self.spoil = Some(spoil),
        }
    }

    fn spoilt(&mut self, result: Result<Vec<u8>, Failure>) -> Result<Vec<u8>, Failure> {
        let mut bytes = result?;
        match self.spoil.take() {
            None | Some(Mishap::Unplug | Mishap::Yank | Mishap::Silence) => {}
            Some(Mishap::Garbage) => self.rng.fill_bytes(&mut bytes),
            Some(Mishap::Short) => bytes.truncate(bytes.len() / 2),
            Some(Mishap::Stall) => return Err(Failure::Stalled),
        }
        Ok(bytes)
    }
}
