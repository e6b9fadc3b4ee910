//! The cached extract of the civil register, and the list of those who were recorded before.

use rusqlite::{Row, params};

use super::db::Db;
use super::error::Result;
use super::journal::anonymous_debug;

/// One resident of the register.
#[derive(Clone, PartialEq, Eq)]
pub struct RegisterRow {
    /// The resident's number, the key.
    pub nik: String,
    /// The family card's number.
    pub kk: String,
    /// The name, as registered.
    pub name: String,
    /// Date of birth, `yyyy-mm-dd`.
    pub birth_date: String,
    /// The village (code or name).
    pub village: String,
    /// The register's status word.
    pub status: String,
    /// The import that brought this row.
    pub import: String,
    /// Everything else, JSON.
    pub body: String,
}

/// A resident who is known to be recorded.
#[derive(Clone, PartialEq, Eq)]
pub struct Recorded {
    /// The resident's number.
    pub nik: String,
    /// Since when, as the source says it.
    pub since: String,
    /// The centre's status word.
    pub status: String,
    /// Who says so (a list, a receipt, this station).
    pub source: String,
}

use std::fmt;
anonymous_debug! {
    RegisterRow { status, import }
    Recorded { since, status, source }
}

fn register_row(row: &Row<'_>) -> rusqlite::Result<RegisterRow> {
    Ok(RegisterRow {
        nik: row.get("nik")?,
        kk: row.get("kk")?,
        name: row.get("name")?,
        birth_date: row.get("birth_date")?,
        village: row.get("village")?,
        status: row.get("status")?,
        import: row.get("import")?,
        body: row.get("body")?,
    })
}

impl Db {
    /// Puts rows, replacing those of the same NIK; all or none. Returns how many.
    pub fn register_put(&mut self, rows: &[RegisterRow]) -> Result<usize> {
        self.atomically(|db| {
            for r in rows {
                db.change(
                    "INSERT OR REPLACE INTO register (nik, kk, name, birth_date, village, status, import, body)
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
                    params![r.nik, r.kk, r.name, r.birth_date, r.village, r.status, r.import, r.body],
                )?;
            }
            Ok(rows.len())
        })
    }

    /// One resident.
    pub fn register_get(&self, nik: &str) -> Result<Option<RegisterRow>> {
        self.one("SELECT * FROM register WHERE nik = ?1", [nik], register_row)
    }

    /// A family, by its card's number.
    pub fn register_family(&self, kk: &str) -> Result<Vec<RegisterRow>> {
        self.all("SELECT * FROM register WHERE kk = ?1 ORDER BY birth_date, nik", [kk], register_row)
    }

    /// Residents whose NIK begins with `text` (when it is all digits) or whose name contains it, in any case.
    /// By NIK or by name; at most `limit`.
    pub fn register_search(&self, text: &str, limit: u32) -> Result<Vec<RegisterRow>> {
        let text = text.trim();
        if text.is_empty() {
            return Ok(Vec::new());
        }
        if text.bytes().all(|b| b.is_ascii_digit()) {
            // ':' follows '9': a range on the key instead of a scan.
            let sql = "SELECT * FROM register WHERE nik >= ?1 AND nik < ?1 || ':' ORDER BY nik LIMIT ?2";
            return self.all(sql, params![text, limit], register_row);
        }
        // The inner query reads nothing but the narrow index on names.
        self.all(
            "SELECT * FROM register WHERE nik IN
               (SELECT nik FROM register WHERE instr(upper(name), ?1) > 0 ORDER BY name, nik LIMIT ?2)
             ORDER BY name, nik",
            params![text.to_uppercase(), limit],
            register_row,
        )
    }

    /// The NIKs of the register in ascending order, at most `limit` after `after` (empty: from the first).
    pub fn register_page(&self, after: &str, limit: u32) -> Result<Vec<RegisterRow>> {
        self.all("SELECT * FROM register WHERE nik > ?1 ORDER BY nik LIMIT ?2", params![after, limit], register_row)
    }

    /// How many residents the extract has.
    pub fn register_count(&self) -> Result<u64> {
        Ok(self.one("SELECT count(*) FROM register", [], |r| r.get::<_, i64>(0))?.unwrap_or(0).cast_unsigned())
    }

    /// How many residents each village has, by village.
    pub fn register_villages(&self) -> Result<Vec<(String, u64)>> {
        self.all("SELECT village, count(*) FROM register GROUP BY village ORDER BY village", [], |r| {
            Ok((r.get(0)?, r.get::<_, i64>(1)?.cast_unsigned()))
        })
    }

    /// Removes the rows that came with another import than `import`: those are no longer in the register.
    pub fn register_drop_others(&mut self, import: &str) -> Result<usize> {
        self.change("DELETE FROM register WHERE import <> ?1", [import])
    }

    /// Notes that a resident was recorded; replaces an older note.
    pub fn recorded_put(&mut self, nik: &str, since: &str, status: &str, source: &str) -> Result<()> {
        self.change(
            "INSERT OR REPLACE INTO recorded (nik, since, status, source) VALUES (?1, ?2, ?3, ?4)",
            [nik, since, status, source],
        )?;
        Ok(())
    }

    /// What is known about an earlier recording.
    pub fn recorded_get(&self, nik: &str) -> Result<Option<Recorded>> {
        self.one("SELECT nik, since, status, source FROM recorded WHERE nik = ?1", [nik], |r| {
            Ok(Recorded { nik: r.get(0)?, since: r.get(1)?, status: r.get(2)?, source: r.get(3)? })
        })
    }

    /// Forgets an earlier recording (the centre deleted it).
    pub fn recorded_delete(&mut self, nik: &str) -> Result<bool> {
        Ok(self.change("DELETE FROM recorded WHERE nik = ?1", [nik])? > 0)
    }

    /// How many residents are known to be recorded.
    pub fn recorded_count(&self) -> Result<u64> {
        Ok(self.one("SELECT count(*) FROM recorded", [], |r| r.get::<_, i64>(0))?.unwrap_or(0).cast_unsigned())
    }
}
