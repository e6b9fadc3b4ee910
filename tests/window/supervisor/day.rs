//! The list of a day leads to every day that has come, is filtered by one key, and opens or undoes what it shows.

use std::sync::Arc;

use super::fixtures::{at, book, inside, press_all, record, reviewing, room, say};
use crate::boards::TODAY;
use crate::rig::Rig;
use rekam::domain::session::VoidReason;
use rekam::station::counter::{Act, BackRoom};
use rekam::ui::keys::Key;
use time::macros::date;

#[test]
fn arrows_show_other_days_but_none_that_has_not_come() {
    let mut rig = at('3', room());
    press_all(&mut rig, &[Key::Right]);
    assert_eq!(rig.acts(), []);
    press_all(&mut rig, &[Key::Left]);
    assert_eq!(rig.acts(), [Act::ShowDay(date!(2026 - 11 - 22))]);
    let mut earlier = book();
    earlier.date = date!(2026 - 11 - 22);
    rig.show(inside(BackRoom { book: Arc::new(earlier), ..room() }));
    press_all(&mut rig, &[Key::Right]);
    assert_eq!(rig.acts(), [Act::ShowDay(TODAY)]);
}

#[test]
fn the_list_of_a_day_is_filtered_by_one_key() {
    let mut rig = at('3', room());
    let rescheduled = "DEWI LESTARI CONTOH";
    assert!(rig.sees("SITI AISYAH CONTOH"));
    // All, recorded, rescheduled.
    press_all(&mut rig, &[Key::Char('f'), Key::Char('f')]);
    assert!(!rig.sees("SITI AISYAH CONTOH"));
    assert!(rig.sees(rescheduled));
    // Failed, exceptions, waiting, and all again.
    press_all(&mut rig, &[Key::Char('f'), Key::Char('f')]);
    assert!(rig.sees("BAMBANG SUTRISNO CONTOH") && !rig.sees(rescheduled));
    press_all(&mut rig, &[Key::Char('f'), Key::Char('f')]);
    assert!(rig.sees("SITI AISYAH CONTOH") && rig.sees(rescheduled));
}

#[test]
fn a_recorded_row_of_the_day_opens_its_review() {
    let mut rig = at('3', room());
    rig.press(Key::Enter);
    assert_eq!(rig.acts(), [Act::Review(record(1))]);
    rig.show(inside(reviewing(1, Vec::new())));
    assert!(rig.sees(&Rig::words("slot-approval")));
}

#[test]
fn a_record_that_has_left_is_undone_from_the_list_of_its_day() {
    let mut rig = at('3', room());
    (0..6).for_each(|_| rig.press(Key::Down));
    press_all(&mut rig, &[Key::Char('v'), Key::Char('4'), Key::Escape, Key::Escape]);
    assert_eq!(rig.acts(), []);
    press_all(&mut rig, &[Key::Char('v'), Key::Char('4'), Key::F(9)]);
    assert_eq!(rig.acts(), [Act::Void { record: record(7), reason: VoidReason::EnteredInError }]);
    // A record that was given up is not there to be undone.
    rig.show(inside(room()));
    press_all(&mut rig, &[Key::Up, Key::Up, Key::Char('v')]);
    assert!(!rig.sees(&say("supervisor-void-why", &[("record", &record(5).0)])));
    assert!(rig.sees("Penduduk pulang sebelum selesai"));
}
