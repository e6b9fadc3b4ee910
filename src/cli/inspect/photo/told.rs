//! Words and order of what is said of a portrait.

use crate::biometrics::face::report::{Advice, Assessment, Report, Verdict};
use crate::office::words::{Language, Words};
use crate::station::portrait::advice_word;

/// All checks: what failed in the order in which it is to be mended, then what holds, by its score.
pub(super) fn worst_first(report: &Report) -> Vec<Assessment> {
    let place = |line: &Assessment| report.causes.iter().position(|check| *check == line.check).unwrap_or(usize::MAX);
    let mut lines = report.checks.clone();
    lines.sort_by_key(|line| (place(line), line.score));
    lines
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

/// The sentence of an advice, as operators read it.
pub(super) fn advice(advice: Advice) -> String {
    Words::of(Language::English).get(&format!("face-advice-{}", advice_word(advice)))
}
