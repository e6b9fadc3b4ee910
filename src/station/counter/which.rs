//! The four kinds of device a desk has.

/// One of a desk's devices.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Which {
    /// Photo camera.
    Camera,
    /// Signature pad.
    Pad,
    /// Fingerprint scanner.
    Scanner,
    /// Iris camera.
    Iris,
}

impl Which {
    /// All four, in the order of the steps.
    pub const ALL: [Self; 4] = [Self::Camera, Self::Pad, Self::Scanner, Self::Iris];
}
