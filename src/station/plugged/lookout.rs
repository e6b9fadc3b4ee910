//! Sees what is plugged in and pulled out, for as long as the station runs.
//!
//! The kernel tells of a device before the rules have opened it to us, and in some rooms it says nothing at all. So one
//! looks after every word of it *and* once a second. A look costs no transfer, and it has a thread of its own: nobody
//! waits for a slow driver here.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use rekam_camera::v4l2::IrisConfig;

use super::catalog::{Catalog, Found};

/// Between two looks when the kernel says nothing.
const ROUND: Duration = Duration::from_secs(1);

/// The lookout; its thread ends within a second after it is dropped.
pub struct Lookout(Arc<Shared>);

struct Shared {
    found: Mutex<Arc<Vec<Found>>>,
    iris: Mutex<Arc<Vec<IrisConfig>>>,
    is_over: AtomicBool,
}

fn lock<T>(shared: &Mutex<T>) -> MutexGuard<'_, T> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Lookout {
    /// Starts to look around; the first look is over when this returns.
    ///
    /// # Errors
    /// When the computer has no room for another thread.
    pub fn start(catalog: Arc<dyn Catalog>, iris: Vec<IrisConfig>) -> std::io::Result<Self> {
        let found = Arc::new(catalog.look(&iris));
        let iris = Mutex::new(Arc::new(iris));
        let shared = Arc::new(Shared { found: Mutex::new(found), iris, is_over: AtomicBool::new(false) });
        let watched = shared.clone();
        thread::Builder::new().name("lookout".into()).spawn(move || watch(&*catalog, &watched))?;
        Ok(Self(shared))
    }

    /// What was there at the last look.
    pub fn found(&self) -> Arc<Vec<Found>> {
        lock(&self.0.found).clone()
    }

    /// Looks for other near-infrared cameras from the next look on.
    pub fn look_for(&self, iris: Vec<IrisConfig>) {
        *lock(&self.0.iris) = Arc::new(iris);
    }
}

impl Drop for Lookout {
    fn drop(&mut self) {
        self.0.is_over.store(true, Ordering::Release);
    }
}

fn watch(catalog: &dyn Catalog, shared: &Shared) {
    while !shared.is_over.load(Ordering::Acquire) {
        catalog.wait(ROUND);
        let iris = lock(&shared.iris).clone();
        let found = catalog.look(&iris);
        if **lock(&shared.found) != found {
            tracing::info!(devices = found.len(), "what is plugged in has changed");
            *lock(&shared.found) = Arc::new(found);
        }
    }
}
