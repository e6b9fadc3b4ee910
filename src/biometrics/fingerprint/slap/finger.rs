//! One finger of a slap: where it lies, and its own upright picture.

use rekam_hal::Finger;
use rekam_hal::image::{GrayImage, Polarity};

use super::super::normalise::DPI;
use super::frame::{Frame, Turned};
use super::grid::Grid;
use super::outline::Leaning;
use super::pieces::Area;
use super::report::FingerProblem;
use super::ridges::CELL;
use super::shape::Shape;

/// Cells around the ridges that still belong to the finger: the rank that found them takes off one at the border.
const AROUND: usize = 2;
/// White around a finger's picture in pixels at 500 dpi.
const MARGIN: f32 = 12.0;
/// How much a finger follows its hand, in parts of its own outline.
const WITH_HAND: f32 = 0.22;

/// A rectangle that leans, in pixels of the slap as it was given.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FingerBox {
    /// Column of the centre.
    pub x: f32,
    /// Row of the centre.
    pub y: f32,
    /// Size across the finger.
    pub width: f32,
    /// Size along the finger, from the tip to the crease.
    pub height: f32,
    /// Direction of the tip in radians, counter-clockwise from straight up.
    pub angle: f32,
}

impl FingerBox {
    /// The corners: at the tip left and right, then at the crease right and left.
    pub fn corners(&self) -> [(f32, f32); 4] {
        let frame = Frame::leaning(self.angle);
        let (w, h) = (0.5 * self.width, 0.5 * self.height);
        [(-w, -h), (w, -h), (w, h), (-w, h)].map(|(across, along)| {
            let (x, y) = frame.placed(across, along);
            (self.x + x, self.y + y)
        })
    }
}

/// A finger found in a slap.
#[derive(Debug, Clone, PartialEq)]
pub struct SlapFinger {
    /// Which one it is.
    pub finger: Finger,
    /// Where its fingertip lies.
    pub place: FingerBox,
    /// How sure it is that this is a fingertip and this finger's, 0..=1.
    pub confidence: f32,
    /// What is wrong with it, for the operator's advice.
    pub problems: Vec<FingerProblem>,
    pub(super) region: Region,
}

/// The part of a slap that belongs to one finger.
#[derive(Clone, PartialEq)]
pub(super) struct Region {
    frame: Frame,
    /// Across and along, in cells, of the corner of the first cell of `mine`.
    origin: (f32, f32),
    mine: Grid<bool>,
    /// Pixels of the slap in a cell.
    cell: f32,
}

impl std::fmt::Debug for Region {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Region({} x {} cells)", self.mine.columns, self.mine.rows)
    }
}

impl Region {
    /// The piece with what lies close around it and belongs to no other.
    pub(super) fn of(shape: &Shape, others: &[Shape], turned: &Turned, cell: f32) -> Option<Self> {
        let area = Area::of(&shape.piece.cells)?;
        let (columns, rows) = (area.right - area.left + 1 + 2 * AROUND, area.bottom - area.top + 1 + 2 * AROUND);
        let mut mine = Grid::new(columns, rows, false);
        for &(c, r) in &shape.piece.cells {
            for row in r - area.top..=r - area.top + 2 * AROUND {
                for column in c - area.left..=c - area.left + 2 * AROUND {
                    mine.set(column, row, true);
                }
            }
        }
        for &(c, r) in others.iter().flat_map(|other| &other.piece.cells) {
            if let (Some(c), Some(r)) = ((c + AROUND).checked_sub(area.left), (r + AROUND).checked_sub(area.top)) {
                mine.set(c, r, false);
            }
        }
        shape.piece.cells.iter().for_each(|&(c, r)| mine.set(c + AROUND - area.left, r + AROUND - area.top, true));
        let origin =
            (turned.origin.0 + area.left as f32 - AROUND as f32, turned.origin.1 + area.top as f32 - AROUND as f32);
        Some(Self { frame: turned.frame, origin, mine, cell })
    }

    /// Whether a pixel of the slap belongs to the finger.
    fn has(&self, x: f32, y: f32) -> bool {
        let (across, along) = self.frame.seen(x / self.cell, y / self.cell);
        let (c, r) = (across - self.origin.0, along - self.origin.1);
        c >= 0.0 && r >= 0.0 && self.mine.get(c as usize, r as usize) == Some(true)
    }
}

/// How a finger leans against its hand, by its outline and its joint.
pub(super) fn lean(shape: &Shape, joint: Leaning) -> f32 {
    shape.leaning.plus(joint).plus(Leaning::towards(0.0, WITH_HAND * shape.leaning.total())).tilt()
}

/// The box around a piece whose finger leans by `angle`; `cell` pixels of the slap are a cell.
pub(super) fn place(shape: &Shape, turned: &Turned, angle: f32, cell: f32) -> FingerBox {
    let frame = Frame::leaning(angle);
    let (mut across, mut along): (Vec<f32>, Vec<f32>) = shape
        .piece
        .cells
        .iter()
        .map(|&(c, r)| {
            let (x, y) = turned.placed(c as f32 + 0.5, r as f32 + 0.5);
            frame.seen(x, y)
        })
        .unzip();
    let (left, right) = extent(&mut across);
    let (top, bottom) = extent(&mut along);
    let (x, y) = frame.placed(0.5 * (left + right), 0.5 * (top + bottom));
    FingerBox { x: x * cell, y: y * cell, width: (right - left) * cell, height: (bottom - top) * cell, angle }
}

/// Where nearly all of the values lie, with the cell that the ridge map takes off at a border.
fn extent(values: &mut [f32]) -> (f32, f32) {
    values.sort_by(f32::total_cmp);
    let trim = values.len() / 200;
    let low = values.get(trim).copied().unwrap_or(0.0);
    let high = values.get(values.len().saturating_sub(trim + 1)).copied().unwrap_or(0.0);
    (low - 1.0, high + 1.0)
}

impl SlapFinger {
    /// The finger alone: upright, 500 dpi, ridges dark, white where there is no finger or another one's.
    ///
    /// `slap` must be the image it was found in.
    pub fn cut(&self, slap: &GrayImage) -> GrayImage {
        let scale = slap.dpi().unwrap_or(DPI) / DPI;
        let (width, height) = self.cut_size(scale);
        let flip = slap.polarity() == Polarity::RidgesBright;
        // Finer images are averaged, not decimated.
        let steps = scale.round().max(1.0) as usize;
        let part = 1.0 / steps as f32;
        let image = GrayImage::from_fn(width, height, |c, r| {
            let (x, y) = self.placed(c as f32 + 0.5, r as f32 + 0.5, scale);
            if !self.region.has(x, y) {
                return 255;
            }
            let mut sum = 0.0;
            for i in 0..steps * steps {
                let (u, v) = ((i % steps) as f32 + 0.5, (i / steps) as f32 + 0.5);
                let (x, y) = self.placed(c as f32 + u * part, r as f32 + v * part, scale);
                sum += grey(slap, x - 0.5, y - 0.5);
            }
            let grey = (sum * part * part).round().clamp(0.0, 255.0) as u8;
            if flip { 255 - grey } else { grey }
        });
        image.with_dpi(DPI).with_source_bits(slap.source_bits())
    }

    /// The place in the slap of a point of the picture made by [`SlapFinger::cut`].
    #[cfg(test)]
    pub(super) fn to_slap(&self, x: f32, y: f32, slap: &GrayImage) -> (f32, f32) {
        self.placed(x, y, slap.dpi().unwrap_or(DPI) / DPI)
    }

    fn cut_size(&self, scale: f32) -> (u32, u32) {
        let side = |size: f32| (size / scale + 2.0 * MARGIN).ceil().max(1.0) as u32;
        (side(self.place.width), side(self.place.height))
    }

    fn placed(&self, x: f32, y: f32, scale: f32) -> (f32, f32) {
        let (width, height) = self.cut_size(scale);
        let frame = Frame::leaning(self.place.angle);
        let (dx, dy) = frame.placed((x - 0.5 * width as f32) * scale, (y - 0.5 * height as f32) * scale);
        (self.place.x + dx, self.place.y + dy)
    }
}

/// Bilinear between pixel centres; white beyond the border.
fn grey(image: &GrayImage, x: f32, y: f32) -> f32 {
    let (left, top) = (x.floor(), y.floor());
    let (fx, fy) = (x - left, y - top);
    let (w, h) = (i64::from(image.width()), i64::from(image.height()));
    let white = if image.polarity() == Polarity::RidgesBright { 0.0 } else { 255.0 };
    let at = |dx: i64, dy: i64| {
        let (x, y) = (left as i64 + dx, top as i64 + dy);
        if x < 0 || y < 0 || x >= w || y >= h { white } else { f32::from(image.get(x, y)) }
    };
    let upper = at(0, 0) + fx * (at(1, 0) - at(0, 0));
    let lower = at(0, 1) + fx * (at(1, 1) - at(0, 1));
    upper + fy * (lower - upper)
}

/// Pixels of an image of this resolution in a cell.
pub(super) fn cell(slap: &GrayImage) -> f32 {
    CELL as f32 * slap.dpi().unwrap_or(DPI) / DPI
}
