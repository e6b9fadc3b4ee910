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

/// The field that has the cursor after this has come about.
fn cursor_after(rig: &mut Rig, field: &'static str, come: impl FnOnce(&mut Rig)) -> Option<iced::widget::Id> {
    use iced_test::core::renderer::Headless;
    use iced_test::core::widget::Operation;
    use iced_test::core::widget::operation::{Outcome, black_box, focusable};
    use iced_test::runtime::{UserInterface, user_interface::Cache};
    let new = <iced::Renderer as Headless>::new(iced::Font::with_name("Inter"), 15.into(), None);
    let mut renderer = iced_test::futures::futures::executor::block_on(new).unwrap();
    let size = rekam::ui::app::SMALLEST;
    let mut before = UserInterface::build(rig.app.view(), size, Cache::default(), &mut renderer);
    let mut focus = focusable::focus::<()>(iced::widget::Id::new(field));
    before.operate(&renderer, &mut black_box(&mut focus));
    let cache = before.into_cache();
    come(rig);
    let mut after = UserInterface::build(rig.app.view(), size, cache, &mut renderer);
    let mut found = focusable::find_focused();
    after.operate(&renderer, &mut black_box(&mut found));
    match found.finish() {
        Outcome::Some(id) => Some(id),
        Outcome::None | Outcome::Chain(_) => None,
    }
}

#[test]
fn a_message_that_comes_or_goes_leaves_the_cursor_in_its_field() {
    use rekam::station::counter::{Board, Busy, CounterError, Stage, Trouble};
    let closed = Board { stage: Stage::Closed, officer: None, ..boards::open() };
    let troubled = Board {
        trouble: Some(Trouble { number: 1, error: std::sync::Arc::new(CounterError::NotNow) }),
        ..closed.clone()
    };
    let busy = Board { busy: Some(Busy::Passphrase), ..closed.clone() };
    for (from, to) in [(&closed, &busy), (&busy, &closed), (&closed, &troubled), (&troubled, &closed)] {
        let mut rig = Rig::before(from.clone());
        let cursor = cursor_after(&mut rig, "login-passphrase", |rig| rig.show(to.clone()));
        assert_eq!(cursor, Some(iced::widget::Id::new("login-passphrase")));
    }
}
