//! Checking a batch with public keys only: nothing is decrypted, nothing is parsed but the signature's own text.

use std::io::Read;
use std::path::{Path, PathBuf};

use super::disk::{Disk, RealDisk};
use super::error::{BatchError, Result};
use super::export::suffixed;
use super::keys::PublicKey;
use super::manifest::Receipt;
use super::names::{BatchName, RECEIPT_SUFFIX, SIGNATURE_SUFFIX};
use super::signature::{HashingReader, SignatureFile};

/// Signature and receipt files are below 2 KiB; more is not read.
const SMALL: u64 = 4096;

/// A batch whose signature holds over the whole file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    /// The encrypted batch.
    pub file: PathBuf,
    /// What the signature says about it.
    pub receipt: Receipt,
    /// Size of the encrypted file.
    pub bytes: u64,
    /// Whether a receipt lay beside it (and said the same).
    pub receipt_found: bool,
}

/// Checks the signature over the whole file, and the signed statement against name, hash and receipt.
///
/// A missing receipt is no error, because it repeats what is signed; a receipt that says something else is.
///
/// # Errors
/// [`BatchError::Unsigned`], [`BatchError::Signature`], [`BatchError::Mismatch`], [`BatchError::Refused`] (the
/// receipt's form), [`BatchError::Io`].
pub fn verify(file: &Path, key: &PublicKey) -> Result<Verified> {
    verify_on(&RealDisk, file, key)
}

/// [`verify`] on any disk.
pub fn verify_on(disk: &dyn Disk, file: &Path, key: &PublicKey) -> Result<Verified> {
    let reader = disk.open(file).map_err(|error| BatchError::io(file, "opening", error))?;
    verify_reader(disk, file, reader, key)
}

/// Checks what the reader yields; `file` says where signature and receipt lie.
pub(crate) fn verify_reader(disk: &dyn Disk, file: &Path, reader: impl Read, key: &PublicKey) -> Result<Verified> {
    let signature = small_file(disk, &suffixed(file, SIGNATURE_SUFFIX))?;
    let signature = signature.ok_or_else(|| BatchError::Unsigned { path: file.to_owned() })?;
    let mut reader = HashingReader::new(reader);
    let comment = SignatureFile::parse(&signature, file)?.verify(key, &mut reader, file)?;
    let (sha256, bytes) = reader.finish();

    let receipt = Receipt::from_trusted_comment(&comment).ok_or_else(|| BatchError::Signature {
        path: file.to_owned(),
        reason: "its trusted comment is not that of a batch".to_owned(),
    })?;
    if receipt.sha256 != sha256 {
        return Err(BatchError::mismatch(file, "the signed hash", receipt.sha256, sha256));
    }
    let name = file_name(file)?;
    if receipt.batch != name {
        return Err(BatchError::mismatch(file, "the signed name", receipt.batch, name));
    }
    let receipt_found = check_receipt(disk, file, &receipt)?;
    Ok(Verified { file: file.to_owned(), receipt, bytes, receipt_found })
}

/// The batch that a path's last part names.
pub(crate) fn file_name(file: &Path) -> Result<BatchName> {
    BatchName::from_file_name(&file.file_name().unwrap_or_default().to_string_lossy())
}

fn check_receipt(disk: &dyn Disk, file: &Path, signed: &Receipt) -> Result<bool> {
    let path = suffixed(file, RECEIPT_SUFFIX);
    let Some(bytes) = small_file(disk, &path)? else { return Ok(false) };
    let found = Receipt::parse(&bytes, &path)?;
    if found == *signed {
        return Ok(true);
    }
    Err(BatchError::mismatch(&path, "the receipt", found.to_trusted_comment(), signed.to_trusted_comment()))
}

/// A small file's bytes, cut after 4 KiB; `None` when there is none.
pub(crate) fn small_file(disk: &dyn Disk, path: &Path) -> Result<Option<Vec<u8>>> {
    let failed = |error| BatchError::io(path, "reading", error);
    if !disk.exists(path).map_err(failed)? {
        return Ok(None);
    }
    let mut bytes = Vec::new();
    disk.open(path).map_err(failed)?.take(SMALL).read_to_end(&mut bytes).map_err(failed)?;
    Ok(Some(bytes))
}
