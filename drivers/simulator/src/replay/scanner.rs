//! A virtual fingerprint scanner.

use rekam_hal::{Cancel, Capabilities, CaptureError, Finger, FingerprintScanner, GrayImage, Progress, ScanTarget};

use super::bench::{Replay, Watch};
use super::optics::blur_gray;
use super::skin;
use super::source::FingerSource;
use crate::faults::Fault;

/// Delivers the samples of a [`FingerSource`], one finger at a time.
pub type ReplayScanner = Replay<dyn FingerSource>;

impl Replay<dyn FingerSource> {
    /// A single-finger scanner, plugged in.
    pub fn new(id: impl Into<String>, source: impl FingerSource + 'static) -> Self {
        let capabilities = Capabilities { fingers_at_once: 1, ..Capabilities::default() };
        Self::over(id.into(), "Virtual fingerprint scanner", capabilities, Box::new(source))
    }
}

impl FingerprintScanner for Replay<dyn FingerSource> {
    fn capture(
        &mut self,
        trigger: &Cancel,
        target: ScanTarget,
        cancel: &Cancel,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<GrayImage, CaptureError> {
        let ScanTarget::Single(asked) = target;
        self.run(Watch { trigger, cancel, progress }, |source, fault| {
            let presented = if fault == Some(Fault::WrongFinger) { neighbour(asked) } else { asked };
            let sample = source.next(presented)?.map(GrayImage::into_ridges_dark);
            Ok(match fault {
                Some(Fault::Blur) => sample.map(blur_gray),
                Some(Fault::Wet) => sample.map(|finger| skin::wet(&finger)),
                Some(Fault::Dry) => sample.map(|finger| skin::dry(&finger)),
                Some(Fault::Retry(_) | Fault::Unplug { .. } | Fault::Silence | Fault::Slow | Fault::WrongFinger)
                | None => sample,
            })
        })
    }
}

/// The finger somebody takes by mistake: the next one of the same hand, the ring finger for the little one.
fn neighbour(finger: Finger) -> Finger {
    match finger.code() {
        5 => Finger::RightRing,
        10 => Finger::LeftRing,
        code => Finger::from_code(code + 1).unwrap_or(finger),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_finger_is_another_finger_of_the_same_hand() {
        for finger in Finger::ALL {
            let wrong = neighbour(finger);
            assert_ne!(wrong, finger);
            assert_eq!(wrong.code() <= 5, finger.code() <= 5);
        }
    }
}
