//! The devices.

use crate::boards;
use crate::rig::{Rig, look_at};
use rekam::office::words::{Language, Words};
use rekam::station::counter::{Act, Board, Light, Spoil, Which};
use rekam::ui::app::Shown;
use rekam::ui::keys::Key;
use rekam_hal::{Access, DeviceErrorKind};

/// The devices with this one changed.
fn with(which: Which, change: impl Fn(&mut rekam::station::counter::Device)) -> Board {
    let mut board = boards::open();
    board.devices.iter_mut().filter(|device| device.which == which).for_each(change);
    board
}

fn unplugged(which: Which) -> Board {
    with(which, |device| {
        device.light = Light::Missing;
        device.info = None;
        device.last_error = Some((DeviceErrorKind::Gone, boards::NOW));
        device.failures = 1;
    })
}

fn at(board: Board) -> Rig {
    let mut rig = Rig::before(board);
    rig.press(Key::F(6));
    assert_eq!(rig.shown(), Shown::Devices);
    rig
}

fn says(key: &str, arguments: &[(&str, &str)]) -> String {
    Words::of(Language::Indonesian).say(key, arguments)
}

#[test]
fn enter_tests_the_chosen_device_and_held_enter_nothing() {
    let mut rig = at(boards::open());
    rig.hold(Key::Enter);
    assert_eq!(rig.acts(), []);
    rig.press(Key::Enter);
    assert_eq!(rig.acts(), [Act::TestDevice(Which::Camera)]);
    rig.show(boards::open());
    rig.press(Key::Char('3'));
    rig.press(Key::Enter);
    assert_eq!(rig.acts(), [Act::TestDevice(Which::Scanner)]);
}

#[test]
fn arrows_go_round_all_four() {
    let mut rig = at(boards::open());
    for _ in 0..5 {
        rig.press(Key::Right);
    }
    rig.press(Key::Up);
    rig.press(Key::Left);
    rig.press(Key::Enter);
    assert_eq!(rig.acts(), [Act::TestDevice(Which::Iris)]);
}

#[test]
fn the_outcome_of_a_test_stands_on_the_card() {
    let mut rig = at(boards::open());
    assert!(rig.sees(&Rig::words("devices-untested")));
    rig.press(Key::Enter);
    rig.show(with(Which::Camera, |device| device.tested = Some(Ok(()))));
    assert!(rig.sees(&Rig::words("devices-test-passed")));
    rig.show(with(Which::Camera, |device| device.tested = Some(Err(DeviceErrorKind::Silent))));
    assert!(rig.sees(&Rig::words("devices-test-failed")) && rig.sees(&Rig::words("device-silent")));
}

#[test]
fn an_unplugged_device_is_named_with_what_to_do_and_chosen_first() {
    let mut rig = at(unplugged(Which::Pad));
    let (device, advice) = (Rig::words("which-pad"), Rig::words("device-gone"));
    assert!(rig.sees(&says("devices-trouble", &[("device", &device), ("advice", &advice)])));
    assert!(rig.sees(&says("devices-last-error", &[("time", "23-11-2026 09:15 WIB")])));
    rig.press(Key::Enter);
    assert_eq!(rig.acts(), [Act::TestDevice(Which::Pad)]);
}

#[test]
fn a_device_that_may_not_be_opened_says_how_to_mend_it() {
    let board = with(Which::Scanner, |device| {
        device.light = Light::Trouble;
        device.info.as_mut().unwrap().access = Access::Denied;
    });
    assert!(at(board).sees(&Rig::words("devices-access-denied")));
}

#[test]
fn the_cable_key_pulls_and_puts_back() {
    let mut rig = at(boards::open());
    rig.press(Key::Char('c'));
    assert_eq!(rig.acts(), [Act::Unplug(Which::Camera)]);
    rig.show(unplugged(Which::Camera));
    rig.press(Key::Char('c'));
    assert_eq!(rig.acts(), [Act::Plug(Which::Camera)]);
}

#[test]
fn an_ordered_fault_is_announced_until_a_capture_has_shown_it() {
    let mut rig = at(boards::open());
    rig.press(Key::Char('3'));
    for (key, spoil, words) in [
        ('b', Spoil::Wet, "devices-will-wet"),
        ('k', Spoil::Dry, "devices-will-dry"),
        ('o', Spoil::Blur, "devices-will-blur"),
        ('s', Spoil::Wrong, "devices-will-wrong-finger"),
        ('d', Spoil::Silence, "devices-will-silence"),
    ] {
        rig.press(Key::Char(key));
        assert_eq!(rig.acts(), [Act::Spoil(Which::Scanner, spoil)]);
        assert!(rig.sees(&Rig::words(words)), "{words}");
        rig.show(boards::open());
        assert!(rig.sees(&Rig::words(words)), "{words}");
    }
    rig.show(with(Which::Scanner, |device| device.failures += 1));
    assert!(!rig.sees(&Rig::words("devices-will-silence")));
}

#[test]
fn faults_are_offered_only_where_they_make_sense() {
    let mut rig = at(boards::open());
    rig.press(Key::Char('2'));
    rig.press(Key::Char('b'));
    rig.press(Key::Char('o'));
    assert_eq!(rig.acts(), []);
    // A real device has no faults to order.
    let mut rig = at(with(Which::Camera, |device| device.simulated = false));
    rig.press(Key::Char('c'));
    rig.press(Key::Char('d'));
    assert_eq!(rig.acts(), []);
}

#[test]
fn a_device_at_work_is_not_tested() {
    let mut rig = at(with(Which::Camera, |device| device.light = Light::Working));
    rig.press(Key::Enter);
    assert_eq!(rig.acts(), []);
}

#[test]
fn escape_goes_back_to_work_and_an_empty_board_says_what_to_wait_for() {
    let mut rig = at(Board { devices: Vec::new(), ..boards::open() });
    assert!(rig.sees(&Rig::words("devices-none")));
    rig.press(Key::Escape);
    assert_eq!(rig.shown(), Shown::Home);
}

#[test]
fn all_states_are_drawn() {
    look_at("devices-ready", &boards::open(), |rig| {
        rig.press(Key::F(6));
        rig.press(Key::Char('3'));
        rig.press(Key::Char('b'));
    });
    let mut board = unplugged(Which::Scanner);
    board.devices[3].light = Light::Trouble;
    board.devices[3].last_error = Some((DeviceErrorKind::NoPermission, boards::NOW));
    board.devices[3].info.as_mut().unwrap().access = Access::Denied;
    board.devices[3].tested = Some(Err(DeviceErrorKind::NoPermission));
    board.devices[0].tested = Some(Ok(()));
    look_at("devices-trouble", &board, |rig| rig.press(Key::F(6)));
}
