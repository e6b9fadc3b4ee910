//! From whatever state the device is in to power on the sensor.
//!
//! The status register obeys only after some insisting, so each step is checked by reading it again. A device that is
//! confused is put right first, then put to sleep if it is awake, woken, and has to report its power by itself.

use std::time::Duration;

use super::{Fault, Machine, News, State};
use crate::uru4000::challenge;
use crate::uru4000::transport::Transfer;
use crate::uru4000::wire::{register, status};

/// Pause between two looks at the status.
const PAUSE: Duration = Duration::from_millis(10);
/// Looks at the status before the device is given up.
const LOOKS: u8 = 100;
/// How long the device may take to report its power, and how often it is put to sleep and woken before it is given up.
const REPORT_WAIT: Duration = Duration::from_millis(300);
const WAKINGS: u8 = 3;
const INFO_LENGTH: usize = 16;

/// A step on the way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// The status is being read.
    Status,
    /// A confused device was told to restart.
    RestartWrite,
    /// Whether it has restarted is being read.
    RestartRead,
    /// A pause before that is read again.
    RestartPause,
    /// It is being put to sleep.
    Sleep,
    /// It is being woken.
    WakeWrite,
    /// Whether it is awake is being read.
    WakeRead,
    /// A pause before it is woken again.
    WakePause,
    /// Its challenge is being read.
    Challenge,
    /// The answer is being written.
    Response,
    /// It must report its power.
    Report,
    /// Its versions are being read.
    Info,
}

/// The way so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Power {
    step: Step,
    status: u8,
    looks: u8,
    wakings: u8,
    /// The power was reported while the status was still being read.
    reported: bool,
}

impl Machine {
    pub(super) fn power_up(&mut self) {
        self.listen();
        let power = Power { step: Step::Status, status: 0, looks: 0, wakings: 0, reported: false };
        self.step(power, Step::Status);
    }

    /// Enters a step.
    fn step(&mut self, power: Power, step: Step) {
        let power = Power { step, ..power };
        self.state = State::Power(power);
        let kept = power.status & status::KEPT;
        match step {
            Step::Status | Step::RestartRead | Step::WakeRead => self.read(register::STATUS, 1),
            Step::RestartWrite | Step::WakeWrite => self.write(register::STATUS, &[kept]),
            Step::Sleep => self.write(register::STATUS, &[power.status | status::LOW_POWER]),
            Step::RestartPause | Step::WakePause => self.timer(PAUSE),
            Step::Challenge => self.read(register::CHALLENGE, challenge::LENGTH),
            Step::Response => {}
            Step::Report => self.timer(REPORT_WAIT),
            Step::Info => self.read(register::INFO, INFO_LENGTH),
        }
    }

    /// A register was read or written.
    pub(super) fn power_answered(&mut self, power: Power, bytes: &[u8]) {
        let looks = power.looks + 1;
        match power.step {
            Step::Status => self.with_status(power, bytes, |machine, power, now| {
                let confused = now & (status::LOW_POWER | status::TROUBLE) == status::LOW_POWER | status::TROUBLE;
                let next = if confused { Step::RestartWrite } else { sleep_or_wake(now) };
                machine.step(Power { status: now, looks: 0, ..power }, next);
            }),
            Step::RestartWrite => self.step(power, Step::RestartRead),
            Step::RestartRead => self.with_status(power, bytes, |machine, power, now| {
                if now & status::ALIVE != 0 {
                    machine.step(Power { status: now, looks: 0, ..power }, sleep_or_wake(now));
                } else if looks >= LOOKS {
                    machine.fail(Fault::Asleep(now));
                } else {
                    machine.step(Power { looks, ..power }, Step::RestartPause);
                }
            }),
            Step::Sleep => self.step(power, Step::WakeWrite),
            Step::WakeWrite => self.step(power, Step::WakeRead),
            Step::WakeRead => self.with_status(power, bytes, |machine, power, now| {
                if now & status::LOW_POWER == 0 {
                    machine.step(power, if power.reported { Step::Info } else { Step::Report });
                } else if looks >= LOOKS {
                    machine.fail(Fault::Asleep(now));
                } else {
                    machine.step(Power { looks, ..power }, Step::WakePause);
                }
            }),
            Step::Challenge => match bytes.try_into() {
                Ok(asked) => {
                    self.step(power, Step::Response);
                    let bytes = challenge::response(asked).to_vec();
                    self.control(Transfer::Write { register: register::RESPONSE, bytes });
                }
                Err(_) => self.fail(Fault::Short {
                    step: "reading the challenge",
                    wanted: challenge::LENGTH,
                    found: bytes.len(),
                }),
            },
            Step::Response => self.step(power, Step::WakeWrite),
            Step::Info => self.arm(),
            Step::RestartPause | Step::WakePause | Step::Report => self.state = State::Power(power),
        }
    }

    fn with_status(&mut self, power: Power, bytes: &[u8], then: impl FnOnce(&mut Self, Power, u8)) {
        match bytes.first() {
            Some(now) => then(self, power, *now),
            None => self.fail(Fault::Short { step: "reading the status", wanted: 1, found: 0 }),
        }
    }

    /// The device has reported that the sensor has power; before it is woken this means nothing.
    pub(super) fn power_reported(&mut self) {
        let State::Power(power) = &mut self.state else { return };
        match power.step {
            Step::Report => {
                let power = *power;
                self.step(power, Step::Info);
            }
            Step::WakeWrite | Step::WakeRead | Step::WakePause | Step::Challenge | Step::Response => {
                power.reported = true;
            }
            Step::Status | Step::RestartWrite | Step::RestartRead | Step::RestartPause | Step::Sleep | Step::Info => {}
        }
    }

    /// A pause is over, or an answer has not come.
    pub(super) fn power_expired(&mut self, power: Power) {
        match power.step {
            Step::RestartPause => self.step(power, Step::RestartRead),
            Step::WakePause if self.model.challenges => self.step(power, Step::Challenge),
            Step::WakePause => self.step(power, Step::WakeWrite),
            Step::Report if power.wakings + 1 < WAKINGS => {
                self.step(Power { wakings: power.wakings + 1, looks: 0, ..power }, Step::Status);
            }
            Step::Report => self.fail(Fault::Silent("waiting for power on the sensor")),
            Step::Status
            | Step::RestartWrite
            | Step::RestartRead
            | Step::Sleep
            | Step::WakeWrite
            | Step::WakeRead
            | Step::Challenge
            | Step::Response
            | Step::Info => self.fail(Fault::Silent("powering up")),
        }
    }

    /// Begins again from the status, in the hope that this helps.
    pub(super) fn restart(&mut self) {
        self.restarts += 1;
        (self.doomed, self.spoilt) = (false, 0);
        self.tell(News::Waiting);
        self.power_up();
    }
}

fn sleep_or_wake(now: u8) -> Step {
    if now & status::LOW_POWER == 0 { Step::Sleep } else { Step::WakeWrite }
}
