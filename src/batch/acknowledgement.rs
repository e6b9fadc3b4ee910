//! The district's answer to a batch: a JSON file signed with the district's minisign key.
//!
//! Only a signed answer lets the station forget anything: it starts the retention timer of a batch and sets the
//! residents' status. The status words are those the offices themselves use.

use std::collections::BTreeSet;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::disk::RealDisk;
use super::error::{BatchError, Result};
use super::export::suffixed;
use super::keys::{PublicKey, StationKeys};
use super::manifest::{parse_json, to_json};
use super::names::{BatchName, Digest, RecordId, SIGNATURE_SUFFIX};
use super::signature::{HashingReader, SignatureFile, sign};
use super::verify::small_file;

/// An answer names at most a batch's records; 16 MiB hold over 100 000 of them.
const LONGEST: u64 = 16 << 20;

/// What became of a record, in the words of the population administration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum RecordStatus {
    /// Sent on towards the centre.
    SentForEnrollment,
    /// Arrived at the centre.
    ReceivedAtCentral,
    /// The district could not use the biometrics.
    EnrollFailureAtRegional,
    /// The centre could not use the biometrics.
    EnrollFailureAtCentral,
    /// The search at the centre failed.
    SearchFailureAtCentral,
    /// A person decides whether this is a duplicate.
    AdjudicateRecord,
    /// The data must be validated.
    RequestValidation,
    /// The biometrics belong to another NIK.
    DuplicateRecord,
    /// Unique and ready to print.
    PrintReadyRecord,
}

/// The answer for one record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Answer {
    /// The record.
    pub id: RecordId,
    /// Its status.
    pub status: RecordStatus,
}

/// Whether the district took the batch in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Decision {
    /// Taken in; the station's copy may be forgotten after its retention time.
    Accepted,
    /// Refused as a whole; the station must send it again.
    Rejected,
}

/// The district's answer to one batch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Acknowledgement {
    /// Version of this layout, 1.
    pub version: u8,
    /// The batch.
    pub batch: BatchName,
    /// SHA-256 of the encrypted batch as the district received it.
    pub sha256: Digest,
    /// Taken in or not.
    pub decision: Decision,
    /// Records whose status is known already, each once; may be empty.
    pub records: Vec<Answer>,
}

impl Acknowledgement {
    /// The answer file's bytes and its signature file's text, made with the district's key.
    pub fn sign(&self, district: &StationKeys) -> Result<(Vec<u8>, String)> {
        let bytes = to_json(self);
        let signature = sign(district, bytes.as_slice(), &self.comment())?;
        Ok((bytes, signature))
    }

    fn comment(&self) -> String {
        format!("acknowledgement batch={} sha256={}", self.batch, self.sha256)
    }

    /// Checks signature and form of an answer; `path` names the file in errors.
    pub fn read(bytes: &[u8], signature: &[u8], district: &PublicKey, path: &Path) -> Result<Self> {
        let mut reader = HashingReader::new(bytes);
        let comment = SignatureFile::parse(signature, path)?.verify(district, &mut reader, path)?;
        let answer: Self = parse_json(bytes, path, "acknowledgement")?;
        if comment != answer.comment() {
            return Err(BatchError::mismatch(path, "the trusted comment", comment, answer.comment()));
        }
        if answer.version != 1 {
            return Err(BatchError::refused(path, "version", "is one this program does not know"));
        }
        let mut seen = BTreeSet::new();
        match answer.records.iter().find(|record| !seen.insert(record.id)) {
            Some(twice) => Err(BatchError::refused(path, &twice.id.to_string(), "is answered twice")),
            None => Ok(answer),
        }
    }
}

/// Reads an answer file whose signature lies beside it (`<file>.minisig`).
///
/// Whether the batch and its hash are ones this station sent is for the caller's ledger to say.
pub fn acknowledge(file: &Path, district: &PublicKey) -> Result<Acknowledgement> {
    use std::io::Read as _;
    let signature = small_file(&RealDisk, &suffixed(file, SIGNATURE_SUFFIX))?;
    let signature = signature.ok_or_else(|| BatchError::Unsigned { path: file.to_owned() })?;
    let mut bytes = Vec::new();
    std::fs::File::open(file)
        .and_then(|opened| opened.take(LONGEST).read_to_end(&mut bytes))
        .map_err(|error| BatchError::io(file, "reading", error))?;
    Acknowledgement::read(&bytes, &signature, district, file)
}
