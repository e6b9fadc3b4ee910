//! The four sockets of a desk: one open handle for each step, opened when its device comes and let go when it leaves.
//!
//! Opening and closing talk to devices and may take seconds, so both happen on threads of their own; whoever owns the
//! bench only asks how things stand. The old handle is closed before the new one is opened, on the same thread: a
//! serial line or a USB interface is held by one handle alone.

use std::collections::BTreeMap;
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use rekam_camera::v4l2::IrisConfig;
use rekam_hal::{Access, DeviceError, DeviceErrorKind, DeviceInfo};

use super::catalog::{Catalog, Drivers, Family, Found, pad_models};
use super::choice::{Choices, ChoicesError, Pick};
use super::lookout::Lookout;
use crate::station::devices::{Bays, Closing, Opened, Which};

/// Between two tries to open a device that would not.
const AGAIN: Duration = Duration::from_secs(1);

/// How the device of a step stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Open; a capture may begin.
    Ready,
    /// Being opened; ask again in a moment.
    Opening,
    /// Not to be had, and why.
    Away(DeviceErrorKind),
}

/// The real devices of a desk.
pub struct Bench {
    catalog: Arc<dyn Catalog>,
    lookout: Lookout,
    choices: Choices,
    iris: Arc<Vec<IrisConfig>>,
    bays: Bays,
    sockets: BTreeMap<Which, Socket>,
}

#[derive(Default)]
enum Socket {
    #[default]
    Empty,
    Opening {
        info: DeviceInfo,
        answer: mpsc::Receiver<Result<Opened, DeviceError>>,
    },
    Open {
        info: DeviceInfo,
        /// A capture failed on this handle: it needs a fresh one.
        is_worn: bool,
    },
    Refused {
        info: DeviceInfo,
        kind: DeviceErrorKind,
        again: Instant,
    },
}

/// Whether it is the same device in the same socket. Access is left out: who holds a device makes it busy.
fn is_same(one: &DeviceInfo, other: &DeviceInfo) -> bool {
    one.id == other.id && one.transport == other.transport
}

impl Bench {
    /// The bench of this computer, with what its officers chose.
    ///
    /// # Errors
    /// When the list of near-infrared cameras is wrong or no thread can be started.
    pub fn new(choices: Choices) -> Result<Self, DeviceError> {
        Self::over(Arc::new(Drivers::default()), choices)
    }

    /// A bench over other devices than those of this computer.
    ///
    /// # Errors
    /// Those of [`Self::new`].
    pub fn over(catalog: Arc<dyn Catalog>, choices: Choices) -> Result<Self, DeviceError> {
        let iris = choices.iris_cameras().map_err(unread)?;
        let broken = |error| DeviceError::new("lookout", DeviceErrorKind::Broken).because(error);
        let lookout = Lookout::start(catalog.clone(), iris.clone()).map_err(broken)?;
        let sockets = Which::ALL.map(|which| (which, Socket::Empty)).into();
        let mut bench = Self { catalog, lookout, choices, iris: Arc::new(iris), bays: Bays::default(), sockets };
        bench.tend();
        Ok(bench)
    }

    /// What can be captured with now.
    pub fn bays(&self) -> &Bays {
        &self.bays
    }

    /// What officers have chosen.
    pub fn choices(&self) -> &Choices {
        &self.choices
    }

    /// Chooses anew; whatever is open and is not meant any more is let go.
    ///
    /// # Errors
    /// When the list of near-infrared cameras is wrong; then nothing has changed.
    pub fn choose(&mut self, choices: Choices) -> Result<(), DeviceError> {
        let iris = choices.iris_cameras().map_err(unread)?;
        let before = std::mem::replace(&mut self.choices, choices);
        if iris != *self.iris {
            self.iris = Arc::new(iris.clone());
            self.lookout.look_for(iris);
        }
        for which in Which::ALL {
            // The same device, spoken to otherwise, is opened anew.
            if before.assigned.get(&which) != self.choices.assigned.get(&which) {
                self.let_go(which);
            }
        }
        self.tend();
        Ok(())
    }

    /// Everything that could do a step, whether or not it was chosen.
    pub fn candidates(&self, which: Which) -> Vec<Found> {
        self.lookout.found().iter().filter(|found| found.which == which).cloned().collect()
    }

    /// Follows what came and went; called often, never waits.
    pub fn tend(&mut self) {
        let found = self.lookout.found();
        for which in Which::ALL {
            self.tend_to(which, &found);
        }
    }

    fn tend_to(&mut self, which: Which, found: &[Found]) {
        let wanted = match self.choices.pick(which, found) {
            Pick::Take(wanted) => Some(wanted.clone()),
            Pick::Awaited | Pick::Nothing => None,
        };
        let is_wanted = |info: &DeviceInfo| wanted.as_ref().is_some_and(|wanted| is_same(&wanted.info, info));
        let socket = std::mem::take(self.socket(which));
        *self.socket(which) = match socket {
            Socket::Opening { info, answer } => match answer.try_recv() {
                Ok(Ok(opened)) => {
                    self.bays.put_in(opened);
                    Socket::Open { info, is_worn: false }
                }
                Ok(Err(error)) => {
                    tracing::debug!(device = %info.id, kind = ?error.kind, "a device would not open");
                    Socket::Refused { info, kind: error.kind, again: Instant::now() + AGAIN }
                }
                Err(mpsc::TryRecvError::Empty) => Socket::Opening { info, answer },
                // The driver broke down while opening.
                Err(mpsc::TryRecvError::Disconnected) => {
                    Socket::Refused { info, kind: DeviceErrorKind::Broken, again: Instant::now() + AGAIN }
                }
            },
            Socket::Open { info, is_worn } if is_wanted(&info) => Socket::Open { info, is_worn },
            Socket::Refused { info, kind, again } if is_wanted(&info) && Instant::now() < again => {
                Socket::Refused { info, kind, again }
            }
            Socket::Open { .. } | Socket::Refused { .. } | Socket::Empty => self.fill(which, wanted),
        };
    }

    /// Lets go of what is in a socket and opens what is wanted there.
    fn fill(&mut self, which: Which, wanted: Option<Found>) -> Socket {
        let old = self.bays.take_out(which);
        match wanted.filter(Found::is_open_to_us) {
            Some(wanted) => self.open(old, wanted),
            None => {
                put_away(old);
                Socket::Empty
            }
        }
    }

    /// Opens a device on a thread of its own, after the handle that was there before is closed.
    fn open(&self, old: Closing, wanted: Found) -> Socket {
        let (sender, answer) = mpsc::channel();
        let (catalog, iris) = (self.catalog.clone(), self.iris.clone());
        let (info, setup) = (wanted.info.clone(), self.choices.setup_of(&wanted.info));
        let open = move || {
            drop(old);
            // Nobody listens when another device was chosen meanwhile; then this handle is closed here.
            drop(sender.send(catalog.open(&wanted, &setup, &iris)));
        };
        match thread::Builder::new().name(format!("open {}", info.driver)).spawn(open) {
            Ok(_) => Socket::Opening { info, answer },
            Err(_) => Socket::Refused { info, kind: DeviceErrorKind::Broken, again: Instant::now() + AGAIN },
        }
    }

    /// How the device of a step stands.
    pub fn standing(&self, which: Which) -> Standing {
        match self.sockets.get(&which) {
            Some(Socket::Open { .. }) => Standing::Ready,
            Some(Socket::Opening { .. }) => Standing::Opening,
            Some(Socket::Refused { kind, .. }) => Standing::Away(*kind),
            Some(Socket::Empty) | None => Standing::Away(match self.picked(which) {
                Some(found) if found.info.access == Access::Denied => DeviceErrorKind::NoPermission,
                Some(_) | None => DeviceErrorKind::Gone,
            }),
        }
    }

    /// The device that does a step, open or not. One that this station holds is not busy.
    pub fn info(&self, which: Which) -> Option<DeviceInfo> {
        let open = self.bays.info(which);
        let held = open.map(|info| DeviceInfo { access: Access::Ok, remedy: None, ..info.clone() });
        held.or_else(|| self.picked(which).map(|found| found.info))
    }

    fn picked(&self, which: Which) -> Option<Found> {
        match self.choices.pick(which, &self.lookout.found()) {
            Pick::Take(found) => Some(found.clone()),
            Pick::Awaited | Pick::Nothing => None,
        }
    }

    /// The model a device is taken for that cannot say its own; `None` for all others.
    pub fn model(&self, which: Which) -> Option<String> {
        let found = self.picked(which).filter(|found| found.family == Family::Topaz)?;
        let said = self.choices.setup_of(&found.info).model;
        said.or_else(|| pad_models().first().map(|name| (*name).to_owned()))
    }

    /// A capture failed on the handle: the next one needs a fresh one.
    pub fn wear_out(&mut self, which: Which) {
        if let Socket::Open { is_worn, .. } = self.socket(which) {
            *is_worn = true;
        }
    }

    /// Whether a handle is open on which nothing has failed yet.
    pub fn is_fresh(&self, which: Which) -> bool {
        matches!(self.sockets.get(&which), Some(Socket::Open { is_worn: false, .. }))
    }

    /// A fresh handle when the one that is there has failed; says how it stands.
    pub fn renew(&mut self, which: Which) -> Standing {
        if matches!(self.socket(which), Socket::Open { is_worn: true, .. }) {
            self.let_go(which);
        }
        self.tend();
        self.standing(which)
    }

    /// Lets go of the handle; what was opened in vain meanwhile is closed by its thread.
    fn let_go(&mut self, which: Which) {
        let found = self.lookout.found();
        let wanted = match self.choices.pick(which, &found) {
            Pick::Take(wanted) => Some(wanted.clone()),
            Pick::Awaited | Pick::Nothing => None,
        };
        *self.socket(which) = self.fill(which, wanted);
    }

    fn socket(&mut self, which: Which) -> &mut Socket {
        self.sockets.entry(which).or_default()
    }
}

fn unread(error: ChoicesError) -> DeviceError {
    DeviceError::new("iris", DeviceErrorKind::Unsupported).because(error)
}

/// Closes something on a thread of its own; here and now when there is none to be had.
fn put_away(old: Closing) {
    if old.is_some() {
        drop(thread::Builder::new().name("close".into()).spawn(move || drop(old)));
    }
}
