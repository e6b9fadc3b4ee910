//! Every trouble has a sentence.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use crate::boards;
use crate::rig::{Rig, look_at};
use rekam::batch::BatchError;
use rekam::domain::codes::BasicStatus;
use rekam::domain::eligibility::Refusal;
use rekam::domain::session::{Field, RecordId, Refused, ReplayError, Step};
use rekam::office::OfficeError;
use rekam::office::words::{Language, Words};
use rekam::station::counter::{Act, CounterError, SetupFault, Trouble};
use rekam::station::training::TrainingError;
use rekam::station::{DeskError, EngineError, JobError};
use rekam::store::StoreError;
use rekam::ui::keys::Key;
use rekam::ui::trouble::sentence_at;
use rekam_hal::{CaptureError, DeviceError, DeviceErrorKind, Retry};
use time::macros::{date, datetime};

fn path() -> PathBuf {
    "/media/flashdisk/penduduk.csv".into()
}

fn io() -> io::Error {
    io::Error::other("some English words")
}

fn json() -> serde_json::Error {
    serde_json::from_str::<u8>("x").unwrap_err()
}

fn refusals() -> Vec<DeskError> {
    let step = Step::Photo;
    let refused = [
        Refused::NotOpen("parked"),
        Refused::NotOpen("recall_due"),
        Refused::NotOpen("a word nobody knows"),
        Refused::NotParked,
        Refused::OtherResident,
        Refused::StepUnfinished(step),
        Refused::NoOtherStep,
        Refused::NotYet(step),
        Refused::CannotDefer(step),
        Refused::WrongStep(step),
        Refused::FieldUnconfirmed(Field::Address),
        Refused::ReasonMissing,
        Refused::SlotExcepted,
        Refused::NotExcepted,
        Refused::NothingHeld,
        Refused::ReasonUnfit,
        Refused::UnknownSample,
        Refused::PhotoFaulty(vec!["eyes_open".into(), "head_pose_yaw".into()]),
        Refused::PhotoFaultless,
        Refused::NotRepainted,
        Refused::EvidenceUnneeded,
        Refused::SampleRepeated,
        Refused::ProbeUnneeded,
        Refused::SupervisorUnneeded,
        Refused::NoSuchHit,
        Refused::HitRepeated,
        Refused::NotFinished("open"),
        Refused::HitUndecided,
        Refused::OwnRecord,
    ];
    let lawful = [
        Refusal::TooYoung { turns_16: date!(2027 - 03 - 11) },
        Refusal::Deceased,
        Refusal::Moved,
        Refusal::NotActive(BasicStatus::Missing),
        Refusal::NotActive(BasicStatus::Departed),
        Refusal::NotActive(BasicStatus::Invalid),
        Refusal::ForeignWithoutItap,
        Refusal::ItapExpired(date!(2026 - 01 - 31)),
    ];
    refused.map(DeskError::from).into_iter().chain(lawful.map(DeskError::Ineligible)).collect()
}

fn desk() -> Vec<DeskError> {
    let record = || RecordId("330301-01-20261123-0007".into());
    let mut all = refusals();
    all.extend([
        DeskError::Replay(ReplayError::NotOpened(record())),
        DeskError::Replay(ReplayError::Gap { record: record(), expected: 3, found: 5 }),
        DeskError::Event(json()),
        DeskError::Job(JobError::Capture(CaptureError::Cancelled)),
        DeskError::Job(JobError::Capture(DeviceError::new("sim", DeviceErrorKind::Gone).into())),
        DeskError::Job(JobError::Thread(io())),
        DeskError::Engine(EngineError::ModelMissing { path: path(), source: io() }),
        DeskError::Engine(EngineError::ModelDamaged("leader.onnx".into())),
        DeskError::Engine(rekam::biometrics::fingerprint::ExtractError::TooLarge { width: 9000, height: 9000 }.into()),
        DeskError::Engine(rekam::biometrics::iris::ExtractError::NoEye.into()),
        DeskError::Engine(EngineError::Ink(json())),
        DeskError::NoRecord,
        DeskError::DeskTaken,
        DeskError::NoReference,
        DeskError::BatchElsewhere { file: "REKAM-330301-01-20261123-0001.tar.zst.age".into() },
        DeskError::File { path: path(), source: io() },
        DeskError::NotOperator,
        DeskError::NotInRegister,
        DeskError::User(rekam::domain::user::UserId::parse("A").unwrap_err()),
        DeskError::NoSigningKey,
        DeskError::NotSupervisor,
    ]);
    all
}

fn store() -> Vec<StoreError> {
    vec![
        StoreError::NoStore { path: path() },
        StoreError::AlreadyExists { path: path() },
        StoreError::WrongPassphrase,
        StoreError::UnknownUser,
        StoreError::UserExists,
        StoreError::LockedOut { until: boards::NOW + time::Duration::seconds(20) },
        StoreError::LockedOut { until: boards::NOW + time::Duration::minutes(10) },
        StoreError::LockedOut { until: boards::NOW - time::Duration::seconds(1) },
        StoreError::WrongRecoveryIdentity,
        StoreError::BadKey("English"),
        StoreError::NotPermitted,
        StoreError::LastKey,
        StoreError::WeakKdf,
        StoreError::InUse { path: path() },
        StoreError::ReadOnly { path: path(), source: None },
        StoreError::DiskFull { path: path(), source: None },
        StoreError::Corrupt { what: "some English words".into(), source: None },
        StoreError::NewerSchema,
        StoreError::TrainingMismatch,
        StoreError::Conflict { expected: 1, found: 2 },
        StoreError::NikTaken { record: "330301-01-20261123-0007".into() },
        StoreError::NotFound("audit row"),
        StoreError::NotFound("a thing nobody knows"),
        StoreError::State { thing: "record", state: "sealed".into() },
        StoreError::Io { path: path(), source: io() },
        StoreError::Database(rusqlite::Error::InvalidQuery),
        StoreError::Crypto("some English words"),
        StoreError::Closed,
        StoreError::Reentered,
    ]
}

fn office() -> Vec<OfficeError> {
    vec![
        OfficeError::Open { path: path(), source: io() },
        OfficeError::Read(io()),
        OfficeError::Write(io()),
        OfficeError::EmptyFile,
        OfficeError::Utf16,
        OfficeError::NotUtf8 { line: 7 },
        OfficeError::MissingColumn("AGAMA"),
        OfficeError::DoubleColumn("AGAMA"),
        OfficeError::EndlessRow { line: 7 },
        OfficeError::TooManyRows(150_000),
        OfficeError::Cancelled,
        OfficeError::Unreadable(json()),
        OfficeError::Journal { record: "330301-01-20261123-0007".into(), source: "English".into() },
        OfficeError::AlreadyInLine { number: 12 },
        OfficeError::TicketState { number: 12, state: "called", wanted: "waiting" },
        OfficeError::OtherDesk { number: 12, desk: "330301-02".into() },
        OfficeError::NoFreeDay(date!(2026 - 11 - 23)),
        OfficeError::Setting { name: "office.holidays", value: "besok".into(), expected: "English" },
        OfficeError::Page("some English words".into()),
    ]
}

fn batch() -> Vec<BatchError> {
    vec![
        BatchError::Text { what: "name", found: "x".into(), expected: "English" },
        BatchError::Key { what: "key", reason: "English".into() },
        BatchError::Recipients { found: 1 },
        BatchError::Empty { name: "B".into() },
        BatchError::NotSealed { record: "R".into() },
        BatchError::Io { path: path(), doing: "writing", source: io() },
        BatchError::Io { path: path(), doing: "writing", source: io::ErrorKind::StorageFull.into() },
        BatchError::NoSpace { folder: path(), needed: 200_000_001, free: 1_999_999 },
        BatchError::Exists { path: path() },
        BatchError::ReadBack { path: path() },
        BatchError::Cancelled,
        BatchError::Signature { path: path(), reason: "English".into() },
        BatchError::NotForYou { path: path() },
    ]
}

fn every_trouble() -> Vec<CounterError> {
    use SetupFault::*;
    let faults = [Region, Station, Recipient, NoSupervisor, UserName, Passphrase, Taken];
    let training = [
        TrainingError::File { path: path(), source: io() },
        TrainingError::Key { path: path(), source: io() },
        TrainingError::Foreign("some English words".into()),
        TrainingError::Store(StoreError::NewerSchema),
        TrainingError::Batch(BatchError::Cancelled),
        TrainingError::Office(OfficeError::EmptyFile),
        TrainingError::Desk(DeskError::NoRecord),
    ];
    let mut all: Vec<CounterError> = faults.map(CounterError::Setup).into();
    all.extend(desk().into_iter().map(CounterError::from));
    all.extend(store().into_iter().map(CounterError::from));
    all.extend(office().into_iter().map(CounterError::from));
    all.extend(batch().into_iter().map(CounterError::from));
    all.extend(training.map(CounterError::from));
    all.extend([
        CounterError::File { path: path(), source: io() },
        CounterError::Printing { path: path(), source: io() },
        CounterError::AccountClosed,
        CounterError::LastSupervisor,
        CounterError::NotNow,
    ]);
    all
}

fn said(language: Language, error: &CounterError) -> String {
    sentence_at(Words::of(language), error, boards::NOW)
}

#[test]
fn every_trouble_says_what_happened_and_what_to_do_in_both_languages() {
    for error in every_trouble() {
        let [indonesian, english] = Language::ALL.map(|language| said(language, &error));
        assert_ne!(indonesian, english, "{error:?}");
        for sentence in [&indonesian, &english] {
            assert!(!sentence.contains("trouble-") && !sentence.contains('$'), "a bare key: {sentence}");
            // "What happened: what to do." or "What happened. What to do."
            let (_, advice) = sentence.split_once([':', '.']).unwrap();
            assert!(advice.len() > 8 && sentence.ends_with('.'), "no advice: {sentence}");
            assert!(!sentence.contains('!') && sentence.chars().count() <= 190, "{sentence}");
        }
        assert!(!indonesian.contains("English"), "a library's own words: {indonesian}");
    }
}

#[test]
fn advice_to_a_resident_stays_advice() {
    let error = CounterError::from(DeskError::Job(JobError::Capture(CaptureError::Retry(Retry::TooDry))));
    assert_eq!(said(Language::Indonesian, &error), Rig::words("advice-too-dry"));
}

#[test]
fn numbers_dates_and_places_stand_in_the_sentence() {
    let says = |error: CounterError, what: &str| {
        let sentence = said(Language::Indonesian, &error);
        assert!(sentence.contains(what), "{what}: {sentence}");
    };
    says(OfficeError::AlreadyInLine { number: 12 }.into(), "12");
    says(DeskError::Ineligible(Refusal::TooYoung { turns_16: date!(2027 - 03 - 11) }).into(), "11-03-2027");
    says(OfficeError::Open { path: path(), source: io() }.into(), "/media/flashdisk/penduduk.csv");
    says(DeskError::from(Refused::NotOpen("parked")).into(), "ditunda");
    // What is needed is rounded up and what is free is rounded down.
    says(BatchError::NoSpace { folder: path(), needed: 200_000_001, free: 1_999_999 }.into(), "201 MB, tersedia 1 MB");
    let deep = PathBuf::from(format!("/{}penduduk.csv", "folder/".repeat(30)));
    says(OfficeError::Open { path: deep, source: io() }.into(), "folder/penduduk.csv");
}

#[test]
fn a_lock_out_counts_down_and_ends() {
    let until = datetime!(2026-11-23 02:20 UTC);
    let error = CounterError::from(StoreError::LockedOut { until });
    let at = |now| sentence_at(Words::of(Language::Indonesian), &error, now);
    assert!(at(datetime!(2026-11-23 02:10 UTC)).contains("10 menit"));
    assert!(at(datetime!(2026-11-23 02:19:30.5 UTC)).contains("30 detik"));
    assert_eq!(at(until), Rig::words("trouble-lock-out-over"));
}

#[test]
fn the_sentence_stands_above_the_screen_until_it_is_read() {
    let trouble = Trouble { number: 1, error: Arc::new(StoreError::WrongPassphrase.into()) };
    let board = rekam::station::counter::Board { trouble: Some(trouble), ..boards::open() };
    let mut rig = Rig::before(board.clone());
    assert!(rig.sees(&Rig::words("trouble-wrong-passphrase")));
    rig.press(Key::Escape);
    assert_eq!(rig.acts(), [Act::ClearTrouble]);
    look_at("trouble", &board, |rig| rig.press(Key::F(6)));
}
