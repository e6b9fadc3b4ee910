//! `rekam devices`: what is plugged in and what it sees, without hardware.
//!
//! Recordings of real scanners are played back by `umockdev-run` in place of the kernel; `REKAM_DATA` names the folder
//! whose `devices/*` are used. What is missing is a skip with its reason, and a failure under `REKAM_PEERS=require`.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;

const REKAM: &str = env!("CARGO_BIN_EXE_rekam");
/// The random number that the recordings hold: libfprint's own while it replays one.
const SEED: &str = "51ea2124";

fn skip(reason: &str) {
    let _ = writeln!(std::io::stderr(), "skipped: {reason}");
    assert!(std::env::var("REKAM_PEERS").as_deref() != Ok("require"), "{reason}");
}

fn json(output: &Output) -> Value {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn the_list_names_what_is_there_and_which_library_is_missing() {
    let listed = json(&Command::new(REKAM).args(["devices", "--json"]).output().unwrap());
    for device in listed["devices"].as_array().unwrap() {
        assert!(device["id"].as_str().is_some_and(|id| id.contains(':')), "{device}");
        assert!(["ok", "denied", "busy"].contains(&device["access"].as_str().unwrap()), "{device}");
        assert_eq!(device["access"] == "ok", device["remedy"].is_null(), "{device}");
        assert!(device["capabilities"].is_object() && device["transport"].is_string(), "{device}");
    }
    for missing in listed["missing"].as_array().unwrap() {
        assert!(missing["remedy"].as_str().unwrap().contains("install the package"), "{missing}");
    }
}

#[test]
fn a_device_that_is_not_there_is_one_sentence() {
    for id in ["uru4000:nowhere", "zfm:/dev/nothing", "nobody"] {
        let output = Command::new(REKAM).args(["devices", "test", id]).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(said.lines().count() == 1 && said.contains("rekam devices"), "{said}");
    }
    let output = Command::new(REKAM).args(["devices", "test", "uru4000:x", "--seed", "hello"]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
}

/// The program with a recorded scanner in place of the kernel's devices.
fn before(recording: &Path, arguments: &[&str]) -> Output {
    let description = std::fs::read_to_string(recording.join("device")).expect("a description of the device");
    let place = description.lines().find_map(|line| line.strip_prefix("P: ")).expect("its place in sysfs");
    let capture = format!("/sys{place}={}", recording.join("capture.pcapng").display());
    let mut command = Command::new("umockdev-run");
    command.arg("-d").arg(recording.join("device")).args(["-p", &capture, "--", REKAM, "devices"]).args(arguments);
    command.output().expect("umockdev-run")
}

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
    let entries = std::fs::read_dir(Path::new(&data).join("devices")).unwrap();
    let named = |path: &PathBuf| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("uru4000"));
    entries.flatten().map(|entry| entry.path()).filter(named).collect()
}

#[test]
fn a_recorded_scanner_is_listed_and_its_finger_is_written_to_a_file() {
    for recording in recordings() {
        let listed = json(&before(&recording, &["--json"]));
        let devices = listed["devices"].as_array().unwrap();
        let scanner = devices.iter().find(|device| device["driver"] == "uru4000").expect("the scanner");
        assert_eq!(scanner["access"], "ok");
        let (id, dir) = (scanner["id"].as_str().unwrap(), tempfile::tempdir().unwrap());
        let file = dir.path().join("finger.png");
        let tested =
            json(&before(&recording, &["test", id, "--seed", SEED, "--out", &file.to_string_lossy(), "--json"]));
        let (ours, theirs) =
            (image::open(&file).unwrap().to_luma8(), image::open(recording.join("capture.png")).unwrap().to_luma8());
        assert_eq!(ours.dimensions(), theirs.dimensions());
        assert_eq!((tested["width"].as_u64(), tested["id"].as_str()), (Some(u64::from(ours.width())), Some(id)));
        // Rows that the scanner did not send are white here; libfprint repeats a neighbour in their place.
        let missing = ours.rows().zip(theirs.rows()).filter(|(a, b)| !a.clone().eq(b.clone())).count();
        assert!(missing <= 4, "{missing} rows differ");
    }
}
