//! `rekam devices`: what is plugged in and what it sees, without hardware.
//!
//! Recordings of real scanners are played back by `umockdev-run` in place of the kernel; `REKAM_DATA` names the folder
//! whose `devices/*` are used. What is missing is a skip with its reason, and a failure under `REKAM_PEERS=require`.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use rekam_hal::GrayImage;
use rekam_simulator::pad::{PadSettings, VirtualPad};
use rekam_simulator::people::ink;
use rekam_simulator::zfm::{Settings, VirtualZfm};
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
    let Ok(entries) = std::fs::read_dir(Path::new(&data).join("devices")) else {
        skip("REKAM_DATA holds no recordings of devices");
        return Vec::new();
    };
    let named = |path: &PathBuf| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("uru4000"));
    let found: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).filter(named).collect();
    if found.is_empty() {
        skip("REKAM_DATA holds no recording of a U.are.U scanner");
    }
    found
}

fn finger() -> GrayImage {
    let pixel = |at: usize| (128.0 + 120.0 * (at as f32 / 40.0).sin() * (at as f32 / 9000.0).cos()) as u8;
    GrayImage::new(300, 320, (0..300 * 320).map(pixel).collect()).unwrap().with_dpi(500.0)
}

#[test]
fn a_module_on_a_bare_line_is_named_by_the_line_and_its_picture_says_its_resolution() {
    let settings = Settings { password: 0x00C0_FFEE, ..Settings::default() };
    let module = VirtualZfm::plugged_in(settings, || Some(finger())).unwrap();
    let (id, dir) = (format!("zfm:{}", module.path().unwrap().display()), tempfile::tempdir().unwrap());
    let file = dir.path().join("finger.png");
    let test = |more: &[&str]| {
        Command::new(REKAM).args(["devices", "test", &id, "--json", "--out"]).arg(&file).args(more).output().unwrap()
    };
    let locked = test(&[]);
    assert_eq!(locked.status.code(), Some(2), "a module with a password opens for nobody who does not say it");
    assert!(!file.exists() && String::from_utf8_lossy(&locked.stderr).lines().last().unwrap().contains("zfm"));
    let tested = json(&test(&["--password", "c0ffee"]));
    let decoder = png::Decoder::new(std::io::BufReader::new(std::fs::File::open(&file).unwrap()));
    let reader = decoder.read_info().unwrap();
    let dpi = reader.info().pixel_dims.map(|dims| (dims.xppu as f32 * 0.0254).round());
    assert_eq!((reader.info().width, reader.info().height, dpi), (256, 288, Some(500.0)));
    assert_eq!((tested["width"].as_u64(), tested["dpi"].as_f64()), (Some(256), Some(500.0)));
}

#[test]
fn nobody_at_the_scanner_is_a_failed_check_and_no_wrong_use() {
    let module = VirtualZfm::plugged_in(Settings::default(), || None).unwrap();
    let id = format!("zfm:{}", module.path().unwrap().display());
    let output = Command::new(REKAM).args(["devices", "test", &id, "--json"]).output().unwrap();
    let told: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(told["retry"].as_str().is_some_and(|again| again.contains("try again")) && told["width"].is_null());
}

#[test]
fn a_signature_on_a_bare_line_is_drawn() {
    let pad = VirtualPad::plugged_in("test", PadSettings::fast()).unwrap();
    let dir = tempfile::tempdir().unwrap();
    let (id, file) = (format!("topaz:{}", pad.path().unwrap().display()), dir.path().join("ink.png"));
    let program = Command::new(REKAM)
        .args(["devices", "test", &id, "--json", "--model", "SigLite 1x5", "--out"])
        .arg(&file)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut program = program;
    let mut told = BufReader::new(program.stderr.take().unwrap()).lines();
    let first = told.next().unwrap().unwrap();
    assert!(first.contains("write on"), "{first}");
    // The line is open by now; what is written before somebody listens is lost.
    std::thread::sleep(std::time::Duration::from_millis(200));
    pad.sign(&ink::signature(5, 1));
    let output = program.wait_with_output().unwrap();
    let tested: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert!(tested["points"].as_u64().is_some_and(|points| points > 20), "{tested}");
    let drawn = image::open(&file).unwrap().to_luma8();
    assert!(drawn.pixels().any(|pixel| pixel.0[0] == 0) && drawn.pixels().any(|pixel| pixel.0[0] == 255));
}

#[test]
fn an_unknown_pad_model_is_told_with_those_there_are() {
    let pad = VirtualPad::plugged_in("test", PadSettings::fast()).unwrap();
    let id = format!("topaz:{}", pad.path().unwrap().display());
    let output = Command::new(REKAM).args(["devices", "test", &id, "--model", "T-1000"]).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2));
    assert!(said.contains("T-1000") && said.contains("SigLite"), "{said}");
}

#[test]
fn the_rules_that_open_the_devices_are_at_hand() {
    let dir = tempfile::tempdir().unwrap();
    let output = Command::new(REKAM).args(["devices", "rules", "--out"]).arg(dir.path()).output().unwrap();
    assert!(output.status.success() && String::from_utf8_lossy(&output.stderr).contains("udevadm"));
    let written = std::fs::read_to_string(dir.path().join("70-rekam.rules")).unwrap();
    let printed = Command::new(REKAM).args(["devices", "rules"]).output().unwrap();
    assert_eq!(String::from_utf8_lossy(&printed.stdout).trim(), written.trim());
    assert!(written.contains("05ba") && written.contains("056a"));
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
