//! One image of the record with all that is said about it.

use super::super::bytes::{Reader, Writer};
use super::super::edition::{
    check_qualities, coded, read_data, read_qualities, read_representation, write_data, write_qualities,
    write_representation,
};
use super::super::fir::{UNKNOWN_TIME, check_time};
use super::{EyeLabel, ImageFormat, ImageKind, QualityScore, RecordError, Result, within};

/// A representation without quality records and data.
const SMALLEST: u64 = 52;
/// Angles that are not known.
const UNKNOWN_ANGLE: u16 = u16::MAX;

/// Whether an image is the mirror image of the eye, across or down.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Mirroring {
    /// Not told.
    Undefined = 0,
    /// As the eye is.
    Base = 1,
    /// Mirrored.
    Flipped = 2,
}

/// What the image went through before it was stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum History {
    /// Not told.
    Undefined = 0,
    /// Never compressed with loss.
    Lossless = 1,
    /// Compressed with loss before.
    Lossy = 2,
}

/// The smallest and largest value something can have, in pixels; 0 is unknown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Extent {
    /// At least.
    pub least: u16,
    /// At most; not below `least` where both are known.
    pub most: u16,
}

impl Extent {
    /// A value that is known exactly.
    pub fn exactly(value: u16) -> Self {
        Self { least: value, most: value }
    }

    fn check(self, field: &'static str, limit: u16) -> Result<()> {
        let upper = if self.most == 0 { limit } else { self.most };
        within(field, self.least, 0, upper.into())?;
        within(field, self.most, 0, limit.into())
    }
}

/// Where the iris is in the image.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Place {
    /// Its centre, from the left; within the image.
    pub x: Extent,
    /// Its centre, from the top; within the image.
    pub y: Extent,
    /// Its diameter.
    pub diameter: Extent,
}

/// One image of an eye, its pixels still compressed.
#[derive(Clone, PartialEq, Eq)]
pub struct EyeImage {
    /// Year (2 bytes), month, day, hour, minute, second, milliseconds (2 bytes) in universal time; all bits set where
    /// unknown.
    pub captured: [u8; 9],
    /// Technology of the device; 0 where unknown.
    pub technology: u8,
    /// The device's maker, as registered; 0 where unknown.
    pub vendor: u16,
    /// The device's type, as its maker numbers it; 0 where unknown.
    pub device: u16,
    /// Qualities, at most 255.
    pub qualities: Vec<QualityScore>,
    /// Which image of the record this is, from 1.
    pub number: u16,
    /// Which eye.
    pub eye: EyeLabel,
    /// What part of the face.
    pub kind: ImageKind,
    /// How the pixels are stored.
    pub format: ImageFormat,
    /// Mirrored across.
    pub across: Mirroring,
    /// Mirrored down.
    pub down: Mirroring,
    /// Earlier compression.
    pub history: History,
    /// Width in pixels, at least 1.
    pub width: u16,
    /// Height in pixels, at least 1.
    pub height: u16,
    /// Bits per pixel, 1 to 16.
    pub depth: u8,
    /// Distance of camera and eye in millimetres; 0 where unknown.
    pub range: u16,
    /// Roll of the head in 65536ths of a turn, where known.
    pub roll: Option<u16>,
    /// Uncertainty of the roll, where known.
    pub roll_uncertainty: Option<u16>,
    /// Where the iris is.
    pub place: Place,
    /// The pixels as the format has them.
    pub data: Vec<u8>,
}

impl std::fmt::Debug for EyeImage {
    /// What and how large: pixels are personal data and never reach a log.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { eye, kind, format, width, height, data, .. } = self;
        write!(f, "EyeImage({eye:?}, {kind:?}, {format:?}, {width} x {height}, {} bytes)", data.len())
    }
}

impl EyeImage {
    /// An image of eight bits a pixel of which nothing else is known.
    pub fn new(
        eye: EyeLabel,
        kind: ImageKind,
        format: ImageFormat,
        (width, height): (u16, u16),
        data: Vec<u8>,
    ) -> Self {
        Self {
            captured: UNKNOWN_TIME,
            technology: 0,
            vendor: 0,
            device: 0,
            qualities: Vec::new(),
            number: 1,
            eye,
            kind,
            format,
            across: Mirroring::Base,
            down: Mirroring::Base,
            history: History::Undefined,
            width,
            height,
            depth: 8,
            range: 0,
            roll: None,
            roll_uncertainty: None,
            place: Place::default(),
            data,
        }
    }

    fn check(&self) -> Result<()> {
        check_time(self.captured)?;
        check_qualities(&self.qualities)?;
        within("representation number", self.number, 1, u16::MAX.into())?;
        within("image width", self.width, 1, u16::MAX.into())?;
        within("image height", self.height, 1, u16::MAX.into())?;
        within("bit depth", self.depth, 1, 16)?;
        for angle in [self.roll, self.roll_uncertainty] {
            within("roll angle", angle.unwrap_or(0), 0, u64::from(UNKNOWN_ANGLE) - 1)?;
        }
        self.place.x.check("abscissa of the iris' centre", self.width)?;
        self.place.y.check("ordinate of the iris' centre", self.height)?;
        self.place.diameter.check("iris diameter", u16::MAX)
    }

    pub(super) fn write(&self, out: &mut Writer) -> Result<()> {
        self.check()?;
        let mut body = Writer::default();
        body.bytes(&self.captured).u8(self.technology).u16(self.vendor).u16(self.device);
        write_qualities(&mut body, &self.qualities)?;
        body.u16(self.number).u8(self.eye as u8).u8(self.kind as u8).u8(self.format as u8);
        body.u8(self.across as u8 | (self.down as u8) << 2 | (self.history as u8) << 6);
        body.u16(self.width).u16(self.height).u8(self.depth).u16(self.range);
        body.u16(self.roll.unwrap_or(UNKNOWN_ANGLE)).u16(self.roll_uncertainty.unwrap_or(UNKNOWN_ANGLE));
        for extent in [self.place.x, self.place.y, self.place.diameter] {
            body.u16(extent.least).u16(extent.most);
        }
        write_data(&mut body, &self.data)?;
        write_representation(out, body)
    }

    pub(super) fn read(reader: &mut Reader<'_>) -> Result<Self> {
        let mut inner = read_representation(reader, SMALLEST)?;
        let captured = inner.bytes("capture time")?;
        let technology = inner.u8("device technology")?;
        let (vendor, device) = (inner.u16("device vendor")?, inner.u16("device type")?);
        let qualities = read_qualities(&mut inner)?;
        let number = inner.u16("representation number")?;
        let eye = coded("eye", inner.u8("eye")?, &EYES)?;
        let kind = coded("image type", inner.u8("image type")?, &KINDS)?;
        let code = inner.u8("image format")?;
        let format = coded("image format", code, &FORMATS).map_err(|unlawful| {
            let value = code.into();
            if COLOURED.contains(&code) { RecordError::Unsupported { field: "image format", value } } else { unlawful }
        })?;
        let properties = inner.u8("image properties")?;
        within("image properties", properties >> 4 & 3, 0, 0)?;
        let across = coded("horizontal orientation", properties & 3, &MIRRORINGS)?;
        let down = coded("vertical orientation", properties >> 2 & 3, &MIRRORINGS)?;
        let history = coded("compression history", properties >> 6, &HISTORIES)?;
        let (width, height) = (inner.u16("image width")?, inner.u16("image height")?);
        let (depth, range) = (inner.u8("bit depth")?, inner.u16("range")?);
        let known = |angle| (angle != UNKNOWN_ANGLE).then_some(angle);
        let roll = known(inner.u16("roll angle")?);
        let roll_uncertainty = known(inner.u16("roll angle uncertainty")?);
        let mut extent = |field| -> Result<Extent> { Ok(Extent { least: inner.u16(field)?, most: inner.u16(field)? }) };
        let x = extent("abscissa of the iris' centre")?;
        let y = extent("ordinate of the iris' centre")?;
        let place = Place { x, y, diameter: extent("iris diameter")? };
        let data = read_data(&mut inner)?;
        let image = Self {
            captured,
            technology,
            vendor,
            device,
            qualities,
            number,
            eye,
            kind,
            format,
            across,
            down,
            history,
            width,
            height,
            depth,
            range,
            roll,
            roll_uncertainty,
            place,
            data,
        };
        image.check()?;
        Ok(image)
    }
}

const EYES: [(u8, EyeLabel); 3] = [(0, EyeLabel::Undefined), (1, EyeLabel::Right), (2, EyeLabel::Left)];
const KINDS: [(u8, ImageKind); 4] =
    [(1, ImageKind::Uncropped), (2, ImageKind::Vga), (3, ImageKind::Cropped), (7, ImageKind::CroppedAndMasked)];
const FORMATS: [(u8, ImageFormat); 4] =
    [(2, ImageFormat::Raw), (6, ImageFormat::Jpeg), (10, ImageFormat::Jpeg2000), (14, ImageFormat::Png)];
/// The standard knows each of the formats in colour as well, which no iris camera has.
const COLOURED: [u8; 4] = [4, 8, 12, 16];
const MIRRORINGS: [(u8, Mirroring); 3] = [(0, Mirroring::Undefined), (1, Mirroring::Base), (2, Mirroring::Flipped)];
const HISTORIES: [(u8, History); 3] = [(0, History::Undefined), (1, History::Lossless), (2, History::Lossy)];
