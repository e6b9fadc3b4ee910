//! Real fingers and eyes through the engines and the whole line. The images are nobody's to hand on, so they lie
//! outside: the folder comes from REKAM_DATA; without it the tests say so and pass.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on shall stop")]

use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;

/// Says a line that is seen even when the test passes.
macro_rules! note {
    ($($text:tt)*) => {{
        use std::io::Write as _;
        let _ = writeln!(std::io::stderr(), $($text)*);
    }};
}

fn images(folder: &str) -> Option<PathBuf> {
    let Some(data) = std::env::var_os("REKAM_DATA") else {
        note!("skipped: REKAM_DATA does not name a folder of real images");
        return None;
    };
    let folder = PathBuf::from(data).join(folder);
    assert!(folder.is_dir(), "{} is missing from REKAM_DATA", folder.display());
    Some(folder)
}

fn rekam(arguments: &[&str]) -> Value {
    let output = Command::new(env!("CARGO_BIN_EXE_rekam")).args(arguments).arg("--json").output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn real_fingers_are_told_apart_better_than_one_percent_equal_error() {
    let Some(folder) = images("fingerprint/fvc2002_db1_b") else { return };
    let found = rekam(&["evaluate", "fingerprint", &folder.display().to_string()]);
    assert_eq!((found["images"].as_u64(), found["genuine"].as_u64()), (Some(80), Some(280)));
    assert!(found["eer"].as_f64().unwrap() <= 0.01, "{found}");
}

#[test]
fn residents_who_come_again_are_found_by_one_real_finger_or_two_real_eyes() {
    let Some(fingers) = images("fingerprint/fvc2002_db1_b") else { return };
    let Some(irises) = images("iris/casia_interval_a") else { return };
    let (finger, iris) = (fingers.display().to_string(), irises.display().to_string());
    let both = vec!["--fingerprints", &finger, "--irises", &iris];
    for (folders, residents, share) in
        [(both.clone(), "14", 1.0), (both[..2].to_vec(), "14", 0.9), (both[2..].to_vec(), "134", 0.95)]
    {
        let dir = tempfile::tempdir().unwrap();
        let data = dir.path().join("data").display().to_string();
        let arguments = [&["simulate", "--residents", residents, "--seed", "4", "--data-dir", &data], &folders[..]];
        let found = rekam(&arguments.concat());
        let expected = found["duplicates_expected"].as_f64().unwrap();
        assert!(expected >= 4.0, "{found}");
        assert!(found["duplicates_found"].as_f64().unwrap() >= share * expected, "{found}");
        assert_eq!(found["false_hits"], 0, "{found}");
    }
}
