//! Pads whose cable is pulled at random moments: each time the capture ends with *gone*, nothing is left open, and a pad
//! that is plugged in again writes.
//!
//! Threads and handles of the whole process are counted, so this program has one test.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may fail")]

#[path = "../../plug/tests/support/pulling.rs"]
mod pulling;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use pulling::{Census, Dice};
use rekam_hal::{Cancel, CaptureError, DeviceErrorKind, PenPoint, Peripheral, Progress, Signature, SignaturePad};
use rekam_signature_pad::stu::{HidError, HidTransport, Model as StuModel, StuPad};
use rekam_signature_pad::{Model, TimeBase, TopazPad};
use rekam_simulator::pad::{LineFault, Pace, PadSettings, VirtualPad};
use rekam_simulator::stu::{Cable, Failure, Settings, VirtualStu};

const INTERVAL: Duration = Duration::from_millis(5);

fn signature() -> Signature {
    let stroke = |from: u32| {
        let point =
            |i: u32| PenPoint { x: 20.0 + i as f32, y: 10.0 + (i % 5) as f32, t: (from + i) * 5, pressure: 0.5 };
        (0..40).map(point).collect()
    };
    Signature { width_mm: 108.0, height_mm: 37.2, strokes: vec![stroke(0), stroke(50)] }
}

#[track_caller]
fn assert_gone(result: Result<Signature, CaptureError>, when: &str) {
    match result {
        Err(CaptureError::Device(error)) => assert_eq!(error.kind, DeviceErrorKind::Gone, "{when}: {error:?}"),
        other => panic!("{when}: {other:?}"),
    }
}

#[track_caller]
fn assert_whole(result: Result<Signature, CaptureError>, when: &str) {
    let lengths = result.map(|signature| signature.strokes.iter().map(Vec::len).collect::<Vec<_>>());
    assert!(matches!(lengths.as_deref(), Ok([40, 40])), "{when}: {lengths:?}");
}

fn topaz(pad: &VirtualPad, model: Model) -> TopazPad {
    let driver = TopazPad::open(&pad.path().unwrap(), model).unwrap().with_time_base(TimeBase::Packets(INTERVAL));
    driver.with_waits(Duration::from_millis(1500), Duration::from_secs(30))
}

fn written(pad: &VirtualPad, driver: &mut TopazPad, faults: &[LineFault]) -> Result<Signature, CaptureError> {
    let (finish, mut lifted) = (Cancel::new(), 0);
    driver.capture(&finish.clone(), &Cancel::new(), &mut |news| match news {
        Progress::Waiting => pad.sign_with(&signature(), faults),
        Progress::PenUp => {
            lifted += 1;
            if lifted == 2 {
                finish.cancel();
            }
        }
        Progress::Pen(_) | Progress::Transferred(_) | Progress::Frame(_) | Progress::GrayFrame(_) => {}
    })
}

/// At a random packet, or at a random moment by another hand while a slow pen writes.
fn a_topaz_pad_is_pulled(dice: &mut Dice, round: usize) {
    let when = dice.told(&format!("round {round} of the Topaz pad"));
    // A pad with a screen is also written to.
    let model = if round.is_multiple_of(3) { Model::SigLiteLcd1x5 } else { Model::SignatureGem1x5 };
    let pace = if round.is_multiple_of(2) { Pace::Fast } else { Pace::Real(2.0) };
    let settings = PadSettings { interval: INTERVAL, screen: model.spec().screen, pace, ..PadSettings::fast() };
    let pad = VirtualPad::plugged_in("pad-1", settings).unwrap();
    let mut driver = topaz(&pad, model);
    match pace {
        Pace::Fast => {
            let after = dice.below(90) as usize;
            assert_gone(written(&pad, &mut driver, &[LineFault::UnplugAfter(after)]), &when);
        }
        Pace::Real(_) => {
            let (puller, moment) = (pad.clone(), Duration::from_micros(dice.below(60_000)));
            let pulled = std::thread::spawn(move || {
                std::thread::sleep(moment);
                puller.unplug();
            });
            assert_gone(written(&pad, &mut driver, &[]), &when);
            pulled.join().unwrap();
        }
    }
    assert_eq!(driver.probe().unwrap_err().kind, DeviceErrorKind::Gone, "{when}");
    pad.plug().unwrap();
    assert_gone(written(&pad, &mut driver, &[]), &when);
    drop(driver);
    assert_whole(written(&pad, &mut topaz(&pad, model), &[]), &when);
}

/// The driver's end of a cable that is pulled before a certain call.
struct Wire {
    cable: Cable,
    pad: VirtualStu,
    calls: Arc<AtomicU64>,
    pulled_at: u64,
}

impl Wire {
    fn call<T>(&mut self, made: impl FnOnce(&Cable) -> Result<T, Failure>) -> Result<T, HidError> {
        if self.calls.fetch_add(1, Ordering::AcqRel) == self.pulled_at {
            self.pad.unplug();
        }
        made(&self.cable).map_err(|failure| match failure {
            Failure::Gone => HidError::Gone,
            Failure::Refused => HidError::Refused,
            Failure::Silent => HidError::Silent,
        })
    }
}

impl HidTransport for Wire {
    fn get_feature(&mut self, number: u8, length: usize) -> Result<Vec<u8>, HidError> {
        self.call(|cable| cable.get(number, length))
    }

    fn set_feature(&mut self, report: &[u8]) -> Result<(), HidError> {
        self.call(|cable| cable.set(report))
    }

    fn read_input(&mut self, wait: Duration) -> Result<Option<Vec<u8>>, HidError> {
        self.call(|cable| cable.read(wait))
    }
}

fn stu(pad: &VirtualStu, pulled_at: u64) -> (StuPad, Arc<AtomicU64>) {
    let (model, calls) = (StuModel::of(0xa8).unwrap(), Arc::new(AtomicU64::new(0)));
    let cable = pad.connect().unwrap();
    let wire = Wire { cable, pad: pad.clone(), calls: Arc::clone(&calls), pulled_at };
    let driver = StuPad::over(Box::new(wire), model, StuPad::describe("pad-1", model));
    (driver.with_time_base(TimeBase::Packets(INTERVAL)), calls)
}

fn captured(driver: &mut StuPad) -> Result<Signature, CaptureError> {
    driver.capture(&Cancel::new(), &Cancel::new(), &mut |_| ())
}

fn a_stu_pad_is_pulled(dice: &mut Dice, round: usize) {
    let when = dice.told(&format!("round {round} of the STU pad"));
    let pad = VirtualStu::new(Settings::stu_540(), || Some((signature(), Vec::new())));
    // How many calls a capture makes until its signature is read; wiping the glass afterwards are two more.
    let (mut whole, calls) = stu(&pad, u64::MAX);
    assert_whole(captured(&mut whole), &when);
    let needed = calls.load(Ordering::Acquire) - 2;
    drop(whole);
    let (mut driver, _) = stu(&pad, dice.below(needed));
    assert_gone(captured(&mut driver), &when);
    assert_eq!(driver.probe().unwrap_err().kind, DeviceErrorKind::Gone, "{when}");
    pad.plug();
    assert_gone(captured(&mut driver), &when);
    assert_whole(captured(&mut stu(&pad, u64::MAX).0), &when);
    assert_eq!(pad.offences(), [""; 0], "{when}");
}

#[test]
fn pulled_at_random_moments_a_pad_is_gone_leaves_nothing_open_and_writes_again() {
    let mut dice = Dice::new();
    let before = Census::now();
    for round in 0..60 {
        a_topaz_pad_is_pulled(&mut dice, round);
        before.assert_unchanged(&dice.told(&format!("round {round} of the Topaz pad")));
        a_stu_pad_is_pulled(&mut dice, round);
        before.assert_unchanged(&dice.told(&format!("round {round} of the STU pad")));
    }
}
