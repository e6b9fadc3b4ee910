//! Finger image records (FIR): the image itself, with where and how it was taken, ISO/IEC 19794-4.
//!
//! Two editions are in use and differ in more than details: the 2005 one says resolution, depth and compression once
//! for all its images and knows no time or device class; the 2011 one says everything for each image. Both are written
//! and strictly read, and both give their images the same way ([`FirRecord::images`]).

mod edition2005;
mod edition2011;
mod pixels;

use rekam_hal::GrayImage;

pub use edition2005::{Fir2005, Image2005};
pub use edition2011::{Certificate, Fir2011, Image2011, QualityScore};
pub(super) use edition2011::{UNKNOWN_TIME, check_time};

use super::error::{RecordError, Result, within};

/// A finger image record of either edition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FirRecord {
    /// ISO/IEC 19794-4:2005.
    Edition2005(Fir2005),
    /// ISO/IEC 19794-4:2011.
    Edition2011(Fir2011),
}

/// How the pixels are stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Compression {
    /// One byte a pixel (two for more than eight bits).
    Raw,
    /// Pixels of fewer bits, packed.
    Packed,
    /// Wavelet Scalar Quantization.
    Wsq,
    /// JPEG.
    Jpeg,
    /// JPEG 2000, with loss (the 2005 edition does not tell whether).
    Jpeg2000,
    /// JPEG 2000, without loss; 2011 alone.
    Jpeg2000Lossless,
    /// PNG.
    Png,
}

/// Unit of the resolutions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Unit {
    /// Pixels per inch.
    Inch = 1,
    /// Pixels per centimetre.
    Centimetre = 2,
}

/// Resolution, depth and compression of an image.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Sampling {
    /// Of all four resolutions.
    pub unit: Unit,
    /// Of the scanner, across and down.
    pub scan: (u16, u16),
    /// Of the image in the record, across and down; not above the scanner's.
    pub image: (u16, u16),
    /// Bits per pixel, 1 to 16.
    pub depth: u8,
    /// How the pixels are stored.
    pub compression: Compression,
}

/// One image, its pixels still compressed.
#[derive(Clone, PartialEq, Eq)]
pub struct Picture {
    /// 0 unknown, 1 to 10 a finger, 13 to 15 several at once, 20 to 36 a palm, 40 to 50 two or three fingers (2011).
    pub position: u8,
    /// Impression type; the codes up to 9 are those of [`super::fmr::Impression`].
    pub impression: u8,
    /// Width in pixels, at least 1.
    pub width: u16,
    /// Height in pixels, at least 1.
    pub height: u16,
    /// The pixels as the compression has them.
    pub data: Vec<u8>,
}

impl std::fmt::Debug for Picture {
    /// Size alone: pixels are personal data and never reach a log.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Picture(position {}, {} x {}, {} bytes)", self.position, self.width, self.height, self.data.len())
    }
}

/// How to store an image that is written.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Storage {
    /// WSQ at so many bits per pixel (see [`super::wsq::BITS_PER_PIXEL`]).
    Wsq(f32),
    /// PNG, without loss.
    Png,
    /// One byte a pixel.
    Raw,
}

impl FirRecord {
    /// Reads a record of either edition; lengths, ranges and reserved bytes must be as the standard has them. The
    /// images are not decompressed yet.
    pub fn decode(bytes: &[u8]) -> Result<Self> {
        if bytes.starts_with(edition2005::MAGIC) {
            Fir2005::decode(bytes).map(Self::Edition2005)
        } else if bytes.starts_with(edition2011::MAGIC) {
            Fir2011::decode(bytes).map(Self::Edition2011)
        } else {
            Err(RecordError::Format { record: "finger image record" })
        }
    }

    /// The record's bytes.
    pub fn encode(&self) -> Result<Vec<u8>> {
        match self {
            Self::Edition2005(record) => record.encode(),
            Self::Edition2011(record) => record.encode(),
        }
    }

    /// The images with how they were sampled.
    pub fn images(&self) -> Vec<(Sampling, &Picture)> {
        match self {
            Self::Edition2005(record) => record.images.iter().map(|image| (record.sampling, &image.picture)).collect(),
            Self::Edition2011(record) => record.images.iter().map(|image| (image.sampling, &image.picture)).collect(),
        }
    }
}

impl Picture {
    /// Stores an image, ridges dark, taken at its own resolution (500 dpi where it does not know).
    pub fn of(image: &GrayImage, position: u8, impression: u8, storage: Storage) -> Result<(Sampling, Self)> {
        let (width, height) = (side("image width", image.width())?, side("image height", image.height())?);
        let dpi = image.dpi().unwrap_or(500.0).round().clamp(1.0, f32::from(u16::MAX)) as u16;
        let (compression, data) = pixels::store(image, storage)?;
        let sampling = Sampling { unit: Unit::Inch, scan: (dpi, dpi), image: (dpi, dpi), depth: 8, compression };
        Ok((sampling, Self { position, impression, width, height, data }))
    }

    /// The image, decompressed, with its resolution; never more memory than its stated size asks for, which is bounded.
    ///
    /// # Errors
    /// A sampling that no record can have, or that no finger is taken with; data that are not what it says.
    pub fn image(&self, sampling: Sampling) -> Result<GrayImage> {
        pixels::restore(self, sampling)
    }
}

fn side(field: &'static str, length: u32) -> Result<u16> {
    u16::try_from(length).map_err(|_| RecordError::Field { field, value: length.into() })
}

impl Compression {
    const OF_2005: [Self; 6] = [Self::Raw, Self::Packed, Self::Wsq, Self::Jpeg, Self::Jpeg2000, Self::Png];
    const OF_2011: [Self; 7] =
        [Self::Raw, Self::Packed, Self::Wsq, Self::Jpeg, Self::Jpeg2000, Self::Jpeg2000Lossless, Self::Png];
}

impl Sampling {
    /// Dots per inch of the image, across and down.
    pub fn dpi(&self) -> (f32, f32) {
        let dpi = |resolution: u16| match (self.unit, resolution) {
            (Unit::Inch, _) => f32::from(resolution),
            // How 500 and 1000 dpi are written in whole pixels per centimetre.
            (Unit::Centimetre, 197) => 500.0,
            (Unit::Centimetre, 394) => 1000.0,
            (Unit::Centimetre, _) => f32::from(resolution) * 2.54,
        };
        (dpi(self.image.0), dpi(self.image.1))
    }

    fn check(&self) -> Result<()> {
        let resolutions = [
            ("horizontal scan resolution", self.scan.0),
            ("vertical scan resolution", self.scan.1),
            ("horizontal image resolution", self.image.0),
            ("vertical image resolution", self.image.1),
        ];
        resolutions.into_iter().try_for_each(|(field, value)| within(field, value, 1, u16::MAX.into()))?;
        within("horizontal image resolution", self.image.0, 1, self.scan.0.into())?;
        within("vertical image resolution", self.image.1, 1, self.scan.1.into())?;
        within("pixel depth", self.depth, 1, 16)
    }

    fn write(&self, out: &mut super::bytes::Writer, codes: &[Compression]) -> Result<()> {
        self.check()?;
        let code = codes.iter().position(|code| *code == self.compression);
        let code = code.ok_or(RecordError::Mixed { field: "image compression" })?;
        out.u8(self.unit as u8).u16(self.scan.0).u16(self.scan.1).u16(self.image.0).u16(self.image.1);
        out.u8(self.depth).u8(super::bytes::fitting("image compression", code)?);
        Ok(())
    }

    fn read(reader: &mut super::bytes::Reader<'_>, codes: &[Compression]) -> Result<Self> {
        let unit = match reader.u8("scale units")? {
            1 => Unit::Inch,
            2 => Unit::Centimetre,
            value => return Err(RecordError::Field { field: "scale units", value: value.into() }),
        };
        let scan = (reader.u16("horizontal scan resolution")?, reader.u16("vertical scan resolution")?);
        let image = (reader.u16("horizontal image resolution")?, reader.u16("vertical image resolution")?);
        let (depth, code) = (reader.u8("pixel depth")?, reader.u8("image compression")?);
        let unknown = RecordError::Field { field: "image compression", value: code.into() };
        let compression = codes.get(usize::from(code)).copied().ok_or(unknown)?;
        let sampling = Self { unit, scan, image, depth, compression };
        sampling.check()?;
        Ok(sampling)
    }
}

/// Refuses a code that stands in none of the ranges.
fn listed(field: &'static str, value: u8, ranges: &[std::ops::RangeInclusive<u8>]) -> Result<()> {
    let known = ranges.iter().any(|range| range.contains(&value));
    if known { Ok(()) } else { Err(RecordError::Field { field, value: value.into() }) }
}
