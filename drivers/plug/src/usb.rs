//! A USB device as sysfs shows it.

use std::path::{Path, PathBuf};

use rekam_hal::Access;

use crate::{access, sysfs};

const DEVICES: &str = "/sys/bus/usb/devices";

/// A USB device in its socket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UsbDevice {
    socket: String,
    sysfs: PathBuf,
    node: Option<PathBuf>,
}

impl UsbDevice {
    /// The device that libusb names by bus, address and the ports on the way to it.
    pub fn at(bus: u8, address: u8, ports: &[u8]) -> Self {
        let path: Vec<String> = ports.iter().map(u8::to_string).collect();
        // What hangs on no port is a hub of the host's own, or a system that does not tell ports.
        let socket = match path.is_empty() {
            true => format!("{bus}:{address}"),
            false => format!("{bus}-{}", path.join(".")),
        };
        Self { sysfs: Path::new(DEVICES).join(&socket), socket, node: Some(node(bus.into(), address.into())) }
    }

    /// Everything on the USB, by socket.
    pub fn all() -> Vec<Self> {
        let entries = std::fs::read_dir(DEVICES).into_iter().flatten().flatten();
        // Interfaces have a colon in their names, and no vendor of their own.
        let devices = entries.map(|entry| entry.path()).filter(|path| path.join("idVendor").exists());
        let mut all: Vec<Self> = devices.filter_map(Self::of).collect();
        all.sort_by(|one, other| one.socket.cmp(&other.socket));
        all
    }

    /// Bus and address, which is another one after each plugging in.
    pub fn address(&self) -> Option<(u8, u8)> {
        sysfs::number(&self.sysfs.join("busnum")).zip(sysfs::number(&self.sysfs.join("devnum")))
    }

    /// The device with these numbers, which change at each plugging in.
    pub fn numbered(bus: u16, address: u16) -> Option<Self> {
        Self::numbered_under(Path::new(DEVICES), bus, address)
    }

    fn numbered_under(devices: &Path, bus: u16, address: u16) -> Option<Self> {
        let entries = std::fs::read_dir(devices).ok()?;
        let mut paths = entries.flatten().map(|entry| entry.path());
        let numbers = |path: &Path| sysfs::number(&path.join("busnum")).zip(sysfs::number(&path.join("devnum")));
        Self::of(paths.find(|path| numbers(path) == Some((bus, address)))?)
    }

    /// The device that a part of it (an interface, a port, a HID device in an interface) belongs to: the nearest above
    /// it that has a vendor.
    pub fn above(part: &Path) -> Option<Self> {
        let part = std::fs::canonicalize(part).ok()?;
        let device = part.ancestors().find(|folder| folder.join("idVendor").exists())?;
        Self::of(device.to_owned())
    }

    fn of(sysfs: PathBuf) -> Option<Self> {
        let socket = sysfs.file_name()?.to_str()?.to_owned();
        let numbers = sysfs::number(&sysfs.join("busnum")).zip(sysfs::number(&sysfs.join("devnum")));
        Some(Self { socket, node: numbers.map(|(bus, address)| node(bus, address)), sysfs })
    }

    /// Bus and ports on the way, such as `1-10` or `3-2.4`: the same for whatever is plugged in there.
    pub fn socket(&self) -> &str {
        &self.socket
    }

    /// Its folder in sysfs, which goes when the device goes.
    pub fn sysfs(&self) -> &Path {
        &self.sysfs
    }

    /// Its raw node under `/dev`, where its numbers are known.
    pub fn node(&self) -> Option<&Path> {
        self.node.as_deref()
    }

    /// Its serial number, where it has one.
    pub fn serial(&self) -> Option<String> {
        sysfs::text(&self.sysfs.join("serial"))
    }

    /// Its own name.
    pub fn product(&self) -> Option<String> {
        sysfs::text(&self.sysfs.join("product"))
    }

    /// Vendor and product number.
    pub fn numbers(&self) -> Option<(u16, u16)> {
        sysfs::hexadecimal(&self.sysfs.join("idVendor")).zip(sysfs::hexadecimal(&self.sysfs.join("idProduct")))
    }

    /// Whether its raw node may be opened, and whether a program has it: busy, this program included.
    pub fn access(&self) -> Access {
        match self.node() {
            Some(node) if access::access(node) == Access::Denied => Access::Denied,
            Some(_) | None if self.is_claimed() => Access::Busy,
            Some(_) | None => Access::Ok,
        }
    }

    /// Whether a program has claimed an interface: the kernel then names `usbfs` as its driver.
    pub fn is_claimed(&self) -> bool {
        let Ok(entries) = std::fs::read_dir(&self.sysfs) else { return false };
        entries.flatten().filter(|entry| entry.file_name().to_string_lossy().contains(':')).any(|interface| {
            std::fs::read_link(interface.path().join("driver")).is_ok_and(|driver| driver.ends_with("usbfs"))
        })
    }
}

fn node(bus: u16, address: u16) -> PathBuf {
    PathBuf::from(format!("/dev/bus/usb/{bus:03}/{address:03}"))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn a_device_is_found_by_its_numbers_and_by_its_parts() {
        let root = tempfile::tempdir().unwrap();
        let device = root.path().join("1-4");
        let interface = device.join("1-4:1.0");
        std::fs::create_dir_all(interface.join("ttyUSB0")).unwrap();
        for (file, text) in [("busnum", "1"), ("devnum", "12"), ("idVendor", "0403"), ("idProduct", "6001")] {
            std::fs::write(device.join(file), format!("{text}\n")).unwrap();
        }
        let found = UsbDevice::numbered_under(root.path(), 1, 12).unwrap();
        assert_eq!((found.socket(), found.node()), ("1-4", Some(Path::new("/dev/bus/usb/001/012"))));
        assert_eq!((found.numbers(), found.serial(), found.product()), (Some((0x0403, 0x6001)), None, None));
        assert_eq!(UsbDevice::numbered_under(root.path(), 1, 13), None);
        let part = UsbDevice::above(&interface.join("ttyUSB0")).unwrap();
        assert_eq!((part.socket(), part.node()), (found.socket(), found.node()));
        assert_eq!(UsbDevice::above(root.path()), None);
    }

    #[test]
    fn a_device_that_a_program_has_claimed_is_known() {
        let root = tempfile::tempdir().unwrap();
        let device = root.path().join("1-4");
        std::fs::create_dir_all(device.join("1-4:1.0")).unwrap();
        std::fs::write(device.join("idVendor"), "05ba").unwrap();
        let found = || UsbDevice::above(&device).unwrap();
        assert_eq!((found().is_claimed(), found().access()), (false, Access::Ok));
        symlink("../../../bus/usb/drivers/usbfs", device.join("1-4:1.0/driver")).unwrap();
        assert_eq!((found().is_claimed(), found().access()), (true, Access::Busy));
    }

    #[test]
    fn a_socket_is_the_bus_and_its_ports() {
        assert_eq!(UsbDevice::at(3, 9, &[2, 4]).socket(), "3-2.4");
        assert_eq!(UsbDevice::at(3, 1, &[]).socket(), "3:1");
    }
}
