//! The iris engine: from a near-infrared image of one eye to contours, quality and a template, and from two templates
//! to a score.
//!
//! Everything is classical image analysis with one fixed parameter set: no camera-specific sizes or thresholds. Only how
//! far a result is trusted is learned (`trust`). The order is that of Daugman (2004): find pupil, limbus and lids, unroll the iris, take the phase
//! of two Gabor filters, compare by Hamming distance. What differs is that every step reports how sure it is, so that
//! the station can ask for another capture while the resident is still sitting there.
//!
//! Pure: no input or output, no clock, no randomness.

mod blocks;
mod borders;
mod chance;
mod contour;
mod encode;
mod freedom;
mod hypothesis;
mod lids;
mod masking;
mod matching;
mod pair;
mod picture;
mod quality;
mod raster;
pub mod search;
mod segmentation;
mod sheet;
mod sides;
mod simd;
mod template;
#[cfg(test)]
mod tests;
mod trust;

use rekam_hal::image::GrayImage;

pub use contour::{Circle, Contour};
pub use lids::Lid;
pub use matching::{Comparison, Probe, compare};
pub use pair::{PairVerdict, judge_pair, seems_swapped};
pub use quality::{Cause, Metrics, Quality};
pub use segmentation::{Segmentation, UNSURE};
pub use simd::SimdLevel;
pub use template::{Template, TemplateError};
pub use trust::NAMES as SIGN_NAMES;

/// Smallest side of an image in which an iris can be told apart, in pixels.
const LEAST_SIDE: u32 = 64;
/// Valid bits below which a code says nothing.
const LEAST_BITS: u32 = 600;

/// Confidence below which what was found is no eye at all.
const LEAST_CONFIDENCE: f32 = 0.05;
/// Share of the iris that may lie outside the image.
const MOST_OUTSIDE: f32 = 0.38;

/// What was got out of one image.
#[derive(Debug, Clone)]
pub struct Extraction {
    /// The phase code for comparisons.
    pub template: Template,
    /// Where the iris is.
    pub segmentation: Segmentation,
    /// How good the capture is.
    pub quality: Quality,
}

/// Why an image gives no template.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ExtractError {
    /// The image is too small to hold an iris.
    #[error("an iris image needs at least {LEAST_SIDE} pixels on each side, not {width} x {height}")]
    TooSmall {
        /// Width in pixels.
        width: u32,
        /// Height in pixels.
        height: u32,
    },
    /// Nothing in the image looks like a pupil in an iris: a closed eye, another part of the face, something else.
    #[error("no open eye found in the image")]
    NoEye,
    /// Much of the iris lies beyond the border of the image.
    #[error("the eye is cut off by the border of the image")]
    HalfEye,
    /// Two eyes side by side.
    #[error("the image shows two eyes; it must show one")]
    TwoEyes,
    /// An eye was found, but too little of its iris is visible.
    #[error("too little of the iris is visible")]
    NothingVisible,
}

/// Finds, judges and encodes the iris in a near-infrared image of one eye (iris 80 to 400 pixels across).
pub fn extract(image: &GrayImage) -> Result<Extraction, ExtractError> {
    if image.width().min(image.height()) < LEAST_SIDE {
        return Err(ExtractError::TooSmall { width: image.width(), height: image.height() });
    }
    let fine = segmentation::segment(image)?;
    let sheet = sheet::unroll(&fine);
    let encoded = encode::encode(&sheet);
    let quality = quality::assess(&fine, &sheet, &encoded);
    // Of an eye that is hardly there contours cannot be trusted, yet its place tells what to do.
    if sheet.outside_share > MOST_OUTSIDE {
        return Err(ExtractError::HalfEye);
    }
    if quality.metrics.confidence < LEAST_CONFIDENCE {
        return Err(if segmentation::cut_off(image) { ExtractError::HalfEye } else { ExtractError::NoEye });
    }
    if encoded.template.valid_bits() < LEAST_BITS {
        return Err(ExtractError::NothingVisible);
    }
    Ok(Extraction { template: encoded.template, segmentation: fine.segmentation(quality.metrics.confidence), quality })
}

/// An eye as found, before anything is refused: for measuring how well wrong contours are known, and for fitting the
/// weights of the confidence anew.
#[derive(Debug, Clone)]
pub struct Examined {
    /// Where the iris is.
    pub segmentation: Segmentation,
    /// What the confidence is computed from, in the order of [`SIGN_NAMES`].
    pub signs: Vec<f32>,
}

/// Finds an eye, however little it can be trusted and however little of it is to be seen.
///
/// # Errors
/// [`ExtractError::NoEye`] and [`ExtractError::TwoEyes`].
pub fn examine(image: &GrayImage) -> Result<Examined, ExtractError> {
    let fine = segmentation::segment(image)?;
    let sheet = sheet::unroll(&fine);
    let encoded = encode::encode(&sheet);
    let signs = trust::signs(&fine, &sheet, trust::Worth::of(&sheet, &encoded)).to_vec();
    let confidence = quality::assess(&fine, &sheet, &encoded).metrics.confidence;
    Ok(Examined { segmentation: fine.segmentation(confidence), signs })
}

/// Encodes an iris that is already unrolled, as a simulator or a segmented exchange record holds it: `height` rows of
/// `width` grey levels from the pupil outwards, column 0 to the right, clockwise. `None` when the extent does not fit
/// the samples or the samples are too even to give a code.
pub fn encode_polar(width: usize, height: usize, grey: &[u8]) -> Option<Template> {
    let template = encode::encode(&sheet::of_polar(width, height, grey)?).template;
    (template.valid_bits() >= LEAST_BITS).then_some(template)
}
