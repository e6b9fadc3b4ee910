//! The kernel in 256-bit vectors: bits are counted by looking half bytes up in a table (W. Mula's method).

use std::arch::x86_64::*;

use super::{ANGLE_BITS, COMMON_SHIFT, Group, Key, LANES, MATCH_SHIFT, Match, Probe, SHIFT, WORDS, Work};

#[target_feature(enable = "avx2,popcnt")]
pub fn run<W: Work>(work: W) -> W::Out {
    work.run()
}

/// Half a group: four words of four cylinders, as they are and moved down by half a byte.
type Half = ([[__m256i; 2]; WORDS], __m256i);

#[inline]
#[target_feature(enable = "avx2,popcnt")]
fn half(group: &Group, half: usize) -> Half {
    let offset = if half == 0 { 0 } else { 4 };
    // SAFETY: at an offset of 0 or 4 the four words read lie inside the eight.
    let load = |lanes: &[u64; LANES]| unsafe { _mm256_loadu_si256(lanes.as_ptr().add(offset).cast()) };
    let [a, b, c, d] = &group.words;
    let (a, b, c, d) = (load(a), load(b), load(c), load(d));
    let words = [
        [a, _mm256_srli_epi16::<4>(a)],
        [b, _mm256_srli_epi16::<4>(b)],
        [c, _mm256_srli_epi16::<4>(c)],
        [d, _mm256_srli_epi16::<4>(d)],
    ];
    (words, load(&group.tags))
}

#[inline]
#[target_feature(enable = "avx2,popcnt")]
fn common(probe: &[[__m256i; 2]; WORDS], words: &[[__m256i; 2]; WORDS]) -> __m256i {
    let table = _mm256_setr_epi8(
        0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4, 0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4,
    );
    // The probe's upper half bytes are zero, so the table is never read beyond its sixteen entries.
    let count = |d: usize, part: usize| _mm256_shuffle_epi8(table, _mm256_and_si256(probe[d][part], words[d][part]));
    let word = |d: usize| _mm256_add_epi8(count(d, 0), count(d, 1));
    // Eight times at most four: a byte holds it.
    let bytes = _mm256_add_epi8(_mm256_add_epi8(word(0), word(1)), _mm256_add_epi8(word(2), word(3)));
    _mm256_sad_epu8(bytes, _mm256_setzero_si256())
}

#[inline]
#[target_feature(enable = "avx2,popcnt")]
fn keys_of(probe: &[[__m256i; 2]; WORDS], (words, tags): &Half) -> __m256i {
    _mm256_add_epi64(_mm256_slli_epi64::<{ SHIFT as i32 }>(common(probe, words)), *tags)
}

/// Lower and upper half bytes of the words of a probe cylinder in all lanes.
#[inline]
#[target_feature(enable = "avx2,popcnt")]
fn spread(probe: &Probe) -> [[__m256i; 2]; WORDS] {
    let low = _mm256_set1_epi8(15);
    let halves = |word: u64| {
        let word = _mm256_set1_epi64x(word as i64);
        [_mm256_and_si256(word, low), _mm256_and_si256(_mm256_srli_epi16::<4>(word), low)]
    };
    let [a, b, c, d] = probe.words;
    [halves(a), halves(b), halves(c), halves(d)]
}

#[target_feature(enable = "avx2,popcnt")]
pub fn matches(probes: &[Probe], gallery: &[Group], rows: &mut Vec<Match>, columns: &mut [[Match; LANES]]) {
    /// Probe cylinders that share a load of the gallery.
    const ROWS: usize = 20;
    let zero = _mm256_setzero_si256();
    for (block, first) in probes.chunks(ROWS).zip((0..).step_by(ROWS)) {
        let mut spreads = [([[zero; 2]; WORDS], zero); ROWS];
        for (i, (to, probe)) in spreads.iter_mut().zip(block).enumerate() {
            *to = (spread(probe), _mm256_set1_epi64x(probe.own_part(first + i) as i64));
        }
        let mut best = [zero; ROWS];
        for (k, (group, column)) in gallery.iter().zip(columns.iter_mut()).enumerate() {
            for (part, column) in column.as_chunks_mut::<4>().0.iter_mut().enumerate() {
                let (others, tags) = half(group, part);
                let index = _mm256_set1_epi64x((k * LANES + part * 4) as i64);
                let index = _mm256_add_epi64(index, _mm256_setr_epi64x(0, 1, 2, 3));
                let tags =
                    _mm256_slli_epi64::<{ MATCH_SHIFT as i32 }>(_mm256_srli_epi64::<{ ANGLE_BITS as i32 }>(tags));
                let tags = _mm256_or_si256(tags, index);
                // SAFETY: `[u64; 4]` is 32 bytes, readable as a whole.
                let mut most = unsafe { _mm256_loadu_si256(column.as_ptr().cast()) };
                for ((words, own), best) in spreads.iter().zip(&mut best).take(block.len()) {
                    let common = _mm256_slli_epi64::<{ (COMMON_SHIFT + MATCH_SHIFT) as i32 }>(common(words, &others));
                    let found = _mm256_add_epi64(_mm256_add_epi64(common, tags), *own);
                    // Matches have 32 bits and the upper halves of the lanes are zero.
                    *best = _mm256_max_epu32(*best, found);
                    most = _mm256_max_epu32(most, found);
                }
                // SAFETY: `[u64; 4]` is 32 bytes, writable as a whole.
                unsafe { _mm256_storeu_si256(column.as_mut_ptr().cast(), most) };
            }
        }
        rows.extend(best.iter().take(block.len()).map(|best| Match::from(greatest(*best))));
    }
}

/// The greatest of four numbers of 32 bits in lanes of 64.
#[inline]
#[target_feature(enable = "avx2,popcnt")]
fn greatest(lanes: __m256i) -> u32 {
    let two = _mm_max_epu32(_mm256_castsi256_si128(lanes), _mm256_extracti128_si256::<1>(lanes));
    _mm_cvtsi128_si32(_mm_max_epu32(two, _mm_unpackhi_epi64(two, two))) as u32
}

#[target_feature(enable = "avx2,popcnt")]
pub fn best_keys(probes: &[[[[u64; 4]; 2]; WORDS]], gallery: &[Group], out: &mut [Key]) {
    /// Rows whose best lanes are held at a time.
    const ROWS: usize = 32;
    for (probes, out) in probes.chunks(ROWS).zip(out.chunks_mut(ROWS)) {
        let mut best = [_mm256_setzero_si256(); ROWS];
        for group in gallery {
            for i in 0..2 {
                let half = half(group, i);
                for (best, probe) in best.iter_mut().zip(probes) {
                    // SAFETY: `[u64; 4]` is 32 bytes, readable as a whole.
                    let load = |four: &[u64; 4]| unsafe { _mm256_loadu_si256(four.as_ptr().cast()) };
                    let [[a, e], [b, f], [c, g], [d, h]] = probe;
                    let probe = [[load(a), load(e)], [load(b), load(f)], [load(c), load(g)], [load(d), load(h)]];
                    // Keys have 32 bits and the upper halves of the lanes are zero.
                    *best = _mm256_max_epu32(*best, keys_of(&probe, &half));
                }
            }
        }
        for (best, out) in best.iter().zip(out) {
            *out = greatest(*best);
        }
    }
}
