//! Everything a command can fail with, and the one sentence it ends in.

use std::error::Error;
use std::path::PathBuf;

use crate::batch::BatchError;
use crate::office::OfficeError;
use crate::station::training::TrainingError;
use crate::station::{DeskError, EngineError};
use crate::store::StoreError;
use rekam_simulator::replay::read::ReadError;

/// Why a command could not do its work (exit code 2).
#[derive(Debug, thiserror::Error)]
pub(super) enum CliError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Desk(#[from] DeskError),
    #[error(transparent)]
    Training(#[from] TrainingError),
    #[error(transparent)]
    Engine(#[from] EngineError),
    #[error(transparent)]
    Batch(#[from] BatchError),
    #[error(transparent)]
    Office(#[from] OfficeError),
    #[error(transparent)]
    Folder(#[from] rekam_simulator::replay::FolderError),
    #[error(transparent)]
    Image(#[from] ReadError),
    #[error(transparent)]
    Input(#[from] super::input::InputError),
    #[error(transparent)]
    Device(#[from] rekam_hal::DeviceError),
    #[error("{0}")]
    Usage(String),
    #[error("there is no home directory to keep data in; name one with --data-dir")]
    NoHome,
    #[error("{} cannot be read or written; check its permissions and the free space, or name another --data-dir", path.display())]
    File {
        path: PathBuf,
        #[source]
        source: std::io::Error,
    },
    #[error("{} cannot be listed or written; name a folder that exists", path.display())]
    Listing {
        path: PathBuf,
        #[source]
        source: std::io::Error,
    },
    #[cfg(feature = "gui")]
    #[error(transparent)]
    Window(#[from] crate::ui::display::WindowError),
    #[cfg(feature = "gui")]
    #[error("the computer has no room for another thread; close other programs")]
    Thread(#[source] std::io::Error),
    #[error("the result cannot be printed; check where the output goes and run it again")]
    Output(#[source] std::io::Error),
    #[error("the result cannot be put into JSON")]
    Json(#[from] serde_json::Error),
}

impl CliError {
    pub(super) fn file(path: impl Into<PathBuf>, source: std::io::Error) -> Self {
        Self::File { path: path.into(), source }
    }

    /// A folder of images that gives no people.
    pub(super) fn folder(error: rekam_simulator::replay::SourceError) -> Self {
        match error.downcast::<rekam_simulator::replay::FolderError>() {
            Ok(folder) => Self::Folder(*folder),
            Err(other) => Self::Usage(other.to_string()),
        }
    }

    /// Cause and next action in one sentence.
    pub(super) fn sentence(&self) -> String {
        match self.store() {
            Some(store) => format!("{store}; {}", uncapitalised(store.remedy())),
            None => match self.image() {
                Some(image) => image.to_string(),
                None => self.to_string(),
            },
        }
    }

    /// A damaged image behind a virtual device: the file is to blame, not the device.
    fn image(&self) -> Option<&ReadError> {
        let mut cause = self.source();
        while let Some(error) = cause {
            if let Some(image) = error.downcast_ref::<ReadError>() {
                return Some(image);
            }
            cause = error.source();
        }
        None
    }

    fn store(&self) -> Option<&StoreError> {
        match self {
            Self::Store(error)
            | Self::Desk(DeskError::Store(error))
            | Self::Training(TrainingError::Store(error) | TrainingError::Desk(DeskError::Store(error))) => Some(error),
            _ => {
                let mut cause = self.source();
                while let Some(error) = cause {
                    if let Some(store) = error.downcast_ref::<StoreError>() {
                        return Some(store);
                    }
                    cause = error.source();
                }
                None
            }
        }
    }

    /// All causes, outermost first, for the log.
    pub(super) fn chain(&self) -> String {
        let mut text = self.to_string();
        let mut cause = self.source();
        while let Some(error) = cause {
            text.push_str(" <- ");
            text.push_str(&error.to_string());
            cause = error.source();
        }
        text
    }
}

/// A sentence as it goes on after a semicolon.
fn uncapitalised(sentence: &str) -> String {
    let sentence = sentence.trim_end_matches('.');
    let mut letters = sentence.chars();
    let first = letters.next().map(|letter| letter.to_lowercase().to_string()).unwrap_or_default();
    format!("{first}{}", letters.as_str())
}
