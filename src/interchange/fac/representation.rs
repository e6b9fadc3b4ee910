//! One portrait of the record with all that is said about it.

use super::super::bytes::{Reader, Writer, fitting};
use super::super::edition::{
    check_qualities, coded, read_data, read_qualities, read_representation, write_data, write_qualities,
    write_representation,
};
use super::super::fir::{UNKNOWN_TIME, check_time};
use super::codes::{COLOURS, FORMATS, SEXES, kind};
use super::{Colours, FaceFormat, FaceKind, QualityScore, Result, Sex, within};

/// A representation without quality records, landmarks and data.
const SMALLEST: u64 = 51;
/// Levels of pixels across the head: below 180, 240, 300, 370, 480, 610, 750, and more.
const SAMPLING_LEVELS: [u32; 7] = [180, 240, 300, 370, 480, 610, 750];

/// An angle of the head in steps of two degrees, as the record stores it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Angle {
    /// 0 where unknown, 1 to 91 for 0 to 180 degrees, 92 to 180 for -178 to -2.
    pub code: u8,
    /// 0 where unknown, else degrees plus one.
    pub uncertainty: u8,
}

impl Angle {
    /// The nearest code of an angle in degrees (-180..=180) and its uncertainty in degrees (0..=180).
    pub fn of(degrees: f32, uncertainty: f32) -> Self {
        let steps = (degrees.clamp(-180.0, 180.0) / 2.0).round() as i16;
        let code = if steps < 0 { 181 + steps } else { 1 + steps };
        Self { code: code.clamp(1, 181) as u8, uncertainty: 1 + uncertainty.clamp(0.0, 180.0).round() as u8 }
    }

    /// The angle in degrees, where known.
    pub fn degrees(self) -> Option<i16> {
        match self.code {
            0 => None,
            code @ 1..=91 => Some(2 * (i16::from(code) - 1)),
            code => Some(2 * (i16::from(code) - 181)),
        }
    }

    fn check(self) -> Result<()> {
        within("pose angle", self.code, 0, 181)?;
        within("pose angle uncertainty", self.uncertainty, 0, 181)
    }
}

/// A named point of the face.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Landmark {
    /// 1 for the feature points of MPEG-4, 2 for anthropometric ones.
    pub kind: u8,
    /// Of MPEG-4: the group in the upper and the number in the lower four bits; 12.1 and 12.2 are the centres of the
    /// left and the right eye.
    pub code: u8,
    /// Pixels from the left.
    pub x: u16,
    /// Pixels from the top.
    pub y: u16,
    /// Depth; 0 in flat pictures.
    pub z: u16,
}

impl Landmark {
    /// The centres of the eyes (the person's left one, the right one) as MPEG-4 numbers them, to the nearest pixel.
    pub fn eyes(left: (f32, f32), right: (f32, f32)) -> [Self; 2] {
        let at = |code, (x, y): (f32, f32)| Self { kind: 1, code, x: x as u16, y: y as u16, z: 0 };
        [at(0xc1, left), at(0xc2, right)]
    }
}

/// One portrait, its pixels still compressed.
#[derive(Clone, PartialEq, Eq)]
pub struct FaceImage {
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
    /// The person's sex.
    pub sex: Sex,
    /// Colour of the eyes, as the standard numbers it; 0 where not told.
    pub eye_colour: u8,
    /// Colour of the hair; 0 where not told.
    pub hair_colour: u8,
    /// Height in centimetres; 0 where not told.
    pub height_cm: u8,
    /// Bits of what is worn or seen, the lowest set when the others mean something; 24 bits.
    pub features: u32,
    /// Bits of the expression; 0 where not told.
    pub expression: u16,
    /// Yaw, pitch and roll.
    pub pose: [Angle; 3],
    /// Named points.
    pub landmarks: Vec<Landmark>,
    /// What kind of portrait.
    pub kind: FaceKind,
    /// How the pixels are stored.
    pub format: FaceFormat,
    /// Width in pixels, at least 1.
    pub width: u16,
    /// Height in pixels, at least 1.
    pub height: u16,
    /// Pixels across the head, as a level of the standard; see [`FaceImage::sampling_of`].
    pub sampling: u8,
    /// Bits of what was done to the picture afterwards: 1 turned, 2 cropped, 4 made smaller, and so on.
    pub processing: u16,
    /// The portrait of this record it was made from, 0 for none.
    pub made_from: u8,
    /// Colours.
    pub colours: Colours,
    /// The picture as the format has it.
    pub data: Vec<u8>,
}

impl std::fmt::Debug for FaceImage {
    /// What and how large: a face is personal data and never reaches a log.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { kind, format, width, height, data, .. } = self;
        write!(f, "FaceImage({kind:?}, {format:?}, {width} x {height}, {} bytes)", data.len())
    }
}

impl FaceImage {
    /// A picture in colour of which nothing else is known.
    pub fn new(kind: FaceKind, format: FaceFormat, (width, height): (u16, u16), data: Vec<u8>) -> Self {
        Self {
            captured: UNKNOWN_TIME,
            technology: 0,
            vendor: 0,
            device: 0,
            qualities: Vec::new(),
            sex: Sex::Unspecified,
            eye_colour: 0,
            hair_colour: 0,
            height_cm: 0,
            features: 0,
            expression: 0,
            pose: [Angle::default(); 3],
            landmarks: Vec::new(),
            kind,
            format,
            width,
            height,
            sampling: 0,
            processing: 0,
            made_from: 0,
            colours: Colours::Rgb,
            data,
        }
    }

    /// The sampling level of a head of this width in pixels.
    pub fn sampling_of(head_width: u32) -> u8 {
        SAMPLING_LEVELS.iter().take_while(|least| head_width >= **least).count() as u8
    }

    fn check(&self) -> Result<()> {
        check_time(self.captured)?;
        check_qualities(&self.qualities)?;
        within("features", self.features, 0, 0x00ff_ffff)?;
        self.pose.iter().try_for_each(|angle| angle.check())?;
        within("image width", self.width, 1, u16::MAX.into())?;
        within("image height", self.height, 1, u16::MAX.into())?;
        within("spatial sampling rate level", self.sampling, 0, SAMPLING_LEVELS.len() as u64)?;
        for landmark in &self.landmarks {
            within("landmark abscissa", landmark.x, 0, u64::from(self.width) - 1)?;
            within("landmark ordinate", landmark.y, 0, u64::from(self.height) - 1)?;
        }
        Ok(())
    }

    pub(super) fn write(&self, out: &mut Writer) -> Result<()> {
        self.check()?;
        let mut body = Writer::default();
        body.bytes(&self.captured).u8(self.technology).u16(self.vendor).u16(self.device);
        write_qualities(&mut body, &self.qualities)?;
        body.u16(fitting("number of landmarks", self.landmarks.len())?);
        body.u8(self.sex as u8).u8(self.eye_colour).u8(self.hair_colour).u8(self.height_cm);
        body.u8((self.features >> 16) as u8).u16(self.features as u16).u16(self.expression);
        body.bytes(&self.pose.map(|angle| angle.code)).bytes(&self.pose.map(|angle| angle.uncertainty));
        for point in &self.landmarks {
            body.u8(point.kind).u8(point.code).u16(point.x).u16(point.y).u16(point.z);
        }
        body.u8(self.kind as u8).u8(self.format as u8).u16(self.width).u16(self.height).u8(self.sampling);
        body.u16(self.processing).u8(self.made_from).u8(self.colours as u8);
        write_data(&mut body, &self.data)?;
        write_representation(out, body)
    }

    pub(super) fn read(reader: &mut Reader<'_>) -> Result<Self> {
        let mut inner = read_representation(reader, SMALLEST)?;
        let mut image = Self::new(FaceKind::Basic, FaceFormat::Png, (1, 1), Vec::new());
        image.captured = inner.bytes("capture time")?;
        image.technology = inner.u8("device technology")?;
        (image.vendor, image.device) = (inner.u16("device vendor")?, inner.u16("device type")?);
        image.qualities = read_qualities(&mut inner)?;
        let points = inner.u16("number of landmarks")?;
        image.read_person(&mut inner)?;
        image.landmarks = (0..points).map(|_| Landmark::read(&mut inner)).collect::<Result<_>>()?;
        image.read_picture(&mut inner)?;
        image.check()?;
        Ok(image)
    }

    fn read_person(&mut self, inner: &mut Reader<'_>) -> Result<()> {
        self.sex = coded("gender", inner.u8("gender")?, &SEXES)?;
        self.eye_colour = inner.u8("eye colour")?;
        self.hair_colour = inner.u8("hair colour")?;
        self.height_cm = inner.u8("subject height")?;
        self.features = u32::from(inner.u8("features")?) << 16 | u32::from(inner.u16("features")?);
        self.expression = inner.u16("expression")?;
        let codes = inner.bytes::<3>("pose angle")?;
        let uncertainties = inner.bytes::<3>("pose angle uncertainty")?;
        self.pose = [0, 1, 2].map(|k| Angle { code: codes[k], uncertainty: uncertainties[k] });
        Ok(())
    }

    fn read_picture(&mut self, inner: &mut Reader<'_>) -> Result<()> {
        self.kind = kind(inner.u8("face image type")?)?;
        self.format = coded("image data type", inner.u8("image data type")?, &FORMATS)?;
        (self.width, self.height) = (inner.u16("image width")?, inner.u16("image height")?);
        self.sampling = inner.u8("spatial sampling rate level")?;
        self.processing = inner.u16("post-acquisition processing")?;
        self.made_from = inner.u8("cross reference")?;
        self.colours = coded("image colour space", inner.u8("image colour space")?, &COLOURS)?;
        self.data = read_data(inner)?;
        Ok(())
    }
}

impl Landmark {
    fn read(reader: &mut Reader<'_>) -> Result<Self> {
        const FIELD: &str = "landmark";
        let (kind, code) = (reader.u8(FIELD)?, reader.u8(FIELD)?);
        Ok(Self { kind, code, x: reader.u16(FIELD)?, y: reader.u16(FIELD)?, z: reader.u16(FIELD)? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn angles_come_back_to_two_degrees() {
        for degrees in -179..=180_i16 {
            let back = Angle::of(f32::from(degrees), 3.0).degrees().unwrap();
            // Half a turn to the left is half a turn to the right.
            assert!((back - degrees).rem_euclid(360) % 359 <= 1, "{degrees}: {back}");
        }
        assert_eq!(Angle::of(-4.0, 0.0), Angle { code: 179, uncertainty: 1 });
        assert_eq!(Angle::default().degrees(), None);
    }

    #[test]
    fn the_sampling_level_grows_with_the_head() {
        assert_eq!([0, 179, 180, 300, 749, 750].map(FaceImage::sampling_of), [0, 0, 1, 3, 6, 7]);
    }
}
