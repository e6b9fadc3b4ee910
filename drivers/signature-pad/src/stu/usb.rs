//! A pad that the kernel does not hold, or lets go of: libusb.
//!
//! The same reports as through the kernel: class requests on the control endpoint, input on the interrupt endpoint.

use std::time::Duration;

use rekam_plug::{Presence, SETTLES, UsbDevice};
use rusb::{Context, Device, DeviceHandle, Direction, TransferType};

use super::transport::{HidError, HidTransport};

const HID_CLASS: u8 = 0x03;
const GET: u8 = 0xa1;
const SET: u8 = 0x21;
const GET_REPORT: u8 = 0x01;
const SET_REPORT: u8 = 0x09;
const FEATURE: u16 = 0x0300;
/// How long a pad may take to answer.
const ANSWERS_WITHIN: Duration = Duration::from_secs(2);
/// No input report of a pad is longer.
const LONGEST_INPUT: usize = 256;

/// An open pad.
#[derive(Debug)]
pub struct UsbHid {
    handle: DeviceHandle<Context>,
    interface: u8,
    endpoint: u8,
    presence: Presence,
}

impl UsbHid {
    /// Opens the first HID interface that has an interrupt endpoint.
    ///
    /// # Errors
    /// Gone, denied, busy, or failed when there is no such interface.
    pub fn open(device: &Device<Context>) -> Result<Self, HidError> {
        let (interface, endpoint) = place(device)?;
        let ports = device.port_numbers().unwrap_or_default();
        let presence = Presence::of(UsbDevice::at(device.bus_number(), device.address(), &ports).sysfs());
        let handle = device.open().map_err(failure)?;
        // The kernel's driver gets the pad back when this handle goes. Not every system can, and need not.
        let _ = handle.set_auto_detach_kernel_driver(true);
        handle.claim_interface(interface).map_err(failure)?;
        Ok(Self { handle, interface, endpoint, presence })
    }

    fn judged(&self, error: rusb::Error) -> HidError {
        judged(failure(error), &self.presence)
    }
}

/// The transfers of a pulled pad fail before the kernel notices that it has left, and say no more than that they
/// failed, or that nothing came.
fn judged(error: HidError, presence: &Presence) -> HidError {
    let there = match error {
        HidError::Failed(_) => presence.lasts(SETTLES),
        HidError::Silent => presence.is_there(),
        HidError::Gone | HidError::Denied | HidError::Busy | HidError::Refused => true,
    };
    if there { error } else { HidError::Gone }
}

fn place(device: &Device<Context>) -> Result<(u8, u8), HidError> {
    let config = device.active_config_descriptor().map_err(failure)?;
    let places = config.interfaces().flat_map(|interface| interface.descriptors()).filter_map(|descriptor| {
        let is_input = |end: &rusb::EndpointDescriptor<'_>| {
            end.direction() == Direction::In && end.transfer_type() == TransferType::Interrupt
        };
        let endpoint = descriptor.endpoint_descriptors().find(is_input)?.address();
        (descriptor.class_code() == HID_CLASS).then_some((descriptor.interface_number(), endpoint))
    });
    places.min().ok_or(HidError::Refused)
}

fn failure(error: rusb::Error) -> HidError {
    match error {
        rusb::Error::NoDevice | rusb::Error::NotFound => HidError::Gone,
        rusb::Error::Access => HidError::Denied,
        rusb::Error::Busy => HidError::Busy,
        rusb::Error::Pipe | rusb::Error::Overflow | rusb::Error::InvalidParam => HidError::Refused,
        rusb::Error::Timeout => HidError::Silent,
        rusb::Error::Io => HidError::Failed(-1),
        rusb::Error::Interrupted => HidError::Failed(-10),
        rusb::Error::NoMem => HidError::Failed(-11),
        rusb::Error::NotSupported => HidError::Failed(-12),
        rusb::Error::BadDescriptor | rusb::Error::Other => HidError::Failed(-99),
    }
}

impl HidTransport for UsbHid {
    fn get_feature(&mut self, number: u8, length: usize) -> Result<Vec<u8>, HidError> {
        let mut buffer = vec![0; length];
        let (value, index) = (FEATURE | u16::from(number), u16::from(self.interface));
        let came = self.handle.read_control(GET, GET_REPORT, value, index, &mut buffer, ANSWERS_WITHIN);
        buffer.truncate(came.map_err(|error| self.judged(error))?);
        Ok(buffer)
    }

    fn set_feature(&mut self, report: &[u8]) -> Result<(), HidError> {
        let number = report.first().copied().ok_or(HidError::Refused)?;
        let (value, index) = (FEATURE | u16::from(number), u16::from(self.interface));
        let sent = self.handle.write_control(SET, SET_REPORT, value, index, report, ANSWERS_WITHIN);
        if sent.map_err(|error| self.judged(error))? == report.len() { Ok(()) } else { Err(HidError::Refused) }
    }

    fn read_input(&mut self, wait: Duration) -> Result<Option<Vec<u8>>, HidError> {
        let mut buffer = vec![0; LONGEST_INPUT];
        // Zero would mean for ever.
        match self.handle.read_interrupt(self.endpoint, &mut buffer, wait.max(Duration::from_millis(1))) {
            Ok(count) => {
                buffer.truncate(count);
                Ok(Some(buffer))
            }
            Err(rusb::Error::Timeout | rusb::Error::Interrupted) => Ok(None),
            Err(error) => Err(self.judged(error)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failed_transfer_of_a_pad_that_leaves_is_a_pulled_cable_and_no_fault() {
        let folder = tempfile::tempdir().unwrap();
        let device = folder.path().join("1-4");
        std::fs::create_dir(&device).unwrap();
        let presence = Presence::of(&device);
        let errors = [rusb::Error::Io, rusb::Error::Other, rusb::Error::Pipe, rusb::Error::Timeout];
        let told = || errors.map(|error| judged(failure(error), &presence));
        let there = [HidError::Failed(-1), HidError::Failed(-99), HidError::Refused, HidError::Silent];
        assert_eq!(told(), there);
        // The kernel notices a little later than the transfers.
        let leaves = device.clone();
        let pulled = std::thread::spawn(move || {
            std::thread::sleep(Duration::from_millis(40));
            std::fs::remove_dir(leaves).unwrap();
        });
        assert_eq!(judged(HidError::Failed(-1), &presence), HidError::Gone);
        pulled.join().unwrap();
        assert_eq!(told(), [HidError::Gone, HidError::Gone, HidError::Refused, HidError::Gone]);
    }
}
