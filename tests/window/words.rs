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

/// String literals of the code proper, each with what stands before it: without comments, attributes, the log, tests.
fn literals() -> Vec<(PathBuf, String, String)> {
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
            let parts: Vec<&str> = line.split('"').collect();
            for pair in parts.chunks_exact(2) {
                found.push((path.clone(), pair[0].to_owned(), pair[1].to_owned()));
            }
        }
    }
    assert!(found.len() > 1000, "the screens were not found");
    found
}

#[test]
fn every_key_that_a_screen_asks_for_exists() {
    let words = Words::of(Language::Indonesian);
    let asked = |before: &str| [".t(", ".say(", "words.get("].iter().any(|call| before.ends_with(call));
    let keys: Vec<_> = literals().into_iter().filter(|(_, before, _)| asked(before)).collect();
    assert!(keys.len() > 300, "only {} keys were found", keys.len());
    let missing: BTreeSet<_> = keys.into_iter().filter(|(_, _, key)| !words.has(key)).collect();
    assert!(missing.is_empty(), "{missing:#?}");
}

/// What is written the same in every language.
const PROPER: [&str; 1] = ["Bahasa Indonesia"];

#[test]
fn no_sentence_is_written_into_a_screen() {
    let spoken = |literal: &str| {
        let fixed: String = literal.split('{').map(|part| part.split('}').next_back().unwrap_or("")).collect();
        let words = fixed.split(' ').filter(|word| word.chars().filter(|c| c.is_alphabetic()).count() >= 2);
        words.count() >= 2 && !PROPER.contains(&literal)
    };
    let fixed: Vec<_> =
        literals().into_iter().filter(|(path, _, literal)| spoken(literal) && !path.ends_with("display.rs")).collect();
    assert!(fixed.is_empty(), "{fixed:#?}");
}
