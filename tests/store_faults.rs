//! Promises of the store about bad disks, power cuts, full disks and killed programs.
//!
//! Where a limit or another user is needed, the test runs itself again as a child process: `child` does the work
//! and writes what was acknowledged into a file, the parent judges.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on shall stop")]

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use rekam::store::{Access, Db, Kdf, NewEntry, NewSample, NewUser, Provision, RecordHead, Result, Store, StoreError};
use time::OffsetDateTime;
use time::macros::datetime;

const NOW: OffsetDateTime = datetime!(2026-11-23 08:00 +07:00);

fn make(dir: &Path) -> Store {
    let users = vec![NewUser::new("operator", "latihan", Access::Operator)];
    Store::create(dir, &Provision { training: true, kdf: Kdf::Cheap, users, recovery: None }).unwrap().0
}

fn open(dir: &Path) -> Result<Store> {
    Store::open(dir, "operator", "latihan", NOW).map(|(store, _)| store)
}

/// The bytes of sample `n`, so that wrong data cannot pass for right ones.
fn bytes(n: u32, length: usize) -> Vec<u8> {
    (0..length as u32).map(|i| (i.wrapping_mul(2_654_435_761) ^ n.wrapping_mul(97)).to_le_bytes()[2]).collect()
}

/// Appends entry `n` (from 0) with a sample to the one record.
fn append(db: &mut Db, n: u32, length: usize) -> Result<u32> {
    let head = RecordHead { nik: "1".into(), class: "c".into(), status: "s".into(), step: n.to_string() };
    let entry = NewEntry { at: NOW, actor: "o".into(), device: None, kind: "sample".into(), body: n.to_string() };
    let sample = NewSample {
        id: n.to_string(),
        modality: "m".into(),
        position: 0,
        media: "x".into(),
        bytes: bytes(n, length),
        template: None,
    };
    db.append("r", n, &head, &[entry], &[sample])
}

/// How many entries there are; every one must be whole and right, and the chain sound.
fn whole_entries(db: &mut Db, length: usize) -> Result<u32> {
    let journal = match db.load("r") {
        Err(StoreError::NotFound(_)) => return Ok(0),
        other => other?,
    };
    for (n, entry) in (0..).zip(&journal.entries) {
        assert_eq!((entry.seq, entry.body.as_str()), (n + 1, n.to_string().as_str()));
        assert!(db.sample_bytes(&n.to_string())? == bytes(n, length), "sample {n} is not what was kept");
    }
    let count = journal.entries.len() as u32;
    assert_eq!(journal.summary.head.step, (count - 1).to_string());
    assert_eq!(db.samples("r")?.len() as u32, count);
    assert!(db.verify_chain(None)?.is_sound());
    Ok(count)
}

fn copy_store(from: &Path, to: &Path) {
    for name in ["rekam.db", "rekam.db-wal", "keyring.json"] {
        if from.join(name).exists() {
            fs::copy(from.join(name), to.join(name)).unwrap();
        }
    }
}

/// A pseudo-random walk that is the same in every run.
fn pseudo_random(state: &mut u64) -> u64 {
    *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    *state >> 33
}

/// A store with a full write-ahead log, copied as a power cut would leave it, and the log's length after each
/// acknowledged entry.
fn interrupted(length: usize) -> (tempfile::TempDir, Vec<u64>) {
    let dir = tempfile::tempdir().unwrap();
    let frozen = tempfile::tempdir().unwrap();
    let store = make(dir.path());
    let (from, to) = (dir.path().to_owned(), frozen.path().to_owned());
    // One job, so that no checkpoint comes in between.
    let ends = store
        .call(move |db| {
            let mut ends = Vec::new();
            for n in 0..12 {
                append(db, n, length)?;
                ends.push(fs::metadata(from.join("rekam.db-wal")).unwrap().len());
            }
            copy_store(&from, &to);
            Ok(ends)
        })
        .unwrap();
    assert!(ends.is_sorted_by(|a, b| a < b), "{ends:?}");
    (frozen, ends)
}

#[test]
fn a_torn_log_keeps_every_entry_before_the_tear() {
    const LENGTH: usize = 20_000;
    let (frozen, ends) = interrupted(LENGTH);
    let log = fs::read(frozen.path().join("rekam.db-wal")).unwrap();
    let mut state = 7;
    for round in 0..60_u64 {
        let cut = match round {
            // Exactly at, one before and one after the end of an entry, then anywhere.
            0..24 => ends[round as usize / 2] - round % 2,
            24..30 => ends[round as usize - 24] + 1,
            _ => pseudo_random(&mut state) % log.len() as u64,
        };
        let dir = tempfile::tempdir().unwrap();
        copy_store(frozen.path(), dir.path());
        fs::write(dir.path().join("rekam.db-wal"), &log[..cut as usize]).unwrap();
        let expected = ends.iter().filter(|end| **end <= cut).count() as u32;
        let store = open(dir.path()).unwrap();
        let found = store.call(|db| whole_entries(db, LENGTH)).unwrap();
        assert_eq!(found, expected, "cut at {cut} of {}", log.len());
        store.call(move |db| append(db, found, LENGTH)).unwrap();
    }
}

#[test]
fn a_flipped_byte_in_the_log_never_becomes_wrong_data() {
    const LENGTH: usize = 20_000;
    let (frozen, ends) = interrupted(LENGTH);
    let log = fs::read(frozen.path().join("rekam.db-wal")).unwrap();
    let mut state = 11;
    for _ in 0..40 {
        // The first 32 bytes are the log's header: damage there voids the whole log.
        let at = pseudo_random(&mut state) as usize % log.len();
        let mut damaged = log.clone();
        damaged[at] ^= 1 << (at % 8);
        let dir = tempfile::tempdir().unwrap();
        copy_store(frozen.path(), dir.path());
        fs::write(dir.path().join("rekam.db-wal"), &damaged).unwrap();
        let before = if at < 32 { 0 } else { ends.iter().filter(|end| **end <= at as u64).count() as u32 };
        let store = open(dir.path()).unwrap();
        let found = store.call(|db| whole_entries(db, LENGTH)).unwrap();
        assert_eq!(found, before, "flipped byte {at} of {}", log.len());
    }
}

#[test]
fn a_flipped_byte_in_the_database_is_reported_and_never_read() {
    const LENGTH: usize = 30_000;
    let dir = tempfile::tempdir().unwrap();
    let store = make(dir.path());
    store.call(|db| (0..8).try_for_each(|n| append(db, n, LENGTH).map(drop))).unwrap();
    drop(store);
    let database = dir.path().join("rekam.db");
    let whole = fs::read(&database).unwrap();
    let mut state = 5;
    let random: Vec<usize> = (0..60).map(|_| pseudo_random(&mut state) as usize % whole.len()).collect();
    for at in [0, 15, 16, 100, 16_383, 16_384, whole.len() - 1].into_iter().chain(random) {
        let mut damaged = whole.clone();
        damaged[at] ^= 0x10;
        fs::write(&database, &damaged).unwrap();
        let noticed = match open(dir.path()) {
            Err(error) => Err(error),
            Ok(store) => {
                // Reading either fails or is right (the damaged page may not be needed); the check must see it.
                let read = store.call(|db| whole_entries(db, LENGTH));
                assert!(matches!(read, Ok(8) | Err(StoreError::Corrupt { .. })), "byte {at}: {read:?}");
                match store.self_check(None) {
                    Ok(health) if !health.is_sound() => Err(StoreError::Corrupt { what: "".into(), source: None }),
                    Ok(_) => Ok(()),
                    Err(error) => Err(error),
                }
            }
        };
        assert!(matches!(noticed, Err(StoreError::Corrupt { .. })), "byte {at}: {noticed:?}");
        // Closing may have written nothing to a damaged file; the whole one is put back for the next byte.
        for name in ["rekam.db-wal", "rekam.db-shm"] {
            let _ = fs::remove_file(dir.path().join(name));
        }
    }
    fs::write(&database, &whole).unwrap();
    assert_eq!(open(dir.path()).unwrap().call(|db| whole_entries(db, LENGTH)).unwrap(), 8);
}

#[test]
fn the_check_names_the_damaged_page() {
    let dir = tempfile::tempdir().unwrap();
    let store = make(dir.path());
    store.call(|db| (0..8).try_for_each(|n| append(db, n, 30_000).map(drop))).unwrap();
    drop(store);
    let database = dir.path().join("rekam.db");
    let mut damaged = fs::read(&database).unwrap();
    let last = damaged.len() - 1;
    let page = damaged.len() / 16_384;
    damaged[last] ^= 1;
    fs::write(&database, &damaged).unwrap();
    let health = open(dir.path()).unwrap().self_check(None).unwrap();
    assert!(!health.is_sound());
    assert!(health.damaged_pages[0].contains(&page.to_string()), "{:?}", health.damaged_pages);
}

#[test]
fn a_newer_or_foreign_database_is_refused() {
    let (one, two) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    drop((make(one.path()), make(two.path())));
    fs::copy(two.path().join("rekam.db"), one.path().join("rekam.db")).unwrap();
    let foreign = open(one.path());
    assert!(matches!(foreign, Err(StoreError::Corrupt { .. })), "{foreign:?}");
    fs::write(one.path().join("rekam.db"), b"").unwrap();
    let empty = open(one.path());
    assert!(matches!(empty, Err(StoreError::Corrupt { .. })), "{empty:?}");
}

/// Runs `child` of this very test program on `dir`, without the signal that a file size limit sends.
#[cfg(unix)]
fn child_command(program: &Path, task: &str, dir: &Path) -> Command {
    let mut command = Command::new("sh");
    command.args(["-c", r#"trap '' XFSZ; exec "$0" "$@""#]).arg(program);
    command.args(["--exact", "child", "--nocapture"]);
    command.env("STORE_CHILD", task).env("STORE_DIR", dir).stdout(Stdio::null()).stderr(Stdio::piped());
    command
}

#[cfg(unix)]
fn run_child(command: &mut Command) {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// Not a promise of its own: what the other tests run in a process apart.
#[cfg(unix)]
#[test]
fn child() {
    let (Ok(task), Some(dir)) = (std::env::var("STORE_CHILD"), std::env::var_os("STORE_DIR")) else { return };
    let dir = PathBuf::from(dir);
    match task.as_str() {
        "fill" => child_fills_the_disk(&dir),
        "append" => child_appends_for_ever(&dir),
        "read-only" => child_meets_read_only_files(&dir),
        other => panic!("no task {other}"),
    }
}

#[cfg(unix)]
fn child_fills_the_disk(dir: &Path) {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    const LENGTH: usize = 300_000;
    let before = getrlimit(Resource::Fsize);
    let store = open(dir).unwrap();
    let mut count = 0;
    for room in [1_000_000_u64, 1_700_001] {
        setrlimit(Resource::Fsize, Rlimit { current: Some(room), maximum: before.maximum }).unwrap();
        let refused = loop {
            match store.call(move |db| append(db, count, LENGTH)) {
                Ok(_) => count += 1,
                Err(error) => break error,
            }
            assert!(count < 100, "the limit does not bite");
        };
        assert!(matches!(refused, StoreError::DiskFull { .. }), "{refused:?}");
        let still = store.call(move |db| append(db, count, LENGTH));
        assert!(matches!(still, Err(StoreError::DiskFull { .. })), "{still:?}");
        assert_eq!(store.call(|db| whole_entries(db, LENGTH)).unwrap(), count);
        let user = store.authenticate("operator", "wrong", NOW);
        assert!(matches!(user, Err(StoreError::WrongPassphrase)), "{user:?}");
    }
    setrlimit(Resource::Fsize, before).unwrap();
    for _ in 0..3 {
        store.call(move |db| append(db, count, LENGTH)).unwrap();
        count += 1;
    }
    assert!(count > 5, "something fitted");
    fs::write(dir.join("acknowledged"), count.to_string()).unwrap();
}

#[cfg(unix)]
#[test]
fn a_full_disk_loses_nothing_and_is_survived() {
    let dir = tempfile::tempdir().unwrap();
    drop(make(dir.path()));
    run_child(&mut child_command(&std::env::current_exe().unwrap(), "fill", dir.path()));
    let acknowledged: u32 = fs::read_to_string(dir.path().join("acknowledged")).unwrap().parse().unwrap();
    let store = open(dir.path()).unwrap();
    assert_eq!(store.call(|db| whole_entries(db, 300_000)).unwrap(), acknowledged);
    assert!(store.self_check(None).unwrap().is_sound());
}

#[cfg(unix)]
fn child_appends_for_ever(dir: &Path) {
    let store = open(dir).unwrap();
    let mut count = store.call(|db| whole_entries(db, 50_000)).unwrap();
    let mut acknowledged = fs::OpenOptions::new().append(true).create(true).open(dir.join("acknowledged")).unwrap();
    while count < 10_000 {
        count = store.call(move |db| append(db, count, 50_000)).unwrap();
        writeln!(acknowledged, "{count}").unwrap();
    }
}

#[cfg(unix)]
#[test]
fn a_killed_program_loses_nothing_it_acknowledged() {
    let dir = tempfile::tempdir().unwrap();
    drop(make(dir.path()));
    let acknowledged = dir.path().join("acknowledged");
    let count = || -> u32 {
        let text = fs::read_to_string(&acknowledged).unwrap_or_default();
        text.lines().last().map_or(0, |line| line.parse().unwrap())
    };
    let mut state = 3;
    for _ in 0..5 {
        let target = count() + 1 + (pseudo_random(&mut state) % 6) as u32;
        let mut child = child_command(&std::env::current_exe().unwrap(), "append", dir.path()).spawn().unwrap();
        while count() < target {
            assert!(child.try_wait().unwrap().is_none(), "the child ended by itself");
            std::thread::sleep(std::time::Duration::from_millis(pseudo_random(&mut state) % 9));
        }
        child.kill().unwrap();
        child.wait().unwrap();
        let (store, known) = (open(dir.path()).unwrap(), count());
        let found = store.call(|db| whole_entries(db, 50_000)).unwrap();
        // One entry may have been committed and not yet acknowledged.
        assert!(found == known || found == known + 1, "{known} acknowledged, {found} found");
    }
}

#[cfg(unix)]
fn child_meets_read_only_files(dir: &Path) {
    use std::os::unix::fs::PermissionsExt;
    let allow = |path: &Path, mode| fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    let refused = |what: &str| match open(dir) {
        Err(StoreError::ReadOnly { .. }) => {}
        other => panic!("{what}: {other:?}"),
    };
    allow(dir, 0o500);
    refused("directory");
    let create = Store::create(
        &dir.join("new"),
        &Provision {
            training: true,
            kdf: Kdf::Cheap,
            users: vec![NewUser::new("o", "p", Access::Operator)],
            recovery: None,
        },
    );
    assert!(matches!(create, Err(StoreError::ReadOnly { .. })), "{create:?}");
    allow(dir, 0o700);
    for name in ["rekam.db", "lock"] {
        allow(&dir.join(name), 0o400);
        refused(name);
        allow(&dir.join(name), 0o600);
    }
    let store = open(dir).unwrap();
    assert_eq!(store.call(|db| whole_entries(db, 1000)).unwrap(), 2);
    allow(dir, 0o500);
    let passphrase = store.change_passphrase("operator", "latihan", "baru", NOW);
    assert!(matches!(passphrase, Err(StoreError::ReadOnly { .. })), "{passphrase:?}");
    store.authenticate("operator", "latihan", NOW).unwrap();
    allow(dir, 0o700);
}

#[cfg(unix)]
#[test]
fn read_only_files_are_named_as_such() {
    use std::os::unix::fs::{PermissionsExt, chown};
    use std::os::unix::process::CommandExt;
    const NOBODY: u32 = 65_534;
    let outer = tempfile::tempdir().unwrap();
    let dir = outer.path().join("data");
    let store = make(&dir);
    store.call(|db| (0..2).try_for_each(|n| append(db, n, 1000).map(drop))).unwrap();
    drop(store);
    let mut program = std::env::current_exe().unwrap();
    let root = rustix::process::geteuid().is_root();
    if root {
        // Permissions do not bind the superuser: somebody else must try, with a copy of this program in reach.
        let copy = outer.path().join("program");
        fs::copy(&program, &copy).unwrap();
        program = copy;
        fs::set_permissions(outer.path(), fs::Permissions::from_mode(0o755)).unwrap();
        let files = fs::read_dir(&dir).unwrap().map(|e| e.unwrap().path());
        files.chain([dir.clone()]).for_each(|path| chown(path, Some(NOBODY), Some(NOBODY)).unwrap());
    }
    let mut command = child_command(&program, "read-only", &dir);
    if root {
        command.uid(NOBODY).gid(NOBODY).current_dir("/");
    }
    run_child(&mut command);
}
