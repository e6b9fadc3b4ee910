//! Accounts are added, closed and given a new passphrase, but nobody closes their own or the last supervisor's, and a
//! wrong or refused input loses nothing but passphrases.

use super::fixtures::{at, inside, press_all, room};
use crate::boards::user;
use crate::rig::Rig;
use rekam::domain::user::Role;
use rekam::station::counter::{Act, NewOfficer, Passphrase};
use rekam::ui::keys::Key;

#[test]
fn an_account_is_closed_after_a_question_but_not_ones_own() {
    let mut rig = at('6', room());
    press_all(&mut rig, &[Key::Char('x'), Key::Escape]);
    assert_eq!(rig.acts(), []);
    press_all(&mut rig, &[Key::Char('x'), Key::F(9)]);
    assert_eq!(rig.acts(), [Act::RemoveOfficer("operator".into())]);
    rig.show(inside(room()));
    press_all(&mut rig, &[Key::Down, Key::Char('x'), Key::F(9)]);
    assert!(rig.sees(&Rig::words("supervisor-officer-self")));
    assert_eq!(rig.acts(), []);
}

#[test]
fn the_last_supervisor_stays() {
    let mut last = room();
    last.officers.truncate(2);
    last.supervisor = user("kepala");
    let mut rig = at('6', last);
    press_all(&mut rig, &[Key::Down, Key::Char('x'), Key::F(9)]);
    assert!(rig.sees(&Rig::words("supervisor-officer-last")));
    assert_eq!(rig.acts(), []);
}

#[test]
fn a_new_officer_is_added_and_wrong_input_loses_nothing() {
    let mut rig = at('6', room());
    rig.press(Key::Char('n'));
    rig.type_into("supervisor-officer-id", "operator");
    rig.press(Key::Enter);
    assert!(rig.sees(&Rig::words("supervisor-fault-taken")));
    rig.type_into("supervisor-officer-id", "2");
    rig.press(Key::Enter);
    assert!(rig.sees(&Rig::words("supervisor-fault-name")));
    rig.type_into("supervisor-officer-name", "DUA");
    rig.type_into("supervisor-officer-first", "rahasia");
    rig.press(Key::Enter);
    assert!(rig.sees(&Rig::words("supervisor-fault-short")));
    rig.type_into("supervisor-officer-first", "1");
    rig.press(Key::Enter);
    assert!(rig.sees(&Rig::words("supervisor-fault-again")));
    rig.type_into("supervisor-officer-again", "rahasia1");
    rig.press(Key::F(5));
    assert_eq!(rig.acts(), []);
    rig.press(Key::Enter);
    let officer = NewOfficer {
        id: "operator2".into(),
        name: "DUA".into(),
        nip: String::new(),
        role: Role::Supervisor,
        passphrase: Passphrase::new("rahasia1"),
    };
    assert_eq!(rig.acts(), [Act::AddOfficer(officer)]);
}

#[test]
fn a_refused_officer_is_still_in_the_form_without_passphrases() {
    let mut rig = at('6', room());
    rig.press(Key::Char('n'));
    rig.type_into("supervisor-officer-id", "baru");
    rig.type_into("supervisor-officer-name", "BARU");
    rig.type_into("supervisor-officer-first", "rahasia1");
    rig.type_into("supervisor-officer-again", "rahasia1");
    rig.press(Key::Enter);
    assert_eq!(rig.acts().len(), 1);
    rig.show(inside(room()));
    press_all(&mut rig, &[Key::Char('n'), Key::Enter]);
    assert!(rig.sees(&Rig::words("supervisor-fault-short")), "name and login are there, passphrases are not");
    assert_eq!(rig.acts(), []);
}

#[test]
fn the_own_passphrase_is_changed_with_the_old_one() {
    let mut rig = at('6', room());
    press_all(&mut rig, &[Key::Char('c'), Key::Enter]);
    assert!(rig.sees(&Rig::words("supervisor-fault-old")));
    rig.type_into("supervisor-old", "latihan");
    rig.type_into("supervisor-new", "latihan");
    rig.press(Key::Enter);
    assert!(rig.sees(&Rig::words("settings-fault-same")));
    rig.press(Key::Escape);
    rig.press(Key::Char('c'));
    rig.type_into("supervisor-old", "latihan");
    rig.type_into("supervisor-new", "rahasia1");
    rig.type_into("supervisor-new-again", "rahasia1");
    rig.press(Key::Enter);
    let [old, new] = ["latihan", "rahasia1"].map(Passphrase::new);
    assert_eq!(rig.acts(), [Act::ChangePassphrase { old, new }]);
}
