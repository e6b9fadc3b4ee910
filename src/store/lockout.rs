//! Wrong passphrases cost time: five are free, then every further one doubles the wait.
//!
//! The count lies in a file of its own beside the keyring, so that a restart does not forgive. A clock set back
//! does not shorten the wait either: the end is an absolute moment, and now is merely further from it.

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};
use time::{Duration, OffsetDateTime};

use super::error::{Result, StoreError};
use super::files;

/// Wrong tries before the first wait.
pub const FREE_TRIES: u32 = 5;
/// The first wait; it doubles with every further wrong try.
pub const FIRST_WAIT: Duration = Duration::minutes(1);
/// No wait is longer than this.
pub const LONGEST_WAIT: Duration = Duration::hours(8);

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct Tries {
    failures: u32,
    /// Seconds since 1970.
    locked_until: i64,
}

#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Attempts {
    users: BTreeMap<String, Tries>,
}

impl Attempts {
    pub fn read(dir: &Path) -> Result<Self> {
        let Some(bytes) = files::read(&dir.join(files::ATTEMPTS))? else { return Ok(Self::default()) };
        serde_json::from_slice(&bytes)
            .map_err(|e| StoreError::Corrupt { what: "the file of failed tries".into(), source: Some(Box::new(e)) })
    }

    /// Refuses while the user is locked out.
    pub fn check(&self, user: &str, now: OffsetDateTime) -> Result<()> {
        let Some(tries) = self.users.get(user) else { return Ok(()) };
        match OffsetDateTime::from_unix_timestamp(tries.locked_until) {
            Ok(until) if now < until => Err(StoreError::LockedOut { until }),
            _ => Ok(()),
        }
    }

    /// Counts a wrong try, durably.
    pub fn failed(&mut self, dir: &Path, user: &str, now: OffsetDateTime) -> Result<()> {
        let tries = self.users.entry(user.to_owned()).or_default();
        tries.failures = tries.failures.saturating_add(1);
        if tries.failures >= FREE_TRIES {
            let doublings = (tries.failures - FREE_TRIES).min(16);
            let wait = (FIRST_WAIT * 2_i32.pow(doublings)).min(LONGEST_WAIT);
            tries.locked_until = now.unix_timestamp().saturating_add(wait.whole_seconds());
        }
        self.write(dir)
    }

    /// Forgets a user's wrong tries. A full disk must not keep the right passphrase out, so failing to write
    /// is only logged: the old count then stands.
    pub fn succeeded(&mut self, dir: &Path, user: &str) {
        if self.users.remove(user).is_some()
            && let Err(error) = self.write(dir)
        {
            tracing::warn!(%error, "the count of failed tries could not be cleared");
        }
    }

    fn write(&self, dir: &Path) -> Result<()> {
        let bytes = serde_json::to_vec(self).map_err(|_| StoreError::Crypto("writing failed tries"))?;
        files::write_atomic(dir, files::ATTEMPTS, &bytes)
    }
}
