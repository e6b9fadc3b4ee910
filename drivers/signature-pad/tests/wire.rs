//! The real driver reads, through a pseudo terminal, what the virtual pad writes.
#![allow(clippy::expect_used, reason = "a test may fail")]

use std::time::Duration;

use proptest::prelude::*;
use rekam_hal::{
    Cancel, CaptureError, DeviceErrorKind, PenPoint, Peripheral, Progress, Retry, Signature, SignaturePad,
};
use rekam_signature_pad::topaz::Screen;
use rekam_signature_pad::{Model, TimeBase, TopazPad};
use rekam_simulator::pad::{Area, AttendedPad, Display, LineFault, Mode, Pace, PadSettings, VirtualPad};

const INTERVAL_MS: u32 = 5;
/// Half a raw unit of 1/410 inch, and a little for rounding.
const QUANTUM_MM: f32 = 0.5 / 410.0 * 25.4 + 0.001;

fn settings() -> PadSettings {
    PadSettings { interval: Duration::from_millis(u64::from(INTERVAL_MS)), ..PadSettings::fast() }
}

/// The driver on this pad. It counts samples for time, and waits on the clock only where nothing comes at all.
fn driver(pad: &VirtualPad) -> TopazPad {
    let base = TimeBase::Packets(Duration::from_millis(u64::from(INTERVAL_MS)));
    let path = pad.path().expect("the pad is plugged in");
    TopazPad::open(&path, Model::SignatureGem1x5)
        .expect("a pseudo terminal opens")
        .with_id(pad.id())
        .with_time_base(base)
        .with_waits(Duration::from_millis(1500), Duration::from_secs(30))
}

fn plugged() -> VirtualPad {
    VirtualPad::plugged_in("pad-1", settings()).expect("a pseudo terminal")
}

/// One capture of what the pen writes at once, with these faults.
fn written(
    pad: &VirtualPad,
    driver: TopazPad,
    signature: &Signature,
    faults: &[LineFault],
) -> Result<Signature, CaptureError> {
    let mut driver = driver;
    driver.capture(&Cancel::new(), &Cancel::new(), &mut |news| {
        if matches!(news, Progress::Waiting) {
            pad.sign_with(signature, faults);
        }
    })
}

/// A signature whose samples lie on the pad's interval.
fn stroked(strokes: Vec<Vec<(f32, f32)>>) -> Signature {
    let (width_mm, height_mm) = Area::SIGNATURE_GEM_1X5.size_mm();
    let mut t = 0;
    let strokes = strokes
        .into_iter()
        .map(|stroke| {
            let points = stroke.into_iter().map(|(x, y)| {
                let point = PenPoint { x: x * width_mm, y: y * height_mm, t, pressure: 1.0 };
                t += INTERVAL_MS;
                point
            });
            let points: Vec<PenPoint> = points.collect();
            t += 7 * INTERVAL_MS;
            points
        })
        .collect();
    Signature { width_mm, height_mm, strokes }
}

fn two_strokes() -> Signature {
    let line = |y: f32| (0..60).map(|i| (0.1 + i as f32 / 100.0, y + (i % 7) as f32 / 50.0)).collect();
    stroked(vec![line(0.2), line(0.6)])
}

fn assert_same(sent: &Signature, read: &Signature) {
    let lengths = |s: &Signature| s.strokes.iter().map(Vec::len).collect::<Vec<_>>();
    assert_eq!(lengths(sent), lengths(read));
    assert!((sent.width_mm - read.width_mm).abs() < 0.01 && (sent.height_mm - read.height_mm).abs() < 0.01);
    for (a, b) in sent.strokes.iter().flatten().zip(read.strokes.iter().flatten()) {
        assert!((a.x - b.x).abs() <= QUANTUM_MM && (a.y - b.y).abs() <= QUANTUM_MM, "{a:?} came as {b:?}");
        assert_eq!(a.t, b.t);
        assert_eq!(b.pressure, 1.0);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn any_signature_comes_back_within_the_pads_quantum(
        strokes in prop::collection::vec(prop::collection::vec((0.0f32..=1.0, 0.0f32..=1.0), 1..80), 1..6),
        seed in any::<u64>(),
        dirty in any::<bool>(),
    ) {
        let sent = stroked(strokes);
        let faults = if dirty { vec![LineFault::Garbage { seed }, LineFault::Split { seed }] } else { Vec::new() };
        let pad = plugged();
        let read = written(&pad, driver(&pad), &sent, &faults).expect("a signature");
        assert_same(&sent, &read);
    }
}

#[test]
fn the_signature_is_the_same_on_every_run() {
    let pad = plugged();
    let first = written(&pad, driver(&pad), &two_strokes(), &[]).unwrap();
    assert_eq!(first, written(&pad, driver(&pad), &two_strokes(), &[]).unwrap());
}

#[test]
fn measured_pressure_arrives_and_unmeasured_is_one() {
    let mut sent = two_strokes();
    for (i, point) in sent.strokes.iter_mut().flatten().enumerate() {
        point.pressure = i as f32 / 150.0;
    }
    let pad = VirtualPad::plugged_in("pad-1", PadSettings { pressure: true, ..settings() }).unwrap();
    let assumed = written(&pad, driver(&pad), &sent, &[]).unwrap();
    assert!(assumed.strokes.iter().flatten().all(|p| p.pressure == 1.0));
    let measured = written(&pad, driver(&pad).with_pressure(), &sent, &[]).unwrap();
    for (a, b) in sent.strokes.iter().flatten().zip(measured.strokes.iter().flatten()) {
        assert!((a.pressure - b.pressure).abs() < 1.0 / 1023.0, "{a:?} came as {b:?}");
    }
}

#[test]
fn unplugged_at_any_packet_it_is_gone_and_a_new_line_works() {
    let pad = plugged();
    for after in (0..130).step_by(5) {
        let mut driver = driver(&pad);
        let result = driver.capture(&Cancel::new(), &Cancel::new(), &mut |news| {
            if matches!(news, Progress::Waiting) {
                pad.sign_with(&two_strokes(), &[LineFault::UnplugAfter(after)]);
            }
        });
        let kind = match result {
            Err(CaptureError::Device(error)) => error.kind,
            other => panic!("unplugged after {after} packets: {other:?}"),
        };
        assert_eq!(kind, DeviceErrorKind::Gone);
        assert_eq!(pad.path(), None);
        assert_eq!(driver.probe().unwrap_err().kind, DeviceErrorKind::Gone);
        pad.plug().unwrap();
        assert_eq!(driver.probe().unwrap_err().kind, DeviceErrorKind::Gone, "the old handle stays dead");
    }
    assert_same(&two_strokes(), &written(&pad, driver(&pad), &two_strokes(), &[]).unwrap());
}

#[test]
fn unplugged_from_another_thread_at_any_moment_nothing_hangs() {
    for round in 0..50u64 {
        let pad = plugged();
        let mut driver = driver(&pad);
        let puller = pad.clone();
        let pulled = std::thread::spawn(move || {
            std::thread::sleep(Duration::from_micros(round * 97 % 5000));
            puller.unplug();
        });
        let result = driver.capture(&Cancel::new(), &Cancel::new(), &mut |news| {
            if matches!(news, Progress::Waiting) {
                pad.sign(&two_strokes());
            }
        });
        pulled.join().unwrap();
        match result {
            Ok(signature) => assert_same(&two_strokes(), &signature),
            Err(CaptureError::Device(error)) => assert_eq!(error.kind, DeviceErrorKind::Gone),
            Err(other) => panic!("{other:?}"),
        }
        assert_eq!(driver.probe().unwrap_err().kind, DeviceErrorKind::Gone);
    }
}

#[test]
fn a_pad_that_falls_silent_ends_the_signature_by_the_clock() {
    let pad = plugged();
    let driver = driver(&pad).with_waits(Duration::from_millis(100), Duration::from_secs(30));
    let read = written(&pad, driver, &two_strokes(), &[LineFault::SilenceAfter(40)]).unwrap();
    assert_eq!(read.points(), 40);
}

#[test]
fn a_pad_at_rest_is_not_silent_but_nothing_is_written() {
    let pad = plugged();
    let mut driver = driver(&pad).with_waits(Duration::from_millis(50), Duration::from_millis(50));
    driver.probe().unwrap();
    let result = driver.capture(&Cancel::new(), &Cancel::new(), &mut |_| ());
    assert!(matches!(result, Err(CaptureError::Retry(Retry::NothingWritten))), "{result:?}");
}

#[test]
fn another_model_and_a_line_full_of_noise_are_told_apart() {
    let kind = |result: Result<Signature, CaptureError>| match result {
        Err(CaptureError::Device(error)) => error.kind,
        other => panic!("{other:?}"),
    };
    let pad = VirtualPad::plugged_in("pad-1", PadSettings { code: Some(11), ..settings() }).unwrap();
    assert_same(&two_strokes(), &written(&pad, driver(&pad).with_model_code(11), &two_strokes(), &[]).unwrap());
    let wrong = written(&pad, driver(&pad).with_model_code(11), &two_strokes(), &[LineFault::WrongModel(12)]);
    assert_eq!(kind(wrong), DeviceErrorKind::WrongModel);
    // Another pad: the first one is still sending what the driver has refused to hear.
    let pad = plugged();
    let noise = written(&pad, driver(&pad), &two_strokes(), &[LineFault::OnlyNoise(1200)]);
    assert_eq!(kind(noise), DeviceErrorKind::Protocol);
}

#[test]
fn what_was_written_before_the_capture_does_not_count() {
    let pad = plugged();
    let mut late = driver(&pad);
    pad.sign(&two_strokes());
    std::thread::sleep(Duration::from_millis(50));
    pad.lift();
    let short = stroked(vec![vec![(0.5, 0.5), (0.6, 0.5)]]);
    let read = late.capture(&Cancel::new(), &Cancel::new(), &mut |news| {
        if matches!(news, Progress::Waiting) {
            pad.sign(&short);
        }
    });
    assert_eq!(read.unwrap().points(), 2);
}

#[test]
fn a_resident_signs_as_soon_as_the_driver_waits() {
    let pad = plugged();
    let mut attended = AttendedPad::new(driver(&pad), pad.clone(), || Some(two_strokes()));
    for _ in 0..2 {
        let read = attended.capture(&Cancel::new(), &Cancel::new(), &mut |_| ()).unwrap();
        assert_same(&two_strokes(), &read);
    }
}

#[test]
fn times_at_150_samples_a_second_survive_the_wire() {
    let point = |i: u32| PenPoint {
        x: 10.0 + i as f32,
        y: 5.0,
        t: (f64::from(i) * 1000.0 / 150.0).round() as u32,
        pressure: 1.0,
    };
    let strokes = vec![(0..30).map(point).collect(), (60..90).map(point).collect::<Vec<_>>()];
    let (width_mm, height_mm) = Area::SIGNATURE_GEM_1X5.size_mm();
    let sent = Signature { width_mm, height_mm, strokes };
    let pad = VirtualPad::plugged_in("pad-1", PadSettings::fast()).unwrap();
    let driver = driver(&pad).with_time_base(TimeBase::Packets(Duration::from_secs(1) / 150));
    assert_same(&sent, &written(&pad, driver, &sent, &[]).unwrap());
}

#[test]
fn a_pad_in_real_time_streams_too_and_the_clock_ends_it() {
    let pad = VirtualPad::plugged_in("pad-1", PadSettings { pace: Pace::Real(4.0), ..PadSettings::default() }).unwrap();
    let driver =
        driver(&pad).with_time_base(TimeBase::Arrival).with_waits(Duration::from_millis(1500), Duration::from_secs(30));
    let read = written(&pad, driver, &two_strokes(), &[]).unwrap();
    assert_eq!(read.strokes.iter().map(Vec::len).collect::<Vec<_>>(), [60, 60]);
    assert!(read.strokes.iter().flatten().is_sorted_by_key(|p| p.t));
}

#[test]
fn a_screen_is_cleared_before_and_after_a_signature_and_keeps_its_ink_meanwhile() {
    let pad = VirtualPad::plugged_in("pad-1", PadSettings { screen: true, ..settings() }).unwrap();
    let path = pad.path().unwrap();
    let mut driver = TopazPad::open(&path, Model::SigLiteLcd1x5)
        .unwrap()
        .with_time_base(TimeBase::Packets(Duration::from_millis(u64::from(INTERVAL_MS))));
    let mut most = 0;
    let read = driver.capture(&Cancel::new(), &Cancel::new(), &mut |news| match news {
        Progress::Waiting => {
            assert_eq!(pad.display(), Some(Display { mode: Mode::Staying, cleared: 1, ..Display::default() }));
            pad.sign(&two_strokes());
        }
        Progress::Pen(_) => most = most.max(pad.display().map_or(0, |display| display.ink)),
        Progress::PenUp | Progress::Transferred(_) | Progress::Frame(_) | Progress::GrayFrame(_) => {}
    });
    assert_eq!(read.unwrap().strokes.len(), 2);
    assert!(most > 60, "ink of {most} samples");
    assert_eq!(pad.display(), Some(Display { cleared: 2, ..Display::default() }));
    for (command, mode) in [(Screen::Inverted, Mode::Inverted), (Screen::Keep, Mode::Staying)] {
        driver.screen(command).unwrap();
        assert_eq!(pad.display(), Some(Display { mode, cleared: 2, ..Display::default() }));
    }
    pad.unplug();
    let refused = Screen::ALL.map(|command| driver.screen(command).map_err(|error| error.kind));
    assert_eq!(refused, [Err(DeviceErrorKind::Gone); 3]);
}

#[test]
fn a_pad_without_a_screen_is_sent_nothing_and_a_cancelled_signature_leaves_none() {
    let pad = VirtualPad::plugged_in("pad-1", PadSettings { screen: true, ..settings() }).unwrap();
    let mut plain = driver(&pad);
    assert_eq!(plain.screen(Screen::Clear).unwrap_err().kind, DeviceErrorKind::Unsupported);
    let read = plain.capture(&Cancel::new(), &Cancel::new(), &mut |news| {
        if matches!(news, Progress::Waiting) {
            pad.sign(&two_strokes());
        }
    });
    assert!(read.is_ok());
    assert_eq!(pad.display(), Some(Display::default()));
    drop(plain);
    let mut with_screen = TopazPad::open(&pad.path().unwrap(), Model::SigLiteLcd4x5).unwrap();
    let cancel = Cancel::new();
    let stopped = with_screen.capture(&Cancel::new(), &cancel, &mut |news| match news {
        Progress::Waiting => pad.sign_with(&two_strokes(), &[LineFault::SilenceAfter(30)]),
        Progress::Pen(_) => cancel.cancel(),
        Progress::PenUp | Progress::Transferred(_) | Progress::Frame(_) | Progress::GrayFrame(_) => {}
    });
    assert!(matches!(stopped, Err(CaptureError::Cancelled)));
    assert_eq!(pad.display().map(|display| (display.cleared, display.unknown)), Some((2, 0)));
}

#[test]
fn a_pad_on_a_port_that_no_list_names_is_opened_by_its_path() {
    let pad = plugged();
    let path = pad.path().unwrap();
    let named = rekam_signature_pad::topaz::at(&path).expect("a terminal is a port");
    assert_eq!(named.id, format!("topaz:{}", path.display()));
    let driver = TopazPad::open_listed(&named, Model::SignatureGem1x5).unwrap();
    assert_eq!(driver.info().id, named.id);
    pad.unplug();
    assert_eq!(rekam_signature_pad::topaz::at(&path), None);
}
