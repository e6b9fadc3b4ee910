//! The thread that owns the gallery. Whoever captures hands over templates and goes on; the answer waits until it is
//! asked for. One owner means no locks, and additions take effect for every search that is asked for after them.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, mpsc};
use std::thread;

use super::faces::Alike;
use super::gallery::{Gallery, Person, PersonRef, Templates};
use super::search::{Candidate, search};
use crate::biometrics::face::Embedding;

enum Task {
    Insert(Person),
    Remove(PersonRef),
    Search(Templates, f32, Arc<AtomicBool>, mpsc::Sender<Vec<Candidate>>),
    Faces(Box<Embedding>, f32, mpsc::Sender<Vec<Alike>>),
    Count(mpsc::Sender<usize>),
}

/// Handle of the search thread; the thread ends when the last handle goes.
#[derive(Clone)]
pub struct Worker {
    tasks: mpsc::Sender<Task>,
}

/// The search thread could not be started or has died; the check must be repeated after a restart.
#[derive(Debug, thiserror::Error)]
#[error("the duplicate check has stopped; restart the program, the records are safe")]
pub struct Stopped(#[source] Option<std::io::Error>);

/// A search under way; dropped, it is given up.
pub struct Pending<T = Candidate> {
    answer: mpsc::Receiver<Vec<T>>,
    forgotten: Arc<AtomicBool>,
}

impl<T> Drop for Pending<T> {
    fn drop(&mut self) {
        self.forgotten.store(true, Ordering::Relaxed);
    }
}

impl<T> Pending<T> {
    /// What was found when the search has ended, without waiting.
    pub fn poll(&self) -> Result<Option<Vec<T>>, Stopped> {
        match self.answer.try_recv() {
            Ok(found) => Ok(Some(found)),
            Err(mpsc::TryRecvError::Empty) => Ok(None),
            Err(mpsc::TryRecvError::Disconnected) => Err(Stopped(None)),
        }
    }

    /// Waits for what is found.
    pub fn wait(self) -> Result<Vec<T>, Stopped> {
        self.answer.recv().map_err(|_| Stopped(None))
    }
}

impl Worker {
    /// Starts the thread with the people held so far.
    pub fn start(mut gallery: Gallery) -> Result<Self, Stopped> {
        let (tasks, inbox) = mpsc::channel();
        let run = move || {
            for task in inbox {
                match task {
                    Task::Insert(person) => gallery.insert(person),
                    Task::Remove(reference) => gallery.remove(reference),
                    // Who asked may have gone (record cancelled): then nobody wants the answer.
                    Task::Search(probe, hit_score, forgotten, reply) => {
                        let wanted = || !forgotten.load(Ordering::Relaxed);
                        drop(reply.send(search(&gallery, &probe, hit_score, &wanted)));
                    }
                    Task::Faces(face, limit, reply) => drop(reply.send(gallery.faces_alike(&face, limit))),
                    Task::Count(reply) => drop(reply.send(gallery.len())),
                }
            }
        };
        thread::Builder::new().name("dedup".into()).spawn(run).map_err(|e| Stopped(Some(e)))?;
        Ok(Self { tasks })
    }

    /// Adds a person.
    pub fn insert(&self, person: Person) -> Result<(), Stopped> {
        self.send(Task::Insert(person))
    }

    /// Takes a person out.
    pub fn remove(&self, reference: PersonRef) -> Result<(), Stopped> {
        self.send(Task::Remove(reference))
    }

    /// Starts a search.
    pub fn search(&self, probe: Templates, hit_score: f32) -> Result<Pending, Stopped> {
        let (reply, answer) = mpsc::channel();
        let forgotten = Arc::new(AtomicBool::new(false));
        self.send(Task::Search(probe, hit_score, forgotten.clone(), reply))?;
        Ok(Pending { answer, forgotten })
    }

    /// Looks for faces nearer to this one than `limit`.
    pub fn faces_alike(&self, face: Embedding, limit: f32) -> Result<Pending<Alike>, Stopped> {
        let (reply, answer) = mpsc::channel();
        self.send(Task::Faces(Box::new(face), limit, reply))?;
        Ok(Pending { answer, forgotten: Arc::default() })
    }

    /// Number of people held, once everything asked before has been done.
    pub fn count(&self) -> Result<usize, Stopped> {
        let (reply, answer) = mpsc::channel();
        self.send(Task::Count(reply))?;
        answer.recv().map_err(|_| Stopped(None))
    }

    fn send(&self, task: Task) -> Result<(), Stopped> {
        self.tasks.send(task).map_err(|_| Stopped(None))
    }
}
