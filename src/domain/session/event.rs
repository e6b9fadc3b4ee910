//! What happened at the desk. A record *is* its events: the session is a fold over them, the store keeps nothing else
//! of it, and a station that lost power reads them back to stand where it stood.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use time::{Date, OffsetDateTime};

use super::alike::FacesFound;
use super::exception::Exception;
use super::policy::Policy;
use super::portrait::PhotoOverride;
use super::sample::{SampleId, SampleRef, Slot};
use super::step::{Step, StepOrder};
use crate::domain::nik::Nik;
use crate::domain::resident::Resident;
use crate::domain::user::UserId;

/// Number of a record: `<region6>-<station2>-<yyyymmdd>-<seq4>`; holds no personal data.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct RecordId(pub String);

impl std::fmt::Display for RecordId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// Where the resident's data come from; decides which batch the record may travel in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RecordClass {
    /// From the imported register.
    Register,
    /// Missing from the register, taken from the family card; travels in batches of its own.
    Unverified,
}

impl RecordClass {
    /// The word kept in the database and in batch manifests.
    pub fn word(self) -> &'static str {
        match self {
            Self::Register => "register",
            Self::Unverified => "unverified",
        }
    }
}

/// A field of the data as it is read aloud.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the names say it")]
pub enum Field {
    Nik,
    FamilyCard,
    Name,
    BirthPlace,
    BirthDate,
    Sex,
    BloodGroup,
    Religion,
    MaritalStatus,
    Occupation,
    Nationality,
    Address,
    ParentNames,
}

impl Field {
    /// The fields that must be confirmed before anything is captured.
    pub const ALL: [Self; 13] = [
        Self::Nik,
        Self::FamilyCard,
        Self::Name,
        Self::BirthPlace,
        Self::BirthDate,
        Self::Sex,
        Self::BloodGroup,
        Self::Religion,
        Self::MaritalStatus,
        Self::Occupation,
        Self::Nationality,
        Self::Address,
        Self::ParentNames,
    ];

    /// The word kept in the database.
    pub fn word(self) -> &'static str {
        match self {
            Self::Nik => "nik",
            Self::FamilyCard => "family_card",
            Self::Name => "name",
            Self::BirthPlace => "birth_place",
            Self::BirthDate => "birth_date",
            Self::Sex => "sex",
            Self::BloodGroup => "blood_group",
            Self::Religion => "religion",
            Self::MaritalStatus => "marital_status",
            Self::Occupation => "occupation",
            Self::Nationality => "nationality",
            Self::Address => "address",
            Self::ParentNames => "parent_names",
        }
    }
}

/// One wrong field and what it should be, for the regular SIAK service to mend.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Correction {
    /// Which field.
    pub field: Field,
    /// As registered.
    pub old: String,
    /// As the resident says.
    pub new: String,
    /// The document that shows it.
    pub document: String,
}

/// A warning the operator has seen and kept a reason for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Acknowledged {
    /// Stable code of the warning.
    pub warning: String,
    /// Why recording goes on all the same.
    pub reason: String,
}

/// What looks wrong and may be right: it asks the operator, who sees the resident, and refuses nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Doubt {
    /// The right and the left eye were perhaps taken in each other's place.
    EyesSwapped,
}

impl Doubt {
    /// The step at which it is settled.
    pub fn step(self) -> Step {
        match self {
            Self::EyesSwapped => Step::Iris,
        }
    }
}

/// What became of the invitation letter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Invitation {
    /// Signed and stamped: the resident's proof.
    InvitationEndorsed {
        /// The officer who signed and stamped it.
        officer: UserId,
        /// The operator who recorded the resident.
        operator: UserId,
        /// When.
        time: OffsetDateTime,
    },
    /// There is none to endorse.
    NoInvitation {
        /// For example "walk-in".
        reason: String,
    },
}

/// Name of a duplicate finding, `<record>/H<n>`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct HitId(pub String);

/// How a duplicate showed itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HitBy {
    /// The NIK was recorded before.
    Nik,
    /// Fingers match.
    Fingerprint,
    /// Irises match.
    Iris,
    /// The face matches.
    Face,
}

/// One slot of the captured person that matched one slot of the other.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SlotMatch {
    /// Slot of the captured person.
    pub slot: Slot,
    /// Slot of the other person.
    pub other: Slot,
    /// -log10 of the estimated false match rate.
    pub score: f32,
}

/// Everything a supervisor needs to decide whether two records are one person.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Hit {
    /// Name of the finding.
    pub id: HitId,
    /// How it showed itself, each way once.
    pub by: BTreeSet<HitBy>,
    /// The other person's NIK.
    pub other_nik: Nik,
    /// The other person's record, when this station holds it.
    pub other_record: Option<RecordId>,
    /// Fused -log10 of the estimated false match rate.
    pub score: f32,
    /// Which slots matched.
    pub matches: Vec<SlotMatch>,
}

/// A supervisor's decision on a hit. The final word is the centre's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// One person under two records.
    SamePerson,
    /// Two people who look alike to the matcher.
    DifferentPeople,
    /// Left to the centre.
    Undecided,
}

/// Why a finished record is undone. There is no free text: the reason may leave the station in a recall.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum VoidReason {
    /// The biometrics belong to another person than the data.
    WrongPerson,
    /// A sample was taken from the wrong finger, hand or eye.
    WrongPosition,
    /// The person was recorded twice.
    Duplicate,
    /// The record was finished by mistake.
    EnteredInError,
}

/// One comparison of the confirm step.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Probe {
    /// The slot compared.
    pub slot: Slot,
    /// -log10 of the estimated false match rate.
    pub score: f32,
    /// Whether it reached the policy's threshold.
    pub matched: bool,
}

/// One event with its circumstances.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// Place in the record, from 0 without gaps.
    pub seq: u32,
    /// When, UTC.
    pub at: OffsetDateTime,
    /// By whom.
    pub operator: UserId,
    /// With which device, where one took part.
    pub device: Option<String>,
    /// What.
    pub what: What,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum What {
    /// The record was opened for a resident.
    Opened {
        /// The resident's data as they stood then.
        resident: Box<Resident>,
        /// Where the data come from.
        class: RecordClass,
        /// The order of the office at that time.
        order: StepOrder,
        /// The thresholds at that time.
        policy: Policy,
    },
    /// The data were read aloud and confirmed.
    DataConfirmed {
        /// Fields confirmed: all of them.
        fields: BTreeSet<Field>,
        /// Warnings seen.
        acknowledged: Vec<Acknowledged>,
    },
    /// A sample was accepted.
    SampleAccepted {
        /// The sample.
        sample: SampleRef,
    },
    /// The resident saw the portrait and approves it.
    PhotoApproved {
        /// The portrait.
        sample: SampleId,
    },
    /// Checks fail, and the operator answers for the portrait all the same.
    PhotoOverridden {
        /// Which portrait, what is wrong with it, and why it is good enough.
        #[serde(flatten)]
        how: PhotoOverride,
    },
    /// The backdrop of a portrait was painted anew; the original is kept.
    Repainted {
        /// What the camera saw.
        original: SampleId,
        /// The new picture.
        sample: SampleRef,
    },
    /// No photo shows why slots are empty.
    EvidenceWaived {
        /// Why not.
        reason: String,
    },
    /// A slot stays empty, with a reason.
    Excepted {
        /// The exception.
        exception: Exception,
    },
    /// An exception was taken back.
    ExceptionWithdrawn {
        /// Its slot.
        slot: Slot,
    },
    /// The samples of a slot turned out to be of another one (a wrong finger): they are kept, but stand for nothing.
    SetAside {
        /// The slot, open again.
        slot: Slot,
        /// Why.
        reason: String,
    },
    /// Two fingers or both eyes were taken in each other's place: their samples changed places.
    Swapped {
        /// One slot.
        one: Slot,
        /// The other.
        other: Slot,
    },
    /// The operator looked: what seemed wrong is right and stays.
    DoubtDismissed {
        /// What was asked.
        doubt: Doubt,
    },
    /// The operator moved to a step.
    StepEntered {
        /// Which.
        step: Step,
    },
    /// A step is put off until its device works or the resident is ready; it stays mandatory.
    StepDeferred {
        /// Which.
        step: Step,
        /// Why.
        reason: String,
    },
    /// A one-to-one comparison was made.
    Probed {
        /// Its outcome.
        probe: Probe,
        /// The sample compared, kept to show what the outcome rests on.
        sample: SampleRef,
    },
    /// No comparison was possible; a supervisor vouches for the person.
    ConfirmExcepted {
        /// Why.
        reason: String,
        /// Who.
        supervisor: UserId,
    },
    /// The resident makes way for the next one.
    Parked {
        /// Why.
        reason: String,
    },
    /// The resident is back: from the waiting room, or on the new date under the same case.
    Resumed {
        /// The data as corrected meanwhile, when they differ; the NIK stays.
        resident: Option<Box<Resident>>,
    },
    /// The record was given up before it was finished.
    Cancelled {
        /// Why.
        reason: String,
    },
    /// The data are wrong: they go to SIAK, the resident comes back on a new date.
    Rescheduled {
        /// What is wrong.
        corrections: Vec<Correction>,
        /// The new date.
        date: Date,
    },
    /// A possible duplicate was found.
    HitFound {
        /// The finding.
        hit: Hit,
    },
    /// Faces of other people look like a portrait. It says so to the officers and changes nothing else.
    FacesAlike {
        /// Which portrait, and whose faces.
        #[serde(flatten)]
        found: FacesFound,
    },
    /// A supervisor decided on a hit.
    HitDecided {
        /// Which.
        hit: HitId,
        /// How.
        verdict: Verdict,
        /// Why.
        reason: String,
        /// Who.
        supervisor: UserId,
    },
    /// The record is complete.
    Completed {
        /// What became of the invitation.
        invitation: Invitation,
    },
    /// A supervisor approved the record for the batch.
    Approved {
        /// Who.
        supervisor: UserId,
    },
    /// The record left in a batch.
    Exported {
        /// Its file name.
        batch: String,
    },
    /// A finished record was undone.
    Voided {
        /// Why.
        reason: VoidReason,
        /// Who.
        supervisor: UserId,
        /// Whether the record had left already, so that a signed recall must follow it.
        recall: bool,
    },
    /// The signed recall left in a batch.
    RecallSent {
        /// Its file name.
        batch: String,
    },
}

impl What {
    /// The word kept in the journal and the audit.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Opened { .. } => "opened",
            Self::DataConfirmed { .. } => "data_confirmed",
            Self::SampleAccepted { .. } => "sample_accepted",
            Self::PhotoApproved { .. } => "photo_approved",
            Self::PhotoOverridden { .. } => "photo_overridden",
            Self::Repainted { .. } => "repainted",
            Self::EvidenceWaived { .. } => "evidence_waived",
            Self::Excepted { .. } => "excepted",
            Self::ExceptionWithdrawn { .. } => "exception_withdrawn",
            Self::SetAside { .. } => "set_aside",
            Self::Swapped { .. } => "swapped",
            Self::DoubtDismissed { .. } => "doubt_dismissed",
            Self::StepEntered { .. } => "step_entered",
            Self::StepDeferred { .. } => "step_deferred",
            Self::Probed { .. } => "probed",
            Self::ConfirmExcepted { .. } => "confirm_excepted",
            Self::Parked { .. } => "parked",
            Self::Resumed { .. } => "resumed",
            Self::Cancelled { .. } => "cancelled",
            Self::Rescheduled { .. } => "rescheduled",
            Self::HitFound { .. } => "hit_found",
            Self::FacesAlike { .. } => "faces_alike",
            Self::HitDecided { .. } => "hit_decided",
            Self::Completed { .. } => "completed",
            Self::Approved { .. } => "approved",
            Self::Exported { .. } => "exported",
            Self::Voided { .. } => "voided",
            Self::RecallSent { .. } => "recall_sent",
        }
    }
}
