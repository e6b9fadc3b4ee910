//! The kernels with the registers of x86-64.

use std::arch::x86_64::*;

use super::layout::{Best, Block, Byte, CHUNK, GROUP, LANES, Plan, ROWS, Row, Turned};

pub(super) use avx2::best_avx2;

/// Writes the functions of a register that [`super::adders`] need, but for the counting of bits in a byte.
macro_rules! register {
    ($register:ty, $bytes:literal, $feature:literal, $load:ident, $store:ident, $set64:ident, $set16:ident, $and:ident,
     $or:ident, $xor:ident, $add8:ident, $add16:ident, $sub16:ident, $left:ident, $right:ident, $low:ident,
     $high:ident, $madd:ident, $packs:ident, $below:ident) => {
        /// The bytes of the irises from `at * BYTES`.
        #[inline]
        #[target_feature(enable = $feature)]
        fn load(row: &[u8; LANES], at: usize) -> $register {
            // The remainder costs nothing and shows that the place exists.
            let bytes = &row.as_chunks::<$bytes>().0[at % (LANES / $bytes)];
            // SAFETY: as many bytes as the register has, and any bytes are a register.
            unsafe { std::mem::transmute::<[u8; $bytes], $register>(*bytes) }
        }

        /// The same word throughout.
        #[inline]
        #[target_feature(enable = $feature)]
        fn spread(word: u64) -> $register {
            $set64(word as i64)
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

        #[inline]
        #[target_feature(enable = $feature)]
        fn add8(a: $register, b: $register) -> $register {
            $add8(a, b)
        }

        #[inline]
        #[target_feature(enable = $feature)]
        fn add16(a: $register, b: $register) -> $register {
            $add16(a, b)
        }

        /// Numbers of 16 bits eight times as large.
        #[inline]
        #[target_feature(enable = $feature)]
        fn eightfold(v: $register) -> $register {
            $left::<3>(v)
        }

        /// The even bytes as numbers of 16 bits.
        #[inline]
        #[target_feature(enable = $feature)]
        fn even(v: $register) -> $register {
            $and(v, $set16(0xff))
        }

        /// The odd bytes as numbers of 16 bits.
        #[inline]
        #[target_feature(enable = $feature)]
        fn odd(v: $register) -> $register {
            $right::<8>(v)
        }

        /// All bits of the numbers of 16 bits for which `a * b < c * d`; all four below 2^15.
        #[inline]
        #[target_feature(enable = $feature)]
        fn products_below(a: $register, b: $register, c: $register, d: $register) -> $register {
            // Pairs of a and c against pairs of b and -d: one instruction multiplies and subtracts. The signs of the
            // differences survive the way back to 16 bits, which saturates.
            let minus = $sub16($set64(0), d);
            let low = $madd($low(a, c), $low(b, minus));
            let high = $madd($high(a, c), $high(b, minus));
            $below($set64(0), $packs(low, high))
        }

        #[inline]
        #[target_feature(enable = $feature)]
        fn load16(numbers: &[u16; LANES / 2], at: usize) -> $register {
            let numbers = &numbers.as_chunks::<{ $bytes / 2 }>().0[at % (LANES / $bytes)];
            // SAFETY: as many bytes as the register has, readable as a whole.
            unsafe { $load(numbers.as_ptr().cast()) }
        }

        #[inline]
        #[target_feature(enable = $feature)]
        fn store16(v: $register, numbers: &mut [u16; LANES / 2], at: usize) {
            let numbers = &mut numbers.as_chunks_mut::<{ $bytes / 2 }>().0[at % (LANES / $bytes)];
            // SAFETY: as many bytes as the register has, writable as a whole.
            unsafe { $store(numbers.as_mut_ptr().cast(), v) }
        }
    };
}

/// 16 irises at a time, with what every x86-64 processor has.
pub(super) mod sse2 {
    use super::super::adders::{adders, search_by_adders};
    use super::*;

    search_by_adders!(__m128i, #[target_feature(enable = "sse2")]);
    register!(
        __m128i,
        16,
        "sse2",
        _mm_loadu_si128,
        _mm_storeu_si128,
        _mm_set1_epi64x,
        _mm_set1_epi16,
        _mm_and_si128,
        _mm_or_si128,
        _mm_xor_si128,
        _mm_add_epi8,
        _mm_add_epi16,
        _mm_sub_epi16,
        _mm_slli_epi16,
        _mm_srli_epi16,
        _mm_unpacklo_epi16,
        _mm_unpackhi_epi16,
        _mm_madd_epi16,
        _mm_packs_epi32,
        _mm_cmpgt_epi16
    );

    /// Set bits of every byte, by adding neighbours: there are no tables yet.
    #[inline]
    #[target_feature(enable = "sse2")]
    fn set_bits(v: __m128i) -> __m128i {
        let [pairs, fours, bytes] = [0x55, 0x33, 0x0f].map(|pattern| _mm_set1_epi8(pattern));
        let v = _mm_sub_epi8(v, and(_mm_srli_epi16::<1>(v), pairs));
        let v = _mm_add_epi8(and(v, fours), and(_mm_srli_epi16::<2>(v), fours));
        and(_mm_add_epi8(v, _mm_srli_epi16::<4>(v)), bytes)
    }
}

/// 32 irises at a time.
mod avx2 {
    use super::super::adders::adders;
    use super::*;

    adders!(__m256i, #[target_feature(enable = "avx2,popcnt")]);
    register!(
        __m256i,
        32,
        "avx2,popcnt",
        _mm256_loadu_si256,
        _mm256_storeu_si256,
        _mm256_set1_epi64x,
        _mm256_set1_epi16,
        _mm256_and_si256,
        _mm256_or_si256,
        _mm256_xor_si256,
        _mm256_add_epi8,
        _mm256_add_epi16,
        _mm256_sub_epi16,
        _mm256_slli_epi16,
        _mm256_srli_epi16,
        _mm256_unpacklo_epi16,
        _mm256_unpackhi_epi16,
        _mm256_madd_epi16,
        _mm256_packs_epi32,
        _mm256_cmpgt_epi16
    );

    /// Set bits of every byte, half a byte by look-up.
    #[inline]
    #[target_feature(enable = "avx2,popcnt")]
    fn set_bits(v: __m256i) -> __m256i {
        let low = _mm256_set1_epi8(15);
        let table = _mm256_setr_epi8(
            0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4, 0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4,
        );
        let upper = and(_mm256_srli_epi16::<4>(v), low);
        _mm256_add_epi8(_mm256_shuffle_epi8(table, and(v, low)), _mm256_shuffle_epi8(table, upper))
    }

    /// The best rotation of each iris.
    #[target_feature(enable = "avx2,popcnt")]
    pub fn best_avx2(plan: &Plan<'_>, block: &Block, next: &Block, best: &mut Best) {
        for (number, group) in plan.groups.iter().enumerate() {
            for at in 0..LANES / 32 {
                let common = common(group, block, at, (number == 0 && at == 0).then_some(next));
                for (turned, common) in group.iter().zip(common) {
                    keep(best, at, [different(turned.bytes, block, at), common], turned.number, plan.least());
                }
            }
        }
    }

    /// Common bits at the rotations of a group, by tables.
    #[inline]
    #[target_feature(enable = "avx2,popcnt")]
    fn common(group: &[Turned<'_>; GROUP], block: &Block, at: usize, next: Option<&Block>) -> [[__m256i; 2]; GROUP] {
        let none = _mm256_setzero_si256();
        let low = _mm256_set1_epi8(15);
        let mut total = [[none; 2]; GROUP];
        for first in (0..ROWS).step_by(CHUNK) {
            let mut sums = [none; GROUP];
            for i in first..(first + CHUNK).min(ROWS) {
                let mask = load(&block.rows[i].mask, at);
                let halves = [and(mask, low), and(_mm256_srli_epi16::<4>(mask), low)];
                if let Some(next) = next {
                    fetch(next, i);
                }
                for (sum, turned) in sums.iter_mut().zip(group) {
                    for (table, half) in turned.tables[i].iter().zip(halves) {
                        // SAFETY: as many bytes as the register has, and any bytes are a register.
                        let table = unsafe { std::mem::transmute::<[u8; 16], __m128i>(*table) };
                        *sum = _mm256_add_epi8(*sum, _mm256_shuffle_epi8(_mm256_broadcastsi128_si256(table), half));
                    }
                }
            }
            for (total, sum) in total.iter_mut().zip(sums) {
                *total = [add16(total[0], even(sum)), add16(total[1], odd(sum))];
            }
        }
        total
    }
}

/// Fetches one byte's row of a block that will be needed soon.
#[inline]
fn fetch(next: &Block, row: usize) {
    let row = &next.rows[row];
    // SAFETY: fetching reads nothing; the addresses are those of a row.
    unsafe {
        _mm_prefetch::<_MM_HINT_T0>(row.code.as_ptr().cast());
        _mm_prefetch::<_MM_HINT_T0>(row.mask.as_ptr().cast());
    }
}

/// Sums of 64 irises, even and odd ones apart: differing bits, common bits.
type Sums = [[__m512i; 2]; 2];

#[target_feature(enable = "avx512f,avx512vl,avx512bw,avx512bitalg")]
pub(super) fn best_avx512(plan: &Plan<'_>, block: &Block, next: &Block, best: &mut Best) {
    /// Groups that look at the same rows while those lie in the nearest cache.
    const TOGETHER: usize = 3;
    let none = _mm512_setzero_si512();
    for (number, groups) in plan.groups.chunks(TOGETHER).enumerate() {
        let mut totals: [[Sums; GROUP]; TOGETHER] = [[[[none; 2]; 2]; GROUP]; TOGETHER];
        for first in (0..ROWS).step_by(CHUNK) {
            for (which, (group, totals)) in groups.iter().zip(&mut totals).enumerate() {
                let next = (number == 0 && which == 0).then_some(next);
                sum_chunk(group, block, first, next, totals);
            }
        }
        for (group, totals) in groups.iter().zip(&totals) {
            for (turned, sums) in group.iter().zip(totals) {
                keep512(best, sums, turned.number, plan.least());
            }
        }
    }
}

/// Adds the bits of one chunk of rows.
#[inline]
#[target_feature(enable = "avx512f,avx512vl,avx512bw,avx512bitalg")]
fn sum_chunk(
    group: &[Turned<'_>; GROUP],
    block: &Block,
    first: usize,
    next: Option<&Block>,
    totals: &mut [Sums; GROUP],
) {
    /// `(a ^ b) & c` of the bits of three registers.
    const DIFFERENT_IN: i32 = 0x28;
    let none = _mm512_setzero_si512();
    let (mut different, mut common) = ([none; GROUP], [none; GROUP]);
    for i in first..(first + CHUNK).min(ROWS) {
        let row = &block.rows[i];
        // SAFETY: as many bytes as the register has, and any bytes are a register.
        let load = |bytes: &[u8; LANES]| unsafe { std::mem::transmute::<[u8; LANES], __m512i>(*bytes) };
        let (code, mask) = (load(&row.code), load(&row.mask));
        if let Some(next) = next {
            fetch(next, i);
        }
        for (r, turned) in group.iter().enumerate() {
            let both = _mm512_and_si512(mask, _mm512_set1_epi64(turned.bytes[i].mask as i64));
            let other = _mm512_set1_epi64(turned.bytes[i].code as i64);
            let differing = _mm512_ternarylogic_epi64::<DIFFERENT_IN>(code, other, both);
            common[r] = _mm512_add_epi8(common[r], _mm512_popcnt_epi8(both));
            different[r] = _mm512_add_epi8(different[r], _mm512_popcnt_epi8(differing));
        }
    }
    let low = _mm512_set1_epi16(0xff);
    for (r, totals) in totals.iter_mut().enumerate() {
        for (total, sum) in totals.iter_mut().zip([different[r], common[r]]) {
            total[0] = _mm512_add_epi16(total[0], _mm512_and_si512(sum, low));
            total[1] = _mm512_add_epi16(total[1], _mm512_srli_epi16::<8>(sum));
        }
    }
}

/// Keeps a rotation for those irises for which it is better than what they have.
#[inline]
#[target_feature(enable = "avx512f,avx512vl,avx512bw,avx512bitalg")]
fn keep512(best: &mut Best, [different, common]: &Sums, turn: u16, least: u16) {
    // SAFETY: `[u16; 32]` is 64 bytes, readable as a whole.
    let load = |numbers: &[u16; LANES / 2]| unsafe { _mm512_loadu_si512(numbers.as_ptr().cast()) };
    // SAFETY: 64 bytes, writable as a whole.
    let store = |numbers: &mut [u16; LANES / 2], v| unsafe { _mm512_storeu_si512(numbers.as_mut_ptr().cast(), v) };
    for side in 0..2 {
        let (d, m) = (different[side], common[side]);
        let (held, of) = (load(&best.different[side]), load(&best.common[side]));
        let minus = _mm512_sub_epi16(_mm512_setzero_si512(), m);
        let cross = |a: __m512i, b: __m512i| _mm512_madd_epi16(a, b);
        let low = cross(_mm512_unpacklo_epi16(d, held), _mm512_unpacklo_epi16(of, minus));
        let high = cross(_mm512_unpackhi_epi16(d, held), _mm512_unpackhi_epi16(of, minus));
        let better = _mm512_movepi16_mask(_mm512_packs_epi32(low, high));
        let better = better & _mm512_cmpge_epu16_mask(m, _mm512_set1_epi16(least as i16));
        store(&mut best.different[side], _mm512_mask_mov_epi16(held, better, d));
        store(&mut best.common[side], _mm512_mask_mov_epi16(of, better, m));
        let earlier = load(&best.turn[side]);
        store(&mut best.turn[side], _mm512_mask_mov_epi16(earlier, better, _mm512_set1_epi16(turn as i16)));
    }
}
