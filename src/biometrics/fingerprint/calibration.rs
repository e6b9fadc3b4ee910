//! What two measurements mean: how many strangers would reach them.
//!
//! A raw similarity says nothing to a supervisor and cannot be fused with an iris. So the two measurements of a
//! comparison are added with weights (a logistic regression of mated against non-mated pairs), and the sum is read as
//! -log10 of the false match rate from what strangers reached: the 11 520 non-mated pairs within the B sets of
//! FVC2002 DB1 and DB3 and FVC2004 DB1 and DB4, all four together. Beyond one in ten thousand nothing was measured; a
//! slope a little flatter than the last measured one goes on there, so the score keeps growing with the evidence.
//! Prints cut down to six minutiae reach a score of 3 about eight times as often as whole ones.

/// Weight of the logarithm of the relaxed similarity.
const BY_AGREEMENT: f32 = 6.6;
/// Weight of the share of minutiae that meet.
const BY_MEETING: f32 = 27.0;
/// Added to the minutiae expected to meet: three of four is no strong sign, thirty of forty is.
const CAUTION: f32 = 4.0;
/// Relaxed similarity below which nothing agreed at all.
const FLOOR: f32 = 1e-3;

/// Weighted sums that strangers reach, and -log10 of how often. Sorted by both.
const REACHED: [(f32, f32); 7] =
    [(-24.5, 0.0), (-21.9, 0.3), (-21.0, 0.5), (-19.4, 1.0), (-17.1, 2.0), (-15.4, 3.0), (-13.4, 4.0)];

/// -log10 of the false match rate; finite and at least 0.
pub fn score(relaxed: f32, met: f32, expected: f32) -> f32 {
    let share = met / (expected + CAUTION);
    decades(BY_AGREEMENT * relaxed.max(FLOOR).ln() + BY_MEETING * share)
}

/// Reads the table, along its last line beyond its end.
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
        assert_eq!(decades(-15.4), 3.0);
        assert!(decades(0.0) > decades(-1.0) + 0.3);
    }

    #[test]
    fn nothing_in_common_scores_nothing() {
        assert_eq!(score(0.0, 0.0, 0.0), 0.0);
        assert_eq!(score(0.0, 0.0, 80.0), 0.0);
    }
}
