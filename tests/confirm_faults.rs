//! The wrong finger at the confirm step: what is kept stands, the finger on the glass is asked for again.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on shall stop")]

mod support;

use support::{rekam, run};

#[test]
fn a_wrong_finger_shown_again_and_again_at_the_confirm_step_changes_nothing_kept() {
    let dir = tempfile::tempdir().unwrap();
    // Ten captures fill the slots; the next three belong to the first comparison.
    let script = "scanner:wrong@10,scanner:wrong@11,scanner:wrong@12";
    let mut command =
        rekam(["simulate", "--residents", "1", "--seed", "6", "--json", "--faults", script, "--data-dir"]);
    let ended = run(command.arg(dir.path()));
    assert!(ended.stderr.contains("again (try 2)"), "the wrong finger was not shown twice: {ended:?}");
    let report = ended.report();
    assert_eq!((&report["completed"], &report["exceptions"], &report["false_hits"]), (&1.into(), &0.into(), &0.into()));
}
