//! Fingerprints: from an image to a template, and from two templates to one score.
//!
//! Image -> 500 dpi, ridges dark (`normalise`) -> where the finger is (`foreground`) -> minutiae (`network`, or
//! `classical` where a tenth of the time must do) -> [`Template`]; template -> cylinders (`cylinder`) -> [`Prepared`];
//! two of these -> [`compare`]: similar cylinders (`simd`) -> pairs (`pairing`) that agree (`agreement`, `relaxation`) ->
//! one print laid over the other (`motion`, `align`) as skin bends (`bending`), less what would meet by chance
//! (`chance`) -> -log10 of the false match rate (`calibration`); strangers leave early on that way (`matcher`). A
//! gallery is first put into order by the cylinders alone (`screening`). The network decides how accurate the whole is,
//! the kernels how fast. Several fingers on one image are taken apart first (`slap`).
//!
//! Everything here is a pure function of its arguments; the network's bytes come from outside.

mod agreement;
mod align;
mod bending;
mod calibration;
mod chance;
mod classical;
#[cfg(test)]
mod comparison_tests;
mod cylinder;
mod foreground;
mod hull;
#[cfg(test)]
mod image_tests;
mod matcher;
mod minutia;
mod motion;
mod network;
mod normalise;
mod order;
mod pairing;
mod points;
mod quality;
mod relaxation;
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
pub use normalise::RESOLUTIONS;
pub use quality::{Cause, Quality};
pub use screening::{Shelf, screen};
pub use simd::{SimdError, SimdLevel};
pub use slap::{Edge, Expected, FingerBox, FingerProblem, Segmented, SlapError, SlapFinger, SlapProblem, segment};
pub use template::{FARTHEST, MAX_MINUTIAE, Template, TemplateError};

/// Why an image yields no template.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ExtractError {
    /// The image states a resolution outside [`RESOLUTIONS`].
    #[error("the image states {dpi} dots per inch, but fingerprints are read from 250 to 1000")]
    Resolution {
        /// As stated.
        dpi: f32,
    },
    /// At 500 dpi the image is larger than a finger; its resolution is wrong, or it shows several.
    #[error("at 500 dpi the image has {width} x {height} pixels, more than one finger")]
    TooLarge {
        /// Width in pixels at 500 dpi.
        width: usize,
        /// Height in pixels at 500 dpi.
        height: usize,
    },
    /// At 500 dpi the image is smaller than any print that can be compared.
    #[error("at 500 dpi the image has {width} x {height} pixels, less than a finger")]
    TooSmall {
        /// Width in pixels at 500 dpi.
        width: usize,
        /// Height in pixels at 500 dpi.
        height: usize,
    },
    /// The image shows no ridges.
    #[error("the image shows no finger")]
    NoFinger,
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
    /// Reads a fingerprint. A print too poor to have minutiae gives an empty template of quality 0, not an error.
    ///
    /// Coordinates count from the image's top left corner after resampling to 500 dpi.
    ///
    /// # Errors
    /// An image that is none of one finger; [`ExtractError`] says why.
    pub fn extract(self, image: &GrayImage) -> Result<Extraction, ExtractError> {
        let (width, height) = normalise::size(image).map_err(|dpi| ExtractError::Resolution { dpi })?;
        if width.min(height) < normalise::MIN_FINGER {
            return Err(ExtractError::TooSmall { width, height });
        }
        let plane = normalise::plane(image, normalise::MAX_FINGER)?;
        let foreground = foreground::Foreground::of(&plane);
        let minutiae = match self {
            Self::Network(network) => network.minutiae_of(&plane, &foreground),
            Self::Classical => classical::minutiae_of(&plane),
        };
        if foreground.area() == 0 && minutiae.is_empty() {
            return Err(ExtractError::NoFinger);
        }
        let quality = Quality::of(&foreground, &minutiae);
        Ok(Extraction { template: Template::from_minutiae(minutiae), quality })
    }
}

/// Reads a fingerprint with the network: [`Extractor::extract`].
pub fn extract(network: &MinutiaeNetwork, image: &GrayImage) -> Result<Extraction, ExtractError> {
    Extractor::Network(network).extract(image)
}
