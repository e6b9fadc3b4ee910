//! The four kinds of capture device and what they say about themselves.

use serde::{Deserialize, Serialize};

use crate::cancel::Cancel;
use crate::error::{CaptureError, DeviceError};
use crate::finger::{Finger, Slap};
use crate::image::{GrayImage, RgbImage};
use crate::ink::{PenPoint, Signature};

/// Whether the operating system lets us use a device that is present.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Access {
    /// May be opened.
    Ok,
    /// Present, but forbidden: the remedy names the rule to install.
    Denied,
    /// Present, but held by another program.
    Busy,
}

/// What a device can do beyond its trait.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
pub struct Capabilities {
    /// Delivers frames while it waits.
    pub preview: bool,
    /// Fingers it takes at once: 1 single, 4 slap.
    pub fingers_at_once: u8,
    /// Eyes it takes at once: 1 or 2.
    pub eyes_at_once: u8,
    /// Pen pressure is measured, not assumed.
    pub pressure: bool,
    /// Fit for enrolment; `false` marks screening grade (for example 4-bit sensors).
    pub enrolment_grade: bool,
}

/// Who a device is: stable for as long as it stays plugged in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeviceInfo {
    /// Unique among the devices present, stable across re-plugging where the device has a serial number.
    pub id: String,
    /// Name of the driver.
    pub driver: String,
    /// Vendor and model as the operator knows them.
    pub model: String,
    /// Path or address on its transport.
    pub transport: String,
    /// Serial number, when the device has one.
    pub serial: Option<String>,
    /// Whether it may be opened.
    pub access: Access,
    /// What to do when it may not.
    pub remedy: Option<String>,
    /// What it can do.
    pub capabilities: Capabilities,
}

/// One of the two eyes. Codes follow ISO/IEC 19794-6 (right 1, left 2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the names say it")]
pub enum Eye {
    Right,
    Left,
}

impl Eye {
    /// Both, in code order.
    pub const ALL: [Self; 2] = [Self::Right, Self::Left];

    /// Eye label code, 1 or 2.
    pub fn code(self) -> u8 {
        self as u8 + 1
    }
}

/// What the scanner is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ScanTarget {
    /// One flat finger.
    Single(Finger),
    /// Several fingers at once, in one image; only of a scanner that takes four fingers at once.
    Slap(Slap),
}

/// Which eyes the iris camera is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum EyeSet {
    /// One eye.
    One(Eye),
    /// Both, with a two-eye camera.
    Both,
}

/// One eye as captured.
#[derive(Debug, Clone)]
pub struct EyeSample {
    /// Which eye the camera (or the operator) says it is.
    pub eye: Eye,
    /// Near-infrared grey image.
    pub image: GrayImage,
}

/// News while a capture runs. Frames are for display only and may be dropped.
#[derive(Debug, Clone)]
pub enum Progress {
    /// The device waits for the resident.
    Waiting,
    /// A share of a long transfer has arrived, 0..=1.
    Transferred(f32),
    /// A colour preview frame.
    Frame(RgbImage),
    /// A grey preview frame.
    GrayFrame(GrayImage),
    /// The pen moved.
    Pen(PenPoint),
    /// The pen left the pad.
    PenUp,
}

/// What all devices share.
pub trait Peripheral: Send {
    /// Who the device is; costs no transfer.
    fn info(&self) -> &DeviceInfo;

    /// Asks the device for a sign of life, within two seconds.
    fn probe(&mut self) -> Result<(), DeviceError>;
}

/// A photo camera.
pub trait Camera: Peripheral {
    /// Takes one picture at full resolution, within a second after `trigger` is pulled and never before: only the
    /// operator sees when a face is ready. Frames arrive through `progress` until then.
    fn capture(
        &mut self,
        trigger: &Cancel,
        cancel: &Cancel,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<RgbImage, CaptureError>;
}

/// A signature pad.
pub trait SignaturePad: Peripheral {
    /// Collects strokes until the resident has finished (no pen for the pad's idle time after the last stroke) or
    /// `finish` is pulled by the operator; pen movements arrive through `progress` as they happen.
    fn capture(
        &mut self,
        finish: &Cancel,
        cancel: &Cancel,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<Signature, CaptureError>;
}

/// A fingerprint scanner.
pub trait FingerprintScanner: Peripheral {
    /// Waits for the finger and delivers one image: upright, with its resolution, bit depth and polarity. The device
    /// decides when; `trigger` makes it take what is there now, within a second, or ask to try again when nothing is.
    fn capture(
        &mut self,
        trigger: &Cancel,
        target: ScanTarget,
        cancel: &Cancel,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<GrayImage, CaptureError>;
}

/// A near-infrared iris camera.
pub trait IrisCamera: Peripheral {
    /// Waits for the eye or eyes and delivers one image of each. The device decides when; `trigger` makes it take what
    /// is there now, within a second, or ask to try again when nothing is.
    fn capture(
        &mut self,
        trigger: &Cancel,
        eyes: EyeSet,
        cancel: &Cancel,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<Vec<EyeSample>, CaptureError>;
}
