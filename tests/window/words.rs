//! Every word on the screen comes from the Fluent files, and every key that is asked for is there.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use rekam::office::words::{Language, Words};

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

/// String literals of the code proper: without comments, attributes, the log and tests.
fn literals() -> Vec<(PathBuf, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/ui");
    let mut found = Vec::new();
    for path in sources(&folder) {
        let text = fs::read_to_string(&path).unwrap();
        let code = text.split("#[cfg(test)]").next().unwrap();
        for line in code.lines().map(str::trim) {
            let spoken = ["//", "#[", "#!["].iter().any(|start| line.starts_with(start));
            if spoken || line.contains("tracing::") {
                continue;
            }
            found.extend(line.split('"').skip(1).step_by(2).map(|literal| (path.clone(), literal.to_owned())));
        }
    }
    assert!(found.len() > 200, "the screens were not found");
    found
}

fn is_key(literal: &str) -> bool {
    let word = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    literal.contains('-') && literal.chars().all(word) && literal.starts_with(|c: char| c.is_ascii_lowercase())
}

#[test]
fn every_key_that_a_screen_asks_for_exists() {
    let words = Words::of(Language::Indonesian);
    // Names of fields and files look like keys; fields end in -field.
    let missing: BTreeSet<_> = literals()
        .into_iter()
        .filter(|(_, literal)| is_key(literal) && !literal.ends_with("-field") && !literal.ends_with('-'))
        .filter(|(_, literal)| !words.has(literal))
        .collect();
    assert!(missing.is_empty(), "{missing:#?}");
}

#[test]
fn no_sentence_is_written_into_a_screen() {
    let spoken = |literal: &str| {
        let words = literal.split(|c: char| !c.is_alphabetic()).filter(|word| word.chars().count() >= 2);
        words.count() >= 2 && !is_key(literal) && !literal.contains("::") && !literal.contains('/')
    };
    let fixed: Vec<_> =
        literals().into_iter().filter(|(path, literal)| spoken(literal) && !path.ends_with("display.rs")).collect();
    assert!(fixed.is_empty(), "{fixed:#?}");
}
