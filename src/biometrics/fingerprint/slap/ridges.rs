//! Where in a slap there are ridges, in cells of 0.4 mm.
//!
//! At 250 dpi a ridge and its valley take four to six pixels, so the plain central difference is already the filter
//! wanted: strongest for ridges, weak for shading and nothing for single-pixel grain. What else has edges on a card
//! (letters, rules, handwriting, the rim of a punch hole) is thin: in a window of five cells most cells stay empty.
//! So a cell counts by a low rank of its window and not by its mean, and its halo or ghost of an earlier hand by
//! being much weaker than the print.

use rekam_hal::image::{GrayImage, Polarity};

use super::super::normalise::DPI;
use super::grid::{Grid, STRAIGHT, distances};

/// Side of a cell in pixels at 500 dpi.
pub(super) const CELL: usize = 8;
/// Cells in a millimetre.
pub(super) const PER_MM: f32 = DPI / 25.4 / CELL as f32;
/// Side of a cell in pixels at half that resolution.
const HALF_CELL: usize = CELL / 2;
/// Cells to each side of the window whose rank decides.
const REACH: usize = 2;
/// Rank of the 25 cells in the window, from the weakest.
const RANK: usize = 7;
/// Weakest strength (grey values over four pixels at 500 dpi) that is a ridge and not noise.
pub(super) const FLOOR: f32 = 9.0;
/// Share of the strong ridges' strength from which a cell counts.
const SHARE: f32 = 0.26;

/// How far (cells) ridges may run together in a wet finger, and how much darker than its ridges that is, in parts of
/// their darkness.
const RUN: u16 = 9;
const WET: f32 = 0.3;

/// Strength of the ridges in every cell.
pub(super) struct Ridges {
    /// Strength that most of the neighbourhood has.
    pub strength: Grid<f32>,
    /// Strength from which a cell counts as ridges.
    pub threshold: f32,
}

impl Ridges {
    pub(super) fn of(image: &GrayImage) -> Self {
        let half = half(image);
        let mut strength = ranked(&gradients(&half));
        let mut present: Vec<f32> = strength.cells.iter().copied().filter(|s| *s >= FLOOR).collect();
        let strong = ranked_value(&mut present, 0.8);
        let threshold = (strong * SHARE).max(FLOOR);
        flooded(&half, &mut strength, threshold, strong);
        Self { strength, threshold }
    }
}

/// The value that this share of all does not exceed, 0 for none.
fn ranked_value(values: &mut [f32], share: f32) -> f32 {
    let rank = (values.len() as f32 * share) as usize;
    if rank >= values.len() { 0.0 } else { *values.select_nth_unstable_by(rank, f32::total_cmp).1 }
}

/// Where the ridges of a wet or hard pressed finger run together there is skin all the same: much darker than the
/// ridges around, and close to some.
fn flooded(half: &Grid<f32>, strength: &mut Grid<f32>, threshold: f32, strong: f32) {
    let grey = means(half);
    let cells: Vec<bool> = strength.cells.iter().map(|s| *s >= threshold).collect();
    let ridges = Grid { columns: strength.columns, rows: strength.rows, cells };
    let of_ridges = grey.cells.iter().zip(&ridges.cells).filter(|(_, r)| **r).map(|(g, _)| *g);
    let usual = ranked_value(&mut of_ridges.collect::<Vec<f32>>(), 0.5);
    let glass = ranked_value(&mut grey.cells.clone(), 0.8);
    let dark = usual - WET * (glass - usual).max(0.0);
    if !grey.cells.iter().any(|g| *g < dark) {
        return;
    }
    let near = distances(&ridges, true);
    for ((s, g), d) in strength.cells.iter_mut().zip(&grey.cells).zip(&near.cells) {
        if *g < dark && *d <= RUN * STRAIGHT {
            *s = s.max(0.5 * strong);
        }
    }
}

/// Mean grey of every cell.
fn means(half: &Grid<f32>) -> Grid<f32> {
    let (columns, rows) = (half.columns.div_ceil(HALF_CELL), half.rows.div_ceil(HALF_CELL));
    let mut cells = Grid::new(columns, rows, 0.0f32);
    for r in 0..rows {
        let lines = (r * HALF_CELL)..((r + 1) * HALF_CELL).min(half.rows);
        let count = lines.len() as f32;
        for y in lines {
            for (pixels, cell) in half.row(y).chunks(HALF_CELL).zip(cells.row_mut(r)) {
                *cell += pixels.iter().sum::<f32>() / (pixels.len() as f32 * count);
            }
        }
    }
    cells
}

/// Weights of source pixels for one target pixel along one axis: first source index and shares of its footprint.
fn footprints(source: usize, target: usize) -> Vec<(usize, Vec<f32>)> {
    let step = source as f32 / target as f32;
    (0..target)
        .map(|i| {
            let (from, to) = (i as f32 * step, (i + 1) as f32 * step);
            let first = (from as usize).min(source - 1);
            let last = (to.ceil() as usize).clamp(first + 1, source);
            let shares = (first..last).map(|s| ((s as f32 + 1.0).min(to) - (s as f32).max(from)).max(1e-6)).collect();
            (first, shares)
        })
        .collect()
}

/// The image at 250 dpi with dark ridges, each pixel the mean of its footprint.
fn half(image: &GrayImage) -> Grid<f32> {
    let scale = DPI / 2.0 / image.dpi().unwrap_or(DPI);
    let (w, h) = (image.width() as usize, image.height() as usize);
    let side = |n: usize| ((n as f32 * scale).round() as usize).max(1);
    let (width, height) = (side(w), side(h));
    let (across, down) = (footprints(w, width), footprints(h, height));
    let flip = image.polarity() == Polarity::RidgesBright;
    let mut out = Grid::new(width, height, 0.0f32);
    let mut sums = vec![0.0f32; w];
    for ((first, shares), line) in down.iter().zip(out.cells.chunks_exact_mut(width)) {
        sums.fill(0.0);
        for (share, row) in shares.iter().zip(image.pixels().chunks_exact(w).skip(*first)) {
            sums.iter_mut().zip(row).for_each(|(s, p)| *s += share * f32::from(*p));
        }
        let high: f32 = shares.iter().sum();
        for ((first, shares), pixel) in across.iter().zip(line) {
            let wide: f32 = shares.iter().sum();
            let sum: f32 = shares.iter().zip(sums.iter().skip(*first)).map(|(share, s)| share * s).sum();
            let grey = sum / (wide * high);
            *pixel = if flip { 255.0 - grey } else { grey };
        }
    }
    out
}

/// Root mean square of the central differences over every cell.
fn gradients(half: &Grid<f32>) -> Grid<f32> {
    let (columns, rows) = (half.columns.div_ceil(HALF_CELL), half.rows.div_ceil(HALF_CELL));
    let mut cells = Grid::new(columns, rows, 0.0f32);
    let mut line = vec![0.0f32; half.columns];
    for r in 0..rows {
        let mut count = 0.0f32;
        line.fill(0.0);
        for y in (r * HALF_CELL).max(1)..((r + 1) * HALF_CELL).min(half.rows.saturating_sub(1)) {
            let [above, here, below] = [half.row(y - 1), half.row(y), half.row(y + 1)];
            count += 1.0;
            let inner = line.iter_mut().skip(1).zip(here).zip(here.iter().skip(2));
            let vertical = above.iter().zip(below).skip(1);
            for (((sum, left), right), (up, down)) in inner.zip(vertical) {
                *sum += (right - left) * (right - left) + (down - up) * (down - up);
            }
        }
        for (sums, cell) in line.chunks(HALF_CELL).zip(cells.row_mut(r)) {
            *cell = (sums.iter().sum::<f32>() / (sums.len() as f32 * count.max(1.0))).sqrt();
        }
    }
    cells
}

/// The strength that all but the weakest cells around reach.
fn ranked(raw: &Grid<f32>) -> Grid<f32> {
    let mut out = Grid::new(raw.columns, raw.rows, 0.0f32);
    let mut window = Vec::with_capacity((2 * REACH + 1).pow(2));
    for r in 0..raw.rows {
        for c in 0..raw.columns {
            window.clear();
            for row in r.saturating_sub(REACH)..(r + REACH + 1).min(raw.rows) {
                let line = raw.row(row);
                window.extend_from_slice(
                    line.get(c.saturating_sub(REACH)..(c + REACH + 1).min(raw.columns)).unwrap_or(&[]),
                );
            }
            let rank = RANK * window.len() / (2 * REACH + 1).pow(2);
            // Background is most of a slap: no need to rank a window without ridges.
            if window.iter().any(|s| *s >= FLOOR) {
                let (_, value, _) = window.select_nth_unstable_by(rank, f32::total_cmp);
                out.set(c, r, *value);
            }
        }
    }
    out
}
