//! What two measurements mean: how many strangers would reach them.
//!
//! A raw similarity says nothing to a supervisor and cannot be fused with an iris. So the two measurements of a
//! comparison are added with weights, and the sum is read as -log10 of the false match rate from what strangers
//! reached. Two things make one scale fit every sensor and every size of print. What would meet by chance is taken from
//! what meets ([`super::chance`]), so that crowded and regular prints are no easier to reach than sparse ones. And the
//! sum counts in part only, the fewer cylinders the smaller print has: a share of few minutiae scatters more, so that
//! strangers spread over a wider range of sums, and the same sum means less.
//!
//! After both, -log10 of how many strangers reach a value is a straight line in that value, from one in ten to one in
//! ten thousand; beyond, nothing was measured, and the line goes on so that the score keeps growing with the evidence.
//! Line and discount were fitted to non-mated pairs of FVC2002 DB1 and DB3 and FVC2004 DB1 and DB4 (B sets, within and
//! across sets), with templates of the network and of the classical extractor, half the weight on whole prints and half
//! on prints cut to their 10 to 40 neighbouring minutiae, to squares, or to their best minutiae.
//!
//! Comparisons that stop early ([`super::matcher`]) have a score from what was seen until then, on the same scale: at
//! most as many strangers reach it as it says.

/// Weight of the logarithm of the relaxed similarity.
const BY_AGREEMENT: f32 = 8.0;
/// Weight of the share of minutiae that meet.
const BY_MEETING: f32 = 27.0;
/// Added to the minutiae expected to meet: three of four is no strong sign, thirty of forty is.
const CAUTION: f32 = 4.0;
/// Relaxed similarity below which nothing agreed at all.
const FLOOR: f32 = 1e-3;
/// Weighted sum that proves nothing, however large the prints.
const NOTHING: f32 = -34.0;
/// Cylinders of the smaller print with which half of what exceeds [`NOTHING`] counts.
const HALF: f32 = 18.0;
/// Decades for each unit that counts.
const DECADES: f32 = 0.85;
/// Decades taken off again: what strangers usually reach.
const COMMON: f32 = 0.95;
/// Share that would meet by chance where nothing is known yet; a little more than the share of most strangers, as at
/// the first glance one minutia may meet two.
const USUAL: f32 = 0.2;

/// -log10 of the false match rate; finite and at least 0.
///
/// `met` minutiae meet of `expected`; `by_chance` of them would as well if the prints were strangers'. `smaller` is the
/// number of cylinders of the side with fewer.
#[inline(always)]
pub fn score(relaxed: f32, met: f32, by_chance: f32, expected: f32, smaller: usize) -> f32 {
    let share = (met - by_chance) / (expected + CAUTION);
    read(BY_AGREEMENT * relaxed.max(FLOOR).ln() + BY_MEETING * share, smaller)
}

/// What the score may become, from a first glance: as if usually much met by chance.
#[inline(always)]
pub fn promise(relaxed: f32, met: f32, expected: f32, smaller: usize) -> f32 {
    score(relaxed, met, USUAL * (expected + CAUTION), expected, smaller)
}

/// The line that strangers reach, after the discount for small prints.
#[inline(always)]
fn read(sum: f32, smaller: usize) -> f32 {
    let smaller = smaller as f32;
    let counts = (sum - NOTHING).max(0.0) * smaller / (smaller + HALF);
    (DECADES * counts - COMMON).max(0.0)
}

/// What the best supported pair of strangers has behind it, for each cylinder, and -log10 of how often: up to what
/// every second pair of strangers reaches. Sorted by both.
const SUPPORTED: [(f32, f32); 4] = [(0.0085, 0.0), (0.0115, 0.1), (0.0150, 0.22), (0.0165, 0.3)];
/// Cylinders added to those of the smaller side: chance supports a pair a little even when there are few.
const AT_LEAST: f32 = 10.0;
/// Cylinders of the smaller print from which support counts fully.
const ENOUGH: f32 = 12.0;

/// The score of strangers that show by their pairs: none has support worth looking at. Nothing when one has. Of 4 480
/// mated comparisons (four sets, four kinds of minutiae) three stay below, one of which had reached 1 by chance; the
/// least supported of the others that reach 1.5 has 1.4 times as much as it takes to go on.
#[inline(always)]
pub fn unsupported(support: f32, smaller: usize) -> Option<f32> {
    let share = support / (smaller as f32 + AT_LEAST);
    let hopeless = SUPPORTED.last().is_none_or(|last| share < last.0);
    let line = SUPPORTED.windows(2).find(|w| w.last().is_some_and(|to| share < to.0));
    let score = match line {
        Some(&[(x0, y0), (x1, y1)]) => (y0 + (share - x0) / (x1 - x0) * (y1 - y0)).max(0.0),
        _ => 0.0,
    };
    hopeless.then_some(score * (smaller as f32).min(ENOUGH) / ENOUGH)
}

/// What strangers reach of what a glance promises: more seems to meet at a glance than pairs off.
const AT_A_GLANCE: f32 = 0.75;

/// The score of strangers that show at a glance, from what that [`promise`]s.
#[inline(always)]
pub fn at_a_glance(promised: f32) -> f32 {
    promised * AT_A_GLANCE
}

/// -log10 of the chance that a minutia meets another by accident: a usual print has 40 on 100 000 pixels, of which 530
/// lie within reach and a fifth of those in a direction near enough.
const BY_CHANCE: f32 = 1.4;

/// The most that so many pairs can prove: three place the prints upon each other, and only further ones count.
#[inline(always)]
pub fn most(pairs: usize) -> f32 {
    pairs.saturating_sub(3) as f32 * BY_CHANCE
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rekam_simulator::people::finger::{Class, Finger};

    use super::super::{Minutia, MinutiaKind, Prepared, Template, compare};
    use super::*;

    proptest! {
        #[test]
        fn less_evidence_never_proves_more(
            relaxed in 0.0f32..1.0,
            met in 0.0f32..60.0,
            by_chance in 0.0f32..20.0,
            expected in 0.0f32..80.0,
            smaller in 0usize..256,
            step in 0.0f32..5.0,
        ) {
            let whole = score(relaxed, met, by_chance, expected, smaller);
            prop_assert!(whole.is_finite() && whole >= 0.0);
            prop_assert!(score(relaxed - step / 5.0, met, by_chance, expected, smaller) <= whole);
            prop_assert!(score(relaxed, met - step, by_chance, expected, smaller) <= whole);
            prop_assert!(score(relaxed, met, by_chance + step, expected, smaller) <= whole);
            prop_assert!(score(relaxed, met, by_chance, expected, smaller.saturating_sub(1)) <= whole);
            prop_assert!(met < by_chance || score(relaxed, met, by_chance, expected + step, smaller) <= whole);
        }

        #[test]
        fn one_cylinder_more_never_makes_a_jump(sum in -60.0f32..27.0, smaller in 0usize..255) {
            let (fewer, more) = (read(sum, smaller), read(sum, smaller + 1));
            prop_assert!((fewer..=fewer + (sum - NOTHING).max(0.0) * DECADES / HALF).contains(&more));
        }
    }

    #[test]
    fn a_small_print_proves_less() {
        let scores: Vec<f32> = (0..60).map(|n| score(0.3, 15.0, 3.0, 20.0, n)).collect();
        assert!(scores.windows(2).all(|w| w[0] <= w[1]) && scores[5] < scores[25] / 2.0);
    }

    #[test]
    fn the_score_grows_with_the_evidence_without_end() {
        let scores: Vec<f32> = (0..100).map(|n| score(0.9, n as f32, 0.0, n as f32, 40)).collect();
        assert!(scores.windows(2).all(|w| w[0] < w[1]) && scores[99] > 25.0, "{scores:?}");
    }

    #[test]
    fn who_stops_early_scores_below_one_and_more_with_more_support() {
        let scores: Vec<f32> = (0..200).filter_map(|n| unsupported(n as f32 / 200.0, 40)).collect();
        assert!(scores.len() > 100 && scores.windows(2).all(|w| w[0] <= w[1]));
        assert!(scores.iter().all(|score| (0.0..0.4).contains(score)));
        assert_eq!(unsupported(1.0, 40), None);
    }

    #[test]
    fn nothing_in_common_scores_nothing() {
        assert_eq!(score(0.0, 0.0, 0.0, 0.0, 40), 0.0);
        assert_eq!(score(0.0, 0.0, 0.0, 80.0, 40), 0.0);
        assert_eq!(most(3), 0.0);
    }

    /// The minutiae of a synthetic finger nearest to one of them, or, without that, to the middle of the print.
    fn piece(seed: u64, count: usize, around: Option<usize>) -> Prepared {
        let mut minutiae = Finger::minutiae_only(seed);
        let n = minutiae.len().max(1) as f32;
        let middle = minutiae.iter().fold((0.0, 0.0), |sum, m| (sum.0 + m.x / n, sum.1 + m.y / n));
        let (x, y) = around.map_or(middle, |i| (minutiae[i % minutiae.len()].x, minutiae[i % minutiae.len()].y));
        minutiae.sort_by(|a, b| (a.x - x).hypot(a.y - y).total_cmp(&(b.x - x).hypot(b.y - y)));
        minutiae.truncate(count);
        let (kind, quality) = (MinutiaKind::Unknown, 0.9);
        let minutia = minutiae.iter().map(|m| Minutia { x: m.x, y: m.y, angle: m.angle, kind, quality });
        Prepared::new(&Template::from_minutiae(minutia.collect()))
    }

    /// Pairs of fingers of different classes, and how many of these score three or more. Synthetic fingers of one class
    /// are built upon one flow and have some of their minutiae in common, as if they were relatives.
    fn false_matches(count: usize, scattered: bool) -> (usize, usize) {
        const FINGERS: u64 = 200;
        let around = |seed: u64| scattered.then_some(seed as usize * 7);
        let fingers: Vec<(Class, Prepared)> =
            (0..FINGERS).map(|seed| (Finger::class_only(seed), piece(seed, count, around(seed)))).collect();
        let (mut pairs, mut false_matches) = (0, 0);
        for (i, (class, a)) in fingers.iter().enumerate() {
            for (_, b) in fingers.iter().skip(i + 1).filter(|(other, _)| other != class) {
                pairs += 1;
                false_matches += usize::from(compare(a, b).score >= 3.0);
            }
        }
        (pairs, false_matches)
    }

    #[test]
    fn synthetic_strangers_reach_three_as_rarely_with_few_minutiae_as_with_many() {
        /// Of ten thousand; ten are meant, the worst piece has about thirty.
        const MOST: usize = 45;
        for (count, scattered) in [(10, true), (14, true), (24, true), (40, true), (40, false), (255, false)] {
            let (pairs, false_matches) = false_matches(count, scattered);
            let measured = false_matches * 10_000 / pairs.max(1);
            assert!(pairs > 10_000 && measured <= MOST, "{measured} of 10 000 with {count} minutiae, {scattered}");
        }
    }
}
