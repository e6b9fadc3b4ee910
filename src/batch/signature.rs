//! Detached minisign signatures, made and checked in one pass over a stream that is hashed along the way.
//!
//! Stock minisign reads these files. This reader is stricter than minisign's: the whole signature file must be exactly
//! what its content encodes to, so that not one byte of it, the untrusted comment included, can be changed unnoticed.

use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

use sha2::{Digest as _, Sha256};

use super::error::{BatchError, Result};
use super::keys::{PublicKey, StationKeys};
use super::names::Digest;

/// The first line of every signature of ours; minisign ignores it.
const UNTRUSTED: &str = "signature of Rekam, check it with minisign";
/// Four lines: a comment, 74 bytes in base64, the trusted comment, 64 bytes in base64.
const LONGEST: usize = 2048;

/// Hashes everything that is read through it.
pub(crate) struct HashingReader<R> {
    inner: R,
    hasher: Sha256,
    bytes: u64,
}

impl<R: Read> HashingReader<R> {
    pub(crate) fn new(inner: R) -> Self {
        Self { inner, hasher: Sha256::new(), bytes: 0 }
    }

    /// The hash and number of the bytes read so far.
    pub(crate) fn finish(self) -> (Digest, u64) {
        (Digest::finish(self.hasher), self.bytes)
    }
}

impl<R: Read> Read for HashingReader<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.hasher.update(buffer.get(..count).unwrap_or_default());
        self.bytes += count as u64;
        Ok(count)
    }
}

/// minisign's check asks for `Seek` because it can print the file afterwards, which is never wanted here.
impl<R> Seek for HashingReader<R> {
    fn seek(&mut self, _: SeekFrom) -> io::Result<u64> {
        Err(io::ErrorKind::Unsupported.into())
    }
}

/// Signs what the reader yields, with a trusted comment; returns the text of the signature file.
pub(crate) fn sign(keys: &StationKeys, reader: impl Read, trusted_comment: &str) -> Result<String> {
    let secret = keys.secret_key()?;
    minisign::sign(Some(&keys.public_key().0), &secret, reader, Some(trusted_comment), Some(UNTRUSTED))
        .map(|signature| signature.to_string())
        .map_err(BatchError::Sign)
}

/// A signature file whose form is good; nothing is verified yet.
pub(crate) struct SignatureFile(minisign::SignatureBox);

impl SignatureFile {
    /// Parses the bytes of a signature file; `path` names the signed file in errors.
    pub(crate) fn parse(bytes: &[u8], path: &Path) -> Result<Self> {
        let bad = |reason: &str| BatchError::Signature { path: path.to_owned(), reason: reason.to_owned() };
        let text = std::str::from_utf8(bytes).ok().filter(|text| text.len() <= LONGEST);
        let text = text.ok_or_else(|| bad("its file is not a signature"))?;
        let lines: Vec<&str> = text.split('\n').collect();
        // Lengths are checked here because the library trusts them.
        let &[_, signature, _, comment_signature, ""] = lines.as_slice() else {
            return Err(bad("its file is not a signature of four lines"));
        };
        if signature.len() != 100 || comment_signature.len() != 88 {
            return Err(bad("its file is cut short or too long"));
        }
        let parsed = minisign::SignatureBox::from_string(text).map_err(|error| bad(&error.to_string()))?;
        let untrusted = parsed.untrusted_comment().unwrap_or_default();
        if parsed.trusted_comment().is_err() || untrusted != UNTRUSTED || parsed.to_string() != text {
            return Err(bad("its file was changed"));
        }
        Ok(Self(parsed))
    }

    /// Checks the signature over everything the reader yields and returns the trusted comment.
    ///
    /// An error of the reader is handed back as it is; every other failure is a signature that does not hold.
    pub(crate) fn verify<R: Read>(
        &self,
        key: &PublicKey,
        reader: &mut HashingReader<R>,
        path: &Path,
    ) -> Result<String> {
        let bad = |reason: String| BatchError::Signature { path: path.to_owned(), reason };
        let mut watched = Watched { inner: reader, failure: None };
        let outcome = minisign::verify(&key.0, &self.0, &mut watched, true, false, false);
        if let Some(error) = watched.failure {
            return Err(BatchError::io(path, "reading", error));
        }
        outcome.map_err(|error| bad(error.to_string()))?;
        self.0.trusted_comment().map_err(|error| bad(error.to_string()))
    }
}

/// Remembers the reader's own error, which minisign would turn into text.
struct Watched<'a, R> {
    inner: &'a mut HashingReader<R>,
    failure: Option<io::Error>,
}

impl<R: Read> Read for Watched<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.inner.read(buffer).map_err(|error| {
            let copy = io::Error::new(error.kind(), error.to_string());
            self.failure = Some(error);
            copy
        })
    }
}

impl<R> Seek for Watched<'_, R> {
    fn seek(&mut self, _: SeekFrom) -> io::Result<u64> {
        Err(io::ErrorKind::Unsupported.into())
    }
}
