//! Records are approved, alone or many together, after one question that takes exactly what it named; what cannot be
//! approved says why.

use super::fixtures::{ago, at, inside, pending, press_all, record, room, say};
use crate::rig::Rig;
use rekam::station::counter::Act;
use rekam::ui::Preferences;
use rekam::ui::keys::Key;
use rekam::ui::preferences::Tongue;

#[test]
fn enter_opens_the_review_of_the_chosen_record_once() {
    let mut rig = at('1', room());
    rig.press(Key::Down);
    rig.press(Key::Enter);
    rig.hold(Key::Enter);
    assert_eq!(rig.acts(), [Act::Review(record(2))]);
}

#[test]
fn marked_records_are_approved_together_after_one_question() {
    let mut rig = at('1', room());
    press_all(&mut rig, &[Key::Space, Key::Space, Key::Char('a')]);
    assert_eq!(rig.acts(), [], "asks first");
    assert!(rig.sees(&say("supervisor-approve-ask", &[("count", "2")])));
    press_all(&mut rig, &[Key::Escape]);
    assert_eq!(rig.acts(), []);
    press_all(&mut rig, &[Key::Char('a'), Key::Enter]);
    assert_eq!(rig.acts(), [Act::Approve(vec![record(1), record(2)])]);
}

#[test]
fn a_mark_is_taken_back_by_the_same_key() {
    let mut rig = at('1', room());
    press_all(&mut rig, &[Key::Space, Key::Up, Key::Space, Key::Up, Key::Char('a'), Key::Enter]);
    // Nothing is marked: the chosen one alone.
    assert_eq!(rig.acts(), [Act::Approve(vec![record(1)])]);
}

#[test]
fn all_are_marked_but_those_that_cannot_be_approved() {
    let mut rig = at('1', room());
    press_all(&mut rig, &[Key::Char('m'), Key::Char('a'), Key::Enter]);
    let acts = rig.acts();
    let [Act::Approve(records)] = acts.as_slice() else { panic!("{acts:?}") };
    assert_eq!(records.len(), 12);
    assert!(!records.contains(&record(3)) && !records.contains(&record(5)));
}

#[test]
fn a_record_with_an_open_duplicate_or_of_ones_own_says_why_it_cannot_be_approved() {
    for (downs, why) in [(2, "supervisor-hindered-hits"), (4, "supervisor-hindered-own")] {
        let mut rig = at('1', room());
        (0..downs).for_each(|_| rig.press(Key::Down));
        assert!(rig.sees(&Rig::words(why)));
        press_all(&mut rig, &[Key::Char('a'), Key::Enter]);
        // No question was asked, so Enter opened the review.
        assert_eq!(rig.acts(), [Act::Review(record(downs + 1))]);
    }
}

#[test]
fn a_question_takes_what_it_named_although_the_list_grew() {
    let mut rig = at('1', room());
    press_all(&mut rig, &[Key::Down, Key::Char('a')]);
    let mut grown = room();
    grown.approvals.insert(0, pending(20));
    rig.show(inside(grown));
    rig.press(Key::Enter);
    assert_eq!(rig.acts(), [Act::Approve(vec![record(2)])]);
}

#[test]
fn pages_turn_and_the_place_is_said() {
    let mut rig = at('1', room());
    let page = |from, to| say("supervisor-page", &[("from", from), ("to", to), ("count", "14")]);
    assert!(rig.sees(&page("1", "10")));
    rig.press(Key::PageDown);
    assert!(rig.sees(&page("11", "14")));
    rig.press(Key::PageUp);
    assert!(rig.sees(&page("1", "10")));
}

#[test]
fn one_day_is_not_written_as_several() {
    let mut one = room();
    one.approvals[0].since = ago(25);
    let english = Preferences { language: Tongue::English, ..Preferences::default() };
    let mut rig = Rig::with(inside(one), english);
    rig.press(Key::F(4));
    assert!(rig.sees("1 day") && rig.sees("2 days") && !rig.sees("1 days"));
}
