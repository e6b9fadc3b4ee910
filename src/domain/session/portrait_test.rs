//! Promises about portraits with faults, painted backdrops, and photos that show what is empty.

use std::collections::BTreeMap;

use rekam_hal::{Eye, Finger};
use time::OffsetDateTime;
use time::macros::datetime;

use super::*;
use crate::domain::resident::tests::sample as sample_resident;
use crate::domain::user::UserId;

const START: OffsetDateTime = datetime!(2026-11-23 08:00 UTC);

/// A record whose data are verified, and its journal.
struct Desk {
    journal: Vec<Event>,
    session: Session,
}

impl Desk {
    fn under(policy: Policy) -> Self {
        let what = Session::opening(sample_resident(), RecordClass::Register, StepOrder::default(), policy);
        let event = Event { seq: 0, at: START, operator: user(), device: None, what };
        let session = Session::open(RecordId("r".into()), event.clone()).unwrap();
        let mut desk = Self { journal: vec![event], session };
        desk.wish(Wish::ConfirmData { fields: Field::ALL.into(), acknowledged: vec![] }).unwrap();
        desk.wish(Wish::Next).unwrap();
        desk
    }

    fn new() -> Self {
        Self::under(Policy { evidence: true, repaint: true, ..Policy::default() })
    }

    /// At the fingerprints, everything before done.
    fn at_fingers() -> Self {
        let mut desk = Self::new();
        let photo = desk.photo(None);
        desk.wish(Wish::ApprovePhoto { sample: photo }).unwrap();
        desk.wish(Wish::Next).unwrap();
        desk.take(Purpose::Slot(Slot::Signature)).unwrap();
        desk.wish(Wish::Next).unwrap();
        desk
    }

    fn wish(&mut self, wish: Wish) -> Result<(), Refused> {
        let what = self.session.decide(wish)?;
        let event = Event { seq: self.session.next_seq(), at: START, operator: user(), device: None, what };
        // As the store gives it back.
        let event: Event = serde_json::from_str(&serde_json::to_string(&event).unwrap()).unwrap();
        self.session.apply(event.clone()).unwrap();
        self.journal.push(event);
        Ok(())
    }

    fn sample(&self, purpose: Purpose) -> SampleRef {
        let id = SampleId(format!("r/{}", self.session.next_seq()));
        SampleRef { id, purpose, quality: 80, sha256: String::new(), portrait: None }
    }

    fn take(&mut self, purpose: Purpose) -> Result<SampleId, Refused> {
        let sample = self.sample(purpose);
        let id = sample.id.clone();
        self.wish(Wish::Accept { sample })?;
        Ok(id)
    }

    fn photo(&mut self, findings: Option<Findings>) -> SampleId {
        let sample = self.sample(Purpose::Slot(Slot::Photo));
        let id = sample.id.clone();
        self.wish(Wish::Accept { sample: SampleRef { portrait: findings.map(Box::new), ..sample } }).unwrap();
        id
    }

    fn except(&mut self, slot: Slot) {
        let evidence = self.session.evidence().map(|sample| sample.id.clone());
        let exception = Exception { slot, reason: ExceptionReason::Missing, evidence, note: String::new() };
        self.wish(Wish::Except { exception }).unwrap();
    }

    /// Fills what is open of the step.
    fn fill(&mut self) {
        for slot in Slot::of(self.session.step()) {
            if !self.session.slot(slot).is_settled() {
                self.take(Purpose::Slot(slot)).unwrap();
            }
        }
    }

    fn replayed(&self) -> Session {
        Session::replay(RecordId("r".into()), self.journal.clone()).unwrap()
    }
}

fn user() -> UserId {
    UserId::parse("operator").unwrap()
}

fn findings(verdict: PortraitVerdict, failed: &[&str]) -> Findings {
    let line = |(name, pass): (&str, bool)| Finding { check: name.into(), raw: Some(0.5), score: 50, pass };
    let checks = failed.iter().map(|name| (*name, false)).chain([("sharpness", true)]).map(line).collect();
    Findings {
        verdict,
        faces: 1,
        wanted: Some("red".into()),
        background: None,
        eyes: Some([(1.5, 2.0), (3.0, 2.0)]),
        checks,
        advice: Some("open-eyes".into()),
        models: BTreeMap::from([("eyes.onnx".into(), "00ff".into())]),
    }
}

#[test]
fn a_portrait_with_faults_is_approved_only_when_somebody_answers_for_it() {
    let mut desk = Desk::new();
    let faulty = findings(PortraitVerdict::Fail, &["eyes_open", "head_pose_yaw"]);
    let sample = desk.photo(Some(faulty));
    let approve = || Wish::ApprovePhoto { sample: sample.clone() };
    let faults = vec!["eyes_open".to_owned(), "head_pose_yaw".to_owned()];
    assert_eq!(desk.wish(approve()), Err(Refused::PhotoFaulty(faults.clone())));
    let answer = |reason: &str| Wish::OverridePhoto { sample: sample.clone(), reason: reason.into() };
    assert_eq!(desk.wish(answer("  ")), Err(Refused::ReasonMissing));
    desk.wish(answer("kelumpuhan wajah")).unwrap();
    assert!(!desk.session.is_done(Step::Photo), "the resident has not agreed");
    desk.wish(approve()).unwrap();
    assert!(desk.session.is_done(Step::Photo));
    let how = PhotoOverride { sample, checks: faults, reason: "kelumpuhan wajah".into() };
    assert_eq!(desk.session.photo_override(), Some(&how));
    assert_eq!(desk.replayed(), desk.session);
}

#[test]
fn no_face_and_several_faces_are_answered_for_like_any_fault() {
    for (verdict, word) in [(PortraitVerdict::NoFace, "no_face"), (PortraitVerdict::ManyFaces, "many_faces")] {
        let mut desk = Desk::new();
        let sample = desk.photo(Some(findings(verdict, &[])));
        let approve = Wish::ApprovePhoto { sample };
        assert_eq!(desk.wish(approve), Err(Refused::PhotoFaulty(vec![word.into()])));
    }
    // A verdict that nothing explains is one all the same.
    let mut desk = Desk::new();
    let sample = desk.photo(Some(findings(PortraitVerdict::Fail, &[])));
    assert!(matches!(desk.wish(Wish::ApprovePhoto { sample }), Err(Refused::PhotoFaulty(_))));
}

#[test]
fn the_answer_for_one_portrait_counts_for_no_other() {
    let mut desk = Desk::new();
    let first = desk.photo(Some(findings(PortraitVerdict::Fail, &["gaze"])));
    desk.wish(Wish::OverridePhoto { sample: first, reason: "juling".into() }).unwrap();
    let second = desk.photo(Some(findings(PortraitVerdict::Fail, &["gaze"])));
    assert!(matches!(desk.wish(Wish::ApprovePhoto { sample: second }), Err(Refused::PhotoFaulty(_))));
    let good = desk.photo(Some(findings(PortraitVerdict::Pass, &["gaze"])));
    assert_eq!(
        desk.wish(Wish::OverridePhoto { sample: good.clone(), reason: "juling".into() }),
        Err(Refused::PhotoFaultless)
    );
    desk.wish(Wish::ApprovePhoto { sample: good }).unwrap();
    assert_eq!(desk.session.photo_override(), None);
}

#[test]
fn a_portrait_that_was_set_aside_or_never_taken_is_not_answered_for() {
    let mut desk = Desk::new();
    let sample = desk.photo(Some(findings(PortraitVerdict::Fail, &["gaze"])));
    desk.wish(Wish::SetAside { slot: Slot::Photo, reason: "diulang".into() }).unwrap();
    let answer = |sample| Wish::OverridePhoto { sample, reason: "x".into() };
    assert_eq!(desk.wish(answer(sample)), Err(Refused::UnknownSample));
    assert_eq!(desk.wish(answer(SampleId("r/99".into()))), Err(Refused::UnknownSample));
}

#[test]
fn a_portrait_of_an_older_record_was_never_measured_and_has_no_faults() {
    let mut desk = Desk::new();
    let sample = desk.photo(None);
    let event = serde_json::to_value(desk.journal.last().unwrap()).unwrap();
    assert!(event["what"]["sample"].get("portrait").is_none());
    desk.wish(Wish::ApprovePhoto { sample }).unwrap();
}

#[test]
fn a_painted_backdrop_is_approved_anew_and_its_original_is_known() {
    let mut desk = Desk::new();
    let original = desk.photo(Some(findings(PortraitVerdict::Fail, &["backdrop_colour"])));
    let sample = desk.sample(Purpose::Slot(Slot::Photo));
    let painted = sample.id.clone();
    desk.wish(Wish::Repaint { original: original.clone(), sample }).unwrap();
    assert!(!desk.session.is_done(Step::Photo));
    desk.wish(Wish::ApprovePhoto { sample: painted.clone() }).unwrap();
    assert_eq!(desk.session.best(Slot::Photo).map(|photo| &photo.id), Some(&painted));
    assert_eq!(desk.session.original_of(&painted), Some(&original));
    // What was painted is not painted over.
    let again = desk.sample(Purpose::Slot(Slot::Photo));
    assert_eq!(desk.wish(Wish::Repaint { original: painted, sample: again }), Err(Refused::UnknownSample));
    assert_eq!(desk.replayed(), desk.session);
}

#[test]
fn backdrops_stay_as_they_are_where_the_station_does_not_allow_otherwise() {
    let mut desk = Desk::under(Policy::default());
    let original = desk.photo(None);
    let sample = desk.sample(Purpose::Slot(Slot::Photo));
    assert_eq!(desk.wish(Wish::Repaint { original, sample }), Err(Refused::NotRepainted));
}

#[test]
fn an_empty_finger_wants_a_photo_and_one_photo_serves_everything_that_is_empty() {
    let [thumb, index] = [Finger::RightThumb, Finger::RightIndex].map(Slot::Finger);
    let mut desk = Desk::at_fingers();
    desk.except(thumb);
    desk.except(index);
    desk.fill();
    assert!(desk.session.is_settled(Step::Fingerprints) && !desk.session.is_done(Step::Fingerprints));
    assert_eq!(desk.wish(Wish::Next), Err(Refused::StepUnfinished(Step::Fingerprints)));
    // Taken once more, the better photo takes the place of the first one, everywhere.
    desk.take(Purpose::Evidence(thumb)).unwrap();
    let photo = desk.take(Purpose::Evidence(thumb)).unwrap();
    assert!(desk.session.exceptions().all(|exception| exception.evidence.as_ref() == Some(&photo)));
    desk.wish(Wish::Next).unwrap();
    // An eye that is empty too is on the same photo.
    let eye = Slot::Eye(Eye::Left);
    desk.except(eye);
    desk.fill();
    assert!(desk.session.is_done(Step::Iris));
    // A photo of its own for the eye; the thumb keeps the one that was taken for it.
    let better = desk.take(Purpose::Evidence(eye)).unwrap();
    let shown = |slot| desk.session.exceptions().find(|exception| exception.slot == slot)?.evidence.clone();
    assert_eq!([shown(thumb), shown(index), shown(eye)], [Some(photo), Some(better.clone()), Some(better)]);
    assert_eq!(desk.replayed(), desk.session);
}

#[test]
fn a_resident_who_is_not_photographed_is_finished_with_a_reason() {
    let mut desk = Desk::at_fingers();
    let waive = |reason: &str| Wish::WaiveEvidence { reason: reason.into() };
    assert_eq!(desk.wish(waive("tidak bersedia")), Err(Refused::EvidenceUnneeded));
    desk.except(Slot::Finger(Finger::LeftThumb));
    desk.fill();
    assert_eq!(desk.wish(waive(" ")), Err(Refused::ReasonMissing));
    desk.wish(waive("tidak bersedia")).unwrap();
    desk.wish(Wish::Next).unwrap();
    assert_eq!(desk.session.evidence_waived(), Some("tidak bersedia"));
    assert_eq!(desk.replayed(), desk.session);
}

#[test]
fn what_is_empty_and_no_finger_or_eye_wants_no_photo() {
    let mut desk = Desk::new();
    let photo = desk.photo(None);
    desk.wish(Wish::ApprovePhoto { sample: photo }).unwrap();
    desk.wish(Wish::Next).unwrap();
    let (slot, reason) = (Slot::Signature, ExceptionReason::CannotSign);
    desk.wish(Wish::Except { exception: Exception { slot, reason, evidence: None, note: String::new() } }).unwrap();
    assert!(desk.session.is_done(Step::Signature));
}
