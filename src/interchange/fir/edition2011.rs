//! ISO/IEC 19794-4:2011.
//!
//! Big-endian. Header of 16 bytes: `FIR\0`, `020\0`, length (4), number of representations (2), whether certificates
//! are given (1), number of different positions (1). Each representation: length with itself (4), capture time (year 2,
//! month, day, hour, minute, second 1 each, milliseconds 2; all bits set where unknown), device technology (1), vendor
//! (2) and type (2), number of quality records (1) of 5 bytes, with certificates their number (1) and 3 bytes each,
//! position (1), representation number (1), scale units (1), scan resolution x and y, image resolution x and y (2
//! each), pixel depth (1), compression (1), impression type (1), width and height (2 each), length of the data (4), the
//! data.

use super::super::bytes::{Reader, Writer, fitting};
use super::super::edition::{
    begin, check_qualities, open, read_data, read_qualities, read_representation, write_data, write_qualities,
    write_representation,
};
use super::{Compression, Picture, RecordError, Result, Sampling, listed, within};

pub(super) const MAGIC: &[u8; 8] = b"FIR\x00020\0";
/// A representation without quality records, certificates and data.
const SMALLEST: u64 = 41;
/// The capture time where it is unknown.
pub const UNKNOWN_TIME: [u8; 9] = [0xff; 9];

/// A record of images that each say everything about themselves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fir2011 {
    /// One image or more, at most 65 535; either all have a list of certificates or none has.
    pub images: Vec<Image2011>,
}

/// A quality computed by a named method.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct QualityScore {
    /// 0 to 100; 255 where it could not be computed.
    pub score: u8,
    /// The method's maker, as registered.
    pub vendor: u16,
    /// The method, as its maker numbers it.
    pub algorithm: u16,
}

/// What the device is certified for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Certificate {
    /// Who certified it.
    pub authority: u16,
    /// By which scheme.
    pub scheme: u8,
}

/// One image of the record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Image2011 {
    /// Year (2 bytes), month, day, hour, minute, second, milliseconds (2 bytes) in universal time.
    pub captured: [u8; 9],
    /// Technology of the device; 0 where unknown.
    pub technology: u8,
    /// The device's maker, as registered; 0 where unknown.
    pub vendor: u16,
    /// The device's type, as its maker numbers it; 0 where unknown.
    pub device: u16,
    /// Qualities, at most 255.
    pub qualities: Vec<QualityScore>,
    /// Certificates; `None` where the record gives none at all.
    pub certificates: Option<Vec<Certificate>>,
    /// Which image of its position this is, from 0.
    pub number: u8,
    /// Of this image.
    pub sampling: Sampling,
    /// The image.
    pub picture: Picture,
}

impl QualityScore {
    pub(in super::super) fn read(reader: &mut Reader<'_>) -> Result<Self> {
        let score = reader.u8("quality score")?;
        Ok(Self { score, vendor: reader.u16("quality vendor")?, algorithm: reader.u16("quality algorithm")? })
    }
}

impl Image2011 {
    /// An image of which only its sampling is known.
    pub fn new((sampling, picture): (Sampling, Picture)) -> Self {
        Self {
            captured: UNKNOWN_TIME,
            technology: 0,
            vendor: 0,
            device: 0,
            qualities: Vec::new(),
            certificates: None,
            number: 0,
            sampling,
            picture,
        }
    }

    fn check(&self) -> Result<()> {
        listed("finger position", self.picture.position, &[0..=10, 13..=15, 20..=36, 40..=50])?;
        listed("impression type", self.picture.impression, &[0..=15, 24..=24, 28..=29])?;
        within("device technology", self.technology, 0, 20)?;
        within("image width", self.picture.width, 1, u16::MAX.into())?;
        within("image height", self.picture.height, 1, u16::MAX.into())?;
        check_qualities(&self.qualities)?;
        check_time(self.captured)
    }

    fn write(&self, out: &mut Writer) -> Result<()> {
        self.check()?;
        let mut body = Writer::default();
        body.bytes(&self.captured).u8(self.technology).u16(self.vendor).u16(self.device);
        write_qualities(&mut body, &self.qualities)?;
        if let Some(certificates) = &self.certificates {
            body.u8(fitting("number of certificates", certificates.len())?);
            for certificate in certificates {
                body.u16(certificate.authority).u8(certificate.scheme);
            }
        }
        let picture = &self.picture;
        body.u8(picture.position).u8(self.number);
        self.sampling.write(&mut body, &Compression::OF_2011)?;
        body.u8(picture.impression).u16(picture.width).u16(picture.height);
        write_data(&mut body, &picture.data)?;
        write_representation(out, body)
    }
}

/// Refuses a time that no clock shows.
pub(in super::super) fn check_time(captured: [u8; 9]) -> Result<()> {
    if captured == UNKNOWN_TIME {
        return Ok(());
    }
    let [_, _, month, day, hour, minute, second, high, low] = captured;
    within("capture month", month, 1, 12)?;
    within("capture day", day, 1, 31)?;
    within("capture hour", hour, 0, 23)?;
    within("capture minute", minute, 0, 59)?;
    within("capture second", second, 0, 60)?;
    within("capture milliseconds", u16::from_be_bytes([high, low]), 0, 999)
}

impl Fir2011 {
    fn certified(&self) -> Result<bool> {
        let certified = self.images.iter().filter(|image| image.certificates.is_some()).count();
        let all = certified == self.images.len();
        if all || certified == 0 { Ok(all) } else { Err(RecordError::Mixed { field: "certificates" }) }
    }

    fn positions(&self) -> usize {
        let mut positions: Vec<u8> = self.images.iter().map(|image| image.picture.position).collect();
        positions.sort_unstable();
        positions.dedup();
        positions.len()
    }

    /// The record's bytes.
    pub fn encode(&self) -> Result<Vec<u8>> {
        let certified = self.certified()?;
        let mut body = Writer::default();
        self.images.iter().try_for_each(|image| image.write(&mut body))?;
        let mut out = begin(MAGIC, 16 + body.len(), self.images.len(), certified)?;
        out.u8(fitting("number of positions", self.positions())?).bytes(&body.finish());
        Ok(out.finish())
    }

    pub(super) fn decode(bytes: &[u8]) -> Result<Self> {
        let mut opened = open(bytes, MAGIC)?;
        let (count, certified) = (opened.count, opened.certified == 1);
        let positions = opened.rest.u8("number of positions")?;
        let images = (0..count).map(|_| read_image(&mut opened.rest, certified)).collect::<Result<_>>()?;
        opened.close()?;
        let record = Self { images };
        if record.positions() != usize::from(positions) {
            return Err(RecordError::Field { field: "number of positions", value: positions.into() });
        }
        Ok(record)
    }
}

fn read_image(reader: &mut Reader<'_>, certified: bool) -> Result<Image2011> {
    let mut inner = read_representation(reader, SMALLEST)?;
    let captured = inner.bytes("capture time")?;
    let technology = inner.u8("device technology")?;
    let (vendor, device) = (inner.u16("device vendor")?, inner.u16("device type")?);
    let qualities = read_qualities(&mut inner)?;
    let certificates = if certified {
        let count = inner.u8("number of certificates")?;
        Some((0..count).map(|_| read_certificate(&mut inner)).collect::<Result<_>>()?)
    } else {
        None
    };
    let (position, number) = (inner.u8("finger position")?, inner.u8("representation number")?);
    let sampling = Sampling::read(&mut inner, &Compression::OF_2011)?;
    let impression = inner.u8("impression type")?;
    let (width, height) = (inner.u16("image width")?, inner.u16("image height")?);
    let data = read_data(&mut inner)?;
    let picture = Picture { position, impression, width, height, data };
    let image = Image2011 { captured, technology, vendor, device, qualities, certificates, number, sampling, picture };
    image.check()?;
    Ok(image)
}

fn read_certificate(reader: &mut Reader<'_>) -> Result<Certificate> {
    Ok(Certificate { authority: reader.u16("certification authority")?, scheme: reader.u8("certification scheme")? })
}
