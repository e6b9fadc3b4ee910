//! The devices beside the captures: how each has done, its light, its test, its cable, and opening it anew.

use std::time::{Duration, Instant};

use rekam_hal::DeviceErrorKind;

use crate::station::counter::board::{Device, Light, Which};
use crate::station::counter::error::CounterError;
use crate::station::counter::room::{Done, Room};

use super::State;
use super::target::Need;

/// Between two tries to open a device that is gone.
pub(super) const REOPEN: Duration = Duration::from_millis(500);

/// How a device has done since the start.
#[derive(Debug, Clone, Default)]
pub(super) struct Health {
    captures: u32,
    pub(super) retries: u32,
    failures: u32,
    last_error: Option<(DeviceErrorKind, time::OffsetDateTime)>,
    trouble: Option<DeviceErrorKind>,
    tested: Option<Result<(), DeviceErrorKind>>,
}

impl Room {
    pub(super) fn reopen(&mut self, need: Need, kind: DeviceErrorKind, again: Instant) -> Done {
        if Instant::now() < again {
            self.captures.state = State::Away { need, kind, again };
            return Ok(());
        }
        let which = need.device();
        let Some(station) = &mut self.station else { return Ok(()) };
        match station.equipment.plug_in(which) {
            Ok(()) => {
                self.captures.health.entry(which).or_default().trouble = None;
                Ok(())
            }
            Err(error) => {
                let again = Instant::now() + REOPEN;
                self.captures.state = State::Away { need, kind: error.kind, again };
                Ok(())
            }
        }
    }

    pub(super) fn note_device(&mut self, which: Which, failed: Option<DeviceErrorKind>) {
        let now = time::OffsetDateTime::now_utc();
        let health = self.captures.health.entry(which).or_default();
        match failed {
            Some(kind) => {
                health.failures += 1;
                health.last_error = Some((kind, now));
                health.trouble = Some(kind);
            }
            None => {
                health.captures += 1;
                health.trouble = None;
            }
        }
    }

    /// Reads the four lights anew.
    pub(in crate::station::counter) fn refresh_devices(&mut self) {
        let Some(station) = &self.station else { return };
        let working = match &self.captures.state {
            State::Running(running) => Some(running.need.device()),
            State::Judging(_) | State::Nothing | State::Stopping(..) | State::Away { .. } => None,
        };
        let devices = Which::ALL.map(|which| {
            let health = self.captures.health.get(&which).cloned().unwrap_or_default();
            let light = if !station.equipment.is_plugged(which) {
                Light::Missing
            } else if health.trouble.is_some() {
                Light::Trouble
            } else if working == Some(which) {
                Light::Working
            } else {
                Light::Ready
            };
            Device {
                which,
                info: station.equipment.info(which),
                light,
                last_error: health.last_error,
                captures: health.captures,
                retries: health.retries,
                failures: health.failures,
                tested: health.tested,
                simulated: station.equipment.is_simulated(),
            }
        });
        self.board.devices = devices.to_vec();
    }

    /// Asks a device for a sign of life, with a fresh handle when it was away.
    pub(in crate::station::counter) fn test_device(&mut self, which: Which) -> Done {
        self.captures.stop_and_wait();
        let Some(station) = &mut self.station else { return Err(CounterError::NotNow) };
        let tested = station.equipment.plug_in(which).and_then(|()| station.equipment.bays().probe(which));
        let health = self.captures.health.entry(which).or_default();
        match &tested {
            Ok(()) => health.trouble = None,
            Err(error) => {
                health.trouble = Some(error.kind);
                health.last_error = Some((error.kind, time::OffsetDateTime::now_utc()));
            }
        }
        health.tested = Some(tested.map_err(|error| error.kind));
        self.refresh_devices();
        Ok(())
    }

    /// Pulls a simulated cable, or puts it in.
    pub(in crate::station::counter) fn pull(&mut self, which: Which, out: bool) -> Done {
        let station = self.station()?;
        if out {
            station.equipment.unplug(which)?
        } else {
            station.equipment.plug(which)?
        }
        if !out {
            self.captures.health.entry(which).or_default().trouble = None;
        }
        self.refresh_devices();
        Ok(())
    }
}
