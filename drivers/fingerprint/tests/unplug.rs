//! Pulled out at moments that nobody foresees: the handle says so and leaves nothing behind, and what is plugged in again
//! works. Each case runs in a copy of this program, where threads and files can be counted.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may fail")]

mod support;

use std::path::Path;
use std::time::Duration;

use rekam_fingerprint::libfprint::LibfprintScanner;
use rekam_fingerprint::zfm::ZfmScanner;
use rekam_hal::{Cancel, CaptureError, DeviceErrorKind, Finger, FingerprintScanner, GrayImage, Progress, ScanTarget};
use rekam_simulator::uru4000::{Mishap, Settings, VirtualUru};
use rekam_simulator::virtual_image::Glass;
use rekam_simulator::zfm::{self, VirtualZfm};
use support::alone::{Dice, SOCKET, again, before_virtual_scanner, held, is_copy, settled};
use support::{answer, driver, finger, kind, model_of};

/// Pulls in each case.
const ROUNDS: u64 = 51;

fn capture(scanner: &mut dyn FingerprintScanner, mut told: impl FnMut()) -> Result<GrayImage, CaptureError> {
    let target = ScanTarget::Single(Finger::RightIndex);
    scanner.capture(&Cancel::new(), target, &Cancel::new(), &mut |news| {
        if matches!(news, Progress::Waiting) {
            told();
        }
    })
}

/// Whether this is the copy in which the case runs alone.
fn alone(test: &str) -> bool {
    if !is_copy() {
        again(None, test, &[]);
    }
    is_copy()
}

/// The handle of a pulled device says so, whatever it is asked.
fn assert_gone(scanner: &mut dyn FingerprintScanner, round: u64) {
    assert_eq!(kind(capture(scanner, || ())), DeviceErrorKind::Gone, "in round {round}");
    assert_eq!(scanner.probe().unwrap_err().kind, DeviceErrorKind::Gone, "in round {round}");
}

#[test]
fn a_module_pulled_at_random_moments_is_gone_and_the_next_line_works() {
    if !alone("a_module_pulled_at_random_moments_is_gone_and_the_next_line_works") {
        return;
    }
    // So fast that an image takes a fifth of a second.
    let settings = zfm::Settings { pace: Some(2_000_000), ..zfm::Settings::default() };
    let mut looks = 0u32;
    let taps = move || {
        looks += 1;
        looks.is_multiple_of(2).then(|| finger(3))
    };
    let (module, mut dice) = (VirtualZfm::plugged_in(settings, taps).unwrap(), Dice::new());
    let open = || {
        let scanner = ZfmScanner::open(&module.path().unwrap(), Some(57_600)).unwrap();
        scanner.with_waits(Duration::from_secs(5), Duration::from_millis(1))
    };
    capture(&mut open(), || ()).unwrap();
    let before = held();
    for round in 0..ROUNDS {
        let mut scanner = open();
        let seen = if round % 2 == 0 {
            // A look without a finger, one with it, and 289 packets of an image.
            module.mishap(dice.below(290), zfm::Mishap::Unplug);
            capture(&mut scanner, || ())
        } else {
            let wait = Duration::from_micros(dice.below(150_000));
            std::thread::scope(|scope| {
                let pulling = scope.spawn(|| {
                    std::thread::sleep(wait);
                    module.unplug();
                });
                let seen = capture(&mut scanner, || ());
                pulling.join().unwrap();
                seen
            })
        };
        assert_eq!(kind(seen), DeviceErrorKind::Gone, "in round {round}");
        assert_gone(&mut scanner, round);
        drop(scanner);
        module.plug().unwrap();
        assert_eq!(settled(before), before, "handles and threads in round {round}");
    }
    assert!(capture(&mut open(), || ()).unwrap().pixels() == zfm::received(&finger(3)));
}

#[test]
fn a_scanner_of_libfprint_that_vanishes_at_random_moments_is_gone_and_the_next_handle_works() {
    const NAME: &str = "a_scanner_of_libfprint_that_vanishes_at_random_moments_is_gone_and_the_next_handle_works";
    if !before_virtual_scanner(NAME) {
        return;
    }
    let path = std::env::var_os(SOCKET).expect("a socket");
    let open = || {
        let scanner = LibfprintScanner::virtual_image().unwrap();
        (scanner, Glass::connect(Path::new(&path)).unwrap())
    };
    let works = || {
        let (mut scanner, mut glass) = open();
        glass.touch(&finger(4)).unwrap();
        assert!(capture(&mut scanner, || ()).unwrap().pixels() == finger(4).pixels());
    };
    let mut dice = Dice::new();
    works();
    let before = held();
    for round in 0..ROUNDS {
        let (mut scanner, mut glass) = open();
        let wait = Duration::from_micros(dice.below(20_000));
        // Some vanish before the capture begins, the others in it; of these some after a finger was lost.
        let at_rest = dice.below(5) == 0;
        if at_rest {
            glass.vanish().unwrap();
        }
        let mut glass = Some(glass).filter(|_| !at_rest);
        let mut vanishing = None;
        let seen = capture(&mut scanner, || {
            vanishing = glass.take().map(|mut glass| {
                std::thread::spawn(move || {
                    std::thread::sleep(wait);
                    glass.vanish().unwrap();
                })
            });
        });
        assert_eq!(kind(seen), DeviceErrorKind::Gone, "in round {round}");
        assert_gone(&mut scanner, round);
        vanishing.map(std::thread::JoinHandle::join).transpose().unwrap();
        drop((scanner, glass));
        works();
        assert_eq!(settled(before), before, "handles and threads in round {round}");
    }
}

#[test]
fn a_scanner_pulled_at_random_events_of_its_cable_is_gone_and_the_next_cable_works() {
    if !alone("a_scanner_pulled_at_random_events_of_its_cable_is_gone_and_the_next_cable_works") {
        return;
    }
    let mut dice = Dice::new();
    let microsoft = Settings { answer: Some(answer), turned: false, ..Settings::uareu_4500() };
    for settings in [Settings::uareu_4500(), microsoft, Settings::plain()] {
        let device = VirtualUru::new(settings.clone(), || Some(finger(5)));
        let works = || {
            let mut scanner = driver(&device, model_of(&settings)).unwrap();
            let begun = device.events();
            assert!(capture(&mut scanner, || ()).unwrap().pixels() == settings.received(&finger(5)));
            device.events() - begun
        };
        // The last event orders the scanner to wait for the next finger.
        let events = works() - 1;
        let before = held();
        // Three kinds of device share the rounds.
        for round in 0..ROUNDS / 3 {
            let mut scanner = driver(&device, model_of(&settings)).unwrap();
            let mishap = if dice.below(2) == 0 { Mishap::Unplug } else { Mishap::Yank };
            device.mishap(dice.below(events), mishap);
            assert_eq!(kind(capture(&mut scanner, || ())), DeviceErrorKind::Gone, "in round {round}");
            assert_gone(&mut scanner, round);
            drop(scanner);
            assert_eq!((settled(before), device.cables()), (before, 0), "handles, threads and cables in round {round}");
            device.plug();
            works();
        }
        assert_eq!(device.offences(), [""; 0]);
    }
}

#[test]
fn what_is_counted_counts() {
    if !alone("what_is_counted_counts") {
        return;
    }
    let before = held();
    let (file, thread) = (tempfile::tempfile().unwrap(), std::thread::spawn(std::thread::park));
    assert_eq!(held(), [before[0] + 1, before[1] + 1]);
    thread.thread().unpark();
    thread.join().unwrap();
    drop(file);
    assert_eq!(settled(before), before);
}
