//! The counter: the thread that does what the window asks, so that the window never waits.
//!
//! A window that calls a disk, a device or a passphrase check stops listening to keys for as long. So everything that
//! may take time happens here, one act after the other in the order of asking, and the window sees only the latest
//! [`Board`]. Captures and judging have threads of their own; this one looks after them between acts.

mod act;
mod at_desk;
mod back_room;
mod board;
mod captures;
mod duplicates;
mod equipment;
mod error;
mod export;
mod hall;
mod harm;
mod import;
mod likeness;
mod paper;
mod pictures;
mod room;
mod station;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc;
use std::thread::{self, JoinHandle};

use tokio::sync::watch;

pub use act::{Act, NewOfficer, Passphrase, SetupPlan, Spoil};
pub use board::{
    Agreement, Aim, BackRoom, Board, Busy, Capture, Check, Device, End, Export, Finished, Found, FoundRow, Health,
    Home, Light, Officer, Outcome, Pending, PendingHit, Phase, Picture, Place, Preparing, Review, Rules, Seat, Shown,
    Side, SlapTake, Stage, Take, Trouble, Unfinished, Waiting, Which,
};
pub use error::{CounterError, SetupFault};
pub use station::{SHORTEST_PASSPHRASE, check_officer, check_plan};

use super::models::Models;
use super::plugged::Catalog;

/// What the counter begins with.
#[derive(Debug, Clone)]
pub struct Start {
    /// Data directory. Without a station in it, a training station is made.
    pub dir: PathBuf,
    /// Where the networks come from.
    pub models: Models,
    /// Make a real station instead.
    pub setup: bool,
}

/// Starts the counter's thread. It ends when the last [`Line`] is gone; wait for it then, so that the database is
/// closed in order.
///
/// # Errors
/// When the system gives no thread.
pub fn start(start: Start) -> std::io::Result<(Line, JoinHandle<()>)> {
    start_with(start, None)
}

/// The same at a desk with other devices than those of this computer.
///
/// # Errors
/// When the system gives no thread.
pub fn start_with(start: Start, catalog: Option<Arc<dyn Catalog>>) -> std::io::Result<(Line, JoinHandle<()>)> {
    let board = Board { place: Arc::new(Place { folder: start.dir.clone(), ..Place::default() }), ..Board::blank() };
    let (line, far) = Line::new(board.clone());
    let run = move || room::Room::new(start, catalog, far, board).run();
    let thread = thread::Builder::new().name("counter".into()).spawn(run)?;
    Ok((line, thread))
}

/// The window's end of the line to the counter.
#[derive(Clone)]
pub struct Line {
    acts: mpsc::Sender<(u64, Act)>,
    asked: Arc<AtomicU64>,
    board: watch::Receiver<Arc<Board>>,
}

/// The counter's end.
pub struct FarEnd {
    /// Acts with their numbers, in the order of asking.
    pub acts: mpsc::Receiver<(u64, Act)>,
    /// Where boards are published.
    pub board: watch::Sender<Arc<Board>>,
}

impl Line {
    /// A line with both its ends.
    pub fn new(board: Board) -> (Self, FarEnd) {
        let (acts, inbox) = mpsc::channel();
        let (publish, latest) = watch::channel(Arc::new(board));
        (Self { acts, asked: Arc::default(), board: latest }, FarEnd { acts: inbox, board: publish })
    }

    /// Asks for an act and returns its number; [`Board::answered`] reaches it when it has been carried out.
    pub fn tell(&self, act: Act) -> u64 {
        let number = self.asked.fetch_add(1, Ordering::AcqRel) + 1;
        // A counter that has died publishes no board any more; the window notices by its silence.
        drop(self.acts.send((number, act)));
        number
    }

    /// The latest board.
    pub fn board(&self) -> Arc<Board> {
        self.board.borrow().clone()
    }

    /// The boards as they come; only the latest counts.
    pub fn boards(&self) -> watch::Receiver<Arc<Board>> {
        self.board.clone()
    }
}
