//! The gallery of templates for the duplicate check.
//!
//! Identities and templates lie in separate tables that share nothing but a random reference (ISO/IEC 24745:
//! a template alone names nobody). The search runs on references; only a hit asks for the identity.

use std::fmt;

use rusqlite::params;

use super::db::Db;
use super::error::{Result, StoreError};
use super::journal::anonymous_debug;
use super::keyring::random;

/// A fingerprint minutiae template.
pub const FINGER: u8 = 1;
/// An iris code.
pub const IRIS: u8 = 2;
/// A face, by the portrait that the resident approved.
pub const FACE: u8 = 3;

/// The random reference that joins templates to an identity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PersonRef(pub i64);

/// Where templates come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// Imported from the district.
    Cached,
    /// Recorded here.
    Own {
        /// The record.
        record: String,
    },
}

/// A person to be put into the gallery.
#[derive(Clone, PartialEq)]
pub struct NewGalleryPerson {
    /// The resident's number.
    pub nik: String,
    /// Where the templates come from.
    pub origin: Origin,
    /// Modality ([`FINGER`], [`IRIS`] or [`FACE`]), position, template. A position may come more than once.
    pub templates: Vec<(u8, u8, Vec<u8>)>,
}

anonymous_debug! { NewGalleryPerson { origin } }

impl Db {
    /// Puts people, each replacing an earlier one of the same origin and NIK or record; all or none.
    pub fn gallery_put(&mut self, people: &[NewGalleryPerson]) -> Result<Vec<PersonRef>> {
        self.atomically(|db| people.iter().map(|person| db.gallery_put_one(person)).collect())
    }

    fn gallery_put_one(&mut self, person: &NewGalleryPerson) -> Result<PersonRef> {
        let record = match &person.origin {
            Origin::Cached => None,
            Origin::Own { record } => Some(record.as_str()),
        };
        let earlier: Option<i64> = match record {
            None => {
                self.one("SELECT ref FROM gallery_identity WHERE nik = ?1 AND record IS NULL", [&person.nik], |r| {
                    r.get(0)
                })?
            }
            Some(record) => self.one("SELECT ref FROM gallery_identity WHERE record = ?1", [record], |r| r.get(0))?,
        };
        if let Some(reference) = earlier {
            self.gallery_forget(reference)?;
        }
        let reference = i64::from_le_bytes(random()?);
        self.change(
            "INSERT INTO gallery_identity (ref, nik, record) VALUES (?1, ?2, ?3)",
            params![reference, person.nik, record],
        )?;
        for (ordinal, (modality, position, bytes)) in (0_u32..).zip(&person.templates) {
            self.change(
                "INSERT INTO gallery_template (ref, modality, position, ordinal, bytes) VALUES (?1, ?2, ?3, ?4, ?5)",
                params![reference, modality, position, ordinal, bytes],
            )?;
        }
        Ok(PersonRef(reference))
    }

    /// Shows every template, people together, in the order of their random references. After an error, forget what
    /// was seen.
    pub fn gallery_each(&self, mut see: impl FnMut(PersonRef, u8, u8, &[u8])) -> Result<()> {
        let mut statement = self.connection.prepare(
            "SELECT ref, modality, position, bytes FROM gallery_template ORDER BY ref, modality, position, ordinal",
        )?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let bytes = row.get_ref(3)?.as_blob().map_err(|_| StoreError::corrupt("a template of the gallery"))?;
            see(PersonRef(row.get(0)?), row.get(1)?, row.get(2)?, bytes);
        }
        self.intact()
    }

    /// The templates of one person: modality, position, bytes.
    pub fn gallery_templates(&self, person: PersonRef) -> Result<Vec<(u8, u8, Vec<u8>)>> {
        self.all(
            "SELECT modality, position, bytes FROM gallery_template WHERE ref = ?1
             ORDER BY modality, position, ordinal",
            [person.0],
            |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?)),
        )
    }

    /// Whose templates these are.
    pub fn gallery_identity(&self, person: PersonRef) -> Result<Option<(String, Origin)>> {
        self.one("SELECT nik, record FROM gallery_identity WHERE ref = ?1", [person.0], |r| {
            let origin = r.get::<_, Option<String>>(1)?.map_or(Origin::Cached, |record| Origin::Own { record });
            Ok((r.get(0)?, origin))
        })
    }

    /// The references under which a NIK is in the gallery.
    pub fn gallery_of(&self, nik: &str) -> Result<Vec<PersonRef>> {
        self.all("SELECT ref FROM gallery_identity WHERE nik = ?1 ORDER BY ref", [nik], |r| r.get(0).map(PersonRef))
    }

    /// How many people are in the gallery.
    pub fn gallery_count(&self) -> Result<u64> {
        Ok(self.one("SELECT count(*) FROM gallery_identity", [], |r| r.get::<_, i64>(0))?.unwrap_or(0).cast_unsigned())
    }

    /// Removes what a record put into the gallery. True when there was something.
    pub fn gallery_delete(&mut self, record: &str) -> Result<bool> {
        self.atomically(|db| {
            let found: Option<i64> =
                db.one("SELECT ref FROM gallery_identity WHERE record = ?1", [record], |r| r.get(0))?;
            found.map(|reference| db.gallery_forget(reference)).transpose().map(|gone| gone.is_some())
        })
    }

    /// Removes everybody who was imported, before a new import.
    pub fn gallery_delete_cached(&mut self) -> Result<usize> {
        self.atomically(|db| {
            db.change(
                "DELETE FROM gallery_template WHERE ref IN (SELECT ref FROM gallery_identity WHERE record IS NULL)",
                [],
            )?;
            db.change("DELETE FROM gallery_identity WHERE record IS NULL", [])
        })
    }

    fn gallery_forget(&mut self, reference: i64) -> Result<()> {
        self.change("DELETE FROM gallery_template WHERE ref = ?1", [reference])?;
        self.change("DELETE FROM gallery_identity WHERE ref = ?1", [reference])?;
        Ok(())
    }
}
