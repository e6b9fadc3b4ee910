//! The search with the registers of x86-64.

use std::arch::x86_64::*;

use super::adders::search_by_adders;
use super::layout::{Best, Block, DIGITS, Entry, Four, GROUP, LANES, Numbers, Place, Row, Rows, Turns};

/// Writes the functions of a register that [`super::adders`] need, but for those of three registers.
macro_rules! register {
    ($register:ty, $bytes:literal, $feature:literal, $load:ident, $store:ident, $zero:ident, $set16:ident, $and:ident,
     $or:ident, $xor:ident, $sub16:ident, $left:ident, $right:ident, $low:ident, $high:ident, $madd:ident,
     $packs:ident, $above:ident) => {
        search_by_adders!($register, #[target_feature(enable = $feature)]);

        /// The bits of the irises from `8 * at * BYTES`.
        #[inline]
        #[target_feature(enable = $feature)]
        fn load(row: &[u8; LANES / 8], at: usize) -> $register {
            // The remainder costs nothing and shows that the place exists.
            let bytes = &row.as_chunks::<$bytes>().0[at % ACROSS];
            // SAFETY: as many bytes as the register has, and any bytes are a register.
            unsafe { std::mem::transmute::<[u8; $bytes], $register>(*bytes) }
        }

        /// The same number of 16 bits throughout.
        #[inline]
        #[target_feature(enable = $feature)]
        fn spread16(number: u16) -> $register {
            $set16(number as i16)
        }

        #[inline]
        #[target_feature(enable = $feature)]
        fn and(a: $register, b: $register) -> $register {
            $and(a, b)
        }

        #[inline]
        #[target_feature(enable = $feature)]
        fn or(a: $register, b: $register) -> $register {
            $or(a, b)
        }

        #[inline]
        #[target_feature(enable = $feature)]
        fn xor(a: $register, b: $register) -> $register {
            $xor(a, b)
        }

        /// Numbers of 16 bits moved up.
        #[inline]
        #[target_feature(enable = $feature)]
        fn left<const BITS: u32>(v: $register) -> $register {
            match BITS {
                1 => $left::<1>(v),
                2 => $left::<2>(v),
                4 => $left::<4>(v),
                _ => $left::<8>(v),
            }
        }

        /// Numbers of 16 bits moved down.
        #[inline]
        #[target_feature(enable = $feature)]
        fn right<const BITS: u32>(v: $register) -> $register {
            match BITS {
                1 => $right::<1>(v),
                2 => $right::<2>(v),
                4 => $right::<4>(v),
                _ => $right::<8>(v),
            }
        }

        #[inline]
        #[target_feature(enable = $feature)]
        fn sub16(a: $register, b: $register) -> $register {
            $sub16(a, b)
        }

        /// All bits of the numbers of 16 bits for which `a > b`; both below 2^15.
        #[inline]
        #[target_feature(enable = $feature)]
        fn above(a: $register, b: $register) -> $register {
            $above(a, b)
        }

        /// All bits of the numbers of 16 bits for which `a * b < c * d`; all four below 2^15.
        #[inline]
        #[target_feature(enable = $feature)]
        fn products_below(a: $register, b: $register, c: $register, d: $register) -> $register {
            // Pairs of a and c against pairs of b and -d: one instruction multiplies and subtracts. The signs of the
            // differences survive the way back to 16 bits, which saturates.
            let minus = $sub16($zero(), d);
            let low = $madd($low(a, c), $low(b, minus));
            let high = $madd($high(a, c), $high(b, minus));
            $above($zero(), $packs(low, high))
        }

        #[inline]
        #[target_feature(enable = $feature)]
        fn load16(numbers: &[u16; LANES / 16], at: usize) -> $register {
            let numbers = &numbers.as_chunks::<{ $bytes / 2 }>().0[at % ACROSS];
            // SAFETY: as many bytes as the register has, readable as a whole.
            unsafe { $load(numbers.as_ptr().cast()) }
        }

        #[inline]
        #[target_feature(enable = $feature)]
        fn store16(v: $register, numbers: &mut [u16; LANES / 16], at: usize) {
            let numbers = &mut numbers.as_chunks_mut::<{ $bytes / 2 }>().0[at % ACROSS];
            // SAFETY: as many bytes as the register has, writable as a whole.
            unsafe { $store(numbers.as_mut_ptr().cast(), v) }
        }
    };
}

/// Writes what an adder makes of three registers, out of instructions for two.
macro_rules! of_three {
    ($register:ty, $feature:literal) => {
        #[inline]
        #[target_feature(enable = $feature)]
        fn odd_of(a: $register, b: $register, c: $register) -> $register {
            xor(xor(a, b), c)
        }

        #[inline]
        #[target_feature(enable = $feature)]
        fn most(a: $register, b: $register, c: $register) -> $register {
            or(and(a, b), and(xor(a, b), c))
        }
    };
}

/// 128 irises at a time, with what every x86-64 processor has.
pub(super) mod sse2 {
    use super::*;

    register!(
        __m128i,
        16,
        "sse2",
        _mm_loadu_si128,
        _mm_storeu_si128,
        _mm_setzero_si128,
        _mm_set1_epi16,
        _mm_and_si128,
        _mm_or_si128,
        _mm_xor_si128,
        _mm_sub_epi16,
        _mm_slli_epi16,
        _mm_srli_epi16,
        _mm_unpacklo_epi16,
        _mm_unpackhi_epi16,
        _mm_madd_epi16,
        _mm_packs_epi32,
        _mm_cmpgt_epi16
    );
    of_three!(__m128i, "sse2");
}

/// 256 irises at a time.
pub(super) mod avx2 {
    use super::*;

    register!(
        __m256i,
        32,
        "avx2",
        _mm256_loadu_si256,
        _mm256_storeu_si256,
        _mm256_setzero_si256,
        _mm256_set1_epi16,
        _mm256_and_si256,
        _mm256_or_si256,
        _mm256_xor_si256,
        _mm256_sub_epi16,
        _mm256_slli_epi16,
        _mm256_srli_epi16,
        _mm256_unpacklo_epi16,
        _mm256_unpackhi_epi16,
        _mm256_madd_epi16,
        _mm256_packs_epi32,
        _mm256_cmpgt_epi16
    );
    of_three!(__m256i, "avx2");
}

/// 512 irises at a time.
#[allow(clippy::modulo_one, reason = "a row is one register, and the macro is written for rows of several")]
pub(super) mod avx512 {
    use super::*;

    register!(
        __m512i,
        64,
        "avx512f,avx512bw",
        _mm512_loadu_si512,
        _mm512_storeu_si512,
        _mm512_setzero_si512,
        _mm512_set1_epi16,
        _mm512_and_si512,
        _mm512_or_si512,
        _mm512_xor_si512,
        _mm512_sub_epi16,
        _mm512_slli_epi16,
        _mm512_srli_epi16,
        _mm512_unpacklo_epi16,
        _mm512_unpackhi_epi16,
        _mm512_madd_epi16,
        _mm512_packs_epi32,
        cmpgt_epi16
    );

    #[inline]
    #[target_feature(enable = "avx512f,avx512bw")]
    fn cmpgt_epi16(a: __m512i, b: __m512i) -> __m512i {
        _mm512_movm_epi16(_mm512_cmpgt_epi16_mask(a, b))
    }

    #[inline]
    #[target_feature(enable = "avx512f,avx512bw")]
    fn odd_of(a: __m512i, b: __m512i, c: __m512i) -> __m512i {
        _mm512_ternarylogic_epi64::<0x96>(a, b, c)
    }

    #[inline]
    #[target_feature(enable = "avx512f,avx512bw")]
    fn most(a: __m512i, b: __m512i, c: __m512i) -> __m512i {
        _mm512_ternarylogic_epi64::<0xe8>(a, b, c)
    }
}

/// Fetches a row that will be needed soon.
#[inline]
fn fetch(row: &Row) {
    for bits in &row.bits {
        // SAFETY: fetching reads nothing; the address is that of a row.
        unsafe { _mm_prefetch::<_MM_HINT_T1>(bits.as_ptr().cast()) }
    }
}
