//! Paper for the resident: the proof, the notice to come again, and the way to the printer.
//!
//! A slip bears a name and a NIK, so it lies in a folder of the station's own account and appears whole or not at all.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::domain::session::{Correction, Session, Slot, Step};
use crate::office::slip::{self, Again, Letterhead, Officer, Proof};
use crate::office::words::Language;

use super::board::Finished;
use super::error::CounterError;
use super::room::{Done, Room};

impl Room {
    pub(super) fn again_paper(
        &self,
        session: &Session,
        corrections: Vec<Correction>,
        date: time::Date,
    ) -> Result<Vec<u8>, CounterError> {
        let paper = slip::again(
            &self.letterhead()?,
            &Again {
                record: session.record().clone(),
                nik: *session.nik(),
                name: session.resident().titled_name(),
                corrections,
                place: self.board.place.office.last().cloned().unwrap_or_default(),
                date,
                hour: "08.00".into(),
                operator: self.slip_officer()?,
                at: self.day_and_now()?.1,
            },
        );
        Ok(paper?)
    }

    pub(super) fn proof_paper(&self, session: &Session, at: time::OffsetDateTime) -> Result<Vec<u8>, CounterError> {
        let slots = Step::ALL.into_iter().flat_map(Slot::of);
        let paper = slip::proof(
            &self.letterhead()?,
            &Proof {
                record: session.record().clone(),
                nik: *session.nik(),
                name: session.resident().titled_name(),
                at,
                taken: slots.filter(|slot| session.best(*slot).is_some()).collect(),
                exceptions: session.exceptions().cloned().collect(),
                operator: self.slip_officer()?,
            },
        );
        Ok(paper?)
    }

    /// Paper that cannot be written is a trouble to be told; the record stands all the same.
    pub(super) fn lay_out(&mut self, session: &Session, paper: Result<Vec<u8>, CounterError>) -> Option<PathBuf> {
        let written = paper.and_then(|paper| {
            let folder = self.dir.join("slips");
            let path = folder.join(format!("{}.pdf", session.record()));
            write_slip(&folder, &path, &paper)?;
            Ok(path)
        });
        match written {
            Ok(path) => Some(path),
            Err(error) => {
                self.complain(error);
                None
            }
        }
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
