//! What stands around every screen.

use crate::boards;
use crate::rig::{Rig, look_at};
use rekam::domain::session::Step;
use rekam::station::counter::Act;
use rekam::ui::app::Shown;
use rekam::ui::keys::Key;

#[test]
fn the_training_banner_and_the_steps_stand_on_every_screen() {
    let rig = Rig::before(boards::seated(boards::standing_at(Step::Photo)));
    assert_eq!(rig.shown(), Shown::Photo);
    assert!(rig.sees(&Rig::words("training-banner")));
    assert!(rig.sees("2 Foto"));
    look_at("frame", &boards::seated(boards::standing_at(Step::Photo)), |_| ());
}

#[test]
fn a_key_held_down_acts_once_and_a_key_pressed_too_early_is_not_lost() {
    let mut rig = Rig::before(boards::open());
    rig.press(Key::F(12));
    rig.hold(Key::F(12));
    // Not answered yet: this waits.
    rig.press(Key::F(12));
    assert_eq!(rig.acts(), [Act::Lock]);
    rig.show(boards::open());
    assert_eq!(rig.acts(), [Act::Lock]);
}
