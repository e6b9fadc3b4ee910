//! The program: arguments in, one exit code out. Everything else is in the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    rekam::cli::run()
}
