//! Filters every block along and across its own ridges, and answers with height and phase.
//!
//! L. Hong, Y. Wan, A. Jain, "Fingerprint image enhancement", IEEE TPAMI 20(8), 1998, with a quadrature pair in place
//! of the even filter alone: the pair tells where within a ridge a pixel lies (the phase), which makes thinning and
//! following ridges needless. Blocks take their filter from a table, so a pixel costs some fifty multiplications.

use super::flow::Flow;
use super::raster::{BLOCK, Raster, Shape};
use super::taps::{Bank, Tap, turn_of};

/// Share of a ridge's full height below which a phase counts for less.
const FADE: f32 = 0.2;

/// The answers of the quadrature pair, and the memory they are made in.
pub struct Contextual {
    shape: Shape,
    smooth: Raster,
    /// Height times the cosine of the phase: negative on ridges.
    pub even: Raster,
    /// Height times the sine of the phase, negated.
    pub odd: Raster,
    /// Direction each block was filtered in, in steps of the bank.
    pub turns: Vec<usize>,
}

impl Contextual {
    /// Nothing filtered yet.
    pub fn new(shape: Shape) -> Self {
        let raster = || Raster::new(shape);
        Self { shape, smooth: raster(), even: raster(), odd: raster(), turns: vec![0; shape.len()] }
    }

    /// Filters the active blocks of an image; the same blocks have to be active every time.
    pub fn filter(&mut self, image: &Raster, flow: &Flow, period: &[f32], active: &[bool], bank: &Bank) {
        for (turn, angle) in self.turns.iter_mut().zip(&flow.angle) {
            *turn = turn_of(*angle);
        }
        let stride = image.stride;
        let shape = self.shape;
        let blocks = || self.turns.iter().zip(period).zip(active).enumerate().filter(|b| *b.1.1);
        let mut offsets = Vec::new();
        for (block, ((turn, _), _)) in blocks() {
            let taps = bank.along(*turn);
            displacements(taps, stride, &mut offsets);
            for at in image.rows_of(shape, block).step_by(TOGETHER) {
                for (row, [sum]) in convolved(image, at, taps, &offsets).into_iter().enumerate() {
                    self.smooth.put(at + row * stride, sum);
                }
            }
        }
        for (block, ((turn, period), _)) in blocks() {
            let taps = bank.across(*turn, *period);
            displacements(taps, stride, &mut offsets);
            for at in image.rows_of(shape, block).step_by(TOGETHER) {
                for (row, [even, odd]) in convolved(&self.smooth, at, taps, &offsets).into_iter().enumerate() {
                    self.even.put(at + row * stride, even);
                    self.odd.put(at + row * stride, odd);
                }
            }
        }
    }

    /// Cosine of the phase alone, into `out`: ridges of one height, faded where there is hardly an answer. Directions
    /// measured on it are not led astray by what is strong but no ridge.
    pub fn phase(&self, active: &[bool], out: &mut Raster) {
        for (block, _) in active.iter().enumerate().filter(|a| *a.1) {
            for at in self.even.rows_of(self.shape, block) {
                let (even, odd) = (self.even.span(at), self.odd.span(at));
                let mut row = [0.0f32; BLOCK];
                for x in 0..BLOCK {
                    row[x] = even[x] / ((even[x] * even[x] + odd[x] * odd[x]).sqrt() + FADE);
                }
                out.put(at, row);
            }
        }
    }
}

/// Rows filtered together: as many sums as the registers of the oldest processors hold.
const TOGETHER: usize = 2;

/// What to add to an index for each tap.
fn displacements<const N: usize>(taps: &[Tap<N>], stride: usize, offsets: &mut Vec<isize>) {
    offsets.clear();
    offsets.extend(taps.iter().map(|t| t.dy * stride as isize + t.dx));
}

/// The weighted sums for [`TOGETHER`] rows of a block, the first of which begins at an index.
#[inline(always)]
fn convolved<const N: usize>(
    image: &Raster,
    at: usize,
    taps: &[Tap<N>],
    offsets: &[isize],
) -> [[[f32; BLOCK]; N]; TOGETHER] {
    let mut sums = [[[0.0f32; BLOCK]; N]; TOGETHER];
    for (tap, offset) in taps.iter().zip(offsets) {
        for (row, sums) in sums.iter_mut().enumerate() {
            let pixels = image.span(at.wrapping_add_signed(*offset) + row * image.stride);
            for (sum, weight) in sums.iter_mut().zip(tap.weight) {
                for (s, p) in sum.iter_mut().zip(pixels) {
                    *s += weight * p;
                }
            }
        }
    }
    sums
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::f32::consts::TAU;

    #[test]
    fn a_wave_is_answered_with_its_height_and_noise_with_less() {
        let shape = Shape { columns: 12, rows: 12 };
        let (mut wave, mut noise) = (Raster::new(shape), Raster::new(shape));
        let mut state = 1u32;
        for i in 0..wave.values.len() {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            wave.values[i] = (TAU * (i / wave.stride) as f32 / 9.0).cos();
            noise.values[i] = if state >> 31 == 1 { 0.7 } else { -0.7 };
        }
        let flow = Flow { angle: vec![0.0; shape.len()], coherence: vec![1.0; shape.len()] };
        let mut filter = Contextual::new(shape);
        let active = vec![true; shape.len()];
        let mut height = |image: &Raster| {
            filter.filter(image, &flow, &vec![9.0; shape.len()], &active, Bank::fine());
            let at = filter.even.index(48, 48);
            filter.even.span(at).iter().zip(filter.odd.span(at)).map(|(e, o)| e.hypot(o)).sum::<f32>() / BLOCK as f32
        };
        assert!((height(&wave) - 1.0).abs() < 0.05);
        assert!(height(&noise) < 0.3);
    }
}
