//! Signatures as pen movements in physical units, so that pads of any make give comparable strokes.

use serde::{Deserialize, Serialize};

/// One position of the pen on the pad.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct PenPoint {
    /// From the left edge of the writing area, millimetres.
    pub x: f32,
    /// From the top edge, millimetres.
    pub y: f32,
    /// Since the first point of the signature, milliseconds.
    pub t: u32,
    /// 0..=1; 1 where the pad knows only "touching".
    pub pressure: f32,
}

/// A signature: strokes from pen-down to pen-up in the order written.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Default)]
pub struct Signature {
    /// Width of the writing area in millimetres.
    pub width_mm: f32,
    /// Height of the writing area in millimetres.
    pub height_mm: f32,
    /// Strokes, each at least one point.
    pub strokes: Vec<Vec<PenPoint>>,
}

impl Signature {
    /// Number of points over all strokes.
    pub fn points(&self) -> usize {
        self.strokes.iter().map(Vec::len).sum()
    }

    /// Length of the written line in millimetres.
    pub fn ink_mm(&self) -> f32 {
        let step = |w: &[PenPoint]| ((w[1].x - w[0].x).powi(2) + (w[1].y - w[0].y).powi(2)).sqrt();
        self.strokes.iter().flat_map(|s| s.windows(2).map(step)).sum()
    }
}
