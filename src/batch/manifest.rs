//! What a batch says about itself: the receipt and the trusted comment outside, the manifest and the bag's tag files
//! inside. None of them holds personal data, and each has exactly one spelling, so a changed byte is seen.

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::error::{BatchError, Result};
use super::names::{BatchName, Digest, Mode, RecordClass, RecordId, StationCode};

/// BagIt 1.0 declaration (RFC 8493, section 2.1.1).
pub(crate) const BAGIT_TXT: &str = "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n";
pub(crate) const BAG_INFO: &str = "bag-info.txt";
pub(crate) const BAGIT: &str = "bagit.txt";
pub(crate) const PAYLOAD_MANIFEST: &str = "manifest-sha256.txt";
pub(crate) const TAG_MANIFEST: &str = "tagmanifest-sha256.txt";
pub(crate) const MANIFEST_JSON: &str = "data/manifest.json";
pub(crate) const AUDIT: &str = "data/audit.jsonl";
/// The largest record and manifest that is taken in.
pub(crate) const ENTRY_BYTES: u64 = 64 << 20;

/// The unencrypted statement beside a batch: which station, which number, how many records, which bytes, after which
/// batch. The same facts stand in the signature's trusted comment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Receipt {
    /// The batch.
    pub batch: BatchName,
    /// The station.
    pub station: StationCode,
    /// The running number.
    pub seq: u16,
    /// Sealed records inside, without recalls.
    pub count: u32,
    /// SHA-256 of the encrypted file.
    pub sha256: Digest,
    /// SHA-256 of the station's previous encrypted batch; `null` in its first.
    pub prev: Option<Digest>,
    /// Real residents or a training station's.
    pub mode: Mode,
}

impl Receipt {
    /// The receipt file's bytes.
    pub fn to_json(&self) -> Vec<u8> {
        to_json(self)
    }

    /// Reads a receipt file; anything but the exact bytes of [`Self::to_json`] is refused.
    pub fn parse(bytes: &[u8], path: &Path) -> Result<Self> {
        parse_json(bytes, path, "receipt")
    }

    /// `batch=<name> station=.. seq=.. count=.. sha256=.. prev=..`, with ` mode=training` behind it where that is so.
    pub fn to_trusted_comment(&self) -> String {
        let Self { batch, station, seq, count, sha256, prev, mode } = self;
        let prev = prev.map_or_else(|| "none".to_owned(), |digest| digest.to_string());
        let mode = if *mode == Mode::Training { " mode=training" } else { "" };
        format!("batch={batch} station={station} seq={seq} count={count} sha256={sha256} prev={prev}{mode}")
    }

    /// Reads a trusted comment; `None` for anything but the exact text of [`Self::to_trusted_comment`].
    pub fn from_trusted_comment(comment: &str) -> Option<Self> {
        let fields: BTreeMap<&str, &str> = comment.split(' ').filter_map(|pair| pair.split_once('=')).collect();
        let prev = match *fields.get("prev")? {
            "none" => None,
            digest => Some(digest.parse().ok()?),
        };
        let receipt = Self {
            batch: fields.get("batch")?.parse().ok()?,
            station: fields.get("station")?.parse().ok()?,
            seq: fields.get("seq")?.parse().ok()?,
            count: fields.get("count")?.parse().ok()?,
            sha256: fields.get("sha256")?.parse().ok()?,
            prev,
            mode: if fields.contains_key("mode") { Mode::Training } else { Mode::Real },
        };
        let named = receipt.station == receipt.batch.station() && receipt.seq == receipt.batch.sequence();
        (named && receipt.to_trusted_comment() == comment).then_some(receipt)
    }

    /// Whether this batch is the next one of the same station after `previous` (`None`: the first one).
    ///
    /// The district's ledger calls this before it takes a batch in; a batch seen before, a gap and a fork are refused.
    pub fn follows(&self, previous: Option<&Self>) -> Result<()> {
        let fault = match previous {
            None if self.seq != 1 => Some("it is not number 1"),
            None if self.prev.is_some() => Some("it names a batch before the first"),
            Some(last) if last.station != self.station => Some("another station"),
            Some(last) if last.seq.checked_add(1) != Some(self.seq) => Some("not the next number"),
            Some(last) if self.prev != Some(last.sha256) => Some("it names another file as the previous one"),
            _ => None,
        };
        match fault {
            None => Ok(()),
            Some(reason) => Err(BatchError::Chain {
                name: self.batch.to_string(),
                previous: previous.map_or_else(|| "(none)".to_owned(), |last| last.batch.to_string()),
                reason,
            }),
        }
    }
}

/// What one file under `data/` is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum EntryKind {
    /// A sealed record.
    Record,
    /// A signed wish to withdraw a record of an earlier batch.
    Recall,
}

/// One line of the manifest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ManifestEntry {
    /// Record or recall.
    pub kind: EntryKind,
    /// The record's random name.
    pub id: RecordId,
    /// The record's class.
    pub class: RecordClass,
    /// SHA-256 of the file in the bag: of the *sealed* record.
    pub sha256: Digest,
}

impl ManifestEntry {
    /// The file's path within the bag.
    pub fn path(&self) -> String {
        match self.kind {
            EntryKind::Record => format!("data/{}.age", self.id),
            EntryKind::Recall => format!("data/recall-{}.json", self.id),
        }
    }
}

/// `data/manifest.json`: what the batch holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BatchManifest {
    /// Version of this layout, 1.
    pub version: u8,
    /// The batch.
    pub batch: BatchName,
    /// The station.
    pub station: StationCode,
    /// The running number.
    pub seq: u16,
    /// The one class of all records.
    pub class: RecordClass,
    /// Real residents or a training station's.
    pub mode: Mode,
    /// SHA-256 of the station's previous encrypted batch.
    pub prev: Option<Digest>,
    /// Sealed records, without recalls.
    pub count: u32,
    /// SHA-256 of `data/audit.jsonl`.
    pub audit_sha256: Digest,
    /// The program that wrote the batch.
    pub software: String,
    /// Records and recalls in the order of the bag.
    pub records: Vec<ManifestEntry>,
}

impl BatchManifest {
    /// The manifest's bytes.
    pub fn to_json(&self) -> Vec<u8> {
        to_json(self)
    }

    /// Reads a manifest and checks that it agrees with itself.
    pub fn parse(bytes: &[u8], path: &Path) -> Result<Self> {
        let manifest: Self = parse_json(bytes, path, "manifest")?;
        let refuse = |reason| Err(BatchError::refused(path, MANIFEST_JSON, reason));
        let records = manifest.records.iter().filter(|entry| entry.kind == EntryKind::Record).count();
        if manifest.version != 1 {
            return refuse("is of a version this program does not know");
        }
        if manifest.station != manifest.batch.station() || manifest.seq != manifest.batch.sequence() {
            return refuse("names another station or number than the batch");
        }
        if u32::try_from(records) != Ok(manifest.count) {
            return refuse("counts other records than it lists");
        }
        if manifest.records.iter().any(|entry| entry.class != manifest.class) {
            return refuse("mixes classes");
        }
        Ok(manifest)
    }
}

/// `bag-info.txt` (RFC 8493, section 2.2.2) of a batch whose payload has these bytes and files.
pub(crate) fn bag_info(manifest: &BatchManifest, payload_bytes: u64, payload_files: usize) -> String {
    let prev = manifest.prev.map_or_else(|| "none".to_owned(), |digest| digest.to_string());
    let recalls = manifest.records.iter().filter(|entry| entry.kind == EntryKind::Recall).count();
    format!(
        "Bag-Software-Agent: {}\nBagging-Date: {}\nExternal-Identifier: {}\nPayload-Oxum: {payload_bytes}.{payload_files}\n\
         Rekam-Class: {}\nRekam-Count: {}\nRekam-Mode: {}\nRekam-Previous-SHA256: {prev}\nRekam-Recalls: {recalls}\n\
         Rekam-Sequence: {}\nRekam-Station: {}\n",
        manifest.software,
        manifest.batch.iso_date(),
        manifest.batch,
        manifest.class.as_str(),
        manifest.count,
        manifest.mode.as_str(),
        manifest.seq,
        manifest.station,
    )
}

/// The lines of a BagIt manifest: digest, two spaces, path; the form that `sha256sum -c` reads too.
pub(crate) fn bag_manifest<'a>(files: impl IntoIterator<Item = (&'a String, &'a Digest)>) -> String {
    files.into_iter().map(|(path, digest)| format!("{digest}  {path}\n")).collect()
}

pub(crate) fn to_json<T: Serialize>(value: &T) -> Vec<u8> {
    // Our own types have string keys and no failing serializers.
    let mut bytes = serde_json::to_vec_pretty(value).unwrap_or_default();
    bytes.push(b'\n');
    bytes
}

/// Reads JSON of ours; one spelling only.
pub(crate) fn parse_json<T: Serialize + for<'de> Deserialize<'de>>(
    bytes: &[u8],
    path: &Path,
    what: &'static str,
) -> Result<T> {
    let value: T = serde_json::from_slice(bytes).map_err(|error| BatchError::refused(path, what, error.to_string()))?;
    if to_json(&value) != bytes {
        return Err(BatchError::refused(path, what, "is not spelled the way this program writes it"));
    }
    Ok(value)
}
