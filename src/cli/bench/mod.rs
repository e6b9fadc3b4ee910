//! `rekam bench`: how fast is an engine alone, on this machine?
//!
//! Times are the CPU time of the whole process, which does nothing else, and the shortest of several rounds, so that
//! what else the machine does counts as little as possible. Figures have snake_case names with the unit last.

mod fingerprint;
mod iris;
mod photo;

use std::time::Duration;

use clap::Subcommand;
use serde::Serialize;
use serde_json::{Map, Value};

use super::args::Global;
use super::error::CliError;
use super::{Outcome, cpu_time, print_json};

/// The engines.
#[derive(Debug, Clone, Subcommand)]
pub(super) enum BenchCommand {
    /// Comparison of fingers at every instruction set, and extraction.
    Fingerprint,
    /// Search and comparison of irises at every instruction set, and extraction.
    Iris,
    /// Analysis of previews and stills, in parts and as a whole.
    Photo,
}

/// Runs the command.
pub(super) fn run(global: &Global, command: &BenchCommand) -> Result<Outcome, CliError> {
    let report = match command {
        BenchCommand::Fingerprint => fingerprint::report(global)?,
        BenchCommand::Iris => iris::report()?,
        BenchCommand::Photo => photo::report(global)?,
    };
    if global.json {
        print_json(&report)?;
    } else {
        say!("{} on {} thread", report.simd, report.threads);
        for (name, value) in &report.figures {
            say!("{name:44} {:>14.3}", value.as_f64().unwrap_or_default());
        }
    }
    Ok(Outcome::Passed)
}

/// What was measured.
#[derive(Debug, Serialize)]
struct Report {
    /// Instruction set in use where a figure does not name one.
    simd: &'static str,
    threads: usize,
    figures: Map<String, Value>,
}

impl Report {
    fn new(simd: &'static str) -> Self {
        Self { simd, threads: 1, figures: Map::new() }
    }

    fn add(&mut self, name: &str, value: f64) {
        self.figures.insert(name.to_owned(), Value::from(value));
    }
}

/// CPU time of one call of `work`: the shortest of at least `rounds` rounds that together last `budget`.
fn shortest(rounds: usize, budget: Duration, mut work: impl FnMut()) -> Duration {
    let (mut best, mut spent, mut done) = (Duration::MAX, Duration::ZERO, 0);
    while done < rounds || spent < budget {
        let start = cpu_time();
        work();
        let taken = cpu_time().saturating_sub(start);
        (best, spent, done) = (best.min(taken), spent + taken, done + 1);
        if done >= rounds && taken.is_zero() {
            break;
        }
    }
    best
}
