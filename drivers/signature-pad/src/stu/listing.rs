//! Which pads are plugged in, from sysfs and cached descriptors alone: no device is opened.
//!
//! A pad whose HID interface the kernel holds is taken through its raw HID device; one that no driver of the kernel
//! has taken is taken over libusb.

use std::path::{Path, PathBuf};

use rekam_hal::{Access, Capabilities, DeviceError, DeviceErrorKind, DeviceInfo};
use rusb::{Context, Device, UsbContext};
use rustix::fs::{Access as Mode, access};

use super::hidraw::HidRaw;
use super::model::{Model, VENDOR};
use super::pad::StuPad;
use super::transport::HidError;
use super::usb::UsbHid;
use super::{DRIVER, HidTransport};

const REMEDY_DENIED: &str = "install 70-rekam.rules in /etc/udev/rules.d and plug the pad in again";
const REMEDY_BUSY: &str = "close the other program that uses the pad";

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
    let same = |place: &Place| place.transport() == listed.transport && place.serial == listed.serial;
    let place = present().into_iter().find(same);
    // Somebody may have put another pad into the same socket meanwhile.
    let place = place.filter(|place| place.model.title() == listed.model);
    let place = place.ok_or_else(|| DeviceError::new(listed.id.as_str(), DeviceErrorKind::Gone))?;
    let cable: Box<dyn HidTransport> = match &place.way {
        Way::Kernel(node) => Box::new(HidRaw::open(node).map_err(failed)?),
        Way::Usb { device, .. } => Box::new(UsbHid::open(device).map_err(failed)?),
    };
    let info = DeviceInfo { access: Access::Ok, remedy: None, ..listed.clone() };
    Ok(StuPad::over(cable, place.model, info))
}

/// How a pad is reached.
enum Way {
    Kernel(PathBuf),
    Usb { device: Device<Context>, sysfs: PathBuf },
}

/// A pad where it is plugged in.
struct Place {
    model: Model,
    serial: Option<String>,
    /// The USB socket, as sysfs names it; a pad that is no USB device has the name of its node.
    socket: String,
    way: Way,
}

fn present() -> Vec<Place> {
    let mut places = held_by_kernel(Path::new("/sys/class/hidraw"));
    let loose = on_usb().into_iter().filter(|place| places.iter().all(|held| held.socket != place.socket));
    let loose: Vec<Place> = loose.collect();
    places.extend(loose);
    places
}

fn listed(places: &[Place]) -> Vec<DeviceInfo> {
    let key = |place: &Place| place.serial.clone().unwrap_or_else(|| place.socket.clone());
    places
        .iter()
        .map(|place| {
            // Two pads may carry the same serial number; then only the socket tells them apart.
            let twins = places.iter().filter(|other| key(other) == key(place)).count() > 1;
            let id = if twins { format!("{}@{}", key(place), place.socket) } else { key(place) };
            place.info(format!("{DRIVER}:{id}"))
        })
        .collect()
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
fn held_by_kernel(class: &Path) -> Vec<Place> {
    let Ok(entries) = std::fs::read_dir(class) else { return Vec::new() };
    let mut nodes: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    nodes.sort();
    let mut places: Vec<Place> = Vec::new();
    for place in nodes.iter().filter_map(|node| raw_hid(node)) {
        // A pad with several interfaces speaks on the first.
        if places.iter().all(|other| other.socket != place.socket) {
            places.push(place);
        }
    }
    places
}

fn raw_hid(node: &Path) -> Option<Place> {
    let name = node.file_name()?.to_str()?;
    let about = std::fs::read_to_string(node.join("device/uevent")).ok()?;
    let line = |key: &str| about.lines().find_map(|line| line.strip_prefix(key)).map(str::trim);
    let model = model_of(line("HID_ID=")?)?;
    let serial = line("HID_UNIQ=").filter(|serial| !serial.is_empty()).map(str::to_owned);
    let socket = socket_of(&node.join("device")).unwrap_or_else(|| name.to_owned());
    Some(Place { model, serial, socket, way: Way::Kernel(Path::new("/dev").join(name)) })
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
fn on_usb() -> Vec<Place> {
    let Ok(context) = Context::new() else { return Vec::new() };
    let Ok(list) = context.devices() else { return Vec::new() };
    list.iter().filter_map(|device| usb_place(&device)).collect()
}

fn usb_place(device: &Device<Context>) -> Option<Place> {
    let descriptor = device.device_descriptor().ok()?;
    let model = if descriptor.vendor_id() == VENDOR { Model::of(descriptor.product_id())? } else { return None };
    let ports: Vec<String> = device.port_numbers().unwrap_or_default().iter().map(u8::to_string).collect();
    let socket = match ports.is_empty() {
        true => format!("{}:{}", device.bus_number(), device.address()),
        false => format!("{}-{}", device.bus_number(), ports.join(".")),
    };
    let sysfs = Path::new("/sys/bus/usb/devices").join(&socket);
    let serial = std::fs::read_to_string(sysfs.join("serial")).ok();
    let serial = serial.map(|text| text.trim().to_owned()).filter(|serial| !serial.is_empty());
    Some(Place { model, serial, socket, way: Way::Usb { device: device.clone(), sysfs } })
}

impl Place {
    fn transport(&self) -> String {
        match &self.way {
            Way::Kernel(node) => format!("hidraw:{}", node.display()),
            Way::Usb { .. } => format!("usb:{}", self.socket),
        }
    }

    fn access(&self) -> Access {
        let node = match &self.way {
            Way::Kernel(node) => node.clone(),
            Way::Usb { device, .. } => {
                PathBuf::from(format!("/dev/bus/usb/{:03}/{:03}", device.bus_number(), device.address()))
            }
        };
        if access(&node, Mode::READ_OK | Mode::WRITE_OK).is_err() {
            return Access::Denied;
        }
        match &self.way {
            // Many may open a raw HID device at once.
            Way::Kernel(_) => Access::Ok,
            Way::Usb { sysfs, .. } if is_claimed(sysfs) => Access::Busy,
            Way::Usb { .. } => Access::Ok,
        }
    }

    fn info(&self, id: String) -> DeviceInfo {
        let access = self.access();
        let remedy = match access {
            Access::Ok => None,
            Access::Denied => Some(REMEDY_DENIED.to_owned()),
            Access::Busy => Some(REMEDY_BUSY.to_owned()),
        };
        DeviceInfo { serial: self.serial.clone(), access, remedy, ..describe(id, self.model, self.transport()) }
    }
}

/// Whether a program has claimed an interface: the kernel then names `usbfs` as its driver.
fn is_claimed(sysfs: &Path) -> bool {
    let Ok(entries) = std::fs::read_dir(sysfs) else { return false };
    entries.flatten().filter(|entry| entry.file_name().to_string_lossy().contains(':')).any(|interface| {
        std::fs::read_link(interface.path().join("driver")).is_ok_and(|driver| driver.ends_with("usbfs"))
    })
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
