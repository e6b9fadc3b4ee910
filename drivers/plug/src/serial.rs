//! Serial ports: which USB adapters are plugged in, and what is known of a port named by its path.
//!
//! The list is read from sysfs here. The one of `serialport` ends the program on a system that has no
//! `/sys/class/tty`, and tells no socket, without which two adapters of the same serial number are the same.

use std::os::unix::fs::FileTypeExt;
use std::path::{Path, PathBuf};

use rekam_hal::{Capabilities, DeviceInfo};

use crate::access::{Gate, Way};
use crate::ids::{Place, ids};
use crate::sysfs;
use crate::usb::UsbDevice;

/// A serial port behind a USB adapter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Port {
    /// Its node, such as `/dev/ttyUSB0`.
    pub node: PathBuf,
    /// The adapter.
    pub usb: UsbDevice,
    /// Vendor and product number of the adapter.
    pub numbers: (u16, u16),
    place: Place,
}

/// The ports of all USB adapters present, by their number; no port is opened.
pub fn ports() -> Vec<Port> {
    ports_under(Path::new("/sys/class/tty"))
}

fn ports_under(class: &Path) -> Vec<Port> {
    let Ok(entries) = std::fs::read_dir(class) else { return Vec::new() };
    let mut names: Vec<String> = entries.flatten().filter_map(|entry| entry.file_name().into_string().ok()).collect();
    names.sort_by_key(|name| sysfs::by_number(name));
    names.iter().filter_map(|name| port(class, name)).collect()
}

fn port(class: &Path, name: &str) -> Option<Port> {
    let part = std::fs::canonicalize(class.join(name).join("device")).ok()?;
    let usb = UsbDevice::above(&part)?;
    let numbers = usb.numbers()?;
    // One adapter may have several ports, each in an interface of its own (`1-4:1.0`) or numbered in one.
    let interface = part.ancestors().find_map(|folder| folder.file_name()?.to_str()?.split_once(':')).map(|it| it.1);
    let port = sysfs::text(&part.join("port_number"));
    let part = [interface.map(str::to_owned), port].into_iter().flatten().collect::<Vec<_>>().join(".");
    let place = Place { serial: usb.serial(), socket: usb.socket().to_owned(), part };
    Some(Port { node: Path::new("/dev").join(name), usb, numbers, place })
}

/// The ports among `ports` whose adapter `fits`, as devices of `driver`: candidates, for an adapter does not tell what
/// hangs on it.
pub fn candidates(
    driver: &str,
    ports: &[Port],
    fits: impl Fn((u16, u16)) -> bool,
    capabilities: &Capabilities,
) -> Vec<DeviceInfo> {
    let ports: Vec<&Port> = ports.iter().filter(|port| fits(port.numbers)).collect();
    let places: Vec<Place> = ports.iter().map(|port| port.place.clone()).collect();
    let described = ports.iter().zip(ids(driver, &places)).map(|(port, id)| DeviceInfo {
        model: port.usb.product().unwrap_or_else(|| "USB serial adapter".to_owned()),
        serial: port.place.serial.clone(),
        ..describe(id, driver, &port.node, capabilities)
    });
    described.collect()
}

/// The port at `path` as a device of `driver`, whether it is listed or not: a built-in port, a Bluetooth one, a pseudo
/// terminal. Its id is `driver:path`. `None` when there is no such path or it is no character device.
pub fn at(driver: &str, path: &Path, capabilities: &Capabilities) -> Option<DeviceInfo> {
    let about = std::fs::metadata(path).ok()?;
    if !about.file_type().is_char_device() {
        return None;
    }
    Some(describe(format!("{driver}:{}", path.display()), driver, path, capabilities))
}

fn describe(id: String, driver: &str, node: &Path, capabilities: &Capabilities) -> DeviceInfo {
    let Gate { access, remedy } = Gate::of(node, Way::Serial, "port");
    DeviceInfo {
        id,
        driver: driver.to_owned(),
        model: "serial port".to_owned(),
        transport: node.to_string_lossy().into_owned(),
        serial: None,
        access,
        remedy,
        capabilities: capabilities.clone(),
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use rekam_hal::Access;

    use super::*;

    /// An adapter of sysfs with ports, as the kernel lays them out.
    fn plug(root: &Path, socket: &str, numbers: (&str, &str), serial: Option<&str>, ports: &[(&str, &str)]) {
        let device = root.join("devices").join(socket);
        for (node, interface) in ports {
            let port = device.join(format!("{socket}:{interface}")).join(node);
            std::fs::create_dir_all(&port).unwrap();
            std::fs::create_dir_all(root.join("class").join(node)).unwrap();
            symlink(&port, root.join("class").join(node).join("device")).unwrap();
        }
        std::fs::write(device.join("idVendor"), numbers.0).unwrap();
        std::fs::write(device.join("idProduct"), numbers.1).unwrap();
        if let Some(serial) = serial {
            std::fs::write(device.join("serial"), serial).unwrap();
        }
    }

    #[test]
    fn adapters_are_listed_and_equal_ones_told_apart_by_their_socket() {
        let root = tempfile::tempdir().unwrap();
        let cp210x = ("10c4", "ea60");
        plug(root.path(), "1-10", cp210x, Some("0001"), &[("ttyUSB10", "1.0")]);
        plug(root.path(), "1-2", cp210x, Some("0001"), &[("ttyUSB1", "1.0")]);
        plug(root.path(), "1-3", ("0403", "6010"), Some("FT2"), &[("ttyUSB2", "1.0"), ("ttyUSB3", "1.1")]);
        plug(root.path(), "1-4", ("1a86", "7523"), None, &[("ttyUSB4", "1.0")]);
        std::fs::create_dir_all(root.path().join("class/ttyS0")).unwrap();
        let found = ports_under(&root.path().join("class"));
        let ids = |fits: fn((u16, u16)) -> bool| {
            let listed = candidates("x", &found, fits, &Capabilities::default());
            listed.into_iter().map(|info| (info.id, info.transport)).collect::<Vec<_>>()
        };
        let all = ids(|_| true);
        let told: Vec<(&str, &str)> = all.iter().map(|(id, node)| (id.as_str(), node.as_str())).collect();
        assert_eq!(
            told,
            [
                ("x:0001@1-2", "/dev/ttyUSB1"),
                ("x:FT2@1-3.1.0", "/dev/ttyUSB2"),
                ("x:FT2@1-3.1.1", "/dev/ttyUSB3"),
                ("x:1-4", "/dev/ttyUSB4"),
                ("x:0001@1-10", "/dev/ttyUSB10"),
            ]
        );
        assert_eq!(ids(|numbers| numbers == (0x1a86, 0x7523)), [("x:1-4".to_owned(), "/dev/ttyUSB4".to_owned())]);
        assert_eq!(ids(|_| false), []);
    }

    #[test]
    fn a_system_without_serial_lines_has_none() {
        assert_eq!(ports_under(Path::new("/sys/no-such-class")), []);
    }

    #[test]
    fn a_port_by_its_path_is_a_device_and_what_is_no_port_is_none() {
        let found = at("x", Path::new("/dev/null"), &Capabilities::default()).unwrap();
        assert_eq!(
            (found.id.as_str(), found.transport.as_str(), found.access),
            ("x:/dev/null", "/dev/null", Access::Ok)
        );
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        std::fs::write(&file, "").unwrap();
        for path in [Path::new("/dev/no-such-port"), folder.path(), &file, Path::new("")] {
            assert_eq!(at("x", path, &Capabilities::default()), None);
        }
    }
}
