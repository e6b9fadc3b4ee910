//! What the person at this screen prefers. It is known before anybody logs in, so it lies in a plain file beside the
//! database and holds nothing personal.

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::theme::Look;
use crate::office::words::Language;

/// Name of the file in the data directory.
const FILE: &str = "window.json";

/// Preferences of one screen.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Preferences {
    /// Words.
    pub language: Tongue,
    /// Colours.
    pub look: Look,
    /// Size of everything in percent, 100..=200.
    pub size: u16,
    /// The resident's window is open.
    pub resident_window: bool,
}

/// A language as the file names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tongue {
    /// Bahasa Indonesia.
    #[default]
    Indonesian,
    /// English.
    English,
}

impl From<Tongue> for Language {
    fn from(tongue: Tongue) -> Self {
        match tongue {
            Tongue::Indonesian => Self::Indonesian,
            Tongue::English => Self::English,
        }
    }
}

impl Default for Preferences {
    fn default() -> Self {
        Self { language: Tongue::default(), look: Look::default(), size: 100, resident_window: false }
    }
}

impl Preferences {
    /// Sizes to choose from, percent.
    pub const SIZES: [u16; 5] = [100, 125, 150, 175, 200];

    /// Reads them; whatever cannot be read is as at the first start.
    pub fn load(folder: &Path) -> Self {
        let read = std::fs::read(folder.join(FILE)).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok());
        let found: Self = read.unwrap_or_default();
        Self { size: found.size.clamp(100, 200), ..found }
    }

    /// Keeps them.
    ///
    /// # Errors
    /// When the file cannot be written; the program goes on with them until it ends.
    pub fn save(&self, folder: &Path) -> std::io::Result<()> {
        let part = folder.join("window.json.part");
        std::fs::write(&part, serde_json::to_vec_pretty(self)?)?;
        std::fs::rename(part, folder.join(FILE))
    }

    /// The factor by which everything is drawn.
    pub fn scale(&self) -> f32 {
        f32::from(self.size) / 100.0
    }
}
