//! Every family of devices that this program has a driver for: what of it is plugged in, and a handle on one of them.
//!
//! Looking costs no transfer: descriptors and what the kernel shows of them, so it may be done every second without
//! waking, holding or confusing a device. Which family a device belongs to is the beginning of its identity.

use std::path::Path;
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::Duration;

use rekam_camera::v4l2::IrisConfig;
use rekam_camera::{dslr, v4l2};
use rekam_fingerprint::uru4000::{self, Seeds};
use rekam_fingerprint::{libfprint, usb, zfm};
use rekam_hal::{Access, DeviceError, DeviceErrorKind, DeviceInfo};
use rekam_signature_pad::{Model, TopazPad, stu, topaz};

use super::choice::Setup;
use super::ear::Ear;
use crate::station::devices::{Opened, Which};

/// A family of devices: one driver.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs, reason = "the names say it")]
pub enum Family {
    Uru4000,
    Libfprint,
    Zfm,
    Stu,
    Topaz,
    Dslr,
    Video,
}

/// A device that is plugged in, and the step it can do.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// Who it is.
    pub info: DeviceInfo,
    /// What it can do.
    pub which: Which,
    /// Whose driver speaks to it.
    pub family: Family,
    /// Its descriptors say what it is. Behind a serial adapter may stand anything.
    pub is_sure: bool,
}

/// A driver that cannot work on this computer, and what it lacks.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Missing(pub String);

/// Where devices come from: this computer's sockets, or a test's.
pub trait Catalog: Send + Sync {
    /// What is plugged in, without a transfer. `iris` are the cameras that are near-infrared though they do not say so.
    fn look(&self, iris: &[IrisConfig]) -> Vec<Found>;

    /// Waits until something may have been plugged in or pulled out, but no longer than `most`.
    fn wait(&self, most: Duration);

    /// A handle on one of them; takes as long as its driver does, some seconds at most.
    ///
    /// # Errors
    /// What is wrong with the device.
    fn open(&self, found: &Found, setup: &Setup, iris: &[IrisConfig]) -> Result<Opened, DeviceError>;
}

impl Found {
    /// Whether it can be opened, as far as one can know without trying.
    pub fn is_open_to_us(&self) -> bool {
        self.info.access != Access::Denied
    }

    /// The best device of a step comes first: one that may be opened, fit for enrolment, taking several fingers at
    /// once; then by its name, so that it is the same one every day.
    pub(super) fn rank(&self) -> impl Ord + use<'_> {
        let can = &self.info.capabilities;
        let access = match self.info.access {
            Access::Ok => 0,
            Access::Busy => 1,
            Access::Denied => 2,
        };
        (access, !can.enrolment_grade, u8::MAX - can.fingers_at_once, self.family, &self.info.id)
    }
}

impl Family {
    /// All of them, the surest first.
    pub const ALL: [Self; 7] =
        [Self::Uru4000, Self::Libfprint, Self::Zfm, Self::Stu, Self::Topaz, Self::Dslr, Self::Video];

    /// With which the identities of its devices begin.
    pub fn name(self) -> &'static str {
        match self {
            Self::Uru4000 => uru4000::DRIVER,
            Self::Zfm => zfm::DRIVER,
            Self::Topaz => "topaz",
            Self::Stu => stu::DRIVER,
            Self::Video => "v4l2",
            Self::Libfprint => libfprint::DRIVER,
            Self::Dslr => dslr::DRIVER,
        }
    }
}

/// The drivers of this program.
#[derive(Default)]
pub struct Drivers {
    ear: Ear,
    dslr: OnceLock<Result<dslr::Library, Missing>>,
    /// Reflex cameras as listed last, with the USB devices of that time: its library takes long to look.
    reflexes: Mutex<Option<(Vec<String>, Vec<DeviceInfo>)>>,
}

impl Drivers {
    /// What is plugged in of one family.
    ///
    /// # Errors
    /// [`Missing`] where the driver cannot work.
    pub fn of(&self, family: Family, iris: &[IrisConfig]) -> Result<Vec<Found>, Missing> {
        let all = |infos: Vec<DeviceInfo>, which, is_sure| -> Vec<Found> {
            infos.into_iter().map(|info| Found { info, which, family, is_sure }).collect()
        };
        Ok(match family {
            Family::Uru4000 => all(usb::devices(), Which::Scanner, true),
            Family::Zfm => all(zfm::devices(), Which::Scanner, false),
            Family::Topaz => all(topaz::devices(), Which::Pad, false),
            Family::Stu => all(stu::devices(), Which::Pad, true),
            Family::Libfprint => all(libfprint::devices(), Which::Scanner, true),
            Family::Dslr => all(self.reflexes()?, Which::Camera, true),
            Family::Video => {
                let which = |found: &v4l2::Found| if found.iris { Which::Iris } else { Which::Camera };
                let found = v4l2::devices(iris).into_iter();
                found.map(|found| Found { which: which(&found), info: found.info, family, is_sure: true }).collect()
            }
        })
    }

    /// What a driver lacks on this computer to open what it lists.
    ///
    /// # Errors
    /// [`Missing`] says what to install.
    pub fn is_whole(&self, family: Family) -> Result<(), Missing> {
        match family {
            Family::Libfprint => libfprint::installed().map_err(|missing| Missing(missing.to_string())),
            Family::Dslr => self.library().map(drop),
            Family::Uru4000 | Family::Zfm | Family::Stu | Family::Topaz | Family::Video => Ok(()),
        }
    }

    /// A device that is not listed and yet may be asked for: one that libfprint could drive as well as our own driver,
    /// by its identity; or a serial device that no adapter announces (`ttyS0`, Bluetooth, a pseudo terminal), by the name of its line:
    /// `zfm:/dev/ttyS0`. `None` when there is no such line.
    pub fn named(&self, family: Family, id: &str) -> Option<Found> {
        if family == Family::Libfprint {
            let info = libfprint::devices_including_native().into_iter().find(|info| info.id == id)?;
            return Some(Found { info, which: Which::Scanner, family, is_sure: true });
        }
        let path = Path::new(id.strip_prefix(family.name())?.strip_prefix(':')?);
        let (which, info) = match family {
            Family::Zfm => (Which::Scanner, zfm::at(path)?),
            Family::Topaz => (Which::Pad, topaz::at(path)?),
            Family::Libfprint | Family::Uru4000 | Family::Stu | Family::Dslr | Family::Video => return None,
        };
        path.is_absolute().then_some(Found { info, which, family, is_sure: false })
    }

    fn library(&self) -> Result<&dslr::Library, Missing> {
        let load = || dslr::Library::load().map_err(|missing| Missing(missing.to_string()));
        self.dslr.get_or_init(load).as_ref().map_err(Clone::clone)
    }

    /// Reflex cameras; looked for only when something on the USB has changed.
    fn reflexes(&self) -> Result<Vec<DeviceInfo>, Missing> {
        let library = self.library()?;
        let plugged = usb_devices();
        let mut last = self.reflexes.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((then, listed)) = last.as_ref()
            && !plugged.is_empty()
            && *then == plugged
        {
            return Ok(listed.clone());
        }
        let listed = dslr::devices(library).map_err(|error| Missing(error.to_string()))?;
        *last = Some((plugged, listed.clone()));
        Ok(listed)
    }
}

/// The devices on the USB, each with the address it was given when it was plugged in.
fn usb_devices() -> Vec<String> {
    let Ok(folder) = std::fs::read_dir("/sys/bus/usb/devices") else { return Vec::new() };
    let told = |path: &Path| {
        let number = std::fs::read_to_string(path.join("devnum")).ok()?;
        Some(format!("{} {}", path.display(), number.trim()))
    };
    let mut all: Vec<String> = folder.flatten().filter_map(|entry| told(&entry.path())).collect();
    all.sort();
    all
}

impl Catalog for Drivers {
    fn look(&self, iris: &[IrisConfig]) -> Vec<Found> {
        Family::ALL.into_iter().flat_map(|family| self.of(family, iris).unwrap_or_default()).collect()
    }

    fn wait(&self, most: Duration) {
        self.ear.wait(most);
    }

    fn open(&self, found: &Found, setup: &Setup, iris: &[IrisConfig]) -> Result<Opened, DeviceError> {
        let info = &found.info;
        Ok(match (found.family, found.which) {
            (Family::Uru4000, _) => Opened::Scanner(Box::new(usb::open(info, Seeds::Drawn)?)),
            (Family::Libfprint, _) => Opened::Scanner(Box::new(libfprint::LibfprintScanner::open(info)?)),
            (Family::Zfm, _) => {
                let usual = zfm::Credentials::default();
                let address = setup.address.unwrap_or(usual.address);
                let password = setup.password.unwrap_or(usual.password);
                let credentials = zfm::Credentials { address, password };
                Opened::Scanner(Box::new(zfm::ZfmScanner::open_listed(info, setup.baud, credentials)?))
            }
            (Family::Stu, _) => Opened::Pad(Box::new(stu::open(info)?)),
            (Family::Topaz, _) => Opened::Pad(Box::new(TopazPad::open_listed(info, model(info, setup)?)?)),
            (Family::Dslr, _) => {
                let library = self.library().map_err(|missing| unsupported(info).because(missing))?;
                Opened::Camera(Box::new(dslr::open(library, info)?))
            }
            (Family::Video, Which::Iris) => Opened::Iris(Box::new(v4l2::open_iris(info, iris)?)),
            (Family::Video, Which::Camera | Which::Pad | Which::Scanner) => {
                Opened::Camera(Box::new(v4l2::open_photo(info)?))
            }
        })
    }
}

fn unsupported(info: &DeviceInfo) -> DeviceError {
    DeviceError::new(info.id.clone(), DeviceErrorKind::Unsupported)
}

/// There is no pad of this name.
#[derive(Debug, thiserror::Error)]
#[error("there is no pad model {0:?}; choose one of {1}")]
pub struct Unavailable(String, String);

/// Names of the pad models that cannot say their own; the first one is taken when nothing was said.
pub fn pad_models() -> Vec<&'static str> {
    Model::ALL.map(|model| model.spec().name).to_vec()
}

fn model(info: &DeviceInfo, setup: &Setup) -> Result<Model, DeviceError> {
    pad_model(setup).map_err(|unknown| DeviceError::new(info.id.clone(), DeviceErrorKind::WrongModel).because(unknown))
}

/// The model that was said, or the first one.
///
/// # Errors
/// [`Unavailable`] names those there are.
pub fn pad_model(setup: &Setup) -> Result<Model, Unavailable> {
    let Some(name) = &setup.model else { return Ok(Model::default()) };
    Model::named(name).ok_or_else(|| Unavailable(name.clone(), pad_models().join(", ")))
}
