//! WSQ (Wavelet Scalar Quantization, FBI IAFIS-IC-0110): how fingerprint images of 500 dpi travel between offices.
//!
//! The codec is the crate `wsq-codec`; here it is kept behind two functions, because it is young, because the size of
//! an image is known and bounded before anything is allocated for it, and because our images carry a resolution.

use rekam_hal::GrayImage;
use wsq_codec::{DecodeOptions, EncodeOptions};

use crate::biometrics::fingerprint::RESOLUTIONS;

/// Bits per pixel of the usual compression of about 15 to 1.
pub const BITS_PER_PIXEL: f32 = 0.75;
/// Most pixels decoded: 4096 x 4096, more than a hand at 1000 dpi. The decoder needs eleven bytes for each.
pub const MAX_PIXELS: usize = 1 << 24;

/// Why there is no image, or no WSQ stream.
#[derive(Debug, thiserror::Error)]
pub enum WsqError {
    /// The stream is damaged, or larger than allowed.
    #[error("the WSQ stream is damaged or too large: {0}")]
    Decode(#[from] wsq_codec::DecodeError),
    /// The image is too small for the wavelets, or too large.
    #[error("the image cannot be compressed by WSQ: {0}")]
    Encode(#[from] wsq_codec::EncodeError),
    /// The comment states a resolution no finger is taken at.
    #[error("the WSQ stream states {ppi} pixels per inch, but fingerprints are read from 250 to 1000")]
    Resolution {
        /// As stated.
        ppi: u32,
    },
    /// A side is beyond what an image here may have.
    #[error("the WSQ image cannot be used: {0}")]
    Extent(#[from] rekam_hal::ImageError),
}

/// Whether bytes begin as a WSQ stream does (start of image, then a marker of its own tables or comments).
pub fn recognised(bytes: &[u8]) -> bool {
    matches!(bytes, [0xff, 0xa0, 0xff, 0xa2..=0xa8, ..])
}

/// The image of a stream of at most `max_pixels`; its resolution is that of its comment, if it has one.
///
/// # Errors
/// A stream that is damaged or too large, or states a resolution no finger is taken at.
pub fn decode(bytes: &[u8], max_pixels: usize) -> Result<GrayImage, WsqError> {
    let (image, stated) = pixels(bytes, max_pixels)?;
    match stated {
        // How some writers say that they do not know it.
        None | Some(0) => Ok(image),
        Some(ppi) if RESOLUTIONS.contains(&(ppi as f32)) => Ok(image.with_dpi(ppi as f32)),
        Some(ppi) => Err(WsqError::Resolution { ppi }),
    }
}

/// The image of a stream, and what its comment states as its resolution.
pub(super) fn pixels(bytes: &[u8], max_pixels: usize) -> Result<(GrayImage, Option<u32>), WsqError> {
    let options = DecodeOptions::default().with_max_pixels(Some(max_pixels.min(MAX_PIXELS))).with_threads(1);
    let found = wsq_codec::decode_with(bytes, &options)?;
    // A side beyond u32 is beyond the largest image too.
    let side = |length: usize| u32::try_from(length).unwrap_or(u32::MAX);
    Ok((GrayImage::new(side(found.width), side(found.height), found.pixels)?, found.ppi))
}

/// The stream of an image, ridges dark, at `bits_per_pixel` (see [`BITS_PER_PIXEL`]); the resolution goes with it.
pub fn encode(image: &GrayImage, bits_per_pixel: f32) -> Result<Vec<u8>, WsqError> {
    let image = image.clone().into_ridges_dark();
    let ppi = image.dpi().map(|dpi| dpi.round() as u32);
    let options = EncodeOptions::default().with_bitrate(bits_per_pixel).with_ppi(ppi).with_threads(1);
    Ok(wsq_codec::encode(image.pixels(), image.width() as usize, image.height() as usize, &options)?)
}
