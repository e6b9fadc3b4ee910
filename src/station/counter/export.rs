//! Writing the batch on a thread of its own, so that capture goes on meanwhile.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::thread;

use rekam_hal::Cancel;
use tokio::sync::watch;

use crate::batch::{self, Exported};
use crate::station::{DeskError, Dispatch, JobError, Supervisor};

use super::board::Export;
use super::error::CounterError;
use super::room::{Done, Room};

/// An export under way; it holds the supervisor until it ends.
pub(super) struct Exporting {
    stop: Cancel,
    progress: watch::Receiver<(batch::Stage, f32)>,
    end: mpsc::Receiver<(Supervisor, Result<Vec<Exported>, DeskError>)>,
}

impl Room {
    /// Writes all approved records into a folder, normally on a stick.
    pub(super) fn export(&mut self, folder: PathBuf) -> Done {
        if self.exporting.is_some() {
            return Err(CounterError::NotNow);
        }
        make_folder(&folder, &self.dir)?;
        let supervisor = self.supervisor.take().ok_or(CounterError::NotNow)?;
        let station = self.station()?;
        let (code, recipients) = (station.code, station.recipients.clone());
        let stop = Cancel::new();
        let (tell, progress) = watch::channel((batch::Stage::Writing, 0.0));
        let (done, end) = mpsc::channel();
        let token = stop.clone();
        let run = move || {
            let dispatch = Dispatch { station: code, folder: &folder, recipients: &recipients };
            let outcome = supervisor.export(&dispatch, &mut |news| {
                let share = news.bytes as f32 / news.expected_bytes.max(1) as f32;
                tell.send_replace((news.stage, share.clamp(0.0, 1.0)));
                if token.is_cancelled() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
            });
            drop(done.send((supervisor, outcome)));
        };
        let started = thread::Builder::new().name("export".into()).spawn(run);
        started.map_err(|source| DeskError::from(JobError::Thread(source)))?;
        self.exporting = Some(Exporting { stop, progress, end });
        self.in_room(|room| room.export = Some(Export::Running(batch::Stage::Writing, 0.0)))
    }

    pub(super) fn stop_export(&mut self) {
        if let Some(exporting) = &self.exporting {
            exporting.stop.cancel();
        }
    }

    /// How far it is.
    pub(super) fn look_after_export(&mut self) {
        let Some(exporting) = &self.exporting else { return };
        match exporting.end.try_recv() {
            Err(mpsc::TryRecvError::Empty) => {
                let (stage, share) = *exporting.progress.borrow();
                let shown = Some(Export::Running(stage, share));
                let told = self.board.back_room.as_ref().is_some_and(|room| room.export != shown);
                if told {
                    drop(self.in_room(|room| room.export = shown));
                }
            }
            Err(mpsc::TryRecvError::Disconnected) => {
                // It panicked; the supervisor went with it and must come in again.
                self.exporting = None;
                self.close_back_room();
                self.complain(CounterError::NotNow);
            }
            Ok((supervisor, outcome)) => {
                self.exporting = None;
                self.end_export(supervisor, outcome);
            }
        }
    }

    fn end_export(&mut self, supervisor: Supervisor, outcome: Result<Vec<Exported>, DeskError>) {
        let shown = match &outcome {
            Ok(files) if files.is_empty() => Export::Nothing,
            Ok(files) => Export::Written(files.iter().map(|f| (f.file.clone(), f.receipt.count)).collect()),
            Err(_) => Export::Failed,
        };
        // Whoever has left the room meanwhile stays outside.
        if self.board.back_room.is_some() {
            self.supervisor = Some(supervisor);
            drop(self.in_room(|room| room.export = Some(shown)));
        }
        let refreshed = self.refresh_back_room(None).and_then(|()| self.refresh_health());
        for error in [outcome.err().map(CounterError::from), refreshed.err()].into_iter().flatten() {
            self.complain(error);
        }
    }
}

/// A folder beside the data may be made; anywhere else a missing folder is a stick that is not there.
fn make_folder(folder: &Path, dir: &Path) -> Done {
    if folder.exists() {
        return Ok(());
    }
    let file = |source| CounterError::File { path: folder.to_owned(), source };
    if folder.starts_with(dir) {
        std::fs::create_dir_all(folder).map_err(file)
    } else {
        Err(file(std::io::ErrorKind::NotFound.into()))
    }
}
