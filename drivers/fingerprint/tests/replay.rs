//! The driver over libusb and the system's USB interface, with recordings of real scanners in place of the kernel.
//!
//! `umockdev-run` stands between libusb and the system: it shows the recorded device in sysfs and answers the ioctls as
//! the recording has them, in its order and with nothing that deviates from it. The recordings are nobody's to hand on,
//! so they lie outside: `REKAM_DATA` names the folder whose `devices/*` are replayed. What is missing is a skip with
//! its reason, and a failure under `REKAM_PEERS=require`.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may fail")]

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use rekam_fingerprint::uru4000::Seeds;
use rekam_fingerprint::usb;
use rekam_hal::{Access, Cancel, Finger, FingerprintScanner, GrayImage, Polarity, ScanTarget};

/// libfprint's random number while it replays a recording, and so the one that the recordings hold.
const SEED: &str = "51ea2124";

fn skip(reason: &str) {
    let _ = writeln!(std::io::stderr(), "skipped: {reason}");
    assert!(std::env::var("REKAM_PEERS").as_deref() != Ok("require"), "{reason}");
}

/// The recordings of U.are.U scanners, if they and the player are there.
fn recordings() -> Vec<PathBuf> {
    let Some(data) = std::env::var_os("REKAM_DATA") else {
        skip("REKAM_DATA does not name a folder with recordings of devices");
        return Vec::new();
    };
    let player = Command::new("umockdev-run").arg("--version").stdout(Stdio::null()).status();
    if !player.is_ok_and(|status| status.success()) {
        skip("umockdev-run is not installed");
        return Vec::new();
    }
    let folder = Path::new(&data).join("devices");
    let entries = std::fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let named = |path: &PathBuf| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("uru4000"));
    let mut found: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).filter(named).collect();
    found.sort();
    if found.is_empty() {
        skip("there is no recording of a U.are.U scanner");
    }
    found
}

/// Says to this very program that it runs before a replayed recording: where to put the picture, and the number.
const CHILD: [&str; 2] = ["REKAM_REPLAY_TARGET", "REKAM_REPLAY_SEED"];

/// Runs one test of this program again before a replayed recording; there it captures.
fn replay(recording: &Path, test: &str, target: &Path, seed: &str) -> Output {
    let description = std::fs::read_to_string(recording.join("device")).expect("a description of the device");
    let place = description.lines().find_map(|line| line.strip_prefix("P: ")).expect("its place in sysfs");
    let capture = format!("/sys{}={}", place, recording.join("capture.pcapng").display());
    let mut command = Command::new("umockdev-run");
    command.arg("-d").arg(recording.join("device")).args(["-p", &capture, "--"]);
    command.arg(std::env::current_exe().expect("this program")).args(["--exact", test, "--nocapture"]);
    command.env(CHILD[0], target).env(CHILD[1], seed).output().expect("umockdev-run")
}

/// Captures, if this program runs before a replayed recording.
fn captures() -> bool {
    let (Some(target), Some(seed)) = (std::env::var_os(CHILD[0]), std::env::var_os(CHILD[1])) else { return false };
    let seed = u32::from_str_radix(&seed.to_string_lossy(), 16).expect("a number");
    let image = capture(seed);
    image::save_buffer(target, image.pixels(), image.width(), image.height(), image::ColorType::L8).expect("a file");
    true
}

/// One capture, after which nothing is left of it.
fn capture(seed: u32) -> GrayImage {
    let held = || ["fd", "task"].map(|what| std::fs::read_dir(format!("/proc/self/{what}")).map_or(0, Iterator::count));
    let before = held();
    let found = usb::devices();
    let [device] = found.as_slice() else { panic!("one scanner, not {found:?}") };
    assert_eq!((device.driver.as_str(), device.access), ("uru4000", Access::Ok));
    let mut scanner = usb::open(device, Seeds::Fixed(seed)).expect("the scanner opens");
    let finger = ScanTarget::Single(Finger::RightIndex);
    let image = scanner.capture(&Cancel::new(), finger, &Cancel::new(), &mut |_| ()).expect("an image");
    assert_eq!((image.dpi(), image.polarity()), (Some(512.0), Polarity::RidgesDark));
    drop(scanner);
    assert_eq!(held(), before, "files and threads");
    image
}

fn grey(path: &Path) -> image::GrayImage {
    image::open(path).expect("a picture").to_luma8()
}

#[test]
fn a_recorded_scanner_gives_its_recorded_picture() {
    if captures() {
        return;
    }
    for recording in recordings() {
        let dir = tempfile::tempdir().unwrap();
        let target = dir.path().join("finger.png");
        let output = replay(&recording, "a_recorded_scanner_gives_its_recorded_picture", &target, SEED);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let (ours, theirs) = (grey(&target), grey(&recording.join("capture.png")));
        assert_eq!(ours.dimensions(), theirs.dimensions());
        // Rows that the scanner did not send are white here; libfprint repeats a neighbour in their place.
        let differ: Vec<usize> = ours
            .rows()
            .zip(theirs.rows())
            .enumerate()
            .filter(|(_, (a, b))| !a.clone().eq(b.clone()))
            .map(|(y, _)| y)
            .collect();
        for y in &differ {
            assert!(ours.rows().nth(*y).is_some_and(|mut row| row.all(|pixel| pixel.0[0] == 255)), "row {y} differs");
        }
        assert!(differ.len() <= 4, "{} rows were not sent", differ.len());
        let _ = writeln!(std::io::stderr(), "{}: {} of 290 rows equal", recording.display(), 290 - differ.len());
    }
}

#[test]
fn a_number_that_is_not_the_recorded_one_is_noticed_by_the_recording() {
    if captures() {
        return;
    }
    let mut scrambled = 0;
    for recording in recordings() {
        // Only scrambled images need a number, and then it runs over the cable; other readers send theirs in clear.
        let number = u32::from_str_radix(SEED, 16).expect("a number").to_le_bytes();
        let events = std::fs::read(recording.join("capture.pcapng")).expect("what ran over the cable");
        if !events.windows(4).any(|four| four == number) {
            continue;
        }
        scrambled += 1;
        let dir = tempfile::tempdir().unwrap();
        let test = "a_number_that_is_not_the_recorded_one_is_noticed_by_the_recording";
        let output = replay(&recording, test, &dir.path().join("finger.png"), "51ea2125");
        assert!(!output.status.success(), "another number than the recorded one passes");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(said.contains("Silent"), "{said}");
    }
    if scrambled == 0 {
        skip("there is no recording of a scanner that scrambles its images");
    }
}
