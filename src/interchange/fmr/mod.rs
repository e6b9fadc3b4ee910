//! Finger minutiae records (FMR): the format of templates between makers.
//!
//! One record type for everything that is read and written: ISO/IEC 19794-2:2005 is written, it and its relatives
//! ISO/IEC 19794-2:2011 and ANSI INCITS 378-2004 are read ([`decode`], [`receive`]). [`chip`] chooses the minutiae that
//! go onto a card, [`card`] packs them as clause 8 does, and [`convert`] leads from and to our templates.
//!
//! Conventions (6.3 of the standard): x grows to the right and y downward from the image's top left corner; the angle
//! counts counter-clockwise from the direction of growing x and points from an ending back along its ridge, from a
//! bifurcation into the valley between the branches.

pub mod card;
pub mod chip;
pub mod convert;
pub mod extended;
mod iso2005;
mod iso2011;
mod receive;

pub use extended::Area;
pub use receive::{Deviation, Edition, Received, decode, receive};

use super::error::{RecordError, Result, within};

/// 500 pixels per inch in pixels per centimetre, rounded as the standard's users do.
pub const PIXELS_PER_CM_500_PPI: u16 = 197;
/// Coordinates have 14 bits.
pub const LARGEST_SIDE: u16 = 1 << 14;
/// Views and minutiae are counted by a byte.
pub const MOST: usize = 255;

/// What a minutia is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum MinutiaKind {
    /// Neither of the two, or not known.
    Other = 0,
    /// A ridge ends.
    Ending = 1,
    /// A ridge forks.
    Bifurcation = 2,
}

impl MinutiaKind {
    fn of_code(code: u8) -> Option<Self> {
        [Self::Other, Self::Ending, Self::Bifurcation].into_iter().find(|kind| *kind as u8 == code)
    }
}

/// One minutia.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
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

impl std::fmt::Debug for FmrMinutia {
    /// The kind alone: where minutiae lie is personal data and never reaches a log.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "FmrMinutia({:?})", self.kind)
    }
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
    /// Latent, the impression itself.
    LatentImpression = 4,
    /// Latent, traced.
    LatentTracing = 5,
    /// Latent, photographed.
    LatentPhoto = 6,
    /// Latent, lifted.
    LatentLift = 7,
    /// Swiped over a line sensor.
    Swipe = 8,
    /// Live, without contact (ANSI INCITS 378 and the 2011 edition call it a vertical roll).
    Contactless = 9,
}

impl Impression {
    /// Every type, in the order of their codes.
    pub const ALL: [Self; 10] = [
        Self::LivePlain,
        Self::LiveRolled,
        Self::NonlivePlain,
        Self::NonliveRolled,
        Self::LatentImpression,
        Self::LatentTracing,
        Self::LatentPhoto,
        Self::LatentLift,
        Self::Swipe,
        Self::Contactless,
    ];

    fn of_code(code: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|impression| *impression as u8 == code)
    }
}

/// Size and resolution of the image a view was found in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Geometry {
    /// Width in pixels, 1 to 16 384.
    pub width: u16,
    /// Height in pixels, 1 to 16 384.
    pub height: u16,
    /// Horizontal resolution in pixels per centimetre, at least 1.
    pub resolution_x: u16,
    /// Vertical resolution in pixels per centimetre, at least 1.
    pub resolution_y: u16,
}

/// One view of a finger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FmrView {
    /// Finger position 0 (unknown), 1 to 5 (right thumb to little finger), 6 to 10 (left).
    pub position: u8,
    /// Number of this view among those of the same finger in the order of the record, from 0, at most 15.
    pub number: u8,
    /// How the impression was made.
    pub impression: Impression,
    /// Quality of the sample, 0 to 100; 0 also where none is reported.
    pub quality: u8,
    /// The image the minutiae lie in; the editions written here state it once for all views.
    pub geometry: Geometry,
    /// At most 255 minutiae.
    pub minutiae: Vec<FmrMinutia>,
    /// Extended data: ridge counts, cores and deltas, zonal quality, a maker's own.
    pub extended: Vec<Area>,
}

/// A finger minutiae record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FmrRecord {
    /// Certification bits and the maker's device number; 0 where not reported.
    pub equipment: u16,
    /// One view or more, at most 255.
    pub views: Vec<FmrView>,
}

impl Geometry {
    fn check(self) -> Result<()> {
        within("image width", self.width, 1, LARGEST_SIDE.into())?;
        within("image height", self.height, 1, LARGEST_SIDE.into())?;
        within("horizontal resolution", self.resolution_x, 1, u16::MAX.into())?;
        within("vertical resolution", self.resolution_y, 1, u16::MAX.into())
    }
}

impl FmrMinutia {
    fn check(&self, geometry: Geometry) -> Result<()> {
        within("minutia x", self.x, 0, u64::from(geometry.width.saturating_sub(1)))?;
        within("minutia y", self.y, 0, u64::from(geometry.height.saturating_sub(1)))?;
        within("minutia quality", self.quality, 0, 100)
    }
}

impl FmrView {
    fn check(&self) -> Result<()> {
        self.geometry.check()?;
        within("finger position", self.position, 0, 10)?;
        within("view number", self.number, 0, 15)?;
        within("finger quality", self.quality, 0, 100)?;
        within("number of minutiae", self.minutiae.len() as u64, 0, MOST as u64)?;
        self.minutiae.iter().try_for_each(|minutia| minutia.check(self.geometry))
    }
}

impl FmrRecord {
    /// Checks every range; a record that passes can be written and reads back equal.
    pub fn check(&self) -> Result<()> {
        within("number of views", self.views.len() as u64, 1, MOST as u64)?;
        self.views.iter().try_for_each(FmrView::check)?;
        self.numbers().try_for_each(|(view, number)| within("view number", view.number, number, number))
    }

    /// Every view with the number it must have: its place among those of its finger.
    fn numbers(&self) -> impl Iterator<Item = (&FmrView, u64)> {
        let mut seen = [0; 256];
        self.views.iter().map(move |view| {
            let count = &mut seen[usize::from(view.position)];
            *count += 1;
            (view, *count - 1)
        })
    }

    /// The positions of its fingers, each once, in ascending order.
    pub fn positions(&self) -> Vec<u8> {
        let mut positions: Vec<u8> = self.views.iter().map(|view| view.position).collect();
        positions.sort_unstable();
        positions.dedup();
        positions
    }

    /// The record of one finger alone; nothing when it is not there.
    pub fn of_position(&self, position: u8) -> Option<Self> {
        let views: Vec<FmrView> = self.views.iter().filter(|view| view.position == position).cloned().collect();
        (!views.is_empty()).then_some(Self { equipment: self.equipment, views })
    }

    /// The record's bytes as ISO/IEC 19794-2:2005 has them.
    pub fn encode(&self) -> Result<Vec<u8>> {
        iso2005::encode(self)
    }

    /// The view that tells most of its finger: the one with most minutiae, the first of equals.
    pub fn best_view(&self) -> Option<&FmrView> {
        self.views.iter().rev().max_by_key(|view| view.minutiae.len())
    }

    fn geometry(&self) -> Result<Geometry> {
        let first = self.views.first().map(|view| view.geometry);
        let geometry = first.ok_or(RecordError::Field { field: "number of views", value: 0 })?;
        let alike = self.views.iter().all(|view| view.geometry == geometry);
        if alike { Ok(geometry) } else { Err(RecordError::Mixed { field: "image size or resolution" }) }
    }
}
