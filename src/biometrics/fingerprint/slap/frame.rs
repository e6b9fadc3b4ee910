//! A place to stand: directions across and along a finger that leans.

use super::grid::Grid;

/// A direction of fingertips. Coordinates *across* grow to the finger's right, *along* from the tip to the palm.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Frame {
    cos: f32,
    sin: f32,
}

impl Frame {
    /// Fingertips lean by `tilt` radians counter-clockwise from straight up.
    pub(super) fn leaning(tilt: f32) -> Self {
        Self { cos: tilt.cos(), sin: tilt.sin() }
    }

    /// Column and row to across and along.
    pub(super) fn seen(&self, x: f32, y: f32) -> (f32, f32) {
        (self.cos * x - self.sin * y, self.sin * x + self.cos * y)
    }

    /// Across and along to column and row.
    pub(super) fn placed(&self, across: f32, along: f32) -> (f32, f32) {
        (self.cos * across + self.sin * along, self.cos * along - self.sin * across)
    }
}

/// A grid turned so that fingers stand upright in it.
pub(super) struct Turned {
    pub frame: Frame,
    /// Across and along of its first cell's corner, in cells of the original.
    pub origin: (f32, f32),
    pub grid: Grid<f32>,
    /// Columns and rows of the original.
    pub size: (usize, usize),
    /// Cells that have no counterpart in the original, or whose counterpart touches its border.
    pub border: Grid<Border>,
}

/// Where a cell lies with respect to the image.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Border {
    Inside,
    At,
    Beyond,
}

impl Turned {
    pub(super) fn of(grid: &Grid<f32>, tilt: f32) -> Self {
        let frame = Frame::leaning(tilt);
        let (w, h) = (grid.columns as f32, grid.rows as f32);
        let corners = [(0.0, 0.0), (w, 0.0), (0.0, h), (w, h)].map(|(x, y)| frame.seen(x, y));
        let low = |f: fn(&(f32, f32)) -> f32| corners.iter().map(f).fold(f32::MAX, f32::min);
        let high = |f: fn(&(f32, f32)) -> f32| corners.iter().map(f).fold(f32::MIN, f32::max);
        let origin = (low(|p| p.0), low(|p| p.1));
        let columns = (high(|p| p.0) - origin.0).ceil().max(1.0) as usize;
        let rows = (high(|p| p.1) - origin.1).ceil().max(1.0) as usize;
        let mut turned = Grid::new(columns, rows, 0.0f32);
        let mut border = Grid::new(columns, rows, Border::Beyond);
        for r in 0..rows {
            for c in 0..columns {
                let (x, y) = frame.placed(origin.0 + c as f32 + 0.5, origin.1 + r as f32 + 0.5);
                if x < 0.0 || y < 0.0 || x >= w || y >= h {
                    continue;
                }
                let inside = x >= 1.0 && y >= 1.0 && x < w - 1.0 && y < h - 1.0;
                border.set(c, r, if inside { Border::Inside } else { Border::At });
                turned.set(c, r, between(grid, x - 0.5, y - 0.5));
            }
        }
        Self { frame, origin, grid: turned, size: (grid.columns, grid.rows), border }
    }

    /// Column and row in the original grid of a point of this one (cell corners are whole numbers).
    pub(super) fn placed(&self, column: f32, row: f32) -> (f32, f32) {
        self.frame.placed(self.origin.0 + column, self.origin.1 + row)
    }
}

/// Bilinear between cell centres.
fn between(grid: &Grid<f32>, x: f32, y: f32) -> f32 {
    let (x, y) = (x.clamp(0.0, grid.columns as f32 - 1.0), y.clamp(0.0, grid.rows as f32 - 1.0));
    let (c, r) = (x as usize, y as usize);
    let (fx, fy) = (x - c as f32, y - r as f32);
    let at = |c: usize, r: usize| grid.get(c.min(grid.columns - 1), r.min(grid.rows - 1)).unwrap_or(0.0);
    let top = at(c, r) + fx * (at(c + 1, r) - at(c, r));
    let bottom = at(c, r + 1) + fx * (at(c + 1, r + 1) - at(c, r + 1));
    top + fy * (bottom - top)
}
