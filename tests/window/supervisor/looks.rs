//! Every part of the supervisors' room is drawn to be looked at, and looks as it did when its picture was kept.

use std::sync::Arc;

use super::fixtures::{
    bare, chain, inside, laden, other_side, press_all, remarked, resembling, reviewing, room, side, with_begun,
};
use crate::boards;
use crate::rig::{Rig, look_at};
use rekam::batch::Stage as Writing;
use rekam::station::counter::{BackRoom, Board, CounterError, Export, Side, Trouble};
use rekam::store::Break;
use rekam::ui::keys::Key;

#[test]
fn the_room_is_looked_at() {
    look_at("supervisor-door", &boards::open(), |rig| {
        rig.press(Key::F(4));
        rig.press(Key::Enter);
    });
    let part = |digit: char, keys: &'static [Key]| {
        move |rig: &mut Rig| {
            rig.press(Key::F(4));
            rig.press(Key::Char(digit));
            press_all(rig, keys);
        }
    };
    look_at("supervisor-1-approvals", &inside(room()), part('1', &[Key::Space, Key::Space, Key::Up]));
    look_at("supervisor-1-question", &inside(room()), part('1', &[Key::Char('m'), Key::Char('a')]));
    look_at("supervisor-1-hindered", &inside(room()), part('1', &[Key::Down, Key::Down]));
    look_at("supervisor-1-empty", &inside(bare()), part('1', &[]));
    look_at("supervisor-1-review", &inside(reviewing(1, Vec::new())), part('1', &[]));
    look_at("supervisor-1-alike", &inside(resembling(3)), part('1', &[]));
    look_at("supervisor-1-laden", &inside(laden()), part('1', &[]));
    look_at("supervisor-1-remarked", &inside(remarked()), part('1', &[]));
    let void = &[Key::Char('v'), Key::Char('1')];
    look_at("supervisor-1-void", &inside(reviewing(2, Vec::new())), part('1', void));
    look_at("supervisor-2-duplicates", &inside(room()), part('2', &[]));
    look_at("supervisor-3-day", &inside(room()), part('3', &[Key::Down]));
    look_at("supervisor-4-batch", &inside(with_begun()), part('4', &[]));
    look_at("supervisor-4-discard", &inside(with_begun()), part('4', &[Key::Char('d')]));
    let running = BackRoom { export: Some(Export::Running(Writing::Writing, 0.62)), ..room() };
    look_at("supervisor-4-running", &inside(running), part('4', &[]));
    look_at("supervisor-5-audit", &inside(room()), part('5', &[]));
    let broken = BackRoom { chain: chain(Some((17, Break::Changed))), ..room() };
    look_at("supervisor-5-broken", &inside(broken), part('5', &[]));
    look_at("supervisor-6-officers", &inside(room()), part('6', &[Key::Down]));
    look_at("supervisor-6-new", &inside(room()), part('6', &[Key::Char('n'), Key::Enter]));
    look_at("supervisor-6-change", &inside(room()), part('6', &[Key::Char('c')]));
}

#[test]
fn the_marks_on_two_prints_are_hidden_and_shown_again() {
    let mut rig = Rig::before(inside(room()));
    press_all(&mut rig, &[Key::F(4), Key::Char('2'), Key::Enter]);
    rig.show(inside(reviewing(3, vec![other_side()])));
    assert!(rig.sees("Sembunyikan titik"));
    rig.press(Key::Char('t'));
    assert!(rig.sees("Tampilkan titik"));
    rig.press(Key::Char('t'));
    assert!(rig.sees("Sembunyikan titik"));
}

#[test]
fn the_comparison_is_looked_at() {
    let both = Side { shown: side(43, 200).shown, ..other_side() };
    for (name, other, keys) in [
        ("supervisor-2-compare", other_side(), &[][..]),
        ("supervisor-2-reason", both, &[Key::Char('1'), Key::Char('1')][..]),
    ] {
        look_at(name, &inside(room()), |rig| {
            press_all(rig, &[Key::F(4), Key::Char('2'), Key::Enter]);
            rig.show(inside(reviewing(3, vec![other.clone()])));
            press_all(rig, keys);
        });
    }
}

/// Everything around the body at once: training, a record at the desk, a message.
fn crowded(room: BackRoom) -> Board {
    let seated = boards::seated(boards::standing_at(rekam::domain::session::Step::Photo));
    let trouble = Some(Trouble { number: 1, error: Arc::new(CounterError::NotNow) });
    Board { back_room: Some(Arc::new(room)), officer: boards::supervised().officer, trouble, ..seated }
}

#[test]
fn a_record_at_the_desk_and_a_message_leave_room_enough() {
    let day = [Key::F(4), Key::Char('3')];
    look_at("supervisor-3-crowded", &crowded(room()), |rig| press_all(rig, &day));
    let review = crowded(reviewing(3, Vec::new()));
    look_at("supervisor-1-crowded", &review, |rig| press_all(rig, &[Key::F(4)]));
    let both = Side { shown: side(43, 200).shown, ..other_side() };
    look_at("supervisor-2-crowded", &crowded(room()), |rig| {
        press_all(rig, &[Key::F(4), Key::Char('2'), Key::Enter]);
        rig.show(crowded(reviewing(3, vec![both.clone()])));
        press_all(rig, &[Key::Char('1'), Key::Char('1')]);
    });
    let new = [Key::F(4), Key::Char('6'), Key::Char('n'), Key::Enter];
    look_at("supervisor-6-crowded", &crowded(room()), |rig| press_all(rig, &new));
}
