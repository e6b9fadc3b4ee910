//! From pen reports to strokes: pure, with the time as an argument.

use std::time::Duration;

use rekam_hal::{Progress, Signature};

use super::model::UNITS_PER_MM;
use super::report::Pen;
use crate::ink::{Ink, TimeBase};

/// Extent and full pressure of the pad.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scale {
    /// Raw units to the right and lower edge.
    pub extent: (u16, u16),
    /// Raw pressure that counts as 1; at least 1.
    pub pressure: u16,
}

impl Scale {
    /// Width and height of the writing area in millimetres.
    pub fn size_mm(&self) -> (f32, f32) {
        (f32::from(self.extent.0) / UNITS_PER_MM, f32::from(self.extent.1) / UNITS_PER_MM)
    }

    fn to_mm(self, x: u16, y: u16) -> (f32, f32) {
        (f32::from(x.min(self.extent.0)) / UNITS_PER_MM, f32::from(y.min(self.extent.1)) / UNITS_PER_MM)
    }
}

/// Collects samples into a signature.
#[derive(Debug)]
pub struct Strokes {
    scale: Scale,
    ink: Ink,
    last_number: Option<u16>,
}

impl Strokes {
    /// Nothing written yet.
    pub fn new(scale: Scale, base: TimeBase) -> Self {
        Self { scale, ink: Ink::new(base), last_number: None }
    }

    /// Takes one sample that arrived at `arrival`; gives the news to report. Lost samples count where the pad numbers
    /// them.
    pub fn take(&mut self, pen: Pen, arrival: Duration) -> Option<Progress> {
        let step = self.step(pen.number);
        self.ink.pass(step);
        if !pen.down {
            return self.ink.lift();
        }
        let pressure = (f32::from(pen.pressure) / f32::from(self.scale.pressure.max(1))).min(1.0);
        Some(self.ink.touch(self.scale.to_mm(pen.x, pen.y), pressure, arrival))
    }

    /// Time since the pen last touched the glass, on the base of the points, when it ever did.
    pub fn resting(&self, now: Duration) -> Option<Duration> {
        self.ink.resting(now)
    }

    /// Whether nothing was written.
    pub fn is_empty(&self) -> bool {
        self.ink.is_empty()
    }

    /// The signature as it stands.
    pub fn finish(self) -> Signature {
        self.ink.finish(self.scale.size_mm())
    }

    /// Samples since the last one. A number that jumps far, or backwards, is a pad that began anew and not a second of
    /// lost samples.
    fn step(&mut self, number: Option<u16>) -> u32 {
        const PLAUSIBLE: u16 = 200;
        let step = match (self.last_number, number) {
            (Some(last), Some(now)) => Some(now.wrapping_sub(last)).filter(|step| (1..=PLAUSIBLE).contains(step)),
            (None, _) | (Some(_), None) => None,
        };
        self.last_number = number;
        u32::from(step.unwrap_or(1))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SCALE: Scale = Scale { extent: (10_800, 6_480), pressure: 1023 };

    fn at(x: u16, down: bool, number: Option<u16>) -> Pen {
        Pen { near: true, down, pressure: 512, x, y: 100, number }
    }

    #[test]
    fn units_become_millimetres_and_lifting_ends_a_stroke() {
        let mut strokes = Strokes::new(SCALE, TimeBase::Arrival);
        for (time, (x, down)) in [(500, true), (600, true), (700, false), (800, true)].into_iter().enumerate() {
            strokes.take(at(x, down, None), Duration::from_millis(100 + 5 * time as u64));
        }
        let signature = strokes.finish();
        assert_eq!((signature.width_mm, signature.height_mm), (108.0, 64.8));
        assert_eq!(signature.strokes.iter().map(Vec::len).collect::<Vec<_>>(), [2, 1]);
        let last = signature.strokes[1][0];
        assert_eq!((last.x, last.y, last.t), (8.0, 1.0, 15));
        assert!((last.pressure - 0.5).abs() < 0.001);
    }

    #[test]
    fn lost_samples_keep_their_time_and_a_pad_that_begins_anew_costs_one() {
        let interval = Duration::from_millis(5);
        let times = |numbers: &[u16]| {
            let mut strokes = Strokes::new(SCALE, TimeBase::Packets(interval));
            for number in numbers {
                strokes.take(at(500, true, Some(*number)), Duration::ZERO);
            }
            strokes.finish().strokes[0].iter().map(|point| point.t).collect::<Vec<_>>()
        };
        assert_eq!(times(&[65_534, 65_535, 2, 3]), [0, 5, 20, 25]);
        assert_eq!(times(&[40_000, 40_001, 7, 8]), [0, 5, 10, 15]);
    }

    proptest! {
        #[test]
        fn whatever_is_sent_the_signature_is_sound(
            pens in prop::collection::vec((any::<bool>(), any::<u16>(), any::<u16>(), any::<u16>(), any::<u16>()), 0..200),
            arrivals in prop::collection::vec(0u64..100_000, 200),
        ) {
            let mut strokes = Strokes::new(SCALE, TimeBase::Arrival);
            for ((down, x, y, pressure, number), arrival) in pens.iter().zip(&arrivals) {
                let pen = Pen { near: true, down: *down, pressure: *pressure, x: *x, y: *y, number: Some(*number) };
                strokes.take(pen, Duration::from_millis(*arrival));
            }
            let signature = strokes.finish();
            prop_assert_eq!(signature.points(), pens.iter().filter(|pen| pen.0).count());
            let points: Vec<_> = signature.strokes.iter().flatten().collect();
            prop_assert!(points.is_sorted_by_key(|point| point.t));
            prop_assert!(points.iter().all(|p| (0.0..=108.0).contains(&p.x) && (0.0..=64.8).contains(&p.y)));
            prop_assert!(points.iter().all(|point| (0.0..=1.0).contains(&point.pressure)));
        }
    }
}
