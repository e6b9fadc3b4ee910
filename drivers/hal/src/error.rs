//! What can go wrong with a device, split by who can mend it.
//!
//! libfprint's lesson: a finger that is too dry is not an error of the device but an instruction to the resident.
//! Mixing the two makes stations that say "device error" to a wet finger and "try again" to a cut cable.

use std::fmt;

/// Why a capture ended without a sample.
#[derive(Debug, thiserror::Error)]
pub enum CaptureError {
    /// The resident or operator can mend it: try again after following the advice.
    #[error("try again: {0}")]
    Retry(Retry),
    /// Stopped on purpose through the token.
    #[error("the capture was cancelled")]
    Cancelled,
    /// The device cannot capture until somebody looks after it.
    #[error(transparent)]
    Device(#[from] DeviceError),
}

/// What to do differently on the next try.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Retry {
    /// The ridges are broken up: moisten the finger or press harder.
    TooDry,
    /// The ridges run together: wipe the finger or press more lightly.
    TooWet,
    /// The finger, eye or face is not in the middle.
    NotCentred,
    /// The finger was lifted too early.
    TooShort,
    /// The finger must leave the glass first.
    LiftFinger,
    /// The subject or camera moved.
    Blurred,
    /// The eye or face is too far away.
    ComeCloser,
    /// The eye or face is too close.
    GoFarther,
    /// The eye is not open wide enough.
    OpenEyes,
    /// The eye looks past the camera.
    LookStraight,
    /// Glasses or contact lenses hide the eye.
    TakeOffGlasses,
    /// The pupil is unusually wide or narrow.
    ChangeLight,
    /// Nothing was presented in time, but the device is well.
    NothingPresented,
    /// Nothing was written on the pad.
    NothingWritten,
    /// The glass or lens is dirty.
    CleanGlass,
    /// The hand leans, or a finger of it lies beyond the glass.
    LayStraight,
}

impl fmt::Display for Retry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::TooDry => "the finger is too dry",
            Self::TooWet => "the finger is too wet",
            Self::NotCentred => "move to the centre",
            Self::TooShort => "hold still a little longer",
            Self::LiftFinger => "lift the finger first",
            Self::Blurred => "the picture is blurred",
            Self::ComeCloser => "come closer",
            Self::GoFarther => "go a little farther away",
            Self::OpenEyes => "open the eyes wide",
            Self::LookStraight => "look straight into the camera",
            Self::TakeOffGlasses => "take off glasses and contact lenses",
            Self::ChangeLight => "make the light on the eye softer or stronger",
            Self::NothingPresented => "nothing was presented in time",
            Self::NothingWritten => "nothing was written",
            Self::CleanGlass => "clean the glass",
            Self::LayStraight => "lay the hand straight on the glass",
        })
    }
}

/// What is wrong with a device: few enough kinds that each has a sentence for the operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DeviceErrorKind {
    /// Unplugged, before or during the call. A new handle is needed after it returns.
    Gone,
    /// Present, but the operating system forbids access.
    NoPermission,
    /// Another program holds it.
    Busy,
    /// It does not answer in time.
    Silent,
    /// It answers what its protocol does not allow.
    Protocol,
    /// Another model than the driver was told.
    WrongModel,
    /// It cannot do what was asked.
    Unsupported,
    /// It reports a fault of its own, or the transport failed otherwise: most often a loose cable.
    Broken,
}

impl fmt::Display for DeviceErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Gone => "the device is no longer connected; plug it in again",
            Self::NoPermission => "the device may not be opened; install the udev rule for it",
            Self::Busy => "another program holds the device; close that program",
            Self::Silent => "the device does not answer; unplug it and plug it in again",
            Self::Protocol => "the device sends what its protocol does not allow; check model and line settings",
            Self::WrongModel => "this is another model than configured; choose the model in the settings",
            Self::Unsupported => "the device cannot do this",
            Self::Broken => {
                "the device does not work; unplug it and plug it in again, and if that does not help, replace it"
            }
        })
    }
}

/// An error of the device: a small stable kind for the caller, the driver's own error as the source for the log.
#[derive(Debug, thiserror::Error)]
#[error("{device}: {kind}")]
pub struct DeviceError {
    /// Name of the device or driver.
    pub device: String,
    /// What the operator must know.
    pub kind: DeviceErrorKind,
    /// What the driver knows.
    #[source]
    pub source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

impl DeviceError {
    /// An error without a deeper cause.
    pub fn new(device: impl Into<String>, kind: DeviceErrorKind) -> Self {
        Self { device: device.into(), kind, source: None }
    }

    /// The same error with the driver's cause attached.
    pub fn because(mut self, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }
}
