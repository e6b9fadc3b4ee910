//! A virtual fingerprint scanner.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use rekam_hal::{
    Cancel, Capabilities, CaptureError, Finger, FingerprintScanner, GrayImage, Progress, ScanTarget, Slap,
};

use super::bench::{Replay, Watch};
use super::optics::blur_gray;
use super::skin;
use super::source::{FingerSource, SourceError};
use crate::faults::Fault;
use crate::people::slap::{HandPose, compose};

/// Delivers the samples of a [`FingerSource`], one finger at a time or laid down together.
pub type ReplayScanner = Replay<dyn FingerSource>;

impl Replay<dyn FingerSource> {
    /// A scanner for four fingers and for one, plugged in.
    pub fn new(id: impl Into<String>, source: impl FingerSource + 'static) -> Self {
        let capabilities = Capabilities { fingers_at_once: 4, ..Capabilities::default() };
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
        self.run(Watch { trigger, cancel, progress }, |source, fault| {
            let wrong = fault == Some(Fault::WrongFinger);
            let sample = match target {
                ScanTarget::Single(asked) => {
                    let presented = if wrong { neighbour(asked) } else { asked };
                    source.next(presented)?.map(GrayImage::into_ridges_dark)
                }
                ScanTarget::Slap(asked) => laid_down(source, if wrong { other_hand(asked) } else { asked })?,
            };
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

/// The fingers of a slap on one large platen; nothing when the source has none of them. How the hand lies follows
/// from what it shows, so that equal captures stay equal.
fn laid_down(source: &mut dyn FingerSource, slap: Slap) -> Result<Option<GrayImage>, SourceError> {
    let mut prints = BTreeMap::new();
    for finger in slap.fingers() {
        if let Some(print) = source.next(*finger)? {
            prints.insert(*finger, print.into_ridges_dark());
        }
    }
    let Some(seed) = prints.values().map(seed_of).reduce(|a, b| a.rotate_left(7) ^ b) else { return Ok(None) };
    Ok(Some(compose(slap, &HandPose::typical(seed), |finger| prints.remove(&finger)).image))
}

/// A number out of a print's pixels.
fn seed_of(print: &GrayImage) -> u64 {
    let mut hasher = DefaultHasher::new();
    print.pixels().hash(&mut hasher);
    hasher.finish()
}

/// What somebody lays down by mistake: the other hand, or a hand where the thumbs are asked for.
fn other_hand(slap: Slap) -> Slap {
    match slap {
        Slap::RightFour => Slap::LeftFour,
        Slap::LeftFour | Slap::Thumbs => Slap::RightFour,
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
        assert!(Slap::ALL.iter().all(|slap| other_hand(*slap) != *slap));
    }
}
