//! Bringing a register extract in, on a thread of its own.

use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use rekam_hal::Cancel;

use crate::office::register::ImportReport;
use crate::office::{OfficeError, register};
use crate::station::{DeskError, JobError};
use crate::store::StoreError;

use super::board::Busy;
use super::error::CounterError;
use super::room::{Done, Room};

/// How long the end of the program waits for a stopped import.
const LAST_WAIT: Duration = Duration::from_secs(30);

/// An import under way.
pub(super) struct Importing {
    rows: Arc<AtomicU64>,
    stop: Cancel,
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
        if self.board.place.training {
            return Err(CounterError::TrainingRegister);
        }
        if !self.officer()?.role.may_administer() {
            return Err(DeskError::NotSupervisor.into());
        }
        let store = self.station()?.store().clone();
        let name = path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
        let rows = Arc::new(AtomicU64::new(0));
        let (count, (done, end)) = (rows.clone(), mpsc::channel());
        let stop = Cancel::new();
        let token = stop.clone();
        let run = move || {
            let outcome = register::import_file(&store, &path, &name, &mut |news| {
                count.store(news.rows, Ordering::Relaxed);
                if token.is_cancelled() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
            });
            drop(done.send(outcome));
        };
        let started = thread::Builder::new().name("import".into()).spawn(run);
        started.map_err(|source| DeskError::from(JobError::Thread(source)))?;
        self.importing = Some(Importing { rows, stop, end });
        Ok(())
    }

    /// The program ends: the register stays as it was before.
    pub(super) fn end_import_now(&mut self) {
        if let Some(importing) = self.importing.take() {
            importing.stop.cancel();
            // Whatever came of it, nobody is left to be told.
            drop(importing.end.recv_timeout(LAST_WAIT));
        }
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
            Err(mpsc::TryRecvError::Disconnected) => self.complain(StoreError::Closed.into()),
            Ok(Err(error)) => self.complain(error.into()),
            Ok(Ok(report)) => self.board.imported = Some(Arc::new(report)),
        }
        self.importing = None;
        self.board.busy = None;
        self.dirty = true;
    }
}
