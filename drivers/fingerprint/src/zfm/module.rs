//! A serial module as the station sees it.

use std::path::Path;
use std::time::{Duration, Instant};

use rekam_hal::{
    Access, Cancel, Capabilities, CaptureError, DeviceError, DeviceErrorKind, DeviceInfo, FingerprintScanner,
    GrayImage, Peripheral, Progress, Retry, ScanTarget,
};

use super::DRIVER;
use super::command::{ANY_ADDRESS, Code, Command, Parameters};
use super::line::{Line, SerialLine, transfer_failure};
use super::packet::{Decoder, Kind, Packet};

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

/// How long one look at the line waits; the tokens are looked at this often.
const TICK: Duration = Duration::from_millis(20);
/// How long a module may take to answer: it answers at once but for an image, which takes it half a second.
const ANSWER_WAIT: Duration = Duration::from_secs(2);
/// How long a greeting may take while the speed is not known.
const GREETING_WAIT: Duration = Duration::from_millis(400);
/// A line is quiet when nothing has come for so long: some packets' time at the lowest speed.
const QUIET: Duration = Duration::from_millis(150);
/// Noise after which the line is not a module's.
const NONSENSE: u64 = 4096;
/// Steps in which the progress of an image is told: one in a third of a second is enough for whoever watches.
const STEPS: usize = 20;
/// More than what is left of an image can be, in bytes.
const LITTER: usize = 100_000;
/// How often an image is sent again when a packet of it was spoilt.
const SENDINGS: u32 = 3;
/// How often a command is said again when it did not arrive well.
const SAYINGS: u32 = 3;

/// A module of the family on a line.
pub struct ZfmScanner {
    info: DeviceInfo,
    line: Box<dyn Line>,
    decoder: Decoder,
    address: u32,
    password: u32,
    /// What the module said at the greeting; `None` until it was greeted.
    parameters: Option<Parameters>,
    patience: Duration,
    pause: Duration,
    /// An image may still be on its way that nobody wants.
    littered: bool,
    /// An answer may still be on its way that nobody waited for, until then.
    owed: Option<Instant>,
    /// The finger of the last image has been seen to leave.
    lifted: bool,
    gone: bool,
}

/// Why an exchange ended: the capture was stopped, the device is in trouble, or the packet train was spoilt.
enum Trouble {
    Cancelled,
    Device(DeviceError),
    Spoilt(&'static str),
}

impl From<DeviceError> for Trouble {
    fn from(error: DeviceError) -> Self {
        Self::Device(error)
    }
}

impl ZfmScanner {
    /// Opens the module on a serial port, at this speed or at whichever it answers.
    ///
    /// # Errors
    /// As [`SerialLine::open`]; silent when no module answers.
    pub fn open(path: &Path, baud: Option<u32>) -> Result<Self, DeviceError> {
        let bauds = baud.map_or(BAUDS.to_vec(), |baud| vec![baud]);
        let first = bauds.first().copied().unwrap_or(BAUDS[0]);
        let line = SerialLine::open(path, first)?;
        let mut module = Self::over(Box::new(line));
        module.info.transport = path.to_string_lossy().into_owned();
        module.info.id = format!("{DRIVER}:{}", module.info.transport);
        for baud in bauds {
            module.set_baud(baud)?;
            match module.greet(GREETING_WAIT) {
                Ok(()) => return Ok(module),
                Err(error) if error.kind == DeviceErrorKind::Silent => {}
                Err(error) => return Err(error),
            }
        }
        Err(module.error(DeviceErrorKind::Silent))
    }

    /// A module on any line; it is greeted before the first capture.
    pub fn over(line: Box<dyn Line>) -> Self {
        let info = DeviceInfo {
            id: DRIVER.to_owned(),
            driver: DRIVER.to_owned(),
            model: "ZFM/R30x serial module".to_owned(),
            transport: "line".to_owned(),
            serial: None,
            access: Access::Ok,
            remedy: None,
            capabilities: Capabilities { fingers_at_once: 1, enrolment_grade: false, ..Capabilities::default() },
        };
        Self {
            info,
            line,
            decoder: Decoder::new(),
            address: ANY_ADDRESS,
            password: 0,
            parameters: None,
            patience: Duration::from_secs(60),
            pause: Duration::from_millis(100),
            littered: false,
            owed: None,
            lifted: true,
            gone: false,
        }
    }

    /// The same module under an id that survives plugging in again.
    pub fn with_id(mut self, id: impl Into<String>) -> Self {
        self.info.id = id.into();
        self
    }

    /// How long to wait for a finger (default 60 s), and how long to rest between two looks (default 0.1 s).
    pub fn with_waits(mut self, patience: Duration, pause: Duration) -> Self {
        (self.patience, self.pause) = (patience, pause);
        self
    }

    /// Another address and password than a new module has.
    pub fn with_credentials(mut self, address: u32, password: u32) -> Self {
        (self.address, self.password) = (address, password);
        self
    }

    /// What the module said of itself, once it was greeted.
    pub fn parameters(&self) -> Option<Parameters> {
        self.parameters
    }

    fn error(&self, kind: DeviceErrorKind) -> DeviceError {
        DeviceError::new(self.info.id.as_str(), kind)
    }

    fn protocol(&self, what: String) -> DeviceError {
        self.error(DeviceErrorKind::Protocol).because(what)
    }

    fn still_there(&self) -> Result<(), DeviceError> {
        if self.gone { Err(self.error(DeviceErrorKind::Gone)) } else { Ok(()) }
    }

    fn lost(&mut self, cause: std::io::Error, kind: DeviceErrorKind) -> DeviceError {
        self.gone |= kind == DeviceErrorKind::Gone;
        self.error(kind).because(cause)
    }

    /// A write that times out is a module that takes nothing any more.
    fn checked(&mut self, result: std::io::Result<()>) -> Result<(), DeviceError> {
        result.map_err(|cause| {
            let kind = transfer_failure(&cause).unwrap_or(DeviceErrorKind::Silent);
            self.lost(cause, kind)
        })
    }

    fn set_baud(&mut self, baud: u32) -> Result<(), DeviceError> {
        let result = self.line.set_baud(baud);
        self.checked(result)
    }

    /// Takes what has arrived within a tick; whether anything has.
    fn listen(&mut self) -> Result<bool, DeviceError> {
        let mut buffer = [0; 512];
        match self.line.read(&mut buffer, TICK) {
            Ok(0) => Err(self.lost(std::io::ErrorKind::UnexpectedEof.into(), DeviceErrorKind::Gone)),
            Ok(count) => {
                self.decoder.push(buffer.get(..count).unwrap_or_default());
                Ok(true)
            }
            Err(cause) => match transfer_failure(&cause) {
                Some(kind) => Err(self.lost(cause, kind)),
                None => Ok(false),
            },
        }
    }

    /// The next packet from our module within `wait`.
    fn packet(&mut self, wait: Duration, cancel: &Cancel) -> Result<Packet, Trouble> {
        let (until, before) = (Instant::now() + wait, self.decoder.dropped());
        let mut quiet_since = Instant::now();
        loop {
            while let Some(packet) = self.decoder.packet() {
                if packet.address == self.address && packet.kind != Kind::Command {
                    return Ok(packet);
                }
            }
            if cancel.is_cancelled() {
                return Err(Trouble::Cancelled);
            }
            if self.decoder.dropped() - before > NONSENSE {
                return Err(self.protocol("no packet in what the module sends".to_owned()).into());
            }
            let now = Instant::now();
            if now >= until {
                return Err(self.error(DeviceErrorKind::Silent).into());
            }
            if self.listen()? {
                quiet_since = Instant::now();
            } else if self.decoder.is_midway() && quiet_since.elapsed() >= QUIET {
                // What looks like a packet does not go on: a real one may lie behind its mark.
                self.decoder.give_up();
            }
        }
    }

    /// Waits until an answer or image that nobody wants has passed.
    fn sweep(&mut self, cancel: &Cancel) -> Result<(), Trouble> {
        while let Some(until) = self.owed {
            match self.packet(until.saturating_duration_since(Instant::now()), cancel) {
                Ok(packet) if packet.kind != Kind::Answer => {}
                Err(Trouble::Device(error)) if error.kind != DeviceErrorKind::Silent => return Err(error.into()),
                Err(Trouble::Cancelled) => return Err(Trouble::Cancelled),
                Ok(_) | Err(Trouble::Device(_) | Trouble::Spoilt(_)) => self.owed = None,
            }
        }
        let (mut quiet_since, mut swept) = (Instant::now(), 0);
        while self.littered {
            if cancel.is_cancelled() {
                return Err(Trouble::Cancelled);
            }
            if self.listen()? {
                quiet_since = Instant::now();
                swept += self.decoder.held();
                self.decoder.clear();
                if swept > LITTER {
                    return Err(self.protocol("the module does not stop sending".to_owned()).into());
                }
            } else if quiet_since.elapsed() >= QUIET {
                self.littered = false;
            }
        }
        Ok(())
    }

    /// Says a command and hears the answer.
    fn ask(&mut self, command: Command, wait: Duration, cancel: &Cancel) -> Result<Packet, Trouble> {
        for _ in 0..SAYINGS {
            self.decoder.clear();
            let bytes = command.packet(self.address).encode();
            let written = self.line.write(&bytes);
            self.checked(written)?;
            self.owed = Some(Instant::now() + wait);
            let answer = loop {
                let packet = self.packet(wait, cancel)?;
                // Data of an earlier image may still come before the answer.
                if packet.kind == Kind::Answer {
                    break packet;
                }
            };
            self.owed = None;
            match Code::read(&answer.payload) {
                Some(Code::BadPacket) => {}
                Some(_) => return Ok(answer),
                None => return Err(self.protocol("an empty answer".to_owned()).into()),
            }
        }
        Err(self.protocol(format!("{command:?} never arrives well")).into())
    }

    /// Makes sure that a module of ours answers, and hears who it is.
    fn greet(&mut self, wait: Duration) -> Result<(), DeviceError> {
        let never = Cancel::new();
        let told = (|| {
            let answer = self.ask(Command::VerifyPassword(self.password), wait, &never)?;
            match Code::read(&answer.payload) {
                Some(Code::Done) => {}
                code => return Err(self.protocol(format!("the password is answered with {code:?}")).into()),
            }
            self.ask(Command::ReadParameters, wait, &never)
        })();
        match told {
            Ok(answer) => {
                let parameters = Parameters::read(&answer.payload);
                self.parameters = Some(parameters.ok_or_else(|| self.protocol("impossible parameters".to_owned()))?);
                Ok(())
            }
            Err(Trouble::Device(error)) => Err(error),
            Err(Trouble::Cancelled) => Err(self.error(DeviceErrorKind::Broken)),
            Err(Trouble::Spoilt(what)) => Err(self.protocol(what.to_owned())),
        }
    }

    /// Has the image sent, once more where a packet was spoilt.
    fn fetch(&mut self, cancel: &Cancel, progress: &mut dyn FnMut(Progress)) -> Result<Vec<u8>, Trouble> {
        let mut spoilt = "";
        for _ in 0..SENDINGS {
            self.sweep(cancel)?;
            let answer = self.ask(Command::SendImage, ANSWER_WAIT, cancel)?;
            match Code::read(&answer.payload) {
                Some(Code::Done) => {}
                code => return Err(self.protocol(format!("the image is refused with {code:?}")).into()),
            }
            self.littered = true;
            match self.receive(cancel, progress) {
                Err(Trouble::Spoilt(what)) => spoilt = what,
                other => return other,
            }
        }
        Err(self.protocol(spoilt.to_owned()).into())
    }

    /// Takes the packets of an image.
    fn receive(&mut self, cancel: &Cancel, progress: &mut dyn FnMut(Progress)) -> Result<Vec<u8>, Trouble> {
        let (mut image, spoilt) = (Vec::with_capacity(IMAGE_BYTES), self.decoder.spoilt());
        let mut told = 0;
        loop {
            let packet = match self.packet(ANSWER_WAIT, cancel) {
                // Its end was lost, or the module is dead: asking once more tells which.
                Err(Trouble::Device(error)) if error.kind == DeviceErrorKind::Silent => {
                    return Err(Trouble::Spoilt("the image stops midway"));
                }
                other => other?,
            };
            if self.decoder.spoilt() > spoilt {
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
                self.littered = false;
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
            let answer = self.ask(Command::TakeImage, ANSWER_WAIT, cancel).map_err(|trouble| self.told(trouble))?;
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

    fn told(&self, trouble: Trouble) -> CaptureError {
        match trouble {
            Trouble::Cancelled => CaptureError::Cancelled,
            Trouble::Device(error) => error.into(),
            Trouble::Spoilt(what) => self.protocol(what.to_owned()).into(),
        }
    }
}

impl Peripheral for ZfmScanner {
    fn info(&self) -> &DeviceInfo {
        &self.info
    }

    fn probe(&mut self) -> Result<(), DeviceError> {
        self.still_there()?;
        let line = self.line.check();
        self.checked(line)?;
        match self.sweep(&Cancel::new()) {
            Err(Trouble::Device(error)) => return Err(error),
            Ok(()) | Err(Trouble::Cancelled | Trouble::Spoilt(_)) => {}
        }
        self.greet(GREETING_WAIT)
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
        if cancel.is_cancelled() {
            return Err(CaptureError::Cancelled);
        }
        self.still_there()?;
        match target {
            ScanTarget::Single(_) => {}
            ScanTarget::Slap(_) => return Err(self.error(DeviceErrorKind::Unsupported).into()),
        }
        self.sweep(cancel).map_err(|trouble| self.told(trouble))?;
        if self.parameters.is_none() {
            self.greet(ANSWER_WAIT)?;
        }
        progress(Progress::Waiting);
        self.await_finger(trigger, cancel)?;
        let image = self.fetch(cancel, progress).map_err(|trouble| self.told(trouble))?;
        if cancel.is_cancelled() {
            return Err(CaptureError::Cancelled);
        }
        self.lifted = false;
        let pixels = image.iter().flat_map(|pair| [(pair >> 4) * 17, (pair & 0x0f) * 17]).collect();
        GrayImage::new(WIDTH as u32, HEIGHT as u32, pixels)
            .map(|image| image.with_dpi(DPI).with_source_bits(4))
            .map_err(|cause| self.error(DeviceErrorKind::Protocol).because(cause).into())
    }
}
