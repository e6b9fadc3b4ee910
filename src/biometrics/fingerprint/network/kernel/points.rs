//! The kernels that work on each pixel, or four of them, by itself.
//!
//! They trust their callers in `kernel`, which have checked the bounds and the instructions.

use super::vector::Vector;
use super::{Inputs, Outputs, Pool};

/// Mean and one over the standard deviation of the channels of a vector of pixels.
#[inline(always)]
unsafe fn statistics<V: Vector>(channels: usize, from: Inputs) -> (V, V) {
    // SAFETY: one vector of every channel is readable by the promise of the callers.
    unsafe {
        let part = V::splat(1.0 / channels as f32);
        let (mut sum, mut squares) = (V::splat(0.0), V::splat(0.0));
        for c in 0..channels {
            sum = sum.add(V::load(from.at.add(c * from.stride)));
        }
        let mean = sum.mul(part);
        for c in 0..channels {
            let away = V::load(from.at.add(c * from.stride)).sub(mean);
            squares = away.mul_add(away, squares);
        }
        let variance = squares.mul_add(part, V::splat(1e-3));
        (mean, variance.sqrt().reciprocal())
    }
}

#[inline(always)]
pub unsafe fn normalise<V: Vector>(channels: usize, from: Inputs, out: Outputs, width: usize) {
    for p in (0..width).step_by(V::LANES) {
        // SAFETY: `width` was checked and is a multiple of the lanes.
        unsafe {
            let from = Inputs { at: from.at.add(p), ..from };
            let (mean, factor) = statistics::<V>(channels, from);
            for c in 0..channels {
                let value = V::load(from.at.add(c * from.stride)).sub(mean).mul(factor);
                value.store(out.at.add(c * out.stride + p));
            }
        }
    }
}

#[inline(always)]
pub unsafe fn normalise_gelu<V: Vector>(scale: &[f32], shift: &[f32], lines: Outputs, width: usize) {
    for p in (0..width).step_by(V::LANES) {
        // SAFETY: as above.
        unsafe {
            let first = lines.at.add(p);
            let (mean, factor) = statistics::<V>(scale.len(), Inputs { at: first, stride: lines.stride });
            for (c, (&scale, &shift)) in scale.iter().zip(shift).enumerate() {
                let place = first.add(c * lines.stride);
                let value = V::load(place).sub(mean).mul(factor);
                one_gelu(value.mul_add(V::splat(scale), V::splat(shift))).store(place);
            }
        }
    }
}

/// `max(x, 0) - |x| * erfc(|x| / sqrt 2) / 2`, the second term by the sixteenth power of a polynomial (M. Abramowitz
/// and I. Stegun, Handbook of Mathematical Functions, 7.1.28, off by 3e-7 at most). At 12 the power is 1e26 and the
/// term long nothing; going no further keeps it finite.
#[inline(always)]
unsafe fn one_gelu<V: Vector>(x: V) -> V {
    /// The coefficients for `|x|` in place of `|x| / sqrt 2`, times the sixteenth root of two, which makes the half.
    const C: [f32; 7] =
        [1.044_273_8, 0.052_075_163, 0.022_077, 0.003_422_739_2, 3.968_613_7e-5, 5.105_521e-5, 5.621_3e-6];
    // SAFETY: the instructions are the caller's promise.
    unsafe {
        let size = x.abs().min(V::splat(12.0));
        let mut p = polynomial(&C, size);
        p = p.mul(p);
        p = p.mul(p);
        p = p.mul(p);
        p = p.mul(p);
        x.max(V::splat(0.0)).sub(size.mul(p.reciprocal()))
    }
}

/// `c[0] + c[1] x + ... + c[6] x^6`
#[inline(always)]
unsafe fn polynomial<V: Vector>(c: &[f32; 7], x: V) -> V {
    // SAFETY: the instructions are the caller's promise.
    unsafe {
        let mut sum = V::splat(c[6]);
        let mut i = 6;
        while i > 0 {
            i -= 1;
            sum = sum.mul_add(x, V::splat(c[i]));
        }
        sum
    }
}

#[inline(always)]
pub unsafe fn gelu<V: Vector>(lines: Outputs, count: usize, width: usize) {
    for line in 0..count {
        for p in (0..width).step_by(V::LANES) {
            // SAFETY: as above.
            unsafe {
                let place = lines.at.add(line * lines.stride + p);
                one_gelu(V::load(place)).store(place);
            }
        }
    }
}

#[inline(always)]
pub unsafe fn sigmoid<V: Vector>(lines: Outputs, count: usize, width: usize) {
    /// 1.5 * 2^23: added and taken away again it rounds to a whole number.
    const ROUND: f32 = 12_582_912.0;
    /// Of 2^x on -1/2..1/2: the powers of ln 2 over the factorials.
    const C: [f32; 7] =
        [1.0, std::f32::consts::LN_2, 0.240_226_5, 0.055_504_11, 0.009_618_129, 0.001_333_355_8, 0.000_154_035_3];
    for line in 0..count {
        for p in (0..width).step_by(V::LANES) {
            // SAFETY: as above.
            unsafe {
                let place = lines.at.add(line * lines.stride + p);
                let power = V::load(place).mul(V::splat(-std::f32::consts::LOG2_E));
                // Beyond 90 the result is 0 or 1 to the last bit, and the reciprocal stays in its range.
                let power = power.max(V::splat(-90.0)).min(V::splat(90.0));
                let whole = power.add(V::splat(ROUND)).sub(V::splat(ROUND));
                let grown = polynomial(&C, power.sub(whole)).mul_add(whole.power_of_two(), V::splat(1.0));
                grown.reciprocal().store(place);
            }
        }
    }
}

#[inline(always)]
pub unsafe fn halve<V: Vector>(pool: Pool, upper: *const f32, lower: *const f32, out: &mut [f32]) {
    for (i, part) in out.chunks_mut(V::LANES).enumerate() {
        // SAFETY: both lines have twice the pixels of `out` rounded up to a vector; of `out` only `part` is written.
        unsafe {
            let (upper, lower) = (upper.add(2 * i * V::LANES), lower.add(2 * i * V::LANES));
            let (a, b) = V::load(upper).split_pairs(V::load(upper.add(V::LANES)));
            let (c, d) = V::load(lower).split_pairs(V::load(lower.add(V::LANES)));
            let one = match pool {
                Pool::Largest => a.max(b).max(c.max(d)),
                Pool::Mean => a.add(b).add(c.add(d)).mul(V::splat(0.25)),
            };
            if part.len() == V::LANES {
                one.store(part.as_mut_ptr());
            } else {
                one.store_some(part.as_mut_ptr(), part.len());
            }
        }
    }
}
