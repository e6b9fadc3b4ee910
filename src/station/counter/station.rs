//! The open station behind the counter: store, gallery, engines, devices.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use time::{Date, OffsetDateTime};

use crate::batch::{DistrictKey, StationCode, StationKeys};
use crate::dedup::Worker;
use crate::domain::region::Regions;
use crate::domain::session::Policy;
use crate::domain::user::{Role, UserId};
use crate::office::queue::{self, Priority, Visitor};
use crate::office::schedule::Calendar;
use crate::office::zone::{ZONE, Zone};
use crate::office::{register, within};
use crate::station::clock::SystemClock;
use crate::station::engines::Engines;
use crate::station::health::Histories;
use crate::station::ledger::{Ledger, Recipients};
use crate::station::models::Models;
use crate::station::plugged::{Catalog, Choices, ChoicesError};
use crate::station::supervisor::SIGNING_KEY;
use crate::station::training::Training;
use crate::station::{DeskError, gallery};
use crate::store::{Access, Account, Kdf, NewUser, Provision, Store};

use super::act::{NewOfficer, SetupPlan};
use super::board::{Place, Rules};
use super::equipment::Equipment;
use super::error::{CounterError, SetupFault};

/// The desk's name in the queue.
pub(super) const DESK: &str = "1";
/// Setting: region and number of a real station.
/// Which device does which step.
pub(super) const CHOICES: &str = "devices.choices";
/// How the devices have done.
pub(super) const HISTORIES: &str = "devices.histories";
const CODE: &str = "station.code";
/// Setting: for whom its batches are sealed, separated by spaces.
const RECIPIENTS: &str = "station.recipients";
/// Setting: lines of the letterhead.
const LETTERHEAD: &str = "office.letterhead";
/// Setting: address of the office.
const ADDRESS: &str = "office.address";
/// Setting: order of steps, thresholds, lock.
const RULES: &str = "station.rules";
/// Numbers drawn for an empty training day, so that there is somebody to call.
const TRAINEES: usize = 24;
/// Shortest passphrase of a real officer.
pub const SHORTEST_PASSPHRASE: usize = 8;

/// An open station.
pub(super) struct Station {
    pub ledger: Ledger,
    pub worker: Worker,
    pub engines: Arc<Engines>,
    pub code: StationCode,
    pub recipients: Vec<String>,
    pub equipment: Equipment,
    /// How the devices have done, and what of it is written down.
    pub histories: Histories,
    pub kept_histories: Histories,
    /// Why what officers chose of the devices does not hold; told once.
    pub device_fault: Option<ChoicesError>,
    pub training: Option<Training>,
    /// People in the gallery when it was loaded.
    pub people: usize,
}

/// Rules as the store keeps them.
#[derive(serde::Serialize, serde::Deserialize)]
struct StoredRules {
    order: crate::domain::session::StepOrder,
    policy: Policy,
    lock_after: u32,
    /// Missing in rules that were kept before there was a choice.
    #[serde(default = "together")]
    slaps: bool,
    #[serde(default = "by_itself")]
    by_itself: bool,
}

fn together() -> bool {
    Rules::default().slaps
}

fn by_itself() -> bool {
    Rules::default().by_itself
}

impl Station {
    /// The training station.
    pub(super) fn training(training: Training, models: Models) -> Result<Self, CounterError> {
        let district = training.keys.recipients.first().cloned().into_iter().collect();
        let recipients = training.keys.recipients.clone();
        let (store, code) = (training.store.clone(), training.station);
        let equipment = Equipment::simulated()?;
        let station = Self::assemble(store, code, district, recipients, equipment, models)?;
        let station = Self { training: Some(training), ..station };
        station.draw_trainees()?;
        Ok(station)
    }

    /// A real station.
    pub(super) fn real(
        store: Store,
        models: Models,
        catalog: Option<Arc<dyn Catalog>>,
        iris: String,
    ) -> Result<Self, CounterError> {
        let (code, recipients, choices) =
            store.call(|db| Ok((db.setting(CODE)?, db.setting(RECIPIENTS)?, db.setting(CHOICES)?)))?;
        // A station must open without its devices: whoever works there is told, and chooses them again.
        let (choices, mut fault) = match choices.as_deref().map(Choices::read) {
            Some(Err(fault)) => (Choices::default(), Some(fault)),
            Some(Ok(choices)) => (choices, None),
            None => (Choices::default(), None),
        };
        let mut choices = Choices { iris, ..choices };
        if let Err(wrong) = choices.iris_cameras() {
            choices.iris.clear();
            fault = Some(wrong);
        }
        let code = code.as_deref().and_then(read_code).ok_or(CounterError::Setup(SetupFault::Region))?;
        let recipients: Vec<String> = recipients.unwrap_or_default().split_whitespace().map(str::to_owned).collect();
        let district = recipients.first().cloned().into_iter().collect();
        let equipment = Equipment::real(catalog, choices)?;
        let station = Self::assemble(store, code, district, recipients, equipment, models)?;
        Ok(Self { device_fault: fault, ..station })
    }

    fn assemble(
        store: Store,
        code: StationCode,
        district: Vec<String>,
        recipients: Vec<String>,
        equipment: Equipment,
        models: Models,
    ) -> Result<Self, CounterError> {
        let (review, histories) = store.call(|db| Ok((db.review_recipient()?, db.setting(HISTORIES)?)))?;
        let histories = histories.map(|text| Histories::read(&text)).unwrap_or_default();
        let kept_histories = histories.clone();
        let gallery = gallery::load(&store)?;
        let people = gallery.len();
        let worker = Worker::start(gallery).map_err(DeskError::from)?;
        let recipients_of_records = Recipients { district, review };
        let ledger = Ledger { store, clock: Arc::new(SystemClock), recipients: recipients_of_records };
        // One thread: the other one is the operator's.
        let engines = Arc::new(Engines::new(models).with_threads(1));
        Ok(Self {
            ledger,
            worker,
            engines,
            code,
            recipients,
            equipment,
            histories,
            kept_histories,
            device_fault: None,
            training: None,
            people,
        })
    }

    pub(super) fn store(&self) -> &Store {
        &self.ledger.store
    }

    pub(super) fn now(&self) -> OffsetDateTime {
        self.ledger.clock.now()
    }

    pub(super) fn today(&self, zone: Zone) -> Date {
        zone.date(self.now())
    }

    /// What everybody may know of the station.
    pub(super) fn place(&self, folder: &Path) -> Result<Place, CounterError> {
        let (accounts, letterhead, address, zone) = within(self.store(), |db| {
            Ok((db.accounts()?, db.setting(LETTERHEAD)?, db.setting(ADDRESS)?, Zone::of(db)?))
        })?;
        let training = self.training.is_some();
        let office = match letterhead {
            Some(lines) => lines.lines().map(str::to_owned).collect(),
            None if training => vec!["PEMERINTAH KABUPATEN CONTOH".into(), "KECAMATAN LATIHAN".into()],
            None => Vec::new(),
        };
        let officers = accounts
            .into_iter()
            .filter(|account| account.active)
            .map(|account| (account.id, account.name, Role::from_word(&account.role)))
            .collect();
        Ok(Place {
            training,
            code: self.code.to_string(),
            office,
            address: address.unwrap_or_else(|| if training { "Jalan Contoh No. 1".into() } else { String::new() }),
            zone,
            folder: folder.to_owned(),
            officers,
        })
    }

    pub(super) fn account(&self, id: &str) -> Result<Option<Account>, CounterError> {
        let id = id.to_owned();
        Ok(self.store().call(move |db| db.account(&id))?)
    }

    /// The station's rules.
    pub(super) fn rules(&self) -> Result<Rules, CounterError> {
        let (stored, zone, calendar) =
            within(self.store(), |db| Ok((db.setting(RULES)?, Zone::of(db)?, Calendar::load(db)?)))?;
        let stored = stored.and_then(|text| {
            let read = serde_json::from_str::<StoredRules>(&text);
            if read.is_err() {
                // The text holds numbers a supervisor chose, nothing of residents; still its place is not the log.
                tracing::error!("the station's rules cannot be read; those of a new station are used");
            }
            read.ok()
        });
        let base = self.rules_of_new_station();
        let base = match stored {
            Some(StoredRules { order, policy, lock_after, slaps, by_itself }) => {
                Rules { order, policy, lock_after, slaps, by_itself, ..base }
            }
            None => base,
        };
        let holidays = calendar.holidays.iter().copied().collect();
        Ok(Rules { zone, capacity: calendar.capacity, holidays, ..base })
    }

    /// The rules that nobody has changed yet. For training, people are drawn, and the drawn resemble each other far more
    /// than people do: an alert about their faces would be false and teach to overlook the true ones. Whoever wants to
    /// show one can switch it on.
    fn rules_of_new_station(&self) -> Rules {
        let rules = Rules::default();
        let policy = Policy { faces: self.training.is_none() && rules.policy.faces, ..rules.policy };
        Rules { policy, ..rules }
    }

    /// Keeps the rules; the change is in the audit chain.
    pub(super) fn save_rules(&self, rules: &Rules, officer: &UserId) -> Result<(), CounterError> {
        let Rules { order, policy, lock_after, slaps, by_itself, .. } = rules.clone();
        let stored = StoredRules { order, policy, lock_after, slaps, by_itself };
        let text = serde_json::to_string(&stored).map_err(DeskError::from)?;
        let (rules, officer, now) = (rules.clone(), officer.as_str().to_owned(), self.now());
        within(self.store(), move |db| {
            db.setting_put(RULES, &text)?;
            db.setting_put(ZONE, rules.zone.word())?;
            let calendar = Calendar { capacity: rules.capacity, holidays: rules.holidays.iter().copied().collect() };
            calendar.save(db)?;
            audit(db, now, &officer, "rules-changed", &text)
        })?;
        Ok(())
    }

    /// Numbers for the first residents of an empty training day.
    fn draw_trainees(&self) -> Result<(), CounterError> {
        let Some(training) = &self.training else { return Ok(()) };
        let now = self.now();
        let niks: Vec<String> = training.rows.iter().take(TRAINEES).map(|row| row.nik.clone()).collect();
        within(self.store(), move |db| {
            let day = Zone::of(db)?.date(now);
            if !queue::tickets(db, day)?.is_empty() {
                return Ok(());
            }
            for nik in niks {
                let Some(row) = db.register_get(&nik)? else { continue };
                let resident = register::resident_of(&row)?;
                let recorded = db.live_record(&nik)?.is_some() || db.recorded_get(&nik)?.is_some();
                if recorded || !crate::domain::eligibility::eligibility(&resident, day).may_enroll() {
                    continue;
                }
                let visitor = Visitor {
                    priority: Priority::of(&resident, day),
                    family: Some(resident.kk),
                    nik: Some(resident.nik),
                };
                queue::draw(db, day, &visitor, now)?;
            }
            Ok(())
        })?;
        Ok(())
    }
}

/// Writes down an act without a record.
pub(super) fn audit(
    db: &mut crate::store::Db,
    at: OffsetDateTime,
    actor: &str,
    kind: &'static str,
    body: &str,
) -> crate::office::Result<()> {
    db.audit(&crate::store::Act { at, actor, device: None, kind, record: None, body })?;
    Ok(())
}

/// `330301-01`.
fn read_code(text: &str) -> Option<StationCode> {
    let (region, station) = text.split_once('-')?;
    StationCode::new(region.parse().ok()?, station.parse().ok()?).ok()
}

/// What is wrong with a plan, first fault first.
///
/// # Errors
/// The fault.
pub fn check_plan(plan: &SetupPlan) -> Result<(), SetupFault> {
    if Regions::embedded().district(&plan.region).is_none() {
        return Err(SetupFault::Region);
    }
    if !(1..=99).contains(&plan.station) {
        return Err(SetupFault::Station);
    }
    DistrictKey::parse_all(&plan.recipients, 1).map_err(|_| SetupFault::Recipient)?;
    if !plan.officers.iter().any(|officer| officer.role == Role::Supervisor) {
        return Err(SetupFault::NoSupervisor);
    }
    plan.officers.iter().try_for_each(check_officer)
}

/// What is wrong with a new officer.
///
/// # Errors
/// The fault.
pub fn check_officer(officer: &NewOfficer) -> Result<(), SetupFault> {
    UserId::parse(&officer.id).map_err(|_| SetupFault::UserName)?;
    let long_enough = officer.passphrase.0.chars().count() >= SHORTEST_PASSPHRASE;
    if long_enough { Ok(()) } else { Err(SetupFault::Passphrase) }
}

/// What a role opens.
pub(super) fn access_of(role: Role) -> Access {
    match role {
        Role::Supervisor => Access::Supervisor,
        Role::Operator | Role::Admin => Access::Operator,
    }
}

/// The account of a new officer.
pub(super) fn account_of(officer: &NewOfficer, now: OffsetDateTime) -> Account {
    Account {
        id: officer.id.clone(),
        name: officer.name.clone(),
        nip: officer.nip.clone(),
        role: officer.role.word().to_owned(),
        active: true,
        created_at: now,
    }
}

/// Makes a real station in an empty directory.
///
/// Store, accounts, keys and code appear together or not at all, so that a power cut or a full disk leaves either a
/// station or an empty directory in which it is made once more.
pub(super) fn provision(dir: &Path, plan: &SetupPlan, now: OffsetDateTime) -> Result<Store, CounterError> {
    check_plan(plan).map_err(CounterError::Setup)?;
    if Store::exists(dir) {
        return Err(CounterError::Setup(SetupFault::Taken));
    }
    let users: Vec<NewUser> = plan
        .officers
        .iter()
        .map(|officer| NewUser::new(officer.id.clone(), officer.passphrase.0.as_str(), access_of(officer.role)))
        .collect();
    let recovery = plan.recipients.first().cloned();
    let signing = StationKeys::generate()?;
    let accounts: Vec<Account> = plan.officers.iter().map(|officer| account_of(officer, now)).collect();
    let provision = Provision { training: false, kdf: Kdf::Standard, users, recovery };
    let (store, _) = Store::create_filled(dir, &provision, |store| {
        let public = public_key_file(dir, signing.public_key().to_file().as_bytes())?;
        tracing::info!(file = %public.display(), "the station's public key for the district");
        fill(store, plan.clone(), accounts, signing, now)
    })?;
    Ok(store)
}

fn fill(
    store: &Store,
    plan: SetupPlan,
    accounts: Vec<Account>,
    signing: StationKeys,
    now: OffsetDateTime,
) -> Result<(), CounterError> {
    within(store, move |db| {
        accounts.iter().try_for_each(|account| db.account_put(account))?;
        db.key_put(SIGNING_KEY, &signing.to_bytes())?;
        db.setting_put(CODE, &format!("{}-{:02}", plan.region, plan.station))?;
        db.setting_put(RECIPIENTS, &plan.recipients.join(" "))?;
        db.setting_put(LETTERHEAD, &plan.office.join("\n"))?;
        db.setting_put(ADDRESS, &plan.address)?;
        db.setting_put(ZONE, &plan.zone)?;
        audit(db, now, "setup", "station-made", "{}")
    })?;
    Ok(())
}

/// The station's public key lies where the training station has it, for the district to take.
fn public_key_file(dir: &Path, text: &[u8]) -> Result<PathBuf, CounterError> {
    let folder = dir.join("keys");
    let path = folder.join("station.pub");
    let written = std::fs::create_dir_all(&folder).and_then(|()| std::fs::write(&path, text));
    written.map_err(|source| CounterError::File { path: path.clone(), source })?;
    Ok(path)
}
