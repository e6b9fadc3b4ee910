//! The steps at the desk and the order in which an office takes them.
//!
//! The order is data because offices differ (some take the signature before the photo), but two places are fixed:
//! nobody is captured before their data are verified, and nothing is confirmed before everything is captured.

use serde::{Deserialize, Serialize};

/// One step of the line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// The data are read aloud and confirmed, or a correction is requested.
    Verify,
    /// The portrait, shown to the resident and approved.
    Photo,
    /// The signature on the pad.
    Signature,
    /// Ten fingers.
    Fingerprints,
    /// Two irises.
    Iris,
    /// One-to-one check, second signature, invitation.
    Confirm,
}

impl Step {
    /// All steps in the official order.
    pub const ALL: [Self; 6] =
        [Self::Verify, Self::Photo, Self::Signature, Self::Fingerprints, Self::Iris, Self::Confirm];

    /// The word kept in the database and in reports.
    pub fn word(self) -> &'static str {
        match self {
            Self::Verify => "verify",
            Self::Photo => "photo",
            Self::Signature => "signature",
            Self::Fingerprints => "fingerprints",
            Self::Iris => "iris",
            Self::Confirm => "confirm",
        }
    }
}

impl std::fmt::Display for Step {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.word())
    }
}

/// A permutation of the six steps that begins with verify and ends with confirm.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<Step>", into = "Vec<Step>")]
pub struct StepOrder([Step; 6]);

/// A step order that leaves out, repeats or misplaces a step.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a step order names each of the six steps once, verify first and confirm last")]
pub struct StepOrderError;

impl StepOrder {
    /// Checks an order.
    pub fn new(steps: &[Step]) -> Result<Self, StepOrderError> {
        let steps: [Step; 6] = steps.try_into().map_err(|_| StepOrderError)?;
        let complete = Step::ALL.iter().all(|step| steps.contains(step));
        if complete && steps[0] == Step::Verify && steps[5] == Step::Confirm {
            Ok(Self(steps))
        } else {
            Err(StepOrderError)
        }
    }

    /// The steps as the office takes them.
    pub fn steps(&self) -> &[Step] {
        &self.0
    }
}

impl Default for StepOrder {
    /// The eleven official steps: photo, signature, fingerprints, iris.
    fn default() -> Self {
        Self(Step::ALL)
    }
}

impl TryFrom<Vec<Step>> for StepOrder {
    type Error = StepOrderError;
    fn try_from(steps: Vec<Step>) -> Result<Self, StepOrderError> {
        Self::new(&steps)
    }
}

impl From<StepOrder> for Vec<Step> {
    fn from(order: StepOrder) -> Self {
        order.0.to_vec()
    }
}
