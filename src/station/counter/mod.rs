//! The counter: the thread that does what the window asks, so that the window never waits.
//!
//! A window that calls a disk, a device or a passphrase check stops listening to keys for as long. So everything that
//! may take time happens here, one act after the other in the order of asking, and the window sees only the latest
//! [`Board`]. Captures and judging have threads of their own; this one looks after them between acts.

mod act;
mod board;
mod error;
mod which;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc;

use tokio::sync::watch;

pub use act::{Act, NewOfficer, Passphrase, SetupPlan, Spoil};
pub use board::{
    Aim, BackRoom, Board, Busy, Capture, Check, Device, End, Export, Finished, Found, FoundRow, Health, Home, Light,
    Officer, Outcome, Pending, PendingHit, Phase, Picture, Place, Preparing, Review, Rules, Seat, Shown, Side, Stage,
    Take, Trouble, Unfinished, Waiting, Which,
};
pub use error::{CounterError, SetupFault};

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
