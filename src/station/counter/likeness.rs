//! Where two prints agree, so that a supervisor can check with their own eyes what the matcher says.
//!
//! Read from the very pictures that are shown, so that every mark lies where it belongs. A print that cannot be read
//! gets no marks: the pictures themselves still tell.

use std::collections::BTreeMap;

use crate::domain::session::{Hit, Slot};
use crate::station::Engines;
use crate::station::kept::gray_of_png;

use super::board::Agreement;

/// Matched slots that are explained; more than a screen shows side by side.
const EXPLAINED: usize = 4;
/// Places that are marked: as many as courts have asked for, and few enough to be told apart.
const MARKED: usize = 12;

/// The files of the prints in a review copy.
pub(super) type Prints = BTreeMap<Slot, Vec<u8>>;

/// Where the prints of a finding's matched fingers agree.
pub(super) fn agreements(engines: &Engines, hit: &Hit, ours: &Prints, theirs: &Prints) -> Vec<Agreement> {
    let mut found = Vec::new();
    for matched in hit.matches.iter().take(EXPLAINED) {
        let (Some(a), Some(b)) = (ours.get(&matched.slot), theirs.get(&matched.other)) else { continue };
        let (Ok(a), Ok(b)) = (gray_of_png(a), gray_of_png(b)) else { continue };
        let Ok(mut places) = engines.agreeing_places(&a, &b) else { continue };
        places.truncate(MARKED);
        found.push(Agreement { slot: matched.slot, other: matched.other, places });
    }
    found
}

#[cfg(test)]
mod tests {
    use rekam_hal::{Finger, GrayImage};
    use rekam_simulator::people::finger::{Conditions, Finger as Master};

    use super::*;
    use crate::domain::session::{HitBy, HitId, SlotMatch};
    use crate::station::Models;
    use crate::station::kept::gray_png;

    const SLOT: Slot = Slot::Finger(Finger::RightIndex);
    const OTHER: Slot = Slot::Finger(Finger::LeftIndex);

    fn hit() -> Hit {
        Hit {
            id: HitId("1".into()),
            other_nik: "3303101708909002".parse().unwrap(),
            other_record: None,
            by: [HitBy::Fingerprint].into(),
            score: 9.0,
            matches: vec![SlotMatch { slot: SLOT, other: OTHER, score: 9.0 }],
        }
    }

    #[test]
    fn a_print_that_was_moved_agrees_at_the_moved_places() {
        let print = Master::new(7).capture(&Conditions::typical(7)).with_dpi(500.0);
        let moved = GrayImage::from_fn(print.width(), print.height(), |x, y| {
            let (x, y) = (i64::from(x) - 18, i64::from(y) + 12);
            let inside = x >= 0 && y < i64::from(print.height());
            if inside { print.get(x, y) } else { 250 }
        });
        let ours = Prints::from([(SLOT, gray_png(&print).unwrap())]);
        let theirs = Prints::from([(OTHER, gray_png(&moved.with_dpi(500.0)).unwrap())]);
        let engines = Engines::new(Models::Embedded);
        let found = agreements(&engines, &hit(), &ours, &theirs);
        let [Agreement { slot: SLOT, other: OTHER, places }] = found.as_slice() else { panic!("{found:?}") };
        assert_eq!(places.len(), MARKED);
        let (wide, high) = (print.width() as f32, print.height() as f32);
        for [(x, y), (u, v)] in places {
            let (dx, dy) = ((u - x) * wide, (v - y) * high);
            assert!((dx - 18.0).abs() < 4.0 && (dy + 12.0).abs() < 4.0, "{dx} {dy}");
        }
        assert_eq!(agreements(&engines, &hit(), &ours, &Prints::new()), []);
    }
}
