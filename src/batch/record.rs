//! One finished record: a small set of named files, its canonical bytes, and its sealing to a public key.
//!
//! The canonical bytes are a tar of the files in the order of their names with every free field zero. They depend on
//! the content alone, so two stations (or two runs) that record the same things get the same hash; compression and
//! encryption come after that, and age draws a fresh key every time.

use std::collections::BTreeMap;
use std::io::{self, Read, Write as _};
use std::path::Path;

use super::archive::{ArchiveFault, ArchiveWriter, Caps, read_archive};
use super::error::{BatchError, Result};
use super::keys::{DistrictKey, Identity};
use super::names::{Digest, EntryName};

/// The first bytes of every age file (age-encryption.org/v1).
pub(crate) const AGE_MAGIC: &[u8] = b"age-encryption.org/v1\n";
/// zstd's window when reading, as a power of two; level 3 writes at most 2^21.
pub(crate) const WINDOW_LOG: u32 = 23;
/// Records are small: fourteen images and their templates. What expands a thousandfold is no record.
const CAPS: Caps = Caps { entries: 256, entry_bytes: 64 << 20, total_bytes: 32 << 20 };
/// Samples are compressed already; a record may grow by this factor beyond the cap above.
const EXPANSION: u64 = 64;
const ZSTD_LEVEL: i32 = 3;

/// A finished record: `record.json` and its samples, by name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RecordBundle {
    entries: BTreeMap<EntryName, Vec<u8>>,
}

impl RecordBundle {
    /// A record that so far holds its `record.json` only.
    pub fn new(record_json: Vec<u8>) -> Self {
        Self { entries: BTreeMap::from([(EntryName::record(), record_json)]) }
    }

    /// Adds a file; a file of the same name is refused.
    pub fn insert(&mut self, name: EntryName, content: Vec<u8>) -> Result<()> {
        if self.entries.contains_key(&name) {
            return Err(BatchError::text("file name in a record", name.as_str(), "a name not used before"));
        }
        self.entries.insert(name, content);
        Ok(())
    }

    /// The content of a file.
    pub fn get(&self, name: &str) -> Option<&[u8]> {
        self.entries.iter().find(|(entry, _)| entry.as_str() == name).map(|(_, content)| content.as_slice())
    }

    /// All files in the order of their names.
    pub fn entries(&self) -> impl Iterator<Item = (&EntryName, &[u8])> {
        self.entries.iter().map(|(name, content)| (name, content.as_slice()))
    }

    /// The canonical bytes: a deterministic tar.
    pub fn to_tar(&self) -> Vec<u8> {
        let size = self.entries.values().map(|content| content.len() + 1024).sum();
        let mut archive = ArchiveWriter::new(Vec::with_capacity(size));
        for (name, content) in &self.entries {
            // Writing to memory cannot fail, and a valid name always fits a header.
            let _ = archive.append(name.as_str(), content);
        }
        archive.finish().unwrap_or_default()
    }
}

/// The hash of a record's canonical bytes: without compression, keys and nonces.
pub fn canonical_sha256(bundle: &RecordBundle) -> Digest {
    Digest::of(&bundle.to_tar())
}

/// Seals a record to one or more recipients (`age1...`): tar -> zstd -> age.
///
/// # Errors
/// [`BatchError::Key`] or [`BatchError::Recipients`] when a recipient is no key or there is none.
pub fn seal<S: AsRef<str>>(bundle: &RecordBundle, recipients: &[S]) -> Result<Vec<u8>> {
    let recipients = DistrictKey::parse_all(recipients, 1)?;
    let encryptor = DistrictKey::encryptor(&recipients)?;
    let write = || -> io::Result<Vec<u8>> {
        let packed = zstd::bulk::compress(&bundle.to_tar(), ZSTD_LEVEL)?;
        let mut sealed = encryptor.wrap_output(Vec::with_capacity(packed.len() + packed.len() / 1024 + 1024))?;
        sealed.write_all(&packed)?;
        sealed.finish()
    };
    write().map_err(|error| BatchError::io(Path::new("record"), "sealing", error))
}

/// Opens a sealed record with an identity file's text (`AGE-SECRET-KEY-1...`).
///
/// # Errors
/// [`BatchError::NotForYou`] for the wrong identity, [`BatchError::Decrypt`] when the bytes were cut or changed,
/// [`BatchError::Refused`] when the content is not a record.
pub fn unseal(sealed: &[u8], identity: &str) -> Result<RecordBundle> {
    unseal_with(sealed, &identity.parse()?, Path::new("record"))
}

pub(crate) fn unseal_with(sealed: &[u8], identity: &Identity, path: &Path) -> Result<RecordBundle> {
    let mut reader = open_layers(sealed, identity, path)?;
    let mut bundle = RecordBundle::default();
    let total_bytes = CAPS.total_bytes.saturating_add(EXPANSION.saturating_mul(sealed.len() as u64));
    read_archive(&mut reader, Caps { total_bytes, ..CAPS }, |name, _, content| {
        let entry: EntryName = name.parse().map_err(|_| ArchiveFault::entry(name, "has a name no record uses"))?;
        let mut bytes = Vec::new();
        content.read_to_end(&mut bytes)?;
        if bundle.entries.insert(entry, bytes).is_some() {
            return Err(ArchiveFault::entry(name, "is there twice"));
        }
        Ok(())
    })
    .and_then(|()| Ok(reader.finish()?))
    .map_err(|fault| fault_to_error(fault, path))?;
    if bundle.get(EntryName::record().as_str()).is_none() {
        return Err(BatchError::refused(path, "record.json", "is missing"));
    }
    Ok(bundle)
}

/// age and zstd, peeled off a stream.
pub(crate) struct Layers<R: Read>(zstd::Decoder<'static, io::BufReader<age::stream::StreamReader<R>>>);

/// Starts to decrypt and decompress; nothing read from it may be trusted before [`Layers::finish`] succeeded.
pub(crate) fn open_layers<R: Read>(sealed: R, identity: &Identity, path: &Path) -> Result<Layers<R>> {
    let refuse = |error: age::DecryptError| match error {
        age::DecryptError::NoMatchingKeys => BatchError::NotForYou { path: path.to_owned() },
        age::DecryptError::Io(error) if error.kind() != io::ErrorKind::UnexpectedEof => {
            BatchError::io(path, "reading", error)
        }
        error => BatchError::Decrypt { path: path.to_owned(), source: Box::new(error) },
    };
    let reader = age::Decryptor::new(sealed).and_then(|sealed| sealed.decrypt(identity.as_dyn())).map_err(refuse)?;
    let decoder = zstd::Decoder::new(reader).and_then(|mut decoder| {
        decoder.window_log_max(WINDOW_LOG)?;
        Ok(decoder.single_frame())
    });
    decoder.map(Layers).map_err(|error| fault_to_error(error.into(), path))
}

impl<R: Read> Layers<R> {
    /// Makes sure that the compressed stream and the encrypted file both end here, cleanly.
    pub(crate) fn finish(mut self) -> io::Result<()> {
        let trailing = || io::Error::new(io::ErrorKind::InvalidData, "something follows the compressed archive");
        if self.0.read(&mut [0])? != 0 || self.0.finish().read(&mut [0])? != 0 {
            return Err(trailing());
        }
        Ok(())
    }
}

impl<R: Read> Read for Layers<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.read(buffer)
    }
}

pub(crate) fn fault_to_error(fault: ArchiveFault, path: &Path) -> BatchError {
    match fault {
        ArchiveFault::Read(error) if error.raw_os_error().is_some() => BatchError::io(path, "reading", error),
        ArchiveFault::Write(error) => BatchError::io(path, "unpacking", error),
        ArchiveFault::Read(error) => BatchError::Decrypt { path: path.to_owned(), source: Box::new(error) },
        ArchiveFault::Entry { name, reason } => BatchError::refused(path, &name, reason),
    }
}
