//! What was measured of a portrait, and what became of what was wrong with it; and the photo that shows what is empty.
//!
//! The figures travel with the sample in the journal: whoever doubts a photo later finds the values, the networks that
//! gave them and the word of whoever let it pass, without measuring again.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::exception::Exception;
use super::sample::{Purpose, SampleId, SampleRef, Slot};
use super::state::Session;
use super::step::Step;

/// The whole in one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PortraitVerdict {
    /// Every hard check holds.
    Pass,
    /// At least one does not.
    Fail,
    /// There is no face in it.
    NoFace,
    /// There are several, and none is clearly the sitter.
    ManyFaces,
}

/// One check.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    /// Its name, of ISO/IEC 29794-5 where that has one.
    pub check: String,
    /// What was measured, in the check's own unit; nothing where it was no number.
    pub raw: Option<f32>,
    /// 0 (useless) to 100 (perfect).
    pub score: u8,
    /// Whether it is good enough for the card.
    pub pass: bool,
}

/// The backdrop.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BackdropSeen {
    /// `red`, `blue`, `orange`, `other` or `uneven`.
    pub class: String,
    /// 0..=100: how even and how clearly of that class.
    pub score: u8,
}

/// All that was measured of one portrait.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Findings {
    /// The whole.
    pub verdict: PortraitVerdict,
    /// Faces found.
    pub faces: u32,
    /// The backdrop that the birth year asks for, in the words of [`BackdropSeen::class`].
    pub wanted: Option<String>,
    /// The backdrop that is there; none without a face.
    pub background: Option<BackdropSeen>,
    /// Centres of the eyes in pixels, the picture's left one first.
    pub eyes: Option<[(f32, f32); 2]>,
    /// Every check that could be made.
    pub checks: Vec<Finding>,
    /// What to do first before the next shot.
    pub advice: Option<String>,
    /// The networks that measured: file name and SHA-256.
    pub models: BTreeMap<String, String>,
}

impl Findings {
    /// The names of what is wrong; empty when the portrait may be approved as it is.
    pub fn faults(&self) -> Vec<String> {
        match self.verdict {
            PortraitVerdict::Pass => Vec::new(),
            PortraitVerdict::NoFace => vec!["no_face".into()],
            PortraitVerdict::ManyFaces => vec!["many_faces".into()],
            PortraitVerdict::Fail => {
                let failed: Vec<String> = self.failed().map(|finding| finding.check.clone()).collect();
                // A verdict stands although no line of the list explains it.
                if failed.is_empty() { vec!["verdict".into()] } else { failed }
            }
        }
    }

    /// The checks that do not hold, in their order.
    pub fn failed(&self) -> impl Iterator<Item = &Finding> {
        self.checks.iter().filter(|finding| !finding.pass)
    }
}

/// A portrait that may be approved although checks fail, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PhotoOverride {
    /// The portrait.
    pub sample: SampleId,
    /// What was wrong with it then.
    pub checks: Vec<String>,
    /// Why it is good enough all the same.
    pub reason: String,
}

impl Session {
    /// What is wrong with a portrait; nothing of one that was never measured. `None` when it is none of the portraits
    /// that may be approved.
    pub fn portrait_faults(&self, sample: &SampleId) -> Option<Vec<String>> {
        let portrait = self.attempts(Slot::Photo).find(|photo| photo.id == *sample)?;
        Some(portrait.portrait.as_ref().map_or_else(Vec::new, |findings| findings.faults()))
    }

    /// Who answers for a faulty portrait, and why.
    pub fn override_of(&self, sample: &SampleId) -> Option<&PhotoOverride> {
        self.overrides.get(sample)
    }

    /// The same for the portrait that stands.
    pub fn photo_override(&self) -> Option<&PhotoOverride> {
        self.override_of(self.approved_photo.as_ref()?)
    }

    /// What the camera saw where a portrait's backdrop was painted anew.
    pub fn original_of(&self, sample: &SampleId) -> Option<&SampleId> {
        self.originals.get(sample)
    }

    /// The photo that shows why slots are empty: the latest.
    pub fn evidence(&self) -> Option<&SampleRef> {
        self.samples.iter().rev().find(|sample| matches!(sample.purpose, Purpose::Evidence(_)))
    }

    /// Why there is no such photo, when somebody said so.
    pub fn evidence_waived(&self) -> Option<&str> {
        self.evidence_waived.as_deref()
    }

    /// Whether fingers or eyes of a step are empty and nothing shows yet why.
    pub fn wants_evidence(&self, step: Step) -> bool {
        let unseen = |exception: &Exception| {
            exception.slot.step() == step && exception.slot.is_biometric() && exception.evidence.is_none()
        };
        self.policy.evidence && self.evidence_waived.is_none() && self.exceptions.values().any(unseen)
    }

    /// One photo shows the whole person, so the latest one serves everything that is empty; only a slot of which a photo
    /// of its own was taken keeps that until it is taken anew.
    pub(super) fn show_empty(&mut self, slot: Slot, photo: &SampleId) {
        let taken_for =
            |id: &SampleId| self.samples.iter().find(|sample| sample.id == *id).map(|sample| sample.purpose);
        let own = |exception: &Exception| {
            exception.slot != slot
                && exception.evidence.as_ref().and_then(taken_for) == Some(Purpose::Evidence(exception.slot))
        };
        let served = self.exceptions.values().filter(|exception| exception.slot.is_biometric() && !own(exception));
        let served: Vec<Slot> = served.map(|exception| exception.slot).collect();
        for slot in served {
            if let Some(exception) = self.exceptions.get_mut(&slot) {
                exception.evidence = Some(photo.clone());
            }
        }
    }
}
