//! Which slot is in turn: what the record needs now, or what the operator wants instead.
//!
//! A scanner that takes four fingers at once takes all ten in three captures. What three tries of a slap could not
//! give is then asked for finger by finger, and a finger that the operator chooses is always taken alone.

use rekam_hal::{Finger, Slap};

use crate::domain::session::{ConfirmNeed, Session, Slot, SlotState, Status, Step, Wish};
use crate::station::counter::board::{Aim, Which, presentable};
use crate::station::counter::equipment::device_of;
use crate::station::counter::error::CounterError;
use crate::station::counter::room::{Done, Room};

impl Room {
    /// The operator wants another slot than the one in turn.
    pub(in crate::station::counter) fn choose(&mut self, slot: Slot) -> Done {
        let session = self.desk()?.session()?;
        if slot.step() != session.step() {
            return Err(CounterError::NotNow);
        }
        self.captures.resume();
        self.captures.evidence = false;
        self.captures.wanted = Some(slot);
        Ok(())
    }

    /// A photo shows why something is empty: begins it, or gives it up.
    pub(in crate::station::counter) fn take_evidence(&mut self, begin: bool) -> Done {
        if begin && empty_slot(self.desk()?.session()?).is_none() {
            return Err(CounterError::NotNow);
        }
        self.captures.resume();
        self.captures.evidence = begin;
        Ok(())
    }

    /// A filled slot is captured once more.
    pub(in crate::station::counter) fn retake(&mut self, slot: Slot, discard: bool) -> Done {
        self.choose(slot)?;
        let desk = self.desk()?;
        if discard && desk.session()?.attempts(slot).next().is_some() {
            desk.wish(Wish::SetAside { slot, reason: "diulang".into() })?;
        }
        self.refresh_seat()
    }

    /// What the record at the desk needs now, whether or not it may be captured.
    pub(super) fn needed(&self) -> Option<Need> {
        let session = self.desk.as_ref()?.session().ok()?;
        let many = self.station.as_ref().is_some_and(|station| {
            let scanner = station.equipment.info(Which::Scanner);
            self.captures.together && scanner.is_some_and(|info| info.capabilities.fingers_at_once >= FOUR)
        });
        if let Some(slot) = empty_slot(session).filter(|_| self.captures.evidence) {
            return Some(Need::one(slot, Aim::Evidence));
        }
        let tries = u32::from(session.policy().tries);
        let slaps = |slap: &Slap| many && self.captures.slaps.get(slap).copied().unwrap_or_default() < tries;
        target(session, self.captures.wanted, slaps)
    }
}

/// The first finger or eye of the step that is left empty.
fn empty_slot(session: &Session) -> Option<Slot> {
    let here = |slot: &Slot| slot.is_biometric() && slot.step() == session.step();
    let open = *session.status() == Status::Open;
    session.exceptions().map(|exception| exception.slot).find(here).filter(|_| open)
}

/// Fingers at once of a scanner that takes slaps.
const FOUR: u8 = 4;

/// What is asked of the resident.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Need {
    pub slot: Slot,
    pub aim: Aim,
    /// The slap that the slot's finger is the first open one of.
    pub slap: Option<Slap>,
}

impl Need {
    pub(super) fn one(slot: Slot, aim: Aim) -> Self {
        Self { slot, aim, slap: None }
    }

    /// Which device takes it.
    pub(super) fn device(self) -> Which {
        match self.aim {
            Aim::Evidence => Which::Camera,
            Aim::Fill | Aim::Compare => device_of(self.slot),
        }
    }
}

/// What the record needs now; `slaps` says which fingers may be taken together.
fn target(session: &Session, wanted: Option<Slot>, slaps: impl Fn(&Slap) -> bool) -> Option<Need> {
    if *session.status() != Status::Open {
        return None;
    }
    let fits = |slot: &Slot| slot.step() == session.step() && !matches!(session.slot(*slot), SlotState::Excepted(_));
    let confirmed = session.step() != Step::Confirm || session.is_confirmed();
    if let Some(slot) = wanted.filter(fits)
        && confirmed
    {
        return Some(Need::one(slot, Aim::Fill));
    }
    match session.step() {
        Step::Verify => None,
        Step::Photo => session.attempts(Slot::Photo).next().is_none().then_some(Need::one(Slot::Photo, Aim::Fill)),
        Step::Fingerprints => Slap::ALL
            .iter()
            .filter(|slap| slaps(slap))
            .find_map(|slap| together(session, *slap))
            .or_else(|| alone(session)),
        Step::Signature | Step::Iris => alone(session),
        Step::Confirm => match session.confirm_need() {
            ConfirmNeed::Compare(slot) => Some(Need::one(slot, Aim::Compare)),
            ConfirmNeed::Supervisor => None,
            ConfirmNeed::Nothing => {
                (!session.slot(Slot::Approval).is_settled()).then_some(Need::one(Slot::Approval, Aim::Fill))
            }
        },
    }
}

/// The first open slot of the step.
fn alone(session: &Session) -> Option<Need> {
    let open = Slot::of(session.step()).into_iter().find(|slot| !session.slot(*slot).is_settled());
    open.map(|slot| Need::one(slot, Aim::Fill))
}

/// A slap with an open finger; one finger alone needs no slap.
fn together(session: &Session, slap: Slap) -> Option<Need> {
    let open = |finger: &Finger| !session.slot(Slot::Finger(*finger)).is_settled();
    let first = slap.fingers().iter().copied().find(open)?;
    let several = presentable(session, slap).len() > 1;
    several.then_some(Need { slot: Slot::Finger(first), aim: Aim::Fill, slap: Some(slap) })
}
