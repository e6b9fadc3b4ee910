//! Adding up independent evidence.
//!
//! Each comparison yields s = -log10(p), p the chance that a stranger scores as much. Under the hypothesis "stranger"
//! the sum of k values -ln p follows a Gamma(k, 1) distribution (R. A. Fisher, *Statistical Methods for Research
//! Workers*, 1925), whatever the engines were: so fingers and irises add up without weights to be tuned, and a
//! resident with two comparable slots is judged as strictly as one with twelve.

/// Fused -log10 of the false match rate of several independent scores, each -log10 of its own. Empty gives 0.
pub fn fuse(scores: &[f32]) -> f32 {
    let sum: f64 = scores.iter().map(|score| f64::from(score.max(0.0))).sum();
    let x = sum * std::f64::consts::LN_10;
    // P(X >= x) = e^-x (1 + x + x^2/2! + ... + x^(k-1)/(k-1)!); the sum is at most e^x, so the result is >= 0.
    let (mut term, mut tail) = (1.0_f64, 1.0_f64);
    for j in 1..scores.len() {
        term *= x / j as f64;
        tail += term;
    }
    if scores.is_empty() { 0.0 } else { (sum - tail.log10()).max(0.0) as f32 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn one_score_stays_what_it_is() {
        assert!((fuse(&[4.5]) - 4.5).abs() < 1e-6);
        assert_eq!(fuse(&[]), 0.0);
    }

    #[test]
    fn two_half_convincing_scores_convince_less_than_their_sum() {
        // P = e^-x (1 + x) with x = 6 ln 10.
        let expected = 6.0 - (1.0 + 6.0 * std::f64::consts::LN_10).log10();
        assert!((f64::from(fuse(&[3.0, 3.0])) - expected).abs() < 1e-5);
    }

    proptest! {
        #[test]
        fn more_evidence_never_lowers_the_result(scores in prop::collection::vec(0.0f32..40.0, 1..12), more in 0.0f32..5.0) {
            let before = fuse(&scores);
            let mut raised = scores.clone();
            raised[0] += more;
            prop_assert!(fuse(&raised) >= before - 1e-4);
            prop_assert!(before >= 0.0 && before.is_finite());
        }

        #[test]
        fn order_does_not_matter(mut scores in prop::collection::vec(0.0f32..20.0, 1..12)) {
            let before = fuse(&scores);
            scores.reverse();
            prop_assert!((fuse(&scores) - before).abs() < 1e-3);
        }
    }
}
