//! What the window may ask of the counter. Every act is answered by the next [`super::Board`]; none has a return value,
//! so that a window never waits for one.

use std::path::PathBuf;

use time::Date;
use zeroize::Zeroizing;

use crate::domain::nik::Nik;
use crate::domain::session::{Correction, ExceptionReason, HitId, RecordId, Slot, Step, Verdict, VoidReason, Wish};
use crate::domain::user::Role;
use crate::office::queue::Priority;
use crate::station::plugged::Assigned;

use super::board::{Rules, Stage, Which};

/// A passphrase on its way: wiped when it is done with, and never shown by `Debug`.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Passphrase(pub Zeroizing<String>);

impl Passphrase {
    /// Takes what was typed.
    pub fn new(text: impl Into<String>) -> Self {
        Self(Zeroizing::new(text.into()))
    }
}

impl std::fmt::Debug for Passphrase {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Passphrase(..)")
    }
}

/// What goes wrong on purpose with a simulated device, for training.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Spoil {
    /// The next finger is too wet.
    Wet,
    /// The next finger is too dry.
    Dry,
    /// The next sample is out of focus.
    Blur,
    /// The next capture shows the neighbouring finger or the other eye.
    Wrong,
    /// The next capture gets no answer.
    Silence,
}

/// A new officer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewOfficer {
    /// Login name.
    pub id: String,
    /// Full name as on slips.
    pub name: String,
    /// Official number, may be empty.
    pub nip: String,
    /// What for.
    pub role: Role,
    /// First passphrase.
    pub passphrase: Passphrase,
}

/// What a real station is made from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetupPlan {
    /// Six digits of the kecamatan.
    pub region: String,
    /// Number of the station within it, 1..=99.
    pub station: u8,
    /// Lines of the letterhead, top first.
    pub office: Vec<String>,
    /// Address of the office.
    pub address: String,
    /// `WIB`, `WITA` or `WIT`.
    pub zone: String,
    /// Public keys (age recipients) for whom batches are sealed: the district's first.
    pub recipients: Vec<String>,
    /// First officers; at least one supervisor.
    pub officers: Vec<NewOfficer>,
}

/// One thing to do.
#[derive(Debug, Clone, PartialEq)]
pub enum Act {
    /// Who works here now.
    Login {
        /// Login name.
        user: String,
        /// What was typed.
        passphrase: Passphrase,
    },
    /// Hide everything until the same officer is back.
    Lock,
    /// The same officer is back.
    Unlock {
        /// What was typed.
        passphrase: Passphrase,
    },
    /// Change of operator; an unfinished record is parked.
    Logout,

    /// The next number of the queue.
    CallNext,
    /// A certain number, out of turn.
    CallTicket(i64),
    /// The number called last, once more.
    CallAgain,
    /// Nobody came.
    Absent,
    /// Whoever was called sits down: open (or take up) the record.
    Receive,
    /// Draw a number for a resident without one.
    Draw {
        /// Who, when known.
        nik: Option<Nik>,
        /// Goes first for this reason.
        priority: Option<Priority>,
    },
    /// Looks residents up by NIK or name; the answer is in [`super::Board::found`].
    Search(String),
    /// Forget the search.
    ClearSearch,
    /// Record this resident now: number drawn and called at once, record opened or taken up.
    Begin(Nik),
    /// Put an unfinished record on the desk again.
    TakeUp(RecordId),

    /// A bare wish of the operator.
    Wish(Wish),
    /// On to the next unfinished step.
    Next,
    /// To a certain step.
    GoTo(Step),
    /// The data are wrong: file corrections, give the date, print the notice.
    Reschedule(Vec<Correction>),
    /// Make way for the next resident.
    Park {
        /// Why.
        reason: String,
    },
    /// Give the record up.
    Cancel {
        /// Why.
        reason: String,
    },
    /// Capture this slot next (instead of the one in turn).
    Choose(Slot),
    /// Take what is there now; for a pad: the resident has finished.
    Shutter,
    /// Stop capturing until [`Act::Choose`] or [`Act::Resume`].
    Pause,
    /// Capture on.
    Resume,
    /// Capture a slot that is filled once more; what stood there is kept as an attempt, or set aside when `discard`.
    Retake {
        /// Which.
        slot: Slot,
        /// Let what stands there stand for nothing (a signature the resident does not like, a wrong finger).
        discard: bool,
    },
    /// What was kept as the one is the other: their samples change places.
    Swap {
        /// The slot that was asked for.
        wanted: Slot,
        /// The slot that holds what was shown.
        shown: Slot,
    },
    /// Leave a slot empty.
    Except {
        /// Which.
        slot: Slot,
        /// Why.
        reason: ExceptionReason,
        /// In the operator's words, may be empty.
        note: String,
    },
    /// The portrait shown last is approved by the resident.
    ApprovePhoto,
    /// The portrait shown last is good enough although checks fail.
    OverridePhoto {
        /// Why.
        reason: String,
    },
    /// The backdrop of the portrait shown last is painted anew.
    Repaint,
    /// A photo shows why something is empty: begins to take it, or gives it up.
    Evidence {
        /// Begins.
        begin: bool,
    },
    /// A supervisor vouches where nothing can be compared.
    Vouch {
        /// Login name of the supervisor.
        user: String,
        /// Their passphrase.
        passphrase: Passphrase,
        /// Why.
        reason: String,
    },
    /// Close the record; the proof is printed to a file.
    Complete {
        /// Whether an invitation was stamped.
        invited: bool,
    },
    /// The done screen has been read.
    Dismiss,
    /// Make the paper of the record that has just ended once more.
    MakeSlip,
    /// Open or print the slip of the last record with the system's program.
    Print(PathBuf),

    /// A supervisor proves who they are; opens the back room.
    Authenticate {
        /// Login name.
        user: String,
        /// What was typed.
        passphrase: Passphrase,
    },
    /// Close the back room.
    LeaveBackRoom,
    /// Show the list of a day.
    ShowDay(Date),
    /// Open the review copy of a record.
    Review(RecordId),
    /// Close it again.
    CloseReview,
    /// Decide on a possible duplicate.
    Decide {
        /// The record.
        record: RecordId,
        /// The finding.
        hit: HitId,
        /// How.
        verdict: Verdict,
        /// Why.
        reason: String,
    },
    /// Release records for the batch, one after another; stops at the first that cannot be.
    Approve(Vec<RecordId>),
    /// Undo a finished record.
    Void {
        /// Which.
        record: RecordId,
        /// Why.
        reason: VoidReason,
    },
    /// Write the batch into a folder.
    Export(PathBuf),
    /// Stop the export; what was written is taken away again.
    StopExport,
    /// Give up a batch whose stick is lost.
    DiscardBegun,
    /// Show audit rows before this number, newest first; `None` begins at the end.
    ShowAudit(Option<u64>),
    /// Check the whole chain.
    VerifyChain,
    /// Add an officer.
    AddOfficer(NewOfficer),
    /// Close an officer's account.
    RemoveOfficer(String),
    /// Change one's own passphrase.
    ChangePassphrase {
        /// The one so far.
        old: Passphrase,
        /// The new one.
        new: Passphrase,
    },
    /// Keep the station's rules.
    SaveRules(Box<Rules>),
    /// Bring in a register extract.
    Import(PathBuf),

    /// Asks a device for a sign of life.
    TestDevice(Which),
    /// Pull a simulated cable.
    Unplug(Which),
    /// Put it in again.
    Plug(Which),
    /// Another device does this step from now on; with none, whichever is there.
    Assign(Which, Option<Assigned>),
    /// The glass or lens has been cleaned.
    Cleaned(Which),
    /// Lay the rules that open the devices into the data directory.
    SaveDeviceRules,
    /// Let the next capture of a simulated device go wrong.
    Spoil(Which, Spoil),

    /// Make a real station out of an empty data directory.
    Provision(Box<SetupPlan>),
    /// The message has been read.
    ClearTrouble,
}

impl Act {
    /// Whether the act can be meant while the program is this far. An act that was asked for before the screen was
    /// locked or the officer left arrives afterwards; then nobody stands behind it any more.
    pub fn fits(&self, stage: &Stage) -> bool {
        match self {
            // Harmless wherever they arrive.
            Self::Lock | Self::ClearTrouble => true,
            Self::Login { .. } => *stage == Stage::Closed,
            Self::Unlock { .. } => *stage == Stage::Locked,
            Self::Logout => matches!(stage, Stage::Open | Stage::Locked),
            Self::Provision(_) => *stage == Stage::Unprovisioned,
            Self::CallNext
            | Self::CallTicket(_)
            | Self::CallAgain
            | Self::Absent
            | Self::Receive
            | Self::Draw { .. }
            | Self::Search(_)
            | Self::ClearSearch
            | Self::Begin(_)
            | Self::TakeUp(_)
            | Self::Wish(_)
            | Self::Next
            | Self::GoTo(_)
            | Self::Reschedule(_)
            | Self::Park { .. }
            | Self::Cancel { .. }
            | Self::Choose(_)
            | Self::Shutter
            | Self::Pause
            | Self::Resume
            | Self::Retake { .. }
            | Self::Swap { .. }
            | Self::Except { .. }
            | Self::ApprovePhoto
            | Self::OverridePhoto { .. }
            | Self::Repaint
            | Self::Evidence { .. }
            | Self::Vouch { .. }
            | Self::Complete { .. }
            | Self::Dismiss
            | Self::MakeSlip
            | Self::Print(_)
            | Self::Authenticate { .. }
            | Self::LeaveBackRoom
            | Self::ShowDay(_)
            | Self::Review(_)
            | Self::CloseReview
            | Self::Decide { .. }
            | Self::Approve(_)
            | Self::Void { .. }
            | Self::Export(_)
            | Self::StopExport
            | Self::DiscardBegun
            | Self::ShowAudit(_)
            | Self::VerifyChain
            | Self::AddOfficer(_)
            | Self::RemoveOfficer(_)
            | Self::ChangePassphrase { .. }
            | Self::SaveRules(_)
            | Self::Import(_)
            | Self::TestDevice(_)
            | Self::Unplug(_)
            | Self::Plug(_)
            | Self::Assign(..)
            | Self::Cleaned(_)
            | Self::SaveDeviceRules
            | Self::Spoil(..) => *stage == Stage::Open,
        }
    }
}
