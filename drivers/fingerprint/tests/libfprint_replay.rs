//! Recordings of scanners, real and virtual, replayed to libfprint by `umockdev-run`.
//!
//! libfprint reads its settings when it is loaded, so each replay runs in a copy of this program. Without the library, the
//! player or the recordings a case is a skip with its reason, and a failure under `REKAM_PEERS=require`.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may fail")]

mod support;

use std::path::{Path, PathBuf};
use std::process::Command;

use rekam_fingerprint::libfprint::{self, LibfprintScanner};
use rekam_fingerprint::uru4000::Seeds;
use rekam_hal::{Access, Cancel, Finger, FingerprintScanner, ScanTarget};
use rekam_simulator::uru4000::{Quirks, Settings, VirtualUru};
use support::alone::{again, installed, is_copy, skip};
use support::recording::{Recorder, Recording};
use support::{Wire, answer, finger, model_of, over};

/// Replays a recording to libfprint and gives the picture that it makes of it.
fn replayed(recording: &Path, test: &str) -> image::GrayImage {
    let dir = tempfile::tempdir().unwrap();
    let target = dir.path().join("finger.png");
    let description = std::fs::read_to_string(recording.join("device")).unwrap();
    let place = description.lines().find_map(|line| line.strip_prefix("P: ")).expect("its place in sysfs");
    let capture = format!("/sys{place}={}", recording.join("capture.pcapng").display());
    let mut command = Command::new("umockdev-run");
    command.arg("-d").arg(recording.join("device")).args(["-p", &capture, "--"]);
    again(Some(command), test, &[(TARGET, target.as_os_str()), ("FP_DEVICE_EMULATION", "1".as_ref())]);
    image::open(target).expect("a picture").to_luma8()
}

/// Where a copy of this program is to put the picture that libfprint makes.
const TARGET: &str = "REKAM_LIBFPRINT_TARGET";

/// Captures, if this is a copy of this program before a replayed recording.
fn captures() -> bool {
    let Some(target) = std::env::var_os(TARGET).filter(|_| is_copy()) else { return false };
    let found = libfprint::devices_including_native();
    let [device] = found.as_slice() else { panic!("one scanner, not {found:?}") };
    assert_eq!((device.access, device.driver.as_str()), (Access::Ok, libfprint::DRIVER));
    let Some(socket) = device.transport.strip_prefix("usb:") else { panic!("{device:?}") };
    assert!(device.id == format!("libfprint:{}", device.serial.as_deref().unwrap_or(socket)), "{device:?}");
    // What our own driver drives is not listed a second time, and only what sees a whole finger is for enrolment.
    let ours = rekam_fingerprint::usb::devices().len();
    assert_eq!(libfprint::devices().len(), 1 - ours);
    assert_eq!(device.capabilities.enrolment_grade, ours == 1);
    let mut scanner = LibfprintScanner::open(device).expect("it opens");
    let right = ScanTarget::Single(Finger::RightIndex);
    let image = scanner.capture(&Cancel::new(), right, &Cancel::new(), &mut |_| ()).expect("an image");
    assert_eq!(image.dpi(), Some(if ours == 1 { 512.0 } else { 508.0 }));
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

/// The recordings of scanners that are driven through libfprint.
fn recordings() -> Vec<PathBuf> {
    let Some(data) = std::env::var_os("REKAM_DATA") else {
        skip("REKAM_DATA does not name a folder with recordings of devices");
        return Vec::new();
    };
    let folder = Path::new(&data).join("devices");
    let entries = std::fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let driven = |path: &PathBuf| {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        name.starts_with("uru4000") || name == "upektc_img"
    };
    let mut found: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).filter(driven).collect();
    found.sort();
    if found.is_empty() {
        skip("there is no recording of a scanner for libfprint");
    }
    found
}

#[test]
fn a_recorded_scanner_gives_libfprint_its_recorded_picture() {
    if captures() || !installed() || !player() {
        return;
    }
    for recording in recordings() {
        let ours = replayed(&recording, "a_recorded_scanner_gives_libfprint_its_recorded_picture");
        let theirs = image::open(recording.join("capture.png")).expect("a picture").to_luma8();
        assert!(ours == theirs, "{}: another picture than the recorded one", recording.display());
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
