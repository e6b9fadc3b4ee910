// Shared by the tests of all drivers, which name it by its path.
//! Pulling cables at random moments, and counting what is left behind.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// Threads and file handles of this process. Only a test that is alone in its program can count them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Census {
    threads: usize,
    handles: usize,
}

impl Census {
    pub fn now() -> Self {
        let count = |folder: &str| std::fs::read_dir(folder).unwrap().count();
        Self { threads: count("/proc/self/task"), handles: count("/proc/self/fd") }
    }

    /// Nothing is left since then; what is about to end may do so.
    #[track_caller]
    pub fn assert_unchanged(self, when: &str) {
        let until = Instant::now() + Duration::from_secs(10);
        while Self::now() != self {
            assert!(Instant::now() < until, "{when}: {self:?} became {:?}", Self::now());
            std::thread::sleep(Duration::from_millis(2));
        }
    }
}

/// Random moments. Each run has its own; `REKAM_SEED` repeats one.
pub struct Dice {
    rng: ChaCha8Rng,
    seed: u64,
}

impl Dice {
    pub fn new() -> Self {
        let named = std::env::var("REKAM_SEED").ok().and_then(|text| text.parse().ok());
        let clock = || SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |it| it.as_nanos() as u64);
        let seed = named.unwrap_or_else(clock);
        Self { rng: ChaCha8Rng::seed_from_u64(seed), seed }
    }

    /// A number below `end`.
    pub fn below(&mut self, end: u64) -> u64 {
        self.rng.next_u64() % end.max(1)
    }

    /// What to say of a failure, so that it can be had again.
    pub fn told(&self, what: &str) -> String {
        format!("{what} (REKAM_SEED={})", self.seed)
    }
}
