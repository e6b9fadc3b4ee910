//! Where in the image the finger is.
//!
//! Ridges alternate every 8 to 12 pixels at 500 dpi, so a block of 16 pixels on a finger has a high spread of grey
//! values and a block of background has not. That is all that is needed here: the network itself decides what is a
//! minutia, this only saves it from computing background and measures the print for its quality.

use super::normalise::Plane;

/// Side of a block in pixels at 500 dpi (0.8 mm).
pub const BLOCK: usize = 16;

/// Smallest spread (standard deviation of grey values) that can be ridges rather than sensor noise.
const MIN_SPREAD: f32 = 9.0;

/// Blocks of ridges.
pub struct Foreground {
    columns: usize,
    rows: usize,
    spread: Vec<f32>,
    mean: Vec<f32>,
    ridge: Vec<bool>,
}

/// A rectangle of pixels, `left..right` by `top..bottom`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Region {
    /// First column.
    pub left: usize,
    /// First row.
    pub top: usize,
    /// Column after the last.
    pub right: usize,
    /// Row after the last.
    pub bottom: usize,
}

impl Foreground {
    /// Finds the blocks of ridges in a plane.
    pub fn of(plane: &Plane) -> Self {
        let (columns, rows) = (plane.width.div_ceil(BLOCK), plane.height.div_ceil(BLOCK));
        let mut spread = Vec::with_capacity(columns * rows);
        let mut mean = Vec::with_capacity(columns * rows);
        for row in 0..rows {
            for column in 0..columns {
                let (m, s) = block_statistics(plane, column * BLOCK, row * BLOCK);
                mean.push(m);
                spread.push(s);
            }
        }
        let mut sorted: Vec<f32> = spread.clone();
        sorted.sort_by(f32::total_cmp);
        // A quarter of what the strongest ridges show; a faint background pattern of the platen stays below it.
        let strong = sorted.get(sorted.len() * 19 / 20).copied().unwrap_or(0.0);
        let threshold = (strong * 0.25).max(MIN_SPREAD);
        let raw: Vec<bool> = spread.iter().map(|&s| s >= threshold).collect();
        let ridge = without_specks(&raw, columns, rows);
        Self { columns, rows, spread, mean, ridge }
    }

    /// Number of ridge blocks.
    pub fn area(&self) -> usize {
        self.ridge.iter().filter(|&&r| r).count()
    }

    /// Mean spread of the grey values over the ridge blocks, 0 when there are none.
    pub fn contrast(&self) -> f32 {
        self.average(&self.spread)
    }

    /// Mean grey value over the ridge blocks, 255 when there are none.
    pub fn brightness(&self) -> f32 {
        if self.area() == 0 { 255.0 } else { self.average(&self.mean) }
    }

    fn average(&self, values: &[f32]) -> f32 {
        let sum: f32 = values.iter().zip(&self.ridge).filter(|(_, r)| **r).map(|(v, _)| v).sum();
        sum / self.area().max(1) as f32
    }

    /// Centre of the ridge blocks as fractions of width and height.
    pub fn centre(&self) -> (f32, f32) {
        let (mut x, mut y) = (0.0, 0.0);
        for i in self.ridge.iter().enumerate().filter(|(_, r)| **r).map(|(i, _)| i) {
            x += (i % self.columns) as f32 + 0.5;
            y += (i / self.columns) as f32 + 0.5;
        }
        let n = self.area().max(1) as f32;
        (x / n / self.columns as f32, y / n / self.rows as f32)
    }

    /// The rectangle around all ridge blocks with `margin` pixels more on every side, or nothing on a blank image.
    pub fn bounds(&self, plane: &Plane, margin: usize) -> Option<Region> {
        let blocks =
            || self.ridge.iter().enumerate().filter(|(_, r)| **r).map(|(i, _)| (i % self.columns, i / self.columns));
        let left = blocks().map(|b| b.0).min()? * BLOCK;
        let right = (blocks().map(|b| b.0).max()? + 1) * BLOCK + margin;
        let top = blocks().map(|b| b.1).min()? * BLOCK;
        let bottom = (blocks().map(|b| b.1).max()? + 1) * BLOCK + margin;
        Some(Region {
            left: left.saturating_sub(margin),
            top: top.saturating_sub(margin),
            right: right.min(plane.width),
            bottom: bottom.min(plane.height),
        })
    }

    /// Whether the block around a pixel or one of its neighbours holds ridges.
    pub fn near(&self, x: f32, y: f32) -> bool {
        let (c, r) = ((x.max(0.0) as usize) / BLOCK, (y.max(0.0) as usize) / BLOCK);
        (r.saturating_sub(1)..=r + 1).any(|row| {
            (c.saturating_sub(1)..=c + 1)
                .any(|column| column < self.columns && self.ridge.get(row * self.columns + column) == Some(&true))
        })
    }
}

fn block_statistics(plane: &Plane, left: usize, top: usize) -> (f32, f32) {
    let (mut n, mut sum, mut squares) = (0.0f32, 0.0f32, 0.0f32);
    for row in plane.values.chunks_exact(plane.width).skip(top).take(BLOCK) {
        for &v in row.iter().skip(left).take(BLOCK) {
            n += 1.0;
            sum += v;
            squares += v * v;
        }
    }
    let mean = sum / n.max(1.0);
    (mean, (squares / n.max(1.0) - mean * mean).max(0.0).sqrt())
}

/// Drops blocks with fewer than three of eight neighbours: dust, latent smears and the platen's edge.
fn without_specks(raw: &[bool], columns: usize, rows: usize) -> Vec<bool> {
    let at = |c: usize, r: usize| c < columns && r < rows && raw.get(r * columns + c) == Some(&true);
    let mut kept = Vec::with_capacity(raw.len());
    for r in 0..rows {
        for c in 0..columns {
            let neighbours = (r.saturating_sub(1)..=r + 1)
                .flat_map(|row| (c.saturating_sub(1)..=c + 1).map(move |column| (column, row)))
                .filter(|&(column, row)| (column, row) != (c, r) && at(column, row))
                .count();
            kept.push(at(c, r) && neighbours >= 3);
        }
    }
    kept
}
