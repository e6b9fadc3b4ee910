//! The scanner as the station sees it: runs the machine over a cable, on the caller's thread.
//!
//! No thread is started anywhere: reports that come while nobody captures wait in the kernel and are read at the next
//! capture. So nothing can leak, and a cancelled capture is over when it returns.

use std::time::{Duration, Instant};

use rekam_hal::{
    Cancel, CaptureError, DeviceError, DeviceErrorKind, DeviceInfo, FingerprintScanner, GrayImage, Peripheral,
    Progress, Retry, ScanTarget,
};

use super::machine::{Fault, Machine, News, Order, SeedSource};
use super::model::Model;
use super::transport::{TransferError, Transport};

/// How long one look at the cable waits; the tokens are looked at this often.
const TICK: Duration = Duration::from_millis(20);
/// How long the end of the last transfer is waited for before something else begins.
const SETTLE: Duration = Duration::from_millis(500);
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
    info: DeviceInfo,
    model: Model,
    machine: Machine,
    cable: Box<dyn Transport>,
    due: Option<Instant>,
    patience: Duration,
    gone: bool,
}

impl Scanner {
    /// A scanner of this model on an open cable; nothing is sent yet.
    pub fn over(cable: Box<dyn Transport>, model: Model, info: DeviceInfo, seeds: Seeds) -> Self {
        let machine = Machine::new(model, seeds.source());
        Self { info, model, machine, cable, due: None, patience: Duration::from_secs(60), gone: false }
    }

    /// How long to wait for a finger (default 60 s).
    pub fn with_patience(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }

    fn error(&self, kind: DeviceErrorKind) -> DeviceError {
        DeviceError::new(self.info.id.as_str(), kind)
    }

    fn failed(&mut self, fault: Fault) -> DeviceError {
        self.gone |= fault.kind() == DeviceErrorKind::Gone;
        self.carry_out();
        self.error(fault.kind()).because(fault)
    }

    fn still_there(&self) -> Result<(), DeviceError> {
        if self.gone { Err(self.error(DeviceErrorKind::Gone)) } else { Ok(()) }
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
                Err(error) => return Some(News::Failed(Fault::Transfer { step: "the cable", error })),
            }
        }
        None
    }

    /// Lets what is under way come to its end, unless it takes too long. Trouble in it belongs to a capture that is
    /// over: the next one powers the device up again and sees for itself.
    fn settle(&mut self) -> Result<(), DeviceError> {
        let until = Instant::now() + SETTLE;
        loop {
            match self.turn(Duration::ZERO) {
                Some(News::Failed(fault)) => {
                    let error = self.failed(fault);
                    if self.gone {
                        return Err(error);
                    }
                }
                Some(_) => {}
                None if self.machine.is_quiet() || Instant::now() >= until => return Ok(()),
                None => std::thread::sleep(Duration::from_millis(1)),
            }
        }
    }

    /// Turns the device off and waits until it is; a device that is in trouble is left as it is.
    fn stop(&mut self) {
        self.machine.stop();
        let until = Instant::now() + 3 * super::machine::CLOSING_WAIT;
        while Instant::now() < until {
            match self.turn(TICK) {
                Some(News::Stopped) => break,
                Some(News::Failed(fault)) => {
                    self.failed(fault);
                    break;
                }
                Some(_) | None => {}
            }
        }
        self.carry_out();
    }

    fn end(&mut self, with: CaptureError) -> CaptureError {
        self.stop();
        with
    }
}

impl Peripheral for Scanner {
    fn info(&self) -> &DeviceInfo {
        &self.info
    }

    fn probe(&mut self) -> Result<(), DeviceError> {
        self.still_there()?;
        self.settle()?;
        self.machine.probe();
        loop {
            match self.turn(TICK) {
                Some(News::Alive) => return Ok(()),
                Some(News::Failed(fault)) => return Err(self.failed(fault)),
                Some(_) | None => {}
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
        if cancel.is_cancelled() {
            return Err(CaptureError::Cancelled);
        }
        self.still_there()?;
        match target {
            ScanTarget::Single(_) => {}
            ScanTarget::Slap(_) => return Err(self.error(DeviceErrorKind::Unsupported).into()),
        }
        self.settle()?;
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
        if self.gone || self.settle().is_err() || self.machine.is_off() {
            return;
        }
        let until = Instant::now() + FAREWELL;
        while self.machine.holds() && Instant::now() < until {
            self.turn(TICK);
        }
        self.stop();
    }
}

/// The error of a scanner that cannot even be opened.
pub fn cannot_open(id: &str, error: TransferError) -> DeviceError {
    DeviceError::new(id, error.kind()).because(error)
}
