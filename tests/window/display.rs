//! Without a display there is one sentence, and nothing is left behind.

use std::process::Command;

#[test]
fn without_a_display_the_program_says_so_in_one_sentence_and_leaves_nothing_behind() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    for arguments in [vec![], vec!["setup"]] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_rekam"));
        command.args(&arguments).arg("--data-dir").arg(&data);
        for name in ["DISPLAY", "WAYLAND_DISPLAY", "WAYLAND_SOCKET", "RUST_LOG"] {
            command.env_remove(name);
        }
        let ended = command.output().unwrap();
        let said = String::from_utf8(ended.stderr).unwrap();
        assert_eq!(ended.status.code(), Some(2), "{said}");
        assert_eq!(said.lines().count(), 1, "{said}");
        assert!(said.contains("no display") && said.contains("DISPLAY"), "{said}");
        assert!(!data.exists(), "something was made although nothing could be shown");
    }
}

#[test]
fn a_display_that_nobody_serves_is_one_sentence_too() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    let mut command = Command::new(env!("CARGO_BIN_EXE_rekam"));
    command.arg("--data-dir").arg(&data).env("DISPLAY", ":987");
    for name in ["WAYLAND_DISPLAY", "WAYLAND_SOCKET", "RUST_LOG"] {
        command.env_remove(name);
    }
    let ended = command.output().unwrap();
    let said = String::from_utf8(ended.stderr).unwrap();
    assert_eq!(ended.status.code(), Some(2), "{said}");
    // Where its libraries are missing, that is what is said.
    assert!(said.lines().count() == 1 && said.contains("display"), "{said}");
    assert!(!data.exists(), "something was made although nothing could be shown");
}
