//! Extended data of a view (7.5 of ISO/IEC 19794-2:2005): ridge counts, cores and deltas, zonal quality, a maker's own.
//!
//! A block of areas, each with a code (2 bytes), a length that counts these four bytes too (2), and data. Areas are
//! kept as they are, so that whatever another maker wrote survives; the three standard ones can be read
//! ([`Area::content`]) and made ([`Content::area`]).

use super::super::bytes::{Reader, Writer, fitting};
use super::iso2005::of_two_degrees;
use super::{LARGEST_SIDE, RecordError, Result, within};

const HEADER: usize = 4;
const RIDGE_COUNTS: u16 = 1;
const CORES_AND_DELTAS: u16 = 2;
const ZONES: u16 = 3;
/// Set in the first two bits of x when angles follow.
const WITH_ANGLES: u16 = 1 << 14;
/// Cores, and deltas, are counted by four bits.
const MOST_POINTS: u8 = 15;

/// One area of extended data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Area {
    /// 1 ridge counts, 2 cores and deltas, 3 zonal quality, from 256 on the makers' own.
    pub code: u16,
    /// The data behind code and length.
    pub data: Vec<u8>,
}

/// What an area says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content {
    /// Ridges between minutiae.
    RidgeCounts(RidgeCounts),
    /// Singular points.
    Points(Points),
    /// Quality of the image by zones.
    Zones(Zones),
    /// A reserved code or a maker's own.
    Other,
}

/// Ridges crossed between pairs of minutiae.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RidgeCounts {
    /// 0 pairs of any kind, 1 nearest in four quadrants, 2 nearest in eight octants.
    pub method: u8,
    /// Index of the centre, index of the neighbour, ridges between.
    pub counts: Vec<[u8; 3]>,
}

/// Cores and deltas.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Points {
    /// At most 15 cores.
    pub cores: Vec<Core>,
    /// At most 15 deltas.
    pub deltas: Vec<Delta>,
}

/// The topmost point of the innermost ridge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Core {
    /// Column in pixels.
    pub x: u16,
    /// Row in pixels.
    pub y: u16,
    /// Direction in 256ths of a turn, where known.
    pub angle: Option<u8>,
}

/// Where three flows of ridges meet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Delta {
    /// Column in pixels.
    pub x: u16,
    /// Row in pixels.
    pub y: u16,
    /// The three directions in 256ths of a turn, where known.
    pub angles: Option<[u8; 3]>,
}

/// Quality by zones, row by row over the image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Zones {
    /// Width of a zone in pixels, at least 1.
    pub width: u8,
    /// Height of a zone in pixels, at least 1.
    pub height: u8,
    /// Bits of a zone's quality, 1 to 8.
    pub bits: u8,
    /// The qualities, packed high bits first.
    pub packed: Vec<u8>,
}

pub(super) fn decode(block: &[u8]) -> Result<Vec<Area>> {
    let mut reader = Reader::new(block);
    let mut areas = Vec::new();
    while reader.left() > 0 {
        let code = reader.u16("extended area type code")?;
        let length = reader.u16("extended area length")?;
        within("extended area length", length, HEADER as u64, u16::MAX.into())?;
        let data = reader.take("extended area data", usize::from(length) - HEADER)?.to_vec();
        areas.push(Area { code, data });
    }
    Ok(areas)
}

pub(super) fn encode(areas: &[Area]) -> Result<Vec<u8>> {
    let mut out = Writer::default();
    for area in areas {
        out.u16(area.code).u16(fitting("extended area length", HEADER + area.data.len())?).bytes(&area.data);
    }
    Ok(out.finish())
}

impl Area {
    /// What the area says; an error when it is a standard one and does not hold what it must.
    pub fn content(&self) -> Result<Content> {
        let mut reader = Reader::new(&self.data);
        let content = match self.code {
            RIDGE_COUNTS => Content::RidgeCounts(ridge_counts(&mut reader)?),
            CORES_AND_DELTAS => Content::Points(points(&mut reader)?),
            ZONES => Content::Zones(zones(&mut reader)?),
            _ => return Ok(Content::Other),
        };
        if reader.left() > 0 {
            let (stated, actual) = (self.data.len() - reader.left(), self.data.len());
            return Err(RecordError::Length {
                field: "extended area length",
                stated: stated as u64,
                actual: actual as u64,
            });
        }
        Ok(content)
    }

    /// The area of ANSI INCITS 378-2004 in the form written here. There one type says for all cores (and one for all
    /// deltas) whether angles follow, and angles count in 2 degrees; what cannot be read so is left out.
    pub(super) fn of_ansi(self) -> Option<Self> {
        if self.code != CORES_AND_DELTAS {
            return Some(self);
        }
        ansi_points(&mut Reader::new(&self.data)).and_then(|points| Content::Points(points).area()).ok()?
    }

    /// The area of ISO/IEC 19794-2:2011 in the form written here: its zonal quality names the maker and the method
    /// first (2 bytes each).
    pub(super) fn of_2011(mut self) -> Option<Self> {
        if self.code == ZONES {
            self.data = self.data.get(4..)?.to_vec();
        }
        Some(self)
    }
}

impl Content {
    /// The area that says this; none for [`Content::Other`], whose data are not kept here.
    pub fn area(&self) -> Result<Option<Area>> {
        let mut out = Writer::default();
        let code = match self {
            Self::RidgeCounts(counts) => {
                out.u8(counts.method);
                counts.counts.iter().for_each(|count| {
                    out.bytes(count);
                });
                RIDGE_COUNTS
            }
            Self::Points(points) => {
                points.write(&mut out)?;
                CORES_AND_DELTAS
            }
            Self::Zones(zones) => {
                out.u8(zones.width).u8(zones.height).u8(zones.bits).bytes(&zones.packed);
                ZONES
            }
            Self::Other => return Ok(None),
        };
        let area = Area { code, data: out.finish() };
        area.content().map(|_| Some(area))
    }
}

impl Points {
    fn write(&self, out: &mut Writer) -> Result<()> {
        let most = u64::from(MOST_POINTS);
        within("number of cores", self.cores.len() as u64, 0, most)?;
        within("number of deltas", self.deltas.len() as u64, 0, most)?;
        let place = |out: &mut Writer, x: u16, y: u16, angles: &[u8]| -> Result<()> {
            within("x of a core or delta", x, 0, u64::from(LARGEST_SIDE) - 1)?;
            within("y of a core or delta", y, 0, u64::from(LARGEST_SIDE) - 1)?;
            let flag = if angles.is_empty() { 0 } else { WITH_ANGLES };
            out.u16(flag | x).u16(y).bytes(angles);
            Ok(())
        };
        out.u8(fitting("number of cores", self.cores.len())?);
        self.cores.iter().try_for_each(|core| place(out, core.x, core.y, core.angle.as_slice()))?;
        out.u8(fitting("number of deltas", self.deltas.len())?);
        self.deltas
            .iter()
            .try_for_each(|delta| place(out, delta.x, delta.y, delta.angles.as_ref().map_or(&[], |a| a.as_slice())))
    }
}

fn ridge_counts(reader: &mut Reader<'_>) -> Result<RidgeCounts> {
    let method = reader.u8("ridge count extraction method")?;
    within("ridge count extraction method", method, 0, 2)?;
    let mut counts = Vec::with_capacity(reader.left() / 3);
    while reader.left() > 0 {
        counts.push(reader.bytes("ridge count")?);
    }
    Ok(RidgeCounts { method, counts })
}

fn place(reader: &mut Reader<'_>) -> Result<(u16, u16, bool)> {
    let (x, y) = (reader.u16("x of a core or delta")?, reader.u16("y of a core or delta")?);
    within("type of a core or delta", x >> 14, 0, 1)?;
    within("reserved bits of a core or delta", y >> 14, 0, 0)?;
    Ok((x % LARGEST_SIDE, y, x & WITH_ANGLES != 0))
}

fn points(reader: &mut Reader<'_>) -> Result<Points> {
    let cores = reader.u8("number of cores")?;
    within("number of cores", cores, 0, MOST_POINTS.into())?;
    let core = |reader: &mut Reader<'_>| -> Result<Core> {
        let (x, y, angular) = place(reader)?;
        let angle = if angular { Some(reader.u8("angle of a core")?) } else { None };
        Ok(Core { x, y, angle })
    };
    let cores = (0..cores).map(|_| core(reader)).collect::<Result<_>>()?;
    let deltas = reader.u8("number of deltas")?;
    within("number of deltas", deltas, 0, MOST_POINTS.into())?;
    let delta = |reader: &mut Reader<'_>| -> Result<Delta> {
        let (x, y, angular) = place(reader)?;
        let angles = if angular { Some(reader.bytes("angles of a delta")?) } else { None };
        Ok(Delta { x, y, angles })
    };
    let deltas = (0..deltas).map(|_| delta(reader)).collect::<Result<_>>()?;
    Ok(Points { cores, deltas })
}

fn ansi_points(reader: &mut Reader<'_>) -> Result<Points> {
    let place = |reader: &mut Reader<'_>| -> Result<(u16, u16)> {
        let (x, y) = (reader.u16("x of a core or delta")?, reader.u16("y of a core or delta")?);
        Ok((x % LARGEST_SIDE, y % LARGEST_SIDE))
    };
    let head = reader.u8("number of cores")?;
    let core = |reader: &mut Reader<'_>| -> Result<Core> {
        let (x, y) = place(reader)?;
        let angle = if head >> 6 == 1 { Some(of_two_degrees(reader.u8("angle of a core")?)) } else { None };
        Ok(Core { x, y, angle })
    };
    let cores = (0..head & MOST_POINTS).map(|_| core(reader)).collect::<Result<_>>()?;
    let head = reader.u8("number of deltas")?;
    let delta = |reader: &mut Reader<'_>| -> Result<Delta> {
        let (x, y) = place(reader)?;
        let angles = if head >> 6 == 1 { Some(reader.bytes("angles of a delta")?.map(of_two_degrees)) } else { None };
        Ok(Delta { x, y, angles })
    };
    let deltas = (0..head & MOST_POINTS).map(|_| delta(reader)).collect::<Result<_>>()?;
    Ok(Points { cores, deltas })
}

fn zones(reader: &mut Reader<'_>) -> Result<Zones> {
    let (width, height, bits) =
        (reader.u8("width of a zone")?, reader.u8("height of a zone")?, reader.u8("zone bits")?);
    within("width of a zone", width, 1, 255)?;
    within("height of a zone", height, 1, 255)?;
    within("zone bits", bits, 1, 8)?;
    let packed = reader.take("zonal quality", reader.left())?.to_vec();
    Ok(Zones { width, height, bits, packed })
}
