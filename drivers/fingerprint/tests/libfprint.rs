//! Scanners through libfprint: its own virtual scanner takes our fingers, and recordings of real ones are replayed.
//!
//! libfprint reads its settings from the environment when it is loaded, so each case runs in a copy of this program that
//! is started with them. Without the library, the player or the recordings a case is a skip with its reason, and a
//! failure under `REKAM_PEERS=require`.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may fail")]

mod support;

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output};
use std::time::Duration;

use rekam_fingerprint::libfprint::{LibfprintScanner, devices};
use rekam_fingerprint::uru4000::Seeds;
use rekam_hal::{
    Cancel, CaptureError, DeviceErrorKind, Finger, FingerprintScanner, GrayImage, Peripheral, Retry, ScanTarget,
};
use rekam_simulator::uru4000::{Quirks, Settings, VirtualUru};
use rekam_simulator::virtual_image::Glass;
use support::recording::{Recorder, Recording};
use support::{Wire, answer, finger, kind, model_of, over};

const CHILD: &str = "REKAM_LIBFPRINT_CHILD";
const SOCKET: &str = "FP_VIRTUAL_IMAGE";

fn skip(reason: &str) {
    let _ = writeln!(std::io::stderr(), "skipped: {reason}");
    assert!(std::env::var("REKAM_PEERS").as_deref() != Ok("require"), "{reason}");
}

fn installed() -> bool {
    let installed = rekam_fingerprint_sys::Library::load();
    if let Err(missing) = &installed {
        skip(&missing.to_string());
    }
    installed.is_ok()
}

/// Runs one test again in a process of its own, started by `command` with these settings.
fn again(mut command: Command, test: &str, settings: &[(&str, &Path)]) -> Output {
    command.args(["--exact", test, "--nocapture"]).env(CHILD, "1").envs(settings.iter().copied());
    command.output().expect("this program once more")
}

#[track_caller]
fn assert_passed(output: &Output) {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

fn only_scanner() -> LibfprintScanner {
    let found = devices().expect("the library is installed");
    let [device] = found.as_slice() else { panic!("one scanner, not {found:?}") };
    LibfprintScanner::open(device).expect("it opens")
}

fn capture(scanner: &mut LibfprintScanner, trigger: &Cancel, cancel: &Cancel) -> Result<GrayImage, CaptureError> {
    scanner.capture(trigger, ScanTarget::Single(Finger::RightIndex), cancel, &mut |_| ())
}

/// Does something at the virtual scanner as soon as it listens.
fn meanwhile(act: impl FnOnce(&mut Glass) + Send + 'static) -> std::thread::JoinHandle<Glass> {
    let path = std::env::var_os(SOCKET).expect("a socket");
    std::thread::spawn(move || {
        let mut glass = loop {
            match Glass::connect(Path::new(&path)) {
                Ok(glass) => break glass,
                Err(_) => std::thread::sleep(Duration::from_millis(5)),
            }
        };
        act(&mut glass);
        glass
    })
}

#[test]
fn libfprints_virtual_scanner_shows_what_is_laid_on_it_and_fails_as_told() {
    const TEST: &str = "libfprints_virtual_scanner_shows_what_is_laid_on_it_and_fails_as_told";
    if std::env::var_os(CHILD).is_none() {
        if installed() {
            let dir = tempfile::tempdir().unwrap();
            let command = Command::new(std::env::current_exe().unwrap());
            assert_passed(&again(command, TEST, &[(SOCKET, &dir.path().join("glass.sock"))]));
        }
        return;
    }
    let mut scanner = only_scanner();
    let (still, pulled) = (Cancel::new(), Cancel::new());
    pulled.cancel();
    let glass = meanwhile(|glass| glass.touch(&finger(3)).unwrap());
    let image = capture(&mut scanner, &still, &still).unwrap();
    assert_eq!((image.width(), image.height(), image.dpi()), (384, 290, Some(500.0)));
    assert!(image.pixels() == finger(3).pixels(), "another picture");
    let mut glass = glass.join().unwrap();
    glass.fail(2).unwrap();
    let advice = capture(&mut scanner, &still, &still);
    assert!(matches!(advice, Err(CaptureError::Retry(Retry::NotCentred))), "{advice:?}");
    let advice = capture(&mut scanner, &pulled, &still);
    assert!(matches!(advice, Err(CaptureError::Retry(Retry::NothingPresented))), "{advice:?}");
    let cancel = Cancel::new();
    let later = cancel.clone();
    let canceller = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(100));
        later.cancel();
    });
    let cancelled = capture(&mut scanner, &still, &cancel);
    assert!(matches!(cancelled, Err(CaptureError::Cancelled)), "{cancelled:?}");
    canceller.join().unwrap();
    glass.touch(&finger(4)).unwrap();
    assert!(capture(&mut scanner, &still, &still).unwrap().pixels() == finger(4).pixels());
    glass.break_down(5).unwrap();
    assert_eq!(kind(capture(&mut scanner, &still, &still)), DeviceErrorKind::Protocol);
    drop((scanner, glass));
    // Pulled out in a capture it is gone for this handle.
    let mut scanner = only_scanner();
    let glass = meanwhile(|glass| glass.vanish().unwrap());
    assert_eq!(kind(capture(&mut scanner, &still, &still)), DeviceErrorKind::Gone);
    assert_eq!(kind(capture(&mut scanner, &still, &still)), DeviceErrorKind::Gone);
    assert_eq!(scanner.probe().unwrap_err().kind, DeviceErrorKind::Gone);
    drop(glass.join());
}

/// Replays a recording to libfprint and gives the picture that it makes of it.
fn replayed(recording: &Path, test: &str) -> image::GrayImage {
    let dir = tempfile::tempdir().unwrap();
    let target = dir.path().join("finger.png");
    let description = std::fs::read_to_string(recording.join("device")).unwrap();
    let place = description.lines().find_map(|line| line.strip_prefix("P: ")).expect("its place in sysfs");
    let capture = format!("/sys{place}={}", recording.join("capture.pcapng").display());
    let mut command = Command::new("umockdev-run");
    command.arg("-d").arg(recording.join("device")).args(["-p", &capture, "--"]);
    command.arg(std::env::current_exe().unwrap());
    let settings = [(TARGET, target.as_path()), ("FP_DEVICE_EMULATION", Path::new("1"))];
    assert_passed(&again(command, test, &settings));
    image::open(target).expect("a picture").to_luma8()
}

/// Where a copy of this program is to put the picture that libfprint makes.
const TARGET: &str = "REKAM_LIBFPRINT_TARGET";

/// Captures, if this is a copy of this program before a replayed recording.
fn captures() -> bool {
    let (Some(_), Some(target)) = (std::env::var_os(CHILD), std::env::var_os(TARGET)) else { return false };
    let image = capture(&mut only_scanner(), &Cancel::new(), &Cancel::new()).expect("an image");
    image::save_buffer(target, image.pixels(), image.width(), image.height(), image::ColorType::L8).unwrap();
    true
}

fn player() -> bool {
    let player = Command::new("umockdev-run").arg("--version").output().is_ok();
    if !player {
        skip("umockdev-run is not installed");
    }
    player
}

#[test]
fn a_recorded_scanner_gives_libfprint_its_recorded_picture() {
    if captures() || !installed() || !player() {
        return;
    }
    let Some(data) = std::env::var_os("REKAM_DATA") else {
        return skip("REKAM_DATA does not name a folder with recordings of devices");
    };
    for name in ["uru4000-4500", "upektc_img"] {
        let recording = Path::new(&data).join("devices").join(name);
        if !recording.is_dir() {
            skip(&format!("there is no recording {name}"));
            continue;
        }
        let ours = replayed(&recording, "a_recorded_scanner_gives_libfprint_its_recorded_picture");
        let theirs = image::open(recording.join("capture.png")).expect("a picture").to_luma8();
        assert!(ours == theirs, "{name}: another picture than the recorded one");
    }
}

/// Our own driver is recorded before a virtual scanner, and what ran over the cable is replayed to libfprint, which
/// must send the same transfers in the same order, because nothing else replays, and see the same finger. So the
/// virtual scanner is one to libfprint's eyes too, whatever its day is like.
#[test]
fn libfprint_does_before_a_virtual_scanner_what_our_driver_does_and_sees_the_same_finger() {
    if captures() || !installed() || !player() {
        return;
    }
    let microsoft = Settings { answer: Some(answer), turned: false, ..Settings::uareu_4500() };
    let with = |settings: &Settings, quirks: Quirks| Settings { quirks, ..settings.clone() };
    let days = [
        Settings::uareu_4500(),
        Settings::plain(),
        microsoft.clone(),
        with(&Settings::uareu_4500(), Quirks { chatters: true, ..Quirks::default() }),
        // libfprint looks only once whether a confused device has restarted.
        with(&Settings::plain(), Quirks { confused_for: 1, sleeps_through: 3, ..Quirks::default() }),
        with(&microsoft, Quirks { sleeps_through: 4, ..Quirks::default() }),
        with(&Settings::uareu_4500(), Quirks { torn_images: 1, ..Quirks::default() }),
    ];
    for settings in days {
        let (recording, model) = (Recording::default(), model_of(&settings));
        let device = VirtualUru::new(settings.clone(), || Some(finger(8)));
        let cable = Recorder::new(Wire(device.connect().unwrap()), &recording);
        let mut scanner = over(Box::new(cable), model, Seeds::Fixed(0x51ea_2124));
        let ours = support::capture(&mut scanner).unwrap();
        drop(scanner);
        let dir = tempfile::tempdir().unwrap();
        recording.save(dir.path(), &model);
        let test = "libfprint_does_before_a_virtual_scanner_what_our_driver_does_and_sees_the_same_finger";
        let theirs = replayed(dir.path(), test);
        assert_eq!(theirs.dimensions(), (ours.width(), ours.height()));
        // Rows that were not sent are white here; libfprint repeats a neighbour in their place.
        let rows = ours.pixels().chunks(384).zip(theirs.as_raw().chunks(384));
        let differ: Vec<_> = rows.filter(|(our, their)| our != their).map(|(our, _)| our).collect();
        assert!(differ.iter().flat_map(|row| row.iter()).all(|pixel| *pixel == 255), "{}: {settings:?}", differ.len());
        assert!(differ.len() <= 1, "{} rows: {settings:?}", differ.len());
    }
}
