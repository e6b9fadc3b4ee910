//! From a raw value to a score of 0 to 100: the curves of OFIQ.

/// `1 / (1 + exp((x0 - x) / w))`.
pub(crate) fn sigmoid(x: f64, x0: f64, w: f64) -> f64 {
    1.0 / (1.0 + ((x0 - x) / w).exp())
}

/// Rounded and clamped; what is not a number scores nothing.
pub(crate) fn rounded(score: f64) -> u8 {
    if score.is_nan() { 0 } else { score.round().clamp(0.0, 100.0) as u8 }
}

/// A quantity that is better when larger.
pub(crate) fn rising(x: f64, x0: f64, w: f64) -> u8 {
    rounded(100.0 * sigmoid(x, x0, w))
}

/// A quantity that is better when smaller: `height * (1 - S)`.
pub(crate) fn falling(x: f64, height: f64, x0: f64, w: f64) -> u8 {
    rounded(height * (1.0 - sigmoid(x, x0, w)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scores_are_whole_and_stay_between_nothing_and_perfect() {
        assert_eq!(rising(70.0, 70.0, 20.0), 50);
        assert_eq!(rising(1e9, 70.0, 20.0), 100);
        assert_eq!(rising(-1e9, 70.0, 20.0), 0);
        assert_eq!(falling(0.0, 200.0, 0.0, 0.05), 100);
        assert_eq!(falling(-1.0, 200.0, 0.0, 0.05), 100);
        assert_eq!(rounded(f64::NAN), 0);
        assert_eq!(rounded(f64::INFINITY), 100);
    }
}
