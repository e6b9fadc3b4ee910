//! How far the iris engine's contours lie from the truth, on eyes that are drawn and so have one; and whether it knows
//! where they are wrong.
//!
//! Errors are distances of the found contour from the true one, as shares of the iris radius, so that every size of
//! picture counts alike.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on shall stop")]

use std::f32::consts::TAU;

use rekam::biometrics::iris::{Contour, UNSURE, examine};
use rekam_simulator::people::eye::truth::{EyeTruth, Outline};
use rekam_simulator::people::eye::{Eye, EyeConditions};

/// Error from which on, over a quarter of what is seen of a border, a contour is wrong: the code of such an iris is
/// another iris.
const WRONG: f32 = 0.08;

struct Found {
    /// Mean errors of pupil and limbus; 1 where no eye was found.
    errors: [f32; 2],
    /// Errors of what is seen of them, the quarter that is farthest off left out.
    misses: [f32; 2],
    confidence: f32,
}

fn found(seed: u64, conditions: &EyeConditions) -> Option<Found> {
    let (image, truth) = Eye::new(7000 + seed).capture(conditions);
    let eye = examine(&image).ok()?.segmentation;
    let mean = |outline: &Outline, contour: &Contour| {
        let points = (0..64).map(|i| contour.point(i as f32 / 64.0 * TAU));
        outline.errors(points).0 / truth.limbus.r
    };
    let borders = [(&truth.pupil_outline, &eye.pupil_contour), (&truth.limbus_outline, &eye.limbus_contour)];
    Some(Found {
        errors: borders.map(|(outline, contour)| mean(outline, contour)),
        misses: borders.map(|(outline, contour)| miss(&truth, outline, contour)),
        confidence: eye.confidence,
    })
}

fn miss(truth: &EyeTruth, outline: &Outline, contour: &Contour) -> f32 {
    let found = Outline::new((0..128).map(|i| contour.point(i as f32 / 128.0 * TAU)).collect());
    let seen: Vec<_> = outline.points().iter().filter(|point| truth.seen(**point)).collect();
    if seen.is_empty() {
        return 0.0;
    }
    quantile(seen.iter().map(|(x, y)| found.distance(*x, *y) / truth.limbus.r), 0.75)
}

fn quantile(values: impl Iterator<Item = f32>, share: f32) -> f32 {
    let mut values: Vec<f32> = values.collect();
    values.sort_by(f32::total_cmp);
    values[((values.len() - 1) as f32 * share).round() as usize]
}

#[test]
fn contours_of_whatever_comes_in_a_day_are_exact() {
    let found: Vec<Found> = (0..120).map(|seed| found(seed, &EyeConditions::varied(seed)).unwrap()).collect();
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
fn most_wrong_contours_are_known_to_be_wrong_and_right_ones_are_hardly_ever_doubted() {
    let ordinary = (0..300).filter_map(|seed| found(seed, &EyeConditions::varied(seed)));
    let hard = (0..300).filter_map(|seed| found(seed, &EyeConditions::hard(seed)));
    let (wrong, right): (Vec<Found>, Vec<Found>) =
        ordinary.chain(hard).partition(|found| found.misses.iter().any(|miss| *miss > WRONG));
    let doubted = |found: &[Found]| found.iter().filter(|found| found.confidence < UNSURE).count();
    assert!(wrong.len() >= 30, "only {} contours are wrong: the eyes are too easy to tell anything", wrong.len());
    let (flagged, alarms) = (doubted(&wrong), doubted(&right));
    println!("{flagged} of {} wrong contours are flagged, {alarms} of {} right ones too", wrong.len(), right.len());
    assert!(flagged * 10 >= wrong.len() * 8, "{flagged} of {} wrong contours are flagged", wrong.len());
    // One in a hundred is promised; the second is what 500 eyes can be off by.
    assert!(alarms * 100 <= right.len() * 2, "{alarms} of {} right contours are doubted", right.len());
}
