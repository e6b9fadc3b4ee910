//! Login, lock screen, and the wait.

use crate::boards;
use crate::rig::{Rig, look_at};
use iced_test::selector::id;
use rekam::station::counter::*;
use rekam::ui::app::Shown;
use rekam::ui::keys::Key;
use rekam::ui::preferences::Tongue;
use rekam::ui::theme::Look;
use std::sync::Arc;

const FIELD: &str = "login-passphrase";

fn closed() -> Board {
    Board { stage: Stage::Closed, officer: None, ..boards::open() }
}

fn locked() -> Board {
    Board { stage: Stage::Locked, ..boards::open() }
}

/// A real station before anybody has opened the database: only login names are known.
fn real(officers: usize) -> Board {
    let officers = (1..=officers).map(|n| (format!("petugas.{n}"), String::new(), None)).collect();
    let place = Place { training: false, officers, code: "330301-01".into(), ..Place::default() };
    Board { place: Arc::new(place), stage: Stage::Closed, officer: None, ..boards::open() }
}

fn login(user: &str, passphrase: &str) -> Act {
    Act::Login { user: user.into(), passphrase: Passphrase::new(passphrase) }
}

fn wrong(board: Board) -> Board {
    let error = Arc::new(CounterError::AccountClosed);
    Board { trouble: Some(Trouble { number: 1, error }), ..board }
}

fn typed(rig: &Rig) -> usize {
    // A secure field shows one bullet for every character.
    (1..40).find(|n| rig.sees(&"•".repeat(*n))).unwrap_or(0)
}

#[test]
fn enter_logs_the_chosen_officer_in() {
    let mut rig = Rig::before(closed());
    assert_eq!(rig.shown(), Shown::Login);
    rig.type_into(FIELD, "latihan");
    rig.drive(|ui| {
        ui.click(id(FIELD))?;
        let _ = ui.tap_key(iced::keyboard::key::Named::Enter);
        Ok(())
    });
    assert_eq!(rig.acts(), [login("operator", "latihan")]);
}

#[test]
fn the_arrows_choose_another_officer_and_stop_at_the_ends() {
    let mut rig = Rig::before(closed());
    rig.press(Key::Up);
    rig.press(Key::Down);
    rig.press(Key::Down);
    rig.type_into(FIELD, "latihan");
    rig.press(Key::Enter);
    assert_eq!(rig.acts(), [login("supervisor", "latihan")]);
}

#[test]
fn an_officer_can_be_clicked() {
    let mut rig = Rig::before(closed());
    rig.drive(|ui| ui.click("SUPERVISOR LATIHAN").map(drop));
    rig.type_into(FIELD, "latihan");
    rig.press(Key::Enter);
    assert_eq!(rig.acts(), [login("supervisor", "latihan")]);
}

#[test]
fn an_empty_passphrase_is_refused_with_a_sentence() {
    let mut rig = Rig::before(closed());
    rig.press(Key::Enter);
    assert!(rig.acts().is_empty());
    assert!(rig.sees(&Rig::words("login-passphrase-missing")));
    rig.type_into(FIELD, "l");
    assert!(!rig.sees(&Rig::words("login-passphrase-missing")));
}

#[test]
fn a_held_enter_is_one_try_and_the_passphrase_is_gone_after_it() {
    let mut rig = Rig::before(closed());
    rig.press(Key::Down);
    rig.type_into(FIELD, "keliru");
    for _ in 0..3 {
        // A focused field repeats its Enter.
        rig.drive(|ui| {
            ui.click(id(FIELD))?;
            let _ = ui.tap_key(iced::keyboard::key::Named::Enter);
            Ok(())
        });
    }
    rig.hold(Key::Enter);
    assert_eq!(rig.acts(), [login("supervisor", "keliru")]);
    rig.show(wrong(closed()));
    assert_eq!(typed(&rig), 0);
    // Still the same officer.
    rig.type_into(FIELD, "latihan");
    rig.press(Key::Enter);
    assert_eq!(rig.acts(), [login("supervisor", "latihan")]);
}

#[test]
fn the_training_passphrase_stands_on_the_screen_of_a_training_station_only() {
    assert!(Rig::before(closed()).sees("latihan"));
    let real = Rig::before(real(2));
    assert!(!real.sees("latihan") && real.sees("petugas.2"));
}

#[test]
fn without_a_list_the_login_name_is_typed() {
    let mut rig = Rig::before(real(0));
    rig.type_into(FIELD, "rahasia");
    rig.press(Key::Enter);
    assert!(rig.acts().is_empty());
    assert!(rig.sees(&Rig::words("login-name-missing")));
    rig.type_into("login-name", "kasi");
    assert_eq!(typed(&rig), 7);
    rig.press(Key::Enter);
    assert_eq!(rig.acts(), [login("kasi", "rahasia")]);
}

#[test]
fn a_long_list_shows_the_chosen_officer() {
    let mut rig = Rig::before(real(12));
    assert!(!rig.sees("petugas.11"));
    (0..10).for_each(|_| rig.press(Key::Down));
    assert!(rig.sees("petugas.11") && !rig.sees("petugas.1"));
}

#[test]
fn the_locked_screen_opens_for_its_officer_or_changes_hands() {
    let mut rig = Rig::before(locked());
    assert!(rig.sees("OPERATOR LATIHAN"));
    rig.type_into(FIELD, "latihan");
    rig.press(Key::Enter);
    assert_eq!(rig.acts(), [Act::Unlock { passphrase: Passphrase::new("latihan") }]);
    rig.show(locked());
    rig.press(Key::F(5));
    assert_eq!(rig.acts(), [Act::Logout]);
}

#[test]
fn the_locked_screen_shows_nothing_of_the_resident() {
    use rekam::domain::session::Step;
    let rig = Rig::before(Board { stage: Stage::Locked, ..boards::seated(boards::standing_at(Step::Photo)) });
    assert_eq!(rig.shown(), Shown::Login);
    assert!(!rig.sees("SITI AISYAH CONTOH") && !rig.sees("3303105708909001"));
}

#[test]
fn language_and_look_change_before_anybody_has_logged_in() {
    let mut rig = Rig::before(closed());
    rig.press(Key::F(8));
    assert_eq!(rig.app.preferences().language, Tongue::English);
    assert!(rig.sees("Who is on duty?"));
    rig.press(Key::F(8));
    assert!(rig.sees("Siapa yang bertugas?"));
    for look in [Look::Dark, Look::Contrast, Look::Light] {
        rig.press(Key::F(9));
        assert_eq!(rig.app.preferences().look, look);
    }
}

#[test]
fn the_wait_says_what_is_under_way_and_a_broken_station_what_to_do() {
    let rig = Rig::before(Board { stage: Stage::Preparing(Preparing::Gallery), ..closed() });
    assert!(rig.sees(&Rig::words("preparing-gallery")));
    let mut rig = Rig::before(wrong(Board { stage: Stage::Broken, ..closed() }));
    assert!(rig.sees(&Rig::words("login-broken-restart")));
    rig.press(Key::Enter);
    assert!(rig.acts().is_empty());
}

#[test]
fn the_screens_look_well() {
    look_at("login-closed", &closed(), |_| ());
    let busy = Board { busy: Some(Busy::Passphrase), ..closed() };
    look_at("login-busy", &busy, |rig| rig.press(Key::Down));
    look_at("login-wrong", &wrong(real(9)), |rig| rig.press(Key::Enter));
    look_at("login-locked", &locked(), |_| ());
    look_at(
        "login-preparing",
        &Board { stage: Stage::Preparing(Preparing::Gallery), devices: vec![], ..closed() },
        |_| (),
    );
    look_at("login-broken", &wrong(Board { stage: Stage::Broken, ..real(0) }), |_| ());
}
