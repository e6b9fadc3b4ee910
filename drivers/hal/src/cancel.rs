//! Stopping a blocking capture from another thread, or telling it that the moment has come.
//!
//! One kind of token serves both, because both are said once and for good: as `cancel` it ends the capture without a
//! sample, as `trigger` or `finish` with the sample of this moment.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// A token that is handed to a capture and pulled by whoever wants it to end. Clones share one state.
#[derive(Debug, Clone, Default)]
pub struct Cancel(Arc<AtomicBool>);

impl Cancel {
    /// A token nobody has pulled yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Pulls the token: every capture that holds it ends soon, with a sample or without, as its role says.
    pub fn cancel(&self) {
        self.0.store(true, Ordering::Release);
    }

    /// Whether the token was pulled.
    pub fn is_cancelled(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }
}
