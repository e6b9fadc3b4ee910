//! The desk's devices: simulated ones in training, real ones at a station.

use std::sync::Arc;
use std::time::Duration;

use rekam_hal::{CaptureError, DeviceInfo};
use rekam_simulator::faults::Fault;
use rekam_simulator::replay::Tempo;

use crate::domain::session::Slot;
use crate::station::plugged::{Bench, Catalog, Choices, Standing};
use crate::station::training::presenter::{Body, Folders, Presenter, Scripts};
use crate::station::{Bays, DeskError, JobError};

use super::act::Spoil;
use super::board::Which;
use super::error::CounterError;

/// How the simulated devices show themselves in a window: thirty frames a second, and a resident who knows where to
/// lay the finger.
const TEMPO: Tempo = Tempo::Live { fps: 30, settle: Duration::from_millis(1500) };
/// Resolution of simulated fingerprints.
const DPI: f32 = 500.0;

/// The devices of a desk.
pub(super) enum Equipment {
    /// Invented people in front of virtual devices.
    Simulated(Box<Presenter>),
    /// Whatever is plugged into this computer.
    Real(Box<Bench>),
}

impl Equipment {
    pub(super) fn simulated() -> Result<Self, CounterError> {
        let presenter = Presenter::new(Folders::default(), Scripts::default(), DPI, TEMPO);
        let presenter = presenter.map_err(|error| DeskError::from(JobError::from(CaptureError::from(error))))?;
        Ok(Self::Simulated(Box::new(presenter)))
    }

    /// The devices of this computer, or of the catalog that a test brings.
    pub(super) fn real(catalog: Option<Arc<dyn Catalog>>, choices: Choices) -> Result<Self, CounterError> {
        let bench = match catalog {
            Some(catalog) => Bench::over(catalog, choices),
            None => Bench::new(choices),
        };
        Ok(Self::Real(Box::new(bench.map_err(|error| DeskError::from(JobError::from(CaptureError::from(error))))?)))
    }

    pub(super) fn bench(&self) -> Option<&Bench> {
        match self {
            Self::Simulated(_) => None,
            Self::Real(bench) => Some(bench),
        }
    }

    pub(super) fn bench_mut(&mut self) -> Option<&mut Bench> {
        match self {
            Self::Simulated(_) => None,
            Self::Real(bench) => Some(bench),
        }
    }

    /// Follows cables that came and went by themselves.
    pub(super) fn tend(&mut self) {
        if let Self::Real(bench) = self {
            bench.tend();
        }
    }

    /// Whether a capture may begin.
    pub(super) fn standing(&self, which: Which) -> Standing {
        match self {
            // An invented device says by itself that its cable is out.
            Self::Simulated(_) => Standing::Ready,
            Self::Real(bench) => bench.standing(which),
        }
    }

    /// Everything that could do a step, and whether its descriptors say so for sure.
    pub(super) fn candidates(&self, which: Which) -> Vec<(DeviceInfo, bool)> {
        match self {
            Self::Simulated(_) => Vec::new(),
            Self::Real(bench) => bench.candidates(which).into_iter().map(|found| (found.info, found.is_sure)).collect(),
        }
    }

    /// The model a device is taken for that cannot say its own.
    pub(super) fn model(&self, which: Which) -> Option<String> {
        let bench = self.bench()?;
        bench.model(which)
    }

    /// The device that was chosen for a step.
    pub(super) fn assigned(&self, which: Which) -> Option<String> {
        let bench = self.bench()?;
        bench.choices().assigned.get(&which).map(|assigned| assigned.id.clone())
    }

    /// Whether a device that was away has been opened anew meanwhile.
    pub(super) fn is_back(&self, which: Which) -> bool {
        self.bench().is_some_and(|bench| bench.is_fresh(which))
    }

    /// A capture failed on the handle that is open.
    pub(super) fn wear_out(&mut self, which: Which) {
        if let Self::Real(bench) = self {
            bench.wear_out(which);
        }
    }

    pub(super) fn bays(&self) -> &Bays {
        match self {
            Self::Simulated(presenter) => &presenter.bays,
            Self::Real(bench) => bench.bays(),
        }
    }

    pub(super) fn is_simulated(&self) -> bool {
        matches!(self, Self::Simulated(_))
    }

    /// The resident who sits down in front of simulated devices.
    pub(super) fn seat(&self, body: Option<Body>) {
        if let (Self::Simulated(presenter), Some(body)) = (self, body) {
            presenter.seat(body, 0);
        }
    }

    /// How often the slot was captured before: the next look is another one.
    pub(super) fn present(&self, round: u64) {
        if let Self::Simulated(presenter) = self {
            presenter.present(round);
        }
    }

    /// A fresh handle of a device that failed, and how it stands.
    pub(super) fn plug_in(&mut self, which: Which) -> Standing {
        match self {
            Self::Simulated(presenter) => match presenter.plug_in(which) {
                Ok(()) => Standing::Ready,
                Err(error) => Standing::Away(error.kind),
            },
            Self::Real(bench) => bench.renew(which),
        }
    }

    pub(super) fn info(&self, which: Which) -> Option<DeviceInfo> {
        let bays = match self {
            Self::Simulated(presenter) => &presenter.bays,
            Self::Real(bench) => return bench.info(which),
        };
        bays.info(which).cloned()
    }

    /// Whether the cable is in, as far as can be seen without a transfer.
    pub(super) fn is_plugged(&self, which: Which) -> bool {
        match self {
            Self::Simulated(presenter) => presenter.is_plugged(which),
            Self::Real(_) => self.info(which).is_some(),
        }
    }

    pub(super) fn unplug(&self, which: Which) -> Result<(), CounterError> {
        match self {
            Self::Simulated(presenter) => presenter.unplug(which),
            Self::Real(_) => return Err(CounterError::NotNow),
        }
        Ok(())
    }

    pub(super) fn plug(&self, which: Which) -> Result<(), CounterError> {
        match self {
            Self::Simulated(presenter) => presenter.plug(which),
            Self::Real(_) => return Err(CounterError::NotNow),
        }
        Ok(())
    }

    pub(super) fn spoil(&self, which: Which, spoil: Spoil) -> Result<(), CounterError> {
        let fault = match spoil {
            Spoil::Wet => Fault::Wet,
            Spoil::Dry => Fault::Dry,
            Spoil::Blur => Fault::Blur,
            Spoil::Wrong => Fault::WrongFinger,
            Spoil::Silence => Fault::Silence,
        };
        match self {
            Self::Simulated(presenter) => presenter.spoil(which, fault),
            Self::Real(_) => return Err(CounterError::NotNow),
        }
        Ok(())
    }
}

/// The device that fills a slot.
pub(super) fn device_of(slot: Slot) -> Which {
    match slot {
        Slot::Photo => Which::Camera,
        Slot::Signature | Slot::Approval => Which::Pad,
        Slot::Finger(_) => Which::Scanner,
        Slot::Eye(_) => Which::Iris,
    }
}
