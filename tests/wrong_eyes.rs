//! Eyes presented in each other's place on the headless line: the same eye twice is taken again, and what only seems
//! swapped stops nobody.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on shall stop")]

mod support;

use support::{Ended, rekam, run};

fn one_resident(script: &str) -> Ended {
    let dir = tempfile::tempdir().unwrap();
    let mut command =
        rekam(["simulate", "--residents", "1", "--seed", "6", "--json", "--faults", script, "--data-dir"]);
    let ended = run(command.arg(dir.path()));
    let report = ended.report();
    assert_eq!((&report["completed"], &report["exceptions"], &report["false_hits"]), (&1.into(), &0.into(), &0.into()));
    ended
}

#[test]
fn the_eye_that_was_just_taken_is_not_taken_for_the_other_one() {
    let ended = one_resident("iris:wrong@1");
    assert!(ended.stderr.contains("again (try 1)"), "{ended:?}");
    assert!(!ended.stderr.contains("again (try 2)"), "{ended:?}");
}

#[test]
fn a_first_eye_under_the_wrong_name_is_set_aside_when_the_second_one_shows_it() {
    let ended = one_resident("iris:wrong@0");
    assert!(ended.stderr.contains("again (try 2)"), "{ended:?}");
}

#[test]
fn eyes_that_only_seem_swapped_stop_nobody() {
    let ended = one_resident("iris:wrong@0,iris:wrong@1");
    assert!(ended.stderr.contains("EyesSwapped"), "{ended:?}");
}
