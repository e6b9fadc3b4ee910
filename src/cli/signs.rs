//! The signs from which the confidence of an eye is computed, one line for each eye, for fitting its weights anew.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use super::error::CliError;
use crate::biometrics::iris::{Examined, SIGN_NAMES};

/// A file of comma-separated lines: name, 1 where the contours are known to be wrong and 0 where they are known to be
/// right, signs.
pub(super) struct SignsFile {
    path: PathBuf,
    out: BufWriter<File>,
}

impl SignsFile {
    /// Begins the file.
    pub(super) fn create(path: &Path) -> Result<Self, CliError> {
        let file = File::create(path).map_err(|source| CliError::file(path, source))?;
        let mut signs = Self { path: path.to_owned(), out: BufWriter::new(file) };
        signs.line("name", "wrong", SIGN_NAMES.iter())?;
        Ok(signs)
    }

    /// Adds an eye.
    pub(super) fn add(&mut self, name: &str, wrong: Option<bool>, eye: &Examined) -> Result<(), CliError> {
        let known = wrong.map_or("", |wrong| if wrong { "1" } else { "0" });
        self.line(name, known, eye.signs.iter())
    }

    /// Ends the file.
    pub(super) fn finish(mut self) -> Result<(), CliError> {
        self.out.flush().map_err(|source| CliError::file(&self.path, source))
    }

    fn line(
        &mut self,
        name: &str,
        wrong: &str,
        values: impl Iterator<Item = impl std::fmt::Display>,
    ) -> Result<(), CliError> {
        let values: Vec<String> = values.map(|value| value.to_string()).collect();
        writeln!(self.out, "{name},{wrong},{}", values.join(",")).map_err(|source| CliError::file(&self.path, source))
    }
}
