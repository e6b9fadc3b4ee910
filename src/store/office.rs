//! The small tables of the office: appointments, corrections, adjudications, settings, accounts, keys.

use std::fmt;

use rusqlite::{Row, params};
use time::OffsetDateTime;
use zeroize::Zeroizing;

use super::db::{Db, maybe_moment_at, moment_at, nanos};
use super::error::{Result, StoreError};
use super::journal::anonymous_debug;

/// A day on which a resident shall come (again).
#[derive(Clone, PartialEq, Eq)]
pub struct Appointment {
    /// Unique in the store.
    pub id: i64,
    /// The resident.
    pub nik: String,
    /// The day, `yyyy-mm-dd`.
    pub date: String,
    /// Why.
    pub reason: String,
    /// The correction that must be made first.
    pub correction: Option<i64>,
}

/// A request to correct the register (never made here).
#[derive(Clone, PartialEq)]
pub struct Correction {
    /// Unique in the store.
    pub id: i64,
    /// The record in which it came up.
    pub record: Option<String>,
    /// The resident.
    pub nik: String,
    /// The data element.
    pub field: String,
    /// What the register says.
    pub old: String,
    /// What it should say.
    pub new: String,
    /// The document that proves it.
    pub document: String,
    /// When it was filed.
    pub filed_at: OffsetDateTime,
}

/// A correction to be filed.
#[derive(Clone)]
pub struct NewCorrection {
    /// The record in which it came up.
    pub record: Option<String>,
    /// The resident.
    pub nik: String,
    /// The data element.
    pub field: String,
    /// What the register says.
    pub old: String,
    /// What it should say.
    pub new: String,
    /// The document that proves it.
    pub document: String,
}

/// A possible duplicate for a supervisor to judge.
#[derive(Clone, PartialEq)]
pub struct Adjudication {
    /// Unique in the store.
    pub id: i64,
    /// The new record.
    pub record: String,
    /// What was found, JSON.
    pub body: String,
    /// The supervisor's decision, JSON; `None` while pending.
    pub decision: Option<String>,
    /// When it was opened.
    pub opened_at: OffsetDateTime,
    /// When it was decided.
    pub decided_at: Option<OffsetDateTime>,
}

/// A person who works here. The passphrase is the keyring's business.
#[derive(Clone, PartialEq)]
pub struct Account {
    /// The login name, as in the keyring.
    pub id: String,
    /// The name to show.
    pub name: String,
    /// The civil servant's number.
    pub nip: String,
    /// The role's word.
    pub role: String,
    /// Whether the account may log in.
    pub active: bool,
    /// Since when.
    pub created_at: OffsetDateTime,
}

anonymous_debug! {
    Appointment { id, date, correction }
    Correction { id, record, field, filed_at }
    NewCorrection { record, field }
    Adjudication { id, record, opened_at, decided_at }
    Account { id, role, active }
}

fn appointment(row: &Row<'_>) -> rusqlite::Result<Appointment> {
    Ok(Appointment {
        id: row.get("id")?,
        nik: row.get("nik")?,
        date: row.get("date")?,
        reason: row.get("reason")?,
        correction: row.get("correction")?,
    })
}

fn correction(row: &Row<'_>) -> rusqlite::Result<Correction> {
    Ok(Correction {
        id: row.get("id")?,
        record: row.get("record")?,
        nik: row.get("nik")?,
        field: row.get("field")?,
        old: row.get("old")?,
        new: row.get("new")?,
        document: row.get("document")?,
        filed_at: moment_at(row, "filed_at")?,
    })
}

fn adjudication(row: &Row<'_>) -> rusqlite::Result<Adjudication> {
    Ok(Adjudication {
        id: row.get("id")?,
        record: row.get("record")?,
        body: row.get("body")?,
        decision: row.get("decision")?,
        opened_at: moment_at(row, "opened_at")?,
        decided_at: maybe_moment_at(row, "decided_at")?,
    })
}

fn account(row: &Row<'_>) -> rusqlite::Result<Account> {
    Ok(Account {
        id: row.get("id")?,
        name: row.get("name")?,
        nip: row.get("nip")?,
        role: row.get("role")?,
        active: row.get("active")?,
        created_at: moment_at(row, "created_at")?,
    })
}

impl Db {
    /// Makes an appointment.
    pub fn appointment_put(&mut self, nik: &str, date: &str, reason: &str, correction: Option<i64>) -> Result<i64> {
        self.change(
            "INSERT INTO appointment (nik, date, reason, correction) VALUES (?1, ?2, ?3, ?4)",
            params![nik, date, reason, correction],
        )?;
        Ok(self.connection.last_insert_rowid())
    }

    /// The appointments of a day.
    pub fn appointments_on(&self, date: &str) -> Result<Vec<Appointment>> {
        self.all("SELECT * FROM appointment WHERE date = ?1 ORDER BY id", [date], appointment)
    }

    /// How many appointments a day has.
    pub fn appointments_count(&self, date: &str) -> Result<u32> {
        Ok(self.one("SELECT count(*) FROM appointment WHERE date = ?1", [date], |r| r.get(0))?.unwrap_or(0))
    }

    /// The appointments of a resident, newest first.
    pub fn appointments_of(&self, nik: &str) -> Result<Vec<Appointment>> {
        self.all("SELECT * FROM appointment WHERE nik = ?1 ORDER BY id DESC", [nik], appointment)
    }

    /// Cancels an appointment.
    pub fn appointment_delete(&mut self, id: i64) -> Result<bool> {
        Ok(self.change("DELETE FROM appointment WHERE id = ?1", [id])? > 0)
    }

    /// Files a correction.
    pub fn correction_put(&mut self, new: &NewCorrection, at: OffsetDateTime) -> Result<i64> {
        self.change(
            "INSERT INTO correction (record, nik, field, old, new, document, filed_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            params![new.record, new.nik, new.field, new.old, new.new, new.document, nanos(at)],
        )?;
        Ok(self.connection.last_insert_rowid())
    }

    /// Corrections filed since a moment, in order.
    pub fn corrections_since(&self, since: OffsetDateTime) -> Result<Vec<Correction>> {
        self.all("SELECT * FROM correction WHERE filed_at >= ?1 ORDER BY id", [nanos(since)], correction)
    }

    /// The corrections of a resident, newest first.
    pub fn corrections_of(&self, nik: &str) -> Result<Vec<Correction>> {
        self.all("SELECT * FROM correction WHERE nik = ?1 ORDER BY id DESC", [nik], correction)
    }

    /// Opens an adjudication.
    pub fn adjudication_open(&mut self, record: &str, body: &str, at: OffsetDateTime) -> Result<i64> {
        self.change(
            "INSERT INTO adjudication (record, body, opened_at) VALUES (?1, ?2, ?3)",
            params![record, body, nanos(at)],
        )?;
        Ok(self.connection.last_insert_rowid())
    }

    /// Decides a pending adjudication; a decision is final.
    pub fn adjudication_decide(&mut self, id: i64, decision: &str, at: OffsetDateTime) -> Result<Adjudication> {
        self.atomically(|db| {
            let changed = db.change(
                "UPDATE adjudication SET decision = ?2, decided_at = ?3 WHERE id = ?1 AND decision IS NULL",
                params![id, decision, nanos(at)],
            )?;
            let found = db
                .one("SELECT * FROM adjudication WHERE id = ?1", [id], adjudication)?
                .ok_or(StoreError::NotFound("adjudication"))?;
            if changed == 0 {
                return Err(StoreError::State { thing: "adjudication", state: "decided".into() });
            }
            Ok(found)
        })
    }

    /// Adjudications that wait for a supervisor, oldest first.
    pub fn adjudications_pending(&self) -> Result<Vec<Adjudication>> {
        self.all("SELECT * FROM adjudication WHERE decision IS NULL ORDER BY id", [], adjudication)
    }

    /// The adjudications of a record.
    pub fn adjudications_of(&self, record: &str) -> Result<Vec<Adjudication>> {
        self.all("SELECT * FROM adjudication WHERE record = ?1 ORDER BY id", [record], adjudication)
    }

    /// A setting.
    pub fn setting(&self, name: &str) -> Result<Option<String>> {
        self.one("SELECT value FROM setting WHERE name = ?1", [name], |r| r.get(0))
    }

    /// Changes a setting.
    pub fn setting_put(&mut self, name: &str, value: &str) -> Result<()> {
        self.change("INSERT OR REPLACE INTO setting (name, value) VALUES (?1, ?2)", [name, value])?;
        Ok(())
    }

    /// All settings by name.
    pub fn settings(&self) -> Result<Vec<(String, String)>> {
        self.all("SELECT name, value FROM setting ORDER BY name", [], |r| Ok((r.get(0)?, r.get(1)?)))
    }

    /// Adds or changes an account.
    pub fn account_put(&mut self, account: &Account) -> Result<()> {
        self.change(
            "INSERT OR REPLACE INTO account (id, name, nip, role, active, created_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            params![account.id, account.name, account.nip, account.role, account.active, nanos(account.created_at)],
        )?;
        Ok(())
    }

    /// One account.
    pub fn account(&self, id: &str) -> Result<Option<Account>> {
        self.one("SELECT * FROM account WHERE id = ?1", [id], account)
    }

    /// All accounts by login name.
    pub fn accounts(&self) -> Result<Vec<Account>> {
        self.all("SELECT * FROM account ORDER BY id", [], account)
    }

    /// A key, such as the station's signing key.
    pub fn key(&self, name: &str) -> Result<Option<Zeroizing<Vec<u8>>>> {
        self.one("SELECT bytes FROM key WHERE name = ?1", [name], |r| r.get(0).map(Zeroizing::new))
    }

    /// Keeps a key.
    pub fn key_put(&mut self, name: &str, bytes: &[u8]) -> Result<()> {
        self.change("INSERT OR REPLACE INTO key (name, bytes) VALUES (?1, ?2)", params![name, bytes])?;
        Ok(())
    }
}
