//! `rekam batch`: list, export, verify, open, acknowledge.

use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::Arc;

use clap::Subcommand;
use serde_json::json;
use time::OffsetDateTime;

use super::args::Global;
use super::error::CliError;
use super::{Outcome, print_json};
use crate::batch::acknowledgement::Decision;
use crate::batch::{self, BatchState, Identity, OpenRequest, PublicKey};
use crate::dedup::{Gallery, Worker};
use crate::domain::user::UserId;
use crate::station::training::{self, public_key};
use crate::station::{DeskError, Dispatch, Ledger, Recipients, Supervisor, SystemClock};
use crate::store::Store;

/// What to do with batches.
#[derive(Debug, Clone, Subcommand)]
pub(super) enum BatchCommand {
    /// Batches in a folder and whether they are whole.
    List {
        /// The folder; default: the data directory's outbox.
        folder: Option<PathBuf>,
        /// The station's minisign public key.
        #[arg(long, value_name = "FILE")]
        public_key: Option<PathBuf>,
    },
    /// Write all approved records into a new batch.
    Export {
        /// The folder, for example of a USB stick; default: the data directory's outbox.
        #[arg(long, value_name = "DIR")]
        out: Option<PathBuf>,
        /// The supervisor; the passphrase comes from REKAM_PASSPHRASE or a prompt.
        #[arg(long, default_value = training::SUPERVISOR)]
        user: String,
        /// Give up a batch that was written to a stick that is lost; its records travel in the next one.
        #[arg(long)]
        discard: bool,
    },
    /// Check a batch with public keys alone.
    Verify {
        /// The batch.
        file: PathBuf,
        /// The station's minisign public key; default: `station.pub` of the data directory's keys.
        #[arg(long, value_name = "FILE")]
        public_key: Option<PathBuf>,
    },
    /// The district's side: check and open a batch.
    Open {
        /// The batch.
        file: PathBuf,
        /// The district's age identity.
        #[arg(long, value_name = "KEY")]
        identity: PathBuf,
        /// Where to put what is inside.
        #[arg(long, value_name = "DIR")]
        out: PathBuf,
        /// The station's minisign public key.
        #[arg(long, value_name = "FILE")]
        public_key: Option<PathBuf>,
    },
    /// Read the district's signed answer and note it.
    Acknowledge {
        /// The answer.
        file: PathBuf,
        /// The district's minisign public key.
        #[arg(long, value_name = "FILE")]
        public_key: PathBuf,
    },
}

/// Runs the command.
pub(super) fn run(global: &Global, command: &BatchCommand) -> Result<Outcome, CliError> {
    match command {
        BatchCommand::List { folder, public_key } => list(global, folder.as_ref(), public_key.as_ref()),
        BatchCommand::Export { out, user, discard } => export(global, out.as_ref(), user, *discard),
        BatchCommand::Verify { file, public_key } => verify(global, file, public_key.as_ref()),
        BatchCommand::Open { file, identity, out, public_key } => {
            open(global, file, identity, out, public_key.as_ref())
        }
        BatchCommand::Acknowledge { file, public_key } => acknowledge(global, file, public_key),
    }
}

fn key_or_default(global: &Global, given: Option<&PathBuf>) -> Result<PublicKey, CliError> {
    let path = match given {
        Some(path) => path.clone(),
        None => super::doctor::data_dir(global)?.join("keys").join("station.pub"),
    };
    Ok(public_key(&path)?)
}

fn list(global: &Global, folder: Option<&PathBuf>, key: Option<&PathBuf>) -> Result<Outcome, CliError> {
    let folder = match folder {
        Some(folder) => folder.clone(),
        None => super::doctor::data_dir(global)?.join("outbox"),
    };
    let key = match key {
        Some(path) => Some(public_key(path)?),
        None => key_or_default(global, None).ok(),
    };
    let found = if folder.exists() { batch::list(&folder, key.as_ref())? } else { Vec::new() };
    if global.json {
        let rows: Vec<_> = found
            .iter()
            .map(|b| json!({"name": b.name.to_string(), "file": b.file, "bytes": b.bytes, "state": word(&b.state)}))
            .collect();
        print_json(&json!({ "batches": rows }))?;
    } else if found.is_empty() {
        say!("no batches in {}; write one with rekam batch export", folder.display());
    } else {
        for b in &found {
            say!("{}  {} bytes  {}", b.name, b.bytes, word(&b.state));
        }
    }
    let broken = found.iter().any(|b| matches!(b.state, BatchState::Broken(_)));
    Ok(if broken { Outcome::Failed } else { Outcome::Passed })
}

fn word(state: &BatchState) -> &'static str {
    match state {
        BatchState::Verified(_) => "verified",
        BatchState::Signed => "signed",
        BatchState::Unsigned => "unsigned",
        BatchState::Broken(_) => "broken",
        BatchState::Unfinished => "unfinished",
    }
}

fn verify(global: &Global, file: &std::path::Path, key: Option<&PathBuf>) -> Result<Outcome, CliError> {
    let key = key_or_default(global, key)?;
    match batch::verify(file, &key) {
        Ok(verified) => {
            let receipt = &verified.receipt;
            if global.json {
                print_json(
                    &json!({"verified": true, "records": receipt.count, "bytes": verified.bytes, "sha256": receipt.sha256}),
                )?;
            } else {
                say!("{}: whole and signed, {} records, {} bytes", file.display(), receipt.count, verified.bytes);
            }
            Ok(Outcome::Passed)
        }
        Err(error) if error.kind() == batch::ErrorKind::Tampered => {
            tell!("rekam: {error}");
            if global.json {
                print_json(&json!({"verified": false}))?;
            }
            Ok(Outcome::Failed)
        }
        Err(error) => Err(error.into()),
    }
}

fn open(
    global: &Global,
    file: &std::path::Path,
    identity: &std::path::Path,
    out: &std::path::Path,
    key: Option<&PathBuf>,
) -> Result<Outcome, CliError> {
    let key = key.map(|path| public_key(path)).transpose()?;
    let text = std::fs::read_to_string(identity).map_err(|source| CliError::file(identity, source))?;
    let identity: Identity = text.parse()?;
    let request = OpenRequest {
        file,
        public_key: key.as_ref(),
        identity: &identity,
        out,
        unseal: true,
        limits: batch::Limits::default(),
    };
    match batch::open(&request) {
        Ok(opened) => {
            if global.json {
                print_json(
                    &json!({"records": opened.unsealed.len(), "recalls": opened.recalls.len(), "bag": opened.bag}),
                )?;
            } else {
                say!("{} records and {} recalls in {}", opened.unsealed.len(), opened.recalls.len(), out.display());
            }
            Ok(Outcome::Passed)
        }
        Err(error) if error.kind() == batch::ErrorKind::Tampered => {
            tell!("rekam: {error}");
            Ok(Outcome::Failed)
        }
        Err(error) => Err(error.into()),
    }
}

fn export(global: &Global, out: Option<&PathBuf>, user: &str, discard: bool) -> Result<Outcome, CliError> {
    let dir = super::doctor::data_dir(global)?;
    let passphrase = super::doctor::passphrase(user)?;
    let user = UserId::parse(user).map_err(DeskError::from)?;
    let (store, _) = Store::open(&dir, user.as_str(), &passphrase, OffsetDateTime::now_utc())?;
    if !store.is_training() {
        return Err(CliError::Usage(
            "this version exports from training stations only; a real one has other keys".into(),
        ));
    }
    let keys = training::read_keys(&dir.join("keys"))?;
    let review = store.call(|db| db.review_recipient())?;
    let recipients = Recipients { district: keys.recipients.iter().take(1).cloned().collect(), review };
    let ledger = Ledger { store, clock: Arc::new(SystemClock), recipients };
    let worker = Worker::start(Gallery::default()).map_err(DeskError::from)?;
    let supervisor = Supervisor::authenticate(ledger, worker, user, &passphrase)?;
    if discard && let Some(file) = supervisor.discard_begun()? {
        tell!("given up: {file}");
    }
    let folder = out.cloned().unwrap_or_else(|| dir.join("outbox"));
    std::fs::create_dir_all(&folder).map_err(|source| CliError::file(&folder, source))?;
    let station = training::station()?;
    let dispatch = Dispatch { station, folder: &folder, recipients: &keys.recipients };
    let mut told = 0;
    let exported = supervisor.export(&dispatch, &mut |progress| {
        if progress.items != told {
            told = progress.items;
            tell!("{} records written", progress.items);
        }
        ControlFlow::Continue(())
    })?;
    if global.json {
        let rows: Vec<_> = exported
            .iter()
            .map(|b| json!({"file": b.file, "signature": b.signature, "records": b.receipt.count, "bytes": b.bytes}))
            .collect();
        print_json(&json!({ "batches": rows }))?;
    } else if exported.is_empty() {
        say!("nothing is approved and waiting; approve records first");
    } else {
        for b in &exported {
            say!("{}: {} records", b.file.display(), b.receipt.count);
        }
    }
    Ok(Outcome::Passed)
}

fn acknowledge(global: &Global, file: &std::path::Path, key: &std::path::Path) -> Result<Outcome, CliError> {
    let key = public_key(key)?;
    let answer = batch::acknowledge(file, &key)?;
    let dir = super::doctor::data_dir(global)?;
    let passphrase = super::doctor::passphrase(training::SUPERVISOR)?;
    let now = OffsetDateTime::now_utc();
    let (store, _) = Store::open(&dir, training::SUPERVISOR, &passphrase, now)?;
    let name = answer.batch.file_name();
    let known = store.call(move |db| Ok(db.batches()?.into_iter().find(|batch| batch.file == name)))?;
    let known = known
        .ok_or_else(|| CliError::Usage(format!("this station has no batch {}; check the answer", answer.batch)))?;
    if known.sha256 != Some(*answer.sha256.as_bytes()) {
        let told =
            format!("the answer is for another file named {}; ask the district which file it received", known.file);
        return Err(CliError::Usage(told));
    }
    if answer.decision != Decision::Accepted {
        tell!("rekam: the district rejected {}; nothing was noted, send the batch again", known.file);
        return Ok(Outcome::Failed);
    }
    let noted = store.call(move |db| db.batch_acknowledge(known.seq, training::SUPERVISOR, now))?;
    if global.json {
        print_json(&json!({"batch": noted.file, "records": noted.records, "acknowledged": true}))?;
    } else {
        say!("{} is acknowledged: {} records", noted.file, noted.records);
    }
    Ok(Outcome::Passed)
}
