//! What the person in front of the station may want. Each wish becomes one event or is refused with a reason.

use std::collections::BTreeSet;

use time::Date;

use super::alike::FacesFound;
use super::event::{Acknowledged, Correction, Doubt, Field, Hit, HitId, Invitation, Probe, Verdict, VoidReason};
use super::exception::Exception;
use super::sample::{SampleId, SampleRef, Slot};
use super::step::Step;
use crate::domain::resident::Resident;
use crate::domain::user::UserId;

/// A wish.
#[derive(Debug, Clone, PartialEq)]
#[allow(missing_docs, reason = "fields mirror those of the event of the same name")]
pub enum Wish {
    /// The data were read aloud and are right.
    ConfirmData { fields: BTreeSet<Field>, acknowledged: Vec<Acknowledged> },
    /// The data are wrong: file a correction and give a new date.
    Reschedule { corrections: Vec<Correction>, date: Date },
    /// Keep this sample.
    Accept { sample: SampleRef },
    /// The resident approves the portrait.
    ApprovePhoto { sample: SampleId },
    /// The portrait is good enough although checks fail.
    OverridePhoto { sample: SampleId, reason: String },
    /// The backdrop of a portrait was painted anew.
    Repaint { original: SampleId, sample: SampleRef },
    /// No photo shows why slots are empty.
    WaiveEvidence { reason: String },
    /// Leave the slot empty.
    Except { exception: Exception },
    /// Take an exception back.
    WithdrawException { slot: Slot },
    /// The samples of a slot show another one: open it again.
    SetAside { slot: Slot, reason: String },
    /// What was taken for one finger (eye) is of the other, and the other way round: the samples change places.
    Swap { one: Slot, other: Slot },
    /// What seemed wrong is right: leave it as it is.
    DismissDoubt { doubt: Doubt },
    /// On to the next unfinished step.
    Next,
    /// To a certain step.
    GoTo { step: Step },
    /// Put the current step off.
    Defer { reason: String },
    /// A one-to-one comparison was made.
    Probed { probe: Probe, sample: SampleRef },
    /// A supervisor vouches where nothing can be compared.
    ExceptConfirm { reason: String, supervisor: UserId },
    /// Let the next resident go first.
    Park { reason: String },
    /// The parked or rescheduled resident is back.
    Resume { resident: Option<Box<Resident>> },
    /// Give the record up.
    Cancel { reason: String },
    /// A possible duplicate turned up.
    ReportHit { hit: Hit },
    /// Faces of other people look like a portrait.
    ReportFaces { found: FacesFound },
    /// A supervisor has decided on it.
    DecideHit { hit: HitId, verdict: Verdict, reason: String, supervisor: UserId },
    /// Everything is done: close the record.
    Complete { invitation: Invitation },
    /// A supervisor releases it for the batch.
    Approve { supervisor: UserId },
    /// It left in a batch.
    MarkExported { batch: String },
    /// Undo a finished record.
    Void { reason: VoidReason, supervisor: UserId },
    /// Its recall left in a batch.
    MarkRecallSent { batch: String },
}

impl Wish {
    /// Whether an operator alone may wish it. Samples come with their bytes and comparisons with their sample, hits
    /// with their search, and a supervisor's wishes with the supervisor; none of these is a bare wish.
    pub fn is_operators(&self) -> bool {
        match self {
            Self::ConfirmData { .. }
            | Self::Reschedule { .. }
            | Self::ApprovePhoto { .. }
            | Self::OverridePhoto { .. }
            | Self::WaiveEvidence { .. }
            | Self::Except { .. }
            | Self::WithdrawException { .. }
            | Self::SetAside { .. }
            | Self::Swap { .. }
            | Self::DismissDoubt { .. }
            | Self::Next
            | Self::GoTo { .. }
            | Self::Defer { .. }
            | Self::Park { .. }
            | Self::Resume { .. }
            | Self::Cancel { .. } => true,
            Self::Accept { .. }
            | Self::Repaint { .. }
            | Self::Probed { .. }
            | Self::ExceptConfirm { .. }
            | Self::ReportHit { .. }
            | Self::ReportFaces { .. }
            | Self::DecideHit { .. }
            | Self::Complete { .. }
            | Self::Approve { .. }
            | Self::MarkExported { .. }
            | Self::Void { .. }
            | Self::MarkRecallSent { .. } => false,
        }
    }
}
