//! Which scanners for libfprint are plugged in, from sysfs alone: nothing is opened, and nobody is waited for.

use rekam_hal::{Access, Capabilities, DeviceInfo};
use rekam_plug::{self as plug, Gate, UsbDevice, Way, ids};

use super::DRIVER;
use super::reader::Reader;

/// The scanners that nothing but libfprint drives.
pub fn devices() -> Vec<DeviceInfo> {
    listed(|reader| !reader.native)
}

/// The same, and those that this crate drives without libfprint besides, so that one may be opened through it by name.
/// A scanner listed here and by its own driver is one scanner.
pub fn devices_including_native() -> Vec<DeviceInfo> {
    listed(|_| true)
}

fn listed(wanted: impl Fn(&Reader) -> bool) -> Vec<DeviceInfo> {
    let present = present();
    // Names are given to all, wanted or not, so that an id does not depend on which list it stands in.
    let places: Vec<plug::Place> = present.iter().map(Place::named).collect();
    let named = present.iter().zip(ids(DRIVER, &places)).filter(|(place, _)| wanted(&place.reader));
    named.map(|(place, id)| place.info(id)).collect()
}

/// A scanner in its socket.
#[derive(Debug, Clone)]
pub(super) struct Place {
    pub(super) reader: Reader,
    usb: UsbDevice,
    /// Bus and address, which is another one after each plugging in.
    pub(super) numbers: (u8, u8),
}

/// The scanner that was listed, if it is still in its socket and not another one.
pub(super) fn place_of(listed: &DeviceInfo) -> Option<Place> {
    let same = |place: &Place| {
        let now = place.info(String::new());
        (&now.transport, &now.model, &now.serial) == (&listed.transport, &listed.model, &listed.serial)
    };
    present().into_iter().find(same)
}

fn present() -> Vec<Place> {
    UsbDevice::all().into_iter().filter_map(place).collect()
}

fn place(usb: UsbDevice) -> Option<Place> {
    let (vendor, product) = usb.numbers()?;
    let (reader, numbers) = (Reader::of(vendor, product)?, usb.address()?);
    Some(Place { reader, usb, numbers })
}

impl Place {
    /// Whether it has stayed in its socket all the time.
    pub(super) fn is_there(&self) -> bool {
        self.usb.address() == Some(self.numbers)
    }

    pub(super) fn access(&self) -> Access {
        self.usb.access()
    }

    fn named(&self) -> plug::Place {
        plug::Place { serial: self.usb.serial(), socket: self.usb.socket().to_owned(), part: String::new() }
    }

    fn info(&self, id: String) -> DeviceInfo {
        let Gate { access, remedy } = Gate::new(self.access(), Way::Raw, "scanner");
        let enrolment_grade = self.reader.enrolment_grade;
        DeviceInfo {
            id,
            driver: DRIVER.to_owned(),
            model: self.reader.name.to_owned(),
            transport: format!("usb:{}", self.usb.socket()),
            serial: self.usb.serial(),
            access,
            remedy,
            capabilities: Capabilities { fingers_at_once: 1, enrolment_grade, ..Capabilities::default() },
        }
    }
}
