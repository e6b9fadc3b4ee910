//! A Topaz pad as the station sees it.

use std::path::Path;
use std::time::{Duration, Instant};

use rekam_hal::{
    Access, Cancel, Capabilities, CaptureError, DeviceError, DeviceErrorKind, DeviceInfo, Peripheral, Progress, Retry,
    Signature, SignaturePad,
};
use rekam_plug::{Line, SerialLine, transfer_failure};

use super::model::{Model, Spec};
use super::packet::{Decoder, Packet};
use super::screen::Screen;
use super::strokes::Strokes;
use super::{DRIVER, TimeBase};

/// How long one read waits; the tokens are looked at this often.
const TICK: Duration = Duration::from_millis(20);
/// So many bytes without one packet mean a wrong speed, parity or model: 200 packets' worth.
const NONSENSE: u64 = 1000;
/// Reads that may still collect ink after the operator ended the signature.
const LAST_READS: u32 = 32;

/// A monotonic clock, so that tests and replays can bring their own.
pub type Clock = Box<dyn FnMut() -> Duration + Send>;

/// A Topaz pad on a line.
pub struct TopazPad {
    info: DeviceInfo,
    spec: Spec,
    line: Box<dyn Line>,
    clock: Clock,
    base: TimeBase,
    idle: Duration,
    patience: Duration,
    code: Option<u8>,
    gone: bool,
}

impl TopazPad {
    /// Opens the pad on the serial port `path`.
    ///
    /// # Errors
    /// As [`SerialLine::open`]: gone, no permission, busy or broken.
    pub fn open(path: &Path, model: Model) -> Result<Self, DeviceError> {
        let line = SerialLine::open(path, model.spec().line)?;
        let mut pad = Self::over(Box::new(line), model);
        pad.info.transport = path.to_string_lossy().into_owned();
        pad.info.id = format!("{DRIVER}:{}", pad.info.transport);
        Ok(pad)
    }

    /// Opens a device that [`devices`](super::devices) listed or [`at`](super::at) described, and keeps its id and
    /// serial number.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub fn open_listed(listed: &DeviceInfo, model: Model) -> Result<Self, DeviceError> {
        let mut pad = Self::open(Path::new(&listed.transport), model)?.with_id(listed.id.as_str());
        pad.info.serial.clone_from(&listed.serial);
        Ok(pad)
    }

    /// A pad on any line.
    pub fn over(line: Box<dyn Line>, model: Model) -> Self {
        let spec = model.spec();
        let start = Instant::now();
        let info = DeviceInfo {
            id: DRIVER.to_owned(),
            driver: DRIVER.to_owned(),
            model: spec.name.to_owned(),
            transport: "line".to_owned(),
            serial: None,
            access: Access::Ok,
            remedy: None,
            capabilities: Capabilities { enrolment_grade: true, ..Capabilities::default() },
        };
        Self {
            info,
            spec,
            line,
            clock: Box::new(move || start.elapsed()),
            base: TimeBase::Arrival,
            idle: Duration::from_millis(1500),
            patience: Duration::from_secs(60),
            code: None,
            gone: false,
        }
    }

    /// The same pad under an id that survives re-plugging.
    pub fn with_id(mut self, id: impl Into<String>) -> Self {
        self.info.id = id.into();
        self
    }

    /// How long after the last touch the signature counts as finished (default 1.5 s), and how long to wait for the
    /// first touch (default 60 s).
    pub fn with_waits(mut self, idle: Duration, patience: Duration) -> Self {
        (self.idle, self.patience) = (idle, patience);
        self
    }

    /// Where the times of the points come from.
    pub fn with_time_base(mut self, base: TimeBase) -> Self {
        self.base = base;
        self
    }

    /// Takes the pad's pressure packets for pen pressure. Off by default: no source says which models measure it.
    pub fn with_pressure(mut self) -> Self {
        self.info.capabilities.pressure = true;
        self
    }

    /// Insists that a pad which introduces itself has this model code, 0..=63.
    pub fn with_model_code(mut self, code: u8) -> Self {
        self.code = Some(code);
        self
    }

    /// Another clock than the system's.
    pub fn with_clock(mut self, clock: Clock) -> Self {
        self.clock = clock;
        self
    }

    /// Tells the screen of a pad that has one what to do with ink. A capture clears it before and afterwards and keeps
    /// the ink meanwhile, so this is for what lies between.
    ///
    /// # Errors
    /// Unsupported when the model has no screen, otherwise the line's.
    pub fn screen(&mut self, command: Screen) -> Result<(), DeviceError> {
        if !self.spec.screen {
            return Err(self.error(DeviceErrorKind::Unsupported).because("this model has no screen"));
        }
        self.still_there()?;
        match self.line.write(&[command.byte()]) {
            Ok(()) => Ok(()),
            Err(cause) => {
                // A line that takes no byte within a second is held by nobody at the other end.
                let kind = transfer_failure(&cause).unwrap_or(DeviceErrorKind::Silent);
                Err(self.failed(cause, kind))
            }
        }
    }

    fn error(&self, kind: DeviceErrorKind) -> DeviceError {
        DeviceError::new(self.info.id.as_str(), kind)
    }

    /// The error for a failed transfer, remembered when the pad is gone: its line never comes back to this handle.
    fn failed(&mut self, cause: std::io::Error, kind: DeviceErrorKind) -> DeviceError {
        self.gone |= kind == DeviceErrorKind::Gone;
        self.error(kind).because(cause)
    }

    fn still_there(&self) -> Result<(), DeviceError> {
        if self.gone { Err(self.error(DeviceErrorKind::Gone)) } else { Ok(()) }
    }

    fn check_line(&mut self, result: std::io::Result<()>) -> Result<(), DeviceError> {
        match result {
            Ok(()) => Ok(()),
            Err(cause) => match transfer_failure(&cause) {
                Some(kind) => Err(self.failed(cause, kind)),
                None => Ok(()),
            },
        }
    }

    /// What arrived within a tick; nothing is no error.
    fn read<'b>(&mut self, buffer: &'b mut [u8]) -> Result<&'b [u8], DeviceError> {
        match self.line.read(buffer, TICK) {
            Ok(0) => Err(self.failed(std::io::ErrorKind::UnexpectedEof.into(), DeviceErrorKind::Gone)),
            Ok(count) => Ok(buffer.get(..count).unwrap_or_default()),
            Err(cause) => match transfer_failure(&cause) {
                Some(kind) => Err(self.failed(cause, kind)),
                None => Ok(&[]),
            },
        }
    }

    /// Refuses a pad that introduces itself as another model.
    fn accept(&self, packet: Packet) -> Result<(), DeviceError> {
        match (packet, self.code) {
            (Packet::DeviceInfo { model, .. }, Some(code)) if model != code => Err(self
                .error(DeviceErrorKind::WrongModel)
                .because(format!("the pad calls itself model {model}, not {code}"))),
            _ => Ok(()),
        }
    }

    /// Feeds one read to the strokes. Packets of one read arrived one line time after another, the last just now.
    fn digest(
        &self,
        packets: &[Packet],
        now: Duration,
        strokes: &mut Strokes,
        stop: &mut Stop<'_>,
    ) -> Result<(), CaptureError> {
        let packet_time = Duration::from_secs_f32(self.spec.packet_ms() / 1000.0);
        for (index, packet) in packets.iter().enumerate() {
            self.accept(*packet)?;
            let behind = u32::try_from(packets.len() - 1 - index).unwrap_or(0);
            let arrival = now.saturating_sub(packet_time.saturating_mul(behind));
            if let Some(news) = strokes.take(*packet, arrival) {
                (stop.progress)(news);
            }
            stop.unless_cancelled()?;
        }
        Ok(())
    }

    /// Collects ink until the signature has ended.
    fn collect(&mut self, finish: &Cancel, stop: &mut Stop<'_>) -> Result<Signature, CaptureError> {
        let mut decoder = Decoder::new();
        let mut strokes = Strokes::new(self.spec, self.base, self.info.capabilities.pressure);
        let (mut buffer, mut heard, mut understood, mut last_reads) = ([0u8; 256], 0u64, false, LAST_READS);
        let start = (self.clock)();
        let mut touched = start;
        (stop.progress)(Progress::Waiting);
        loop {
            stop.unless_cancelled()?;
            let ending = finish.is_cancelled();
            let bytes = self.read(&mut buffer)?;
            let quiet = bytes.is_empty();
            heard += bytes.len() as u64;
            let packets: Vec<Packet> = decoder.extend(bytes).collect();
            understood |= !packets.is_empty();
            if !understood && heard >= NONSENSE {
                return Err(self.error(DeviceErrorKind::Protocol).because("no packet in what the pad sends").into());
            }
            let now = (self.clock)();
            self.digest(&packets, now, &mut strokes, stop)?;
            if packets.iter().any(|packet| matches!(packet, Packet::Position { near: true, down: true, .. })) {
                touched = now;
            }
            last_reads = last_reads.saturating_sub(u32::from(ending));
            let ended = ending && (quiet || last_reads == 0);
            let rested =
                strokes.resting(now).is_some_and(|rest| rest >= self.idle) || now.saturating_sub(touched) >= self.idle;
            match strokes.is_empty() {
                true if ended || now.saturating_sub(start) >= self.patience => {
                    return Err(CaptureError::Retry(Retry::NothingWritten));
                }
                false if ended || rested => return Ok(strokes.finish()),
                true | false => {}
            }
        }
    }
}

/// How a running capture talks to the outside.
struct Stop<'a> {
    cancel: &'a Cancel,
    progress: &'a mut dyn FnMut(Progress),
}

impl Stop<'_> {
    fn unless_cancelled(&self) -> Result<(), CaptureError> {
        if self.cancel.is_cancelled() { Err(CaptureError::Cancelled) } else { Ok(()) }
    }
}

impl Peripheral for TopazPad {
    fn info(&self) -> &DeviceInfo {
        &self.info
    }

    /// Tells only whether the line is there: a pad at rest sends nothing and answers nothing.
    fn probe(&mut self) -> Result<(), DeviceError> {
        self.still_there()?;
        let line = self.line.check();
        self.check_line(line)
    }
}

impl SignaturePad for TopazPad {
    fn capture(
        &mut self,
        finish: &Cancel,
        cancel: &Cancel,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<Signature, CaptureError> {
        let mut stop = Stop { cancel, progress };
        stop.unless_cancelled()?;
        self.still_there()?;
        let cleared = self.line.clear_input();
        self.check_line(cleared)?;
        if !self.spec.screen {
            return self.collect(finish, &mut stop);
        }
        self.screen(Screen::Clear)?;
        self.screen(Screen::Keep)?;
        let result = self.collect(finish, &mut stop);
        // Nobody's signature stays on the screen. A pad in trouble has said so already.
        if !self.gone {
            let _ = self.screen(Screen::Clear);
        }
        result
    }
}
