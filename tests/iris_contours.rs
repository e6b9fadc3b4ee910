//! How far the iris engine's contours lie from the truth, on eyes that are drawn and so have one.
//!
//! Errors are mean distances of the found contour from the true one, as shares of the iris radius, so that every size of
//! picture counts alike.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on shall stop")]

use std::f32::consts::TAU;

use rekam::biometrics::iris::{Contour, UNSURE, extract};
use rekam_simulator::people::eye::truth::Outline;
use rekam_simulator::people::eye::{Eye, EyeConditions};

/// Error from which a contour is wrong: the code of such an iris is another iris.
const WRONG: f32 = 0.1;

struct Found {
    /// Errors of pupil and limbus; 1 where no eye was found.
    errors: [f32; 2],
    confidence: f32,
}

fn found(seed: u64, conditions: &EyeConditions) -> Found {
    let (image, truth) = Eye::new(7000 + seed).capture(conditions);
    let Ok(extraction) = extract(&image) else { return Found { errors: [1.0; 2], confidence: 0.0 } };
    let error = |outline: &Outline, contour: &Contour| {
        let points = (0..64).map(|i| contour.point(i as f32 / 64.0 * TAU));
        outline.errors(points).0 / truth.limbus.r
    };
    let segmentation = &extraction.segmentation;
    let pupil = error(&truth.pupil_outline, &segmentation.pupil_contour);
    let limbus = error(&truth.limbus_outline, &segmentation.limbus_contour);
    Found { errors: [pupil, limbus], confidence: segmentation.confidence }
}

fn quantile(values: impl Iterator<Item = f32>, share: f32) -> f32 {
    let mut values: Vec<f32> = values.collect();
    values.sort_by(f32::total_cmp);
    values[((values.len() - 1) as f32 * share).round() as usize]
}

#[test]
fn contours_of_whatever_comes_in_a_day_are_exact() {
    let found: Vec<Found> = (0..120).map(|seed| found(seed, &EyeConditions::varied(seed))).collect();
    for (border, median, tail) in [(0, 0.01, 0.035), (1, 0.02, 0.05)] {
        let error = |share| quantile(found.iter().map(|found| found.errors[border]), share);
        let name = ["pupil", "limbus"][border];
        assert!(error(0.5) <= median, "the median error of the {name} is {}", error(0.5));
        assert!(error(0.95) <= tail, "the error of the {name} of one in twenty is {}", error(0.95));
    }
    let alarms = found.iter().filter(|found| found.confidence < UNSURE).count();
    assert!(alarms <= 6, "{alarms} of 120 ordinary captures are not trusted");
}

#[test]
fn most_wrong_contours_are_known_to_be_wrong() {
    let found: Vec<Found> = (0..240).map(|seed| found(seed, &EyeConditions::hard(seed))).collect();
    let wrong: Vec<&Found> = found.iter().filter(|f| f.errors.iter().any(|error| *error > WRONG)).collect();
    assert!(wrong.len() >= 12, "only {} contours are wrong: the eyes are too easy to tell anything", wrong.len());
    let flagged = wrong.iter().filter(|found| found.confidence < UNSURE).count();
    assert!(flagged * 10 >= wrong.len() * FLAGGED_IN_TEN, "{flagged} of {} wrong contours are flagged", wrong.len());
}

/// Wrong contours that must be flagged, of ten.
const FLAGGED_IN_TEN: usize = 7;
