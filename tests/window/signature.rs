//! The signature.

use crate::boards;
use crate::rig::{Rig, look_at};
use rekam::domain::session::{Exception, ExceptionReason, Slot, Step, Wish};
use rekam::station::counter::{Act, Aim, Board, Phase};
use rekam::ui::app::{Message, Shown};
use rekam::ui::keys::Key;
use rekam_hal::DeviceErrorKind;

fn in_phase(phase: Phase) -> Board {
    boards::capturing(boards::standing_at(Step::Signature), Slot::Signature, Aim::Fill, phase)
}

fn written() -> Board {
    let mut session = boards::standing_at(Step::Signature);
    boards::fill(&mut session);
    boards::seated(session)
}

fn excepted() -> Board {
    let mut session = boards::standing_at(Step::Signature);
    let (slot, reason) = (Slot::Signature, ExceptionReason::CannotSign);
    let exception = Exception { slot, reason, evidence: None, note: "tangan gemetar".into() };
    boards::wish(&mut session, Wish::Except { exception });
    boards::seated(session)
}

#[test]
fn space_and_enter_say_that_the_resident_has_finished() {
    for key in [Key::Space, Key::Enter] {
        let mut rig = Rig::before(in_phase(Phase::Live));
        assert_eq!(rig.shown(), Shown::Signature);
        rig.press(key);
        assert_eq!(rig.acts(), [Act::Shutter]);
    }
}

#[test]
fn a_kept_signature_is_judged_by_its_length_and_enter_goes_on() {
    let mut rig = Rig::before(written());
    assert!(rig.sees(&length()));
    rig.press(Key::Enter);
    assert_eq!(rig.acts(), [Act::Next]);
}

fn length() -> String {
    let centimetres = boards::signature().ink_mm() / 10.0;
    format!("Panjang goresan {} cm", format!("{centimetres:.1}").replace('.', ","))
}

#[test]
fn a_signature_that_is_not_liked_is_written_again() {
    let mut rig = Rig::before(written());
    rig.press(Key::Char('r'));
    assert_eq!(rig.acts(), [Act::Retake { slot: Slot::Signature, discard: true }]);
}

#[test]
fn nothing_is_cleared_before_something_is_kept() {
    let mut rig = Rig::before(in_phase(Phase::Live));
    rig.press(Key::Char('r'));
    rig.hold(Key::Enter);
    assert_eq!(rig.acts(), []);
}

#[test]
fn who_cannot_sign_is_excepted_with_a_lawful_reason_and_a_note() {
    let mut rig = Rig::before(in_phase(Phase::Live));
    rig.press(Key::Char('l'));
    assert!(rig.sees(&Rig::words("reason-cannot-sign")));
    assert!(!rig.sees(&Rig::words("reason-missing")));
    rig.type_into("capture-words", "tangan gemetar");
    rig.press(Key::Char('1'));
    let (slot, reason) = (Slot::Signature, ExceptionReason::CannotSign);
    assert_eq!(rig.acts(), [Act::Except { slot, reason, note: "tangan gemetar".into() }]);
}

#[test]
fn a_signature_that_will_not_come_is_not_waited_for() {
    let rig = Rig::before(excepted());
    assert!(!rig.sees(&Rig::words("capture-no-picture")));
    assert!(rig.sees(&Rig::words("signature-excepted")) && rig.sees(&Rig::words("reason-cannot-sign")));
}

#[test]
fn an_exception_can_be_taken_back() {
    let mut rig = Rig::before(excepted());
    assert!(rig.sees("tangan gemetar"));
    rig.press(Key::Char('w'));
    let slot = Slot::Signature;
    assert_eq!(rig.acts(), [Act::Wish(Wish::WithdrawException { slot }), Act::Choose(slot)]);
}

#[test]
fn an_unplugged_pad_is_said_where_the_paper_would_be() {
    let mut rig = Rig::before(in_phase(Phase::NoDevice(DeviceErrorKind::Gone)));
    assert!(rig.sees(&Rig::words("device-gone")));
    rig.press(Key::Enter);
    assert_eq!(rig.acts(), []);
}

#[test]
fn how_it_looks() {
    look_at("signature-live", &in_phase(Phase::Live), |rig| drop(rig.app.update(Message::FrameDue)));
    look_at("signature-written", &written(), |_| ());
    look_at("signature-skip", &in_phase(Phase::Live), |rig| {
        drop(rig.app.update(Message::FrameDue));
        rig.press(Key::Char('l'));
    });
    look_at("signature-excepted", &excepted(), |_| ());
}
