//! What a device shows while the resident gets into place.
//!
//! A film is made from the sample once and then only shifted, scaled and toned for each frame: a preview at twenty
//! frames a second must leave a weak computer its strength. Every film ends with the sample itself, centred.

mod eye;
mod face;
mod finger;
#[cfg(test)]
mod tests;

use rekam_hal::Progress;

/// Who decides that it is time for the sample.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Release {
    /// The device, when the resident is in place; the operator may be faster.
    Device,
    /// The operator alone.
    Operator,
}

/// Moving pictures of one capture.
pub(super) trait Film {
    /// The frame at this second, when this share (0..=1) of the settling is over.
    fn frame(&self, seconds: f32, share: f32) -> Progress;
}

/// A sample that can be shown.
pub(super) trait Shown {
    /// Who takes it.
    const RELEASE: Release;

    /// What is shown of it live.
    type Film: Film;

    /// A small picture of it.
    fn still(&self) -> Progress;

    /// The resident getting into place.
    fn film(&self) -> Self::Film;
}

/// How much of `from..to` is behind `share`, with a soft start and end.
fn eased(share: f32, from: f32, to: f32) -> f32 {
    let t = ((share - from) / (to - from)).clamp(0.0, 1.0);
    t * t * (3.0 - 2.0 * t)
}

/// A part of a length in whole pixels.
fn part(length: u32, part: f32) -> i64 {
    (length as f32 * part).round() as i64
}

/// The place of an image that stands for one beyond its border: the border's margin goes on to and fro, so that
/// cloth stays cloth and skin stays skin without a second face or eye.
fn continued(place: i64, length: i64, margin: i64) -> i64 {
    let (length, margin) = (length.max(1), margin.clamp(1, length.max(1)));
    let fold = |far: i64| {
        let far = far % (2 * margin);
        if far < margin { far } else { 2 * margin - 1 - far }
    };
    match place {
        ..0 => fold(-1 - place),
        _ if place >= length => length - 1 - fold(place - length),
        _ => place,
    }
}
