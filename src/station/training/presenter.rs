//! The simulated devices of a training station, with a resident in front of them and every cable within reach.
//!
//! Behind the bays stand the same drivers and protocols as with real devices. What is particular to training is the
//! hand that plugs, unplugs and spoils while the station works: a station is best learnt where it fails.

use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rekam_hal::{DeviceError, DeviceErrorKind, Signature};
use rekam_signature_pad::{Model, TimeBase, TopazPad};
use rekam_simulator::faults::{Fault, Script};
use rekam_simulator::pad::{AttendedPad, LineFault, Pace, PadSettings, PenSource, VirtualPad};
use rekam_simulator::people::ink;
use rekam_simulator::replay::{ReplayCamera, ReplayIrisCamera, ReplayScanner, Tempo};

pub use super::scene::{Body, Folders};
use super::scene::{EyeOf, FaceOf, FingerOf, Stage};
use crate::domain::session::Slot;
pub use crate::station::devices::Which;
use crate::station::{Bays, Opened};

/// What goes wrong with which capture of each device, known beforehand.
#[derive(Debug, Clone, Default)]
pub struct Scripts {
    /// The photo camera's.
    pub camera: Script,
    /// The signature pad's: capture, counted from 0, and fault.
    pub pad: Vec<(u64, Fault)>,
    /// The fingerprint scanner's.
    pub scanner: Script,
    /// The iris camera's.
    pub iris: Script,
}

/// The virtual devices with a resident in front of them.
pub struct Presenter {
    /// What the station captures with.
    pub bays: Bays,
    stage: Stage,
    camera: ReplayCamera,
    scanner: ReplayScanner,
    iris: ReplayIrisCamera,
    pad: VirtualPad,
    troubles: Arc<Mutex<PadTroubles>>,
    tempo: Tempo,
}

/// The pad's sampling interval.
const PEN_INTERVAL: Duration = Duration::from_nanos(1_000_000_000 / ink::RATE_HZ as u64);
/// How much faster than in life a resident writes before an audience, and how long his pen then hovers, in
/// milliseconds of his own time: the driver needs 1500 of them to know that he has finished, one second for the
/// audience.
const PEN_SPEED: f32 = 1.5;
const PEN_LINGERS_MS: u32 = 2000;

impl Presenter {
    /// All four devices, plugged in.
    ///
    /// # Errors
    /// When the system gives no pseudo terminal for the pad.
    pub fn new(folders: Folders, scripts: Scripts, dpi: f32, tempo: Tempo) -> Result<Self, DeviceError> {
        let stage = Stage::new(folders, dpi);
        // At once, nobody looks at frames.
        let camera = ReplayCamera::new(id(Which::Camera), FaceOf(stage.clone()))
            .with_script(scripts.camera)
            .with_preview(0, Duration::ZERO)
            .with_tempo(tempo);
        let scanner = ReplayScanner::new(id(Which::Scanner), FingerOf(stage.clone()))
            .with_script(scripts.scanner)
            .with_preview(0, Duration::ZERO)
            .with_tempo(tempo);
        let iris = ReplayIrisCamera::new(id(Which::Iris), EyeOf(stage.clone()))
            .with_script(scripts.iris)
            .with_preview(0, Duration::ZERO)
            .with_tempo(tempo);
        let pad = VirtualPad::plugged_in(id(Which::Pad), pad_settings(tempo)).map_err(no_line)?;
        let troubles = Arc::new(Mutex::new(PadTroubles { faults: scripts.pad, ..PadTroubles::default() }));
        let mut presenter = Self { bays: Bays::default(), stage, camera, scanner, iris, pad, troubles, tempo };
        for which in Which::ALL {
            presenter.plug_in(which)?;
        }
        Ok(presenter)
    }

    /// Seats the next resident; `visitor` counts those of the day and chooses the photo out of a folder.
    pub fn seat(&self, body: Body, visitor: usize) {
        self.stage.seat(body, visitor);
    }

    /// Says how often the slot was captured before.
    pub fn present(&self, round: u64) {
        self.stage.present(round);
    }

    /// Opens a device anew, as after plugging it in.
    ///
    /// # Errors
    /// [`DeviceErrorKind::Gone`] while its cable is out; busy while a hung capture still holds the pad's line.
    pub fn plug_in(&mut self, which: Which) -> Result<(), DeviceError> {
        // Out first, then in: a serial line is held by one handle alone.
        self.bays.take_out(which);
        self.bays.put_in(self.open(which)?);
        Ok(())
    }

    /// A fresh handle on a device.
    ///
    /// # Errors
    /// Those of [`Self::plug_in`].
    pub fn open(&self, which: Which) -> Result<Opened, DeviceError> {
        Ok(match which {
            Which::Camera => Opened::Camera(Box::new(self.camera.reopen()?)),
            Which::Scanner => Opened::Scanner(Box::new(self.scanner.reopen()?)),
            Which::Iris => Opened::Iris(Box::new(self.iris.reopen()?)),
            Which::Pad => Opened::Pad(Box::new(self.open_pad()?)),
        })
    }

    /// The real driver on the far end of the virtual pad's line.
    fn open_pad(&self) -> Result<AttendedPad<TopazPad>, DeviceError> {
        let gone = || DeviceError::new(id(Which::Pad), DeviceErrorKind::Gone);
        if self.troubles().pulled {
            return Err(gone());
        }
        let path = match self.pad.path() {
            Some(path) => path,
            None => self.pad.plug().map_err(|error| gone().because(error))?,
        };
        let driver = TopazPad::open(Path::new(&path), Model::SignatureGem1x5)?
            .with_id(id(Which::Pad))
            .with_time_base(TimeBase::Packets(PEN_INTERVAL));
        let pen = Pen { stage: self.stage.clone(), troubles: self.troubles.clone(), tempo: self.tempo };
        Ok(AttendedPad::new(driver, self.pad.clone(), pen))
    }

    /// Pulls a cable, whatever the device is doing.
    pub fn unplug(&self, which: Which) {
        match which {
            Which::Camera => self.camera.plug().unplug(),
            Which::Scanner => self.scanner.plug().unplug(),
            Which::Iris => self.iris.plug().unplug(),
            Which::Pad => {
                self.troubles().pulled = true;
                self.pad.unplug();
            }
        }
    }

    /// Puts a cable in again; the device must then be opened anew ([`Self::plug_in`]).
    pub fn plug(&self, which: Which) {
        match which {
            Which::Camera => self.camera.plug().plug(),
            Which::Scanner => self.scanner.plug().plug(),
            Which::Iris => self.iris.plug().plug(),
            Which::Pad => {
                self.troubles().pulled = false;
                // A line that cannot be made now is asked for again, and complained about, when it is opened.
                drop(self.pad.plug());
            }
        }
    }

    /// Whether a cable is in.
    pub fn is_plugged(&self, which: Which) -> bool {
        match which {
            Which::Camera => self.camera.plug().is_plugged(),
            Which::Scanner => self.scanner.plug().is_plugged(),
            Which::Iris => self.iris.plug().is_plugged(),
            Which::Pad => self.pad.path().is_some(),
        }
    }

    /// Lets the next capture of a device go wrong.
    pub fn spoil(&self, which: Which, fault: Fault) {
        match which {
            Which::Camera => self.camera.script().add(0, fault),
            Which::Scanner => self.scanner.script().add(0, fault),
            Which::Iris => self.iris.script().add(0, fault),
            Which::Pad => self.troubles().spoil(fault),
        }
    }

    fn troubles(&self) -> MutexGuard<'_, PadTroubles> {
        lock(&self.troubles)
    }

    /// The device that fills a slot.
    pub fn device_of(slot: Slot) -> Which {
        match slot {
            Slot::Photo => Which::Camera,
            Slot::Signature | Slot::Approval => Which::Pad,
            Slot::Finger(_) => Which::Scanner,
            Slot::Eye(_) => Which::Iris,
        }
    }
}

fn id(which: Which) -> &'static str {
    match which {
        Which::Camera => "sim-camera",
        Which::Pad => "sim-pad",
        Which::Scanner => "sim-scanner",
        Which::Iris => "sim-iris",
    }
}

fn pad_settings(tempo: Tempo) -> PadSettings {
    match tempo {
        Tempo::AtOnce => PadSettings::fast(),
        Tempo::Live { .. } => {
            PadSettings { pace: Pace::Real(PEN_SPEED), linger_ms: PEN_LINGERS_MS, ..PadSettings::default() }
        }
    }
}

fn no_line(error: std::io::Error) -> DeviceError {
    DeviceError::new(id(Which::Pad), DeviceErrorKind::Broken).because(error)
}

fn lock<T>(shared: &Mutex<T>) -> MutexGuard<'_, T> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What goes wrong with the pad.
#[derive(Debug, Default)]
struct PadTroubles {
    /// How many signatures have begun.
    begun: u64,
    /// Which of them go wrong; a later entry for the same one stands.
    faults: Vec<(u64, Fault)>,
    /// Its cable was pulled by hand and stays out until it is put in by hand.
    pulled: bool,
}

impl PadTroubles {
    fn spoil(&mut self, fault: Fault) {
        let next = self.begun;
        self.faults.retain(|(signature, _)| *signature != next);
        self.faults.push((next, fault));
    }

    fn begin(&mut self) -> Option<Fault> {
        let begun = self.begun;
        self.begun += 1;
        self.faults.iter().find(|(signature, _)| *signature == begun).map(|(_, fault)| *fault)
    }
}

/// Who writes on the pad, and what goes wrong with its line.
struct Pen {
    stage: Stage,
    troubles: Arc<Mutex<PadTroubles>>,
    tempo: Tempo,
}

impl Pen {
    /// Packets after which a cable is pulled: before an audience, when something is to be seen.
    fn packets_before_trouble(&self) -> usize {
        match self.tempo {
            Tempo::AtOnce => 20,
            Tempo::Live { .. } => ink::RATE_HZ as usize,
        }
    }
}

impl PenSource for Pen {
    fn next(&mut self) -> Option<(Signature, Vec<LineFault>)> {
        let fault = lock(&self.troubles).begin();
        let line = match fault {
            Some(Fault::Unplug { .. }) => vec![LineFault::UnplugAfter(self.packets_before_trouble())],
            Some(Fault::Silence) => vec![LineFault::SilenceAfter(0)],
            Some(Fault::Retry(_)) => return None,
            Some(Fault::Blur | Fault::WrongFinger) => vec![LineFault::Garbage { seed: 7 }],
            Some(Fault::Slow | Fault::Wet | Fault::Dry) | None => Vec::new(),
        };
        Some((self.stage.signature(), line))
    }
}
