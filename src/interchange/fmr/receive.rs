//! Reading records: strictly as the standard has them, or as other makers really write them.
//!
//! One parser serves both. Wherever a record departs from the standard in a way that real programs are known to, the
//! parser asks the [`Judge`]: the strict one answers with the error, the tolerant one notes the [`Deviation`] and goes
//! on with what the note says. What is wrong in structure (fields missing, lengths beyond the end) is an error always,
//! and what the tolerant reader hands out is lawful: it can be written again.

use super::super::bytes::Reader;
use super::iso2005::{self, Sister};
use super::{FmrMinutia, FmrRecord, FmrView, Geometry, LARGEST_SIDE, PIXELS_PER_CM_500_PPI, iso2011};
use super::{RecordError, Result};

/// Which standard a record was written by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Edition {
    /// ISO/IEC 19794-2:2005.
    Iso2005,
    /// ISO/IEC 19794-2:2011.
    Iso2011,
    /// ANSI INCITS 378-2004.
    Ansi2004,
}

/// What was forgiven in a record, and what was made of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Deviation {
    /// More bytes than stated (software development kits hand out buffers of fixed size): the surplus is ignored.
    Padding,
    /// The last view lacks the length of its extended data: taken as none.
    NoExtendedLength,
    /// Extended data whose areas do not add up: skipped by their total length.
    ExtendedData,
    /// Bits that must be zero are not: ignored.
    ReservedBits,
    /// A finger position of no single finger: unknown.
    Position,
    /// An impression type out of the list: live, plain.
    Impression,
    /// A finger quality above 100 (254 and 255 mean not reported elsewhere): 0.
    FingerQuality,
    /// Minutia qualities above 100, so on another scale or not reported: none of the view is taken.
    MinutiaQuality,
    /// Minutia type 3: other.
    MinutiaKind,
    /// An angle of a full turn or more: modulo a turn.
    Angle,
    /// No image size, or one beyond 14 bits: as large as the minutiae need.
    ImageSize,
    /// Minutiae outside the stated image (cut after extraction): the image is taken as large as they need.
    OutsideImage,
    /// No resolution: 197 pixels per centimetre.
    NoResolution,
    /// A resolution that is lawful only as pixels per inch (no finger is scanned at 400 pixels per centimetre or more):
    /// read as such.
    ResolutionInInches,
    /// View numbers that do not count from 0 for each finger: the order in the record counts.
    ViewNumber,
}

/// A record of whatever maker.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Received {
    /// What it was written by.
    pub edition: Edition,
    /// What it says, made lawful.
    pub record: FmrRecord,
    /// What was forgiven, each kind once, sorted.
    pub deviations: Vec<Deviation>,
}

/// Reads an ISO/IEC 19794-2:2005 record strictly: identifier, lengths, reserved bits, ranges and view numbers must all
/// be as the standard has them. What is read is written back to the same bytes.
pub fn decode(bytes: &[u8]) -> Result<FmrRecord> {
    if !bytes.starts_with(iso2005::MAGIC) {
        return Err(unknown());
    }
    iso2005::decode(bytes, Sister::Iso, &mut Judge::Strict)
}

/// Reads a record of any known edition and any maker (see [`Deviation`] for what is forgiven).
pub fn receive(bytes: &[u8]) -> Result<Received> {
    if bytes.starts_with(iso2005::MAGIC) {
        sisters(bytes)
    } else if bytes.starts_with(iso2011::MAGIC) {
        forgiven(Edition::Iso2011, |judge| iso2011::decode(bytes, judge))
    } else {
        Err(unknown())
    }
}

/// ISO and ANSI begin alike: which it is, the better reading says. The length only says which is tried first, and whose
/// error counts where neither can be read.
fn sisters(bytes: &[u8]) -> Result<Received> {
    let read = |sister| {
        let edition = match sister {
            Sister::Iso => Edition::Iso2005,
            Sister::Ansi => Edition::Ansi2004,
        };
        forgiven(edition, |judge| iso2005::decode(bytes, sister, judge))
    };
    let likely = iso2005::likely(bytes);
    let first = read(likely);
    if first.as_ref().is_ok_and(|found| found.deviations.is_empty()) {
        return first;
    }
    match (first, read(likely.other())) {
        (Ok(first), Ok(second)) if second.deviations.len() < first.deviations.len() => Ok(second),
        (Err(_), Ok(second)) => Ok(second),
        (first, _) => first,
    }
}

/// What a tolerant reading gives, with what it forgave.
fn forgiven(edition: Edition, read: impl FnOnce(&mut Judge) -> Result<FmrRecord>) -> Result<Received> {
    let mut judge = Judge::Tolerant(Vec::new());
    let record = read(&mut judge)?;
    let mut deviations = match judge {
        Judge::Strict => Vec::new(),
        Judge::Tolerant(deviations) => deviations,
    };
    deviations.sort_unstable();
    Ok(Received { edition, record, deviations })
}

fn unknown() -> RecordError {
    RecordError::Format { record: "finger minutiae record" }
}

/// Whether to forgive.
pub(super) enum Judge {
    Strict,
    /// With what was forgiven.
    Tolerant(Vec<Deviation>),
}

/// Resolutions in pixels per centimetre from which a sensor would have 1000 dpi and more.
const SURELY_INCHES: u16 = 400;

impl Judge {
    /// The strict judge fails with `error`, the tolerant one notes `deviation`.
    pub(super) fn forgive(&mut self, deviation: Deviation, error: RecordError) -> Result<()> {
        match self {
            Self::Strict => Err(error),
            Self::Tolerant(noted) => {
                if !noted.contains(&deviation) {
                    noted.push(deviation);
                }
                Ok(())
            }
        }
    }

    /// Forgives a value outside `least..=most`.
    pub(super) fn expect(
        &mut self,
        field: &'static str,
        value: impl Into<u64>,
        least: u64,
        most: u64,
        deviation: Deviation,
    ) -> Result<()> {
        let value = value.into();
        if (least..=most).contains(&value) {
            return Ok(());
        }
        self.forgive(deviation, RecordError::Field { field, value })
    }

    /// What a code means, or what is taken instead.
    pub(super) fn known<T>(
        &mut self,
        field: &'static str,
        code: u8,
        known: Option<T>,
        instead: T,
        deviation: Deviation,
    ) -> Result<T> {
        match known {
            Some(value) => Ok(value),
            None => {
                self.forgive(deviation, RecordError::Field { field, value: code.into() })?;
                Ok(instead)
            }
        }
    }

    /// Cuts the reader to the stated length; `actual` counts the whole record.
    pub(super) fn total_length(&mut self, reader: &mut Reader<'_>, stated: u64, actual: usize) -> Result<()> {
        let error = RecordError::Length { field: "record length", stated, actual: actual as u64 };
        let read = actual - reader.left();
        match usize::try_from(stated).ok().filter(|stated| (read..=actual).contains(stated)) {
            Some(stated) if stated == actual => Ok(()),
            Some(stated) => {
                self.forgive(Deviation::Padding, error)?;
                *reader = reader.within("record length", stated - read)?;
                Ok(())
            }
            None => Err(error),
        }
    }

    pub(super) fn geometry(&mut self, geometry: &mut Geometry) -> Result<()> {
        for (field, side) in [("image width", &mut geometry.width), ("image height", &mut geometry.height)] {
            self.expect(field, *side, 1, LARGEST_SIDE.into(), Deviation::ImageSize)?;
            *side = (*side).clamp(1, LARGEST_SIDE);
        }
        let resolutions = [
            ("horizontal resolution", &mut geometry.resolution_x),
            ("vertical resolution", &mut geometry.resolution_y),
        ];
        for (field, resolution) in resolutions {
            self.expect(field, *resolution, 1, u16::MAX.into(), Deviation::NoResolution)?;
            if *resolution == 0 {
                *resolution = PIXELS_PER_CM_500_PPI;
            }
            if let Self::Tolerant(_) = self
                && *resolution > SURELY_INCHES
            {
                self.expect(field, *resolution, 1, SURELY_INCHES.into(), Deviation::ResolutionInInches)?;
                *resolution = (f32::from(*resolution) / 2.54).round() as u16;
            }
        }
        Ok(())
    }

    pub(super) fn position(&mut self, position: u8) -> Result<u8> {
        self.known("finger position", position, (position <= 10).then_some(position), 0, Deviation::Position)
    }

    pub(super) fn finger_quality(&mut self, quality: u8) -> Result<u8> {
        self.known("finger quality", quality, (quality <= 100).then_some(quality), 0, Deviation::FingerQuality)
    }

    /// The views of each finger count from 0.
    pub(super) fn numbers(&mut self, record: &mut FmrRecord) -> Result<()> {
        let numbers: Vec<u64> = record.numbers().map(|(_, number)| number).collect();
        for (view, number) in record.views.iter_mut().zip(numbers) {
            self.expect("view number", view.number, number, number, Deviation::ViewNumber)?;
            // More views of one finger than can be numbered are refused by the check of the record.
            view.number = u8::try_from(number).unwrap_or(u8::MAX);
        }
        Ok(())
    }

    /// One value on another scale makes the others of its view worthless too.
    pub(super) fn minutia_qualities(&mut self, minutiae: &mut [FmrMinutia]) -> Result<()> {
        let Some(beyond) = minutiae.iter().map(|minutia| minutia.quality).find(|quality| *quality > 100) else {
            return Ok(());
        };
        self.expect("minutia quality", beyond, 0, 100, Deviation::MinutiaQuality)?;
        minutiae.iter_mut().for_each(|minutia| minutia.quality = 0);
        Ok(())
    }

    /// Views of one image: it grows to hold all their minutiae.
    pub(super) fn outside(&mut self, views: &mut [FmrView]) -> Result<()> {
        let farthest = |of: fn(&FmrMinutia) -> u16| views.iter().flat_map(|view| &view.minutiae).map(of).max();
        let (x, y) = (farthest(|minutia| minutia.x), farthest(|minutia| minutia.y));
        for geometry in views.iter_mut().map(|view| &mut view.geometry) {
            let sides = [("minutia x", x, &mut geometry.width), ("minutia y", y, &mut geometry.height)];
            for (field, farthest, side) in sides {
                let farthest = farthest.unwrap_or(0);
                self.expect(field, farthest, 0, u64::from(side.saturating_sub(1)), Deviation::OutsideImage)?;
                *side = (*side).max(farthest + 1);
            }
        }
        Ok(())
    }
}
