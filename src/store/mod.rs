//! The store: everything the station keeps, encrypted, in one directory.
//!
//! `rekam.db` is one SQLCipher database; `keyring.json` holds its key, wrapped for every user; `lock` keeps a
//! second station out. Samples lie in the database beside their journal entries, because only then does one
//! transaction make a step of a record whole or absent.
//!
//! A [`Store`] is a handle that can be cloned and sent anywhere; behind it one thread owns the only connection.
//! [`Store::call`] runs a job there and waits, [`Store::submit`] does not wait. The job is given the [`Db`],
//! whose operations come by topic, one file each: the journal of records ([`Db::append`], [`Db::load`]), sealing
//! and approval ([`Db::seal`], [`Db::approve`]), batches ([`Db::batch_begin`]), the audit chain ([`Db::audit`],
//! [`Db::verify_chain`]), the register ([`Db::register_put`]), the gallery of templates ([`Db::gallery_put`]) and
//! the office's queue and small tables ([`Db::ticket_draw`], [`Db::setting`]).
//!
//! The store knows no screens, reads no clock and takes the domain's words as they are: it promises that what was
//! acknowledged is there after a power cut, that damage is noticed, and that nobody reads what is not theirs.

mod audit;
mod batches;
mod db;
mod error;
mod files;
mod gallery;
mod handle;
mod journal;
mod keyring;
mod lockout;
mod migrations;
mod office;
mod provision;
mod register;
mod sealed;
mod tickets;

#[cfg(test)]
mod tests;

pub use audit::{Act, AuditHead, AuditReport, AuditRow, Break, Sha256Digest, rows_follow};
pub use batches::{Batch, BatchState};
pub use db::Db;
pub use error::{Result, Source, StoreError};
pub use gallery::{FACE, FINGER, IRIS, NewGalleryPerson, Origin, PersonRef};
pub use handle::{Answer, Store};
pub use journal::{
    Entry, Journal, NewEntry, NewSample, RecordFilter, RecordHead, RecordState, RecordSummary, SampleInfo,
};
pub use keyring::{Access, Kdf, NewUser, Unlocked};
pub use lockout::{FIRST_WAIT, FREE_TRIES, LONGEST_WAIT};
pub use office::{Account, Adjudication, Appointment, Correction, NewCorrection};
pub use provision::{Health, Provision};
pub use register::{Recorded, RegisterRow};
pub use sealed::SealedCopies;
pub use tickets::{NewTicket, Ticket, TicketState};
