//! The district's side: opening a batch that may come from anybody.
//!
//! age releases authenticated chunks before it has seen the end of the file, so nothing is believed early. With the
//! station's public key the signature over the whole file is checked before anything is decrypted; with or without
//! it, everything is unpacked into a quarantine folder, checked there, and only then given its final name. The
//! unpacking knows regular files with names of the batch's own grammar, in bounded number and size.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufReader, Read, Seek, Write};
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

use super::archive::{ArchiveFault, Caps, read_archive};
use super::bag_check::{BagFiles, check_bag};
use super::disk::{Disk, RealDisk};
use super::error::{BatchError, Result};
use super::keys::{Identity, PublicKey};
use super::manifest::{
    AUDIT, BAG_INFO, BAGIT, BatchManifest, ENTRY_BYTES, EntryKind, MANIFEST_JSON, PAYLOAD_MANIFEST, TAG_MANIFEST,
};
use super::names::{BatchName, Digest, RecordId};
use super::recall::Recall;
use super::record::{fault_to_error, open_layers, unseal_with};
use super::signature::HashingReader;
use super::verify::{Verified, file_name, verify_reader};

/// How much a batch may unpack to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Files in the bag.
    pub entries: usize,
    /// Bytes of all files together. Whatever is set here, a batch may not unpack to more than 32 times its own size
    /// and 16 MiB: its records are encrypted and do not compress.
    pub bytes: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { entries: 20_000, bytes: 16 << 30 }
    }
}

/// What is to be opened, with which keys, and where to.
#[derive(Debug)]
pub struct OpenRequest<'a> {
    /// The encrypted batch; it must have kept its name.
    pub file: &'a Path,
    /// The station's public key. Without it the sender is *not* authenticated.
    pub public_key: Option<&'a PublicKey>,
    /// A recipient's identity.
    pub identity: &'a Identity,
    /// The folder to make; it must not exist yet, or be empty.
    pub out: &'a Path,
    /// Whether the records are unsealed too, each into a folder of its own, `out/<record>/`.
    pub unseal: bool,
    /// Caps.
    pub limits: Limits,
}

/// A batch that was opened and checked.
#[derive(Debug)]
pub struct Opened {
    /// What it holds.
    pub manifest: BatchManifest,
    /// The outcome of the signature's check; `None` when no public key was given.
    pub verified: Option<Verified>,
    /// The bag, `out/<batch>/`.
    pub bag: PathBuf,
    /// The recalls; their signatures were checked when a public key was given.
    pub recalls: Vec<Recall>,
    /// The records that were unsealed into `out/<record>/`.
    pub unsealed: Vec<RecordId>,
}

/// Opens a batch into a folder.
///
/// # Errors
/// [`BatchError`]; then the folder was not made and the quarantine is gone.
pub fn open(request: &OpenRequest<'_>) -> Result<Opened> {
    let name = file_name(request.file)?;
    check_free(request.out)?;
    // One handle for both passes, so that the file checked is the file opened.
    let mut file = File::open(request.file).map_err(|error| BatchError::io(request.file, "opening", error))?;
    let verified = match request.public_key {
        None => None,
        Some(key) => Some(verify_reader(&RealDisk, request.file, &mut file, key)?),
    };
    file.rewind().map_err(|error| BatchError::io(request.file, "reading", error))?;

    let quarantine = Quarantine::create(request.out)?;
    let files = unpack(&file, request, name, verified.as_ref(), &quarantine.path)?;
    let bag = quarantine.path.join(name.to_string());
    let manifest = check_bag(request.file, &bag, name, &files)?;
    if let Some(verified) = &verified {
        check_signed(request.file, verified, &manifest)?;
    }
    let recalls = read_recalls(request, &bag, &manifest)?;
    let unsealed = if request.unseal { unseal_all(request, &bag, &manifest, &quarantine.path)? } else { Vec::new() };
    quarantine.release(request.out)?;
    Ok(Opened { manifest, verified, bag: request.out.join(name.to_string()), recalls, unsealed })
}

/// The final folder may be missing or empty, nothing else.
fn check_free(out: &Path) -> Result<()> {
    match fs::read_dir(out).map(|mut entries| entries.next().is_none()) {
        Ok(true) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Ok(false) => Err(BatchError::Exists { path: out.to_owned() }),
        Err(error) => Err(BatchError::io(out, "looking into it", error)),
    }
}

/// A folder beside the final one, removed with everything in it unless it is released.
struct Quarantine {
    path: PathBuf,
}

impl Quarantine {
    fn create(out: &Path) -> Result<Self> {
        let name = out.file_name().ok_or_else(|| {
            BatchError::text("output folder", &out.to_string_lossy(), "a path that ends with the name of a new folder")
        })?;
        let path = out.with_file_name(format!(".{}.rekam-part", name.to_string_lossy()));
        let failed = |error| BatchError::io(&path, "making the quarantine folder", error);
        if let Some(parent) = out.parent().filter(|parent| !parent.as_os_str().is_empty()) {
            fs::create_dir_all(parent).map_err(failed)?;
        }
        // A remainder of an opening that was killed; links in it are removed, not followed.
        match fs::remove_dir_all(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(failed(error)),
            _ => make_private_folder(&path).map_err(failed)?,
        }
        Ok(Self { path })
    }

    /// Gives the folder its final name.
    fn release(self, out: &Path) -> Result<()> {
        let failed = |error| BatchError::io(out, "giving the folder its name", error);
        sync_all(&self.path).map_err(failed)?;
        if out.exists() {
            fs::remove_dir(out).map_err(failed)?;
        }
        fs::rename(&self.path, out).map_err(failed)?;
        let parent = out.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        RealDisk.sync_folder(parent).map_err(failed)
    }
}

impl Drop for Quarantine {
    fn drop(&mut self) {
        // After a release the folder has another name and there is nothing to remove.
        let _ = fs::remove_dir_all(&self.path);
    }
}

#[cfg(unix)]
fn make_private_folder(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt as _;
    fs::DirBuilder::new().mode(0o700).create(path)
}

#[cfg(not(unix))]
fn make_private_folder(path: &Path) -> io::Result<()> {
    fs::create_dir(path)
}

/// Brings all files of the folder onto the disk before it gets its final name.
#[cfg(target_os = "linux")]
fn sync_all(folder: &Path) -> io::Result<()> {
    Ok(rustix::fs::syncfs(File::open(folder)?)?)
}

#[cfg(not(target_os = "linux"))]
fn sync_all(_: &Path) -> io::Result<()> {
    Ok(())
}

/// Decrypts, decompresses and unpacks into the quarantine; gives size and hash of every file, by path in the bag.
fn unpack(
    file: &File,
    request: &OpenRequest<'_>,
    name: BatchName,
    verified: Option<&Verified>,
    quarantine: &Path,
) -> Result<BagFiles> {
    let path = request.file;
    let failed = |error| BatchError::io(quarantine, "unpacking", error);
    let size = file.metadata().map_err(|error| BatchError::io(path, "reading", error))?.len();
    let root = quarantine.join(name.to_string());
    fs::create_dir(&root).and_then(|()| fs::create_dir(root.join("data"))).map_err(failed)?;

    let caps = Caps {
        entries: request.limits.entries,
        entry_bytes: ENTRY_BYTES,
        total_bytes: request.limits.bytes.min(size.saturating_mul(32).saturating_add(16 << 20)),
    };
    let mut hashed = HashingReader::new(file);
    let mut layers = open_layers(BufReader::with_capacity(1 << 17, &mut hashed), request.identity, path)?;
    let prefix = format!("{name}/");
    let mut files: BagFiles = BTreeMap::new();
    let outcome = read_archive(&mut layers, caps, |entry, _, content| {
        let inside = entry.strip_prefix(&prefix).filter(|inside| is_bag_path(inside));
        let inside = inside.ok_or_else(|| ArchiveFault::entry(entry, "has a name no batch uses"))?;
        if files.contains_key(inside) {
            return Err(ArchiveFault::entry(entry, "is there twice"));
        }
        let written = write_new(&root.join(inside), content)?;
        files.insert(inside.to_owned(), written);
        Ok(())
    });
    outcome.and_then(|()| Ok(layers.finish()?)).map_err(|fault| fault_to_error(fault, path))?;
    let (sha256, _) = hashed.finish();
    match verified {
        Some(verified) if verified.receipt.sha256 != sha256 => {
            Err(BatchError::mismatch(path, "a second reading", sha256, verified.receipt.sha256))
        }
        _ => Ok(files),
    }
}

/// The only paths a bag of ours has.
fn is_bag_path(path: &str) -> bool {
    if matches!(path, BAGIT | BAG_INFO | PAYLOAD_MANIFEST | TAG_MANIFEST | AUDIT | MANIFEST_JSON) {
        return true;
    }
    let Some(name) = path.strip_prefix("data/") else { return false };
    let record = match name.strip_prefix("recall-") {
        Some(recall) => recall.strip_suffix(".json"),
        None => name.strip_suffix(".age"),
    };
    record.is_some_and(|id| id.parse::<RecordId>().is_ok())
}

/// Copies a stream into a new file; an existing one is never overwritten.
fn write_new(path: &Path, content: &mut dyn Read) -> std::result::Result<(u64, Digest), ArchiveFault> {
    let mut file = OpenOptions::new().write(true).create_new(true).open(path).map_err(ArchiveFault::Write)?;
    let mut hasher = Sha256::new();
    let mut buffer = vec![0; 1 << 16];
    let mut bytes = 0;
    loop {
        let count = content.read(&mut buffer)?;
        let read = buffer.get(..count).unwrap_or_default();
        if read.is_empty() {
            return Ok((bytes, Digest::finish(hasher)));
        }
        hasher.update(read);
        file.write_all(read).map_err(ArchiveFault::Write)?;
        bytes += read.len() as u64;
    }
}

/// What is signed outside must be what stands inside.
fn check_signed(path: &Path, verified: &Verified, manifest: &BatchManifest) -> Result<()> {
    let inside = super::manifest::Receipt {
        batch: manifest.batch,
        station: manifest.station,
        seq: manifest.seq,
        count: manifest.count,
        sha256: verified.receipt.sha256,
        prev: manifest.prev,
        mode: manifest.mode,
    };
    if inside == verified.receipt {
        return Ok(());
    }
    Err(BatchError::mismatch(
        path,
        "the manifest inside",
        inside.to_trusted_comment(),
        verified.receipt.to_trusted_comment(),
    ))
}

fn read_recalls(request: &OpenRequest<'_>, bag: &Path, manifest: &BatchManifest) -> Result<Vec<Recall>> {
    let recalls = manifest.records.iter().filter(|entry| entry.kind == EntryKind::Recall);
    recalls
        .map(|entry| {
            let file = bag.join(entry.path());
            let bytes = fs::read(&file).map_err(|error| BatchError::io(&file, "reading", error))?;
            let recall = Recall::parse(&bytes, request.file)?;
            if recall.record() != entry.id {
                return Err(BatchError::mismatch(request.file, "a recall", recall.record(), entry.id));
            }
            if let Some(key) = request.public_key {
                recall.verify(key, request.file)?;
            }
            Ok(recall)
        })
        .collect()
}

fn unseal_all(
    request: &OpenRequest<'_>,
    bag: &Path,
    manifest: &BatchManifest,
    quarantine: &Path,
) -> Result<Vec<RecordId>> {
    let mut unsealed = Vec::new();
    for entry in manifest.records.iter().filter(|entry| entry.kind == EntryKind::Record) {
        let file = bag.join(entry.path());
        let sealed = fs::read(&file).map_err(|error| BatchError::io(&file, "reading", error))?;
        let shown = request.file.join(entry.path());
        let bundle = unseal_with(&sealed, request.identity, &shown)?;
        let folder = quarantine.join(entry.id.to_string());
        let write = || -> io::Result<()> {
            make_private_folder(&folder)?;
            bundle.entries().try_for_each(|(name, content)| {
                let mut file = OpenOptions::new().write(true).create_new(true).open(folder.join(name.as_str()))?;
                file.write_all(content)
            })
        };
        write().map_err(|error| BatchError::io(&folder, "unsealing a record", error))?;
        unsealed.push(entry.id);
    }
    Ok(unsealed)
}
