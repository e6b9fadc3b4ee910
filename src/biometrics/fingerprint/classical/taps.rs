//! The filters themselves: short lists of displacements and weights, for every direction and ridge period.
//!
//! A Gabor filter is a product: a bell along the ridges times a wave under a bell across them. Taken one after the
//! other the two cost a tenth of the whole. Each runs along a digital line, one pixel a step; what a pixel of that line
//! is off the true one is put right in the weights, which are those of its true distance.

use std::f32::consts::{FRAC_PI_2, PI, TAU};
use std::sync::OnceLock;

/// Directions in half a turn: steps of 3.75 degrees.
pub const TURNS: usize = 48;
/// Steps of the ridge period.
const PERIODS: usize = 16;
/// Ridge periods in pixels at 500 dpi: a small child's, and beyond any adult's.
const SHORTEST: f32 = 5.0;
const LONGEST: f32 = 16.0;
/// Standard deviations at which a bell ends.
const CUT: f32 = 2.2;

/// A pixel beside the one that is filtered.
#[derive(Clone, Copy)]
pub struct Tap<const N: usize> {
    /// Columns to the right.
    pub dx: isize,
    /// Rows down.
    pub dy: isize,
    /// What its value counts, in each of the sums.
    pub weight: [f32; N],
}

/// Filters of one size for all directions and periods.
pub struct Bank {
    along: Vec<Vec<Tap<1>>>,
    across: Vec<Vec<Tap<2>>>,
}

impl Bank {
    /// For the first look, when directions and periods are still uncertain: short and blunt.
    pub fn rough() -> &'static Self {
        static BANK: OnceLock<Bank> = OnceLock::new();
        BANK.get_or_init(|| Self::new(3.0, 0.4))
    }

    /// For the last look: long and sharp.
    pub fn fine() -> &'static Self {
        static BANK: OnceLock<Bank> = OnceLock::new();
        BANK.get_or_init(|| Self::new(5.0, 0.5))
    }

    /// `length`: standard deviation along the ridges in pixels; `width`: that across them in periods.
    fn new(length: f32, width: f32) -> Self {
        let across = |i: usize| across_taps(i / PERIODS, period(i % PERIODS), width);
        Self {
            along: (0..TURNS).map(|turn| along_taps(turn, length)).collect(),
            across: (0..TURNS * PERIODS).map(across).collect(),
        }
    }

    /// The bell along ridges that run in direction `turn`.
    pub fn along(&self, turn: usize) -> &[Tap<1>] {
        self.along.get(turn % TURNS).map_or(&[], Vec::as_slice)
    }

    /// The even and the odd wave across ridges that run in direction `turn`, `period` pixels apart.
    pub fn across(&self, turn: usize, period: f32) -> &[Tap<2>] {
        self.across.get(turn % TURNS * PERIODS + period_step(period)).map_or(&[], Vec::as_slice)
    }
}

/// The step nearest to a direction in radians.
pub fn turn_of(angle: f32) -> usize {
    (angle * (TURNS as f32 / PI)).round() as usize % TURNS
}

fn period(step: usize) -> f32 {
    SHORTEST * (LONGEST / SHORTEST).powf(step as f32 / (PERIODS - 1) as f32)
}

fn period_step(period: f32) -> usize {
    let step = (period / SHORTEST).ln() / (LONGEST / SHORTEST).ln() * (PERIODS - 1) as f32;
    // A cast from beyond the range, or from no number, ends at its end.
    (step.round() as usize).min(PERIODS - 1)
}

/// The pixels of a digital line through the origin and their places along the true one.
fn line(angle: f32, reach: f32) -> impl Iterator<Item = (isize, isize, f32)> {
    let (sin, cos) = angle.sin_cos();
    let steep = sin.abs() > cos.abs();
    let slope = if steep { cos / sin } else { sin / cos };
    let steps = (reach * sin.abs().max(cos.abs())).floor() as isize;
    (-steps..=steps).map(move |k| {
        let other = (k as f32 * slope).round() as isize;
        let (dx, dy) = if steep { (other, k) } else { (k, other) };
        (dx, dy, dx as f32 * cos + dy as f32 * sin)
    })
}

fn bell(at: f32, sigma: f32) -> f32 {
    (-at * at / (2.0 * sigma * sigma)).exp()
}

fn along_taps(turn: usize, sigma: f32) -> Vec<Tap<1>> {
    let pixels: Vec<_> = line(turn as f32 * PI / TURNS as f32, CUT * sigma).collect();
    let total: f32 = pixels.iter().map(|p| bell(p.2, sigma)).sum();
    pixels.into_iter().map(|(dx, dy, at)| Tap { dx, dy, weight: [bell(at, sigma) / total] }).collect()
}

/// Scaled so that a wave of height 1 is answered with 1, a constant with nothing.
fn across_taps(turn: usize, period: f32, width: f32) -> Vec<Tap<2>> {
    let sigma = width * period;
    let pixels: Vec<_> = line(turn as f32 * PI / TURNS as f32 + FRAC_PI_2, CUT * sigma).collect();
    let bells: f32 = pixels.iter().map(|p| bell(p.2, sigma)).sum();
    let constant = pixels.iter().map(|p| bell(p.2, sigma) * (TAU * p.2 / period).cos()).sum::<f32>() / bells;
    let wave = |at: f32| [(TAU * at / period).cos() - constant, (TAU * at / period).sin()];
    let answers = pixels.iter().fold([0.0; 2], |sum, p| {
        let wave = wave(p.2);
        [sum[0] + bell(p.2, sigma) * wave[0] * wave[0], sum[1] + bell(p.2, sigma) * wave[1] * wave[1]]
    });
    let tap = |(dx, dy, at): (isize, isize, f32)| {
        let wave = wave(at);
        let weight = std::array::from_fn(|i| bell(at, sigma) * wave[i] / answers[i]);
        Tap { dx, dy, weight }
    };
    pixels.into_iter().map(tap).collect()
}

#[cfg(test)]
mod tests {
    use super::super::raster::RIM;
    use super::*;

    #[test]
    fn no_filter_reaches_beyond_the_rim() {
        let within = |dx: isize, dy: isize| dx.unsigned_abs() <= RIM && dy.unsigned_abs() <= RIM;
        for bank in [Bank::rough(), Bank::fine()] {
            assert!(bank.along.iter().flatten().all(|t| within(t.dx, t.dy)));
            assert!(bank.across.iter().flatten().all(|t| within(t.dx, t.dy)));
        }
    }

    #[test]
    fn a_constant_passes_along_and_is_stopped_across() {
        for turn in 0..TURNS {
            let passed: f32 = Bank::fine().along(turn).iter().map(|t| t.weight[0]).sum();
            assert!((passed - 1.0).abs() < 1e-5);
            let (even, odd) = Bank::fine()
                .across(turn, 9.0)
                .iter()
                .fold((0.0, 0.0), |sum, t| (sum.0 + t.weight[0], sum.1 + t.weight[1]));
            assert!(f32::abs(even) < 1e-5 && f32::abs(odd) < 1e-5, "{even} {odd}");
        }
    }

    #[test]
    fn periods_no_finger_has_get_the_nearest_filter() {
        for (asked, nearest) in [(0.0, SHORTEST), (f32::NAN, SHORTEST), (-3.0, SHORTEST), (1e9, LONGEST)] {
            assert!((period(period_step(asked)) - nearest).abs() < 1e-3, "{asked}");
        }
    }
}
