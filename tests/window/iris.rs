//! Two irises.

use std::sync::Arc;

use crate::boards;
use crate::rig::{Rig, look_at};
use rekam::domain::session::{Doubt, Exception, ExceptionReason, Policy, Session, Slot, Step, Wish};
use rekam::station::counter::{Act, Aim, Board, Outcome, Phase, Seat, Take};
use rekam::ui::app::{Message, Shown};
use rekam::ui::keys::Key;
use rekam_hal::{DeviceErrorKind, Eye, Retry};

const RIGHT: Slot = Slot::Eye(Eye::Right);
const LEFT: Slot = Slot::Eye(Eye::Left);

fn begun() -> Session {
    let mut session = boards::standing_at(Step::Iris);
    boards::accept(&mut session, RIGHT, 77);
    session
}

fn in_phase(phase: Phase) -> Board {
    boards::capturing(begun(), LEFT, Aim::Fill, phase)
}

fn all_done() -> Board {
    let mut session = begun();
    let (slot, reason) = (LEFT, ExceptionReason::EyeDisease);
    boards::wish(
        &mut session,
        Wish::Except { exception: Exception { slot, reason, evidence: None, note: String::new() } },
    );
    boards::seated(session)
}

/// The left eye was presented and this came of it.
fn after(outcome: Outcome) -> Board {
    Board { last: Some(Take { number: 2, slot: LEFT, outcome, advice: None }), ..in_phase(Phase::Live) }
}

fn both_done() -> Board {
    let mut session = begun();
    boards::accept(&mut session, LEFT, 81);
    boards::seated(session)
}

fn with_doubt(board: Board) -> Board {
    let seat = board.seat.as_deref().cloned().map(|seat| Seat { doubt: Some(Doubt::EyesSwapped), ..seat });
    Board { seat: seat.map(Arc::new), ..board }
}

fn doubted() -> Board {
    with_doubt(both_done())
}

#[test]
fn an_eye_that_is_empty_asks_for_a_photo_too() {
    let mut session = boards::standing_under(Step::Iris, Policy { evidence: true, ..Policy::default() });
    boards::accept(&mut session, RIGHT, 77);
    boards::except(&mut session, LEFT, ExceptionReason::EyeDisease);
    let mut rig = Rig::before(boards::seated(session.clone()));
    assert!(rig.sees(&Rig::words("evidence-ask")));
    rig.press(Key::Enter);
    assert_eq!(rig.acts(), [Act::Evidence { begin: true }]);
    look_at("iris-empty", &boards::seated(session.clone()), |_| ());
    boards::show_empty(&mut session, LEFT);
    let mut rig = Rig::before(boards::seated(session.clone()));
    rig.press(Key::Enter);
    assert_eq!(rig.acts(), [Act::Next]);
    look_at("iris-shown", &boards::seated(session), |_| ());
}

#[test]
fn the_eye_in_turn_is_named_and_its_side_told() {
    let rig = Rig::before(in_phase(Phase::Live));
    assert_eq!(rig.shown(), Shown::Iris);
    assert!(rig.sees("Mata kiri: lihat ke alat, jangan berkedip."));
    assert!(rig.sees(&Rig::words("eye-side-right")));
}

#[test]
fn space_captures_now_and_a_held_key_does_nothing() {
    let mut rig = Rig::before(in_phase(Phase::Live));
    rig.hold(Key::Space);
    rig.press(Key::Enter);
    assert_eq!(rig.acts(), []);
    rig.press(Key::Space);
    assert_eq!(rig.acts(), [Act::Shutter]);
}

#[test]
fn the_digits_choose_an_eye() {
    let session = boards::standing_at(Step::Iris);
    let mut rig = Rig::before(boards::capturing(session, RIGHT, Aim::Fill, Phase::Live));
    rig.press(Key::Char('2'));
    assert_eq!(rig.acts(), [Act::Choose(LEFT)]);
    let mut rig = Rig::before(in_phase(Phase::Live));
    rig.press(Key::Char('1'));
    assert_eq!(rig.acts(), [Act::Retake { slot: RIGHT, discard: false }]);
}

#[test]
fn an_eye_is_skipped_with_a_reason_that_fits_an_eye() {
    let mut rig = Rig::before(in_phase(Phase::Live));
    rig.press(Key::Char('l'));
    assert!(!rig.sees(&Rig::words("reason-unreadable")));
    assert!(rig.sees(&Rig::words("reason-eye-disease")));
    rig.press(Key::Char('3'));
    assert_eq!(rig.acts(), [Act::Except { slot: LEFT, reason: ExceptionReason::EyeDisease, note: String::new() }]);
}

#[test]
fn with_both_eyes_settled_enter_goes_on_and_an_exception_can_be_taken_back() {
    let mut rig = Rig::before(all_done());
    assert!(rig.sees("Kedua mata selesai, 1 dengan pengecualian."));
    rig.press(Key::Char('2'));
    rig.press(Key::Char('w'));
    assert_eq!(rig.acts(), [Act::Wish(Wish::WithdrawException { slot: LEFT }), Act::Choose(LEFT)]);
    rig.show(all_done());
    rig.press(Key::Enter);
    assert_eq!(rig.acts(), [Act::Next]);
}

#[test]
fn swapped_eyes_are_set_aside_after_a_question() {
    let mut rig = Rig::before(all_done());
    rig.press(Key::Char('1'));
    rig.show(all_done());
    drop(rig.acts());
    rig.press(Key::Char('s'));
    rig.press(Key::Char('2'));
    let reason = Rig::words("capture-aside-lens");
    assert_eq!(rig.acts(), [Act::Wish(Wish::SetAside { slot: RIGHT, reason }), Act::Choose(RIGHT)]);
}

#[test]
fn the_same_eye_twice_is_named_and_the_other_asked_for() {
    let outcome = Outcome::WrongEye { shown: Eye::Right };
    let mut rig = Rig::before(after(outcome));
    assert!(rig.sees("Itu mata kanan, sudah direkam. Rekam mata kiri."));
    // The kept one may be the wrong one: then they change places and the other is captured.
    assert!(rig.sees("Tukar dengan mata kanan"));
    rig.press(Key::Char('t'));
    assert_eq!(rig.acts(), [Act::Swap { wanted: LEFT, shown: RIGHT }]);
}

#[test]
fn another_persons_eye_is_asked_for_in_words_that_fit_an_eye() {
    let rig = Rig::before(after(Outcome::Unlike));
    assert!(rig.sees("Itu bukan mata kiri yang tersimpan. Rekam mata kiri lagi."));
}

#[test]
fn eyes_that_seem_swapped_raise_a_question_that_either_key_answers() {
    let mut rig = Rig::before(doubted());
    assert!(rig.sees(&Rig::words("iris-doubt")));
    rig.press(Key::Enter);
    assert_eq!(rig.acts(), [], "an Enter out of habit answers nothing");
    rig.press(Key::Char('t'));
    assert_eq!(rig.acts(), [Act::Swap { wanted: RIGHT, shown: LEFT }]);
    rig.show(doubted());
    rig.press(Key::Char('b'));
    assert_eq!(rig.acts(), [Act::Wish(Wish::DismissDoubt { doubt: Doubt::EyesSwapped })]);
    // Answered, it is not asked any more.
    rig.show(both_done());
    assert!(!rig.sees(&Rig::words("iris-doubt")));
    rig.press(Key::Enter);
    assert_eq!(rig.acts(), [Act::Next]);
}

#[test]
fn eyes_that_seem_swapped_can_be_taken_again_instead_of_an_answer() {
    let mut rig = Rig::before(doubted());
    rig.press(Key::Char('2'));
    assert_eq!(rig.acts(), [Act::Retake { slot: LEFT, discard: false }]);
    let live = boards::capturing(both_done().session().unwrap().clone(), LEFT, Aim::Fill, Phase::Live);
    rig.show(with_doubt(live));
    assert!(!rig.sees(&Rig::words("iris-doubt")), "the capture under way comes first");
}

#[test]
fn an_eye_too_far_away_is_advised() {
    let last = Some(Take { number: 2, slot: LEFT, outcome: Outcome::Again, advice: Some(Retry::ComeCloser) });
    let rig = Rig::before(Board { last, ..in_phase(Phase::Live) });
    assert!(rig.sees(&Rig::words("advice-come-closer")));
}

#[test]
fn an_unplugged_iris_camera_is_said_where_the_eye_would_be() {
    let mut rig = Rig::before(in_phase(Phase::NoDevice(DeviceErrorKind::Silent)));
    assert!(rig.sees(&Rig::words("device-silent")));
    rig.press(Key::Space);
    assert_eq!(rig.acts(), []);
}

/// Both eyes with what became of the last capture below them.
fn just_done() -> Board {
    let outcome = Outcome::Kept { quality: 77, settled: true };
    Board { last: Some(Take { number: 2, slot: RIGHT, outcome, advice: None }), ..all_done() }
}

#[test]
fn the_eyes_are_drawn_alike_whatever_is_said_below_them() {
    let beside = |board: Board| {
        let rig = Rig::before(board);
        let title = rig.simulator().find(Rig::words("iris-choose").as_str()).unwrap();
        title.bounds().x
    };
    assert_eq!(beside(just_done()), beside(all_done()));
}

#[test]
fn how_it_looks() {
    let frame = |rig: &mut Rig| drop(rig.app.update(Message::FrameDue));
    look_at("iris-live", &in_phase(Phase::Live), frame);
    look_at("iris-done", &all_done(), |rig| rig.press(Key::Char('2')));
    look_at("iris-just-done", &just_done(), |_| ());
    look_at("iris-gone", &in_phase(Phase::NoDevice(DeviceErrorKind::Silent)), |_| ());
    look_at("iris-same-eye", &after(Outcome::WrongEye { shown: Eye::Right }), frame);
    look_at("iris-doubt", &doubted(), |_| ());
    look_at("iris-aside", &all_done(), |rig| {
        rig.press(Key::Char('1'));
        rig.show(all_done());
        rig.press(Key::Char('s'));
    });
}
