//! The one thread on which libfprint runs, and the right to have a scanner open on it.
//!
//! The thread is started with the first scanner that is opened, and waits for work from then on. One scanner is open at a
//! time: whoever has one holds [`Held`], which is given back by the very job that closes it, so no capture can reach
//! another scanner than its own.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Mutex, OnceLock, PoisonError};

use rekam_fingerprint_sys::{Failure, Found, Library, Missing, Session};

/// Something to be done on the library's thread.
type Job = Box<dyn FnOnce(&mut Worker) + Send>;

/// What the library's thread keeps: the session with the scanner that is open.
pub(super) struct Worker {
    library: Library,
    session: Option<Session>,
}

/// Which of the library's devices is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Which {
    /// The one of a driver at a place on the bus.
    At {
        /// The library's driver.
        driver: &'static str,
        /// Bus and address.
        place: (u8, u8),
    },
    /// The library's own virtual scanner.
    Virtual,
}

impl Which {
    /// Its number in the library's list.
    fn among(self, found: &[Found]) -> Result<usize, Failure> {
        let numbered = |wanted: &dyn Fn(&Found) -> bool| -> Vec<usize> {
            found.iter().enumerate().filter(|(_, found)| found.images && wanted(found)).map(|(at, _)| at).collect()
        };
        let candidates = match self {
            Self::Virtual => numbered(&|found| found.driver == "virtual_image"),
            Self::At { driver, place } => {
                let there = numbered(&|found| found.driver == driver && found.place == Some(place));
                // A version of the library that does not tell places: one scanner alone needs none.
                let untold = || numbered(&|found| found.driver == driver && found.place.is_none());
                if there.is_empty() { untold() } else { there }
            }
        };
        match candidates.as_slice() {
            [] => Err(Failure::removed()),
            [number] => Ok(*number),
            [_, _, ..] => Err(Failure::Other("the library does not tell its scanners apart".to_owned())),
        }
    }
}

impl Worker {
    /// Opens a device; nothing is open so far.
    pub(super) fn open(&mut self, which: Which) -> Result<(), Failure> {
        self.session = None;
        let mut session = Session::new(self.library)?;
        let found: Vec<Found> = session.devices().cloned().collect();
        session.open(which.among(&found)?)?;
        self.session = Some(session);
        Ok(())
    }

    /// The session of the open device.
    pub(super) fn session(&mut self) -> Result<&mut Session, Failure> {
        self.session.as_mut().ok_or_else(Failure::removed)
    }

    /// Closes the open device.
    pub(super) fn close(&mut self) {
        self.session = None;
    }
}

/// The library's thread, from outside.
#[derive(Clone, Copy)]
pub(super) struct Thread {
    jobs: &'static Sender<Job>,
    library: Library,
}

/// Whether some scanner is open.
static HELD: AtomicBool = AtomicBool::new(false);

/// The right to have a scanner open; there is one in a process.
pub(super) struct Held(());

impl Drop for Held {
    fn drop(&mut self) {
        HELD.store(false, Ordering::Release);
    }
}

impl Thread {
    /// The thread; started by the first call.
    pub(super) fn get() -> Result<Self, Missing> {
        static JOBS: OnceLock<Sender<Job>> = OnceLock::new();
        static STARTING: Mutex<()> = Mutex::new(());
        let library = Library::load()?;
        let _one_at_a_time = STARTING.lock().unwrap_or_else(PoisonError::into_inner);
        let jobs = JOBS.get_or_init(|| start(library));
        Ok(Self { jobs, library })
    }

    pub(super) fn library(self) -> Library {
        self.library
    }

    /// The right to open a scanner, unless another one is open.
    pub(super) fn hold(self) -> Option<Held> {
        HELD.compare_exchange(false, true, Ordering::AcqRel, Ordering::Acquire).is_ok().then(|| Held(()))
    }

    /// Has something done on the thread; the answer comes through a channel, which is closed where there is no thread.
    pub(super) fn ask<T: Send + 'static>(self, job: impl FnOnce(&mut Worker) -> T + Send + 'static) -> Receiver<T> {
        let (answer, answers) = mpsc::channel();
        // Nobody may be waiting any more.
        let _ = self.jobs.send(Box::new(move |worker| drop(answer.send(job(worker)))));
        answers
    }
}

fn start(library: Library) -> Sender<Job> {
    let (jobs, inbox) = mpsc::channel::<Job>();
    let work = move || {
        let mut worker = Worker { library, session: None };
        inbox.into_iter().for_each(|job| job(&mut worker));
    };
    // Without a thread all jobs find their channel closed, which is told where they are sent.
    let _ = std::thread::Builder::new().name("libfprint".to_owned()).spawn(work);
    jobs
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(driver: &str, place: Option<(u8, u8)>) -> Found {
        Found { driver: driver.to_owned(), place, name: String::new(), images: true }
    }

    #[test]
    fn of_equal_scanners_the_one_at_the_place_is_meant_and_never_another() {
        let here = Which::At { driver: "uru4000", place: (1, 2) };
        let two = [found("uru4000", Some((1, 1))), found("uru4000", Some((1, 2))), found("virtual_image", None)];
        assert_eq!(here.among(&two), Ok(1));
        assert_eq!(here.among(&two[..1]), Err(Failure::removed()));
        assert_eq!(Which::Virtual.among(&two), Ok(2));
        assert_eq!(Which::Virtual.among(&two[..2]), Err(Failure::removed()));
    }

    #[test]
    fn without_places_one_scanner_alone_is_meant_and_of_two_none() {
        let here = Which::At { driver: "uru4000", place: (1, 2) };
        assert_eq!(here.among(&[found("uru4000", None)]), Ok(0));
        assert!(matches!(here.among(&[found("uru4000", None), found("uru4000", None)]), Err(Failure::Other(_))));
    }
}
