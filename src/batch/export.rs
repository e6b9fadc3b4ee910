//! Writing the daily batch onto a medium that may be full, broken, counterfeit or pulled out at any moment.
//!
//! The batch is streamed: one record is in memory at a time. The order of writing is what makes it safe:
//!
//! 1. `<file>.part` is written in chunks of 1 MiB, hashed on the way, and synced; its cache is dropped.
//! 2. It is read back from the medium; the same pass compares the hash and computes the signature.
//! 3. Signature and receipt are written and synced.
//! 4. Only then does the batch get its final name; file and folder are synced once more.
//!
//! So the final name is the last thing to appear: whatever is cut, a file with the final name verifies. (FAT keeps no
//! journal and its rename is not atomic, and the new name says nothing of size and place until the file is synced
//! under it; that is why each rename is followed by a sync of the file, and why the receiving side trusts the
//! signature and never the name.)
//! Whatever fails, the export's own files are removed again as far as the medium still answers.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::io::{self, Read};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use super::bag::BagWriter;
use super::disk::Disk;
use super::error::{BatchError, Result, SourceError};
use super::keys::{DistrictKey, StationKeys};
use super::manifest::{BatchManifest, EntryKind, ManifestEntry, Receipt};
use super::names::{BatchName, Digest, Mode, PART_SUFFIX, RECEIPT_SUFFIX, RecordClass, RecordId, SIGNATURE_SUFFIX};
use super::recall::Recall;
use super::record::AGE_MAGIC;
use super::signature::{HashingReader, sign};
use super::sink::{ChunkWriter, Stopped, Told};

/// Records are encrypted already and do not shrink; the fastest level is enough for audit and manifests.
const ZSTD_LEVEL: i32 = 1;
/// Tar headers, manifest lines and padding of one file.
const OVERHEAD: u64 = 2048;

/// A record sealed to the district's key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealedRecord {
    /// The record's random name.
    pub id: RecordId,
    /// The record's class; it must be the batch's.
    pub class: RecordClass,
    /// The sealed bytes, an age file.
    pub sealed: Vec<u8>,
}

/// One thing that goes into a batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BatchItem {
    /// A sealed record.
    Record(SealedRecord),
    /// A recall of an earlier record.
    Recall(Recall),
}

/// What is decided about a batch before its records are read.
#[derive(Clone, Debug)]
pub struct BatchPlan<'a> {
    /// Its name.
    pub name: BatchName,
    /// The one class of its records.
    pub class: RecordClass,
    /// Real residents or a training station's.
    pub mode: Mode,
    /// SHA-256 of the station's previous encrypted batch.
    pub previous: Option<Digest>,
    /// Program and version, one line, at most 100 characters of printable ASCII.
    pub software: &'a str,
    /// Recipients (`age1...`), two different ones or more.
    pub recipients: &'a [String],
    /// The day's rows of the audit chain, one JSON object per line; may be empty.
    pub audit: &'a [u8],
    /// Sum of the sealed records' sizes, for the check of free space.
    pub expected_bytes: u64,
    /// How many records and recalls will come, for the same check.
    pub expected_items: u64,
}

/// What an export is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Stage {
    /// Writing the batch.
    Writing,
    /// Reading it back from the medium.
    ReadingBack,
}

/// How far an export is. It is told at least once per record and per chunk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// What it is doing.
    pub stage: Stage,
    /// Records and recalls taken so far.
    pub items: u64,
    /// Bytes written, or read back, so far.
    pub bytes: u64,
    /// About how many bytes there will be in this stage.
    pub expected_bytes: u64,
}

/// A batch that lies complete on the medium.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exported {
    /// The encrypted batch.
    pub file: PathBuf,
    /// Its signature.
    pub signature: PathBuf,
    /// Its receipt file.
    pub receipt_file: PathBuf,
    /// The receipt.
    pub receipt: Receipt,
    /// What the batch holds.
    pub manifest: BatchManifest,
    /// Size of the encrypted file.
    pub bytes: u64,
}

/// Writes a batch into `folder`.
///
/// `items` are pulled one at a time. `progress` is called often; `Break` stops the export.
///
/// # Errors
/// [`BatchError`] for every failure; then no file of this batch's final name is left that does not verify, and the
/// unfinished `.part` files are removed unless the medium no longer answers.
pub fn export<I>(
    disk: &dyn Disk,
    folder: &Path,
    plan: &BatchPlan<'_>,
    items: I,
    keys: &StationKeys,
    progress: &mut dyn FnMut(Progress) -> ControlFlow<()>,
) -> Result<Exported>
where
    I: IntoIterator<Item = std::result::Result<BatchItem, SourceError>>,
{
    export_noting(disk, folder, plan, items, keys, progress, |_| Ok(()))
}

/// [`export`], with the receipt told to `note` once everything but the final name is on the medium:
/// what is noted durably there tells, after a power cut, whether a file found under that name is this one.
///
/// # Errors
/// As [`export`], and [`BatchError::Source`] when `note` fails.
pub fn export_noting<I>(
    disk: &dyn Disk,
    folder: &Path,
    plan: &BatchPlan<'_>,
    items: I,
    keys: &StationKeys,
    progress: &mut dyn FnMut(Progress) -> ControlFlow<()>,
    note: impl FnOnce(&Receipt) -> std::result::Result<(), SourceError>,
) -> Result<Exported>
where
    I: IntoIterator<Item = std::result::Result<BatchItem, SourceError>>,
{
    let recipients = DistrictKey::parse_all(plan.recipients, 2)?;
    check_software(plan.software)?;
    check_audit(plan.audit)?;
    let paths = Paths::new(folder, plan.name);
    let need = check_room(disk, folder, &paths, plan)?;

    let outcome = (|| {
        let told = RefCell::new(Told::new(progress, need));
        let written = write_part(disk, &paths, plan, items, &recipients, &told)?;
        finish(disk, folder, &paths, written, keys, &told, note)
    })();
    if outcome.is_err() {
        // The batch itself goes first, so that its signature never disappears from under it.
        for path in [&paths.file, &paths.part, &paths.signature, &paths.receipt] {
            let _ = disk.remove(path);
        }
        for path in [&paths.signature, &paths.receipt] {
            let _ = disk.remove(&suffixed(path, PART_SUFFIX));
        }
    }
    outcome
}

struct Paths {
    file: PathBuf,
    part: PathBuf,
    signature: PathBuf,
    receipt: PathBuf,
}

impl Paths {
    fn new(folder: &Path, name: BatchName) -> Self {
        let file = folder.join(name.file_name());
        Self {
            part: suffixed(&file, PART_SUFFIX),
            signature: suffixed(&file, SIGNATURE_SUFFIX),
            receipt: suffixed(&file, RECEIPT_SUFFIX),
            file,
        }
    }
}

/// A path with something appended to its file name.
pub(crate) fn suffixed(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

fn check_software(software: &str) -> Result<()> {
    let good = !software.is_empty()
        && software.len() <= 100
        && software.bytes().all(|byte| byte == b' ' || byte.is_ascii_graphic());
    if good {
        return Ok(());
    }
    Err(BatchError::text("program name", software, "1 to 100 printable ASCII characters"))
}

/// Every line must be one JSON object, and the last line must be complete.
pub(crate) fn check_audit(audit: &[u8]) -> Result<()> {
    let lines = audit.split_inclusive(|byte| *byte == b'\n').enumerate();
    for (at, line) in lines {
        let object = serde_json::from_slice::<serde_json::Map<String, serde_json::Value>>(line);
        if !line.ends_with(b"\n") || object.is_err() {
            return Err(BatchError::Audit { line: at + 1 });
        }
    }
    Ok(())
}

/// Refuses to overwrite and to start what cannot fit; gives the bytes the batch will need.
fn check_room(disk: &dyn Disk, folder: &Path, paths: &Paths, plan: &BatchPlan<'_>) -> Result<u64> {
    if disk.exists(&paths.file).map_err(|error| BatchError::io(&paths.file, "looking for it", error))? {
        return Err(BatchError::Exists { path: paths.file.clone() });
    }
    let fixed = plan.audit.len() as u64 + 64 * OVERHEAD;
    let expected = plan.expected_bytes.saturating_add(plan.expected_items.saturating_mul(OVERHEAD));
    let expected = expected.saturating_add(fixed);
    let needed = expected.saturating_add(expected / 20);
    match disk.free_bytes(folder).map_err(|error| BatchError::io(folder, "asking for its free space", error))? {
        Some(free) if free < needed => Err(BatchError::NoSpace { folder: folder.to_owned(), needed, free }),
        _ => Ok(expected),
    }
}

/// Tells a wish to stop from a fault of the medium.
fn io_error(path: &Path, doing: &'static str, error: io::Error) -> BatchError {
    if error.get_ref().is_some_and(|inner| inner.is::<Stopped>()) {
        return BatchError::Cancelled;
    }
    BatchError::io(path, doing, error)
}

/// A `.part` that was written and synced, not yet read back.
struct Written {
    manifest: BatchManifest,
    sha256: Digest,
    bytes: u64,
}

fn write_part<I>(
    disk: &dyn Disk,
    paths: &Paths,
    plan: &BatchPlan<'_>,
    items: I,
    recipients: &[DistrictKey],
    told: &RefCell<Told<'_>>,
) -> Result<Written>
where
    I: IntoIterator<Item = std::result::Result<BatchItem, SourceError>>,
{
    let failed = |error| io_error(&paths.part, "writing", error);
    let file = disk.create(&paths.part).map_err(|error| io_error(&paths.part, "creating", error))?;
    let encrypted = DistrictKey::encryptor(recipients)?.wrap_output(ChunkWriter::new(file, told)).map_err(failed)?;
    let packed = zstd::Encoder::new(encrypted, ZSTD_LEVEL).map_err(failed)?;
    let mut bag = BagWriter::new(plan.name, packed).map_err(failed)?;

    let mut records = Vec::new();
    let mut seen = BTreeSet::new();
    for item in items {
        let (entry, content) = checked(item.map_err(BatchError::Source)?, plan)?;
        if !seen.insert(entry.id) {
            return Err(BatchError::DuplicateRecord { record: entry.id.to_string() });
        }
        bag.add(&entry.path(), &content).map_err(failed)?;
        records.push(entry);
        told.borrow_mut().item().map_err(failed)?;
    }
    if records.is_empty() {
        return Err(BatchError::Empty { name: plan.name.to_string() });
    }
    let count = records.iter().filter(|entry| entry.kind == EntryKind::Record).count();
    let manifest = BatchManifest {
        version: 1,
        batch: plan.name,
        station: plan.name.station(),
        seq: plan.name.sequence(),
        class: plan.class,
        mode: plan.mode,
        prev: plan.previous,
        count: u32::try_from(count).unwrap_or(u32::MAX),
        audit_sha256: Digest::of(plan.audit),
        software: plan.software.to_owned(),
        records,
    };
    let packed = bag.finish(&manifest, plan.audit).map_err(failed)?;
    let encrypted = packed.finish().map_err(failed)?;
    let (sha256, bytes) = encrypted.finish().and_then(ChunkWriter::finish).map_err(failed)?;
    Ok(Written { manifest, sha256, bytes })
}

/// An item's manifest line and bytes, if it may go into this batch.
fn checked(item: BatchItem, plan: &BatchPlan<'_>) -> Result<(ManifestEntry, Vec<u8>)> {
    let (kind, id, class, content) = match item {
        BatchItem::Record(record) => (EntryKind::Record, record.id, record.class, record.sealed),
        BatchItem::Recall(recall) => (EntryKind::Recall, recall.record(), plan.class, recall.to_json()),
    };
    if class != plan.class {
        return Err(BatchError::MixedClass {
            record: id.to_string(),
            found: class.as_str(),
            batch: plan.class.as_str(),
        });
    }
    if kind == EntryKind::Record && !content.starts_with(AGE_MAGIC) {
        return Err(BatchError::NotSealed { record: id.to_string() });
    }
    Ok((ManifestEntry { kind, id, class, sha256: Digest::of(&content) }, content))
}

/// Reads the batch back, signs it, and gives it its final name.
fn finish(
    disk: &dyn Disk,
    folder: &Path,
    paths: &Paths,
    written: Written,
    keys: &StationKeys,
    told: &RefCell<Told<'_>>,
    note: impl FnOnce(&Receipt) -> std::result::Result<(), SourceError>,
) -> Result<Exported> {
    let Written { manifest, sha256, bytes } = written;
    let receipt = Receipt {
        batch: manifest.batch,
        station: manifest.station,
        seq: manifest.seq,
        count: manifest.count,
        sha256,
        prev: manifest.prev,
        mode: manifest.mode,
    };
    let signature = read_back(disk, paths, &receipt, bytes, keys, told)?;
    write_small(disk, &paths.signature, signature.as_bytes())?;
    write_small(disk, &paths.receipt, &receipt.to_json())?;
    sync_folder(disk, folder)?;
    note(&receipt).map_err(BatchError::Source)?;
    disk.rename(&paths.part, &paths.file).map_err(|error| BatchError::io(&paths.file, "renaming", error))?;
    sync_folder(disk, folder)?;
    Ok(Exported {
        file: paths.file.clone(),
        signature: paths.signature.clone(),
        receipt_file: paths.receipt.clone(),
        receipt,
        manifest,
        bytes,
    })
}

/// One pass over what the medium really holds: compares it with what was written and signs it.
fn read_back(
    disk: &dyn Disk,
    paths: &Paths,
    receipt: &Receipt,
    bytes: u64,
    keys: &StationKeys,
    told: &RefCell<Told<'_>>,
) -> Result<String> {
    let path = &paths.part;
    let file = disk.open(path).map_err(|error| BatchError::io(path, "opening it to read it back", error))?;
    told.borrow_mut().expected_bytes = bytes;
    let mut reader = TellingReader { file: HashingReader::new(file), told, read: 0, failure: None };
    let signature = sign(keys, &mut reader, &receipt.to_trusted_comment());
    if let Some(error) = reader.failure {
        return Err(io_error(path, "reading it back", error));
    }
    if reader.file.finish() != (receipt.sha256, bytes) {
        return Err(BatchError::ReadBack { path: path.clone() });
    }
    signature
}

/// Tells the progress of reading back, and keeps an error that the signing library would turn into text.
struct TellingReader<'a, 'b, R> {
    file: HashingReader<R>,
    told: &'a RefCell<Told<'b>>,
    read: u64,
    failure: Option<io::Error>,
}

impl<R: Read> Read for TellingReader<'_, '_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let outcome = self.file.read(buffer).and_then(|count| {
            self.read += count as u64;
            self.told.borrow_mut().tell(Stage::ReadingBack, self.read)?;
            Ok(count)
        });
        outcome.map_err(|error| {
            let copy = io::Error::from(error.kind());
            self.failure = Some(error);
            copy
        })
    }
}

/// Writes a small file the safe way: under another name, synced, read back, then renamed.
fn write_small(disk: &dyn Disk, path: &Path, content: &[u8]) -> Result<()> {
    let part = suffixed(path, PART_SUFFIX);
    let write = || {
        let mut file = disk.create(&part)?;
        file.write_all(content)?;
        file.sync()
    };
    write().map_err(|error| BatchError::io(path, "writing", error))?;
    let read = || {
        let mut found = Vec::with_capacity(content.len());
        disk.open(&part)?.take(content.len() as u64 + 1).read_to_end(&mut found)?;
        Ok(found)
    };
    if read().map_err(|error| BatchError::io(path, "reading it back", error))? != content {
        return Err(BatchError::ReadBack { path: path.to_owned() });
    }
    disk.rename(&part, path).map_err(|error| BatchError::io(path, "renaming", error))
}

fn sync_folder(disk: &dyn Disk, folder: &Path) -> Result<()> {
    disk.sync_folder(folder).map_err(|error| BatchError::io(folder, "bringing its names onto the medium", error))
}
