//! The papers of the day, as PDF in `slips/` of the data directory: a proof for everybody recorded, a notice for
//! everybody who must come again, and the day list.

use std::fs;
use std::path::{Path, PathBuf};

use time::OffsetDateTime;

use super::World;
use crate::cli::error::CliError;
use crate::domain::session::Session;
use crate::office::slip::{self, Letterhead, Officer};
use crate::office::words::Language;
use crate::office::zone::Zone;
use crate::office::{daybook, within};
use crate::station::training;
use crate::station::{Clock, papers};

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
    pub(super) fn hand_out(&self, session: &Session) -> Result<(), CliError> {
        let path = self.folder.join(format!("{}.pdf", session.record()));
        if path.exists() {
            return Ok(());
        }
        // The letterhead tells when the desk was done with the record, so that equal runs give equal papers.
        let ended_at = self.world.ledger.events(session.record())?.last().map(|event| event.at);
        let head = self.letterhead(ended_at.unwrap_or(OffsetDateTime::UNIX_EPOCH));
        let (ledger, operator) = (&self.world.ledger, self.operator.clone());
        let Some(paper) = papers::paper_of(ledger, session.record(), &head, "KANTOR KECAMATAN", operator)? else {
            return Ok(());
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

fn write(path: &Path, bytes: &[u8]) -> Result<(), CliError> {
    fs::write(path, bytes).map_err(|source| CliError::file(path, source))
}
