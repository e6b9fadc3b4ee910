//! Writing the batch on a thread of its own, so that capture goes on meanwhile.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use rekam_hal::Cancel;
use tokio::sync::watch;

use crate::batch::{self, Exported};
use crate::station::{DeskError, Dispatch, JobError, Supervisor};
use crate::store::StoreError;

use super::board::Export;
use super::error::CounterError;
use super::room::{Done, Room};

/// How long the end of the program waits for a stopped export to take its files away again.
const LAST_WAIT: Duration = Duration::from_secs(30);

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
        let station = self.station()?;
        let (code, recipients) = (station.code, station.recipients.clone());
        let supervisor = self.supervisor.take().ok_or(CounterError::NotNow)?;
        if let Err(error) = make_folder(&folder, &self.dir) {
            self.supervisor = Some(supervisor);
            return Err(error);
        }
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
        if let Err(source) = started {
            // The supervisor went with the thread that never was.
            self.close_back_room();
            return Err(DeskError::from(JobError::Thread(source)).into());
        }
        self.exporting = Some(Exporting { stop, progress, end });
        self.show_export(Export::Running(batch::Stage::Writing, 0.0));
        Ok(())
    }

    /// On the board while somebody is in the room, and kept for whoever comes in next.
    fn show_export(&mut self, export: Export) {
        self.exported = Some(export.clone());
        if self.board.back_room.is_some() {
            drop(self.in_room(|room| room.export = Some(export)));
        }
    }

    /// The program ends: an export is stopped and takes its files away again, as far as the medium still answers.
    pub(super) fn end_export_now(&mut self) {
        if let Some(exporting) = self.exporting.take() {
            exporting.stop.cancel();
            if exporting.end.recv_timeout(LAST_WAIT).is_err() {
                tracing::warn!("the export did not end in time; the next one settles what it left");
            }
        }
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
                let shown = Export::Running(stage, share);
                if self.exported.as_ref() != Some(&shown) {
                    self.show_export(shown);
                }
            }
            Err(mpsc::TryRecvError::Disconnected) => {
                // It panicked; the supervisor went with it and must come in again.
                self.exporting = None;
                self.show_export(Export::Failed);
                if self.supervisor.is_none() {
                    self.close_back_room();
                }
                tracing::error!("the export panicked");
                self.complain(StoreError::Closed.into());
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
        // Whoever has left the room meanwhile stays outside, and whoever has come in since acts in their own name.
        let waits = self.board.back_room.as_ref().is_some_and(|room| room.supervisor == *supervisor.user());
        if waits && self.supervisor.is_none() {
            self.supervisor = Some(supervisor);
        }
        self.show_export(shown);
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
