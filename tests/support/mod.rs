//! What the tests of the whole program share: starting it, reading what it says, and looking into its store.

#![allow(dead_code, reason = "every test program uses another part of it")]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on shall stop")]

use std::ffi::OsStr;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use rekam::domain::session::{Event, RecordId, Session};
use rekam::station::training::{OPERATOR, PASSPHRASE};
use rekam::store::{Journal, Result, Store};
use time::OffsetDateTime;

/// The program with arguments, cut off from this terminal and from settings of this environment.
pub fn rekam<S: AsRef<OsStr>>(arguments: impl IntoIterator<Item = S>) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rekam"));
    command.args(arguments).stdin(Stdio::null());
    for name in ["RUST_LOG", "RUST_BACKTRACE", "REKAM_PASSPHRASE"] {
        command.env_remove(name);
    }
    command
}

/// `simulate` without devices and engines: seconds become milliseconds, the store and the batch are the real ones.
pub fn quick(dir: &Path, residents: u32, seed: u64) -> Command {
    let mut command = rekam(["simulate", "--pre-extracted", "--json", "--data-dir"]);
    command.arg(dir).args(["--residents", &residents.to_string(), "--seed", &seed.to_string()]);
    command
}

/// A run of the program that has ended.
#[derive(Debug)]
pub struct Ended {
    /// Exit code; `None` when a signal ended it.
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

/// Runs a command to its end.
pub fn run(command: &mut Command) -> Ended {
    command.output().unwrap().into()
}

impl From<Output> for Ended {
    fn from(output: Output) -> Self {
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
        Self { code: output.status.code(), stdout: text(&output.stdout), stderr: text(&output.stderr) }
    }
}

impl Ended {
    /// The JSON object of a run that passed.
    pub fn report(&self) -> serde_json::Value {
        assert_eq!(self.code, Some(0), "{self:?}");
        report_of(&self.stdout)
    }

    /// The one sentence in which a refusal ends, checked to be one: with the given exit code, nothing that looks like
    /// the inside of a program, and all of `words` (cause and next action) in it.
    #[track_caller]
    pub fn refused(&self, code: i32, words: &[&str]) -> &str {
        assert_eq!(self.code, Some(code), "{self:?}");
        let mut sentences = self.stderr.lines().filter(|line| line.starts_with("rekam: "));
        let sentence = sentences.next().unwrap_or_else(|| panic!("no sentence: {self:?}"));
        assert_eq!(sentences.next(), None, "more than one sentence: {self:?}");
        assert_eq!(self.stderr.lines().last(), Some(sentence), "something after the sentence: {self:?}");
        for inside in ["panicked", "backtrace", "RUST_", "Error {", "Some(", "Os {", "Err(", "unwrap", ".rs:"] {
            assert!(!self.stderr.contains(inside), "{inside:?} in {:?}", self.stderr);
        }
        for word in words {
            assert!(sentence.contains(word), "{word:?} is missing in {sentence:?}");
        }
        sentence
    }
}

/// The JSON object after whatever acknowledgements came before it.
pub fn report_of(stdout: &str) -> serde_json::Value {
    let json: String = stdout.lines().filter(|line| !line.starts_with("ack ")).collect();
    serde_json::from_str(&json).unwrap_or_else(|error| panic!("{error}: {stdout}"))
}

/// The digest over all records of a run that passed.
pub fn records_sha256(report: &serde_json::Value) -> String {
    report["records_sha256"].as_str().unwrap().to_owned()
}

/// Opens a training store as its operator.
pub fn open(dir: &Path) -> Store {
    Store::open(dir, OPERATOR, PASSPHRASE, OffsetDateTime::now_utc()).unwrap().0
}

/// Every record of a store, with its events, oldest first.
pub fn journals(store: &Store) -> Vec<(Journal, Vec<Event>)> {
    let journals: Result<Vec<Journal>> = store.call(|db| {
        let records = db.records(&rekam::store::RecordFilter::default())?;
        records.iter().rev().map(|record| db.load(&record.id)).collect()
    });
    let events = |journal: &Journal| journal.entries.iter().map(|e| serde_json::from_str(&e.body).unwrap()).collect();
    journals.unwrap().into_iter().map(|journal| (events(&journal), journal)).map(|(e, j)| (j, e)).collect()
}

/// Reads a record back.
pub fn replay(record: &str, events: &[Event]) -> Session {
    Session::replay(RecordId(record.to_owned()), events.iter().cloned()).unwrap()
}

/// Copies a data directory as it lies there, as a backup of a machine without power would.
pub fn copy_dir(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap().map(|entry| entry.unwrap()) {
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy_dir(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// SplitMix64: moments and positions that come from a seed alone.
pub struct Dice(pub u64);

impl Dice {
    pub fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `limit`.
    pub fn below(&mut self, limit: u64) -> u64 {
        self.roll() % limit.max(1)
    }
}
