//! What the image records of the third generation (ISO/IEC 19794:2011, parts 4, 5 and 6) have in common: how they begin
//! and end, qualities, and the image data.
//!
//! Big-endian. A record begins with its identifier and version (8 bytes), length (4), number of representations (2) and
//! whether certificates are given (1); each representation begins with its own length (4).

use super::bytes::{Reader, Writer, fitting};
use super::error::{RecordError, Result, within};
use super::fir::QualityScore;

const LENGTH: &str = "record length";
const COUNT: &str = "number of representations";
const DATA: &str = "length of the image data";

/// The beginning of a record of `size` bytes in all.
pub(super) fn begin(magic: &[u8; 8], size: usize, count: usize, certified: bool) -> Result<Writer> {
    within(COUNT, count as u64, 1, u16::MAX.into())?;
    let mut out = Writer::default();
    out.bytes(magic).u32(fitting(LENGTH, size)?).u16(fitting(COUNT, count)?).u8(certified.into());
    Ok(out)
}

/// A record whose beginning has been read.
pub(super) struct Opened<'a> {
    /// What follows.
    pub(super) rest: Reader<'a>,
    /// How many representations, at least 1.
    pub(super) count: u16,
    /// Whether they give certificates, 0 or 1.
    pub(super) certified: u8,
    size: usize,
}

/// Reads the beginning of a record whose identifier is known to be right.
pub(super) fn open<'a>(bytes: &'a [u8], magic: &[u8; 8]) -> Result<Opened<'a>> {
    let mut rest = Reader::new(bytes);
    rest.take("format identifier", magic.len())?;
    let (stated, actual) = (u64::from(rest.u32(LENGTH)?), bytes.len() as u64);
    if stated != actual {
        return Err(RecordError::Length { field: LENGTH, stated, actual });
    }
    let count = rest.u16(COUNT)?;
    within(COUNT, count, 1, u16::MAX.into())?;
    let certified = rest.u8("certification flag")?;
    within("certification flag", certified, 0, 1)?;
    Ok(Opened { rest, count, certified, size: bytes.len() })
}

impl Opened<'_> {
    /// Refuses a record that gives certificates.
    pub(super) fn without_certificates(&self) -> Result<()> {
        within("certification flag", self.certified, 0, 0)
    }

    /// Refuses a record that goes on after its representations.
    pub(super) fn close(self) -> Result<()> {
        let (stated, left) = (self.size as u64, self.rest.left() as u64);
        if left == 0 { Ok(()) } else { Err(RecordError::Length { field: LENGTH, stated, actual: stated - left }) }
    }
}

/// A representation with its length before it.
pub(super) fn write_representation(out: &mut Writer, body: Writer) -> Result<()> {
    out.u32(fitting("representation length", 4 + body.len())?).bytes(&body.finish());
    Ok(())
}

/// The next representation, of `least` bytes or more with its length.
pub(super) fn read_representation<'a>(reader: &mut Reader<'a>, least: u64) -> Result<Reader<'a>> {
    let length = reader.u32("representation length")?;
    within("representation length", length, least, u32::MAX.into())?;
    reader.within("representation", length as usize - 4)
}

/// Refuses what is no quality; 255 stands where none could be computed.
pub(super) fn check_qualities(qualities: &[QualityScore]) -> Result<()> {
    let lawful = |score| if score == 255 { 0 } else { score };
    qualities.iter().try_for_each(|quality| within("quality score", lawful(quality.score), 0, 100))
}

/// Their number and each of them.
pub(super) fn write_qualities(body: &mut Writer, qualities: &[QualityScore]) -> Result<()> {
    body.u8(fitting("number of quality records", qualities.len())?);
    for quality in qualities {
        body.u8(quality.score).u16(quality.vendor).u16(quality.algorithm);
    }
    Ok(())
}

/// As many as stated.
pub(super) fn read_qualities(reader: &mut Reader<'_>) -> Result<Vec<QualityScore>> {
    let count = reader.u8("number of quality records")?;
    (0..count).map(|_| QualityScore::read(reader)).collect()
}

/// The image's bytes with their number before them.
pub(super) fn write_data(body: &mut Writer, data: &[u8]) -> Result<()> {
    body.u32(fitting(DATA, data.len())?).bytes(data);
    Ok(())
}

/// The image's bytes, with which a representation ends.
pub(super) fn read_data(reader: &mut Reader<'_>) -> Result<Vec<u8>> {
    let (stated, actual) = (reader.u32(DATA)?, reader.left() as u64);
    if u64::from(stated) != actual {
        return Err(RecordError::Length { field: DATA, stated: stated.into(), actual });
    }
    Ok(reader.take("image data", reader.left())?.to_vec())
}

/// The meaning of a code.
pub(super) fn coded<T: Copy>(field: &'static str, code: u8, table: &[(u8, T)]) -> Result<T> {
    let unknown = RecordError::Field { field, value: code.into() };
    table.iter().find(|(known, _)| *known == code).map(|(_, meaning)| *meaning).ok_or(unknown)
}
