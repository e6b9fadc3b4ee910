//! The people whose templates the store holds, put together for the duplicate check.

use std::collections::BTreeMap;

use rekam_hal::{Eye, Finger};

use crate::dedup::{Gallery, Person, PersonRef, Templates};
use crate::domain::session::Slot;
use crate::store::{FACE, FINGER, IRIS, Store};

use super::engines::EngineError;
use super::error::DeskError;

/// Everybody the store holds templates of.
///
/// # Errors
/// The store, or a template that cannot be read.
pub fn load(store: &Store) -> Result<Gallery, DeskError> {
    let stored = store.call(|db| {
        let mut all = Vec::new();
        db.gallery_each(|person, modality, position, bytes| all.push((person, modality, position, bytes.to_vec())))?;
        Ok(all)
    })?;
    let mut people: BTreeMap<i64, Templates> = BTreeMap::new();
    for (person, modality, position, bytes) in stored {
        let slot = match modality {
            FINGER => Finger::from_code(position).map(Slot::Finger),
            IRIS => Eye::ALL.into_iter().find(|eye| eye.code() == position).map(Slot::Eye),
            FACE => Some(Slot::Photo),
            _ => None,
        };
        if let Some(slot) = slot {
            people.entry(person.0).or_default().add(slot, &bytes).map_err(EngineError::from)?;
        }
    }
    let mut gallery = Gallery::default();
    for (person, templates) in people {
        gallery.insert(Person { reference: PersonRef(person), templates });
    }
    Ok(gallery)
}
