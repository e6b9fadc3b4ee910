//! What must not happen at the counter, however it is asked: acts behind a locked screen, doors left open, numbers
//! called for nobody, stations half made, windows that wait for ever.

use std::path::Path;
use std::sync::Arc;
use std::thread::JoinHandle;

use rekam::batch::TrainingDistrict;
use rekam::domain::eligibility::Eligibility;
use rekam::domain::session::{Field, Step, Wish};
use rekam::domain::user::Role;
use rekam::station::Models;
use rekam::station::counter::{
    Act, Board, CounterError, Export, Line, NewOfficer, Passphrase, Phase, SetupPlan, Stage, Start, Trouble, start,
};
use rekam::ui::app::{App, Global, Message, Shown};
use rekam::ui::keys::Key;
use rekam::ui::outcome::Route;
use rekam::ui::{Preferences, preferences};
use time::OffsetDateTime;

use super::boards;
use super::counter::{done, until};
use super::rig::Rig;

fn opened(dir: &Path, setup: bool) -> (Line, JoinHandle<()>) {
    start(Start { dir: dir.to_owned(), models: Models::Embedded, setup }).unwrap()
}

fn passphrase() -> Passphrase {
    Passphrase::new("latihan")
}

fn login(line: &Line, user: &str) -> Arc<Board> {
    until(line, "ready", |board| board.stage == Stage::Closed);
    done(line, Act::Login { user: user.into(), passphrase: passphrase() })
}

fn authenticate(line: &Line) -> Arc<Board> {
    done(line, Act::Authenticate { user: "supervisor".into(), passphrase: passphrase() })
}

/// Asks for what must be refused, and reads the refusal away.
fn refused(line: &Line, act: Act) -> Arc<Board> {
    let name = format!("{act:?}");
    let number = line.tell(act);
    let board = until(line, &name, |board| board.answered >= number);
    assert!(board.trouble.is_some(), "{name} was not refused");
    done(line, Act::ClearTrouble);
    board
}

fn phase(board: &Board) -> Option<Phase> {
    board.capture.as_ref().map(|capture| capture.phase)
}

#[test]
fn behind_a_locked_screen_nothing_is_done_and_nothing_is_captured() {
    let dir = tempfile::tempdir().unwrap();
    let (line, thread) = opened(dir.path(), false);
    until(&line, "ready", |board| board.stage == Stage::Closed);
    for act in [Act::Search("A".into()), Act::CallNext, Act::Logout] {
        refused(&line, act);
    }
    refused(&line, Act::Authenticate { user: "supervisor".into(), passphrase: passphrase() });
    login(&line, "operator");
    done(&line, Act::CallNext);
    done(&line, Act::Receive);
    done(&line, Act::Wish(Wish::ConfirmData { fields: Field::ALL.into(), acknowledged: Vec::new() }));
    done(&line, Act::Next);
    until(&line, "camera", |board| phase(board) == Some(Phase::Live));
    // What the operator stopped stays stopped, whatever trouble is read meanwhile.
    done(&line, Act::Pause);
    until(&line, "paused", |board| phase(board) == Some(Phase::Paused));
    refused(&line, Act::Print("/etc/hostname".into()));
    assert_eq!(phase(&line.board()), Some(Phase::Paused));
    done(&line, Act::Resume);
    until(&line, "camera again", |board| phase(board) == Some(Phase::Live));

    done(&line, Act::Lock);
    let before = line.board().session().map(|session| session.next_seq());
    for act in [Act::Shutter, Act::Resume, Act::GoTo(Step::Verify), Act::Wish(Wish::Next)] {
        refused(&line, act);
    }
    refused(&line, Act::Park { reason: "x".into() });
    refused(&line, Act::Authenticate { user: "supervisor".into(), passphrase: passphrase() });
    let board = line.board();
    assert_eq!((board.stage.clone(), phase(&board)), (Stage::Locked, Some(Phase::Paused)));
    assert_eq!(board.session().map(|session| session.next_seq()), before);
    assert!(board.back_room.is_none());
    done(&line, Act::Unlock { passphrase: passphrase() });
    until(&line, "camera after the lock", |board| phase(board) == Some(Phase::Live));
    // Somebody else takes over from the locked screen: the record waits, and is captured on when it is taken up.
    done(&line, Act::Lock);
    done(&line, Act::Logout);
    let board = login(&line, "operator");
    assert_eq!(board.home.unfinished.len(), 1, "the record of before waits");
    done(&line, Act::TakeUp(board.home.unfinished[0].record.clone()));
    until(&line, "camera for the next officer", |board| phase(board) == Some(Phase::Live));
    drop(line);
    thread.join().unwrap();
}

#[test]
fn nobody_is_called_who_may_not_be_recorded() {
    let dir = tempfile::tempdir().unwrap();
    let (line, thread) = opened(dir.path(), false);
    let before = login(&line, "operator").home.waiting.len();
    let refused_resident = |found: &Board| {
        let rows = found.found.as_ref().map(|found| found.rows.clone()).unwrap_or_default();
        rows.into_iter().find(|row| matches!(row.eligibility, Eligibility::Refused(_)) && row.number.is_none())
    };
    let row = ('A'..='Z').find_map(|letter| refused_resident(&done(&line, Act::Search(letter.into()))));
    refused(&line, Act::Begin(row.expect("somebody in the register is too young").resident.nik));
    let board = line.board();
    assert!(board.home.called.is_none() && board.session().is_none());
    assert_eq!(board.home.waiting.len(), before, "a number was drawn for nobody");
    assert!(done(&line, Act::CallNext).home.called.is_some());
    drop(line);
    thread.join().unwrap();
}

#[test]
fn an_export_ends_well_though_its_supervisor_has_left_the_room() {
    let dir = tempfile::tempdir().unwrap();
    let (line, thread) = opened(dir.path(), false);
    login(&line, "operator");
    authenticate(&line);
    line.tell(Act::Export(dir.path().join("outbox")));
    let board = done(&line, Act::LeaveBackRoom);
    assert!(board.back_room.is_none());
    refused(&line, Act::Approve(Vec::new()));
    authenticate(&line);
    until(&line, "the export", |board| {
        board.back_room.as_ref().is_some_and(|room| room.export == Some(Export::Nothing))
    });
    done(&line, Act::VerifyChain);
    drop(line);
    thread.join().unwrap();
}

#[test]
fn a_training_station_can_always_be_opened_again() {
    let dir = tempfile::tempdir().unwrap();
    let (line, thread) = opened(dir.path(), false);
    login(&line, "operator");
    refused(&line, Act::ChangePassphrase { old: passphrase(), new: Passphrase::new("lain-sekali") });
    done(&line, Act::Logout);
    login(&line, "supervisor");
    authenticate(&line);
    refused(&line, Act::RemoveOfficer("operator".into()));
    drop(line);
    thread.join().unwrap();
    let (line, thread) = opened(dir.path(), false);
    login(&line, "operator");
    drop(line);
    thread.join().unwrap();
}

fn plan() -> SetupPlan {
    let passphrase = Passphrase::new("rahasia-1");
    let (id, name, nip) = ("kasi".to_owned(), "NAMA CONTOH".to_owned(), String::new());
    SetupPlan {
        region: "330301".into(),
        station: 7,
        office: vec!["KECAMATAN KEMANGKON".into()],
        address: "Jalan Contoh 1".into(),
        zone: "WIB".into(),
        recipients: vec![TrainingDistrict::generate().unwrap().district.recipients()[0].to_string()],
        officers: vec![NewOfficer { id, name, nip, role: Role::Supervisor, passphrase }],
    }
}

#[test]
fn a_setup_that_broke_off_is_done_once_more_and_no_training_station_takes_its_place() {
    let dir = tempfile::tempdir().unwrap();
    let (line, thread) = opened(dir.path(), true);
    until(&line, "unprovisioned", |board| board.stage == Stage::Unprovisioned);
    // Something in the way of the public key: the store inside is made already then.
    std::fs::write(dir.path().join("keys"), "").unwrap();
    let board = refused(&line, Act::Provision(Box::new(plan())));
    assert_eq!(board.stage, Stage::Unprovisioned);
    drop(line);
    thread.join().unwrap();

    let (line, thread) = opened(dir.path(), false);
    until(&line, "unprovisioned still", |board| board.stage == Stage::Unprovisioned);
    std::fs::remove_file(dir.path().join("keys")).unwrap();
    let board = done(&line, Act::Provision(Box::new(plan())));
    assert_eq!((board.stage.clone(), board.place.code.as_str()), (Stage::Closed, "330301-07"));
    drop(line);
    thread.join().unwrap();

    let (line, thread) = opened(dir.path(), false);
    let board = until(&line, "a real station", |board| board.stage == Stage::Closed);
    assert!(!board.place.training);
    let board = done(&line, Act::Login { user: "kasi".into(), passphrase: Passphrase::new("rahasia-1") });
    assert_eq!(board.stage, Stage::Open);
    assert!(dir.path().join("keys/station.pub").exists() && !dir.path().join("making").exists());
    drop(line);
    thread.join().unwrap();
}

#[test]
fn a_window_whose_counter_is_gone_says_so_and_waits_for_nothing() {
    let (line, far) = Line::new(boards::open());
    let mut app = App::new(line, Preferences::default(), OffsetDateTime::now_utc());
    drop(app.update(Message::Global(Global::Lock)));
    assert!(app.is_waiting());
    drop(far);
    drop(app.update(Message::CounterGone));
    assert!(!app.is_waiting());
    assert_eq!((app.board().stage.clone(), app.shown()), (Stage::Broken, Shown::Login));
    assert!(app.board().trouble.is_some());
}

#[test]
fn whoever_leaves_the_back_room_by_any_key_closes_its_door() {
    for key in [Key::F(2), Key::F(6), Key::F(7)] {
        let mut rig = Rig::before(boards::supervised());
        rig.press(Key::F(4));
        rig.show(super::supervisor::inside(super::supervisor::room()));
        rig.press(key);
        assert_eq!(rig.acts(), [Act::LeaveBackRoom], "{key:?}");
    }
    // The passphrase was checked for longer than its supervisor stayed.
    let mut rig = Rig::before(boards::supervised());
    rig.show(super::supervisor::inside(super::supervisor::room()));
    assert_eq!(rig.acts(), [Act::LeaveBackRoom]);
}

#[test]
fn what_was_typed_ahead_of_a_trouble_is_not_carried_out() {
    let mut rig = Rig::before(boards::open());
    rig.press(Key::F(12));
    rig.press(Key::F(12));
    assert_eq!(rig.acts(), [Act::Lock]);
    let trouble = Some(Trouble { number: 1, error: Arc::new(CounterError::NotNow) });
    rig.show(Board { trouble, ..boards::open() });
    assert!(rig.acts().is_empty());
}

#[test]
fn a_double_click_asks_once() {
    let preferences = preferences::Preferences::default();
    let mut rig = Rig::with(boards::open(), preferences);
    for _ in 0..3 {
        drop(rig.app.update(Message::Global(Global::Read)));
    }
    assert_eq!(rig.acts(), [Act::ClearTrouble]);
    rig.show(boards::open());
    drop(rig.app.update(Message::Global(Global::Read)));
    assert_eq!(rig.acts(), [Act::ClearTrouble], "after the answer it is another one");
    drop(rig.app.update(Message::Global(Global::Go(Route::Work))));
    assert!(rig.acts().is_empty());
}
