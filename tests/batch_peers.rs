//! Promise: a batch opens with stock `minisign`, `age`, `zstd`, `tar`, `sha256sum` and PyPI `bagit`, without this
//! program. A peer that is not installed is skipped with a line that says so, unless `REKAM_PEERS=require`.
//!
//! `REKAM_PYTHON` names the Python that has `bagit` (default `python3`).

use std::error::Error;
use std::fs::File;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use rekam::batch::{
    BatchItem, BatchName, BatchPlan, Digest, Mode, PublicKey, RealDisk, Receipt, RecordBundle, RecordClass, RecordId,
    SealedRecord, StationKeys, TrainingDistrict, export, seal, unseal,
};

/// Says a line that is seen even when the test passes.
macro_rules! note {
    ($($text:tt)*) => {{
        use std::io::Write as _;
        let _ = writeln!(std::io::stderr(), $($text)*);
    }};
}

/// Whether a program can be started; prints a skip, or fails when peers are required.
fn present(program: &str, arguments: &[&str]) -> bool {
    let started = Command::new(program).args(arguments).stdout(Stdio::null()).stderr(Stdio::null()).status();
    let present = started.is_ok_and(|status| status.code() != Some(127));
    if !present {
        note!("skipped: peer `{program}` is not installed");
        assert!(std::env::var("REKAM_PEERS").as_deref() != Ok("require"), "peer `{program}` is required");
    }
    present
}

fn python() -> String {
    std::env::var("REKAM_PYTHON").unwrap_or_else(|_| "python3".to_owned())
}

fn has_bagit() -> bool {
    let has = Command::new(python()).args(["-c", "import bagit"]).stderr(Stdio::null()).status();
    let has = has.is_ok_and(|status| status.success());
    if !has {
        note!("skipped: peer `bagit` (PyPI) is not installed for {}", python());
        assert!(std::env::var("REKAM_PEERS").as_deref() != Ok("require"), "peer `bagit` is required");
    }
    has
}

struct Sent {
    dir: tempfile::TempDir,
    file: PathBuf,
    receipt: Receipt,
    district: TrainingDistrict,
    bundle: RecordBundle,
    record: RecordId,
}

/// A batch of three records on a stick, with the keys a district would hold.
fn send() -> Result<Sent, Box<dyn Error>> {
    let dir = tempfile::tempdir()?;
    let district = TrainingDistrict::generate()?;
    let recipients: Vec<String> = district.recipients().iter().map(ToString::to_string).collect();
    let keys = StationKeys::generate()?;
    let mut bundle = RecordBundle::new(b"{\"version\":1}\n".to_vec());
    bundle.insert(
        "finger-02.png".parse()?,
        (0..70_000_u32).map(|at| (at.wrapping_mul(2_654_435_761) >> 24) as u8).collect(),
    )?;
    let record = |number| RecordId::from_bytes([number; 16]);
    let items = (1..=3).map(|number| {
        let sealed = seal(&bundle, &recipients[..1])?;
        Ok(BatchItem::Record(SealedRecord { id: record(number), class: RecordClass::Register, sealed }))
    });
    let date = time::Date::from_calendar_date(2026, time::Month::August, 17)?;
    let plan = BatchPlan {
        name: BatchName::new("317404-01".parse()?, date, 12)?,
        class: RecordClass::Register,
        mode: Mode::Training,
        previous: Some(Digest::of(b"the batch before")),
        software: "rekam 0.1.0",
        recipients: &recipients,
        audit: b"{\"row\":1}\n",
        expected_bytes: 300_000,
        expected_items: 3,
    };
    let exported = export(&RealDisk, dir.path(), &plan, items, &keys, &mut |_| ControlFlow::Continue(()))?;
    std::fs::write(dir.path().join("station.pub"), keys.public_key().to_file())?;
    std::fs::write(dir.path().join("district.key"), district.district.to_file().as_bytes())?;
    std::fs::write(dir.path().join("national.key"), district.national.to_file().as_bytes())?;
    Ok(Sent { file: exported.file, receipt: exported.receipt, dir, district, bundle, record: record(2) })
}

fn run(program: &str, arguments: &[&Path]) -> Result<Output, Box<dyn Error>> {
    Ok(Command::new(program).args(arguments).output()?)
}

/// `age -d -i KEY FILE | zstd -dc | tar -x -C FOLDER`, without a shell.
fn unpack(key: &Path, file: &Path, folder: &Path) -> Result<bool, Box<dyn Error>> {
    std::fs::create_dir(folder)?;
    let mut age = Command::new("age").args(["-d", "-i"]).args([key, file]).stdout(Stdio::piped()).spawn()?;
    let sealed = age.stdout.take().ok_or("no pipe")?;
    let mut zstd = Command::new("zstd").arg("-dc").stdin(sealed).stdout(Stdio::piped()).spawn()?;
    let packed = zstd.stdout.take().ok_or("no pipe")?;
    let tar = Command::new("tar").arg("-x").arg("-C").arg(folder).stdin(packed).status()?;
    Ok(age.wait()?.success() && zstd.wait()?.success() && tar.success())
}

#[test]
fn stock_minisign_verifies_a_batch_and_refuses_a_changed_one() -> Result<(), Box<dyn Error>> {
    if !present("minisign", &["-v"]) {
        return Ok(());
    }
    let sent = send()?;
    let key = sent.dir.path().join("station.pub");
    let arguments: [&Path; 5] = [Path::new("-V"), Path::new("-p"), &key, Path::new("-m"), &sent.file];
    let good = run("minisign", &arguments)?;
    let said = String::from_utf8(good.stdout)?;
    assert!(good.status.success(), "{said}");
    assert!(said.contains(&sent.receipt.to_trusted_comment()), "{said}");

    let mut bytes = std::fs::read(&sent.file)?;
    if let Some(byte) = bytes.last_mut() {
        *byte ^= 1;
    }
    std::fs::write(&sent.file, bytes)?;
    assert!(!run("minisign", &arguments)?.status.success());
    Ok(())
}

#[test]
fn stock_minisign_signatures_are_made_with_the_same_keys_format() -> Result<(), Box<dyn Error>> {
    // The other direction: a key pair of the stock program, its public key read by this one.
    if !present("minisign", &["-v"]) {
        return Ok(());
    }
    let dir = tempfile::tempdir()?;
    let (public, secret) = (dir.path().join("k.pub"), dir.path().join("k.key"));
    let made = Command::new("minisign").args(["-G", "-W", "-p"]).arg(&public).arg("-s").arg(&secret).output()?;
    assert!(made.status.success(), "{made:?}");
    let text = std::fs::read_to_string(&public)?;
    let key: PublicKey = text.parse()?;
    assert!(text.contains(&key.id()), "{text} is not {}", key.id());
    assert_eq!(key.to_file().lines().nth(1), text.lines().nth(1));
    Ok(())
}

#[test]
fn stock_age_zstd_tar_and_bagit_open_a_batch_and_its_records() -> Result<(), Box<dyn Error>> {
    let tools = [("age", "--version"), ("zstd", "--version"), ("tar", "--version"), ("sha256sum", "--version")];
    if !tools.iter().all(|(program, argument)| present(program, &[argument])) {
        return Ok(());
    }
    let sent = send()?;
    for recipient in ["district", "national"] {
        let folder = sent.dir.path().join(recipient);
        let key = sent.dir.path().join(format!("{recipient}.key"));
        assert!(unpack(&key, &sent.file, &folder)?, "{recipient}");
        let bag = folder.join(sent.receipt.batch.to_string());

        for manifest in ["manifest-sha256.txt", "tagmanifest-sha256.txt"] {
            let mut sums = Command::new("sha256sum");
            let sums = sums.args(["--strict", "--quiet", "-c", manifest]).current_dir(&bag).output()?;
            assert!(sums.status.success(), "{sums:?}");
        }
        if has_bagit() {
            let script = "import bagit, sys; bagit.Bag(sys.argv[1]).validate()";
            let valid = Command::new(python()).args(["-c", script]).arg(&bag).output()?;
            assert!(valid.status.success(), "{}", String::from_utf8_lossy(&valid.stderr));
        }
        if recipient == "district" {
            let sealed = bag.join("data").join(format!("{}.age", sent.record));
            let record = sent.dir.path().join("record");
            assert!(unpack(&key, &sealed, &record)?);
            for (name, content) in sent.bundle.entries() {
                assert_eq!(std::fs::read(record.join(name.as_str()))?, content);
            }
        }
    }
    Ok(())
}

#[test]
fn a_record_sealed_by_the_stock_programs_is_unsealed() -> Result<(), Box<dyn Error>> {
    let tools = [("age", "--version"), ("zstd", "--version"), ("tar", "--version")];
    if !tools.iter().all(|(program, argument)| present(program, &[argument])) {
        return Ok(());
    }
    let sent = send()?;
    let folder = sent.dir.path().join("made");
    std::fs::create_dir(&folder)?;
    for (name, content) in sent.bundle.entries() {
        std::fs::write(folder.join(name.as_str()), content)?;
    }
    let (tar, packed, sealed) =
        (sent.dir.path().join("r.tar"), sent.dir.path().join("r.tar.zst"), sent.dir.path().join("r.age"));
    let files: Vec<&str> = sent.bundle.entries().map(|(name, _)| name.as_str()).collect();
    let made =
        Command::new("tar").args(["--format=ustar", "-cf"]).arg(&tar).arg("-C").arg(&folder).args(files).status()?;
    assert!(made.success());
    assert!(Command::new("zstd").arg("-q").arg(&tar).arg("-o").arg(&packed).status()?.success());
    let recipient = sent.district.recipients().first().ok_or("no recipient")?.to_string();
    let age = Command::new("age").args(["-r", &recipient, "-o"]).arg(&sealed).stdin(File::open(&packed)?).status()?;
    assert!(age.success());
    assert_eq!(unseal(&std::fs::read(&sealed)?, &sent.district.district.to_file())?, sent.bundle);
    Ok(())
}
