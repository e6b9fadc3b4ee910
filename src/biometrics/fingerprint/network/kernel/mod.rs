//! The kernels of the minutiae network: the only part of it with `unsafe`, vector instructions need it.
//!
//! Pixels lie in the lanes of a vector and channels in different vectors, so a convolution of any shape is one loop:
//! take the input at an offset, multiply it by one weight per output, add. A tile of outputs times pixels stays in
//! registers meanwhile. Nothing is ever summed across lanes, and a pixel's sum has one order wherever it lies in a
//! tile, so results depend neither on how an image is cut into strips nor on the number of threads.
//!
//! Each kernel is safe: it checks the bounds once and then runs without.

#![allow(unsafe_code, reason = "vector instructions; each block says why it is sound")]

#[cfg(any(test, not(target_arch = "x86_64")))]
mod plain;
mod points;
mod sums;
#[cfg(test)]
mod tests;
mod vector;

#[cfg(any(test, not(target_arch = "x86_64")))]
use self::plain::Plain;
#[cfg(target_arch = "x86_64")]
use self::vector::{Fma, Sse, Wide};
use crate::biometrics::fingerprint::simd::SimdLevel;

/// Widths of buffers are multiples of this; it is also what a kernel may read (never write) beyond a row.
pub const LANES: usize = 16;

/// Outputs a block of packed weights holds: a multiple of what any tile computes at once.
pub const BLOCK: usize = 24;

/// Proof that the processor has the instructions of a level: only [`Isa::of`] makes one.
#[derive(Debug, Clone, Copy)]
pub struct Isa(Set);

#[derive(Debug, Clone, Copy)]
enum Set {
    #[cfg(any(test, not(target_arch = "x86_64")))]
    Plain,
    #[cfg(target_arch = "x86_64")]
    Sse,
    #[cfg(target_arch = "x86_64")]
    Fma,
    #[cfg(target_arch = "x86_64")]
    Wide,
}

impl Isa {
    /// The instructions for a level; where the processor lacks them or the FMA that goes with them, those of the next
    /// lesser one, SSE2 in the end.
    #[cfg(target_arch = "x86_64")]
    pub fn of(level: SimdLevel) -> Self {
        let fma = is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma");
        Self(match level {
            SimdLevel::Avx512 if fma && is_x86_feature_detected!("avx512f") => Set::Wide,
            SimdLevel::Avx512 | SimdLevel::Avx2 if fma => Set::Fma,
            SimdLevel::Avx512 | SimdLevel::Avx2 | SimdLevel::Portable => Set::Sse,
        })
    }

    /// Every way the kernels are compiled that runs here, plain Rust among them.
    #[cfg(test)]
    pub fn all() -> Vec<Self> {
        let levels = SimdLevel::available().into_iter().map(Self::of);
        levels.chain([Self(Set::Plain)]).collect()
    }

    /// Plain Rust, all there is elsewhere.
    #[cfg(not(target_arch = "x86_64"))]
    pub fn of(_: SimdLevel) -> Self {
        Self(Set::Plain)
    }
}

/// Compiles a kernel for every instruction set and calls the one of `isa`.
macro_rules! run {
    ($isa:expr, $module:ident::$kernel:ident($($name:ident: $type:ty),* $(,)?)) => {{
        #[cfg(target_arch = "x86_64")]
        #[target_feature(enable = "avx512f,avx2,fma")]
        unsafe fn wide($($name: $type),*) {
            // SAFETY: the instructions are enabled here; the rest is the caller's promise.
            unsafe { $module::$kernel::<Wide>($($name),*) }
        }
        #[cfg(target_arch = "x86_64")]
        #[target_feature(enable = "avx2,fma")]
        unsafe fn fma($($name: $type),*) {
            // SAFETY: as above.
            unsafe { $module::$kernel::<Fma>($($name),*) }
        }
        match $isa.0 {
            // SAFETY: an `Isa` exists only where its instructions do; bounds were checked by the function around.
            #[cfg(target_arch = "x86_64")]
            Set::Wide => unsafe { wide($($name),*) },
            // SAFETY: as above.
            #[cfg(target_arch = "x86_64")]
            Set::Fma => unsafe { fma($($name),*) },
            // SAFETY: every processor of this kind has SSE2; bounds as above.
            #[cfg(target_arch = "x86_64")]
            Set::Sse => unsafe { $module::$kernel::<Sse>($($name),*) },
            // SAFETY: plain Rust runs everywhere; bounds as above.
            #[cfg(any(test, not(target_arch = "x86_64")))]
            Set::Plain => unsafe { $module::$kernel::<Plain>($($name),*) },
        }
    }};
}

/// Where the inputs of a sum lie: offsets from the first pixel, in floats.
#[derive(Debug, Clone, Default)]
pub struct Offsets {
    each: Vec<usize>,
    largest: usize,
}

impl Offsets {
    /// `count` rows `stride` apart.
    pub fn strided(count: usize, stride: usize) -> Self {
        (0..count).map(|i| i * stride).collect()
    }
}

impl FromIterator<usize> for Offsets {
    fn from_iter<I: IntoIterator<Item = usize>>(offsets: I) -> Self {
        let each: Vec<usize> = offsets.into_iter().collect();
        Self { largest: each.iter().copied().max().unwrap_or(0), each }
    }
}

/// A matrix of weights and a bias, in the order the kernel reads them.
#[derive(Debug, Clone)]
pub struct Dense {
    outs: usize,
    ins: usize,
    weights: Vec<f32>,
    bias: Vec<f32>,
}

impl Dense {
    /// Packs a matrix given by `weight(output, input)`.
    pub fn new(bias: Vec<f32>, ins: usize, weight: impl Fn(usize, usize) -> f32) -> Self {
        let outs = bias.len();
        let mut weights = Vec::with_capacity(outs.next_multiple_of(BLOCK) * ins);
        for block in (0..outs).step_by(BLOCK) {
            for input in 0..ins {
                weights.extend((block..block + BLOCK).map(|o| if o < outs { weight(o, input) } else { 0.0 }));
            }
        }
        Self { outs, ins, weights, bias }
    }

    /// Number of outputs.
    pub fn outs(&self) -> usize {
        self.outs
    }

    /// One output for one pixel; for the few places where a pixel is asked alone.
    pub fn one(&self, output: usize, pixel: &[f32]) -> f32 {
        let weights = self.weights[output / BLOCK * BLOCK * self.ins + output % BLOCK..].iter().step_by(BLOCK);
        self.bias[output] + pixel.iter().take(self.ins).zip(weights).map(|(x, w)| x * w).sum::<f32>()
    }
}

/// What a sum starts from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Start {
    /// The bias of the layer.
    Bias,
    /// What the output holds.
    Output,
}

/// How four pixels become one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pool {
    /// The largest.
    Largest,
    /// Their mean.
    Mean,
}

/// Lines of pixels (channels of a run, or rows of a map), `stride` floats apart.
#[derive(Clone, Copy)]
pub struct Lines<'a> {
    /// From the first pixel on.
    pub values: &'a [f32],
    /// Distance from line to line.
    pub stride: usize,
}

/// Lines to be written.
pub struct LinesMut<'a> {
    /// From the first pixel on.
    pub values: &'a mut [f32],
    /// Distance from line to line.
    pub stride: usize,
}

/// Lines whose bounds were checked.
#[derive(Clone, Copy)]
struct Inputs {
    at: *const f32,
    stride: usize,
}

/// Lines to be written whose bounds were checked.
#[derive(Clone, Copy)]
struct Outputs {
    at: *mut f32,
    stride: usize,
}

/// Whether `count` lines (one at least) of `width` values, `stride` apart, lie within `length` values. Nothing here may
/// wrap: what the kernels read rests on it.
fn fit(count: usize, stride: usize, width: usize, length: usize) -> bool {
    let before = count.checked_sub(1).and_then(|lines| lines.checked_mul(stride));
    before.and_then(|before| before.checked_add(width)).is_some_and(|needed| needed <= length)
}

impl Lines<'_> {
    /// Checks that `count` lines of `width` pixels are there.
    fn checked(self, count: usize, width: usize) -> Inputs {
        assert!(fit(count, self.stride, width, self.values.len()));
        Inputs { at: self.values.as_ptr(), stride: self.stride }
    }
}

impl LinesMut<'_> {
    /// Checks that `count` lines of `width` pixels are there.
    fn checked(self, count: usize, width: usize) -> Outputs {
        assert!(fit(count, self.stride, width, self.values.len()));
        Outputs { at: self.values.as_mut_ptr(), stride: self.stride }
    }
}

/// Line `o`, pixel `p` of `out` becomes `start + sum over i of weight[o][i] * from[offset[i] + p]`, for `p` below
/// `width`, a multiple of [`LANES`].
pub fn dense(isa: Isa, layer: &Dense, from: &[f32], at: &Offsets, out: LinesMut<'_>, width: usize, start: Start) {
    let reach = at.largest.checked_add(width);
    assert!(width.is_multiple_of(LANES) && at.each.len() == layer.ins && reach.is_some_and(|r| r <= from.len()));
    let (from, out) = (from.as_ptr(), out.checked(layer.outs, width));
    run!(isa, sums::dense(layer: &Dense, from: *const f32, at: &Offsets, out: Outputs, width: usize, start: Start));
}

/// One channel of a depthwise convolution: each of `rows * width` pixels becomes the sum of `taps` (5 x 5 or 7 x 7, row
/// by row) times the square of `from` whose top left corner is the pixel of the same number.
pub fn depthwise(isa: Isa, taps: &[f32], from: Lines<'_>, out: LinesMut<'_>, rows: usize, width: usize) {
    let side = if taps.len() == 49 { 7 } else { 5 };
    assert!(taps.len() == side * side);
    let wide = width.checked_next_multiple_of(LANES).unwrap_or(usize::MAX).saturating_add(side - 1);
    let from = from.checked(rows.saturating_add(side - 1), wide);
    let (out, taps) = (out.checked(rows, width), taps.as_ptr());
    if side == 7 {
        run!(isa, sums::depthwise_7(taps: *const f32, from: Inputs, out: Outputs, rows: usize, width: usize));
    } else {
        run!(isa, sums::depthwise_5(taps: *const f32, from: Inputs, out: Outputs, rows: usize, width: usize));
    }
}

/// Brings the channels of each pixel, a line each, to mean 0 and variance 1 (plus a thousandth, as in training).
/// `width` is a multiple of [`LANES`].
pub fn normalise(isa: Isa, channels: usize, from: Lines<'_>, out: LinesMut<'_>, width: usize) {
    assert!(width.is_multiple_of(LANES));
    let (from, out) = (from.checked(channels, width), out.checked(channels, width));
    run!(isa, points::normalise(channels: usize, from: Inputs, out: Outputs, width: usize));
}

/// As [`normalise`], in place, then times `scale` plus `shift` of the channel, then GELU.
pub fn normalise_gelu(isa: Isa, scale: &[f32], shift: &[f32], lines: LinesMut<'_>, width: usize) {
    assert!(width.is_multiple_of(LANES) && scale.len() == shift.len());
    let lines = lines.checked(scale.len(), width);
    run!(isa, points::normalise_gelu(scale: &[f32], shift: &[f32], lines: Outputs, width: usize));
}

/// GELU of the first `width` (a multiple of [`LANES`]) values of `count` lines: `x * (1 + erf(x / sqrt 2)) / 2` within
/// 1e-6.
pub fn gelu(isa: Isa, lines: LinesMut<'_>, count: usize, width: usize) {
    assert!(width.is_multiple_of(LANES));
    let lines = lines.checked(count, width);
    run!(isa, points::gelu(lines: Outputs, count: usize, width: usize));
}

/// `1 / (1 + exp(-x))` of the first `width` (a multiple of [`LANES`]) values of `count` lines.
pub fn sigmoid(isa: Isa, lines: LinesMut<'_>, count: usize, width: usize) {
    assert!(width.is_multiple_of(LANES));
    let lines = lines.checked(count, width);
    run!(isa, points::sigmoid(lines: Outputs, count: usize, width: usize));
}

/// Halves two lines to one of `out.len()` pixels; the lines reach to the next multiple of twice the [`LANES`].
pub fn halve(isa: Isa, pool: Pool, upper: &[f32], lower: &[f32], out: &mut [f32]) {
    let needed = 2 * out.len().next_multiple_of(LANES);
    assert!(needed <= upper.len() && needed <= lower.len());
    let (upper, lower) = (upper.as_ptr(), lower.as_ptr());
    run!(isa, points::halve(pool: Pool, upper: *const f32, lower: *const f32, out: &mut [f32]));
}
