//! Cameras whose cable is pulled at random moments: each time the capture ends with *gone*, nothing is left open, and a
//! camera that is plugged in again takes its picture.
//!
//! Threads and handles of the whole process are counted, so this program has one test.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may fail")]

#[path = "../../plug/tests/support/pulling.rs"]
mod pulling;
#[path = "support/reflex.rs"]
mod reflex;
mod support;

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use pulling::{Census, Dice};
use rekam_camera::dslr::{Dslr, Failure, Reflex};
use rekam_camera::v4l2::{Buffer, Control, Frame, Iris, Mode, Photo, Video, VideoError};
use rekam_hal::conformance::Rig;
use rekam_hal::{Camera, Cancel, DeviceErrorKind, Eye, EyeSet, IrisCamera, Peripheral};
use rekam_simulator::video::{Coding, Offer, VirtualVideo};
use support::Wire;

/// Counts calls, and pulls the cable before a certain one.
#[derive(Clone)]
struct Fate {
    calls: Arc<AtomicU64>,
    pulled_at: u64,
}

impl Fate {
    fn at(pulled_at: u64) -> Self {
        Self { calls: Arc::new(AtomicU64::new(0)), pulled_at }
    }

    fn strikes(&self) -> bool {
        self.calls.fetch_add(1, Ordering::AcqRel) == self.pulled_at
    }
}

/// A video device whose cable is pulled before a certain call. Ending a stream is no such call: what is learned from it
/// interests nobody any more.
struct Corded {
    wire: Wire,
    device: VirtualVideo,
    fate: Fate,
}

impl Corded {
    fn live(&mut self) -> &mut Wire {
        if self.fate.strikes() {
            self.device.unplug();
        }
        &mut self.wire
    }
}

impl Video for Corded {
    fn modes(&mut self) -> Result<Vec<Mode>, VideoError> {
        self.live().modes()
    }

    fn set_mode(&mut self, mode: Mode) -> Result<Frame, VideoError> {
        self.live().set_mode(mode)
    }

    fn start(&mut self) -> Result<(), VideoError> {
        self.live().start()
    }

    fn stop(&mut self) {
        self.wire.stop();
    }

    fn next(&mut self, wait: Duration) -> Result<Option<Buffer>, VideoError> {
        self.live().next(wait)
    }

    fn controls(&mut self) -> Result<Vec<Control>, VideoError> {
        self.live().controls()
    }

    fn set_control(&mut self, id: u32, value: i32) -> Result<(), VideoError> {
        self.live().set_control(id, value)
    }

    fn set_extension(&mut self, unit: u8, selector: u8, value: &[u8]) -> Result<(), VideoError> {
        self.live().set_extension(unit, selector, value)
    }

    fn check(&mut self) -> Result<(), VideoError> {
        self.live().check()
    }
}

fn corded(device: &VirtualVideo, fate: &Fate) -> Box<Corded> {
    Box::new(Corded { wire: *support::wire(device).unwrap(), device: device.clone(), fate: fate.clone() })
}

/// Frames of the finder before a picture is taken.
const FRAMES: u32 = 7;
/// Calls that such a capture needs until it has its picture.
static PHOTO_CALLS: OnceLock<u64> = OnceLock::new();

fn a_photo_camera_is_pulled(dice: &mut Dice, when: &str) {
    let device = VirtualVideo::new(support::webcam(), support::any_scene);
    let open = |fate: &Fate| Photo::over(corded(&device, fate), support::info(false));
    let needed = *PHOTO_CALLS.get_or_init(|| {
        let whole = Fate::at(u64::MAX);
        support::taken_at(&mut open(&whole), FRAMES).expect(when);
        // The last call sets the small size again, when the picture has been taken already.
        whole.calls.load(Ordering::Acquire) - 1
    });
    let mut camera = open(&Fate::at(dice.below(needed)));
    assert_eq!(support::kind(support::taken_at(&mut camera, FRAMES)), DeviceErrorKind::Gone, "{when}");
    device.plug();
    assert_eq!(camera.probe().unwrap_err().kind, DeviceErrorKind::Gone, "{when}");
    assert_eq!(support::kind(support::taken_at(&mut camera, 1)), DeviceErrorKind::Gone, "{when}");
    assert!(support::taken_at(&mut open(&Fate::at(u64::MAX)), 1).is_ok(), "{when}");
    assert_eq!((device.offences(), device.is_streaming()), (Vec::new(), false), "{when}");
}

fn an_iris_camera_is_pulled(dice: &mut Dice, when: &str) {
    // Rings, which are in focus wherever they are looked at.
    let device = VirtualVideo::new(vec![Offer::new(Coding::Grey, 640, 480)], |shot| {
        let grey = |at: u32| [(120.0 + 80.0 * ((at % shot.width) as f32 * 0.9).sin()) as u8; 3];
        rekam_hal::RgbImage::new(shot.width, shot.height, (0..shot.width * shot.height).flat_map(grey).collect())
            .unwrap()
    });
    let open = |fate: &Fate| Iris::over(corded(&device, fate), support::info(true), None);
    let taken = |iris: &mut Iris| iris.capture(&Cancel::new(), EyeSet::One(Eye::Left), &Cancel::new(), &mut |_| ());
    let whole = Fate::at(u64::MAX);
    taken(&mut open(&whole)).expect(when);
    let mut iris = open(&Fate::at(dice.below(whole.calls.load(Ordering::Acquire))));
    assert_eq!(support::kind(taken(&mut iris)), DeviceErrorKind::Gone, "{when}");
    device.plug();
    assert_eq!(iris.probe().unwrap_err().kind, DeviceErrorKind::Gone, "{when}");
    assert_eq!(taken(&mut open(&Fate::at(u64::MAX))).expect(when).len(), 1);
}

/// A reflex camera whose cable is pulled before a certain call.
struct CordedReflex {
    double: reflex::Double,
    fate: Fate,
}

impl CordedReflex {
    fn live(&mut self) -> &mut reflex::Double {
        if self.fate.strikes() {
            self.double.desk.plug.unplug();
        }
        &mut self.double
    }
}

impl Reflex for CordedReflex {
    fn preview(&mut self) -> Result<Option<Vec<u8>>, Failure> {
        self.live().preview()
    }

    fn take(&mut self, cancel: &Cancel) -> Result<Vec<u8>, Failure> {
        self.live().take(cancel)
    }

    fn check(&mut self) -> Result<(), Failure> {
        self.live().check()
    }
}

fn a_reflex_camera_is_pulled(dice: &mut Dice, when: &str) {
    let mut desk = reflex::Desk { finder: true, ..reflex::Desk::default() };
    let double = reflex::Double { desk: desk.clone(), turn: desk.plug.turn() };
    let frames = 1 + dice.below(9);
    // Opening looks through the finder once, a capture so often, and then the picture is taken.
    let fate = Fate::at(1 + dice.below(frames + 1));
    let mut camera = Dslr::over(Box::new(CordedReflex { double, fate }), reflex::info()).expect(when);
    let (trigger, mut seen) = (Cancel::new(), 0);
    let taken = camera.capture(&trigger.clone(), &Cancel::new(), &mut |news| {
        seen += u64::from(matches!(news, rekam_hal::Progress::Frame(_)));
        if seen >= frames {
            trigger.cancel();
        }
    });
    assert_eq!(support::kind(taken), DeviceErrorKind::Gone, "{when}");
    desk.plug();
    assert_eq!(camera.probe().unwrap_err().kind, DeviceErrorKind::Gone, "{when}");
    assert_eq!(support::kind(reflex::take(&mut camera)), DeviceErrorKind::Gone, "{when}");
    assert!(reflex::take(desk.open().expect(when).as_mut()).is_ok(), "{when}");
}

#[test]
fn pulled_at_random_moments_a_camera_is_gone_leaves_nothing_open_and_takes_pictures_again() {
    let mut dice = Dice::new();
    let before = Census::now();
    for round in 0..60 {
        for (name, pulled) in [
            ("photo", a_photo_camera_is_pulled as fn(&mut Dice, &str)),
            ("iris", an_iris_camera_is_pulled),
            ("reflex", a_reflex_camera_is_pulled),
        ] {
            let when = dice.told(&format!("round {round} of the {name} camera"));
            pulled(&mut dice, &when);
            before.assert_unchanged(&when);
        }
    }
}
