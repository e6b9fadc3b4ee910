//! The record on the card's chip: small, and read by other people's matchers.
//!
//! A chip has room for at most 512 bytes a finger, and readers on small machines slow down with the square of the
//! minutiae. So at most 60 are kept: the best, but spread over the finger, because two minutiae a ridge apart are often
//! one seen twice and tell a matcher little more than one.
//!
//! Our comparison weighs each minutia by its certainty, other makers' take all for true, but can do little with fewer
//! than some forty: so doubtful ones go along only up to that number.

use super::convert::place;
use super::{FmrMinutia, FmrRecord, FmrView, Geometry, RecordError, Result};

/// Most minutiae of a chip record.
pub const MOST_MINUTIAE: usize = 60;
/// Most bytes of a chip record, its header included.
pub const MOST_BYTES: usize = 512;

/// Quality from which a minutia is worth telling in any case...
const CERTAIN: u8 = 40;
/// ...and minutiae up to which the next best go along.
const WANTED: usize = 40;
/// Two minutiae nearer than this in millimetres (two ridges) crowd each other.
const CROWDED: f32 = 1.0;
/// Share of its quality a minutia keeps next to a better one.
const KEPT: f32 = 0.5;

/// The chip version of a record of one finger: its best view, without extended data, in the order all our records have.
///
/// # Errors
/// A record of several fingers: a chip has a record for each ([`FmrRecord::of_position`]).
pub fn record(record: &FmrRecord) -> Result<FmrRecord> {
    let count = record.positions().len();
    if count > 1 {
        return Err(RecordError::Fingers { count });
    }
    let views = record.best_view().map(|view| FmrView {
        number: 0,
        minutiae: chosen(&view.minutiae, view.geometry),
        extended: Vec::new(),
        ..view.clone()
    });
    Ok(FmrRecord { equipment: record.equipment, views: views.into_iter().collect() })
}

/// The minutiae worth their place.
fn chosen(minutiae: &[FmrMinutia], geometry: Geometry) -> Vec<FmrMinutia> {
    let mut order: Vec<FmrMinutia> = minutiae.to_vec();
    // Stable: equals stay in the order their extractor gave them.
    order.sort_by_key(|minutia| std::cmp::Reverse(minutia.quality));
    // Where qualities are not reported, there is nothing to choose by.
    let told = order.partition_point(|minutia| minutia.quality >= CERTAIN).max(WANTED);
    if order.iter().any(|minutia| minutia.quality > 0) {
        order.truncate(told);
    }
    let near = |a: &FmrMinutia, b: &FmrMinutia| {
        let mm = |p: u16, q: u16, per_cm: u16| 10.0 * (f32::from(p) - f32::from(q)) / f32::from(per_cm.max(1));
        mm(a.x, b.x, geometry.resolution_x).hypot(mm(a.y, b.y, geometry.resolution_y)) < CROWDED
    };
    let worth = |index: usize, minutia: &FmrMinutia| {
        let crowded = order.iter().take(index).any(|better| near(better, minutia));
        f32::from(minutia.quality.max(1)) * if crowded { KEPT } else { 1.0 }
    };
    let mut ranked: Vec<(f32, FmrMinutia)> = order.iter().enumerate().map(|(i, m)| (worth(i, m), *m)).collect();
    ranked.sort_by(|a, b| b.0.total_cmp(&a.0));
    let mut kept: Vec<FmrMinutia> = ranked.into_iter().take(MOST_MINUTIAE).map(|(_, minutia)| minutia).collect();
    kept.sort_by_key(place);
    kept
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::{Impression, MinutiaKind};
    use super::*;

    fn of(minutiae: Vec<FmrMinutia>) -> FmrRecord {
        let geometry = Geometry { width: 500, height: 500, resolution_x: 197, resolution_y: 197 };
        let impression = Impression::LivePlain;
        let view = FmrView { position: 1, number: 3, impression, quality: 9, geometry, minutiae, extended: Vec::new() };
        FmrRecord { equipment: 0, views: vec![view] }
    }

    fn minutia(x: u16, y: u16, quality: u8) -> FmrMinutia {
        FmrMinutia { kind: MinutiaKind::Ending, x, y, angle: 0, quality }
    }

    proptest! {
        #[test]
        fn a_chip_record_never_exceeds_its_room_and_holds_minutiae_of_the_record_alone(
            places in prop::collection::vec((0u16..500, 0u16..500, 0u8..=100), 0..=255),
        ) {
            let whole = of(places.into_iter().map(|(x, y, quality)| minutia(x, y, quality)).collect());
            let chip = record(&whole).unwrap();
            let bytes = chip.encode().unwrap();
            prop_assert!(bytes.len() <= MOST_BYTES);
            let kept = &chip.views[0].minutiae;
            let minutiae = &whole.views[0].minutiae;
            let certain = minutiae.iter().filter(|m| m.quality >= CERTAIN).count();
            prop_assert!(kept.len() >= certain.min(MOST_MINUTIAE) && kept.len() >= minutiae.len().min(WANTED));
            prop_assert!(kept.iter().all(|m| whole.views[0].minutiae.contains(m)));
        }
    }

    #[test]
    fn doubtful_minutiae_go_along_up_to_forty_and_unrated_ones_all() {
        let rated = |certain: usize, doubtful: usize, quality: u8| {
            let of = |i: usize| {
                minutia(20 + 24 * (i % 20) as u16, 20 + 24 * (i / 20) as u16, if i < certain { 80 } else { quality })
            };
            record(&self::of((0..certain + doubtful).map(of).collect())).unwrap().views[0].minutiae.len()
        };
        assert_eq!((rated(45, 20, 30), rated(20, 10, 30), rated(20, 40, 30)), (45, 30, 40));
        assert_eq!((rated(0, 55, 0), rated(0, 90, 0)), (55, MOST_MINUTIAE));
    }

    #[test]
    fn a_record_of_two_fingers_is_refused_and_each_of_them_taken() {
        let mut both = of(vec![minutia(1, 1, 50)]);
        both.views[0].number = 0;
        let other =
            FmrView { position: 7, minutiae: vec![minutia(2, 2, 50), minutia(3, 3, 50)], ..both.views[0].clone() };
        both.views.push(other);
        assert!(matches!(record(&both), Err(RecordError::Fingers { count: 2 })));
        assert_eq!(both.positions(), [1, 7]);
        for (position, minutiae) in [(1, 1), (7, 2)] {
            let chip = record(&both.of_position(position).unwrap()).unwrap();
            assert_eq!((chip.views[0].position, chip.views[0].minutiae.len()), (position, minutiae));
        }
        assert!(both.of_position(3).is_none());
    }

    #[test]
    fn where_room_is_short_a_crowd_gives_way_to_the_rest_of_the_finger() {
        let crowd = (0..60).map(|i| minutia(100 + i % 8, 100 + i / 8, 80));
        let spread = (0..20).map(|i| minutia(20 + 24 * (i % 10), 300 + 40 * (i / 10), 60));
        let kept = record(&of(crowd.chain(spread).collect())).unwrap().views[0].minutiae.clone();
        assert_eq!(kept.iter().filter(|m| m.y >= 300).count(), 20);
    }
}
