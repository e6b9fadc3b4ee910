//! One face and another: 128 numbers that lie near each other for pictures of one person.
//!
//! The network is dlib's residual network (D. King). Its distances say something about photographs of adults taken from
//! the front; how well they separate relatives, children or the people of one region was not measured. So a likeness is a
//! reason for an official to look, never a decision.

use rekam_hal::RgbImage;

use super::landmarks::{EYE_CORNERS, NOSE_BOTTOM};
use super::networks::{FaceError, Networks};
use super::raster::{Similarity, crop};
use super::report::Point;

/// Numbers of an embedding.
pub const LENGTH: usize = 128;

/// Bytes of a stored embedding.
pub const BYTES: usize = LENGTH * 4;

/// Two faces nearer than this are worth a look. dlib's own limit is 0.6; photographs of one person lay at 0.41 at the
/// most and those of known strangers at 0.69 at the least, and a false alarm costs an official's minute.
pub const ALERT: f32 = 0.52;

/// How fast likeness falls around [`ALERT`]: it is 0.92 at the farthest pair of one person and 0.02 at the nearest one of
/// strangers.
const WIDTH: f32 = 0.045;

/// Side of the network's picture.
const SIDE: usize = 150;

/// Room around the five points, as a part of the square they are given in.
const ROOM: f32 = 0.25;

/// Where corners of the eyes and the nose belong in the network's picture (the points of dlib's face chips).
const PLACES: [Point; 5] = [
    (0.120_575_06, 0.213_727_45),
    (0.334_085_36, 0.229_064_24),
    (0.646_060_5, 0.228_967_44),
    (0.859_567_46, 0.213_498_16),
    (0.490_112_3, 0.627_797_53),
];

/// What is kept of a face to compare it.
#[derive(Clone, PartialEq)]
pub struct Embedding([f32; LENGTH]);

impl std::fmt::Debug for Embedding {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Embedding") // the numbers are personal data
    }
}

/// Stored bytes that are no embedding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a face template has 512 bytes of finite numbers")]
pub struct EmbeddingUnreadable;

impl Embedding {
    /// The numbers.
    pub fn values(&self) -> &[f32; LENGTH] {
        &self.0
    }

    /// Euclidean distance, 0 for the same picture.
    pub fn distance(&self, other: &Self) -> f32 {
        self.0.iter().zip(&other.0).map(|(a, b)| (a - b) * (a - b)).sum::<f32>().sqrt()
    }

    /// 0..=1, a half at [`ALERT`].
    pub fn likeness(&self, other: &Self) -> f32 {
        1.0 / (1.0 + ((self.distance(other) - ALERT) / WIDTH).exp())
    }

    /// 32-bit floats, little endian.
    pub fn to_bytes(&self) -> Vec<u8> {
        self.0.iter().flat_map(|value| value.to_le_bytes()).collect()
    }

    /// The inverse of [`Embedding::to_bytes`].
    ///
    /// # Errors
    /// Another length, or a number that is none.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, EmbeddingUnreadable> {
        let (values, rest) = bytes.as_chunks::<4>();
        let values: Vec<f32> = values.iter().map(|four| f32::from_le_bytes(*four)).collect();
        if rest.is_empty() { Self::of(&values).ok_or(EmbeddingUnreadable) } else { Err(EmbeddingUnreadable) }
    }

    fn of(values: &[f32]) -> Option<Self> {
        let values: [f32; LENGTH] = values.try_into().ok()?;
        // A distance of huge numbers would be infinite, and that of two infinities none.
        values.iter().all(|v| v.abs() < 1e6).then_some(Self(values))
    }
}

/// The map from the network's picture to the face.
pub(super) fn chip(points: &[[f32; 3]]) -> Option<Similarity> {
    let [a, b, c, d] = EYE_CORNERS;
    let mut found = [(0.0, 0.0); 5];
    for (place, index) in found.iter_mut().zip([a, b, c, d, NOSE_BOTTOM]) {
        let point = points.get(index)?;
        *place = (point[0], point[1]);
    }
    let square = |v: f32| (v + ROOM) / (1.0 + 2.0 * ROOM) * SIDE as f32;
    Similarity::between(&PLACES.map(|(x, y)| (square(x), square(y))), &found)
}

/// The embedding of the face with these points; `None` when they span no face.
pub(super) fn embed(
    networks: &Networks,
    image: &RgbImage,
    points: &[[f32; 3]],
) -> Result<Option<Embedding>, FaceError> {
    let Some(map) = chip(points) else { return Ok(None) };
    Ok(Embedding::of(&networks.embedding(crop(image, &map, SIDE))?))
}
