//! The kernel in 512-bit vectors: one load takes the same word of eight cylinders, one instruction counts its bits.

use std::arch::x86_64::*;

use super::{ANGLE_BITS, COMMON_SHIFT, Group, Key, LANE_INDEX, LANES, MATCH_SHIFT, Match, Probe, SHIFT, WORDS, Work};

/// Probe cylinders that share a load of the gallery.
const BLOCK: usize = 4;

#[target_feature(enable = "avx512f,avx512vl,avx512vpopcntdq,avx2,popcnt")]
pub fn run<W: Work>(work: W) -> W::Out {
    work.run()
}

#[inline]
#[target_feature(enable = "avx512f,avx512vl,avx512vpopcntdq")]
fn load(lanes: &[u64; LANES]) -> __m512i {
    // SAFETY: `[u64; 8]` is 64 bytes, readable as a whole.
    unsafe { _mm512_loadu_si512(lanes.as_ptr().cast()) }
}

#[inline]
#[target_feature(enable = "avx512f,avx512vl,avx512vpopcntdq")]
fn load_words(group: &Group) -> [__m512i; WORDS] {
    let [a, b, c, d] = &group.words;
    [load(a), load(b), load(c), load(d)]
}

/// Every word of a probe cylinder in all lanes.
#[inline]
#[target_feature(enable = "avx512f,avx512vl,avx512vpopcntdq")]
fn spread(probe: &Probe) -> [__m512i; WORDS] {
    let [a, b, c, d] = probe.words;
    [_mm512_set1_epi64(a as i64), _mm512_set1_epi64(b as i64), _mm512_set1_epi64(c as i64), _mm512_set1_epi64(d as i64)]
}

#[inline]
#[target_feature(enable = "avx512f,avx512vl,avx512vpopcntdq")]
fn common(probe: &[__m512i; WORDS], words: &[__m512i; WORDS]) -> __m512i {
    let count = |d: usize| _mm512_popcnt_epi64(_mm512_and_si512(probe[d], words[d]));
    _mm512_add_epi64(_mm512_add_epi64(count(0), count(1)), _mm512_add_epi64(count(2), count(3)))
}

#[inline]
#[target_feature(enable = "avx512f,avx512vl,avx512vpopcntdq")]
fn keys_of(probe: &[__m512i; WORDS], words: &[__m512i; WORDS], tags: __m512i) -> __m512i {
    _mm512_add_epi64(_mm512_slli_epi64::<SHIFT>(common(probe, words)), tags)
}

#[target_feature(enable = "avx512f,avx512vl,avx512vpopcntdq")]
pub fn matches(probes: &[Probe], gallery: &[Group], rows: &mut Vec<Match>, columns: &mut [[Match; LANES]]) {
    for (block, first) in probes.chunks(BLOCK).zip((0..).step_by(BLOCK)) {
        // The last block may repeat its last probe: the same matches once more change nothing.
        let at = |i: usize| i.min(block.len() - 1);
        let words = [spread(&block[at(0)]), spread(&block[at(1)]), spread(&block[at(2)]), spread(&block[at(3)])];
        let own = |i: usize| _mm512_set1_epi64(block[at(i)].own_part(first + at(i)) as i64);
        let own = [own(0), own(1), own(2), own(3)];
        let mut best = [_mm512_setzero_si512(); BLOCK];
        let mut index = load(&LANE_INDEX);
        for (group, column) in gallery.iter().zip(columns.iter_mut()) {
            let others = load_words(group);
            let tags = _mm512_slli_epi64::<MATCH_SHIFT>(_mm512_srli_epi64::<ANGLE_BITS>(load(&group.tags)));
            let tags = _mm512_or_si512(tags, index);
            let mut most = load(column);
            for ((best, words), own) in best.iter_mut().zip(&words).zip(own) {
                let common = _mm512_slli_epi64::<{ COMMON_SHIFT + MATCH_SHIFT }>(common(words, &others));
                let found = _mm512_add_epi64(common, _mm512_add_epi64(tags, own));
                *best = _mm512_max_epu64(*best, found);
                most = _mm512_max_epu64(most, found);
            }
            // SAFETY: `[u64; 8]` is 64 bytes, writable as a whole.
            unsafe { _mm512_storeu_si512(column.as_mut_ptr().cast(), most) };
            index = _mm512_add_epi64(index, _mm512_set1_epi64(LANES as i64));
        }
        for best in best.iter().take(block.len()) {
            rows.push(_mm512_reduce_max_epu64(*best));
        }
    }
}

#[target_feature(enable = "avx512f,avx512vl,avx512vpopcntdq")]
pub fn best_keys(probes: &[Probe], gallery: &[Group], out: &mut [Key]) {
    let mut blocks = probes.chunks_exact(BLOCK);
    let mut places = out.chunks_exact_mut(BLOCK);
    for (block, out) in (&mut blocks).zip(&mut places) {
        best_of_block(block, gallery, out);
    }
    for (probe, out) in blocks.remainder().iter().zip(places.into_remainder()) {
        let block = [*probe; BLOCK];
        let mut best = [0; BLOCK];
        best_of_block(&block, gallery, &mut best);
        *out = best[0];
    }
}

#[inline]
#[target_feature(enable = "avx512f,avx512vl,avx512vpopcntdq")]
fn best_of_block(block: &[Probe], gallery: &[Group], out: &mut [Key]) {
    let [p, q, r, s] = block else { return };
    let words = [spread(p), spread(q), spread(r), spread(s)];
    let mut best = [_mm512_setzero_si512(); BLOCK];
    for group in gallery {
        let (others, tags) = (load_words(group), load(&group.tags));
        for (best, words) in best.iter_mut().zip(&words) {
            *best = _mm512_max_epu64(*best, keys_of(words, &others, tags));
        }
    }
    // Keys have 32 bits: two rows share the lanes of one register for the last steps.
    let two = |i: usize| {
        let pair = _mm512_or_si512(best[i], _mm512_slli_epi64::<32>(best[i + 1]));
        let half = _mm256_max_epu32(_mm512_castsi512_si256(pair), _mm512_extracti64x4_epi64::<1>(pair));
        let quarter = _mm_max_epu32(_mm256_castsi256_si128(half), _mm256_extracti128_si256::<1>(half));
        _mm_max_epu32(quarter, _mm_shuffle_epi32::<0b01_00_11_10>(quarter))
    };
    let four = _mm_unpacklo_epi64(two(0), two(2));
    if out.len() == BLOCK {
        // SAFETY: four numbers of 32 bits, 16 bytes, writable as a whole.
        unsafe { _mm_storeu_si128(out.as_mut_ptr().cast(), four) };
    }
}
