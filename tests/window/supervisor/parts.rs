//! Every part of the supervisors' room is one digit away, says when it is empty, and loses nothing to an impatient Enter.

use super::fixtures::{at, at_door, bare, inside, press_all, reviewing, room, with_begun};
use crate::rig::Rig;
use rekam::station::counter::Act;
use rekam::ui::app::Shown as Screen;
use rekam::ui::keys::Key;

#[test]
fn digits_show_the_parts_and_escape_leaves() {
    let mut rig = at_door(inside(room()));
    for (digit, seen) in [
        ('2', "supervisor-column-other"),
        ('3', "day-column-outcome"),
        ('4', "supervisor-approved-unsent"),
        ('5', "supervisor-column-actor"),
        ('6', "supervisor-column-login"),
        ('1', "supervisor-mark-all"),
    ] {
        rig.press(Key::Char(digit));
        assert!(rig.sees(&Rig::words(seen)), "part {digit}");
    }
    rig.press(Key::Escape);
    assert_eq!(rig.acts(), [Act::LeaveBackRoom]);
    assert_eq!(rig.shown(), Screen::Home);
}

#[test]
fn every_part_says_when_it_is_empty() {
    let mut rig = at_door(inside(bare()));
    let empty = [
        ('1', "supervisor-approvals-empty-how"),
        ('2', "supervisor-hits-empty-how"),
        ('3', "supervisor-day-empty-how"),
        ('4', "supervisor-batches-empty-how"),
        ('5', "supervisor-audit-empty-how"),
    ];
    for (digit, key) in empty {
        rig.press(Key::Char(digit));
        assert!(rig.sees(&Rig::words(key)), "{key}");
        rig.press(Key::Space);
        rig.press(Key::Char('a'));
    }
    assert_eq!(rig.acts(), []);
}

#[test]
fn an_impatient_enter_loses_no_record_no_batch_and_no_account() {
    for (part, room, keys) in [
        ('1', reviewing(1, Vec::new()), &[Key::Char('v'), Key::Char('1')][..]),
        ('3', room(), &[Key::Char('v'), Key::Char('1')]),
        ('4', with_begun(), &[Key::Char('d')]),
        ('6', room(), &[Key::Char('x')]),
    ] {
        let mut rig = at(part, room);
        press_all(&mut rig, keys);
        rig.press(Key::Enter);
        assert_eq!(rig.acts(), [], "part {part}");
    }
}
