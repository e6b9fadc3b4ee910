//! F1.

use crate::boards;
use crate::rig::{Rig, look_at};
use rekam::domain::session::Step;
use rekam::office::words::{Language, Words};
use rekam::station::counter::{Board, Stage};
use rekam::ui::app::Shown;
use rekam::ui::keys::Key;

const NAMES: [&str; 13] = [
    "login",
    "setup",
    "home",
    "verify",
    "photo",
    "signature",
    "fingerprints",
    "iris",
    "confirm",
    "done",
    "supervisor",
    "devices",
    "settings",
];

#[test]
fn every_screen_has_its_purpose_its_usual_way_and_its_troubles() {
    for words in Language::ALL.map(Words::of) {
        for name in NAMES {
            for part in ["title", "purpose", "step-1", "step-2", "trouble-1", "trouble-2"] {
                assert!(words.has(&format!("help-{name}-{part}")), "{name} {part}");
            }
        }
    }
}

#[test]
fn f1_explains_the_screen_and_closes_again() {
    let mut rig = Rig::before(boards::seated(boards::standing_at(Step::Photo)));
    rig.press(Key::F(1));
    assert!(rig.sees(&Rig::words("help-photo-title")) && rig.sees(&Rig::words("help-photo-trouble-1")));
    // Keys behind the help do nothing.
    rig.press(Key::Space);
    assert_eq!(rig.acts(), []);
    rig.press(Key::Escape);
    assert!(!rig.sees(&Rig::words("help-photo-title")));
    assert_eq!(rig.shown(), Shown::Photo);
}

#[test]
fn the_keys_are_those_of_the_screen() {
    let mut rig = Rig::before(boards::open());
    rig.press(Key::F(6));
    rig.press(Key::F(1));
    assert!(rig.sees(&Rig::words("devices-unplug")) && rig.sees(&Rig::words("devices-silence")));
    assert!(rig.sees(&Rig::words("help-key-resident-window")) && rig.sees(&Rig::words("key-lock")));
}

#[test]
fn no_room_is_promised_before_somebody_has_logged_in() {
    let mut rig = Rig::before(Board { stage: Stage::Closed, officer: None, ..boards::open() });
    rig.press(Key::F(1));
    for shut in ["key-supervisor", "key-devices", "key-settings", "key-lock"] {
        assert!(!rig.sees(&Rig::words(shut)), "{shut}");
    }
    assert!(rig.sees(&Rig::words("help-key-resident-window")));
}

#[test]
fn help_fits_on_the_smallest_screen() {
    look_at("help-devices", &boards::open(), |rig| {
        rig.press(Key::F(6));
        rig.press(Key::F(1));
    });
    look_at("help-fingerprints", &boards::seated(boards::standing_at(Step::Fingerprints)), |rig| rig.press(Key::F(1)));
    look_at("help-settings", &boards::supervised(), |rig| {
        rig.press(Key::F(7));
        rig.press(Key::F(1));
    });
    look_at("help-login", &Board { stage: Stage::Closed, officer: None, ..boards::open() }, |rig| rig.press(Key::F(1)));
}
