//! The desk's devices: simulated ones in training, real ones at a station.

use rekam_hal::{CaptureError, DeviceError, DeviceErrorKind, DeviceInfo};
use rekam_simulator::faults::Fault;
use rekam_simulator::replay::Tempo;
use std::time::Duration;

use crate::domain::session::Slot;
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
    Real(Box<Bays>),
}

impl Equipment {
    pub(super) fn simulated() -> Result<Self, CounterError> {
        let presenter = Presenter::new(Folders::default(), Scripts::default(), DPI, TEMPO);
        let presenter = presenter.map_err(|error| DeskError::from(JobError::from(CaptureError::from(error))))?;
        Ok(Self::Simulated(Box::new(presenter)))
    }

    pub(super) fn real() -> Self {
        Self::Real(Box::default())
    }

    pub(super) fn bays(&self) -> &Bays {
        match self {
            Self::Simulated(presenter) => &presenter.bays,
            Self::Real(bays) => bays,
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

    /// Opens a device anew.
    pub(super) fn plug_in(&mut self, which: Which) -> Result<(), DeviceError> {
        match self {
            Self::Simulated(presenter) => presenter.plug_in(which),
            Self::Real(_) => Err(DeviceError::new(device_of_name(which), DeviceErrorKind::Gone)),
        }
    }

    pub(super) fn info(&self, which: Which) -> Option<DeviceInfo> {
        let bays = self.bays();
        let info = match which {
            Which::Camera => bays.camera.as_ref().map(|bay| bay.info()),
            Which::Pad => bays.pad.as_ref().map(|bay| bay.info()),
            Which::Scanner => bays.scanner.as_ref().map(|bay| bay.info()),
            Which::Iris => bays.iris.as_ref().map(|bay| bay.info()),
        };
        info.cloned()
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

fn device_of_name(which: Which) -> &'static str {
    match which {
        Which::Camera => "camera",
        Which::Pad => "signature pad",
        Which::Scanner => "fingerprint scanner",
        Which::Iris => "iris camera",
    }
}
