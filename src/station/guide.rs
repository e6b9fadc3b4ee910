//! Advice from a preview frame alone, while the resident still moves: where to go, not how good it is.
//!
//! It must cost next to nothing (it runs for every frame), so it looks at a coarse grid only, and it says nothing
//! where a frame alone cannot tell: the sample itself is judged by its engine.

use rekam_hal::{GrayImage, Progress, Retry};

use crate::domain::session::Slot;

/// Side of a cell of the grid, pixels.
const CELL: usize = 12;
/// How far from the middle the presented part may lie, as a share of the side.
const OFF_CENTRE: f32 = 0.12;
/// Least share of cells that make a finger or a pupil.
const PRESENT: f32 = 0.02;
/// Largest grey value in a pupil.
const PUPIL: u8 = 60;
/// A pupil covers at least this share of the frame when the eye is near enough.
const NEAR: f32 = 0.006;

/// What to do better, as far as the frame shows it.
pub fn advice(slot: Slot, progress: &Progress) -> Option<Retry> {
    match (slot, progress) {
        (Slot::Finger(_), Progress::GrayFrame(frame)) => finger(frame),
        (Slot::Eye(_), Progress::GrayFrame(frame)) => eye(frame),
        _ => None,
    }
}

/// A finger lies where the grey values differ within a cell; it should lie in the middle.
fn finger(frame: &GrayImage) -> Option<Retry> {
    let covered = |cell: &[u8]| {
        let (least, most) = cell.iter().fold((255, 0), |(least, most), p| (*p.min(&least), *p.max(&most)));
        u8::saturating_sub(most, least) > 60
    };
    off_centre(frame, covered).and_then(|(_, off)| off.then_some(Retry::NotCentred))
}

/// The pupil is the darkest part; it should lie in the middle and not be too small.
fn eye(frame: &GrayImage) -> Option<Retry> {
    let pupil = |cell: &[u8]| cell.iter().filter(|p| **p < PUPIL).count() * 2 > cell.len();
    let (share, off) = off_centre_of(frame, pupil, 0.0)?;
    if off {
        Some(Retry::NotCentred)
    } else if share < NEAR {
        Some(Retry::ComeCloser)
    } else {
        None
    }
}

fn off_centre(frame: &GrayImage, counts: impl Fn(&[u8]) -> bool) -> Option<(f32, bool)> {
    off_centre_of(frame, counts, PRESENT)
}

/// The share of cells that count, and whether their middle is off the frame's; `None` when too few count.
fn off_centre_of(frame: &GrayImage, counts: impl Fn(&[u8]) -> bool, least: f32) -> Option<(f32, bool)> {
    let (width, height) = (frame.width() as usize, frame.height() as usize);
    let (columns, rows) = (width / CELL, height / CELL);
    let (mut found, mut x_sum, mut y_sum) = (0_u32, 0.0_f32, 0.0_f32);
    let mut cell = Vec::with_capacity(CELL * CELL / 4);
    for row in 0..rows {
        for column in 0..columns {
            cell.clear();
            for y in (row * CELL..(row + 1) * CELL).step_by(2) {
                let line = &frame.pixels()[y * width..(y + 1) * width];
                cell.extend(line[column * CELL..(column + 1) * CELL].iter().step_by(2));
            }
            if counts(&cell) {
                found += 1;
                x_sum += column as f32 + 0.5;
                y_sum += row as f32 + 0.5;
            }
        }
    }
    let share = found as f32 / (columns * rows).max(1) as f32;
    if found == 0 || share < least {
        return None;
    }
    let off = |sum: f32, cells: usize| (sum / found as f32 / cells as f32 - 0.5).abs() > OFF_CENTRE;
    Some((share, off(x_sum, columns) || off(y_sum, rows)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rekam_hal::{Eye, Finger};

    /// Ridges of a disc at a place of an otherwise bright glass.
    fn pressed(x: f32, y: f32) -> Progress {
        Progress::GrayFrame(GrayImage::from_fn(300, 300, |px, py| {
            let (dx, dy) = (px as f32 - x, py as f32 - y);
            if dx.hypot(dy) > 90.0 { 245 } else { (120.0 + 100.0 * (px as f32 / 1.5).sin()) as u8 }
        }))
    }

    /// A dark pupil of this radius in a grey eye.
    fn looking(x: f32, radius: f32) -> Progress {
        Progress::GrayFrame(GrayImage::from_fn(320, 240, |px, py| {
            if (px as f32 - x).hypot(py as f32 - 120.0) < radius { 20 } else { 150 }
        }))
    }

    #[test]
    fn a_finger_in_the_middle_gets_no_advice_and_one_beside_it_does() {
        let slot = Slot::Finger(Finger::RightIndex);
        assert_eq!(advice(slot, &pressed(150.0, 150.0)), None);
        assert_eq!(advice(slot, &pressed(60.0, 150.0)), Some(Retry::NotCentred));
        assert_eq!(advice(slot, &Progress::GrayFrame(GrayImage::from_fn(300, 300, |_, _| 245))), None);
    }

    #[test]
    fn an_eye_is_called_nearer_and_to_the_middle() {
        let slot = Slot::Eye(Eye::Right);
        assert_eq!(advice(slot, &looking(160.0, 26.0)), None);
        assert_eq!(advice(slot, &looking(60.0, 26.0)), Some(Retry::NotCentred));
        assert_eq!(advice(slot, &looking(160.0, 11.0)), Some(Retry::ComeCloser));
    }

    #[test]
    fn a_frame_of_any_size_is_survived() {
        for (width, height) in [(1, 1), (5, 400), (400, 3), (12, 12)] {
            let frame = Progress::GrayFrame(GrayImage::from_fn(width, height, |x, y| (x * 7 + y * 13) as u8));
            for slot in [Slot::Finger(Finger::LeftThumb), Slot::Eye(Eye::Left), Slot::Photo] {
                let _ = advice(slot, &frame);
            }
        }
    }
}
