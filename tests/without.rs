//! Residents without fingers or eyes go through the line like everybody: what is missing is excepted, the rest is kept.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on shall stop")]

mod support;

use support::{quick, run};

#[test]
fn residents_without_a_hand_and_an_eye_are_recorded_with_exceptions() {
    let dir = tempfile::tempdir().unwrap();
    let missing = "left-thumb,left-index,left-middle,left-ring,left-little,right-eye";
    let ended = run(quick(dir.path(), 1, 4).args(["--without", missing]));
    let report = ended.report();
    assert_eq!((&report["completed"], &report["exceptions"]), (&1.into(), &1.into()), "{ended:?}");
    assert_eq!(report["batch"]["verified"], true);
}

#[test]
fn a_part_that_nobody_has_is_one_sentence() {
    let dir = tempfile::tempdir().unwrap();
    let ended = run(quick(dir.path(), 1, 4).args(["--without", "left-ear"]));
    assert_eq!(ended.code, Some(2));
    assert!(ended.stderr.contains("left-ear") && ended.stderr.contains("left-thumb"), "{}", ended.stderr);
}
