//! Making, opening and recovering a store; users; self-check.

use std::fs;
use std::path::Path;

use time::OffsetDateTime;

use super::audit::{AuditHead, AuditReport};
use super::db::{Db, damaged_pages, explain};
use super::error::{Result, StoreError};
use super::files;
use super::handle::Store;
use super::keyring::{Access, Kdf, Keyring, NewUser, Unlocked, encode_hex, random};
use super::lockout::Attempts;

/// How a new store shall be.
#[derive(Debug, Clone)]
pub struct Provision {
    /// A training store; its data never reach a real batch.
    pub training: bool,
    /// How passphrases become keys; [`Kdf::Cheap`] for training alone.
    pub kdf: Kdf,
    /// The first users.
    pub users: Vec<NewUser>,
    /// The district's recovery recipient (`age1..`).
    pub recovery: Option<String>,
}

/// What [`Store::self_check`] found.
#[derive(Debug, Clone)]
pub struct Health {
    /// Damaged pages, as SQLCipher names them; at most ten.
    pub damaged_pages: Vec<String>,
    /// The audit chain.
    pub audit: AuditReport,
    /// The database file's length in bytes.
    pub database_bytes: u64,
    /// Bytes free on its disk, where the platform tells.
    pub free_bytes: Option<u64>,
}

impl Health {
    /// Whether pages and chain are sound.
    pub fn is_sound(&self) -> bool {
        self.damaged_pages.is_empty() && self.audit.is_sound()
    }
}

impl Store {
    /// Whether `dir` holds a store.
    pub fn exists(dir: &Path) -> bool {
        dir.join(files::KEYRING).exists()
    }

    /// Whether a store was begun in `dir` with [`Store::create_filled`] and did not come to be.
    pub fn was_begun(dir: &Path) -> bool {
        !Self::exists(dir) && dir.join(files::MAKING).exists()
    }

    /// What can be known of the store in `dir` without a passphrase: whether it is for training, and its users.
    ///
    /// # Errors
    /// [`StoreError::NoStore`], and a keyring that cannot be read.
    pub fn peek(dir: &Path) -> Result<(bool, Vec<(String, Access)>)> {
        let keyring = read_keyring(dir)?;
        Ok((keyring.training(), keyring.users()))
    }

    /// Makes a store in `dir` (created when absent) and opens it with all its keys.
    ///
    /// # Errors
    /// [`StoreError::AlreadyExists`], [`StoreError::WeakKdf`], [`StoreError::BadKey`] and those of the disk. A
    /// power cut on the way leaves either nothing that counts or the whole store.
    pub fn create(dir: &Path, provision: &Provision) -> Result<(Self, Unlocked)> {
        files::make_dir(dir)?;
        let lock = files::lock(dir)?;
        let (file, new) = (dir.join(files::DATABASE), dir.join(files::DATABASE_NEW));
        if Self::exists(dir) || file.exists() {
            return Err(StoreError::AlreadyExists { path: dir.to_path_buf() });
        }
        for leftover in [files::wal_of(&new), new.clone()] {
            match fs::remove_file(&leftover) {
                Err(e) if e.kind() != std::io::ErrorKind::NotFound => return Err(StoreError::io(&leftover, e)),
                _ => {}
            }
        }
        let (keyring, unlocked) =
            Keyring::create(provision.training, provision.kdf, &provision.users, provision.recovery.as_deref())?;
        fill(dir, &new, &unlocked, provision.training)?;
        files::write_atomic(dir, files::KEYRING, &keyring.to_bytes()?)?;
        put_in_place(dir)?;
        let db = open_database(dir, &keyring, &unlocked)?;
        Ok((Self::start(db, lock, keyring)?, unlocked))
    }

    /// Makes a store whose first contents belong to it as much as its keys: [`Store::create`] and `fill`, of which a
    /// power cut on the way leaves either nothing that counts or all.
    ///
    /// # Errors
    /// As [`Store::create`], and whatever `fill` refuses; then the next attempt begins anew.
    pub fn create_filled<E: From<StoreError>>(
        dir: &Path,
        provision: &Provision,
        fill: impl FnOnce(&Self) -> Result<(), E>,
    ) -> Result<(Self, Unlocked), E> {
        files::make_dir(dir)?;
        let lock = files::lock(dir)?;
        if Self::exists(dir) || dir.join(files::DATABASE).exists() {
            return Err(StoreError::AlreadyExists { path: dir.to_path_buf() }.into());
        }
        let making = dir.join(files::MAKING);
        forget(&making)?;
        let (store, unlocked) = Self::create(&making, provision)?;
        fill(&store)?;
        // The last handle: the database is closed in order, nothing is left in its log.
        drop(store);
        Ok((Self::bring_in(dir, &making, lock, &unlocked)?, unlocked))
    }

    /// The keyring comes last: without it there is no store.
    fn bring_in(dir: &Path, making: &Path, lock: fs::File, unlocked: &Unlocked) -> Result<Self> {
        let moved = [(files::DATABASE, files::DATABASE_NEW), (files::KEYRING, files::KEYRING)];
        for (from, to) in moved {
            let to = dir.join(to);
            fs::rename(making.join(from), &to)
                .and_then(|()| files::sync_dir(dir))
                .map_err(|e| StoreError::io(&to, e))?;
        }
        put_in_place(dir)?;
        let keyring = read_keyring(dir)?;
        let db = open_database(dir, &keyring, unlocked)?;
        if let Err(error) = forget(making) {
            tracing::warn!(%error, "the empty folder of the making stays");
        }
        Self::start(db, lock, keyring)
    }

    /// Opens the store in `dir` with a user's passphrase. `now` decides about lock-outs.
    pub fn open(dir: &Path, user: &str, passphrase: &str, now: OffsetDateTime) -> Result<(Self, Unlocked)> {
        Self::open_by(dir, |keyring| authenticate(dir, keyring, user, passphrase, now))
    }

    /// Opens the store with the district's recovery identity (`AGE-SECRET-KEY-1..`), to add users again.
    pub fn recover(dir: &Path, identity: &str) -> Result<(Self, Unlocked)> {
        Self::open_by(dir, |keyring| keyring.recover(identity))
    }

    fn open_by(dir: &Path, unlock: impl FnOnce(&Keyring) -> Result<Unlocked>) -> Result<(Self, Unlocked)> {
        if !Self::exists(dir) {
            return Err(StoreError::NoStore { path: dir.to_path_buf() });
        }
        let lock = files::lock(dir)?;
        let keyring = read_keyring(dir)?;
        let unlocked = unlock(&keyring)?;
        put_in_place(dir)?;
        let db = open_database(dir, &keyring, &unlocked)?;
        Ok((Self::start(db, lock, keyring)?, unlocked))
    }

    /// Checks a passphrase while the store is open: a supervisor's approval, a change of operator.
    pub fn authenticate(&self, user: &str, passphrase: &str, now: OffsetDateTime) -> Result<Unlocked> {
        let keyring = self.keyring();
        authenticate(self.dir(), &keyring, user, passphrase, now)
    }

    /// The users and what they may open.
    pub fn users(&self) -> Vec<(String, Access)> {
        self.keyring().users()
    }

    /// Adds a user; a supervisor's (or the recovery identity's) act.
    pub fn add_user(&self, by: &Unlocked, user: &NewUser) -> Result<()> {
        supervisor(by)?;
        self.change_keyring(|keyring| keyring.add(by, user))
    }

    /// Removes a user; a supervisor's act. Refused for the last way to open the store.
    pub fn remove_user(&self, by: &Unlocked, user: &str) -> Result<()> {
        supervisor(by)?;
        self.change_keyring(|keyring| keyring.remove(user))
    }

    /// Changes a user's own passphrase.
    pub fn change_passphrase(&self, user: &str, old: &str, new: &str, now: OffsetDateTime) -> Result<()> {
        let unlocked = self.authenticate(user, old, now)?;
        self.change_keyring(|keyring| keyring.change(&unlocked, new))
    }

    /// The new keyring counts only once it is on the disk.
    fn change_keyring(&self, change: impl FnOnce(&mut Keyring) -> Result<()>) -> Result<()> {
        let mut keyring = self.keyring();
        let mut changed = keyring.clone();
        change(&mut changed)?;
        files::write_atomic(self.dir(), files::KEYRING, &changed.to_bytes()?)?;
        *keyring = changed;
        Ok(())
    }

    /// Bytes free on the store's disk; `None` where the platform does not tell.
    pub fn free_bytes(&self) -> Option<u64> {
        files::free_bytes(self.dir())
    }

    /// Reads every page and the whole audit chain (against a head signed earlier, if there is one).
    pub fn self_check(&self, signed: Option<AuditHead>) -> Result<Health> {
        let (damaged_pages, audit) = self.call(move |db| {
            let damaged = damaged_pages(&db.connection, 10)?;
            Ok((damaged, db.verify_chain(signed.as_ref())?))
        })?;
        let database_bytes = fs::metadata(&self.shared.file).map(|m| m.len()).unwrap_or(0);
        Ok(Health { damaged_pages, audit, database_bytes, free_bytes: self.free_bytes() })
    }
}

/// Takes away what an attempt that was cut left behind.
fn forget(making: &Path) -> Result<()> {
    match fs::remove_dir_all(making) {
        Err(e) if e.kind() != std::io::ErrorKind::NotFound => Err(StoreError::io(making, e)),
        _ => Ok(()),
    }
}

fn supervisor(by: &Unlocked) -> Result<()> {
    match by.access() {
        Access::Supervisor => Ok(()),
        Access::Operator => Err(StoreError::NotPermitted),
    }
}

fn read_keyring(dir: &Path) -> Result<Keyring> {
    let bytes = files::read(&dir.join(files::KEYRING))?;
    Keyring::parse(&bytes.ok_or_else(|| StoreError::NoStore { path: dir.to_path_buf() })?)
}

fn authenticate(dir: &Path, keyring: &Keyring, user: &str, passphrase: &str, now: OffsetDateTime) -> Result<Unlocked> {
    if !keyring.has(user) {
        return Err(StoreError::UnknownUser);
    }
    let mut attempts = Attempts::read(dir)?;
    attempts.check(user, now)?;
    match keyring.unlock(user, passphrase) {
        Ok(unlocked) => {
            attempts.succeeded(dir, user);
            Ok(unlocked)
        }
        Err(StoreError::WrongPassphrase) => {
            attempts.failed(dir, user, now)?;
            Err(StoreError::WrongPassphrase)
        }
        Err(other) => Err(other),
    }
}

/// Makes the database under its provisional name.
fn fill(dir: &Path, new: &Path, unlocked: &Unlocked, training: bool) -> Result<()> {
    let mut db = Db::open(dir, new, unlocked.database(), true)?;
    let recipient = Keyring::review_recipient(unlocked)?;
    let genesis = encode_hex(&random::<32>()?);
    let filled = db.atomically(|db| {
        db.set_meta("training", if training { "yes" } else { "no" })?;
        db.set_meta("audit_genesis", &genesis)?;
        db.set_meta("review_recipient", &recipient)
    });
    filled.and_then(|()| db.shut().map_err(|(_, e)| e.into())).map_err(|e: StoreError| e.classified(dir, new))?;
    fs::File::open(new).and_then(|f| f.sync_all()).map_err(|e| StoreError::io(new, e))
}

/// Gives a finished new database its name. Called again at the next start if a power cut came in between.
fn put_in_place(dir: &Path) -> Result<()> {
    let (file, new) = (dir.join(files::DATABASE), dir.join(files::DATABASE_NEW));
    if !file.exists() && new.exists() {
        fs::rename(&new, &file).and_then(|()| files::sync_dir(dir)).map_err(|e| StoreError::io(&file, e))?;
    }
    Ok(())
}

fn open_database(dir: &Path, keyring: &Keyring, unlocked: &Unlocked) -> Result<Db> {
    let file = dir.join(files::DATABASE);
    if !file.exists() {
        return Err(StoreError::corrupt("the database file is missing"));
    }
    let db = Db::open(dir, &file, unlocked.database(), false)?;
    let training = db.meta("training").map_err(|e| explain(&db.connection, dir, &file, e))?;
    if (training == "yes") == keyring.training() { Ok(db) } else { Err(StoreError::TrainingMismatch) }
}
