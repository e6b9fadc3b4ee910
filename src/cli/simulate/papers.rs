//! The papers of the day, as PDF in `slips/` of the data directory: a proof for everybody recorded, a notice for
//! everybody who must come again, and the day list.

use std::fs;
use std::path::{Path, PathBuf};

use time::OffsetDateTime;

use super::World;
use super::plan::Visit;
use crate::cli::error::CliError;
use crate::domain::session::{Correction, Event, Session, Slot, SlotState, Status, Step, What};
use crate::office::slip::{self, Again, Letterhead, Officer, Proof};
use crate::office::words::Language;
use crate::office::zone::Zone;
use crate::office::{daybook, within};
use crate::station::Clock;
use crate::station::training;

/// Writes papers into a folder.
pub(super) struct Papers<'a> {
    world: &'a World,
    folder: PathBuf,
    operator: Officer,
    supervisor: Officer,
}

impl<'a> Papers<'a> {
    pub(super) fn new(world: &'a World) -> Result<Self, CliError> {
        let folder = world.dir.join("slips");
        fs::create_dir_all(&folder).map_err(|source| CliError::file(&folder, source))?;
        let officer = |id: &'static str| -> Result<Officer, CliError> {
            let account = world.ledger.store.call(move |db| db.account(id))?;
            Ok(account.map_or(Officer { name: id.to_uppercase(), nip: String::new() }, |account| Officer {
                name: account.name,
                nip: account.nip,
            }))
        };
        let (operator, supervisor) = (officer(training::OPERATOR)?, officer(training::SUPERVISOR)?);
        Ok(Self { world, folder, operator, supervisor })
    }

    /// The paper that the resident takes home, unless it lies there already.
    pub(super) fn hand_out(&self, visit: &Visit, session: &Session) -> Result<(), CliError> {
        let path = self.folder.join(format!("{}.pdf", session.record()));
        if path.exists() {
            return Ok(());
        }
        let events = self.world.ledger.events(session.record())?;
        let ended_at = events.last().map_or(OffsetDateTime::UNIX_EPOCH, |event| event.at);
        let head = self.letterhead(ended_at);
        let paper = match session.status() {
            Status::Rescheduled(date) => slip::again(
                &head,
                &Again {
                    record: session.record().clone(),
                    nik: *session.nik(),
                    name: session.resident().titled_name(),
                    corrections: corrections(&events),
                    place: "KANTOR KECAMATAN".into(),
                    date: *date,
                    hour: "08.00".into(),
                    operator: self.operator.clone(),
                    at: ended_at,
                },
            )?,
            Status::Completed | Status::Approved | Status::Exported => slip::proof(
                &head,
                &Proof {
                    record: session.record().clone(),
                    nik: visit.resident.nik,
                    name: visit.resident.titled_name(),
                    at: ended_at,
                    taken: taken(session),
                    exceptions: session.exceptions().cloned().collect(),
                    operator: self.operator.clone(),
                },
            )?,
            Status::Open | Status::Parked | Status::Cancelled | Status::Voided(_) => return Ok(()),
        };
        write(&path, &paper)
    }

    /// The day list.
    pub(super) fn day_list(&self, day: time::Date) -> Result<(), CliError> {
        let now = self.world.clock.now();
        let book = within(&self.world.ledger.store, move |db| daybook::read(db, day, Zone::of(db)?, now))?;
        let paper = slip::day_list(&self.letterhead(now), &book, Some(&self.supervisor))?;
        write(&self.folder.join(format!("daylist-{day}.pdf")), &paper)
    }

    fn letterhead(&self, printed_at: OffsetDateTime) -> Letterhead {
        Letterhead {
            office: vec!["PEMERINTAH KABUPATEN CONTOH".into(), "KECAMATAN LATIHAN".into()],
            address: "Jalan Contoh No. 1".into(),
            station: self.world.training.station.to_string(),
            zone: Zone::default(),
            training: true,
            printed_at,
            language: Language::Indonesian,
        }
    }
}

fn corrections(events: &[Event]) -> Vec<Correction> {
    let filed = |event: &Event| match &event.what {
        What::Rescheduled { corrections, .. } => Some(corrections.clone()),
        _ => None,
    };
    events.iter().rev().find_map(filed).unwrap_or_default()
}

fn taken(session: &Session) -> std::collections::BTreeSet<Slot> {
    let slots = Step::ALL.into_iter().flat_map(Slot::of);
    slots.filter(|slot| matches!(session.slot(*slot), SlotState::Filled(_))).collect()
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), CliError> {
    fs::write(path, bytes).map_err(|source| CliError::file(path, source))
}
