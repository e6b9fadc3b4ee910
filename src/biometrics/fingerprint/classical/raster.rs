//! The two shapes all steps work on: a raster of pixels with a rim, and a grid of blocks.
//!
//! The rim lets filters read beyond the border without asking where it is; it stays zero, the mean of a flattened
//! image. Direction, period and extent change slowly, so one value for 8 x 8 pixels is enough, and whatever is done to
//! them costs nothing.

use super::super::normalise::Plane;

/// Side of a block in pixels at 500 dpi: a little less than a ridge period.
pub const BLOCK: usize = 8;
/// Pixels around a raster; no filter reaches farther.
pub const RIM: usize = 24;

/// How many blocks cover an image.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Shape {
    /// Blocks in a row, at least 1.
    pub columns: usize,
    /// Rows of blocks, at least 1.
    pub rows: usize,
}

impl Shape {
    /// The blocks that cover a plane.
    pub fn of(plane: &Plane) -> Self {
        Self { columns: plane.width.div_ceil(BLOCK).max(1), rows: plane.height.div_ceil(BLOCK).max(1) }
    }

    /// Number of blocks.
    pub fn len(&self) -> usize {
        self.columns * self.rows
    }

    /// The block around a place in pixels; places outside belong to the nearest block.
    pub fn block(&self, x: f32, y: f32) -> usize {
        let (column, row) = (x.max(0.0) as usize / BLOCK, y.max(0.0) as usize / BLOCK);
        row.min(self.rows - 1) * self.columns + column.min(self.columns - 1)
    }

    /// The up to four blocks beside a block.
    pub fn beside(self, block: usize) -> impl Iterator<Item = usize> {
        let (x, y) = (block % self.columns, block / self.columns);
        let left = (x > 0).then(|| block - 1);
        let right = (x + 1 < self.columns).then_some(block + 1);
        let above = (y > 0).then(|| block - self.columns);
        let below = (y + 1 < self.rows).then_some(block + self.columns);
        [left, right, above, below].into_iter().flatten()
    }

    /// The value of a grid at a place in pixels, bilinear between the centres of blocks.
    pub fn interpolate(&self, grid: &[f32], x: f32, y: f32) -> f32 {
        let (left, right, u) = between(x, self.columns);
        let (above, below, v) = between(y, self.rows);
        let at = |column: usize, row: usize| grid.get(row * self.columns + column).copied().unwrap_or(0.0);
        let upper = at(left, above) * (1.0 - u) + at(right, above) * u;
        let lower = at(left, below) * (1.0 - u) + at(right, below) * u;
        upper * (1.0 - v) + lower * v
    }
}

/// The two of `count` blocks whose centres enclose a coordinate, and how far it is on the way to the second.
pub fn between(at: f32, count: usize) -> (usize, usize, f32) {
    let at = (at + 0.5) / BLOCK as f32 - 0.5;
    let low = (at.max(0.0) as usize).min(count - 1);
    (low, (low + 1).min(count - 1), (at - low as f32).clamp(0.0, 1.0))
}

/// Pixels of whole blocks with a rim of [`RIM`] zeros.
#[derive(Clone)]
pub struct Raster {
    /// Distance between a pixel and the one below it in `values`.
    pub stride: usize,
    /// All pixels and the rim, row by row.
    pub values: Vec<f32>,
}

impl Raster {
    /// A raster of zeros.
    pub fn new(shape: Shape) -> Self {
        let stride = shape.columns * BLOCK + 2 * RIM;
        Self { stride, values: vec![0.0; stride * (shape.rows * BLOCK + 2 * RIM)] }
    }

    /// Where a pixel stands in `values`.
    pub fn index(&self, x: usize, y: usize) -> usize {
        (y + RIM) * self.stride + x + RIM
    }

    /// Where the rows of a block begin in `values`.
    pub fn rows_of(&self, shape: Shape, block: usize) -> impl Iterator<Item = usize> {
        let first = self.index(block % shape.columns * BLOCK, block / shape.columns * BLOCK);
        let stride = self.stride;
        (0..BLOCK).map(move |y| first + y * stride)
    }

    /// As many pixels as a block is wide, from an index on; zeros where there are none.
    #[inline(always)]
    pub fn span(&self, from: usize) -> [f32; BLOCK] {
        self.values.get(from..).and_then(<[f32]>::first_chunk::<BLOCK>).copied().unwrap_or_default()
    }

    /// Replaces as many pixels as a block is wide.
    #[inline(always)]
    pub fn put(&mut self, from: usize, row: [f32; BLOCK]) {
        if let Some(there) = self.values.get_mut(from..).and_then(<[f32]>::first_chunk_mut::<BLOCK>) {
            *there = row;
        }
    }

    /// The pixel nearest to a place; beyond the rim the nearest pixel of the rim's edge row, that is, zero.
    pub fn near(&self, x: f32, y: f32) -> f32 {
        let (column, row) = (x.round() as isize + RIM as isize, y.round() as isize + RIM as isize);
        if column < 0 || row < 0 || column as usize >= self.stride {
            return 0.0;
        }
        self.values.get(row as usize * self.stride + column as usize).copied().unwrap_or(0.0)
    }
}

/// A grid under a Gaussian of `sigma` blocks; outside the grid everything is zero.
pub fn smoothed(shape: Shape, grid: &[f32], sigma: f32) -> Vec<f32> {
    let reach = (2.5 * sigma).ceil() as usize;
    let bell = |i: usize| (-((i * i) as f32) / (2.0 * sigma * sigma)).exp();
    let total = bell(0) + 2.0 * (1..=reach).map(bell).sum::<f32>();
    let mut across = vec![0.0; grid.len()];
    for (row, out) in grid.chunks_exact(shape.columns).zip(across.chunks_exact_mut(shape.columns)) {
        for i in 0..=reach.min(shape.columns - 1) {
            let weight = bell(i) / total;
            add(out, row.get(i..).unwrap_or_default(), weight);
            if i > 0 {
                add(out.get_mut(i..).unwrap_or_default(), row, weight);
            }
        }
    }
    let mut down = vec![0.0; grid.len()];
    for i in 0..=reach.min(shape.rows - 1) {
        let weight = bell(i) / total;
        let shift = i * shape.columns;
        add(&mut down, across.get(shift..).unwrap_or_default(), weight);
        if i > 0 {
            add(down.get_mut(shift..).unwrap_or_default(), &across, weight);
        }
    }
    down
}

fn add(out: &mut [f32], values: &[f32], weight: f32) {
    for (o, v) in out.iter_mut().zip(values) {
        *o += weight * v;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn smoothing_spreads_a_point_evenly_and_loses_nothing_inside() {
        let shape = Shape { columns: 21, rows: 15 };
        let mut grid = vec![0.0; shape.len()];
        grid[7 * 21 + 10] = 1.0;
        let spread = smoothed(shape, &grid, 1.5);
        assert!((spread.iter().sum::<f32>() - 1.0).abs() < 1e-5);
        assert_eq!(spread[7 * 21 + 8], spread[7 * 21 + 12]);
        assert!((spread[5 * 21 + 10] - spread[7 * 21 + 8]).abs() < 1e-7);
    }

    #[test]
    fn a_grid_smaller_than_the_bell_is_smoothed_all_the_same() {
        let spread = smoothed(Shape { columns: 1, rows: 2 }, &[1.0, 0.0], 4.0);
        assert!(spread[0] > spread[1] && spread[1] > 0.0);
    }

    #[test]
    fn interpolation_meets_the_centres_of_blocks_and_stays_within_their_values() {
        let shape = Shape { columns: 2, rows: 1 };
        let at = |x| shape.interpolate(&[1.0, 3.0], x, 3.5);
        assert_eq!((at(3.5), at(7.5), at(11.5)), (1.0, 2.0, 3.0));
        assert_eq!((at(-50.0), at(500.0)), (1.0, 3.0));
    }
}
