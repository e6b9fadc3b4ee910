//! A record under review is approved or voided only after a question, and closed with nothing left asked for the next.

use std::sync::Arc;

use super::fixtures::{at, inside, laden, other_side, press_all, record, remarked, resembling, reviewing, room, say};
use crate::rig::Rig;
use rekam::domain::session::VoidReason;
use rekam::station::counter::{Act, Review};
use rekam::ui::keys::Key;

#[test]
fn the_review_is_approved_after_a_question_and_closed() {
    let mut rig = at('1', reviewing(1, Vec::new()));
    assert!(rig.sees(&Rig::words("slot-approval")));
    press_all(&mut rig, &[Key::Enter]);
    assert_eq!(rig.acts(), [], "Enter alone does not approve what was just opened");
    press_all(&mut rig, &[Key::Char('a'), Key::Enter]);
    assert_eq!(rig.acts(), [Act::Approve(vec![record(1)]), Act::CloseReview]);
}

#[test]
fn a_record_is_voided_for_a_reason_after_a_question() {
    let mut rig = at('1', reviewing(1, Vec::new()));
    press_all(&mut rig, &[Key::Char('v'), Key::Enter]);
    assert_eq!(rig.acts(), [], "no reason yet");
    rig.press(Key::Char('2'));
    assert!(rig.sees(&Rig::words("supervisor-void-follows")));
    // Back to the reasons, and another one.
    press_all(&mut rig, &[Key::Escape, Key::Char('1'), Key::F(9)]);
    let void = Act::Void { record: record(1), reason: VoidReason::WrongPerson };
    assert_eq!(rig.acts(), [void, Act::CloseReview]);
}

#[test]
fn escape_closes_the_review_and_the_next_begins_with_nothing_asked() {
    let mut rig = at('1', reviewing(1, Vec::new()));
    press_all(&mut rig, &[Key::Char('v'), Key::Escape, Key::Escape]);
    assert_eq!(rig.acts(), [Act::CloseReview]);
    rig.show(inside(room()));
    rig.press(Key::Enter);
    rig.show(inside(reviewing(1, Vec::new())));
    assert!(rig.sees(&Rig::words("supervisor-void")));
}

#[test]
fn the_review_of_a_record_with_a_duplicate_leads_to_the_comparison() {
    let mut rig = at('1', reviewing(3, vec![other_side()]));
    press_all(&mut rig, &[Key::Char('a'), Key::Enter]);
    assert_eq!(rig.acts(), []);
    rig.press(Key::Char('d'));
    assert!(rig.sees(&Rig::words("supervisor-verdict-ask")));
}

#[test]
fn a_portrait_that_was_answered_for_is_named_with_its_faults_and_its_reason() {
    let rig = at('1', remarked());
    let checks = format!("{}; {}", Rig::words("check-eyes-open"), Rig::words("check-backdrop-colour"));
    assert!(rig.sees(&say("supervisor-photo-overridden", &[("checks", &checks), ("reason", "kelumpuhan wajah")])));
    assert!(rig.sees(&Rig::words("photo-repainted")));
    assert!(rig.sees(&Rig::words("evidence-title")));
}

#[test]
fn whose_face_a_portrait_looks_like_is_said_with_how_much_and_hinders_nothing() {
    let mut rig = at('1', resembling(1));
    let facts = [("nik", "3303101708909002"), ("likeness", "99"), ("distance", "0,31")];
    assert!(rig.sees(&say("supervisor-review-face", &facts)));
    press_all(&mut rig, &[Key::Char('a'), Key::Enter]);
    assert_eq!(rig.acts(), [Act::Approve(vec![record(1)]), Act::CloseReview]);
    assert!(!at('1', resembling(5)).sees(&say("supervisor-more", &[("count", "1")])), "five have room");
}

#[test]
fn however_much_is_to_be_said_of_a_record_every_kind_of_it_is_seen() {
    let mut rig = at('1', laden());
    let review = laden().review.unwrap();
    let nik = ("nik", "3303101708909002");
    let hit = say("supervisor-review-hit", &[nik, ("verdict", &Rig::words("supervisor-undecided"))]);
    let face = say("supervisor-review-face", &[nik, ("likeness", "99"), ("distance", "0,31")]);
    let exceptions = say("supervisor-exceptions", &[("count", "6")]);
    let more = |count| say("supervisor-more", &[("count", count)]);
    for words in [hit, face, exceptions, Rig::words("photo-repainted"), more("2"), more("3"), more("4")] {
        let seen = rig.simulator().find(words.as_str()).unwrap().visible_bounds();
        // A line that the card has no room for is drawn in none.
        assert!(seen.is_some_and(|seen| seen.height >= 15.0), "{words}: {seen:?}");
    }
    assert!(review.this.photo_override.is_some() && review.this.evidence_waived.is_some());
    rig.press(Key::Char('v'));
    assert!(rig.sees(&say("supervisor-exceptions", &[("count", "6")])), "a question hides the data alone");
}

#[test]
fn findings_that_have_no_room_in_the_review_are_counted() {
    let mut many = reviewing(3, Vec::new());
    let mut review = Review::clone(many.review.as_deref().unwrap());
    let first = review.hits[0].clone();
    review.hits = vec![first; 6];
    many.review = Some(Arc::new(review));
    let rig = at('1', many);
    assert!(rig.sees(&say("supervisor-more", &[("count", "2")])));
}
