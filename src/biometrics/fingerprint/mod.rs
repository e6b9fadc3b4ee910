//! Fingerprints: from an image to a template, and from two templates to one score.
//!
//! Image -> 500 dpi, ridges dark (`normalise`) -> where the finger is (`foreground`) -> minutiae (`network`, or
//! `classical` where a tenth of the time must do) -> [`Template`]; template -> cylinders (`cylinder`) -> [`Prepared`];
//! two of these -> [`compare`]: similar cylinders (`simd`) -> pairs that agree (`pairing`) -> one print laid over the
//! other (`align`) -> -log10 of the false match rate (`calibration`). A gallery is first put into order by the
//! cylinders alone (`screening`). The network decides how accurate the whole is, the kernels how fast. Several fingers
//! on one image are taken apart first (`slap`).
//!
//! Everything here is a pure function of its arguments; the network's bytes come from outside.

mod align;
mod calibration;
mod classical;
#[cfg(test)]
mod comparison_tests;
mod cylinder;
mod foreground;
mod hull;
mod matcher;
mod minutia;
mod network;
mod normalise;
mod pairing;
mod points;
mod quality;
mod screening;
mod simd;
mod slap;
mod template;
#[cfg(test)]
mod tests;

use rekam_hal::image::GrayImage;

pub use cylinder::Prepared;
pub use matcher::{Comparison, compare, compare_at};
pub use minutia::{Minutia, MinutiaKind};
pub use network::{MinutiaeNetwork, NetworkError};
pub use quality::{Cause, Quality};
pub use screening::{Shelf, screen};
pub use simd::{SimdError, SimdLevel};
pub use slap::{Edge, Expected, FingerBox, FingerProblem, Segmented, SlapError, SlapFinger, SlapProblem, segment};
pub use template::{MAX_MINUTIAE, Template, TemplateError};

/// Why an image yields no template.
#[derive(Debug, thiserror::Error)]
pub enum ExtractError {
    /// At 500 dpi the image is larger than a hand; its resolution is probably wrong.
    #[error("at 500 dpi the image has {width} x {height} pixels, more than a hand")]
    TooLarge {
        /// Width in pixels at 500 dpi.
        width: usize,
        /// Height in pixels at 500 dpi.
        height: usize,
    },
}

/// What an image of a finger holds.
#[derive(Debug, Clone, PartialEq)]
pub struct Extraction {
    /// The minutiae, to be compared and stored.
    pub template: Template,
    /// Whether to keep the print or ask for another.
    pub quality: Quality,
}

/// How minutiae are found. Both kinds of templates follow the same conventions and may be compared with each other.
#[derive(Clone, Copy)]
pub enum Extractor<'a> {
    /// The most accurate way: some tenths of a second.
    Network(&'a MinutiaeNetwork),
    /// Without a network: some milliseconds, for live preview and for machines on which the network is too slow.
    Classical,
}

impl Extractor<'_> {
    /// Reads a fingerprint. An image without a finger gives an empty template of quality 0, class 5, not an error.
    ///
    /// Coordinates count from the image's top left corner after resampling to 500 dpi.
    pub fn extract(self, image: &GrayImage) -> Result<Extraction, ExtractError> {
        let plane = normalise::plane(image).map_err(|(width, height)| ExtractError::TooLarge { width, height })?;
        let foreground = foreground::Foreground::of(&plane);
        let minutiae = match self {
            Self::Network(network) => network.minutiae_of(&plane, &foreground),
            Self::Classical => classical::minutiae_of(&plane),
        };
        let quality = Quality::of(&foreground, &minutiae);
        Ok(Extraction { template: Template::from_minutiae(minutiae), quality })
    }
}

/// Reads a fingerprint with the network: [`Extractor::extract`].
pub fn extract(network: &MinutiaeNetwork, image: &GrayImage) -> Result<Extraction, ExtractError> {
    Extractor::Network(network).extract(image)
}
