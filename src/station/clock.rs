//! Time as an argument: the station reads the wall clock, a simulated day makes its own.

use std::sync::Mutex;

use time::{Duration, OffsetDateTime};

/// Where the times of events come from.
pub trait Clock: Send + Sync {
    /// The present moment, UTC.
    fn now(&self) -> OffsetDateTime;

    /// The moment of the next event: like [`Clock::now`], but a simulated clock moves on by it.
    fn tick(&self) -> OffsetDateTime;
}

/// The computer's clock.
#[derive(Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> OffsetDateTime {
        OffsetDateTime::now_utc()
    }

    fn tick(&self) -> OffsetDateTime {
        self.now()
    }
}

/// A clock that moves a fixed step with every event and stands still otherwise, so that the same events always carry
/// the same times, however fast they were made and however often the run was interrupted.
#[derive(Debug)]
pub struct SimulatedClock {
    next: Mutex<OffsetDateTime>,
    step: Duration,
}

impl SimulatedClock {
    /// A clock that begins at `start`.
    pub fn new(start: OffsetDateTime, step: Duration) -> Self {
        Self { next: Mutex::new(start), step }
    }

    /// Puts the clock to the moment of the next event.
    pub fn set(&self, moment: OffsetDateTime) {
        *self.lock() = moment;
    }

    /// The moment that follows one event's.
    pub fn after(&self, moment: OffsetDateTime) -> OffsetDateTime {
        moment + self.step
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, OffsetDateTime> {
        self.next.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

impl Clock for SimulatedClock {
    fn now(&self) -> OffsetDateTime {
        *self.lock()
    }

    fn tick(&self) -> OffsetDateTime {
        let mut next = self.lock();
        let moment = *next;
        *next = moment + self.step;
        moment
    }
}
