//! The people to compare with, held ready in memory. They are known by a random reference only: who they are is for
//! the store to say, and only once there is a hit (ISO/IEC 24745: identity and biometric reference kept apart).

use std::collections::HashSet;

use super::faces::{Alike, Faces};
use crate::biometrics::face::Embedding;
use crate::biometrics::{fingerprint, iris};
use crate::domain::session::Slot;

/// Random reference that joins a person's templates to an identity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PersonRef(pub i64);

/// One person's templates, ready for comparison.
#[derive(Default)]
pub struct Templates {
    /// Fingers with their slots.
    pub fingers: Vec<(Slot, fingerprint::Prepared)>,
    /// Eyes with their slots.
    pub irises: Vec<(Slot, iris::Template)>,
    /// The face. It finds nobody by itself.
    pub face: Option<Embedding>,
}

impl Templates {
    /// Whether there is anything by which a duplicate can be found.
    pub fn is_empty(&self) -> bool {
        self.fingers.is_empty() && self.irises.is_empty()
    }

    /// Adds a stored template; a finger or eye that cannot be read is refused with its reason.
    pub fn add(&mut self, slot: Slot, bytes: &[u8]) -> Result<(), TemplateUnreadable> {
        match slot {
            Slot::Finger(_) => {
                let template = fingerprint::Template::from_bytes(bytes)?;
                self.fingers.push((slot, fingerprint::Prepared::new(&template)));
            }
            Slot::Eye(_) => self.irises.push((slot, iris::Template::from_bytes(bytes)?)),
            // A face that cannot be read costs an alert. Fingers and irises must not be lost over that.
            Slot::Photo => self.face = Embedding::from_bytes(bytes).ok(),
            Slot::Signature | Slot::Approval => {}
        }
        Ok(())
    }
}

/// A stored template that its engine does not accept.
#[derive(Debug, thiserror::Error)]
pub enum TemplateUnreadable {
    /// Finger.
    #[error("a stored finger template cannot be read; import the gallery again")]
    Fingerprint(#[from] fingerprint::TemplateError),
    /// Eye.
    #[error("a stored iris template cannot be read; import the gallery again")]
    Iris(#[from] iris::TemplateError),
}

/// One person of the gallery.
pub struct Person {
    /// Who, as a reference.
    pub reference: PersonRef,
    /// What to compare.
    pub templates: Templates,
}

/// All people held.
#[derive(Default)]
pub struct Gallery {
    people: Vec<Person>,
    held: HashSet<PersonRef>,
    /// The short codes of all irises.
    irises: iris::search::Gallery,
    /// Whose they are, place by place.
    owners: Vec<PersonRef>,
    faces: Faces,
}

impl Gallery {
    /// Adds a person, in place of one with the same reference.
    pub fn insert(&mut self, mut person: Person) {
        self.remove(person.reference);
        if let Some(face) = person.templates.face.take() {
            self.faces.push(person.reference, face);
        }
        for (_, template) in &person.templates.irises {
            self.irises.push(&template.into());
            self.owners.push(person.reference);
        }
        self.held.insert(person.reference);
        self.people.push(person);
    }

    /// Takes a person out.
    pub fn remove(&mut self, reference: PersonRef) {
        if !self.held.remove(&reference) {
            return;
        }
        self.people.retain(|person| person.reference != reference);
        self.faces.remove(reference);
        // From the end: what takes the place of one that leaves has been looked at.
        for place in (0..self.owners.len()).rev() {
            if self.owners.get(place) == Some(&reference) {
                self.irises.swap_remove(place);
                self.owners.swap_remove(place);
            }
        }
    }

    /// Number of people.
    pub fn len(&self) -> usize {
        self.people.len()
    }

    /// Whether nobody is held.
    pub fn is_empty(&self) -> bool {
        self.people.is_empty()
    }

    /// The people whose faces are nearer to this one than `limit`, nearest first.
    pub fn faces_alike(&self, face: &Embedding, limit: f32) -> Vec<Alike> {
        self.faces.alike(face, limit)
    }

    /// The short codes of all irises.
    pub(super) fn irises(&self) -> &iris::search::Gallery {
        &self.irises
    }

    /// Whose iris lies at a place of [`Gallery::irises`].
    pub(super) fn owner(&self, place: usize) -> Option<PersonRef> {
        self.owners.get(place).copied()
    }

    /// Everybody, in the order added. Their faces are kept apart, see [`Gallery::faces_alike`].
    pub fn people(&self) -> &[Person] {
        &self.people
    }
}
