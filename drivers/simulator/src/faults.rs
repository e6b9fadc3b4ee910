//! What goes wrong with virtual devices, when told to.
//!
//! Two ways: a [`Plug`] that anybody may pull at any moment from any thread, and a [`Script`] that makes the n-th
//! capture fail in a named way, the same way on every run.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rekam_hal::Retry;

/// The cable of a virtual device. Clones hold the same cable.
///
/// Every pull and every push is counted, so a handle opened before a pull stays dead after the push: as with real
/// devices, a new handle is needed.
#[derive(Debug, Clone, Default)]
pub struct Plug(Arc<AtomicU64>);

impl Plug {
    /// A cable that is in.
    pub fn new() -> Self {
        Self::default()
    }

    /// Pulls it out; nothing happens when it is out already.
    pub fn unplug(&self) {
        let _ = self.0.fetch_update(Ordering::AcqRel, Ordering::Acquire, |turn| (turn % 2 == 0).then_some(turn + 1));
    }

    /// Puts it in again; nothing happens when it is in already.
    pub fn plug(&self) {
        let _ = self.0.fetch_update(Ordering::AcqRel, Ordering::Acquire, |turn| (turn % 2 == 1).then_some(turn + 1));
    }

    /// Whether it is in.
    pub fn is_plugged(&self) -> bool {
        self.turn().is_multiple_of(2)
    }

    /// Counts pulls and pushes; even while it is in. What a handle remembers to know its own connection.
    pub fn turn(&self) -> u64 {
        self.0.load(Ordering::Acquire)
    }
}

/// One thing that goes wrong with one capture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The resident must try again.
    Retry(Retry),
    /// The cable is out from the middle of this capture on; captures and openings, this capture included, fail this
    /// often (at least once) before it is in again.
    Unplug {
        /// How many captures or openings fail.
        for_captures: u32,
    },
    /// The resident presents the neighbouring finger, or the other eye. A photo camera cannot notice.
    WrongFinger,
    /// The sample is out of focus.
    Blur,
    /// The finger is wet: its ridges run together, dark. Other devices do not notice.
    Wet,
    /// The finger is dry: its ridges are pale and broken. Other devices do not notice.
    Dry,
    /// The device does not answer.
    Silence,
    /// The resident takes long: many rounds of waiting before the sample.
    Slow,
}

#[derive(Debug, Default)]
struct State {
    faults: BTreeMap<u64, Fault>,
    next: u64,
    away: u32,
}

/// Which captures go wrong and how. Clones share the count.
#[derive(Debug, Clone, Default)]
pub struct Script(Arc<Mutex<State>>);

impl Script {
    /// Nothing goes wrong.
    pub fn clean() -> Self {
        Self::default()
    }

    /// These captures (counted from 0) go wrong; a later entry for the same capture replaces an earlier one.
    pub fn new(faults: impl IntoIterator<Item = (u64, Fault)>) -> Self {
        Self(Arc::new(Mutex::new(State { faults: faults.into_iter().collect(), ..State::default() })))
    }

    /// Lets the capture after next `skip` more go wrong, counted from now.
    pub fn add(&self, skip: u64, fault: Fault) {
        let mut state = self.state();
        let index = state.next.saturating_add(skip);
        state.faults.insert(index, fault);
    }

    /// How many captures have begun.
    pub fn begun(&self) -> u64 {
        self.state().next
    }

    /// Counts a capture and tells its fault.
    pub(crate) fn begin(&self) -> Option<Fault> {
        let mut state = self.state();
        let index = state.next;
        state.next = index.saturating_add(1);
        state.faults.get(&index).copied()
    }

    /// Pulls the cable for so many failures; this one counts as the first.
    pub(crate) fn pull(&self, plug: &Plug, for_captures: u32) {
        plug.unplug();
        self.state().away = for_captures.max(1);
        self.missed(plug);
    }

    /// Counts a capture or opening that failed for the pulled cable, and puts it in when its time is over.
    pub(crate) fn missed(&self, plug: &Plug) {
        let mut state = self.state();
        if state.away > 0 {
            state.away -= 1;
            if state.away == 0 {
                plug.plug();
            }
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pulling_twice_is_pulling_once() {
        let plug = Plug::new();
        plug.unplug();
        plug.unplug();
        assert!(!plug.is_plugged());
        plug.plug();
        plug.plug();
        assert!(plug.is_plugged());
        assert_eq!(plug.turn(), 2);
    }

    #[test]
    fn the_script_counts_captures_over_all_clones() {
        let script = Script::new([(1, Fault::Blur)]);
        assert_eq!(script.clone().begin(), None);
        assert_eq!(script.begin(), Some(Fault::Blur));
        script.add(0, Fault::Slow);
        assert_eq!(script.begin(), Some(Fault::Slow));
        assert_eq!(script.begun(), 3);
    }

    #[test]
    fn a_scripted_unplug_comes_back_after_its_failures() {
        let (script, plug) = (Script::clean(), Plug::new());
        script.pull(&plug, 2);
        assert!(!plug.is_plugged());
        script.missed(&plug);
        assert!(plug.is_plugged());
    }
}
