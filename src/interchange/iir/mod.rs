//! Iris image records (IIR): the images of one or both eyes, with where and how they were taken, ISO/IEC 19794-6:2011.
//!
//! Written with PNG inside, which is lossless and which every program reads; read with whatever devices put there: raw
//! pixels, PNG, JPEG and JPEG 2000. Each image says everything about itself, so a record is no more than a list.
//!
//! Big-endian. Header of 16 bytes: `IIR\0`, `020\0`, length (4), number of representations (2), whether certificates
//! are given (1; not in this record), number of different eyes (1). Each representation: length with itself (4), capture
//! time (9), device technology (1), vendor (2) and type (2), number of quality records (1) of 5 bytes, representation
//! number (2), eye (1), kind (1) and format (1) of the image, properties (1), width and height (2 each), bit depth (1),
//! range (2), roll angle and its uncertainty (2 each), smallest and largest abscissa and ordinate of the iris' centre and
//! smallest and largest diameter (2 each), length of the data (4), the data.

mod pixels;
mod representation;

use rekam_hal::GrayImage;

use super::bytes::{Writer, fitting};
use super::edition::{begin, open};
use super::error::{RecordError, Result, within};
pub use super::fir::QualityScore;
pub use representation::{Extent, EyeImage, History, Mirroring, Place};

const MAGIC: &[u8; 8] = b"IIR\x00020\0";
const HEADER: usize = 16;

/// Which eye an image shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum EyeLabel {
    /// Not told.
    Undefined = 0,
    /// The resident's right eye.
    Right = 1,
    /// The resident's left eye.
    Left = 2,
}

/// What part of the face an image shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum ImageKind {
    /// As captured.
    Uncropped = 1,
    /// 640 x 480 pixels.
    Vga = 2,
    /// The iris with a margin.
    Cropped = 3,
    /// The iris with a margin, lids and sclera painted over.
    CroppedAndMasked = 7,
}

/// How the pixels are stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum ImageFormat {
    /// One byte a pixel.
    Raw = 0x02,
    /// JPEG.
    Jpeg = 0x06,
    /// JPEG 2000.
    Jpeg2000 = 0x0a,
    /// PNG.
    Png = 0x0e,
}

/// A record of one image or more, of one eye or both.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IirRecord {
    /// The images, at most 65 535.
    pub images: Vec<EyeImage>,
}

impl IirRecord {
    /// Whether bytes begin like an iris image record of any edition.
    pub fn recognised(bytes: &[u8]) -> bool {
        bytes.starts_with(b"IIR\0")
    }

    /// The record's bytes.
    pub fn encode(&self) -> Result<Vec<u8>> {
        let mut body = Writer::default();
        self.images.iter().try_for_each(|image| image.write(&mut body))?;
        let mut out = begin(MAGIC, HEADER + body.len(), self.images.len(), false)?;
        out.u8(self.eyes()).bytes(&body.finish());
        Ok(out.finish())
    }

    /// Reads a record; lengths, ranges and reserved bits must be as the standard has them. The images are not decompressed
    /// yet.
    pub fn decode(bytes: &[u8]) -> Result<Self> {
        if !bytes.starts_with(MAGIC) {
            return Err(RecordError::Format { record: "iris image record" });
        }
        let mut record = open(bytes, MAGIC)?;
        record.without_certificates()?;
        let eyes = record.rest.u8("number of eyes")?;
        let images = (0..record.count).map(|_| EyeImage::read(&mut record.rest)).collect::<Result<_>>()?;
        record.close()?;
        let record = Self { images };
        if record.eyes() == eyes {
            Ok(record)
        } else {
            Err(RecordError::Field { field: "number of eyes", value: eyes.into() })
        }
    }

    /// Different eyes in the record; one that is not told counts as another, but nobody has three.
    fn eyes(&self) -> u8 {
        let labels = [EyeLabel::Undefined, EyeLabel::Right, EyeLabel::Left];
        labels.iter().filter(|label| self.images.iter().any(|image| image.eye == **label)).count().min(2) as u8
    }
}

impl EyeImage {
    /// Stores an image as PNG; everything else about it is unknown.
    pub fn of(image: &GrayImage, eye: EyeLabel) -> Result<Self> {
        let side = |field, length: u32| fitting::<u16>(field, length as usize);
        let (width, height) = (side("image width", image.width())?, side("image height", image.height())?);
        let kind = if (width, height) == (640, 480) { ImageKind::Vga } else { ImageKind::Uncropped };
        Ok(Self::new(eye, kind, ImageFormat::Png, (width, height), super::pictures::png(image)?))
    }

    /// The image, decompressed and upright as the eye is; never more memory than its stated size asks for, which is
    /// bounded.
    pub fn image(&self) -> Result<GrayImage> {
        pixels::restore(self)
    }
}
