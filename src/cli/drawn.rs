//! `rekam evaluate iris --drawn N`: does the segmentation know when it is wrong?
//!
//! Of a drawn eye the true contours are known. Half of the eyes are whatever comes in a day, half should have been
//! captured again ([`EyeConditions::varied`], [`EyeConditions::hard`]); or all are spoilt in every way and strength
//! ([`EyeConditions::spoilt`]). A segmentation is wrong when the border of the
//! pupil or the limbus misses the true one by more than 8 % of the iris radius on a quarter of what is to be seen of it;
//! what a lid hides is masked anyway. Wrong ones should be flagged, right ones should not.

use std::f32::consts::TAU;
use std::path::Path;

use rekam_hal::GrayImage;
use rekam_simulator::people::eye::truth::{EyeTruth, Outline};
use rekam_simulator::people::eye::{Eye, EyeConditions};
use serde::Serialize;

use super::signs::SignsFile;
use super::{Outcome, print_json};
use crate::biometrics::iris::{self, Contour, Segmentation, UNSURE};
use crate::cli::args::Global;
use crate::cli::error::CliError;

/// Share of the iris radius from which on a border is missed.
const MISSED: f32 = 0.08;
/// False alarms at which the flagged share is asked once more, whatever the engine's own threshold gives.
const ALARMS: f64 = 0.01;

/// What became of a drawn eye in which something was found.
struct Judged {
    /// Distances of what is seen of the true borders from the found ones, over the iris radius, the quarter that is
    /// farthest off left out: of the pupil and of the limbus.
    misses: [f32; 2],
    confidence: f32,
}

impl Judged {
    fn wrong(&self) -> bool {
        self.misses.iter().any(|miss| *miss > MISSED)
    }
}

/// The figures; errors are in iris radii.
#[derive(Debug, Serialize)]
struct Figures {
    eyes: usize,
    /// Nothing like an eye, or two, found in them.
    refused: usize,
    right: usize,
    wrong: usize,
    /// Wrong ones below the engine's threshold.
    flagged: usize,
    flagged_share: f64,
    /// Right ones below it.
    false_alarms: usize,
    false_alarm_share: f64,
    /// Share of the wrong ones below the confidence that one right one in a hundred is below.
    #[serde(rename = "flagged_share_at_1e-2")]
    flagged_share_at_2: f64,
    pupil_miss_median: f32,
    pupil_miss_95: f32,
    limbus_miss_median: f32,
    limbus_miss_95: f32,
}

/// Which eyes are drawn.
pub(super) struct Drawn {
    /// How many.
    pub eyes: u32,
    /// The first of them.
    pub seed: u64,
    /// Whether they are spoilt, or half ordinary and half plainly hard.
    pub spoilt: bool,
}

/// Runs the command.
pub(super) fn run(global: &Global, drawn: &Drawn, signs: Option<&Path>) -> Result<Outcome, CliError> {
    let mut signs = signs.map(SignsFile::create).transpose()?;
    let mut judged = Vec::new();
    let eyes = drawn.eyes;
    for number in 0..eyes {
        if number % 100 == 0 {
            tell!("{number} of {eyes} eyes");
        }
        let seed = drawn.seed.wrapping_add(u64::from(number));
        let (image, truth) = draw(seed, drawn.spoilt);
        let Ok(eye) = iris::examine(&image) else { continue };
        let verdict = judge(&eye.segmentation, &truth);
        if let Some(signs) = &mut signs {
            signs.add(&seed.to_string(), Some(verdict.wrong()), &eye)?;
        }
        judged.push(verdict);
    }
    signs.map_or(Ok(()), SignsFile::finish)?;
    let figures = figures(eyes as usize, &judged);
    if global.json {
        print_json(&figures)?;
        return Ok(Outcome::Passed);
    }
    say!(
        "{} drawn eyes, {} refused; pupil off by {:.3} (95 %: {:.3}) and limbus by {:.3} ({:.3}) iris radii",
        figures.eyes,
        figures.refused,
        figures.pupil_miss_median,
        figures.pupil_miss_95,
        figures.limbus_miss_median,
        figures.limbus_miss_95
    );
    say!(
        "{} wrong, {:.1} % of them flagged, {:.2} % of the right ones too; at 1 % false alarms {:.1} %",
        figures.wrong,
        figures.flagged_share * 100.0,
        figures.false_alarm_share * 100.0,
        figures.flagged_share_at_2 * 100.0
    );
    Ok(Outcome::Passed)
}

fn draw(seed: u64, spoilt: bool) -> (GrayImage, EyeTruth) {
    let conditions = match (spoilt, seed.is_multiple_of(2)) {
        (true, _) => EyeConditions::spoilt(seed),
        (false, true) => EyeConditions::varied(seed),
        (false, false) => EyeConditions::hard(seed),
    };
    Eye::new(seed).capture(&conditions)
}

fn judge(found: &Segmentation, truth: &EyeTruth) -> Judged {
    let misses = [(&truth.pupil_outline, &found.pupil_contour), (&truth.limbus_outline, &found.limbus_contour)]
        .map(|(outline, contour)| miss(truth, outline, contour));
    Judged { misses, confidence: found.confidence }
}

/// By how much three quarters of what is seen of an outline are missed at most; 0 where nothing is seen.
fn miss(truth: &EyeTruth, outline: &Outline, contour: &Contour) -> f32 {
    let points = (0..128).map(|k| contour.point(k as f32 / 128.0 * TAU)).collect();
    let found = Outline::new(points);
    let seen = outline.points().iter().filter(|point| truth.seen(**point));
    let distances: Vec<f32> = seen.map(|(x, y)| found.distance(*x, *y) / truth.limbus.r).collect();
    quantile(distances, 0.75)
}

fn quantile(mut values: Vec<f32>, share: f32) -> f32 {
    values.sort_by(f32::total_cmp);
    let at = (values.len().saturating_sub(1) as f32 * share).round() as usize;
    values.get(at).copied().unwrap_or_default()
}

fn share(of: usize, all: usize) -> f64 {
    of as f64 / all.max(1) as f64
}

fn figures(eyes: usize, judged: &[Judged]) -> Figures {
    let (wrong, right): (Vec<&Judged>, Vec<&Judged>) = judged.iter().partition(|eye| eye.wrong());
    let below = |eyes: &[&Judged], confidence: f32| eyes.iter().filter(|eye| eye.confidence < confidence).count();
    let mut confidences: Vec<f32> = right.iter().map(|eye| eye.confidence).collect();
    confidences.sort_by(f32::total_cmp);
    let threshold = confidences.get((ALARMS * right.len() as f64) as usize).copied().unwrap_or_default();
    let (flagged, false_alarms) = (below(&wrong, UNSURE), below(&right, UNSURE));
    let [pupil, limbus] = [0, 1]
        .map(|border| [0.5, 0.95].map(|share| quantile(judged.iter().map(|eye| eye.misses[border]).collect(), share)));
    Figures {
        eyes,
        refused: eyes - judged.len(),
        right: right.len(),
        wrong: wrong.len(),
        flagged,
        flagged_share: share(flagged, wrong.len()),
        false_alarms,
        false_alarm_share: share(false_alarms, right.len()),
        flagged_share_at_2: share(below(&wrong, threshold), wrong.len()),
        pupil_miss_median: pupil[0],
        pupil_miss_95: pupil[1],
        limbus_miss_median: limbus[0],
        limbus_miss_95: limbus[1],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn eye(miss: f32, confidence: f32) -> Judged {
        Judged { misses: [0.0, miss], confidence }
    }

    #[test]
    fn wrong_ones_and_false_alarms_are_counted_apart() {
        let right = (0..200).map(|k| eye(0.01, if k < 4 { 0.4 } else { 0.9 }));
        let wrong = (0..10).map(|k| eye(0.2, if k < 7 { 0.3 } else { 0.95 }));
        let figures = figures(220, &right.chain(wrong).collect::<Vec<_>>());
        assert_eq!((figures.refused, figures.right, figures.wrong), (10, 200, 10));
        assert_eq!((figures.flagged, figures.false_alarms), (7, 4));
        assert_eq!(figures.flagged_share_at_2, 0.7);
    }

    #[test]
    fn what_a_lid_hides_is_not_missed() {
        let (_, truth) = Eye::new(5).capture(&EyeConditions::typical(5));
        let top = (truth.limbus.x, truth.limbus.y - truth.limbus.r);
        assert!(truth.seen((truth.pupil.x + truth.pupil.r, truth.pupil.y)));
        assert!(!truth.seen((top.0, top.1 - 60.0)) && !truth.seen((-5.0, truth.pupil.y)));
        let circle = Contour::circle(iris::Circle { x: truth.limbus.x, y: truth.limbus.y, r: 1.2 * truth.limbus.r });
        assert!(miss(&truth, &truth.limbus_outline, &circle) > 0.15);
    }
}
