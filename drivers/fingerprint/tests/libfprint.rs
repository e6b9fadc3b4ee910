//! The driver over libfprint, before libfprint's own virtual scanner, which takes our fingers.
//!
//! libfprint reads its settings from the environment when it is loaded, so each case runs in a copy of this program.
//! Without the library a case is a skip with its reason, and a failure under `REKAM_PEERS=require`.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may fail")]

mod support;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver, Sender};
use std::time::Duration;

use rekam_fingerprint::libfprint::{self, LibfprintScanner};
use rekam_hal::conformance::{Rig, Verdict, assert_conforms, fingerprint_scanner};
use rekam_hal::{
    Cancel, CaptureError, DeviceError, DeviceErrorKind, DeviceInfo, Finger, FingerprintScanner, GrayImage, Peripheral,
    Progress, Retry, ScanTarget,
};
use rekam_simulator::virtual_image::Glass;
use support::alone::{Dice, SOCKET, before_virtual_scanner};
use support::{finger, kind};

fn opened() -> LibfprintScanner {
    LibfprintScanner::virtual_image().expect("the virtual scanner")
}

/// The far end of the scanner that is open.
fn glass() -> Glass {
    Glass::connect(&socket()).expect("an open scanner listens")
}

fn socket() -> PathBuf {
    PathBuf::from(std::env::var_os(SOCKET).expect("a socket"))
}

fn capture(scanner: &mut LibfprintScanner, trigger: &Cancel, cancel: &Cancel) -> Result<GrayImage, CaptureError> {
    scanner.capture(trigger, ScanTarget::Single(Finger::RightIndex), cancel, &mut |_| ())
}

#[test]
fn the_virtual_scanner_shows_what_is_laid_on_it_and_fails_as_told() {
    if !before_virtual_scanner("the_virtual_scanner_shows_what_is_laid_on_it_and_fails_as_told") {
        return;
    }
    let (still, pulled) = (Cancel::new(), Cancel::new());
    pulled.cancel();
    let mut scanner = opened();
    assert!(!scanner.info().capabilities.enrolment_grade, "nobody is enrolled with it");
    let mut glass = glass();
    glass.touch(&finger(3)).unwrap();
    let image = capture(&mut scanner, &still, &still).unwrap();
    assert_eq!((image.width(), image.height(), image.dpi()), (384, 290, Some(500.0)));
    assert!(image.pixels() == finger(3).pixels(), "another picture");
    for (code, expected) in [(1, Retry::TooShort), (2, Retry::NotCentred), (3, Retry::LiftFinger)] {
        glass.fail(code).unwrap();
        let advice = capture(&mut scanner, &still, &still);
        assert!(matches!(advice, Err(CaptureError::Retry(given)) if given == expected), "{advice:?}");
    }
    let advice = capture(&mut scanner, &pulled, &still);
    assert!(matches!(advice, Err(CaptureError::Retry(Retry::NothingPresented))), "{advice:?}");
    glass.break_down(5).unwrap();
    assert_eq!(kind(capture(&mut scanner, &still, &still)), DeviceErrorKind::Protocol);
}

#[test]
fn cancelled_over_and_over_by_another_thread_it_captures_the_next_finger() {
    if !before_virtual_scanner("cancelled_over_and_over_by_another_thread_it_captures_the_next_finger") {
        return;
    }
    let (mut dice, mut scanner, still) = (Dice::new(), opened(), Cancel::new());
    let mut glass = glass();
    for round in 0..100 {
        let cancel = Cancel::new();
        let (later, wait) = (cancel.clone(), Duration::from_micros(dice.below(3000)));
        let canceller = std::thread::spawn(move || {
            std::thread::sleep(wait);
            later.cancel();
        });
        let cancelled = capture(&mut scanner, &still, &cancel);
        assert!(matches!(cancelled, Err(CaptureError::Cancelled)), "{cancelled:?}");
        canceller.join().unwrap();
        if round % 10 == 0 {
            glass.touch(&finger(round)).unwrap();
            assert!(capture(&mut scanner, &still, &still).unwrap().pixels() == finger(round).pixels());
        }
    }
    scanner.probe().unwrap();
}

#[test]
fn whoever_lists_while_a_scanner_is_open_does_not_disturb_it_and_a_second_one_is_refused() {
    const NAME: &str = "whoever_lists_while_a_scanner_is_open_does_not_disturb_it_and_a_second_one_is_refused";
    if !before_virtual_scanner(NAME) {
        return;
    }
    let (mut scanner, still) = (opened(), Cancel::new());
    let mut glass = glass();
    let look = || {
        let listed: Vec<DeviceInfo> = [libfprint::devices(), libfprint::devices_including_native()].concat();
        assert!(listed.iter().all(|info| !info.id.contains("virtual")), "the virtual one is never listed: {listed:?}");
        let busy = LibfprintScanner::virtual_image().err().map(|error| error.kind);
        assert_eq!(busy, Some(DeviceErrorKind::Busy));
    };
    for round in 0..3 {
        look();
        // Also in the middle of a capture, which the library's thread is busy with.
        let image = scanner.capture(&still, ScanTarget::Single(Finger::LeftThumb), &still, &mut |_| {
            look();
            glass.touch(&finger(round)).unwrap();
        });
        assert!(image.unwrap().pixels() == finger(round).pixels());
    }
    drop(scanner);
    // What is said to a handle's end does not reach the next one.
    let mut second = opened();
    let mut glass = self::glass();
    glass.touch(&finger(9)).unwrap();
    assert!(capture(&mut second, &still, &still).unwrap().pixels() == finger(9).pixels());
}

/// Whether the message announces a picture narrower or lower than any scanner's. The library looks for minutiae in
/// whatever comes, and on such slips its finder overruns its own stack; no driver of a scanner delivers them.
fn is_slip(message: &[u8]) -> bool {
    const LEAST: i32 = 96;
    let side = |at: usize| message.get(at..at + 4).and_then(|bytes| bytes.try_into().ok()).map(i32::from_ne_bytes);
    let (width, height) = (side(0).unwrap_or(0), side(4).unwrap_or(0));
    (0..LEAST).contains(&width) || (width >= 0 && (0..LEAST).contains(&height))
}

#[test]
fn whatever_is_said_to_the_virtual_scanner_the_next_handle_works() {
    if !before_virtual_scanner("whatever_is_said_to_the_virtual_scanner_the_next_handle_works") {
        return;
    }
    let (mut dice, still) = (Dice::new(), Cancel::new());
    for _ in 0..20 {
        let mut scanner = opened().with_patience(Duration::from_millis(20));
        for _ in 0..20 {
            let mut message = [dice.below(500) as i32, dice.below(500) as i32].map(i32::to_ne_bytes).concat();
            message.extend((0..dice.below(300)).map(|i| i as u8));
            for _ in 0..dice.below(6) {
                let at = dice.below(message.len() as u64) as usize;
                message[at] = if dice.below(2) == 0 { 0xff } else { dice.below(256) as u8 };
            }
            if is_slip(&message) {
                continue;
            }
            // The library hangs up on what it does not understand.
            let _ = Glass::connect(&socket()).and_then(|mut glass| glass.babble(&message));
            match capture(&mut scanner, &still, &still) {
                Ok(image) => assert_eq!(image.pixels().len() as u32, image.width() * image.height()),
                Err(CaptureError::Retry(_) | CaptureError::Device(_)) => {}
                Err(CaptureError::Cancelled) => panic!("nobody has cancelled"),
            }
        }
        drop(scanner);
        let mut scanner = opened();
        glass().touch(&finger(2)).unwrap();
        assert!(capture(&mut scanner, &still, &still).unwrap().pixels() == finger(2).pixels());
    }
}

/// What somebody does at the glass.
enum Act {
    Touch,
    Fail,
    Vanish,
}

/// Somebody at the glass of the scanner that is open; what they do is confirmed once it was said.
fn somebody() -> (Sender<Act>, Receiver<()>) {
    let (mut glass, (acts, inbox), (done, doings)) = (glass(), mpsc::channel(), mpsc::channel());
    std::thread::spawn(move || {
        for act in inbox {
            let said = match act {
                Act::Touch => glass.touch(&finger(7)),
                Act::Fail => glass.fail(2),
                Act::Vanish => glass.vanish(),
            };
            // The scanner may have been closed meanwhile.
            if said.is_err() || done.send(()).is_err() {
                return;
            }
        }
    });
    (acts, doings)
}

/// A scanner before which somebody lays down a finger whenever it waits for one.
struct Attended {
    scanner: LibfprintScanner,
    acts: Sender<Act>,
    there: Arc<AtomicBool>,
}

impl Peripheral for Attended {
    fn info(&self) -> &DeviceInfo {
        self.scanner.info()
    }

    fn probe(&mut self) -> Result<(), DeviceError> {
        self.scanner.probe()
    }
}

impl FingerprintScanner for Attended {
    fn capture(
        &mut self,
        trigger: &Cancel,
        target: ScanTarget,
        cancel: &Cancel,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<GrayImage, CaptureError> {
        let Self { scanner, acts, there } = self;
        scanner.capture(trigger, target, cancel, &mut |news| {
            progress(news);
            if there.load(Ordering::Acquire) && !cancel.is_cancelled() {
                let _ = acts.send(Act::Touch);
            }
        })
    }
}

/// The library finds its virtual scanner anew each time, so whether it is plugged in is ours to say.
struct Desk {
    plugged: bool,
    there: Arc<AtomicBool>,
    open: Option<(Sender<Act>, Receiver<()>)>,
}

impl Rig<dyn FingerprintScanner> for Desk {
    fn open(&mut self) -> Result<Box<dyn FingerprintScanner>, DeviceError> {
        if !self.plugged {
            return Err(DeviceError::new("libfprint:virtual_image", DeviceErrorKind::Gone));
        }
        let scanner = LibfprintScanner::virtual_image()?.with_patience(Duration::from_secs(5));
        let (acts, doings) = somebody();
        self.open = Some((acts.clone(), doings));
        Ok(Box::new(Attended { scanner, acts, there: Arc::clone(&self.there) }))
    }

    fn plug(&mut self) {
        self.plugged = true;
    }

    fn unplug(&mut self) {
        self.plugged = false;
        self.there.store(false, Ordering::Release);
        let Some((acts, doings)) = &self.open else { return };
        let _ = doings.try_iter().count();
        acts.send(Act::Vanish).expect("somebody at the glass");
        doings.recv().expect("it was said");
    }

    fn present(&mut self, there: bool) {
        self.there.store(there, Ordering::Release);
    }

    fn provoke_retry(&mut self) -> bool {
        let Some((acts, _)) = &self.open else { return false };
        acts.send(Act::Fail).is_ok()
    }
}

#[test]
fn the_driver_over_libfprint_conforms() {
    if !before_virtual_scanner("the_driver_over_libfprint_conforms") {
        return;
    }
    let mut desk = Desk { plugged: true, there: Arc::new(AtomicBool::new(true)), open: None };
    let report = fingerprint_scanner(&mut desk);
    assert_conforms(&report).unwrap();
    assert!(report.clauses.iter().all(|clause| clause.verdict == Verdict::Held), "{report}");
}
