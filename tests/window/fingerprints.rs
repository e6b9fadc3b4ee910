//! Ten fingers.

use crate::boards;
use crate::rig::{Rig, look_at};
use rekam::domain::session::{Exception, ExceptionReason, Policy, Session, Slot, Step, Wish};
use rekam::station::counter::{Act, Aim, Board, Capture, Outcome, Phase, SlapTake, Take};
use rekam::ui::app::{Message, Shown};
use rekam::ui::keys::Key;
use rekam_hal::{DeviceErrorKind, Finger, Fingers, Retry, Slap};

const INDEX: Slot = Slot::Finger(Finger::RightIndex);
const MIDDLE: Slot = Slot::Finger(Finger::RightMiddle);
const LITTLE: Slot = Slot::Finger(Finger::RightLittle);

/// The right thumb and index finger are kept, the little finger is missing.
fn begun() -> Session {
    let mut session = boards::standing_at(Step::Fingerprints);
    boards::accept(&mut session, Slot::Finger(Finger::RightThumb), 82);
    boards::accept(&mut session, INDEX, 47);
    except(&mut session, LITTLE, "kecelakaan kerja");
    session
}

fn except(session: &mut Session, slot: Slot, note: &str) {
    let exception = Exception { slot, reason: ExceptionReason::Missing, evidence: None, note: note.into() };
    boards::wish(session, Wish::Except { exception });
}

fn in_phase(phase: Phase) -> Board {
    boards::capturing(begun(), MIDDLE, Aim::Fill, phase)
}

fn after(slot: Slot, outcome: Outcome, advice: Option<Retry>) -> Board {
    Board { last: Some(Take { number: 3, slot, outcome, advice }), ..in_phase(Phase::Live) }
}

fn all_done() -> Board {
    let mut session = boards::standing_at(Step::Fingerprints);
    except(&mut session, LITTLE, "");
    for (finger, quality) in Finger::ALL.into_iter().zip([82, 75, 66, 58, 0, 88, 71, 63, 90, 52]) {
        if Slot::Finger(finger) != LITTLE {
            boards::accept(&mut session, Slot::Finger(finger), quality);
        }
    }
    boards::seated(session)
}

fn first_finger() -> Board {
    let session = boards::standing_at(Step::Fingerprints);
    boards::capturing(session, Slot::Finger(Finger::RightThumb), Aim::Fill, Phase::Live)
}

/// Nine fingers kept, one empty, under rules that want a photo of it.
fn empty_one() -> Session {
    let mut session = boards::standing_under(Step::Fingerprints, Policy { evidence: true, ..Policy::default() });
    for finger in Finger::ALL {
        match Slot::Finger(finger) {
            LITTLE => boards::except(&mut session, LITTLE, ExceptionReason::Missing),
            slot => boards::accept(&mut session, slot, 80),
        }
    }
    session
}

fn showing() -> Board {
    boards::capturing(empty_one(), LITTLE, Aim::Evidence, Phase::Live)
}

fn shown() -> Board {
    let mut session = empty_one();
    boards::show_empty(&mut session, LITTLE);
    boards::seated(session)
}

#[test]
fn a_missing_finger_asks_for_a_photo_before_the_next_step() {
    let mut rig = Rig::before(boards::seated(empty_one()));
    assert!(rig.sees(&Rig::words("evidence-ask")));
    rig.press(Key::Enter);
    assert_eq!(rig.acts(), [Act::Evidence { begin: true }]);
    rig.show(showing());
    assert!(rig.sees(&Rig::words("evidence-place")));
    rig.press(Key::Enter);
    assert_eq!(rig.acts(), [Act::Shutter]);
    rig.press(Key::Escape);
    assert_eq!(rig.acts(), [Act::Evidence { begin: false }]);
    rig.show(shown());
    assert!(rig.sees(&Rig::words("evidence-kept")));
    rig.press(Key::Enter);
    assert_eq!(rig.acts(), [Act::Next]);
    rig.press(Key::Char('f'));
    assert_eq!(rig.acts(), [Act::Evidence { begin: true }]);
}

#[test]
fn going_on_without_the_photo_needs_a_reason() {
    let mut rig = Rig::before(boards::seated(empty_one()));
    rig.press(Key::Char('x'));
    assert_eq!(rig.acts(), []);
    rig.press(Key::Char('1'));
    let reason = Rig::words("evidence-waive-wish");
    assert_eq!(rig.acts(), [Act::Wish(Wish::WaiveEvidence { reason })]);
}

#[test]
fn where_nothing_is_empty_no_photo_is_offered() {
    let mut rig = Rig::before(first_finger());
    rig.press(Key::Char('f'));
    rig.press(Key::Char('x'));
    assert_eq!(rig.acts(), []);
}

#[test]
fn how_the_photo_of_what_is_empty_looks() {
    look_at("fingerprints-empty", &boards::seated(empty_one()), |_| ());
    look_at("fingerprints-showing", &showing(), |rig| drop(rig.app.update(Message::FrameDue)));
    look_at("fingerprints-shown", &shown(), |_| ());
}

#[test]
fn the_screen_says_at_once_which_finger_comes_first() {
    let rig = Rig::before(first_finger());
    assert_eq!(rig.shown(), Shown::Fingerprints);
    assert!(rig.sees("Tempelkan ibu jari kanan pada kaca."));
}

#[test]
fn space_captures_now_and_enter_never_takes_a_bad_sample() {
    let mut rig = Rig::before(in_phase(Phase::Live));
    rig.press(Key::Enter);
    rig.hold(Key::Space);
    assert_eq!(rig.acts(), []);
    rig.press(Key::Space);
    assert_eq!(rig.acts(), [Act::Shutter]);
}

#[test]
fn when_all_fingers_are_settled_enter_goes_on_and_the_exceptions_are_counted() {
    let mut rig = Rig::before(all_done());
    assert!(rig.sees("Semua jari selesai, 1 dengan pengecualian."));
    rig.press(Key::Enter);
    assert_eq!(rig.acts(), [Act::Next]);
}

#[test]
fn a_digit_chooses_an_open_finger() {
    let mut rig = Rig::before(in_phase(Phase::Live));
    rig.press(Key::Char('0'));
    assert_eq!(rig.acts(), [Act::Choose(Slot::Finger(Finger::LeftLittle))]);
}

#[test]
fn a_digit_gives_a_settled_finger_another_try_without_discarding_it() {
    let mut rig = Rig::before(in_phase(Phase::Live));
    rig.press(Key::Char('2'));
    assert_eq!(rig.acts(), [Act::Retake { slot: INDEX, discard: false }]);
}

#[test]
fn a_finger_whose_tries_are_used_up_is_only_looked_at() {
    let mut session = begun();
    boards::accept(&mut session, INDEX, 44);
    boards::accept(&mut session, INDEX, 61);
    let mut rig = Rig::before(boards::capturing(session, MIDDLE, Aim::Fill, Phase::Live));
    rig.press(Key::Char('2'));
    assert_eq!(rig.acts(), []);
    assert!(rig.sees("Percobaan 3: 61 (baik), dipakai"));
}

#[test]
fn a_finger_is_skipped_with_a_reason_that_fits_a_finger() {
    let mut rig = Rig::before(in_phase(Phase::Live));
    rig.press(Key::Char('l'));
    assert_eq!(rig.acts(), []);
    assert!(rig.sees(&Rig::words("reason-unreadable")));
    assert!(!rig.sees(&Rig::words("reason-eye-disease")));
    rig.press(Key::Char('2'));
    assert_eq!(rig.acts(), [Act::Except { slot: MIDDLE, reason: ExceptionReason::Injured, note: String::new() }]);
}

#[test]
fn a_whole_hand_is_skipped_at_once_and_keeps_what_was_recorded() {
    let mut rig = Rig::before(in_phase(Phase::Live));
    rig.press(Key::Char('l'));
    rig.press(Key::Char('a'));
    rig.press(Key::Char('2'));
    let act =
        |finger| Act::Except { slot: Slot::Finger(finger), reason: ExceptionReason::Injured, note: String::new() };
    assert_eq!(rig.acts(), [act(Finger::RightMiddle), act(Finger::RightRing)]);
}

#[test]
fn a_finger_that_came_after_all_is_not_skipped() {
    let mut rig = Rig::before(in_phase(Phase::Live));
    rig.press(Key::Char('l'));
    let mut session = begun();
    boards::accept(&mut session, MIDDLE, 70);
    rig.show(boards::capturing(session, Slot::Finger(Finger::RightRing), Aim::Fill, Phase::Live));
    // The digit means the finger again, not a reason.
    rig.press(Key::Char('1'));
    let thumb = Slot::Finger(Finger::RightThumb);
    assert_eq!(rig.acts(), [Act::Retake { slot: thumb, discard: false }]);
}

#[test]
fn an_exception_is_taken_back_and_the_finger_captured_next() {
    let mut rig = Rig::before(in_phase(Phase::Live));
    rig.press(Key::Char('5'));
    assert!(rig.sees("kecelakaan kerja"));
    rig.press(Key::Char('w'));
    assert_eq!(rig.acts(), [Act::Wish(Wish::WithdrawException { slot: LITTLE }), Act::Choose(LITTLE)]);
}

#[test]
fn a_wrong_finger_is_set_aside_only_after_a_question() {
    let mut rig = Rig::before(all_done());
    rig.press(Key::Char('2'));
    rig.show(all_done());
    drop(rig.acts());
    rig.press(Key::Char('s'));
    assert_eq!(rig.acts(), []);
    assert!(rig.sees("Telunjuk kanan: mengapa disisihkan?"));
    rig.press(Key::Char('1'));
    let reason = Rig::words("capture-aside-other-finger");
    assert_eq!(rig.acts(), [Act::Wish(Wish::SetAside { slot: INDEX, reason }), Act::Choose(INDEX)]);
}

#[test]
fn escape_pauses_and_enter_goes_on() {
    let mut rig = Rig::before(in_phase(Phase::Live));
    rig.press(Key::Escape);
    assert_eq!(rig.acts(), [Act::Pause]);
    rig.show(in_phase(Phase::Paused));
    assert!(rig.sees(&Rig::words("capture-paused")));
    rig.press(Key::Enter);
    assert_eq!(rig.acts(), [Act::Resume]);
}

#[test]
fn a_wrong_finger_is_named_and_the_right_one_asked_for() {
    let outcome = Outcome::WrongFinger { shown: Finger::RightIndex };
    let rig = Rig::before(after(MIDDLE, outcome, None));
    assert!(rig.sees("Itu telunjuk kanan, sudah direkam. Tempelkan jari tengah kanan."));
}

#[test]
fn when_the_kept_one_is_wrong_one_key_lets_them_change_places() {
    let outcome = Outcome::WrongFinger { shown: Finger::RightIndex };
    let mut rig = Rig::before(after(MIDDLE, outcome, None));
    assert!(rig.sees("Tukar dengan telunjuk kanan"));
    rig.press(Key::Char('t'));
    assert_eq!(rig.acts(), [Act::Swap { wanted: MIDDLE, shown: INDEX }]);
    let mut rig = Rig::before(after(MIDDLE, Outcome::Again, None));
    rig.press(Key::Char('t'));
    assert_eq!(rig.acts(), [], "there is nothing to swap");
}

#[test]
fn a_wrong_finger_counts_more_than_how_it_lies_on_the_glass() {
    let outcome = Outcome::WrongFinger { shown: Finger::RightIndex };
    let mut rig = Rig::before(after(MIDDLE, outcome, None));
    drop(rig.app.update(Message::FrameDue));
    assert!(rig.sees("Itu telunjuk kanan, sudah direkam. Tempelkan jari tengah kanan."));
}

#[test]
fn a_finger_too_dry_is_advised_and_a_kept_one_reported() {
    let rig = Rig::before(after(MIDDLE, Outcome::Again, Some(Retry::TooDry)));
    assert!(rig.sees(&Rig::words("advice-too-dry")));
    let rig = Rig::before(after(INDEX, Outcome::Kept { quality: 47, settled: true }, None));
    assert!(rig.sees("Telunjuk kanan tersimpan, mutu 47 (cukup)."));
    assert!(rig.sees("Tempelkan jari tengah kanan pada kaca."));
}

#[test]
fn between_two_tries_the_advice_stays_to_be_read() {
    let again = after(MIDDLE, Outcome::Again, Some(Retry::TooDry));
    let rig = Rig::before(Board { capture: None, ..again });
    assert!(rig.sees(&Rig::words("advice-too-dry")));
}

#[test]
fn an_unplugged_scanner_is_said_on_the_glass_and_the_step_can_wait() {
    let mut rig = Rig::before(in_phase(Phase::NoDevice(DeviceErrorKind::Gone)));
    assert!(rig.sees(&Rig::words("device-gone")));
    rig.press(Key::Space);
    assert_eq!(rig.acts(), []);
    rig.press(Key::Char('d'));
    rig.press(Key::Char('1'));
    let reason = Rig::words("capture-defer-device");
    assert_eq!(rig.acts(), [Act::Wish(Wish::Defer { reason })]);
}

#[test]
fn backspace_goes_back_and_what_was_recorded_stays() {
    let mut rig = Rig::before(in_phase(Phase::Live));
    rig.press(Key::Backspace);
    assert_eq!(rig.acts(), [Act::GoTo(Step::Signature)]);
}

#[test]
fn a_click_on_the_drawn_finger_chooses_it() {
    let mut rig = Rig::before(in_phase(Phase::Live));
    let window = rekam::ui::app::SMALLEST;
    // The drawing's place is not known here: one of the points of a fine grid must hit the left little finger.
    let points = (300..1000_u16).step_by(24).flat_map(|x| (200..620_u16).step_by(24).map(move |y| (x, y)));
    for (x, y) in points.filter(|(x, y)| f32::from(*x) < window.width && f32::from(*y) < window.height) {
        rig.drive(|ui| {
            ui.point_at(iced::Point::new(f32::from(x), f32::from(y)));
            let _ = ui.simulate(iced_test::simulator::click());
            Ok(())
        });
        let acts = rig.acts();
        rig.show(in_phase(Phase::Live));
        if acts.contains(&Act::Choose(Slot::Finger(Finger::LeftLittle))) {
            return;
        }
    }
    panic!("no point of the screen chooses the left little finger");
}

/// The right hand's four fingers are asked for together; the little one is missing.
fn slap(last: Option<Outcome>, phase: Phase) -> Board {
    let board = boards::capturing(begun(), MIDDLE, Aim::Fill, phase);
    let capture = board.capture.clone().map(|capture| Capture { slap: Some(Slap::RightFour), ..capture });
    let last = last.map(|outcome| Take { number: 3, slot: MIDDLE, outcome, advice: None });
    Board { capture, last, ..board }
}

fn fingers<const N: usize>(fingers: [Finger; N]) -> Fingers {
    fingers.into_iter().collect()
}

#[test]
fn fingers_laid_down_together_are_asked_for_together() {
    let rig = Rig::before(slap(None, Phase::Live));
    assert!(rig.sees("Tempelkan empat jari kanan pada kaca."));
    let capture = slap(None, Phase::Live).capture.unwrap();
    assert_eq!(capture.fingers(&begun()), fingers([Finger::RightIndex, Finger::RightMiddle, Finger::RightRing]));
}

#[test]
fn of_a_slap_every_finger_that_is_not_done_is_named() {
    let none = Fingers::default();
    let take =
        SlapTake { slap: Slap::RightFour, kept: none, poor: none, missing: none, repeated: none, doubtful: none };
    let missing = SlapTake { kept: fingers([Finger::RightIndex]), missing: fingers([Finger::RightRing]), ..take };
    let rig = Rig::before(slap(Some(Outcome::Slap(missing)), Phase::Live));
    assert!(rig.sees("Belum menyentuh kaca: jari manis kanan."));
    assert!(rig.sees("Jari tersimpan: 1. Belum menyentuh kaca: jari manis kanan."));
    let poor = SlapTake { poor: fingers([Finger::RightMiddle, Finger::RightRing]), ..take };
    assert!(
        Rig::before(slap(Some(Outcome::Slap(poor)), Phase::Live)).sees("Ulangi: jari tengah kanan, jari manis kanan.")
    );
    let doubtful = SlapTake { doubtful: fingers([Finger::RightRing]), ..take };
    let rig = Rig::before(slap(Some(Outcome::Slap(doubtful)), Phase::Live));
    assert!(rig.sees("Tidak pasti jari yang mana: jari manis kanan. Rekam sendiri: tekan angkanya."));
    let repeated = SlapTake { repeated: fingers([Finger::RightMiddle]), ..take };
    let rig = Rig::before(slap(Some(Outcome::Slap(repeated)), Phase::Live));
    assert!(rig.sees("Sudah direkam sebagai jari lain: jari tengah kanan."));
}

#[test]
fn the_other_hand_is_not_kept_and_the_operator_has_the_last_word() {
    let mut rig = Rig::before(slap(Some(Outcome::WrongHand { wanted: Slap::RightFour }), Phase::Live));
    assert!(rig.sees("Itu tangan yang lain. Tempelkan empat jari kanan."));
    rig.press(Key::Char('4'));
    assert_eq!(rig.acts(), [Act::Choose(Slot::Finger(Finger::RightRing))], "one finger alone");
    // Also the one that leads the slap.
    let mut rig = Rig::before(slap(None, Phase::Live));
    rig.press(Key::Char('3'));
    assert_eq!(rig.acts(), [Act::Choose(MIDDLE)]);
}

#[test]
fn the_print_on_the_glass_is_read_while_it_lies_there_but_not_those_of_a_slap() {
    let mut rig = Rig::before(in_phase(Phase::Live));
    assert!(!rig.sees("Di kaca: 97 (baik)"));
    drop(rig.app.update(Message::FrameDue));
    assert!(rig.sees("Di kaca: 97 (baik)"));
    let mut rig = Rig::before(slap(None, Phase::Live));
    drop(rig.app.update(Message::FrameDue));
    assert!(!rig.sees("Di kaca: 97 (baik)"));
}

#[test]
fn another_finger_in_the_place_of_a_kept_one_is_named_and_the_way_out_is_said() {
    let rig = Rig::before(Board {
        last: Some(Take { number: 3, slot: INDEX, outcome: Outcome::Unlike, advice: None }),
        ..boards::capturing(begun(), INDEX, Aim::Fill, Phase::Live)
    });
    assert!(rig.sees("Itu bukan telunjuk kanan yang tersimpan. Tempelkan telunjuk kanan lagi."));
    assert!(rig.sees("Tidak tersimpan: bukan telunjuk kanan yang tersimpan. Bila yang tersimpan salah, sisihkan."));
}

#[test]
fn how_it_looks() {
    let none = Fingers::default();
    let take = SlapTake {
        slap: Slap::RightFour,
        kept: fingers([Finger::RightIndex]),
        poor: fingers([Finger::RightMiddle]),
        missing: fingers([Finger::RightRing]),
        repeated: none,
        doubtful: none,
    };
    look_at("fingerprints-slap", &slap(Some(Outcome::Slap(take)), Phase::Live), |rig| {
        drop(rig.app.update(Message::FrameDue));
    });
    let frame = |rig: &mut Rig| drop(rig.app.update(Message::FrameDue));
    look_at("fingerprints-live", &after(INDEX, Outcome::Kept { quality: 47, settled: true }, None), frame);
    let wrong = Outcome::WrongFinger { shown: Finger::RightIndex };
    look_at("fingerprints-wrong", &after(MIDDLE, wrong, None), |_| ());
    look_at("fingerprints-skip", &in_phase(Phase::Live), |rig| {
        frame(rig);
        rig.press(Key::Char('l'));
    });
    look_at("fingerprints-done", &all_done(), |rig| rig.press(Key::Char('2')));
    let error = std::sync::Arc::new(rekam::station::counter::CounterError::NotNow);
    let trouble = Some(rekam::station::counter::Trouble { number: 1, error });
    look_at(
        "fingerprints-crowded",
        &Board { trouble, ..after(INDEX, Outcome::Kept { quality: 47, settled: true }, None) },
        |rig| {
            frame(rig);
            rig.press(Key::Char('l'));
        },
    );
    look_at("fingerprints-all", &all_done(), |_| ());
    look_at("fingerprints-gone", &in_phase(Phase::NoDevice(DeviceErrorKind::Gone)), |_| ());
}
