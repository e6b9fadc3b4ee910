//! The end of the day: the supervisor decides on the findings, approves, exports; the district checks what it got.

use std::fs;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::time::Instant;

use crate::batch::{self, Identity, Listed, OpenRequest, PublicKey};
use crate::cli::error::CliError;
use crate::domain::session::{RecordId, Session, Status, Verdict};
use crate::station::training::public_key;
use crate::station::{Dispatch, Supervisor};

use super::World;
use super::plan::Visit;
use super::report::{BatchReport, Report};

/// Decides, approves, exports, verifies and opens; everything that was done before an interruption is left as it is.
pub(super) fn finish(world: &World, visits: &[Visit], report: &mut Report) -> Result<(), CliError> {
    let start = Instant::now();
    let supervisor = world.supervisor()?;
    for (visit, session) in visits.iter().zip(report.sessions().to_vec()) {
        decide(&supervisor, visit, &session)?;
        if *session.status() == Status::Completed {
            supervisor.review(session.record())?;
            supervisor.approve(session.record())?;
        }
    }
    report.time("approve", start.elapsed().as_secs_f64());

    let start = Instant::now();
    let outbox = world.dir.join("outbox");
    fs::create_dir_all(&outbox).map_err(|source| CliError::file(&outbox, source))?;
    let dispatch =
        Dispatch { station: world.training.station, folder: &outbox, recipients: &world.training.keys.recipients };
    supervisor.export(&dispatch, &mut |_| ControlFlow::Continue(()))?;
    report.time("export", start.elapsed().as_secs_f64());

    let key = public_key(&world.training.keys.public_key)?;
    report.batch = check(world, &outbox, &key)?;
    report.records_sha256 = records_sha256(world, report.sessions())?;
    Ok(())
}

/// A supervisor who knows the answer stands in for one who looks at two portraits.
fn decide(supervisor: &Supervisor, visit: &Visit, session: &Session) -> Result<(), CliError> {
    for state in session.undecided_hits() {
        let same = visit.same.contains(state.hit.other_nik.as_str());
        let (verdict, reason) = if same {
            (Verdict::SamePerson, "foto dan data sama")
        } else {
            (Verdict::DifferentPeople, "foto dan data berbeda")
        };
        supervisor.decide(session.record(), state.hit.id.clone(), verdict, reason)?;
    }
    Ok(())
}

/// Verifies every batch with public keys alone, then opens it as the district would and counts what is inside.
fn check(world: &World, outbox: &Path, key: &PublicKey) -> Result<Option<BatchReport>, CliError> {
    let listed: Vec<Listed> = batch::list(outbox, Some(key))?;
    let identity_path = &world.training.keys.identity;
    let text = fs::read_to_string(identity_path).map_err(|source| CliError::file(identity_path, source))?;
    let identity: Identity = text.parse()?;
    let mut report: Option<BatchReport> = None;
    for found in listed {
        let verified = batch::verify(&found.file, key)?;
        let opened = open(&world.dir.join("opened"), &found.file, key, &identity)?;
        let records = u64::from(verified.receipt.count);
        let entry = BatchReport {
            file: found.file.clone(),
            signature: signature_of(&found.file),
            records,
            bytes: verified.bytes,
            verified: opened as u64 == records,
            public_key: world.training.keys.public_key.clone(),
            identity: identity_path.clone(),
        };
        report = Some(match report {
            None => entry,
            Some(first) => BatchReport {
                records: first.records + entry.records,
                bytes: first.bytes + entry.bytes,
                verified: first.verified && entry.verified,
                ..first
            },
        });
    }
    Ok(report)
}

/// Opens a batch into a folder of its own, unseals every record, and clears it away again. Not beside the batch: what
/// is unsealed must never lie where a stick is written.
fn open(out: &Path, file: &Path, key: &PublicKey, identity: &Identity) -> Result<usize, CliError> {
    let _ = fs::remove_dir_all(out);
    let request =
        OpenRequest { file, public_key: Some(key), identity, out, unseal: true, limits: batch::Limits::default() };
    let opened = batch::open(&request)?.unsealed.len();
    fs::remove_dir_all(out).map_err(|source| CliError::file(out, source))?;
    Ok(opened)
}

fn signature_of(file: &Path) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(batch::names::SIGNATURE_SUFFIX);
    PathBuf::from(name)
}

/// One digest over all records: the canonical hash of what was sealed, the journal of what was not.
fn records_sha256(world: &World, sessions: &[Session]) -> Result<String, CliError> {
    let mut lines = String::new();
    for session in sessions {
        let digest = digest(world, session.record())?;
        lines.push_str(&format!("{} {digest}\n", session.record()));
    }
    Ok(batch::Digest::of(lines.as_bytes()).to_string())
}

fn digest(world: &World, record: &RecordId) -> Result<batch::Digest, CliError> {
    let name = record.0.clone();
    let sealed = world.ledger.store.call(move |db| match db.sealed_sha256(&name) {
        Ok(digest) => Ok(Some(digest)),
        Err(crate::store::StoreError::NotFound(_)) => Ok(None),
        Err(error) => Err(error),
    })?;
    match sealed {
        Some(digest) => Ok(batch::Digest::from_bytes(digest)),
        None => Ok(batch::Digest::of(&serde_json::to_vec(&world.ledger.events(record)?)?)),
    }
}
