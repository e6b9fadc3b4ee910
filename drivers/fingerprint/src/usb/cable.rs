//! The cable to one scanner: three pipes of libusb's asynchronous transfers.

use std::time::Duration;

use rusb::{Context, Device, DeviceHandle};

use super::sys::{Flight, Flights};
use crate::uru4000::frame;
use crate::uru4000::transport::{Completion, Pipe, Transfer, TransferError, Transport};
use crate::uru4000::wire;

const REPORTS: u8 = 0x81;
const IMAGES: u8 = 0x82;
/// Class, subclass and protocol of the scanner's interface; a keyboard with a scanner has others besides.
const VENDOR_SPECIFIC: (u8, u8, u8) = (0xff, 0xff, 0xff);

/// An open scanner.
pub(super) struct Cable {
    flights: Flights,
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
        Ok(Self { flights: Flights::new(handle, device.context().clone(), Pipe::ALL.len()) })
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
        let at = slot(transfer.pipe());
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
        self.flights.start(at, &flight)
    }

    fn poll(&mut self, wait: Duration) -> Result<Option<Completion>, TransferError> {
        let Some((at, result)) = self.flights.landed(wait)? else { return Ok(None) };
        // A stalled endpoint stays so until it is told that the host has noticed; the control endpoint needs no telling.
        if result == Err(TransferError::Stalled) {
            match at {
                1 => self.flights.clear_halt(REPORTS),
                2 => self.flights.clear_halt(IMAGES),
                _ => {}
            }
        }
        Ok(Pipe::ALL.into_iter().find(|pipe| slot(*pipe) == at).map(|pipe| Completion { pipe, result }))
    }

    fn cancel(&mut self, pipe: Pipe) {
        self.flights.cancel(slot(pipe));
    }
}
