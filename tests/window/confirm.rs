//! The confirm step.

use crate::boards;
use crate::rig::{Rig, look_at};
use rekam::domain::session::{Exception, ExceptionReason, Hit, HitBy, HitId, Session, Slot, Step, Wish};
use rekam::station::counter::{Act, Aim, Board, Check, CounterError, Outcome, Passphrase, Phase, Take, Trouble};
use rekam::ui::app::Message;
use rekam::ui::keys::Key;
use rekam_hal::{DeviceErrorKind, Eye, Finger};
use std::sync::Arc;

const RIGHT: Slot = Slot::Finger(Finger::RightIndex);
const LEFT: Slot = Slot::Finger(Finger::LeftIndex);

fn at_confirm() -> Session {
    boards::standing_at(Step::Confirm)
}

fn comparing(phase: Phase) -> Board {
    boards::capturing(at_confirm(), RIGHT, Aim::Compare, phase)
}

/// Both index fingers match: the resident signs.
fn compared() -> Session {
    let mut session = at_confirm();
    boards::compare(&mut session, RIGHT, 5.2);
    boards::compare(&mut session, LEFT, 4.4);
    session
}

fn signing(phase: Phase) -> Board {
    boards::capturing(compared(), Slot::Approval, Aim::Fill, phase)
}

fn signed() -> Session {
    let mut session = compared();
    boards::accept(&mut session, Slot::Approval, 100);
    session
}

fn except(session: &mut Session, slot: Slot, reason: ExceptionReason) {
    let exception = Exception { slot, reason, evidence: None, note: String::new() };
    boards::wish(session, Wish::Except { exception });
}

/// A record without fingers and eyes.
fn without_anything() -> Session {
    let mut session = boards::standing_at(Step::Fingerprints);
    Finger::ALL.into_iter().for_each(|f| except(&mut session, Slot::Finger(f), ExceptionReason::Missing));
    boards::wish(&mut session, Wish::Next);
    Eye::ALL.into_iter().for_each(|e| except(&mut session, Slot::Eye(e), ExceptionReason::EyeDisease));
    boards::wish(&mut session, Wish::Next);
    session
}

/// No finger can be compared, the eyes can.
fn only_eyes() -> Session {
    let mut session = boards::standing_at(Step::Fingerprints);
    Finger::ALL.into_iter().for_each(|f| except(&mut session, Slot::Finger(f), ExceptionReason::Unreadable));
    boards::wish(&mut session, Wish::Next);
    boards::fill(&mut session);
    boards::wish(&mut session, Wish::Next);
    session
}

fn framed(rig: &mut Rig) {
    drop(rig.app.update(Message::FrameDue));
}

fn hit() -> Hit {
    Hit {
        id: HitId("330301-01-20261123-0007/H1".into()),
        by: [HitBy::Fingerprint].into(),
        other_nik: "3303104509929002".parse().unwrap(),
        other_record: None,
        score: 6.0,
        matches: Vec::new(),
    }
}

#[test]
fn the_finger_to_compare_is_named_and_enter_and_space_compare_it_now() {
    for key in [Key::Enter, Key::Space] {
        let mut rig = Rig::before(comparing(Phase::Live));
        assert!(rig.sees("Telunjuk kanan"));
        assert!(rig.sees("Sisa percobaan: 3"));
        rig.press(key);
        assert_eq!(rig.acts(), [Act::Shutter]);
    }
}

#[test]
fn a_held_enter_does_nothing() {
    let mut rig = Rig::before(comparing(Phase::Live));
    rig.hold(Key::Enter);
    let mut closing = Rig::before(boards::seated(signed()));
    closing.press(Key::Char('1'));
    closing.hold(Key::Enter);
    assert_eq!((rig.acts(), closing.acts()), (Vec::new(), Vec::new()));
}

#[test]
fn outcomes_are_shown_with_score_and_tries_left() {
    let mut session = at_confirm();
    boards::compare(&mut session, RIGHT, 5.2);
    boards::compare(&mut session, LEFT, 1.0);
    let mut board = boards::capturing(session, LEFT, Aim::Compare, Phase::Live);
    let outcome = Outcome::Compared { score: 1.0, matched: false };
    board.last = Some(Take { number: 2, slot: LEFT, outcome, advice: None });
    let rig = Rig::before(board);
    assert!(rig.sees("Telunjuk kanan: padan (skor 5,2, batas 3,0)"));
    assert!(rig.sees("Telunjuk kiri: tidak padan (skor 1,0, batas 3,0)"));
    assert!(rig.sees("Sisa percobaan: 2"));
    assert!(rig.sees(&Rig::words("confirm-not-matched")));
}

#[test]
fn where_there_is_no_finger_the_eyes_are_compared() {
    let rig = Rig::before(boards::capturing(only_eyes(), Slot::Eye(Eye::Right), Aim::Compare, Phase::Live));
    assert!(rig.sees("Mata kanan"));
    assert!(rig.sees(&Rig::words("confirm-present-eye")));
    assert!(rig.sees("Mata kiri: belum dipadankan"));
}

#[test]
fn a_wrong_finger_is_named() {
    let mut board = comparing(Phase::Live);
    let outcome = Outcome::WrongFinger { shown: Finger::RightMiddle };
    board.last = Some(Take { number: 1, slot: RIGHT, outcome, advice: None });
    assert!(Rig::before(board).sees("Itu Jari tengah kanan: letakkan Telunjuk kanan."));
}

#[test]
fn an_unplugged_scanner_is_said_where_the_operator_looks() {
    let mut rig = Rig::before(comparing(Phase::NoDevice(DeviceErrorKind::Gone)));
    assert!(rig.sees(&Rig::words("device-gone")));
    rig.press(Key::Enter);
    rig.press(Key::Space);
    assert_eq!(rig.acts(), []);
    rig.press(Key::Char('p'));
    rig.press(Key::Char('3'));
    assert_eq!(rig.acts(), [Act::Park { reason: "Perangkat bermasalah".into() }]);
}

#[test]
fn escape_pauses_and_enter_goes_on() {
    let mut rig = Rig::before(comparing(Phase::Live));
    rig.press(Key::Escape);
    assert_eq!(rig.acts(), [Act::Pause]);
    rig.show(comparing(Phase::Paused));
    assert!(rig.sees(&Rig::words("confirm-paused")));
    rig.press(Key::Enter);
    assert_eq!(rig.acts(), [Act::Resume]);
}

#[test]
fn before_the_device_is_there_it_is_said_and_nothing_can_be_taken() {
    let mut rig = Rig::before(boards::seated(at_confirm()));
    assert!(rig.sees(&Rig::words("confirm-preparing")));
    rig.press(Key::Enter);
    assert_eq!(rig.acts(), []);
    rig.press(Key::Backspace);
    assert_eq!(rig.acts(), [Act::GoTo(Step::Iris)]);
}

#[test]
fn where_nothing_can_be_compared_a_supervisor_vouches() {
    let mut rig = Rig::before(boards::seated(without_anything()));
    assert!(rig.sees(&Rig::words("confirm-vouch-none")));
    assert!(rig.sees("SUPERVISOR LATIHAN") && !rig.sees("OPERATOR LATIHAN"));
    rig.press(Key::Enter);
    assert!(rig.sees(&Rig::words("confirm-vouch-no-reason")));
    rig.type_into("confirm-vouch-reason", "dikenal RT");
    rig.press(Key::Enter);
    assert!(rig.sees(&Rig::words("confirm-vouch-no-passphrase")));
    rig.type_into("confirm-vouch-passphrase", "latihan");
    rig.press(Key::Enter);
    let vouch =
        Act::Vouch { user: "supervisor".into(), passphrase: Passphrase::new("latihan"), reason: "dikenal RT".into() };
    assert_eq!(rig.acts(), [vouch]);
    // Refused: the reason still stands, the passphrase is typed anew.
    rig.show(boards::seated(without_anything()));
    assert!(rig.sees("dikenal RT"));
    rig.press(Key::Enter);
    assert_eq!(rig.acts(), []);
    assert!(rig.sees(&Rig::words("confirm-vouch-no-passphrase")));
}

#[test]
fn letters_typed_beside_the_passphrase_lead_nowhere() {
    let mut rig = Rig::before(boards::seated(without_anything()));
    for key in [Key::Char('p'), Key::Char('1'), Key::Backspace] {
        rig.press(key);
    }
    assert_eq!(rig.acts(), []);
    rig.press(Key::F(8));
    rig.press(Key::Char('3'));
    rig.press(Key::PageUp);
    assert_eq!(rig.acts(), [Act::Park { reason: "Perangkat bermasalah".into() }]);
    rig.show(boards::seated(without_anything()));
    assert_eq!(rig.acts(), [Act::GoTo(Step::Iris)]);
}

#[test]
fn without_a_supervisor_it_is_said_what_to_do() {
    let mut board = boards::seated(without_anything());
    board.place = Default::default();
    let mut rig = Rig::before(board);
    assert!(rig.sees(&Rig::words("confirm-vouch-nobody")));
    rig.press(Key::Enter);
    assert_eq!(rig.acts(), []);
}

#[test]
fn the_resident_signs_under_the_data() {
    let mut rig = Rig::before(signing(Phase::Live));
    assert!(rig.sees(&Rig::words("confirm-sign-head")));
    assert!(rig.sees("SITI AISYAH CONTOH") && rig.sees("17-08-1990"));
    rig.press(Key::Enter);
    assert_eq!(rig.acts(), [Act::Shutter]);
}

#[test]
fn wiping_an_empty_pad_begins_anew_and_a_kept_signature_is_set_aside() {
    let mut rig = Rig::before(signing(Phase::Live));
    rig.press(Key::Char('r'));
    assert_eq!(rig.acts(), [Act::Choose(Slot::Approval)]);
    let mut rig = Rig::before(boards::seated(signed()));
    rig.press(Key::Char('r'));
    assert_eq!(rig.acts(), [Act::Retake { slot: Slot::Approval, discard: true }]);
}

#[test]
fn who_cannot_sign_is_finished_with_a_reason_that_can_be_taken_back() {
    let mut rig = Rig::before(signing(Phase::Live));
    rig.press(Key::Char('l'));
    rig.press(Key::Enter);
    assert_eq!(rig.acts(), [], "no reason, no exception");
    rig.type_into("confirm-skip-note", "tangan gemetar");
    rig.press(Key::Escape);
    rig.press(Key::Char('l'));
    assert!(rig.sees("tangan gemetar"), "what was typed is still there");
    rig.press(Key::Char('2'));
    let reason = ExceptionReason::CannotPosition;
    assert_eq!(rig.acts(), [Act::Except { slot: Slot::Approval, reason, note: "tangan gemetar".into() }]);
    let mut session = compared();
    except(&mut session, Slot::Approval, ExceptionReason::CannotSign);
    rig.show(boards::seated(session));
    assert!(rig.sees("Pengesahan data: Tidak dapat menandatangani"));
    rig.press(Key::Char('w'));
    assert_eq!(rig.acts(), [Act::Wish(Wish::WithdrawException { slot: Slot::Approval })]);
}

#[test]
fn a_reason_asked_for_by_mistake_can_be_left() {
    let mut rig = Rig::before(signing(Phase::Live));
    rig.press(Key::Char('l'));
    rig.press(Key::Escape);
    assert!(rig.sees(&Rig::words("confirm-sign-head")));
    assert_eq!(rig.acts(), []);
}

#[test]
fn an_unplugged_pad_is_said_where_the_operator_looks() {
    let rig = Rig::before(signing(Phase::NoDevice(DeviceErrorKind::Gone)));
    assert!(rig.sees(&Rig::words("device-gone")));
}

#[test]
fn the_record_is_closed_once_the_invitation_is_answered() {
    for (digit, invited) in [('1', true), ('2', false)] {
        let mut rig = Rig::before(boards::seated(signed()));
        rig.press(Key::Enter);
        assert_eq!(rig.acts(), []);
        assert!(rig.sees(&Rig::words("confirm-invitation-missing")));
        rig.press(Key::Char(digit));
        rig.press(Key::Enter);
        assert_eq!(rig.acts(), [Act::Complete { invited }]);
    }
}

#[test]
fn a_search_still_running_and_possible_duplicates_are_said_before_closing() {
    let board = boards::seated(signed());
    assert!(Rig::before(board.clone()).sees(&Rig::words("confirm-searching")));
    let done = Board { check: Check::Done(126), ..board };
    assert!(Rig::before(done).sees(&Rig::words("confirm-no-hits")));
    let mut session = signed();
    boards::wish(&mut session, Wish::ReportHit { hit: hit() });
    let rig = Rig::before(boards::seated(session));
    assert!(rig.sees("Indikasi ganda: 1. Akan diputuskan penyelia; perekaman boleh diselesaikan."));
}

#[test]
fn what_was_left_out_is_named_before_closing() {
    let mut session = boards::standing_at(Step::Fingerprints);
    boards::fill(&mut session);
    let mut session = {
        boards::wish(&mut session, Wish::Next);
        except(&mut session, Slot::Eye(Eye::Left), ExceptionReason::EyeDisease);
        boards::accept(&mut session, Slot::Eye(Eye::Right), 64);
        boards::wish(&mut session, Wish::Next);
        session
    };
    boards::compare(&mut session, RIGHT, 5.2);
    boards::compare(&mut session, LEFT, 4.4);
    boards::accept(&mut session, Slot::Approval, 100);
    assert!(Rig::before(boards::seated(session)).sees("Mata kiri: Mata tidak dapat direkam"));
}

#[test]
fn cancelling_asks_first() {
    let mut rig = Rig::before(boards::seated(signed()));
    rig.press(Key::F(9));
    assert_eq!(rig.acts(), []);
    assert!(rig.sees(&Rig::words("capture-ask-cancel")));
    rig.press(Key::Char('1'));
    assert_eq!(rig.acts(), [], "a digit alone gives nothing up");
    rig.press(Key::F(9));
    assert_eq!(rig.acts(), [Act::Cancel { reason: Rig::words("capture-cancel-wish") }]);
}

#[test]
fn it_looks_as_it_should() {
    look_at("confirm-compare", &comparing(Phase::Live), framed);
    look_at("confirm-unplugged", &comparing(Phase::NoDevice(DeviceErrorKind::Gone)), |_| ());
    let mut failed = at_confirm();
    boards::compare(&mut failed, RIGHT, 5.2);
    (0..3).for_each(|_| boards::compare(&mut failed, LEFT, 1.1));
    let thumb = Slot::Finger(Finger::LeftRing);
    look_at("confirm-fallback", &boards::capturing(failed, thumb, Aim::Compare, Phase::Judging), framed);
    look_at("confirm-vouch", &boards::seated(without_anything()), |rig| rig.press(Key::Enter));
    look_at("confirm-sign", &signing(Phase::Live), framed);
    look_at("confirm-cannot-sign", &signing(Phase::Live), |rig| rig.press(Key::Char('l')));
    look_at("confirm-close", &boards::seated(signed()), |_| ());
    let error = Arc::new(CounterError::NotNow);
    let troubled = Board { trouble: Some(Trouble { number: 1, error }), ..boards::seated(signed()) };
    look_at("confirm-close-troubled", &troubled, |rig| rig.press(Key::Enter));
    let eye = Slot::Eye(Eye::Right);
    look_at("confirm-compare-eye", &boards::capturing(only_eyes(), eye, Aim::Compare, Phase::Live), framed);
    let mut session = without_anything();
    let supervisor = boards::user("supervisor");
    boards::wish(&mut session, Wish::ExceptConfirm { reason: "dikenal RT".into(), supervisor });
    except(&mut session, Slot::Approval, ExceptionReason::CannotSign);
    boards::wish(&mut session, Wish::ReportHit { hit: hit() });
    look_at("confirm-close-exceptions", &boards::seated(session), |rig| rig.press(Key::Char('2')));
}
