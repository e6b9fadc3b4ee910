//! Whether an unpacked bag is exactly what its manifests say: nothing missing, nothing more, nothing changed.

use std::collections::BTreeMap;
use std::fs;
use std::io::Read as _;
use std::path::Path;

use super::error::{BatchError, Result};
use super::export::check_audit;
use super::manifest::{
    AUDIT, BAG_INFO, BAGIT, BAGIT_TXT, BatchManifest, ENTRY_BYTES, EntryKind, MANIFEST_JSON, PAYLOAD_MANIFEST,
    TAG_MANIFEST, bag_info, bag_manifest,
};
use super::names::{BatchName, Digest};
use super::record::AGE_MAGIC;

/// Size and hash of every unpacked file, by its path in the bag.
pub(crate) type BagFiles = BTreeMap<String, (u64, Digest)>;

/// Checks the bag in folder `bag` whose files were unpacked from the archive `path`; gives its manifest.
pub(crate) fn check_bag(path: &Path, bag: &Path, name: BatchName, files: &BagFiles) -> Result<BatchManifest> {
    let check = Check { path, bag };
    let mut payload: BTreeMap<String, Digest> = BTreeMap::new();
    let mut tags: BTreeMap<String, Digest> = BTreeMap::new();
    for (file, (_, digest)) in files {
        let list = if file.starts_with("data/") { &mut payload } else { &mut tags };
        list.insert(file.clone(), *digest);
    }
    tags.remove(TAG_MANIFEST);

    check.tag(BAGIT, BAGIT_TXT)?;
    check.listed(PAYLOAD_MANIFEST, &payload)?;
    check.listed(TAG_MANIFEST, &tags)?;
    let manifest = BatchManifest::parse(&check.read(MANIFEST_JSON)?, path)?;
    if manifest.batch != name {
        return Err(BatchError::mismatch(path, "the manifest inside", manifest.batch, name));
    }
    check.records(&manifest, payload.clone())?;
    check_audit(&check.read(AUDIT)?)?;
    let payload_bytes = files.iter().filter(|(file, _)| payload.contains_key(*file)).map(|(_, (bytes, _))| bytes).sum();
    check.tag(BAG_INFO, &bag_info(&manifest, payload_bytes, payload.len()))?;
    Ok(manifest)
}

struct Check<'a> {
    path: &'a Path,
    bag: &'a Path,
}

impl Check<'_> {
    fn refuse<T>(&self, entry: &str, reason: &str) -> Result<T> {
        Err(BatchError::refused(self.path, entry, reason))
    }

    fn read(&self, entry: &str) -> Result<Vec<u8>> {
        let file = self.bag.join(entry);
        let mut bytes = Vec::new();
        match fs::File::open(&file).and_then(|file| file.take(ENTRY_BYTES).read_to_end(&mut bytes)) {
            Ok(_) => Ok(bytes),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => self.refuse(entry, "is missing"),
            Err(error) => Err(BatchError::io(&file, "reading", error)),
        }
    }

    /// A tag file has exactly this text.
    fn tag(&self, entry: &str, expected: &str) -> Result<()> {
        if self.read(entry)? == expected.as_bytes() {
            Ok(())
        } else {
            self.refuse(entry, "says something else than the bag holds")
        }
    }

    /// A bag manifest lists exactly these files with these hashes, each once, in order.
    fn listed(&self, entry: &str, files: &BTreeMap<String, Digest>) -> Result<()> {
        let text = self.read(entry)?;
        if text == bag_manifest(files).as_bytes() {
            return Ok(());
        }
        // Something differs: say what.
        let text = String::from_utf8_lossy(&text);
        let listed: BTreeMap<&str, &str> =
            text.lines().filter_map(|line| line.split_once("  ")).map(|(digest, file)| (file, digest)).collect();
        for (file, digest) in files {
            match listed.get(file.as_str()) {
                None => return self.refuse(file, "is in no manifest"),
                Some(said) if *said != digest.to_string() => return self.refuse(file, "differs from its manifest"),
                Some(_) => {}
            }
        }
        match listed.keys().find(|file| !files.contains_key(**file)) {
            Some(file) => self.refuse(file, "is missing"),
            None => self.refuse(entry, "is not spelled the way this program writes it"),
        }
    }

    /// `data/` holds exactly the manifest's records and recalls, the audit rows and the manifest itself.
    fn records(&self, manifest: &BatchManifest, mut payload: BTreeMap<String, Digest>) -> Result<()> {
        payload.remove(MANIFEST_JSON);
        if payload.remove(AUDIT) != Some(manifest.audit_sha256) {
            return self.refuse(AUDIT, "differs from the manifest");
        }
        let mut seen = std::collections::BTreeSet::new();
        for entry in &manifest.records {
            let file = entry.path();
            if !seen.insert(entry.id) {
                return self.refuse(&file, "is listed twice");
            }
            match payload.remove(&file) {
                Some(digest) if digest == entry.sha256 => {}
                Some(_) => return self.refuse(&file, "differs from the manifest"),
                None => return self.refuse(&file, "is missing"),
            }
            if entry.kind == EntryKind::Record && !self.is_sealed(&file)? {
                return self.refuse(&file, "is not a sealed record");
            }
        }
        match payload.keys().next() {
            Some(file) => self.refuse(file, "is not in the manifest"),
            None => Ok(()),
        }
    }

    fn is_sealed(&self, entry: &str) -> Result<bool> {
        let file = self.bag.join(entry);
        let mut start = Vec::new();
        fs::File::open(&file)
            .and_then(|file| file.take(AGE_MAGIC.len() as u64).read_to_end(&mut start))
            .map_err(|error| BatchError::io(&file, "reading", error))?;
        Ok(start == AGE_MAGIC)
    }
}
