//! What becomes of a portrait: its figures travel with it, faults are answered for, the card's file and the original
//! leave with the record.

use crate::office::{Office, finish, verify};
use rekam::batch::RecordBundle;
use rekam::domain::codes::Nationality;
use rekam::domain::session::{
    Exception, ExceptionReason, Policy, PortraitVerdict, Purpose, RecordClass, RecordId, Refused, SampleId, Slot, Step,
    StepOrder, What, Wish,
};
use rekam::station::portrait::{CARD, wanted};
use rekam::station::{Desk, DeskError};
use rekam_hal::{Finger, RgbImage};
use rekam_simulator::people::portrait::{Backdrop, Look, portrait};

/// A resident's portrait in front of the right cloth.
fn picture(office: &Office, resident: usize) -> RgbImage {
    let resident = office.resident(resident);
    let foreign = resident.nationality == Nationality::Foreign;
    let backdrop = Backdrop::of(resident.birth_date.year(), foreign);
    portrait(7, 1, Look { backdrop, female: true, veil: true, age: 30 })
}

/// Nothing but cloth.
fn nobody() -> RgbImage {
    RgbImage::new(480, 640, [0, 144, 255].repeat(480 * 640)).unwrap()
}

fn standing(office: &Office, policy: Policy) -> (Desk, RecordId) {
    let mut desk = office.desk();
    let record = RecordId("330301-01-20260302-0001".into());
    let resident = office.resident(0);
    desk.open(record.clone(), resident, RecordClass::Register, StepOrder::default(), policy).unwrap();
    verify(&mut desk);
    (desk, record)
}

fn photograph(desk: &mut Desk, picture: &RgbImage) -> SampleId {
    let wanted = wanted(desk.session().unwrap().resident());
    let judged = desk.engines().photo(picture, wanted).unwrap();
    desk.accept(Purpose::Slot(Slot::Photo), judged, Some("camera".into())).unwrap()
}

/// The resident agrees; the operator answers for whatever the checks say.
fn approve(desk: &mut Desk, sample: &SampleId) {
    let faults = desk.session().unwrap().portrait_faults(sample).unwrap();
    if !faults.is_empty() {
        desk.wish(Wish::OverridePhoto { sample: sample.clone(), reason: "foto latihan".into() }).unwrap();
    }
    desk.wish(Wish::ApprovePhoto { sample: sample.clone() }).unwrap();
}

fn document(bundle: &RecordBundle) -> serde_json::Value {
    serde_json::from_slice(bundle.get("record.json").unwrap()).unwrap()
}

#[test]
fn what_was_measured_is_in_the_journal_and_survives_a_restart() {
    let office = Office::new();
    let (mut desk, record) = standing(&office, Policy::default());
    let sample = photograph(&mut desk, &picture(&office, 0));
    drop(desk);
    let office = office.restarted();
    let session = office.ledger.load(&record).unwrap();
    let kept = session.samples().iter().find(|kept| kept.id == sample).unwrap();
    let findings = kept.portrait.as_ref().unwrap();
    assert!(findings.faces == 1 && !findings.checks.is_empty() && findings.eyes.is_some());
    assert_eq!(findings.wanted.as_deref(), Some(["blue", "red"][session.resident().birth_date.year() as usize % 2]));
}

#[test]
fn without_a_face_nothing_is_approved_before_somebody_answers_for_it() {
    let office = Office::new();
    let (mut desk, record) = standing(&office, Policy::default());
    let sample = photograph(&mut desk, &nobody());
    let findings = desk.session().unwrap().samples()[0].portrait.clone().unwrap();
    assert_eq!(findings.verdict, PortraitVerdict::NoFace);
    let refused = desk.wish(Wish::ApprovePhoto { sample: sample.clone() });
    assert!(matches!(&refused, Err(DeskError::Refused(Refused::PhotoFaulty(faults))) if faults == &["no_face"]));
    approve(&mut desk, &sample);
    finish(&mut desk, 0);
    let events = office.ledger.events(&record).unwrap();
    let answered = events.iter().find_map(|event| match &event.what {
        What::PhotoOverridden { how } => Some((event.operator.clone(), how.clone())),
        _ => None,
    });
    let (by, how) = answered.unwrap();
    assert_eq!((by.as_str(), how.reason.as_str()), ("operator", "foto latihan"));
    // The audit chain names it, and the supervisor finds it in the review copy.
    let rows = office.training.store.call(|db| db.audit_since(0)).unwrap();
    assert!(rows.iter().any(|row| row.kind == "photo_overridden"));
    let review = document(&office.supervisor().review(&record).unwrap());
    assert_eq!(review["photo_override"]["checks"], serde_json::json!(["no_face"]));
}

#[test]
fn the_cards_file_and_the_lossless_original_leave_with_the_record() {
    let office = Office::new();
    let (mut desk, record) = standing(&office, Policy::default());
    let taken = picture(&office, 0);
    let sample = photograph(&mut desk, &taken);
    approve(&mut desk, &sample);
    finish(&mut desk, 0);
    let bundle = office.supervisor().review(&record).unwrap();
    let original = image::load_from_memory(bundle.get("photo.png").unwrap()).unwrap().into_rgb8();
    assert_eq!(original.as_raw().as_slice(), taken.pixels(), "the original lost something");
    let card = bundle.get("photo-card.jpg").unwrap();
    assert_eq!(&card[..3], &[0xff, 0xd8, 0xff]);
    let card = image::load_from_memory(card).unwrap().into_rgb8();
    assert_eq!(card.dimensions(), CARD);
    assert!(bundle.get("photo-original.png").is_none());
}

#[test]
fn a_painted_backdrop_leaves_with_what_the_camera_saw() {
    let office = Office::new();
    let (mut desk, record) = standing(&office, Policy { repaint: true, ..Policy::default() });
    let taken = picture(&office, 1);
    let first = photograph(&mut desk, &taken);
    let painted = desk.repaint().unwrap();
    assert_ne!(first, painted);
    approve(&mut desk, &painted);
    finish(&mut desk, 0);
    let bundle = office.supervisor().review(&record).unwrap();
    let original = image::load_from_memory(bundle.get("photo-original.png").unwrap()).unwrap().into_rgb8();
    assert_eq!(original.as_raw().as_slice(), taken.pixels());
    assert!(bundle.get("photo.png").is_some() && bundle.get("photo-card.jpg").is_some());
    let rows = office.training.store.call(|db| db.audit_since(0)).unwrap();
    assert!(rows.iter().any(|row| row.kind == "repainted"));
}

#[test]
fn a_station_that_leaves_backdrops_alone_paints_none() {
    let office = Office::new();
    let (mut desk, _) = standing(&office, Policy::default());
    photograph(&mut desk, &picture(&office, 0));
    assert!(matches!(desk.repaint(), Err(DeskError::Refused(Refused::NotRepainted))));
    assert_eq!(desk.session().unwrap().samples().len(), 1);
}

#[test]
fn one_photo_of_what_is_empty_leaves_once_with_all_exceptions() {
    let office = Office::new();
    let (mut desk, record) = standing(&office, Policy { evidence: true, ..Policy::default() });
    let sample = photograph(&mut desk, &picture(&office, 0));
    approve(&mut desk, &sample);
    desk.wish(Wish::GoTo { step: Step::Fingerprints }).unwrap();
    let empty = [Finger::LeftIndex, Finger::LeftMiddle].map(Slot::Finger);
    for slot in empty {
        let exception = Exception { slot, reason: ExceptionReason::Missing, evidence: None, note: String::new() };
        desk.wish(Wish::Except { exception }).unwrap();
    }
    for taken in [nobody(), picture(&office, 0)] {
        let judged = desk.engines().evidence(&taken).unwrap();
        desk.accept(Purpose::Evidence(empty[0]), judged, Some("camera".into())).unwrap();
    }
    finish(&mut desk, 0);
    let bundle = office.supervisor().review(&record).unwrap();
    let shows = bundle.entries().filter(|(name, _)| name.as_str().starts_with("evidence-")).collect::<Vec<_>>();
    let [(_, shown)] = shows.as_slice() else { panic!("{} photos", shows.len()) };
    let shown = image::load_from_memory(shown).unwrap().into_rgb8();
    assert_eq!(shown.as_raw().as_slice(), picture(&office, 0).pixels(), "the latest counts");
    let review = document(&bundle);
    let evidence = |n: usize| review["exceptions"][n]["evidence"].clone();
    assert!(evidence(0).is_string() && evidence(0) == evidence(1));
}
