//! The devices beside the captures: how each has done, its light, its test, its cable, and opening it anew.

use std::sync::mpsc;
use std::time::{Duration, Instant};

use rekam_hal::{CaptureError, DeviceError, DeviceErrorKind, Retry};

use crate::station::counter::board::{Device, Light, Which};
use crate::station::counter::error::CounterError;
use crate::station::counter::room::{Done, Room};
use crate::station::counter::station::{CHOICES, HISTORIES};
use crate::station::health::History;
use crate::station::plugged::{Assigned, Standing, rules};
use crate::station::{DeskError, JobError};

use super::State;
use super::target::Need;

/// Between two tries to open a device that is gone.
pub(super) const REOPEN: Duration = Duration::from_millis(500);
/// Between two looks at a device that is being opened.
pub(super) const SOON: Duration = Duration::from_millis(20);

/// How a device has done since the start.
#[derive(Debug, Default)]
pub(super) struct Health {
    captures: u32,
    retries: u32,
    failures: u32,
    last_error: Option<(DeviceErrorKind, time::OffsetDateTime)>,
    trouble: Option<DeviceErrorKind>,
    tested: Option<Result<(), DeviceErrorKind>>,
    /// A test under way.
    testing: Option<Testing>,
}

#[derive(Debug)]
enum Testing {
    /// The device is opened for it first.
    Opening,
    Asked(mpsc::Receiver<Result<(), DeviceError>>),
}

impl Room {
    pub(super) fn reopen(&mut self, need: Need, kind: DeviceErrorKind, again: Instant) -> Done {
        let which = need.device();
        let Some(station) = &mut self.station else { return Ok(()) };
        if Instant::now() < again && !station.equipment.is_back(which) {
            self.captures.state = State::Away { need, kind, again };
            return Ok(());
        }
        self.captures.state = match station.equipment.plug_in(which) {
            Standing::Ready => {
                self.captures.health.entry(which).or_default().trouble = None;
                State::Nothing
            }
            Standing::Opening => State::Away { need, kind, again: Instant::now() + SOON },
            Standing::Away(kind) => State::Away { need, kind, again: Instant::now() + REOPEN },
        };
        Ok(())
    }

    /// A capture brought a sample.
    pub(super) fn note_sample(&mut self, which: Which, took: Duration) {
        let health = self.captures.health.entry(which).or_default();
        health.captures += 1;
        health.trouble = None;
        self.remember(which, |history| history.captured(took.as_secs_f64()));
    }

    /// The resident has to try again.
    pub(super) fn note_retry(&mut self, which: Which, retry: Retry) {
        self.captures.health.entry(which).or_default().retries += 1;
        self.remember(which, |history| history.retried(retry == Retry::CleanGlass));
    }

    /// The device failed; its handle is not used again.
    pub(super) fn note_failure(&mut self, which: Which, kind: DeviceErrorKind) {
        let now = time::OffsetDateTime::now_utc();
        let health = self.captures.health.entry(which).or_default();
        health.failures += 1;
        health.last_error = Some((kind, now));
        health.trouble = Some(kind);
        self.remember(which, |history| history.failed(kind));
        if let Some(station) = &mut self.station {
            station.equipment.wear_out(which);
        }
    }

    /// Writes on the history of the device that does this step.
    pub(super) fn remember(&mut self, which: Which, write: impl FnOnce(&mut History)) {
        let Some(station) = &mut self.station else { return };
        if let Some(info) = station.equipment.info(which) {
            write(station.histories.entry(&info.id));
        }
    }

    /// Follows cables and tests; what is on the board follows with them.
    pub(in crate::station::counter) fn look_after_devices(&mut self) {
        let Some(station) = &mut self.station else { return };
        station.equipment.tend();
        let before = self.board.devices.clone();
        for which in Which::ALL {
            self.look_after_test(which);
        }
        self.refresh_devices();
        self.dirty |= before != self.board.devices;
    }

    /// Reads the four lights anew.
    pub(in crate::station::counter) fn refresh_devices(&mut self) {
        let Some(station) = &self.station else { return };
        let working = match &self.captures.state {
            State::Running(running) => Some(running.need.device()),
            State::Judging(_) | State::Nothing | State::Stopping(..) | State::Away { .. } => None,
        };
        let devices = Which::ALL.map(|which| {
            let unused = Health::default();
            let health = self.captures.health.get(&which).unwrap_or(&unused);
            let standing = station.equipment.standing(which);
            let is_testing = health.testing.is_some();
            let light = match standing {
                _ if !station.equipment.is_plugged(which) => Light::Missing,
                Standing::Away(_) => Light::Trouble,
                Standing::Opening => Light::Working,
                Standing::Ready if health.trouble.is_some() => Light::Trouble,
                Standing::Ready if working == Some(which) || is_testing => Light::Working,
                Standing::Ready => Light::Ready,
            };
            let info = station.equipment.info(which);
            Device {
                which,
                light,
                ails: match standing {
                    Standing::Away(kind) => Some(kind),
                    Standing::Ready | Standing::Opening => health.trouble,
                },
                last_error: health.last_error,
                captures: health.captures,
                retries: health.retries,
                failures: health.failures,
                is_testing,
                tested: health.tested,
                simulated: station.equipment.is_simulated(),
                history: info.as_ref().map(|info| station.histories.of(&info.id)).unwrap_or_default(),
                candidates: station.equipment.candidates(which),
                assigned: station.equipment.assigned(which),
                model: station.equipment.model(which),
                info,
            }
        });
        self.board.devices = devices.to_vec();
    }

    /// Asks a device for a sign of life, with a fresh handle when it was away. The answer may take the device some
    /// seconds, so it is waited for between other things.
    pub(in crate::station::counter) fn test_device(&mut self, which: Which) -> Done {
        if self.captures.works_with(which) {
            self.captures.stop_and_wait();
        }
        let trouble = self.captures.health.get(&which).is_some_and(|health| health.trouble.is_some());
        let station = self.station.as_mut().ok_or(CounterError::NotNow)?;
        if trouble || station.equipment.is_simulated() {
            station.equipment.wear_out(which);
        }
        let health = self.captures.health.entry(which).or_default();
        (health.testing, health.tested) = (Some(Testing::Opening), None);
        self.look_after_test(which);
        self.refresh_devices();
        Ok(())
    }

    fn look_after_test(&mut self, which: Which) {
        let Some(station) = &mut self.station else { return };
        let health = self.captures.health.entry(which).or_default();
        let ended = match health.testing.take() {
            None => return,
            Some(Testing::Opening) => match station.equipment.plug_in(which) {
                Standing::Opening => {
                    health.testing = Some(Testing::Opening);
                    return;
                }
                Standing::Away(kind) => Err(kind),
                Standing::Ready => {
                    health.testing = Some(Testing::Asked(station.equipment.bays().ask(which)));
                    return;
                }
            },
            Some(Testing::Asked(answer)) => match answer.try_recv() {
                Err(mpsc::TryRecvError::Empty) => {
                    health.testing = Some(Testing::Asked(answer));
                    return;
                }
                Err(mpsc::TryRecvError::Disconnected) => Err(DeviceErrorKind::Broken),
                Ok(answer) => answer.map_err(|error| error.kind),
            },
        };
        health.tested = Some(ended);
        health.trouble = ended.err();
        if let Err(kind) = ended {
            health.last_error = Some((kind, time::OffsetDateTime::now_utc()));
            station.equipment.wear_out(which);
        }
    }

    /// Whether a test waits for its answer.
    pub(in crate::station::counter) fn is_testing(&self) -> bool {
        self.captures.health.values().any(|health| health.testing.is_some())
    }

    /// Another device does this step from now on; with none, whichever is there.
    pub(in crate::station::counter) fn assign(&mut self, which: Which, assigned: Option<Assigned>) -> Done {
        if self.captures.works_with(which) {
            self.captures.stop_and_wait();
        }
        let station = self.station.as_mut().ok_or(CounterError::NotNow)?;
        let bench = station.equipment.bench_mut().ok_or(CounterError::NotNow)?;
        let mut choices = bench.choices().clone();
        match assigned {
            Some(assigned) => drop(choices.assigned.insert(which, assigned)),
            None => drop(choices.assigned.remove(&which)),
        }
        // Kept first: what the officer sees is what the next start will do.
        let text = choices.written();
        station.ledger.store.call(move |db| db.setting_put(CHOICES, &text))?;
        let bench = station.equipment.bench_mut().ok_or(CounterError::NotNow)?;
        bench.choose(choices).map_err(|error| DeskError::from(JobError::from(CaptureError::from(error))))?;
        self.captures.health.remove(&which);
        self.refresh_devices();
        Ok(())
    }

    /// The officer has cleaned the glass.
    pub(in crate::station::counter) fn cleaned(&mut self, which: Which) -> Done {
        self.remember(which, History::cleaned);
        self.keep_histories()?;
        self.refresh_devices();
        Ok(())
    }

    /// Writes down how the devices have done, when there is something new.
    pub(in crate::station::counter) fn keep_histories(&mut self) -> Done {
        let Some(station) = &mut self.station else { return Ok(()) };
        if station.histories == station.kept_histories {
            return Ok(());
        }
        let text = station.histories.written();
        station.ledger.store.call(move |db| db.setting_put(HISTORIES, &text))?;
        station.kept_histories = station.histories.clone();
        Ok(())
    }

    /// Lays the rules that open the devices where a technician finds them.
    pub(in crate::station::counter) fn save_rules_file(&mut self) -> Done {
        let path =
            rules::save(&self.dir).map_err(|source| CounterError::File { path: self.dir.join(rules::NAME), source })?;
        self.board.device_rules = Some((path.clone(), rules::command(&path)));
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
