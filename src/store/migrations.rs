//! The schema's versions, applied in order when a store is opened.

use rusqlite::Connection;
use rusqlite_migration::{M, MigrationDefinitionError, Migrations};

use super::error::{Result, StoreError};

const STEPS: &[M<'_>] = &[M::up(include_str!("../../assets/schema/0001_initial.sql"))];

const MIGRATIONS: Migrations<'_> = Migrations::from_slice(STEPS);

/// Brings a database to the newest schema. A database of a newer program is left alone.
pub(super) fn migrate(connection: &mut Connection) -> Result<()> {
    MIGRATIONS.to_latest(connection).map_err(|e| match e {
        rusqlite_migration::Error::MigrationDefinition(MigrationDefinitionError::DatabaseTooFarAhead) => {
            StoreError::NewerSchema
        }
        rusqlite_migration::Error::RusqliteError { err, .. } => StoreError::Database(err),
        other => StoreError::Corrupt { what: "the schema".into(), source: Some(Box::new(other)) },
    })
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_migration_applies() {
        super::MIGRATIONS.validate().unwrap();
    }
}
