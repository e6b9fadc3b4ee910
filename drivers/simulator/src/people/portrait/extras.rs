//! What people wear on their faces.

use super::canvas::{Canvas, mix};

/// Spectacles with a dark frame and a gleam on the glass; `gap` from the nose to the middle of an eye.
pub(super) fn glasses(canvas: &mut Canvas, gap: f32) {
    for side in [-1.0f32, 1.0] {
        let middle = side * (gap + 0.02);
        let glass =
            move |u: f32, v: f32| (((u - middle) / 0.31).powi(4) + ((v + 0.07) / 0.22).powi(4)).powf(0.25) - 1.0;
        let frame = (middle - 0.42, -0.36, middle + 0.42, 0.22);
        canvas.lay(
            frame,
            0.012,
            move |u, v| glass(u, v) * 0.25,
            |u, v, below| {
                let gleam = (0.03 - (u - middle + 0.5 * v + 0.02).abs()).clamp(0.0, 0.02) * 12.0;
                mix(below, [235.0, 240.0, 246.0], 0.06 + gleam)
            },
        );
        canvas.lay(frame, 0.01, move |u, v| (glass(u, v) * 0.25).abs() - 0.017, |_, _, _| [24.0, 22.0, 22.0]);
        let temple = move |u: f32, v: f32| (v + 0.13).abs() - 0.02 + 10.0 * (gap + 0.32 - u * side).max(0.0);
        canvas.lay((-1.05, -0.2, 1.05, -0.05), 0.012, temple, |_, _, _| [24.0, 22.0, 22.0]);
    }
    let bridge = move |u: f32, v: f32| (v + 0.13 - 0.25 * u * u).abs() - 0.02 + 10.0 * (u.abs() - gap + 0.28).max(0.0);
    canvas.lay((-0.3, -0.25, 0.3, 0.05), 0.012, bridge, |_, _, _| [24.0, 22.0, 22.0]);
}
