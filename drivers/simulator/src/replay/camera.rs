//! A virtual photo camera. As with every camera, only the operator takes the picture.

use rekam_hal::{Camera, Cancel, Capabilities, CaptureError, Progress, RgbImage};

use super::bench::{Replay, Watch};
use super::optics::blur_rgb;
use super::source::FaceSource;
use crate::faults::Fault;

/// Delivers the pictures of a [`FaceSource`].
pub type ReplayCamera = Replay<dyn FaceSource>;

impl Replay<dyn FaceSource> {
    /// A camera, plugged in.
    pub fn new(id: impl Into<String>, source: impl FaceSource + 'static) -> Self {
        Self::over(id.into(), "Virtual photo camera", Capabilities::default(), Box::new(source))
    }
}

impl Camera for Replay<dyn FaceSource> {
    fn capture(
        &mut self,
        trigger: &Cancel,
        cancel: &Cancel,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<RgbImage, CaptureError> {
        self.run(Watch { trigger, cancel, progress }, |source, fault| {
            let picture = source.next()?;
            Ok(if fault == Some(Fault::Blur) { picture.map(blur_rgb) } else { picture })
        })
    }
}
