//! Face image records (FAC): portraits with how they were taken, ISO/IEC 19794-5:2011.
//!
//! Written with PNG inside for what must lose nothing and with JPEG for the card; read with whatever devices put there:
//! JPEG, PNG and JPEG 2000, in colour or grey. What the record can say of a person's looks (sex, eyes, hair, height) is
//! kept as it came and never guessed: the register knows it better.
//!
//! Big-endian. Header of 17 bytes: `FAC\0`, `030\0`, length (4), number of representations (2), whether certificates
//! are given (1; not in this record), how the images follow each other in time (2). Each representation: length with
//! itself (4), capture time (9), device technology (1), vendor (2) and type (2), number of quality records (1) of
//! 5 bytes, number of landmarks (2), sex, colour of eyes and hair, height (1 each), features (3), expression (2), yaw,
//! pitch and roll (1 each) and their uncertainties (1 each), landmarks of 8 bytes, type and format of the image
//! (1 each), width and height (2 each), sampling level (1), processing (2), cross reference (1), colours (1), length of
//! the data (4), the data.

mod codes;
mod pixels;
mod representation;

use rekam_hal::RgbImage;

use super::bytes::{Writer, fitting};
use super::edition::{begin, open};
use super::error::{RecordError, Result, within};
pub use super::fir::QualityScore;
pub use codes::{Colours, FaceFormat, FaceKind, Sex};
pub use representation::{Angle, FaceImage, Landmark};

const MAGIC: &[u8; 8] = b"FAC\x00030\0";
const HEADER: usize = 17;

/// A record of one portrait or more of one person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FacRecord {
    /// The portraits, at most 65 535.
    pub images: Vec<FaceImage>,
    /// How they follow each other: 0 for one, 1 for several in no order, then milliseconds between two (2 to 65 534) and
    /// 65 535 for longer.
    pub sequence: u16,
}

impl FacRecord {
    /// Whether bytes begin like a face image record of any edition.
    pub fn recognised(bytes: &[u8]) -> bool {
        bytes.starts_with(b"FAC\0")
    }

    /// A record of one portrait.
    pub fn single(image: FaceImage) -> Self {
        Self { images: vec![image], sequence: 0 }
    }

    /// The record's bytes.
    pub fn encode(&self) -> Result<Vec<u8>> {
        let mut body = Writer::default();
        self.images.iter().try_for_each(|image| image.write(&mut body))?;
        let mut out = begin(MAGIC, HEADER + body.len(), self.images.len(), false)?;
        out.u16(self.sequence);
        out.bytes(&body.finish());
        Ok(out.finish())
    }

    /// Reads a record; lengths and ranges must be as the standard has them. The images are not decompressed yet.
    pub fn decode(bytes: &[u8]) -> Result<Self> {
        if !bytes.starts_with(MAGIC) {
            return Err(RecordError::Format { record: "face image record" });
        }
        let mut record = open(bytes, MAGIC)?;
        record.without_certificates()?;
        let sequence = record.rest.u16("temporal semantics")?;
        let images = (0..record.count).map(|_| FaceImage::read(&mut record.rest)).collect::<Result<_>>()?;
        record.close()?;
        Ok(Self { images, sequence })
    }
}

impl FaceImage {
    /// Stores a picture as PNG, without loss; everything else about it is unknown.
    ///
    /// # Errors
    /// A picture the format has no room for.
    pub fn of(image: &RgbImage, kind: FaceKind) -> Result<Self> {
        let side = |field, length: u32| fitting::<u16>(field, length as usize);
        let size = (side("image width", image.width())?, side("image height", image.height())?);
        Ok(Self::new(kind, FaceFormat::Png, size, super::pictures::png_rgb(image)?))
    }

    /// The picture, decompressed; never more memory than its stated size asks for, which is bounded.
    pub fn image(&self) -> Result<RgbImage> {
        pixels::restore(self)
    }
}
