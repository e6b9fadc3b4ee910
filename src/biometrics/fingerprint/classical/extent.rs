//! Where the print is: blocks whose grey values run like ridges, and how deep inside it a place lies.
//!
//! The platen's fixed pattern, the last finger's trace and the noise of a cold sensor vary too; they are told from
//! ridges by how much of their variation the ridge filter explains, and by being fainter than the print's strong
//! ridges.

use super::contextual::Contextual;
use super::flatten::Flat;
use super::raster::{BLOCK, Shape, smoothed};

/// How wide the answer is measured, in blocks.
const SIGMA: f32 = 1.0;
/// Least share of the local variance that must run like ridges.
const MIN_EXPLAINED: f32 = 0.1;
/// Least height of ridges as a share of the print's strong ones.
const MIN_STRENGTH: f32 = 0.2;
/// Share from which a block tells how strong the print's ridges are.
const CLEAR: f32 = 0.4;
/// Variance that any block is granted: nothing is explained where nothing varies.
const NOTHING: f32 = 0.02;
/// How wide a majority is counted, in blocks, and what it is: below a half, as ridges at the border count too.
const MAJORITY_SIGMA: f32 = 2.0;
const MAJORITY: f32 = 0.35;
/// A piece smaller than this share of the largest one is no part of the print.
const PIECE: usize = 5;

/// The print, block by block.
pub struct Extent {
    /// Share of the local variance that runs like ridges, 0..=1.
    pub explained: Vec<f32>,
    /// Height of the ridges in grey values, 1 for the print's strong ones.
    pub strength: Vec<f32>,
    /// Blocks of the print.
    pub inside: Vec<bool>,
    /// Distance from the print's border in pixels, positive inside.
    pub depth: Vec<f32>,
}

impl Extent {
    /// Finds the print from the flattened image and the filter's answer.
    pub fn of(flat: &Flat, answer: &Contextual) -> Self {
        let shape = flat.shape;
        let (answered, varies) = energies(flat, answer);
        let explained: Vec<f32> = answered.iter().zip(&varies).map(|(a, v)| 0.5 * a / (v + NOTHING)).collect();
        let height = |(a, g): (&f32, &f32)| if *g > 0.0 { a.sqrt() / g } else { 0.0 };
        let mut strength: Vec<f32> = answered.iter().zip(&flat.gain).map(height).collect();
        let clear = strength.iter().zip(&explained).zip(&flat.lively).filter(|((_, e), l)| **e > CLEAR && **l);
        let mut clear: Vec<f32> = clear.map(|((s, _), _)| *s).collect();
        clear.sort_by(f32::total_cmp);
        let strong = clear.get(clear.len() * 4 / 5).copied().unwrap_or(1.0).max(1.0);
        strength.iter_mut().for_each(|s| *s /= strong);
        let ridges: Vec<f32> = explained
            .iter()
            .zip(&strength)
            .zip(&flat.lively)
            .map(|((e, s), l)| if *l && *e > MIN_EXPLAINED && *s > MIN_STRENGTH { 1.0 } else { 0.0 })
            .collect();
        let all = smoothed(shape, &vec![1.0; shape.len()], MAJORITY_SIGMA);
        let most = smoothed(shape, &ridges, MAJORITY_SIGMA);
        let most: Vec<bool> = most.iter().zip(all).map(|(r, a)| r / a > MAJORITY).collect();
        let inside = filled(shape, &pieces(shape, &most));
        let depth = depth(shape, &inside);
        Self { explained, strength, inside, depth }
    }
}

/// Mean square of the answer and of the image around each block.
fn energies(flat: &Flat, answer: &Contextual) -> (Vec<f32>, Vec<f32>) {
    let shape = flat.shape;
    let (mut answered, mut varies) = (vec![0.0; shape.len()], vec![0.0; shape.len()]);
    for (block, (a, v)) in answered.iter_mut().zip(varies.iter_mut()).enumerate() {
        let (mut sums, mut squares) = ([0.0f32; BLOCK], [0.0f32; BLOCK]);
        for at in flat.image.rows_of(shape, block) {
            let (image, even, odd) = (flat.image.span(at), answer.even.span(at), answer.odd.span(at));
            for x in 0..BLOCK {
                sums[x] += even[x] * even[x] + odd[x] * odd[x];
                squares[x] += image[x] * image[x];
            }
        }
        *a = sums.iter().sum::<f32>() / (BLOCK * BLOCK) as f32;
        *v = squares.iter().sum::<f32>() / (BLOCK * BLOCK) as f32;
    }
    (smoothed(shape, &answered, SIGMA), smoothed(shape, &varies, SIGMA))
}

/// The largest connected piece and every other that is not much smaller.
fn pieces(shape: Shape, inside: &[bool]) -> Vec<bool> {
    let mut seen: Vec<bool> = inside.iter().map(|i| !i).collect();
    let mut pieces: Vec<Vec<usize>> = Vec::new();
    for start in 0..seen.len() {
        if !seen[start] {
            pieces.push(reached(shape, vec![start], &mut seen));
        }
    }
    let largest = pieces.iter().map(Vec::len).max().unwrap_or(0);
    let mut kept = vec![false; inside.len()];
    for block in pieces.into_iter().filter(|p| p.len() * PIECE >= largest).flatten() {
        kept[block] = true;
    }
    kept
}

/// The same with its holes: what cannot be reached from the image's border is inside.
fn filled(shape: Shape, inside: &[bool]) -> Vec<bool> {
    let border = |block: &usize| {
        let (x, y) = (block % shape.columns, block / shape.columns);
        x == 0 || y == 0 || x + 1 == shape.columns || y + 1 == shape.rows
    };
    let mut seen = inside.to_vec();
    let starts = (0..seen.len()).filter(|b| border(b) && !inside[*b]).collect();
    let mut filled = vec![true; inside.len()];
    for block in reached(shape, starts, &mut seen) {
        filled[block] = false;
    }
    filled
}

/// All blocks that can be reached from some over blocks not yet seen.
fn reached(shape: Shape, starts: Vec<usize>, seen: &mut [bool]) -> Vec<usize> {
    for &start in &starts {
        seen[start] = true;
    }
    let mut found = starts;
    let mut next = 0;
    while let Some(&block) = found.get(next) {
        next += 1;
        for other in shape.beside(block) {
            if !seen[other] {
                seen[other] = true;
                found.push(other);
            }
        }
    }
    found
}

/// Distance to the nearest block outside by two sweeps (G. Borgefors, "Distance transformations in digital images",
/// CVGIP 34, 1986); beyond the image all is outside.
fn depth(shape: Shape, inside: &[bool]) -> Vec<f32> {
    let far = (shape.columns + shape.rows) as f32;
    let mut steps: Vec<f32> = inside.iter().map(|&i| if i { far } else { 0.0 }).collect();
    let mut visit = |block: usize, back: bool| {
        let (x, y) = ((block % shape.columns) as isize, (block / shape.columns) as isize);
        for (dx, dy, step) in [(-1, 0, 1.0), (0, -1, 1.0), (-1, -1, 1.414), (1, -1, 1.414f32)] {
            let (u, v) = if back { (x - dx, y - dy) } else { (x + dx, y + dy) };
            let within = u >= 0 && v >= 0 && u < shape.columns as isize && v < shape.rows as isize;
            let there = if within { steps[v as usize * shape.columns + u as usize] } else { 0.0 };
            steps[block] = steps[block].min(there + step);
        }
    };
    (0..inside.len()).for_each(|block| visit(block, false));
    (0..inside.len()).rev().for_each(|block| visit(block, true));
    steps.iter().map(|s| (s - 0.5) * BLOCK as f32).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(rows: &[&str]) -> (Shape, Vec<bool>) {
        let shape = Shape { columns: rows[0].len(), rows: rows.len() };
        (shape, rows.iter().flat_map(|r| r.chars().map(|c| c == '#')).collect())
    }

    #[test]
    fn islands_go_and_holes_are_filled() {
        let (shape, map) = drawn(&["........", ".#####..", ".#...#..", ".#.#.#..", ".#####.#", "........"]);
        let print = filled(shape, &pieces(shape, &map));
        let (_, whole) = drawn(&["........", ".#####..", ".#####..", ".#####..", ".#####..", "........"]);
        assert_eq!(print, whole);
    }

    #[test]
    fn depth_grows_from_the_border_inwards() {
        let (shape, map) = drawn(&[".....", ".###.", ".###.", ".###.", "....."]);
        let depth = depth(shape, &map);
        assert_eq!((depth[0], depth[6], depth[12]), (-4.0, 4.0, 12.0));
        let (shape, map) = drawn(&["###", "###", "###"]);
        assert_eq!(super::depth(shape, &map)[4], 12.0);
    }
}
