//! The print of a hand taken apart into single fingers and their joints.
//!
//! In a grid turned so that fingers stand upright. Connected ridges are one piece; a piece with several tips is
//! several fingers that touch (tips are round, so however closely two lie there is a notch between them) and is
//! parted along the weakest ridges below the notch; a piece longer than a fingertip goes on over the joint and is
//! cut at the crease.

use super::frame::Turned;
use super::grid::{Cells, Grid, STRAIGHT, components, distances};
use super::ridges::PER_MM;

/// Smallest print in square millimetres worth looking at.
const LEAST_AREA: f32 = 25.0;
/// Share of a print's own strong ridges from which a cell belongs to it: what is weaker is dirt it lies in.
const OWN_SHARE: f32 = 0.42;
/// Depth of the notch between two tips in millimetres.
const NOTCH: f32 = 1.3;
/// Least distance of two tips in millimetres.
const TIPS_APART: f32 = 8.0;
/// What stepping aside costs a seam, in parts of the threshold.
const ASIDE: f32 = 0.35;
/// Shortest fingertip before a crease in millimetres.
const BEFORE_CREASE: f32 = 15.0;
/// Where the crease usually is, and how far from there it is still believed, in millimetres below the tip.
const CREASE: (f32, f32) = (24.0, 9.0);
/// Longest fingertip in millimetres.
const LONGEST: f32 = 34.0;
/// Prints shorter than this have no joint in them.
const WHOLE: f32 = 21.0;
/// Part of the strength above it that a crease keeps.
const DIP: f32 = 0.72;

/// Thinnest part of a finger in millimetres.
const THIN: f32 = 4.2;

/// One finger's print, as far as it is connected.
#[derive(Debug, Clone)]
pub(super) struct Piece {
    /// Cells of the turned grid.
    pub cells: Cells,
    /// Parted from a neighbour it touches.
    pub touching: bool,
    /// Lies below the crease of another piece.
    pub joint: bool,
}

fn cells_of(square_mm: f32) -> usize {
    (square_mm * PER_MM * PER_MM) as usize
}

/// All pieces of a print whose ridges are at least `threshold` strong.
pub(super) fn pieces(turned: &Turned, threshold: f32) -> Vec<Piece> {
    let grid = &turned.grid;
    let mut found = Vec::new();
    let connected = |least: f32| {
        components(grid.columns, grid.rows, cells_of(LEAST_AREA), |c, r| grid.get(c, r).is_some_and(|s| s >= least))
    };
    for whole in connected(threshold) {
        let own = strong(grid, &whole) * OWN_SHARE;
        let parts = if own > threshold { without_dirt(grid, &whole, own) } else { vec![whole] };
        for part in parts.into_iter().flat_map(|part| opened(&filled(part))) {
            let fingers = parted(grid, &part, threshold);
            let touching = fingers.len() > 1;
            for cells in fingers.into_iter().filter(|cells| cells.len() >= cells_of(LEAST_AREA)) {
                let (tip, below) = cut(grid, cells);
                found.push(Piece { cells: tip, touching, joint: false });
                if below.len() >= cells_of(LEAST_AREA) {
                    found.push(Piece { cells: below, touching, joint: true });
                }
            }
        }
    }
    found
}

/// Strength of the stronger ridges of a print.
pub(super) fn strong(grid: &Grid<f32>, cells: &Cells) -> f32 {
    let mut values: Vec<f32> = cells.iter().filter_map(|&(c, r)| grid.get(c, r)).collect();
    let rank = values.len() * 4 / 5;
    if rank >= values.len() { 0.0 } else { *values.select_nth_unstable_by(rank, f32::total_cmp).1 }
}

fn without_dirt(grid: &Grid<f32>, cells: &Cells, least: f32) -> Vec<Cells> {
    let mut mine = Grid::new(grid.columns, grid.rows, false);
    cells.iter().for_each(|&(c, r)| mine.set(c, r, true));
    components(grid.columns, grid.rows, cells_of(LEAST_AREA), |c, r| {
        mine.get(c, r) == Some(true) && grid.get(c, r).is_some_and(|s| s >= least)
    })
}

/// With its holes: a punch hole or a scar inside a finger is part of it.
fn filled(mut cells: Cells) -> Cells {
    let Some(area) = Area::of(&cells) else { return cells };
    let (columns, rows) = (area.right - area.left + 3, area.bottom - area.top + 3);
    let mut mine = Grid::new(columns, rows, false);
    cells.iter().for_each(|&(c, r)| mine.set(c - area.left + 1, r - area.top + 1, true));
    let mut gaps = components(columns, rows, 1, |c, r| mine.get(c, r) == Some(false));
    // The first gap contains the corner: it is the outside.
    for (c, r) in gaps.drain(..).skip(1).flatten() {
        cells.push((c + area.left - 1, r + area.top - 1));
    }
    cells
}

/// Without what is thinner than a fingertip by far: rules, letters and strokes of a pen that touch it.
fn opened(cells: &Cells) -> Vec<Cells> {
    let Some(area) = Area::of(cells) else { return Vec::new() };
    let (columns, rows) = (area.right - area.left + 3, area.bottom - area.top + 3);
    let mut mine = Grid::new(columns, rows, false);
    cells.iter().for_each(|&(c, r)| mine.set(c - area.left + 1, r - area.top + 1, true));
    let reach = (0.5 * THIN * PER_MM * STRAIGHT as f32) as u16;
    let outside = distances(&mine, false);
    let mut core = Grid::new(columns, rows, false);
    outside.cells.iter().zip(&mut core.cells).for_each(|(d, kept)| *kept = *d > reach);
    let near = distances(&core, true);
    let parts = components(columns, rows, cells_of(LEAST_AREA), |c, r| {
        mine.get(c, r) == Some(true) && near.get(c, r).is_some_and(|d| d <= reach)
    });
    let back = |part: Cells| part.into_iter().map(|(c, r)| (c + area.left - 1, r + area.top - 1)).collect();
    parts.into_iter().map(back).collect()
}

/// First and last column and row of a set of cells.
#[derive(Debug, Clone, Copy)]
pub(super) struct Area {
    pub left: usize,
    pub right: usize,
    pub top: usize,
    pub bottom: usize,
}

impl Area {
    pub(super) fn of(cells: &Cells) -> Option<Self> {
        let &(c, r) = cells.first()?;
        let start = Self { left: c, right: c, top: r, bottom: r };
        Some(cells.iter().fold(start, |a, &(c, r)| Self {
            left: a.left.min(c),
            right: a.right.max(c),
            top: a.top.min(r),
            bottom: a.bottom.max(r),
        }))
    }
}

/// The columns of the tips of an outline given by the first row of every column, by persistence: a tip counts when one
/// must go down at least a notch from it to reach a higher one.
fn tips(tops: &[f32]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..tops.len()).collect();
    let top = |c: usize| tops.get(c).copied().unwrap_or(f32::MAX);
    order.sort_by(|&a, &b| top(a).total_cmp(&top(b)));
    // Every column belongs to the tip its hill was begun by.
    let mut hill: Vec<Option<usize>> = vec![None; tops.len()];
    let mut tips: Vec<usize> = Vec::new();
    for column in order {
        let side = |c: Option<usize>| c.and_then(|c| hill.get(c).copied().flatten());
        let (left, right) = (side(column.checked_sub(1)), side(Some(column + 1)));
        let mine = match (left, right) {
            (None, None) => {
                tips.push(column);
                column
            }
            (Some(one), None) | (None, Some(one)) => one,
            (Some(a), Some(b)) => {
                let (high, low) = if top(a) <= top(b) { (a, b) } else { (b, a) };
                let deep = top(column) - top(low) >= NOTCH * PER_MM && high.abs_diff(low) as f32 >= TIPS_APART * PER_MM;
                if !deep {
                    tips.retain(|t| *t != low);
                }
                hill.iter_mut().filter(|h| **h == Some(low)).for_each(|h| *h = Some(high));
                high
            }
        };
        if let Some(h) = hill.get_mut(column) {
            *h = Some(mine);
        }
    }
    tips
}

/// The fingers of one connected print.
fn parted(grid: &Grid<f32>, cells: &Cells, threshold: f32) -> Vec<Cells> {
    let Some(area) = Area::of(cells) else { return Vec::new() };
    let mut tops = vec![area.bottom as f32 + 1.0; area.right - area.left + 1];
    for &(c, r) in cells {
        if let Some(top) = tops.get_mut(c - area.left) {
            *top = top.min(r as f32);
        }
    }
    let mut found = tips(&smoothed(&tops));
    found.sort_unstable();
    if found.len() < 2 {
        return vec![cells.clone()];
    }
    let mut mine = Grid::new(grid.columns, grid.rows, false);
    cells.iter().for_each(|&(c, r)| mine.set(c, r, true));
    let strength = |c: usize, r: usize| if mine.get(c, r) == Some(true) { grid.get(c, r).unwrap_or(0.0) } else { 0.0 };
    let seams: Vec<Vec<usize>> = found
        .windows(2)
        .map(|pair| {
            let (Some(&a), Some(&b)) = (pair.first(), pair.last()) else { return Vec::new() };
            // The notch between two neighbouring tips is the lowest place of the outline between them.
            let between = a..=b;
            let notch =
                between.clone().max_by(|&x, &y| tops.get(x).unwrap_or(&0.0).total_cmp(tops.get(y).unwrap_or(&0.0)));
            let notch = area.left + notch.unwrap_or(a);
            let from = tops.get(notch - area.left).map_or(area.top, |t| *t as usize);
            seam(&strength, (area.left + a, area.left + b), notch, (from, area), threshold)
        })
        .collect();
    let mut fingers = vec![Cells::new(); found.len()];
    for &(c, r) in cells {
        let index = seams.iter().filter(|seam| seam.get(r - area.top).is_some_and(|&s| c >= s)).count();
        if let Some(finger) = fingers.get_mut(index) {
            finger.push((c, r));
        }
    }
    fingers
}

fn smoothed(tops: &[f32]) -> Vec<f32> {
    let at = |i: usize| tops.get(i.min(tops.len() - 1)).copied().unwrap_or(0.0);
    (0..tops.len()).map(|i| (at(i.saturating_sub(1)) + at(i) + at(i + 1)) / 3.0).collect()
}

/// For every row of the area the first column that belongs to the right finger: the way down from the notch that
/// crosses the weakest ridges.
fn seam(
    strength: &impl Fn(usize, usize) -> f32,
    (left, right): (usize, usize),
    notch: usize,
    (from, area): (usize, Area),
    threshold: f32,
) -> Vec<usize> {
    let columns = right - left + 1;
    let aside = ASIDE * threshold;
    let mut cost: Vec<f32> = (0..columns).map(|c| (left + c).abs_diff(notch) as f32 * threshold).collect();
    let mut steps: Vec<Vec<i8>> = Vec::with_capacity(area.bottom - from + 1);
    for row in from..=area.bottom {
        let at = |c: usize| cost.get(c).copied().unwrap_or(f32::MAX);
        let (mut next, mut step) = (Vec::with_capacity(columns), Vec::with_capacity(columns));
        for c in 0..columns {
            let ways = [(0, at(c)), (-1, at(c.wrapping_sub(1)) + aside), (1, at(c + 1) + aside)];
            let (way, before) = ways.into_iter().fold((0, f32::MAX), |b, w| if w.1 < b.1 { w } else { b });
            next.push(before + strength(left + c, row));
            step.push(way);
        }
        cost = next;
        steps.push(step);
    }
    let mut column = (0..columns).fold((0, f32::MAX), |b, c| match cost.get(c) {
        Some(&v) if v < b.1 => (c, v),
        Some(_) | None => b,
    });
    let mut below = Vec::with_capacity(steps.len());
    for step in steps.iter().rev() {
        below.push(left + column.0);
        let way = step.get(column.0).copied().unwrap_or(0);
        column.0 = column.0.saturating_add_signed(isize::from(way)).min(columns - 1);
    }
    below.reverse();
    let above = std::iter::repeat_n(notch, from - area.top);
    above.chain(below).collect()
}

/// The strength that the stronger half of a row has.
fn usual(line: &mut [f32]) -> f32 {
    let rank = line.len() * 7 / 10;
    if rank >= line.len() { 0.0 } else { *line.select_nth_unstable_by(rank, f32::total_cmp).1 }
}

/// The fingertip, and what lies beyond its crease.
fn cut(grid: &Grid<f32>, cells: Cells) -> (Cells, Cells) {
    let Some(area) = Area::of(&cells) else { return (cells, Cells::new()) };
    let rows = area.bottom - area.top + 1;
    if (rows as f32) < WHOLE * PER_MM {
        return (cells, Cells::new());
    }
    let mut lines = vec![Vec::new(); rows];
    for &(c, r) in &cells {
        if let Some(line) = lines.get_mut(r - area.top) {
            line.push(grid.get(c, r).unwrap_or(0.0));
        }
    }
    // The width of every row times its usual strength, which a hole in the finger does not lower.
    let sums: Vec<f32> = lines.iter_mut().map(|line| line.len() as f32 * usual(line)).collect();
    let smooth = smoothed(&smoothed(&sums));
    let mean = |from: f32, to: f32| {
        let range = from.max(0.0) as usize..(to.max(0.0) as usize).min(rows);
        let part = smooth.get(range).unwrap_or(&[]);
        part.iter().sum::<f32>() / part.len().max(1) as f32
    };
    let first = (BEFORE_CREASE * PER_MM) as usize;
    let last = rows.saturating_sub((2.0 * PER_MM) as usize).min((LONGEST * PER_MM) as usize);
    let dip = |row: usize| {
        let here = smooth.get(row).copied().unwrap_or(0.0);
        let above = mean(row as f32 - 8.0 * PER_MM, row as f32 - 2.0 * PER_MM);
        let below = mean(row as f32 + 1.5 * PER_MM, row as f32 + 7.0 * PER_MM);
        let far = (row as f32 / PER_MM - CREASE.0) / CREASE.1;
        (here / above.min(below * 1.6).max(1.0), far * far)
    };
    let best = (first..last)
        .map(|row| (row, dip(row)))
        .min_by(|a, b| (a.1.0 + 0.15 * a.1.1).total_cmp(&(b.1.0 + 0.15 * b.1.1)));
    let at = match best {
        Some((row, (depth, _))) if depth < DIP => row,
        Some(_) | None if rows as f32 > LONGEST * PER_MM => (CREASE.0 * PER_MM) as usize,
        Some(_) | None => return (cells, Cells::new()),
    };
    cells.into_iter().partition(|&(_, r)| r - area.top < at)
}
