//! The minutiae network: image in, minutiae out.
//!
//! LEADER (R. Cappelli, arXiv 2602.15493) replaces segmentation, orientation field, enhancement, thinning and the
//! usual heap of filters by one network of 0.9 million weights; with it the equal error rate is a fifth of what the
//! classical chain reaches under the same matcher.
//!
//! It runs on an engine of its own, several times as fast as a general runtime, because it does less: `weights` puts
//! together what is linear in a row (nearly half of all products), `forward` asks two of the three heads only where a
//! minutia was found, and `blocks` never writes the widest features to memory. `kernel` does what remains at the
//! speed of the processor's multipliers. Memory is about 200 bytes a pixel, a sixth of what layer by layer takes, and
//! is kept for the next image. The answers are those of the graph within the rounding of its sums; the tests compare
//! them.
//!
//! Images are cut to the finger first, and anything larger than [`MAX_TILE`] runs in overlapping tiles.

mod blocks;
mod crew;
mod forward;
mod kernel;
mod layers;
mod map;
mod onnx;
mod runs;
#[cfg(test)]
mod tests;
mod weights;

use rekam_hal::image::GrayImage;

use super::ExtractError;
use super::foreground::{Foreground, Region};
use super::minutia::{Minutia, MinutiaKind};
use super::normalise::{self, MAX_SIDE, Plane};
use super::simd::SimdLevel;
use forward::{Engine, MULTIPLE};

/// Largest side of one network run in pixels.
pub const MAX_TILE: usize = 512;

/// Pixels two neighbouring tiles share.
const OVERLAP: usize = 96;

/// Background kept around the finger, so that ridge ends at its border look as they did in training.
const MARGIN: usize = 16;

/// Smallest probability reported. Far lower than the 0.6 of the network's authors: small and faint prints have few
/// minutiae above it, and what is too doubtful for a print that has many is for them worth having.
const THRESHOLD: f32 = 0.1;

/// Two minutiae closer than this in pixels are one, seen from two tiles.
const MERGE: f32 = 6.0;

/// A model file that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NetworkError {
    /// Not an ONNX file, or a damaged one.
    #[error("the minutiae network is not an ONNX file")]
    Container,
    /// An array of weights has more or fewer values than its shape says.
    #[error("the weights {name} of the minutiae network do not have the length of their shape")]
    Length {
        /// Its name.
        name: String,
    },
    /// Two arrays of weights have one name.
    #[error("the weights {name} of the minutiae network occur twice")]
    Twice {
        /// The name.
        name: String,
    },
    /// An array of weights is missing.
    #[error("the weights {name} of the minutiae network are missing")]
    Missing {
        /// Its name.
        name: String,
    },
    /// An array of weights has another shape than this network's.
    #[error("the weights {name} of the minutiae network have the shape {found:?}, not {expected:?}")]
    Shape {
        /// Its name.
        name: String,
        /// What this network has there.
        expected: Vec<usize>,
        /// What the file has.
        found: Vec<usize>,
    },
    /// A weight is infinite or not a number.
    #[error("the weights {name} of the minutiae network are not all numbers")]
    NotFinite {
        /// Its name.
        name: String,
    },
}

/// The network, ready to run.
pub struct MinutiaeNetwork {
    engine: Engine,
    threads: usize,
    /// The one in use in the whole process, when none is named.
    level: Option<SimdLevel>,
}

impl MinutiaeNetwork {
    /// Loads the network from its ONNX bytes; it will use one thread.
    pub fn from_onnx(bytes: impl AsRef<[u8]>) -> Result<Self, NetworkError> {
        Ok(Self { engine: Engine::from_onnx(bytes.as_ref())?, threads: 1, level: None })
    }

    /// The same network running on `threads` threads (at least one); what it finds does not depend on their number.
    pub fn with_threads(mut self, threads: usize) -> Self {
        self.threads = threads.max(1);
        self
    }

    /// The same network with this instruction set (or a lesser one, when this processor has it not).
    pub fn with_level(mut self, level: SimdLevel) -> Self {
        self.level = Some(level);
        self
    }

    /// All minutiae of an image, in pixels at 500 dpi from the image's top left corner, most certain first.
    ///
    /// An image without ridges has none. Fails when the image is larger than a hand or of a senseless resolution.
    pub fn minutiae(&self, image: &GrayImage) -> Result<Vec<Minutia>, ExtractError> {
        let plane = normalise::plane(image, MAX_SIDE)?;
        Ok(self.minutiae_of(&plane, &Foreground::of(&plane)))
    }

    pub(super) fn minutiae_of(&self, plane: &Plane, foreground: &Foreground) -> Vec<Minutia> {
        let Some(region) = foreground.bounds(plane, MARGIN) else { return Vec::new() };
        let mut found = Vec::new();
        for (top, height) in tiles(region.top, region.bottom) {
            for (left, width) in tiles(region.left, region.right) {
                self.run(plane, Region { left, top, right: left + width, bottom: top + height }, &mut found);
            }
        }
        found.retain(|m| m.x < plane.width as f32 && m.y < plane.height as f32 && foreground.near(m.x, m.y));
        merged(found)
    }

    fn run(&self, plane: &Plane, tile: Region, found: &mut Vec<Minutia>) {
        let size = (tile.right - tile.left, tile.bottom - tile.top);
        let grey = |x, y| plane.get((tile.left + x) as isize, (tile.top + y) as isize);
        let level = self.level.unwrap_or_else(SimdLevel::current);
        let peaks = self.engine.peaks(level, self.threads, size, THRESHOLD, grey);
        found.extend(peaks.into_iter().map(|peak| {
            let (x, y) = ((tile.left + peak.x) as f32, (tile.top + peak.y) as f32);
            let angle = peak.direction.1.atan2(peak.direction.0).rem_euclid(std::f32::consts::TAU);
            let kind = if peak.ending >= 0.5 { MinutiaKind::Ending } else { MinutiaKind::Bifurcation };
            Minutia { x, y, angle, kind, quality: peak.quality.min(1.0) }
        }));
    }
}

/// Starts and lengths (multiples of 32, at most [`MAX_TILE`]) of the overlapping tiles that cover `from..to`.
fn tiles(from: usize, to: usize) -> Vec<(usize, usize)> {
    let length = to.saturating_sub(from);
    let count = if length <= MAX_TILE { 1 } else { (length - OVERLAP).div_ceil(MAX_TILE - OVERLAP) };
    let tile = (length + (count - 1) * OVERLAP).div_ceil(count).next_multiple_of(MULTIPLE).max(MULTIPLE);
    let spare = length.saturating_sub(tile);
    (0..count).map(|i| (from + if count > 1 { spare * i / (count - 1) } else { 0 }, tile)).collect()
}

/// Most certain first, those seen twice once.
fn merged(mut found: Vec<Minutia>) -> Vec<Minutia> {
    found.sort_by(|a, b| b.quality.total_cmp(&a.quality).then(a.y.total_cmp(&b.y)).then(a.x.total_cmp(&b.x)));
    let mut kept: Vec<Minutia> = Vec::with_capacity(found.len());
    for m in found {
        if kept.iter().all(|k| (k.x - m.x).hypot(k.y - m.y) >= MERGE) {
            kept.push(m);
        }
    }
    kept
}
