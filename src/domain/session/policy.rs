//! The thresholds of a record. They travel in its first event: a change of the settings never changes what an open
//! record needs.

use rekam_hal::{Eye, Finger};
use serde::{Deserialize, Serialize};

use super::sample::Slot;

/// Limits a supervisor may set.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Policy {
    /// Lowest quality (0..=100) at which a finger needs no further try.
    pub finger_quality: u8,
    /// The same for an eye.
    pub iris_quality: u8,
    /// Tries after which the best sample of a slot is kept whatever its quality.
    pub tries: u8,
    /// Lowest one-to-one score, -log10 of the false match rate.
    pub confirm_score: f32,
    /// Comparisons per slot before the confirm step falls back.
    pub confirm_tries: u8,
    /// Lowest fused score at which two people are reported as a possible duplicate, for a gallery of one;
    /// the logarithm of the gallery's size is added.
    pub hit_score: f32,
    /// An empty finger or eye wants a photo that shows why, or a reason why there is none.
    #[serde(default)]
    pub evidence: bool,
    /// The backdrop behind a portrait may be painted anew. What the camera saw is kept beside it.
    #[serde(default)]
    pub repaint: bool,
    /// Portraits are compared with the faces of the people held, and whoever looks alike is named to the officers. Off
    /// unless an office's rules switch it on: people who are drawn, as in training, resemble each other more than
    /// people do (nine pairs in ten are nearer than the limit, where photographed strangers begin at 0.69), so that
    /// every alert about them is false.
    #[serde(default)]
    pub faces: bool,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            finger_quality: 40,
            iris_quality: 40,
            tries: 3,
            confirm_score: 3.0,
            confirm_tries: 3,
            hit_score: 3.7,
            evidence: false,
            repaint: false,
            faces: false,
        }
    }
}

impl Policy {
    /// Lowest quality at which a sample fills the slot at once.
    pub fn quality_of(&self, slot: Slot) -> u8 {
        match slot {
            Slot::Finger(_) => self.finger_quality,
            Slot::Eye(_) => self.iris_quality,
            Slot::Photo => 0,
            // A centimetre of ink.
            Slot::Signature | Slot::Approval => 50,
        }
    }
}

/// The chip's fingers: both index fingers come first wherever two fingers are chosen.
pub const INDEX_FINGERS: [Slot; 2] = [Slot::Finger(Finger::RightIndex), Slot::Finger(Finger::LeftIndex)];

/// Both eyes, in code order.
pub const EYES: [Slot; 2] = [Slot::Eye(Eye::Right), Slot::Eye(Eye::Left)];
