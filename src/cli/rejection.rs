//! Would the misses go if the least trusted samples were taken again?
//!
//! A confidence is worth its name when the samples that miss are the ones it is low for. So the error rates are taken
//! again without the least confident samples of a folder (error versus discard, Grother and Tabassi 2007): they should
//! fall at each step.

use serde::Serialize;

use super::evaluate::{eer, fnmr_at};

/// Shares of the samples that are left out.
const SHARES: [f64; 4] = [0.0, 0.01, 0.02, 0.05];

/// The error rates without the least confident samples; all are fractions.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct Rejection {
    rejected: f64,
    eer: f64,
    #[serde(rename = "fnmr_at_fmr_1e-3")]
    fnmr_at_3: f64,
    #[serde(rename = "fnmr_at_fmr_1e-4")]
    pub(super) fnmr_at_4: f64,
}

/// A compared pair: the numbers of its samples, the score, and whether they are mates.
pub(super) struct Pair {
    pub samples: [u32; 2],
    pub score: f32,
    pub mated: bool,
}

/// The rates of all pairs by the confidence of each sample.
pub(super) fn curve(confidences: &[f32], pairs: &[Pair]) -> Vec<Rejection> {
    let mut order: Vec<usize> = (0..confidences.len()).collect();
    order.sort_by(|a, b| confidences[*a].total_cmp(&confidences[*b]));
    let mut rank = vec![0; confidences.len()];
    order.iter().enumerate().for_each(|(at, sample)| rank[*sample] = at);
    SHARES.map(|share| without((share * confidences.len() as f64).round() as usize, share, &rank, pairs)).to_vec()
}

fn without(first: usize, rejected: f64, rank: &[usize], pairs: &[Pair]) -> Rejection {
    let [mut mated, mut others] = [Vec::new(), Vec::new()];
    for pair in pairs.iter().filter(|pair| pair.samples.iter().all(|sample| rank[*sample as usize] >= first)) {
        if pair.mated { &mut mated } else { &mut others }.push(pair.score);
    }
    mated.sort_by(f32::total_cmp);
    others.sort_by(f32::total_cmp);
    Rejection {
        rejected,
        eer: eer(&mated, &others),
        fnmr_at_3: fnmr_at(&mated, &others, 1e-3),
        fnmr_at_4: fnmr_at(&mated, &others, 1e-4),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Samples 0 and 1 are mates that miss; so are none of the others.
    fn pairs() -> Vec<Pair> {
        let pair = |a: u32, b: u32| Pair {
            samples: [a, b],
            score: if a / 2 != b / 2 || a == 0 { 0.1 } else { 9.0 },
            mated: a / 2 == b / 2,
        };
        (0..100).flat_map(|a| (a + 1..100).map(move |b| pair(a, b))).collect()
    }

    #[test]
    fn a_confidence_that_knows_the_misses_takes_them_away() {
        let knowing: Vec<f32> = (0..100).map(|sample| if sample == 0 { 0.2 } else { 0.9 }).collect();
        let curve = curve(&knowing, &pairs());
        assert_eq!(curve[0].fnmr_at_4, 0.02);
        assert!(curve[1..].iter().all(|step| step.fnmr_at_4 == 0.0));
    }

    #[test]
    fn a_confidence_that_knows_nothing_leaves_them() {
        let blind: Vec<f32> = (0..100).map(|sample| if sample < 50 { 0.9 } else { 0.2 }).collect();
        assert!(curve(&blind, &pairs()).windows(2).all(|steps| steps[1].fnmr_at_4 >= steps[0].fnmr_at_4));
    }
}
