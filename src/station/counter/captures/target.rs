//! Which slot is in turn: what the record needs now, or what the operator wants instead.

use crate::domain::session::{ConfirmNeed, Session, Slot, SlotState, Status, Step, Wish};
use crate::station::counter::board::Aim;
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
        self.captures.wanted = Some(slot);
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
    pub(super) fn needed(&self) -> Option<(Slot, Aim)> {
        let session = self.desk.as_ref().and_then(|desk| desk.session().ok());
        session.and_then(|session| target(session, self.captures.wanted))
    }
}

/// What the record needs now.
fn target(session: &Session, wanted: Option<Slot>) -> Option<(Slot, Aim)> {
    if *session.status() != Status::Open {
        return None;
    }
    let fits = |slot: &Slot| slot.step() == session.step() && !matches!(session.slot(*slot), SlotState::Excepted(_));
    let confirmed = session.step() != Step::Confirm || session.is_confirmed();
    if let Some(slot) = wanted.filter(fits)
        && confirmed
    {
        return Some((slot, Aim::Fill));
    }
    match session.step() {
        Step::Verify => None,
        Step::Photo => session.attempts(Slot::Photo).next().is_none().then_some((Slot::Photo, Aim::Fill)),
        Step::Signature | Step::Fingerprints | Step::Iris => {
            let open = Slot::of(session.step()).into_iter().find(|slot| !session.slot(*slot).is_settled());
            open.map(|slot| (slot, Aim::Fill))
        }
        Step::Confirm => match session.confirm_need() {
            ConfirmNeed::Compare(slot) => Some((slot, Aim::Compare)),
            ConfirmNeed::Supervisor => None,
            ConfirmNeed::Nothing => (!session.slot(Slot::Approval).is_settled()).then_some((Slot::Approval, Aim::Fill)),
        },
    }
}
