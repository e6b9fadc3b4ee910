//! The devices.

use crate::boards;
use crate::rig::{Rig, look_at};
use rekam::office::words::{Language, Words};
use rekam::station::counter::{Act, Board, Light, Spoil, Which};
use rekam::station::plugged::{Assigned, Setup, pad_models};
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

/// A real scanner with an equal one beside it.
fn two_scanners() -> Board {
    with(Which::Scanner, |device| {
        device.simulated = false;
        let mut second = device.info.clone().unwrap();
        (second.id, second.model) = ("uru4000:1-2".into(), "U.are.U 4500".into());
        device.candidates = vec![(device.info.clone().unwrap(), true), (second, true)];
    })
}

#[test]
fn of_two_scanners_the_officer_takes_the_other_one_or_leaves_it_to_the_station() {
    let mut rig = at(two_scanners());
    rig.press(Key::Char('3'));
    assert!(rig.sees(&says("devices-other", &[("device", "U.are.U 4500")])));
    rig.press(Key::Char('o'));
    assert_eq!(rig.acts(), [], "nothing was chosen that could be taken back");
    rig.press(Key::Char('g'));
    let second = Assigned { id: "uru4000:1-2".into(), setup: Setup::default() };
    assert_eq!(rig.acts(), [Act::Assign(Which::Scanner, Some(second))]);
    let mut board = two_scanners();
    board.devices[2].assigned = Some("uru4000:1-2".into());
    rig.show(board);
    rig.press(Key::Char('o'));
    assert_eq!(rig.acts(), [Act::Assign(Which::Scanner, None)]);
}

#[test]
fn a_serial_adapter_is_taken_only_when_the_officer_says_what_is_behind_it() {
    let mut board = with(Which::Pad, |device| {
        device.simulated = false;
        device.light = Light::Missing;
        device.ails = Some(DeviceErrorKind::Gone);
        device.candidates = vec![(device.info.take().unwrap(), false)];
    });
    let mut rig = at(board.clone());
    let (device, advice) = (Rig::words("which-pad"), Rig::words("devices-choose"));
    assert!(rig.sees(&says("devices-trouble", &[("device", &device), ("advice", &advice)])));
    rig.press(Key::Char('g'));
    let adapter = board.devices[1].candidates[0].0.id.clone();
    let plain = Assigned { id: adapter.clone(), setup: Setup::default() };
    assert_eq!(rig.acts(), [Act::Assign(Which::Pad, Some(plain))]);
    // Now it is there, and its model can be said.
    let pad = &mut board.devices[1];
    (pad.light, pad.ails, pad.info) = (Light::Ready, None, Some(pad.candidates[0].0.clone()));
    (pad.assigned, pad.model) = (Some(adapter.clone()), Some(pad_models()[0].to_owned()));
    rig.show(board);
    rig.press(Key::Char('m'));
    let setup = Setup { model: Some(pad_models()[1].to_owned()), ..Setup::default() };
    assert_eq!(rig.acts(), [Act::Assign(Which::Pad, Some(Assigned { id: adapter, setup }))]);
}

fn forbidden() -> Board {
    with(Which::Scanner, |device| {
        device.simulated = false;
        device.light = Light::Trouble;
        device.ails = Some(DeviceErrorKind::NoPermission);
        device.info.as_mut().unwrap().access = Access::Denied;
    })
}

#[test]
fn where_a_device_is_forbidden_the_rules_are_saved_and_the_command_is_shown() {
    let mut rig = at(forbidden());
    assert!(rig.sees(&Rig::words("devices-access-denied")));
    rig.press(Key::Char('a'));
    assert_eq!(rig.acts(), [Act::SaveDeviceRules]);
    let command = "install -m 644 '/data/70-rekam.rules' /etc/udev/rules.d/";
    rig.show(Board { device_rules: Some(("/data/70-rekam.rules".into(), command.into())), ..forbidden() });
    assert!(rig.sees(command));
    assert!(rig.sees(&says("devices-rules-saved", &[("path", "/data/70-rekam.rules")])));
}

/// A scanner whose prints have become worse.
fn dirty() -> Board {
    with(Which::Scanner, |device| {
        (0..300).for_each(|_| device.history.judged(72));
        (0..90).for_each(|_| device.history.judged(40));
        (0..390).for_each(|_| device.history.captured(3.2));
    })
}

#[test]
fn a_dirty_glass_is_told_at_home_and_on_its_card_until_it_was_cleaned() {
    let mut rig = Rig::before(dirty());
    assert!(rig.sees(&says("home-device-dirty", &[("devices", &Rig::words("which-scanner"))])));
    rig.press(Key::F(6));
    rig.press(Key::Char('3'));
    assert!(rig.sees(&Rig::words("devices-clean")));
    rig.press(Key::Char('l'));
    assert_eq!(rig.acts(), [Act::Cleaned(Which::Scanner)]);
    rig.show(with(Which::Scanner, |device| {
        device.history = {
            let mut history = dirty().devices[2].history.clone();
            history.cleaned();
            history
        }
    }));
    assert!(!rig.sees(&Rig::words("devices-clean")));
    rig.press(Key::Char('l'));
    assert_eq!(rig.acts(), [], "there is nothing to note");
}

#[test]
fn a_test_under_way_is_shown_and_not_asked_for_twice() {
    let mut rig = at(with(Which::Camera, |device| device.is_testing = true));
    assert!(rig.sees(&Rig::words("devices-testing")));
    rig.press(Key::Enter);
    assert_eq!(rig.acts(), []);
}

#[test]
fn all_states_are_drawn() {
    let mut real = dirty();
    for device in &mut real.devices {
        device.simulated = false;
    }
    real.devices[2].candidates = two_scanners().devices[2].candidates.clone();
    real.devices[2].assigned = Some("sim-scanner".into());
    look_at("devices-real", &real, |rig| {
        rig.press(Key::F(6));
        rig.press(Key::Char('3'));
    });
    let command = "install -m 644 '/home/petugas/.local/share/rekam/70-rekam.rules' /etc/udev/rules.d/ && udevadm control --reload && udevadm trigger";
    let path = "/home/petugas/.local/share/rekam/70-rekam.rules";
    let denied = Board { device_rules: Some((path.into(), command.into())), ..forbidden() };
    look_at("devices-denied", &denied, |rig| rig.press(Key::F(6)));
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
