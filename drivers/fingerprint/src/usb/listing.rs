//! Which scanners are plugged in, from cached descriptors and sysfs alone: no device is opened.

use std::path::{Path, PathBuf};

use nix::unistd::{AccessFlags, access};
use rekam_hal::{Access, Capabilities, DeviceError, DeviceErrorKind, DeviceInfo};
use rusb::{Context, Device, UsbContext};

use super::cable::Cable;
use crate::uru4000::scanner::cannot_open;
use crate::uru4000::{DRIVER, Model, Scanner, Seeds};

/// What a station must install before it may open a scanner.
const REMEDY_DENIED: &str = "install 70-rekam.rules in /etc/udev/rules.d and plug the scanner in again";
const REMEDY_BUSY: &str = "close the other program that uses the scanner";

/// The scanners present.
pub fn devices() -> Vec<DeviceInfo> {
    let mut found: Vec<DeviceInfo> = present().iter().map(|place| place.info()).collect();
    // Two devices may carry the same serial number; then only the socket tells them apart.
    for i in 0..found.len() {
        let twin = |other: &DeviceInfo| found.get(i).is_some_and(|one| one.id == other.id);
        if found.iter().filter(|other| twin(other)).count() > 1
            && let Some(one) = found.get_mut(i)
        {
            one.id = format!("{}@{}", one.id, one.transport.trim_start_matches("usb:"));
        }
    }
    found
}

/// Opens a scanner that [`devices`] listed.
///
/// # Errors
/// Gone when it is no longer in its socket, no permission, busy when another program holds it, otherwise broken.
pub fn open(listed: &DeviceInfo, seeds: Seeds) -> Result<Scanner, DeviceError> {
    let gone = || DeviceError::new(listed.id.as_str(), DeviceErrorKind::Gone);
    let place = present().into_iter().find(|place| place.transport() == listed.transport).ok_or_else(gone)?;
    // Somebody may have put another scanner into the same socket meanwhile.
    let same = place.info().model == listed.model && place.serial() == listed.serial;
    if !same {
        return Err(gone());
    }
    let cable = Cable::open(&place.device).map_err(|error| cannot_open(&listed.id, error))?;
    let info = DeviceInfo { access: Access::Ok, remedy: None, ..listed.clone() };
    Ok(Scanner::over(Box::new(cable), place.model, info, seeds))
}

/// A scanner in its socket.
struct Place {
    device: Device<Context>,
    model: Model,
    /// Its name in sysfs, such as `1-10` or `3-2.4`: bus and sockets on the way.
    socket: String,
}

fn present() -> Vec<Place> {
    let Ok(context) = Context::new() else { return Vec::new() };
    let Ok(list) = context.devices() else { return Vec::new() };
    list.iter().filter_map(|device| place(&device)).collect()
}

fn place(device: &Device<Context>) -> Option<Place> {
    let numbers = device.device_descriptor().ok()?;
    let model = Model::of(numbers.vendor_id(), numbers.product_id())?;
    let ports = device.port_numbers().ok().unwrap_or_default();
    let path: Vec<String> = ports.iter().map(u8::to_string).collect();
    let socket = match path.is_empty() {
        true => format!("{}:{}", device.bus_number(), device.address()),
        false => format!("{}-{}", device.bus_number(), path.join(".")),
    };
    Some(Place { device: device.clone(), model, socket })
}

impl Place {
    fn transport(&self) -> String {
        format!("usb:{}", self.socket)
    }

    fn sysfs(&self) -> PathBuf {
        Path::new("/sys/bus/usb/devices").join(&self.socket)
    }

    fn serial(&self) -> Option<String> {
        let text = std::fs::read_to_string(self.sysfs().join("serial")).ok()?;
        Some(text.trim().to_owned()).filter(|serial| !serial.is_empty())
    }

    fn access(&self) -> Access {
        let (bus, address) = (self.device.bus_number(), self.device.address());
        let node = PathBuf::from(format!("/dev/bus/usb/{bus:03}/{address:03}"));
        if access(&node, AccessFlags::R_OK | AccessFlags::W_OK).is_err() {
            Access::Denied
        } else if self.is_claimed() {
            Access::Busy
        } else {
            Access::Ok
        }
    }

    /// Whether a program has claimed an interface: the kernel then names `usbfs` as its driver.
    fn is_claimed(&self) -> bool {
        let Ok(entries) = std::fs::read_dir(self.sysfs()) else { return false };
        entries.flatten().filter(|entry| entry.file_name().to_string_lossy().contains(':')).any(|interface| {
            std::fs::read_link(interface.path().join("driver")).is_ok_and(|driver| driver.ends_with("usbfs"))
        })
    }

    fn info(&self) -> DeviceInfo {
        let (serial, access) = (self.serial(), self.access());
        DeviceInfo {
            id: format!("{DRIVER}:{}", serial.as_deref().unwrap_or(&self.socket)),
            driver: DRIVER.to_owned(),
            model: self.model.name.to_owned(),
            transport: self.transport(),
            serial,
            access,
            remedy: match access {
                Access::Ok => None,
                Access::Denied => Some(REMEDY_DENIED.to_owned()),
                Access::Busy => Some(REMEDY_BUSY.to_owned()),
            },
            capabilities: Capabilities { fingers_at_once: 1, enrolment_grade: true, ..Capabilities::default() },
        }
    }
}
