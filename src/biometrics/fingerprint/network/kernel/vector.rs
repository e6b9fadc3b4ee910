//! A vector of floats, three times: SSE2, AVX2 with FMA, and AVX-512. The fourth is in `plain`.
//!
//! The kernels are written once over [`Vector`] and compiled for each of them. Every method is inlined always,
//! so that it becomes instructions of the function that enables their set; closures would not, and are not used.

/// Floats one instruction works on.
///
/// # Safety
/// Methods of an implementation may only run on a processor that has its instructions; `load` needs `LANES` readable
/// floats at the pointer, `store` as many writable ones and `store_some` as many as it is told.
pub unsafe trait Vector: Copy {
    /// Floats in it.
    const LANES: usize;
    /// Outputs a tile of the dense kernel computes at once; what fits the registers.
    const OUTS: usize;
    /// Vectors of pixels a tile of the dense kernel computes at once.
    const WIDE: usize;

    unsafe fn load(from: *const f32) -> Self;
    unsafe fn store(self, to: *mut f32);
    /// Stores the first `count` lanes, at most all.
    unsafe fn store_some(self, to: *mut f32, count: usize);
    unsafe fn splat(value: f32) -> Self;
    unsafe fn add(self, other: Self) -> Self;
    unsafe fn sub(self, other: Self) -> Self;
    unsafe fn mul(self, other: Self) -> Self;
    /// `self * factor + addend`
    unsafe fn mul_add(self, factor: Self, addend: Self) -> Self;
    unsafe fn max(self, other: Self) -> Self;
    unsafe fn min(self, other: Self) -> Self;
    unsafe fn abs(self) -> Self;
    unsafe fn sqrt(self) -> Self;
    /// 1 / self within 3e-7 of it; for numbers from 1e-30 to 1e30.
    unsafe fn reciprocal(self) -> Self;
    /// 2 to the power of a whole number from -126 to 127.
    unsafe fn power_of_two(self) -> Self;
    /// Lanes 0, 2, 4, ... and lanes 1, 3, 5, ... of this and the next vector.
    unsafe fn split_pairs(self, next: Self) -> (Self, Self);
}

#[cfg(target_arch = "x86_64")]
pub use x86::{Fma, Sse, Wide};

#[cfg(target_arch = "x86_64")]
mod x86 {
    use std::arch::x86_64::*;

    use super::Vector;

    /// 128 bits, which every processor of this kind has.
    #[derive(Clone, Copy)]
    pub struct Sse(__m128);

    /// 256 bits, AVX2 with FMA.
    #[derive(Clone, Copy)]
    pub struct Fma(__m256);

    /// 512 bits, AVX-512 F.
    #[derive(Clone, Copy)]
    pub struct Wide(__m512);

    /// The methods that are one instruction, or the same few, in every set; the others are given in braces.
    macro_rules! vector {
        (
            $vector:ident: $lanes:literal lanes, $outs:literal x $wide:literal, $load:ident $store:ident $splat:ident
            $add:ident $sub:ident $mul:ident $max:ident $min:ident $sqrt:ident $guess:ident { $($more:item)* }
        ) => {
            // SAFETY: the methods use this set of instructions only, as the contract of the trait expects.
            unsafe impl Vector for $vector {
                const LANES: usize = $lanes;
                const OUTS: usize = $outs;
                const WIDE: usize = $wide;

                #[inline(always)]
                unsafe fn load(from: *const f32) -> Self {
                    // SAFETY: the caller promises the memory and the instructions; it need not be aligned.
                    Self(unsafe { $load(from) })
                }
                #[inline(always)]
                unsafe fn store(self, to: *mut f32) {
                    // SAFETY: as in `load`.
                    unsafe { $store(to, self.0) }
                }
                #[inline(always)]
                unsafe fn splat(value: f32) -> Self {
                    // SAFETY: the caller promises the instructions, here and in the methods below.
                    Self(unsafe { $splat(value) })
                }
                #[inline(always)]
                unsafe fn add(self, other: Self) -> Self {
                    // SAFETY: as in `splat`.
                    Self(unsafe { $add(self.0, other.0) })
                }
                #[inline(always)]
                unsafe fn sub(self, other: Self) -> Self {
                    // SAFETY: as in `splat`.
                    Self(unsafe { $sub(self.0, other.0) })
                }
                #[inline(always)]
                unsafe fn mul(self, other: Self) -> Self {
                    // SAFETY: as in `splat`.
                    Self(unsafe { $mul(self.0, other.0) })
                }
                #[inline(always)]
                unsafe fn max(self, other: Self) -> Self {
                    // SAFETY: as in `splat`.
                    Self(unsafe { $max(self.0, other.0) })
                }
                #[inline(always)]
                unsafe fn min(self, other: Self) -> Self {
                    // SAFETY: as in `splat`.
                    Self(unsafe { $min(self.0, other.0) })
                }
                #[inline(always)]
                unsafe fn sqrt(self) -> Self {
                    // SAFETY: as in `splat`.
                    Self(unsafe { $sqrt(self.0) })
                }
                #[inline(always)]
                unsafe fn reciprocal(self) -> Self {
                    // SAFETY: as in `splat`. An estimate of at least twelve bits and one Newton step take a third of
                    // the time of a division.
                    unsafe {
                        let guess = $guess(self.0);
                        let miss = $sub($splat(1.0), $mul(self.0, guess));
                        Self($add(guess, $mul(guess, miss)))
                    }
                }
                $($more)*
            }
        };
    }

    vector! {
        Sse: 4 lanes, 4 x 2, _mm_loadu_ps _mm_storeu_ps _mm_set1_ps
        _mm_add_ps _mm_sub_ps _mm_mul_ps _mm_max_ps _mm_min_ps _mm_sqrt_ps _mm_rcp_ps {
            #[inline(always)]
            unsafe fn store_some(self, to: *mut f32, count: usize) {
                let mut lanes = [0.0f32; 4];
                // SAFETY: `lanes` has room for all.
                unsafe { _mm_storeu_ps(lanes.as_mut_ptr(), self.0) };
                for (i, lane) in lanes.into_iter().enumerate().take(count) {
                    // SAFETY: the caller promises `count` floats.
                    unsafe { to.add(i).write(lane) };
                }
            }
            #[inline(always)]
            unsafe fn mul_add(self, factor: Self, addend: Self) -> Self {
                // SAFETY: as in `splat`.
                Self(unsafe { _mm_add_ps(_mm_mul_ps(self.0, factor.0), addend.0) })
            }
            #[inline(always)]
            unsafe fn abs(self) -> Self {
                // SAFETY: as in `splat`.
                Self(unsafe { _mm_andnot_ps(_mm_set1_ps(-0.0), self.0) })
            }
            #[inline(always)]
            unsafe fn power_of_two(self) -> Self {
                // SAFETY: as in `splat`.
                Self(unsafe {
                    let exponent = _mm_add_epi32(_mm_cvtps_epi32(self.0), _mm_set1_epi32(127));
                    _mm_castsi128_ps(_mm_slli_epi32::<23>(exponent))
                })
            }
            #[inline(always)]
            unsafe fn split_pairs(self, next: Self) -> (Self, Self) {
                // SAFETY: as in `splat`.
                unsafe { (Self(_mm_shuffle_ps::<0x88>(self.0, next.0)), Self(_mm_shuffle_ps::<0xdd>(self.0, next.0))) }
            }
        }
    }

    vector! {
        Fma: 8 lanes, 6 x 2, _mm256_loadu_ps _mm256_storeu_ps _mm256_set1_ps
        _mm256_add_ps _mm256_sub_ps _mm256_mul_ps _mm256_max_ps _mm256_min_ps _mm256_sqrt_ps _mm256_rcp_ps {
            #[inline(always)]
            unsafe fn store_some(self, to: *mut f32, count: usize) {
                // SAFETY: as in `splat`; the caller promises `count` floats, and lanes masked out are not written.
                unsafe {
                    let lane = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
                    let mask = _mm256_cmpgt_epi32(_mm256_set1_epi32(count.min(8) as i32), lane);
                    _mm256_maskstore_ps(to, mask, self.0);
                }
            }
            #[inline(always)]
            unsafe fn mul_add(self, factor: Self, addend: Self) -> Self {
                // SAFETY: as in `splat`.
                Self(unsafe { _mm256_fmadd_ps(self.0, factor.0, addend.0) })
            }
            #[inline(always)]
            unsafe fn abs(self) -> Self {
                // SAFETY: as in `splat`.
                Self(unsafe { _mm256_andnot_ps(_mm256_set1_ps(-0.0), self.0) })
            }
            #[inline(always)]
            unsafe fn power_of_two(self) -> Self {
                // SAFETY: as in `splat`.
                Self(unsafe {
                    let exponent = _mm256_add_epi32(_mm256_cvtps_epi32(self.0), _mm256_set1_epi32(127));
                    _mm256_castsi256_ps(_mm256_slli_epi32::<23>(exponent))
                })
            }
            #[inline(always)]
            unsafe fn split_pairs(self, next: Self) -> (Self, Self) {
                // SAFETY: as in `splat`.
                unsafe {
                    let low = _mm256_permute2f128_ps::<0x20>(self.0, next.0);
                    let high = _mm256_permute2f128_ps::<0x31>(self.0, next.0);
                    (Self(_mm256_shuffle_ps::<0x88>(low, high)), Self(_mm256_shuffle_ps::<0xdd>(low, high)))
                }
            }
        }
    }

    vector! {
        Wide: 16 lanes, 8 x 3, _mm512_loadu_ps _mm512_storeu_ps _mm512_set1_ps
        _mm512_add_ps _mm512_sub_ps _mm512_mul_ps _mm512_max_ps _mm512_min_ps _mm512_sqrt_ps _mm512_rcp14_ps {
            #[inline(always)]
            unsafe fn store_some(self, to: *mut f32, count: usize) {
                // SAFETY: as in `splat`; the caller promises `count` floats, and lanes masked out are not written.
                unsafe { _mm512_mask_storeu_ps(to, ((1u32 << count.min(16)) - 1) as __mmask16, self.0) }
            }
            #[inline(always)]
            unsafe fn mul_add(self, factor: Self, addend: Self) -> Self {
                // SAFETY: as in `splat`.
                Self(unsafe { _mm512_fmadd_ps(self.0, factor.0, addend.0) })
            }
            #[inline(always)]
            unsafe fn abs(self) -> Self {
                // SAFETY: as in `splat`.
                Self(unsafe { _mm512_abs_ps(self.0) })
            }
            #[inline(always)]
            unsafe fn power_of_two(self) -> Self {
                // SAFETY: as in `splat`.
                Self(unsafe { _mm512_scalef_ps(_mm512_set1_ps(1.0), self.0) })
            }
            #[inline(always)]
            unsafe fn split_pairs(self, next: Self) -> (Self, Self) {
                // SAFETY: as in `splat`.
                unsafe {
                    let even = _mm512_setr_epi32(0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30);
                    let odd = _mm512_add_epi32(even, _mm512_set1_epi32(1));
                    let evens = _mm512_permutex2var_ps(self.0, even, next.0);
                    (Self(evens), Self(_mm512_permutex2var_ps(self.0, odd, next.0)))
                }
            }
        }
    }
}
