//! Which serial adapters could be a Topaz pad.
//!
//! The pads carry a stock FTDI chip whose vendor and product number (`0403:6001`) they share with countless serial
//! adapters, so an entry here is a candidate: the operator chooses the model in the settings.

use std::path::Path;

use rekam_hal::{Access, Capabilities, DeviceInfo};
use rustix::fs::{Access as Mode, access};
use serialport::{SerialPortInfo, SerialPortType, UsbPortInfo};

const FTDI_VENDOR: u16 = 0x0403;
const FT232R: u16 = 0x6001;

/// The candidates present, from descriptors alone: no port is opened, so none can be seen to be busy.
pub fn devices() -> Vec<DeviceInfo> {
    // the listing itself would end the program on a system that knows no serial lines at all
    if cfg!(target_os = "linux") && !std::path::Path::new("/sys/class/tty").is_dir() {
        return Vec::new();
    }
    let ports = serialport::available_ports().unwrap_or_default();
    ports.iter().filter_map(candidate).collect()
}

fn candidate(port: &SerialPortInfo) -> Option<DeviceInfo> {
    match &port.port_type {
        SerialPortType::UsbPort(usb) if (usb.vid, usb.pid) == (FTDI_VENDOR, FT232R) => Some(describe(port, usb)),
        SerialPortType::UsbPort(_)
        | SerialPortType::PciPort
        | SerialPortType::BluetoothPort
        | SerialPortType::Unknown => None,
    }
}

fn describe(port: &SerialPortInfo, usb: &UsbPortInfo) -> DeviceInfo {
    let allowed = access(Path::new(&port.port_name), Mode::READ_OK | Mode::WRITE_OK).is_ok();
    let key = usb.serial_number.as_deref().unwrap_or(&port.port_name);
    DeviceInfo {
        id: format!("topaz:{key}"),
        driver: "topaz".to_owned(),
        model: usb.product.clone().unwrap_or_else(|| "FTDI serial adapter".to_owned()),
        transport: port.port_name.clone(),
        serial: usb.serial_number.clone(),
        access: if allowed { Access::Ok } else { Access::Denied },
        remedy: (!allowed).then(|| "install 70-rekam.rules or join the group dialout".to_owned()),
        capabilities: Capabilities { enrolment_grade: true, ..Capabilities::default() },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn port(vid: u16, pid: u16, name: &str) -> SerialPortInfo {
        let usb = UsbPortInfo { vid, pid, serial_number: Some("A6004".to_owned()), manufacturer: None, product: None };
        SerialPortInfo { port_name: name.to_owned(), port_type: SerialPortType::UsbPort(usb) }
    }

    #[test]
    fn only_the_pads_chip_is_a_candidate_and_its_serial_number_names_it() {
        assert!(candidate(&port(0x1a86, 0x7523, "/dev/null")).is_none());
        let found = candidate(&port(FTDI_VENDOR, FT232R, "/dev/null")).unwrap();
        assert_eq!((found.id.as_str(), found.access), ("topaz:A6004", Access::Ok));
    }

    #[test]
    fn a_port_that_may_not_be_opened_is_listed_with_a_remedy() {
        let found = candidate(&port(FTDI_VENDOR, FT232R, "/dev/no-such-port")).unwrap();
        assert_eq!(found.access, Access::Denied);
        assert!(found.remedy.is_some());
    }
}
