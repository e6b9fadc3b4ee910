//! Invented residents in front of the *real* drivers: virtual devices in the sockets of the running kernel.
//!
//! Scanner and cameras hang on the kernel's virtual USB hub, the pad on its interface for raw HID devices. The station
//! looks for them, opens them and loses them exactly as it does those on a desk; only the hand that lays the
//! finger on the glass and pulls the cable is ours.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use rekam_hal::{DeviceError, DeviceErrorKind, GrayImage, RgbImage, Signature};
use rekam_simulator::replay::{EyeSource as _, FaceSource as _, FingerSource as _, SourceError};
use rekam_simulator::stu::{self, VirtualStu, uhid};
use rekam_simulator::uru4000::{self, VirtualUru};
use rekam_simulator::usbip::Attached;
use rekam_simulator::uvc;
use rekam_simulator::video::{self, Coding, Offer, Shot, VirtualVideo};

use super::scene::{Body, EyeOf, FaceOf, FingerOf, Folders, Stage};
use crate::domain::session::Slot;
use crate::station::Bays;
use crate::station::devices::Which;
use crate::station::plugged::{Assigned, Bench, Choices, Setup, Standing};

/// A U.are.U 4500 and a Wacom STU-540, as their descriptors name them.
const SCANNER: (u16, u16) = (0x05ba, 0x000a);
const PAD: u16 = 0x00a8;
const SERIAL: &str = "REKAM-VIRTUAL";
/// Both cameras, under a number that is free for the projects of everybody (pid.codes), and under which names the
/// station then lists them. The one for eyes says so by its name, and has a lamp.
const CAMERA: (u16, u16) = (0x1209, 0x0001);
const CAMERA_NAME: (&str, &str) = ("REKAM-PHOTO", "v4l2:REKAM-PHOTO");
const IRIS_NAME: (&str, &str) = ("REKAM-EYES", "v4l2-iris:REKAM-EYES");
/// Between two pictures: so many as a slow machine can follow.
const FRAME: Duration = Duration::from_millis(100);
/// A photo camera that stands upright, as large as invented portraits are; eyes as large as an iris needs.
const PHOTO: (u32, u32) = (480, 640);
const EYE: (u32, u32) = (640, 480);
/// How long a device may take until the station has it open: a slow machine needs a while.
const PATIENCE: Duration = Duration::from_secs(30);
/// After this much of a capture a cable is pulled, and after this much it is put in again.
const PULL_AFTER: Duration = Duration::from_millis(400);
const BACK_AFTER: Duration = Duration::from_millis(1500);

/// What the running kernel lacks for virtual devices.
#[derive(Debug, thiserror::Error)]
#[error("the kernel shows no virtual {device}: {lacks}")]
pub struct Unplugged {
    device: &'static str,
    lacks: &'static str,
    #[source]
    source: std::io::Error,
}

/// Why there are no sockets with devices in them.
#[derive(Debug, thiserror::Error)]
pub enum SocketsError {
    /// The kernel lacks something.
    #[error(transparent)]
    Unplugged(#[from] Unplugged),
    /// The station does not get a device open.
    #[error(transparent)]
    Device(#[from] DeviceError),
}

/// What is shown to the devices now.
#[derive(Default)]
struct Shown {
    finger: Option<GrayImage>,
    signature: Option<Signature>,
    face: Option<RgbImage>,
    eye: Option<RgbImage>,
}

/// The virtual devices, each with its cable.
struct Cables {
    scanner: VirtualUru,
    pad: VirtualStu,
    camera: VirtualVideo,
    iris: VirtualVideo,
    in_hub: BTreeMap<Which, Attached>,
    on_hid: Option<uhid::Shown>,
}

/// Residents, sockets, and the station's own bench over them.
pub struct Sockets {
    stage: Stage,
    shown: Arc<Mutex<Shown>>,
    cables: Arc<Mutex<Cables>>,
    bench: Bench,
    /// Captures so far, and those at which a cable is pulled.
    taken: Vec<(Which, u64)>,
    pulls: Vec<(Which, u64)>,
}

fn lock<T>(shared: &Mutex<T>) -> MutexGuard<'_, T> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What a camera says of itself.
fn camera_named(name: &str, serial: &str) -> uvc::Settings {
    uvc::Settings { numbers: CAMERA, name: name.to_owned(), serial: serial.to_owned(), interval: FRAME }
}

/// A picture of what is shown, as the camera sees it; a grey wall when nothing is.
fn seen(picture: Option<&RgbImage>, shot: Shot) -> RgbImage {
    let size = (shot.width, shot.height);
    match picture {
        Some(picture) => video::within(picture, size),
        None => RgbImage::from_fn(size.0, size.1, |_, _| [128; 3]),
    }
}

/// A grey picture as a scene of a camera.
fn scene(grey: &GrayImage) -> RgbImage {
    RgbImage::from_fn(grey.width(), grey.height(), |x, y| [grey.get(i64::from(x), i64::from(y)); 3])
}

impl Cables {
    fn new(shown: &Arc<Mutex<Shown>>) -> Self {
        let [glass, paper, chair, goggles] = [(); 4].map(|()| shown.clone());
        let scanner = VirtualUru::new(uru4000::Settings::uareu_4500(), move || lock(&glass).finger.clone());
        // Whoever has signed has signed: the next signature is another one.
        let pen = move || lock(&paper).signature.take().map(|signature| (signature, Vec::new()));
        let pad = VirtualStu::new(stu::Settings::stu_540(), pen);
        let camera = VirtualVideo::new(vec![Offer::new(Coding::Mjpeg, PHOTO.0, PHOTO.1)], move |shot| {
            seen(lock(&chair).face.as_ref(), shot)
        });
        let iris = VirtualVideo::new(vec![Offer::new(Coding::Grey, EYE.0, EYE.1)], move |shot| {
            seen(lock(&goggles).eye.as_ref(), shot)
        });
        Self { scanner, pad, camera, iris, in_hub: BTreeMap::new(), on_hid: None }
    }

    fn plug(&mut self, which: Which) -> Result<(), Unplugged> {
        let lacks = match which {
            Which::Pad => "load uhid and run as root",
            Which::Scanner | Which::Camera | Which::Iris => "load vhci_hcd and run as root",
        };
        let absent = |source| Unplugged { device: which.word(), lacks, source };
        let attached = match which {
            Which::Pad => {
                self.pad.plug();
                self.on_hid = Some(uhid::show(&self.pad, PAD, SERIAL).map_err(absent)?);
                return Ok(());
            }
            Which::Scanner => {
                self.scanner.plug();
                uru4000::usb::plug_in(&self.scanner, SCANNER.0, SCANNER.1, SERIAL)
            }
            Which::Camera => {
                self.camera.plug();
                uvc::plug_in(&self.camera, camera_named("Photo Camera", CAMERA_NAME.0))
            }
            Which::Iris => {
                self.iris.plug();
                uvc::plug_in(&self.iris, camera_named("Eye IR Camera", IRIS_NAME.0))
            }
        };
        self.in_hub.insert(which, attached.map_err(absent)?);
        Ok(())
    }

    fn pull(&mut self, which: Which) {
        match which {
            Which::Scanner => self.scanner.unplug(),
            Which::Pad => self.pad.unplug(),
            Which::Camera => self.camera.unplug(),
            Which::Iris => self.iris.unplug(),
        }
        if which == Which::Pad {
            self.on_hid = None;
        }
        self.in_hub.remove(&which);
    }
}

/// The kernel may show other cameras as well: ours are meant.
fn ours() -> Choices {
    let chosen = [(Which::Camera, CAMERA_NAME.1), (Which::Iris, IRIS_NAME.1)];
    let assigned = chosen.map(|(which, id)| (which, Assigned { id: id.to_owned(), setup: Setup::default() }));
    Choices { assigned: assigned.into(), ..Choices::default() }
}

impl Sockets {
    /// Plugs the virtual devices in and waits until the station has them open. `pulls` are the captures, counted from
    /// 0 for each device, in which its cable is pulled.
    ///
    /// # Errors
    /// What the kernel lacks, or why the station has no device open after half a minute.
    pub fn new(folders: Folders, dpi: f32, pulls: Vec<(Which, u64)>) -> Result<Self, SocketsError> {
        let shown = Arc::new(Mutex::new(Shown::default()));
        let mut cables = Cables::new(&shown);
        for which in Which::ALL {
            cables.plug(which)?;
        }
        let bench = Bench::new(ours())?;
        let stage = Stage::new(folders, dpi);
        let cables = Arc::new(Mutex::new(cables));
        let mut sockets = Self { stage, shown, cables, bench, taken: Vec::new(), pulls };
        for which in Which::ALL {
            sockets.plug_in(which)?;
        }
        Ok(sockets)
    }

    /// What can be captured with.
    pub fn bays(&self) -> &Bays {
        self.bench.bays()
    }

    /// Seats the next resident; `visitor` counts those of the day.
    pub fn seat(&self, body: Body, visitor: usize) {
        self.stage.seat(body, visitor);
    }

    /// The resident presents what the slot asks for, having done so `round` times before. When it is the turn of a
    /// pull, the cable goes in the middle of the capture and comes back a moment later.
    ///
    /// # Errors
    /// When an image of a folder cannot be read.
    pub fn present(&mut self, slot: Slot, round: u64) -> Result<(), DeviceError> {
        self.stage.present(round);
        let unread = |error: SourceError| DeviceError::new("folder", DeviceErrorKind::Broken).because(error);
        let stage = self.stage.clone();
        // Drawn first, shown then: whoever looks meanwhile is not kept waiting.
        let which = match slot {
            Slot::Finger(finger) => {
                let finger = FingerOf(stage).next(finger).map_err(unread)?;
                lock(&self.shown).finger = finger;
                Which::Scanner
            }
            Slot::Signature | Slot::Approval => {
                lock(&self.shown).signature = Some(stage.signature());
                Which::Pad
            }
            Slot::Photo => {
                let face = FaceOf(stage).next().map_err(unread)?;
                lock(&self.shown).face = face;
                Which::Camera
            }
            Slot::Eye(eye) => {
                let eye = EyeOf(stage).next(eye).map_err(unread)?.as_ref().map(scene);
                lock(&self.shown).eye = eye;
                Which::Iris
            }
        };
        let capture = self.taken.iter().filter(|(taken, _)| *taken == which).count() as u64;
        self.taken.push((which, capture));
        if self.pulls.contains(&(which, capture)) {
            self.pull_soon(which)?;
        }
        Ok(())
    }

    fn pull_soon(&self, which: Which) -> Result<(), DeviceError> {
        let cables = self.cables.clone();
        let work = move || {
            thread::sleep(PULL_AFTER);
            lock(&cables).pull(which);
            thread::sleep(BACK_AFTER);
            if let Err(error) = lock(&cables).plug(which) {
                tracing::error!(%error, "a cable that was pulled could not be put in again");
            }
        };
        let broken = |error| DeviceError::new(which.word(), DeviceErrorKind::Broken).because(error);
        thread::Builder::new().name("cable".into()).spawn(work).map(drop).map_err(broken)
    }

    /// Waits until the station has the device open again, with what the resident presented still there.
    ///
    /// # Errors
    /// Why it has not, after half a minute.
    pub fn plug_in(&mut self, which: Which) -> Result<(), DeviceError> {
        let until = Instant::now() + PATIENCE;
        self.bench.wear_out(which);
        loop {
            match self.bench.renew(which) {
                Standing::Ready => break,
                Standing::Away(kind) if Instant::now() > until => return Err(DeviceError::new(which.word(), kind)),
                Standing::Opening | Standing::Away(_) => thread::sleep(Duration::from_millis(20)),
            }
        }
        if which == Which::Pad && lock(&self.shown).signature.is_none() {
            // What was being written when the cable went is written anew.
            lock(&self.shown).signature = Some(self.stage.signature());
        }
        Ok(())
    }
}
