//! The scanners that are worth driving through libfprint, by USB vendor and product number.

use crate::uru4000;

/// A kind of scanner.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Reader {
    /// Maker and name as the operator knows them.
    pub(super) name: &'static str,
    /// libfprint's driver for it.
    pub(super) driver: &'static str,
    /// Pixels per inch, of the maker's data sheets: libfprint tells none.
    pub(super) dpi: f32,
    /// It sees a whole finger.
    pub(super) enrolment_grade: bool,
    /// A driver of this crate drives it without libfprint.
    pub(super) native: bool,
}

/// 144 x 384 pixels: a strip of 7 mm, enough to recognise somebody and not to enrol.
const UPEK: Reader = Reader {
    name: "UPEK TouchChip fingerprint coprocessor",
    driver: "upektc_img",
    dpi: 508.0,
    enrolment_grade: false,
    native: false,
};

/// Numbers of the strips.
const STRIPS: [(u16, u16); 2] = [(0x147e, 0x2016), (0x147e, 0x2020)];

impl Reader {
    /// The scanner with these USB numbers.
    pub(super) fn of(vendor: u16, product: u16) -> Option<Self> {
        if STRIPS.contains(&(vendor, product)) {
            return Some(UPEK);
        }
        uru4000::Model::of(vendor, product).map(|model| Self {
            name: model.name,
            driver: "uru4000",
            dpi: model.dpi,
            enrolment_grade: true,
            native: true,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scanner_is_known_by_its_numbers_and_only_a_whole_finger_is_for_enrolment() {
        let uareu = Reader::of(0x05ba, 0x000a).unwrap();
        assert_eq!((uareu.driver, uareu.dpi, uareu.enrolment_grade, uareu.native), ("uru4000", 512.0, true, true));
        let strip = Reader::of(0x147e, 0x2016).unwrap();
        assert_eq!((strip.driver, strip.enrolment_grade, strip.native), ("upektc_img", false, false));
        assert_eq!(Reader::of(0x1d6b, 0x0002), None);
    }
}
