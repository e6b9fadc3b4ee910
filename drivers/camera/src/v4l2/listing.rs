//! Which video devices are plugged in, from sysfs alone: no device is opened, no camera's light goes on.
//!
//! A camera shows several nodes, and not all of them bring pictures. The first one does. The kernel's driver for USB
//! cameras gives each stream of a device two nodes, the pictures and then numbers about them, so that a second lens has
//! the third node. What other drivers put behind the first node cannot be told without opening it, and is left out.

use std::path::{Path, PathBuf};

use rekam_hal::{Access, Capabilities, DeviceError, DeviceErrorKind, DeviceInfo};
use rekam_plug::{Gate, Place, UsbDevice, Way, names, sysfs};

use super::emitter::IrisConfig;
use super::iris::Iris;
use super::photo::Photo;
use super::sys::Node;
use super::video::VideoError;

/// Name of the driver of photo cameras.
pub const PHOTO: &str = "v4l2";
/// Name of the driver of iris cameras.
pub const IRIS: &str = "v4l2-iris";

/// The kernel's driver for USB cameras, and how many nodes it gives each stream.
const UVC: (&str, u32) = ("uvcvideo", 2);

/// A camera that is present.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// What it says of itself.
    pub info: DeviceInfo,
    /// It is for eyes: named in the station's list, or infrared by its own name.
    pub iris: bool,
}

/// The cameras present; `iris` lists the models known to be for eyes.
pub fn devices(iris: &[IrisConfig]) -> Vec<Found> {
    under(Path::new("/sys/class/video4linux"), iris)
}

fn under(class: &Path, iris: &[IrisConfig]) -> Vec<Found> {
    let Ok(entries) = std::fs::read_dir(class) else { return Vec::new() };
    let mut nodes: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    nodes.sort_by_key(|node| sysfs::by_number(&node.file_name().unwrap_or_default().to_string_lossy()));
    let cameras: Vec<Plugged> = nodes.iter().filter_map(|node| plugged(node)).collect();
    let places: Vec<Place> = cameras.iter().map(|camera| camera.place.clone()).collect();
    cameras.iter().zip(names(&places)).map(|(camera, name)| camera.found(&name, iris)).collect()
}

/// Opens a photo camera that [`devices`] listed.
///
/// # Errors
/// Gone when it is no longer there, no permission, busy; unsupported when it is no camera.
pub fn open_photo(listed: &DeviceInfo) -> Result<Photo, DeviceError> {
    Ok(Photo::over(Box::new(open(listed)?), opened(listed)))
}

/// Opens an iris camera that [`devices`] listed, with its entry in the station's list if it has one.
///
/// # Errors
/// As [`open_photo`].
pub fn open_iris(listed: &DeviceInfo, iris: &[IrisConfig]) -> Result<Iris, DeviceError> {
    let node = open(listed)?;
    let name = Path::new(&listed.transport).file_name().unwrap_or_default();
    let camera = plugged(&Path::new("/sys/class/video4linux").join(name));
    let config = camera.as_ref().and_then(|camera| camera.config(iris));
    Ok(Iris::over(Box::new(node), opened(listed), config))
}

fn opened(listed: &DeviceInfo) -> DeviceInfo {
    DeviceInfo { access: Access::Ok, remedy: None, ..listed.clone() }
}

fn open(listed: &DeviceInfo) -> Result<Node, DeviceError> {
    let failed = |error: VideoError| DeviceError::new(listed.id.as_str(), error.kind()).because(error);
    // Somebody may have put another camera into the same socket meanwhile.
    let present = devices(&[]).into_iter().any(|found| {
        let same = |info: &DeviceInfo| (info.transport.clone(), info.serial.clone(), info.model.clone());
        same(&found.info) == same(listed)
    });
    if !present {
        return Err(DeviceError::new(listed.id.as_str(), DeviceErrorKind::Gone));
    }
    Node::open(Path::new(&listed.transport)).map_err(failed)
}

/// A camera's node.
struct Plugged {
    node: String,
    name: String,
    place: Place,
    /// Vendor and product as they are written, `046d:0825`.
    usb: Option<String>,
    /// Which of the device's streams it is, counted from 0.
    stream: u32,
}

fn plugged(class: &Path) -> Option<Plugged> {
    let node = class.file_name()?.to_str()?.to_owned();
    // Radios and the like are no video nodes.
    if !node.starts_with("video") {
        return None;
    }
    let stream = stream(class)?;
    let name = sysfs::text(&class.join("name")).unwrap_or_else(|| node.clone());
    let device = UsbDevice::above(&class.join("device"));
    let numbers = device.as_ref().and_then(UsbDevice::numbers);
    let place = Place {
        serial: device.as_ref().and_then(UsbDevice::serial),
        socket: device.as_ref().map_or(node.as_str(), UsbDevice::socket).to_owned(),
        part: stream.to_string(),
    };
    let usb = numbers.map(|(vendor, product)| format!("{vendor:04x}:{product:04x}"));
    Some(Plugged { node, name, place, usb, stream })
}

/// Which stream of its device a node shows, if it shows pictures.
fn stream(class: &Path) -> Option<u32> {
    let index: u32 = sysfs::number(&class.join("index"))?;
    let (uvc, nodes) = UVC;
    match index {
        0 => Some(0),
        _ if std::fs::read_link(class.join("device/driver")).is_ok_and(|driver| driver.ends_with(uvc)) => {
            index.is_multiple_of(nodes).then_some(index / nodes)
        }
        _ => None,
    }
}

impl Plugged {
    fn config<'c>(&self, iris: &'c [IrisConfig]) -> Option<&'c IrisConfig> {
        IrisConfig::of(iris, self.usb.as_deref()?, self.stream)
    }

    fn is_for_eyes(&self, iris: &[IrisConfig]) -> bool {
        let name = self.name.to_ascii_lowercase();
        let mut words = name.split(|letter: char| !letter.is_ascii_alphanumeric());
        self.config(iris).is_some() || words.any(|word| ["ir", "infrared", "iris", "nir"].contains(&word))
    }

    fn found(&self, name: &str, iris: &[IrisConfig]) -> Found {
        let for_eyes = self.is_for_eyes(iris);
        let driver = if for_eyes { IRIS } else { PHOTO };
        let path = format!("/dev/{}", self.node);
        let Gate { access, remedy } = Gate::of(Path::new(&path), Way::Video, "camera");
        let capabilities = Capabilities {
            preview: true,
            eyes_at_once: u8::from(for_eyes),
            enrolment_grade: true,
            ..Capabilities::default()
        };
        let info = DeviceInfo {
            id: format!("{driver}:{name}"),
            driver: driver.to_owned(),
            model: self.name.clone(),
            transport: path,
            serial: self.place.serial.clone(),
            access,
            remedy,
            capabilities,
        };
        Found { info, iris: for_eyes }
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    fn plug(root: &Path, node: &str, index: &str, name: &str, usb: Option<(&str, &str, &str)>) {
        let class = root.join("class").join(node);
        std::fs::create_dir_all(&class).unwrap();
        std::fs::write(class.join("index"), format!("{index}\n")).unwrap();
        std::fs::write(class.join("name"), format!("{name}\n")).unwrap();
        if let Some((socket, number, serial)) = usb {
            let interface = root.join("devices").join(socket).join(format!("{socket}:1.0"));
            std::fs::create_dir_all(&interface).unwrap();
            let (vendor, product) = number.split_once(':').unwrap();
            for (file, text) in [("idVendor", vendor), ("idProduct", product), ("serial", serial)] {
                std::fs::write(root.join("devices").join(socket).join(file), text).unwrap();
            }
            symlink(&interface, class.join("device")).unwrap();
        }
    }

    #[test]
    fn cameras_are_found_once_each_and_those_for_eyes_are_known() {
        let root = tempfile::tempdir().unwrap();
        plug(root.path(), "video0", "0", "HD Webcam: HD Webcam", Some(("1-1", "046d:0825", "A1")));
        plug(root.path(), "video1", "1", "HD Webcam: HD Webcam", Some(("1-1b", "046d:0825", "A1")));
        plug(root.path(), "video2", "0", "Grey Box", Some(("1-2", "13d3:56bb", "")));
        plug(root.path(), "video10", "0", "Integrated IR Camera", Some(("1-3", "0bda:5767", "")));
        plug(root.path(), "video3", "0", "vivid-000-vid-cap", None);
        plug(root.path(), "radio0", "0", "radio", None);
        let list = IrisConfig::parse(br#"[{"usb": "13d3:56BB"}]"#).unwrap();
        let found = under(&root.path().join("class"), &list);
        let told: Vec<(&str, bool)> = found.iter().map(|it| (it.info.id.as_str(), it.iris)).collect();
        assert_eq!(
            told,
            [("v4l2:A1", false), ("v4l2-iris:1-2", true), ("v4l2:video3", false), ("v4l2-iris:1-3", true)]
        );
        assert!(found.iter().all(|it| (it.info.access == Access::Ok) == it.info.remedy.is_none()));
        plug(root.path(), "video11", "0", "HD Webcam: HD Webcam", Some(("2-1", "046d:0825", "A1")));
        let ids: Vec<String> = under(&root.path().join("class"), &[]).into_iter().map(|it| it.info.id).collect();
        assert!(ids.contains(&"v4l2:A1@1-1".to_owned()) && ids.contains(&"v4l2:A1@2-1".to_owned()));
    }

    #[test]
    fn the_second_lens_of_a_usb_camera_is_a_camera_of_its_own() {
        let root = tempfile::tempdir().unwrap();
        for (node, index) in [("video0", "0"), ("video1", "1"), ("video2", "2"), ("video3", "3")] {
            plug(root.path(), node, index, "Integrated Camera", Some(("1-1", "04f2:b6d9", "0001")));
        }
        let found = |list: &[IrisConfig]| {
            let found = under(&root.path().join("class"), list).into_iter();
            found.map(|it| (it.info.id, it.info.transport)).collect::<Vec<_>>()
        };
        let pair = |id: &str, node: &str| (id.to_owned(), node.to_owned());
        // Another driver than that of USB cameras: only the first node is sure to bring pictures.
        assert_eq!(found(&[]), [pair("v4l2:0001", "/dev/video0")]);
        symlink("../../../bus/usb/drivers/uvcvideo", root.path().join("devices/1-1/1-1:1.0/driver")).unwrap();
        let both = [pair("v4l2:0001@1-1.0", "/dev/video0"), pair("v4l2:0001@1-1.1", "/dev/video2")];
        assert_eq!(found(&[]), both);
        let list = IrisConfig::parse(br#"[{"usb": "04f2:b6d9", "stream": 1}]"#).unwrap();
        let told = [pair("v4l2:0001@1-1.0", "/dev/video0"), pair("v4l2-iris:0001@1-1.1", "/dev/video2")];
        assert_eq!(found(&list), told);
    }

    #[test]
    fn a_camera_that_went_cannot_be_opened() {
        let root = tempfile::tempdir().unwrap();
        plug(root.path(), "video99", "0", "Webcam", None);
        let listed = under(&root.path().join("class"), &[]).remove(0).info;
        assert_eq!(open_photo(&listed).err().map(|error| error.kind), Some(DeviceErrorKind::Gone));
    }
}
