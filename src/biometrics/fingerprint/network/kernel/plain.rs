//! The vector of processors the kernels are not written for.

use super::vector::Vector;

/// Plain Rust in pieces of 128 bits, which every 64-bit processor has.
#[derive(Clone, Copy)]
#[repr(C, align(16))]
pub struct Plain([f32; 4]);

macro_rules! each {
    ($i:ident => $value:expr) => {{
        let mut out = [0.0f32; 4];
        let mut $i = 0;
        while $i < 4 {
            out[$i] = $value;
            $i += 1;
        }
        Plain(out)
    }};
}

// SAFETY: plain Rust runs on every processor.
unsafe impl Vector for Plain {
    const LANES: usize = 4;
    const OUTS: usize = 4;
    const WIDE: usize = 2;

    #[inline(always)]
    unsafe fn load(from: *const f32) -> Self {
        // SAFETY: four readable floats are the caller's promise; an array of floats needs no more alignment than one.
        Self(unsafe { from.cast::<[f32; 4]>().read_unaligned() })
    }
    #[inline(always)]
    unsafe fn store(self, to: *mut f32) {
        // SAFETY: four writable floats are the caller's promise.
        unsafe { to.cast::<[f32; 4]>().write_unaligned(self.0) }
    }
    #[inline(always)]
    unsafe fn store_some(self, to: *mut f32, count: usize) {
        for (i, value) in self.0.into_iter().enumerate().take(count) {
            // SAFETY: `count` writable floats are the caller's promise.
            unsafe { to.add(i).write(value) }
        }
    }
    #[inline(always)]
    unsafe fn splat(value: f32) -> Self {
        Self([value; 4])
    }
    #[inline(always)]
    unsafe fn add(self, other: Self) -> Self {
        each!(i => self.0[i] + other.0[i])
    }
    #[inline(always)]
    unsafe fn sub(self, other: Self) -> Self {
        each!(i => self.0[i] - other.0[i])
    }
    #[inline(always)]
    unsafe fn mul(self, other: Self) -> Self {
        each!(i => self.0[i] * other.0[i])
    }
    #[inline(always)]
    unsafe fn mul_add(self, factor: Self, addend: Self) -> Self {
        // Not `f32::mul_add`: without the instruction that is a call into the mathematics library.
        each!(i => self.0[i] * factor.0[i] + addend.0[i])
    }
    #[inline(always)]
    unsafe fn max(self, other: Self) -> Self {
        each!(i => if self.0[i] > other.0[i] { self.0[i] } else { other.0[i] })
    }
    #[inline(always)]
    unsafe fn min(self, other: Self) -> Self {
        each!(i => if self.0[i] < other.0[i] { self.0[i] } else { other.0[i] })
    }
    #[inline(always)]
    unsafe fn abs(self) -> Self {
        each!(i => self.0[i].abs())
    }
    #[inline(always)]
    unsafe fn sqrt(self) -> Self {
        each!(i => self.0[i].sqrt())
    }
    #[inline(always)]
    unsafe fn reciprocal(self) -> Self {
        each!(i => 1.0 / self.0[i])
    }
    #[inline(always)]
    unsafe fn power_of_two(self) -> Self {
        // Adding 1.5 * 2^23 leaves the whole number in the low bits of the sum, where the exponent takes it from.
        each!(i => f32::from_bits((self.0[i] + 12_582_912.0).to_bits().wrapping_sub(0x4b40_0000 - 127) << 23))
    }
    #[inline(always)]
    unsafe fn split_pairs(self, next: Self) -> (Self, Self) {
        let (a, b) = (self.0, next.0);
        (Self([a[0], a[2], b[0], b[2]]), Self([a[1], a[3], b[1], b[3]]))
    }
}
