//! ISO/IEC 19794-2:2005 and its sister ANSI INCITS 378-2004: the same views under two headers.
//!
//! Big-endian. The ISO header has 24 bytes: `FMR\0`, ` 20\0`, length (4), capture equipment (2), width (2), height (2),
//! resolution x and y in pixels per centimetre (2 each), number of views (1), a zero. The ANSI header says the length
//! in 2 bytes, or in 4 behind two zero bytes where 2 are not enough, and has the owner and type of the product (2 each)
//! before the equipment. Each view: finger position (1), view number and impression type (4 bits each), quality (1),
//! number of minutiae (1), six bytes per minutia (kind in 2 bits and x in 14; 2 zero bits and y in 14; angle; quality),
//! the length of extended data (2) and these data. The angle is in 256ths of a turn (ISO) or in 2 degrees (ANSI).

use super::super::bytes::{Reader, Writer, fitting};
use super::receive::{Deviation, Judge};
use super::{Area, FmrMinutia, FmrRecord, FmrView, Geometry, Impression, LARGEST_SIDE, MinutiaKind, extended};
use super::{RecordError, Result};

/// Format identifier and version of both.
pub(super) const MAGIC: &[u8; 8] = b"FMR\0 20\0";
const HEADER: usize = 24;
/// Two ANSI steps of 2 degrees in 256ths of a turn are 256 / 180.
const ANSI_STEPS: u16 = 180;

/// Which header and which angles.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Sister {
    Iso,
    Ansi,
}

impl Sister {
    pub(super) fn other(self) -> Self {
        match self {
            Self::Iso => Self::Ansi,
            Self::Ansi => Self::Iso,
        }
    }
}

pub(super) fn encode(record: &FmrRecord) -> Result<Vec<u8>> {
    record.check()?;
    let geometry = record.geometry()?;
    let mut body = Writer::default();
    for view in &record.views {
        write_view(&mut body, view)?;
    }
    let mut out = Writer::default();
    out.bytes(MAGIC).u32(fitting("record length", HEADER + body.len())?).u16(record.equipment);
    out.u16(geometry.width).u16(geometry.height).u16(geometry.resolution_x).u16(geometry.resolution_y);
    out.u8(fitting("number of views", record.views.len())?).u8(0).bytes(&body.finish());
    Ok(out.finish())
}

fn write_view(out: &mut Writer, view: &FmrView) -> Result<()> {
    out.u8(view.position).u8(view.number << 4 | view.impression as u8).u8(view.quality);
    out.u8(fitting("number of minutiae", view.minutiae.len())?);
    for minutia in &view.minutiae {
        out.u16(u16::from(minutia.kind as u8) << 14 | minutia.x).u16(minutia.y).u8(minutia.angle).u8(minutia.quality);
    }
    let areas = extended::encode(&view.extended)?;
    out.u16(fitting("length of extended data", areas.len())?).bytes(&areas);
    Ok(())
}

/// Reads a record whose identifier has been seen to be [`MAGIC`] as one of the sisters has it.
pub(super) fn decode(bytes: &[u8], sister: Sister, judge: &mut Judge) -> Result<FmrRecord> {
    let mut reader = Reader::new(bytes);
    reader.take("format identifier", MAGIC.len())?;
    let stated = match sister {
        Sister::Iso => reader.u32("record length")?.into(),
        Sister::Ansi => ansi_length(&mut reader)?,
    };
    judge.total_length(&mut reader, stated, bytes.len())?;
    if sister == Sister::Ansi {
        reader.take("product identifier", 4)?;
    }
    let equipment = reader.u16("capture equipment")?;
    let mut geometry = Geometry {
        width: reader.u16("image width")?,
        height: reader.u16("image height")?,
        resolution_x: reader.u16("horizontal resolution")?,
        resolution_y: reader.u16("vertical resolution")?,
    };
    let (count, reserved) = (reader.u8("number of views")?, reader.u8("reserved byte")?);
    judge.expect("reserved byte", reserved, 0, 0, Deviation::ReservedBits)?;
    judge.geometry(&mut geometry)?;
    // A view has six bytes at least: the count cannot ask for more than there is.
    let mut views = Vec::with_capacity(usize::from(count).min(reader.left() / 6 + 1));
    for _ in 0..count {
        views.push(read_view(&mut reader, geometry, sister, judge)?);
    }
    judge.outside(&mut views)?;
    let mut record = FmrRecord { equipment, views };
    judge.numbers(&mut record)?;
    record.check()?;
    match reader.left() {
        0 => Ok(record),
        left => {
            let actual = (bytes.len() - left) as u64;
            judge.forgive(Deviation::Padding, RecordError::Length { field: "record length", stated, actual })?;
            Ok(record)
        }
    }
}

/// The length in two bytes, or in four behind two zeros.
fn ansi_length(reader: &mut Reader<'_>) -> Result<u64> {
    match reader.u16("record length")? {
        0 => reader.u32("record length").map(u64::from),
        short => Ok(short.into()),
    }
}

/// Which of the sisters the length speaks for: the one it is true for, else by its shape, since the first two bytes are
/// zero in an ISO record below 64 KiB and not in an ANSI record.
pub(super) fn likely(bytes: &[u8]) -> Sister {
    let behind = || Reader::new(bytes.get(MAGIC.len()..).unwrap_or_default());
    let actual = bytes.len() as u64;
    let iso = behind().u32("record length").map(u64::from);
    let ansi = ansi_length(&mut behind());
    let shape = behind().u16("record length");
    match (iso, ansi) {
        (Ok(iso), _) if iso == actual => Sister::Iso,
        (_, Ok(ansi)) if ansi == actual => Sister::Ansi,
        _ if shape.is_ok_and(|high| high > 0) => Sister::Ansi,
        _ => Sister::Iso,
    }
}

fn read_view(reader: &mut Reader<'_>, geometry: Geometry, sister: Sister, judge: &mut Judge) -> Result<FmrView> {
    let position = judge.position(reader.u8("finger position")?)?;
    let both = reader.u8("view number and impression type")?;
    let impression = judge.impression(both & 15)?;
    let quality = judge.finger_quality(reader.u8("finger quality")?)?;
    let count = reader.u8("number of minutiae")?;
    let mut minutiae = Vec::with_capacity(usize::from(count).min(reader.left() / 6));
    for _ in 0..count {
        minutiae.push(read_minutia(reader, sister, judge)?);
    }
    judge.minutia_qualities(&mut minutiae)?;
    let extended = read_extended(reader, sister, judge)?;
    Ok(FmrView { position, number: both >> 4, impression, quality, geometry, minutiae, extended })
}

fn read_minutia(reader: &mut Reader<'_>, sister: Sister, judge: &mut Judge) -> Result<FmrMinutia> {
    let (x, y) = (reader.u16("minutia x")?, reader.u16("minutia y")?);
    let (angle, quality) = (reader.u8("minutia angle")?, reader.u8("minutia quality")?);
    judge.expect("reserved bits of minutia y", y >> 14, 0, 0, Deviation::ReservedBits)?;
    let kind = judge.kind((x >> 14) as u8)?;
    let angle = match sister {
        Sister::Iso => angle,
        Sister::Ansi => {
            judge.expect("minutia angle", angle, 0, u64::from(ANSI_STEPS) - 1, Deviation::Angle)?;
            of_two_degrees(angle)
        }
    };
    Ok(FmrMinutia { kind, x: x % LARGEST_SIDE, y: y % LARGEST_SIDE, angle, quality })
}

/// An angle in steps of 2 degrees as 256ths of a turn, to the nearest.
pub(super) fn of_two_degrees(angle: u8) -> u8 {
    let steps = u16::from(angle) % ANSI_STEPS;
    ((steps * 256 + ANSI_STEPS / 2) / ANSI_STEPS) as u8
}

fn read_extended(reader: &mut Reader<'_>, sister: Sister, judge: &mut Judge) -> Result<Vec<Area>> {
    if reader.left() == 0 {
        // Some writers leave out the length of nothing at the very end.
        judge.forgive(Deviation::NoExtendedLength, RecordError::Short { field: "length of extended data" })?;
        return Ok(Vec::new());
    }
    let length = reader.u16("length of extended data")?;
    let block = reader.take("extended data", length.into())?;
    match (extended::decode(block), sister) {
        (Ok(areas), Sister::Iso) => Ok(areas),
        (Ok(areas), Sister::Ansi) => Ok(areas.into_iter().filter_map(Area::of_ansi).collect()),
        (Err(error), Sister::Iso | Sister::Ansi) => {
            judge.forgive(Deviation::ExtendedData, error)?;
            Ok(Vec::new())
        }
    }
}

impl Judge {
    pub(super) fn kind(&mut self, code: u8) -> Result<MinutiaKind> {
        self.known("minutia kind", code, MinutiaKind::of_code(code), MinutiaKind::Other, Deviation::MinutiaKind)
    }

    pub(super) fn impression(&mut self, code: u8) -> Result<Impression> {
        let known = Impression::of_code(code);
        self.known("impression type", code, known, Impression::LivePlain, Deviation::Impression)
    }
}
