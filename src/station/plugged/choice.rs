//! What an officer has said about the devices of this station: which one does which step, and how to speak to those
//! that cannot say it themselves. Kept in the store, because it belongs to the station and not to the officer.

use std::collections::BTreeMap;

use rekam_camera::v4l2::IrisConfig;
use rekam_hal::DeviceInfo;
use serde::{Deserialize, Serialize};

use super::catalog::Found;
use crate::station::devices::Which;

/// How to speak to a device that cannot say it itself. What is not said is what the driver takes for granted.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Setup {
    /// Model of a serial signature pad, by the name its driver lists.
    pub model: Option<String>,
    /// Speed of a serial scanner, in baud; otherwise all usual ones are tried.
    pub baud: Option<u32>,
    /// Address of a serial scanner; all ones otherwise.
    pub address: Option<u32>,
    /// Password of a serial scanner; zero otherwise.
    pub password: Option<u32>,
}

/// A device that was chosen for a step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Assigned {
    /// The device's identity, as [`DeviceInfo::id`] has it.
    pub id: String,
    /// How to speak to it.
    #[serde(default)]
    pub setup: Setup,
}

/// Name of the file in the data directory that lists near-infrared cameras.
pub const IRIS_FILE: &str = "iris-cameras.json";

/// Everything that was said.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Choices {
    /// The device of each step; a step without one takes what is there.
    pub assigned: BTreeMap<Which, Assigned>,
    /// The list of near-infrared cameras, as the file beside the store says it; empty for none.
    #[serde(skip)]
    pub iris: String,
}

/// Why what was kept cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum ChoicesError {
    /// Not what this program writes.
    #[error("the choice of devices cannot be read; choose the devices again")]
    Unreadable(#[source] serde_json::Error),
    /// The list of cameras is wrong.
    #[error("the list of iris cameras is wrong: {0}; mend the file or remove it")]
    Iris(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl Choices {
    /// Reads what [`Self::written`] wrote.
    ///
    /// # Errors
    /// [`ChoicesError`] says what is wrong with it.
    pub fn read(text: &str) -> Result<Self, ChoicesError> {
        serde_json::from_str(text).map_err(ChoicesError::Unreadable)
    }

    /// As it is kept.
    pub fn written(&self) -> String {
        // Strings, numbers and maps with names for keys: there is nothing in it that JSON cannot say.
        serde_json::to_string(self).unwrap_or_default()
    }

    /// The cameras that are near-infrared though nothing about them says so, and how their lamps are switched.
    ///
    /// # Errors
    /// What is wrong with the list.
    pub fn iris_cameras(&self) -> Result<Vec<IrisConfig>, ChoicesError> {
        if self.iris.trim().is_empty() {
            return Ok(Vec::new());
        }
        IrisConfig::parse(self.iris.as_bytes()).map_err(|error| ChoicesError::Iris(error.into()))
    }

    /// The device that does a step: the one that was chosen, even while it is away; otherwise the best one that is
    /// there and sure to be what it seems.
    pub fn pick<'f>(&self, which: Which, found: &'f [Found]) -> Pick<'f> {
        let mut fit = found.iter().filter(|found| found.which == which);
        if let Some(assigned) = self.assigned.get(&which) {
            return match fit.find(|found| found.info.id == assigned.id) {
                Some(found) => Pick::Take(found),
                None => Pick::Awaited,
            };
        }
        let best = fit.filter(|found| found.is_sure).min_by_key(|found| found.rank());
        best.map_or(Pick::Nothing, Pick::Take)
    }

    /// How to speak to the device of a step.
    pub fn setup_of(&self, info: &DeviceInfo) -> Setup {
        let assigned = self.assigned.values().find(|assigned| assigned.id == info.id);
        assigned.map(|assigned| assigned.setup.clone()).unwrap_or_default()
    }
}

/// Which device does a step.
#[derive(Debug, Clone, Copy)]
pub enum Pick<'f> {
    /// This one.
    Take(&'f Found),
    /// One was chosen, and it is not there.
    Awaited,
    /// There is none that is sure to fit.
    Nothing,
}
