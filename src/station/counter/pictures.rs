//! From stored samples to pictures small enough for a screen.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use image::imageops::FilterType;
use rekam_hal::{RgbImage, Signature};

use crate::domain::session::{SampleId, SampleRef};
use crate::station::kept::rgb_of;
use crate::station::portrait;

use super::board::Picture;

/// Longest side of a picture on a board, pixels.
const LONGEST: u32 = 640;

static NEXT: AtomicU64 = AtomicU64::new(1);

/// Decodes a stored image; `None` when it is none (nothing to show is no reason to stop anybody).
pub(super) fn picture(bytes: &[u8], sample: Option<&SampleId>) -> Option<Picture> {
    Some(fitted(image::load_from_memory(bytes).ok()?, sample))
}

fn fitted(decoded: image::DynamicImage, sample: Option<&SampleId>) -> Picture {
    let small = if decoded.width().max(decoded.height()) > LONGEST {
        decoded.resize(LONGEST, LONGEST, FilterType::Triangle)
    } else {
        decoded
    };
    let (width, height) = (small.width(), small.height());
    let id = NEXT.fetch_add(1, Ordering::Relaxed);
    Picture { id, width, height, rgba: Arc::new(small.into_rgba8().into_raw()), sample: sample.cloned() }
}

/// The part of a stored portrait that the camera's window shows, and the portrait of the card.
pub(super) fn portrait_pictures(bytes: &[u8], sample: &SampleRef) -> (Option<Picture>, Option<Picture>) {
    let Some(read) = rgb_of(bytes) else { return (picture(bytes, Some(&sample.id)), None) };
    let card = portrait::card(&read, sample.portrait.as_deref()).and_then(|card| drawn(&card, &sample.id));
    (portrait::windowed(&read).and_then(|seen| drawn(&seen, &sample.id)), card)
}

fn drawn(image: &RgbImage, sample: &SampleId) -> Option<Picture> {
    let pixels = image::RgbImage::from_raw(image.width(), image.height(), image.pixels().to_vec())?;
    Some(fitted(image::DynamicImage::from(pixels), Some(sample)))
}

/// Reads stored strokes.
pub(super) fn strokes(bytes: &[u8]) -> Option<Arc<Signature>> {
    serde_json::from_slice(bytes).ok().map(Arc::new)
}
