//! The STU driver reads what a virtual pad writes, whatever its day is like.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may fail")]

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use proptest::prelude::*;
use rekam_hal::conformance::{Rig, Verdict, assert_conforms, signature_pad};
use rekam_hal::{
    Cancel, CaptureError, DeviceError, DeviceErrorKind, PenPoint, Peripheral, Progress, Retry, RgbImage, Signature,
    SignaturePad,
};
use rekam_signature_pad::TimeBase;
use rekam_signature_pad::stu::{HidError, HidTransport, Model, StuPad, picture};
use rekam_simulator::stu::{Cable, Failure, Fault, Screen, Settings, VirtualStu};

/// The driver's end of a virtual cable.
struct Wire(Cable);

fn failure(failure: Failure) -> HidError {
    match failure {
        Failure::Gone => HidError::Gone,
        Failure::Refused => HidError::Refused,
        Failure::Silent => HidError::Silent,
    }
}

impl HidTransport for Wire {
    fn get_feature(&mut self, number: u8, length: usize) -> Result<Vec<u8>, HidError> {
        self.0.get(number, length).map_err(failure)
    }

    fn set_feature(&mut self, report: &[u8]) -> Result<(), HidError> {
        self.0.set(report).map_err(failure)
    }

    fn read_input(&mut self, wait: Duration) -> Result<Option<Vec<u8>>, HidError> {
        self.0.read(wait).map_err(failure)
    }
}

fn model_of(settings: &Settings) -> Model {
    Model::of(if settings.answers { 0xa8 } else { 0xa4 }).unwrap()
}

fn opened(pad: &VirtualStu, model: Model) -> Result<StuPad, DeviceError> {
    let cable = pad.connect().map_err(|_| DeviceError::new("pad-1", DeviceErrorKind::Gone))?;
    Ok(StuPad::over(Box::new(Wire(cable)), model, StuPad::describe("pad-1", model))
        .with_time_base(TimeBase::Packets(Duration::from_millis(5)))
        .with_waits(Duration::from_millis(1500), Duration::from_secs(30)))
}

/// A pad on which these are written one after another, and then nothing.
fn pad(settings: Settings, writings: Vec<(Signature, Vec<Fault>)>) -> VirtualStu {
    let mut left: VecDeque<_> = writings.into();
    VirtualStu::new(settings, move || left.pop_front())
}

fn captured(driver: &mut StuPad) -> Result<Signature, CaptureError> {
    driver.capture(&Cancel::new(), &Cancel::new(), &mut |_| ())
}

/// What one writing with faults gives on an STU-540.
fn written(signature: &Signature, faults: &[Fault]) -> Result<Signature, CaptureError> {
    let pad = pad(Settings::stu_540(), vec![(signature.clone(), faults.to_vec())]);
    captured(&mut opened(&pad, model_of(&Settings::stu_540())).unwrap())
}

fn stroked(settings: &Settings, strokes: Vec<Vec<(f32, f32, f32)>>) -> Signature {
    let (width_mm, height_mm) = (f32::from(settings.extent.0) / 100.0, f32::from(settings.extent.1) / 100.0);
    let mut t = 0;
    let strokes = strokes.into_iter().map(|stroke| {
        t += 35;
        let point = |(x, y, pressure): (f32, f32, f32)| {
            t += 5;
            PenPoint { x: x * width_mm, y: y * height_mm, t: t - 40, pressure }
        };
        stroke.into_iter().map(point).collect()
    });
    Signature { width_mm, height_mm, strokes: strokes.collect() }
}

fn two_strokes() -> Signature {
    let line =
        |y: f32| (0..60).map(|i| (0.1 + i as f32 / 100.0, y + (i % 7) as f32 / 50.0, 0.3 + i as f32 / 100.0)).collect();
    stroked(&Settings::stu_540(), vec![line(0.2), line(0.6)])
}

#[track_caller]
fn assert_same(sent: &Signature, read: &Signature) {
    let lengths = |s: &Signature| s.strokes.iter().map(Vec::len).collect::<Vec<_>>();
    assert_eq!(lengths(sent), lengths(read));
    assert_eq!((sent.width_mm, sent.height_mm), (read.width_mm, read.height_mm));
    for (a, b) in sent.strokes.iter().flatten().zip(read.strokes.iter().flatten()) {
        assert!((a.x - b.x).abs() < 0.006 && (a.y - b.y).abs() < 0.006, "{a:?} came as {b:?}");
        assert!((a.pressure - b.pressure).abs() < 0.001, "{a:?} came as {b:?}");
        assert_eq!(a.t, b.t);
    }
}

#[track_caller]
fn kind(result: Result<Signature, CaptureError>) -> DeviceErrorKind {
    match result {
        Err(CaptureError::Device(error)) => error.kind,
        other => panic!("not an error of the device: {other:?}"),
    }
}

struct Desk {
    pad: VirtualStu,
    there: Arc<AtomicBool>,
    dawdles: Arc<AtomicBool>,
    jumps: Arc<AtomicBool>,
}

impl Desk {
    fn new(settings: Settings) -> Self {
        let (there, dawdles): (Arc<AtomicBool>, Arc<AtomicBool>) = (Arc::new(true.into()), Arc::default());
        let jumps: Arc<AtomicBool> = Arc::default();
        let (sits, waits, jump) = (Arc::clone(&there), Arc::clone(&dawdles), Arc::clone(&jumps));
        let sent = stroked(&settings, vec![vec![(0.2, 0.3, 0.5); 30], vec![(0.6, 0.4, 0.9); 30]]);
        let pad = VirtualStu::new(settings, move || {
            if waits.swap(false, Ordering::AcqRel) {
                jump.store(true, Ordering::Release);
                return None;
            }
            sits.load(Ordering::Acquire).then(|| (sent.clone(), Vec::new()))
        });
        Self { pad, there, dawdles, jumps }
    }
}

impl Rig<dyn SignaturePad> for Desk {
    fn open(&mut self) -> Result<Box<dyn SignaturePad>, DeviceError> {
        let settings = if self.pad.connect().is_ok_and(|cable| cable.get(9, 64).is_ok()) { 0xa8 } else { 0xa4 };
        let (start, jumps) = (Instant::now(), Arc::clone(&self.jumps));
        let (mut ahead, mut after_this_look) = (Duration::ZERO, Duration::ZERO);
        // When the resident dawdles, the whole patience passes between the capture's first look and its second.
        let clock = move || {
            ahead += std::mem::take(&mut after_this_look);
            if jumps.swap(false, Ordering::AcqRel) {
                after_this_look = Duration::from_secs(40);
            }
            start.elapsed() + ahead
        };
        Ok(Box::new(opened(&self.pad, Model::of(settings).unwrap())?.with_clock(Box::new(clock))))
    }

    fn plug(&mut self) {
        self.pad.plug();
    }

    fn unplug(&mut self) {
        self.pad.unplug();
    }

    fn present(&mut self, there: bool) {
        self.there.store(there, Ordering::Release);
    }

    fn provoke_retry(&mut self) -> bool {
        self.dawdles.store(true, Ordering::Release);
        true
    }
}

#[test]
fn the_driver_on_a_virtual_pad_conforms() {
    for settings in [Settings::stu_540(), Settings::stu_430()] {
        let mut desk = Desk::new(settings);
        let report = signature_pad(&mut desk);
        assert_conforms(&report).unwrap();
        assert!(report.clauses.iter().all(|clause| clause.verdict == Verdict::Held), "{report}");
        assert_eq!(desk.pad.offences(), [""; 0]);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn any_signature_comes_back_within_a_hundredth_of_a_millimetre(
        strokes in prop::collection::vec(
            prop::collection::vec((0.0f32..=1.0, 0.0f32..=1.0, 0.0f32..=1.0), 1..60), 1..5),
        seed in any::<u64>(),
        dirty in any::<bool>(),
        tells in any::<bool>(),
    ) {
        let settings = if tells { Settings::stu_540() } else { Settings::stu_430() };
        let sent = stroked(&settings, strokes);
        let faults = if dirty { vec![Fault::Garbage { seed }] } else { Vec::new() };
        let pad = pad(settings.clone(), vec![(sent.clone(), faults)]);
        let read = captured(&mut opened(&pad, model_of(&settings)).unwrap()).expect("a signature");
        assert_same(&sent, &read);
    }
}

#[test]
fn what_was_written_is_gone_from_the_glass_afterwards() {
    let pad = pad(Settings::stu_540(), vec![(two_strokes(), Vec::new()), (two_strokes(), Vec::new())]);
    let mut driver = opened(&pad, model_of(&Settings::stu_540())).unwrap();
    let mut most = 0;
    let read = driver.capture(&Cancel::new(), &Cancel::new(), &mut |_| most = most.max(pad.screen().ink));
    assert_same(&two_strokes(), &read.unwrap());
    assert_eq!((most, pad.screen(), pad.is_inking()), (120, Screen::default(), false));
    let cancel = Cancel::new();
    let stopped = driver.capture(&Cancel::new(), &cancel, &mut |news| {
        if matches!(news, Progress::Pen(_)) {
            cancel.cancel();
        }
    });
    assert!(matches!(stopped, Err(CaptureError::Cancelled)));
    // A capture that is broken off ends at once; the glass is wiped by whatever comes next.
    assert!(pad.is_inking());
    driver.probe().unwrap();
    assert_eq!((pad.screen(), pad.is_inking(), pad.offences()), (Screen::default(), false, Vec::new()));
    let cancel = Cancel::new();
    let stopped = driver.capture(&Cancel::new(), &cancel, &mut |_| cancel.cancel());
    assert!(matches!(stopped, Err(CaptureError::Cancelled)) && pad.is_inking());
    drop(driver);
    assert_eq!((pad.screen(), pad.is_inking(), pad.offences()), (Screen::default(), false, Vec::new()));
}

/// A cable that counts its reports and pulls the token when so many have gone through.
struct Counted {
    wire: Wire,
    left: usize,
    cancel: Cancel,
    after: Arc<Mutex<usize>>,
}

impl Counted {
    fn count(&mut self) {
        match self.left.checked_sub(1) {
            Some(left) => self.left = left,
            None => *self.after.lock().unwrap() += 1,
        }
        if self.left == 0 {
            self.cancel.cancel();
        }
    }
}

impl HidTransport for Counted {
    fn get_feature(&mut self, number: u8, length: usize) -> Result<Vec<u8>, HidError> {
        self.count();
        self.wire.get_feature(number, length)
    }

    fn set_feature(&mut self, report: &[u8]) -> Result<(), HidError> {
        self.count();
        self.wire.set_feature(report)
    }

    fn read_input(&mut self, wait: Duration) -> Result<Option<Vec<u8>>, HidError> {
        self.wire.read_input(wait)
    }
}

#[test]
fn a_cancelled_capture_sends_not_one_report_more() {
    let model = model_of(&Settings::stu_540());
    // Two questions and four reports begin a capture.
    for reports in 1..=6 {
        let pad = pad(Settings::stu_540(), vec![(two_strokes(), Vec::new())]);
        let (cancel, after) = (Cancel::new(), Arc::new(Mutex::new(0)));
        let wire = Wire(pad.connect().unwrap());
        let cable = Counted { wire, left: reports, cancel: cancel.clone(), after: Arc::clone(&after) };
        let mut driver = StuPad::over(Box::new(cable), model, StuPad::describe("pad-1", model));
        let stopped = driver.capture(&Cancel::new(), &cancel, &mut |_| ());
        assert!(matches!(stopped, Err(CaptureError::Cancelled)), "after {reports}: {stopped:?}");
        assert_eq!(*after.lock().unwrap(), 0, "after {reports}");
        drop(driver);
        assert_eq!((pad.screen(), pad.is_inking(), pad.offences()), (Screen::default(), false, Vec::new()));
    }
}

#[test]
fn unplugged_at_any_report_it_is_gone_and_a_new_cable_works() {
    for after in (0..130).step_by(2) {
        let writings = vec![(two_strokes(), vec![Fault::UnplugAfter(after)]), (two_strokes(), Vec::new())];
        let pad = pad(Settings::stu_540(), writings);
        let mut driver = opened(&pad, model_of(&Settings::stu_540())).unwrap();
        assert_eq!(kind(captured(&mut driver)), DeviceErrorKind::Gone, "after {after} reports");
        assert!(opened(&pad, model_of(&Settings::stu_540())).is_err());
        pad.plug();
        assert_eq!(driver.probe().unwrap_err().kind, DeviceErrorKind::Gone, "the old handle stays dead");
        let mut again = opened(&pad, model_of(&Settings::stu_540())).unwrap();
        assert_same(&two_strokes(), &captured(&mut again).unwrap());
    }
}

#[test]
fn unplugged_from_another_thread_at_any_moment_nothing_hangs() {
    for round in 0..50u64 {
        let pad = pad(Settings::stu_540(), vec![(two_strokes(), Vec::new())]);
        let mut driver = opened(&pad, model_of(&Settings::stu_540())).unwrap();
        let puller = pad.clone();
        let pulled = std::thread::spawn(move || {
            std::thread::sleep(Duration::from_micros(round * 13 % 600));
            puller.unplug();
        });
        let result = captured(&mut driver);
        pulled.join().unwrap();
        match result {
            Ok(signature) => assert_same(&two_strokes(), &signature),
            other => assert_eq!(kind(other), DeviceErrorKind::Gone),
        }
        assert_eq!(driver.probe().unwrap_err().kind, DeviceErrorKind::Gone);
    }
}

#[test]
fn a_pad_that_stops_answering_is_silent_and_one_whose_pen_is_lost_ends_the_signature() {
    // Every look at the clock is a fifth of a second later: nobody has to wait.
    let hurried = |fault: Fault| {
        let pad = pad(Settings::stu_540(), vec![(two_strokes(), vec![fault])]);
        let mut looks = 0;
        let clock = move || {
            looks += 1;
            Duration::from_millis(looks * 200)
        };
        let mut driver = opened(&pad, model_of(&Settings::stu_540())).unwrap().with_clock(Box::new(clock));
        captured(&mut driver)
    };
    assert_eq!(kind(hurried(Fault::SilenceAfter(0))), DeviceErrorKind::Silent);
    assert_eq!(hurried(Fault::LoseAfter(40)).unwrap().points(), 40);
    assert!(matches!(hurried(Fault::LoseAfter(0)), Err(CaptureError::Retry(Retry::NothingWritten))));
}

#[test]
fn an_encrypted_session_and_another_model_are_told_apart() {
    assert_eq!(kind(written(&two_strokes(), &[Fault::Encrypted(400)])), DeviceErrorKind::Protocol);
    let pad = pad(Settings::stu_540(), vec![(two_strokes(), Vec::new())]);
    let mut wrong = opened(&pad, Model::of(0xa5).unwrap()).unwrap();
    assert_eq!(kind(captured(&mut wrong)), DeviceErrorKind::WrongModel);
}

#[test]
fn a_picture_is_shown_as_it_is_and_half_of_one_not_at_all() {
    for (settings, product) in [(Settings::stu_540(), 0xa8), (Settings::stu_430(), 0xa4)] {
        let model = Model::of(product).unwrap();
        let pixels = (0..200 * 100 * 3).map(|i| (i * 31 % 251) as u8).collect();
        let image = RgbImage::new(200, 100, pixels).unwrap();
        let pad = pad(settings.clone(), Vec::new());
        let mut driver = opened(&pad, model).unwrap();
        let shares = Mutex::new(Vec::new());
        driver.show(&image, &Cancel::new(), &mut |news| shares.lock().unwrap().push(news)).unwrap();
        let expected = picture::encode(&image, settings.screen, model.ink);
        assert_eq!(pad.screen().picture, Some((expected.format, expected.bytes)));
        assert!(matches!(shares.lock().unwrap().last(), Some(Progress::Transferred(1.0))));
        let cancel = Cancel::new();
        cancel.cancel();
        assert!(matches!(driver.show(&image, &cancel, &mut |_| ()), Err(CaptureError::Cancelled)));
        assert_eq!((pad.screen(), pad.offences()), (Screen::default(), Vec::new()));
    }
}
