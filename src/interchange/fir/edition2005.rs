//! ISO/IEC 19794-4:2005.
//!
//! Big-endian. Header of 32 bytes: `FIR\0`, `010\0`, length (6), capture device (2), image acquisition level (2),
//! number of images (1), scale units (1), scan resolution x and y, image resolution x and y (2 each), pixel depth (1),
//! compression (1), zeros (2). Each image: length with this header of 14 bytes (4), position (1), number of views (1),
//! view number from 1 (1), quality (1; 254 where none is reported), impression type (1), width and height (2 each), a
//! zero, the data.

use super::super::bytes::{Reader, Writer, fitting};
use super::{Compression, Picture, RecordError, Result, Sampling, listed, within};

pub(super) const MAGIC: &[u8; 8] = b"FIR\x00010\0";
const HEADER: usize = 32;
const IMAGE_HEADER: usize = 14;
/// Quality where none is reported.
const UNREPORTED: u8 = 254;

/// A record of several images of one resolution.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fir2005 {
    /// The maker's number of the device; 0 where not reported.
    pub device: u16,
    /// Image acquisition settings level: 31 is 500 dpi with 8 bits and 200 grey values.
    pub level: u16,
    /// Of all images.
    pub sampling: Sampling,
    /// One image or more, at most 255.
    pub images: Vec<Image2005>,
}

/// One image of the record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Image2005 {
    /// Views of this position in the record, at least 1.
    pub views: u8,
    /// Which of them this is, from 1.
    pub view: u8,
    /// Quality 0 to 100 where reported.
    pub quality: Option<u8>,
    /// The image.
    pub picture: Picture,
}

impl Image2005 {
    fn check(&self) -> Result<()> {
        listed("finger position", self.picture.position, &[0..=10, 13..=15, 20..=36])?;
        listed("impression type", self.picture.impression, &[0..=15])?;
        within("number of views", self.views, 1, 255)?;
        within("view number", self.view, 1, self.views.into())?;
        within("finger quality", self.quality.unwrap_or(0), 0, 100)?;
        within("image width", self.picture.width, 1, u16::MAX.into())?;
        within("image height", self.picture.height, 1, u16::MAX.into())
    }
}

impl Fir2005 {
    /// The record's bytes.
    pub fn encode(&self) -> Result<Vec<u8>> {
        let length = HEADER + self.images.iter().map(|image| IMAGE_HEADER + image.picture.data.len()).sum::<usize>();
        let mut out = Writer::default();
        // Six bytes of length: more than memory holds, so the two highest are never needed.
        out.bytes(MAGIC).u16(0).u32(fitting("record length", length)?).u16(self.device).u16(self.level);
        within("number of images", self.images.len() as u64, 1, 255)?;
        out.u8(fitting("number of images", self.images.len())?);
        self.sampling.write(&mut out, &Compression::OF_2005)?;
        out.u16(0);
        for image in &self.images {
            image.check()?;
            let picture = &image.picture;
            out.u32(fitting("image length", IMAGE_HEADER + picture.data.len())?);
            out.u8(picture.position).u8(image.views).u8(image.view).u8(image.quality.unwrap_or(UNREPORTED));
            out.u8(picture.impression).u16(picture.width).u16(picture.height).u8(0).bytes(&picture.data);
        }
        Ok(out.finish())
    }

    pub(super) fn decode(bytes: &[u8]) -> Result<Self> {
        let mut reader = Reader::new(bytes);
        reader.take("format identifier", MAGIC.len())?;
        let (stated, actual) = (reader.u48("record length")?, bytes.len() as u64);
        if stated != actual {
            return Err(RecordError::Length { field: "record length", stated, actual });
        }
        let (device, level) = (reader.u16("capture device")?, reader.u16("image acquisition level")?);
        let count = reader.u8("number of images")?;
        within("number of images", count, 1, 255)?;
        let sampling = Sampling::read(&mut reader, &Compression::OF_2005)?;
        within("reserved bytes", reader.u16("reserved bytes")?, 0, 0)?;
        let images = (0..count).map(|_| read_image(&mut reader)).collect::<Result<_>>()?;
        match reader.left() {
            0 => Ok(Self { device, level, sampling, images }),
            left => Err(RecordError::Length { field: "record length", stated, actual: actual - left as u64 }),
        }
    }
}

fn read_image(reader: &mut Reader<'_>) -> Result<Image2005> {
    let length = reader.u32("image length")?;
    within("image length", length, IMAGE_HEADER as u64, u32::MAX.into())?;
    let mut inner = reader.within("image", length as usize - 4)?;
    let position = inner.u8("finger position")?;
    let (views, view) = (inner.u8("number of views")?, inner.u8("view number")?);
    let quality = inner.u8("finger quality")?;
    let quality = (quality != UNREPORTED).then_some(quality);
    let impression = inner.u8("impression type")?;
    let (width, height) = (inner.u16("image width")?, inner.u16("image height")?);
    within("reserved byte of an image", inner.u8("reserved byte of an image")?, 0, 0)?;
    let data = inner.take("image data", inner.left())?.to_vec();
    let image = Image2005 { views, view, quality, picture: Picture { position, impression, width, height, data } };
    image.check()?;
    Ok(image)
}
