// Shared by the kernel tests of all drivers, which name it by its path.
//! What tests on a real kernel have in common.

use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::CommandExt as _;
use std::process::Command;

const CHILD: &str = "REKAM_KERNEL_CHILD";

/// What was made, or a skip with its reason; a failure under `REKAM_KERNEL=require`.
pub fn there<T>(made: std::io::Result<T>, what: &str) -> Option<T> {
    if let Err(error) = &made {
        let _ = writeln!(std::io::stderr(), "skipped: no {what} ({error})");
        assert!(std::env::var("REKAM_KERNEL").as_deref() != Ok("require"), "{error}");
    }
    made.ok()
}

/// Whether this program is the copy that [`as_nobody`] has started.
pub fn is_nobody() -> bool {
    std::env::var_os(CHILD).is_some()
}

/// Runs one test again as a user without rights. The program is copied to where everybody may go.
pub fn as_nobody(test: &str) {
    const NOBODY: u32 = 65_534;
    let folder = tempfile::tempdir().unwrap();
    let program = folder.path().join("test");
    std::fs::copy(std::env::current_exe().unwrap(), &program).unwrap();
    std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o755)).unwrap();
    let mut command = Command::new(&program);
    let output = command.args(["--exact", test, "--nocapture"]).env(CHILD, "1").uid(NOBODY).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}
