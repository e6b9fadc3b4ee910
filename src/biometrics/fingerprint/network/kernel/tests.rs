//! Each kernel, at every instruction set, against the sum it stands for in double precision.

use proptest::prelude::*;

use super::*;

/// Numbers around zero from a seed.
fn numbers(seed: u64, count: usize) -> Vec<f32> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 40) as f32 / (1u64 << 23) as f32 - 1.0
    };
    std::iter::repeat_with(next).take(count).collect()
}

/// The value where nothing may be written.
const UNTOUCHED: f32 = 7.5;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_sum_is_that_of_all_its_products(
        seed: u64, outs in 1usize..60, ins in 1usize..40, vectors in 1usize..9, more: bool,
    ) {
        let (width, stride) = (vectors * LANES, vectors * LANES + 16);
        let (weights, bias) = (numbers(seed, outs * ins), numbers(seed ^ 1, outs));
        let layer = Dense::new(bias.clone(), ins, |o, i| weights[o * ins + i]);
        // Offsets of any kind: odd, far, falling.
        let at: Vec<usize> = (0..ins).map(|i| (i * 37 + seed as usize % 91) % 200).collect();
        let from = numbers(seed ^ 2, 200 + width);
        let before = numbers(seed ^ 3, outs * stride);
        for isa in Isa::all() {
            let mut out = before.clone();
            let start = if more { Start::Output } else { Start::Bias };
            let lines = LinesMut { values: &mut out, stride };
            dense(isa, &layer, &from, &at.iter().copied().collect(), lines, width, start);
            for (i, (&value, &before)) in out.iter().zip(&before).enumerate() {
                let (o, p) = (i / stride, i % stride);
                if p >= width {
                    prop_assert_eq!(value, before);
                    continue;
                }
                let first = f64::from(if more { before } else { bias[o] });
                let product = |k: usize| f64::from(weights[o * ins + k]) * f64::from(from[at[k] + p]);
                let expected = first + (0..ins).map(product).sum::<f64>();
                prop_assert!((f64::from(value) - expected).abs() < 1e-5, "{:?} {} {}", isa, value, expected);
            }
            let one: Vec<f32> = at.iter().map(|&k| from[k + 3]).collect();
            let first = if more { before[3] - bias[0] } else { 0.0 };
            prop_assert!((layer.one(0, &one) + first - out[3]).abs() < 1e-5);
        }
    }

    #[test]
    fn a_depthwise_sum_is_that_of_the_square_and_keeps_to_its_pixels(
        seed: u64, rows in 1usize..20, width in 1usize..50, wide: bool,
    ) {
        let side = if wide { 7 } else { 5 };
        let (stride, out_stride) = (80, width + 3);
        let (taps, from) = (numbers(seed, side * side), numbers(seed ^ 1, (rows + side) * stride));
        for isa in Isa::all() {
            let mut out = vec![UNTOUCHED; rows * out_stride];
            let lines = LinesMut { values: &mut out, stride: out_stride };
            depthwise(isa, &taps, Lines { values: &from, stride }, lines, rows, width);
            for (i, &value) in out.iter().enumerate() {
                let (y, x) = (i / out_stride, i % out_stride);
                if x >= width {
                    prop_assert_eq!(value, UNTOUCHED);
                    continue;
                }
                let product = |t: usize| {
                    f64::from(taps[t]) * f64::from(from[(y + t / side) * stride + x + t % side])
                };
                let expected: f64 = (0..side * side).map(product).sum();
                prop_assert!((f64::from(value) - expected).abs() < 1e-5, "{:?} {} {}", isa, value, expected);
            }
        }
    }

    #[test]
    fn normalised_channels_have_mean_zero_and_variance_one(
        seed: u64, channels in 1usize..70, scale in 0.01f32..1000.0,
    ) {
        let (width, stride) = (32, 48);
        let from: Vec<f32> = numbers(seed, channels * stride).iter().map(|v| v * scale + scale).collect();
        for isa in Isa::all() {
            let mut out = vec![UNTOUCHED; channels * stride];
            normalise(isa, channels, Lines { values: &from, stride }, LinesMut { values: &mut out, stride }, width);
            for p in 0..width {
                let all: Vec<f64> = (0..channels).map(|c| f64::from(from[c * stride + p])).collect();
                let mean = all.iter().sum::<f64>() / channels as f64;
                let variance = all.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / channels as f64;
                for (c, value) in all.iter().enumerate() {
                    let expected = (value - mean) / (variance + 1e-3).sqrt();
                    prop_assert!((f64::from(out[c * stride + p]) - expected).abs() < 1e-4 * (1.0 + expected.abs()));
                }
            }
            let beyond = |c: usize| out[c * stride + width..(c + 1) * stride].iter();
            prop_assert!((0..channels).all(|c| beyond(c).all(|&v| v == UNTOUCHED)));
        }
    }

    #[test]
    fn halving_takes_the_largest_or_the_mean_of_four(seed: u64, width in 1usize..70) {
        let (upper, lower) = (numbers(seed, 256), numbers(seed ^ 1, 256));
        for isa in Isa::all() {
            for pool in [Pool::Largest, Pool::Mean] {
                let mut out = vec![UNTOUCHED; width + 5];
                halve(isa, pool, &upper, &lower, &mut out[..width]);
                for (x, &value) in out.iter().enumerate() {
                    let four = || upper[2 * x..2 * x + 2].iter().chain(&lower[2 * x..2 * x + 2]);
                    let expected = match pool {
                        _ if x >= width => UNTOUCHED,
                        Pool::Largest => four().copied().fold(f32::MIN, f32::max),
                        Pool::Mean => four().sum::<f32>() / 4.0,
                    };
                    prop_assert!((value - expected).abs() < 1e-6, "{:?} {:?}", isa, pool);
                }
            }
        }
    }
}

/// Multiples of a thousandth from -20 to 20, then numbers beyond every range, in one line.
fn line() -> Vec<f32> {
    let mut line: Vec<f32> = (-20_000..20_000).map(|i| i as f32 / 1000.0).collect();
    line.extend([
        0.0, -0.0, 1e-30, -1e-30, 90.0, -90.0, 500.0, -500.0, 1e9, -1e9, 1e30, -1e30, 12.0, -12.0, 88.7, -88.7,
    ]);
    line
}

#[test]
fn sigmoid_is_right_to_the_sixth_digit_and_saturates() {
    for isa in Isa::all() {
        let mut out = line();
        let width = out.len();
        sigmoid(isa, LinesMut { values: &mut out, stride: width }, 1, width);
        for (x, value) in line().into_iter().zip(out) {
            let expected = 1.0 / (1.0 + (-f64::from(x)).exp());
            assert!((f64::from(value) - expected).abs() < 1e-6, "{isa:?} {x} {value} {expected}");
        }
    }
}

/// The error function by its series, and by its continued fraction where that converges.
fn erf(x: f64) -> f64 {
    if x < 0.0 {
        return -erf(-x);
    }
    let bell = (-x * x).exp() / std::f64::consts::PI.sqrt();
    if x < 3.0 {
        let (mut term, mut sum) = (x, x);
        for n in 1..100 {
            term *= 2.0 * x * x / f64::from(2 * n + 1);
            sum += term;
        }
        2.0 * bell * sum
    } else {
        1.0 - bell / (1..60).rev().fold(x, |rest, n| x + f64::from(n) / 2.0 / rest)
    }
}

#[test]
fn gelu_is_right_to_the_sixth_digit_wherever_it_is_asked() {
    for isa in Isa::all() {
        let mut out = line();
        let width = out.len();
        gelu(isa, LinesMut { values: &mut out, stride: width }, 1, width);
        for (x, value) in line().into_iter().zip(out) {
            let expected = f64::from(x) * (1.0 + erf(f64::from(x) / std::f64::consts::SQRT_2)) / 2.0;
            let error = (f64::from(value) - expected).abs();
            assert!(error < 1e-6 + 1e-6 * expected.abs(), "{isa:?} {x} {value} {expected}");
        }
    }
}

#[test]
fn gelu_after_normalisation_scales_and_shifts_each_channel() {
    let (stride, width, scale, shift) = (16, 16, [2.0, -1.0, 0.5], [0.0, 1.0, -1.0]);
    for isa in Isa::all() {
        let from = numbers(9, 3 * stride);
        let mut expected = vec![0.0; 3 * stride];
        let lines = LinesMut { values: &mut expected, stride };
        normalise(isa, 3, Lines { values: &from, stride }, lines, width);
        for (c, line) in expected.chunks_exact_mut(stride).enumerate() {
            line.iter_mut().for_each(|v| *v = *v * scale[c] + shift[c]);
        }
        gelu(isa, LinesMut { values: &mut expected, stride }, 3, width);
        let mut found = from;
        normalise_gelu(isa, &scale, &shift, LinesMut { values: &mut found, stride }, width);
        assert!(found.iter().zip(&expected).all(|(a, b)| (a - b).abs() < 1e-6), "{isa:?}");
    }
}

#[test]
#[should_panic(expected = "assertion failed")]
fn a_kernel_stops_before_it_would_write_beyond_its_buffer() {
    let layer = Dense::new(vec![0.0; 3], 1, |_, _| 1.0);
    let mut out = [0.0; 47];
    let lines = LinesMut { values: &mut out, stride: 16 };
    dense(Isa::of(SimdLevel::current()), &layer, &[0.0; 16], &Offsets::strided(1, 16), lines, 16, Start::Bias);
}

#[test]
fn distances_beyond_all_memory_are_refused_and_do_not_wrap() {
    let from = [0.0; 64];
    let huge = [usize::MAX, usize::MAX / 2 + 1, usize::MAX - LANES + 1];
    for stride in huge {
        for count in [2, 3, usize::MAX] {
            assert!(!fit(count, stride, LANES, from.len()), "{count} {stride}");
        }
        assert!(!fit(1, 0, stride, from.len()) && fit(1, stride, LANES, from.len()));
    }
    assert!(!fit(0, 1, 1, from.len()) && fit(4, 16, 16, 64) && !fit(4, 16, 17, 64));
}

#[test]
#[should_panic(expected = "assertion failed")]
fn an_offset_beyond_all_memory_is_refused() {
    let (layer, from, mut out) = (Dense::new(vec![0.0], 1, |_, _| 1.0), [0.0; 64], [0.0; 64]);
    let at: Offsets = [usize::MAX - LANES + 1].into_iter().collect();
    dense(
        Isa::of(SimdLevel::Portable),
        &layer,
        &from,
        &at,
        LinesMut { values: &mut out, stride: 16 },
        LANES,
        Start::Bias,
    );
}

#[test]
#[should_panic(expected = "assertion failed")]
fn more_rows_than_memory_has_are_refused() {
    let (from, mut out) = ([0.0; 64], [0.0; 64]);
    let lines = Lines { values: &from, stride: usize::MAX / 2 + 1 };
    depthwise(Isa::of(SimdLevel::Portable), &[0.0; 25], lines, LinesMut { values: &mut out, stride: 16 }, 1, 16);
}
