//! A signature as a picture, to be looked at.

use rekam_hal::{GrayImage, Signature};

/// Pixels per millimetre: fine enough for a pen's line, and a pad still fits on a screen.
const SCALE: f32 = 8.0;
/// Half the width of the line, in millimetres.
const HALF_LINE: f32 = 0.3;
const MM_PER_INCH: f32 = 25.4;
/// No pad is larger; what claims to be is drawn up to here.
const LONGEST_MM: f32 = 400.0;
const PAPER: u8 = 255;
const INK: u8 = 0;

/// The strokes, dark on white, with the resolution of the picture in it.
pub(super) fn picture(ink: &Signature) -> Option<GrayImage> {
    let side = |mm: f32| (mm.clamp(1.0, LONGEST_MM) * SCALE).ceil() as u32;
    let (width, height) = (side(ink.width_mm), side(ink.height_mm));
    let mut pixels = vec![PAPER; width as usize * height as usize];
    let mut dot = |x: f32, y: f32| {
        let reach = (HALF_LINE * SCALE).ceil() as i32;
        // What lies beyond the paper leaves no ink, and must not leave the numbers either.
        let beside = -2.0 * LONGEST_MM..2.0 * LONGEST_MM;
        if !beside.contains(&x) || !beside.contains(&y) {
            return;
        }
        let (cx, cy) = (x * SCALE, y * SCALE);
        for row in cy as i32 - reach..=cy as i32 + reach {
            for column in cx as i32 - reach..=cx as i32 + reach {
                let inside = (0..width as i32).contains(&column) && (0..height as i32).contains(&row);
                let (dx, dy) = (column as f32 + 0.5 - cx, row as f32 + 0.5 - cy);
                if inside && dx.hypot(dy) <= HALF_LINE * SCALE {
                    pixels[row as usize * width as usize + column as usize] = INK;
                }
            }
        }
    };
    for stroke in &ink.strokes {
        for (from, to) in stroke.iter().zip(stroke.iter().skip(1).chain(stroke.last())) {
            let long = (to.x - from.x).hypot(to.y - from.y);
            // Pads clamp to their area; whatever else comes is drawn as its beginning.
            let steps = (long.clamp(0.0, LONGEST_MM) * SCALE).ceil().max(1.0) as u32;
            for step in 0..=steps {
                let share = step as f32 / steps as f32;
                dot(from.x + (to.x - from.x) * share, from.y + (to.y - from.y) * share);
            }
        }
    }
    GrayImage::new(width, height, pixels).ok().map(|image| image.with_dpi(SCALE * MM_PER_INCH))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rekam_hal::PenPoint;

    fn point(x: f32, y: f32) -> PenPoint {
        PenPoint { x, y, t: 0, pressure: 1.0 }
    }

    #[test]
    fn a_line_is_drawn_where_the_pen_went_and_a_dot_is_a_dot() {
        let strokes = vec![vec![point(10.0, 5.0), point(20.0, 5.0)], vec![point(30.0, 15.0)]];
        let drawn = picture(&Signature { width_mm: 40.0, height_mm: 20.0, strokes }).unwrap();
        assert_eq!((drawn.width(), drawn.height()), (320, 160));
        let at = |x: u32, y: u32| drawn.pixels()[(y * 320 + x) as usize];
        assert_eq!((at(120, 40), at(240, 120), at(120, 60), at(5, 5)), (INK, INK, PAPER, PAPER));
    }

    #[test]
    fn nonsense_is_drawn_within_bounds() {
        let strokes = vec![vec![point(f32::NAN, -1e9), point(1e9, f32::INFINITY)]];
        assert!(picture(&Signature { width_mm: f32::INFINITY, height_mm: -3.0, strokes }).is_some());
    }
}
