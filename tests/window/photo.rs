//! The portrait.

use crate::boards;
use crate::rig::{Rig, look_at};
use rekam::biometrics::face::{Advice, Check};
use rekam::domain::codes::Nationality;
use rekam::domain::session::{FaceAlike, FacesFound, Policy, Session, Slot, Step, Wish};
use rekam::station::counter::{Act, Aim, Board, Phase};
use rekam::station::portrait::{ADVICE, advice_word};
use rekam::ui::app::{Message, Shown};
use rekam::ui::keys::Key;
use rekam_hal::DeviceErrorKind;

fn live() -> Board {
    boards::capturing(boards::standing_at(Step::Photo), Slot::Photo, Aim::Fill, Phase::Live)
}

/// A portrait that the resident has not seen yet.
fn taken() -> Board {
    let mut session = boards::standing_at(Step::Photo);
    boards::accept(&mut session, Slot::Photo, 100);
    boards::seated(session)
}

fn approved() -> Board {
    let mut session = boards::standing_at(Step::Photo);
    boards::fill(&mut session);
    boards::seated(session)
}

#[test]
fn enter_and_space_take_the_photo() {
    for key in [Key::Enter, Key::Space] {
        let mut rig = Rig::before(live());
        assert_eq!(rig.shown(), Shown::Photo);
        rig.press(key);
        assert_eq!(rig.acts(), [Act::Shutter]);
    }
}

#[test]
fn a_held_enter_takes_no_photo() {
    let mut rig = Rig::before(live());
    rig.hold(Key::Enter);
    assert_eq!(rig.acts(), []);
}

#[test]
fn the_taken_photo_is_shown_to_the_resident_and_enter_approves_it() {
    let mut rig = Rig::before(taken());
    assert!(rig.sees(&Rig::words("photo-show")));
    rig.press(Key::Enter);
    assert_eq!(rig.acts(), [Act::ApprovePhoto, Act::Next]);
}

#[test]
fn an_enter_that_meets_a_portrait_nobody_has_seen_neither_approves_it_nor_sets_it_aside() {
    for portrait in [taken(), faulty()] {
        let mut rig = Rig::before(live());
        rig.press(Key::Enter);
        assert_eq!(rig.acts(), [Act::Shutter]);
        // Pressed again before the counter has answered, and once more when the picture has just appeared.
        rig.press(Key::Enter);
        rig.show(portrait);
        let appeared = std::time::Instant::now();
        for key in [Key::Enter, Key::Char('r')] {
            rig.press(key);
            let acts = rig.acts();
            // On a machine that stood still in between, the resident has seen it.
            assert!(acts.is_empty() || appeared.elapsed().as_millis() >= 700, "{acts:?}");
        }
        std::thread::sleep(std::time::Duration::from_millis(750));
        rig.press(Key::Char('r'));
        assert_eq!(rig.acts(), [Act::Retake { slot: Slot::Photo, discard: true }]);
    }
}

/// A portrait with faults.
fn faulty() -> Board {
    let mut session = boards::standing_at(Step::Photo);
    boards::photograph(&mut session, boards::measured(&["head_pose_pitch", "eyes_open"], Some("chin-up")));
    boards::seated(session)
}

fn overridden() -> Board {
    let mut session = boards::standing_at(Step::Photo);
    boards::photograph(&mut session, boards::measured(&["head_pose_pitch", "eyes_open"], Some("chin-up")));
    let sample = session.samples()[0].id.clone();
    boards::wish(&mut session, Wish::OverridePhoto { sample, reason: Rig::words("photo-override-condition") });
    boards::seated(session)
}

/// A good portrait whose face looks like somebody else's.
fn alike() -> Board {
    let mut session = boards::standing_at(Step::Photo);
    boards::photograph(&mut session, boards::measured(&[], None));
    resemble(&mut session);
    boards::seated(session)
}

fn resemble(session: &mut Session) {
    let sample = session.samples()[0].id.clone();
    let other_nik = "3303101708909002".parse().unwrap();
    let others = vec![FaceAlike { other_nik, other_record: None, distance: 0.31, likeness: 0.99 }];
    boards::wish(session, Wish::ReportFaces { found: FacesFound { sample, limit: 0.52, others } });
}

/// A preview that was looked at.
fn watched(advice: Option<Advice>, held: f32) -> Rig {
    let mut rig = Rig::before(boards::watched(live(), boards::view(advice, held)));
    drop(rig.app.update(Message::FrameDue));
    rig
}

#[test]
fn the_live_preview_says_the_one_thing_to_do_and_the_cloth_that_is_seen() {
    assert!(watched(Some(Advice::ChinUp), 0.0).sees(&Rig::words("face-advice-chin-up")));
    assert!(watched(None, 0.4).sees(&Rig::words("photo-hold")));
    assert!(watched(None, 0.0).sees(&Rig::words("photo-now")));
    let colour = Rig::words("backdrop-blue");
    let seen = rekam::office::words::Words::of(rekam::office::words::Language::Indonesian)
        .say("photo-backdrop-seen", &[("colour", &colour)]);
    assert!(watched(None, 0.4).sees(&seen));
}

#[test]
fn the_shutter_works_whatever_the_preview_says() {
    let mut rig = watched(Some(Advice::NoFace), 0.0);
    rig.press(Key::Enter);
    assert_eq!(rig.acts(), [Act::Shutter]);
}

#[test]
fn enter_takes_a_photo_with_faults_again_and_says_what_is_wrong_first() {
    let mut rig = Rig::before(faulty());
    assert!(rig.sees(&Rig::words("face-advice-chin-up")));
    assert!(rig.sees(&Rig::words("check-head-pose-pitch")) && rig.sees(&Rig::words("check-eyes-open")));
    assert!(!rig.sees(&Rig::words("check-head-pose-yaw")));
    rig.press(Key::Enter);
    assert_eq!(rig.acts(), [Act::Retake { slot: Slot::Photo, discard: true }]);
}

#[test]
fn a_photo_with_faults_is_used_only_with_a_reason_and_then_still_approved() {
    let mut rig = Rig::before(faulty());
    rig.press(Key::Char('o'));
    assert_eq!(rig.acts(), []);
    rig.press(Key::Char('1'));
    let reason = Rig::words("photo-override-condition");
    assert_eq!(rig.acts(), [Act::OverridePhoto { reason }]);
    rig.show(overridden());
    assert!(rig.sees(&Rig::words("photo-show")));
    rig.press(Key::Enter);
    assert_eq!(rig.acts(), [Act::ApprovePhoto, Act::Next]);
}

#[test]
fn a_photo_with_faults_may_be_used_for_a_reason_in_own_words() {
    let mut rig = Rig::before(faulty());
    rig.press(Key::Char('o'));
    rig.press(Key::Char('4'));
    rig.type_into("capture-words", "Leher cedera");
    rig.press(Key::Enter);
    assert_eq!(rig.acts(), [Act::OverridePhoto { reason: "Leher cedera".into() }]);
}

#[test]
fn a_backdrop_is_painted_only_where_the_station_allows_it() {
    let mut rig = Rig::before(taken());
    rig.press(Key::Char('b'));
    assert_eq!(rig.acts(), []);
    let mut session = boards::standing_under(Step::Photo, Policy { repaint: true, ..Policy::default() });
    boards::accept(&mut session, Slot::Photo, 100);
    let mut rig = Rig::before(boards::seated(session));
    rig.press(Key::Char('b'));
    assert_eq!(rig.acts(), [Act::Repaint]);
}

#[test]
fn a_face_that_looks_like_another_is_said_without_a_name_and_enter_approves_all_the_same() {
    let mut rig = Rig::before(alike());
    assert!(rig.sees(&Rig::words("photo-face-alike")));
    assert!(!rig.sees("3303101708909002"));
    rig.press(Key::Enter);
    assert_eq!(rig.acts(), [Act::ApprovePhoto, Act::Next]);
    assert!(!Rig::before(taken()).sees(&Rig::words("photo-face-alike")));
}

#[test]
fn every_advice_and_every_check_has_words_in_both_languages() {
    use rekam::office::words::{Language, Words};
    for language in [Language::Indonesian, Language::English] {
        let words = Words::of(language);
        for advice in ADVICE {
            assert!(words.has(&format!("face-advice-{}", advice_word(advice))), "{advice:?}");
        }
        let whole = ["no_face", "many_faces", "verdict"];
        for name in Check::ALL.iter().map(|check| check.name()).chain(whole) {
            assert!(words.has(&format!("check-{}", name.replace('_', "-"))), "{name}");
        }
    }
}

#[test]
fn a_photo_that_is_not_liked_is_taken_again_and_stands_for_nothing() {
    let mut rig = Rig::before(taken());
    rig.press(Key::Char('r'));
    assert_eq!(rig.acts(), [Act::Retake { slot: Slot::Photo, discard: true }]);
}

#[test]
fn an_approved_photo_is_not_approved_twice() {
    let mut rig = Rig::before(approved());
    assert!(rig.sees(&Rig::words("photo-done")));
    rig.press(Key::Enter);
    assert_eq!(rig.acts(), [Act::Next]);
}

#[test]
fn a_photo_cannot_be_skipped() {
    let mut rig = Rig::before(live());
    rig.press(Key::Char('l'));
    rig.press(Key::Char('1'));
    assert_eq!(rig.acts(), []);
}

#[test]
fn the_backdrop_follows_the_year_of_birth_and_the_nationality() {
    let seated = |change: fn(&mut rekam::domain::resident::Resident)| {
        let mut resident = boards::resident();
        change(&mut resident);
        let mut session = boards::standing_at(Step::Photo);
        boards::wish(&mut session, Wish::Park { reason: "x".into() });
        boards::wish(&mut session, Wish::Resume { resident: Some(Box::new(resident)) });
        boards::fill(&mut session);
        boards::wish(&mut session, Wish::Next);
        Rig::before(boards::seated(session))
    };
    let even = Rig::before(live());
    assert!(even.sees(&Rig::words("photo-blue")));
    let odd = seated(|resident| resident.birth_date = time::macros::date!(1991 - 08 - 17));
    assert!(odd.sees(&Rig::words("photo-red")));
    let foreign = seated(|resident| resident.nationality = Nationality::Foreign);
    assert!(foreign.sees(&Rig::words("photo-orange")));
}

#[test]
fn an_unplugged_camera_is_said_where_the_picture_would_be_and_nothing_is_taken() {
    let phase = Phase::NoDevice(DeviceErrorKind::Gone);
    let board = boards::capturing(boards::standing_at(Step::Photo), Slot::Photo, Aim::Fill, phase);
    let mut rig = Rig::before(board);
    assert!(rig.sees(&Rig::words("device-gone")));
    rig.press(Key::Enter);
    rig.press(Key::Space);
    assert_eq!(rig.acts(), []);
    rig.press(Key::Char('d'));
    rig.press(Key::Char('1'));
    let reason = Rig::words("capture-defer-device");
    assert_eq!(rig.acts(), [Act::Wish(Wish::Defer { reason })]);
}

#[test]
fn parking_asks_for_a_reason_by_a_digit() {
    let mut rig = Rig::before(live());
    rig.press(Key::Char('p'));
    assert_eq!(rig.acts(), []);
    assert!(rig.sees(&Rig::words("capture-ask-park")));
    rig.press(Key::Char('2'));
    assert_eq!(rig.acts(), [Act::Park { reason: Rig::words("capture-park-companion") }]);
}

#[test]
fn parking_takes_own_words_and_refuses_none() {
    let mut rig = Rig::before(live());
    rig.press(Key::Char('p'));
    rig.press(Key::Char('4'));
    rig.drive(|ui| {
        ui.click(iced_test::selector::id("capture-words"))?;
        let _ = ui.tap_key(iced::keyboard::key::Named::Enter);
        Ok(())
    });
    assert!(rig.sees(&Rig::words("capture-ask-wordless")));
    rig.type_into("capture-words", "Ke toilet");
    rig.press(Key::Enter);
    assert_eq!(rig.acts(), [Act::Park { reason: "Ke toilet".into() }]);
}

#[test]
fn a_question_does_not_take_photos_and_escape_closes_it() {
    let mut rig = Rig::before(live());
    rig.press(Key::Char('p'));
    rig.press(Key::Space);
    rig.press(Key::Enter);
    assert_eq!(rig.acts(), []);
    rig.press(Key::Escape);
    assert!(!rig.sees(&Rig::words("capture-ask-park")));
    rig.press(Key::Space);
    assert_eq!(rig.acts(), [Act::Shutter]);
}

#[test]
fn a_record_is_cancelled_only_with_a_reason_and_a_second_f9() {
    let mut rig = Rig::before(live());
    rig.press(Key::F(9));
    rig.press(Key::F(9));
    assert_eq!(rig.acts(), []);
    rig.press(Key::Char('1'));
    assert_eq!(rig.acts(), []);
    // Enter goes back to the work; nothing is lost by impatience.
    rig.press(Key::Enter);
    assert_eq!(rig.acts(), []);
    assert!(!rig.sees(&Rig::words("capture-ask-cancel")));
    rig.press(Key::F(9));
    rig.press(Key::Char('1'));
    rig.press(Key::F(9));
    assert_eq!(rig.acts(), [Act::Cancel { reason: Rig::words("capture-cancel-wish") }]);
}

#[test]
fn backspace_goes_to_the_step_before() {
    let mut rig = Rig::before(taken());
    rig.press(Key::Backspace);
    assert_eq!(rig.acts(), [Act::GoTo(Step::Verify)]);
}

#[test]
fn how_it_looks() {
    look_at("photo-live", &live(), |rig| drop(rig.app.update(Message::FrameDue)));
    look_at("photo-taken", &taken(), |_| ());
    for (name, advice, held) in [
        ("photo-guided", Some(Advice::TurnLeft), 0.0),
        ("photo-tilted", Some(Advice::HeadUpright), 0.0),
        ("photo-closer", Some(Advice::Closer), 0.0),
        ("photo-held", None, 0.6),
    ] {
        let board = boards::watched(live(), boards::view(advice, held));
        look_at(name, &board, |rig| drop(rig.app.update(Message::FrameDue)));
    }
    look_at("photo-faulty", &faulty(), |_| ());
    look_at("photo-overridden", &overridden(), |_| ());
    look_at("photo-override", &faulty(), |rig| rig.press(Key::Char('o')));
    let mut good = boards::standing_at(Step::Photo);
    boards::photograph(&mut good, boards::measured(&[], None));
    look_at("photo-good", &boards::seated(good), |_| ());
    look_at("photo-alike", &alike(), |_| ());
    let mut crowded = boards::standing_at(Step::Photo);
    let faults = ["head_pose_pitch", "eyes_open", "head_pose_yaw", "sharpness", "backdrop_colour"];
    boards::photograph(&mut crowded, boards::measured(&faults, Some("chin-up")));
    resemble(&mut crowded);
    look_at("photo-alike-faulty", &boards::seated(crowded.clone()), |_| ());
    let again = boards::capturing(crowded, Slot::Photo, Aim::Fill, Phase::Live);
    look_at("photo-alike-again", &again, |rig| drop(rig.app.update(Message::FrameDue)));
    look_at("photo-cancel", &live(), |rig| {
        drop(rig.app.update(Message::FrameDue));
        rig.press(Key::F(9));
        rig.press(Key::Char('1'));
    });
    let phase = Phase::NoDevice(DeviceErrorKind::Gone);
    let gone = boards::capturing(boards::standing_at(Step::Photo), Slot::Photo, Aim::Fill, phase);
    look_at("photo-gone", &gone, |_| ());
}
