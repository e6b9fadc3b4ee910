//! What a run found, as the JSON of the command line's contract and as a few lines for people.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::driver::End;
use super::plan::Visit;
use crate::cli::error::CliError;
use crate::domain::session::{HitBy, Session, Status};

/// The batch as checked by the district's side.
#[derive(Serialize)]
pub(super) struct BatchReport {
    pub(super) file: PathBuf,
    pub(super) signature: PathBuf,
    pub(super) records: u64,
    pub(super) bytes: u64,
    pub(super) verified: bool,
    pub(super) public_key: PathBuf,
    pub(super) identity: PathBuf,
}

#[derive(Default, Serialize)]
struct FoundBy {
    nik: usize,
    fingerprint: usize,
    iris: usize,
    face: usize,
}

/// Everything a run reports.
#[derive(Serialize)]
pub(super) struct Report {
    residents: usize,
    refused: usize,
    completed: usize,
    rescheduled: usize,
    exceptions: usize,
    pub(super) records_sha256: String,
    duplicates_expected: usize,
    duplicates_found: usize,
    duplicates_found_by: FoundBy,
    false_hits: usize,
    seconds_per_step: BTreeMap<&'static str, f64>,
    pub(super) batch: Option<BatchReport>,
    #[serde(skip)]
    sessions: Vec<Session>,
}

impl Report {
    pub(super) fn new(refused: usize) -> Self {
        Self {
            residents: 0,
            refused,
            completed: 0,
            rescheduled: 0,
            exceptions: 0,
            records_sha256: String::new(),
            duplicates_expected: 0,
            duplicates_found: 0,
            duplicates_found_by: FoundBy::default(),
            false_hits: 0,
            seconds_per_step: BTreeMap::new(),
            batch: None,
            sessions: Vec::new(),
        }
    }

    /// Counts a visit in.
    pub(super) fn add(&mut self, visit: &Visit, end: End) {
        self.residents += 1;
        for (step, seconds) in end.seconds {
            self.time(step, seconds);
        }
        let session = end.session;
        match session.status() {
            Status::Rescheduled(_) => self.rescheduled += 1,
            Status::Completed | Status::Approved | Status::Exported => {
                self.completed += 1;
                self.exceptions += usize::from(session.exceptions().next().is_some());
            }
            Status::Open | Status::Parked | Status::Cancelled | Status::Voided(_) => {}
        }
        self.count_hits(visit, &session);
        self.sessions.push(session);
    }

    fn count_hits(&mut self, visit: &Visit, session: &Session) {
        let mut by: BTreeSet<HitBy> = BTreeSet::new();
        for state in session.hits() {
            if visit.same.contains(state.hit.other_nik.as_str()) {
                by.extend(state.hit.by.iter().copied());
            } else {
                tell!("false hit in {}: {:?}", session.record(), state.hit.matches);
                self.false_hits += 1;
            }
        }
        self.duplicates_expected += usize::from(!visit.expected.is_empty());
        if by.is_disjoint(&visit.expected) {
            return;
        }
        self.duplicates_found += 1;
        let found = &mut self.duplicates_found_by;
        found.nik += usize::from(by.contains(&HitBy::Nik));
        found.fingerprint += usize::from(by.contains(&HitBy::Fingerprint));
        found.iris += usize::from(by.contains(&HitBy::Iris));
        found.face += usize::from(by.contains(&HitBy::Face));
    }

    /// Adds time to a step.
    pub(super) fn time(&mut self, step: &'static str, seconds: f64) {
        *self.seconds_per_step.entry(step).or_insert(0.0) += seconds;
    }

    /// The records in the order of the day.
    pub(super) fn sessions(&self) -> &[Session] {
        &self.sessions
    }

    /// Whether everything that must hold holds: everybody ended lawfully, nobody was taken for somebody else, and
    /// the batch is whole and holds exactly the completed records.
    pub(super) fn is_consistent(&self, visits: &[Visit]) -> bool {
        let all_ended = self.completed + self.rescheduled == visits.len();
        let batch_whole = match &self.batch {
            Some(batch) => batch.verified && batch.records == self.completed as u64,
            None => self.completed == 0,
        };
        // With real images an engine may miss a duplicate; of synthetic people none may be missed.
        let real = visits.iter().any(|visit| visit.person.identity.is_some());
        let found = real || self.duplicates_found == self.duplicates_expected;
        all_ended && batch_whole && found && self.false_hits == 0
    }

    /// A few lines for people.
    pub(super) fn print(&self, dir: &Path) -> Result<(), CliError> {
        say!(
            "{} residents: {} completed ({} with exceptions), {} rescheduled, {} refused at the door",
            self.residents,
            self.completed,
            self.exceptions,
            self.rescheduled,
            self.refused
        );
        say!(
            "duplicates: {} expected, {} found, {} false hits",
            self.duplicates_expected,
            self.duplicates_found,
            self.false_hits
        );
        if let Some(batch) = &self.batch {
            let state = if batch.verified { "verified" } else { "NOT VERIFIED" };
            say!("batch: {} records, {} bytes, {state}", batch.records, batch.bytes);
            say!("  {}", batch.file.display());
            say!("look at it with the stock programs:");
            say!("  minisign -V -p {} -m {}", batch.public_key.display(), batch.file.display());
            say!("  age -d -i {} {} | zstd -d | tar t", batch.identity.display(), batch.file.display());
        }
        say!("database and training keys: {}", dir.display());
        Ok(())
    }
}
