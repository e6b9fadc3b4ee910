//! Nobody enters the supervisors' room but by their own name and passphrase, asked for once, and nothing that was typed
//! at its doors waits for the next officer.

use std::sync::Arc;

use super::fixtures::{at, at_door, inside, press_all, room};
use crate::boards;
use crate::rig::Rig;
use rekam::domain::user::Role;
use rekam::station::counter::{Act, Passphrase};
use rekam::ui::app::Shown as Screen;
use rekam::ui::keys::Key;

#[test]
fn an_operator_sees_who_may_enter_and_needs_only_their_passphrase() {
    let mut rig = at_door(boards::open());
    assert!(rig.sees("SUPERVISOR LATIHAN"));
    assert!(!rig.sees("OPERATOR LATIHAN"));
    rig.type_into("supervisor-passphrase", "latihan");
    rig.press(Key::Enter);
    let passphrase = Passphrase::new("latihan");
    assert_eq!(rig.acts(), [Act::Authenticate { user: "supervisor".into(), passphrase }]);
}

#[test]
fn a_supervisor_finds_their_own_name_and_the_arrows_choose_another() {
    let mut board = boards::supervised();
    let mut place = (*board.place).clone();
    place.officers.insert(0, ("kepala".into(), "KEPALA SEKSI CONTOH".into(), Some(Role::Supervisor)));
    board.place = Arc::new(place);
    let mut rig = at_door(board);
    rig.type_into("supervisor-passphrase", "x");
    rig.press(Key::Enter);
    let named = |act: &Act| matches!(act, Act::Authenticate { user, .. } if user == "supervisor");
    assert!(rig.acts().iter().all(named));
    rig.show(rig.app.board().clone());
    rig.press(Key::Down);
    rig.type_into("supervisor-passphrase", "x");
    rig.press(Key::Enter);
    let named = |act: &Act| matches!(act, Act::Authenticate { user, .. } if user == "kepala");
    let acts = rig.acts();
    assert!(acts.len() == 1 && acts.iter().all(named), "{acts:?}");
}

#[test]
fn an_empty_passphrase_gets_a_sentence_and_loses_no_name() {
    let mut rig = at_door(boards::open());
    rig.type_into("supervisor-user", "2");
    rig.press(Key::Enter);
    assert_eq!(rig.acts(), []);
    assert!(rig.sees(&Rig::words("supervisor-door-missing")));
    rig.type_into("supervisor-passphrase", "latihan");
    assert!(!rig.sees(&Rig::words("supervisor-door-missing")));
    rig.press(Key::Enter);
    let acts = rig.acts();
    assert!(matches!(acts.as_slice(), [Act::Authenticate { user, .. }] if user == "supervisor2"), "{acts:?}");
}

#[test]
fn enter_held_at_the_door_asks_once() {
    let mut rig = at_door(boards::open());
    rig.type_into("supervisor-passphrase", "latihan");
    rig.press(Key::Enter);
    rig.hold(Key::Enter);
    // In the field itself the toolkit repeats Enter.
    rig.drive(|ui| {
        ui.click(iced_test::selector::id("supervisor-passphrase"))?;
        let _ = ui.tap_key(iced::keyboard::key::Named::Enter);
        Ok(())
    });
    assert_eq!(rig.acts().len(), 1);
}

#[test]
fn what_one_officer_typed_at_the_door_is_not_the_next_ones() {
    let mut rig = at_door(boards::open());
    rig.type_into("supervisor-user", "abc");
    rig.show(boards::supervised());
    rig.type_into("supervisor-passphrase", "p");
    rig.press(Key::Enter);
    let acts = rig.acts();
    assert!(
        matches!(acts.as_slice(), [Act::Authenticate { user, passphrase }]
        if user == "supervisor" && *passphrase == Passphrase::new("p")),
        "{acts:?}"
    );
}

#[test]
fn escape_at_the_door_goes_back_to_work() {
    let mut rig = at_door(boards::open());
    rig.press(Key::Escape);
    assert_eq!(rig.shown(), Screen::Home);
    assert_eq!(rig.acts(), []);
}

#[test]
fn passphrases_that_were_begun_do_not_wait_for_whoever_comes_back() {
    let mut rig = at_door(boards::open());
    rig.type_into("supervisor-passphrase", "latihan");
    press_all(&mut rig, &[Key::F(2), Key::F(4), Key::Enter]);
    assert_eq!(rig.acts(), []);
    let mut rig = at('6', room());
    rig.press(Key::Char('n'));
    rig.type_into("supervisor-officer-id", "baru");
    rig.type_into("supervisor-officer-name", "BARU");
    rig.type_into("supervisor-officer-first", "rahasia1");
    rig.type_into("supervisor-officer-again", "rahasia1");
    rig.press(Key::F(6));
    assert_eq!(rig.acts(), [Act::LeaveBackRoom], "whoever leaves the room closes its door");
    rig.show(boards::supervised());
    rig.press(Key::F(4));
    rig.show(inside(room()));
    rig.press(Key::Enter);
    assert!(rig.sees(&Rig::words("supervisor-fault-short")), "name and login are there, passphrases are not");
    assert_eq!(rig.acts(), []);
}

#[test]
fn help_is_no_other_screen_and_keeps_what_was_typed() {
    let mut rig = at_door(boards::open());
    rig.type_into("supervisor-passphrase", "latihan");
    press_all(&mut rig, &[Key::F(1), Key::F(1), Key::Enter]);
    let passphrase = Passphrase::new("latihan");
    assert_eq!(rig.acts(), [Act::Authenticate { user: "supervisor".into(), passphrase }]);
}
