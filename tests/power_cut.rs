//! The plug is pulled at least two hundred times: whatever was acknowledged is there, and the day ends as if nothing
//! had happened.
//!
//! The program is killed (`SIGKILL`: no handler, no destructor runs) at random moments of provisioning, capturing,
//! sealing, approving and exporting. After every kill a copy of the data directory is opened and compared with what
//! the program had acknowledged on its standard output; the program itself goes on with the directory as it was left.

#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on shall stop")]

mod support;

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Child, ChildStderr, ChildStdout, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use rekam::batch;
use rekam::domain::session::{Event, Purpose, SampleRef, Session, Slot, Status, What};
use rekam::station::finished::carried;
use rekam::store::{Journal, RecordState, Store};
use support::{Dice, Ended, copy_dir, journals, open, quick, records_sha256, replay, report_of, run};

/// Says a line that is seen even when the test passes.
macro_rules! note {
    ($($text:tt)*) => {{
        use std::io::Write as _;
        let _ = writeln!(std::io::stderr(), $($text)*);
    }};
}

/// Kills that must hit a running program.
const KILLS: usize = 200;
/// Days of different length, each with its own seed: with planted duplicates and with one who comes back another day.
const DAYS: [(u32, u64); 3] = [(2, 7), (4, 3), (6, 11)];
/// Looks between two looks at the directory.
const TICK: Duration = Duration::from_micros(300);

/// What one day gives when nobody disturbs it.
struct Undisturbed {
    residents: u32,
    seed: u64,
    length: Duration,
    /// How long a run takes that finds everything done.
    again: Duration,
    records_sha256: String,
    completed: u64,
    /// A directory that was cut just after the first record was opened, for days that need not begin with the register.
    provisioned: tempfile::TempDir,
    /// The journals in it.
    left_behind: BTreeMap<String, Vec<Event>>,
}

fn undisturbed((residents, seed): (u32, u64)) -> Undisturbed {
    let dir = tempfile::tempdir().unwrap();
    let timed = || {
        let start = Instant::now();
        (run(&mut quick(dir.path(), residents, seed)).report(), start.elapsed())
    };
    let ((report, length), (repeated, again)) = (timed(), timed());
    let completed = report["completed"].as_u64().unwrap();
    assert_eq!(records_sha256(&repeated), records_sha256(&report), "a finished day is not made again");
    let records_sha256 = records_sha256(&report);
    let provisioned = tempfile::tempdir().unwrap();
    let left_behind = BTreeMap::new();
    let mut day = Undisturbed { residents, seed, length, again, records_sha256, completed, provisioned, left_behind };
    let cut = Cut { moment: Moment::Acknowledged(1), after: Duration::ZERO };
    Life::begin(day.provisioned.path(), &day).end(Some(cut), day.provisioned.path());
    let copy = tempfile::tempdir().unwrap();
    copy_dir(day.provisioned.path(), copy.path());
    let of = |(journal, events): (Journal, Vec<Event>)| (journal.summary.id, events);
    day.left_behind = journals(&open(copy.path())).into_iter().map(of).collect();
    day
}

/// The point of the day a kill hit, as the store shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Phase {
    Provisioning,
    Capturing,
    Sealing,
    Approving,
    Exporting,
}

/// When to kill: after something was seen, and a random moment later.
#[derive(Debug, Clone, Copy)]
enum Moment {
    Started,
    /// So many acknowledgements of this life.
    Acknowledged(usize),
    /// So many records completed in this life.
    Completed(usize),
    /// The key files, the first thing that provisioning makes.
    Keys,
    /// The database.
    Database,
    /// The folder of the batch, the first thing that exporting makes.
    Outbox,
    /// The batch being written.
    Part,
}

/// A moment and the delay after it.
#[derive(Debug, Clone, Copy)]
struct Cut {
    moment: Moment,
    after: Duration,
}

/// What the program has acknowledged of one record.
#[derive(Debug, Default, Clone, Copy)]
struct Acknowledged {
    events: usize,
    samples: usize,
    completed: bool,
}

/// One running program, its acknowledgements read as they come.
struct Life {
    child: Child,
    stdout: JoinHandle<String>,
    stderr: JoinHandle<String>,
    lines: Arc<Mutex<(usize, usize)>>,
}

impl Life {
    fn begin(dir: &Path, day: &Undisturbed) -> Self {
        let mut command = quick(dir, day.residents, day.seed);
        let mut child = command.arg("--acks").stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let lines = Arc::new(Mutex::new((0, 0)));
        let (out, err) = (child.stdout.take().unwrap(), child.stderr.take().unwrap());
        let counted = lines.clone();
        let stdout = thread::spawn(move || listen(out, &counted));
        let stderr = thread::spawn(move || read_all(err));
        Self { child, stdout, stderr, lines }
    }

    fn reached(&self, moment: Moment, dir: &Path) -> bool {
        let (acks, completed) = *self.lines.lock().unwrap();
        match moment {
            Moment::Started => true,
            Moment::Acknowledged(wanted) => acks >= wanted,
            Moment::Completed(wanted) => completed >= wanted,
            Moment::Keys => dir.join("keys").exists(),
            Moment::Database => dir.join("rekam.db").exists(),
            Moment::Outbox => dir.join("outbox").exists(),
            Moment::Part => fs::read_dir(dir.join("outbox")).is_ok_and(|mut files| files.next().is_some()),
        }
    }

    /// Kills at the moment. Returns the end and whether the kill hit a running program.
    fn end(mut self, cut: Option<Cut>, dir: &Path) -> (Ended, bool) {
        if let Some(Cut { moment, after }) = cut {
            while self.child.try_wait().unwrap().is_none() && !self.reached(moment, dir) {
                thread::sleep(TICK);
            }
            thread::sleep(after);
            // It may have ended by itself meanwhile; then there is nothing to kill.
            let _ = self.child.kill();
        }
        let status = self.child.wait().unwrap();
        let (stdout, stderr) = (self.stdout.join().unwrap(), self.stderr.join().unwrap());
        (Ended { code: status.code(), stdout, stderr }, status.signal() == Some(9))
    }
}

fn listen(out: ChildStdout, counted: &Mutex<(usize, usize)>) -> String {
    let mut text = String::new();
    for line in BufReader::new(out).lines() {
        let line = line.unwrap();
        if line.starts_with("ack ") {
            let mut counted = counted.lock().unwrap();
            counted.0 += 1;
            counted.1 += usize::from(line.ends_with(" completed"));
        }
        text.push_str(&line);
        text.push('\n');
    }
    text
}

fn read_all(mut from: ChildStderr) -> String {
    let mut text = String::new();
    from.read_to_string(&mut text).unwrap();
    text
}

/// One day on one data directory, over as many lives as it takes.
struct Station<'a> {
    dir: tempfile::TempDir,
    day: &'a Undisturbed,
    dice: Dice,
    lives: usize,
    acknowledged: BTreeMap<String, Acknowledged>,
    /// The journals as they were found after the last kill: from then on they may only grow.
    seen: BTreeMap<String, Vec<Event>>,
    phase: Phase,
    all_completed: bool,
}

impl<'a> Station<'a> {
    fn new(day: &'a Undisturbed, seed: u64, from_nothing: bool) -> Self {
        let dir = tempfile::tempdir().unwrap();
        if !from_nothing {
            copy_dir(day.provisioned.path(), dir.path());
        }
        // The life that was cut to provision may have written more than the one event that was waited for.
        let seen = if from_nothing { BTreeMap::new() } else { day.left_behind.clone() };
        let phase = if from_nothing { Phase::Provisioning } else { Phase::Capturing };
        Self { dir, day, dice: Dice(seed), lives: 0, acknowledged: BTreeMap::new(), seen, phase, all_completed: false }
    }

    /// Where the next kill goes: mostly somewhere in what is under way, sometimes anywhere. After enough lives none.
    fn cut(&mut self) -> Option<Cut> {
        if self.lives >= 14 {
            return None;
        }
        let short = Duration::from_micros(self.dice.below(20_000));
        let anywhere = Duration::from_micros(self.dice.below(self.day.length.as_micros() as u64));
        let rest = Duration::from_micros(self.dice.below(self.day.again.as_micros() as u64 * 5 / 4));
        let acknowledged = Moment::Acknowledged(1 + self.dice.below(20) as usize);
        let begun = self.dir.path().join("outbox").exists();
        let (moment, after) = match (self.phase, self.dice.below(8)) {
            (Phase::Provisioning, 0) => (Moment::Keys, short / 10),
            (Phase::Provisioning, 1..6) => (Moment::Database, anywhere / 2),
            (_, 0..3) if self.all_completed && !begun => (Moment::Outbox, short / 2),
            (_, 3..6) if self.all_completed && !begun => (Moment::Part, short / 2),
            (_, _) if self.all_completed => (Moment::Started, rest),
            (_, 0) => (Moment::Started, anywhere),
            (_, 1) => (Moment::Completed(1), short),
            // The last completion of the day: approving follows within milliseconds.
            (_, 2) => (Moment::Completed(self.missing()), short),
            (_, _) => (acknowledged, short / 4),
        };
        Some(Cut { moment, after })
    }

    fn missing(&self) -> usize {
        let done = self.acknowledged.values().filter(|known| known.completed).count();
        (self.day.completed as usize).saturating_sub(done).max(1)
    }

    /// Lives until the day is done, or until nobody wants further kills.
    fn live(mut self, wanted: impl Fn() -> bool, hit: impl Fn(Phase)) -> usize {
        loop {
            let cut = if wanted() { self.cut() } else { None };
            self.lives += 1;
            let (ended, killed) = Life::begin(self.dir.path(), self.day).end(cut, self.dir.path());
            let story = format!("{cut:?} in life {} in {:?}", self.lives, self.dir.path());
            self.note(&ended.stdout);
            if !killed {
                self.finished(&ended, &story);
                return self.lives;
            }
            self.phase = self.check(&story);
            hit(self.phase);
        }
    }

    /// Takes down what the program acknowledged. The last line may be cut.
    fn note(&mut self, stdout: &str) {
        for line in stdout.lines() {
            let words: Vec<&str> = line.split(' ').collect();
            let ["ack", record, rest @ ..] = words.as_slice() else { continue };
            let known = self.acknowledged.entry((*record).to_owned()).or_default();
            match rest {
                ["completed"] => known.completed = true,
                [events, samples] => {
                    known.events = events.parse().unwrap();
                    known.samples = samples.parse().unwrap();
                }
                _ => panic!("unreadable acknowledgement {line:?}"),
            }
        }
    }

    fn finished(&self, ended: &Ended, story: &str) {
        assert_eq!(ended.code, Some(0), "{story}: {ended:?}");
        let report = report_of(&ended.stdout);
        assert_eq!(records_sha256(&report), self.day.records_sha256, "{story}: {report:#}");
        assert_eq!(report["residents"], self.day.residents, "{story}");
        assert_eq!(report["completed"], self.day.completed, "{story}");
        assert_eq!(report["batch"]["verified"], true, "{story}: {report:#}");
        assert_eq!(report["batch"]["records"], self.day.completed, "{story}: {report:#}");
        assert_eq!(report["false_hits"], 0, "{story}");
    }

    /// Proves on a copy that nothing acknowledged is missing. Says what the kill interrupted.
    fn check(&mut self, story: &str) -> Phase {
        let copy = tempfile::tempdir().unwrap();
        copy_dir(self.dir.path(), copy.path());
        if !Store::exists(copy.path()) {
            assert!(self.acknowledged.is_empty(), "{story}: acknowledged without a store");
            return Phase::Provisioning;
        }
        let store = open(copy.path());
        assert!(store.self_check(None).unwrap().is_sound(), "{story}: pages or audit chain");
        let found = journals(&store);
        let acknowledged: Vec<&String> = self.acknowledged.keys().collect();
        assert!(acknowledged.iter().all(|id| found.iter().any(|(j, _)| j.summary.id == **id)), "{story}: a record");
        let identity = fs::read_to_string(copy.path().join("keys/district.identity")).unwrap();
        let mut sessions = Vec::new();
        for (journal, events) in found {
            let session = replay(&journal.summary.id, &events);
            let known = self.acknowledged.get(&journal.summary.id).copied().unwrap_or_default();
            let before = self.seen.insert(journal.summary.id.clone(), events.clone()).unwrap_or_default();
            assert!(events.starts_with(&before), "{story}: the journal of {} was rewritten", journal.summary.id);
            // What an earlier life left behind unacknowledged counts from then on.
            let known = Acknowledged { events: known.events.max(before.len()), ..known };
            check_journal(&journal, &events, &session, known, story);
            check_samples(&store, &journal, &session, &identity, story);
            sessions.push((journal, session));
        }
        let ended = |(_, session): &&(Journal, Session)| !matches!(session.status(), Status::Open | Status::Parked);
        self.all_completed = sessions.iter().filter(ended).count() == self.day.residents as usize;
        self.phase_of(&store, &sessions)
    }

    fn phase_of(&self, store: &Store, sessions: &[(Journal, Session)]) -> Phase {
        let statuses = || sessions.iter().map(|(_, session)| session.status());
        let batches = store.call(|db| db.batches()).unwrap();
        if store.call(|db| db.setting("training")).unwrap().is_none() {
            Phase::Provisioning
        } else if !batches.is_empty() || self.dir.path().join("outbox").exists() {
            Phase::Exporting
        } else if self.all_completed {
            Phase::Approving
        } else if statuses().any(|status| *status == Status::Open) {
            Phase::Capturing
        } else {
            Phase::Sealing
        }
    }
}

/// The journal holds what was acknowledged, at most one step more, and the record stands where its events say.
fn check_journal(journal: &Journal, events: &[Event], session: &Session, known: Acknowledged, story: &str) {
    let (id, head) = (&journal.summary.id, &journal.summary.head);
    assert!(events.len() >= known.events, "{story}: {} of {} events of {id}", events.len(), known.events);
    assert!(session.samples().len() >= known.samples, "{story}: samples of {id}");
    assert_eq!((head.step.as_str(), head.status.as_str()), (session.step().word(), session.status().word()), "{story}");
    let done = matches!(session.status(), Status::Completed | Status::Approved | Status::Exported);
    assert!(done || !known.completed, "{story}: {id} was acknowledged as completed and is {:?}", session.status());
    // What may come unacknowledged: one step under way, findings, and the supervisor's side of the line.
    let own = |event: &&Event| {
        let other = ["hit_found", "faces_alike", "hit_decided", "approved", "exported"];
        !other.contains(&event.what.word())
    };
    let unacknowledged: Vec<&Event> = events[known.events..].iter().filter(own).collect();
    assert!(unacknowledged.len() <= 1, "{story}: more was written to {id} than was under way: {unacknowledged:?}");
    if known.events > 0 && !matches!(unacknowledged[..], [Event { what: What::StepEntered { .. }, .. }]) {
        assert_eq!(replay(id, &events[..known.events]).step(), session.step(), "{story}: the step of {id}");
    }
}

/// Every accepted sample is there with the bytes that were hashed when it was accepted: in the store while the record
/// is open, in the sealed copies afterwards.
fn check_samples(store: &Store, journal: &Journal, session: &Session, identity: &str, story: &str) {
    let record = journal.summary.id.clone();
    match journal.summary.state {
        RecordState::Open => {
            for sample in session.samples() {
                let id = sample.id.0.clone();
                let bytes = store.call(move |db| db.sample_bytes(&id)).unwrap();
                assert_eq!(batch::Digest::of(&bytes).to_string(), sample.sha256, "{story}: sample {:?}", sample.id);
            }
        }
        RecordState::Sealed | RecordState::Approved => {
            let id = record.clone();
            let (copy, sha256, review, left) = store
                .call(move |db| {
                    Ok((db.district_copy(&id)?, db.sealed_sha256(&id)?, db.review_copy(&id).is_ok(), db.samples(&id)?))
                })
                .unwrap();
            let bundle = batch::unseal(&copy, identity).unwrap();
            assert_eq!(*batch::canonical_sha256(&bundle).as_bytes(), sha256, "{story}: {record}");
            for (number, sample) in carried(session).into_iter().enumerate() {
                let bytes =
                    bundle.get(&file_of(number, sample)).unwrap_or_else(|| panic!("{story}: {sample:?} of {record}"));
                assert_eq!(batch::Digest::of(bytes).to_string(), sample.sha256, "{story}: {sample:?} of {record}");
            }
            assert_eq!(review, journal.summary.state == RecordState::Sealed, "{story}: review copy of {record}");
            assert!(left.is_empty(), "{story}: open samples of the sealed {record}");
        }
        other => panic!("{story}: {record} is {other:?}"),
    }
}

/// Where a sample lies in a sealed record whose samples all pass for images, as they do without devices.
fn file_of(number: usize, sample: &SampleRef) -> String {
    let Purpose::Slot(slot) = sample.purpose else { return format!("evidence-{number}.png") };
    match slot {
        Slot::Finger(finger) => format!("finger-{:02}.png", finger.code()),
        Slot::Eye(eye) => format!("iris-{}.png", eye.code()),
        Slot::Photo | Slot::Signature | Slot::Approval => format!("{}.png", slot.address().0),
    }
}

#[test]
fn two_hundred_power_cuts_lose_no_sample() {
    let seed = std::env::var("REKAM_TEST_SEED").ok().and_then(|text| text.parse().ok()).unwrap_or(20_261_123);
    note!("seed {seed} (set REKAM_TEST_SEED for another)");
    let days = DAYS.map(undisturbed);
    let (kills, runs, next) = (AtomicUsize::new(0), AtomicUsize::new(0), AtomicUsize::new(0));
    let phases: Mutex<BTreeMap<Phase, usize>> = Mutex::default();
    let work = || {
        while kills.load(Ordering::SeqCst) < KILLS {
            let number = next.fetch_add(1, Ordering::SeqCst);
            let day = &days[number / 2 % days.len()];
            // Every third day begins with nothing at all.
            let lives = Station::new(day, seed + number as u64, number % 3 == 0).live(
                || kills.load(Ordering::SeqCst) < KILLS,
                |phase| {
                    kills.fetch_add(1, Ordering::SeqCst);
                    *phases.lock().unwrap().entry(phase).or_default() += 1;
                },
            );
            runs.fetch_add(lives, Ordering::SeqCst);
        }
    };
    thread::scope(|scope| (0..2).map(|_| scope.spawn(work)).for_each(drop));
    let (kills, runs, phases) = (kills.into_inner(), runs.into_inner(), phases.into_inner().unwrap());
    note!("power cuts: {kills} kills, {runs} runs, 0 samples lost");
    note!("interrupted: {phases:?}");
    assert!(kills >= KILLS);
    for phase in [Phase::Provisioning, Phase::Capturing, Phase::Sealing, Phase::Approving, Phase::Exporting] {
        assert!(phases.contains_key(&phase), "no kill hit {phase:?}: {phases:?}");
    }
}
