//! Minutiae as vortices of the phase.
//!
//! K. Larkin and P. Fletcher, "A coherent framework for fingerprint analysis: are fingerprints holograms?", Optics
//! Express 15(14), 2007: where a ridge ends or splits, one side has a ridge more than the other, so on a way around the
//! place the phase of the ridges gains a full turn. That makes a minutia a point where the height of the wave is zero
//! and its phase winds: found by looking at four pixels, exact to a fraction of one, and the sense of winding tells the
//! direction. Whether it looks like an end or a fork is a matter of pressure and does not enter.

use std::f32::consts::{FRAC_PI_2, PI};

use super::contextual::Contextual;
use super::flow::Flow;
use super::raster::{BLOCK, Raster, Shape};
use super::taps::TURNS;

/// A place where the phase winds once.
#[derive(Clone, Copy)]
pub struct Vortex {
    /// Column in pixels.
    pub x: f32,
    /// Row in pixels.
    pub y: f32,
    /// Radians in image coordinates (y down), towards the side with one ridge more.
    pub angle: f32,
}

/// The vortices within some blocks, block by block.
pub fn vortices(shape: Shape, answer: &Contextual, flow: &Flow, within: &[bool]) -> Vec<Vortex> {
    let mut found = Vec::new();
    for (block, _) in within.iter().enumerate().filter(|w| *w.1) {
        let (left, top) = (block % shape.columns * BLOCK, block / shape.columns * BLOCK);
        let along = filtered_along(answer, flow, block);
        let first = answer.even.index(left, top);
        let (mut even_above, mut odd_above) = (Signs::of(&answer.even, first), Signs::of(&answer.odd, first));
        for (y, at) in answer.even.rows_of(shape, block).enumerate() {
            let below = at + answer.even.stride;
            let (even_below, odd_below) = (Signs::of(&answer.even, below), Signs::of(&answer.odd, below));
            // Nearly all cells lie on one flank of a ridge and need no second look. At a seam the odd answer's signs
            // mean nothing yet.
            let seam = if y + 1 == BLOCK { ALL } else { LAST };
            let mut cells = even_above.mixed_with(even_below) & (odd_above.mixed_with(odd_below) | seam);
            (even_above, odd_above) = (even_below, odd_below);
            while cells != 0 {
                let x = cells.trailing_zeros() as usize / 8;
                cells &= cells - 1;
                let even = cell(&answer.even, at + x);
                let mut odd = cell(&answer.odd, at + x);
                if x + 1 == BLOCK || y + 1 == BLOCK {
                    odd = alike(shape, answer, block, (x, y), odd);
                }
                // Beyond the filtered blocks both answers are zero and have no phase that could wind.
                let answered = even.iter().zip(&odd).all(|(e, o)| *e != 0.0 || *o != 0.0);
                let winding = winding(&even, &odd);
                if !answered || winding == 0 {
                    continue;
                }
                let (dx, dy) = zero(&even, &odd);
                // The odd answer is the negated sine: the phase winds against it.
                let angle = if winding < 0 { along } else { along + PI };
                found.push(Vortex { x: (left + x) as f32 + dx, y: (top + y) as f32 + dy, angle });
            }
        }
    }
    found
}

/// Direction of the ridges of a block in the sense it was filtered in: just below half a turn the nearest step of the
/// bank is the first one, which points the other way.
fn filtered_along(answer: &Contextual, flow: &Flow, block: usize) -> f32 {
    let angle = flow.angle.get(block).copied().unwrap_or(0.0);
    let first = answer.turns.get(block) == Some(&0);
    if first && angle > FRAC_PI_2 { angle - PI } else { angle }
}

/// All cells of a block's row, a byte each, and the last of them, which shares pixels with the next block.
const ALL: u64 = 0x0101_0101_0101_0101;
const LAST: u64 = 1 << 56;

/// For each pixel of a block's row, a byte each: whether it or the next one is above zero, and whether both are.
#[derive(Clone, Copy)]
struct Signs {
    either: u64,
    both: u64,
}

impl Signs {
    #[inline(always)]
    fn of(image: &Raster, at: usize) -> Self {
        let here = u64::from_le_bytes(image.span(at).map(|v| u8::from(v > 0.0)));
        let beyond = image.values.get(at + BLOCK).is_some_and(|v| *v > 0.0);
        let next = here >> 8 | u64::from(beyond) << 56;
        Self { either: here | next, both: here & next }
    }

    /// The cells between this row and the one below whose four pixels are not of one sign.
    #[inline(always)]
    fn mixed_with(self, below: Self) -> u64 {
        (self.either | below.either) & !(self.both & below.both)
    }
}

/// Four pixels, clockwise from the upper left.
fn cell(image: &Raster, at: usize) -> [f32; 4] {
    let get = |i: usize| image.values.get(i).copied().unwrap_or(0.0);
    [get(at), get(at + 1), get(at + image.stride + 1), get(at + image.stride)]
}

/// The odd answer of all four pixels as if their blocks had been filtered in the first one's sense: directions are
/// known up to half a turn, and half a turn negates the odd answer.
fn alike(shape: Shape, answer: &Contextual, block: usize, (x, y): (usize, usize), mut odd: [f32; 4]) -> [f32; 4] {
    let (right, below) = (x + 1 == BLOCK, y + 1 == BLOCK);
    let own = answer.turns.get(block).copied().unwrap_or(0);
    let blocks = [
        block,
        block + usize::from(right),
        block + usize::from(right) + usize::from(below) * shape.columns,
        block + usize::from(below) * shape.columns,
    ];
    for (odd, other) in odd.iter_mut().zip(blocks) {
        if answer.turns.get(other).is_some_and(|turn| turn.abs_diff(own) > TURNS / 2) {
            *odd = -*odd;
        }
    }
    odd
}

/// How often the phase turns on the way around the cell: -1, 0 or 1. Counted where the way crosses the line of phase
/// zero, which takes no arc tangents.
fn winding(even: &[f32; 4], odd: &[f32; 4]) -> i32 {
    (0..4)
        .map(|i| {
            let j = (i + 1) % 4;
            let left = even[i] * odd[j] - odd[i] * even[j];
            i32::from(odd[i] <= 0.0 && odd[j] > 0.0 && left > 0.0)
                - i32::from(odd[i] > 0.0 && odd[j] <= 0.0 && left < 0.0)
        })
        .sum()
}

/// Where in the cell both answers vanish: the crossing of the zero lines of the planes through the four values.
fn zero(even: &[f32; 4], odd: &[f32; 4]) -> (f32, f32) {
    let plane = |v: &[f32; 4]| {
        (0.5 * (v[1] - v[0] + v[2] - v[3]), 0.5 * (v[3] - v[0] + v[2] - v[1]), 0.25 * v.iter().sum::<f32>())
    };
    let ((a, b, c), (d, e, f)) = (plane(even), plane(odd));
    let det = a * e - b * d;
    if det.abs() < 1e-12 {
        return (0.5, 0.5);
    }
    let (x, y) = ((b * f - c * e) / det, (c * d - a * f) / det);
    ((0.5 + x).clamp(0.0, 1.0), (0.5 + y).clamp(0.0, 1.0))
}
