//! Which video devices are plugged in, from sysfs alone: no device is opened, no camera's light goes on.

use std::path::{Path, PathBuf};

use rekam_hal::{Access, Capabilities, DeviceError, DeviceErrorKind, DeviceInfo};
use rustix::fs::{Access as Mode, access};

use super::emitter::IrisConfig;
use super::iris::Iris;
use super::photo::Photo;
use super::sys::Node;
use super::video::VideoError;

/// Name of the driver of photo cameras.
pub const PHOTO: &str = "v4l2";
/// Name of the driver of iris cameras.
pub const IRIS: &str = "v4l2-iris";

const REMEDY: &str = "install 70-rekam.rules in /etc/udev/rules.d or join the group video";

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
    nodes.sort_by_key(|node| number(node));
    let places: Vec<Place> = nodes.iter().filter_map(|node| place(node)).collect();
    let key = |place: &Place| place.serial.clone().unwrap_or_else(|| place.socket.clone());
    let found = places.iter().map(|place| {
        // Two equal cameras may carry the same serial number, and one device may have two cameras.
        let twins = places.iter().filter(|other| key(other) == key(place)).count() > 1;
        let id = if twins { format!("{}@{}", key(place), place.address()) } else { key(place) };
        place.found(&id, iris)
    });
    found.collect()
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
    let usb = place(&Path::new("/sys/class/video4linux").join(name)).and_then(|place| place.usb);
    let config = usb.and_then(|usb| IrisConfig::of(iris, &usb));
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

/// A video node.
struct Place {
    node: String,
    name: String,
    socket: String,
    usb: Option<String>,
    serial: Option<String>,
}

fn number(node: &Path) -> u32 {
    let name = node.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    name.trim_start_matches(|letter: char| !letter.is_ascii_digit()).parse().unwrap_or(u32::MAX)
}

fn line(path: &Path) -> Option<String> {
    let text = std::fs::read_to_string(path).ok()?;
    Some(text.trim().to_owned()).filter(|text| !text.is_empty())
}

fn place(class: &Path) -> Option<Place> {
    let node = class.file_name()?.to_str()?.to_owned();
    // Nodes after the first of a camera carry numbers about its pictures; radios and the like are no video nodes.
    if !node.starts_with("video") || line(&class.join("index"))? != "0" {
        return None;
    }
    let name = line(&class.join("name")).unwrap_or_else(|| node.clone());
    let interface = std::fs::canonicalize(class.join("device")).ok();
    let device = interface.as_deref().and_then(Path::parent).filter(|usb| usb.join("idVendor").exists());
    let told = |file: &str| device.and_then(|usb| line(&usb.join(file)));
    let socket = device.and_then(Path::file_name).map(|name| name.to_string_lossy().into_owned());
    let usb = told("idVendor").zip(told("idProduct")).map(|(vendor, product)| format!("{vendor}:{product}"));
    Some(Place { socket: socket.unwrap_or_else(|| node.clone()), serial: told("serial"), node, name, usb })
}

impl Place {
    /// The socket and, since one device may have two cameras, which of its nodes.
    fn address(&self) -> String {
        format!("{}.{}", self.socket, self.node)
    }

    fn is_for_eyes(&self, iris: &[IrisConfig]) -> bool {
        let listed = self.usb.as_deref().is_some_and(|usb| IrisConfig::of(iris, usb).is_some());
        let name = self.name.to_ascii_lowercase();
        let mut words = name.split(|letter: char| !letter.is_ascii_alphanumeric());
        listed || words.any(|word| ["ir", "infrared", "iris", "nir"].contains(&word))
    }

    fn found(&self, id: &str, iris: &[IrisConfig]) -> Found {
        let for_eyes = self.is_for_eyes(iris);
        let driver = if for_eyes { IRIS } else { PHOTO };
        let path = format!("/dev/{}", self.node);
        let allowed = access(Path::new(&path), Mode::READ_OK | Mode::WRITE_OK).is_ok();
        let capabilities = Capabilities {
            preview: true,
            eyes_at_once: u8::from(for_eyes),
            enrolment_grade: true,
            ..Capabilities::default()
        };
        let info = DeviceInfo {
            id: format!("{driver}:{id}"),
            driver: driver.to_owned(),
            model: self.name.clone(),
            transport: path,
            serial: self.serial.clone(),
            access: if allowed { Access::Ok } else { Access::Denied },
            remedy: (!allowed).then(|| REMEDY.to_owned()),
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
        assert!(ids.contains(&"v4l2:A1@1-1.video0".to_owned()) && ids.contains(&"v4l2:A1@2-1.video11".to_owned()));
    }

    #[test]
    fn a_camera_that_went_cannot_be_opened() {
        let root = tempfile::tempdir().unwrap();
        plug(root.path(), "video99", "0", "Webcam", None);
        let listed = under(&root.path().join("class"), &[]).remove(0).info;
        assert_eq!(open_photo(&listed).err().map(|error| error.kind), Some(DeviceErrorKind::Gone));
    }
}
