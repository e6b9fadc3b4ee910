//! Puts the resident in front of the virtual devices: synthetic people, or folders of real images.
//!
//! A capture is a pure function of the person, the slot and how often the slot was captured before, so that a run
//! that was killed and taken up again sees the very images it would have seen.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rekam_hal::{DeviceError, DeviceErrorKind, Eye, Finger, GrayImage, RgbImage, Signature};
use rekam_signature_pad::{Model, TimeBase, TopazPad};
use rekam_simulator::faults::Fault;
use rekam_simulator::pad::{AttendedPad, LineFault, PadSettings, VirtualPad};
use rekam_simulator::people::eye::{Eye as SyntheticEye, EyeConditions};
use rekam_simulator::people::finger::{Conditions, Finger as SyntheticFinger};
use rekam_simulator::people::{ink, portrait};
use rekam_simulator::replay::folder::Reel;
use rekam_simulator::replay::{
    FingerFolder, IrisFolder, PhotoFolder, ReplayCamera, ReplayIrisCamera, ReplayScanner, SourceError,
};

use super::Options;
use super::faults::Scripts;
use super::plan::{Body, Visit};
use crate::cli::error::CliError;
use crate::domain::session::Slot;
use crate::station::training::finger_seed;
use crate::station::{Bay, Bays};

/// The folders of real images, where given.
#[derive(Clone, Default)]
pub(super) struct Folders {
    fingers: Option<Arc<FingerFolder>>,
    irises: Option<Arc<IrisFolder>>,
    photos: Option<Arc<PhotoFolder>>,
}

impl Folders {
    pub(super) fn read(options: &Options) -> Result<Self, CliError> {
        let fingers = options.fingerprints.as_deref().map(FingerFolder::read).transpose()?;
        let irises = options.irises.as_deref().map(IrisFolder::read).transpose()?;
        let photos = options.photos.as_deref().map(PhotoFolder::read).transpose()?;
        Ok(Self { fingers: fingers.map(Arc::new), irises: irises.map(Arc::new), photos: photos.map(Arc::new) })
    }

    /// How many people the folders hold; `None` when everybody is synthetic.
    pub(super) fn people(&self) -> Option<usize> {
        let fingers = self.fingers.as_ref().map(|folder| folder.identities.len());
        let irises = self.irises.as_ref().map(|folder| folder.subjects.len());
        [fingers, irises].into_iter().flatten().min()
    }

    /// With a folder only its real images are used: of fingers, the right index finger.
    pub(super) fn missing_fingers(&self) -> Vec<Finger> {
        let real = self.fingers.is_some();
        Finger::ALL.into_iter().filter(|finger| !real || *finger != Finger::RightIndex).collect()
    }

    /// Eyes of which the folder has no image.
    pub(super) fn missing_eyes(&self, identity: usize) -> Vec<Eye> {
        Eye::ALL.into_iter().filter(|eye| self.eye_samples(identity, *eye).is_empty()).collect()
    }

    fn eye_samples(&self, identity: usize, eye: Eye) -> &[std::path::PathBuf] {
        let subject = self.irises.as_ref().and_then(|folder| folder.subjects.get(identity));
        subject.map_or(&[], |subject| match eye {
            Eye::Right => &subject.right,
            Eye::Left => &subject.left,
        })
    }
}

/// What is in front of the devices right now.
struct Scene {
    body: Body,
    /// Captures made of the slot before this one, by this person.
    round: u64,
    masters: BTreeMap<Finger, SyntheticFinger>,
    folders: Folders,
    dpi: f32,
    visitor: usize,
}

impl Scene {
    fn finger(&mut self, finger: Finger) -> Result<Option<GrayImage>, SourceError> {
        let round = self.round;
        if let (Some(folder), Some(identity)) = (&self.folders.fingers, self.body.identity) {
            let samples = folder.identities.get(identity).map(|i| i.samples.clone()).unwrap_or_default();
            return Ok(Reel::new(samples, self.dpi, self.body.seed).after(round as usize).capture()?);
        }
        let seed = finger_seed(self.body.seed, finger);
        let master = self.masters.entry(finger).or_insert_with(|| SyntheticFinger::new(seed));
        Ok(Some(master.capture(&Conditions::typical(seed ^ (round + 1)))))
    }

    fn eye(&mut self, eye: Eye) -> Result<Option<GrayImage>, SourceError> {
        let round = self.round;
        if let (Some(_), Some(identity)) = (&self.folders.irises, self.body.identity) {
            let samples = self.folders.eye_samples(identity, eye).to_vec();
            return Ok(Reel::new(samples, self.dpi, self.body.seed).after(round as usize).capture()?);
        }
        let conditions = EyeConditions::typical(self.body.seed ^ (u64::from(eye.code()) << 32) ^ (round + 1));
        Ok(Some(SyntheticEye::of(self.body.seed, eye).capture(&conditions).0))
    }

    fn face(&mut self) -> Result<Option<RgbImage>, SourceError> {
        match &self.folders.photos {
            Some(folder) => Ok(folder.photo(self.visitor)?),
            None => Ok(Some(portrait::portrait(self.body.seed, self.round, self.body.look))),
        }
    }

    fn signature(&self) -> Signature {
        ink::signature(self.body.seed, self.round)
    }
}

/// Which device a step needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Which {
    Camera,
    Pad,
    Scanner,
    Iris,
}

/// The virtual devices with a resident in front of them.
pub(super) struct Presenter {
    pub(super) bays: Bays,
    scene: Arc<Mutex<Scene>>,
    camera: ReplayCamera,
    scanner: ReplayScanner,
    iris: ReplayIrisCamera,
    pad: VirtualPad,
    pad_faults: Arc<Mutex<PadFaults>>,
}

/// The pad's sampling interval.
const PEN_INTERVAL: Duration = Duration::from_nanos(1_000_000_000 / ink::RATE_HZ as u64);

impl Presenter {
    pub(super) fn new(folders: Folders, scripts: Scripts, dpi: f32) -> Result<Self, CliError> {
        let body = Body {
            seed: 0,
            identity: None,
            missing_fingers: Vec::new(),
            missing_eyes: Vec::new(),
            look: portrait::Look { backdrop: portrait::Backdrop::Red, female: false, veil: false, age: 30 },
        };
        let scene = Scene { body, round: 0, masters: BTreeMap::new(), folders, dpi, visitor: 0 };
        let scene = Arc::new(Mutex::new(scene));
        let camera = ReplayCamera::new("sim-camera", FaceOf(scene.clone())).with_script(scripts.camera);
        let scanner = ReplayScanner::new("sim-scanner", FingerOf(scene.clone())).with_script(scripts.scanner);
        let iris = ReplayIrisCamera::new("sim-iris", EyeOf(scene.clone())).with_script(scripts.iris);
        let pad = VirtualPad::plugged_in("sim-pad", PadSettings::fast()).map_err(no_pad)?;
        let pad_faults = Arc::new(Mutex::new((0, scripts.pad)));
        let (camera, scanner, iris) = (
            camera.with_preview(0, Duration::ZERO),
            scanner.with_preview(0, Duration::ZERO),
            iris.with_preview(0, Duration::ZERO),
        );
        let mut presenter = Self { bays: Bays::default(), scene, camera, scanner, iris, pad, pad_faults };
        for which in [Which::Camera, Which::Pad, Which::Scanner, Which::Iris] {
            presenter.plug_in(which)?;
        }
        Ok(presenter)
    }

    /// Seats the next resident.
    pub(super) fn seat(&self, visit: &Visit) {
        let mut scene = lock(&self.scene);
        scene.body = visit.person.clone();
        scene.visitor = visit.number;
        scene.masters.clear();
    }

    /// Says how often the slot was captured before.
    pub(super) fn present(&self, round: u64) {
        lock(&self.scene).round = round;
    }

    /// Opens a device anew, as after plugging it in.
    pub(super) fn plug_in(&mut self, which: Which) -> Result<(), DeviceError> {
        // Out first, then in: a serial line is held by one handle alone.
        match which {
            Which::Camera => {
                self.bays.camera = None;
                self.bays.camera = Some(Bay::new(Box::new(self.camera.reopen()?)));
            }
            Which::Scanner => {
                self.bays.scanner = None;
                self.bays.scanner = Some(Bay::new(Box::new(self.scanner.reopen()?)));
            }
            Which::Iris => {
                self.bays.iris = None;
                self.bays.iris = Some(Bay::new(Box::new(self.iris.reopen()?)));
            }
            Which::Pad => {
                self.bays.pad = None;
                self.bays.pad = Some(Bay::new(Box::new(self.open_pad()?)));
            }
        }
        Ok(())
    }

    /// The real driver on the far end of the virtual pad's line.
    fn open_pad(&self) -> Result<AttendedPad<TopazPad>, DeviceError> {
        let path = match self.pad.path() {
            Some(path) => path,
            None => self.pad.plug().map_err(|e| DeviceError::new("sim-pad", DeviceErrorKind::Gone).because(e))?,
        };
        let driver = TopazPad::open(Path::new(&path), Model::SignatureGem1x5)?
            .with_id("sim-pad")
            .with_time_base(TimeBase::Packets(PEN_INTERVAL));
        Ok(AttendedPad::new(
            driver,
            self.pad.clone(),
            Pen { scene: self.scene.clone(), faults: self.pad_faults.clone() },
        ))
    }

    /// The name of the device for a slot, as events record it.
    pub(super) fn device_id(which: Which) -> String {
        match which {
            Which::Camera => "sim-camera",
            Which::Pad => "sim-pad",
            Which::Scanner => "sim-scanner",
            Which::Iris => "sim-iris",
        }
        .to_owned()
    }
}

/// The device that fills a slot.
pub(super) fn device_of(slot: Slot) -> Which {
    match slot {
        Slot::Photo => Which::Camera,
        Slot::Signature | Slot::Approval => Which::Pad,
        Slot::Finger(_) => Which::Scanner,
        Slot::Eye(_) => Which::Iris,
    }
}

fn no_pad(error: std::io::Error) -> CliError {
    DeviceError::new("sim-pad", DeviceErrorKind::Broken).because(error).into()
}

fn lock<T>(shared: &Arc<Mutex<T>>) -> std::sync::MutexGuard<'_, T> {
    shared.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

struct FaceOf(Arc<Mutex<Scene>>);
struct FingerOf(Arc<Mutex<Scene>>);
struct EyeOf(Arc<Mutex<Scene>>);

impl rekam_simulator::replay::FaceSource for FaceOf {
    fn next(&mut self) -> Result<Option<RgbImage>, SourceError> {
        lock(&self.0).face()
    }
}

impl rekam_simulator::replay::FingerSource for FingerOf {
    fn next(&mut self, finger: Finger) -> Result<Option<GrayImage>, SourceError> {
        lock(&self.0).finger(finger)
    }
}

impl rekam_simulator::replay::EyeSource for EyeOf {
    fn next(&mut self, eye: Eye) -> Result<Option<GrayImage>, SourceError> {
        lock(&self.0).eye(eye)
    }
}

/// How many signatures have begun, and which of them go wrong.
type PadFaults = (u64, Vec<(u64, Fault)>);

/// Who writes on the pad, and what goes wrong with its line.
struct Pen {
    scene: Arc<Mutex<Scene>>,
    faults: Arc<Mutex<PadFaults>>,
}

impl rekam_simulator::pad::PenSource for Pen {
    fn next(&mut self) -> Option<(Signature, Vec<LineFault>)> {
        let fault = {
            let mut faults = lock(&self.faults);
            let at = faults.0;
            faults.0 += 1;
            faults.1.iter().find(|(capture, _)| *capture == at).map(|(_, fault)| *fault)
        };
        let line = match fault {
            Some(Fault::Unplug { .. }) => vec![LineFault::UnplugAfter(20)],
            Some(Fault::Silence) => vec![LineFault::SilenceAfter(0)],
            Some(Fault::Retry(_)) => return None,
            Some(Fault::Blur | Fault::WrongFinger) => vec![LineFault::Garbage { seed: 7 }],
            Some(Fault::Slow) | None => Vec::new(),
        };
        Some((lock(&self.scene).signature(), line))
    }
}
