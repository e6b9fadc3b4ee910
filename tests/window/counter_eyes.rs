//! Eyes presented in each other's place, through the counter: what is sure is not kept.

use rekam::domain::session::{Field, Slot, Step, Wish};
use rekam::station::Models;
use rekam::station::counter::{Act, Line, Outcome, Passphrase, Spoil, Stage, Start, Which, start};
use rekam_hal::Eye;

use super::counter::{done, until};

const RIGHT: Slot = Slot::Eye(Eye::Right);
const LEFT: Slot = Slot::Eye(Eye::Left);

/// A resident whose data are confirmed.
fn seated(line: &Line) {
    until(line, "ready", |board| board.stage == Stage::Closed);
    done(line, Act::Login { user: "operator".into(), passphrase: Passphrase::new("latihan") });
    done(line, Act::CallNext);
    done(line, Act::Receive);
    done(line, Act::Wish(Wish::ConfirmData { fields: Field::ALL.into(), acknowledged: Vec::new() }));
}

#[test]
fn an_eye_kept_under_the_wrong_name_is_noticed_and_changes_places_with_one_key() {
    let dir = tempfile::tempdir().unwrap();
    let (line, thread) = start(Start { dir: dir.path().to_owned(), models: Models::Embedded, setup: false }).unwrap();
    seated(&line);
    done(&line, Act::Spoil(Which::Iris, Spoil::Wrong));
    done(&line, Act::GoTo(Step::Iris));
    let board = until(&line, "the same eye twice", |board| {
        board.last.as_ref().is_some_and(|take| take.slot == LEFT && take.mistaken_for() == Some(RIGHT))
    });
    assert_eq!(board.last.as_ref().map(|take| take.outcome), Some(Outcome::WrongEye { shown: Eye::Right }));
    assert!(board.session().is_some_and(|session| session.attempts(LEFT).next().is_none()), "nothing was kept");
    done(&line, Act::Swap { wanted: LEFT, shown: RIGHT });
    let board = until(&line, "both eyes", |board| board.session().is_some_and(|session| session.is_done(Step::Iris)));
    assert_eq!(board.session().map(|session| session.samples().len()), Some(2), "no eye was captured twice");
    drop(line);
    thread.join().unwrap();
}
