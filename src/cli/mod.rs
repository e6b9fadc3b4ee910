//! The command line: each command is one function that gets its arguments and returns what to print.
//!
//! Exit codes are a contract: 0 done, 1 a check failed, 2 wrong use or environment. Whatever goes wrong ends in one
//! plain sentence on standard error that names the cause and the next action; the chain of causes is shown by
//! `RUST_LOG=debug`.

/// Prints a line on standard output; a full disk or a closed pipe is an error with a sentence, not a panic.
macro_rules! say {
    ($($text:tt)*) => {{
        use std::io::Write as _;
        writeln!(std::io::stdout().lock(), $($text)*).map_err($crate::cli::error::CliError::Output)?
    }};
}

/// Prints a line of progress on standard error; where nobody can read it, work goes on.
macro_rules! tell {
    ($($text:tt)*) => {{
        use std::io::Write as _;
        let _ = writeln!(std::io::stderr().lock(), $($text)*);
    }};
}

mod args;
mod batch;
mod bench;
mod devices;
mod doctor;
mod drawn;
mod error;
mod evaluate;
mod input;
mod inspect;
mod predictive;
mod rejection;
mod signs;
mod simulate;
#[cfg(feature = "gui")]
mod window;

use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use tracing_subscriber::EnvFilter;

use args::{Arguments, Command};
use error::CliError;

/// What a command that ran to its end found.
enum Outcome {
    /// All is well.
    Passed,
    /// A check failed; what was printed says which.
    Failed,
}

/// Runs the program with the arguments of the process.
pub fn run() -> ExitCode {
    let arguments = Arguments::parse();
    outlive_file_limits();
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("warn"));
    let _ = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        // Plain, on a terminal too: the subscriber is built without its colours and would complain.
        .with_ansi(false)
        .try_init();
    match choose_instructions().and_then(|()| dispatch(arguments)) {
        Ok(Outcome::Passed) => ExitCode::SUCCESS,
        Ok(Outcome::Failed) => ExitCode::from(1),
        Err(error) => {
            tell!("rekam: {}", error.sentence());
            tracing::debug!(chain = %error.chain(), "the command failed");
            ExitCode::from(2)
        }
    }
}

/// `REKAM_SIMD=portable|avx2|avx512` forces an instruction set, for measurements and for machines that lie.
fn choose_instructions() -> Result<(), CliError> {
    use crate::biometrics::{fingerprint, iris};
    let Ok(wanted) = std::env::var("REKAM_SIMD") else { return Ok(()) };
    let finger = match wanted.as_str() {
        "portable" => fingerprint::SimdLevel::Portable,
        "avx2" => fingerprint::SimdLevel::Avx2,
        "avx512" => fingerprint::SimdLevel::Avx512,
        _ => return Err(CliError::Usage(format!("REKAM_SIMD is {wanted:?}; use portable, avx2 or avx512"))),
    };
    let missing = || CliError::Usage(format!("this processor has no {wanted}; unset REKAM_SIMD or choose another"));
    finger.force().map_err(|_| missing())?;
    let iris = iris::SimdLevel::all().into_iter().find(|level| level.name() == wanted).ok_or_else(missing)?;
    if iris.force() { Ok(()) } else { Err(missing()) }
}

/// A write beyond the file size limit (`ulimit -f`) must come back as an error with a sentence; by default the kernel
/// kills the program instead.
fn outlive_file_limits() {
    #[cfg(unix)]
    if let Err(error) = signal_hook::flag::register(signal_hook::consts::SIGXFSZ, Default::default()) {
        tracing::warn!(%error, "a file size limit will end the program without a sentence");
    }
}

fn dispatch(arguments: Arguments) -> Result<Outcome, CliError> {
    let global = arguments.global;
    match arguments.command {
        None => station(&global, false),
        Some(Command::Setup) => station(&global, true),
        Some(Command::Simulate(options)) => simulate::run(&global, &options),
        Some(Command::Evaluate(options)) => evaluate::run(&global, &options),
        Some(Command::Inspect(options)) => inspect::run(&global, &options),
        Some(Command::Bench(command)) => bench::run(&global, &command),
        Some(Command::Batch(command)) => batch::run(&global, &command),
        Some(Command::Devices(options)) => devices::run(&global, &options),
        Some(Command::Doctor(options)) => doctor::run(&global, &options),
    }
}

/// The station with its window.
#[cfg(feature = "gui")]
fn station(global: &args::Global, setup: bool) -> Result<Outcome, CliError> {
    window::open(global, setup)
}

/// This build has no window.
#[cfg(not(feature = "gui"))]
fn station(_: &args::Global, _: bool) -> Result<Outcome, CliError> {
    Err(CliError::Usage("this build has no window; build with the feature gui, or use rekam simulate".into()))
}

/// CPU time of this process, all threads: a library may do its work on a thread of its own.
fn cpu_time() -> Duration {
    let now = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    Duration::new(u64::try_from(now.tv_sec).unwrap_or(0), u32::try_from(now.tv_nsec).unwrap_or(0))
}

/// Prints one JSON object on standard output.
fn print_json(value: &impl serde::Serialize) -> Result<(), CliError> {
    say!("{}", serde_json::to_string_pretty(value)?);
    Ok(())
}
