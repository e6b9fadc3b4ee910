//! `rekam inspect`: what the engines see in one file, and the record they would write of it.

mod fingerprint;
mod iris;
mod record;
mod slap;

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use rekam_simulator::replay::folder::DEFAULT_DPI;

use super::Outcome;
use super::args::Global;
use super::error::CliError;

/// Arguments of `inspect`.
#[derive(Debug, Clone, Args)]
pub(super) struct Options {
    /// What the file shows.
    subject: Subject,
    /// The image (PNG, JPEG, BMP, WSQ) or ISO/IEC 19794 record.
    file: PathBuf,
    /// Resolution of an image that does not say it, in dots per inch.
    #[arg(long, default_value_t = DEFAULT_DPI, value_name = "N")]
    dpi: f32,
    #[command(flatten)]
    out: record::Out,
    #[command(flatten)]
    slap: slap::SlapOptions,
    #[command(flatten)]
    iris: iris::IrisOptions,
}

/// What can be inspected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Subject {
    /// One finger.
    Fingerprint,
    /// Several fingers at once.
    Slap,
    /// One eye, or the eyes of a record.
    Iris,
}

/// Runs the command.
pub(super) fn run(global: &Global, options: &Options) -> Result<Outcome, CliError> {
    match options.subject {
        Subject::Fingerprint => fingerprint::run(global, options),
        Subject::Iris => iris::run(global, &options.file, options.out.path.as_deref(), &options.iris),
        Subject::Slap => slap::run(global, &options.file, options.dpi, &options.slap),
    }
}
