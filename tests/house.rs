//! The rules of the house that a compiler does not check: which room may know which, and where `unsafe` may stand.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on shall stop")]

use std::fs;
use std::path::{Path, PathBuf};

fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        if entry.is_dir() {
            found.extend(sources(&entry));
        } else if entry.extension().is_some_and(|e| e == "rs") {
            found.push(entry);
        }
    }
    found
}

fn room(name: &str) -> Vec<(PathBuf, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
    sources(&folder).into_iter().map(|path| (path.clone(), fs::read_to_string(path).unwrap())).collect()
}

/// Rooms a room may name besides itself; everything else of the crate is closed to it.
const ARROWS: [(&str, &[&str]); 10] = [
    ("domain", &[]),
    ("biometrics", &["domain"]),
    ("interchange", &["domain", "biometrics"]),
    ("store", &["domain", "biometrics", "interchange"]),
    ("dedup", &["domain", "biometrics", "interchange", "store"]),
    ("batch", &["domain", "biometrics", "interchange", "store"]),
    ("office", &["domain", "biometrics", "interchange", "store", "dedup"]),
    ("station", &["domain", "biometrics", "interchange", "store", "dedup", "batch", "office"]),
    ("ui", &["domain", "biometrics", "interchange", "store", "dedup", "batch", "office", "station"]),
    ("cli", &["domain", "biometrics", "interchange", "store", "dedup", "batch", "office", "station", "ui"]),
];

#[test]
fn arrows_point_inward() {
    let rooms: Vec<&str> = ARROWS.iter().map(|(room, _)| *room).collect();
    let mut broken = Vec::new();
    for (name, allowed) in ARROWS {
        let files = room(&format!("src/{name}"));
        assert!(!files.is_empty(), "the room {name} is gone");
        for (path, text) in files {
            for other in rooms.iter().filter(|other| **other != name && !allowed.contains(other)) {
                if text.contains(&format!("crate::{other}::")) || text.contains("crate::{") {
                    broken.push(format!("{} names {other}", path.display()));
                }
            }
        }
    }
    assert!(broken.is_empty(), "{broken:#?}");
}

/// A file without its test module, which is the last thing in it: a test may do what the room may not.
fn without_tests<'a>(path: &Path, text: &'a str) -> &'a str {
    let Some((code, tests)) = text.split_once("\n#[cfg(test)]\nmod tests {\n") else { return text };
    let behind = tests.split_once("\n}\n").map_or("", |(_, behind)| behind);
    assert!(behind.trim().is_empty(), "{} goes on behind its tests", path.display());
    code
}

/// What a file of a pure room uses all the same, and why it may.
const ALLOWED: [(&str, &str, &str); 1] = [(
    "src/biometrics/fingerprint/network/crew.rs",
    "std::thread",
    "threads that are born and end within one call share its work; the result does not depend on them",
)];

#[test]
fn pure_rooms_do_no_io_read_no_clock_and_draw_no_random_numbers() {
    let forbidden = [
        "std::fs",
        "std::net",
        "std::thread",
        "std::process",
        "now_utc",
        "Instant::now",
        "SystemTime",
        "getrandom",
        "rand_chacha",
    ];
    let (mut broken, mut used) = (Vec::new(), 0);
    for name in ["src/domain", "src/biometrics"] {
        for (path, text) in room(name) {
            let test = path.file_stem().is_some_and(|stem| stem.to_string_lossy().ends_with("tests"));
            let code = without_tests(&path, &text);
            for word in forbidden.iter().filter(|word| !test && code.contains(**word)) {
                if ALLOWED.iter().any(|(file, allowed, _)| path.ends_with(file) && allowed == word) {
                    used += 1;
                } else {
                    broken.push(format!("{} uses {word}", path.display()));
                }
            }
        }
    }
    assert!(broken.is_empty(), "{broken:#?}");
    assert_eq!(used, ALLOWED.len(), "an exception nobody needs any more");
}

#[test]
fn unsafe_stands_only_in_its_rooms_and_with_its_reason() {
    let mut broken = Vec::new();
    for folder in ["src", "drivers"] {
        for (path, text) in room(folder) {
            let file = path.file_name().is_some_and(|name| name == "simd.rs" || name == "sys.rs");
            let rooms = ["network/kernel", "fingerprint/simd", "iris/simd", "fingerprint-sys/src"];
            let fenced = file || path.parent().is_some_and(|folder| rooms.iter().any(|room| folder.ends_with(room)));
            let count = |word: &str| text.matches(word).count();
            let (promised, asked) = (count("unsafe {") + count("unsafe impl"), count("unsafe fn"));
            if promised + asked + count("unsafe trait") + count("unsafe extern") > 0 && !fenced {
                broken.push(format!("{} holds unsafe code", path.display()));
            }
            if promised > count("SAFETY") {
                broken.push(format!("{} has an unsafe block without a SAFETY comment", path.display()));
            }
        }
    }
    assert!(broken.is_empty(), "{broken:#?}");
}

#[test]
fn the_toolkit_of_the_window_is_named_in_its_room_alone() {
    let named: Vec<PathBuf> = room("src")
        .into_iter()
        .filter(|(path, text)| text.contains("iced") && !path.to_string_lossy().contains("src/ui"))
        .map(|(path, _)| path)
        .collect();
    // "noticed", "voiced" and the like are words, not the toolkit.
    let toolkit: Vec<&PathBuf> = named
        .iter()
        .filter(|path| {
            let text = fs::read_to_string(path).unwrap();
            text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').any(|word| word == "iced")
        })
        .collect();
    assert!(toolkit.is_empty(), "{toolkit:#?}");
}
