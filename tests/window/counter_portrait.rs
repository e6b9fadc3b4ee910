//! Portraits and photos of what is empty, through the counter with its simulated camera.

use std::collections::BTreeMap;

use rekam::biometrics::face::Wanted;
use rekam::domain::session::{ExceptionReason, Field, Slot, Step, Wish};
use rekam::station::counter::{Act, Aim, Line, Passphrase, Phase, Rules, Stage, Start, start};
use rekam::station::training::Training;
use rekam::station::training::presenter::Body;
use rekam::station::{Engines, Models};
use rekam::store::{FACE, NewGalleryPerson, Origin};
use rekam_hal::Finger;
use rekam_simulator::people::portrait::portrait;
use time::OffsetDateTime;

use super::counter::{approve, done, until};

/// A resident whose data are confirmed.
fn seated(line: &Line) {
    done(line, Act::CallNext);
    done(line, Act::Receive);
    done(line, Act::Wish(Wish::ConfirmData { fields: Field::ALL.into(), acknowledged: Vec::new() }));
}

fn opened(dir: &tempfile::TempDir) -> (Line, std::thread::JoinHandle<()>) {
    opened_with(dir, Models::Embedded)
}

fn opened_with(dir: &tempfile::TempDir, models: Models) -> (Line, std::thread::JoinHandle<()>) {
    let (line, thread) = start(Start { dir: dir.path().to_owned(), models, setup: false }).unwrap();
    until(&line, "ready", |board| board.stage == Stage::Closed);
    done(&line, Act::Login { user: "operator".into(), passphrase: Passphrase::new("latihan") });
    (line, thread)
}

#[test]
fn a_portrait_in_which_everything_holds_takes_itself_and_nobody_pressed_a_key() {
    let dir = tempfile::tempdir().unwrap();
    let (line, thread) = opened(&dir);
    seated(&line);
    done(&line, Act::Next);
    let seen = until(&line, "the preview that is looked at", |board| {
        let portrait = board.capture.as_ref().and_then(|capture| capture.portrait.clone());
        portrait.is_some_and(|view| view.borrow().is_some()) || board.last.is_some()
    });
    assert!(seen.rules.by_itself);
    let board = until(&line, "the photo", |board| board.seat.as_ref().is_some_and(|seat| seat.shown.photo.is_some()));
    let session = board.session().unwrap();
    let taken = session.attempts(Slot::Photo).last().unwrap();
    assert!(taken.portrait.as_ref().is_some_and(|findings| findings.faces == 1));
    assert!(board.seat.as_ref().is_some_and(|seat| seat.shown.card.is_some()));
    assert!(!session.is_done(Step::Photo), "the resident has not agreed");
    drop((seen, board, line));
    thread.join().unwrap();
}

#[test]
fn where_portraits_are_taken_by_hand_none_takes_itself() {
    let dir = tempfile::tempdir().unwrap();
    let (line, thread) = opened(&dir);
    done(&line, Act::Logout);
    done(&line, Act::Login { user: "supervisor".into(), passphrase: Passphrase::new("latihan") });
    done(&line, Act::SaveRules(Box::new(Rules { by_itself: false, ..Rules::default() })));
    done(&line, Act::Logout);
    done(&line, Act::Login { user: "operator".into(), passphrase: Passphrase::new("latihan") });
    seated(&line);
    done(&line, Act::Next);
    let looks = |count: u64| {
        move |board: &rekam::station::counter::Board| {
            let portrait = board.capture.as_ref().and_then(|capture| capture.portrait.clone());
            portrait.is_some_and(|view| view.borrow().as_ref().is_some_and(|view| view.number >= count))
        }
    };
    // More looks than the time of holding has.
    let board = until(&line, "many looks", looks(40));
    assert!(board.seat.as_ref().is_some_and(|seat| seat.shown.photo.is_none()));
    line.tell(Act::Shutter);
    until(&line, "the photo", |board| board.seat.as_ref().is_some_and(|seat| seat.shown.photo.is_some()));
    drop((board, line));
    thread.join().unwrap();
}

/// People who have numbers on a training day that nobody has begun.
const WAITING: usize = 24;

/// A training station that holds the face of everybody who may be called under another NIK too, and under which. Drawn
/// strangers lie on either side of the limit: nothing can be promised of them.
fn with_faces() -> (tempfile::TempDir, BTreeMap<String, String>) {
    let dir = tempfile::tempdir().unwrap();
    let now = OffsetDateTime::now_utc();
    let training = Training::for_window(dir.path(), now).unwrap();
    let engines = Engines::new(Models::Embedded);
    let sound = training.rows.iter().rev().filter(|row| row.defect.is_none());
    let mut known = BTreeMap::new();
    let mut people = Vec::new();
    for (row, other) in training.rows.iter().take(WAITING).zip(sound) {
        let Body { seed, look, .. } = Body::of_row(row, now.date());
        // Another picture than any that the camera of the station makes first.
        let face = engines.photo(&portrait(seed, 9, look), Wanted::default()).unwrap().template.unwrap();
        people.push(NewGalleryPerson {
            nik: other.nik.clone(),
            origin: Origin::Cached,
            templates: vec![(FACE, 0, face)],
        });
        known.insert(row.nik.clone(), other.nik.clone());
    }
    training.store.call(move |db| db.gallery_put(&people)).unwrap();
    (dir, known)
}

#[test]
fn a_face_that_looks_like_another_is_said_before_the_resident_agrees_where_the_rules_want_it() {
    let (dir, known) = with_faces();
    let (line, thread) = opened(&dir);
    assert!(!line.board().rules.policy.faces, "drawn people resemble each other: training begins without");
    done(&line, Act::Logout);
    done(&line, Act::Login { user: "supervisor".into(), passphrase: Passphrase::new("latihan") });
    done(&line, Act::SaveRules(Box::new(Rules { by_itself: false, ..Rules::default() })));
    done(&line, Act::Logout);
    done(&line, Act::Login { user: "operator".into(), passphrase: Passphrase::new("latihan") });
    seated(&line);
    done(&line, Act::Next);
    until(&line, "the camera", |board| board.capture.as_ref().is_some_and(|capture| capture.phase == Phase::Live));
    line.tell(Act::Shutter);
    let said = until(&line, "the alert", |board| board.session().is_some_and(|s| !s.faces_alike().is_empty()));
    let session = said.session().unwrap();
    let nearest = &session.faces_alike()[0];
    assert_eq!(nearest.other_nik.as_str(), known[session.nik().as_str()]);
    assert!(nearest.likeness > 0.99 && nearest.other_record.is_none(), "{nearest:?}");
    assert!(!session.is_done(Step::Photo) && session.hits().count() == 0 && said.trouble.is_none());
    approve(&line);
    let board = done(&line, Act::Next);
    assert_eq!(board.session().unwrap().step(), Step::Signature);
    drop((said, board, line));
    thread.join().unwrap();
}

#[test]
fn a_network_that_is_missing_is_named_before_anybody_waits_for_guidance() {
    let (dir, models) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (line, thread) = opened_with(&dir, Models::Folder(models.path().to_owned()));
    seated(&line);
    line.tell(Act::Next);
    let said = |board: &rekam::station::counter::Board| {
        board.trouble.as_ref().map(|trouble| trouble.error.to_string()).unwrap_or_default()
    };
    let missing = |board: &rekam::station::counter::Board| said(board).contains("face_detector.onnx");
    let board = until(&line, "what is missing", missing);
    let first = board.trouble.as_ref().map(|trouble| trouble.number);
    // Read, the camera shows the resident again, and it is not said a second time before a picture is taken.
    done(&line, Act::ClearTrouble);
    until(&line, "the preview", |board| {
        assert!(board.trouble.is_none(), "{}", said(board));
        board.capture.as_ref().is_some_and(|capture| capture.phase == Phase::Live && capture.portrait.is_none())
    });
    line.tell(Act::Shutter);
    let board = until(&line, "what is missing, again", missing);
    assert_ne!(board.trouble.as_ref().map(|trouble| trouble.number), first);
    assert!(board.seat.as_ref().is_some_and(|seat| seat.shown.photo.is_none()));
    drop((board, line));
    thread.join().unwrap();
}

#[test]
fn a_photo_of_what_is_empty_is_taken_shown_and_stands_in_every_exception() {
    let dir = tempfile::tempdir().unwrap();
    let (line, thread) = opened(&dir);
    seated(&line);
    done(&line, Act::GoTo(Step::Fingerprints));
    let number = line.tell(Act::Evidence { begin: true });
    let board = until(&line, "the refusal", |board| board.answered >= number);
    assert!(board.trouble.is_some(), "nothing is empty yet");
    done(&line, Act::ClearTrouble);
    for finger in [Finger::RightLittle, Finger::LeftLittle] {
        let slot = Slot::Finger(finger);
        done(&line, Act::Except { slot, reason: ExceptionReason::Missing, note: String::new() });
    }
    let takes = |phase| {
        move |board: &rekam::station::counter::Board| {
            board.capture.as_ref().is_some_and(|capture| capture.aim == Aim::Evidence && capture.phase == phase)
        }
    };
    done(&line, Act::Evidence { begin: true });
    until(&line, "the camera", takes(Phase::Live));
    // Given up, the fingers go on; begun again, it is taken.
    done(&line, Act::Evidence { begin: false });
    until(&line, "a finger", |board| board.capture.as_ref().is_some_and(|capture| capture.aim == Aim::Fill));
    done(&line, Act::Evidence { begin: true });
    until(&line, "the camera again", takes(Phase::Live));
    line.tell(Act::Shutter);
    let board =
        until(&line, "the photo", |board| board.seat.as_ref().is_some_and(|seat| seat.shown.evidence.is_some()));
    let session = board.session().unwrap();
    let photo = session.evidence().unwrap();
    assert!(session.exceptions().all(|exception| exception.evidence.as_ref() == Some(&photo.id)));
    assert_eq!(session.exceptions().count(), 2);
    assert!(!session.wants_evidence(Step::Fingerprints));
    drop((board, line));
    thread.join().unwrap();
}
