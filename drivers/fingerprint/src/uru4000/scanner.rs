//! The scanner as the station sees it: runs the machine over a cable, on the caller's thread.
//!
//! No thread is started anywhere: reports that come while nobody captures wait in the kernel and are read at the next
//! capture. So nothing can leak. A cancelled capture returns within a moment, told to turn the device off; where that
//! takes longer, the next capture or the end of the handle sees to it.

use std::time::{Duration, Instant};

use rekam_hal::{
    Cancel, CaptureError, DeviceError, DeviceErrorKind, DeviceInfo, FingerprintScanner, GrayImage, Peripheral,
    Progress, Retry, ScanTarget,
};

use super::machine::{CLOSING_WAIT, Fault, Machine, News, Order, SeedSource};
use super::model::Model;
use super::transport::{TransferError, Transport};
use crate::identity::Identity;

/// How long one look at the cable waits; the tokens are looked at this often.
const TICK: Duration = Duration::from_millis(20);
/// How long the end of the last transfer is waited for before something else begins.
const SETTLE: Duration = Duration::from_millis(700);
/// How long a device that is turned off in the middle of something may make whoever cancelled wait. Most take a
/// millisecond.
const PARTING: Duration = Duration::from_millis(50);
/// How long a finger that leaves just now is waited for before the scanner is turned off.
const FAREWELL: Duration = Duration::from_millis(100);
/// Rounds without a moment's rest after which the tokens are looked at.
const ROUNDS: usize = 64;

/// Where the numbers come from under which a scanner tells its keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Seeds {
    /// Drawn anew each time.
    #[default]
    Drawn,
    /// Always this one, as recordings of a device need it.
    Fixed(u32),
}

impl Seeds {
    fn source(self) -> SeedSource {
        match self {
            // The number keeps nothing secret, so any one will do where the system has none.
            Self::Drawn => Box::new(|| getrandom::u32().unwrap_or(0x5eed_5eed)),
            Self::Fixed(seed) => Box::new(move || seed),
        }
    }
}

/// A scanner of the U.are.U family on some cable.
pub struct Scanner {
    identity: Identity,
    model: Model,
    machine: Machine,
    cable: Box<dyn Transport>,
    due: Option<Instant>,
    patience: Duration,
}

impl Scanner {
    /// A scanner of this model on an open cable; nothing is sent yet.
    pub fn over(cable: Box<dyn Transport>, model: Model, info: DeviceInfo, seeds: Seeds) -> Self {
        let machine = Machine::new(model, seeds.source());
        let identity = Identity::new(info);
        Self { identity, model, machine, cable, due: None, patience: Duration::from_secs(60) }
    }

    /// How long to wait for a finger (default 60 s).
    pub fn with_patience(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }

    fn failed(&mut self, fault: Fault) -> DeviceError {
        self.carry_out();
        // Whatever went wrong, a device that is no longer there is neither broken nor silent.
        let kind = if self.cable.has_left() { DeviceErrorKind::Gone } else { fault.kind() };
        self.identity.failed(kind).because(fault)
    }

    /// Does what the machine has ordered.
    fn carry_out(&mut self) {
        while let Some(order) = self.machine.order() {
            match order {
                Order::Submit(transfer) => {
                    let pipe = transfer.pipe();
                    if let Err(error) = self.cable.submit(transfer) {
                        self.machine.refused(pipe, error);
                    }
                }
                Order::Cancel(pipe) => self.cable.cancel(pipe),
                Order::Timer(wait) => self.due = wait.map(|wait| Instant::now() + wait),
            }
        }
    }

    /// The next news, waiting at most a moment for them.
    fn turn(&mut self, wait: Duration) -> Option<News> {
        let until = Instant::now() + wait;
        // A device that reports without end must not keep the tokens from being seen.
        for _ in 0..ROUNDS {
            self.carry_out();
            if let Some(news) = self.machine.news() {
                return Some(news);
            }
            let now = Instant::now();
            let left = self.due.map_or(until, |due| due.min(until)).saturating_duration_since(now);
            match self.cable.poll(left) {
                Ok(Some(completion)) => self.machine.completed(completion),
                Ok(None) if self.due.is_some_and(|due| due <= Instant::now()) => {
                    self.due = None;
                    self.machine.expired();
                }
                Ok(None) if until <= Instant::now() => return None,
                Ok(None) => {}
                Err(error) => self.machine.cut(error),
            }
        }
        None
    }

    /// Lets what is under way come to its end, unless it takes too long or somebody cancels; then it is given up. Trouble
    /// in it belongs to a capture that is over: the next one powers the device up again and sees for itself.
    fn settle(&mut self, cancel: &Cancel) -> Result<(), CaptureError> {
        let until = Instant::now() + SETTLE;
        loop {
            // Reports that wait are read although nothing is waited for.
            let wait = if self.machine.is_quiet() { Duration::ZERO } else { TICK };
            match self.turn(wait) {
                Some(News::Failed(fault)) => {
                    let error = self.failed(fault);
                    if self.identity.is_gone() {
                        return Err(error.into());
                    }
                    // A cable that has failed for good would fail again and again.
                    if self.machine.is_quiet() {
                        return Ok(());
                    }
                }
                None if self.machine.is_quiet() => return Ok(()),
                Some(
                    News::Waiting
                    | News::Taking
                    | News::Taken
                    | News::Image(_)
                    | News::Nothing
                    | News::Alive
                    | News::Stopped,
                )
                | None => {}
            }
            if cancel.is_cancelled() {
                return Err(CaptureError::Cancelled);
            }
            if Instant::now() >= until {
                self.machine.abandon();
                self.carry_out();
                return Ok(());
            }
        }
    }

    /// Turns the device off and waits a while until it is; a device that is in trouble is left as it is.
    fn stop(&mut self, wait: Duration) {
        self.machine.stop();
        let until = Instant::now() + wait;
        loop {
            match self.turn(TICK.min(until.saturating_duration_since(Instant::now()))) {
                Some(News::Stopped) => break,
                Some(News::Failed(fault)) => {
                    self.failed(fault);
                    break;
                }
                Some(News::Waiting | News::Taking | News::Taken | News::Image(_) | News::Nothing | News::Alive)
                | None => {}
            }
            if Instant::now() >= until {
                break;
            }
        }
        self.carry_out();
    }

    fn end(&mut self, with: CaptureError) -> CaptureError {
        self.stop(PARTING);
        with
    }
}

impl Peripheral for Scanner {
    fn info(&self) -> &DeviceInfo {
        &self.identity.info
    }

    fn probe(&mut self) -> Result<(), DeviceError> {
        self.identity.still_there()?;
        match self.settle(&Cancel::new()) {
            Err(CaptureError::Device(error)) => return Err(error),
            Ok(()) | Err(CaptureError::Cancelled | CaptureError::Retry(_)) => {}
        }
        self.machine.probe();
        loop {
            match self.turn(TICK) {
                Some(News::Alive) => return Ok(()),
                Some(News::Failed(fault)) => return Err(self.failed(fault)),
                Some(News::Waiting | News::Taking | News::Taken | News::Image(_) | News::Nothing | News::Stopped)
                | None => {}
            }
        }
    }
}

impl FingerprintScanner for Scanner {
    fn capture(
        &mut self,
        trigger: &Cancel,
        target: ScanTarget,
        cancel: &Cancel,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<GrayImage, CaptureError> {
        self.identity.may_capture(target, cancel)?;
        self.settle(cancel)?;
        self.machine.begin();
        let until = Instant::now() + self.patience;
        loop {
            if cancel.is_cancelled() {
                return Err(self.end(CaptureError::Cancelled));
            }
            if trigger.is_cancelled() {
                self.machine.take_now();
            }
            match self.turn(TICK) {
                Some(News::Waiting) => progress(Progress::Waiting),
                Some(News::Taking) => progress(Progress::Transferred(0.0)),
                Some(News::Taken) => progress(Progress::Transferred(1.0)),
                Some(News::Image(frame)) => {
                    self.carry_out();
                    return Ok(frame.into_image(&self.model));
                }
                Some(News::Nothing) => return Err(self.end(CaptureError::Retry(Retry::NothingPresented))),
                Some(News::Failed(fault)) => return Err(self.failed(fault).into()),
                Some(News::Alive | News::Stopped) => {}
                None if Instant::now() >= until => {
                    let advice = if self.machine.holds() { Retry::LiftFinger } else { Retry::NothingPresented };
                    return Err(self.end(CaptureError::Retry(advice)));
                }
                None => {}
            }
        }
    }
}

impl Drop for Scanner {
    /// Turns the light off.
    fn drop(&mut self) {
        if self.identity.is_gone() || self.settle(&Cancel::new()).is_err() || self.machine.is_off() {
            return;
        }
        let until = Instant::now() + FAREWELL;
        while self.machine.holds() && Instant::now() < until {
            self.turn(TICK);
        }
        self.stop(2 * CLOSING_WAIT);
    }
}

/// The error of a scanner that cannot even be opened.
pub fn cannot_open(id: &str, error: TransferError) -> DeviceError {
    DeviceError::new(id, error.kind()).because(error)
}
