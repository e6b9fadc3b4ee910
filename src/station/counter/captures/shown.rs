//! What a screen is shown of captures: the one under way, and pictures of what the record holds.

use rekam_hal::{Eye, Finger};
use tokio::sync::watch;

use crate::domain::session::{SampleId, Session, Slot};
use crate::station::counter::board::{Capture, Phase, Picture, Shown};
use crate::station::counter::error::CounterError;
use crate::station::counter::pictures::{picture, portrait_pictures, strokes};
use crate::station::counter::station::Station;
use crate::station::job::News;
use crate::station::portrait::Watching;

use super::target::Need;
use super::{Captures, State};

impl Captures {
    /// What hangs on the board about it.
    pub(super) fn shown(&self, before: Option<&Capture>, needed: Option<Need>) -> Option<Capture> {
        let live_before = || before.map_or_else(|| watch::channel(News::default()).1, |capture| capture.live.clone());
        let of = |Need { slot, aim, slap }: Need, phase, live| {
            Some(Capture { slot, aim, slap, phase, live, portrait: None })
        };
        match &self.state {
            State::Running(running) => {
                let portrait = running.watching.as_ref().map(Watching::view);
                let shown = of(running.need, Phase::Live, running.job.news());
                shown.map(|capture| Capture { portrait, ..capture })
            }
            State::Judging(judging) => of(judging.need, Phase::Judging, judging.live.clone()),
            State::Away { need, kind, .. } => of(*need, Phase::NoDevice(*kind), live_before()),
            // Between two captures there is none to be seen, but it must be seen that the next one does not come.
            State::Nothing | State::Stopping(..) if self.is_stopped() => {
                needed.and_then(|need| of(need, Phase::Paused, live_before()))
            }
            State::Nothing | State::Stopping(..) => None,
        }
    }
}

/// What tells one state of a capture from the next.
pub(super) fn fingerprint_of(capture: Option<&Capture>) -> Option<(Need, Phase)> {
    capture.map(|Capture { slot, aim, slap, phase, .. }| (Need { slot: *slot, aim: *aim, slap: *slap }, *phase))
}

/// Pictures of what the slots hold; those already decoded are kept.
pub(in crate::station::counter) fn shown(
    station: &Station,
    session: &Session,
    before: Option<&Shown>,
) -> Result<Shown, CounterError> {
    let last = |slot: Slot| session.attempts(slot).last().map(|sample| sample.id.clone());
    let best = |slot: Slot| session.best(slot).map(|sample| sample.id.clone());
    let known = |old: Option<&Picture>, id: &SampleId| old.filter(|old| old.sample.as_ref() == Some(id)).cloned();
    let fetch = |id: &SampleId| -> Result<Vec<u8>, CounterError> {
        let name = id.0.clone();
        Ok(station.store().call(move |db| db.sample_bytes(&name))?)
    };
    let image = |old: Option<&Picture>, id: Option<SampleId>| -> Result<Option<Picture>, CounterError> {
        let Some(id) = id else { return Ok(None) };
        match known(old, &id) {
            Some(picture) => Ok(Some(picture)),
            None => Ok(picture(&fetch(&id)?, Some(&id))),
        }
    };
    let mut shown = Shown::default();
    if let Some(portrait) = session.attempts(Slot::Photo).last() {
        let old = before.filter(|before| known(before.photo.as_ref(), &portrait.id).is_some());
        (shown.photo, shown.card) = match old {
            Some(before) => (before.photo.clone(), before.card.clone()),
            None => portrait_pictures(&fetch(&portrait.id)?, portrait),
        };
    }
    let evidence = session.evidence().map(|sample| sample.id.clone());
    shown.evidence = image(before.and_then(|before| before.evidence.as_ref()), evidence)?;
    if let Some(id) = last(Slot::Signature) {
        shown.signature = strokes(&fetch(&id)?);
    }
    if let Some(id) = last(Slot::Approval) {
        shown.approval = strokes(&fetch(&id)?);
    }
    for finger in Finger::ALL {
        let old = before.and_then(|before| before.fingers.get(&finger));
        if let Some(found) = image(old, best(Slot::Finger(finger)))? {
            shown.fingers.insert(finger, found);
        }
    }
    for eye in Eye::ALL {
        let old = before.and_then(|before| before.eyes.get(&eye));
        if let Some(found) = image(old, best(Slot::Eye(eye)))? {
            shown.eyes.insert(eye, found);
        }
    }
    Ok(shown)
}
