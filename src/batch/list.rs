//! Which batches lie in a folder, and in which state.

use std::path::{Path, PathBuf};

use super::error::{BatchError, Result};
use super::export::suffixed;
use super::keys::PublicKey;
use super::names::{BATCH_SUFFIX, BatchName, PART_SUFFIX, SIGNATURE_SUFFIX};
use super::verify::{Verified, verify};

/// The state of a file that carries a batch's name.
#[derive(Debug)]
pub enum BatchState {
    /// The signature holds.
    Verified(Box<Verified>),
    /// There is a signature; no key was given to check it.
    Signed,
    /// There is no signature beside it.
    Unsigned,
    /// The signature does not hold, or the file cannot be read.
    Broken(Box<BatchError>),
    /// A remainder of an interrupted export; it can be deleted.
    Unfinished,
}

/// One batch in a folder.
#[derive(Debug)]
pub struct Listed {
    /// Its name.
    pub name: BatchName,
    /// Its file.
    pub file: PathBuf,
    /// Its size in bytes.
    pub bytes: u64,
    /// Its state.
    pub state: BatchState,
}

/// Lists the batches of a folder in the order of their names; with a key every signature is checked, which reads
/// every file. Files of other names are passed over.
pub fn list(folder: &Path, key: Option<&PublicKey>) -> Result<Vec<Listed>> {
    let failed = |error| BatchError::io(folder, "listing", error);
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let file_name = entry.file_name().to_string_lossy().into_owned();
        let (whole, unfinished) = match file_name.strip_suffix(PART_SUFFIX) {
            Some(whole) => (whole, true),
            None => (file_name.as_str(), false),
        };
        let Some(Ok(name)) = whole.strip_suffix(BATCH_SUFFIX).map(str::parse::<BatchName>) else { continue };
        // A link on a foreign stick may point anywhere; only what lies here is listed.
        let kind = entry.file_type().map_err(failed)?;
        if !kind.is_file() {
            continue;
        }
        let file = entry.path();
        let bytes = entry.metadata().map_err(failed)?.len();
        let state = if unfinished { BatchState::Unfinished } else { state_of(&file, key) };
        found.push(Listed { name, file, bytes, state });
    }
    found.sort_by(|a, b| (a.name, &a.file).cmp(&(b.name, &b.file)));
    Ok(found)
}

fn state_of(file: &Path, key: Option<&PublicKey>) -> BatchState {
    if !suffixed(file, SIGNATURE_SUFFIX).is_file() {
        return BatchState::Unsigned;
    }
    match key.map(|key| verify(file, key)) {
        None => BatchState::Signed,
        Some(Ok(verified)) => BatchState::Verified(Box::new(verified)),
        Some(Err(error)) => BatchState::Broken(Box::new(error)),
    }
}
