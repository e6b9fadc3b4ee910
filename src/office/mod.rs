//! The office around the desk: who is in the register, who is next, who comes again, and what is handed out on paper.
//!
//! - [`register`]: the extract of the civil register, from a file into the store, and looking residents up.
//! - [`queue`]: numbers, calling, absence.
//! - [`schedule`]: days on which residents come again.
//! - [`daybook`]: the day as rows and counters, for the window and for paper.
//! - [`slip`]: paper: proof of recording, new appointment, day list. Plain data in, PDF out.
//! - [`words`]: every word of it in Indonesian and English.
//! - [`zone`]: the store's moments are UTC; the office's are local.
//!
//! What changes the store takes the [`Db`] of a job on the store's thread, so that several steps are one; [`within`]
//! runs such a job from outside.

pub mod daybook;
mod error;
pub mod queue;
pub mod register;
pub mod schedule;
pub mod slip;
pub mod words;
pub mod zone;

pub use error::{OfficeError, Result};

use crate::store::{Db, Store, StoreError};

/// Runs `job` on the store's thread as one transaction and waits: `within(&store, move |db| queue::draw(db, ...))`.
///
/// # Errors
/// Whatever the job answers; then nothing was changed.
pub fn within<T: Send + 'static>(store: &Store, job: impl FnOnce(&mut Db) -> Result<T> + Send + 'static) -> Result<T> {
    store.call(move |db| Ok(atomically(db, job)))?
}

/// [`Db::atomically`] for jobs with this room's errors.
pub fn atomically<T>(db: &mut Db, job: impl FnOnce(&mut Db) -> Result<T>) -> Result<T> {
    let mut failure = None;
    let done = db.atomically(|db| {
        job(db).map_err(|error| match error {
            OfficeError::Store(error) => error,
            other => {
                failure = Some(other);
                // Never seen outside: it only makes the store undo everything.
                StoreError::Closed
            }
        })
    });
    done.map_err(|error| failure.unwrap_or(OfficeError::Store(error)))
}

#[cfg(test)]
mod testing;
