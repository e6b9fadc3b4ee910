//! What hangs on the wall of the counter: everything a screen may show, as plain values.
//!
//! The counter's thread publishes a new board after every act and whenever a device or a search has news; a window
//! draws the latest one and holds nothing of its own but what is being typed. Boards are cheap to clone: what is large
//! is shared.

mod back_room;
mod capture;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use rekam_hal::{Eye, Finger, Signature};
use time::{Date, OffsetDateTime};

use crate::domain::eligibility::Eligibility;
use crate::domain::resident::{Resident, ResidentWarning};
use crate::domain::session::{Doubt, Exception, RecordId, SampleId, Session, Step};
use crate::domain::user::{Role, UserId};
use crate::office::daybook::Totals;
use crate::office::queue::{Counters, Drawn};
use crate::office::register::ImportReport;
use crate::office::zone::Zone;
use crate::store::Ticket;

use super::error::CounterError;
pub use crate::station::devices::Which;
pub use back_room::{Agreement, BackRoom, Export, Pending, PendingHit, Review, Rules, Side};
pub use capture::{Aim, Capture, Device, Light, Outcome, Phase, SlapTake, Take, presentable};

/// Everything a screen may show.
#[derive(Clone)]
pub struct Board {
    /// Grows with every publication.
    pub version: u64,
    /// Number of the last act that was carried out; see [`super::Line::tell`].
    pub answered: u64,
    /// The station.
    pub place: Arc<Place>,
    /// How far the program is.
    pub stage: Stage,
    /// Who works here.
    pub officer: Option<Officer>,
    /// The queue and the day.
    pub home: Arc<Home>,
    /// The resident at the desk.
    pub seat: Option<Arc<Seat>>,
    /// The capture under way.
    pub capture: Option<Capture>,
    /// The outcome of the capture before.
    pub last: Option<Take>,
    /// The duplicate check.
    pub check: Check,
    /// The four devices.
    pub devices: Vec<Device>,
    /// Where the rules that open the devices were laid, and the command that installs them.
    pub device_rules: Option<(PathBuf, String)>,
    /// What a search found.
    pub found: Option<Arc<Found>>,
    /// The record that has just ended.
    pub finished: Option<Arc<Finished>>,
    /// The supervisors' room, when open.
    pub back_room: Option<Arc<BackRoom>>,
    /// What went wrong last, until it is read.
    pub trouble: Option<Trouble>,
    /// A longer piece of work.
    pub busy: Option<Busy>,
    /// Disk, clock, unsent records.
    pub health: Health,
    /// The station's rules.
    pub rules: Arc<Rules>,
    /// What the last import of a register did, when there was one since the start.
    pub imported: Option<Arc<ImportReport>>,
}

/// The station.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Place {
    /// Records are for practice.
    pub training: bool,
    /// `330301-01`; empty while unknown.
    pub code: String,
    /// Lines of the letterhead.
    pub office: Vec<String>,
    /// Address of the office.
    pub address: String,
    /// Its clock.
    pub zone: Zone,
    /// Where the data lie.
    pub folder: PathBuf,
    /// Officers who may log in: login name, full name (empty while the store is closed), role when known.
    pub officers: Vec<(String, String, Option<Role>)>,
}

/// How far the program is.
#[derive(Debug, Clone, PartialEq)]
pub enum Stage {
    /// Being made ready.
    Preparing(Preparing),
    /// Nothing can be done: see the board's trouble.
    Broken,
    /// An empty data directory that wants to become a station.
    Unprovisioned,
    /// Somebody must log in.
    Closed,
    /// Somebody works.
    Open,
    /// The officer has left for a moment.
    Locked,
}

/// What is being made ready.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Preparing {
    /// Opening the database.
    Store,
    /// Making the training register and gallery (first start only).
    Training,
    /// Loading the templates.
    Gallery,
    /// Plugging the devices in.
    Devices,
}

/// Who works.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Officer {
    /// Login name.
    pub id: UserId,
    /// Full name.
    pub name: String,
    /// What for.
    pub role: Role,
}

/// The queue and the day.
#[derive(Debug, Clone, Default)]
pub struct Home {
    /// The local day.
    pub day: Option<Date>,
    /// The line in numbers.
    pub counters: Counters,
    /// Numbers that wait, next first (at most 50).
    pub waiting: Vec<Waiting>,
    /// The number called to this desk.
    pub called: Option<Waiting>,
    /// Records to be finished: parked, cut off, or here again after a correction.
    pub unfinished: Vec<Unfinished>,
    /// The day's records in numbers.
    pub totals: Option<Totals>,
    /// Residents with an appointment today who have no number yet.
    pub expected: usize,
    /// The number drawn last at this desk, until the next number is called.
    pub drawn: Option<Drawn>,
}

/// A number in the line.
#[derive(Debug, Clone, PartialEq)]
pub struct Waiting {
    /// The ticket.
    pub ticket: Ticket,
    /// Who, when known.
    pub name: String,
    /// Called in vain too often: not called by itself any more.
    pub lost: bool,
}

/// A record to be finished.
#[derive(Debug, Clone, PartialEq)]
pub struct Unfinished {
    /// Its number.
    pub record: RecordId,
    /// Whose.
    pub name: String,
    /// Where it stands.
    pub step: Step,
    /// `open` (cut off), `parked` or `rescheduled`.
    pub status: &'static str,
    /// Since when.
    pub since: OffsetDateTime,
}

/// The resident at the desk.
#[derive(Debug, Clone)]
pub struct Seat {
    /// The record.
    pub session: Session,
    /// The number in the line.
    pub ticket: Option<Ticket>,
    /// What an officer should look at.
    pub warnings: Vec<ResidentWarning>,
    /// Whether and why the resident may be recorded.
    pub eligibility: Eligibility,
    /// Names of villages and districts of the address: village, district, regency, province; empty when unknown.
    pub region: [String; 4],
    /// Today, local.
    pub today: Date,
    /// The day a resident with wrong data would come again.
    pub next_day: Option<Date>,
    /// What looks wrong at this step and waits for an answer.
    pub doubt: Option<Doubt>,
    /// What the slots hold, to be looked at; after a restart as before.
    pub shown: Shown,
}

/// Pictures of what was captured, the latest of each slot.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Shown {
    /// The portrait taken last.
    pub photo: Option<Picture>,
    /// The same as it will be on the card.
    pub card: Option<Picture>,
    /// The photo that shows why something is empty.
    pub evidence: Option<Picture>,
    /// The signature.
    pub signature: Option<Arc<Signature>>,
    /// The signature under the data.
    pub approval: Option<Arc<Signature>>,
    /// Fingers.
    pub fingers: BTreeMap<Finger, Picture>,
    /// Eyes.
    pub eyes: BTreeMap<Eye, Picture>,
}

/// A decoded picture, small enough for a screen.
#[derive(Clone)]
pub struct Picture {
    /// Names it among all pictures of this run.
    pub id: u64,
    /// Pixels across.
    pub width: u32,
    /// Pixels down.
    pub height: u32,
    /// Four bytes a pixel, red first.
    pub rgba: Arc<Vec<u8>>,
    /// The sample it shows, when it is one.
    pub sample: Option<SampleId>,
}

impl PartialEq for Picture {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id
    }
}

impl std::fmt::Debug for Picture {
    /// Pixels are personal data and never reach a log.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Picture({} x {})", self.width, self.height)
    }
}

/// The duplicate check that runs beside the capture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Check {
    /// Nothing to compare yet.
    #[default]
    Idle,
    /// Under way, against so many people.
    Searching(usize),
    /// Finished, against so many people; findings are in the session.
    Done(usize),
}

/// What a search found.
#[derive(Debug, Clone, Default)]
pub struct Found {
    /// What was looked for.
    pub text: String,
    /// The first hits, at most 20.
    pub rows: Vec<FoundRow>,
}

/// A resident found.
#[derive(Debug, Clone)]
pub struct FoundRow {
    /// The register's data.
    pub resident: Resident,
    /// Whether and why the resident may be recorded.
    pub eligibility: Eligibility,
    /// Recorded before, as this station knows.
    pub recorded: bool,
    /// Today's number.
    pub number: Option<u32>,
    /// An unfinished record.
    pub record: Option<RecordId>,
}

/// The record that has just ended.
#[derive(Debug, Clone)]
pub struct Finished {
    /// Its number.
    pub record: RecordId,
    /// Whose.
    pub name: String,
    /// How it ended.
    pub end: End,
    /// The paper the resident takes home, when there is one.
    pub slip: Option<PathBuf>,
    /// Whether the paper was handed to the system's printing program.
    pub printed: Option<Result<(), ()>>,
    /// Slots that stayed empty.
    pub exceptions: Vec<Exception>,
    /// Possible duplicates that a supervisor will decide on.
    pub hits: usize,
}

/// How a record left the desk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// Recorded and sealed.
    Completed,
    /// The data are wrong; comes again.
    Rescheduled(Date),
    /// Given up.
    Cancelled,
}

/// Something that went wrong, to be shown until it is read.
#[derive(Debug, Clone)]
pub struct Trouble {
    /// Grows with every trouble.
    pub number: u64,
    /// What.
    pub error: Arc<CounterError>,
}

/// A longer piece of work that the desk waits for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Busy {
    /// A passphrase is being checked.
    Passphrase,
    /// A record is being sealed.
    Sealing,
    /// A backdrop is being painted.
    Painting,
    /// The audit chain is being checked.
    Chain,
    /// A register is being imported: rows so far.
    Importing(u64),
    /// A station is being made.
    Provisioning,
    /// Records are being released: so many of so many.
    Approving(usize, usize),
}

/// Disk, clock, unsent records.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Health {
    /// Free bytes where the data lie.
    pub free_bytes: Option<u64>,
    /// Finished records that no batch carries yet.
    pub unsent: usize,
    /// Of these, not approved yet.
    pub unapproved: usize,
    /// Possible duplicates nobody has decided on.
    pub undecided: usize,
    /// The computer's clock stands before the newest entry of the journal.
    pub clock_behind: bool,
}

impl Board {
    /// The board before anything is known.
    pub fn blank() -> Self {
        Self {
            version: 0,
            answered: 0,
            place: Arc::default(),
            stage: Stage::Preparing(Preparing::Store),
            officer: None,
            home: Arc::default(),
            seat: None,
            capture: None,
            last: None,
            check: Check::Idle,
            devices: Vec::new(),
            device_rules: None,
            found: None,
            finished: None,
            back_room: None,
            trouble: None,
            busy: None,
            health: Health::default(),
            rules: Arc::default(),
            imported: None,
        }
    }

    /// The record at the desk.
    pub fn session(&self) -> Option<&Session> {
        self.seat.as_ref().map(|seat| &seat.session)
    }

    /// A device.
    pub fn device(&self, which: Which) -> Option<&Device> {
        self.devices.iter().find(|device| device.which == which)
    }
}
