//! The resident's window.

use std::sync::Arc;

use crate::boards;
use crate::rig::{APPEARANCES, Rig};
use iced::Size;
use iced_test::Simulator;
use rekam::biometrics::face::Advice as FaceAdvice;
use rekam::domain::session::{Session, Slot, Step};
use rekam::office::words::{Language, Words};
use rekam::station::counter::{Aim, Board, Capture, Check, End, Finished, Home, Outcome, Phase, Stage, Take, Waiting};
use rekam::store::{Ticket, TicketState};
use rekam::ui::Preferences;
use rekam::ui::app::Message;
use rekam::ui::keys::Key;
use rekam_hal::{DeviceErrorKind, Eye, Finger, Retry, Slap};

/// The smallest window that a resident looks at.
const WINDOW: Size = Size::new(1024.0, 768.0);

fn window(rig: &Rig) -> Simulator<'_, Message> {
    Simulator::with_size(rekam::ui::settings(), WINDOW, rig.app.resident_view())
}

fn sees(rig: &Rig, text: &str) -> bool {
    window(rig).find(text).is_ok()
}

fn look_at(name: &str, board: &Board, prepare: impl Fn(&mut Rig)) {
    for (language, look, appearance) in APPEARANCES {
        let mut rig = Rig::with(board.clone(), Preferences { language, look, ..Preferences::default() });
        drop(rig.app.update(Message::FrameDue));
        prepare(&mut rig);
        let path = format!("{}/target/screens/resident-{name}-{appearance}", env!("CARGO_MANIFEST_DIR"));
        drop(std::fs::remove_file(format!("{path}-tiny-skia.png")));
        let picture = window(&rig).snapshot(&look.theme()).unwrap();
        assert!(picture.matches_image(&path).unwrap());
    }
}

fn called(number: u32) -> Board {
    let ticket = Ticket {
        id: 1,
        day: "2026-11-23".into(),
        number,
        state: TicketState::Called,
        priority: false,
        family: None,
        nik: None,
        record: None,
        desk: None,
        calls: 1,
        issued_at: boards::NOW,
        called_at: Some(boards::NOW),
        served_at: None,
        ended_at: None,
    };
    let called = Waiting { ticket, name: "SITI AISYAH CONTOH".into(), lost: false };
    Board { home: Arc::new(Home { called: Some(called), ..Home::default() }), ..boards::open() }
}

fn finger(session: Session, finger: Finger, phase: Phase) -> Board {
    boards::capturing(session, Slot::Finger(finger), Aim::Fill, phase)
}

fn finished(end: End) -> Board {
    let finished = Finished {
        record: boards::opened().record().clone(),
        name: "SITI AISYAH CONTOH".into(),
        end,
        slip: None,
        printed: None,
        exceptions: Vec::new(),
        hits: 1,
    };
    Board { finished: Some(Arc::new(finished)), ..boards::open() }
}

/// A record whose person has been confirmed, so that the data are to be signed.
fn confirmed() -> Session {
    let mut session = boards::standing_at(Step::Confirm);
    boards::compare(&mut session, Slot::Finger(Finger::RightIndex), 9.0);
    boards::compare(&mut session, Slot::Finger(Finger::LeftIndex), 9.0);
    assert!(session.is_confirmed());
    session
}

#[test]
fn with_nobody_at_the_desk_it_welcomes_and_calls_by_number_and_not_by_name() {
    let rig = Rig::before(boards::open());
    assert!(sees(&rig, &Rig::words("resident-welcome")) && sees(&rig, &Rig::words("resident-free")));
    let rig = Rig::before(called(47));
    assert!(sees(&rig, "47") && sees(&rig, &Rig::words("resident-come")));
    assert!(!sees(&rig, "SITI AISYAH CONTOH"));
    look_at("welcome", &boards::open(), |_| ());
    look_at("called", &called(47), |_| ());
}

#[test]
fn the_own_data_are_read_along_on_the_verify_step() {
    let board = boards::seated(boards::opened());
    let rig = Rig::before(board.clone());
    for shown in ["SITI AISYAH CONTOH", "3303105708909001", "17-08-1990", "SUMARNI / BAMBANG CONTOH"] {
        assert!(sees(&rig, shown), "{shown}");
    }
    look_at("verify", &board, |_| ());
}

#[test]
fn long_data_still_fit() {
    let mut resident = boards::resident();
    let long = "RADEN RORO MARIA MAGDALENA KUSUMANINGTYAS HADIWIJAYANTI NOTODININGRAT";
    resident.name = rekam::domain::name::Name::try_from(long.to_owned()).unwrap();
    resident.address.street =
        "JALAN JENDERAL SUDIRMAN GANG KENANGA TIGA NOMOR 123 BLOK C PERUMAHAN GRIYA PERMATA INDAH SELATAN DEKAT PASAR LAMA".into();
    resident.address.hamlet = Some("DUSUN KARANGJAMBU LOR".into());
    resident.mother_name =
        Some(rekam::domain::name::Name::try_from("SRI WAHYUNINGSIH KUSUMAWARDHANI".to_owned()).unwrap());
    resident.occupation = rekam::domain::codes::Occupation::STUDENT;
    let what = Session::opening(
        resident,
        rekam::domain::session::RecordClass::Register,
        Default::default(),
        Default::default(),
    );
    let event = rekam::domain::session::Event {
        seq: 0,
        at: boards::NOW,
        operator: boards::user("operator"),
        device: None,
        what,
    };
    let session = Session::open(boards::opened().record().clone(), event).unwrap();
    let board = boards::seated(session);
    assert!(sees(&Rig::before(board.clone()), long));
    look_at("verify-long", &board, |_| ());
}

#[test]
fn nothing_is_shown_while_the_station_is_locked_or_a_supervisor_works() {
    let board = boards::seated(boards::opened());
    let locked = Rig::before(Board { stage: Stage::Locked, ..board.clone() });
    let mut supervisor = Rig::before(board);
    supervisor.press(Key::F(4));
    for rig in [locked, supervisor] {
        assert!(sees(&rig, &Rig::words("resident-wait")));
        for hidden in ["SITI AISYAH CONTOH", "3303105708909001"] {
            assert!(!sees(&rig, hidden));
        }
        assert!(!sees(&rig, &Rig::words("step-fingerprints")));
    }
}

#[test]
fn the_duplicate_check_and_qualities_are_not_the_residents_business() {
    let board = Board { check: Check::Done(126), ..boards::seated(boards::standing_at(Step::Iris)) };
    let rig = Rig::before(board);
    for words in ["check-done", "quality-good", "quality-poor"] {
        assert!(!sees(&rig, &Rig::words(words)));
    }
}

#[test]
fn the_portrait_is_shown_to_be_approved() {
    let mut session = boards::standing_at(Step::Photo);
    let live = boards::capturing(session.clone(), Slot::Photo, Aim::Fill, Phase::Live);
    assert!(sees(&Rig::before(live.clone()), &Rig::words("resident-photo")));
    look_at("photo-live", &live, |_| ());
    boards::accept(&mut session, Slot::Photo, 100);
    let taken = boards::seated(session);
    assert!(sees(&Rig::before(taken.clone()), &Rig::words("resident-photo-approve")));
    look_at("photo-taken", &taken, |_| ());
}

#[test]
fn the_signature_is_mirrored_while_it_is_written() {
    let session = boards::standing_at(Step::Signature);
    let before = boards::seated(session.clone());
    let rig = Rig::before(before.clone());
    assert!(sees(&rig, &Rig::words("resident-sign")));
    look_at("signature-waiting", &before, |_| ());
    let live = boards::capturing(session.clone(), Slot::Signature, Aim::Fill, Phase::Live);
    look_at("signature-live", &live, |_| ());
    let mut session = session;
    boards::accept(&mut session, Slot::Signature, 100);
    let rig = Rig::before(boards::seated(session));
    assert!(sees(&rig, &Rig::words("resident-signed")));
}

#[test]
fn four_fingers_are_asked_for_together_and_drawn_together() {
    let board = finger(boards::standing_at(Step::Fingerprints), Finger::LeftLittle, Phase::Live);
    let capture = board.capture.clone().map(|capture| Capture { slap: Some(Slap::LeftFour), ..capture });
    let board = Board { capture, ..board };
    assert!(sees(&Rig::before(board.clone()), "Letakkan empat jari kiri pada kaca."));
    look_at("slap", &board, |_| ());
}

#[test]
fn the_finger_in_turn_is_named_with_plain_advice() {
    let words = Words::of(Language::Indonesian);
    let says = |finger| words.say("resident-finger", &[("finger", finger)]);
    let session = boards::standing_at(Step::Fingerprints);
    let board = boards::seated(session.clone());
    assert!(sees(&Rig::before(board), &says("ibu jari kanan")));
    let board = finger(session.clone(), Finger::LeftRing, Phase::Live);
    assert!(sees(&Rig::before(board.clone()), &says("jari manis kiri")));
    let take =
        Take { number: 1, slot: Slot::Finger(Finger::LeftRing), outcome: Outcome::Again, advice: Some(Retry::TooDry) };
    let again = Board { last: Some(take.clone()), ..board.clone() };
    assert!(sees(&Rig::before(again), &Rig::words("resident-advice-too-dry")));
    let wrong = Take { outcome: Outcome::WrongFinger { shown: Finger::LeftMiddle }, advice: None, ..take };
    assert!(sees(&Rig::before(Board { last: Some(wrong), ..board }), &Rig::words("resident-wrong-finger")));
    let mut half = session;
    for finger in &Finger::ALL[..4] {
        boards::accept(&mut half, Slot::Finger(*finger), 80);
    }
    look_at("fingers", &finger(half, Finger::RightLittle, Phase::Judging), |_| ());
    let mut all = boards::standing_at(Step::Fingerprints);
    boards::fill(&mut all);
    let rig = Rig::before(boards::seated(all));
    assert!(sees(&rig, &Rig::words("resident-fingers-done")));
}

#[test]
fn a_cable_that_is_out_is_not_the_residents_fault() {
    let session = boards::standing_at(Step::Fingerprints);
    let board = finger(session, Finger::LeftThumb, Phase::NoDevice(DeviceErrorKind::Gone));
    let rig = Rig::before(board);
    assert!(sees(&rig, &Rig::words("resident-wait")) && !sees(&rig, &Rig::words("device-gone")));
}

#[test]
fn the_resident_is_told_what_to_do_with_the_face_and_nothing_that_is_the_officers() {
    let rig = |advice, held| {
        let live = boards::capturing(boards::standing_at(Step::Photo), Slot::Photo, Aim::Fill, Phase::Live);
        let mut rig = Rig::before(boards::watched(live, boards::view(advice, held)));
        drop(rig.app.update(rekam::ui::app::Message::FrameDue));
        rig
    };
    assert!(sees(&rig(Some(FaceAdvice::ChinUp), 0.0), &Rig::words("resident-face-chin-up")));
    assert!(sees(&rig(Some(FaceAdvice::ChangeBackdrop), 0.0), &Rig::words("resident-photo")));
    assert!(sees(&rig(None, 0.5), &Rig::words("resident-face-hold")));
}

#[test]
fn nobody_is_asked_for_a_finger_that_is_missing() {
    let session = boards::standing_at(Step::Fingerprints);
    let board = boards::capturing(session, Slot::Finger(Finger::LeftThumb), Aim::Evidence, Phase::Live);
    let rig = Rig::before(board);
    let asked = Words::of(Language::Indonesian).say("resident-finger", &[("finger", "ibu jari kiri")]);
    assert!(sees(&rig, &Rig::words("resident-evidence")) && !sees(&rig, &asked));
}

#[test]
fn the_eye_in_turn_is_named() {
    let words = Words::of(Language::Indonesian);
    let mut session = boards::standing_at(Step::Iris);
    boards::accept(&mut session, Slot::Eye(Eye::Right), 77);
    let board = boards::seated(session);
    assert!(sees(&Rig::before(board.clone()), &words.say("resident-eye", &[("eye", "mata kiri")])));
    look_at("iris", &board, |_| ());
}

#[test]
fn the_data_are_shown_once_more_to_be_signed() {
    let board = boards::seated(boards::standing_at(Step::Confirm));
    assert!(sees(&Rig::before(board), &Rig::words("resident-compare-more")));
    let board = boards::seated(confirmed());
    let rig = Rig::before(board.clone());
    assert!(sees(&rig, &Rig::words("resident-approve")) && sees(&rig, "SITI AISYAH CONTOH"));
    look_at("approve", &board, |_| ());
    let live = boards::capturing(confirmed(), Slot::Approval, Aim::Fill, Phase::Live);
    look_at("approve-live", &live, |_| ());
}

#[test]
fn at_the_end_it_says_what_happens_next_and_never_that_there_is_a_finding() {
    let rig = Rig::before(finished(End::Completed));
    assert!(sees(&rig, &Rig::words("resident-done")) && sees(&rig, &Rig::words("resident-done-more")));
    let words = Words::of(Language::Indonesian);
    let rig = Rig::before(finished(End::Rescheduled(time::macros::date!(2026 - 11 - 30))));
    assert!(sees(&rig, &words.say("resident-rescheduled", &[("date", "30-11-2026")])));
    let rig = Rig::before(finished(End::Cancelled));
    assert!(sees(&rig, &Rig::words("resident-cancelled-more")));
    look_at("done", &finished(End::Completed), |_| ());
}

#[test]
fn it_follows_the_language() {
    let english = rekam::ui::preferences::Tongue::English;
    let rig = Rig::with(boards::open(), Preferences { language: english, ..Preferences::default() });
    assert!(sees(&rig, &Words::of(Language::English).get("resident-welcome")));
}
