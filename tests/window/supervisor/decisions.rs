//! A finding of a duplicate is decided by a verdict and a reason, never without either, and the comparison says how
//! likely chance is.

use super::fixtures::{at, hit, inside, other_side, press_all, record, reviewing, room, say, scored};
use crate::rig::Rig;
use rekam::domain::session::{HitId, Verdict};
use rekam::station::counter::{Act, BackRoom};
use rekam::ui::keys::Key;

fn comparing() -> Rig {
    let mut rig = at('2', room());
    rig.press(Key::Enter);
    assert_eq!(rig.acts(), [Act::Review(record(3))]);
    rig.show(inside(reviewing(3, vec![other_side()])));
    rig
}

fn decide(verdict: Verdict, reason: &str) -> [Act; 2] {
    let hit = HitId(format!("{}/H1", record(3).0));
    [Act::Decide { record: record(3), hit, verdict, reason: reason.into() }, Act::CloseReview]
}

#[test]
fn a_decision_is_two_digits_and_enter() {
    let mut rig = comparing();
    press_all(&mut rig, &[Key::Char('2'), Key::Char('2'), Key::Enter]);
    assert_eq!(rig.acts(), decide(Verdict::DifferentPeople, &Rig::words("supervisor-why-different-2")));
}

#[test]
fn a_decision_without_a_reason_is_not_made_and_own_words_are_taken() {
    let mut rig = comparing();
    press_all(&mut rig, &[Key::Enter]);
    assert_eq!(rig.acts(), [], "no verdict yet");
    press_all(&mut rig, &[Key::Char('1'), Key::Enter]);
    assert_eq!(rig.acts(), []);
    assert!(rig.sees(&Rig::words("supervisor-reason-missing")));
    rig.type_into("supervisor-reason", "Dua NIK 1990");
    rig.drive(|ui| {
        ui.click(iced_test::selector::id("supervisor-reason"))?;
        let _ = ui.tap_key(iced::keyboard::key::Named::Enter);
        Ok(())
    });
    assert_eq!(rig.acts(), decide(Verdict::SamePerson, "Dua NIK 1990"));
}

#[test]
fn another_verdict_can_be_chosen_before_enter() {
    let mut rig = comparing();
    press_all(&mut rig, &[Key::Char('1'), Key::Char('1'), Key::Escape, Key::Char('3'), Key::Char('1'), Key::Enter]);
    assert_eq!(rig.acts(), decide(Verdict::Undecided, &Rig::words("supervisor-why-centre-1")));
}

#[test]
fn the_comparison_says_how_likely_chance_is_and_why_a_picture_is_missing() {
    let rig = comparing();
    let chance = say("supervisor-one-in", &[("people", "10.000.000")]);
    assert!(rig.sees(&say("supervisor-chance", &[("chance", &chance)])));
    assert!(rig.sees("ANAK AGUNG CONTOH"));
    assert!(rig.sees(&Rig::words("supervisor-no-pictures")));
}

#[test]
fn a_likelihood_is_written_in_full_while_it_can_be_read() {
    for (score, people) in [(0.4, "1"), (3.0, "1.000"), (6.9, "1.000.000"), (12.7, "10¹²")] {
        let rig = at('2', BackRoom { hits: vec![scored(hit(3, ""), score)], ..room() });
        assert!(rig.sees(&say("supervisor-one-in", &[("people", people)])), "{score}");
    }
}
