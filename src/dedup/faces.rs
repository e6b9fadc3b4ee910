//! The faces of all people held, and who of them looks like a portrait.
//!
//! Every face is looked at. A hundred thousand take 4.4 ms of one core (AMD EPYC of family 26, November 2026) and 51 MB,
//! so that no index has to be kept right.

use super::gallery::PersonRef;
use crate::biometrics::face::Embedding;

/// The distance from which on nobody is named.
///
/// It is the limit of the network's own measurements; see there what it rests on. It does not grow stricter with the
/// number of people as that of fingers and irises does: how often two strangers' faces are nearer than this was not
/// measured on enough of them.
pub const LIMIT: f32 = crate::biometrics::face::embedding::ALERT;

/// So many are named at most, the nearest. Officers compare people by eye: a list of fifty is read by nobody.
pub const NAMED: usize = 5;

/// Somebody whose face looks like a portrait.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Alike {
    /// Who, as a reference.
    pub person: PersonRef,
    /// Distance of the two faces.
    pub distance: f32,
    /// 0..=1, a half at the limit.
    pub likeness: f32,
}

/// Faces, each with its owner.
#[derive(Default)]
pub(super) struct Faces {
    held: Vec<(PersonRef, Embedding)>,
}

impl Faces {
    /// Adds a face.
    pub(super) fn push(&mut self, owner: PersonRef, face: Embedding) {
        self.held.push((owner, face));
    }

    /// Takes a person's faces out.
    pub(super) fn remove(&mut self, owner: PersonRef) {
        self.held.retain(|(other, _)| *other != owner);
    }

    /// The people whose faces are nearer than `limit`, each once, nearest first, at most [`NAMED`].
    pub(super) fn alike(&self, probe: &Embedding, limit: f32) -> Vec<Alike> {
        let near = self.held.iter().filter_map(|(person, face)| {
            let distance = probe.distance(face);
            (distance < limit).then(|| Alike { person: *person, distance, likeness: probe.likeness(face) })
        });
        let mut found: Vec<Alike> = near.collect();
        found.sort_by(|a, b| a.distance.total_cmp(&b.distance).then_with(|| a.person.cmp(&b.person)));
        let mut named: Vec<Alike> = Vec::new();
        for alike in found {
            if named.len() < NAMED && named.iter().all(|other| other.person != alike.person) {
                named.push(alike);
            }
        }
        named
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::biometrics::face::embedding::LENGTH;
    use crate::dedup::{Gallery, Person, Templates, Worker};
    use crate::domain::session::Slot;
    use proptest::prelude::*;

    /// A face so far from the one of all zeros.
    fn at(distance: f32) -> Embedding {
        let mut values = [0.0_f32; LENGTH];
        values[7] = distance;
        let bytes: Vec<u8> = values.iter().flat_map(|value| value.to_le_bytes()).collect();
        Embedding::from_bytes(&bytes).unwrap()
    }

    fn faces(distances: &[f32]) -> Faces {
        let mut faces = Faces::default();
        for (person, distance) in (0..).zip(distances) {
            faces.push(PersonRef(person), at(*distance));
        }
        faces
    }

    fn named(faces: &Faces) -> Vec<i64> {
        faces.alike(&at(0.0), LIMIT).iter().map(|alike| alike.person.0).collect()
    }

    #[test]
    fn only_faces_nearer_than_the_limit_are_named_the_nearest_first() {
        let faces = faces(&[0.7, 0.51, 0.0, LIMIT, 0.3]);
        assert_eq!(named(&faces), [2, 4, 1]);
        let likeness: Vec<f32> = faces.alike(&at(0.0), LIMIT).iter().map(|alike| alike.likeness).collect();
        assert!(
            likeness.is_sorted_by(|a, b| a > b) && likeness.iter().all(|l| (0.5..=1.0).contains(l)),
            "{likeness:?}"
        );
    }

    #[test]
    fn a_person_with_several_faces_is_named_once_by_the_nearest() {
        let mut faces = faces(&[0.4, 0.3]);
        faces.push(PersonRef(0), at(0.1));
        assert_eq!(named(&faces), [0, 1]);
        assert!((faces.alike(&at(0.0), LIMIT)[0].distance - 0.1).abs() < 1e-6);
    }

    #[test]
    fn whoever_leaves_is_named_no_more_and_everybody_else_still_is() {
        let mut faces = faces(&[0.1, 0.2, 0.3]);
        faces.push(PersonRef(1), at(0.05));
        faces.remove(PersonRef(1));
        faces.remove(PersonRef(9));
        assert_eq!(named(&faces), [0, 2]);
    }

    fn person(reference: i64, face: Option<Embedding>) -> Person {
        Person { reference: PersonRef(reference), templates: Templates { face, ..Templates::default() } }
    }

    #[test]
    fn nobody_is_named_by_a_gallery_that_holds_nobody_or_no_faces() {
        let worker = Worker::start(Gallery::default()).unwrap();
        assert_eq!(worker.faces_alike(at(0.0), LIMIT).unwrap().wait().unwrap(), []);
        worker.insert(person(1, None)).unwrap();
        assert_eq!(worker.count().unwrap(), 1);
        assert_eq!(worker.faces_alike(at(0.0), LIMIT).unwrap().wait().unwrap(), []);
    }

    #[test]
    fn a_person_who_takes_the_place_of_another_brings_the_face_or_takes_it_away() {
        let mut gallery = Gallery::default();
        let named = |gallery: &Gallery| {
            let found = gallery.faces_alike(&at(0.0), LIMIT);
            found.iter().map(|alike| (alike.person.0, (alike.distance * 10.0).round() as i32)).collect::<Vec<_>>()
        };
        gallery.insert(person(1, Some(at(0.1))));
        gallery.insert(person(2, Some(at(0.2))));
        gallery.insert(person(1, Some(at(0.3))));
        assert_eq!(named(&gallery), [(2, 2), (1, 3)]);
        gallery.insert(person(2, None));
        assert_eq!(named(&gallery), [(1, 3)]);
        gallery.remove(PersonRef(1));
        assert_eq!((named(&gallery), gallery.len()), (Vec::new(), 1));
    }

    #[test]
    fn a_face_alone_finds_no_duplicate_and_one_that_cannot_be_read_is_no_face() {
        let mut templates = Templates::default();
        templates.add(Slot::Photo, &at(0.1).to_bytes()).unwrap();
        assert!(templates.is_empty() && templates.face.is_some());
        templates.add(Slot::Photo, &[1, 2, 3]).unwrap();
        assert!(templates.face.is_none());
    }

    proptest! {
        #[test]
        fn no_more_are_named_than_can_be_looked_at(distances in prop::collection::vec(0.0f32..1.0, 0..40)) {
            let found = faces(&distances).alike(&at(0.0), LIMIT);
            let mut near: Vec<f32> = distances.iter().copied().filter(|d| *d < LIMIT).collect();
            near.sort_by(f32::total_cmp);
            near.truncate(NAMED);
            let said: Vec<f32> = found.iter().map(|alike| alike.distance).collect();
            prop_assert_eq!(said.len(), near.len());
            prop_assert!(said.iter().zip(&near).all(|(a, b)| (a - b).abs() < 1e-5));
        }
    }
}
