//! Invented residents in front of the *real* drivers: virtual devices in the sockets of the running kernel.
//!
//! The scanner hangs on the kernel's virtual USB hub, the pad on its interface for raw HID devices, and the photo camera
//! is whatever video device the kernel shows (a virtual machine's test camera, which shows its own pictures). The
//! station looks for them, opens them and loses them exactly as it does those on a desk; only the hand that lays the
//! finger on the glass and pulls the cable is ours.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use rekam_hal::{DeviceError, DeviceErrorKind, GrayImage, Signature};
use rekam_simulator::replay::FingerSource as _;
use rekam_simulator::stu::{self, VirtualStu, uhid};
use rekam_simulator::uru4000::{self, VirtualUru};
use rekam_simulator::usbip::Attached;

use super::scene::{Body, FingerOf, Folders, Stage};
use crate::domain::session::Slot;
use crate::station::Bays;
use crate::station::devices::Which;
use crate::station::plugged::{Bench, Choices, Standing};

/// A U.are.U 4500 and a Wacom STU-540, as their descriptors name them.
const SCANNER: (u16, u16) = (0x05ba, 0x000a);
const PAD: u16 = 0x00a8;
const SERIAL: &str = "REKAM-VIRTUAL";
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
}

/// The virtual devices, each with its cable.
struct Cables {
    scanner: VirtualUru,
    pad: VirtualStu,
    in_hub: Option<Attached>,
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

impl Cables {
    fn plug(&mut self, which: Which) -> Result<(), Unplugged> {
        match which {
            Which::Scanner => {
                self.scanner.plug();
                let lacks = "load vhci_hcd and run as root";
                let attached = uru4000::usb::plug_in(&self.scanner, SCANNER.0, SCANNER.1, SERIAL);
                self.in_hub = Some(attached.map_err(|source| Unplugged { device: "scanner", lacks, source })?);
            }
            Which::Pad => {
                self.pad.plug();
                let lacks = "load uhid and run as root";
                let shown = uhid::show(&self.pad, PAD, SERIAL);
                self.on_hid = Some(shown.map_err(|source| Unplugged { device: "pad", lacks, source })?);
            }
            Which::Camera | Which::Iris => {}
        }
        Ok(())
    }

    fn pull(&mut self, which: Which) {
        match which {
            Which::Scanner => {
                self.scanner.unplug();
                self.in_hub = None;
            }
            Which::Pad => {
                self.pad.unplug();
                self.on_hid = None;
            }
            Which::Camera | Which::Iris => {}
        }
    }
}

impl Sockets {
    /// Plugs the virtual devices in and waits until the station has them open. `pulls` are the captures, counted from
    /// 0 for each device, in which its cable is pulled; camera and iris camera have none of ours.
    ///
    /// # Errors
    /// What the kernel lacks, or why the station has no device open after half a minute.
    pub fn new(folders: Folders, dpi: f32, pulls: Vec<(Which, u64)>) -> Result<Self, SocketsError> {
        let shown = Arc::new(Mutex::new(Shown::default()));
        let (glass, paper) = (shown.clone(), shown.clone());
        let scanner = VirtualUru::new(uru4000::Settings::uareu_4500(), move || lock(&glass).finger.clone());
        // Whoever has signed has signed: the next signature is another one.
        let pen = move || lock(&paper).signature.take().map(|signature| (signature, Vec::new()));
        let pad = VirtualStu::new(stu::Settings::stu_540(), pen);
        let mut cables = Cables { scanner, pad, in_hub: None, on_hid: None };
        for which in [Which::Scanner, Which::Pad] {
            cables.plug(which)?;
        }
        let bench = Bench::new(Choices::default())?;
        let stage = Stage::new(folders, dpi);
        let cables = Arc::new(Mutex::new(cables));
        let mut sockets = Self { stage, shown, cables, bench, taken: Vec::new(), pulls };
        for which in [Which::Camera, Which::Pad, Which::Scanner] {
            sockets.plug_in(which)?;
        }
        Ok(sockets)
    }

    /// Whether the station has a device for the step.
    pub fn has(&self, which: Which) -> bool {
        self.bench.standing(which) == Standing::Ready
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
        let which = match slot {
            Slot::Finger(finger) => {
                let unread = |error| DeviceError::new("folder", DeviceErrorKind::Broken).because(error);
                lock(&self.shown).finger = FingerOf(self.stage.clone()).next(finger).map_err(unread)?;
                Which::Scanner
            }
            Slot::Signature | Slot::Approval => {
                lock(&self.shown).signature = Some(self.stage.signature());
                Which::Pad
            }
            // The kernel's test camera shows what it shows.
            Slot::Photo => Which::Camera,
            Slot::Eye(_) => Which::Iris,
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
