//! Stamps the revision into the program, and refuses to build with a model whose SHA-256 is not
//! the one written beside it: a damaged model would make every template of the station worthless, silently.

use std::fs;
use std::path::Path;
use std::process::Command;

use sha2::{Digest, Sha256};

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-changed=assets/models");
    println!("cargo:rerun-if-changed=.git/logs/HEAD");
    println!("cargo:rustc-env=REKAM_REVISION={}", revision());
    check_models(Path::new("assets/models"));
}

/// The abbreviated commit, or `unknown` outside a checkout.
fn revision() -> String {
    Command::new("git")
        .args(["rev-parse", "--short=12", "HEAD"])
        .output()
        .ok()
        .filter(|output| output.status.success())
        .and_then(|output| String::from_utf8(output.stdout).ok())
        .map_or_else(|| "unknown".to_owned(), |text| text.trim().to_owned())
}

/// Every network must have a checksum, and every `NAME.sha256` must name the digest of `NAME`.
fn check_models(folder: &Path) {
    let entries = fs::read_dir(folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display()));
    for path in entries.filter_map(|entry| Some(entry.ok()?.path())) {
        if path.extension().is_some_and(|e| e == "onnx") {
            assert!(path.with_extension("onnx.sha256").exists(), "{} has no checksum beside it", path.display());
        }
        if path.extension().is_some_and(|e| e == "sha256") {
            let model = path.with_extension("");
            let expected = fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
            let bytes = fs::read(&model).unwrap_or_else(|e| panic!("{}: {e}", model.display()));
            let found: String = Sha256::digest(&bytes).iter().map(|b| format!("{b:02x}")).collect();
            assert_eq!(found, expected.trim(), "{} is not the model its checksum names", model.display());
        }
    }
}
