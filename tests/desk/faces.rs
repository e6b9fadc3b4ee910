//! A face that looks like somebody else's is said to the officers, and whatever becomes of the search, the record goes
//! on and is closed.

use std::path::{Path, PathBuf};

use crate::office::{Office, finish, sample, verify};
use rekam::dedup::Worker;
use rekam::domain::session::{
    HitBy, Policy, Purpose, RecordClass, RecordId, SampleId, Slot, Status, Step, StepOrder, VoidReason, What, Wish,
};
use rekam::station::{Desk, Judged, gallery};
use rekam::store::{FACE, NewGalleryPerson, Origin};

/// What the face check compares, of a picture of somebody: strangers are 1.4 apart, two pictures of one at most 0.3.
fn face(person: usize, picture: u8) -> Vec<u8> {
    let mut values = [0.0_f32; 128];
    values[person] = 1.0;
    values[127] = 0.1 * f32::from(picture);
    values.iter().flat_map(|value| value.to_le_bytes()).collect()
}

fn standing(office: &Office, resident: usize, faces: bool) -> (Desk, RecordId) {
    let mut desk = office.desk();
    let record = RecordId(format!("330301-01-20260302-{resident:04}"));
    let policy = Policy { faces, ..Policy::default() };
    desk.open(record.clone(), office.resident(resident), RecordClass::Register, StepOrder::default(), policy).unwrap();
    verify(&mut desk);
    (desk, record)
}

fn photograph(desk: &mut Desk, face: Vec<u8>) -> SampleId {
    let judged = Judged { template: Some(face), ..sample(0, Slot::Photo) };
    desk.accept(Purpose::Slot(Slot::Photo), judged, Some("camera".into())).unwrap()
}

fn approve(desk: &mut Desk, sample: SampleId) {
    desk.wish(Wish::ApprovePhoto { sample }).unwrap();
}

/// Takes in what is found, as the counter does between acts.
fn collect(desk: &mut Desk) -> bool {
    while desk.is_searching_faces() {
        if desk.collect_faces() {
            return true;
        }
        std::thread::yield_now();
    }
    false
}

/// A resident with this face and this person's fingers and eyes, recorded to the end.
fn recorded(office: &Office, resident: usize, face: Vec<u8>, person: u64) -> RecordId {
    let (mut desk, record) = standing(office, resident, true);
    let photo = photograph(&mut desk, face);
    approve(&mut desk, photo);
    finish(&mut desk, person);
    record
}

fn words(office: &Office, record: &RecordId) -> Vec<&'static str> {
    office.ledger.events(record).unwrap().iter().map(|event| event.what.word()).collect()
}

/// The faces that the store holds.
fn held(office: &Office) -> Vec<Vec<u8>> {
    let collect = |db: &mut rekam::store::Db| {
        let mut faces = Vec::new();
        db.gallery_each(|_, modality, _, bytes| {
            if modality == FACE {
                faces.push(bytes.to_vec());
            }
        })?;
        Ok(faces)
    };
    office.training.store.call(collect).unwrap()
}

/// What the files of a folder hold.
fn files_under(dir: &Path) -> Vec<Vec<u8>> {
    let entries: Vec<_> = std::fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path()).collect();
    let read = |path: &PathBuf| if path.is_dir() { files_under(path) } else { vec![std::fs::read(path).unwrap()] };
    entries.iter().flat_map(read).collect()
}

/// The same station after a restart, with everybody in its gallery whom its store holds.
fn restarted(office: Office) -> Office {
    let mut office = office.restarted();
    office.worker = Worker::start(gallery::load(&office.training.store).unwrap()).unwrap();
    office
}

#[test]
fn the_same_face_under_two_niks_is_said_and_nothing_else_changes() {
    let office = Office::new();
    let first = recorded(&office, 0, face(7, 0), 0);
    let (mut desk, second) = standing(&office, 1, true);
    let photo = photograph(&mut desk, face(7, 3));
    assert!(collect(&mut desk));
    let session = desk.session().unwrap();
    let [alike] = session.faces_alike() else { panic!("{:?}", session.faces_alike()) };
    assert_eq!((alike.other_nik, alike.other_record.as_ref()), (office.resident(0).nik, Some(&first)));
    assert!((alike.distance - 0.3).abs() < 1e-5 && alike.likeness > 0.9, "{alike:?}");
    assert_eq!((session.hits().count(), session.step()), (0, Step::Photo));
    approve(&mut desk, photo);
    finish(&mut desk, 1);
    // Nothing waits for a supervisor but the record itself.
    let open = office.training.store.call(|db| db.adjudications_pending()).unwrap();
    assert!(open.is_empty(), "{} cases were opened", open.len());
    office.supervisor().approve(&second).unwrap();
    assert_eq!(office.status(&second), Status::Approved);
    // The audit chain has it, and it leaves with the journal.
    let rows = office.training.store.call(|db| db.audit_since(0)).unwrap();
    let of_second =
        |kind: &str| rows.iter().filter(|row| row.kind == kind && row.record.as_ref() == Some(&second.0)).count();
    assert_eq!((of_second("faces_alike"), of_second("hit_found")), (1, 0));
}

#[test]
fn another_face_says_nothing_and_neither_does_a_station_that_does_not_look() {
    let office = Office::new();
    recorded(&office, 0, face(7, 0), 0);
    let (mut desk, _) = standing(&office, 1, true);
    photograph(&mut desk, face(8, 0));
    assert!(!collect(&mut desk) && desk.session().unwrap().faces_alike().is_empty());
    desk.leave();
    let (mut desk, record) = standing(&office, 2, false);
    let photo = photograph(&mut desk, face(7, 0));
    assert!(!desk.is_searching_faces(), "nobody asked for it");
    approve(&mut desk, photo);
    finish(&mut desk, 2);
    assert!(!words(&office, &record).contains(&"faces_alike"));
}

#[test]
fn further_portraits_of_the_same_person_name_nobody_twice() {
    let office = Office::new();
    recorded(&office, 0, face(7, 0), 0);
    recorded(&office, 1, face(9, 0), 1);
    let (mut desk, record) = standing(&office, 2, true);
    for picture in 0..3 {
        photograph(&mut desk, face(7, picture));
        assert_eq!(collect(&mut desk), picture == 0);
        desk.wish(Wish::SetAside { slot: Slot::Photo, reason: "ulang".into() }).unwrap();
    }
    let photo = photograph(&mut desk, face(9, 1));
    approve(&mut desk, photo);
    finish(&mut desk, 2);
    let session = office.ledger.load(&record).unwrap();
    let named: Vec<_> = session.faces_alike().iter().map(|alike| alike.other_nik).collect();
    assert_eq!(named, [office.resident(0).nik, office.resident(1).nik]);
}

#[test]
fn a_search_that_nobody_waited_for_is_made_again_before_the_record_is_closed() {
    let office = Office::new();
    recorded(&office, 0, face(7, 0), 0);
    let (mut desk, record) = standing(&office, 1, true);
    let photo = photograph(&mut desk, face(7, 1));
    // The power goes before the answer is there.
    drop(desk);
    let mut desk = office.desk();
    desk.take_up(&record).unwrap();
    assert!(desk.is_searching_faces());
    approve(&mut desk, photo);
    finish(&mut desk, 1);
    let words = words(&office, &record);
    let place = |word: &str| words.iter().position(|other| *other == word);
    assert!(place("faces_alike").unwrap() < place("completed").unwrap(), "{words:?}");
}

#[test]
fn the_search_of_a_resident_who_left_is_not_taken_for_the_next_one() {
    let office = Office::new();
    recorded(&office, 0, face(7, 0), 0);
    let (mut desk, first) = standing(&office, 1, true);
    photograph(&mut desk, face(7, 0));
    desk.wish(Wish::Park { reason: "sebentar".into() }).unwrap();
    desk.leave();
    assert!(!desk.is_searching_faces() && !desk.collect_faces());
    assert!(!words(&office, &first).contains(&"faces_alike"));
}

#[test]
fn a_face_that_cannot_be_read_stands_in_nobodys_way() {
    let office = Office::new();
    let cached = gallery::load(&office.training.store).unwrap().len();
    for (resident, template) in [(0, vec![1, 2, 3]), (1, [0, 0, 192, 127].repeat(128)), (2, Vec::new())] {
        let record = recorded(&office, resident, template, resident as u64);
        assert_eq!(office.status(&record), Status::Completed);
    }
    let office = restarted(office);
    assert_eq!(office.worker.count().unwrap(), cached + 3, "fingers and irises were lost over a face");
}

#[test]
fn a_duplicate_by_finger_and_eye_names_the_face_as_further_evidence() {
    let office = Office::new();
    let first = recorded(&office, 0, face(7, 0), 5);
    let by = |resident: usize, face: Vec<u8>| {
        let record = recorded(&office, resident, face, 5);
        let session = office.ledger.load(&record).unwrap();
        let hits: Vec<_> = session.hits().filter(|s| s.hit.other_record.as_ref() == Some(&first)).cloned().collect();
        let [state] = hits.as_slice() else { panic!("{hits:?}") };
        state.hit.by.clone()
    };
    let body = [HitBy::Fingerprint, HitBy::Iris];
    assert_eq!(by(1, face(7, 2)), body.into_iter().chain([HitBy::Face]).collect());
    // Somebody else's face under the same fingers is a duplicate all the same.
    assert_eq!(by(2, face(20, 0)), body.into());
}

#[test]
fn another_record_of_the_same_nik_is_not_said_to_look_alike() {
    let office = Office::new();
    let nik = office.resident(0).nik;
    let templates = vec![(FACE, 0, face(7, 0))];
    let person = NewGalleryPerson { nik: nik.as_str().into(), origin: Origin::Cached, templates };
    office.training.store.call(move |db| db.gallery_put(&[person])).unwrap();
    let office = restarted(office);
    let (mut desk, _) = standing(&office, 0, true);
    photograph(&mut desk, face(7, 0));
    assert!(!collect(&mut desk));
    desk.leave();
    let (mut desk, record) = standing(&office, 1, true);
    photograph(&mut desk, face(7, 0));
    assert!(collect(&mut desk), "under another NIK it is");
    let events = office.ledger.events(&record).unwrap();
    let Some(What::FacesAlike { found }) = events.last().map(|event| &event.what) else { panic!("{events:?}") };
    assert_eq!((found.others[0].other_nik, &found.others[0].other_record), (nik, &None));
}

#[test]
fn a_face_is_held_over_a_restart_and_leaves_with_the_person() {
    let office = Office::new();
    let first = recorded(&office, 0, face(7, 0), 0);
    let office = restarted(office);
    let (mut desk, second) = standing(&office, 1, true);
    photograph(&mut desk, face(7, 2));
    assert!(collect(&mut desk));
    drop(desk);
    let office = restarted(office);
    assert_eq!(office.ledger.load(&second).unwrap().faces_alike().len(), 1, "the journal lost it");
    office.supervisor().void(&first, VoidReason::EnteredInError).unwrap();
    let nobody = |office: &Office, resident: usize| {
        let (mut desk, _) = standing(office, resident, true);
        photograph(&mut desk, face(7, 1));
        assert!(!collect(&mut desk), "somebody is found who has left");
    };
    nobody(&office, 2);
    nobody(&restarted(office), 3);
}

#[test]
fn a_portrait_without_a_face_asks_nobody_and_leaves_nothing_to_be_found_by() {
    let office = Office::new();
    let (mut desk, record) = standing(&office, 0, true);
    let judged = Judged { template: None, ..sample(0, Slot::Photo) };
    let photo = desk.accept(Purpose::Slot(Slot::Photo), judged, Some("camera".into())).unwrap();
    assert!(!desk.is_searching_faces() && !desk.collect_faces());
    approve(&mut desk, photo);
    finish(&mut desk, 0);
    assert_eq!(office.status(&record), Status::Completed);
    assert!(held(&office).is_empty());
}

#[test]
fn a_resident_does_not_look_like_their_own_earlier_record() {
    let office = Office::new();
    let first = recorded(&office, 0, face(7, 0), 0);
    office.supervisor().void(&first, VoidReason::EnteredInError).unwrap();
    assert!(held(&office).is_empty());
    let mut desk = office.desk();
    let again = RecordId("330301-01-20260302-0900".into());
    let policy = Policy { faces: true, ..Policy::default() };
    desk.open(again.clone(), office.resident(0), RecordClass::Register, StepOrder::default(), policy).unwrap();
    verify(&mut desk);
    let photo = photograph(&mut desk, face(7, 1));
    assert!(!collect(&mut desk));
    approve(&mut desk, photo);
    finish(&mut desk, 0);
    assert!(!words(&office, &again).contains(&"faces_alike"));
    assert_eq!(held(&office), [face(7, 1)]);
}

#[test]
fn the_face_held_is_that_of_the_portrait_the_resident_approved_and_lies_nowhere_in_the_clear() {
    let office = Office::new();
    let (mut desk, record) = standing(&office, 0, true);
    photograph(&mut desk, face(7, 0));
    desk.wish(Wish::SetAside { slot: Slot::Photo, reason: "ulang".into() }).unwrap();
    let photo = photograph(&mut desk, face(7, 1));
    let clear = |office: &Office| {
        let files = files_under(office.dir.path());
        assert!(files.len() > 2, "{} files were looked through", files.len());
        // Enough of a template to be told from chance.
        let parts = [face(7, 0), face(7, 1)].map(|face| face[..40].to_vec());
        files.iter().filter(|bytes| parts.iter().any(|part| bytes.windows(40).any(|w| w == part))).count()
    };
    assert_eq!(clear(&office), 0);
    approve(&mut desk, photo);
    finish(&mut desk, 0);
    assert_eq!((held(&office), clear(&office)), (vec![face(7, 1)], 0));
    let left = office.training.store.call(move |db| db.samples(&record.0)).unwrap();
    assert!(left.is_empty(), "the record still holds {} samples", left.len());
}
