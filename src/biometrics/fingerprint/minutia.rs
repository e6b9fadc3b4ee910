//! The minutia: the one feature every fingerprint template in the world shares.

/// What a ridge does at the minutia.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum MinutiaKind {
    /// A ridge ends.
    Ending,
    /// A ridge splits.
    Bifurcation,
    /// The source of the record did not tell.
    Unknown,
}

/// One minutia in an image of 500 dpi.
#[derive(Clone, Copy, PartialEq)]
pub struct Minutia {
    /// Column in pixels at 500 dpi, from the left.
    pub x: f32,
    /// Row in pixels at 500 dpi, from the top.
    pub y: f32,
    /// Direction in radians, 0 to the right and growing counter-clockwise as ISO/IEC 19794-2 has it, 0..2 pi.
    pub angle: f32,
    /// Ending or bifurcation.
    pub kind: MinutiaKind,
    /// How sure the extractor is that there is a minutia, 0..=1.
    pub quality: f32,
}

impl std::fmt::Debug for Minutia {
    /// The kind alone: where minutiae lie is personal data and never reaches a log.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Minutia({:?})", self.kind)
    }
}
