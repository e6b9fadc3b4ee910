//! Training: an invented kecamatan with its own district, so that a station works before anybody has provisioned one.
//!
//! Everything comes from a seed: 500 register rows, the people already known to the district, two users. Only the
//! keys are drawn fresh, because even training data are sealed for real. A training store is marked as such inside
//! and outside; its records can never enter a real batch.
//!
//! Provisioning may be cut anywhere: the last thing written is the mark that it is whole, and until then it is done
//! again over what is there.

pub mod presenter;
mod scene;
pub mod sockets;
#[cfg(test)]
mod tests;

use std::fs;
use std::path::{Path, PathBuf};

use rekam_hal::{Eye, Finger};
use rekam_simulator::people::finger::Finger as SyntheticFinger;
use rekam_simulator::people::register::{self, Defect, Place, Rates, Row};
use rekam_simulator::people::{eye::Eye as SyntheticEye, register::Day};
use time::{Date, OffsetDateTime};

use crate::batch::{Identity, PublicKey, StationCode, StationKeys, TrainingDistrict};
use crate::biometrics::fingerprint::{self, Minutia, MinutiaKind};
use crate::biometrics::iris;
use crate::domain::nik::Nik;
use crate::domain::region::Regions;
use crate::domain::user::{Role, UserId};
use crate::office::OfficeError;
use crate::office::register::import;
use crate::store::{
    Access, Account, FINGER, IRIS, Kdf, NewGalleryPerson, NewUser, Origin, Provision, Store, StoreError, Unlocked,
};

use super::error::DeskError;
use super::supervisor::SIGNING_KEY;

/// The passphrase of both training users, shown on the login screen.
pub const PASSPHRASE: &str = "latihan";
/// The training operator.
pub const OPERATOR: &str = "operator";
/// The training supervisor.
pub const SUPERVISOR: &str = "supervisor";
/// Residents of the training register, at least.
pub const RESIDENTS: usize = 500;
/// The invented district's real code: a kecamatan of Purbalingga.
pub const REGION: &str = "330301";
/// People the district has recorded elsewhere and whose templates it has sent, at least.
const CACHED: usize = 100;
/// Setting that says the training store is whole; its value names the plan.
const READY: &str = "training";

/// Why there is no training station.
#[derive(Debug, thiserror::Error)]
pub enum TrainingError {
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Keys.
    #[error(transparent)]
    Batch(#[from] crate::batch::BatchError),
    /// The register.
    #[error(transparent)]
    Office(#[from] OfficeError),
    /// A key file.
    #[error("{} cannot be written or read; choose another data directory", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// A public key.
    #[error("the key {} cannot be read; name the station's public key", path.display())]
    Key {
        /// Which.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// The directory belongs to something else.
    #[error("this data directory holds {0}; choose an empty one")]
    Foreign(String),
    /// The desk.
    #[error(transparent)]
    Desk(#[from] DeskError),
}

/// What a training station is made from.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// Everything but the keys follows from it.
    pub seed: u64,
    /// Rows of the register.
    pub residents: usize,
    /// "Today" of the register.
    pub today: Date,
    /// A cheap key derivation, for tests that start the program hundreds of times.
    pub cheap: bool,
    /// Further words that tell one run from another; part of the mark.
    pub label: String,
}

/// Files of the training district, in `keys/` of the data directory.
#[derive(Debug, Clone)]
pub struct Keys {
    /// The district's age identity; also the recovery key.
    pub identity: PathBuf,
    /// The nation's age identity.
    pub national: PathBuf,
    /// The station's minisign public key.
    pub public_key: PathBuf,
    /// Recipients of batches: district, nation.
    pub recipients: Vec<String>,
}

/// A training station, open.
pub struct Training {
    /// Its store.
    pub store: Store,
    /// What the operator's passphrase opened.
    pub unlocked: Unlocked,
    /// The district's keys.
    pub keys: Keys,
    /// The register with its known answers.
    pub rows: Vec<Row>,
    /// The station.
    pub station: StationCode,
}

impl Training {
    /// Opens the training station in `dir`, making or completing it where needed.
    pub fn open(dir: &Path, plan: &Plan, now: OffsetDateTime) -> Result<Self, TrainingError> {
        let keys = ensure_keys(&dir.join("keys"))?;
        let (store, unlocked) = if Store::exists(dir) {
            Store::open(dir, OPERATOR, PASSPHRASE, now)?
        } else {
            Store::create(dir, &provision(&keys, plan))?;
            Store::open(dir, OPERATOR, PASSPHRASE, now)?
        };
        if !store.is_training() {
            return Err(TrainingError::Foreign("a real station".into()));
        }
        let rows =
            register::generate(plan.seed, plan.residents.max(RESIDENTS), &places(), day(plan.today), &Rates::default());
        let training = Self { store, unlocked, keys, rows, station: station()? };
        training.complete(plan, now)?;
        Ok(training)
    }

    /// The training station of a window: made at the first start, found again at every other, whatever day it is and
    /// whoever made it.
    ///
    /// # Errors
    /// As [`Training::open`].
    pub fn for_window(dir: &Path, now: OffsetDateTime) -> Result<Self, TrainingError> {
        let today = now.date();
        let fresh = Plan { seed: 1, residents: RESIDENTS, today, cheap: false, label: "window".into() };
        if !Store::exists(dir) {
            return Self::open(dir, &fresh, now);
        }
        let (store, _) = Store::open(dir, OPERATOR, PASSPHRASE, now)?;
        let mark = store.call(|db| db.setting(READY))?;
        drop(store);
        Self::open(dir, &mark.as_deref().and_then(plan_of).unwrap_or(fresh), now)
    }

    fn complete(&self, plan: &Plan, now: OffsetDateTime) -> Result<(), TrainingError> {
        let mark = format!("{} {} {} {}", plan.seed, plan.residents, plan.today, plan.label);
        match self.store.call(|db| db.setting(READY))? {
            Some(found) if found == mark => return Ok(()),
            Some(found) => return Err(TrainingError::Foreign(format!("another simulation ({found})"))),
            None => {}
        }
        self.fill_register()?;
        self.fill_gallery(plan)?;
        let signing = StationKeys::generate()?;
        write(&self.keys.public_key, signing.public_key().to_file().as_bytes())?;
        let accounts = [
            account(OPERATOR, "OPERATOR LATIHAN", Role::Operator, now),
            account(SUPERVISOR, "SUPERVISOR LATIHAN", Role::Supervisor, now),
        ];
        self.store.call(move |db| {
            db.atomically(|db| {
                accounts.iter().try_for_each(|account| db.account_put(account))?;
                db.key_put(SIGNING_KEY, &signing.to_bytes())?;
                db.setting_put(READY, &mark)
            })
        })?;
        Ok(())
    }

    fn fill_register(&self) -> Result<(), TrainingError> {
        let csv = register::to_csv(&self.rows);
        import(&self.store, csv.as_bytes(), "training", &mut |_| std::ops::ControlFlow::Continue(()))?;
        let recorded: Vec<String> = self
            .rows
            .iter()
            .filter(|row| row.defect == Some(Defect::AlreadyRecorded))
            .map(|row| row.nik.clone())
            .collect();
        self.store.call(move |db| {
            db.atomically(|db| {
                recorded.iter().try_for_each(|nik| db.recorded_put(nik, "2019-08-17", "PRINT_READY_RECORD", "district"))
            })
        })?;
        Ok(())
    }

    /// People recorded elsewhere: strangers, and the first of [`Training::known_elsewhere`].
    fn fill_gallery(&self, plan: &Plan) -> Result<(), TrainingError> {
        let known = self.known_elsewhere().into_iter().map(|row| (elsewhere_nik(&row.nik), row.biometric_seed));
        let strangers =
            (0..if plan.cheap { CACHED / 8 } else { CACHED }).map(|n| (stranger_nik(n), mix(plan.seed, n as u64)));
        let people: Vec<NewGalleryPerson> =
            known.chain(strangers).map(|(nik, seed)| cached_person(nik, seed)).collect();
        self.store.call(move |db| db.gallery_put(&people))?;
        Ok(())
    }

    /// The row of a resident, behind which stands the body that comes to the desk.
    pub fn row_of(&self, nik: &Nik) -> Option<&Row> {
        self.rows.iter().find(|row| row.nik == nik.as_str())
    }

    /// Rows whose person was recorded elsewhere under another NIK: their templates lie in the gallery. Few, and
    /// chosen by their place alone, so that both this station and whoever checks it know them.
    pub fn known_elsewhere(&self) -> Vec<&Row> {
        self.rows.iter().filter(|row| row.defect.is_none() && row.same_person_as.is_none()).step_by(20).collect()
    }
}

/// The plan behind a mark.
fn plan_of(mark: &str) -> Option<Plan> {
    let mut words = mark.splitn(4, ' ');
    let (seed, residents, today, label) = (words.next()?, words.next()?, words.next()?, words.next()?);
    Some(Plan {
        seed: seed.parse().ok()?,
        residents: residents.parse().ok()?,
        today: crate::domain::dates::parse_iso(today).ok()?,
        cheap: false,
        label: label.to_owned(),
    })
}

/// Station 1 of the training kecamatan.
pub fn station() -> Result<StationCode, TrainingError> {
    Ok(StationCode::new(330_301, 1)?)
}

/// The NIK under which a person known elsewhere was recorded there: the same but for the serial.
pub fn elsewhere_nik(nik: &str) -> String {
    format!("{}8{}", &nik[..12], &nik[13..])
}

fn stranger_nik(n: usize) -> String {
    format!("33030201017{:01}{:04}", n / 1000 % 10, 9001 + n % 999)
}

fn mix(seed: u64, n: u64) -> u64 {
    // SplitMix64 (Steele, Lea, Flood 2014): one step from a distinct state.
    let mut z = seed.wrapping_mul(0x2545_f491_4f6c_dd1d).wrapping_add((n + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15));
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// The seed of one finger of a person.
pub fn finger_seed(person: u64, finger: Finger) -> u64 {
    mix(person, 0xf1_0000 + u64::from(finger.code()))
}

/// A person's templates straight from the generator, without rendering: ten fingers, two eyes.
fn cached_person(nik: String, seed: u64) -> NewGalleryPerson {
    let fingers = Finger::ALL.map(|finger| (FINGER, finger.code(), finger_template(seed, finger).to_bytes()));
    let eyes = Eye::ALL.iter().filter_map(|eye| Some((IRIS, eye.code(), iris_template(seed, *eye, 0)?.to_bytes())));
    NewGalleryPerson { nik, origin: Origin::Cached, templates: fingers.into_iter().chain(eyes).collect() }
}

/// The template of a finger as the generator knows it.
pub fn finger_template(person: u64, finger: Finger) -> fingerprint::Template {
    let minutiae = SyntheticFinger::minutiae_only(finger_seed(person, finger));
    fingerprint::Template::from_minutiae(
        minutiae
            .iter()
            .map(|m| Minutia {
                x: m.x,
                y: m.y,
                angle: m.angle,
                // Without its ridges a minutia's kind is not known.
                kind: MinutiaKind::Unknown,
                quality: 0.9,
            })
            .collect(),
    )
}

/// The template of an eye as the generator knows it, at one moment.
pub fn iris_template(person: u64, eye: Eye, moment: u64) -> Option<iris::Template> {
    let (width, height) = (512, 64);
    let polar = SyntheticEye::of(person, eye).polar_capture(width, height, moment);
    iris::encode_polar(width as usize, height as usize, &polar)
}

fn account(id: &str, name: &str, role: Role, now: OffsetDateTime) -> Account {
    let nip = "000000000000000000".to_owned();
    Account {
        id: id.to_owned(),
        name: name.to_owned(),
        nip,
        role: role.word().to_owned(),
        active: true,
        created_at: now,
    }
}

/// The training users, checked.
pub fn user(id: &str) -> Result<UserId, DeskError> {
    Ok(UserId::parse(id)?)
}

fn provision(keys: &Keys, plan: &Plan) -> Provision {
    Provision {
        training: true,
        kdf: if plan.cheap { Kdf::Cheap } else { Kdf::Standard },
        users: vec![
            NewUser::new(OPERATOR, PASSPHRASE, Access::Operator),
            NewUser::new(SUPERVISOR, PASSPHRASE, Access::Supervisor),
        ],
        recovery: keys.recipients.first().cloned(),
    }
}

/// The villages of the training kecamatan.
fn places() -> Vec<Place> {
    let regions = Regions::embedded();
    let name = |found: Option<&str>| found.unwrap_or_default().to_owned();
    regions
        .villages_of(REGION)
        .map(|village| Place {
            village: village.name.to_owned(),
            district: name(regions.district(REGION)),
            regency: name(regions.regency(&REGION[..4])),
            province: name(regions.province(&REGION[..2])),
            postcode: name(regions.postcode(&village.code)),
            village_code: village.code,
        })
        .collect()
}

fn day(date: Date) -> Day {
    // Every date of the calendar is a day; the fallback cannot be reached.
    Day::new(date.year(), date.month().into(), date.day()).unwrap_or(Day::from_number(0))
}

/// Reads the district's keys, or draws them where there are none yet. Whole files only: each is written beside its
/// place and renamed.
fn ensure_keys(folder: &Path) -> Result<Keys, TrainingError> {
    private_folder(folder)?;
    let (identity, national) = (folder.join("district.identity"), folder.join("national.identity"));
    let sealed = folder.parent().is_some_and(Store::exists);
    if sealed && !(identity.exists() && national.exists()) {
        return Err(TrainingError::Foreign(format!("records sealed to keys that are gone from {}", folder.display())));
    }
    if !(sealed || identity.exists() && national.exists()) {
        let district = TrainingDistrict::generate()?;
        write(&identity, district.district.to_file().as_bytes())?;
        write(&national, district.national.to_file().as_bytes())?;
    }
    read_keys(folder)
}

/// Reads the training district's keys.
pub fn read_keys(folder: &Path) -> Result<Keys, TrainingError> {
    let (identity, national) = (folder.join("district.identity"), folder.join("national.identity"));
    let mut recipients = Vec::new();
    for path in [&identity, &national] {
        let text = fs::read_to_string(path).map_err(|source| TrainingError::File { path: path.clone(), source })?;
        recipients.extend(text.parse::<Identity>()?.recipients().iter().map(ToString::to_string));
    }
    Ok(Keys { identity, national, public_key: folder.join("station.pub"), recipients })
}

/// A folder that only its owner may look into; the data directory above it too, when it is made here.
fn private_folder(folder: &Path) -> Result<(), TrainingError> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder).map_err(|source| TrainingError::File { path: folder.to_owned(), source })
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), TrainingError> {
    let part = path.with_extension("part");
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let written = options.open(&part).and_then(|mut file| {
        std::io::Write::write_all(&mut file, bytes)?;
        file.sync_all()
    });
    written
        .and_then(|()| fs::rename(&part, path))
        .map_err(|source| TrainingError::File { path: path.to_owned(), source })
}

/// Reads the station's public key.
pub fn public_key(path: &Path) -> Result<PublicKey, TrainingError> {
    let text = fs::read_to_string(path).map_err(|source| TrainingError::Key { path: path.to_owned(), source })?;
    Ok(text.parse::<PublicKey>()?)
}
