//! A pad that the kernel does not hold, or lets go of: libusb.
//!
//! The same reports as through the kernel: class requests on the control endpoint, input on the interrupt endpoint.

use std::time::Duration;

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
}

impl UsbHid {
    /// Opens the first HID interface that has an interrupt endpoint.
    ///
    /// # Errors
    /// Gone, denied, busy, or failed when there is no such interface.
    pub fn open(device: &Device<Context>) -> Result<Self, HidError> {
        let (interface, endpoint) = place(device)?;
        let handle = device.open().map_err(failure)?;
        // The kernel's driver gets the pad back when this handle goes. Not every system can, and need not.
        let _ = handle.set_auto_detach_kernel_driver(true);
        handle.claim_interface(interface).map_err(failure)?;
        Ok(Self { handle, interface, endpoint })
    }
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
        buffer.truncate(came.map_err(failure)?);
        Ok(buffer)
    }

    fn set_feature(&mut self, report: &[u8]) -> Result<(), HidError> {
        let number = report.first().copied().ok_or(HidError::Refused)?;
        let (value, index) = (FEATURE | u16::from(number), u16::from(self.interface));
        let sent = self.handle.write_control(SET, SET_REPORT, value, index, report, ANSWERS_WITHIN);
        if sent.map_err(failure)? == report.len() { Ok(()) } else { Err(HidError::Refused) }
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
            Err(error) => Err(failure(error)),
        }
    }
}
