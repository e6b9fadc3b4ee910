//! Does the quality of a sample predict how well it will be matched?
//!
//! Quality is worth its name when poor samples are the ones that miss (ISO/IEC 29794-1). So the pairs are put into
//! order by the poorer quality of the two, and the error rate of the worst quarter of the mated ones stands beside that
//! of the best; and the rank correlation (Spearman) of quality with the mean mated score is taken over all samples.

use serde::Serialize;

use super::evaluate::eer;
use super::rejection::Pair;

/// A sample: its quality and the scores of its mated comparisons.
pub(super) struct Judged {
    /// 0..=100.
    pub quality: u8,
    /// May be empty.
    pub mated: Vec<f32>,
}

/// The figures; rates are fractions.
#[derive(Debug, Serialize)]
pub(super) struct Predictive {
    quality_correlation: f64,
    eer_best_quarter: f64,
    eer_worst_quarter: f64,
}

impl Predictive {
    /// The figures of all samples and all pairs.
    pub(super) fn of(samples: &[Judged], pairs: &[Pair]) -> Self {
        let known: Vec<&Judged> = samples.iter().filter(|sample| !sample.mated.is_empty()).collect();
        let mean = |sample: &&Judged| {
            let sum: f64 = sample.mated.iter().map(|score| f64::from(score.max(0.0))).sum();
            sum / sample.mated.len() as f64
        };
        let qualities: Vec<f64> = known.iter().map(|sample| f64::from(sample.quality)).collect();
        let scores: Vec<f64> = known.iter().map(mean).collect();
        let mut order: Vec<u8> = pairs.iter().filter(|pair| pair.mated).map(|pair| poorer(samples, pair)).collect();
        order.sort_unstable();
        let at = |share: usize| order.get(order.len() * share / 4).copied().unwrap_or_default();
        let (low, high) = (at(1), at(3));
        Self {
            quality_correlation: correlation(&ranks(&qualities), &ranks(&scores)),
            eer_best_quarter: eer_of(samples, pairs, |quality| quality >= high),
            eer_worst_quarter: eer_of(samples, pairs, |quality| quality <= low),
        }
    }
}

/// The poorer quality of a pair.
fn poorer(samples: &[Judged], pair: &Pair) -> u8 {
    let [a, b] = pair.samples.map(|sample| samples[sample as usize].quality);
    a.min(b)
}

fn eer_of(samples: &[Judged], pairs: &[Pair], counts: impl Fn(u8) -> bool) -> f64 {
    let of = |mated: bool| {
        let chosen = pairs.iter().filter(|pair| pair.mated == mated && counts(poorer(samples, pair)));
        let mut scores: Vec<f32> = chosen.map(|pair| pair.score).collect();
        scores.sort_by(f32::total_cmp);
        scores
    };
    eer(&of(true), &of(false))
}

/// Each value's rank; equal ones share their mean rank.
fn ranks(values: &[f64]) -> Vec<f64> {
    let rank = |value: &f64| {
        let below = values.iter().filter(|other| *other < value).count() as f64;
        let equal = values.iter().filter(|other| *other == value).count() as f64;
        below + (equal - 1.0) / 2.0
    };
    values.iter().map(rank).collect()
}

/// Pearson's correlation; 0 where one side does not vary.
fn correlation(a: &[f64], b: &[f64]) -> f64 {
    let n = a.len().max(1) as f64;
    let mean = |values: &[f64]| values.iter().sum::<f64>() / n;
    let (ma, mb) = (mean(a), mean(b));
    let product: f64 = a.iter().zip(b).map(|(x, y)| (x - ma) * (y - mb)).sum();
    let spread = |values: &[f64], mean: f64| values.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>();
    let both = (spread(a, ma) * spread(b, mb)).sqrt();
    if both > 0.0 { product / both } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quality_that_orders_like_the_scores_correlates_wholly_and_noise_does_not() {
        assert!((correlation(&ranks(&[1.0, 5.0, 9.0]), &ranks(&[0.1, 0.2, 7.0])) - 1.0).abs() < 1e-12);
        assert!((correlation(&ranks(&[1.0, 5.0, 9.0]), &ranks(&[7.0, 0.2, 0.1])) + 1.0).abs() < 1e-12);
        assert_eq!(correlation(&ranks(&[3.0, 3.0, 3.0]), &ranks(&[1.0, 2.0, 3.0])), 0.0);
    }

    #[test]
    fn the_worst_quarter_bears_the_misses() {
        let judged = |i: u8| Judged { quality: i / 2 * 2, mated: Vec::new() };
        let samples: Vec<Judged> = (0..80).map(judged).collect();
        let pair = |a: u32, b: u32, score, mated| Pair { samples: [a, b], score, mated };
        let mated = (0..40).map(|i| pair(2 * i, 2 * i + 1, if i < 5 { 0.5 } else { 9.0 }, true));
        let others = (0..40).map(|i| pair(2 * i, 79, 1.0, false));
        let pairs: Vec<Pair> = mated.chain(others).collect();
        let figures = Predictive::of(&samples, &pairs);
        assert_eq!(figures.eer_best_quarter, 0.0);
        assert!(figures.eer_worst_quarter > 0.2);
    }
}
