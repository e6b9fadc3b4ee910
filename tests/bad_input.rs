//! Whatever is wrong with what the program is given ends in one plain sentence that names the cause and the next
//! action; nothing is lost by it, and once it is put right the day goes on.

#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on shall stop")]

mod support;

use std::ffi::OsString;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;

use rekam::station::training::PASSPHRASE;
use rekam_simulator::people::finger::{Conditions, Finger};
use rustix::process::{Pid, Signal, kill_process};
use support::{Dice, Ended, copy_dir, journals, open, quick, records_sha256, rekam, run};

/// Says a line that is seen even when the test passes.
macro_rules! note {
    ($($text:tt)*) => {{
        use std::io::Write as _;
        let _ = writeln!(std::io::stderr(), $($text)*);
    }};
}

/// The day of these tests: short, with a planted duplicate.
const RESIDENTS: u32 = 2;
const SEED: u64 = 5;

/// The day without devices and engines, on a data directory.
fn day(dir: &Path) -> Command {
    quick(dir, RESIDENTS, SEED)
}

/// A whole day on a data directory of its own, made once, and the digest of its records.
fn whole() -> &'static (tempfile::TempDir, String) {
    static WHOLE: OnceLock<(tempfile::TempDir, String)> = OnceLock::new();
    WHOLE.get_or_init(|| {
        let dir = tempfile::tempdir().unwrap();
        let report = run(&mut day(dir.path())).report();
        (dir, records_sha256(&report))
    })
}

/// A copy of the whole day to be damaged.
fn copy_of_whole() -> tempfile::TempDir {
    let copy = tempfile::tempdir().unwrap();
    copy_dir(whole().0.path(), copy.path());
    copy
}

/// The day goes on and ends as if nothing had happened.
#[track_caller]
fn goes_on(dir: &Path) {
    assert_eq!(records_sha256(&run(&mut day(dir)).report()), whole().1);
}

/// Starts the day and waits for so many acknowledgements.
fn begun(dir: &Path, acknowledgements: usize) -> Child {
    let mut child = day(dir).arg("--acks").stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.as_mut().unwrap()).lines();
    (0..acknowledgements).for_each(|_| assert!(lines.next().unwrap().unwrap().starts_with("ack ")));
    child
}

/// A day that was cut after so many acknowledgements, its log left as it was.
fn cut(acknowledgements: usize) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    let mut child = begun(dir.path(), acknowledgements);
    child.kill().unwrap();
    child.wait().unwrap();
    dir
}

fn batch_in(dir: &Path) -> PathBuf {
    let mut files = fs::read_dir(dir.join("outbox")).unwrap().map(|entry| entry.unwrap().path());
    files.find(|path| path.extension().is_some_and(|extension| extension == "age")).unwrap()
}

fn with_data_dir<const N: usize>(words: [&str; N], dir: &Path) -> Command {
    let mut command = rekam(words);
    command.arg("--data-dir").arg(dir);
    command
}

fn flip(path: &Path, at: usize) {
    let mut bytes = fs::read(path).unwrap();
    bytes[at] ^= 0x10;
    fs::write(path, bytes).unwrap();
}

#[test]
fn a_wrong_passphrase_is_named_and_the_right_one_still_opens() {
    let dir = copy_of_whole();
    let doctor = |user: &str, passphrase: &str| {
        run(with_data_dir(["doctor", "--user", user], dir.path()).env("REKAM_PASSPHRASE", passphrase))
    };
    doctor("operator", "wrong").refused(2, &["passphrase is wrong", "try again"]);
    doctor("nobody", PASSPHRASE).refused(2, &["no such user", "user name"]);
    run(&mut with_data_dir(["doctor"], dir.path())).refused_prompt();
    goes_on(dir.path());
}

impl Ended {
    /// Without a terminal nobody can type: the sentence follows the prompt on its line.
    fn refused_prompt(&self) {
        assert_eq!(self.code, Some(2), "{self:?}");
        assert!(self.stderr.contains("set REKAM_PASSPHRASE"), "{self:?}");
    }
}

#[test]
fn five_wrong_passphrases_lock_the_user_and_say_until_when() {
    let dir = copy_of_whole();
    let try_wrong = || {
        let mut export = with_data_dir(["batch", "export"], dir.path());
        run(export.env("REKAM_PASSPHRASE", "wrong"))
    };
    for _ in 0..rekam::store::FREE_TRIES {
        try_wrong().refused(2, &["passphrase is wrong"]);
    }
    try_wrong().refused(2, &["locked until", "another user"]);
    // The operator is another user, and the day's records are as they were.
    assert_eq!(journals(&open(dir.path())).len(), RESIDENTS as usize);
}

#[test]
fn a_data_directory_that_cannot_be_made_is_named() {
    let outer = tempfile::tempdir().unwrap();
    let file = outer.path().join("file");
    fs::write(&file, "not a folder").unwrap();
    for dir in [file.clone(), file.join("below")] {
        run(&mut day(&dir)).refused(2, &[&dir.display().to_string(), "cannot be written", "another data directory"]);
    }
    assert_eq!(fs::read(&file).unwrap(), b"not a folder");
}

/// The program as somebody whom permissions bind: the superuser is not bound, so nobody must try with a copy.
fn bound_by_permissions(outer: &Path, dir: &Path) -> Command {
    use std::os::unix::fs::{PermissionsExt, chown};
    use std::os::unix::process::CommandExt;
    const NOBODY: u32 = 65_534;
    let command = day(dir);
    if !rustix::process::geteuid().is_root() {
        return command;
    }
    let program = outer.join("rekam");
    if !program.exists() {
        fs::copy(env!("CARGO_BIN_EXE_rekam"), &program).unwrap();
        fs::set_permissions(outer, fs::Permissions::from_mode(0o755)).unwrap();
    }
    let inside =
        |path: &Path| fs::read_dir(path).map(|all| all.map(|e| e.unwrap().path()).collect()).unwrap_or_default();
    let mut all: Vec<PathBuf> = vec![dir.to_owned()];
    while let Some(path) = all.pop() {
        chown(&path, Some(NOBODY), Some(NOBODY)).unwrap();
        all.extend::<Vec<PathBuf>>(inside(&path));
    }
    let mut bound = Command::new(program);
    bound.args(command.get_args()).uid(NOBODY).gid(NOBODY).current_dir("/").stdin(Stdio::null());
    bound
}

#[test]
fn a_read_only_data_directory_is_named_and_works_again_once_writable() {
    use std::os::unix::fs::PermissionsExt;
    let outer = tempfile::tempdir().unwrap();
    let dir = outer.path().join("data");
    copy_dir(cut(20).path(), &dir);
    let allow = |path: &Path, mode| fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    let mut command = bound_by_permissions(outer.path(), &dir);
    allow(&dir, 0o500);
    // With the log in place the day may get as far as the batch: what cannot be made then is the outbox.
    run(&mut command).refused(2, &[&dir.display().to_string(), "permissions"]);
    allow(&dir.join("rekam.db"), 0o400);
    run(&mut command).refused(2, &[&dir.display().to_string(), "cannot be written", "permissions"]);
    allow(&dir.join("rekam.db"), 0o600);
    allow(&dir, 0o700);
    let report = run(&mut command).report();
    assert_eq!(records_sha256(&report), whole().1);
}

/// Runs the day with no file allowed to grow beyond `kilobytes` (of 512 or 1024 bytes, as the shell counts).
fn limited(dir: &Path, kilobytes: u64) -> Ended {
    let command = day(dir);
    let mut arguments: Vec<OsString> = vec!["-c".into(), format!("ulimit -f {kilobytes}; exec \"$0\" \"$@\"").into()];
    arguments.push(command.get_program().to_owned());
    arguments.extend(command.get_args().map(|argument| argument.to_owned()));
    run(Command::new("sh").args(arguments).stdin(Stdio::null()))
}

#[test]
fn a_full_disk_is_named_at_provisioning_and_the_day_is_made_once_there_is_room() {
    let dir = tempfile::tempdir().unwrap();
    for kilobytes in [1, 20, 200, 1000, 3000, 8000] {
        limited(dir.path(), kilobytes).refused(2, &["space"]);
    }
    goes_on(dir.path());
}

#[test]
fn a_full_disk_is_named_at_capturing_approving_and_exporting_and_loses_nothing() {
    // Acknowledgements of the day: a few samples in, in the midst of the fingers, everything captured.
    let all = begun_acknowledgements();
    let mut refusals = 0;
    for acknowledgements in [2, 12, all] {
        let begun = cut(acknowledgements);
        // Opening and closing moves the log into the database: from here the log alone must grow.
        let before = journals(&open(begun.path()));
        for kilobytes in [48, 160, 480, 1200] {
            let dir = tempfile::tempdir().unwrap();
            copy_dir(begun.path(), dir.path());
            let ended = limited(dir.path(), kilobytes);
            if ended.code != Some(0) {
                ended.refused(2, &["space"]);
                refusals += 1;
            }
            for ((_, events), (_, now)) in before.iter().zip(journals(&open(dir.path()))) {
                assert!(now.starts_with(events), "events were lost with {kilobytes} kB");
            }
            goes_on(dir.path());
        }
    }
    assert!(refusals >= 6, "the limits hardly bite: {refusals} refusals");
}

/// How many acknowledgements the day has.
fn begun_acknowledgements() -> usize {
    let dir = tempfile::tempdir().unwrap();
    let ended = run(day(dir.path()).arg("--acks"));
    ended.stdout.lines().filter(|line| line.starts_with("ack ")).count()
}

#[test]
fn a_full_small_disk_is_named_and_the_day_goes_on_elsewhere() {
    let Some(small) = std::env::var_os("REKAM_SMALL_TMPFS").map(PathBuf::from) else {
        note!("skipped: REKAM_SMALL_TMPFS names no small mounted folder");
        return;
    };
    let dir = tempfile::tempdir_in(&small).unwrap();
    let ended = run(&mut day(dir.path()));
    ended.refused(2, &["space"]);
    let roomy = tempfile::tempdir().unwrap();
    copy_dir(dir.path(), roomy.path());
    goes_on(roomy.path());
}

#[test]
fn damaged_pages_of_the_database_are_reported_and_a_backup_goes_on() {
    let dir = copy_of_whole();
    let database = dir.path().join("rekam.db");
    let good = fs::read(&database).unwrap();
    let mut dice = Dice(1);
    let middle = |dice: &mut Dice| good.len() / 4 + dice.below(good.len() as u64 / 2) as usize;
    for at in [5, 20_000, good.len() - 1, middle(&mut dice), middle(&mut dice), middle(&mut dice)] {
        flip(&database, at);
        // The day may not need that page; reading every page finds it.
        let ended = run(&mut day(dir.path()));
        if ended.code != Some(0) {
            ended.refused(2, &["damaged", "support"]);
        }
        fs::write(&database, &good).unwrap();
        flip(&database, at);
        let doctor = run(with_data_dir(["doctor"], dir.path()).env("REKAM_PASSPHRASE", PASSPHRASE));
        match doctor.code {
            Some(1) => assert!(doctor.stdout.contains("FAIL database"), "byte {at}: {doctor:?}"),
            _ => drop(doctor.refused(2, &["damaged", "support"])),
        }
        for log in ["rekam.db-wal", "rekam.db-shm"] {
            let _ = fs::remove_file(dir.path().join(log));
        }
        fs::write(&database, &good).unwrap();
    }
    goes_on(dir.path());
}

#[test]
fn a_damaged_log_of_the_database_never_becomes_wrong_data() {
    let begun = cut(20);
    let log = fs::read(begun.path().join("rekam.db-wal")).unwrap();
    assert!(log.len() > 100_000, "the cut left a log to damage");
    let mut dice = Dice(2);
    for at in [3, 40, dice.below(log.len() as u64) as usize, log.len() - 100] {
        let dir = tempfile::tempdir().unwrap();
        copy_dir(begun.path(), dir.path());
        flip(&dir.path().join("rekam.db-wal"), at);
        let ended = run(&mut day(dir.path()));
        // Whole transactions before the damage count, nothing after it does: the day is made from there.
        match ended.code {
            Some(0) => assert_eq!(records_sha256(&ended.report()), whole().1, "byte {at}"),
            _ => drop(ended.refused(2, &["damaged", "support"])),
        }
    }
}

#[test]
fn a_damaged_keyring_is_named_and_the_right_one_goes_on() {
    let dir = copy_of_whole();
    let path = dir.path().join("keyring.json");
    let good = fs::read(&path).unwrap();
    // In the operator's own wrapped key; a finished day needs nobody else's.
    let text = String::from_utf8(good.clone()).unwrap();
    let key = text.find("\"ciphertext\": \"").unwrap() + 30;
    let mut flipped = good.clone();
    flipped[key] ^= 0x01;
    for bad in [Vec::new(), b"{}".to_vec(), b"\xff\xfe".to_vec(), good[..good.len() / 2].to_vec(), flipped] {
        fs::write(&path, &bad).unwrap();
        let ended = run(&mut day(dir.path()));
        // A byte of a wrapped key or salt cannot be told from a wrong passphrase.
        let sentence = ended.refused(2, &[]);
        assert!(sentence.contains("damaged") || sentence.contains("passphrase is wrong"), "{sentence}");
        let _ = fs::remove_file(dir.path().join("attempts.json"));
    }
    fs::remove_file(&path).unwrap();
    run(&mut day(dir.path())).refused(2, &["already a store"]);
    fs::write(&path, &good).unwrap();
    goes_on(dir.path());
}

#[test]
fn a_damaged_or_missing_model_is_named_before_anybody_sits_down() {
    let dir = tempfile::tempdir().unwrap();
    let models = tempfile::tempdir().unwrap();
    let simulate = || {
        let mut command = with_data_dir(["simulate", "--residents", "1", "--json"], dir.path());
        run(command.arg("--models").arg(models.path()))
    };
    simulate().refused(2, &["leader.onnx", "cannot be read", "--models"]);
    let mut model = fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/models/leader.onnx")).unwrap();
    let middle = model.len() / 2;
    model[middle] ^= 1;
    fs::write(models.path().join("leader.onnx"), &model).unwrap();
    simulate().refused(2, &["leader.onnx", "damaged", "--models"]);
    fs::write(models.path().join("leader.onnx"), b"").unwrap();
    simulate().refused(2, &["leader.onnx", "damaged", "--models"]);
    assert_eq!(journals(&open(dir.path())).len(), 0, "somebody sat down before the model was checked");
}

#[test]
fn a_device_that_never_answers_is_named_and_what_was_accepted_is_kept() {
    let dir = tempfile::tempdir().unwrap();
    let simulate = ["simulate", "--residents", "1", "--seed", "5", "--json"];
    let faults = ["--faults", "scanner:dead@1", "--patience", "1"];
    run(with_data_dir(simulate, dir.path()).args(faults)).refused(2, &["sim-scanner", "does not answer", "plug it in"]);
    let before = journals(&open(dir.path()));
    let session = support::replay(&before[0].0.summary.id, &before[0].1);
    // The portrait, the signature and the first finger were accepted before the scanner fell silent.
    assert_eq!((before.len(), session.samples().len(), session.step().word()), (1, 3, "fingerprints"));
    let report = run(&mut with_data_dir(simulate, dir.path())).report();
    assert_eq!(report["completed"], 1, "{report:#}");
    let after = journals(&open(dir.path()));
    assert!(after[0].1.starts_with(&before[0].1), "what was accepted before was rewritten");
}

#[test]
fn a_garbage_fault_script_is_refused_with_its_part_named() {
    let dir = tempfile::tempdir().unwrap();
    let long = "x".repeat(5000);
    let bad = ["scanner", "scanner:unplug", "scanner:unplug@", "scanner:unplug@-1", ":@", "\u{1f600}", &long];
    for script in bad {
        let ended = run(day(dir.path()).args(["--faults", script]));
        let shown: String = script.chars().take(5).collect();
        ended.refused(2, &[&shown, "device:fault@capture"]);
    }
    run(day(dir.path()).args(["--faults", "pad:retry@1,scanner:melt@1"])).refused(2, &["melt", "use retry"]);
    run(day(dir.path()).args(["--faults", "printer:retry@1"])).refused(2, &["printer", "use camera"]);
    let last = format!("scanner:dead@{}", u64::MAX);
    run(day(dir.path()).args(["--faults", &last])).report();
    goes_on(dir.path());
}

#[test]
fn a_second_station_on_the_same_directory_is_refused_and_the_first_goes_on() {
    let dir = tempfile::tempdir().unwrap();
    let first = begun(dir.path(), 3);
    let pid = Pid::from_child(&first);
    kill_process(pid, Signal::STOP).unwrap();
    let second = run(&mut day(dir.path()));
    kill_process(pid, Signal::CONT).unwrap();
    second.refused(2, &[&dir.path().display().to_string(), "in use", "close"]);
    // Its output is read to the end, so that it is not stopped by a full pipe.
    let ended: Ended = first.wait_with_output().unwrap().into();
    assert_eq!(records_sha256(&ended.report()), whole().1);
}

/// A fingerprint as a file.
fn finger_png() -> Vec<u8> {
    let image = Finger::new(1).capture(&Conditions::typical(1));
    let mut bytes = std::io::Cursor::new(Vec::new());
    image::write_buffer_with_format(
        &mut bytes,
        image.pixels(),
        image.width(),
        image.height(),
        image::ExtendedColorType::L8,
        image::ImageFormat::Png,
    )
    .unwrap();
    bytes.into_inner()
}

#[test]
fn folders_without_usable_names_are_refused_before_anything_is_made() {
    let dir = tempfile::tempdir().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    let simulate =
        |option: &str| run(with_data_dir(["simulate", "--residents", "1"], &data).arg(option).arg(folder.path()));
    let name = folder.path().display().to_string();
    for option in ["--fingerprints", "--irises", "--photos"] {
        simulate(option).refused(2, &[&name, "holds no image"]);
    }
    fs::write(folder.path().join("thumb.png"), finger_png()).unwrap();
    simulate("--fingerprints").refused(2, &["thumb.png", "<finger>_<sample>.png"]);
    simulate("--irises").refused(2, &["thumb.png", "<subject>_<eye>_<sample>.png"]);
    fs::remove_file(folder.path().join("thumb.png")).unwrap();
    fs::remove_dir(folder.path()).unwrap();
    for option in ["--fingerprints", "--irises", "--photos"] {
        simulate(option).refused(2, &[&name, "cannot be listed"]);
    }
    assert!(!data.exists());
}

#[test]
fn a_damaged_image_is_named_and_a_whole_one_in_its_place_goes_on() {
    let dir = tempfile::tempdir().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("1_1.png");
    let whole = finger_png();
    let simulate = || {
        let mut command = with_data_dir(["simulate", "--residents", "1", "--json"], dir.path());
        run(command.arg("--fingerprints").arg(folder.path()))
    };
    for damaged in [whole[..whole.len() / 2].to_vec(), b"only words\n".to_vec(), Vec::new()] {
        fs::write(&file, damaged).unwrap();
        simulate().refused(2, &["1_1.png", "damaged"]);
    }
    fs::write(&file, whole).unwrap();
    assert_eq!(simulate().report()["completed"], 1);
}

#[test]
fn a_damaged_portrait_is_named_and_one_that_shows_nobody_stops_no_day() {
    let dir = tempfile::tempdir().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("resident.png");
    let whole = finger_png();
    let simulate = || {
        let mut command = with_data_dir(["simulate", "--residents", "1", "--json"], dir.path());
        run(command.arg("--photos").arg(folder.path()))
    };
    for damaged in [whole[..whole.len() / 2].to_vec(), b"only words\n".to_vec(), Vec::new()] {
        fs::write(&file, damaged).unwrap();
        simulate().refused(2, &["resident.png", "damaged"]);
    }
    fs::write(&file, whole).unwrap();
    assert_eq!(simulate().report()["completed"], 1);
}

#[test]
fn a_number_out_of_range_is_refused_with_the_range() {
    let dir = tempfile::tempdir().unwrap();
    for residents in ["0", "5001", "-1", "many", "99999999999999999999", ""] {
        let mut command = with_data_dir(["simulate"], &dir.path().join("data"));
        let ended = run(command.arg(format!("--residents={residents}")));
        assert_eq!(ended.code, Some(2), "{ended:?}");
        assert!(ended.stderr.starts_with("error: ") && ended.stderr.contains("--residents"), "{ended:?}");
    }
    assert!(!dir.path().join("data").exists());
}

#[test]
fn the_directory_of_another_simulation_is_refused_and_untouched() {
    let dir = copy_of_whole();
    for (residents, seed) in [(RESIDENTS, SEED + 1), (RESIDENTS + 1, SEED)] {
        run(&mut quick(dir.path(), residents, seed)).refused(2, &["another simulation", "choose an empty one"]);
    }
    goes_on(dir.path());
}

#[test]
fn a_batch_that_is_missing_cut_foreign_or_changed_is_refused() {
    let dir = copy_of_whole();
    let batch = batch_in(dir.path());
    let verify = |file: &Path| run(with_data_dir(["batch", "verify"], dir.path()).arg(file));
    assert_eq!(verify(&batch).code, Some(0));
    let name = batch.file_name().unwrap().to_owned();
    let elsewhere = tempfile::tempdir().unwrap();
    let copy = elsewhere.path().join(&name);
    verify(&copy).refused(2, &[&copy.display().to_string()]);
    let bytes = fs::read(&batch).unwrap();
    fs::write(&copy, &bytes).unwrap();
    verify(&copy).refused(1, &["no signature", "copy the .minisig file"]);
    let beside = |suffix: &str| {
        let mut path = batch.clone().into_os_string();
        path.push(suffix);
        let mut target = copy.clone().into_os_string();
        target.push(suffix);
        fs::copy(path, target).unwrap();
    };
    beside(".minisig");
    assert_eq!(verify(&copy).code, Some(0), "a copy with its signature is whole");
    fs::write(&copy, &bytes[..bytes.len() - 100]).unwrap();
    verify(&copy).refused(1, &["signature does not hold", "do not use this file"]);
    flip(&batch, bytes.len() / 2);
    verify(&batch).refused(1, &["signature does not hold", "do not use this file"]);
    fs::write(&copy, b"something else entirely").unwrap();
    verify(&copy).refused(1, &["signature does not hold"]);
    // Another station's batch, whole but not ours.
    let other = tempfile::tempdir().unwrap();
    run(&mut quick(other.path(), 1, SEED)).report();
    verify(&batch_in(other.path())).refused(1, &["signature does not hold"]);
    fs::write(dir.path().join("keys/station.pub"), b"no key").unwrap();
    verify(&batch).refused(2, &["key"]);
}

#[test]
fn a_batch_opens_for_its_recipients_alone() {
    let dir = copy_of_whole();
    let batch = batch_in(dir.path());
    let other = tempfile::tempdir().unwrap();
    run(&mut quick(other.path(), 1, SEED)).report();
    let out = dir.path().join("opened");
    let open = |identity: &Path| {
        let mut command = rekam(["batch", "open"]);
        run(command.arg(&batch).arg("--identity").arg(identity).arg("--out").arg(&out))
    };
    open(&other.path().join("keys/district.identity")).refused(2, &["not encrypted to this identity", "recipients"]);
    open(&dir.path().join("keys/station.pub")).refused(2, &["identity", "cannot be used"]);
    open(&dir.path().join("keys/absent")).refused(2, &["absent", "cannot be read"]);
    assert!(!out.exists(), "something was unpacked for the wrong key");
    let opened = open(&dir.path().join("keys/district.identity"));
    assert_eq!(opened.code, Some(0), "{opened:?}");
    // What lies there is never overwritten.
    open(&dir.path().join("keys/district.identity")).refused(2, &["opened", "never overwritten"]);
}
