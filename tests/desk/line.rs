//! The real line with scripted faults: pulled cables, silent devices and wrong fingers leave no trace in a record.

use std::path::Path;

use crate::support::{Ended, journals, open, records_sha256, rekam, replay, run};
use rekam::domain::session::{Session, Slot, Status, Step};

/// One resident through real drivers and engines, with a fault script.
fn line(dir: &Path, faults: &str) -> Ended {
    let mut command = rekam(["simulate", "--residents", "1", "--seed", "6", "--json", "--patience", "5", "--faults"]);
    run(command.arg(faults).arg("--data-dir").arg(dir))
}

/// The only record of the line, and its slots: all of them filled, none excepted.
fn whole_record(dir: &Path) -> Session {
    let journals = journals(&open(dir));
    assert_eq!(journals.len(), 1);
    let session = replay(&journals[0].0.summary.id, &journals[0].1);
    for step in Step::ALL {
        for slot in Slot::of(step) {
            assert!(session.best(slot).is_some(), "{slot:?} is empty");
        }
    }
    assert_eq!((session.exceptions().count(), session.status()), (0, &Status::Exported));
    session
}

#[test]
fn pulled_cables_and_silent_devices_leave_no_trace_in_the_record() {
    let (quiet, troubled) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let script = "camera:unplug@0,camera:silence@1,pad:unplug@0,pad:silence@2,scanner:unplug@0,scanner:silence@4,\
                  scanner:unplug@7,scanner:unplug@12,iris:unplug@0,iris:silence@2";
    let (calm, shaken) = std::thread::scope(|scope| {
        let shaken = scope.spawn(|| line(troubled.path(), script).report());
        (line(quiet.path(), "").report(), shaken.join().unwrap())
    });
    assert_eq!((&calm["completed"], &shaken["completed"]), (&1.into(), &1.into()));
    // The very same samples in the same order: nothing accepted before a fault was lost or taken again.
    assert_eq!(records_sha256(&calm), records_sha256(&shaken));
    let (calm, shaken) = (whole_record(quiet.path()), whole_record(troubled.path()));
    assert_eq!(calm.samples(), shaken.samples());
}

#[test]
fn retries_wrong_fingers_and_blurred_samples_are_survived_by_every_device() {
    let dir = tempfile::tempdir().unwrap();
    // The fifth finger is the little one; the resident presents the ring finger, which is recorded already.
    let script = "camera:retry@0,camera:blur@1,pad:retry@0,pad:blur@2,scanner:retry@0,scanner:wrong@5,scanner:blur@8,\
                  scanner:retry@10,iris:retry@0,iris:blur@1,iris:wrong@3";
    let ended = line(dir.path(), script);
    let report = ended.report();
    assert_eq!((&report["completed"], &report["exceptions"], &report["false_hits"]), (&1.into(), &0.into(), &0.into()));
    assert!(
        ended.stderr.contains("RightLittle) is the Finger(RightRing)"),
        "the wrong finger went unnoticed: {ended:?}"
    );
    assert!(whole_record(dir.path()).is_confirmed());
}

#[test]
fn a_wrong_finger_that_was_kept_gives_way_once_the_right_one_shows_it() {
    let dir = tempfile::tempdir().unwrap();
    // The middle finger is kept as the index finger; then the middle finger comes under its own name.
    let ended = line(dir.path(), "scanner:wrong@1");
    let report = ended.report();
    assert_eq!((&report["completed"], &report["exceptions"], &report["false_hits"]), (&1.into(), &0.into(), &0.into()));
    assert!(ended.stderr.contains("RightMiddle) is the Finger(RightIndex)"), "nobody noticed: {ended:?}");
    let session = whole_record(dir.path());
    // Only the true index finger matches when it is compared at the end.
    assert!(session.probes().iter().all(|probe| probe.matched), "{:?}", session.probes());
}
