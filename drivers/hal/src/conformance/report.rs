//! What a conformance suite found out.

use std::fmt;

/// The outcome of one clause.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// The device keeps it.
    Held,
    /// The device breaks it; what was seen instead.
    Broken(String),
    /// The rig could not bring it about; why.
    NotTried(String),
}

/// One thing every device of a kind must do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clause {
    /// The promise.
    pub name: &'static str,
    /// Whether it was kept.
    pub verdict: Verdict,
}

/// All clauses tried on one device.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Report {
    /// Id of the device, empty when it never opened.
    pub device: String,
    /// In the order tried.
    pub clauses: Vec<Clause>,
}

/// The clauses a device breaks.
#[derive(Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct NonConformance(Report);

impl Report {
    /// The broken clauses.
    pub fn failures(&self) -> impl Iterator<Item = &Clause> {
        self.clauses.iter().filter(|clause| matches!(clause.verdict, Verdict::Broken(_)))
    }

    /// Whether this clause was tried and kept.
    pub fn holds(&self, name: &str) -> bool {
        self.clauses.iter().any(|clause| clause.name == name && clause.verdict == Verdict::Held)
    }

    pub(super) fn note(&mut self, name: &'static str, result: Result<(), String>) {
        let verdict = result.map_or_else(Verdict::Broken, |()| Verdict::Held);
        self.clauses.push(Clause { name, verdict });
    }

    pub(super) fn skip(&mut self, name: &'static str, why: &str) {
        self.clauses.push(Clause { name, verdict: Verdict::NotTried(why.to_owned()) });
    }
}

/// Refuses a report with a broken clause, or without any kept one.
///
/// # Errors
/// [`NonConformance`], whose `Debug` and `Display` list the clauses, so that a test may simply unwrap.
pub fn assert_conforms(report: &Report) -> Result<(), NonConformance> {
    let kept = report.clauses.iter().any(|clause| clause.verdict == Verdict::Held);
    if kept && report.failures().next().is_none() { Ok(()) } else { Err(NonConformance(report.clone())) }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "conformance of {:?}:", self.device)?;
        for Clause { name, verdict } in &self.clauses {
            match verdict {
                Verdict::Held => write!(f, "\n  held    {name}")?,
                Verdict::Broken(seen) => write!(f, "\n  BROKEN  {name}: {seen}")?,
                Verdict::NotTried(why) => write!(f, "\n  skipped {name}: {why}")?,
            }
        }
        Ok(())
    }
}

impl fmt::Debug for NonConformance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}
