//! Is a fresh sample what it was asked for, or another finger, the other eye?
//!
//! What the codes show for sure is never kept under a wrong name. What only seems so is a doubt: it asks, the operator
//! looks at the resident and answers, and either answer is recorded.

use rekam_hal::{Eye, Finger};

use super::Desk;
use crate::biometrics::iris::PairVerdict;
use crate::domain::session::{Doubt, EYES, Slot, SlotState};
use crate::station::engines::{Judged, eyes_seem_swapped, judge_eyes};
use crate::station::error::DeskError;
use crate::station::ledger::Views;

impl Desk {
    /// Whether a fresh finger is really another finger of this record: then it is the wrong one, and keeping it
    /// would spoil two slots at once.
    pub fn same_finger_as(&self, finger: Finger, judged: &Judged) -> Result<Option<Finger>, DeskError> {
        let session = self.session()?;
        let Some(template) = &judged.template else { return Ok(None) };
        for (slot, other) in self.ledger.templates(session, Views::Best)? {
            if let Slot::Finger(kept) = slot
                && kept != finger
                && self.engines.compare(slot, template, &other)? >= session.policy().confirm_score + 1.0
            {
                return Ok(Some(kept));
            }
        }
        Ok(None)
    }

    /// Whether a fresh eye is really the other one: the same eye twice, or the two taken in each other's place. Only
    /// what is held under the other eye's name can tell.
    pub fn same_eye_as(&self, eye: Eye, judged: &Judged) -> Result<Option<Eye>, DeskError> {
        let other = match eye {
            Eye::Right => Eye::Left,
            Eye::Left => Eye::Right,
        };
        let kept = self.ledger.templates(self.session()?, Views::Best)?;
        let of = |eye| kept.iter().find(|(slot, _)| *slot == Slot::Eye(eye)).map(|(_, template)| template.as_slice());
        let (Some(fresh), Some(theirs)) = (judged.template.as_deref(), of(other)) else { return Ok(None) };
        let as_pair = |this, that| if eye == Eye::Left { (this, that) } else { (that, this) };
        let earlier = of(eye).map(|ours| as_pair(ours, theirs));
        Ok(match judge_eyes(as_pair(fresh, theirs), earlier)? {
            PairVerdict::Fine => None,
            PairVerdict::SameEyeTwice | PairVerdict::Swapped => Some(other),
        })
    }

    /// The slot that a fresh sample really shows, when that is another one of this record.
    pub fn shows_other(&self, slot: Slot, judged: &Judged) -> Result<Option<Slot>, DeskError> {
        Ok(match slot {
            Slot::Finger(finger) => self.same_finger_as(finger, judged)?.map(Slot::Finger),
            Slot::Eye(eye) => self.same_eye_as(eye, judged)?.map(Slot::Eye),
            Slot::Photo | Slot::Signature | Slot::Approval => None,
        })
    }

    /// What looks wrong at this step and may be right. The pictures are looked at once, not at every question: that
    /// takes as long as judging them.
    pub fn doubt(&mut self) -> Result<Option<Doubt>, DeskError> {
        let doubt = Doubt::EyesSwapped;
        let session = self.session()?;
        if session.step() != doubt.step() || !session.may_doubt(doubt) {
            return Ok(None);
        }
        let [right, left] = EYES.map(|eye| session.best(eye).cloned());
        let (Some(left), Some(right)) = (left, right) else { return Ok(None) };
        let pair = [left.id.clone(), right.id.clone()];
        let swapped = match &self.looked_at {
            Some((before, swapped)) if *before == pair => *swapped,
            Some(_) | None => {
                let picture = |sample| Ok::<_, DeskError>(self.ledger.stored(session.record(), sample)?.bytes);
                eyes_seem_swapped(&picture(&left)?, &picture(&right)?)
            }
        };
        self.looked_at = Some((pair, swapped));
        Ok(swapped.then_some(doubt))
    }

    /// Whether a fresh sample shows something else than what fills the slot: another try must not put a finger or eye
    /// in the place of a different one. Of an open slot nothing is known well enough to say so.
    pub fn is_unlike_kept(&self, slot: Slot, judged: &Judged) -> Result<bool, DeskError> {
        let comparable = match slot {
            Slot::Finger(_) | Slot::Eye(_) => judged.template.is_some(),
            Slot::Photo | Slot::Signature | Slot::Approval => false,
        };
        let filled = matches!(self.session()?.slot(slot), SlotState::Filled(_));
        Ok(comparable && filled && !self.matches_kept(slot, judged)?)
    }

    /// Whether a fresh sample shows what is kept in the slot.
    pub fn matches_kept(&self, slot: Slot, judged: &Judged) -> Result<bool, DeskError> {
        let session = self.session()?;
        let kept = self.ledger.reference(session, slot)?;
        let Some(template) = &judged.template else { return Ok(false) };
        Ok(self.engines.compare(slot, template, &kept)? >= session.policy().confirm_score)
    }
}
