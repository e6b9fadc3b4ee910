//! A reflex camera on a thread of its own.
//!
//! A call into the library takes as long as the camera: seconds for a picture, half a minute for a camera that hangs,
//! and most camera drivers look at no token meanwhile. So the calls run beside the station's thread, which stops waiting
//! when its token is pulled. What is under way then runs to its end unheard (a picture is still deleted from the
//! camera's card), and the next question waits for it.

use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::thread::JoinHandle;
use std::time::Duration;

use rekam_hal::Cancel;

use super::reflex::{Failure, Reflex};

/// The token is looked at this often while the camera works.
const TICK: Duration = Duration::from_millis(10);

/// What the camera is to do.
#[derive(Debug, Clone)]
pub(super) enum Job {
    /// The finder's picture; no file where there is no live finder.
    Preview,
    /// A picture of full size; its file.
    Take(Cancel),
    /// A sign of life; no file.
    Check,
}

impl Job {
    /// Ticks after which a camera counts as silent: ten seconds for the finder, a minute for a picture, which may be long
    /// exposed and large, and two seconds for a sign of life.
    fn patience(&self) -> u32 {
        match self {
            Self::Preview => 1_000,
            Self::Take(_) => 6_000,
            Self::Check => 200,
        }
    }
}

type Answer = Result<Option<Vec<u8>>, Failure>;

/// The camera's thread. It ends when this value goes: at once if the camera is idle, otherwise by itself, unheard, when
/// the camera has done what it was told last.
pub(super) struct Worker {
    jobs: Option<Sender<Job>>,
    answers: Receiver<Answer>,
    thread: Option<JoinHandle<()>>,
    /// An answer is still to come that nobody waits for.
    owed: bool,
}

impl Worker {
    /// Gives the camera its thread.
    pub(super) fn new(reflex: Box<dyn Reflex>) -> Result<Self, Failure> {
        let (jobs, inbox) = mpsc::channel();
        let (outbox, answers) = mpsc::channel();
        let thread = std::thread::Builder::new().name("reflex-camera".to_owned());
        let thread = thread.spawn(move || work(reflex, &inbox, &outbox));
        let thread = thread.map_err(|error| Failure::new(Failure::NO_MEMORY, error.to_string()))?;
        Ok(Self { jobs: Some(jobs), answers, thread: Some(thread), owed: false })
    }

    /// Has the camera do something; the file it gave, if it gave one.
    ///
    /// # Errors
    /// The camera's; [`Failure::CANCELLED`] as soon as `cancel` is pulled, [`Failure::SILENT`] when it takes too long.
    pub(super) fn ask(&mut self, job: Job, cancel: &Cancel) -> Answer {
        let mut patience = job.patience();
        if self.owed {
            let late = self.wait(cancel, &mut patience);
            // Of what nobody waited for only this counts.
            if late.as_ref().is_err_and(|failure| self.owed || failure.code == Failure::GONE) {
                return late;
            }
        }
        if self.jobs.as_ref().is_none_or(|jobs| jobs.send(job).is_err()) {
            return Err(ended());
        }
        self.owed = true;
        self.wait(cancel, &mut patience)
    }

    fn wait(&mut self, cancel: &Cancel, patience: &mut u32) -> Answer {
        loop {
            match self.answers.recv_timeout(TICK) {
                Ok(answer) => {
                    self.owed = false;
                    return answer;
                }
                Err(RecvTimeoutError::Disconnected) => return Err(ended()),
                Err(RecvTimeoutError::Timeout) if cancel.is_cancelled() => {
                    return Err(Failure::new(Failure::CANCELLED, "cancelled"));
                }
                Err(RecvTimeoutError::Timeout) if *patience == 0 => {
                    return Err(Failure::new(Failure::SILENT, "the camera takes too long"));
                }
                Err(RecvTimeoutError::Timeout) => *patience -= 1,
            }
        }
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.jobs = None;
        // An idle camera is closed before this returns, so that it can be opened again at once.
        if let Some(thread) = self.thread.take().filter(|_| !self.owed) {
            let _ = thread.join();
        }
    }
}

fn ended() -> Failure {
    Failure::new(Failure::GENERAL, "the camera's thread has ended")
}

fn work(mut reflex: Box<dyn Reflex>, inbox: &Receiver<Job>, outbox: &Sender<Answer>) {
    while let Ok(job) = inbox.recv() {
        let answer = match job {
            Job::Preview => reflex.preview(),
            Job::Take(cancel) => reflex.take(&cancel).map(Some),
            Job::Check => reflex.check().map(|()| None),
        };
        if outbox.send(answer).is_err() {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::{Receiver, Sender, channel};

    use super::*;

    /// A camera that takes a picture when it is let, and says when it begins.
    struct Slow {
        begins: Sender<()>,
        may: Receiver<Result<Vec<u8>, Failure>>,
    }

    impl Reflex for Slow {
        fn preview(&mut self) -> Result<Option<Vec<u8>>, Failure> {
            Ok(None)
        }

        fn take(&mut self, _: &Cancel) -> Result<Vec<u8>, Failure> {
            let _ = self.begins.send(());
            self.may.recv().map_err(|_| ended())?
        }

        fn check(&mut self) -> Result<(), Failure> {
            Ok(())
        }
    }

    type Leave = Sender<Result<Vec<u8>, Failure>>;

    fn slow() -> (Worker, Receiver<()>, Leave) {
        let ((begins, begun), (let_go, may)) = (channel(), channel());
        (Worker::new(Box::new(Slow { begins, may })).unwrap(), begun, let_go)
    }

    #[test]
    fn a_picture_that_takes_long_is_given_up_at_once_and_its_end_awaited_by_the_next() {
        let (mut worker, begun, let_go) = slow();
        let cancel = Cancel::new();
        let token = cancel.clone();
        let puller = std::thread::spawn(move || {
            begun.recv().unwrap();
            token.cancel();
            begun
        });
        let stopped = worker.ask(Job::Take(cancel.clone()), &cancel);
        assert_eq!(stopped.unwrap_err().code, Failure::CANCELLED);
        let begun = puller.join().unwrap();
        // The camera still works: whoever asks now waits, and may give up as well.
        assert_eq!(worker.ask(Job::Check, &cancel).unwrap_err().code, Failure::CANCELLED);
        let_go.send(Ok(vec![1])).unwrap();
        assert_eq!(worker.ask(Job::Check, &Cancel::new()), Ok(None), "the picture nobody wants is no answer");
        let_go.send(Ok(vec![2])).unwrap();
        assert_eq!(worker.ask(Job::Take(Cancel::new()), &Cancel::new()), Ok(Some(vec![2])));
        assert_eq!(begun.try_iter().count(), 1);
    }

    #[test]
    fn a_camera_that_hangs_is_silent_and_does_not_hold_up_whoever_leaves() {
        let (mut worker, _begun, let_go) = slow();
        let cancel = Cancel::new();
        cancel.cancel();
        assert_eq!(worker.ask(Job::Take(cancel.clone()), &cancel).unwrap_err().code, Failure::CANCELLED);
        assert_eq!(worker.ask(Job::Check, &Cancel::new()).unwrap_err().code, Failure::SILENT);
        drop(worker);
        drop(let_go);
    }

    #[test]
    fn a_camera_that_left_while_nobody_waited_is_gone() {
        let (mut worker, _begun, let_go) = slow();
        let cancel = Cancel::new();
        cancel.cancel();
        assert_eq!(worker.ask(Job::Take(cancel.clone()), &cancel).unwrap_err().code, Failure::CANCELLED);
        let_go.send(Err(Failure::new(Failure::GONE, "pulled"))).unwrap();
        assert_eq!(worker.ask(Job::Check, &Cancel::new()).unwrap_err().code, Failure::GONE);
    }
}
