//! Cables are pulled while somebody works: the screen says it, and the record goes on where it stood.

use rekam::domain::session::{Field, Slot, Step, Wish};
use rekam::station::Models;
use rekam::station::counter::{Act, Board, Light, Line, Passphrase, Phase, Stage, Start, Which, start};
use rekam_hal::DeviceErrorKind;

use crate::counter::{approve, done, until};

/// Waits for the capture of a step, pulls its cable, sees the screen say so, puts it back and sees it go on.
fn pull_and_put_back(line: &Line, which: Which) {
    until(line, "a capture", |board| board.capture.as_ref().is_some_and(|capture| capture.phase == Phase::Live));
    let samples = line.board().session().map(|session| session.samples().len());
    line.tell(Act::Unplug(which));
    let board = until(line, "the pulled cable", |board| {
        board.capture.as_ref().is_some_and(|capture| capture.phase == Phase::NoDevice(DeviceErrorKind::Gone))
    });
    assert_eq!(board.device(which).map(|device| device.light), Some(Light::Missing));
    assert!(board.trouble.is_none(), "a pulled cable is shown where the preview was, not as a trouble");
    line.tell(Act::Plug(which));
    let board = until(line, "the capture again", |board| {
        board.capture.as_ref().is_some_and(|capture| capture.phase != Phase::NoDevice(DeviceErrorKind::Gone))
    });
    assert!(board.session().map(|session| session.samples().len()) >= samples, "an accepted sample is gone");
}

#[test]
fn each_device_pulled_in_its_step_is_told_and_the_record_goes_on_by_itself() {
    let dir = tempfile::tempdir().unwrap();
    let (line, thread) = start(Start { dir: dir.path().to_owned(), models: Models::Embedded, setup: false }).unwrap();
    until(&line, "ready", |board| board.stage == Stage::Closed);
    done(&line, Act::Login { user: "operator".into(), passphrase: Passphrase::new("latihan") });
    done(&line, Act::CallNext);
    done(&line, Act::Receive);
    done(&line, Act::Wish(Wish::ConfirmData { fields: Field::ALL.into(), acknowledged: Vec::new() }));
    done(&line, Act::Next);
    pull_and_put_back(&line, Which::Camera);
    let taken = |board: &Board| board.seat.as_ref().is_some_and(|seat| seat.shown.photo.is_some());
    let live = |board: &Board| board.capture.as_ref().is_some_and(|capture| capture.phase == Phase::Live);
    // A portrait in which everything holds takes itself.
    until(&line, "camera", |board| live(board) || taken(board));
    line.tell(Act::Shutter);
    until(&line, "photo", taken);
    approve(&line);
    done(&line, Act::Next);
    pull_and_put_back(&line, Which::Pad);
    until(&line, "signature", |board| board.session().is_some_and(|s| s.is_done(Step::Signature)));
    done(&line, Act::Next);
    pull_and_put_back(&line, Which::Scanner);
    until(&line, "three fingers", |board| board.session().is_some_and(|s| s.samples().len() >= 5));
    // The rest of the hand would only take time: a lawful exception for each.
    let open: Vec<Slot> = {
        let board = line.board();
        let session = board.session().unwrap();
        Slot::of(Step::Fingerprints).into_iter().filter(|slot| !session.slot(*slot).is_settled()).collect()
    };
    for slot in open {
        let reason = rekam::domain::session::ExceptionReason::Injured;
        line.tell(Act::Except { slot, reason, note: String::new() });
    }
    until(&line, "fingers", |board| board.session().is_some_and(|s| s.is_settled(Step::Fingerprints)));
    done(&line, Act::ClearTrouble);
    done(&line, Act::Wish(Wish::WaiveEvidence { reason: "latihan".into() }));
    done(&line, Act::Next);
    pull_and_put_back(&line, Which::Iris);
    let board = until(&line, "irises", |board| board.session().is_some_and(|s| s.is_done(Step::Iris)));
    let failures: Vec<u32> = board.devices.iter().map(|device| device.failures).collect();
    assert!(failures.iter().all(|count| *count >= 1), "the devices page knows of every failure: {failures:?}");
    drop((board, line));
    thread.join().unwrap();
}
