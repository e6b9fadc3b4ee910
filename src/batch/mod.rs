//! The daily batch: how finished records leave the station, and how the district takes them in.
//!
//! A record is sealed to the district's key the moment it is finished ([`record`]), so the station itself cannot read
//! it again. Once a day the sealed records are packed into one file ([`export`]), which anybody who has the station's
//! public key can check ([`verify`]) and only a recipient can open ([`open`]).
//!
//! Every layer is a public format that stock programs read without this program, because the receiving side must
//! never depend on the sender's software:
//!
//! ```text
//! REKAM-317404-01-20261123-0001.tar.zst.age          age v1 (X25519, two or more recipients)
//!   zstd (RFC 8878) -> tar (POSIX ustar) -> one BagIt 1.0 bag (RFC 8493)
//!     REKAM-317404-01-20261123-0001/
//!       bagit.txt  bag-info.txt  manifest-sha256.txt  tagmanifest-sha256.txt
//!       data/<record>.age            a sealed record: tar -> zstd -> age
//!       data/recall-<record>.json    a signed wish to withdraw a record of an earlier batch
//!       data/audit.jsonl             the day's rows of the audit chain
//!       data/manifest.json           what is inside, without personal data
//! REKAM-317404-01-20261123-0001.tar.zst.age.minisig  minisign signature over the *encrypted* file
//! REKAM-317404-01-20261123-0001.tar.zst.age.receipt.json
//! ```
//!
//! The ciphertext is what is signed: a stick can be checked by anyone without a secret and before a single byte of it
//! is parsed. The signer is repeated inside (station, sequence, previous batch), which binds him to the content.
//!
//! Sequence numbers and the hash of the previous batch make a chain, so a missing or repeated batch is seen.
//! Nothing here reads a clock; dates and names are arguments. Randomness is used only for keys and age's nonces.

pub mod acknowledgement;
mod archive;
mod bag;
mod bag_check;
pub mod disk;
mod error;
pub mod export;
pub mod keys;
pub mod list;
pub mod manifest;
pub mod names;
pub mod open;
pub mod recall;
pub mod record;
mod signature;
mod sink;
pub mod verify;

#[cfg(test)]
mod tests;

pub use acknowledgement::{Acknowledgement, Answer, Decision, RecordStatus, acknowledge};
pub use disk::{Disk, DiskFile, RealDisk};
pub use error::{BatchError, ErrorKind, Result, SourceError};
pub use export::{BatchItem, BatchPlan, Exported, Progress, SealedRecord, Stage, export, export_noting};
pub use keys::{DistrictKey, Identity, PublicKey, StationKeys, TrainingDistrict};
pub use list::{BatchState, Listed, list};
pub use manifest::{BatchManifest, EntryKind, ManifestEntry, Receipt};
pub use names::{BatchName, Digest, EntryName, Mode, RecordClass, RecordId, StationCode};
pub use open::{Limits, OpenRequest, Opened, open};
pub use recall::{Recall, RecallReason};
pub use record::{RecordBundle, canonical_sha256, seal, unseal};
pub use verify::{Verified, verify};
