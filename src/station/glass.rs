//! What a finger on the glass would be worth if it were taken now.
//!
//! The operator sees a print get better while the resident moves, instead of learning afterwards that it was not good
//! enough. The network is too slow for that on old machines; the classical extractor reads a frame in some
//! milliseconds, and a few readings a second are as many as somebody can follow.

use std::time::{Duration, Instant};

use rekam_hal::{GrayImage, Retry};

use super::engines::finger_advice;
use crate::biometrics::fingerprint::{ExtractError, Extractor};

/// Between two readings.
const PAUSE: Duration = Duration::from_millis(200);
/// Resolutions at which a frame shows ridges: a frame made smaller for display has lost them.
const READABLE_DPI: std::ops::RangeInclusive<f32> = 250.0..=1000.0;

/// The latest reading of the glass.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Glass {
    quality: u8,
    cause: Option<Retry>,
    advice: Option<Retry>,
    at: Instant,
}

impl Glass {
    /// Reads a frame, or keeps the reading `before` when that is recent enough. `None` when the frame cannot be read:
    /// it is too coarse for ridges, or does not say how fine it is.
    pub fn follow(before: Option<&Self>, frame: &GrayImage, now: Instant) -> Option<Self> {
        if let Some(before) = before
            && now.saturating_duration_since(before.at) < PAUSE
        {
            return Some(*before);
        }
        frame.dpi().filter(|dpi| READABLE_DPI.contains(dpi))?;
        let (quality, cause) = match Extractor::Classical.extract(frame) {
            Ok(found) if found.quality.score > 0 => {
                (found.quality.score, found.quality.causes.first().map(finger_advice))
            }
            // Of an empty glass nothing is wrong.
            Ok(_) | Err(ExtractError::NoFinger | ExtractError::TooSmall { .. }) => (0, None),
            Err(ExtractError::TooLarge { .. } | ExtractError::Resolution { .. }) => return None,
        };
        // A finger that is just coming looks dry, small and beside the middle: only what stays is said.
        let advice = cause.filter(|_| before.is_some_and(|before| before.cause == cause));
        Some(Self { quality, cause, advice, at: now })
    }

    /// 0 (no finger) to 100, on the scale of the kept samples; the network's own figure may differ by some points.
    pub fn quality(&self) -> u8 {
        self.quality
    }

    /// What to do better, when two readings in succession agree on it.
    pub fn advice(&self) -> Option<Retry> {
        self.advice
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rekam_simulator::people::finger::{Conditions, Finger};

    fn print() -> GrayImage {
        Finger::new(5).capture(&Conditions::typical(5)).with_dpi(500.0)
    }

    /// Only the upper left corner of a print.
    fn corner() -> GrayImage {
        let print = print();
        let (wide, high) = (print.width() / 2, print.height() / 3);
        let pixel = |x, y| if x < wide && y < high { print.get(i64::from(x), i64::from(y)) } else { 255 };
        GrayImage::from_fn(print.width(), print.height(), pixel).with_dpi(500.0)
    }

    #[test]
    fn a_good_print_reads_well_and_an_empty_glass_not_at_all() {
        let now = Instant::now();
        assert!(Glass::follow(None, &print(), now).is_some_and(|glass| glass.quality() >= 60));
        let empty = GrayImage::from_fn(300, 300, |_, _| 245).with_dpi(500.0);
        let first = Glass::follow(None, &empty, now).unwrap();
        let second = Glass::follow(Some(&first), &empty, now + PAUSE).unwrap();
        assert_eq!((second.quality(), second.advice()), (0, None));
    }

    #[test]
    fn advice_is_given_when_two_readings_agree() {
        let now = Instant::now();
        let first = Glass::follow(None, &corner(), now).unwrap();
        assert_eq!(first.advice(), None);
        let second = Glass::follow(Some(&first), &corner(), now + PAUSE).unwrap();
        assert!(second.advice().is_some());
        assert!(Glass::follow(Some(&second), &print(), now + 2 * PAUSE).is_some_and(|glass| glass.advice().is_none()));
    }

    #[test]
    fn between_two_readings_the_first_stands() {
        let now = Instant::now();
        let first = Glass::follow(None, &print(), now).unwrap();
        assert_eq!(Glass::follow(Some(&first), &corner(), now + PAUSE / 2), Some(first));
    }

    #[test]
    fn a_frame_too_coarse_for_ridges_is_not_read() {
        let coarse = print().with_dpi(100.0);
        assert_eq!(Glass::follow(None, &coarse, Instant::now()), None);
    }
}
