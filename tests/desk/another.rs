//! A finger or eye that is captured again must not be put in the place of a different one.

use crate::office::{Office, accept, sample, verify};
use rekam::domain::session::{RecordClass, Slot, Step, Wish};
use rekam::station::Desk;
use rekam_hal::{Eye, Finger};

const INDEX: Slot = Slot::Finger(Finger::RightIndex);

#[test]
fn another_finger_is_told_from_the_one_that_fills_the_slot() {
    let middle = Slot::Finger(Finger::RightMiddle);
    let office = Office::new();
    let mut desk = standing_at(&office, Step::Fingerprints);
    assert!(!desk.is_unlike_kept(INDEX, &sample(0, middle)).unwrap(), "of an open slot nothing is known");
    accept(&mut desk, 0, INDEX);
    assert!(!desk.is_unlike_kept(INDEX, &sample(0, INDEX)).unwrap());
    // It is not in the record yet, so nothing else would notice.
    assert!(desk.is_unlike_kept(INDEX, &sample(0, middle)).unwrap());
    // What was kept may itself be wrong: set aside, it stands in nobody's way.
    desk.wish(Wish::SetAside { slot: INDEX, reason: "jari lain".into() }).unwrap();
    assert!(!desk.is_unlike_kept(INDEX, &sample(0, middle)).unwrap());
}

#[test]
fn another_eye_is_told_from_the_one_that_fills_the_slot() {
    let (right, left) = (Slot::Eye(Eye::Right), Slot::Eye(Eye::Left));
    let office = Office::new();
    let mut desk = standing_at(&office, Step::Iris);
    accept(&mut desk, 0, right);
    assert!(!desk.is_unlike_kept(right, &sample(0, right)).unwrap());
    assert!(desk.is_unlike_kept(right, &sample(0, left)).unwrap());
}

/// A record whose earlier steps wait.
fn standing_at(office: &Office, step: Step) -> Desk {
    let mut desk = office.desk();
    office.open(&mut desk, 0, RecordClass::Register);
    verify(&mut desk);
    while desk.session().unwrap().step() != step {
        desk.wish(Wish::Defer { reason: "nanti".into() }).unwrap();
    }
    desk
}
