//! The minutiae network: image in, minutiae out.
//!
//! LEADER (R. Cappelli, arXiv 2602.15493) replaces segmentation, orientation field, enhancement, thinning and the
//! usual heap of filters by one network of 0.9 million weights; with it the equal error rate is a fifth of what the
//! classical chain reaches under the same matcher. It runs on `rten`, which is plain Rust.
//!
//! Memory decides the shape of this file: the network needs about 1.2 KB a pixel while it runs. So images are cut to
//! the finger first, anything larger than [`MAX_TILE`] runs in overlapping tiles, and one lock lets only one
//! run happen at a time in the whole process.

use std::sync::{Arc, Mutex, PoisonError};

use rekam_hal::image::GrayImage;
use rten::{Model, ModelOptions, RunOptions, ThreadPool};
use rten_tensor::NdTensor;
use rten_tensor::prelude::*;

use super::ExtractError;
use super::foreground::{Foreground, Region};
use super::minutia::{Minutia, MinutiaKind};
use super::normalise::{self, Plane};

/// Largest side of one network run in pixels.
pub const MAX_TILE: usize = 512;

/// Pixels two neighbouring tiles share.
const OVERLAP: usize = 96;

/// The network halves the image five times.
const MULTIPLE: usize = 32;

/// Background kept around the finger, so that ridge ends at its border look as they did in training.
const MARGIN: usize = 16;

/// Smallest probability accepted. Lower than the 0.6 of the network's authors: the cylinders gain more from a true
/// minutia than they lose by a false one.
const THRESHOLD: f32 = 0.4;

/// Two minutiae closer than this in pixels are one, seen from two tiles.
const MERGE: f32 = 6.0;

static ONE_RUN: Mutex<()> = Mutex::new(());

/// A model file that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum NetworkError {
    /// Not an ONNX graph, or one with unknown operators.
    #[error("the minutiae network cannot be loaded")]
    Load(#[from] rten::LoadError),
}

/// The network, ready to run.
pub struct MinutiaeNetwork {
    model: Model,
    pool: Arc<ThreadPool>,
}

impl MinutiaeNetwork {
    /// Loads the network from its ONNX bytes; it will use one thread.
    pub fn from_onnx(bytes: impl Into<Vec<u8>>) -> Result<Self, NetworkError> {
        let model = ModelOptions::with_all_ops().prepack_weights(true).load(bytes.into())?;
        Ok(Self { model, pool: Arc::new(ThreadPool::with_num_threads(1)) })
    }

    /// The same network running on `threads` threads (at least one).
    pub fn with_threads(mut self, threads: usize) -> Self {
        self.pool = Arc::new(ThreadPool::with_num_threads(threads.max(1)));
        self
    }

    /// All minutiae of an image, in pixels at 500 dpi from the image's top left corner, most certain first.
    ///
    /// An image without ridges has none. Fails when the image is larger than a hand or the network refuses it.
    pub fn minutiae(&self, image: &GrayImage) -> Result<Vec<Minutia>, ExtractError> {
        let plane = normalise::plane(image).map_err(|(width, height)| ExtractError::TooLarge { width, height })?;
        self.minutiae_of(&plane, &Foreground::of(&plane))
    }

    pub(super) fn minutiae_of(&self, plane: &Plane, foreground: &Foreground) -> Result<Vec<Minutia>, ExtractError> {
        let Some(region) = foreground.bounds(plane, MARGIN) else { return Ok(Vec::new()) };
        let mut found = Vec::new();
        for (top, height) in tiles(region.top, region.bottom) {
            for (left, width) in tiles(region.left, region.right) {
                self.run(plane, Region { left, top, right: left + width, bottom: top + height }, &mut found)?;
            }
        }
        found.retain(|m| m.x < plane.width as f32 && m.y < plane.height as f32 && foreground.near(m.x, m.y));
        Ok(merged(found))
    }

    fn run(&self, plane: &Plane, tile: Region, found: &mut Vec<Minutia>) -> Result<(), ExtractError> {
        let (width, height) = (tile.right - tile.left, tile.bottom - tile.top);
        let input = NdTensor::<f32, 4>::from_fn([1, 1, height, width], |[_, _, y, x]| {
            plane.get((tile.left + x) as isize, (tile.top + y) as isize)
        });
        let output = {
            let _one = ONE_RUN.lock().unwrap_or_else(PoisonError::into_inner);
            let options = RunOptions::default().with_thread_pool(Some(Arc::clone(&self.pool)));
            self.model.run_one(input.view().into(), Some(options))?
        };
        let output: NdTensor<f32, 4> = output.try_into().map_err(|_| ExtractError::Output)?;
        if output.shape() != [1, 5, height, width] {
            return Err(ExtractError::Output);
        }
        let at = |channel: usize, y: usize, x: usize| output.get([0, channel, y, x]).copied().unwrap_or(0.0);
        for y in 0..height {
            for x in 0..width {
                let quality = at(4, y, x);
                if quality >= THRESHOLD {
                    let angle = at(2, y, x).atan2(at(1, y, x)).rem_euclid(std::f32::consts::TAU);
                    let kind = if at(3, y, x) >= 0.5 { MinutiaKind::Ending } else { MinutiaKind::Bifurcation };
                    let (x, y) = ((tile.left + x) as f32, (tile.top + y) as f32);
                    found.push(Minutia { x, y, angle, kind, quality: quality.min(1.0) });
                }
            }
        }
        Ok(())
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tiles_cover_every_length_with_overlap_and_never_exceed_the_limit() {
        for length in 1..3000 {
            let tiles = tiles(7, 7 + length);
            assert_eq!(tiles[0].0, 7);
            assert!(tiles.iter().all(|t| t.1 <= MAX_TILE && t.1 % MULTIPLE == 0));
            assert!(tiles.windows(2).all(|w| w[1].0 + OVERLAP <= w[0].0 + w[0].1), "{length}");
            assert!(tiles.last().is_some_and(|t| t.0 + t.1 >= 7 + length), "{length}");
        }
    }
}
