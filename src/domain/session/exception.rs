//! Why a slot is not filled. Residents without fingers or eyes are a normal path, not a failure: every reason has a
//! code, and the record that carries one is reviewed by a supervisor before it leaves the station.

use serde::{Deserialize, Serialize};

use super::sample::{SampleId, Slot};

/// The reasons an operator may choose from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExceptionReason {
    /// The finger or eye does not exist.
    Missing,
    /// Injured or bandaged today.
    Injured,
    /// Worn, calloused or scarred beyond reading.
    Unreadable,
    /// The eye cannot be captured: blind, cataract, shrunken.
    EyeDisease,
    /// Cannot hold the hand, eye or head as the device needs it.
    CannotPosition,
    /// Cannot write; a thumb mark or a witnessed statement takes the place of the signature.
    CannotSign,
}

impl ExceptionReason {
    /// The code in reports and batches: one letter for the kind of slot, two digits.
    pub fn code(self) -> &'static str {
        match self {
            Self::Missing => "X01",
            Self::Injured => "X02",
            Self::Unreadable => "X03",
            Self::EyeDisease => "X04",
            Self::CannotPosition => "X05",
            Self::CannotSign => "X06",
        }
    }

    /// Whether the reason is lawful for the slot. A portrait has no lawful exception: a card without one is void.
    pub fn fits(self, slot: Slot) -> bool {
        match slot {
            Slot::Photo => false,
            Slot::Signature | Slot::Approval => matches!(self, Self::CannotSign | Self::CannotPosition),
            Slot::Finger(_) => {
                matches!(self, Self::Missing | Self::Injured | Self::Unreadable | Self::CannotPosition)
            }
            Slot::Eye(_) => {
                matches!(self, Self::Missing | Self::Injured | Self::EyeDisease | Self::CannotPosition)
            }
        }
    }
}

/// A slot that stays empty, and what shows that this is right.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exception {
    /// The slot.
    pub slot: Slot,
    /// The reason chosen.
    pub reason: ExceptionReason,
    /// Evidence photo, when one was taken.
    pub evidence: Option<SampleId>,
    /// The operator's words, may be empty.
    pub note: String,
}
