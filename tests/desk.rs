//! The desk under trouble: cables pulled, residents who present the wrong finger, devices that fall silent; and what
//! desk and supervisor promise about every record whatever happens.

#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on shall stop")]

mod support;

use std::path::Path;
use std::sync::{Arc, OnceLock};

use rekam::batch::{self, Exported, Identity, OpenRequest};
use rekam::dedup::{Gallery, Worker};
use rekam::domain::eligibility::eligibility;
use rekam::domain::resident::Resident;
use rekam::domain::session::{
    ConfirmNeed, Correction, Exception, Field, Invitation, Policy, RecordClass, RecordId, Refused, SampleId, Slot,
    Status, Step, StepOrder, Undone, VoidReason, Wish,
};
use rekam::domain::session::{Purpose, Session};
use rekam::station::finished::batch_name;
use rekam::station::training::{
    self, OPERATOR, PASSPHRASE, Plan, SUPERVISOR, Training, finger_template, iris_template,
};
use rekam::station::{
    Desk, DeskError, Dispatch, Engines, Judged, Ledger, Models, Recipients, SimulatedClock, Supervisor,
};
use rekam::store::{NewUser, RecordState, Store, StoreError};
use rekam_hal::{Eye, Finger};
use support::{Ended, copy_dir, journals, open, records_sha256, rekam, replay, run};
use time::macros::{date, datetime};
use time::{Duration, OffsetDateTime};

// ---------------------------------------------------------------------------------------------------------------
// The real line with scripted faults.

/// One resident through real drivers and engines, with a fault script.
fn line(dir: &Path, faults: &str) -> Ended {
    let mut command = rekam(["simulate", "--residents", "1", "--seed", "6", "--json", "--patience", "5", "--faults"]);
    run(command.arg(faults).arg("--data-dir").arg(dir))
}

/// The only record of the line, and its slots: all of them filled, none excepted.
fn whole_record(dir: &Path) -> Session {
    let journals = journals(&open(dir));
    assert_eq!(journals.len(), 1);
    let session = replay(&journals[0].0.summary.id, &journals[0].1);
    for step in Step::ALL {
        for slot in Slot::of(step) {
            assert!(session.best(slot).is_some(), "{slot:?} is empty");
        }
    }
    assert_eq!((session.exceptions().count(), session.status()), (0, &Status::Exported));
    session
}

#[test]
fn pulled_cables_and_silent_devices_leave_no_trace_in_the_record() {
    let (quiet, troubled) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let script = "camera:unplug@0,camera:silence@1,pad:unplug@0,pad:silence@2,scanner:unplug@0,scanner:silence@4,\
                  scanner:unplug@7,scanner:unplug@12,iris:unplug@0,iris:silence@2";
    let (calm, shaken) = std::thread::scope(|scope| {
        let shaken = scope.spawn(|| line(troubled.path(), script).report());
        (line(quiet.path(), "").report(), shaken.join().unwrap())
    });
    assert_eq!((&calm["completed"], &shaken["completed"]), (&1.into(), &1.into()));
    // The very same samples in the same order: nothing accepted before a fault was lost or taken again.
    assert_eq!(records_sha256(&calm), records_sha256(&shaken));
    let (calm, shaken) = (whole_record(quiet.path()), whole_record(troubled.path()));
    assert_eq!(calm.samples(), shaken.samples());
}

#[test]
fn retries_wrong_fingers_and_blurred_samples_are_survived_by_every_device() {
    let dir = tempfile::tempdir().unwrap();
    // The fifth finger is the little one; the resident presents the ring finger, which is recorded already.
    let script = "camera:retry@0,camera:blur@1,pad:retry@0,pad:blur@2,scanner:retry@0,scanner:wrong@5,scanner:blur@8,\
                  scanner:retry@10,iris:retry@0,iris:blur@1,iris:wrong@3";
    let ended = line(dir.path(), script);
    let report = ended.report();
    assert_eq!((&report["completed"], &report["exceptions"], &report["false_hits"]), (&1.into(), &0.into(), &0.into()));
    assert!(ended.stderr.contains("RightLittle) is the RightRing"), "the wrong finger went unnoticed: {ended:?}");
    assert!(whole_record(dir.path()).is_confirmed());
}

#[test]
fn a_wrong_finger_that_was_kept_gives_way_once_the_right_one_shows_it() {
    let dir = tempfile::tempdir().unwrap();
    // The middle finger is kept as the index finger; then the middle finger comes under its own name.
    let ended = line(dir.path(), "scanner:wrong@1");
    let report = ended.report();
    assert_eq!((&report["completed"], &report["exceptions"], &report["false_hits"]), (&1.into(), &0.into(), &0.into()));
    assert!(ended.stderr.contains("RightMiddle) is the RightIndex"), "nobody noticed: {ended:?}");
    let session = whole_record(dir.path());
    // Only the true index finger matches when it is compared at the end.
    assert!(session.probes().iter().all(|probe| probe.matched), "{:?}", session.probes());
}

// ---------------------------------------------------------------------------------------------------------------
// Desk, ledger and supervisor on a training store.

const TODAY: time::Date = date!(2026 - 03 - 02);
const MORNING: OffsetDateTime = datetime!(2026-03-02 01:00 UTC);

fn plan() -> Plan {
    Plan { seed: 1, residents: 0, today: TODAY, cheap: true, label: "tests of the desk".into() }
}

/// A training station as it is before the first resident comes; made once and copied.
fn provisioned() -> &'static tempfile::TempDir {
    static PROVISIONED: OnceLock<tempfile::TempDir> = OnceLock::new();
    PROVISIONED.get_or_init(|| {
        let dir = tempfile::tempdir().unwrap();
        drop(Training::open(dir.path(), &plan(), MORNING).unwrap());
        dir
    })
}

struct Office {
    dir: tempfile::TempDir,
    training: Training,
    ledger: Ledger,
    worker: Worker,
    outbox: std::path::PathBuf,
}

impl Office {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        copy_dir(provisioned().path(), dir.path());
        Self::at(dir)
    }

    fn at(dir: tempfile::TempDir) -> Self {
        let training = Training::open(dir.path(), &plan(), MORNING).unwrap();
        let review = training.store.call(|db| db.review_recipient()).unwrap();
        let recipients = Recipients { district: vec![training.keys.recipients[0].clone()], review };
        let clock = Arc::new(SimulatedClock::new(MORNING, Duration::seconds(3)));
        let ledger = Ledger { store: training.store.clone(), clock, recipients };
        let outbox = dir.path().join("outbox");
        std::fs::create_dir_all(&outbox).unwrap();
        Self { dir, training, ledger, worker: Worker::start(Gallery::default()).unwrap(), outbox }
    }

    /// The same station after a restart.
    fn restarted(self) -> Self {
        let Self { dir, training, ledger, worker, .. } = self;
        drop((training, ledger, worker));
        Self::at(dir)
    }

    fn desk(&self) -> Desk {
        self.desk_of(OPERATOR)
    }

    fn desk_of(&self, user: &str) -> Desk {
        let engines = Arc::new(Engines::new(Models::Embedded));
        Desk::new(self.ledger.clone(), engines, self.worker.clone(), training::user(user).unwrap())
    }

    fn supervisor(&self) -> Supervisor {
        let user = training::user(SUPERVISOR).unwrap();
        Supervisor::authenticate(self.ledger.clone(), self.worker.clone(), user, PASSPHRASE).unwrap()
    }

    /// The n-th resident of whom nothing special is known.
    fn resident(&self, n: usize) -> Resident {
        let plain = self.training.rows.iter().filter(|row| row.defect.is_none() && row.same_person_as.is_none());
        let residents = plain.filter_map(|row| {
            let nik = row.nik.clone();
            let found = self.training.store.call(move |db| db.register_get(&nik)).unwrap()?;
            let resident: Resident = serde_json::from_str(&found.body).unwrap();
            eligibility(&resident, TODAY).may_enroll().then_some(resident)
        });
        residents.into_iter().nth(n).unwrap()
    }

    fn open(&self, desk: &mut Desk, number: usize, class: RecordClass) -> RecordId {
        let record = RecordId(format!("330301-01-20260302-{number:04}"));
        desk.open(record.clone(), self.resident(number), class, StepOrder::default(), Policy::default()).unwrap();
        record
    }

    /// Takes a resident through the whole line.
    fn completed(&self, number: usize, class: RecordClass) -> RecordId {
        let mut desk = self.desk();
        let record = self.open(&mut desk, number, class);
        finish(&mut desk, number as u64);
        record
    }

    fn approved(&self, number: usize, class: RecordClass) -> RecordId {
        let record = self.completed(number, class);
        self.supervisor().approve(&record).unwrap();
        record
    }

    fn export(&self) -> Vec<Exported> {
        self.try_export(&self.outbox).unwrap()
    }

    fn try_export(&self, folder: &Path) -> Result<Vec<Exported>, DeskError> {
        let recipients = &self.training.keys.recipients;
        let dispatch = Dispatch { station: self.training.station, folder, recipients };
        self.supervisor().export(&dispatch, &mut |_| std::ops::ControlFlow::Continue(()))
    }

    /// The store as it is after it noted the digest of a batch, just before that gets its name.
    fn with_digest(self, exported: &Exported) -> Self {
        let (seq, sha256) = (u32::from(exported.receipt.seq), *exported.receipt.sha256.as_bytes());
        self.training.store.call(move |db| db.batch_written(seq, sha256)).unwrap();
        self
    }

    /// What the district finds in a batch.
    fn district(&self, exported: &Exported) -> batch::Opened {
        let text = std::fs::read_to_string(&self.training.keys.identity).unwrap();
        let identity: Identity = text.parse().unwrap();
        let key = training::public_key(&self.training.keys.public_key).unwrap();
        let out = self.dir.path().join(format!("opened-{}", exported.receipt.seq));
        let limits = batch::Limits::default();
        batch::open(&OpenRequest {
            file: &exported.file,
            public_key: Some(&key),
            identity: &identity,
            out: &out,
            unseal: true,
            limits,
        })
        .unwrap()
    }

    fn status(&self, record: &RecordId) -> Status {
        self.ledger.load(record).unwrap().status().clone()
    }

    fn live(&self, nik: &str) -> Option<String> {
        let nik = nik.to_owned();
        self.training.store.call(move |db| db.live_record(&nik)).unwrap()
    }
}

/// A sample as a good device and engine would give it.
fn sample(person: u64, slot: Slot) -> Judged {
    let template = match slot {
        Slot::Finger(finger) => Some(finger_template(person, finger).to_bytes()),
        Slot::Eye(eye) => iris_template(person, eye, 1).map(|template| template.to_bytes()),
        Slot::Photo | Slot::Signature | Slot::Approval => None,
    };
    let bytes = format!("sample of {person} {slot:?}").into_bytes();
    Judged { media: "image/png", bytes, template, quality: 90, advice: None }
}

fn accept(desk: &mut Desk, person: u64, slot: Slot) -> SampleId {
    desk.accept(Purpose::Slot(slot), sample(person, slot), Some("device".into())).unwrap()
}

/// Verifies the data and moves to the portrait.
fn verify(desk: &mut Desk) {
    desk.wish(Wish::ConfirmData { fields: Field::ALL.into(), acknowledged: Vec::new() }).unwrap();
    desk.wish(Wish::Next).unwrap();
}

/// Goes on from wherever the record stands, to its completion.
fn finish(desk: &mut Desk, person: u64) {
    loop {
        let session = desk.session().unwrap();
        match session.step() {
            Step::Verify => verify(desk),
            Step::Confirm => return confirm(desk, person),
            step => {
                for slot in Slot::of(step) {
                    if !desk.session().unwrap().slot(slot).is_settled() {
                        let id = accept(desk, person, slot);
                        if slot == Slot::Photo {
                            desk.wish(Wish::ApprovePhoto { sample: id }).unwrap();
                        }
                    }
                }
                desk.wish(Wish::Next).unwrap();
            }
        }
    }
}

fn confirm(desk: &mut Desk, person: u64) {
    while let ConfirmNeed::Compare(slot) = desk.session().unwrap().confirm_need() {
        assert!(desk.probe(slot, sample(person, slot), None).unwrap().matched, "{slot:?}");
    }
    accept(desk, person, Slot::Approval);
    desk.complete(Invitation::NoInvitation { reason: "walk-in".into() }).unwrap();
}

#[test]
fn an_unverified_record_never_shares_a_batch_with_register_ones() {
    let office = Office::new();
    let register = [office.approved(0, RecordClass::Register), office.approved(2, RecordClass::Register)];
    let unverified = office.approved(1, RecordClass::Unverified);
    let exported = office.export();
    let inside: Vec<_> = exported.iter().map(|batch| office.district(batch)).collect();
    let records = |n: usize| inside[n].manifest.records.iter().map(|entry| entry.id).collect::<Vec<_>>();
    assert_eq!(inside.len(), 2);
    assert_eq!(inside[0].manifest.class, batch::RecordClass::Register);
    assert_eq!(inside[1].manifest.class, batch::RecordClass::Unverified);
    assert_eq!(records(0), register.iter().map(batch_name).collect::<Vec<_>>());
    assert_eq!(records(1), [batch_name(&unverified)]);
    let carries_other =
        |n: usize| inside[n].manifest.records.iter().any(|entry| entry.class != inside[n].manifest.class);
    assert!(!carries_other(0) && !carries_other(1));
    // The second batch follows the first, so that the district would miss either.
    assert_eq!(exported[1].receipt.prev, Some(exported[0].receipt.sha256));
}

#[test]
fn a_record_voided_before_it_left_frees_the_nik() {
    let office = Office::new();
    let (completed, approved) = (office.completed(0, RecordClass::Register), office.approved(1, RecordClass::Register));
    for (n, record) in [completed, approved].iter().enumerate() {
        let nik = office.resident(n).nik;
        let of =
            move |office: &Office| office.training.store.call(move |db| db.gallery_of(nik.as_str())).unwrap().len();
        assert_eq!((office.live(nik.as_str()).as_ref(), of(&office)), (Some(&record.0), 1));
        office.supervisor().void(record, VoidReason::EnteredInError).unwrap();
        assert_eq!(office.status(record), Status::Voided(Undone::Here));
        assert_eq!((office.live(nik.as_str()), of(&office)), (None, 0), "{record}");
        let mut desk = office.desk();
        let again = RecordId(format!("330301-01-20260302-9{n:03}"));
        desk.open(again, office.resident(n), RecordClass::Register, StepOrder::default(), Policy::default()).unwrap();
        finish(&mut desk, n as u64);
    }
    assert!(office.export().is_empty(), "what was undone left all the same");
}

#[test]
fn a_record_voided_after_it_left_is_recalled_by_the_next_batch() {
    let office = Office::new();
    let wrong = office.approved(0, RecordClass::Register);
    let first = office.export();
    assert_eq!(office.status(&wrong), Status::Exported);
    office.supervisor().void(&wrong, VoidReason::WrongPerson).unwrap();
    assert_eq!(office.status(&wrong), Status::Voided(Undone::RecallDue));
    let right = office.approved(1, RecordClass::Register);
    let second = office.export();
    let opened = office.district(&second[0]);
    let [recall] = &opened.recalls[..] else { panic!("{:?}", opened.recalls) };
    assert_eq!((recall.record(), opened.unsealed.as_slice()), (batch_name(&wrong), [batch_name(&right)].as_slice()));
    let text = serde_json::to_value(recall).unwrap();
    assert_eq!(text["reason"], "wrong-person");
    assert_eq!(text["batch"].as_str(), Some(first[0].receipt.batch.to_string().as_str()));
    assert_eq!(office.status(&wrong), Status::Voided(Undone::RecallSent));
    assert!(office.export().is_empty(), "a recall is sent once");
}

/// Exports and keeps a copy of the data directory as it is while the batch is being read back: begun, not committed.
fn exported_with_a_copy(office: &Office) -> (Exported, tempfile::TempDir) {
    let (copy, mut taken) = (tempfile::tempdir().unwrap(), false);
    let recipients = &office.training.keys.recipients;
    let dispatch = Dispatch { station: office.training.station, folder: &office.outbox, recipients };
    let exported = office.supervisor().export(&dispatch, &mut |progress| {
        if progress.stage == batch::Stage::ReadingBack && !taken {
            taken = true;
            copy_dir(office.dir.path(), copy.path());
        }
        std::ops::ControlFlow::Continue(())
    });
    assert!(taken);
    (exported.unwrap().remove(0), copy)
}

#[test]
fn a_batch_cut_off_while_it_was_written_is_written_again_under_its_number() {
    let office = Office::new();
    let record = office.approved(0, RecordClass::Register);
    let (first, copy) = exported_with_a_copy(&office);
    let cut = Office::at(copy);
    assert_eq!(cut.status(&record), Status::Approved);
    let again = cut.export();
    assert_eq!((again.len(), again[0].receipt.batch, again[0].receipt.count), (1, first.receipt.batch, 1));
    assert_eq!(cut.district(&again[0]).unsealed, [batch_name(&record)]);
    assert_eq!(cut.status(&record), Status::Exported);
}

#[test]
fn a_batch_that_was_finished_but_not_noted_is_noted_and_not_written_twice() {
    let office = Office::new();
    let record = office.approved(0, RecordClass::Register);
    let (first, copy) = exported_with_a_copy(&office);
    // The power went after the batch got its name: the stick holds it, the store knows no more than its digest.
    std::fs::remove_dir_all(copy.path().join("outbox")).unwrap();
    copy_dir(&office.outbox, &copy.path().join("outbox"));
    let cut = Office::at(copy).with_digest(&first);
    let later = cut.approved(1, RecordClass::Register);
    let next = cut.export();
    assert_eq!((cut.status(&record), cut.status(&later)), (Status::Exported, Status::Exported));
    assert_eq!((next.len(), next[0].receipt.seq, next[0].receipt.prev), (1, 2, Some(first.receipt.sha256)));
    assert_eq!(cut.district(&next[0]).unsealed, [batch_name(&later)]);
}

#[test]
fn a_batch_that_went_with_its_stick_is_asked_for_and_can_be_given_up() {
    let office = Office::new();
    let record = office.approved(0, RecordClass::Register);
    let (first, copy) = exported_with_a_copy(&office);
    std::fs::remove_dir_all(copy.path().join("outbox")).unwrap();
    let cut = Office::at(copy).with_digest(&first);
    let asked = cut.try_export(&cut.outbox);
    let Err(DeskError::BatchElsewhere { file }) = &asked else { panic!("{asked:?}") };
    assert_eq!(*file, first.receipt.batch.file_name());
    assert_eq!(cut.status(&record), Status::Approved);
    assert_eq!(cut.supervisor().discard_begun().unwrap().as_ref(), Some(file));
    let next = cut.export();
    // Its number is gone with it, so that two batches of one number can never meet.
    assert_eq!((next[0].receipt.seq, next[0].receipt.count), (2, 1));
    assert_eq!(cut.district(&next[0]).unsealed, [batch_name(&record)]);
}

#[test]
fn a_batch_that_cannot_be_written_leaves_its_records_to_the_next_one() {
    let office = Office::new();
    let record = office.approved(0, RecordClass::Register);
    let gone = office.dir.path().join("unplugged");
    let failed = office.try_export(&gone);
    assert!(matches!(failed, Err(DeskError::Batch(_))), "{failed:?}");
    let recipients = &office.training.keys.recipients;
    let dispatch = Dispatch { station: office.training.station, folder: &office.outbox, recipients };
    let stopped = office.supervisor().export(&dispatch, &mut |_| std::ops::ControlFlow::Break(()));
    assert!(matches!(stopped, Err(DeskError::Batch(batch::BatchError::Cancelled))), "{stopped:?}");
    assert_eq!(office.status(&record), Status::Approved);
    assert_eq!(std::fs::read_dir(&office.outbox).unwrap().count(), 0, "something was left of a batch");
    let exported = office.export();
    assert_eq!((exported[0].receipt.seq, exported[0].receipt.count), (1, 1));
    assert_eq!(office.status(&record), Status::Exported);
}

#[test]
fn nobody_approves_their_own_record() {
    let office = Office::new();
    let mut desk = office.desk_of(SUPERVISOR);
    let record = office.open(&mut desk, 0, RecordClass::Register);
    finish(&mut desk, 0);
    let refused = office.supervisor().approve(&record);
    assert!(matches!(refused, Err(DeskError::Refused(Refused::OwnRecord))), "{refused:?}");
    assert_eq!(office.status(&record), Status::Completed);
    assert!(office.export().is_empty());
}

#[test]
fn only_a_supervisor_may_work_as_one() {
    let office = Office::new();
    let authenticate = |user: &str, passphrase: &str| {
        let user = training::user(user).unwrap();
        Supervisor::authenticate(office.ledger.clone(), office.worker.clone(), user, passphrase).err()
    };
    assert!(matches!(authenticate(OPERATOR, PASSPHRASE), Some(DeskError::NotSupervisor)));
    let wrong = authenticate(SUPERVISOR, "wrong");
    assert!(matches!(wrong, Some(DeskError::Store(StoreError::WrongPassphrase))), "{wrong:?}");
}

#[test]
fn approval_destroys_the_review_copy() {
    let office = Office::new();
    let record = office.completed(0, RecordClass::Register);
    let supervisor = office.supervisor();
    let bundle = supervisor.review(&record).unwrap();
    assert_eq!(bundle.get("finger-01.png"), Some(sample(0, Slot::Finger(Finger::RightThumb)).bytes.as_slice()));
    supervisor.approve(&record).unwrap();
    let reviewed = supervisor.review(&record);
    assert!(matches!(reviewed, Err(DeskError::Store(StoreError::NotFound(_)))), "{reviewed:?}");
    let id = record.0.clone();
    assert!(office.training.store.call(move |db| db.review_copy(&id)).is_err());
    drop(supervisor);
    assert_eq!(office.restarted().status(&record), Status::Approved);
}

#[test]
fn after_completion_the_operator_cannot_read_a_sample() {
    let office = Office::new();
    let mut desk = office.desk();
    let record = office.open(&mut desk, 0, RecordClass::Register);
    verify(&mut desk);
    let photo = accept(&mut desk, 0, Slot::Photo).0;
    let id = photo.clone();
    assert_eq!(office.training.store.call(move |db| db.sample_bytes(&id)).unwrap(), sample(0, Slot::Photo).bytes);
    desk.wish(Wish::ApprovePhoto { sample: SampleId(photo.clone()) }).unwrap();
    finish(&mut desk, 0);
    assert!(office.training.unlocked.review_identity().is_none(), "the operator holds the review key");
    let name = record.0.clone();
    let (samples, bytes, copies) = office
        .training
        .store
        .call(move |db| {
            Ok((db.samples(&name)?, db.sample_bytes(&photo).ok(), [db.review_copy(&name)?, db.district_copy(&name)?]))
        })
        .unwrap();
    assert!(samples.is_empty() && bytes.is_none(), "samples are left beside the sealed copies");
    let plain = sample(0, Slot::Photo).bytes;
    let national = std::fs::read_to_string(&office.training.keys.national).unwrap();
    for copy in &copies {
        assert!(!copy.windows(plain.len()).any(|window| window == plain), "a copy is not sealed");
        assert!(batch::unseal(copy, &national).is_err(), "a copy opens for somebody it is not sealed to");
    }
    // The district alone reads its copy, the supervisor the other one.
    let district = std::fs::read_to_string(&office.training.keys.identity).unwrap();
    assert_eq!(batch::unseal(&copies[1], &district).unwrap(), office.supervisor().review(&record).unwrap());
    assert!(batch::unseal(&copies[0], &district).is_err());
}

#[test]
fn parking_keeps_the_step_and_every_sample_over_a_restart() {
    let office = Office::new();
    let mut desk = office.desk();
    let record = office.open(&mut desk, 0, RecordClass::Register);
    verify(&mut desk);
    let photo = accept(&mut desk, 0, Slot::Photo);
    desk.wish(Wish::ApprovePhoto { sample: photo }).unwrap();
    desk.wish(Wish::Next).unwrap();
    accept(&mut desk, 0, Slot::Signature);
    desk.wish(Wish::Next).unwrap();
    accept(&mut desk, 0, Slot::Finger(Finger::RightThumb));
    accept(&mut desk, 0, Slot::Finger(Finger::RightIndex));
    desk.wish(Wish::Park { reason: "needs to sit down".into() }).unwrap();
    let parked = desk.leave().unwrap();
    assert_eq!((parked.status(), parked.step(), parked.samples().len()), (&Status::Parked, Step::Fingerprints, 4));
    drop(desk);
    office.completed(1, RecordClass::Register);
    let office = office.restarted();
    let mut desk = office.desk();
    desk.take_up(&record).unwrap();
    assert_eq!(desk.session().unwrap(), &parked);
    desk.wish(Wish::Resume { resident: None }).unwrap();
    let session = desk.session().unwrap();
    assert_eq!((session.status(), session.step()), (&Status::Open, Step::Fingerprints));
    assert_eq!(session.samples(), parked.samples());
    finish(&mut desk, 0);
    assert_eq!(office.status(&record), Status::Completed);
    let kept = office.ledger.load(&record).unwrap();
    assert!(kept.samples().starts_with(parked.samples()), "a sample was taken again");
}

#[test]
fn a_rescheduled_resident_comes_back_under_the_same_case() {
    let office = Office::new();
    let mut desk = office.desk();
    let record = office.open(&mut desk, 0, RecordClass::Register);
    let correction =
        Correction { field: Field::Name, old: "SITI".into(), new: "SITTI".into(), document: "AKTA KELAHIRAN".into() };
    let date = date!(2026 - 03 - 09);
    desk.wish(Wish::Reschedule { corrections: vec![correction], date }).unwrap();
    desk.leave();
    let nik = office.resident(0).nik;
    let (appointments, corrections) = office
        .training
        .store
        .call(move |db| Ok((db.appointments_of(nik.as_str())?, db.corrections_of(nik.as_str())?)))
        .unwrap();
    assert_eq!((appointments.len(), corrections.len()), (1, 1));
    assert_eq!(corrections[0].record.as_ref(), Some(&record.0));
    // Nobody opens a second case for the same NIK meanwhile.
    let second = RecordId("330301-01-20260302-9999".into());
    let refused = desk.open(second, office.resident(0), RecordClass::Register, StepOrder::default(), Policy::default());
    let Err(DeskError::Store(StoreError::NikTaken { record: first })) = &refused else { panic!("{refused:?}") };
    assert_eq!(*first, record.0);
    drop(desk);
    let office = office.restarted();
    assert_eq!(office.status(&record), Status::Rescheduled(date));
    let mut desk = office.desk();
    desk.take_up(&record).unwrap();
    desk.wish(Wish::Resume { resident: None }).unwrap();
    assert_eq!(desk.session().unwrap().step(), Step::Verify);
    finish(&mut desk, 0);
    assert_eq!(office.status(&record), Status::Completed);
}

#[test]
fn a_refused_opening_leaves_the_desk_free() {
    let office = Office::new();
    let record = office.completed(0, RecordClass::Register);
    let mut desk = office.desk();
    let again = RecordId("330301-01-20260302-9999".into());
    let refused = desk.open(again, office.resident(0), RecordClass::Register, StepOrder::default(), Policy::default());
    assert!(matches!(refused, Err(DeskError::Store(StoreError::NikTaken { .. }))), "{refused:?}");
    assert!(matches!(desk.session(), Err(DeskError::NoRecord)));
    office.open(&mut desk, 1, RecordClass::Register);
    let taken = desk.take_up(&record);
    assert!(matches!(taken, Err(DeskError::DeskTaken)), "{taken:?}");
}

#[test]
fn a_cancelled_record_frees_the_nik_and_keeps_its_journal() {
    let office = Office::new();
    let mut desk = office.desk();
    let record = office.open(&mut desk, 0, RecordClass::Register);
    verify(&mut desk);
    accept(&mut desk, 0, Slot::Photo);
    desk.wish(Wish::Cancel { reason: "went home".into() }).unwrap();
    desk.leave();
    assert_eq!((office.live(office.resident(0).nik.as_str()), office.status(&record)), (None, Status::Cancelled));
    let id = record.0.clone();
    let (summary, samples) = office.training.store.call(move |db| Ok((db.summary(&id)?, db.samples(&id)?))).unwrap();
    assert_eq!((summary.state, summary.seq, samples.len()), (RecordState::Void, 5, 0));
}

#[test]
fn missing_fingers_and_eyes_are_excepted_and_a_supervisor_vouches() {
    let office = Office::new();
    let mut desk = office.desk();
    let record = office.open(&mut desk, 0, RecordClass::Register);
    verify(&mut desk);
    let photo = accept(&mut desk, 0, Slot::Photo);
    desk.wish(Wish::ApprovePhoto { sample: photo }).unwrap();
    desk.wish(Wish::Next).unwrap();
    accept(&mut desk, 0, Slot::Signature);
    desk.wish(Wish::Next).unwrap();
    let slots = Finger::ALL.map(Slot::Finger).into_iter().chain(Eye::ALL.map(Slot::Eye));
    for slot in slots {
        if desk.session().unwrap().step() != slot.step() {
            desk.wish(Wish::Next).unwrap();
        }
        let reason = rekam::domain::session::ExceptionReason::Missing;
        let evidence = Some(desk.accept(Purpose::Evidence(slot), sample(0, Slot::Photo), None).unwrap());
        desk.wish(Wish::Except { exception: Exception { slot, reason, evidence, note: String::new() } }).unwrap();
    }
    desk.wish(Wish::Next).unwrap();
    assert_eq!(desk.session().unwrap().confirm_need(), ConfirmNeed::Supervisor);
    // The operator cannot do it in a supervisor's name.
    let supervisor = training::user(SUPERVISOR).unwrap();
    let alone = desk.wish(Wish::ExceptConfirm { reason: "nothing to compare".into(), supervisor });
    assert!(matches!(alone, Err(DeskError::NotSupervisor)), "{alone:?}");
    desk.vouch(&office.supervisor(), "nothing to compare").unwrap();
    accept(&mut desk, 0, Slot::Approval);
    desk.complete(Invitation::NoInvitation { reason: "walk-in".into() }).unwrap();
    let bundle = office.supervisor().review(&record).unwrap();
    let evidence = bundle.entries().filter(|(name, _)| name.as_str().starts_with("evidence-")).count();
    assert_eq!(evidence, 12);
    office.supervisor().approve(&record).unwrap();
    assert_eq!(office.district(&office.export()[0]).unsealed, [batch_name(&record)]);
}

#[test]
fn without_any_user_the_recovery_identity_opens_everything() {
    let office = Office::new();
    let finished = office.completed(0, RecordClass::Register);
    let mut desk = office.desk();
    let open = office.open(&mut desk, 1, RecordClass::Register);
    verify(&mut desk);
    accept(&mut desk, 1, Slot::Photo);
    drop(desk);
    let before = journals(&office.training.store);
    let store = &office.training.store;
    let unlocked = store.authenticate(SUPERVISOR, PASSPHRASE, MORNING).unwrap();
    store.remove_user(&unlocked, OPERATOR).unwrap();
    store.remove_user(&unlocked, SUPERVISOR).unwrap();
    assert!(store.users().is_empty());
    let text = std::fs::read_to_string(&office.training.keys.identity).unwrap();
    let Office { dir, training, ledger, worker, .. } = office;
    drop((training, ledger, worker));
    let login = Store::open(dir.path(), SUPERVISOR, PASSPHRASE, MORNING).err();
    assert!(matches!(login, Some(StoreError::UnknownUser)), "{login:?}");
    let (store, recovered) = Store::recover(dir.path(), &text).unwrap();
    assert_eq!(journals(&store), before);
    let photo = before.iter().flat_map(|(_, events)| replay(&open.0, events).samples().to_vec()).last().unwrap();
    let (id, name) = (photo.id.0.clone(), finished.0.clone());
    let (bytes, copy) = store.call(move |db| Ok((db.sample_bytes(&id)?, db.review_copy(&name)?))).unwrap();
    assert_eq!(batch::Digest::of(&bytes).to_string(), photo.sha256);
    assert!(batch::unseal(&copy, recovered.review_identity().unwrap()).is_ok());
    let access = rekam::store::Access::Supervisor;
    store.add_user(&recovered, &NewUser::new(SUPERVISOR, "baru", access)).unwrap();
    drop(store);
    Store::open(dir.path(), SUPERVISOR, "baru", MORNING).unwrap();
}
