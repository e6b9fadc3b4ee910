//! The settings.

use std::path::PathBuf;
use std::sync::Arc;

use crate::boards;
use crate::rig::{Rig, look_at};
use rekam::domain::session::Step;
use rekam::office::register::ImportReport;
use rekam::office::words::{Language, Words};
use rekam::office::zone::Zone;
use rekam::station::counter::{Act, Board, Passphrase, Rules, Trouble};
use rekam::store::StoreError;
use rekam::ui::app::Shown;
use rekam::ui::keys::Key;
use rekam::ui::preferences::Tongue;
use rekam::ui::theme::Look;
use time::macros::date;

fn at(board: Board) -> Rig {
    let mut rig = Rig::before(board);
    rig.press(Key::F(7));
    assert_eq!(rig.shown(), Shown::Settings);
    rig
}

/// A supervisor who is changing the rules.
fn editing() -> Rig {
    let mut rig = at(boards::supervised());
    rig.press(Key::F(3));
    assert!(rig.sees(&Rig::words("settings-order-advice")));
    rig
}

fn retype(rig: &mut Rig, field: &'static str, text: &str) {
    for _ in 0..12 {
        rig.drive(|ui| {
            ui.click(iced_test::selector::id(field))?;
            let _ = ui.tap_key(iced::keyboard::key::Named::End);
            let _ = ui.tap_key(iced::keyboard::key::Named::Backspace);
            Ok(())
        });
    }
    rig.type_into(field, text);
}

fn saved(rig: &mut Rig) -> Option<Rules> {
    match rig.acts().pop() {
        Some(Act::SaveRules(rules)) => Some(*rules),
        _ => None,
    }
}

#[test]
fn digits_change_language_look_and_size_at_once_for_everybody() {
    let mut rig = at(boards::open());
    rig.press(Key::Char('1'));
    assert_eq!(rig.app.preferences().language, Tongue::English);
    rig.press(Key::Char('2'));
    assert_eq!(rig.app.preferences().look, Look::Dark);
    let sizes: Vec<u16> = (0..5)
        .map(|_| {
            rig.press(Key::Char('3'));
            rig.app.preferences().size
        })
        .collect();
    assert_eq!(sizes, [125, 150, 175, 200, 100]);
    assert_eq!(rig.acts(), []);
    rig.press(Key::Enter);
    assert_eq!(rig.shown(), Shown::Home);
}

#[test]
fn an_operator_cannot_change_the_rules_and_is_told_who_can() {
    let mut rig = at(boards::open());
    assert!(rig.sees(&Rig::words("settings-supervisor-only")));
    rig.press(Key::F(3));
    rig.press(Key::Char('6'));
    assert!(rig.sees(&Rig::words("settings-title")));
}

#[test]
fn enter_saves_all_that_was_changed_and_says_so() {
    let mut rig = editing();
    retype(&mut rig, "settings-finger-quality", "55");
    retype(&mut rig, "settings-confirm-score", "3,5");
    retype(&mut rig, "settings-lock-after", "0");
    rig.press(Key::F(8));
    rig.press(Key::F(10));
    rig.press(Key::F(5));
    rig.press(Key::F(3));
    rig.press(Key::F(9));
    rig.press(Key::PageDown);
    rig.hold(Key::Enter);
    assert_eq!(rig.acts(), []);
    rig.press(Key::Enter);
    let rules = saved(&mut rig).unwrap();
    assert_eq!(rules.policy.finger_quality, 55);
    assert!((rules.policy.confirm_score - 3.5).abs() < 1e-6);
    assert_eq!((rules.lock_after, rules.zone, rules.slaps), (0, Zone::Wita, false));
    assert!(!rules.by_itself && rules.policy.repaint);
    assert!(Rules::default().policy.faces && !rules.policy.faces);
    assert_eq!(rules.order.steps()[1..3], [Step::Signature, Step::Photo]);
    // What is not on the form stays as it was.
    assert_eq!(rules.policy.hit_score, Rules::default().policy.hit_score);
    rig.show(Board { rules: Arc::new(rules), ..boards::supervised() });
    assert!(rig.sees(&Rig::words("settings-saved")));
    rig.press(Key::Escape);
    assert!(rig.sees(&Rig::words("settings-title")));
}

#[test]
fn verify_stays_first_and_confirm_last() {
    let mut rig = editing();
    rig.press(Key::PageUp);
    rig.press(Key::Up);
    for _ in 0..9 {
        rig.press(Key::PageDown);
    }
    rig.press(Key::Enter);
    assert_eq!(saved(&mut rig).unwrap().order, Rules::default().order);
}

#[test]
fn a_wrong_number_gets_a_sentence_and_nothing_that_was_typed_is_lost() {
    let mut rig = editing();
    retype(&mut rig, "settings-capacity", "250");
    retype(&mut rig, "settings-tries", "99");
    let words = Words::of(Language::Indonesian);
    assert!(rig.sees(&words.say("settings-fault-range", &[("least", "1"), ("most", "10")])));
    rig.press(Key::Enter);
    assert_eq!(rig.acts(), []);
    retype(&mut rig, "settings-tries", "4");
    rig.press(Key::Enter);
    let rules = saved(&mut rig).unwrap();
    assert_eq!((rules.capacity, rules.policy.tries), (250, 4));
}

#[test]
fn letters_and_nothing_are_no_numbers() {
    for typed in ["", "abc", "-1", "3.5", "99999999999"] {
        let mut rig = editing();
        retype(&mut rig, "settings-capacity", typed);
        rig.press(Key::Enter);
        assert_eq!(rig.acts(), [], "{typed}");
    }
    for typed in ["nan", "inf", "9", "1,9"] {
        let mut rig = editing();
        retype(&mut rig, "settings-confirm-score", typed);
        rig.press(Key::Enter);
        assert_eq!(rig.acts(), [], "{typed}");
    }
}

#[test]
fn a_holiday_is_added_by_enter_and_removed_by_typing_it_again() {
    let mut rig = editing();
    rig.type_into("settings-holiday", "17-08-2027");
    assert!(rig.sees(&Rig::words("settings-holiday-add")));
    rig.press(Key::Enter);
    rig.type_into("settings-holiday", "25-12-2026");
    rig.press(Key::Enter);
    assert_eq!(rig.acts(), []);
    assert!(rig.sees("25-12-2026 · 17-08-2027"));
    rig.type_into("settings-holiday", "17-08-2027");
    assert!(rig.sees(&Rig::words("settings-holiday-remove")));
    rig.press(Key::Enter);
    rig.type_into("settings-holiday", "31-02-2027");
    assert!(rig.sees(&Rig::words("settings-fault-date")));
    rig.press(Key::Enter);
    assert_eq!(rig.acts(), []);
    retype(&mut rig, "settings-holiday", "");
    rig.press(Key::Enter);
    assert_eq!(saved(&mut rig).unwrap().holidays, [date!(2026 - 12 - 25)]);
}

#[test]
fn leaving_with_changes_asks_first() {
    let mut rig = editing();
    rig.press(Key::Escape);
    assert!(rig.sees(&Rig::words("settings-title")), "nothing was changed: no question");
    rig.press(Key::F(3));
    retype(&mut rig, "settings-tries", "5");
    rig.press(Key::Escape);
    assert!(rig.sees(&Rig::words("settings-leaving")));
    rig.press(Key::Enter);
    assert!(!rig.sees(&Rig::words("settings-leaving")));
    rig.press(Key::Enter);
    assert_eq!(saved(&mut rig).unwrap().policy.tries, 5);
    rig.show(boards::supervised());
    rig.press(Key::Escape);
    rig.press(Key::F(9));
    assert!(rig.sees(&Rig::words("settings-title")));
    assert_eq!(rig.acts(), []);
}

#[test]
fn the_own_passphrase_is_changed_with_the_old_one_and_the_new_one_twice() {
    let mut rig = at(boards::open());
    rig.press(Key::Char('5'));
    let type_all = |rig: &mut Rig, old: &str, new: &str, again: &str| {
        retype(rig, "settings-old-passphrase", old);
        retype(rig, "settings-new-passphrase", new);
        retype(rig, "settings-passphrase-again", again);
        rig.press(Key::Enter);
    };
    for (old, new, again, fault) in [
        ("", "seribu-satu", "seribu-satu", "settings-fault-old-missing"),
        ("latihan", "pendek", "pendek", "settings-fault-too-short"),
        ("latihan-1", "latihan-1", "latihan-1", "settings-fault-same"),
        ("latihan", "seribu-satu", "seribu-dua", "settings-fault-differ"),
    ] {
        type_all(&mut rig, old, new, again);
        assert!(rig.sees(&Rig::words(fault)), "{fault}");
        assert_eq!(rig.acts(), []);
    }
    type_all(&mut rig, "latihan", "seribu-satu", "seribu-satu");
    let asked = Act::ChangePassphrase { old: Passphrase::new("latihan"), new: Passphrase::new("seribu-satu") };
    assert_eq!(rig.acts(), [asked]);
    // A refusal is not taken for a success; a success is said.
    let trouble = Trouble { number: 1, error: Arc::new(StoreError::WrongPassphrase.into()) };
    rig.show(Board { trouble: Some(trouble), ..boards::open() });
    assert!(!rig.sees(&Rig::words("settings-passphrase-changed")));
    rig.show(boards::open());
    type_all(&mut rig, "latihan", "seribu-satu", "seribu-satu");
    rig.show(boards::open());
    assert!(rig.sees(&Rig::words("settings-passphrase-changed")));
    rig.press(Key::Enter);
    assert!(rig.sees(&Rig::words("settings-title")));
}

#[test]
fn passphrases_that_were_begun_do_not_wait_for_whoever_comes_back() {
    let mut rig = at(boards::open());
    rig.press(Key::Char('5'));
    retype(&mut rig, "settings-old-passphrase", "latihan");
    retype(&mut rig, "settings-new-passphrase", "seribu-satu");
    retype(&mut rig, "settings-passphrase-again", "seribu-satu");
    rig.press(Key::F(2));
    rig.press(Key::F(7));
    rig.press(Key::Enter);
    assert!(rig.sees(&Rig::words("settings-fault-old-missing")));
    assert_eq!(rig.acts(), []);
}

#[test]
fn rules_that_a_supervisor_began_are_not_for_the_next_officer() {
    let mut rig = editing();
    retype(&mut rig, "settings-tries", "5");
    // The same officer finds them again.
    rig.press(Key::F(6));
    rig.press(Key::F(7));
    assert!(rig.sees(&Rig::words("settings-order-advice")));
    rig.show(boards::open());
    assert!(!rig.sees(&Rig::words("settings-order-advice")) && rig.sees(&Rig::words("settings-title")));
    rig.press(Key::Enter);
    assert_eq!(rig.acts(), []);
}

#[test]
fn a_register_is_imported_by_its_path_and_the_outcome_is_said() {
    let mut rig = at(boards::supervised());
    rig.press(Key::Char('6'));
    rig.press(Key::Enter);
    assert!(rig.sees(&Rig::words("settings-path-missing")));
    assert_eq!(rig.acts(), []);
    rig.type_into("settings-path", " \"/media/a b/p.csv\"");
    rig.press(Key::Enter);
    assert_eq!(rig.acts(), [Act::Import(PathBuf::from("/media/a b/p.csv"))]);
    let report = ImportReport { rows: 512, accepted: 509, refused: 3, ..ImportReport::default() };
    rig.show(Board { imported: Some(Arc::new(report)), ..boards::supervised() });
    assert!(rig.sees(&Rig::words("settings-imported")) && rig.sees("509") && rig.sees("3"));
}

#[test]
fn all_pages_are_drawn() {
    look_at("settings", &boards::supervised(), |rig| rig.press(Key::F(7)));
    look_at("settings-rules", &boards::supervised(), |rig| {
        rig.press(Key::F(7));
        rig.press(Key::F(3));
        for day in ["17-08-2027", "25-12-2026", "01-01-2027"] {
            rig.type_into("settings-holiday", day);
            rig.press(Key::Enter);
        }
        retype(rig, "settings-tries", "99");
    });
    look_at("settings-leaving", &boards::supervised(), |rig| {
        rig.press(Key::F(7));
        rig.press(Key::F(3));
        rig.press(Key::PageDown);
        rig.press(Key::Escape);
    });
    look_at("settings-passphrase", &boards::open(), |rig| {
        rig.press(Key::F(7));
        rig.press(Key::Char('5'));
        rig.press(Key::Enter);
    });
    let report =
        ImportReport { rows: 512, accepted: 509, refused: 3, replaced: 12, recorded: 40, ..Default::default() };
    look_at("settings-import", &boards::supervised(), |rig| {
        rig.press(Key::F(7));
        rig.press(Key::Char('6'));
        rig.type_into("settings-path", "/media/p.csv");
        rig.press(Key::Enter);
        rig.show(Board { imported: Some(Arc::new(report.clone())), ..boards::supervised() });
    });
}
