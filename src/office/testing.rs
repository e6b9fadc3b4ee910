//! What the tests of this room share: a store, and residents.

use tempfile::TempDir;
use time::OffsetDateTime;
use time::macros::datetime;

use crate::store::{Access, Kdf, NewUser, Provision, Store};

/// A Monday morning.
pub(crate) const NOW: OffsetDateTime = datetime!(2026-11-23 01:00 UTC);

/// A new store; it lives as long as its directory.
pub(crate) fn store(training: bool) -> (TempDir, Store) {
    let dir = tempfile::tempdir().unwrap();
    let users = vec![NewUser::new("operator", "kata sandi panjang", Access::Operator)];
    let kdf = if training { Kdf::Cheap } else { Kdf::Standard };
    let store = Store::create(dir.path(), &Provision { training, kdf, users, recovery: None }).unwrap().0;
    (dir, store)
}
