//! Which pads are plugged in, from sysfs and cached descriptors alone: no device is opened.
//!
//! A pad whose HID interface the kernel holds is taken through its raw HID device; one that no driver of the kernel
//! has taken is taken over libusb.

use std::path::{Path, PathBuf};

use rekam_hal::{Access, Capabilities, DeviceError, DeviceErrorKind, DeviceInfo};
use rekam_plug::{Gate, Place, UsbDevice, Way, access, ids};
use rusb::{Context, Device, UsbContext};

use super::hidraw::HidRaw;
use super::model::{Model, VENDOR};
use super::pad::StuPad;
use super::transport::HidError;
use super::usb::UsbHid;
use super::{DRIVER, HidTransport};

/// The pads present.
pub fn devices() -> Vec<DeviceInfo> {
    listed(&present())
}

/// Opens a pad that [`devices`] listed.
///
/// # Errors
/// Gone when it is no longer where it was, no permission, busy when another program holds it, otherwise broken.
pub fn open(listed: &DeviceInfo) -> Result<StuPad, DeviceError> {
    let failed = |error: HidError| DeviceError::new(listed.id.as_str(), error.kind()).because(error);
    let same = |pad: &Plugged| pad.transport() == listed.transport && pad.place.serial == listed.serial;
    let pad = present().into_iter().find(same);
    // Somebody may have put another pad into the same socket meanwhile.
    let pad = pad.filter(|pad| pad.model.title() == listed.model);
    let pad = pad.ok_or_else(|| DeviceError::new(listed.id.as_str(), DeviceErrorKind::Gone))?;
    let cable: Box<dyn HidTransport> = match &pad.held {
        Held::Kernel(node) => Box::new(HidRaw::open(node).map_err(failed)?),
        Held::Nobody { device, .. } => Box::new(UsbHid::open(device).map_err(failed)?),
    };
    let info = DeviceInfo { access: Access::Ok, remedy: None, ..listed.clone() };
    Ok(StuPad::over(cable, pad.model, info))
}

/// Who holds a pad, and so how it is reached.
enum Held {
    /// The kernel, which shows a raw HID device.
    Kernel(PathBuf),
    /// None of the kernel's drivers.
    Nobody { device: Device<Context>, usb: UsbDevice },
}

/// A pad where it is plugged in.
struct Plugged {
    model: Model,
    /// The USB socket; a pad that is no USB device has the name of its node.
    place: Place,
    held: Held,
}

fn present() -> Vec<Plugged> {
    let mut pads = held_by_kernel(Path::new("/sys/class/hidraw"));
    let loose = on_usb().into_iter().filter(|pad| pads.iter().all(|held| held.place.socket != pad.place.socket));
    let loose: Vec<Plugged> = loose.collect();
    pads.extend(loose);
    pads
}

fn listed(pads: &[Plugged]) -> Vec<DeviceInfo> {
    let places: Vec<Place> = pads.iter().map(|pad| pad.place.clone()).collect();
    pads.iter().zip(ids(DRIVER, &places)).map(|(pad, id)| pad.info(id)).collect()
}

/// The description of a pad that may be opened.
pub(super) fn describe(id: String, model: Model, transport: String) -> DeviceInfo {
    DeviceInfo {
        id,
        driver: DRIVER.to_owned(),
        model: model.title(),
        transport,
        serial: None,
        access: Access::Ok,
        remedy: None,
        capabilities: Capabilities { pressure: true, enrolment_grade: true, ..Capabilities::default() },
    }
}

/// The raw HID devices under `class` that are pads.
fn held_by_kernel(class: &Path) -> Vec<Plugged> {
    let Ok(entries) = std::fs::read_dir(class) else { return Vec::new() };
    let mut nodes: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    nodes.sort();
    let mut pads: Vec<Plugged> = Vec::new();
    for pad in nodes.iter().filter_map(|node| raw_hid(node)) {
        // A pad with several interfaces speaks on the first.
        if pads.iter().all(|other| other.place.socket != pad.place.socket) {
            pads.push(pad);
        }
    }
    pads
}

fn raw_hid(node: &Path) -> Option<Plugged> {
    let name = node.file_name()?.to_str()?;
    let about = std::fs::read_to_string(node.join("device/uevent")).ok()?;
    let line = |key: &str| about.lines().find_map(|line| line.strip_prefix(key)).map(str::trim);
    let model = model_of(line("HID_ID=")?)?;
    let serial = line("HID_UNIQ=").filter(|serial| !serial.is_empty()).map(str::to_owned);
    let socket = socket_of(&node.join("device")).unwrap_or_else(|| name.to_owned());
    let place = Place { serial, socket, part: name.to_owned() };
    Some(Plugged { model, place, held: Held::Kernel(Path::new("/dev").join(name)) })
}

/// `bus:vendor:product` in hexadecimal digits.
fn model_of(id: &str) -> Option<Model> {
    let mut parts = id.split(':').skip(1).map(|part| u32::from_str_radix(part, 16).ok());
    let (vendor, product) = (parts.next()??, parts.next()??);
    if vendor == u32::from(VENDOR) { Model::of(u16::try_from(product).ok()?) } else { None }
}

/// The HID device lies in its USB interface (`1-2:1.0`), and that in its USB device (`1-2`).
fn socket_of(device: &Path) -> Option<String> {
    let device = std::fs::canonicalize(device).ok()?;
    let interface = device.parent()?.file_name()?.to_str()?;
    interface.split_once(':').filter(|(socket, _)| socket.contains('-')).map(|(socket, _)| socket.to_owned())
}

/// The pads on USB, held or not.
fn on_usb() -> Vec<Plugged> {
    let Ok(context) = Context::new() else { return Vec::new() };
    let Ok(list) = context.devices() else { return Vec::new() };
    list.iter().filter_map(loose).collect()
}

fn loose(device: Device<Context>) -> Option<Plugged> {
    let descriptor = device.device_descriptor().ok()?;
    let model = if descriptor.vendor_id() == VENDOR { Model::of(descriptor.product_id())? } else { return None };
    let ports = device.port_numbers().unwrap_or_default();
    let usb = UsbDevice::at(device.bus_number(), device.address(), &ports);
    let place = Place { serial: usb.serial(), socket: usb.socket().to_owned(), part: String::new() };
    Some(Plugged { model, place, held: Held::Nobody { device, usb } })
}

impl Plugged {
    fn transport(&self) -> String {
        match &self.held {
            Held::Kernel(node) => format!("hidraw:{}", node.display()),
            Held::Nobody { usb, .. } => format!("usb:{}", usb.socket()),
        }
    }

    fn info(&self, id: String) -> DeviceInfo {
        let access = match &self.held {
            // Many may open a raw HID device at once.
            Held::Kernel(node) => access::access(node),
            Held::Nobody { usb, .. } => usb.access(),
        };
        let Gate { access, remedy } = Gate::new(access, Way::Raw, "pad");
        DeviceInfo { serial: self.place.serial.clone(), access, remedy, ..describe(id, self.model, self.transport()) }
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    /// A HID device of sysfs with its raw node, as the kernel lays them out.
    fn plug(root: &Path, interface: &str, node: &str, id: &str, serial: &str) {
        let device = root.join("devices").join(interface).join(format!("0003:{node}"));
        std::fs::create_dir_all(&device).unwrap();
        std::fs::write(device.join("uevent"), format!("DRIVER=wacom\nHID_ID={id}\nHID_UNIQ={serial}\n")).unwrap();
        let class = root.join("class").join(node);
        std::fs::create_dir_all(&class).unwrap();
        symlink(&device, class.join("device")).unwrap();
    }

    #[test]
    fn pads_are_found_by_their_number_once_each_and_equal_ones_told_apart() {
        let root = tempfile::tempdir().unwrap();
        let of = |root: &Path| listed(&held_by_kernel(&root.join("class")));
        plug(root.path(), "1-2/1-2:1.0", "hidraw0", "0003:0000056A:000000A8", "7DZ");
        plug(root.path(), "1-2/1-2:1.1", "hidraw1", "0003:0000056A:000000A8", "7DZ");
        plug(root.path(), "1-3/1-3:1.0", "hidraw2", "0003:0000046D:0000C077", "");
        plug(root.path(), "1-4/1-4:1.0", "hidraw3", "0003:0000056A:000000A4", "");
        plug(root.path(), "uhid", "hidraw4", "0003:0000056A:000000A5", "");
        let found = of(root.path());
        let told: Vec<(&str, &str, &str)> =
            found.iter().map(|info| (info.id.as_str(), info.model.as_str(), info.transport.as_str())).collect();
        assert_eq!(
            told,
            [
                ("wacom-stu:7DZ", "Wacom STU-540", "hidraw:/dev/hidraw0"),
                ("wacom-stu:1-4", "Wacom STU-430", "hidraw:/dev/hidraw3"),
                ("wacom-stu:hidraw4", "Wacom STU-530", "hidraw:/dev/hidraw4"),
            ]
        );
        assert!(found.iter().all(|info| (info.access == Access::Ok) == info.remedy.is_none()));
        plug(root.path(), "2-1/2-1:1.0", "hidraw5", "0003:0000056A:000000A8", "7DZ");
        let twins: Vec<String> =
            of(root.path()).into_iter().map(|info| info.id).filter(|id| id.contains("7DZ")).collect();
        assert_eq!(twins, ["wacom-stu:7DZ@1-2", "wacom-stu:7DZ@2-1"]);
    }

    #[test]
    fn a_pad_that_went_cannot_be_opened() {
        let absent = describe("wacom-stu:X".to_owned(), Model::of(0xa8).unwrap(), "hidraw:/dev/hidraw99".to_owned());
        assert_eq!(open(&absent).err().map(|error| error.kind), Some(DeviceErrorKind::Gone));
    }
}
