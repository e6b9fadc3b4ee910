//! What a sample is to the session: where it belongs and how good it is. The bytes live in the store.

use rekam_hal::{Eye, Finger};
use serde::{Deserialize, Serialize};

use super::portrait::Findings;
use super::step::Step;

/// A place in the record that wants a sample or an exception.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Slot {
    /// The portrait.
    Photo,
    /// The signature.
    Signature,
    /// One of ten fingers.
    Finger(Finger),
    /// One of two eyes.
    Eye(Eye),
    /// The second signature, under the data.
    Approval,
}

impl Slot {
    /// The step in which the slot is filled.
    pub fn step(self) -> Step {
        match self {
            Self::Photo => Step::Photo,
            Self::Signature => Step::Signature,
            Self::Finger(_) => Step::Fingerprints,
            Self::Eye(_) => Step::Iris,
            Self::Approval => Step::Confirm,
        }
    }

    /// All slots of a step, in the order in which they are taken.
    pub fn of(step: Step) -> Vec<Self> {
        match step {
            Step::Verify => Vec::new(),
            Step::Photo => vec![Self::Photo],
            Step::Signature => vec![Self::Signature],
            Step::Fingerprints => Finger::ALL.map(Self::Finger).to_vec(),
            Step::Iris => Eye::ALL.map(Self::Eye).to_vec(),
            Step::Confirm => vec![Self::Approval],
        }
    }

    /// Whether a one-to-one comparison can be made with it.
    pub fn is_biometric(self) -> bool {
        matches!(self, Self::Finger(_) | Self::Eye(_))
    }

    /// Modality word and position code as the store keeps them.
    pub fn address(self) -> (&'static str, u8) {
        match self {
            Self::Photo => ("photo", 0),
            Self::Signature => ("signature", 0),
            Self::Finger(finger) => ("finger", finger.code()),
            Self::Eye(eye) => ("iris", eye.code()),
            Self::Approval => ("approval", 0),
        }
    }
}

/// Name of a sample within the station: `<record>/<number>`, unique and without personal data.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct SampleId(pub String);

/// What a sample was taken for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// To fill a slot.
    Slot(Slot),
    /// To show why a slot cannot be filled.
    Evidence(Slot),
    /// To compare with what was just recorded.
    Probe(Slot),
}

/// An accepted sample, already durable when the session hears of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SampleRef {
    /// Name in the store.
    pub id: SampleId,
    /// What it was taken for.
    pub purpose: Purpose,
    /// 0..=100 as the engine judged it.
    pub quality: u8,
    /// SHA-256 of the stored bytes, lower-case hexadecimal.
    pub sha256: String,
    /// What was measured of a portrait. Portraits of older records, and everything else, have nothing of the kind.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub portrait: Option<Box<Findings>>,
}
