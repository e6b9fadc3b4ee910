//! Which way a print points, by its outline.
//!
//! The long sides of a finger run along it and its round tip points everywhere equally, so the outline's normals,
//! doubled in angle and added up, point across the finger. Unlike moments of the area this needs no whole finger
//! and still works for a hand whose fingers touch: only what lies against the background counts, and the image's
//! border never does.

use super::grid::{Cells, Grid};

/// Directions of an outline, added up.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Leaning {
    /// Cosine and sine of twice the angle of the normals (columns right, rows down), weighted.
    across: f32,
    aslant: f32,
    /// All weight.
    total: f32,
}

impl Leaning {
    /// The outline of a set of cells in a grid of this size.
    pub(super) fn of(cells: &Cells, columns: usize, rows: usize) -> Self {
        let mut soft = Grid::new(columns, rows, 0.0f32);
        let counted = cells.iter();
        let (mut left, mut right, mut top, mut bottom) = (columns, 0, rows, 0);
        for &(c, r) in counted {
            (left, right, top, bottom) = (left.min(c), right.max(c), top.min(r), bottom.max(r));
            for row in r.saturating_sub(1)..=r + 1 {
                for column in c.saturating_sub(1)..=c + 1 {
                    let value = soft.get(column, row).unwrap_or(0.0);
                    soft.set(column, row, value + 1.0 / 9.0);
                }
            }
        }
        let mut sum = Self::default();
        // Two cells at the image's border are left out: there the picture ends and not the finger.
        for r in top.saturating_sub(2).max(3)..(bottom + 3).min(rows.saturating_sub(3)) {
            for c in left.saturating_sub(2).max(3)..(right + 3).min(columns.saturating_sub(3)) {
                let at = |c: usize, r: usize| soft.get(c, r).unwrap_or(0.0);
                let (x, y) = (at(c + 1, r) - at(c - 1, r), at(c, r + 1) - at(c, r - 1));
                sum.across += x * x - y * y;
                sum.aslant += 2.0 * x * y;
                sum.total += x * x + y * y;
            }
        }
        sum
    }

    /// A belief that something points this way (radians counter-clockwise from up), as strong as `weight` outlines.
    pub(super) fn towards(tilt: f32, weight: f32) -> Self {
        Self { across: weight * (2.0 * tilt).cos(), aslant: -weight * (2.0 * tilt).sin(), total: weight }
    }

    pub(super) fn plus(self, other: Self) -> Self {
        Self { across: self.across + other.across, aslant: self.aslant + other.aslant, total: self.total + other.total }
    }

    /// Radians counter-clockwise from straight up, -pi/2..=pi/2.
    pub(super) fn tilt(&self) -> f32 {
        -0.5 * self.aslant.atan2(self.across)
    }

    /// All weight.
    pub(super) fn total(&self) -> f32 {
        self.total
    }
}
