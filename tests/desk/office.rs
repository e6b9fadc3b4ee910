//! Desk, ledger and supervisor on a training store: an office whose samples and templates are made, not captured, so
//! that a record is taken from its opening to the district in a moment.

use std::path::Path;
use std::sync::{Arc, OnceLock};

use crate::support::copy_dir;
use rekam::batch::{self, Exported, Identity, OpenRequest};
use rekam::dedup::{Gallery, Worker};
use rekam::domain::eligibility::eligibility;
use rekam::domain::resident::Resident;
use rekam::domain::session::{
    ConfirmNeed, Field, Invitation, Policy, Purpose, RecordClass, RecordId, SampleId, Slot, Status, Step, StepOrder,
    Wish,
};
use rekam::station::training::{
    self, OPERATOR, PASSPHRASE, Plan, SUPERVISOR, Training, finger_template, iris_template,
};
use rekam::station::{
    Desk, DeskError, Dispatch, Engines, Judged, Ledger, Models, Recipients, SimulatedClock, Supervisor,
};
use time::macros::{date, datetime};
use time::{Duration, OffsetDateTime};

const TODAY: time::Date = date!(2026 - 03 - 02);
pub const MORNING: OffsetDateTime = datetime!(2026-03-02 01:00 UTC);

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

pub struct Office {
    pub dir: tempfile::TempDir,
    pub training: Training,
    pub ledger: Ledger,
    pub worker: Worker,
    pub outbox: std::path::PathBuf,
}

impl Office {
    pub fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        copy_dir(provisioned().path(), dir.path());
        Self::at(dir)
    }

    pub fn at(dir: tempfile::TempDir) -> Self {
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
    pub fn restarted(self) -> Self {
        let Self { dir, training, ledger, worker, .. } = self;
        drop((training, ledger, worker));
        Self::at(dir)
    }

    pub fn desk(&self) -> Desk {
        self.desk_of(OPERATOR)
    }

    pub fn desk_of(&self, user: &str) -> Desk {
        let engines = Arc::new(Engines::new(Models::Embedded));
        Desk::new(self.ledger.clone(), engines, self.worker.clone(), training::user(user).unwrap())
    }

    pub fn supervisor(&self) -> Supervisor {
        let user = training::user(SUPERVISOR).unwrap();
        Supervisor::authenticate(self.ledger.clone(), self.worker.clone(), user, PASSPHRASE).unwrap()
    }

    /// The n-th resident of whom nothing special is known.
    pub fn resident(&self, n: usize) -> Resident {
        let plain = self.training.rows.iter().filter(|row| row.defect.is_none() && row.same_person_as.is_none());
        let residents = plain.filter_map(|row| {
            let nik = row.nik.clone();
            let found = self.training.store.call(move |db| db.register_get(&nik)).unwrap()?;
            let resident: Resident = serde_json::from_str(&found.body).unwrap();
            eligibility(&resident, TODAY).may_enroll().then_some(resident)
        });
        residents.into_iter().nth(n).unwrap()
    }

    pub fn open(&self, desk: &mut Desk, number: usize, class: RecordClass) -> RecordId {
        let record = RecordId(format!("330301-01-20260302-{number:04}"));
        desk.open(record.clone(), self.resident(number), class, StepOrder::default(), Policy::default()).unwrap();
        record
    }

    /// Takes a resident through the whole line.
    pub fn completed(&self, number: usize, class: RecordClass) -> RecordId {
        let mut desk = self.desk();
        let record = self.open(&mut desk, number, class);
        finish(&mut desk, number as u64);
        record
    }

    pub fn approved(&self, number: usize, class: RecordClass) -> RecordId {
        let record = self.completed(number, class);
        self.supervisor().approve(&record).unwrap();
        record
    }

    pub fn export(&self) -> Vec<Exported> {
        self.try_export(&self.outbox).unwrap()
    }

    pub fn try_export(&self, folder: &Path) -> Result<Vec<Exported>, DeskError> {
        let recipients = &self.training.keys.recipients;
        let dispatch = Dispatch { station: self.training.station, folder, recipients };
        self.supervisor().export(&dispatch, &mut |_| std::ops::ControlFlow::Continue(()))
    }

    /// The store as it is after it noted the digest of a batch, just before that gets its name.
    pub fn with_digest(self, exported: &Exported) -> Self {
        let (seq, sha256) = (u32::from(exported.receipt.seq), *exported.receipt.sha256.as_bytes());
        self.training.store.call(move |db| db.batch_written(seq, sha256)).unwrap();
        self
    }

    /// What the district finds in a batch.
    pub fn district(&self, exported: &Exported) -> batch::Opened {
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

    pub fn status(&self, record: &RecordId) -> Status {
        self.ledger.load(record).unwrap().status().clone()
    }

    pub fn live(&self, nik: &str) -> Option<String> {
        let nik = nik.to_owned();
        self.training.store.call(move |db| db.live_record(&nik)).unwrap()
    }
}

/// A sample as a good device and engine would give it.
pub fn sample(person: u64, slot: Slot) -> Judged {
    let template = match slot {
        Slot::Finger(finger) => Some(finger_template(person, finger).to_bytes()),
        Slot::Eye(eye) => iris_template(person, eye, 1).map(|template| template.to_bytes()),
        Slot::Photo | Slot::Signature | Slot::Approval => None,
    };
    let bytes = format!("sample of {person} {slot:?}").into_bytes();
    Judged { template, quality: 90, ..Judged::png(bytes) }
}

pub fn accept(desk: &mut Desk, person: u64, slot: Slot) -> SampleId {
    desk.accept(Purpose::Slot(slot), sample(person, slot), Some("device".into())).unwrap()
}

/// Verifies the data and moves to the portrait.
pub fn verify(desk: &mut Desk) {
    desk.wish(Wish::ConfirmData { fields: Field::ALL.into(), acknowledged: Vec::new() }).unwrap();
    desk.wish(Wish::Next).unwrap();
}

/// Goes on from wherever the record stands, to its completion.
pub fn finish(desk: &mut Desk, person: u64) {
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
