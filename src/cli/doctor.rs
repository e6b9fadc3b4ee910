//! `rekam doctor`: is everything in order before the first resident comes?

use std::path::PathBuf;
use std::time::Instant;

use clap::Args;
use directories::ProjectDirs;
use rekam_hal::Access;
use rekam_signature_pad::{Model, TopazPad};
use rekam_simulator::pad::{PadSettings, VirtualPad};
use rekam_simulator::people::finger::{Conditions, Finger};
use serde::Serialize;
use time::OffsetDateTime;

use super::args::Global;
use super::error::CliError;
use super::{Outcome, print_json};
use crate::biometrics::fingerprint::{Prepared, Template, compare};
use crate::domain::region::Regions;
use crate::station::Engines;
use crate::station::plugged::{Catalog as _, Drivers, Found};
use crate::station::training;
use crate::store::{Store, StoreError};

/// Arguments of `doctor`.
#[derive(Debug, Clone, Args)]
pub(super) struct Options {
    /// The user whose passphrase opens the database; it comes from REKAM_PASSPHRASE or a prompt.
    #[arg(long, default_value = training::OPERATOR)]
    user: String,
}

/// Free space below which recording must not begin: a day's records twice over.
const LEAST_FREE: u64 = 1 << 30;

#[derive(Serialize)]
struct Check {
    name: &'static str,
    passed: bool,
    finding: String,
}

fn check(name: &'static str, outcome: Result<String, String>) -> Check {
    match outcome {
        Ok(finding) => Check { name, passed: true, finding },
        Err(finding) => Check { name, passed: false, finding },
    }
}

/// The data directory: the one named, or the platform's.
pub(super) fn data_dir(global: &Global) -> Result<PathBuf, CliError> {
    match &global.data_dir {
        Some(dir) => Ok(dir.clone()),
        None => Ok(ProjectDirs::from("id", "", "rekam").ok_or(CliError::NoHome)?.data_dir().to_owned()),
    }
}

/// The passphrase of a user: REKAM_PASSPHRASE, else a prompt that does not show what is typed.
pub(super) fn passphrase(user: &str) -> Result<String, CliError> {
    if let Ok(passphrase) = std::env::var("REKAM_PASSPHRASE") {
        return Ok(passphrase);
    }
    prompt(&format!("Passphrase of {user}: "))
        .map_err(|_| CliError::Usage("no passphrase was given; set REKAM_PASSPHRASE or type it at the prompt".into()))
}

fn prompt(text: &str) -> std::io::Result<String> {
    use rustix::termios::{LocalModes, OptionalActions, tcgetattr, tcsetattr};
    use std::io::{BufRead, Write};
    eprint!("{text}");
    std::io::stderr().flush()?;
    let stdin = std::io::stdin();
    let shown = tcgetattr(&stdin)?;
    let mut hidden = shown.clone();
    hidden.local_modes.remove(LocalModes::ECHO);
    tcsetattr(&stdin, OptionalActions::Flush, &hidden)?;
    let mut line = String::new();
    let read = stdin.lock().read_line(&mut line);
    tcsetattr(&stdin, OptionalActions::Flush, &shown)?;
    tell!();
    read?;
    Ok(line.trim_end_matches(['\n', '\r']).to_owned())
}

/// Runs the command.
pub(super) fn run(global: &Global, options: &Options) -> Result<Outcome, CliError> {
    let dir = data_dir(global)?;
    let mut checks = vec![check("regions", regions()), check("clock", clock())];
    checks.extend(engine(global));
    checks.extend(database(&dir, options)?);
    checks.push(check("devices", devices()));
    let passed = checks.iter().all(|check| check.passed);
    if global.json {
        print_json(&serde_json::json!({ "passed": passed, "checks": checks }))?;
    } else {
        for check in &checks {
            say!("{} {}: {}", if check.passed { "ok  " } else { "FAIL" }, check.name, check.finding);
        }
    }
    Ok(if passed { Outcome::Passed } else { Outcome::Failed })
}

fn regions() -> Result<String, String> {
    match Regions::embedded().counts() {
        counts @ [38, 514, 7285, 83762] => Ok(format!("{counts:?}")),
        counts => Err(format!("the region table holds {counts:?} instead of 38/514/7,285/83,762; install again")),
    }
}

/// A clock before the program was written is wrong; so is one far in its future.
fn clock() -> Result<String, String> {
    let now = OffsetDateTime::now_utc();
    if (2026..2060).contains(&now.year()) {
        Ok(now.to_string())
    } else {
        Err(format!("the clock says {now}; set date and time"))
    }
}

/// The model's digest, and a matcher that tells two synthetic fingers apart.
fn engine(global: &Global) -> Vec<Check> {
    let engines = Engines::new(global.models());
    let model = engines.network().map(|_| "leader.onnx is whole".to_owned()).map_err(|error| error.to_string());
    let usable = model.is_ok();
    let mut checks = vec![check("models", model)];
    if usable {
        checks.push(check("matcher", matcher(&engines)));
    }
    checks
}

fn matcher(engines: &Engines) -> Result<String, String> {
    let template = |finger: u64, capture: u64| -> Result<Prepared, String> {
        let image = Finger::new(finger).capture(&Conditions::typical(capture));
        let judged = engines.finger(&image).map_err(|error| error.to_string())?;
        let bytes = judged.template.unwrap_or_default();
        Ok(Prepared::new(&Template::from_bytes(&bytes).map_err(|error| error.to_string())?))
    };
    let [a, mate, stranger] = [template(1, 1)?, template(1, 2)?, template(2, 3)?];
    let (mated, strange) = (compare(&a, &mate).score, compare(&a, &stranger).score);
    let told = format!("mates {mated:.1}, strangers {strange:.1}");
    if mated > 4.0 && strange < 4.0 { Ok(told) } else { Err(format!("{told}; install the program again")) }
}

/// Everything inside the data directory; a store that does not open is an error of the environment, not a finding.
fn database(dir: &std::path::Path, options: &Options) -> Result<Vec<Check>, CliError> {
    if !Store::exists(dir) {
        let told = format!("none in {}; it is made at the first start", dir.display());
        return Ok(vec![check("database", Ok(told))]);
    }
    let passphrase = passphrase(&options.user)?;
    let (store, _) = Store::open(dir, &options.user, &passphrase, OffsetDateTime::now_utc())?;
    let health = store.self_check(None)?;
    let pages = match health.damaged_pages.first() {
        None => Ok(format!("{} bytes, every page whole", health.database_bytes)),
        Some(page) => Err(format!("{page}; stop recording and call the district's support")),
    };
    let chain = match &health.audit.first_break {
        None => Ok(format!("{} rows, unbroken", health.audit.rows)),
        Some((row, _)) => Err(format!("broken at row {row}; call the district's support")),
    };
    let keys =
        store.call(|db| Ok((db.key(crate::station::supervisor::SIGNING_KEY)?.is_some(), db.review_recipient()?)));
    let keys = match keys {
        Ok((true, _)) => Ok("signing key and review key are there".to_owned()),
        Ok((false, _)) => Err("the station has no signing key; restore its data directory".to_owned()),
        Err(error) => Err(error.to_string()),
    };
    Ok(vec![check("database", pages), check("audit", chain), check("keys", keys), check("disk", disk(&store))])
}

fn disk(store: &Store) -> Result<String, String> {
    match store.free_bytes() {
        Some(free) if free < LEAST_FREE => Err(format!("only {} MB free; export and free some space", free >> 20)),
        Some(free) => match write_speed(store) {
            Ok(speed) => Ok(format!("{} MB free, {speed}", free >> 20)),
            Err(error) => Err(format!("{error}; {}", error.remedy())),
        },
        None => Ok("free space unknown".into()),
    }
}

/// How long a durable write takes.
fn write_speed(store: &Store) -> Result<String, StoreError> {
    let start = Instant::now();
    store.call(|db| db.setting_put("doctor", &OffsetDateTime::now_utc().to_string()))?;
    Ok(format!("a durable write takes {} ms", start.elapsed().as_millis()))
}

/// What is plugged in and may be opened, and the virtual pad as proof that driver and line work.
fn devices() -> Result<String, String> {
    let found = Drivers::default().look(&[]);
    let denied: Vec<&Found> = found.iter().filter(|found| found.info.access == Access::Denied).collect();
    if let Some(first) = denied.first() {
        let remedy = "rekam devices rules --out DIR writes the rules that open it";
        return Err(format!(
            "{} of {} may not be opened, first {}; {remedy}",
            denied.len(),
            found.len(),
            first.info.id
        ));
    }
    let virtual_pad = VirtualPad::plugged_in("doctor", PadSettings::fast())
        .map_err(|error| format!("no virtual line can be made: {error}"))?;
    let path = virtual_pad.path().ok_or("the virtual pad has no line")?;
    drop(TopazPad::open(&path, Model::SignatureGem1x5).map_err(|error| error.to_string())?);
    virtual_pad.unplug();
    let sure = found.iter().filter(|found| found.is_sure).count();
    let guessed = found.len() - sure;
    Ok(format!("{sure} plugged in, {guessed} serial candidates; the driver opens its virtual pad"))
}
