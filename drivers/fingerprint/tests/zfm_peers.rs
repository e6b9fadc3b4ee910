//! The virtual module before libraries that other people wrote for real ones: PyPI `pyfingerprint` and
//! `adafruit-circuitpython-fingerprint`. What they read here is what the driver is then measured against. A library that
//! is not installed is skipped with a line that says so, unless `REKAM_PEERS=require`; `REKAM_PYTHON` names the
//! interpreter.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may fail")]

mod support;

use std::io::Write as _;
use std::process::{Command, Stdio};

use rekam_simulator::zfm::{Settings, VirtualZfm, received};
use support::finger;

const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/zfm_peer.py");

fn python() -> Command {
    Command::new(std::env::var_os("REKAM_PYTHON").unwrap_or_else(|| "python3".into()))
}

/// Whether Python can import something; prints a skip, or fails when peers are required.
fn has(modules: &str) -> bool {
    let started = python().args(["-c", &format!("import {modules}")]).stderr(Stdio::null()).status();
    let has = started.is_ok_and(|status| status.success());
    if !has {
        let _ = writeln!(std::io::stderr(), "skipped: Python with `{modules}` is not installed");
        assert!(std::env::var("REKAM_PEERS").as_deref() != Ok("require"), "`{modules}` is required");
    }
    has
}

/// What a library reads from the virtual module, and what it was told of it.
fn read_by(library: &str, settings: Settings, seed: u32) -> (Vec<u8>, String) {
    let mut looks = 0;
    let module = VirtualZfm::plugged_in(settings, move || {
        looks += 1;
        (looks > 2).then(|| finger(seed))
    });
    let module = module.expect("a pseudo terminal");
    let dir = tempfile::tempdir().unwrap();
    let target = dir.path().join("pixels");
    let path = module.path().expect("the module is plugged in");
    let output = python().arg(SCRIPT).arg(library).arg(path).arg(&target).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    (std::fs::read(target).unwrap(), String::from_utf8(output.stdout).unwrap())
}

fn assert_read(library: &str) {
    for (packet_bytes, seed) in [(128, 11), (256, 12), (32, 13)] {
        let (pixels, told) = read_by(library, Settings { packet_bytes, ..Settings::default() }, seed);
        assert!(pixels == received(&finger(seed)), "{library} reads another picture in packets of {packet_bytes}");
        let expected = format!("{{\"capacity\": 200, \"packet_bytes\": {packet_bytes}, \"baud\": 57600}}");
        assert_eq!(told.trim(), expected);
    }
}

#[test]
fn pyfingerprint_reads_the_finger_before_the_virtual_module() {
    if has("pyfingerprint.pyfingerprint, PIL") {
        assert_read("pyfingerprint");
    }
}

#[test]
fn adafruits_library_reads_the_finger_before_the_virtual_module() {
    if has("adafruit_fingerprint, serial") {
        assert_read("adafruit");
    }
}
