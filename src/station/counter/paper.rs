//! Paper for the resident: the proof, the notice to come again, and the way to the printer.
//!
//! A slip bears a name and a NIK, so it lies in a folder of the station's own account and appears whole or not at all.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::domain::session::RecordId;
use crate::office::slip::{Letterhead, Officer};
use crate::office::words::Language;
use crate::station::papers;

use super::board::Finished;
use super::error::CounterError;
use super::room::{Done, Room};

impl Room {
    /// Makes the paper of a record that has just left the desk; `None` for one that ended without. Paper that cannot be
    /// made is a trouble to be told; the record stands all the same, and the paper can be made again.
    pub(super) fn lay_out(&mut self, record: &RecordId) -> Option<PathBuf> {
        match self.make_paper(record) {
            Ok(made) => made,
            Err(error) => {
                self.complain(error);
                None
            }
        }
    }

    fn make_paper(&self, record: &RecordId) -> Result<Option<PathBuf>, CounterError> {
        let place = self.board.place.office.last().cloned().unwrap_or_default();
        let (ledger, head) = (&self.station()?.ledger, self.letterhead()?);
        let Some(paper) = papers::paper_of(ledger, record, &head, &place, self.slip_officer()?)? else {
            return Ok(None);
        };
        let folder = self.dir.join("slips");
        let path = folder.join(format!("{record}.pdf"));
        write_slip(&folder, &path, &paper)?;
        Ok(Some(path))
    }

    /// Makes the paper of the record that has just ended once more.
    pub(super) fn make_slip(&mut self) -> Done {
        let finished = self.board.finished.clone().ok_or(CounterError::NotNow)?;
        let slip = self.make_paper(&finished.record)?;
        self.board.finished = Some(Arc::new(Finished { slip, ..finished.as_ref().clone() }));
        Ok(())
    }

    fn letterhead(&self) -> Result<Letterhead, CounterError> {
        let place = &self.board.place;
        Ok(Letterhead {
            office: place.office.clone(),
            address: place.address.clone(),
            station: place.code.clone(),
            zone: place.zone,
            training: place.training,
            printed_at: self.day_and_now()?.1,
            // Paper is for residents: always Indonesian.
            language: Language::Indonesian,
        })
    }

    fn slip_officer(&self) -> Result<Officer, CounterError> {
        let officer = self.officer()?;
        let account = self.station()?.account(officer.id.as_str())?;
        Ok(Officer { name: officer.name.clone(), nip: account.map(|account| account.nip).unwrap_or_default() })
    }

    /// Hands a slip to the system's printing program.
    pub(super) fn print(&mut self, path: PathBuf) -> Done {
        let own = self.board.finished.as_ref().is_some_and(|finished| finished.slip.as_ref() == Some(&path));
        if !own {
            return Err(CounterError::NotNow);
        }
        let outcome = spawn("lp", &path).or_else(|_| spawn("xdg-open", &path));
        if let Some(finished) = &self.board.finished {
            let printed = Some(outcome.as_ref().map(|_| ()).map_err(|_| ()));
            self.board.finished = Some(Arc::new(Finished { printed, ..finished.as_ref().clone() }));
        }
        outcome.map_err(|source| CounterError::Printing { path, source })
    }
}

/// Starts a program on a file and lets it go its way; somebody waits for its end, so that none is left behind.
fn spawn(program: &str, path: &Path) -> std::io::Result<()> {
    use std::process::{Command, Stdio};
    let mut child =
        Command::new(program).arg(path).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
    std::thread::Builder::new().name("printing".into()).spawn(move || drop(child.wait()))?;
    Ok(())
}

fn write_slip(folder: &Path, path: &Path, paper: &[u8]) -> Done {
    let file = |source| CounterError::File { path: path.to_owned(), source };
    // Names and numbers stand on it: for the station's own account alone.
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder).map_err(file)?;
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let part = path.with_extension("part");
    let written = options.open(&part).and_then(|mut slip| std::io::Write::write_all(&mut slip, paper));
    // A half slip is none: it appears whole, or the operator is told.
    written.and_then(|()| std::fs::rename(&part, path)).map_err(|source| {
        let _ = std::fs::remove_file(&part);
        file(source)
    })
}
