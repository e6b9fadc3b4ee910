//! The confirm step: is the person who was just recorded still the one at the desk?
//!
//! Both index fingers are compared, because the card's chip will hold them; where they cannot be (or do not match),
//! the next best two fingers, then the irises. Where nothing can be compared a supervisor vouches, so that a resident
//! without fingers and eyes can be finished.

use super::policy::{EYES, INDEX_FINGERS};
use super::sample::Slot;
use super::state::{Session, SlotState};

use rekam_hal::Finger;

/// What the confirm step needs next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConfirmNeed {
    /// Capture this slot again and compare.
    Compare(Slot),
    /// Nothing is left to compare: a supervisor decides.
    Supervisor,
    /// Compared, or vouched for.
    Nothing,
}

impl Session {
    /// Whether the person has been confirmed, by comparison or by a supervisor.
    pub fn is_confirmed(&self) -> bool {
        self.confirm_need() == ConfirmNeed::Nothing
    }

    /// What the confirm step needs next.
    pub fn confirm_need(&self) -> ConfirmNeed {
        if self.confirm_excepted {
            return ConfirmNeed::Nothing;
        }
        let groups = self.confirm_groups();
        groups.iter().find_map(|group| self.group_need(group)).unwrap_or(ConfirmNeed::Supervisor)
    }

    /// Slots to compare, in order of preference; every group is filled and none is empty.
    pub fn confirm_groups(&self) -> Vec<Vec<Slot>> {
        let mut others = self.filled_fingers_by_quality();
        let mut first: Vec<Slot> = INDEX_FINGERS.into_iter().filter(|slot| others.contains(slot)).collect();
        others.retain(|slot| !first.contains(slot));
        let missing = 2 - first.len();
        first.extend(others.drain(..missing.min(others.len())));
        others.truncate(2);
        let eyes = EYES.into_iter().filter(|slot| self.is_filled(*slot)).collect();
        [first, others, eyes].into_iter().filter(|group: &Vec<Slot>| !group.is_empty()).collect()
    }

    fn filled_fingers_by_quality(&self) -> Vec<Slot> {
        let quality = |slot: &Slot| self.best(*slot).map_or(0, |sample| sample.quality);
        let mut fingers: Vec<Slot> = Finger::ALL.map(Slot::Finger).into_iter().filter(|s| self.is_filled(*s)).collect();
        fingers.sort_by_key(|slot| std::cmp::Reverse(quality(slot)));
        fingers
    }

    fn is_filled(&self, slot: Slot) -> bool {
        matches!(self.slot(slot), SlotState::Filled(_))
    }

    /// `None` when the group failed and the next one has its turn.
    fn group_need(&self, group: &[Slot]) -> Option<ConfirmNeed> {
        for &slot in group {
            let mut tries = self.probes.iter().filter(|probe| probe.slot == slot);
            if tries.clone().any(|probe| probe.matched) {
                continue;
            }
            let used_up = tries.by_ref().count() >= usize::from(self.policy.confirm_tries);
            return if used_up { None } else { Some(ConfirmNeed::Compare(slot)) };
        }
        Some(ConfirmNeed::Nothing)
    }
}
