//! The cable to one scanner: three pipes of libusb's asynchronous transfers.
//!
//! When a scanner is pulled, most host controllers end its transfers as broken (`-EPROTO`, `-EILSEQ`) a moment before the
//! hub notices that nothing is connected any more. So a transfer that fails for no better reason is held back until the
//! kernel has had time to take the device away: if it does, the scanner is gone, and only else it is broken.

use std::collections::VecDeque;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use rusb::{Context, Device, DeviceHandle};

use super::sys::{Flight, Flights};
use crate::uru4000::frame;
use crate::uru4000::transport::{Completion, Pipe, Transfer, TransferError, Transport};
use crate::uru4000::wire;

const REPORTS: u8 = 0x81;
const IMAGES: u8 = 0x82;
/// Class, subclass and protocol of the scanner's interface; a keyboard with a scanner has others besides.
const VENDOR_SPECIFIC: (u8, u8, u8) = (0xff, 0xff, 0xff);

/// How long the kernel may take to notice that a scanner is no longer there.
const NOTICE: Duration = Duration::from_millis(500);
/// How often is looked meanwhile.
const LOOK: Duration = Duration::from_millis(10);

/// An open scanner.
pub(super) struct Cable {
    flights: Flights,
    socket: Socket,
    /// Failures of which is not known yet whether they mean that the scanner has left, and until when to wait.
    suspects: VecDeque<(Completion, Instant)>,
}

/// Where the kernel shows that the scanner is plugged in; nowhere on a system without sysfs.
struct Socket(Option<(PathBuf, u8)>);

impl Socket {
    fn of(device: &Device<Context>) -> Self {
        let ports: Vec<String> = device.port_numbers().unwrap_or_default().iter().map(u8::to_string).collect();
        let name = format!("{}-{}", device.bus_number(), ports.join("."));
        let shown = (PathBuf::from("/sys/bus/usb/devices").join(name).join("devnum"), device.address());
        let socket = Self(Some(shown));
        if socket.has_left() { Self(None) } else { socket }
    }

    /// Whether the scanner has left, also when another one sits there now.
    fn has_left(&self) -> bool {
        let Some((path, address)) = &self.0 else { return false };
        let shown = std::fs::read_to_string(path).ok().and_then(|text| text.trim().parse::<u8>().ok());
        shown != Some(*address)
    }
}

impl Cable {
    pub(super) fn open(device: &Device<Context>) -> Result<Self, TransferError> {
        let interface = interface_of(device)?;
        let handle: DeviceHandle<Context> = device.open().map_err(failure)?;
        match handle.claim_interface(interface) {
            // A driver of the kernel may have it; a program keeps what it has.
            Err(rusb::Error::Busy) if handle.kernel_driver_active(interface).unwrap_or(false) => {
                handle.detach_kernel_driver(interface).and_then(|()| handle.claim_interface(interface))
            }
            claimed => claimed,
        }
        .map_err(failure)?;
        let flights = Flights::new(handle, device.context().clone(), Pipe::ALL.len());
        Ok(Self { flights, socket: Socket::of(device), suspects: VecDeque::new() })
    }

    fn suspect(&mut self, pipe: Pipe, error: TransferError) {
        self.suspects.push_back((Completion { pipe, result: Err(error) }, Instant::now() + NOTICE));
    }

    /// The first suspect, once it is clear what it means.
    fn cleared(&mut self) -> Option<Completion> {
        let (_, until) = self.suspects.front()?;
        let (due, gone) = (*until <= Instant::now(), self.socket.has_left());
        let (completion, _) = self.suspects.pop_front_if(|_| due || gone)?;
        let result = if gone { Err(TransferError::Gone) } else { completion.result };
        Some(Completion { result, ..completion })
    }
}

fn interface_of(device: &Device<Context>) -> Result<u8, TransferError> {
    let config = device.active_config_descriptor().map_err(failure)?;
    let matches =
        |d: &rusb::InterfaceDescriptor<'_>| (d.class_code(), d.sub_class_code(), d.protocol_code()) == VENDOR_SPECIFIC;
    let found = config.interfaces().find(|interface| interface.descriptors().any(|d| matches(&d)));
    found.map(|interface| interface.number()).ok_or(TransferError::Failed(rusb::ffi::constants::LIBUSB_ERROR_NOT_FOUND))
}

fn failure(error: rusb::Error) -> TransferError {
    match error {
        rusb::Error::NoDevice | rusb::Error::NotFound => TransferError::Gone,
        rusb::Error::Access => TransferError::Denied,
        rusb::Error::Busy => TransferError::Busy,
        rusb::Error::Pipe => TransferError::Stalled,
        rusb::Error::Overflow => TransferError::Overflow,
        rusb::Error::Io
        | rusb::Error::InvalidParam
        | rusb::Error::Timeout
        | rusb::Error::Interrupted
        | rusb::Error::NoMem
        | rusb::Error::NotSupported
        | rusb::Error::BadDescriptor
        | rusb::Error::Other => TransferError::Failed(number(error)),
    }
}

fn number(error: rusb::Error) -> i32 {
    match error {
        rusb::Error::Io => -1,
        rusb::Error::InvalidParam => -2,
        rusb::Error::Timeout => -7,
        rusb::Error::NoMem => -11,
        rusb::Error::NotSupported => -12,
        _ => -99,
    }
}

fn slot(pipe: Pipe) -> usize {
    match pipe {
        Pipe::Control => 0,
        Pipe::Interrupt => 1,
        Pipe::Bulk => 2,
    }
}

impl Transport for Cable {
    fn submit(&mut self, transfer: Transfer) -> Result<(), TransferError> {
        let pipe = transfer.pipe();
        let at = slot(pipe);
        let flight = match transfer {
            Transfer::Read { register, length } => {
                Flight::ControlIn { request: wire::REQUEST, value: register, index: 0, length }
            }
            Transfer::Write { register, bytes } => {
                Flight::ControlOut { request: wire::REQUEST, value: register, index: 0, bytes }
            }
            Transfer::Report => Flight::InterruptIn { endpoint: REPORTS, length: wire::REPORT_LENGTH },
            Transfer::Image => Flight::BulkIn { endpoint: IMAGES, length: frame::LENGTH },
        };
        match self.flights.start(at, flight) {
            Err(error @ TransferError::Failed(_)) => self.suspect(pipe, error),
            other => other?,
        }
        Ok(())
    }

    fn poll(&mut self, wait: Duration) -> Result<Option<Completion>, TransferError> {
        let until = Instant::now() + wait;
        loop {
            if let Some(completion) = self.cleared() {
                return Ok(Some(completion));
            }
            let left = until.saturating_duration_since(Instant::now());
            let landed = self.flights.landed(if self.suspects.is_empty() { left } else { left.min(LOOK) });
            let landed = landed.map_err(|error| if self.socket.has_left() { TransferError::Gone } else { error })?;
            let landed =
                landed.and_then(|(at, result)| Some((Pipe::ALL.into_iter().find(|pipe| slot(*pipe) == at)?, result)));
            match landed {
                Some((pipe, Err(error @ TransferError::Failed(_)))) => self.suspect(pipe, error),
                Some((pipe, result)) => return Ok(Some(Completion { pipe, result })),
                None if Instant::now() >= until => return Ok(None),
                None => {}
            }
        }
    }

    fn cancel(&mut self, pipe: Pipe) {
        self.suspects.retain(|(completion, _)| completion.pipe != pipe);
        self.flights.cancel(slot(pipe));
    }

    fn has_left(&self) -> bool {
        self.socket.has_left()
    }
}
