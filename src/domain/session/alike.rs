//! People whose faces look like the resident's.
//!
//! Relatives do, and now and then strangers: so this is a word to the officers, who look at the person before them, and
//! nothing else. It opens no case, refuses nothing and holds nothing back; it stays in the journal, so that whoever doubts
//! the record later knows what was known at the desk.

use serde::{Deserialize, Serialize};

use super::event::{RecordId, What};
use super::rules::Refused;
use super::sample::{Purpose, SampleId, SampleRef, Slot};
use super::state::Session;
use crate::domain::nik::Nik;

/// Somebody whose face looks like a portrait of the record.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FaceAlike {
    /// The other person's NIK.
    pub other_nik: Nik,
    /// The other person's record, when this station holds it.
    pub other_record: Option<RecordId>,
    /// How far the faces are apart, 0 for the same picture.
    pub distance: f32,
    /// How likely that is one person, 0..=1; a half at the limit.
    pub likeness: f32,
}

impl FaceAlike {
    /// Whether both name the same person.
    pub fn names_same(&self, nik: &Nik, record: Option<&RecordId>) -> bool {
        self.other_nik == *nik && self.other_record.as_ref() == record
    }
}

/// What the search for one portrait found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FacesFound {
    /// The portrait.
    pub sample: SampleId,
    /// The distance up to which faces count as alike.
    pub limit: f32,
    /// Who, nearest first; nobody who was named before.
    pub others: Vec<FaceAlike>,
}

impl Session {
    /// Everybody whose face was found to look like a portrait of this record, in the order found.
    pub fn faces_alike(&self) -> &[FaceAlike] {
        &self.alike
    }

    /// Whether this person was named already.
    pub fn names_face_of(&self, nik: &Nik, record: Option<&RecordId>) -> bool {
        self.alike.iter().any(|known| known.names_same(nik, record))
    }

    /// Whoever was named before is named no more; a portrait that was set aside is still one of this person.
    pub(super) fn report_faces(&self, found: FacesFound) -> Result<What, Refused> {
        let portrait = |sample: &SampleRef| sample.id == found.sample && sample.purpose == Purpose::Slot(Slot::Photo);
        if !self.samples.iter().any(portrait) {
            return Err(Refused::UnknownSample);
        }
        let known = |other: &FaceAlike| self.names_face_of(&other.other_nik, other.other_record.as_ref());
        let news = !found.others.is_empty() && !found.others.iter().any(known);
        if news { Ok(What::FacesAlike { found }) } else { Err(Refused::HitRepeated) }
    }
}
