//! The part of a single print that a fingertip laid on a platen shows: a shape with an upright axis, cut out of it.
//!
//! Prints from outside come in every form, with shaded glass around them. A fingertip's outline is laid into the
//! ridges as large as it fits, so that where the finger lies and where it points is known by construction.

use rekam_hal::GrayImage;

/// Side of a block in pixels.
const BLOCK: usize = 8;
/// Part of the usual contrast from which a block is ridges.
const CONTRAST: f32 = 0.4;
/// Part of the outline that must lie on ridges.
const COVERED: f32 = 0.93;
/// Where a fingertip is widest, as a part of its length from the tip.
const WIDEST: f32 = 0.52;

/// A fingertip's outline within a print.
pub(in crate::people) struct Silhouette {
    print: GrayImage,
    glass: f32,
    /// Middle of the outline in pixels of the print.
    middle: (f32, f32),
    width: f32,
    height: f32,
}

impl Silhouette {
    /// The largest fingertip of this slenderness (length by width) that the print holds.
    pub(super) fn of(print: GrayImage, slender: f32) -> Self {
        let print = print.into_ridges_dark();
        let glass = bright(&print);
        let blocks = Blocks::of(&print);
        let middle = blocks.middle();
        let mut width = 5.0 * BLOCK as f32;
        let limit = print.width() as f32;
        while width < limit && blocks.covered(middle, width + BLOCK as f32, slender) >= COVERED {
            width += BLOCK as f32;
        }
        Self { print, glass, middle, width, height: width * slender }
    }

    /// Width and height of the finger in pixels.
    pub(super) fn size(&self) -> (f32, f32) {
        (self.width, self.height)
    }

    /// Mean darkness (0..=255) of the finger.
    pub(super) fn darkness(&self) -> f32 {
        const STEPS: usize = 24;
        let part = |i: usize| (i as f32 + 0.5) / STEPS as f32 - 0.5;
        let place = |i: usize| (0.6 * self.width * part(i % STEPS), 0.6 * self.height * part(i / STEPS));
        (0..STEPS * STEPS).map(place).map(|(u, v)| self.ink(u, v)).sum::<f32>() / (STEPS * STEPS) as f32
    }

    /// Darkness (0..=255) the print adds at a place counted from the middle of the finger.
    pub(super) fn ink(&self, across: f32, along: f32) -> f32 {
        let inside = half_width(along / self.height + 0.5) * 0.5 * self.width - across.abs();
        let end = (0.5 * self.height - along.abs()).min(inside);
        if end <= 0.0 {
            return 0.0;
        }
        let (x, y) = (across + self.middle.0 - 0.5, along + self.middle.1 - 0.5);
        let (left, top) = (x.floor(), y.floor());
        let (fx, fy) = (x - left, y - top);
        let at = |dx: i64, dy: i64| f32::from(self.print.get(left as i64 + dx, top as i64 + dy));
        let upper = at(0, 0) + fx * (at(1, 0) - at(0, 0));
        let lower = at(0, 1) + fx * (at(1, 1) - at(0, 1));
        (self.glass - upper - fy * (lower - upper)).max(0.0) * (end / 6.0).min(1.0)
    }
}

/// Half the width of a fingertip, 0..=1, at a part of its length from the tip.
fn half_width(part: f32) -> f32 {
    if !(0.0..=1.0).contains(&part) {
        return 0.0;
    }
    if part < WIDEST {
        let up = (WIDEST - part) / WIDEST;
        (1.0 - up * up).max(0.0).sqrt()
    } else {
        let down = (part - WIDEST) / (1.0 - WIDEST);
        1.0 - 0.45 * down * down * down
    }
}

/// Which blocks of a print are ridges.
struct Blocks {
    columns: usize,
    rows: usize,
    ridges: Vec<bool>,
}

impl Blocks {
    fn of(print: &GrayImage) -> Self {
        let (columns, rows) = ((print.width() as usize).div_ceil(BLOCK), (print.height() as usize).div_ceil(BLOCK));
        let spread: Vec<f32> = (0..columns * rows).map(|i| contrast(print, i % columns, i / columns)).collect();
        let mut sorted = spread.clone();
        sorted.sort_by(f32::total_cmp);
        let usual = sorted.get(sorted.len() * 3 / 4).copied().unwrap_or(0.0);
        Self { columns, rows, ridges: spread.iter().map(|s| *s > usual * CONTRAST).collect() }
    }

    fn middle(&self) -> (f32, f32) {
        let mut sum = (0.0, 0.0, 0.0f32);
        for i in (0..self.ridges.len()).filter(|&i| self.ridges.get(i) == Some(&true)) {
            sum = (sum.0 + (i % self.columns) as f32 + 0.5, sum.1 + (i / self.columns) as f32 + 0.5, sum.2 + 1.0);
        }
        let n = sum.2.max(1.0) / BLOCK as f32;
        (sum.0 / n, sum.1 / n)
    }

    /// Part of an outline that lies on ridges.
    fn covered(&self, middle: (f32, f32), width: f32, slender: f32) -> f32 {
        let height = width * slender;
        let (mut on, mut all) = (0.0f32, 0.0f32);
        for row in 0..=(height as usize / BLOCK) {
            let along = (row * BLOCK) as f32 - 0.5 * height;
            let half = 0.5 * width * half_width(along / height + 0.5);
            for step in 0..=(2.0 * half) as usize / BLOCK {
                let (x, y) = (middle.0 - half + (step * BLOCK) as f32, middle.1 + along);
                all += 1.0;
                let inside =
                    x >= 0.0 && y >= 0.0 && (x as usize / BLOCK) < self.columns && (y as usize / BLOCK) < self.rows;
                let ridge =
                    inside && self.ridges.get(y as usize / BLOCK * self.columns + x as usize / BLOCK) == Some(&true);
                on += if ridge { 1.0 } else { 0.0 };
            }
        }
        on / all.max(1.0)
    }
}

/// Spread of the grey values in a block and its surroundings.
fn contrast(print: &GrayImage, column: usize, row: usize) -> f32 {
    const SIDE: usize = 2 * BLOCK;
    let (mut sum, mut squares) = (0.0f32, 0.0f32);
    for i in 0..SIDE * SIDE {
        let (x, y) = (column * BLOCK + i % SIDE, row * BLOCK + i / SIDE);
        let grey = f32::from(print.get(x as i64 - BLOCK as i64 / 2, y as i64 - BLOCK as i64 / 2));
        sum += grey;
        squares += grey * grey;
    }
    let n = (SIDE * SIDE) as f32;
    (squares / n - (sum / n) * (sum / n)).max(0.0).sqrt()
}

/// The grey that nearly all of the background reaches.
fn bright(print: &GrayImage) -> f32 {
    let mut counts = [0usize; 256];
    print.pixels().iter().for_each(|p| counts[usize::from(*p)] += 1);
    let mut left = print.pixels().len() / 10;
    for grey in (0..256).rev() {
        if counts[grey] > left {
            return grey as f32;
        }
        left -= counts[grey];
    }
    255.0
}
