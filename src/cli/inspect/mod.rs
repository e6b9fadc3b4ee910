//! `rekam inspect`: what the engines see in one file, and the record they would write of it.

mod fingerprint;
mod iris;
mod photo;
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
    /// Resolution of an image that does not say it, in dots per inch; 500 unless given.
    #[arg(long, value_name = "N")]
    dpi: Option<f32>,
    #[command(flatten)]
    out: record::Out,
    #[command(flatten)]
    slap: slap::SlapOptions,
    #[command(flatten)]
    iris: iris::IrisOptions,
    #[command(flatten)]
    photo: photo::PhotoOptions,
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
    /// A portrait.
    Photo,
}

impl Options {
    /// Resolution of an image that does not say it.
    fn dpi(&self) -> f32 {
        self.dpi.unwrap_or(DEFAULT_DPI)
    }

    /// Refuses options that mean nothing for what the file shows: whoever gave them expects that they count.
    fn check(&self) -> Result<(), CliError> {
        let [finger, slap, eye, photo] =
            [Subject::Fingerprint, Subject::Slap, Subject::Iris, Subject::Photo].map(|subject| self.subject == subject);
        let given = [
            ("--dpi", self.dpi.is_some(), finger || slap),
            ("--out", self.out.path.is_some(), finger || eye || photo),
            ("--position", self.out.position.is_some(), finger),
            ("--edition", self.out.edition.is_some(), finger),
            ("--lossless", self.out.lossless, finger),
            ("--expect", self.slap.expect.is_some(), slap),
            ("--absent", !self.slap.absent.is_empty(), slap),
            ("--fingers", self.slap.fingers.is_some(), slap),
            ("--eye", self.iris.eye.is_some(), eye),
            ("--backdrop", self.photo.backdrop.is_some(), photo),
            ("--crop", self.photo.crop.is_some(), photo),
            ("--landmarks", self.photo.landmarks.is_some(), photo),
        ];
        match given.into_iter().find(|(_, given, counts)| *given && !counts) {
            Some((option, ..)) => Err(CliError::Usage(format!("{option} means nothing here; leave it out"))),
            None => Ok(()),
        }
    }
}

/// Runs the command.
pub(super) fn run(global: &Global, options: &Options) -> Result<Outcome, CliError> {
    options.check()?;
    match options.subject {
        Subject::Fingerprint => fingerprint::run(global, options),
        Subject::Iris => iris::run(global, &options.file, options.out.path.as_deref(), &options.iris),
        Subject::Photo => photo::run(global, &options.file, options.out.path.as_deref(), &options.photo),
        Subject::Slap => slap::run(global, &options.file, options.dpi(), &options.slap),
    }
}
