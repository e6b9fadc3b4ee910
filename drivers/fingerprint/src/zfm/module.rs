//! A serial module as the station sees it.

use std::path::Path;
use std::time::{Duration, Instant};

use rekam_hal::{
    Access, Cancel, Capabilities, CaptureError, DeviceError, DeviceErrorKind, DeviceInfo, FingerprintScanner,
    GrayImage, Peripheral, Progress, Retry, ScanTarget,
};

use super::DRIVER;
use super::command::{ANY_ADDRESS, Code, Command, Parameters};
use super::exchange::{Exchange, TICK, Trouble};
use super::line::{Line, SerialLine};
use super::packet::Kind;
use crate::identity::Identity;

/// Pixels of a row.
pub const WIDTH: usize = 256;
/// Rows.
pub const HEIGHT: usize = 288;
/// Two pixels a byte.
const IMAGE_BYTES: usize = WIDTH * HEIGHT / 2;
/// Data sheets of the family.
const DPI: f32 = 500.0;
/// Speeds to try, the usual one first.
pub const BAUDS: [u32; 6] = [57_600, 115_200, 38_400, 19_200, 9_600, 28_800];

/// How long a module may take to answer: it answers at once but for an image, which takes it half a second.
const ANSWER_WAIT: Duration = Duration::from_millis(1500);
/// How long a greeting may take while the speed is not known.
const GREETING_WAIT: Duration = Duration::from_millis(400);
/// Steps in which the progress of an image is told: one in a third of a second is enough for whoever watches.
const STEPS: usize = 20;
/// How often an image is sent again when a packet of it was spoilt.
const SENDINGS: u32 = 3;

/// A module of the family on a line.
pub struct ZfmScanner {
    exchange: Exchange,
    password: u32,
    /// What the module said at the greeting; `None` until it was greeted.
    parameters: Option<Parameters>,
    patience: Duration,
    pause: Duration,
    /// The finger of the last image has been seen to leave.
    lifted: bool,
}

/// What a module must be told before it listens.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Credentials {
    /// Its address; it is deaf to what is said to another one.
    pub address: u32,
    /// Its password.
    pub password: u32,
}

impl Default for Credentials {
    /// Those of a new module.
    fn default() -> Self {
        Self { address: ANY_ADDRESS, password: 0 }
    }
}

impl std::fmt::Debug for Credentials {
    /// Without the password, which never reaches a log.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Credentials({:#010x})", self.address)
    }
}

impl ZfmScanner {
    /// Opens a new module on a serial port: [`open_with`](Self::open_with) the credentials that it is sold with.
    ///
    /// # Errors
    /// As [`open_with`](Self::open_with).
    pub fn open(path: &Path, baud: Option<u32>) -> Result<Self, DeviceError> {
        Self::open_with(path, baud, Credentials::default())
    }

    /// Opens the module on a serial port, at this speed or at whichever of [`BAUDS`] it answers, within 0.8 s for each
    /// speed. It is named by its port, which no two modules share.
    ///
    /// # Errors
    /// As [`SerialLine::open`]; silent when no module of this address answers, protocol when it refuses the password.
    pub fn open_with(path: &Path, baud: Option<u32>, credentials: Credentials) -> Result<Self, DeviceError> {
        let port = path.to_string_lossy().into_owned();
        Self::begin(description(format!("{DRIVER}:{port}"), port), baud, credentials)
    }

    /// The same for a port that [`devices`](super::devices) listed, under the name that it has there.
    ///
    /// # Errors
    /// As [`open_with`](Self::open_with).
    pub fn open_listed(listed: &DeviceInfo, baud: Option<u32>, credentials: Credentials) -> Result<Self, DeviceError> {
        Self::begin(DeviceInfo { access: Access::Ok, remedy: None, ..listed.clone() }, baud, credentials)
    }

    fn begin(info: DeviceInfo, baud: Option<u32>, credentials: Credentials) -> Result<Self, DeviceError> {
        let bauds = baud.map_or(BAUDS.to_vec(), |baud| vec![baud]);
        let first = bauds.first().copied().unwrap_or(BAUDS[0]);
        let line = SerialLine::open(Path::new(&info.transport), first)?;
        let mut module = Self::with(info, Box::new(line), credentials);
        for baud in bauds {
            module.exchange.set_baud(baud)?;
            match module.greeted(GREETING_WAIT) {
                Ok(()) => return Ok(module),
                Err(error) if error.kind == DeviceErrorKind::Silent => {}
                Err(error) => return Err(error),
            }
        }
        Err(module.exchange.identity.error(DeviceErrorKind::Silent))
    }

    /// A module on any line; it is greeted before the first capture.
    pub fn over(line: Box<dyn Line>, credentials: Credentials) -> Self {
        Self::with(description(DRIVER.to_owned(), "line".to_owned()), line, credentials)
    }

    fn with(info: DeviceInfo, line: Box<dyn Line>, credentials: Credentials) -> Self {
        Self {
            exchange: Exchange::new(Identity::new(info), line, credentials.address),
            password: credentials.password,
            parameters: None,
            patience: Duration::from_secs(60),
            pause: Duration::from_millis(100),
            lifted: true,
        }
    }

    /// The same module under an id that survives plugging in again.
    pub fn with_id(mut self, id: impl Into<String>) -> Self {
        self.exchange.identity.info.id = id.into();
        self
    }

    /// How long to wait for a finger (default 60 s), and how long to rest between two looks (default 0.1 s).
    pub fn with_waits(mut self, patience: Duration, pause: Duration) -> Self {
        (self.patience, self.pause) = (patience, pause);
        self
    }

    /// What the module said of itself, once it was greeted.
    pub fn parameters(&self) -> Option<Parameters> {
        self.parameters
    }

    /// Makes sure that a module of ours answers, and hears who it is; within twice `wait`.
    fn greet(&mut self, wait: Duration, cancel: &Cancel) -> Result<(), Trouble> {
        let answer = self.exchange.ask(Command::VerifyPassword(self.password), wait, cancel)?;
        match Code::read(&answer.payload) {
            Some(Code::Done) => {}
            code => return Err(self.protocol(format!("the password is answered with {code:?}")).into()),
        }
        let answer = self.exchange.ask(Command::ReadParameters, wait, cancel)?;
        let parameters = Parameters::read(&answer.payload);
        self.parameters = Some(parameters.ok_or_else(|| self.protocol("impossible parameters".to_owned()))?);
        Ok(())
    }

    /// The same where nobody can cancel.
    fn greeted(&mut self, wait: Duration) -> Result<(), DeviceError> {
        self.greet(wait, &Cancel::new()).map_err(|trouble| match self.exchange.told(trouble) {
            CaptureError::Device(error) => error,
            error @ (CaptureError::Cancelled | CaptureError::Retry(_)) => self.protocol(error.to_string()),
        })
    }

    fn protocol(&self, what: String) -> DeviceError {
        self.exchange.protocol(what)
    }

    /// Has the image sent, once more where a packet was spoilt.
    fn fetch(&mut self, cancel: &Cancel, progress: &mut dyn FnMut(Progress)) -> Result<Vec<u8>, Trouble> {
        let mut spoilt = "";
        for _ in 0..SENDINGS {
            self.exchange.sweep(cancel)?;
            let answer = self.exchange.ask(Command::SendImage, ANSWER_WAIT, cancel)?;
            match Code::read(&answer.payload) {
                Some(Code::Done) => {}
                code => return Err(self.protocol(format!("the image is refused with {code:?}")).into()),
            }
            self.exchange.littered = true;
            match self.receive(cancel, progress) {
                Err(Trouble::Spoilt(what)) => spoilt = what,
                other => return other,
            }
        }
        Err(self.protocol(spoilt.to_owned()).into())
    }

    /// Takes the packets of an image.
    fn receive(&mut self, cancel: &Cancel, progress: &mut dyn FnMut(Progress)) -> Result<Vec<u8>, Trouble> {
        let (mut image, spoilt) = (Vec::with_capacity(IMAGE_BYTES), self.exchange.spoilt());
        let mut told = 0;
        loop {
            let packet = match self.exchange.packet(ANSWER_WAIT, cancel) {
                // Its end was lost, or the module is dead: asking once more tells which.
                Err(Trouble::Device(error)) if error.kind == DeviceErrorKind::Silent => {
                    return Err(Trouble::Spoilt("the image stops midway"));
                }
                other => other?,
            };
            if self.exchange.spoilt() > spoilt {
                return Err(Trouble::Spoilt("a packet of the image arrives spoilt"));
            }
            if !matches!(packet.kind, Kind::Data | Kind::End) {
                return Err(Trouble::Spoilt("an answer in the middle of an image"));
            }
            image.extend(&packet.payload);
            if image.len() > IMAGE_BYTES {
                return Err(Trouble::Spoilt("more pixels than the sensor has"));
            }
            if (image.len() * STEPS / IMAGE_BYTES) > told {
                told = image.len() * STEPS / IMAGE_BYTES;
                progress(Progress::Transferred(image.len() as f32 / IMAGE_BYTES as f32));
            }
            if packet.kind == Kind::End {
                self.exchange.littered = false;
                return if image.len() == IMAGE_BYTES { Ok(image) } else { Err(Trouble::Spoilt("pixels are missing")) };
            }
        }
    }

    /// Waits for a finger and has the module take its image.
    fn await_finger(&mut self, trigger: &Cancel, cancel: &Cancel) -> Result<(), CaptureError> {
        let until = Instant::now() + self.patience;
        loop {
            // The look that follows decides, if the operator has not seen it fail.
            let last = trigger.is_cancelled();
            let answer = self
                .exchange
                .ask(Command::TakeImage, ANSWER_WAIT, cancel)
                .map_err(|trouble| self.exchange.told(trouble))?;
            match Code::read(&answer.payload) {
                Some(Code::Done) if self.lifted || last => return Ok(()),
                Some(Code::Done) => {}
                Some(Code::NoFinger) => self.lifted = true,
                Some(Code::NotTaken) => return Err(CaptureError::Retry(Retry::TooShort)),
                Some(Code::TooMessy) => return Err(CaptureError::Retry(Retry::TooWet)),
                Some(Code::TooFewPoints) => return Err(CaptureError::Retry(Retry::TooDry)),
                code => return Err(self.protocol(format!("an image is answered with {code:?}")).into()),
            }
            if last || Instant::now() >= until {
                let advice = if self.lifted { Retry::NothingPresented } else { Retry::LiftFinger };
                return Err(CaptureError::Retry(advice));
            }
            let rest = Instant::now() + self.pause;
            while Instant::now() < rest && !cancel.is_cancelled() && !trigger.is_cancelled() {
                std::thread::sleep(self.pause.min(TICK));
            }
        }
    }
}

fn description(id: String, transport: String) -> DeviceInfo {
    DeviceInfo {
        id,
        driver: DRIVER.to_owned(),
        model: "ZFM/R30x serial module".to_owned(),
        transport,
        serial: None,
        access: Access::Ok,
        remedy: None,
        capabilities: Capabilities { fingers_at_once: 1, enrolment_grade: false, ..Capabilities::default() },
    }
}

impl Peripheral for ZfmScanner {
    fn info(&self) -> &DeviceInfo {
        &self.exchange.identity.info
    }

    fn probe(&mut self) -> Result<(), DeviceError> {
        self.exchange.identity.still_there()?;
        self.exchange.check()?;
        match self.exchange.sweep(&Cancel::new()) {
            Err(Trouble::Device(error)) => return Err(error),
            Ok(()) | Err(Trouble::Cancelled | Trouble::Spoilt(_)) => {}
        }
        self.greeted(GREETING_WAIT)
    }
}

impl FingerprintScanner for ZfmScanner {
    fn capture(
        &mut self,
        trigger: &Cancel,
        target: ScanTarget,
        cancel: &Cancel,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<GrayImage, CaptureError> {
        self.exchange.identity.may_capture(target, cancel)?;
        self.exchange.sweep(cancel).map_err(|trouble| self.exchange.told(trouble))?;
        if self.parameters.is_none() {
            self.greet(ANSWER_WAIT, cancel).map_err(|trouble| self.exchange.told(trouble))?;
        }
        progress(Progress::Waiting);
        self.await_finger(trigger, cancel)?;
        let image = self.fetch(cancel, progress).map_err(|trouble| self.exchange.told(trouble))?;
        if cancel.is_cancelled() {
            return Err(CaptureError::Cancelled);
        }
        self.lifted = false;
        let pixels = image.iter().flat_map(|pair| [(pair >> 4) * 17, (pair & 0x0f) * 17]).collect();
        GrayImage::new(WIDTH as u32, HEIGHT as u32, pixels)
            .map(|image| image.with_dpi(DPI).with_source_bits(4))
            .map_err(|cause| self.exchange.identity.error(DeviceErrorKind::Protocol).because(cause).into())
    }
}
