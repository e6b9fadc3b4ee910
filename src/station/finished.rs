//! What of a finished record leaves the station: the journal up to its completion, and for each slot the sample that
//! stands for it. Further tries and comparisons stay behind and are destroyed with the seal: nobody needs them, and
//! what is not carried cannot be lost.

use serde::Serialize;
use time::OffsetDateTime;

use crate::batch::{self, BatchError, EntryName, RecordBundle};
use crate::domain::resident::Resident;
use crate::domain::session::{
    Event, Exception, Invitation, PhotoOverride, Purpose, SampleRef, Session, Slot, SlotState,
};
use crate::station::engines::EngineError;
use crate::station::kept::rgb_of;
use crate::station::portrait;
use crate::store::SampleInfo;

/// Version of `record.json`; readers refuse a greater one.
pub const FORMAT: u32 = 1;

/// `record.json`.
#[derive(Serialize)]
struct Document<'a> {
    format: u32,
    record: &'a str,
    class: &'a str,
    completed_at: Option<OffsetDateTime>,
    invitation: Option<&'a Invitation>,
    resident: &'a Resident,
    exceptions: Vec<&'a Exception>,
    #[serde(skip_serializing_if = "Option::is_none")]
    photo_override: Option<&'a PhotoOverride>,
    #[serde(skip_serializing_if = "Option::is_none")]
    evidence_waived: Option<&'a str>,
    samples: Vec<Carried<'a>>,
    events: &'a [Event],
}

#[derive(Serialize)]
struct Carried<'a> {
    file: String,
    sample: &'a SampleRef,
}

/// A sample with what the store knows of it.
pub struct Stored {
    /// Where it belongs in the store.
    pub info: SampleInfo,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// The samples that leave with a record: the best of each slot, the evidence for exceptions in force, and what the
/// camera saw where the portrait's backdrop was painted anew.
pub fn carried(session: &Session) -> Vec<&SampleRef> {
    let evidence: Vec<_> = session.exceptions().filter_map(|exception| exception.evidence.as_ref()).collect();
    let original = session.best(Slot::Photo).and_then(|photo| session.original_of(&photo.id));
    let leaves = |sample: &&SampleRef| match sample.purpose {
        Purpose::Slot(_) if original == Some(&sample.id) => true,
        Purpose::Slot(slot) => matches!(session.slot(slot), SlotState::Filled(best) if best.id == sample.id),
        Purpose::Evidence(_) => evidence.contains(&&sample.id),
        Purpose::Probe(_) => false,
    };
    session.samples().iter().filter(leaves).collect()
}

/// Puts the record together. `read` fetches a sample of the record by its name.
pub fn bundle<E>(
    session: &Session,
    events: &[Event],
    mut read: impl FnMut(&SampleRef) -> Result<Stored, E>,
) -> Result<RecordBundle, E>
where
    E: From<BatchError> + From<serde_json::Error> + From<EngineError>,
{
    let mut files = Vec::new();
    let mut samples = Vec::new();
    for sample in carried(session) {
        let stored = read(sample)?;
        let original = session.samples().iter().any(|other| session.original_of(&other.id) == Some(&sample.id));
        let file = match original {
            true => "photo-original.png".to_owned(),
            false => file_name(sample.purpose, &stored.info.media, samples.len()),
        };
        if sample.purpose == Purpose::Slot(Slot::Photo) && !original {
            files.extend(for_the_card(sample, &stored)?);
        }
        samples.push(Carried { file: file.clone(), sample });
        files.push((file, stored.bytes));
    }
    let document = Document {
        format: FORMAT,
        record: &session.record().0,
        class: session.class().word(),
        completed_at: events.last().map(|event| event.at),
        invitation: session.invitation(),
        resident: session.resident(),
        exceptions: session.exceptions().collect(),
        photo_override: session.photo_override(),
        evidence_waived: session.evidence_waived(),
        samples,
        events,
    };
    let mut bundle = RecordBundle::new(serde_json::to_vec(&document)?);
    for (file, bytes) in files {
        bundle.insert(file.parse::<EntryName>()?, bytes)?;
    }
    Ok(bundle)
}

/// The file that the card is printed from, beside the portrait as the camera saw it. A portrait that is no picture (of a
/// record that was made without a camera) has none.
fn for_the_card(sample: &SampleRef, stored: &Stored) -> Result<Option<(String, Vec<u8>)>, EngineError> {
    let Some(picture) = rgb_of(&stored.bytes) else { return Ok(None) };
    Ok(portrait::card_jpeg(&picture, sample.portrait.as_deref())?.map(|jpeg| ("photo-card.jpg".to_owned(), jpeg)))
}

/// `finger-02.png`, `iris-1.png`, `photo.png`, `evidence-7.png` ...
fn file_name(purpose: Purpose, media: &str, number: usize) -> String {
    let extension = if media == "application/json" { "json" } else { "png" };
    match purpose {
        Purpose::Slot(slot) => match slot.address() {
            ("finger", position) => format!("finger-{position:02}.{extension}"),
            ("iris", position) => format!("iris-{position}.{extension}"),
            (word, _) => format!("{word}.{extension}"),
        },
        Purpose::Evidence(_) | Purpose::Probe(_) => format!("evidence-{number}.{extension}"),
    }
}

/// The name under which a record lies in a batch: derived from its number, so that it is stable. (Neither holds
/// personal data; the number tells station, day and place in the day.)
pub fn batch_name(record: &crate::domain::session::RecordId) -> batch::RecordId {
    let digest = batch::Digest::of(format!("rekam record {record}").as_bytes());
    let mut name = [0; 16];
    name.copy_from_slice(&digest.as_bytes()[..16]);
    batch::RecordId::from_bytes(name)
}
