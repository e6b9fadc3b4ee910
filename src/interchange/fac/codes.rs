//! The codes of a face image record that have a meaning here (ISO/IEC 19794-5:2011, tables 6, 16, 17 and 20).

use super::super::edition::coded;
use super::{RecordError, Result};

/// The sex of the person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Sex {
    /// Not told.
    Unspecified = 0,
    /// Male.
    Male = 1,
    /// Female.
    Female = 2,
    /// It could not be determined.
    Unknown = 255,
}

/// What kind of portrait an image is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum FaceKind {
    /// Of no particular kind.
    Basic = 0,
    /// As a photographer takes it for a card.
    FullFrontal = 1,
    /// With the eyes at fixed places.
    Token = 2,
    /// A frontal portrait that was changed afterwards, for example its backdrop.
    Processed = 3,
}

/// How the pixels are stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum FaceFormat {
    /// JPEG.
    Jpeg = 0,
    /// JPEG 2000 with loss.
    Jpeg2000 = 1,
    /// JPEG 2000 without loss.
    Jpeg2000Lossless = 2,
    /// PNG.
    Png = 3,
}

/// The colours of the pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Colours {
    /// Not told.
    Unspecified = 0,
    /// Red, green and blue of eight bits each.
    Rgb = 1,
    /// Luminance and half as many colours.
    Yuv422 = 2,
    /// Grey of eight bits.
    Grey = 3,
    /// Something else.
    Other = 4,
}

pub(super) const SEXES: [(u8, Sex); 4] = [(0, Sex::Unspecified), (1, Sex::Male), (2, Sex::Female), (255, Sex::Unknown)];
pub(super) const KINDS: [(u8, FaceKind); 4] =
    [(0, FaceKind::Basic), (1, FaceKind::FullFrontal), (2, FaceKind::Token), (3, FaceKind::Processed)];
pub(super) const FORMATS: [(u8, FaceFormat); 4] =
    [(0, FaceFormat::Jpeg), (1, FaceFormat::Jpeg2000), (2, FaceFormat::Jpeg2000Lossless), (3, FaceFormat::Png)];
pub(super) const COLOURS: [(u8, Colours); 5] =
    [(0, Colours::Unspecified), (1, Colours::Rgb), (2, Colours::Yuv422), (3, Colours::Grey), (4, Colours::Other)];

/// The kind of portrait; three-dimensional ones are lawful, and nothing here can use them.
pub(super) fn kind(code: u8) -> Result<FaceKind> {
    const FIELD: &str = "face image type";
    if (0x80..=0x82).contains(&code) {
        return Err(RecordError::Unsupported { field: FIELD, value: code.into() });
    }
    coded(FIELD, code, &KINDS)
}
