//! What hangs there of captures and devices: what is asked of the resident, how the last try ended, the four lights.

use rekam_hal::{DeviceErrorKind, DeviceInfo, Eye, Finger, Fingers, Retry, Slap};
use time::OffsetDateTime;
use tokio::sync::watch;

use super::Which;
use crate::domain::session::{Session, Slot, SlotState};
use crate::station::health::History;
use crate::station::job::News;
use crate::station::portrait::LiveView;

/// A capture under way.
#[derive(Clone)]
pub struct Capture {
    /// Which slot.
    pub slot: Slot,
    /// What the sample is for.
    pub aim: Aim,
    /// The fingers laid down together, when it is more than the one of the slot.
    pub slap: Option<Slap>,
    /// How far it is.
    pub phase: Phase,
    /// Frames and pen strokes while it runs; always the latest.
    pub live: watch::Receiver<News>,
    /// What the preview of a portrait shows, while it is looked at; always the latest.
    pub portrait: Option<watch::Receiver<Option<LiveView>>>,
}

impl Capture {
    /// The fingers asked for, none for other samples: of a slap those that this resident has and can lay down.
    pub fn fingers(&self, session: &Session) -> Fingers {
        match (self.slap, self.slot) {
            (Some(slap), _) => presentable(session, slap),
            (None, Slot::Finger(finger)) => [finger].into_iter().collect(),
            (None, Slot::Photo | Slot::Signature | Slot::Approval | Slot::Eye(_)) => Fingers::default(),
        }
    }
}

/// The fingers of a slap that are not excepted.
pub fn presentable(session: &Session, slap: Slap) -> Fingers {
    let excepted = |finger: &Finger| matches!(session.slot(Slot::Finger(*finger)), SlotState::Excepted(_));
    slap.fingers().iter().filter(|finger| !excepted(finger)).copied().collect()
}

/// What a sample is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Aim {
    /// To fill the slot.
    Fill,
    /// To be compared with what the slot holds.
    Compare,
    /// To show why a slot stays empty.
    Evidence,
}

/// How far a capture is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// The device waits for the resident; frames arrive.
    Live,
    /// The sample is here and is being judged.
    Judging,
    /// The device is not usable; it is tried again by itself.
    NoDevice(DeviceErrorKind),
    /// The operator stopped it.
    Paused,
}

/// How a capture ended.
#[derive(Debug, Clone, PartialEq)]
pub struct Take {
    /// Grows with every capture.
    pub number: u64,
    /// Which slot.
    pub slot: Slot,
    /// How.
    pub outcome: Outcome,
    /// What to do better next time.
    pub advice: Option<Retry>,
}

impl Take {
    /// What was shown instead of what was asked for, when it is in the record under that name.
    pub fn mistaken_for(&self) -> Option<Slot> {
        match self.outcome {
            Outcome::WrongFinger { shown } => Some(Slot::Finger(shown)),
            Outcome::WrongEye { shown } => Some(Slot::Eye(shown)),
            Outcome::Kept { .. }
            | Outcome::Evidence
            | Outcome::Slap(_)
            | Outcome::WrongHand { .. }
            | Outcome::Unlike
            | Outcome::Again
            | Outcome::Compared { .. } => None,
        }
    }
}

/// How a capture ended.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Outcome {
    /// Kept.
    Kept {
        /// 0..=100.
        quality: u8,
        /// Whether the slot needs no further try.
        settled: bool,
    },
    /// A photo that shows why something is empty was kept.
    Evidence,
    /// Several fingers were laid down together, and each was judged on its own.
    Slap(SlapTake),
    /// The other hand was laid down; nothing was kept.
    WrongHand {
        /// What was asked for.
        wanted: Slap,
    },
    /// This finger is already in the record as another one; nothing was kept.
    WrongFinger {
        /// Which it is.
        shown: Finger,
    },
    /// This eye is already in the record as the other one; nothing was kept.
    WrongEye {
        /// Which it is.
        shown: Eye,
    },
    /// It does not show what fills the slot; nothing was kept.
    Unlike,
    /// Nothing was kept; the advice says why.
    Again,
    /// Compared with what was recorded.
    Compared {
        /// -log10 of the false match rate.
        score: f32,
        /// Whether it is the same.
        matched: bool,
    },
}

/// What became of fingers laid down together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SlapTake {
    /// What was asked for.
    pub slap: Slap,
    /// Kept, and good enough.
    pub kept: Fingers,
    /// Kept, but not good enough yet.
    pub poor: Fingers,
    /// Not found on the glass.
    pub missing: Fingers,
    /// Already in the record as other fingers; not kept.
    pub repeated: Fingers,
    /// Perhaps another finger than their place says, or not the one kept before; not kept.
    pub doubtful: Fingers,
}

/// One of the four devices.
#[derive(Debug, Clone, PartialEq)]
pub struct Device {
    /// Which.
    pub which: Which,
    /// Who it is, when it is present.
    pub info: Option<DeviceInfo>,
    /// Its light.
    pub light: Light,
    /// Why it cannot be used now.
    pub ails: Option<DeviceErrorKind>,
    /// What went wrong last.
    pub last_error: Option<(DeviceErrorKind, OffsetDateTime)>,
    /// Samples taken since the start.
    pub captures: u32,
    /// Captures that the resident had to repeat.
    pub retries: u32,
    /// Captures that the device failed.
    pub failures: u32,
    /// It is asked for a sign of life now.
    pub is_testing: bool,
    /// Outcome of the last test.
    pub tested: Option<Result<(), DeviceErrorKind>>,
    /// Simulated: may be made to fail on purpose.
    pub simulated: bool,
    /// How it has done over all days.
    pub history: History,
    /// Everything plugged in that could do this step, and whether it is sure to.
    pub candidates: Vec<(DeviceInfo, bool)>,
    /// The device that an officer chose for this step, there or not.
    pub assigned: Option<String>,
    /// Name of the model it is taken for, where it cannot say its own.
    pub model: Option<String>,
}

/// The light of a device.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Light {
    /// Ready.
    Ready,
    /// Capturing.
    Working,
    /// Present, but in trouble.
    Trouble,
    /// Not there.
    Missing,
}
