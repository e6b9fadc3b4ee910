//! What may be typed after `rekam`.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use crate::station::Models;

/// Enrollment station for the Indonesian electronic identity card.
#[derive(Debug, Parser)]
#[command(version = concat!(env!("CARGO_PKG_VERSION"), " ", env!("REKAM_REVISION")), about, long_about = None)]
pub(super) struct Arguments {
    #[command(flatten)]
    pub(super) global: Global,
    #[command(subcommand)]
    pub(super) command: Option<Command>,
}

/// Arguments of every command.
#[derive(Debug, Clone, Args)]
pub(super) struct Global {
    /// Data directory; created when absent or empty. Default: the platform's (`simulate`: a temporary one).
    #[arg(long, global = true, value_name = "D")]
    pub(super) data_dir: Option<PathBuf>,
    /// One JSON object on standard output, progress on standard error.
    #[arg(long, global = true)]
    pub(super) json: bool,
    /// Folder with the networks instead of the built-in ones.
    #[arg(long, global = true, value_name = "DIR")]
    models: Option<PathBuf>,
}

impl Global {
    /// Where the networks come from.
    pub(super) fn models(&self) -> Models {
        self.models.clone().map_or(Models::Embedded, Models::Folder)
    }
}

/// The commands.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Make a real station in an empty data directory: region, number, the district's keys, first officers.
    Setup,
    /// Take synthetic residents (or folders of real images) through the whole line, without a window.
    Simulate(super::simulate::Options),
    /// Accuracy of an engine over all pairs of a folder `<identity>_<sample>.png`.
    Evaluate(super::evaluate::Options),
    /// Quality and features of one image or ISO record; writes records.
    Inspect(super::inspect::Options),
    /// CPU time and throughput of one engine alone.
    #[command(subcommand)]
    Bench(super::bench::BenchCommand),
    /// The daily batch.
    #[command(subcommand)]
    Batch(super::batch::BatchCommand),
    /// What is plugged in, whether it may be opened, and what it sees.
    Devices(super::devices::Options),
    /// Self-test of database, devices, disk, clock, keys, models and matcher.
    Doctor(super::doctor::Options),
}
