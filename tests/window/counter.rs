//! The counter behind the window: a whole enrolment through it, without drawing anything.

use std::time::{Duration, Instant};

use rekam::domain::session::{Field, Slot, Step, Wish};
use rekam::station::Models;
use rekam::station::counter::{Act, Board, Line, Passphrase, Stage, Start, start};

/// Waits until the board says so; what it said last is in the panic.
pub fn until(line: &Line, what: &str, holds: impl Fn(&Board) -> bool) -> std::sync::Arc<Board> {
    let end = Instant::now() + Duration::from_secs(120);
    loop {
        let board = line.board();
        if holds(&board) {
            return board;
        }
        if Instant::now() > end {
            panic!(
                "{what}: stage {:?}, step {:?}, capture {:?}, last {:?}, trouble {:?}",
                board.stage,
                board.session().map(|s| s.step()),
                board.capture.as_ref().map(|c| (c.slot, c.aim, c.phase)),
                board.last,
                board.trouble
            );
        }
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Asks and waits until it was done; a trouble ends the test.
pub fn done(line: &Line, act: Act) -> std::sync::Arc<Board> {
    let name = format!("{act:?}");
    let number = line.tell(act);
    let board = until(line, &name, |board| board.answered >= number);
    assert!(board.trouble.is_none(), "{name}: {:?}", board.trouble);
    board
}

/// The resident approves the portrait; the operator answers for one with faults.
pub fn approve(line: &Line) {
    let board = line.board();
    let session = board.session().unwrap();
    let latest = session.attempts(Slot::Photo).last().unwrap().id.clone();
    if session.portrait_faults(&latest).is_some_and(|faults| !faults.is_empty()) {
        done(line, Act::OverridePhoto { reason: "foto latihan".into() });
    }
    done(line, Act::ApprovePhoto);
}

#[test]
fn a_resident_goes_through_the_whole_line_and_the_batch_is_written() {
    let dir = tempfile::tempdir().unwrap();
    let (line, thread) = start(Start { dir: dir.path().to_owned(), models: Models::Embedded, setup: false }).unwrap();
    let board = until(&line, "ready", |board| board.stage == Stage::Closed);
    assert!(board.place.training);
    done(&line, Act::Login { user: "operator".into(), passphrase: Passphrase::new("latihan") });
    let board = done(&line, Act::CallNext);
    assert!(board.home.called.is_some(), "nobody was called");
    let board = done(&line, Act::Receive);
    assert_eq!(board.session().map(|session| session.step()), Some(Step::Verify));
    done(&line, Act::Wish(Wish::ConfirmData { fields: Field::ALL.into(), acknowledged: Vec::new() }));
    done(&line, Act::Next);
    until(&line, "camera", |board| board.capture.is_some());
    line.tell(Act::Shutter);
    until(&line, "photo", |board| board.seat.as_ref().is_some_and(|seat| seat.shown.photo.is_some()));
    approve(&line);
    done(&line, Act::Next);
    until(&line, "signature", |board| board.session().is_some_and(|s| s.is_done(Step::Signature)));
    done(&line, Act::Next);
    until(&line, "fingers", |board| board.session().is_some_and(|s| s.is_done(Step::Fingerprints)));
    done(&line, Act::Next);
    until(&line, "irises", |board| board.session().is_some_and(|s| s.is_done(Step::Iris)));
    done(&line, Act::Next);
    until(&line, "confirmed", |board| board.session().is_some_and(|s| s.is_confirmed()));
    until(&line, "approval", |board| board.session().is_some_and(|s| s.slot(Slot::Approval).is_settled()));
    let board = done(&line, Act::Complete { invited: true });
    let finished = board.finished.clone().unwrap();
    assert!(finished.slip.as_ref().is_some_and(|slip| slip.exists()));
    done(&line, Act::Authenticate { user: "supervisor".into(), passphrase: Passphrase::new("latihan") });
    let board = done(&line, Act::Review(finished.record.clone()));
    let review = board.back_room.as_ref().and_then(|room| room.review.clone()).unwrap();
    assert!(review.this.shown.photo.is_some() && review.this.shown.fingers.len() == 10);
    for hit in review.hits.iter().filter(|hit| hit.verdict.is_none()) {
        let verdict = rekam::domain::session::Verdict::DifferentPeople;
        let (record, hit) = (finished.record.clone(), hit.hit.id.clone());
        done(&line, Act::Decide { record, hit, verdict, reason: "foto berbeda".into() });
    }
    done(&line, Act::Approve(vec![finished.record.clone()]));
    done(&line, Act::Export(dir.path().join("outbox")));
    let board = until(&line, "export", |board| {
        let export = board.back_room.as_ref().and_then(|room| room.export.clone());
        matches!(export, Some(rekam::station::counter::Export::Written(_)))
    });
    assert!(board.trouble.is_none());
    drop(line);
    thread.join().unwrap();
}
