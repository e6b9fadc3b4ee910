//! Words and order of what is said of a portrait.

use crate::biometrics::face::checks::{Rule, Weight};
use crate::biometrics::face::report::{Advice, Assessment, Report, Verdict};
use crate::office::words::{Language, Words};
use crate::station::portrait::advice_word;

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
    !line.pass && Rule::of(line.check).weight == Weight::Advises
}

/// How far a check is beyond its limit, in its tolerances; 0 when it holds.
fn beyond(line: &Assessment) -> f64 {
    if line.pass { 0.0 } else { Rule::of(line.check).beyond(f64::from(line.raw)) }
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
