//! Recalls: a signed wish to withdraw a record that left with an earlier batch.
//!
//! A batch is never changed or taken back, so a mistake found afterwards travels in a later batch as an entry of its
//! own. It carries the station's signature by itself, because the district passes it on without the batch.

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::error::{BatchError, Result};
use super::keys::{PublicKey, StationKeys};
use super::manifest::{parse_json, to_json};
use super::names::{BatchName, Digest, RecordId};
use super::signature::{HashingReader, SignatureFile, sign};

/// Why a record is withdrawn. There is no free text: it could hold personal data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RecallReason {
    /// The biometrics belong to another person than the data.
    WrongPerson,
    /// A sample was taken from the wrong finger, hand or eye.
    WrongPosition,
    /// The person was recorded twice.
    Duplicate,
    /// The record was finished by mistake.
    EnteredInError,
}

impl RecallReason {
    fn as_str(self) -> &'static str {
        match self {
            Self::WrongPerson => "wrong-person",
            Self::WrongPosition => "wrong-position",
            Self::Duplicate => "duplicate",
            Self::EnteredInError => "entered-in-error",
        }
    }
}

/// A signed recall, as it lies in `data/recall-<record>.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recall {
    record: RecordId,
    batch: BatchName,
    sealed_sha256: Digest,
    reason: RecallReason,
    minisig: String,
}

impl Recall {
    /// Signs a recall of a record that left with `batch`; `sealed_sha256` is the hash of the sealed record in it.
    pub fn sign(
        record: RecordId,
        batch: BatchName,
        sealed_sha256: Digest,
        reason: RecallReason,
        keys: &StationKeys,
    ) -> Result<Self> {
        let mut recall = Self { record, batch, sealed_sha256, reason, minisig: String::new() };
        let statement = recall.statement();
        recall.minisig = sign(keys, statement.as_bytes(), &recall.comment())?;
        Ok(recall)
    }

    /// The recalled record.
    pub fn record(&self) -> RecordId {
        self.record
    }

    /// The batch with which it left.
    pub fn batch(&self) -> BatchName {
        self.batch
    }

    /// Why.
    pub fn reason(&self) -> RecallReason {
        self.reason
    }

    /// Checks the signature.
    pub fn verify(&self, key: &PublicKey, path: &Path) -> Result<()> {
        let statement = self.statement();
        let mut reader = HashingReader::new(statement.as_bytes());
        let comment = SignatureFile::parse(self.minisig.as_bytes(), path)?.verify(key, &mut reader, path)?;
        if comment == self.comment() {
            return Ok(());
        }
        Err(BatchError::mismatch(path, "the recall's trusted comment", comment, self.comment()))
    }

    /// The recall file's bytes.
    pub fn to_json(&self) -> Vec<u8> {
        to_json(self)
    }

    /// Reads a recall file; its signature is not checked here.
    pub fn parse(bytes: &[u8], path: &Path) -> Result<Self> {
        parse_json(bytes, path, "recall")
    }

    /// What is signed: one line per fact, in this order.
    fn statement(&self) -> String {
        let Self { record, batch, sealed_sha256, reason, .. } = self;
        let reason = reason.as_str();
        format!("rekam recall 1\nrecord {record}\nbatch {batch}\nsha256 {sealed_sha256}\nreason {reason}\n")
    }

    fn comment(&self) -> String {
        format!("recall record={} batch={}", self.record, self.batch)
    }
}
