//! The U.are.U driver reads what a virtual scanner sends, whatever its day is like.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may fail")]

mod support;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::time::Duration;

use rekam_fingerprint::uru4000::{Completion, Model, Pipe, Seeds, Transfer, TransferError, Transport};
use rekam_hal::conformance::{Rig, Verdict, assert_conforms, fingerprint_scanner};
use rekam_hal::{
    Cancel, CaptureError, DeviceError, DeviceErrorKind, FingerprintScanner, GrayImage, Peripheral, Retry, ScanTarget,
    Slap,
};
use rekam_simulator::uru4000::{Block, Mishap, Quirks, Settings, VirtualUru};
use support::{answer, capture, capture_with, driver, finger, kind, model_of, over};

const OFF: u8 = 0x70;

fn microsoft() -> Settings {
    Settings { answer: Some(answer), turned: false, ..Settings::uareu_4500() }
}

fn keys_that_change() -> Settings {
    let blocks = vec![
        Block::absent(3),
        Block::scrambled(100),
        Block { new_key: true, ..Block::scrambled(50) },
        Block { advances: false, ..Block::clear(20) },
        Block { new_key: true, ..Block::clear(17) },
        Block::scrambled(95),
    ];
    Settings { blocks, turned: false, ..Settings::uareu_4500() }
}

/// A device before which every finger of `finger` lies down once, in order, and its driver.
fn fingers(settings: &Settings) -> VirtualUru {
    let mut next = 0;
    VirtualUru::new(settings.clone(), move || {
        next += 1;
        Some(finger(next))
    })
}

#[track_caller]
fn assert_received(settings: &Settings, seed: u32, image: &GrayImage) {
    assert_eq!((image.width(), image.height(), image.dpi()), (384, 290, Some(512.0)));
    assert!(image.pixels() == settings.received(&finger(seed)), "another picture than finger {seed}");
}

#[test]
fn every_kind_of_device_delivers_the_finger_that_lies_on_it() {
    for settings in [Settings::uareu_4500(), Settings::plain(), microsoft(), keys_that_change()] {
        let device = fingers(&settings);
        let mut scanner = driver(&device, model_of(&settings)).unwrap();
        for seed in 1..=3 {
            assert_received(&settings, seed, &capture(&mut scanner).unwrap());
        }
        assert_eq!(device.offences(), [""; 0]);
        drop(scanner);
        assert_eq!((device.mode(), device.cables()), (OFF, 0), "the light is off and the cable let go");
    }
}

#[test]
fn rows_that_were_not_sent_are_white_and_the_others_in_their_places() {
    let settings = Settings::uareu_4500();
    let image = capture(&mut driver(&fingers(&settings), model_of(&settings)).unwrap()).unwrap();
    let sent = finger(1);
    // The 123rd row of the sensor is not sent; it is the 168th of the picture, counted from the other end.
    let row = |image: &GrayImage, y: usize| image.pixels()[y * 384..(y + 1) * 384].to_vec();
    assert!(row(&image, 167).iter().all(|pixel| *pixel == 255));
    let same = (0..290).filter(|y| row(&image, *y)[1..] == row(&sent, *y)[1..]).count();
    assert_eq!(same, 289);
}

#[test]
fn a_device_on_a_bad_day_delivers_all_the_same() {
    let quirks = [
        Quirks { confused_for: 7, ..Quirks::default() },
        Quirks { sleeps_through: 5, ..Quirks::default() },
        Quirks { mute_wakings: 2, ..Quirks::default() },
        Quirks { chatters: true, ..Quirks::default() },
        Quirks { empty_images: 2, ..Quirks::default() },
        Quirks { torn_images: 4, ..Quirks::default() },
        Quirks { wrong_keys: 2, ..Quirks::default() },
        Quirks { wrong_keys: 3, chatters: true, confused_for: 3, sleeps_through: 2, ..Quirks::default() },
    ];
    for quirks in quirks {
        for settings in [Settings::uareu_4500(), microsoft()] {
            let settings = Settings { quirks: quirks.clone(), ..settings };
            let device = fingers(&settings);
            let mut scanner = driver(&device, model_of(&settings)).unwrap();
            assert_received(&settings, 1, &capture(&mut scanner).expect("an image"));
            assert!(capture(&mut scanner).is_ok(), "{quirks:?}");
            assert_eq!(device.offences(), [""; 0], "{quirks:?}");
        }
    }
}

#[test]
fn a_device_that_never_gets_well_is_named_as_what_it_is() {
    let cases = [
        (Quirks { sleeps_through: 255, ..Quirks::default() }, DeviceErrorKind::Broken),
        (Quirks { confused_for: 255, ..Quirks::default() }, DeviceErrorKind::Broken),
        (Quirks { mute_wakings: 255, ..Quirks::default() }, DeviceErrorKind::Silent),
        (Quirks { wrong_keys: 255, ..Quirks::default() }, DeviceErrorKind::Protocol),
        (Quirks { torn_images: 255, ..Quirks::default() }, DeviceErrorKind::Protocol),
        (Quirks { empty_images: 255, ..Quirks::default() }, DeviceErrorKind::Protocol),
    ];
    for (quirks, expected) in cases {
        let settings = Settings { quirks, ..Settings::uareu_4500() };
        let mut scanner = driver(&fingers(&settings), model_of(&settings)).unwrap();
        assert_eq!(kind(capture(&mut scanner)), expected, "{:?}", settings.quirks);
    }
    // A reader that asks who we are does not wake for a driver of another model.
    let mut scanner = driver(&fingers(&microsoft()), Model::of(0x05ba, 0x0007).unwrap()).unwrap();
    assert_eq!(kind(capture(&mut scanner)), DeviceErrorKind::Broken);
}

#[test]
fn the_next_image_needs_a_finger_that_was_lifted() {
    let settings = Settings { quirks: Quirks { finger_stays: true, ..Quirks::default() }, ..Settings::uareu_4500() };
    let device = fingers(&settings);
    let mut scanner = driver(&device, model_of(&settings)).unwrap().with_patience(Duration::from_millis(100));
    capture(&mut scanner).unwrap();
    let advice = capture(&mut scanner);
    assert!(matches!(advice, Err(CaptureError::Retry(Retry::LiftFinger))), "{advice:?}");
    // But the operator may insist.
    capture(&mut scanner).unwrap();
    let trigger = Cancel::new();
    trigger.cancel();
    assert_received(&settings, 1, &capture_with(&mut scanner, &trigger, &Cancel::new(), |_| ()).unwrap());
}

#[test]
fn several_fingers_at_once_are_not_for_this_scanner() {
    let settings = Settings::uareu_4500();
    let mut scanner = driver(&fingers(&settings), model_of(&settings)).unwrap();
    let slap = ScanTarget::Slap(Slap::RightFour);
    let refused = scanner.capture(&Cancel::new(), slap, &Cancel::new(), &mut |_| ());
    assert_eq!(kind(refused), DeviceErrorKind::Unsupported);
}

/// How many events of the cable an undisturbed capture and the driver's end take.
fn length(settings: &Settings) -> u64 {
    let device = fingers(settings);
    let mut scanner = driver(&device, model_of(settings)).expect("the device is plugged in");
    capture(&mut scanner).expect("an image");
    device.events()
}

#[test]
fn unplugged_at_every_event_of_a_capture_it_is_gone_and_comes_back() {
    let mut moments = 0;
    for settings in [Settings::uareu_4500(), microsoft(), keys_that_change()] {
        let device = fingers(&settings);
        for moment in 0..length(&settings) {
            let mut scanner = driver(&device, model_of(&settings)).unwrap();
            device.mishap(moment, Mishap::Unplug);
            match capture(&mut scanner) {
                // The cable came out after the last pixel: the finger is not lost.
                Ok(_) => {}
                gone => assert_eq!(kind(gone), DeviceErrorKind::Gone, "at event {moment}"),
            }
            assert_eq!(kind(capture(&mut scanner)), DeviceErrorKind::Gone);
            assert_eq!(scanner.probe().unwrap_err().kind, DeviceErrorKind::Gone);
            drop(scanner);
            assert_eq!(device.cables(), 0, "a dead cable is let go");
            assert!(device.connect().is_err());
            device.plug();
            moments += 1;
        }
        assert!(capture(&mut driver(&device, model_of(&settings)).unwrap()).is_ok());
        assert_eq!(device.offences(), [""; 0]);
    }
    assert!(moments > 50, "{moments} moments");
}

#[test]
fn silent_from_any_event_on_it_is_called_silent_and_works_after_plugging_in_again() {
    let settings = Settings::uareu_4500();
    let moments: Vec<u64> = (0..length(&settings)).collect();
    // Silence has to be waited for, so many devices are silent side by side.
    std::thread::scope(|scope| {
        for some in moments.chunks(4) {
            scope.spawn(|| some.iter().for_each(|moment| falls_silent_at(&settings, *moment)));
        }
    });
}

fn falls_silent_at(settings: &Settings, moment: u64) {
    let device = fingers(settings);
    let mut scanner = driver(&device, model_of(settings)).unwrap().with_patience(Duration::from_millis(300));
    device.mishap(moment, Mishap::Silence);
    match capture(&mut scanner) {
        Ok(_) => {}
        // A scanner at rest says nothing either: no finger has come.
        Err(CaptureError::Retry(Retry::NothingPresented)) => {}
        silent => assert_eq!(kind(silent), DeviceErrorKind::Silent, "at event {moment}"),
    }
    drop(scanner);
    device.unplug();
    device.plug();
    assert!(capture(&mut driver(&device, model_of(settings)).unwrap()).is_ok(), "after event {moment}");
}

#[test]
fn noise_short_transfers_and_refusals_never_hang_it_and_the_next_capture_works() {
    let settings = keys_that_change();
    let device = fingers(&settings);
    for moment in 0..length(&settings) {
        for mishap in [Mishap::Garbage, Mishap::Short, Mishap::Stall] {
            device.unplug();
            device.plug();
            let patience = Duration::from_millis(1500);
            let mut scanner = driver(&device, model_of(&settings)).unwrap().with_patience(patience);
            device.mishap(moment, mishap);
            match capture(&mut scanner) {
                Ok(image) => assert_eq!((image.width(), image.height()), (384, 290)),
                // What was lost is the report of the finger.
                Err(CaptureError::Retry(Retry::NothingPresented | Retry::LiftFinger)) => {}
                Err(CaptureError::Device(error)) => assert_ne!(error.kind, DeviceErrorKind::Gone, "{error:?}"),
                Err(other) => panic!("{mishap:?} at {moment}: {other:?}"),
            }
            let image = capture(&mut scanner).unwrap_or_else(|error| panic!("after {mishap:?} at {moment}: {error:?}"));
            assert_eq!(image.dpi(), Some(512.0));
        }
    }
}

#[test]
fn unplugged_by_another_thread_at_any_moment_nothing_hangs() {
    let settings = Settings::uareu_4500();
    let device = fingers(&settings);
    for round in 0..60u64 {
        let mut scanner = driver(&device, model_of(&settings)).unwrap();
        let puller = device.clone();
        let pulled = std::thread::spawn(move || {
            std::thread::sleep(Duration::from_micros(round * 131 % 9000));
            puller.unplug();
        });
        match capture(&mut scanner) {
            Ok(_) => {}
            gone => assert_eq!(kind(gone), DeviceErrorKind::Gone),
        }
        pulled.join().unwrap();
        assert_eq!(kind(capture(&mut scanner)), DeviceErrorKind::Gone);
        device.plug();
    }
    assert_eq!(device.cables(), 0);
}

/// A cable on which nothing ever completes, or that has failed for good.
struct Dead {
    fails: bool,
    /// Time that was waited in vain since the token was pulled.
    waited: Arc<AtomicU64>,
    cancel: Cancel,
}

impl Transport for Dead {
    fn submit(&mut self, _: Transfer) -> Result<(), TransferError> {
        Ok(())
    }

    fn poll(&mut self, wait: Duration) -> Result<Option<Completion>, TransferError> {
        if self.fails {
            return Err(TransferError::Failed(-1));
        }
        std::thread::sleep(wait);
        if self.cancel.is_cancelled() {
            self.waited.fetch_add(wait.as_millis() as u64, Ordering::AcqRel);
        }
        Ok(None)
    }

    fn cancel(&mut self, _: Pipe) {}
}

#[test]
fn a_cable_that_fails_for_good_ends_whatever_is_begun_on_it() {
    let cable = Dead { fails: true, waited: Arc::default(), cancel: Cancel::new() };
    let mut scanner = over(Box::new(cable), Model::ALL[0], Seeds::Drawn);
    for _ in 0..3 {
        assert_eq!(kind(capture(&mut scanner)), DeviceErrorKind::Broken);
        assert_eq!(scanner.probe().unwrap_err().kind, DeviceErrorKind::Broken);
    }
}

#[test]
fn whoever_cancels_before_a_silent_device_waits_for_a_tenth_of_a_second_at_most() {
    let (cancel, waited) = (Cancel::new(), Arc::new(AtomicU64::new(0)));
    let cable = Dead { fails: false, waited: Arc::clone(&waited), cancel: cancel.clone() };
    let mut scanner = over(Box::new(cable), Model::ALL[0], Seeds::Drawn);
    let later = cancel.clone();
    let canceller = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(70));
        later.cancel();
    });
    let cancelled = capture_with(&mut scanner, &Cancel::new(), &cancel, |_| ());
    assert!(matches!(cancelled, Err(CaptureError::Cancelled)), "{cancelled:?}");
    canceller.join().unwrap();
    // Not the clock, which a busy machine stops: what the driver itself has chosen to wait for.
    assert!(waited.load(Ordering::Acquire) <= 100, "{waited:?} ms");
    // Still in the middle of turning off, the next one is cancelled as soon.
    let (target, soon) = (ScanTarget::Single(rekam_hal::Finger::LeftThumb), Cancel::new());
    let later = soon.clone();
    let canceller = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(10));
        later.cancel();
    });
    let cancelled = scanner.capture(&Cancel::new(), target, &soon, &mut |_| ());
    assert!(matches!(cancelled, Err(CaptureError::Cancelled)), "{cancelled:?}");
    canceller.join().unwrap();
}

struct Desk {
    device: VirtualUru,
    settings: Settings,
    there: Arc<AtomicBool>,
    absent: Arc<AtomicU32>,
}

impl Desk {
    fn new(settings: Settings) -> Self {
        let (there, absent) = (Arc::new(AtomicBool::new(true)), Arc::new(AtomicU32::new(0)));
        let (here, away) = (Arc::clone(&there), Arc::clone(&absent));
        let device = VirtualUru::new(settings.clone(), move || {
            let away = away.fetch_update(Ordering::AcqRel, Ordering::Acquire, |left| left.checked_sub(1)).is_ok();
            (here.load(Ordering::Acquire) && !away).then(|| finger(5))
        });
        Self { device, settings, there, absent }
    }
}

impl Rig<dyn FingerprintScanner> for Desk {
    fn open(&mut self) -> Result<Box<dyn FingerprintScanner>, DeviceError> {
        Ok(Box::new(driver(&self.device, model_of(&self.settings))?.with_patience(Duration::from_secs(3))))
    }

    fn plug(&mut self) {
        self.device.plug();
    }

    fn unplug(&mut self) {
        self.device.unplug();
    }

    fn present(&mut self, there: bool) {
        self.there.store(there, Ordering::Release);
    }

    fn provoke_retry(&mut self) -> bool {
        self.absent.store(1, Ordering::Release);
        true
    }
}

#[test]
fn the_driver_conforms_on_every_kind_of_device() {
    for settings in [Settings::uareu_4500(), Settings::plain(), microsoft()] {
        let mut desk = Desk::new(settings);
        let report = fingerprint_scanner(&mut desk);
        assert_conforms(&report).unwrap();
        assert!(report.clauses.iter().all(|clause| clause.verdict == Verdict::Held), "{report}");
        assert_eq!(desk.device.offences(), [""; 0]);
    }
}

#[test]
fn news_come_in_the_order_in_which_things_happen() {
    let settings = Settings::uareu_4500();
    let mut scanner = driver(&fingers(&settings), model_of(&settings)).unwrap();
    for _ in 0..2 {
        let mut news = Vec::new();
        capture_with(&mut scanner, &Cancel::new(), &Cancel::new(), |item| news.push(format!("{item:?}"))).unwrap();
        assert_eq!(news, ["Waiting", "Transferred(0.0)", "Transferred(1.0)"]);
    }
}
