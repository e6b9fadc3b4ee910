//! Waiting for a finger to come and to go.

use super::{LIFT_WAIT, Machine, News, Order, State};
use crate::uru4000::wire::{mode, register};

impl Machine {
    pub(super) fn finger_came(&mut self) {
        match self.state {
            State::Armed => self.take(),
            State::Arming => self.finger = true,
            State::Off
            | State::Power(_)
            | State::Imaging { .. }
            | State::Seeding { .. }
            | State::Keying { .. }
            | State::Releasing { .. }
            | State::Held
            | State::Lifted
            | State::Stopping
            | State::Closing => {}
        }
    }

    pub(super) fn finger_left(&mut self) {
        match &mut self.state {
            State::Releasing { lifted } => *lifted = true,
            State::Held if self.wanted => self.arm(),
            State::Held => self.state = State::Lifted,
            State::Off
            | State::Power(_)
            | State::Arming
            | State::Armed
            | State::Imaging { .. }
            | State::Seeding { .. }
            | State::Keying { .. }
            | State::Lifted
            | State::Stopping
            | State::Closing => {}
        }
    }

    pub(super) fn arm(&mut self) {
        self.finger = false;
        self.state = State::Arming;
        self.write(register::MODE, &[mode::AWAIT_FINGER_ON]);
    }

    pub(super) fn armed(&mut self) {
        self.state = State::Armed;
        self.orders.push_back(Order::Timer(None));
        self.tell(News::Waiting);
        if self.finger || self.forced {
            self.take();
        }
    }

    pub(super) fn release(&mut self) {
        (self.wanted, self.forced) = (false, false);
        self.await_lifting();
    }

    pub(super) fn await_lifting(&mut self) {
        self.state = State::Releasing { lifted: false };
        self.write(register::MODE, &[mode::AWAIT_FINGER_OFF]);
    }

    pub(super) fn released(&mut self, lifted: bool) {
        self.orders.push_back(Order::Timer(None));
        self.state = if lifted { State::Lifted } else { State::Held };
        match (self.wanted, self.forced, lifted) {
            (true, true, _) => self.take(),
            (true, false, true) => self.arm(),
            (true, false, false) => self.timer(LIFT_WAIT),
            (false, ..) => {}
        }
    }
}
