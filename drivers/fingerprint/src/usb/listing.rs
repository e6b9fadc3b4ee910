//! Which scanners are plugged in, from cached descriptors and sysfs alone: no device is opened.

use rekam_hal::{Access, Capabilities, DeviceError, DeviceErrorKind, DeviceInfo};
use rekam_plug::{Gate, Place, UsbDevice, Way, ids};
use rusb::{Context, Device, UsbContext};

use super::cable::Cable;
use crate::uru4000::scanner::cannot_open;
use crate::uru4000::{DRIVER, Model, Scanner, Seeds};

/// The scanners present.
pub fn devices() -> Vec<DeviceInfo> {
    let scanners = present();
    let places: Vec<Place> = scanners.iter().map(Plugged::place).collect();
    scanners.iter().zip(ids(DRIVER, &places)).map(|(scanner, id)| scanner.info(id)).collect()
}

/// Opens a scanner that [`devices`] listed.
///
/// # Errors
/// Gone when it is no longer in its socket, no permission, busy when another program holds it, otherwise broken.
pub fn open(listed: &DeviceInfo, seeds: Seeds) -> Result<Scanner, DeviceError> {
    // Somebody may have put another scanner into the same socket meanwhile.
    let same = |scanner: &Plugged| {
        let now = scanner.info(String::new());
        (now.transport, now.model, now.serial)
            == (listed.transport.clone(), listed.model.clone(), listed.serial.clone())
    };
    let gone = || DeviceError::new(listed.id.as_str(), DeviceErrorKind::Gone);
    let scanner = present().into_iter().find(same).ok_or_else(gone)?;
    let cable = Cable::open(&scanner.device).map_err(|error| cannot_open(&listed.id, error))?;
    let info = DeviceInfo { access: Access::Ok, remedy: None, ..listed.clone() };
    Ok(Scanner::over(Box::new(cable), scanner.model, info, seeds))
}

/// A scanner in its socket.
struct Plugged {
    device: Device<Context>,
    usb: UsbDevice,
    model: Model,
}

fn present() -> Vec<Plugged> {
    let Ok(context) = Context::new() else { return Vec::new() };
    let Ok(list) = context.devices() else { return Vec::new() };
    list.iter().filter_map(plugged).collect()
}

fn plugged(device: Device<Context>) -> Option<Plugged> {
    let numbers = device.device_descriptor().ok()?;
    let model = Model::of(numbers.vendor_id(), numbers.product_id())?;
    let ports = device.port_numbers().ok().unwrap_or_default();
    let usb = UsbDevice::at(device.bus_number(), device.address(), &ports);
    Some(Plugged { device, usb, model })
}

impl Plugged {
    fn place(&self) -> Place {
        Place { serial: self.usb.serial(), socket: self.usb.socket().to_owned(), part: String::new() }
    }

    fn info(&self, id: String) -> DeviceInfo {
        let Gate { access, remedy } = Gate::new(self.usb.access(), Way::Raw, "scanner");
        DeviceInfo {
            id,
            driver: DRIVER.to_owned(),
            model: self.model.name.to_owned(),
            transport: format!("usb:{}", self.usb.socket()),
            serial: self.usb.serial(),
            access,
            remedy,
            capabilities: Capabilities { fingers_at_once: 1, enrolment_grade: true, ..Capabilities::default() },
        }
    }
}
