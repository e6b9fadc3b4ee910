//! From packets to strokes: pure, with the time as an argument.

use std::time::Duration;

use rekam_hal::{Progress, Signature};

use super::model::Spec;
use super::packet::Packet;
use crate::ink::{Ink, TimeBase};

/// Full scale of the pad's pressure packets.
const FULL_PRESSURE: f32 = 1023.0;

/// Collects packets into a signature.
#[derive(Debug)]
pub struct Strokes {
    spec: Spec,
    ink: Ink,
    measured_pressure: bool,
    pressure: f32,
}

impl Strokes {
    /// Nothing written yet. With `measured_pressure` the pad's pressure packets are used, otherwise every touch
    /// counts as 1.
    pub fn new(spec: Spec, base: TimeBase, measured_pressure: bool) -> Self {
        Self { spec, ink: Ink::new(base), measured_pressure, pressure: 1.0 }
    }

    /// Takes one packet that arrived at `arrival`; gives the news to report.
    pub fn take(&mut self, packet: Packet, arrival: Duration) -> Option<Progress> {
        match packet {
            Packet::Pressure(raw) => {
                if self.measured_pressure {
                    self.pressure = f32::from(raw.min(1023)) / FULL_PRESSURE;
                }
                None
            }
            Packet::Position { x, y, near, down } => {
                self.ink.pass(1);
                match near && down {
                    true => Some(self.ink.touch(self.spec.to_mm(x, y), self.pressure, arrival)),
                    false => self.ink.lift(),
                }
            }
            Packet::DeviceInfo { .. } | Packet::CommandResponse(_) => None,
        }
    }

    /// Time since the pen last touched the pad, on the base of the points, when it ever did.
    pub fn resting(&self, now: Duration) -> Option<Duration> {
        self.ink.resting(now)
    }

    /// Whether nothing was written.
    pub fn is_empty(&self) -> bool {
        self.ink.is_empty()
    }

    /// The signature as it stands.
    pub fn finish(self) -> Signature {
        self.ink.finish(self.spec.size_mm())
    }
}

#[cfg(test)]
mod tests {
    use super::super::Model;
    use super::*;

    fn at(x: u16, down: bool) -> Packet {
        Packet::Position { x, y: 500, near: true, down }
    }

    fn ms(value: u64) -> Duration {
        Duration::from_millis(value)
    }

    #[test]
    fn lifting_the_pen_ends_a_stroke_and_hovering_adds_nothing() {
        let mut strokes = Strokes::new(Model::SignatureGem1x5.spec(), TimeBase::Arrival, false);
        for (time, packet) in
            [at(500, true), at(510, true), at(520, false), at(530, false), at(540, true)].into_iter().enumerate()
        {
            strokes.take(packet, ms(100 + time as u64));
        }
        let signature = strokes.finish();
        assert_eq!(signature.strokes.iter().map(Vec::len).collect::<Vec<_>>(), [2, 1]);
        assert_eq!(signature.strokes[1][0].t, 4);
    }

    #[test]
    fn a_pen_that_leaves_while_touching_lifts() {
        let mut strokes = Strokes::new(Model::SignatureGem1x5.spec(), TimeBase::Arrival, false);
        strokes.take(at(500, true), ms(0));
        let away = Packet::Position { x: 510, y: 500, near: false, down: true };
        assert!(matches!(strokes.take(away, ms(1)), Some(Progress::PenUp)));
    }

    #[test]
    fn pressure_counts_only_where_it_is_said_to_be_measured() {
        for (measured, expected) in [(true, 512.0 / 1023.0), (false, 1.0)] {
            let mut strokes = Strokes::new(Model::SignatureGem1x5.spec(), TimeBase::Arrival, measured);
            strokes.take(Packet::Pressure(512), ms(0));
            strokes.take(at(500, true), ms(1));
            assert_eq!(strokes.finish().strokes[0][0].pressure, expected);
        }
    }

    #[test]
    fn counted_samples_give_times_that_arrival_cannot_change() {
        let run = |arrivals: [u64; 3]| {
            let mut strokes = Strokes::new(Model::SignatureGem1x5.spec(), TimeBase::Packets(ms(5)), false);
            for (time, packet) in arrivals.into_iter().zip([at(500, true), at(510, false), at(520, true)]) {
                strokes.take(packet, ms(time));
            }
            strokes.finish()
        };
        assert_eq!(run([0, 1, 2]), run([7, 900, 901]));
        assert_eq!(run([0, 1, 2]).strokes[1][0].t, 10);
    }
}
