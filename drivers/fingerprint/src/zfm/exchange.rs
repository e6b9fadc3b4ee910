//! Asking a module and hearing what it says, packet by packet.
//!
//! Whoever stops listening in the middle owes the line some patience: an answer or an image that nobody wants is still on
//! its way, and must have passed before the next command. That is done at the next exchange, so that nobody who cancels
//! has to wait for it.

use std::time::{Duration, Instant};

use rekam_hal::{Cancel, CaptureError, DeviceError, DeviceErrorKind};

use super::command::{Code, Command};
use super::line::{Line, transfer_failure};
use super::packet::{Decoder, Kind, Packet};
use crate::identity::Identity;

/// How long one look at the line waits; the tokens are looked at this often.
pub(super) const TICK: Duration = Duration::from_millis(20);
/// A line is quiet when nothing has come for so long: some packets' time at the lowest speed.
const QUIET: Duration = Duration::from_millis(150);
/// Noise after which the line is not a module's.
const NONSENSE: u64 = 4096;
/// More than what is left of an image can be, in bytes.
const LITTER: usize = 100_000;
/// How often a command is said again when it did not arrive well.
const SAYINGS: u32 = 3;

/// Why an exchange ended: the capture was stopped, the device is in trouble, or the packet train was spoilt.
pub(super) enum Trouble {
    Cancelled,
    Device(DeviceError),
    Spoilt(&'static str),
}

impl From<DeviceError> for Trouble {
    fn from(error: DeviceError) -> Self {
        Self::Device(error)
    }
}

/// The exchanges with one module.
pub(super) struct Exchange {
    pub(super) identity: Identity,
    line: Box<dyn Line>,
    decoder: Decoder,
    pub(super) address: u32,
    /// An image may still be on its way that nobody wants.
    pub(super) littered: bool,
    /// An answer may still be on its way that nobody waited for, until then.
    owed: Option<Instant>,
}

impl Exchange {
    pub(super) fn new(identity: Identity, line: Box<dyn Line>, address: u32) -> Self {
        Self { identity, line, decoder: Decoder::new(), address, littered: false, owed: None }
    }

    /// Packets that have arrived spoilt so far.
    pub(super) fn spoilt(&self) -> u64 {
        self.decoder.spoilt()
    }

    pub(super) fn protocol(&self, what: String) -> DeviceError {
        self.identity.error(DeviceErrorKind::Protocol).because(what)
    }

    /// What a caller is told of trouble.
    pub(super) fn told(&self, trouble: Trouble) -> CaptureError {
        match trouble {
            Trouble::Cancelled => CaptureError::Cancelled,
            Trouble::Device(error) => error.into(),
            Trouble::Spoilt(what) => self.protocol(what.to_owned()).into(),
        }
    }

    fn lost(&mut self, cause: std::io::Error, kind: DeviceErrorKind) -> DeviceError {
        self.identity.failed(kind).because(cause)
    }

    /// A write that times out is a module that takes nothing any more.
    fn checked(&mut self, result: std::io::Result<()>) -> Result<(), DeviceError> {
        result.map_err(|cause| {
            let kind = transfer_failure(&cause).unwrap_or(DeviceErrorKind::Silent);
            self.lost(cause, kind)
        })
    }

    pub(super) fn set_baud(&mut self, baud: u32) -> Result<(), DeviceError> {
        self.decoder.clear();
        (self.littered, self.owed) = (false, None);
        let result = self.line.set_baud(baud);
        self.checked(result)
    }

    /// Whether the line still exists; transfers nothing.
    pub(super) fn check(&mut self) -> Result<(), DeviceError> {
        let result = self.line.check();
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
    pub(super) fn packet(&mut self, wait: Duration, cancel: &Cancel) -> Result<Packet, Trouble> {
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
                return Err(self.identity.error(DeviceErrorKind::Silent).into());
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
    pub(super) fn sweep(&mut self, cancel: &Cancel) -> Result<(), Trouble> {
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

    /// Says a command and hears the answer, within `wait` however often it is said.
    pub(super) fn ask(&mut self, command: Command, wait: Duration, cancel: &Cancel) -> Result<Packet, Trouble> {
        let until = Instant::now() + wait;
        for _ in 0..SAYINGS {
            self.decoder.clear();
            let bytes = command.packet(self.address).encode();
            let written = self.line.write(&bytes);
            self.checked(written)?;
            self.owed = Some(until);
            let answer = loop {
                let packet = self.packet(until.saturating_duration_since(Instant::now()), cancel)?;
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
}
