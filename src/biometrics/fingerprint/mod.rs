//! Fingerprints: from an image to a template, and from two templates to one score.
//!
//! Image -> 500 dpi, ridges dark (`normalise`) -> where the finger is (`foreground`) -> minutiae (`network`) ->
//! [`Template`]; template -> cylinders (`cylinder`) -> [`Prepared`]; two of these -> [`compare`]: similar cylinders
//! (`simd`) -> pairs that agree (`pairing`) -> one print laid over the other (`align`) -> -log10 of the false
//! match rate (`calibration`). The network decides how accurate the whole is, the kernel how fast.
//!
//! Everything here is a pure function of its arguments; the network's bytes come from outside.

mod align;
mod calibration;
mod cylinder;
mod foreground;
mod matcher;
mod minutia;
mod network;
mod normalise;
mod pairing;
mod quality;
mod simd;
mod slap;
mod template;
#[cfg(test)]
mod tests;

use rekam_hal::image::GrayImage;

pub use cylinder::Prepared;
pub use matcher::{Comparison, compare, screen};
pub use minutia::{Minutia, MinutiaKind};
pub use network::{MinutiaeNetwork, NetworkError};
pub use quality::{Cause, Quality};
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
    /// The network failed.
    #[error("the minutiae network failed")]
    Network(#[from] rten::RunError),
    /// The network's output is not what this program was built for.
    #[error("the minutiae network's output has an unexpected shape")]
    Output,
}

/// What an image of a finger holds.
#[derive(Debug, Clone, PartialEq)]
pub struct Extraction {
    /// The minutiae, to be compared and stored.
    pub template: Template,
    /// Whether to keep the print or ask for another.
    pub quality: Quality,
}

/// Reads a fingerprint. An image without a finger gives an empty template of quality 0, class 5, not an error.
///
/// Coordinates count from the image's top left corner after resampling to 500 dpi.
pub fn extract(network: &MinutiaeNetwork, image: &GrayImage) -> Result<Extraction, ExtractError> {
    let plane = normalise::plane(image).map_err(|(width, height)| ExtractError::TooLarge { width, height })?;
    let foreground = foreground::Foreground::of(&plane);
    let minutiae = network.minutiae_of(&plane, &foreground)?;
    let quality = Quality::of(&foreground, &minutiae);
    Ok(Extraction { template: Template::from_minutiae(minutiae), quality })
}
