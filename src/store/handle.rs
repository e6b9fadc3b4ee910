//! The handle on an open store, and the one thread behind it.
//!
//! One thread owns the only connection; everybody else sends it jobs. So a slow disk never stops a window, no
//! two writers ever meet, and a job sees the database in one piece.

use std::fs::File;
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::thread::{self, JoinHandle, ThreadId};
use std::time::Duration;

use tokio::sync::oneshot;

use super::db::{Db, explain};
use super::error::{Result, StoreError};
use super::keyring::Keyring;

/// After this long without a job the write-ahead log is moved into the database.
const IDLE: Duration = Duration::from_secs(2);

type Job = Box<dyn FnOnce(&mut Db) + Send>;

/// A handle on an open store. Clones share it; the last one to go closes it.
#[derive(Clone)]
pub struct Store {
    pub(super) shared: Arc<Shared>,
}

pub(super) struct Shared {
    pub dir: PathBuf,
    pub file: PathBuf,
    pub training: bool,
    pub keyring: Mutex<Keyring>,
    jobs: Option<mpsc::Sender<Job>>,
    thread: Option<JoinHandle<()>>,
    thread_id: ThreadId,
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Store").field("dir", &self.shared.dir).finish_non_exhaustive()
    }
}

/// The answer to a submitted job: a future for a window, or [`Answer::wait`] elsewhere.
#[derive(Debug)]
pub struct Answer<T>(oneshot::Receiver<Result<T>>);

impl<T> Answer<T> {
    /// Blocks until the job is done. Not within asynchronous code.
    pub fn wait(self) -> Result<T> {
        self.0.blocking_recv().unwrap_or(Err(StoreError::Closed))
    }
}

impl<T> Future for Answer<T> {
    type Output = Result<T>;
    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        Pin::new(&mut self.0).poll(context).map(|answer| answer.unwrap_or(Err(StoreError::Closed)))
    }
}

impl Store {
    /// Starts the thread. The lock is held until the connection is closed.
    pub(super) fn start(db: Db, lock: File, keyring: Keyring) -> Result<Self> {
        let (dir, file, training) = (db.dir.clone(), db.file.clone(), keyring.training());
        let (jobs, inbox) = mpsc::channel();
        let thread = thread::Builder::new()
            .name("store".into())
            .spawn(move || work(db, lock, &inbox))
            .map_err(|e| StoreError::io(&dir, e))?;
        let thread_id = thread.thread().id();
        let (jobs, thread) = (Some(jobs), Some(thread));
        let keyring = Mutex::new(keyring);
        Ok(Self { shared: Arc::new(Shared { dir, file, training, keyring, jobs, thread, thread_id }) })
    }

    /// Runs a job on the store's thread and waits for its result.
    ///
    /// A job that fails has changed nothing only if its changes were made by one operation or within
    /// [`Db::atomically`].
    ///
    /// # Errors
    /// Whatever the job answers; [`StoreError::Reentered`] when called from within a job.
    pub fn call<T: Send + 'static>(&self, job: impl FnOnce(&mut Db) -> Result<T> + Send + 'static) -> Result<T> {
        if thread::current().id() == self.shared.thread_id {
            return Err(StoreError::Reentered);
        }
        let (reply, answer) = mpsc::sync_channel(1);
        self.send(Box::new(move |db: &mut Db| {
            // Nobody waiting any more is no reason to fail.
            let _ = reply.send(run(db, job));
        }))?;
        answer.recv().unwrap_or(Err(StoreError::Closed))
    }

    /// Sends a job to the store's thread and returns at once.
    pub fn submit<T: Send + 'static>(&self, job: impl FnOnce(&mut Db) -> Result<T> + Send + 'static) -> Answer<T> {
        let (reply, answer) = oneshot::channel();
        let sent = self.send(Box::new(move |db: &mut Db| {
            let _ = reply.send(run(db, job));
        }));
        if let Err(error) = sent {
            tracing::error!(%error, "job refused");
        }
        Answer(answer)
    }

    fn send(&self, job: Job) -> Result<()> {
        self.shared.jobs.as_ref().ok_or(StoreError::Closed)?.send(job).map_err(|_| StoreError::Closed)
    }

    /// The data directory.
    pub fn dir(&self) -> &Path {
        &self.shared.dir
    }

    /// Whether this is a training store. Keyring and database agree on it.
    pub fn is_training(&self) -> bool {
        self.shared.training
    }

    pub(super) fn keyring(&self) -> MutexGuard<'_, Keyring> {
        self.shared.keyring.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn run<T>(db: &mut Db, job: impl FnOnce(&mut Db) -> Result<T>) -> Result<T> {
    job(db).and_then(|value| db.intact().map(|()| value)).map_err(|e| explain(&db.connection, &db.dir, &db.file, e))
}

fn work(mut db: Db, lock: File, inbox: &mpsc::Receiver<Job>) {
    let mut checkpointed = false;
    loop {
        // Once the log is in the database there is nothing to wake up for but a job.
        let next = if checkpointed { inbox.recv().map_err(RecvTimeoutError::from) } else { inbox.recv_timeout(IDLE) };
        let job = match next {
            Ok(job) => job,
            Err(RecvTimeoutError::Disconnected) => break,
            Err(RecvTimeoutError::Timeout) => {
                db.checkpoint();
                checkpointed = true;
                continue;
            }
        };
        checkpointed = false;
        if catch_unwind(AssertUnwindSafe(|| job(&mut db))).is_err() {
            tracing::error!("a job of the store panicked and was undone");
        }
        db.settle();
    }
    if let Err((_, error)) = db.shut() {
        tracing::warn!(%error, "closing the database failed");
    }
    drop(lock);
}

impl Drop for Shared {
    fn drop(&mut self) {
        self.jobs = None;
        if let Some(thread) = self.thread.take()
            && thread::current().id() != self.thread_id
            && thread.join().is_err()
        {
            tracing::error!("the store's thread panicked");
        }
    }
}
