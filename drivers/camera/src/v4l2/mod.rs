//! Video devices of the kernel.
//!
//! [`abi`] holds the kernel's structures, [`Node`] (the only unsafe code) carries them to `/dev/videoN` and implements
//! [`Video`], the narrow trait above which nothing knows the kernel: [`pixels`] makes images of what comes, [`Stream`]
//! keeps frames coming and tells a bad frame from a bad camera, [`Photo`] and [`Iris`] are what the station sees.

pub mod abi;
pub mod emitter;
mod handle;
pub mod iris;
pub mod listing;
pub mod photo;
pub mod pixels;
pub mod stream;
mod sys;
pub mod video;

pub use emitter::{ConfigError, Emitter, IrisConfig};
pub use iris::Iris;
pub use listing::{Found, devices, open_iris, open_photo};
pub use photo::Photo;
pub use pixels::{Frame, FrameError, Pixels};
pub use stream::{Stream, Trouble};
pub use sys::Node;
pub use video::{Buffer, Control, Mode, Video, VideoError};
