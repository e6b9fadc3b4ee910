//! Fingers laid down together: taken apart, judged one by one, and of several slaps the best of each finger kept.

use std::time::Instant;

use rekam_hal::Fingers;

use crate::domain::session::{Purpose, Slot, SlotState};
use crate::station::counter::board::{Outcome, SlapTake, presentable};
use crate::station::counter::error::CounterError;
use crate::station::counter::room::{Done, Room};
use crate::station::engines::{Judged, SlapJudged};

use super::job::Raw;
use super::outcome::READING;
use super::target::Need;

impl Room {
    /// An image of a finger that was asked for as a slap is one of several.
    pub(super) fn as_slap(&mut self, need: Need, raw: Raw) -> Result<Raw, CounterError> {
        Ok(match (need.slap, raw) {
            (Some(slap), Raw::Finger(image)) => Raw::Slap(image, slap, presentable(self.desk()?.session()?, slap)),
            (_, raw) => raw,
        })
    }

    /// What is done with the fingers of a slap.
    pub(super) fn keep_slap(&mut self, slot: Slot, judged: SlapJudged, device: &str) -> Done {
        let SlapJudged { slap, fingers, missing, doubtful, wrong_hand, advice } = judged;
        *self.captures.slaps.entry(slap).or_default() += 1;
        self.captures.not_before = Some(Instant::now() + READING);
        if wrong_hand {
            self.report(slot, Outcome::WrongHand { wanted: slap }, None);
            return Ok(());
        }
        let empty = Fingers::default();
        let mut take = SlapTake { slap, kept: empty, poor: empty, missing, repeated: empty, doubtful: empty };
        for (finger, judged) in fingers {
            // Excepted while it was judged.
            if matches!(self.desk()?.session()?.slot(Slot::Finger(finger)), SlotState::Excepted(_)) {
                continue;
            }
            if self.desk()?.same_finger_as(finger, &judged)?.is_some() {
                take.repeated.insert(finger);
                continue;
            }
            let slot = Slot::Finger(finger);
            if doubtful.contains(finger) || self.desk()?.is_unlike_kept(slot, &judged)? {
                take.doubtful.insert(finger);
                continue;
            }
            self.keep_better(slot, judged, device)?;
            let settled = self.desk()?.session()?.slot(slot).is_settled();
            if settled { take.kept.insert(finger) } else { take.poor.insert(finger) }
        }
        self.report(slot, Outcome::Slap(take), advice);
        self.check_when_done()?;
        self.refresh_seat()
    }

    /// Keeps a finger unless what is kept already is as good: it was laid down only because its neighbours were.
    fn keep_better(&mut self, slot: Slot, judged: Judged, device: &str) -> Done {
        let desk = self.desk()?;
        let wanted = match desk.session()?.slot(slot) {
            SlotState::Open { .. } => true,
            SlotState::Filled(best) => judged.quality > best.quality,
            SlotState::Excepted(_) => false,
        };
        if wanted {
            desk.accept(Purpose::Slot(slot), judged, Some(device.to_owned()))?;
        }
        Ok(())
    }
}
