//! A record under review is approved or voided only after a question, and closed with nothing left asked for the next.

use std::sync::Arc;

use super::fixtures::{at, inside, other_side, press_all, record, remarked, reviewing, room, say};
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
fn findings_that_have_no_room_in_the_review_are_counted() {
    let mut many = reviewing(3, Vec::new());
    let mut review = Review::clone(many.review.as_deref().unwrap());
    let first = review.hits[0].clone();
    review.hits = vec![first; 4];
    many.review = Some(Arc::new(review));
    let rig = at('1', many);
    assert!(rig.sees(&say("supervisor-more", &[("count", "2")])));
}
