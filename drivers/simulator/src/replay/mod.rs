//! Camera, fingerprint scanner and iris camera that deliver images from a source.
//!
//! Behind a device stands a source (a folder's samples, a synthetic person, a closure), so the device knows nothing
//! of people and the people nothing of devices. All three share one life cycle: wait, show preview frames, deliver;
//! stop at once when cancelled; die for good when the cable is pulled ([`Replay::reopen`] gives the new handle after
//! it is back in). At which pace is told by a [`Tempo`]: without any waiting for runs that nobody watches, or as in
//! front of people.

mod bench;
mod camera;
mod film;
pub mod folder;
mod iris;
pub mod noise;
mod optics;
pub mod photograph;
pub mod read;
mod scanner;
mod skin;
mod source;
mod tempo;
#[cfg(test)]
mod tests;

pub use bench::Replay;
pub use camera::ReplayCamera;
pub use folder::{FingerFolder, FolderError, Identity, IrisFolder, PhotoFolder, Subject};
pub use iris::ReplayIrisCamera;
pub(crate) use optics::fit_rgb;
pub use scanner::ReplayScanner;
pub use source::{EyeSource, FaceSource, FingerSource, Shared, SourceError};
pub use tempo::Tempo;
