//! ISO/IEC 19794-2:2005 finger minutiae records (FMR), the format of templates between makers.
//!
//! Big-endian. A header of 24 bytes: `FMR\0`, ` 20\0`, length (4), capture equipment (2), width (2), height (2),
//! resolution x and y in pixels per centimetre (2 each), number of views (1), a zero. Each view: finger position (1),
//! view number and impression type (4 bits each), quality (1), number of minutiae (1), six bytes per minutia (kind in
//! 2 bits and x in 14; 2 zero bits and y in 14; angle; quality), the length of extended data (2) and these data.

/// Bytes of the record header.
const HEADER: usize = 24;
const MAGIC: &[u8; 8] = b"FMR\0 20\0";
/// 500 pixels per inch in pixels per centimetre, rounded as the standard's users do.
pub const PIXELS_PER_CM_500_PPI: u16 = 197;
/// Coordinates have 14 bits.
const LARGEST_SIDE: u16 = 1 << 14;

/// What a minutia is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum MinutiaKind {
    /// Neither of the two, or not known.
    Other,
    /// A ridge ends.
    Ending,
    /// A ridge forks.
    Bifurcation,
}

/// One minutia.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct FmrMinutia {
    /// Ending, bifurcation or other.
    pub kind: MinutiaKind,
    /// Column in pixels from the left, below the image's width.
    pub x: u16,
    /// Row in pixels from the top, below the image's height.
    pub y: u16,
    /// Direction in 256ths of a turn, counter-clockwise from the direction of growing x.
    pub angle: u8,
    /// Quality 1 to 100; 0 where none is reported.
    pub quality: u8,
}

/// How an impression was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Impression {
    /// Live, plain.
    LivePlain = 0,
    /// Live, rolled.
    LiveRolled = 1,
    /// From paper or the like, plain.
    NonlivePlain = 2,
    /// From paper or the like, rolled.
    NonliveRolled = 3,
    /// Swiped over a line sensor.
    Swipe = 8,
}

/// One view of a finger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FmrView {
    /// Finger position 0 (unknown), 1 to 5 (right thumb to little finger), 6 to 10 (left).
    pub position: u8,
    /// Number of this view among those of the same finger, 0 to 15.
    pub view: u8,
    /// How the impression was made.
    pub impression: Impression,
    /// Quality of the sample, 0 to 100.
    pub quality: u8,
    /// At most 255 minutiae.
    pub minutiae: Vec<FmrMinutia>,
    /// Extended data as they stand in the record (ridge counts, cores and deltas, a maker's own); not interpreted.
    pub extended: Vec<u8>,
}

/// A finger minutiae record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FmrRecord {
    /// Certification bits and the maker's device number; 0 where not reported.
    pub equipment: u16,
    /// Image width in pixels, 1 to 16 384.
    pub width: u16,
    /// Image height in pixels, 1 to 16 384.
    pub height: u16,
    /// Horizontal resolution in pixels per centimetre.
    pub resolution_x: u16,
    /// Vertical resolution in pixels per centimetre.
    pub resolution_y: u16,
    /// One view or more, at most 255.
    pub views: Vec<FmrView>,
}

/// Why bytes are no record, or a record cannot be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FmrError {
    /// It does not begin with `FMR` and version ` 20`.
    #[error("this is not an ISO/IEC 19794-2:2005 record: the format identifier or version differs")]
    Format,
    /// The record ends inside a field.
    #[error("the record is cut short")]
    Short,
    /// The stated length is not the record's.
    #[error("the record states {stated} bytes but has {actual}")]
    Length {
        /// As stated in the header.
        stated: u64,
        /// As found.
        actual: u64,
    },
    /// A field has a value outside its range.
    #[error("the field {field} has the value {value}, which the standard does not allow here")]
    Field {
        /// The field's name.
        field: &'static str,
        /// Its value.
        value: u64,
    },
}

type Result<T> = std::result::Result<T, FmrError>;

fn within(field: &'static str, value: impl Into<u64>, least: u64, most: u64) -> Result<()> {
    let value = value.into();
    if (least..=most).contains(&value) { Ok(()) } else { Err(FmrError::Field { field, value }) }
}

impl FmrRecord {
    /// Checks every range; a record that passes can be written and reads back equal.
    fn check(&self) -> Result<()> {
        within("width", self.width, 1, LARGEST_SIDE.into())?;
        within("height", self.height, 1, LARGEST_SIDE.into())?;
        within("horizontal resolution", self.resolution_x, 1, u16::MAX.into())?;
        within("vertical resolution", self.resolution_y, 1, u16::MAX.into())?;
        within("number of views", self.views.len() as u64, 1, 255)?;
        self.views.iter().try_for_each(|view| {
            within("finger position", view.position, 0, 10)?;
            within("view number", view.view, 0, 15)?;
            within("finger quality", view.quality, 0, 100)?;
            within("number of minutiae", view.minutiae.len() as u64, 0, 255)?;
            within("length of extended data", view.extended.len() as u64, 0, u16::MAX.into())?;
            view.minutiae.iter().try_for_each(|minutia| {
                within("x", minutia.x, 0, u64::from(self.width) - 1)?;
                within("y", minutia.y, 0, u64::from(self.height) - 1)?;
                within("minutia quality", minutia.quality, 0, 100)
            })
        })
    }

    /// The record's bytes.
    pub fn encode(&self) -> Result<Vec<u8>> {
        self.check()?;
        let sizes = self.views.iter().map(|view| 6 + 6 * view.minutiae.len() + view.extended.len());
        let length = HEADER + sizes.sum::<usize>();
        let stated = u32::try_from(length).map_err(|_| FmrError::Field { field: "length", value: length as u64 })?;
        let mut bytes = Vec::with_capacity(length);
        bytes.extend_from_slice(MAGIC);
        bytes.extend_from_slice(&stated.to_be_bytes());
        for value in [self.equipment, self.width, self.height, self.resolution_x, self.resolution_y] {
            bytes.extend_from_slice(&value.to_be_bytes());
        }
        // The casts are exact: `check` bounds them.
        bytes.extend_from_slice(&[self.views.len() as u8, 0]);
        for view in &self.views {
            let impression = view.view << 4 | view.impression as u8;
            bytes.extend_from_slice(&[view.position, impression, view.quality, view.minutiae.len() as u8]);
            for minutia in &view.minutiae {
                let kind = match minutia.kind {
                    MinutiaKind::Other => 0,
                    MinutiaKind::Ending => 1,
                    MinutiaKind::Bifurcation => 2_u16,
                };
                bytes.extend_from_slice(&(kind << 14 | minutia.x).to_be_bytes());
                bytes.extend_from_slice(&minutia.y.to_be_bytes());
                bytes.extend_from_slice(&[minutia.angle, minutia.quality]);
            }
            bytes.extend_from_slice(&(view.extended.len() as u16).to_be_bytes());
            bytes.extend_from_slice(&view.extended);
        }
        Ok(bytes)
    }

    /// Reads a record; everything must fit: identifier, lengths, reserved bits, ranges.
    pub fn decode(bytes: &[u8]) -> Result<Self> {
        let mut reader = Reader { rest: bytes };
        if reader.take(MAGIC.len()).map_err(|_| FmrError::Format)? != MAGIC {
            return Err(FmrError::Format);
        }
        let (stated, actual) = (u64::from(reader.u16()?) << 16 | u64::from(reader.u16()?), bytes.len() as u64);
        if stated != actual {
            return Err(FmrError::Length { stated, actual });
        }
        let (equipment, width, height) = (reader.u16()?, reader.u16()?, reader.u16()?);
        let (resolution_x, resolution_y) = (reader.u16()?, reader.u16()?);
        let (count, reserved) = (reader.u8()?, reader.u8()?);
        within("reserved byte", reserved, 0, 0)?;
        let views = (0..count).map(|_| reader.view()).collect::<Result<_>>()?;
        let record = Self { equipment, width, height, resolution_x, resolution_y, views };
        record.check()?;
        if !reader.rest.is_empty() {
            return Err(FmrError::Length { stated: actual - reader.rest.len() as u64, actual });
        }
        Ok(record)
    }
}

struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    fn take(&mut self, count: usize) -> Result<&'a [u8]> {
        let (taken, rest) = self.rest.split_at_checked(count).ok_or(FmrError::Short)?;
        self.rest = rest;
        Ok(taken)
    }

    fn u8(&mut self) -> Result<u8> {
        self.take(1)?.first().copied().ok_or(FmrError::Short)
    }

    fn u16(&mut self) -> Result<u16> {
        Ok(u16::from(self.u8()?) << 8 | u16::from(self.u8()?))
    }

    fn view(&mut self) -> Result<FmrView> {
        let (position, both, quality, count) = (self.u8()?, self.u8()?, self.u8()?, self.u8()?);
        let impression = match both & 15 {
            0 => Impression::LivePlain,
            1 => Impression::LiveRolled,
            2 => Impression::NonlivePlain,
            3 => Impression::NonliveRolled,
            8 => Impression::Swipe,
            value => return Err(FmrError::Field { field: "impression type", value: value.into() }),
        };
        let minutiae = (0..count).map(|_| self.minutia()).collect::<Result<_>>()?;
        let extended = usize::from(self.u16()?);
        let extended = self.take(extended)?.to_vec();
        Ok(FmrView { position, view: both >> 4, impression, quality, minutiae, extended })
    }

    fn minutia(&mut self) -> Result<FmrMinutia> {
        let (x, y) = (self.u16()?, self.u16()?);
        let kind = match x >> 14 {
            0 => MinutiaKind::Other,
            1 => MinutiaKind::Ending,
            2 => MinutiaKind::Bifurcation,
            value => return Err(FmrError::Field { field: "minutia kind", value: value.into() }),
        };
        within("reserved bits of y", y >> 14, 0, 0)?;
        Ok(FmrMinutia { kind, x: x & 0x3fff, y, angle: self.u8()?, quality: self.u8()? })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// One view with two minutiae, spelled out byte by byte from the layout in the standard.
    const GOLDEN: [u8; 42] = [
        b'F', b'M', b'R', 0, b' ', b'2', b'0', 0, 0, 0, 0, 42, 0, 0, 1, 0x40, 1, 0xe0, 0, 197, 0, 197, 1,
        0, // header
        2, 0, 80, 2, // right index finger, first view, live plain, quality 80, two minutiae
        0x40, 100, 0, 200, 64, 90, // ending at (100, 200), a quarter turn
        0x81, 0x3f, 1, 0xdf, 255, 0, // bifurcation at (319, 479), the last pixel
        0, 0,
    ];

    fn golden() -> FmrRecord {
        let minutia = |kind, x, y, angle, quality| FmrMinutia { kind, x, y, angle, quality };
        let minutiae =
            vec![minutia(MinutiaKind::Ending, 100, 200, 64, 90), minutia(MinutiaKind::Bifurcation, 319, 479, 255, 0)];
        let impression = Impression::LivePlain;
        let view = FmrView { position: 2, view: 0, impression, quality: 80, minutiae, extended: Vec::new() };
        let resolution = PIXELS_PER_CM_500_PPI;
        FmrRecord {
            equipment: 0,
            width: 320,
            height: 480,
            resolution_x: resolution,
            resolution_y: resolution,
            views: vec![view],
        }
    }

    #[test]
    fn a_record_spelled_out_by_hand_is_read_and_written_alike() {
        assert_eq!(FmrRecord::decode(&GOLDEN), Ok(golden()));
        assert_eq!(golden().encode().unwrap(), GOLDEN);
    }

    #[test]
    fn every_cut_and_every_surplus_byte_is_refused() {
        for length in 0..GOLDEN.len() {
            assert!(FmrRecord::decode(&GOLDEN[..length]).is_err(), "{length} bytes");
            // Even with a stated length that agrees with the cut.
            let mut lying = GOLDEN[..length].to_vec();
            if let Some(stated) = lying.get_mut(11) {
                *stated = length as u8;
            }
            assert!(FmrRecord::decode(&lying).is_err(), "{length} bytes, stated so");
        }
        let mut longer = [&GOLDEN[..], &[0]].concat();
        assert!(matches!(FmrRecord::decode(&longer), Err(FmrError::Length { stated: 42, actual: 43 })));
        longer[11] = 43;
        assert!(matches!(FmrRecord::decode(&longer), Err(FmrError::Length { .. })));
    }

    #[test]
    fn values_outside_their_range_are_refused_by_name() {
        let cases: [(usize, u8, &str); 11] = [
            (14, 0x80, "width"),
            (16, 0x80, "height"),
            (22, 0, "number of views"),
            (23, 1, "reserved byte"),
            (24, 11, "finger position"),
            (25, 5, "impression type"),
            (26, 101, "finger quality"),
            (28, 0xc0, "minutia kind"),
            (30, 0x40, "reserved bits of y"),
            (28, 0x42, "x"),
            (33, 101, "minutia quality"),
        ];
        for (at, value, name) in cases {
            let mut bytes = GOLDEN;
            bytes[at] = value;
            match FmrRecord::decode(&bytes) {
                Err(FmrError::Field { field, .. }) => assert_eq!(field, name),
                other => panic!("{name}: {other:?}"),
            }
        }
        let mut crowded = golden();
        crowded.views[0].minutiae = vec![golden().views[0].minutiae[0]; 256];
        assert_eq!(crowded.encode(), Err(FmrError::Field { field: "number of minutiae", value: 256 }));
    }

    proptest! {
        #[test]
        fn what_decodes_encodes_to_the_same_bytes(
            flips in proptest::collection::vec((12..42_usize, any::<u8>()), 0..4),
        ) {
            let mut bytes = GOLDEN;
            for (at, value) in flips {
                bytes[at] = value;
            }
            if let Ok(record) = FmrRecord::decode(&bytes) {
                prop_assert_eq!(record.encode().unwrap(), bytes);
            }
        }

        #[test]
        fn no_bytes_make_the_decoder_panic(tail in proptest::collection::vec(any::<u8>(), 0..400)) {
            let mut bytes = [&MAGIC[..], &(12 + tail.len() as u32).to_be_bytes(), &tail].concat();
            let _ = FmrRecord::decode(&bytes);
            bytes.truncate(tail.len());
            let _ = FmrRecord::decode(&bytes);
        }
    }
}
