//! What two measurements mean: how many strangers would reach them.
//!
//! A raw similarity says nothing to a supervisor and cannot be fused with an iris. So the two measurements of a
//! comparison are added with weights, and the sum is read as -log10 of the false match rate from what strangers
//! reached: the 46 080 non-mated pairs within the B sets of FVC2002 DB1 and DB3 and FVC2004 DB1 and DB4, each image
//! also rotated, cropped and made noisy, and checked against the non-mated pairs across the sets and against the same
//! without qualities. The table leaves a little room (a third more strangers than were seen), because the sensors
//! differ by a factor of three among themselves. Beyond one in ten thousand nothing was measured; a slope flatter than
//! the last measured one goes on there, so the score keeps growing with the evidence.

/// Weight of the logarithm of the relaxed similarity.
const BY_AGREEMENT: f32 = 8.0;
/// Weight of the share of minutiae that meet.
const BY_MEETING: f32 = 27.0;
/// Added to the minutiae expected to meet: three of four is no strong sign, thirty of forty is.
const CAUTION: f32 = 4.0;
/// Relaxed similarity below which nothing agreed at all.
const FLOOR: f32 = 1e-3;
/// Cylinders of the smaller side below which a score is discounted: among prints cut to the same piece of 8 to 16 minutiae
/// strangers reach score 3 about eight times as often as among whole ones.
const ENOUGH: f32 = 12.0;

/// Weighted sums that strangers reach, and -log10 of how often. Sorted by both.
const REACHED: [(f32, f32); 8] =
    [(-29.5, 0.0), (-27.6, 0.3), (-26.8, 0.5), (-25.1, 1.0), (-22.7, 2.0), (-20.9, 3.0), (-19.4, 4.0), (-17.6, 5.0)];

/// -log10 of the false match rate; finite and at least 0. `smaller` is the number of cylinders of the side with fewer.
#[inline(always)]
pub fn score(relaxed: f32, met: f32, expected: f32, smaller: usize) -> f32 {
    let share = met / (expected + CAUTION);
    let score = decades(BY_AGREEMENT * relaxed.max(FLOOR).ln() + BY_MEETING * share);
    score * (smaller as f32).min(ENOUGH) / ENOUGH
}

/// -log10 of the chance that a minutia meets another by accident: a usual print has 40 on 100 000 pixels, of which 530
/// lie within reach and a fifth of those in a direction near enough.
const BY_CHANCE: f32 = 1.4;

/// The most that so many pairs can prove: three place the prints upon each other, and only further ones count.
#[inline(always)]
pub fn most(pairs: usize) -> f32 {
    pairs.saturating_sub(3) as f32 * BY_CHANCE
}

/// Reads the table, along its last line beyond its end.
#[inline(always)]
fn decades(sum: f32) -> f32 {
    let line = REACHED.windows(2).find(|w| sum < w[1].0).or(REACHED.windows(2).last());
    match line {
        Some(&[(x0, y0), (x1, y1)]) => (y0 + (sum - x0) / (x1 - x0) * (y1 - y0)).max(0.0),
        _ => 0.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_score_grows_with_the_evidence_without_end() {
        let scores: Vec<f32> = (-500..500).map(|i| decades(i as f32 / 10.0)).collect();
        assert!(scores.windows(2).all(|w| w[0] <= w[1]));
        assert!(scores.iter().all(|s| s.is_finite() && *s >= 0.0));
        assert_eq!(decades(-20.9), 3.0);
        assert!(decades(0.0) > decades(-1.0) + 0.3);
    }

    #[test]
    fn a_small_print_proves_less() {
        let scores: Vec<f32> = (0..30).map(|n| score(0.3, 15.0, 20.0, n)).collect();
        assert!(scores.windows(2).all(|w| w[0] <= w[1]) && scores[5] < scores[25] / 2.0);
    }

    #[test]
    fn nothing_in_common_scores_nothing() {
        assert_eq!(score(0.0, 0.0, 0.0, 40), 0.0);
        assert_eq!(score(0.0, 0.0, 80.0, 40), 0.0);
    }
}
