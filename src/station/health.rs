//! How each device has done over the days: so that a tired cable, a slow scanner or a dirty glass is seen before it
//! costs residents their time.
//!
//! The quality of fingerprints differs more from one resident to the next than a film of grease takes away. So the
//! glass is judged by a mean over a dozen residents against the device's own mean over a hundred, never by one bad
//! finger. A resident brings ten fingers that resemble each other; with residents some ten points apart, the shorter
//! mean wanders by three points of itself, and a fall of ten is no accident.

use std::collections::BTreeMap;

use rekam_hal::DeviceErrorKind;
use serde::{Deserialize, Serialize};

/// Fingers in the shorter and in the longer mean.
const SHORT: f32 = 60.0;
const LONG: f32 = 600.0;
/// Before as many fingers nothing is said.
const ENOUGH: u32 = 100;
/// Fall of the quality, of 100, that asks for a cloth.
const FALL: f32 = 10.0;
/// As often must the device itself complain of its glass, with no good capture between.
const COMPLAINTS: u32 = 2;
/// Devices remembered; of more, those used least are forgotten.
const MOST: usize = 40;

/// How one device has done.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct History {
    /// Samples it has delivered.
    pub captures: u32,
    /// Captures that the resident had to repeat.
    pub retries: u32,
    /// Times it did not answer.
    pub timeouts: u32,
    /// Times it failed otherwise.
    pub failures: u32,
    /// Seconds of all captures that brought a sample, the resident's time included.
    seconds: f64,
    quality: Trend,
    /// Complaints of the device about its glass since its last sample.
    complaints: u32,
}

/// A mean of late against a mean of long.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
struct Trend {
    short: f32,
    long: f32,
    count: u32,
}

impl Trend {
    fn add(&mut self, quality: f32) {
        self.count = self.count.saturating_add(1);
        // Both begin as the plain mean, and forget only when they have something to forget.
        let weight = |most: f32| 1.0 / most.min(self.count as f32);
        self.short += (quality - self.short) * weight(SHORT);
        self.long += (quality - self.long) * weight(LONG);
    }

    fn has_fallen(&self) -> bool {
        self.count >= ENOUGH && self.long - self.short >= FALL
    }
}

impl History {
    /// A sample came, `seconds` after it was asked for; its quality, 0 to 100, where the device's glass shows in it.
    pub fn captured(&mut self, seconds: f64) {
        self.captures = self.captures.saturating_add(1);
        self.seconds += seconds;
        self.complaints = 0;
    }

    /// The quality of a sample, 0 to 100.
    pub fn judged(&mut self, quality: u8) {
        self.quality.add(f32::from(quality));
    }

    /// The resident had to repeat it.
    pub fn retried(&mut self, for_its_glass: bool) {
        self.retries = self.retries.saturating_add(1);
        self.complaints = self.complaints.saturating_add(u32::from(for_its_glass));
    }

    /// The device failed.
    pub fn failed(&mut self, kind: DeviceErrorKind) {
        let count = if kind == DeviceErrorKind::Silent { &mut self.timeouts } else { &mut self.failures };
        *count = count.saturating_add(1);
    }

    /// Mean time of a capture, in seconds; `None` before the first one.
    pub fn mean_seconds(&self) -> Option<f64> {
        (self.captures > 0).then(|| self.seconds / f64::from(self.captures))
    }

    /// Mean quality of late, 0 to 100; `None` before the first sample.
    pub fn recent_quality(&self) -> Option<f32> {
        (self.quality.count > 0).then_some(self.quality.short)
    }

    /// Whether the glass or lens should be cleaned.
    pub fn wants_cleaning(&self) -> bool {
        self.quality.has_fallen() || self.complaints >= COMPLAINTS
    }

    /// Somebody has cleaned it: what it does from now on is seen against its long mean.
    pub fn cleaned(&mut self) {
        self.quality.short = self.quality.long;
        // What is said next must rest on samples of the clean glass.
        self.quality.count = self.quality.count.min(ENOUGH - SHORT as u32);
        self.complaints = 0;
    }
}

/// The histories of all devices this station has seen, by identity.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Histories(BTreeMap<String, History>);

impl Histories {
    /// Reads what [`Self::written`] wrote; what cannot be read is begun anew, because it decides nothing.
    pub fn read(text: &str) -> Self {
        serde_json::from_str(text).unwrap_or_default()
    }

    /// As it is kept.
    pub fn written(&self) -> String {
        // Strings and numbers: there is nothing in it that JSON cannot say.
        serde_json::to_string(self).unwrap_or_default()
    }

    /// How this device has done.
    pub fn of(&self, id: &str) -> History {
        self.0.get(id).cloned().unwrap_or_default()
    }

    /// The same, to be written on.
    pub fn entry(&mut self, id: &str) -> &mut History {
        if !self.0.contains_key(id) && self.0.len() >= MOST {
            let least = self.0.iter().min_by_key(|(_, history)| history.captures).map(|(id, _)| id.clone());
            least.map(|id| self.0.remove(&id));
        }
        self.0.entry(id.to_owned()).or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A day of residents whose fingers resemble each other: `mean` plus what is theirs.
    fn residents(history: &mut History, count: u32, mean: i32) {
        for person in 0..count {
            let theirs = [-12, 3, 9, -4, 12, -8, 0, 6][person as usize % 8];
            (0..10).for_each(|finger| history.judged((mean + theirs + finger % 3 - 1).clamp(0, 100) as u8));
        }
    }

    #[test]
    fn a_glass_that_gets_dirty_is_seen_and_one_bad_resident_is_not() {
        let mut history = History::default();
        residents(&mut history, 40, 70);
        assert!(!history.wants_cleaning());
        (0..10).for_each(|_| history.judged(15));
        assert!(!history.wants_cleaning(), "ten fingers of one resident with worn ridges");
        residents(&mut history, 8, 70);
        assert!(!history.wants_cleaning());
        residents(&mut history, 20, 52);
        assert!(history.wants_cleaning());
        history.cleaned();
        assert!(!history.wants_cleaning());
        residents(&mut history, 20, 70);
        assert!(!history.wants_cleaning());
    }

    #[test]
    fn a_device_that_complains_of_its_glass_is_believed() {
        let mut history = History::default();
        history.retried(true);
        history.captured(2.0);
        history.retried(true);
        assert!(!history.wants_cleaning(), "a good capture between");
        history.retried(true);
        assert!(history.wants_cleaning());
        assert_eq!((history.captures, history.retries, history.mean_seconds()), (1, 3, Some(2.0)));
    }

    #[test]
    fn silence_is_counted_apart_from_other_failures() {
        let mut history = History::default();
        history.failed(DeviceErrorKind::Silent);
        history.failed(DeviceErrorKind::Gone);
        assert_eq!((history.timeouts, history.failures, history.mean_seconds()), (1, 1, None));
    }

    #[test]
    fn what_is_written_is_read_again_and_damage_begins_anew() {
        let mut histories = Histories::default();
        residents(histories.entry("scanner"), 3, 60);
        assert_eq!(Histories::read(&histories.written()), histories);
        assert_eq!(Histories::read("{\"scanner\": 7}"), Histories::default());
    }

    #[test]
    fn of_very_many_devices_those_used_least_are_forgotten() {
        let mut histories = Histories::default();
        histories.entry("faithful").captured(1.0);
        (0..100).for_each(|n| histories.entry(&format!("visitor {n}")).failed(DeviceErrorKind::Gone));
        assert!(histories.0.len() <= MOST);
        assert_eq!(histories.of("faithful").captures, 1);
    }
}
