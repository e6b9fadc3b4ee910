//! What hangs in the supervisors' room: the day, what waits for a decision, the audit, the export, the station's rules.
//!
//! All of it is a supervisor's business alone, but for the rules: they are set here and bind everybody.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use time::{Date, OffsetDateTime};

use crate::domain::resident::Resident;
use crate::domain::session::{Exception, FaceAlike, Hit, HitState, PhotoOverride, Policy, RecordId, Slot, StepOrder};
use crate::domain::user::UserId;
use crate::office::daybook::DayBook;
use crate::office::zone::Zone;
use crate::station::engines::Place;
use crate::store::{Account, AuditReport, AuditRow, Batch};

use super::Shown;

/// The supervisors' room.
#[derive(Debug, Clone)]
pub struct BackRoom {
    /// Who has proved who they are.
    pub supervisor: UserId,
    /// The day shown.
    pub book: Arc<DayBook>,
    /// Records of any day that wait for approval, oldest first.
    pub approvals: Vec<Pending>,
    /// Possible duplicates of any day that wait for a decision, oldest first.
    pub hits: Vec<PendingHit>,
    /// The review copy that is open.
    pub review: Option<Arc<Review>>,
    /// Batches, newest first.
    pub batches: Vec<Batch>,
    /// Approved records that no batch carries yet.
    pub unsent: usize,
    /// The export under way or just finished.
    pub export: Option<Export>,
    /// Audit rows, newest first.
    pub audit: Vec<AuditRow>,
    /// Number of the newest audit row.
    pub audit_head: u64,
    /// Outcome of the chain check, when it was made.
    pub chain: Option<Arc<AuditReport>>,
    /// All officers.
    pub officers: Vec<Account>,
}

/// A record that waits for approval.
#[derive(Debug, Clone)]
pub struct Pending {
    /// Its number.
    pub record: RecordId,
    /// Whose.
    pub name: String,
    /// Since when.
    pub since: OffsetDateTime,
    /// Slots that stayed empty.
    pub exceptions: Vec<Exception>,
    /// The portrait was approved although checks fail.
    pub photo_override: Option<PhotoOverride>,
    /// Possible duplicates nobody has decided on: they come first.
    pub open_hits: usize,
    /// The officer who is looking had a hand in it: somebody else must approve.
    pub own: bool,
}

/// A possible duplicate that waits.
#[derive(Debug, Clone)]
pub struct PendingHit {
    /// The record.
    pub record: RecordId,
    /// Whose.
    pub name: String,
    /// The finding.
    pub hit: Hit,
    /// The other person's name, when the register has them.
    pub other_name: String,
    /// Since when.
    pub since: OffsetDateTime,
}

/// An opened review copy, beside the other person when it is about a duplicate.
#[derive(Debug, Clone)]
pub struct Review {
    /// The record.
    pub this: Side,
    /// The people it was found to resemble, in the order of the findings.
    pub others: Vec<Side>,
    /// Findings of the record, decided and undecided.
    pub hits: Vec<HitState>,
    /// Whose faces the portrait looks like. There is nothing to decide.
    pub faces: Vec<FaceAlike>,
    /// For every finding, where the prints of the matched fingers agree; only of prints of which both pictures exist.
    pub agreements: Vec<Vec<Agreement>>,
}

/// Where the prints of two matched fingers agree.
#[derive(Debug, Clone, PartialEq)]
pub struct Agreement {
    /// The record's finger.
    pub slot: Slot,
    /// The other person's.
    pub other: Slot,
    /// The same place of the skin in the first and in the second picture.
    pub places: Vec<[Place; 2]>,
}

/// One person of a review.
#[derive(Debug, Clone)]
pub struct Side {
    /// The record's number, when this station holds it.
    pub record: Option<RecordId>,
    /// NIK as text.
    pub nik: String,
    /// The register's data, when it has them.
    pub resident: Option<Resident>,
    /// Pictures, when the review copy still exists.
    pub shown: Shown,
    /// Quality of each filled slot.
    pub qualities: BTreeMap<Slot, u8>,
    /// Slots that stayed empty.
    pub exceptions: Vec<Exception>,
    /// The portrait was approved although checks fail.
    pub photo_override: Option<PhotoOverride>,
    /// Why no photo shows what is empty.
    pub evidence_waived: Option<String>,
    /// The portrait's backdrop was painted anew.
    pub repainted: bool,
}

/// An export.
#[derive(Debug, Clone, PartialEq)]
pub enum Export {
    /// Under way: stage, share 0..=1.
    Running(crate::batch::Stage, f32),
    /// Written, read back and verified: files with their number of records.
    Written(Vec<(PathBuf, u32)>),
    /// There was nothing to write.
    Nothing,
    /// Stopped or failed: see the board's trouble.
    Failed,
}

/// What a supervisor may set for the station.
#[derive(Debug, Clone, PartialEq)]
pub struct Rules {
    /// Order of the steps for new records.
    pub order: StepOrder,
    /// Thresholds for new records.
    pub policy: Policy,
    /// Whether fingers are laid down together, where the scanner takes four at once.
    pub slaps: bool,
    /// Whether portraits take themselves when everything holds.
    pub by_itself: bool,
    /// The office's clock.
    pub zone: Zone,
    /// Appointments a day.
    pub capacity: u32,
    /// Days without service.
    pub holidays: Vec<Date>,
    /// Minutes without a key until the screen is locked; 0 never.
    pub lock_after: u32,
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            order: StepOrder::default(),
            policy: Policy { evidence: true, faces: true, ..Policy::default() },
            slaps: true,
            by_itself: true,
            zone: Zone::default(),
            capacity: 100,
            holidays: Vec::new(),
            lock_after: 10,
        }
    }
}
