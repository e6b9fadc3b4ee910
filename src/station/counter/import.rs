//! Bringing a register extract in, on a thread of its own.

use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc;
use std::thread;

use crate::office::register::ImportReport;
use crate::office::{OfficeError, register};
use crate::station::{DeskError, JobError};

use super::board::Busy;
use super::error::CounterError;
use super::room::{Done, Room};

/// An import under way.
pub(super) struct Importing {
    rows: Arc<AtomicU64>,
    end: mpsc::Receiver<Result<ImportReport, OfficeError>>,
}

impl Importing {
    /// Rows read so far.
    pub(super) fn rows(&self) -> u64 {
        self.rows.load(Ordering::Relaxed)
    }
}

impl Room {
    pub(super) fn import(&mut self, path: PathBuf) -> Done {
        if self.importing.is_some() {
            return Err(CounterError::NotNow);
        }
        if !self.officer()?.role.may_administer() {
            return Err(DeskError::NotSupervisor.into());
        }
        let store = self.station()?.store().clone();
        let name = path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
        let rows = Arc::new(AtomicU64::new(0));
        let (count, (done, end)) = (rows.clone(), mpsc::channel());
        let run = move || {
            let outcome = register::import_file(&store, &path, &name, &mut |news| {
                count.store(news.rows as u64, Ordering::Relaxed);
                ControlFlow::Continue(())
            });
            drop(done.send(outcome));
        };
        let started = thread::Builder::new().name("import".into()).spawn(run);
        started.map_err(|source| DeskError::from(JobError::Thread(source)))?;
        self.importing = Some(Importing { rows, end });
        Ok(())
    }

    /// How far it is.
    pub(super) fn look_after_import(&mut self) {
        let Some(importing) = &self.importing else { return };
        let shown = Some(Busy::Importing(importing.rows()));
        match importing.end.try_recv() {
            Err(mpsc::TryRecvError::Empty) => {
                self.dirty |= self.board.busy != shown;
                self.board.busy = shown;
                return;
            }
            Err(mpsc::TryRecvError::Disconnected) => self.complain(CounterError::NotNow),
            Ok(Err(error)) => self.complain(error.into()),
            Ok(Ok(report)) => self.board.imported = Some(Arc::new(report)),
        }
        self.importing = None;
        self.board.busy = None;
        self.dirty = true;
    }
}
