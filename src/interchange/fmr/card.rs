//! The compact card format (clause 8 of ISO/IEC 19794-2:2005): three bytes a minutia and nothing else, for comparison
//! on the card.
//!
//! x and y in tenths of a millimetre (1 byte each), kind in 2 bits and angle in 64ths of a turn in 6. One byte reaches
//! 25.5 mm, so minutiae outside a window of that size around the middle of the finger are left out. They are ordered by
//! y, then x, ascending, which a card may ask for and which tells nothing of their quality.

use super::super::bytes::Reader;
use super::{FmrMinutia, FmrView, MinutiaKind, RecordError, Result};

/// Bytes of a minutia.
const EACH: usize = 3;
/// Steps of an angle of the record in one of the card.
const ANGLE_STEP: u16 = 4;
/// Tenths of a millimetre in a centimetre.
const TENTHS: u32 = 100;

/// A minutia as the card compares it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct CardMinutia {
    /// Row in tenths of a millimetre from the top of the window.
    pub y: u8,
    /// Column in tenths of a millimetre from the left of the window.
    pub x: u8,
    /// 0 other, 1 ending, 2 bifurcation.
    kind: u8,
    /// Direction in 64ths of a turn, counter-clockwise from the direction of growing x.
    angle: u8,
}

impl std::fmt::Debug for CardMinutia {
    /// The kind alone: where minutiae lie is personal data and never reaches a log.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "CardMinutia({:?})", self.kind())
    }
}

impl CardMinutia {
    /// Ending, bifurcation or other.
    pub fn kind(&self) -> MinutiaKind {
        MinutiaKind::of_code(self.kind).unwrap_or(MinutiaKind::Other)
    }

    /// Direction in 64ths of a turn, below 64.
    pub fn angle(&self) -> u8 {
        self.angle
    }
}

/// A view's minutiae for the card, in ascending order of y, then x.
pub fn of_view(view: &FmrView) -> Vec<CardMinutia> {
    let tenths = |pixel: u16, per_cm: u16| {
        let per_cm = u32::from(per_cm.max(1));
        (u32::from(pixel) * TENTHS + per_cm / 2) / per_cm
    };
    let place = |m: &FmrMinutia| (tenths(m.x, view.geometry.resolution_x), tenths(m.y, view.geometry.resolution_y));
    let places: Vec<(u32, u32)> = view.minutiae.iter().map(place).collect();
    let left = window(places.iter().map(|p| p.0));
    let top = window(places.iter().map(|p| p.1));
    let within = |at: u32, from: u32| at.checked_sub(from).and_then(|offset| u8::try_from(offset).ok());
    let mut found: Vec<CardMinutia> = view
        .minutiae
        .iter()
        .zip(places)
        .filter_map(|(m, (x, y))| {
            let angle = ((u16::from(m.angle) + ANGLE_STEP / 2) / ANGLE_STEP % 64) as u8;
            Some(CardMinutia { y: within(y, top)?, x: within(x, left)?, kind: m.kind as u8, angle })
        })
        .collect();
    found.sort_unstable();
    found
}

/// Where a window of 256 steps begins: at the first place when all fit, else around their middle.
fn window(places: impl Iterator<Item = u32>) -> u32 {
    let mut sorted: Vec<u32> = places.collect();
    sorted.sort_unstable();
    match (sorted.first(), sorted.get(sorted.len() / 2), sorted.last()) {
        (Some(first), Some(median), Some(last)) if last - first > u8::MAX.into() => {
            median.saturating_sub(128).max(*first)
        }
        (Some(first), _, _) => *first,
        _ => 0,
    }
}

/// The bytes for the card.
pub fn encode(minutiae: &[CardMinutia]) -> Vec<u8> {
    minutiae.iter().flat_map(|m| [m.x, m.y, m.kind << 6 | m.angle]).collect()
}

/// Reads the bytes of a card, in whatever order it keeps them.
pub fn decode(bytes: &[u8]) -> Result<Vec<CardMinutia>> {
    let mut reader = Reader::new(bytes);
    let mut found = Vec::with_capacity(bytes.len() / EACH);
    while reader.left() > 0 {
        let [x, y, both] = reader.bytes("card minutia")?;
        let kind = both >> 6;
        if MinutiaKind::of_code(kind).is_none() {
            return Err(RecordError::Field { field: "minutia kind", value: kind.into() });
        }
        found.push(CardMinutia { y, x, kind, angle: both % 64 });
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::super::{Geometry, Impression};
    use super::*;

    fn view(minutiae: Vec<FmrMinutia>) -> FmrView {
        FmrView {
            position: 1,
            number: 0,
            impression: Impression::LivePlain,
            quality: 0,
            geometry: Geometry { width: 1000, height: 1000, resolution_x: 200, resolution_y: 100 },
            minutiae,
            extended: Vec::new(),
        }
    }

    #[test]
    fn a_card_spelled_out_by_hand_is_written_and_read_alike() {
        let m = |kind, x, y, angle| FmrMinutia { kind, x, y, angle, quality: 1 };
        // 200 pixels per centimetre across, 100 down: half and one tenth of a millimetre a pixel.
        let found = of_view(&view(vec![
            m(MinutiaKind::Bifurcation, 120, 90, 64),
            m(MinutiaKind::Ending, 100, 40, 254),
            m(MinutiaKind::Other, 200, 40, 8),
        ]));
        let bytes = [0, 0, 0x40, 50, 0, 2, 10, 50, 0x80 | 16];
        assert_eq!(encode(&found), bytes);
        assert_eq!(decode(&bytes).unwrap(), found);
        assert!(matches!(decode(&bytes[..8]), Err(RecordError::Short { field: "card minutia" })));
        assert!(matches!(decode(&[0, 0, 0xc0]), Err(RecordError::Field { field: "minutia kind", value: 3 })));
    }

    #[test]
    fn what_lies_beyond_the_window_is_left_out() {
        let m = |y| FmrMinutia { kind: MinutiaKind::Ending, x: 10, y, angle: 0, quality: 1 };
        let found = of_view(&view(vec![m(0), m(500), m(510), m(520), m(999)]));
        assert_eq!(found.len(), 3);
        assert_eq!(found.iter().map(|m| m.y).collect::<Vec<_>>(), [118, 128, 138]);
    }
}
