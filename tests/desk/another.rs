//! A finger or eye that is captured again must not be put in the place of a different one.

use crate::office::{Office, accept, sample, verify};
use rekam::domain::session::{Doubt, EYES, Purpose, RecordClass, Slot, Step, What, Wish};
use rekam::station::Desk;
use rekam_hal::{Eye, Finger, GrayImage};
use rekam_simulator::people::eye::{Eye as SyntheticEye, EyeConditions};

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

#[test]
fn the_same_eye_twice_is_noticed_and_named() {
    let (right, left) = (Slot::Eye(Eye::Right), Slot::Eye(Eye::Left));
    let office = Office::new();
    let mut desk = standing_at(&office, Step::Iris);
    assert_eq!(desk.shows_other(left, &sample(0, right)).unwrap(), None, "nothing is known yet");
    accept(&mut desk, 0, right);
    assert_eq!(desk.shows_other(left, &sample(0, right)).unwrap(), Some(right));
    assert_eq!(desk.shows_other(left, &sample(0, left)).unwrap(), None);
    assert_eq!(desk.shows_other(right, &sample(0, right)).unwrap(), None, "another try of the same eye");
    // Kept under the wrong name it only has to change places: nothing is captured twice.
    desk.wish(Wish::Swap { one: left, other: right }).unwrap();
    assert_eq!(desk.shows_other(right, &sample(0, left)).unwrap(), None);
    assert_eq!(desk.shows_other(right, &sample(0, right)).unwrap(), Some(left));
}

#[test]
fn an_eye_taken_again_in_the_others_place_is_noticed() {
    let office = Office::new();
    let mut desk = standing_at(&office, Step::Iris);
    for eye in EYES {
        accept(&mut desk, 0, eye);
    }
    let [right, left] = EYES;
    assert_eq!(desk.shows_other(right, &sample(0, left)).unwrap(), Some(left));
    assert_eq!(desk.shows_other(left, &sample(0, right)).unwrap(), Some(right));
    assert!(EYES.into_iter().all(|eye| desk.shows_other(eye, &sample(0, eye)).unwrap().is_none()));
}

#[test]
fn eyes_that_seem_swapped_raise_a_doubt_that_refuses_nothing() {
    let office = Office::new();
    let mut desk = standing_at(&office, Step::Iris);
    keep_pictures(&mut desk, false);
    assert_eq!(desk.doubt().unwrap(), None, "each eye is where it belongs");
    let mut desk = standing_at_for(&office, Step::Iris, 1);
    keep_pictures(&mut desk, true);
    assert_eq!(desk.doubt().unwrap(), Some(Doubt::EyesSwapped));
    desk.wish(Wish::Next).unwrap();
    assert_eq!(desk.doubt().unwrap(), None, "it is asked where the eyes are taken");
}

#[test]
fn swapped_eyes_change_places_and_the_doubt_is_gone() {
    let office = Office::new();
    let mut desk = standing_at(&office, Step::Iris);
    keep_pictures(&mut desk, true);
    let [one, other] = EYES;
    desk.wish(Wish::Swap { one, other }).unwrap();
    assert_eq!(desk.doubt().unwrap(), None);
}

#[test]
fn one_eye_taken_again_settles_the_doubt() {
    let office = Office::new();
    let mut desk = standing_at(&office, Step::Iris);
    keep_pictures(&mut desk, true);
    let [right, left] = EYES;
    let again = |desk: &Desk, eye| desk.engines().eye(&picture(eye, 2)).unwrap();
    let fresh = again(&desk, Eye::Right);
    assert_eq!(desk.shows_other(right, &fresh).unwrap(), Some(left), "what is kept as the left one is the right one");
    desk.wish(Wish::Swap { one: right, other: left }).unwrap();
    assert_eq!(desk.shows_other(right, &again(&desk, Eye::Right)).unwrap(), None);
    assert!(!desk.is_unlike_kept(right, &again(&desk, Eye::Right)).unwrap());
}

#[test]
fn a_doubt_about_the_eyes_that_was_dismissed_is_in_the_journal_and_asked_no_more() {
    let office = Office::new();
    let mut desk = standing_at(&office, Step::Iris);
    keep_pictures(&mut desk, true);
    let record = desk.session().unwrap().record().clone();
    desk.leave();
    desk.take_up(&record).unwrap();
    let doubt = Doubt::EyesSwapped;
    assert_eq!(desk.doubt().unwrap(), Some(doubt), "a restart forgets no question");
    desk.wish(Wish::DismissDoubt { doubt }).unwrap();
    assert_eq!(desk.doubt().unwrap(), None);
    desk.leave();
    desk.take_up(&record).unwrap();
    assert_eq!(desk.doubt().unwrap(), None);
    let last = office.ledger.events(&record).unwrap().pop().unwrap();
    assert_eq!(last.what, What::DoubtDismissed { doubt });
}

#[test]
fn pictures_that_show_no_eye_raise_no_doubt() {
    let office = Office::new();
    let mut desk = standing_at(&office, Step::Iris);
    for eye in EYES {
        accept(&mut desk, 0, eye);
    }
    assert_eq!(desk.doubt().unwrap(), None);
}

/// Keeps pictures of both eyes of a person, each under its own name or the other's.
fn keep_pictures(desk: &mut Desk, swapped: bool) {
    for eye in Eye::ALL {
        let shown = match (swapped, eye) {
            (false, eye) => eye,
            (true, Eye::Right) => Eye::Left,
            (true, Eye::Left) => Eye::Right,
        };
        let judged = desk.engines().eye(&picture(shown, 1)).unwrap();
        desk.accept(Purpose::Slot(Slot::Eye(eye)), judged, None).unwrap();
    }
}

fn picture(eye: Eye, moment: u64) -> GrayImage {
    SyntheticEye::of(11, eye).capture(&EyeConditions::typical(moment)).0
}

/// A record whose earlier steps wait.
fn standing_at(office: &Office, step: Step) -> Desk {
    standing_at_for(office, step, 0)
}

fn standing_at_for(office: &Office, step: Step, resident: usize) -> Desk {
    let mut desk = office.desk();
    office.open(&mut desk, resident, RecordClass::Register);
    verify(&mut desk);
    while desk.session().unwrap().step() != step {
        desk.wish(Wish::Defer { reason: "nanti".into() }).unwrap();
    }
    desk
}
