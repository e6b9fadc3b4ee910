//! The components with published formulae against a recalculation in numpy, from the same points, pose and mask.
//!
//! `REKAM_PEERS=require` turns a missing numpy into a failure; `REKAM_PYTHON` names the interpreter.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "support/portrait.rs"]
mod portrait;

use std::collections::BTreeMap;
use std::io::{Seek, Write};
use std::process::{Command, Stdio};

use portrait::{BLUE, ORANGE, RED, Seen, astronaut, exposed, moved, portrait as sitter, side_lit, turned};
use rekam::biometrics::face::checks::judge;
use rekam::biometrics::face::report::Wanted;

const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/photo_oracle.py");
/// Components the script recalculates: the 19 with formulae, and the background's.
const COMPONENTS: usize = 20;

fn python() -> Command {
    let mut command = Command::new(std::env::var_os("REKAM_PYTHON").unwrap_or_else(|| "python3".into()));
    command.arg(SCRIPT);
    command
}

/// Whether numpy can be asked; says why not, and fails where it is required.
fn peer_present() -> bool {
    let reason = match python().arg("--versions").output() {
        Err(error) => format!("no Python: {error}"),
        Ok(output) if output.status.success() => return true,
        Ok(output) => String::from_utf8_lossy(&output.stderr).trim().to_owned(),
    };
    assert!(std::env::var_os("REKAM_PEERS").is_none_or(|v| v != "require"), "numpy and pillow are required: {reason}");
    let _ = writeln!(std::io::stderr(), "skipped, no numpy and pillow to compare with: {reason}");
    false
}

fn ask(seen: &Seen) -> BTreeMap<String, (f64, u8)> {
    let folder = tempfile::tempdir().unwrap();
    let png = folder.path().join("picture.png");
    let (w, h) = (seen.image.width(), seen.image.height());
    image::save_buffer(&png, seen.image.pixels(), w, h, image::ExtendedColorType::Rgb8).unwrap();
    let mut input = tempfile::tempfile().unwrap();
    let question = serde_json::json!({
        "png": png, "points": seen.points, "pose": seen.pose, "areas": seen.areas, "frame": [0, 0, w, h],
        "mask": { "width": seen.mask.width, "height": seen.mask.height, "values": seen.mask.values },
    });
    write!(input, "{question}").unwrap();
    input.rewind().unwrap();
    let output = python().stdin(Stdio::from(input)).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn every_published_formula_agrees_with_numpy() {
    if !peer_present() {
        return;
    }
    let red = sitter(RED);
    let two = Seen { areas: vec![100.0, 31.0], ..sitter(ORANGE) };
    let pictures = [
        astronaut(),
        exposed(&red, 0.3),
        exposed(&red, 2.3),
        side_lit(&sitter(BLUE), 0.7, true),
        moved(&red, 9.0, 0.8, (0.1, -0.1)),
        moved(&red, -3.0, 1.4, (-0.2, 0.1)),
        turned(&red, 14.0),
        two,
        red,
    ];
    for (k, seen) in pictures.iter().enumerate() {
        let report = judge(&seen.observation(), &Wanted::default());
        let theirs = ask(seen);
        assert_eq!(theirs.len(), COMPONENTS, "{:?}", theirs.keys());
        for (name, (raw, score)) in theirs {
            let ours = report.checks.iter().find(|a| a.check.name() == name).unwrap();
            assert!(ours.score.abs_diff(score) <= 1, "{k} {name}: {} {} against {raw} {score}", ours.raw, ours.score);
        }
    }
}
