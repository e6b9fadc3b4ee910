//! Which serial adapters could have a module behind them.
//!
//! A module has no USB of its own: it hangs on whatever adapter was at hand. So an entry here is a candidate, named by
//! its adapter, and the operator chooses it in the settings; nothing is opened to find out.

use std::path::Path;

use nix::unistd::{AccessFlags, access};
use rekam_hal::{Access, Capabilities, DeviceInfo};
use serialport::{SerialPortInfo, SerialPortType, UsbPortInfo};

use super::DRIVER;

/// Vendor and product numbers of the adapters that such modules are sold with.
const ADAPTERS: [(u16, u16); 5] =
    [(0x1a86, 0x7523), (0x1a86, 0x5523), (0x10c4, 0xea60), (0x067b, 0x2303), (0x0403, 0x6001)];

/// The candidates present.
pub fn devices() -> Vec<DeviceInfo> {
    // the listing itself would end the program on a system that knows no serial lines at all
    if cfg!(target_os = "linux") && !std::path::Path::new("/sys/class/tty").is_dir() {
        return Vec::new();
    }
    serialport::available_ports().unwrap_or_default().iter().filter_map(candidate).collect()
}

fn candidate(port: &SerialPortInfo) -> Option<DeviceInfo> {
    match &port.port_type {
        SerialPortType::UsbPort(usb) if ADAPTERS.contains(&(usb.vid, usb.pid)) => Some(describe(port, usb)),
        SerialPortType::UsbPort(_)
        | SerialPortType::PciPort
        | SerialPortType::BluetoothPort
        | SerialPortType::Unknown => None,
    }
}

fn describe(port: &SerialPortInfo, usb: &UsbPortInfo) -> DeviceInfo {
    let allowed = access(Path::new(&port.port_name), AccessFlags::R_OK | AccessFlags::W_OK).is_ok();
    let key = usb.serial_number.as_deref().unwrap_or(&port.port_name);
    DeviceInfo {
        id: format!("{DRIVER}:{key}"),
        driver: DRIVER.to_owned(),
        model: usb.product.clone().unwrap_or_else(|| "USB serial adapter".to_owned()),
        transport: port.port_name.clone(),
        serial: usb.serial_number.clone(),
        access: if allowed { Access::Ok } else { Access::Denied },
        remedy: (!allowed).then(|| "install 70-rekam.rules or join the group dialout".to_owned()),
        capabilities: Capabilities { fingers_at_once: 1, enrolment_grade: false, ..Capabilities::default() },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn port(vid: u16, pid: u16, name: &str) -> SerialPortInfo {
        let usb = UsbPortInfo { vid, pid, serial_number: None, manufacturer: None, product: None };
        SerialPortInfo { port_name: name.to_owned(), port_type: SerialPortType::UsbPort(usb) }
    }

    #[test]
    fn only_the_usual_adapters_are_candidates_and_none_is_of_enrolment_grade() {
        assert!(candidate(&port(0x05ba, 0x000a, "/dev/null")).is_none());
        let found = candidate(&port(0x1a86, 0x7523, "/dev/null")).unwrap();
        assert_eq!((found.id.as_str(), found.access), ("zfm:/dev/null", Access::Ok));
        assert!(!found.capabilities.enrolment_grade);
        let denied = candidate(&port(0x1a86, 0x7523, "/dev/no-such-port")).unwrap();
        assert!(denied.access == Access::Denied && denied.remedy.is_some());
    }
}
