//! A cable is pulled at fifty moments of each device's capture: the record keeps every accepted sample, the screen says
//! which device is away, the capture goes on by itself when it is back, and nothing is left behind by it all.
//!
//! The station is a real one with its lookout, its bench and its counter; only the sockets are the test's.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on shall stop")]

use std::io::Write as _;
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use rekam::batch::Identity;
use rekam::domain::nik::{Nik, Source};
use rekam::domain::session::{Field, SampleId, Slot, Step, Wish};
use rekam::domain::user::Role;
use rekam::station::counter::{
    Act, Board, Light, Line, NewOfficer, Passphrase, Phase, SetupPlan, Stage, Start, Which, start_with,
};
use rekam::station::plugged::{Catalog, Family, Found, Setup};
use rekam::station::training::presenter::{Body, Folders, Presenter, Scripts};
use rekam::station::{Models, Opened};
use rekam_camera::v4l2::IrisConfig;
use rekam_hal::{DeviceError, DeviceErrorKind, DeviceInfo, Eye, Finger};
use rekam_simulator::people::register::{self, Day, Place, Rates, Row};
use rekam_simulator::replay::Tempo;

/// Pulls of each cable.
const PULLS: usize = 50;

/// Sockets with a hand at every cable.
struct Sockets {
    presenter: Mutex<Presenter>,
    infos: Vec<(Which, DeviceInfo)>,
    changes: Mutex<u64>,
    changed: Condvar,
}

impl Sockets {
    fn new() -> Self {
        let tempo = Tempo::Live { fps: 30, settle: Duration::from_millis(1200) };
        let mut presenter = Presenter::new(Folders::default(), Scripts::default(), 500.0, tempo).unwrap();
        // The station opens them itself.
        let bays = std::mem::take(&mut presenter.bays);
        let infos = Which::ALL.map(|which| (which, bays.info(which).unwrap().clone())).into();
        drop(bays);
        Self { presenter: Mutex::new(presenter), infos, changes: Mutex::new(0), changed: Condvar::new() }
    }

    fn presenter(&self) -> MutexGuard<'_, Presenter> {
        self.presenter.lock().unwrap()
    }

    fn pull(&self, which: Which) {
        self.presenter().unplug(which);
        self.tell();
    }

    fn put_back(&self, which: Which) {
        self.presenter().plug(which);
        self.tell();
    }

    fn tell(&self) {
        *self.changes.lock().unwrap() += 1;
        self.changed.notify_all();
    }
}

/// What the station sees of them.
struct Seen(Arc<Sockets>);

impl Catalog for Seen {
    fn look(&self, _: &[IrisConfig]) -> Vec<Found> {
        let presenter = self.0.presenter();
        let plugged = self.0.infos.iter().filter(|(which, _)| presenter.is_plugged(*which));
        let found = |(which, info): &(Which, DeviceInfo)| {
            let family = if *which == Which::Pad { Family::Topaz } else { Family::Video };
            Found { info: info.clone(), which: *which, family, is_sure: true }
        };
        plugged.map(found).collect()
    }

    fn wait(&self, most: Duration) {
        let changes = self.0.changes.lock().unwrap();
        let before = *changes;
        drop(self.0.changed.wait_timeout_while(changes, most, |now| *now == before).unwrap());
    }

    fn open(&self, found: &Found, _: &Setup, _: &[IrisConfig]) -> Result<Opened, DeviceError> {
        self.0.presenter().open(found.which)
    }
}

fn until(line: &Line, what: &str, holds: impl Fn(&Board) -> bool) -> Arc<Board> {
    let end = Instant::now() + Duration::from_secs(60);
    loop {
        let board = line.board();
        if holds(&board) {
            return board;
        }
        let capture = board.capture.as_ref().map(|capture| (capture.slot, capture.phase));
        assert!(Instant::now() < end, "{what}: capture {capture:?}, trouble {:?}", board.trouble);
        std::thread::sleep(Duration::from_millis(3));
    }
}

fn done(line: &Line, act: Act) -> Arc<Board> {
    let name = format!("{act:?}");
    let number = line.tell(act);
    let board = until(line, &name, |board| board.answered >= number);
    assert!(board.trouble.is_none(), "{name}: {:?}", board.trouble);
    board
}

fn phase(board: &Board) -> Option<Phase> {
    board.capture.as_ref().map(|capture| capture.phase)
}

fn samples(board: &Board) -> Vec<SampleId> {
    board
        .session()
        .map(|session| session.samples().iter().map(|sample| sample.id.clone()).collect())
        .unwrap_or_default()
}

fn officer(id: &str, role: Role) -> NewOfficer {
    NewOfficer { id: id.into(), name: id.to_uppercase(), nip: String::new(), role, passphrase: passphrase() }
}

fn passphrase() -> Passphrase {
    Passphrase::new("rahasia-sekali")
}

fn plan() -> SetupPlan {
    SetupPlan {
        region: "330302".into(),
        station: 4,
        office: vec!["KECAMATAN BUKATEJA".into()],
        address: "Jalan Raya 1".into(),
        zone: "WIB".into(),
        recipients: vec![Identity::generate().recipients()[0].to_string()],
        officers: vec![officer("sri", Role::Supervisor), officer("tono", Role::Operator)],
    }
}

fn people(today: Day) -> Vec<Row> {
    let place = Place {
        village_code: "3303022001".into(),
        village: "BUKATEJA".into(),
        district: "BUKATEJA".into(),
        regency: "KABUPATEN PURBALINGGA".into(),
        province: "JAWA TENGAH".into(),
        postcode: "53382".into(),
    };
    register::generate(11, 40, &[place], today, &Rates::none())
}

/// Threads and open files of this program.
fn held() -> (usize, usize) {
    let count = |folder: &str| std::fs::read_dir(folder).unwrap().count();
    (count("/proc/self/task"), count("/proc/self/fd"))
}

/// What is held while nothing is captured, with the handle open.
fn at_rest(line: &Line, slot: Slot) -> (usize, usize) {
    if line.board().capture.is_none() {
        done(line, Act::Retake { slot, discard: false });
    }
    done(line, Act::Pause);
    until(line, "the pause", |board| phase(board) == Some(Phase::Paused));
    let end = Instant::now() + Duration::from_secs(5);
    // The capture's own thread ends a moment after it has been cancelled.
    while threads().iter().any(|name| name.starts_with("sim-") || name == "portrait" || name == "judge") {
        assert!(Instant::now() < end, "a cancelled capture goes on: {:?}", threads());
        std::thread::sleep(Duration::from_millis(5));
    }
    held()
}

/// Names of the threads.
fn threads() -> Vec<String> {
    let names = std::fs::read_dir("/proc/self/task").unwrap().flatten();
    let read = |path: std::path::PathBuf| std::fs::read_to_string(path).unwrap_or_default().trim().to_owned();
    names.map(|task| read(task.path().join("comm"))).collect()
}

/// A real station with a resident at the first capture.
fn seated(dir: &std::path::Path, sockets: &Arc<Sockets>) -> (Line, std::thread::JoinHandle<()>) {
    let here = Start { dir: dir.join("station"), models: Models::Embedded, setup: true };
    let (line, thread) = start_with(here, Some(Arc::new(Seen(sockets.clone())))).unwrap();
    until(&line, "the form", |board| board.stage == Stage::Unprovisioned);
    done(&line, Act::Provision(Box::new(plan())));
    let now = time::OffsetDateTime::now_utc().date();
    let today = Day::new(now.year(), u8::from(now.month()), now.day()).unwrap();
    let rows = people(today);
    let row = rows.iter().find(|row| row.eligible(today)).unwrap();
    let register = dir.join("register.csv");
    // A real station takes no invented people; these must do.
    std::fs::write(&register, register::to_csv(&rows).replace("CONTOH", "")).unwrap();
    done(&line, Act::Login { user: "sri".into(), passphrase: passphrase() });
    done(&line, Act::Authenticate { user: "sri".into(), passphrase: passphrase() });
    done(&line, Act::Import(register));
    until(&line, "the register", |board| board.imported.is_some());
    done(&line, Act::LeaveBackRoom);
    sockets.presenter().seat(Body::of_row(row, now), 0);
    done(&line, Act::Begin(Nik::parse(&row.nik, Source::Register).unwrap().value));
    done(&line, Act::Wish(Wish::ConfirmData { fields: Field::ALL.into(), acknowledged: Vec::new() }));
    (line, thread)
}

/// Pulls and puts back while the slot is captured; how long it took until the capture went on.
fn pull_often(line: &Line, sockets: &Sockets, which: Which, slot: Slot, random: &mut ChaCha8Rng) -> Vec<Duration> {
    let mut again = Vec::new();
    for round in 0..PULLS {
        done(line, Act::Resume);
        if line.board().capture.as_ref().is_none_or(|capture| capture.slot != slot) {
            done(line, Act::Retake { slot, discard: false });
        }
        until(line, "a capture", |board| phase(board) == Some(Phase::Live));
        std::thread::sleep(Duration::from_millis(random.random_range(0..300)));
        let before = samples(&line.board());
        sockets.pull(which);
        let board = until(line, "the pulled cable", |board| {
            // The sample was complete when the cable went: then it is kept, and the light is out.
            let away = phase(board) == Some(Phase::NoDevice(DeviceErrorKind::Gone));
            away || board.device(which).is_some_and(|device| device.light == Light::Missing)
        });
        assert!(board.trouble.is_none(), "{which:?} {round}: shown where the preview was, not as a trouble");
        std::thread::sleep(Duration::from_millis(random.random_range(0..60)));
        sockets.put_back(which);
        let start = Instant::now();
        until(line, "the light", |board| {
            board.device(which).is_some_and(|device| matches!(device.light, Light::Ready | Light::Working))
        });
        let wants_it = line.board().capture.as_ref().is_some_and(|capture| capture.slot == slot);
        if wants_it {
            until(line, "the capture again", |board| {
                !matches!(phase(board), Some(Phase::NoDevice(_))) && board.capture.is_some()
                    || samples(board).len() > before.len()
            });
        }
        again.push(start.elapsed());
        let after = samples(&line.board());
        assert!(before.iter().all(|id| after.contains(id)), "{which:?} {round}: an accepted sample is gone");
    }
    again
}

#[test]
fn fifty_pulls_of_each_cable_cost_no_sample_and_leave_nothing_behind() {
    let dir = tempfile::tempdir().unwrap();
    let seed: u64 = std::env::var("REKAM_SEED").ok().and_then(|text| text.parse().ok()).unwrap_or(20_261_124);
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let sockets = Arc::new(Sockets::new());
    let (line, thread) = seated(dir.path(), &sockets);
    let steps = [
        (Which::Camera, Step::Photo, Slot::Photo),
        (Which::Pad, Step::Signature, Slot::Signature),
        (Which::Scanner, Step::Fingerprints, Slot::Finger(Finger::RightIndex)),
        (Which::Iris, Step::Iris, Slot::Eye(Eye::Right)),
    ];
    for (which, step, slot) in steps {
        done(&line, Act::GoTo(step));
        // One whole sample first: what engines set up once for all is no leak.
        let sample = |board: &Board| board.session().is_some_and(|session| session.attempts(slot).next().is_some());
        until(&line, "the first capture", |board| phase(board) == Some(Phase::Live) || sample(board));
        line.tell(Act::Shutter);
        until(&line, "the first sample", sample);
        let before = at_rest(&line, slot);
        let mut again = pull_often(&line, &sockets, which, slot, &mut random);
        let end = Instant::now() + Duration::from_secs(20);
        let mut after = at_rest(&line, slot);
        // What was closed last may still be closing.
        while (after.0 > before.0 || after.1 > before.1) && Instant::now() < end {
            std::thread::sleep(Duration::from_millis(20));
            after = held();
        }
        let said = format!("{which:?}, seed {seed}: {before:?} became {after:?}; {:?}", threads());
        assert!(after.0 <= before.0 && after.1 <= before.1, "{said}");
        done(&line, Act::Resume);
        again.sort();
        let told = format!(
            "{which:?}: {PULLS} pulls, on again after {:?} (half), {:?} (all)\n",
            again[PULLS / 2],
            again[PULLS - 1]
        );
        let _ = std::io::stderr().write_all(told.as_bytes());
    }
    drop(line);
    thread.join().unwrap();
}
