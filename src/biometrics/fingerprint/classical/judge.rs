//! How likely a vortex is a minutia that another look at the finger would show again.
//!
//! Where noise drowns the ridges, vortices come in pairs that wind against each other; creases and the print's border
//! make more of them. A few measurements tell these from minutiae, and a logistic regression turns them into a
//! probability, so that the certainty of a minutia means the same here as the network's. Its weights were fitted to
//! which vortices the network calls minutiae.

use std::f32::consts::TAU;

use super::contextual::Contextual;
use super::extent::Extent;
use super::flow::Flow;
use super::raster::{BLOCK, Shape};
use super::vortex::Vortex;

/// Number of measurements.
pub const EVIDENCE: usize = 8;

/// Distance in pixels beyond which another vortex does not matter: two ridge periods.
const NEAR: f32 = 20.0;
/// Distance in pixels within which a vortex of the rough look is the same one.
const AGAIN: f32 = 12.0;
/// Depth in pixels from which the border does not matter, on either side.
const DEEP: f32 = 24.0;
/// Where the height of the ridges around a vortex is measured: at it there are none.
const RING: f32 = 7.0;
const RING_POINTS: usize = 12;

/// Weights of the measurements, and what is added to their sum.
const WEIGHTS: [f32; EVIDENCE] = [1.77, 1.13, -3.36, 1.66, 6.36, -2.40, 4.57, 6.96];
const OFFSET: f32 = -10.30;

/// What vortices are judged by.
pub struct Judge<'a> {
    shape: Shape,
    answer: &'a Contextual,
    extent: &'a Extent,
    flow: &'a Flow,
    /// All vortices of the last look.
    fine: Neighbours<'a>,
    /// Those of the look before.
    rough: Neighbours<'a>,
}

impl<'a> Judge<'a> {
    /// A judge over the vortices `fine`, with those of a shorter filter as witnesses.
    pub fn new(
        shape: Shape,
        answer: &'a Contextual,
        extent: &'a Extent,
        flow: &'a Flow,
        fine: &'a [Vortex],
        rough: &'a [Vortex],
    ) -> Self {
        let (fine, rough) = (Neighbours::new(shape, fine), Neighbours::new(shape, rough));
        Self { shape, answer, extent, flow, fine, rough }
    }

    /// Probability that a vortex is a minutia.
    pub fn certainty(&self, vortex: &Vortex) -> f32 {
        let evidence = self.evidence(vortex);
        let sum: f32 = evidence.iter().zip(WEIGHTS).map(|(e, w)| e * w).sum();
        1.0 / (1.0 + (-OFFSET - sum).exp())
    }

    /// The measurements, each about 0 to 1.
    fn evidence(&self, v: &Vortex) -> [f32; EVIDENCE] {
        let (same, opposite) = self.fine.nearest(v, NEAR);
        let (again, _) = self.rough.nearest(v, AGAIN);
        let at = |grid: &[f32]| self.shape.interpolate(grid, v.x, v.y);
        [
            opposite / NEAR,
            same / NEAR,
            again / AGAIN,
            (at(&self.extent.depth) / DEEP).clamp(-0.3, 1.0),
            at(&self.extent.explained).min(1.0),
            at(&self.extent.strength).min(1.0),
            at(&self.flow.coherence),
            self.height_around(v),
        ]
    }

    /// Mean height of the ridges on a ring around a vortex.
    fn height_around(&self, v: &Vortex) -> f32 {
        let height = |i: usize| {
            let (sin, cos) = (i as f32 * TAU / RING_POINTS as f32).sin_cos();
            let (x, y) = (v.x + RING * cos, v.y + RING * sin);
            self.answer.even.near(x, y).hypot(self.answer.odd.near(x, y))
        };
        (0..RING_POINTS).map(height).sum::<f32>() / RING_POINTS as f32
    }
}

/// Side of a cell in blocks; not smaller than the farthest neighbour asked for.
const CELL: usize = 3;

/// Vortices sorted into cells, so that asking for those nearby does not ask all.
struct Neighbours<'a> {
    shape: Shape,
    cells: Vec<Vec<&'a Vortex>>,
}

impl<'a> Neighbours<'a> {
    fn new(blocks: Shape, vortices: &'a [Vortex]) -> Self {
        let shape = Shape { columns: blocks.columns.div_ceil(CELL), rows: blocks.rows.div_ceil(CELL) };
        let mut cells = vec![Vec::new(); shape.len()];
        for vortex in vortices {
            if let Some(cell) = cells.get_mut(Self::cell(shape, vortex)) {
                cell.push(vortex);
            }
        }
        Self { shape, cells }
    }

    fn cell(shape: Shape, v: &Vortex) -> usize {
        shape.block(v.x / CELL as f32, v.y / CELL as f32)
    }

    /// Distances to the nearest vortex of the same and of the opposite sense, itself not counted, at most `limit`.
    fn nearest(&self, v: &Vortex, limit: f32) -> (f32, f32) {
        debug_assert!(limit <= (CELL * BLOCK) as f32, "a neighbour may stand two cells away");
        let (mut same, mut opposite) = (limit, limit);
        let cell = Self::cell(self.shape, v);
        let (column, row) = (cell % self.shape.columns, cell / self.shape.columns);
        for r in row.saturating_sub(1)..=(row + 1).min(self.shape.rows - 1) {
            for c in column.saturating_sub(1)..=(column + 1).min(self.shape.columns - 1) {
                for other in self.cells.get(r * self.shape.columns + c).into_iter().flatten() {
                    let distance = (other.x - v.x).hypot(other.y - v.y);
                    let nearest = if (other.angle - v.angle).cos() > 0.0 { &mut same } else { &mut opposite };
                    if distance < *nearest && !std::ptr::eq(*other, v) {
                        *nearest = distance;
                    }
                }
            }
        }
        (same, opposite)
    }
}
