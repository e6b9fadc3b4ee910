//! The paper a resident takes home, made from the record alone: so it can be made again whenever one was lost, jammed
//! in the printer, or could not be written.

use crate::domain::session::{Correction, Event, RecordId, Slot, SlotState, Status, Step, What};
use crate::office::slip::{self, Again, Letterhead, Officer, Proof};

use super::error::DeskError;
use super::ledger::Ledger;

/// Hour at which residents are told to come again.
const HOUR: &str = "08.00";

/// The paper of a record: a proof for everybody recorded, a notice for everybody who comes again; `None` for a record
/// that ended without paper or has not ended.
///
/// # Errors
/// The store, and the paper's own.
pub fn paper_of(
    ledger: &Ledger,
    record: &RecordId,
    head: &Letterhead,
    place: &str,
    operator: Officer,
) -> Result<Option<Vec<u8>>, DeskError> {
    let (session, events) = (ledger.load(record)?, ledger.events(record)?);
    let at = ended_at(&events).unwrap_or(head.printed_at);
    let paper = match session.status() {
        Status::Rescheduled(date) => slip::again(
            head,
            &Again {
                record: record.clone(),
                nik: *session.nik(),
                name: session.resident().titled_name(),
                corrections: corrections(&events),
                place: place.to_owned(),
                date: *date,
                hour: HOUR.into(),
                operator,
                at,
            },
        )?,
        Status::Completed | Status::Approved | Status::Exported => slip::proof(
            head,
            &Proof {
                record: record.clone(),
                nik: *session.nik(),
                name: session.resident().titled_name(),
                at,
                taken: Step::ALL
                    .into_iter()
                    .flat_map(Slot::of)
                    .filter(|slot| matches!(session.slot(*slot), SlotState::Filled(_)))
                    .collect(),
                exceptions: session.exceptions().cloned().collect(),
                operator,
            },
        )?,
        Status::Open | Status::Parked | Status::Cancelled | Status::Voided(_) => return Ok(None),
    };
    Ok(Some(paper))
}

/// When the desk was done with the record; what supervisors did later does not count.
fn ended_at(events: &[Event]) -> Option<time::OffsetDateTime> {
    let ends = |event: &&Event| matches!(event.what, What::Completed { .. } | What::Rescheduled { .. });
    events.iter().rev().find(ends).map(|event| event.at)
}

fn corrections(events: &[Event]) -> Vec<Correction> {
    let filed = |event: &Event| match &event.what {
        What::Rescheduled { corrections, .. } => Some(corrections.clone()),
        _ => None,
    };
    events.iter().rev().find_map(filed).unwrap_or_default()
}
