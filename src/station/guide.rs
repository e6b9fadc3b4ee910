//! Advice from a preview frame alone, while the resident still moves: where to go, not how good it is.
//!
//! It must cost next to nothing (it runs for every frame), so it looks at every fourth pixel only.

use rekam_hal::{GrayImage, Progress, Retry, RgbImage};

/// Every how many pixels a frame is looked at.
const STEP: usize = 4;
/// How far from the middle the presented part may lie, as a share of the side.
const OFF_CENTRE: f32 = 0.12;
/// Least share of a frame that a finger covers when it lies well.
const COVERED: f32 = 0.18;

/// What to do better, as far as the frame shows it.
pub fn advice(progress: &Progress) -> Option<Retry> {
    match progress {
        Progress::GrayFrame(frame) => gray(frame),
        Progress::Frame(frame) => colour(frame),
        Progress::Waiting | Progress::Transferred(_) | Progress::Pen(_) | Progress::PenUp => None,
    }
}

/// A finger on bright glass, or an eye: the dark part should lie in the middle.
fn gray(frame: &GrayImage) -> Option<Retry> {
    let (width, height) = (frame.width() as usize, frame.height() as usize);
    let (mut dark, mut seen, mut x_sum, mut y_sum) = (0_u32, 0_u32, 0.0_f32, 0.0_f32);
    for (y, row) in frame.pixels().chunks_exact(width).enumerate().step_by(STEP) {
        for (x, &pixel) in row.iter().enumerate().step_by(STEP) {
            seen += 1;
            if pixel < 128 {
                dark += 1;
                x_sum += x as f32;
                y_sum += y as f32;
            }
        }
    }
    let share = dark as f32 / seen.max(1) as f32;
    if share < 0.01 {
        return None;
    }
    let off = |sum: f32, side: usize| (sum / dark as f32 / side as f32 - 0.5).abs();
    if off(x_sum, width) > OFF_CENTRE || off(y_sum, height) > OFF_CENTRE {
        Some(Retry::NotCentred)
    } else if share < COVERED {
        Some(Retry::TooDry)
    } else {
        None
    }
}

/// A portrait is judged by its own engine; the frame alone only tells that it is far too dark or too bright.
fn colour(frame: &RgbImage) -> Option<Retry> {
    let (mut sum, mut seen) = (0_u64, 0_u64);
    for pixel in frame.pixels().chunks_exact(3).step_by(STEP * STEP) {
        sum += u64::from(pixel[1]);
        seen += 1;
    }
    let mean = sum / seen.max(1);
    if (20..236).contains(&mean) { None } else { Some(Retry::Blurred) }
}
