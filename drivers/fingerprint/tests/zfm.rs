//! The driver of serial modules reads, through a pseudo terminal, what the virtual module sends.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may fail")]

mod support;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use rekam_fingerprint::zfm::{Credentials, ZfmScanner};
use rekam_hal::conformance::{Rig, Verdict, assert_conforms, fingerprint_scanner};
use rekam_hal::{
    Cancel, CaptureError, DeviceError, DeviceErrorKind, DeviceInfo, Finger, FingerprintScanner, GrayImage, Peripheral,
    Progress, Retry, ScanTarget,
};
use rekam_simulator::zfm::{Mishap, Settings, VirtualZfm, received};
use support::{finger, kind};

/// A finger that lies on the glass at every second look.
fn taps() -> impl FnMut() -> Option<GrayImage> + Send + 'static {
    let mut looks = 0;
    move || {
        looks += 1;
        (looks % 2 == 0).then(|| finger(looks))
    }
}

fn plugged(settings: Settings) -> VirtualZfm {
    VirtualZfm::plugged_in(settings, taps()).expect("a pseudo terminal")
}

fn open(module: &VirtualZfm) -> Result<ZfmScanner, DeviceError> {
    let path = module.path().ok_or_else(|| DeviceError::new("zfm-1", DeviceErrorKind::Gone))?;
    let scanner = ZfmScanner::open(&path, Some(57_600))?;
    Ok(scanner.with_id("zfm-1").with_waits(Duration::from_secs(5), Duration::from_millis(1)))
}

fn capture(scanner: &mut ZfmScanner, told: impl FnMut(Progress)) -> Result<GrayImage, CaptureError> {
    let (index, mut told) = (ScanTarget::Single(Finger::RightIndex), told);
    scanner.capture(&Cancel::new(), index, &Cancel::new(), &mut told)
}

#[test]
fn the_finger_on_the_glass_arrives_with_all_its_sixteen_greys() {
    for packet_bytes in [32, 64, 128, 256] {
        let module = plugged(Settings { packet_bytes, ..Settings::default() });
        let mut scanner = open(&module).unwrap();
        assert_eq!(scanner.parameters().map(|told| (told.packet_bytes, told.baud)), Some((packet_bytes, 57_600)));
        for looks in [2, 4] {
            let image = capture(&mut scanner, |_| ()).unwrap();
            assert_eq!((image.width(), image.height(), image.dpi(), image.source_bits()), (256, 288, Some(500.0), 4));
            assert!(image.pixels() == received(&finger(looks)), "another picture");
        }
        assert!(!scanner.info().capabilities.enrolment_grade, "four bits are enough for screening only");
    }
}

#[test]
fn a_long_transfer_tells_how_far_it_is() {
    let mut shares = Vec::new();
    capture(&mut open(&plugged(Settings::default())).unwrap(), |news| {
        if let Progress::Transferred(share) = news {
            shares.push(share);
        }
    })
    .unwrap();
    assert!(shares.len() == 20 && shares.is_sorted() && shares.last() == Some(&1.0), "{shares:?}");
}

#[test]
fn credentials_open_the_module_and_wrong_ones_do_not() {
    let settings = Settings { address: 0x1234_5678, password: 99, ..Settings::default() };
    let module = plugged(settings);
    let path = module.path().unwrap();
    let silent = ZfmScanner::open(&path, Some(57_600)).err().map(|error| error.kind);
    assert_eq!(silent, Some(DeviceErrorKind::Silent), "another address is not answered");
    let (address, right) = (0x1234_5678, Credentials { address: 0x1234_5678, password: 99 });
    let refused = ZfmScanner::open_with(&path, Some(57_600), Credentials { address, password: 98 });
    assert_eq!(refused.err().map(|error| error.kind), Some(DeviceErrorKind::Protocol));
    let mut scanner = ZfmScanner::open_with(&path, None, right).unwrap();
    assert_eq!(scanner.info().id, format!("zfm:{}", path.display()));
    capture(&mut scanner, |_| ()).unwrap();
    let listed = DeviceInfo { id: "zfm:desk".to_owned(), ..scanner.info().clone() };
    drop(scanner);
    assert_eq!(ZfmScanner::open_listed(&listed, None, right).unwrap().info(), &listed);
    // On a line that somebody else has opened the module is greeted before the first capture.
    let line = || Box::new(rekam_fingerprint::zfm::SerialLine::open(&path, 57_600).expect("the terminal"));
    let mut wrong = ZfmScanner::over(line(), Credentials { address, password: 98 });
    assert_eq!(kind(capture(&mut wrong, |_| ())), DeviceErrorKind::Protocol);
    drop(wrong);
    capture(&mut ZfmScanner::over(line(), right), |_| ()).unwrap();
    assert!(!format!("{right:?}").contains("99"), "no password in a log");
}

#[test]
fn a_greeting_that_nobody_answers_ends_when_it_is_cancelled() {
    let module = plugged(Settings { address: 7, ..Settings::default() });
    let line = rekam_fingerprint::zfm::SerialLine::open(&module.path().unwrap(), 57_600).unwrap();
    let mut scanner = ZfmScanner::over(Box::new(line), Credentials::default());
    let cancel = Cancel::new();
    let later = cancel.clone();
    let canceller = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(30));
        later.cancel();
    });
    let target = ScanTarget::Single(Finger::RightIndex);
    let cancelled = scanner.capture(&Cancel::new(), target, &cancel, &mut |_| ());
    assert!(matches!(cancelled, Err(CaptureError::Cancelled)), "{cancelled:?}");
    canceller.join().unwrap();
}

/// Packets of a greeting, a look without a finger, a look with one, and an image.
const GREETING: u64 = 2;
const TRAIN: u64 = 288 + 1;

#[test]
fn spoilt_lost_and_cut_packets_are_asked_for_again_and_noise_is_passed_over() {
    // What is lost has to be waited for, so many modules lose something side by side.
    std::thread::scope(|scope| {
        for mishap in [Mishap::Flip, Mishap::Lose, Mishap::Cut, Mishap::Noise] {
            for place in [3, 4, 100, 200, 288, 290] {
                scope.spawn(move || {
                    let module = plugged(Settings::default());
                    let mut scanner = open(&module).unwrap();
                    assert_eq!(module.sent(), GREETING);
                    module.mishap(place, mishap);
                    let image = capture(&mut scanner, |_| ());
                    let image = image.unwrap_or_else(|error| panic!("{mishap:?} at {place}: {error:?}"));
                    assert!(image.pixels() == received(&finger(2)), "{mishap:?} at {place}");
                });
            }
        }
    });
}

#[test]
fn codes_of_the_module_become_advice_or_errors() {
    let told = |code| {
        let module = plugged(Settings::default());
        let mut scanner = open(&module).unwrap();
        module.mishap(0, Mishap::Code(code));
        capture(&mut scanner, |_| ())
    };
    for (code, advice) in [(0x03, Retry::TooShort), (0x06, Retry::TooWet), (0x07, Retry::TooDry)] {
        assert!(matches!(told(code), Err(CaptureError::Retry(given)) if given == advice), "{code:#x}");
    }
    assert!(told(0x01).is_ok(), "a command that arrived badly is said again");
    assert_eq!(kind(told(0x42)), DeviceErrorKind::Protocol);
}

#[test]
fn unplugged_at_sixty_packets_it_is_gone_and_a_new_line_works() {
    let module = plugged(Settings::default());
    for after in (0..TRAIN + 2).step_by(5) {
        let mut scanner = open(&module).unwrap();
        module.mishap(after, Mishap::Unplug);
        assert_eq!(kind(capture(&mut scanner, |_| ())), DeviceErrorKind::Gone, "after {after} packets");
        assert_eq!(kind(capture(&mut scanner, |_| ())), DeviceErrorKind::Gone);
        assert_eq!(open(&module).err().map(|error| error.kind), Some(DeviceErrorKind::Gone));
        module.plug().unwrap();
        assert_eq!(scanner.probe().unwrap_err().kind, DeviceErrorKind::Gone, "the old handle stays dead");
    }
    capture(&mut open(&module).unwrap(), |_| ()).unwrap();
}

#[test]
fn a_silent_module_is_called_silent_and_answers_after_plugging_in_again() {
    let module = plugged(Settings::default());
    for after in [0, 2, 100] {
        let mut scanner = open(&module).unwrap();
        module.mishap(after, Mishap::Silence);
        assert_eq!(kind(capture(&mut scanner, |_| ())), DeviceErrorKind::Silent);
        drop(scanner);
        module.unplug();
        module.plug().unwrap();
    }
    open(&module).unwrap().probe().unwrap();
}

#[test]
fn a_cancelled_image_does_not_spoil_the_next_one() {
    let module = plugged(Settings { pace: Some(1_000_000), ..Settings::default() });
    let mut scanner = open(&module).unwrap();
    let cancel = Cancel::new();
    let stopped = scanner.capture(&Cancel::new(), ScanTarget::Single(Finger::LeftThumb), &cancel, &mut |news| {
        if matches!(news, Progress::Transferred(share) if share > 0.3) {
            cancel.cancel();
        }
    });
    assert!(matches!(stopped, Err(CaptureError::Cancelled)), "{stopped:?}");
    let image = capture(&mut scanner, |_| ()).unwrap();
    assert!(image.pixels() == received(&finger(4)));
}

#[test]
fn the_same_finger_is_not_taken_twice() {
    let module = VirtualZfm::plugged_in(Settings::default(), || Some(finger(1))).unwrap();
    let mut scanner = open(&module).unwrap().with_waits(Duration::from_millis(50), Duration::from_millis(1));
    capture(&mut scanner, |_| ()).unwrap();
    let advice = capture(&mut scanner, |_| ());
    assert!(matches!(advice, Err(CaptureError::Retry(Retry::LiftFinger))), "{advice:?}");
}

#[test]
fn a_line_of_noise_is_no_module_and_ends() {
    use std::io::Write;
    let (mut far, near) = serialport::TTYPort::pair().expect("a pseudo terminal");
    let noise = std::thread::spawn(move || {
        let start = Instant::now();
        while start.elapsed() < Duration::from_secs(20) {
            let bytes: Vec<u8> = (0..64u32).map(|i| (i * 97 + start.elapsed().subsec_nanos()) as u8).collect();
            if far.write_all(&bytes).is_err() {
                return;
            }
        }
    });
    let name = serialport::SerialPort::name(&near).expect("a name");
    let refused = ZfmScanner::open(std::path::Path::new(&name), Some(57_600)).err().map(|error| error.kind);
    assert_eq!(refused, Some(DeviceErrorKind::Protocol));
    drop(near);
    noise.join().unwrap();
}

struct Desk {
    module: VirtualZfm,
    there: Arc<AtomicBool>,
}

impl Rig<dyn FingerprintScanner> for Desk {
    fn open(&mut self) -> Result<Box<dyn FingerprintScanner>, DeviceError> {
        Ok(Box::new(open(&self.module)?.with_waits(Duration::from_secs(3), Duration::from_millis(1))))
    }

    fn plug(&mut self) {
        self.module.plug().expect("a pseudo terminal");
    }

    fn unplug(&mut self) {
        self.module.unplug();
    }

    fn present(&mut self, there: bool) {
        self.there.store(there, Ordering::Release);
    }

    fn provoke_retry(&mut self) -> bool {
        // The greeting is over: what the module says next is about the image.
        self.module.mishap(0, Mishap::Code(0x06));
        true
    }
}

#[test]
fn the_driver_on_a_virtual_module_conforms() {
    let there = Arc::new(AtomicBool::new(true));
    let (here, mut looks) = (Arc::clone(&there), 0u32);
    let module = VirtualZfm::plugged_in(Settings::default(), move || {
        looks += 1;
        (here.load(Ordering::Acquire) && looks.is_multiple_of(2)).then(|| finger(3))
    });
    let mut desk = Desk { module: module.expect("a pseudo terminal"), there };
    let report = fingerprint_scanner(&mut desk);
    assert_conforms(&report).unwrap();
    assert!(report.clauses.iter().all(|clause| clause.verdict == Verdict::Held), "{report}");
}
