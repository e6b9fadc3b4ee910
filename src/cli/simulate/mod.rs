//! `rekam simulate`: a day at the desk without a window.
//!
//! It drives the same desk, drivers, store, duplicate check, approval and batch as the window does; only the people
//! are invented (or folders of real images), and the clock and every random choice come from the seed. The same seed
//! gives the same records; a run that was killed goes on where it stood when it is started again.

mod driver;
mod faults;
mod finish;
mod papers;
mod plan;
mod report;
mod rig;
mod without;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use time::{Date, OffsetDateTime, Time};

use super::args::Global;
use super::error::CliError;
use super::{Outcome, print_json};
use crate::dedup::Worker;
use crate::station::training::presenter::{Folders, Presenter};
use crate::station::training::sockets::Sockets;
use crate::station::training::{self, Plan, Training};
use crate::station::{Desk, Engines, Ledger, Recipients, SimulatedClock, Supervisor, gallery};
use crate::store::Store;

use self::rig::Rig;
use rekam_simulator::replay::Tempo;
use rekam_simulator::replay::folder::DEFAULT_DPI;

/// Arguments of `simulate`.
#[derive(Debug, Clone, Args)]
pub(in crate::cli) struct Options {
    /// Residents who reach the desk.
    #[arg(long, default_value_t = 5, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=5000))]
    residents: u32,
    /// Everything random comes from it.
    #[arg(long, default_value_t = 1, value_name = "S")]
    seed: u64,
    /// Real fingerprints `<finger>_<sample>.png`: each identity is one person's right index finger.
    #[arg(long, value_name = "DIR")]
    fingerprints: Option<PathBuf>,
    /// Real irises `<subject>_<eye>_<sample>.png`.
    #[arg(long, value_name = "DIR")]
    irises: Option<PathBuf>,
    /// Portraits, taken in the order of their names.
    #[arg(long, value_name = "DIR")]
    photos: Option<PathBuf>,
    /// Resolution of images that do not say it.
    #[arg(long, default_value_t = DEFAULT_DPI, value_name = "N")]
    dpi: f32,
    /// Things that go wrong: `device:fault@capture`, comma-separated. Devices: camera, pad, scanner, iris. Faults:
    /// retry, unplug, wrong, blur, wet, dry, silence, dead.
    #[arg(long, value_name = "SCRIPT", default_value = "")]
    faults: String,
    /// Fingers and eyes that nobody of the day has, comma-separated: left-thumb, right-little, left-eye ...
    #[arg(long, value_name = "PARTS", value_delimiter = ',', value_parser = without::part)]
    without: Vec<without::Part>,
    /// What stands in front of the line: devices that replay, or the real drivers with virtual devices in the sockets of
    /// this kernel (needs root, vhci_hcd, uvcvideo and uhid; of faults only unplug).
    #[arg(long, value_enum, default_value_t = Devices::Replayed)]
    devices: Devices,
    /// Seconds a device may take for one capture.
    #[arg(long, default_value_t = 20, value_name = "SECONDS")]
    patience: u64,
    /// Use the generator's own templates instead of captured images (training stores only; for crash tests).
    #[arg(long, hide = true)]
    pre_extracted: bool,
    /// Print each acknowledged event on standard output (for crash tests).
    #[arg(long, hide = true)]
    acks: bool,
}

/// What stands in front of the line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Devices {
    Replayed,
    Real,
}

impl Options {
    /// What tells this run from another on the same data directory.
    fn label(&self) -> String {
        let name = |dir: &Option<PathBuf>| dir.as_ref().map_or("-".to_owned(), |d| d.display().to_string());
        let folders = [&self.fingerprints, &self.irises, &self.photos].map(name).join(" ");
        let without = if self.without.is_empty() { String::new() } else { format!(" {:?}", self.without) };
        format!("simulate {} {folders} {}{without}", self.residents, self.pre_extracted)
    }

    /// The day of the run: a Monday.
    fn day(&self) -> Date {
        let first = Date::from_calendar_date(2026, time::Month::January, 5).unwrap_or(Date::MIN);
        first + time::Duration::weeks((self.seed % 40) as i64)
    }
}

/// The opening hour of the simulated office, UTC (08:00 in Western Indonesia).
fn morning(day: Date) -> OffsetDateTime {
    day.with_time(Time::MIDNIGHT).assume_utc() + time::Duration::hours(1)
}

/// Runs the command.
pub(in crate::cli) fn run(global: &Global, options: &Options) -> Result<Outcome, CliError> {
    let dir = match &global.data_dir {
        Some(dir) => dir.clone(),
        None => temporary()?,
    };
    let script = faults::parse(&options.faults).map_err(CliError::Usage)?;
    let folders = Folders::read(options.fingerprints.as_deref(), options.irises.as_deref(), options.photos.as_deref())
        .map_err(CliError::folder)?;
    progress(&format!("data directory {}", dir.display()));
    let world = World::open(&dir, options, global)?;
    let visits = plan::plan(&world.training, &folders, options)?;
    let mut rig: Box<dyn Rig> = match options.devices {
        Devices::Replayed => Box::new(Presenter::new(folders, script, options.dpi, Tempo::AtOnce)?),
        Devices::Real => {
            let pulls = faults::pulls(&options.faults).map_err(CliError::Usage)?;
            let sockets = Sockets::new(folders, options.dpi, pulls);
            Box::new(sockets.map_err(|error| CliError::Usage(error.to_string()))?)
        }
    };
    let mut report = report::Report::new(visits.refused);
    let mut driver = driver::Driver::new(world.desk()?, &world, options);
    let papers = papers::Papers::new(&world)?;
    for visit in &visits.visits {
        progress(&format!("resident {} of {}", visit.number + 1, visits.visits.len()));
        let end = driver.drive(&mut *rig, visit)?;
        papers.hand_out(&end.session)?;
        report.add(visit, end);
    }
    finish::finish(&world, &visits.visits, &mut report)?;
    papers.day_list(options.day())?;
    let passed = report.is_consistent(&visits.visits);
    if global.json {
        print_json(&report)?;
    } else {
        report.print(&dir)?;
    }
    Ok(if passed { Outcome::Passed } else { Outcome::Failed })
}

fn progress(text: &str) {
    tell!("{text}");
}

fn temporary() -> Result<PathBuf, CliError> {
    let mut random = [0; 8];
    getrandom::fill(&mut random)
        .map_err(|_| CliError::Usage("the system gives no random numbers; try again".into()))?;
    Ok(std::env::temp_dir().join(format!("rekam-{:016x}", u64::from_le_bytes(random))))
}

/// The training station with everything that runs in it.
struct World {
    dir: PathBuf,
    training: Training,
    clock: Arc<SimulatedClock>,
    ledger: Ledger,
    worker: Worker,
    engines: Arc<Engines>,
    patience: Duration,
}

impl World {
    fn open(dir: &Path, options: &Options, global: &Global) -> Result<Self, CliError> {
        let today = options.day();
        let plan = Plan {
            seed: options.seed,
            residents: options.residents as usize * 2,
            today,
            cheap: options.pre_extracted,
            label: options.label(),
        };
        let now = OffsetDateTime::now_utc();
        if let Ok(passphrase) = std::env::var("REKAM_PASSPHRASE")
            && Store::exists(dir)
        {
            // Whoever names a passphrase wants it checked; the users of a training station have one of their own.
            drop(Store::open(dir, training::OPERATOR, &passphrase, now)?);
        }
        let training = Training::open(dir, &plan, now)?;
        let clock = Arc::new(SimulatedClock::new(morning(today), time::Duration::seconds(3)));
        let review = training.store.call(|db| db.review_recipient())?;
        let district = training.keys.recipients.first().cloned().into_iter().collect();
        let recipients = Recipients { district, review };
        let ledger = Ledger { store: training.store.clone(), clock: clock.clone(), recipients };
        let worker = Worker::start(gallery::load(&ledger.store)?).map_err(crate::station::DeskError::from)?;
        let engines = Arc::new(Engines::new(global.models()));
        if !options.pre_extracted {
            // A damaged model must be known before the first resident sits down.
            engines.network()?;
        }
        let patience = Duration::from_secs(options.patience);
        Ok(Self { dir: dir.to_owned(), training, clock, ledger, worker, engines, patience })
    }

    /// The supervisor, who proves who they are each time.
    fn supervisor(&self) -> Result<Supervisor, CliError> {
        let user = training::user(training::SUPERVISOR)?;
        Ok(Supervisor::authenticate(self.ledger.clone(), self.worker.clone(), user, training::PASSPHRASE)?)
    }

    fn desk(&self) -> Result<Desk, CliError> {
        let operator = training::user(training::OPERATOR)?;
        let desk = Desk::new(self.ledger.clone(), self.engines.clone(), self.worker.clone(), operator);
        Ok(desk.with_capture_limit(self.patience))
    }
}
