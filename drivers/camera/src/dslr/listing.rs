//! Which reflex cameras are plugged in.

use std::path::Path;

use rekam_hal::{Access, Capabilities, DeviceError, DeviceErrorKind, DeviceInfo};
use rekam_plug::{Gate, Place, UsbDevice, Way, ids};

use super::DRIVER;
use super::camera::Dslr;
use super::sys::{Found, Library};

/// The cameras on USB. Nothing is asked of them; the library looks at their descriptors. One that the desktop's photo
/// import has taken is seen to be busy.
///
/// # Errors
/// When the library cannot look.
pub fn devices(library: &Library) -> Result<Vec<DeviceInfo>, DeviceError> {
    let found = library.cameras();
    let found = found.map_err(|failure| DeviceError::new(DRIVER, failure.kind()).because(failure))?;
    // Disks and network ports are not cameras that somebody has plugged in.
    let cameras: Vec<Plugged> = found.into_iter().filter(|it| it.port.starts_with("usb:")).map(Plugged::new).collect();
    let places: Vec<Place> = cameras.iter().map(|camera| camera.place.clone()).collect();
    Ok(cameras.iter().zip(ids(DRIVER, &places)).map(|(camera, id)| camera.info(id)).collect())
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

/// A camera in its socket.
struct Plugged {
    found: Found,
    /// The device of sysfs, where the port is one of the kernel's.
    usb: Option<UsbDevice>,
    place: Place,
}

impl Plugged {
    fn new(found: Found) -> Self {
        let usb = numbers(&found.port).and_then(|(bus, device)| UsbDevice::numbered(bus, device));
        let socket = usb.as_ref().map_or(found.port.as_str(), UsbDevice::socket).to_owned();
        let place = Place { serial: usb.as_ref().and_then(UsbDevice::serial), socket, part: found.port.clone() };
        Self { found, usb, place }
    }

    fn info(&self, id: String) -> DeviceInfo {
        // A port without a node is no port of the kernel's.
        let real = self.usb.as_ref().filter(|usb| usb.node().is_some_and(Path::exists));
        let Gate { access, remedy } = Gate::new(real.map_or(Access::Ok, UsbDevice::access), Way::Raw, "camera");
        DeviceInfo {
            id,
            driver: DRIVER.to_owned(),
            model: self.found.model.clone(),
            transport: self.found.port.clone(),
            serial: self.place.serial.clone(),
            access,
            remedy,
            capabilities: Capabilities { enrolment_grade: true, ..Capabilities::default() },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_leads_to_its_numbers_and_nonsense_to_none() {
        assert_eq!(numbers("usb:001,012"), Some((1, 12)));
        assert!(
            ["usb:", "usb:1", "usb:a,b", "ptpip:1.2.3.4", "usb:1,99999"].iter().all(|port| numbers(port).is_none())
        );
    }

    #[test]
    fn equal_cameras_have_different_names_and_one_on_no_port_of_the_kernels_may_be_opened() {
        let found = |port: &str| Found { model: "Camera".to_owned(), port: port.to_owned() };
        let cameras = ["usb:998,001", "usb:998,002"].map(|port| Plugged::new(found(port)));
        let places: Vec<Place> = cameras.iter().map(|camera| camera.place.clone()).collect();
        let named = ids(DRIVER, &places);
        assert_eq!(named, ["gphoto2:usb:998,001", "gphoto2:usb:998,002"]);
        let info = cameras[0].info(named[0].clone());
        assert_eq!((info.access, info.remedy, info.serial), (Access::Ok, None, None));
    }
}
