//! Making a real station.

use crate::rig::{Rig, look_at};
use rekam::batch::Identity;
use rekam::domain::user::Role;
use rekam::station::counter::*;
use rekam::ui::app::Shown;
use rekam::ui::keys::Key;

fn empty() -> Board {
    Board { stage: Stage::Unprovisioned, ..Board::blank() }
}

fn key() -> String {
    Identity::generate().recipients()[0].to_string()
}

fn fill(rig: &mut Rig, fields: &[(&'static str, &str)]) {
    for (field, text) in fields {
        rig.type_into(field, text);
    }
}

fn on_to_keys(rig: &mut Rig) {
    fill(rig, &[("setup-region", "330301"), ("setup-station", "7")]);
    rig.press(Key::Enter);
    fill(rig, &[("setup-address", "Jalan Contoh 1")]);
    rig.press(Key::Enter);
}

fn on_to_officers(rig: &mut Rig, key: &str) {
    on_to_keys(rig);
    fill(rig, &[("setup-key-1", key)]);
    rig.press(Key::Enter);
}

fn officer(rig: &mut Rig, login: &str) {
    let fields = [("setup-login", login), ("setup-name", "NAMA CONTOH")];
    fill(rig, &fields);
    fill(rig, &[("setup-passphrase", "rahasia-1"), ("setup-again", "rahasia-1")]);
}

#[test]
fn a_station_is_made_from_five_pages_with_enter_alone() {
    let mut rig = Rig::before(empty());
    assert_eq!(rig.shown(), Shown::Setup);
    let key = key();
    on_to_officers(&mut rig, &key);
    officer(&mut rig, "Kasi");
    rig.press(Key::F(5));
    officer(&mut rig, "op-1");
    rig.press(Key::Enter);
    assert!(rig.sees(&Rig::words("setup-summary-why")));
    rig.hold(Key::Enter);
    assert!(rig.acts().is_empty());
    rig.press(Key::Enter);
    let officer = |id: &str, role| NewOfficer {
        id: id.into(),
        name: "NAMA CONTOH".into(),
        nip: String::new(),
        role,
        passphrase: Passphrase::new("rahasia-1"),
    };
    let plan = SetupPlan {
        region: "330301".into(),
        station: 7,
        office: vec!["PEMERINTAH KABUPATEN PURBALINGGA".into(), "KECAMATAN KEMANGKON".into()],
        address: "Jalan Contoh 1".into(),
        zone: "WIB".into(),
        recipients: vec![key],
        officers: vec![officer("kasi", Role::Supervisor), officer("op-1", Role::Operator)],
    };
    assert_eq!(rig.acts(), [Act::Provision(Box::new(plan))]);
}

#[test]
fn the_region_is_named_while_it_is_typed() {
    let mut rig = Rig::before(empty());
    rig.type_into("setup-region", "33");
    assert!(rig.sees("Jawa Tengah"));
    rig.type_into("setup-region", "0301");
    assert!(rig.sees("Kemangkon, Kabupaten Purbalingga, Jawa Tengah"));
}

#[test]
fn a_wrong_field_gets_a_sentence_and_keeps_its_text() {
    let mut rig = Rig::before(empty());
    fill(&mut rig, &[("setup-region", "999999"), ("setup-station", "100")]);
    rig.press(Key::Enter);
    assert!(rig.sees(&Rig::words("setup-fault-region-unknown")));
    assert!(rig.sees(&Rig::words("setup-fault-station")));
    assert!(rig.sees("999999") && rig.sees("100"));
}

#[test]
fn a_field_nobody_has_reached_is_not_called_wrong() {
    let mut rig = Rig::before(empty());
    rig.type_into("setup-region", "330301");
    rig.drive(|ui| {
        ui.click(iced_test::selector::id("setup-region"))?;
        let _ = ui.tap_key(iced::keyboard::key::Named::Enter);
        Ok(())
    });
    assert!(!rig.sees(&Rig::words("setup-fault-station")));
    rig.press(Key::Enter);
    assert!(rig.sees(&Rig::words("setup-fault-station")));
}

#[test]
fn going_back_loses_nothing() {
    let mut rig = Rig::before(empty());
    on_to_officers(&mut rig, &key());
    officer(&mut rig, "kasi");
    for _ in 0..5 {
        rig.press(Key::PageUp);
    }
    assert!(rig.sees("330301") && rig.sees("330301-07"));
    for _ in 0..4 {
        rig.press(Key::Enter);
    }
    assert!(rig.sees(&Rig::words("setup-summary-why")) && rig.sees("Jalan Contoh 1"));
}

#[test]
fn a_suggested_letterhead_follows_the_region_until_somebody_writes_over_it() {
    let mut rig = Rig::before(empty());
    fill(&mut rig, &[("setup-region", "33030"), ("setup-station", "7")]);
    rig.type_into("setup-region", "1");
    rig.press(Key::Enter);
    assert!(rig.sees("KECAMATAN KEMANGKON"));
    rig.press(Key::PageUp);
    rig.drive(|ui| {
        ui.click(iced_test::selector::id("setup-region"))?;
        let _ = ui.tap_key(iced::keyboard::key::Named::End);
        let _ = ui.tap_key(iced::keyboard::key::Named::Backspace);
        Ok(())
    });
    rig.type_into("setup-region", "2");
    rig.press(Key::Enter);
    assert!(rig.sees("KECAMATAN BUKATEJA") && !rig.sees("KECAMATAN KEMANGKON"));
    rig.type_into("setup-head-2", " BARAT");
    rig.press(Key::PageUp);
    rig.press(Key::Enter);
    assert!(rig.sees("KECAMATAN BUKATEJA BARAT"));
}

#[test]
fn the_language_is_changed_before_there_is_a_station() {
    let mut rig = Rig::before(empty());
    rig.type_into("setup-region", "330301");
    rig.press(Key::F(8));
    assert!(rig.sees("District code") && rig.sees("330301"));
}

#[test]
fn only_different_public_keys_are_taken() {
    let mut rig = Rig::before(empty());
    on_to_keys(&mut rig);
    rig.press(Key::Enter);
    assert!(rig.sees(&Rig::words("setup-fault-empty")));
    rig.type_into("setup-key-1", "age1keliru");
    assert!(rig.sees(&Rig::words("setup-fault-key")));
    rig.press(Key::Enter);
    assert!(rig.sees("age1keliru"));
    let mut rig = Rig::before(empty());
    on_to_keys(&mut rig);
    let key = key();
    fill(&mut rig, &[("setup-key-1", &key), ("setup-key-2", &key)]);
    assert!(rig.sees(&Rig::words("setup-key-good")) && rig.sees(&Rig::words("setup-fault-key-twice")));
    rig.press(Key::Enter);
    assert!(!rig.sees(&Rig::words("setup-officers-why")));
}

#[test]
fn officers_need_a_name_and_a_good_passphrase_typed_twice() {
    let mut rig = Rig::before(empty());
    on_to_officers(&mut rig, &key());
    fill(&mut rig, &[("setup-login", "kasi pem"), ("setup-passphrase", "1234567"), ("setup-again", "12345678")]);
    rig.press(Key::Enter);
    for fault in ["setup-fault-login", "setup-fault-empty", "setup-fault-short", "setup-fault-different"] {
        assert!(rig.sees(&Rig::words(fault)), "{fault}");
    }
}

#[test]
fn a_station_without_a_supervisor_is_not_made() {
    let mut rig = Rig::before(empty());
    on_to_officers(&mut rig, &key());
    officer(&mut rig, "op-1");
    rig.press(Key::F(3));
    rig.press(Key::Enter);
    assert!(rig.sees(&Rig::words("setup-no-supervisor")));
    rig.press(Key::F(3));
    rig.press(Key::F(3));
    rig.press(Key::Enter);
    assert!(rig.sees(&Rig::words("setup-summary-why")));
}

#[test]
fn an_officer_is_removed_only_when_asked_twice() {
    let mut rig = Rig::before(empty());
    on_to_officers(&mut rig, &key());
    officer(&mut rig, "kasi");
    rig.press(Key::F(5));
    officer(&mut rig, "op-1");
    rig.press(Key::F(10));
    assert!(rig.sees("Hapus petugas op-1? F10 menghapus, Esc membatalkan."));
    rig.press(Key::Enter);
    rig.press(Key::Escape);
    assert!(rig.sees("op-1") && rig.sees(&Rig::words("setup-officers-why")));
    rig.press(Key::F(10));
    assert!(rig.sees("op-1"));
    rig.press(Key::F(10));
    assert!(!rig.sees("op-1") && rig.sees("kasi"));
}

#[test]
fn two_officers_cannot_share_a_login_name() {
    let mut rig = Rig::before(empty());
    on_to_officers(&mut rig, &key());
    officer(&mut rig, "kasi");
    rig.press(Key::F(5));
    officer(&mut rig, "kasi");
    rig.press(Key::Enter);
    assert!(rig.sees(&Rig::words("setup-fault-login-twice")));
}

#[test]
fn the_screens_look_well() {
    let key = key();
    look_at("setup-place", &empty(), |rig| {
        fill(rig, &[("setup-region", "330301"), ("setup-station", "100")]);
        rig.press(Key::Enter);
    });
    look_at("setup-office", &empty(), |rig| {
        fill(rig, &[("setup-region", "330301"), ("setup-station", "7")]);
        rig.press(Key::Enter);
        rig.press(Key::Enter);
    });
    look_at("setup-keys", &empty(), |rig| {
        on_to_keys(rig);
        fill(rig, &[("setup-key-1", &key), ("setup-key-2", "age1keliru")]);
    });
    look_at("setup-officers", &empty(), |rig| {
        on_to_officers(rig, &key);
        officer(rig, "kasi");
        rig.press(Key::F(5));
        fill(rig, &[("setup-login", "op 1"), ("setup-passphrase", "123")]);
        rig.press(Key::Enter);
        rig.press(Key::F(10));
    });
    look_at("setup-summary", &empty(), |rig| {
        on_to_officers(rig, &key);
        officer(rig, "kasi");
        rig.press(Key::F(5));
        officer(rig, "op-1");
        rig.press(Key::Enter);
    });
}
