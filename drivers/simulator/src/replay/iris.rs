//! A virtual iris camera.

use rekam_hal::{Cancel, Capabilities, CaptureError, DeviceErrorKind, Eye, EyeSample, EyeSet, IrisCamera, Progress};

use super::bench::{Replay, Watch};
use super::optics::blur_gray;
use super::source::{EyeSource, SourceError};
use crate::faults::Fault;

/// Delivers the samples of an [`EyeSource`].
pub type ReplayIrisCamera = Replay<dyn EyeSource>;

impl Replay<dyn EyeSource> {
    /// A camera that takes both eyes at once, plugged in.
    pub fn new(id: impl Into<String>, source: impl EyeSource + 'static) -> Self {
        let capabilities = Capabilities { eyes_at_once: 2, ..Capabilities::default() };
        Self::over(id.into(), "Virtual iris camera", capabilities, Box::new(source))
    }

    /// The same camera, but for one eye at a time.
    pub fn one_eye(mut self) -> Self {
        self.info.capabilities.eyes_at_once = 1;
        self
    }
}

/// One eye, or `None` when it is not presented. The label stays the asked one even when the resident presents the
/// other eye: the camera believes the operator.
fn eye_sample(source: &mut dyn EyeSource, eye: Eye, fault: Option<Fault>) -> Result<Option<EyeSample>, SourceError> {
    let presented = match (fault, eye) {
        (Some(Fault::WrongFinger), Eye::Right) => Eye::Left,
        (Some(Fault::WrongFinger), Eye::Left) => Eye::Right,
        (_, eye) => eye,
    };
    let image = source.next(presented)?;
    let image = if fault == Some(Fault::Blur) { image.map(blur_gray) } else { image };
    Ok(image.map(|image| EyeSample { eye, image }))
}

impl IrisCamera for Replay<dyn EyeSource> {
    fn capture(
        &mut self,
        trigger: &Cancel,
        eyes: EyeSet,
        cancel: &Cancel,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<Vec<EyeSample>, CaptureError> {
        let asked: &[Eye] = match &eyes {
            EyeSet::One(eye) => std::slice::from_ref(eye),
            EyeSet::Both if self.info.capabilities.eyes_at_once < 2 => {
                return Err(self.error(DeviceErrorKind::Unsupported).into());
            }
            EyeSet::Both => &Eye::ALL,
        };
        self.run(Watch { trigger, cancel, progress }, |source, fault| {
            asked.iter().map(|eye| eye_sample(source, *eye, fault)).collect::<Result<Option<Vec<_>>, _>>()
        })
    }
}
