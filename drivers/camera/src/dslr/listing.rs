//! Which reflex cameras are plugged in.

use std::path::{Path, PathBuf};

use rekam_hal::{Access, Capabilities, DeviceError, DeviceErrorKind, DeviceInfo};
use rustix::fs::{Access as Mode, access};

use super::DRIVER;
use super::camera::Dslr;
use super::sys::{Found, Library};

const REMEDY: &str = "install 70-rekam.rules in /etc/udev/rules.d and plug the camera in again";

/// The cameras on USB. Nothing is asked of them; the library looks at their descriptors.
///
/// # Errors
/// When the library cannot look.
pub fn devices(library: &Library) -> Result<Vec<DeviceInfo>, DeviceError> {
    let found = library.cameras();
    let found = found.map_err(|failure| DeviceError::new(DRIVER, failure.kind()).because(failure))?;
    // Disks and network ports are not cameras that somebody has plugged in.
    Ok(found.iter().filter(|camera| camera.port.starts_with("usb:")).map(describe).collect())
}

/// Opens a camera that [`devices`] listed.
///
/// # Errors
/// Gone when it is no longer there, busy when another program holds it, otherwise as the library says.
pub fn open(library: &Library, listed: &DeviceInfo) -> Result<Dslr, DeviceError> {
    let gone = || DeviceError::new(listed.id.as_str(), DeviceErrorKind::Gone);
    // The number of a port changes with every plugging in; serial number and socket stay.
    let now = devices(library)?.into_iter().find(|info| info.id == listed.id).ok_or_else(gone)?;
    let camera = Found { model: now.model.clone(), port: now.transport.clone() };
    let session = library.open(&camera);
    let session = session.map_err(|failure| DeviceError::new(listed.id.as_str(), failure.kind()).because(failure))?;
    Dslr::over(Box::new(session), DeviceInfo { access: Access::Ok, remedy: None, ..now })
}

/// Bus and device number out of the library's name of a port, `usb:BUS,DEVICE`.
fn numbers(port: &str) -> Option<(u16, u16)> {
    let (bus, device) = port.strip_prefix("usb:")?.split_once(',')?;
    Some((bus.parse().ok()?, device.parse().ok()?))
}

fn line(path: &Path) -> Option<String> {
    let text = std::fs::read_to_string(path).ok()?;
    Some(text.trim().to_owned()).filter(|text| !text.is_empty())
}

/// The device of sysfs with these numbers.
fn sysfs((bus, device): (u16, u16), root: &Path) -> Option<PathBuf> {
    let number = |path: &Path, file: &str| line(&path.join(file)).and_then(|text| text.parse::<u16>().ok());
    let entries = std::fs::read_dir(root).ok()?;
    let mut paths = entries.flatten().map(|entry| entry.path());
    paths.find(|path| number(path, "busnum") == Some(bus) && number(path, "devnum") == Some(device))
}

fn describe(camera: &Found) -> DeviceInfo {
    let place = numbers(&camera.port);
    let about = place.and_then(|place| sysfs(place, Path::new("/sys/bus/usb/devices")));
    let serial = about.as_deref().and_then(|path| line(&path.join("serial")));
    let socket = about.as_deref().and_then(Path::file_name).map(|name| name.to_string_lossy().into_owned());
    let key = serial.clone().or(socket).unwrap_or_else(|| camera.port.clone());
    let node = place.map(|(bus, device)| format!("/dev/bus/usb/{bus:03}/{device:03}"));
    // A port without a node is no port of the kernel's.
    let denied = node
        .as_deref()
        .map(Path::new)
        .is_some_and(|node| node.exists() && access(node, Mode::READ_OK | Mode::WRITE_OK).is_err());
    DeviceInfo {
        id: format!("{DRIVER}:{key}"),
        driver: DRIVER.to_owned(),
        model: camera.model.clone(),
        transport: camera.port.clone(),
        serial,
        access: if denied { Access::Denied } else { Access::Ok },
        remedy: denied.then(|| REMEDY.to_owned()),
        capabilities: Capabilities { enrolment_grade: true, ..Capabilities::default() },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_leads_to_its_device_and_nonsense_to_none() {
        assert_eq!(numbers("usb:001,012"), Some((1, 12)));
        assert!(
            ["usb:", "usb:1", "usb:a,b", "ptpip:1.2.3.4", "usb:1,99999"].iter().all(|port| numbers(port).is_none())
        );
        let root = tempfile::tempdir().unwrap();
        let device = root.path().join("1-4");
        std::fs::create_dir(&device).unwrap();
        std::fs::write(device.join("busnum"), "1\n").unwrap();
        std::fs::write(device.join("devnum"), "12\n").unwrap();
        assert_eq!(sysfs((1, 12), root.path()), Some(device));
        assert_eq!(sysfs((1, 13), root.path()), None);
    }
}
