//! The first databases of a process, opened by several threads at once, all open.
//!
//! Only the first opening of a process is at risk, so each round is a process of its own: this program, started
//! again.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on shall stop")]

use std::path::Path;
use std::process::Command;
use std::sync::Barrier;

use rekam::store::{Access, Kdf, NewUser, Provision, Store};
use time::OffsetDateTime;
use time::macros::datetime;

const NOW: OffsetDateTime = datetime!(2026-11-23 08:00 +07:00);
const THREADS: usize = 3;
/// Without its mend one round in 60 failed (on two cores).
const ROUNDS: usize = 300;
const CHILD: &str = "REKAM_FIRST_STORES";

#[test]
fn stores_opened_together_at_the_start_all_open() {
    if let Some(dir) = std::env::var_os(CHILD) {
        return together(Path::new(&dir));
    }
    let dir = tempfile::tempdir().unwrap();
    for thread in 0..THREADS {
        Store::create(&dir.path().join(thread.to_string()), &provision()).unwrap();
    }
    let program = std::env::current_exe().unwrap();
    for round in 0..ROUNDS {
        let child = Command::new(&program)
            .args(["--exact", "stores_opened_together_at_the_start_all_open", "--nocapture"])
            .env(CHILD, dir.path())
            .output()
            .unwrap();
        assert!(child.status.success(), "round {round}, {}: {}", child.status, String::from_utf8_lossy(&child.stderr));
    }
}

fn provision() -> Provision {
    Provision {
        training: true,
        kdf: Kdf::Cheap,
        users: vec![NewUser::new("supervisor", "latihan", Access::Supervisor)],
        recovery: None,
    }
}

fn together(dir: &Path) {
    let start = Barrier::new(THREADS);
    std::thread::scope(|scope| {
        for thread in 0..THREADS {
            let start = &start;
            scope.spawn(move || {
                let dir = dir.join(thread.to_string());
                start.wait();
                Store::open(&dir, "supervisor", "latihan", NOW).unwrap();
            });
        }
    });
}
