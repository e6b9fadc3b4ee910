//! The operator's sentence for what went wrong: chosen by kind, with what to do next. The chain of causes is for the log.
//!
//! A library's own words never reach the screen: they are English, they speak of files and locks, and they may name
//! people. So every kind is matched by name, and a new one does not compile until somebody has found words for it.

use std::path::Path;

use time::OffsetDateTime;

use crate::batch::{BatchError, ErrorKind};
use crate::domain::codes::BasicStatus;
use crate::domain::dates::format_dmy;
use crate::domain::eligibility::Refusal;
use crate::domain::session::{Refused, ReplayError};
use crate::office::OfficeError;
use crate::office::words::Words;
use crate::station::counter::{CounterError, SetupFault};
use crate::station::plugged::{ChoicesError, IRIS_FILE};
use crate::station::training::TrainingError;
use crate::station::{DeskError, EngineError, JobError};
use crate::store::StoreError;

use super::text as say;

/// Characters of a path that fit into a sentence; its end tells more than its beginning.
const PATH: usize = 48;

/// The sentence, at the present moment.
pub fn sentence(words: &Words, error: &CounterError) -> String {
    sentence_at(words, error, OffsetDateTime::now_utc())
}

/// The sentence at a moment: a lock-out says how long it still takes.
pub fn sentence_at(words: &Words, error: &CounterError, now: OffsetDateTime) -> String {
    match error {
        CounterError::Desk(error) => desk(words, error, now),
        CounterError::Office(error) => office(words, error, now),
        CounterError::Store(error) => store(words, error, now),
        CounterError::Training(error) => training(words, error, now),
        CounterError::Batch(error) => batch(words, error),
        CounterError::File { path, .. } => with_path(words, "trouble-file", path),
        CounterError::Printing { path, .. } => with_path(words, "trouble-printing", path),
        CounterError::AccountClosed => words.get("trouble-account-closed"),
        CounterError::Setup(fault) => setup(words, *fault),
        CounterError::LastSupervisor => words.get("trouble-last-supervisor"),
        CounterError::TrainingRegister => words.get("trouble-training-register"),
        CounterError::Devices(ChoicesError::Unreadable(_)) => words.get("trouble-device-choice"),
        CounterError::Devices(ChoicesError::Iris(_)) => words.say("trouble-iris-file", &[("file", IRIS_FILE)]),
        CounterError::NotNow => words.get("trouble-not-now"),
    }
}

/// What is wrong with a setup plan.
pub fn setup(words: &Words, fault: SetupFault) -> String {
    words.get(match fault {
        SetupFault::Region => "trouble-setup-region",
        SetupFault::Station => "trouble-setup-station",
        SetupFault::Recipient => "trouble-setup-recipient",
        SetupFault::NoSupervisor => "trouble-setup-no-supervisor",
        SetupFault::UserName => "trouble-setup-user-name",
        SetupFault::Passphrase => "trouble-setup-passphrase",
        SetupFault::Taken => "trouble-setup-taken",
    })
}

fn desk(words: &Words, error: &DeskError, now: OffsetDateTime) -> String {
    match error {
        DeskError::Refused(error) => refused(words, error),
        DeskError::Store(error) => store(words, error, now),
        DeskError::Replay(ReplayError::NotOpened(record) | ReplayError::Gap { record, .. }) => {
            words.say("trouble-journal", &[("record", &record.0)])
        }
        DeskError::Event(_) => words.get("trouble-event"),
        DeskError::Job(error) => job(words, error),
        DeskError::Engine(error) => engine(words, error),
        DeskError::Dedup(_) => words.get("trouble-dedup"),
        DeskError::Office(error) => office(words, error, now),
        DeskError::Batch(error) => batch(words, error),
        DeskError::NoRecord => words.get("trouble-no-record"),
        DeskError::DeskTaken => words.get("trouble-desk-taken"),
        DeskError::NoReference => words.get("trouble-no-reference"),
        DeskError::BatchElsewhere { file } => words.say("trouble-batch-elsewhere", &[("file", file)]),
        DeskError::File { path, .. } => with_path(words, "trouble-medium-file", path),
        DeskError::NotOperator => words.get("trouble-not-operator"),
        DeskError::Ineligible(reason) => refusal(words, reason),
        DeskError::NotInRegister => words.get("trouble-not-in-register"),
        DeskError::User(_) => words.get("trouble-setup-user-name"),
        DeskError::NoSigningKey => words.get("trouble-no-signing-key"),
        DeskError::NotSupervisor => words.get("trouble-not-supervisor"),
    }
}

/// Why the record does not allow a wish.
pub fn refused(words: &Words, error: &Refused) -> String {
    let step = |key: &str, step| words.say(key, &[("step", &say::step(words, step))]);
    let status = |key: &str, word: &str| words.say(key, &[("status", &named(words, "trouble-status", word))]);
    match error {
        Refused::NotOpen(word) => status("trouble-not-open", word),
        Refused::NotParked => words.get("trouble-not-parked"),
        Refused::OtherResident => words.get("trouble-other-resident"),
        Refused::StepUnfinished(at) => step("trouble-step-unfinished", *at),
        Refused::NoOtherStep => words.get("trouble-no-other-step"),
        Refused::NotYet(at) => step("trouble-not-yet", *at),
        Refused::CannotDefer(at) => step("trouble-cannot-defer", *at),
        Refused::WrongStep(at) => step("trouble-wrong-step", *at),
        Refused::FieldUnconfirmed(field) => {
            words.say("trouble-field-unconfirmed", &[("field", &say::field(words, *field))])
        }
        Refused::ReasonMissing => words.get("trouble-reason-missing"),
        Refused::SlotExcepted => words.get("trouble-slot-excepted"),
        Refused::NotExcepted => words.get("trouble-not-excepted"),
        Refused::NotSwappable => words.get("trouble-not-swappable"),
        Refused::NothingHeld => words.get("trouble-nothing-held"),
        Refused::ReasonUnfit => words.get("trouble-reason-unfit"),
        Refused::UnknownSample => words.get("trouble-unknown-sample"),
        Refused::PhotoFaulty(faults) => {
            let faults: Vec<String> = faults.iter().map(|name| say::check(words, name)).collect();
            words.say("trouble-photo-faulty", &[("faults", &faults.join(", "))])
        }
        Refused::PhotoFaultless => words.get("trouble-photo-faultless"),
        Refused::NotRepainted => words.get("trouble-not-repainted"),
        Refused::EvidenceUnneeded => words.get("trouble-evidence-unneeded"),
        Refused::SampleRepeated => words.get("trouble-sample-repeated"),
        Refused::ProbeUnneeded => words.get("trouble-probe-unneeded"),
        Refused::SupervisorUnneeded => words.get("trouble-supervisor-unneeded"),
        Refused::NoSuchHit => words.get("trouble-no-such-hit"),
        Refused::HitRepeated => words.get("trouble-hit-repeated"),
        Refused::NotFinished(word) => status("trouble-not-finished", word),
        Refused::HitUndecided => words.get("trouble-hit-undecided"),
        Refused::OwnRecord => words.get("trouble-own-record"),
    }
}

/// Why a resident may not be recorded, as the officer would read it out.
pub fn refusal(words: &Words, reason: &Refusal) -> String {
    match reason {
        Refusal::TooYoung { turns_16 } => words.say("trouble-too-young", &[("date", &format_dmy(*turns_16))]),
        Refusal::Deceased => words.get("trouble-deceased"),
        Refusal::Moved => words.get("trouble-moved"),
        Refusal::NotActive(status) => {
            let status = words.get(match status {
                BasicStatus::Alive => "trouble-basic-alive",
                BasicStatus::Deceased => "trouble-basic-deceased",
                BasicStatus::Moved => "trouble-basic-moved",
                BasicStatus::Missing => "trouble-basic-missing",
                BasicStatus::Departed => "trouble-basic-departed",
                BasicStatus::Invalid => "trouble-basic-invalid",
            });
            words.say("trouble-not-active", &[("status", &status)])
        }
        Refusal::ForeignWithoutItap => words.get("trouble-foreign-without-itap"),
        Refusal::ItapExpired(until) => words.say("trouble-itap-expired", &[("date", &format_dmy(*until))]),
    }
}

fn job(words: &Words, error: &JobError) -> String {
    use rekam_hal::CaptureError;
    match error {
        JobError::Capture(CaptureError::Retry(retry)) => say::advice(words, *retry),
        JobError::Capture(CaptureError::Cancelled) => words.get("trouble-capture-cancelled"),
        JobError::Capture(CaptureError::Device(error)) => say::device_trouble(words, error.kind),
        JobError::Thread(_) => words.get("trouble-thread"),
    }
}

fn engine(words: &Words, error: &EngineError) -> String {
    match error {
        EngineError::ModelMissing { path, .. } => with_path(words, "trouble-model-missing", path),
        EngineError::ModelDamaged(_) | EngineError::Network(_) | EngineError::Face(_) => {
            words.get("trouble-model-damaged")
        }
        EngineError::Fingerprint(_) | EngineError::Slap(_) => words.get("trouble-fingerprint"),
        EngineError::Iris(_) => words.get("trouble-iris"),
        EngineError::Encode(_) | EngineError::EncodeGray(_) => words.get("trouble-encode"),
        EngineError::Ink(_) => words.get("trouble-ink"),
        EngineError::Template(_) => words.get("trouble-template"),
    }
}

fn training(words: &Words, error: &TrainingError, now: OffsetDateTime) -> String {
    match error {
        TrainingError::Store(error) => store(words, error, now),
        TrainingError::Batch(error) => batch(words, error),
        TrainingError::Office(error) => office(words, error, now),
        TrainingError::File { path, .. } => with_path(words, "trouble-training-file", path),
        TrainingError::Key { path, .. } => with_path(words, "trouble-training-key", path),
        TrainingError::Foreign(_) => words.get("trouble-training-foreign"),
        TrainingError::Desk(error) => desk(words, error, now),
    }
}

fn batch(words: &Words, error: &BatchError) -> String {
    // Of the requests these two have a next step of their own.
    if let BatchError::Empty { .. } = error {
        return words.get("trouble-batch-empty");
    }
    if let BatchError::Exists { path } = error {
        return with_path(words, "trouble-batch-exists", path);
    }
    if let BatchError::NoSpace { needed, free, .. } = error {
        // Rounded so that the sentence never says that what is free is enough.
        let (needed, free) = (needed.div_ceil(1_000_000).to_string(), (free / 1_000_000).to_string());
        return words.say("trouble-batch-no-space", &[("needed", &needed), ("free", &free)]);
    }
    words.get(match error.kind() {
        ErrorKind::Request => "trouble-batch-request",
        ErrorKind::Medium => "trouble-batch-medium",
        ErrorKind::Space => "trouble-batch-space",
        ErrorKind::Tampered => "trouble-batch-tampered",
        ErrorKind::Key => "trouble-batch-key",
        ErrorKind::Cancelled => "trouble-batch-cancelled",
    })
}

fn office(words: &Words, error: &OfficeError, now: OffsetDateTime) -> String {
    let number = |key: &str, number: u64| words.say(key, &[("number", &number.to_string())]);
    match error {
        OfficeError::Store(error) => store(words, error, now),
        OfficeError::Open { path, .. } => with_path(words, "trouble-open", path),
        OfficeError::Read(_) => words.get("trouble-read"),
        OfficeError::Write(_) => words.get("trouble-write"),
        OfficeError::EmptyFile => words.get("trouble-empty-file"),
        OfficeError::Utf16 => words.get("trouble-utf16"),
        OfficeError::NotUtf8 { line } => number("trouble-not-utf8", *line),
        OfficeError::MissingColumn(column) => words.say("trouble-missing-column", &[("column", column)]),
        OfficeError::DoubleColumn(column) => words.say("trouble-double-column", &[("column", column)]),
        OfficeError::EndlessRow { line } => number("trouble-endless-row", *line),
        OfficeError::TooManyRows(most) => number("trouble-too-many-rows", *most as u64),
        OfficeError::Cancelled => words.get("trouble-import-cancelled"),
        OfficeError::Unreadable(_) => words.get("trouble-unreadable"),
        OfficeError::Journal { record, .. } => words.say("trouble-journal", &[("record", record)]),
        OfficeError::AlreadyInLine { number: ticket } => number("trouble-already-in-line", u64::from(*ticket)),
        OfficeError::TicketState { number, state, .. } => {
            let state = named(words, "trouble-ticket", state);
            words.say("trouble-ticket-state", &[("number", &number.to_string()), ("state", &state)])
        }
        OfficeError::OtherDesk { number, desk } => {
            words.say("trouble-other-desk", &[("number", &number.to_string()), ("desk", desk)])
        }
        OfficeError::NoFreeDay(from) => words.say("trouble-no-free-day", &[("date", &format_dmy(*from))]),
        OfficeError::Setting { name, value, .. } => {
            let name = named(words, "trouble-setting", name);
            words.say("trouble-bad-setting", &[("name", &name), ("value", value)])
        }
        OfficeError::Page(_) => words.get("trouble-page"),
    }
}

fn store(words: &Words, error: &StoreError, now: OffsetDateTime) -> String {
    match error {
        StoreError::NoStore { path } => with_path(words, "trouble-no-store", path),
        StoreError::AlreadyExists { path } => with_path(words, "trouble-already-exists", path),
        StoreError::WrongPassphrase => words.get("trouble-wrong-passphrase"),
        StoreError::UnknownUser => words.get("trouble-unknown-user"),
        StoreError::UserExists => words.get("trouble-user-exists"),
        StoreError::LockedOut { until } => locked_out(words, *until, now),
        StoreError::WrongRecoveryIdentity => words.get("trouble-wrong-recovery"),
        StoreError::BadKey(_) => words.get("trouble-bad-key"),
        StoreError::NotPermitted => words.get("trouble-not-supervisor"),
        StoreError::LastKey => words.get("trouble-last-key"),
        StoreError::WeakKdf => words.get("trouble-weak-kdf"),
        StoreError::InUse { path } => with_path(words, "trouble-in-use", path),
        StoreError::ReadOnly { path, .. } => with_path(words, "trouble-read-only", path),
        StoreError::DiskFull { path, .. } => with_path(words, "trouble-disk-full", path),
        StoreError::Corrupt { .. } => words.get("trouble-corrupt"),
        StoreError::NewerSchema => words.get("trouble-newer-schema"),
        StoreError::TrainingMismatch => words.get("trouble-training-mismatch"),
        StoreError::Conflict { .. } => words.get("trouble-conflict"),
        StoreError::NikTaken { record } => words.say("trouble-nik-taken", &[("record", record)]),
        StoreError::NotFound(thing) => {
            words.say("trouble-not-found", &[("thing", &named(words, "trouble-thing", thing))])
        }
        StoreError::State { thing, .. } => {
            words.say("trouble-state", &[("thing", &named(words, "trouble-thing", thing))])
        }
        StoreError::Io { path, .. } => with_path(words, "trouble-io", path),
        StoreError::Database(_) => words.get("trouble-database"),
        StoreError::Crypto(_) => words.get("trouble-crypto"),
        StoreError::Closed | StoreError::Reentered => words.get("trouble-store-closed"),
    }
}

fn locked_out(words: &Words, until: OffsetDateTime, now: OffsetDateTime) -> String {
    // Rounded up: whoever waits as long as was said is let in.
    let left = (until - now).whole_milliseconds();
    match u64::try_from(left).map(|left| left.div_ceil(1000)) {
        Err(_) | Ok(0) => words.get("trouble-lock-out-over"),
        Ok(seconds @ ..=120) => words.say("trouble-locked-out-seconds", &[("seconds", &seconds.to_string())]),
        Ok(seconds) => words.say("trouble-locked-out-minutes", &[("minutes", &seconds.div_ceil(60).to_string())]),
    }
}

/// The word for a state, thing or setting that an error names by its word in the database; a word nobody has
/// translated becomes the general one of its kind.
fn named(words: &Words, kind: &str, word: &str) -> String {
    let key = format!("{kind}-{}", word.replace(['_', ' ', '.'], "-"));
    if words.has(&key) { words.get(&key) } else { words.get(&format!("{kind}-other")) }
}

fn with_path(words: &Words, key: &str, path: &Path) -> String {
    let path = path.display().to_string();
    let length = path.chars().count();
    let shown = if length > PATH { path.chars().skip(length - PATH + 1).collect() } else { path };
    let shown = if length > PATH { format!("…{shown}") } else { shown };
    words.say(key, &[("path", &shown)])
}
