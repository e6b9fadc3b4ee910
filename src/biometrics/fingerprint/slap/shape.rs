//! How much a piece of print looks like a fingertip, and where its tip is.

use super::frame::{Border, Turned};
use super::outline::Leaning;
use super::pieces::{Area, Piece, strong};
use super::ridges::PER_MM;

/// Nothing wider than this in millimetres is one finger; with the longest fingertip it still fits an image of one.
const WIDEST: f32 = 36.0;
/// Log of the odds of what cannot be.
const IMPOSSIBLE: f32 = -20.0;

/// A piece measured, in millimetres of the turned grid.
#[derive(Debug, Clone)]
pub(super) struct Shape {
    pub piece: Piece,
    /// Place of the tip: across, along.
    pub tip: (f32, f32),
    /// Middle of its cells.
    pub middle: (f32, f32),
    pub width: f32,
    pub length: f32,
    /// From its leftmost cell to its rightmost.
    pub reach: f32,
    /// Share of its box that it fills.
    pub fill: f32,
    /// Strength of its ridges.
    pub strength: f32,
    /// What of it lies on the image's border.
    pub cut: Cut,
    /// Its outline's directions in the turned grid.
    pub leaning: Leaning,
}

/// Length of an outline on each side of the image, in millimetres.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Cut {
    pub top: f32,
    pub left: f32,
    pub right: f32,
    pub bottom: f32,
}

impl Cut {
    fn count(&mut self, (x, y): (f32, f32), (columns, rows): (usize, usize)) {
        let sides = [
            (y < 1.0, &mut self.top),
            (x < 1.0, &mut self.left),
            (x >= columns as f32 - 1.0, &mut self.right),
            (y >= rows as f32 - 1.0, &mut self.bottom),
        ];
        sides.into_iter().filter(|s| s.0).for_each(|s| *s.1 += 1.0 / PER_MM);
    }

    /// Whether the sides are cut, so that the width is not the finger's.
    pub(super) fn aside(&self) -> bool {
        self.left + self.right > 2.0
    }

    /// Whether the tip is cut, so that its place is not the finger's.
    pub(super) fn above(&self) -> bool {
        self.top > 2.0
    }
}

impl Shape {
    pub(super) fn of(piece: Piece, turned: &Turned) -> Option<Self> {
        let area = Area::of(&piece.cells)?;
        let rows = area.bottom - area.top + 1;
        let mut spans = vec![(usize::MAX, 0usize); rows];
        let mut sum = (0.0f32, 0.0f32);
        for &(c, r) in &piece.cells {
            if let Some(span) = spans.get_mut(r - area.top) {
                *span = (span.0.min(c), span.1.max(c));
            }
            sum = (sum.0 + c as f32 + 0.5, sum.1 + r as f32 + 0.5);
        }
        let count = piece.cells.len() as f32;
        let mut widths: Vec<f32> = spans.iter().filter(|s| s.0 <= s.1).map(|s| (s.1 - s.0 + 1) as f32).collect();
        widths.sort_by(f32::total_cmp);
        // Three quarters of the rows are narrower: the tip and the base taper.
        let width = widths.get(widths.len() * 3 / 4).copied().unwrap_or(0.0);
        let length = rows as f32;
        // The finger's axis goes through the middle of its upper half.
        let upper: Vec<f32> =
            spans.iter().take(rows / 2 + 1).filter(|s| s.0 <= s.1).map(|s| 0.5 * (s.0 + s.1 + 1) as f32).collect();
        let axis = upper.iter().sum::<f32>() / upper.len().max(1) as f32;
        let mut cut = Cut::default();
        for &(c, r) in piece.cells.iter().filter(|&&(c, r)| turned.border.get(c, r) == Some(Border::At)) {
            cut.count(turned.placed(c as f32 + 0.5, r as f32 + 0.5), turned.size);
        }
        let strength = strong(&turned.grid, &piece.cells);
        let leaning = Leaning::of(&piece.cells, turned.grid.columns, turned.grid.rows);
        Some(Self {
            tip: (axis / PER_MM, area.top as f32 / PER_MM),
            middle: (sum.0 / count / PER_MM, sum.1 / count / PER_MM),
            width: width / PER_MM,
            length: length / PER_MM,
            reach: (area.right - area.left + 1) as f32 / PER_MM,
            fill: count / (width * length).max(1.0),
            strength,
            cut,
            leaning,
            piece,
        })
    }

    /// Log of the odds that this is a fingertip of a usual `width` rather than anything else, before its place is
    /// looked at.
    pub(super) fn odds(&self, width: f32, strongest: f32) -> f32 {
        if self.reach > WIDEST {
            return IMPOSSIBLE;
        }
        let squared = |v: f32, usual: f32, spread: f32| 0.5 * ((v - usual) / spread).powi(2);
        let mut odds = 3.0;
        // A light touch prints narrow, so only far below the usual width is a doubt.
        let (narrow, wide) = (0.72 * width, 1.2 * width);
        if self.width > wide {
            odds -= squared(self.width, wide, 0.16 * width).min(8.0);
        } else if self.width < narrow {
            odds -= squared(self.width, narrow, if self.cut.aside() { 3.0 } else { 0.12 * width }).min(8.0);
        }
        let shortest = if self.cut.above() { 10.0 } else { 13.0 };
        if self.length < shortest {
            odds -= squared(self.length, shortest, 3.0).min(8.0);
        }
        if self.fill < 0.78 {
            odds -= squared(self.fill, 0.78, 0.09).min(6.0);
        }
        let share = self.strength / strongest.max(1.0);
        if share < 0.7 {
            odds -= squared(share, 0.7, 0.18).min(6.0);
        }
        odds - if self.piece.joint { 4.0 } else { 0.0 }
    }

    /// The same as a probability.
    pub(super) fn looks(&self, width: f32, strongest: f32) -> f32 {
        1.0 / (1.0 + (-self.odds(width, strongest)).exp())
    }

    /// Whether `other` lies on the way from this piece to the tip of its finger.
    pub(super) fn lies_below(&self, other: &Self) -> bool {
        let along = self.middle.1 - other.middle.1;
        along > 8.0 && (self.middle.0 - other.middle.0).abs() < 0.35 * other.width.max(self.width) + 0.15 * along
    }
}
