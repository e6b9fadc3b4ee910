//! ISO/IEC 19794-2:2011, read only: what it says beyond the 2005 edition (time, device, certificates, quality by named
//! methods) is checked in shape and passed over.
//!
//! Header of 15 bytes: `FMR\0`, `030\0`, length (4), number of representations (2), whether certificates are given (1).
//! Each representation: length (4), capture time (9), device technology (1), vendor (2) and type (2), number of quality
//! records (1) of 5 bytes, with certificates their number (1) and 3 bytes each, finger position (1), number (1),
//! resolution x and y in pixels per centimetre (2 each), impression type (1), width and height (2 each), bytes of a
//! minutia and kind of ridge ending (4 bits each), number of minutiae (1), 5 or 6 bytes per minutia, extended data.

use super::super::bytes::Reader;
use super::receive::{Deviation, Judge};
use super::{Area, FmrMinutia, FmrRecord, FmrView, Geometry, LARGEST_SIDE, extended};
use super::{RecordError, Result, within};

/// Format identifier and version.
pub(super) const MAGIC: &[u8; 8] = b"FMR\x00030\0";
/// Bytes of a representation without quality records, certificates and minutiae.
const SMALLEST: u64 = 34;
/// Finger qualities and minutia qualities: not reported, and could not be computed.
const UNREPORTED: [u8; 2] = [254, 255];

/// Reads a record whose identifier has been seen to be [`MAGIC`].
pub(super) fn decode(bytes: &[u8], judge: &mut Judge) -> Result<FmrRecord> {
    let mut reader = Reader::new(bytes);
    reader.take("format identifier", MAGIC.len())?;
    let stated = reader.u32("record length")?.into();
    judge.total_length(&mut reader, stated, bytes.len())?;
    let count = reader.u16("number of representations")?;
    within("number of representations", count, 1, super::MOST as u64)?;
    let certified = reader.u8("certification flag")?;
    within("certification flag", certified, 0, 1)?;
    let mut views = Vec::with_capacity(usize::from(count).min(reader.left() / SMALLEST as usize + 1));
    for _ in 0..count {
        let length = reader.u32("representation length")?;
        within("representation length", length, SMALLEST, u32::MAX.into())?;
        let mut inner = reader.within("representation", length as usize - 4)?;
        let mut view = read_view(&mut inner, certified == 1, judge)?;
        if inner.left() > 0 {
            let actual = u64::from(length) - inner.left() as u64;
            let error = RecordError::Length { field: "representation length", stated: length.into(), actual };
            judge.forgive(Deviation::Padding, error)?;
        }
        judge.outside(std::slice::from_mut(&mut view))?;
        views.push(view);
    }
    let mut record = FmrRecord { equipment: 0, views };
    judge.numbers(&mut record)?;
    record.check()?;
    if reader.left() > 0 {
        let actual = (bytes.len() - reader.left()) as u64;
        judge.forgive(Deviation::Padding, RecordError::Length { field: "record length", stated, actual })?;
    }
    Ok(record)
}

fn read_view(reader: &mut Reader<'_>, certified: bool, judge: &mut Judge) -> Result<FmrView> {
    reader.take("capture time", 9)?;
    reader.take("capture device", 5)?;
    let quality = read_quality(reader, judge)?;
    if certified {
        let certificates = reader.u8("number of certificates")?;
        reader.take("certificates", 3 * usize::from(certificates))?;
    }
    let position = judge.position(reader.u8("finger position")?)?;
    let number = reader.u8("representation number")?;
    let (resolution_x, resolution_y) = (reader.u16("horizontal resolution")?, reader.u16("vertical resolution")?);
    let impression = judge.impression(reader.u8("impression type")?)?;
    let (width, height) = (reader.u16("image width")?, reader.u16("image height")?);
    let mut geometry = Geometry { width, height, resolution_x, resolution_y };
    judge.geometry(&mut geometry)?;
    let bytes_each = reader.u8("bytes of a minutia")? >> 4;
    within("bytes of a minutia", bytes_each, 5, 6)?;
    let count = reader.u8("number of minutiae")?;
    let mut minutiae = Vec::with_capacity(usize::from(count).min(reader.left() / 5));
    for _ in 0..count {
        minutiae.push(read_minutia(reader, bytes_each == 6, judge)?);
    }
    judge.minutia_qualities(&mut minutiae)?;
    let length = reader.u16("length of extended data")?;
    let block = reader.take("extended data", length.into())?;
    let areas = match extended::decode(block) {
        Ok(areas) => areas,
        Err(error) => {
            judge.forgive(Deviation::ExtendedData, error)?;
            Vec::new()
        }
    };
    let extended = areas.into_iter().filter_map(Area::of_2011).collect();
    Ok(FmrView { position, number, impression, quality, geometry, minutiae, extended })
}

/// The best of the reported qualities; methods differ, and which of them is the maker's choice is not said.
fn read_quality(reader: &mut Reader<'_>, judge: &mut Judge) -> Result<u8> {
    let count = reader.u8("number of quality records")?;
    let mut best = 0;
    for _ in 0..count {
        let [quality, ..] = reader.bytes::<5>("quality record")?;
        if !UNREPORTED.contains(&quality) {
            best = best.max(judge.finger_quality(quality)?);
        }
    }
    Ok(best)
}

fn read_minutia(reader: &mut Reader<'_>, with_quality: bool, judge: &mut Judge) -> Result<FmrMinutia> {
    let (x, y) = (reader.u16("minutia x")?, reader.u16("minutia y")?);
    let angle = reader.u8("minutia angle")?;
    let quality = if with_quality { reader.u8("minutia quality")? } else { 0 };
    // Zero is the lowest quality in this edition and none in the record here.
    let quality = match quality {
        0 if with_quality => 1,
        quality if UNREPORTED.contains(&quality) => 0,
        quality => quality,
    };
    judge.expect("reserved bits of minutia y", y >> 14, 0, 0, Deviation::ReservedBits)?;
    let kind = judge.kind((x >> 14) as u8)?;
    Ok(FmrMinutia { kind, x: x % LARGEST_SIDE, y: y % LARGEST_SIDE, angle, quality })
}
