//! From samples of a pen to strokes, for every kind of pad: pure, with the time as an argument.

use std::time::Duration;

use rekam_hal::{PenPoint, Progress, Signature};

/// Where the times of the points come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum TimeBase {
    /// When the bytes arrived; what a real pad needs, whose sampling rate no source states.
    #[default]
    Arrival,
    /// The pad samples at this fixed interval and every position packet is one sample. For virtual pads: the same
    /// strokes give the same times, however busy the machine is.
    Packets(Duration),
}

/// Collects touches into strokes.
#[derive(Debug)]
pub(crate) struct Ink {
    base: TimeBase,
    done: Vec<Vec<PenPoint>>,
    open: Vec<PenPoint>,
    /// Samples until now, touching or not.
    samples: u32,
    first: Option<Duration>,
    last_touch: Option<Duration>,
}

impl Ink {
    /// Nothing written yet.
    pub(crate) fn new(base: TimeBase) -> Self {
        Self { base, done: Vec::new(), open: Vec::new(), samples: 0, first: None, last_touch: None }
    }

    /// So many more samples have passed.
    pub(crate) fn pass(&mut self, samples: u32) {
        self.samples = self.samples.saturating_add(samples);
    }

    /// The pen touches at a place in millimetres, with a pressure of 0..=1; the sample has passed already.
    pub(crate) fn touch(&mut self, (x, y): (f32, f32), pressure: f32, arrival: Duration) -> Progress {
        let now = self.on_base(arrival).max(self.last_touch.unwrap_or_default());
        let first = *self.first.get_or_insert(now);
        self.last_touch = Some(now);
        // To the nearest millisecond: at 150 samples a second the third comes after 19.999998 ms.
        let t = u32::try_from((now.saturating_sub(first).as_micros() + 500) / 1000).unwrap_or(u32::MAX);
        let point = PenPoint { x, y, t, pressure };
        self.open.push(point);
        Progress::Pen(point)
    }

    /// The pen does not touch; the news is that it has been lifted just now.
    pub(crate) fn lift(&mut self) -> Option<Progress> {
        if self.open.is_empty() {
            return None;
        }
        self.done.push(std::mem::take(&mut self.open));
        Some(Progress::PenUp)
    }

    /// Time since the pen last touched, on the base of the points, when it ever did.
    pub(crate) fn resting(&self, now: Duration) -> Option<Duration> {
        self.last_touch.map(|touch| self.on_base(now).saturating_sub(touch))
    }

    /// Whether nothing was written.
    pub(crate) fn is_empty(&self) -> bool {
        self.done.is_empty() && self.open.is_empty()
    }

    /// The signature as it stands, on an area of this width and height in millimetres.
    pub(crate) fn finish(mut self, (width_mm, height_mm): (f32, f32)) -> Signature {
        self.lift();
        Signature { width_mm, height_mm, strokes: self.done }
    }

    fn on_base(&self, arrival: Duration) -> Duration {
        match self.base {
            TimeBase::Arrival => arrival,
            TimeBase::Packets(interval) => interval.saturating_mul(self.samples),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn touches_become_strokes_and_time_never_runs_backwards() {
        let mut ink = Ink::new(TimeBase::Arrival);
        assert!(ink.is_empty() && ink.lift().is_none() && ink.resting(Duration::ZERO).is_none());
        for arrival in [100, 90, 130] {
            ink.touch((1.0, 2.0), 0.5, Duration::from_millis(arrival));
        }
        assert!(matches!(ink.lift(), Some(Progress::PenUp)));
        assert_eq!(ink.resting(Duration::from_millis(150)), Some(Duration::from_millis(20)));
        let written = ink.finish((10.0, 5.0));
        assert_eq!((written.width_mm, written.height_mm), (10.0, 5.0));
        assert_eq!(written.strokes[0].iter().map(|point| point.t).collect::<Vec<_>>(), [0, 0, 30]);
    }
}
