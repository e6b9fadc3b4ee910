//! The kernels that sum over channels or neighbours: nine tenths of the network's work.
//!
//! They trust their callers in `kernel`, which have checked the bounds and the instructions.

#![allow(clippy::needless_range_loop, reason = "loops over registers: each index names two arrays at once")]

use super::vector::Vector;
use super::{BLOCK, Dense, Inputs, Offsets, Outputs, Start};

#[inline(always)]
pub unsafe fn dense<V: Vector>(
    layer: &Dense,
    from: *const f32,
    at: &Offsets,
    out: Outputs,
    width: usize,
    start: Start,
) {
    let mut o = 0;
    while o < layer.outs {
        let left = layer.outs - o;
        // SAFETY: the bounds of the whole were checked; output `o` and those after it exist in weights, bias and `out`.
        // No tile goes beyond its block: the blocks are a multiple of every tile but the last ones.
        unsafe {
            let rows = Rows {
                weights: layer.weights.as_ptr().add(o / BLOCK * BLOCK * layer.ins + o % BLOCK),
                bias: layer.bias.as_ptr().add(o),
                start,
            };
            let out = Outputs { at: out.at.add(o * out.stride), ..out };
            o += match left {
                8.. if V::OUTS == 8 => tiles::<V, 8>(rows, from, at, out, width),
                6.. if V::OUTS == 6 => tiles::<V, 6>(rows, from, at, out, width),
                4.. => tiles::<V, 4>(rows, from, at, out, width),
                2.. => tiles::<V, 2>(rows, from, at, out, width),
                0.. => tiles::<V, 1>(rows, from, at, out, width),
            };
        }
    }
}

/// The weights from some output on.
#[derive(Clone, Copy)]
struct Rows {
    weights: *const f32,
    bias: *const f32,
    start: Start,
}

/// `M` outputs over all pixels, in tiles as wide as the registers allow and as equal as possible; returns `M`.
#[inline(always)]
unsafe fn tiles<V: Vector, const M: usize>(
    rows: Rows,
    from: *const f32,
    at: &Offsets,
    out: Outputs,
    width: usize,
) -> usize {
    let mut p = 0;
    while p < width {
        let vectors = (width - p) / V::LANES;
        let wide = vectors.div_ceil(vectors.div_ceil(V::WIDE));
        // SAFETY: `wide` vectors from pixel `p` end at or before `width`.
        unsafe {
            let (from, out) = (from.add(p), Outputs { at: out.at.add(p), ..out });
            match wide {
                3.. => tile::<V, M, 3>(rows, from, at, out),
                2 => tile::<V, M, 2>(rows, from, at, out),
                0..2 => tile::<V, M, 1>(rows, from, at, out),
            }
        }
        p += wide * V::LANES;
    }
    M
}

#[inline(always)]
unsafe fn tile<V: Vector, const M: usize, const N: usize>(rows: Rows, from: *const f32, at: &Offsets, out: Outputs) {
    // SAFETY: `M` outputs and `N` vectors of pixels are inside by the promise of the callers.
    unsafe {
        let mut sums = [[V::splat(0.0); N]; M];
        for m in 0..M {
            for n in 0..N {
                sums[m][n] = match rows.start {
                    Start::Bias => V::splat(*rows.bias.add(m)),
                    Start::Output => V::load(out.at.add(m * out.stride + n * V::LANES)),
                };
            }
        }
        let mut weights = rows.weights;
        for &offset in &at.each {
            let from = from.add(offset);
            let mut pixels = [V::splat(0.0); N];
            for n in 0..N {
                pixels[n] = V::load(from.add(n * V::LANES));
            }
            for m in 0..M {
                let weight = V::splat(*weights.add(m));
                for n in 0..N {
                    sums[m][n] = weight.mul_add(pixels[n], sums[m][n]);
                }
            }
            weights = weights.add(BLOCK);
        }
        for m in 0..M {
            for n in 0..N {
                sums[m][n].store(out.at.add(m * out.stride + n * V::LANES));
            }
        }
    }
}

#[inline(always)]
pub unsafe fn depthwise_7<V: Vector>(taps: *const f32, from: Inputs, out: Outputs, rows: usize, width: usize) {
    let mut y = 0;
    while y < rows {
        // SAFETY: the rows asked for were checked against both buffers.
        unsafe {
            let (from, out) = (down(from, y), down_to(out, y));
            y += match rows - y {
                8.. => columns::<V, 8, 7, 14>(taps, from, out, width),
                3.. => columns::<V, 3, 7, 9>(taps, from, out, width),
                0.. => columns::<V, 1, 7, 7>(taps, from, out, width),
            };
        }
    }
}

#[inline(always)]
pub unsafe fn depthwise_5<V: Vector>(taps: *const f32, from: Inputs, out: Outputs, rows: usize, width: usize) {
    let mut y = 0;
    while y < rows {
        // SAFETY: as in the wider one.
        unsafe {
            let (from, out) = (down(from, y), down_to(out, y));
            y += match rows - y {
                8.. => columns::<V, 8, 5, 12>(taps, from, out, width),
                3.. => columns::<V, 3, 5, 7>(taps, from, out, width),
                0.. => columns::<V, 1, 5, 5>(taps, from, out, width),
            };
        }
    }
}

#[inline(always)]
unsafe fn down(lines: Inputs, count: usize) -> Inputs {
    // SAFETY: the caller promises that many lines.
    Inputs { at: unsafe { lines.at.add(count * lines.stride) }, ..lines }
}

#[inline(always)]
unsafe fn down_to(lines: Outputs, count: usize) -> Outputs {
    // SAFETY: the caller promises that many lines.
    Outputs { at: unsafe { lines.at.add(count * lines.stride) }, ..lines }
}

/// `R` rows of a depthwise convolution with `K * K` taps; `T` is `R + K - 1`, the rows it reads. Returns `R`.
#[inline(always)]
unsafe fn columns<V: Vector, const R: usize, const K: usize, const T: usize>(
    taps: *const f32,
    from: Inputs,
    out: Outputs,
    width: usize,
) -> usize {
    let mut x = 0;
    while x < width {
        // SAFETY: the vectors read end before the next multiple of `LANES` and the reach of the taps, which was
        // checked, and no more than `width` pixels of a row are written.
        unsafe {
            let mut sums = [V::splat(0.0); R];
            for kx in 0..K {
                let mut column = [V::splat(0.0); T];
                for t in 0..T {
                    column[t] = V::load(from.at.add(t * from.stride + x + kx));
                }
                for ky in 0..K {
                    let tap = V::splat(*taps.add(ky * K + kx));
                    for r in 0..R {
                        sums[r] = tap.mul_add(column[r + ky], sums[r]);
                    }
                }
            }
            for r in 0..R {
                let out = out.at.add(r * out.stride + x);
                if width - x >= V::LANES { sums[r].store(out) } else { sums[r].store_some(out, width - x) }
            }
        }
        x += V::LANES;
    }
    R
}
