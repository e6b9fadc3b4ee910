//! How fast a virtual device lives.

use std::time::Duration;

/// The pace of a replay device.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Tempo {
    /// For runs that nobody watches: a sample comes as fast as its source gives it.
    #[default]
    AtOnce,
    /// For the window: frames come as a real device sends them while the resident gets into place, and scanner and
    /// iris camera take the sample when he is there.
    Live {
        /// Frames a second, 1..=60.
        fps: u32,
        /// How long the resident needs to get into place.
        settle: Duration,
    },
}

impl Tempo {
    /// What is pleasant to watch and cheap on a weak computer.
    pub const LIVE: Self = Self::Live { fps: 20, settle: Duration::from_millis(2200) };
}
