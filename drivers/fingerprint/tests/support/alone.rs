//! A case that runs in a copy of this program of its own: libraries read the environment when they are loaded, and
//! threads and files can be counted only where no other case runs beside.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may fail")]

use std::ffi::OsStr;
use std::io::Write as _;
use std::process::Command;

const CHILD: &str = "REKAM_ALONE";
/// Where libfprint's virtual scanner listens.
pub const SOCKET: &str = "FP_VIRTUAL_IMAGE";

/// Throws the same numbers again.
const SEED: &str = "REKAM_SEED";

/// Tells something beside the tests' own words.
fn note(line: &str) {
    let _ = writeln!(std::io::stderr(), "{line}");
}

/// Leaves a case out, which fails where everything must be there.
pub fn skip(reason: &str) {
    note(&format!("skipped: {reason}"));
    assert!(std::env::var("REKAM_PEERS").as_deref() != Ok("require"), "{reason}");
}

pub fn installed() -> bool {
    let installed = rekam_fingerprint::libfprint::installed();
    if let Err(missing) = &installed {
        skip(&missing.to_string());
    }
    installed.is_ok()
}

/// Whether this is the copy.
pub fn is_copy() -> bool {
    std::env::var_os(CHILD).is_some()
}

/// Runs one test again, by `command` before this program where there is one, and with these settings.
#[track_caller]
pub fn again(before: Option<Command>, test: &str, settings: &[(&str, &OsStr)]) {
    let program = std::env::current_exe().unwrap();
    let mut command = match before {
        Some(mut command) => {
            command.arg(program);
            command
        }
        None => Command::new(program),
    };
    command.args(["--exact", test, "--nocapture"]).env(CHILD, "1").envs(settings.iter().copied());
    let output = command.output().expect("this program once more");
    let (said, told) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{said}{told}");
    told.lines().filter(|line| line.starts_with(SEED)).for_each(note);
    // A name that no test has any more would pass with nothing done.
    assert!(said.contains("1 passed"), "{test} is no test");
}

/// Runs a case alone, before libfprint's virtual scanner. In the copy it says so, and the case goes on.
#[track_caller]
pub fn before_virtual_scanner(test: &str) -> bool {
    if !is_copy() && installed() {
        let dir = tempfile::tempdir().unwrap();
        again(None, test, &[(SOCKET, dir.path().join("glass.sock").as_os_str())]);
    }
    is_copy()
}

/// Handles and threads of this program.
pub fn held() -> [usize; 2] {
    ["fd", "task"].map(|what| std::fs::read_dir(format!("/proc/self/{what}")).unwrap().count())
}

/// What is held, once threads that have ended have had time to go: the system shows them for a moment longer.
pub fn settled(before: [usize; 2]) -> [usize; 2] {
    for _ in 0..200 {
        if held() == before {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    held()
}

/// Numbers that nobody foresees, by a seed that is told and may be given.
pub struct Dice(u64);

impl Dice {
    pub fn new() -> Self {
        let given = std::env::var(SEED).ok().map(|seed| seed.parse().expect("a number"));
        let seed = given.unwrap_or_else(|| getrandom::u64().expect("a random number"));
        note(&format!("{SEED}={seed}"));
        Self(seed)
    }

    /// Below `limit`, which is not zero (splitmix64).
    pub fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % limit
    }
}
