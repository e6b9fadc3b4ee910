//! What a finger prints below its tip, and the way it points to.
//!
//! The second joint is often too faint to be a piece of its own, but its middle lies on the finger's axis two or three
//! centimetres from the tip: a longer lever than the fingertip itself has. So even weak ridges say how a finger leans.

use super::frame::Turned;
use super::grid::Grid;
use super::outline::Leaning;
use super::ridges::{FLOOR, PER_MM};
use super::shape::Shape;

/// Where the joint is looked for, in millimetres below the fingertip's end.
const FROM: f32 = 1.5;
const TO: f32 = 19.0;
/// How far beside the axis, in parts of the finger's width, and how much farther with every millimetre down.
const BESIDE: f32 = 0.5;
const FAN: f32 = 0.25;
/// Area in square millimetres from which there is a joint, and over how much more it counts fully.
const LEAST: f32 = 30.0;
const FULL: f32 = 110.0;
/// How much the joint counts against the fingertip's own outline.
const WEIGHT: f32 = 0.35;

/// Which cells of the turned grid belong to a piece, by its index and one.
pub(super) fn owners(shapes: &[Shape], turned: &Turned) -> Grid<u16> {
    let mut owners = Grid::new(turned.grid.columns, turned.grid.rows, 0u16);
    for (i, shape) in shapes.iter().enumerate() {
        let mark = u16::try_from(i + 1).unwrap_or(u16::MAX);
        shape.piece.cells.iter().for_each(|&(c, r)| owners.set(c, r, mark));
    }
    owners
}

/// The way the joint of `shape` points; a joint belongs to nobody or to a piece that `free` says is no fingertip.
pub(super) fn leaning(shape: &Shape, turned: &Turned, owners: &Grid<u16>, free: impl Fn(u16) -> bool) -> Leaning {
    let end = shape.tip.1 + shape.length;
    let (mut sum, mut count) = ((0.0f32, 0.0f32), 0.0f32);
    for row in ((end + FROM) * PER_MM) as usize..((end + TO) * PER_MM) as usize {
        let down = row as f32 / PER_MM - end;
        let reach = BESIDE * shape.width + FAN * down;
        let from = ((shape.tip.0 - reach) * PER_MM).max(0.0) as usize;
        for column in from..((shape.tip.0 + reach) * PER_MM).max(0.0) as usize {
            let strength = turned.grid.get(column, row).unwrap_or(0.0);
            if strength >= FLOOR && owners.get(column, row).is_some_and(|o| o == 0 || free(o)) {
                // Strong and weak alike: pressure is uneven, the outline is not.
                sum = (sum.0 + column as f32 + 0.5, sum.1 + row as f32 + 0.5);
                count += 1.0;
            }
        }
    }
    let area = count / (PER_MM * PER_MM);
    let trust = ((area - LEAST) / (FULL - LEAST)).clamp(0.0, 1.0);
    if trust == 0.0 {
        return Leaning::default();
    }
    let across = shape.middle.0 - sum.0 / count / PER_MM;
    let along = sum.1 / count / PER_MM - shape.middle.1;
    Leaning::towards((-across).atan2(along), WEIGHT * trust * shape.leaning.total())
}
