//! From stored samples to pictures small enough for a screen.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use image::imageops::FilterType;
use rekam_hal::Signature;

use crate::domain::session::SampleId;

use super::board::Picture;

/// Longest side of a picture on a board, pixels.
const LONGEST: u32 = 640;

static NEXT: AtomicU64 = AtomicU64::new(1);

/// Decodes a stored image; `None` when it is none (nothing to show is no reason to stop anybody).
pub(super) fn picture(bytes: &[u8], sample: Option<&SampleId>) -> Option<Picture> {
    let decoded = image::load_from_memory(bytes).ok()?;
    let small = if decoded.width().max(decoded.height()) > LONGEST {
        decoded.resize(LONGEST, LONGEST, FilterType::Triangle)
    } else {
        decoded
    };
    let (width, height) = (small.width(), small.height());
    let id = NEXT.fetch_add(1, Ordering::Relaxed);
    Some(Picture { id, width, height, rgba: Arc::new(small.into_rgba8().into_raw()), sample: sample.cloned() })
}

/// Reads stored strokes.
pub(super) fn strokes(bytes: &[u8]) -> Option<Arc<Signature>> {
    serde_json::from_slice(bytes).ok().map(Arc::new)
}
