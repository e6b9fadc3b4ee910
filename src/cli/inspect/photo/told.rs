//! Words and order of what is said of a portrait.

use crate::biometrics::face::checks::{RULES, Weight, Within};
use crate::biometrics::face::report::{Advice, Assessment, Backdrop, Report, Verdict};

/// Best quality of a portrait that fails: below what counts as fair.
const WORST_PASSING: f32 = 40.0;

/// The mean of the checks, of which the lower part of the scale belongs to portraits that fail and the upper one to
/// those that pass; 0 without a face.
pub(super) fn quality(report: &Report) -> u8 {
    let sum: f32 = report.checks.iter().map(|line| f32::from(line.score)).sum();
    let mean = sum / report.checks.len().max(1) as f32;
    let figure = match report.verdict {
        Verdict::Pass => WORST_PASSING + mean * (100.0 - WORST_PASSING) / 100.0,
        Verdict::Fail | Verdict::ManyFaces => mean * (WORST_PASSING - 1.0) / 100.0,
        Verdict::NoFace => 0.0,
    };
    figure.round().clamp(0.0, 100.0) as u8
}

/// Checks that failed, the gravest first.
pub(super) fn faults(report: &Report) -> Vec<Assessment> {
    worst_first(report).into_iter().filter(|line| !line.pass).collect()
}

/// All checks: those that stop the shot, those that only advise, each by how far they are beyond the limit; then what
/// holds, by its score.
pub(super) fn worst_first(report: &Report) -> Vec<Assessment> {
    let mut lines = report.checks.clone();
    lines.sort_by(|a, b| {
        let rank = |line: &Assessment| (line.pass, advises(line));
        let worse = beyond(b).total_cmp(&beyond(a)).then(a.score.cmp(&b.score));
        rank(a).cmp(&rank(b)).then(worse)
    });
    lines
}

fn advises(line: &Assessment) -> bool {
    !line.pass && RULES.iter().any(|rule| rule.check == line.check && rule.weight == Weight::Advises)
}

/// How far a check is beyond its limit, in its tolerances; 0 when it holds.
fn beyond(line: &Assessment) -> f64 {
    let Some(rule) = RULES.iter().find(|rule| rule.check == line.check).filter(|_| !line.pass) else { return 0.0 };
    let raw = f64::from(line.raw);
    let over = match rule.within {
        Within::AtLeast(low) => low - raw,
        Within::AtMost(high) => raw - high,
        Within::Between(low, high) => (low - raw).max(raw - high),
        Within::Either(high) => raw.abs() - high,
        Within::Class => rule.tolerance + raw,
    };
    over / rule.tolerance
}

/// The word of a verdict.
pub(super) fn verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Pass => "pass",
        Verdict::Fail => "fail",
        Verdict::NoFace => "no_face",
        Verdict::ManyFaces => "many_faces",
    }
}

/// The word of a backdrop.
pub(super) fn backdrop(class: Backdrop) -> &'static str {
    match class {
        Backdrop::Red => "red",
        Backdrop::Blue => "blue",
        Backdrop::Orange => "orange",
        Backdrop::Other => "other",
        Backdrop::Uneven => "uneven",
    }
}

/// The sentence of an advice.
pub(super) fn advice(advice: Advice) -> &'static str {
    match advice {
        Advice::NoFace => "Ask the resident to sit in front of the camera.",
        Advice::OnlyOne => "Only one person in the picture.",
        Advice::NotAPerson => "Point the camera at the person, not at a picture.",
        Advice::TurnLeft => "Turn the head a little to the resident's right.",
        Advice::TurnRight => "Turn the head a little to the resident's left.",
        Advice::ChinDown => "Lower the chin a little.",
        Advice::ChinUp => "Raise the chin a little.",
        Advice::HeadUpright => "Hold the head upright.",
        Advice::Closer => "Come a little closer.",
        Advice::Farther => "Move back a little.",
        Advice::MoveLeft => "Move a little to the resident's right.",
        Advice::MoveRight => "Move a little to the resident's left.",
        Advice::MoveUp => "Raise the chair or lower the camera.",
        Advice::MoveDown => "Lower the chair or raise the camera.",
        Advice::OpenEyes => "Open the eyes.",
        Advice::CloseMouth => "Close the mouth.",
        Advice::UncoverEyes => "Clear the hair from the eyes.",
        Advice::UncoverMouth => "Uncover the mouth.",
        Advice::UncoverFace => "Uncover the face; a veil may stay on.",
        Advice::TakeOffGlasses => "Take off the glasses.",
        Advice::LookAtCamera => "Look straight into the camera.",
        Advice::EvenLight => "Light both sides of the face alike.",
        Advice::MoreLight => "More light.",
        Advice::LessLight => "Less light.",
        Advice::NaturalLight => "Correct the colour of the light or the white balance.",
        Advice::RedEyes => "Move the flash: the eyes look red.",
        Advice::HoldStill => "Hold still for a moment.",
        Advice::BetterFile => "Raise the camera's picture quality.",
        Advice::ChangeBackdrop => "Hang up a backdrop of the right colour.",
        Advice::SmoothBackdrop => "Smooth the backdrop and remove shadows.",
    }
}
