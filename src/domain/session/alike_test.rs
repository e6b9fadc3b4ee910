//! A face that looks like another is said and changes nothing: whatever a record may do without the word, it may do
//! with it, at every place of its journal.

use proptest::prelude::*;

use super::model_test::{Desk, finish};
use super::*;
use crate::domain::user::UserId;

fn other(nik: &str, record: Option<&str>) -> FaceAlike {
    let other_record = record.map(|name| RecordId(name.into()));
    FaceAlike { other_nik: nik.parse().unwrap(), other_record, distance: 0.3, likeness: 0.99 }
}

fn found(sample: &SampleId, others: Vec<FaceAlike>) -> FacesFound {
    FacesFound { sample: sample.clone(), limit: 0.52, others }
}

fn somebody() -> FaceAlike {
    other("3303101708909002", None)
}

/// The journal with the word at this place, numbered anew.
fn with_word(journal: &[Event], at: usize, what: What) -> Vec<Event> {
    let mut journal = journal.to_vec();
    // Whoever runs the search had no hand in the record by that.
    let event = Event { what, operator: UserId::parse("another").unwrap(), ..journal[at - 1].clone() };
    journal.insert(at, event);
    for (seq, event) in (0..).zip(&mut journal) {
        event.seq = seq;
    }
    journal
}

/// Everything of a session but the word itself and the number of the next event.
fn without_word(mut session: Session) -> Session {
    session.alike.clear();
    session.next_seq = 0;
    session
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn a_face_that_looks_alike_changes_nothing_of_the_record(missing in 0u16..1 << 12, place in 0.0f64..1.0) {
        let Desk { journal, session } = finish(missing);
        let photo = session.best(Slot::Photo).unwrap().id.clone();
        let earliest = journal.iter().position(|event| matches!(event.what, What::SampleAccepted { .. })).unwrap() + 1;
        let at = earliest + (place * (journal.len() - earliest) as f64) as usize;
        let what = What::FacesAlike { found: found(&photo, vec![somebody()]) };
        let told = with_word(&journal, at, what);
        for end in at..=journal.len() {
            let replay = |events: &[Event]| Session::replay(RecordId("r".into()), events.to_vec()).unwrap();
            let (with, without) = (replay(&told[..=end]), replay(&journal[..end]));
            prop_assert_eq!(with.faces_alike(), &[somebody()]);
            prop_assert!(with.undecided_hits().next().is_none());
            prop_assert_eq!(without_word(with), without_word(without));
        }
    }
}

#[test]
fn the_word_hinders_neither_completion_nor_approval() {
    let mut desk = finish(0);
    let approve = Wish::Approve { supervisor: UserId::parse("supervisor").unwrap() };
    let told = with_word(&desk.journal, 4, {
        let photo = desk.session.best(Slot::Photo).unwrap().id.clone();
        What::FacesAlike { found: found(&photo, vec![somebody(), other("3303101708909003", Some("x"))]) }
    });
    desk.session = Session::replay(RecordId("r".into()), told).unwrap();
    assert_eq!((desk.session.status(), desk.session.faces_alike().len()), (&Status::Completed, 2));
    desk.wish(approve).unwrap();
    assert_eq!(*desk.session.status(), Status::Approved);
}

#[test]
fn a_person_is_named_once_and_only_for_a_portrait_of_the_record() {
    let mut desk = Desk::new();
    desk.wish(Wish::ConfirmData { fields: Field::ALL.into(), acknowledged: vec![] }).unwrap();
    desk.wish(Wish::Next).unwrap();
    let photo = SampleId("r/9".into());
    let report = |others| Wish::ReportFaces { found: found(&photo, others) };
    assert_eq!(desk.wish(report(vec![somebody()])), Err(Refused::UnknownSample));
    let sample = SampleRef {
        id: photo.clone(),
        purpose: Purpose::Slot(Slot::Photo),
        quality: 80,
        sha256: String::new(),
        portrait: None,
    };
    desk.wish(Wish::Accept { sample }).unwrap();
    assert_eq!(desk.wish(report(vec![])), Err(Refused::HitRepeated));
    desk.wish(report(vec![somebody()])).unwrap();
    assert_eq!(desk.wish(report(vec![somebody()])), Err(Refused::HitRepeated));
    // Under another record it is another finding; a portrait that was set aside still is of this person.
    desk.wish(Wish::SetAside { slot: Slot::Photo, reason: "again".into() }).unwrap();
    let elsewhere = other("3303101708909002", Some("x"));
    desk.wish(report(vec![elsewhere.clone()])).unwrap();
    assert_eq!(desk.session.faces_alike(), [somebody(), elsewhere]);
}

#[test]
fn the_word_survives_the_journal_and_needs_no_supervisor_but_is_no_wish_of_the_operator() {
    let what = What::FacesAlike { found: found(&SampleId("r/3".into()), vec![somebody()]) };
    let text = serde_json::to_string(&what).unwrap();
    assert!(text.starts_with(r#"{"kind":"faces_alike""#), "{text}");
    assert_eq!(serde_json::from_str::<What>(&text).unwrap(), what);
    assert!(!Wish::ReportFaces { found: found(&SampleId("r/3".into()), Vec::new()) }.is_operators());
}

#[test]
fn a_journal_from_before_faces_were_compared_reads_as_one_in_which_they_are_not() {
    let Desk { journal, session } = finish(0);
    let older = |event: &Event| {
        let mut value = serde_json::to_value(event).unwrap();
        if event.seq == 0 {
            value["what"]["policy"].as_object_mut().unwrap().remove("faces").unwrap();
        }
        serde_json::from_value::<Event>(value).unwrap()
    };
    let read = Session::replay(RecordId("r".into()), journal.iter().map(older)).unwrap();
    assert!(!read.policy().faces && read.faces_alike().is_empty());
    assert_eq!(read, session);
}

#[test]
fn only_a_record_at_the_desk_is_told_of_faces() {
    let mut desk = finish(0);
    let photo = desk.session.best(Slot::Photo).unwrap().id.clone();
    let report = Wish::ReportFaces { found: found(&photo, vec![somebody()]) };
    assert_eq!(desk.wish(report.clone()), Err(Refused::NotOpen("completed")));
    let signature = desk.session.best(Slot::Signature).unwrap().id.clone();
    let mut desk = Desk::new();
    desk.wish(Wish::Park { reason: "later".into() }).unwrap();
    assert_eq!(desk.wish(report), Err(Refused::NotOpen("parked")));
    desk.wish(Wish::Resume { resident: None }).unwrap();
    let of_signature = Wish::ReportFaces { found: found(&signature, vec![somebody()]) };
    assert_eq!(desk.wish(of_signature), Err(Refused::UnknownSample));
}
