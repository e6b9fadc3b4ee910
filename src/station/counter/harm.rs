//! What went wrong, for the log: causes, never people; and panics, which must not stop the counter.

use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::station::DeskError;
use crate::store::StoreError;

use super::act::Act;
use super::error::CounterError;
use super::room::Done;

/// An error with all its causes. Those that repeat what was typed, or a date of birth, say only their kind.
pub(super) fn for_log(error: &CounterError) -> String {
    match error {
        CounterError::Desk(DeskError::User(_)) => "a login name that is none".into(),
        CounterError::Desk(DeskError::Ineligible(_)) => "a resident who may not be recorded".into(),
        other => chain(other),
    }
}

/// An error with all its causes, for the log.
pub(super) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(next) = cause {
        text.push_str(": ");
        text.push_str(&next.to_string());
        cause = next.source();
    }
    text
}

/// Does something that might panic: the counter must go on, because the window waits for it.
pub(super) fn unharmed(act: impl FnOnce() -> Done) -> Done {
    catch_unwind(AssertUnwindSafe(act)).unwrap_or_else(|_| {
        tracing::error!("the counter panicked");
        // In words: close the program and open it again; what was accepted is kept.
        Err(StoreError::Closed.into())
    })
}

/// The act's name without what it carries: that may be personal.
pub(super) fn discriminant_name(act: &Act) -> String {
    let text = format!("{act:?}");
    text.split(['(', '{', ' ']).next().unwrap_or_default().to_owned()
}
