//! From the engine's report to what the journal keeps, and the words that stand for its values.

use std::collections::BTreeMap;

use crate::biometrics::face::{Advice, Backdrop, Report, Verdict, Wanted};
use crate::domain::codes::Nationality;
use crate::domain::resident::Resident;
use crate::domain::session::{BackdropSeen, Finding, Findings, PortraitVerdict};

/// Best quality of a portrait whose hard checks fail: below what counts as fair.
const WORST_PASSING: f32 = 40.0;

/// What a resident's portrait is judged for: the cloth of the birth year, orange for foreigners.
pub fn wanted(resident: &Resident) -> Wanted {
    let backdrop = match resident.nationality {
        Nationality::Foreign => Backdrop::Orange,
        Nationality::Indonesian | Nationality::Dual => match resident.birth_date.year().rem_euclid(2) {
            1 => Backdrop::Red,
            _ => Backdrop::Blue,
        },
    };
    Wanted { backdrop: Some(backdrop), room: true }
}

/// What the journal keeps of a report.
pub fn findings(report: &Report, wanted: Wanted, models: BTreeMap<String, String>) -> Findings {
    // What failed in the order in which it is to be mended, then what holds.
    let failed = report.causes.iter().filter_map(|check| report.checks.iter().find(|line| line.check == *check));
    let holds = report.checks.iter().filter(|line| !report.causes.contains(&line.check));
    let checks = failed.chain(holds).map(|line| Finding {
        check: line.check.name().to_owned(),
        // What is no number cannot be written down.
        raw: line.raw.is_finite().then_some(line.raw),
        score: line.score,
        pass: line.pass,
    });
    let seen = |background: crate::biometrics::face::Background| BackdropSeen {
        class: backdrop_word(background.class).into(),
        score: background.score,
    };
    let finite = |eyes: &[(f32, f32); 2]| eyes.iter().all(|(x, y)| x.is_finite() && y.is_finite());
    Findings {
        verdict: match report.verdict {
            Verdict::Pass => PortraitVerdict::Pass,
            Verdict::Fail => PortraitVerdict::Fail,
            Verdict::NoFace => PortraitVerdict::NoFace,
            Verdict::ManyFaces => PortraitVerdict::ManyFaces,
        },
        faces: u32::try_from(report.faces).unwrap_or(u32::MAX),
        wanted: wanted.backdrop.map(|backdrop| backdrop_word(backdrop).to_owned()),
        background: report.background.map(seen),
        eyes: report.eyes.filter(finite),
        checks: checks.collect(),
        advice: report.advice.map(|advice| advice_word(advice).to_owned()),
        models,
    }
}

/// One figure for a portrait on the scale of all samples: the mean of its checks, of which the lower part of the scale
/// belongs to portraits that fail and the upper one to those that pass. There is no face in a portrait of 0.
pub fn quality(report: &Report) -> u8 {
    let scores = report.checks.iter().map(|line| f32::from(line.score));
    let mean = if report.checks.is_empty() { 0.0 } else { scores.sum::<f32>() / report.checks.len() as f32 };
    let figure = match report.verdict {
        Verdict::Pass => WORST_PASSING + mean * (100.0 - WORST_PASSING) / 100.0,
        Verdict::Fail | Verdict::ManyFaces => mean * (WORST_PASSING - 1.0) / 100.0,
        Verdict::NoFace => 0.0,
    };
    figure.round().clamp(0.0, 100.0) as u8
}

/// The word of a backdrop in records.
pub fn backdrop_word(backdrop: Backdrop) -> &'static str {
    match backdrop {
        Backdrop::Red => "red",
        Backdrop::Blue => "blue",
        Backdrop::Orange => "orange",
        Backdrop::Other => "other",
        Backdrop::Uneven => "uneven",
    }
}

/// The backdrop of a word.
pub fn backdrop_of(word: &str) -> Option<Backdrop> {
    let all = [Backdrop::Red, Backdrop::Blue, Backdrop::Orange, Backdrop::Other, Backdrop::Uneven];
    all.into_iter().find(|backdrop| backdrop_word(*backdrop) == word)
}

/// All that can be advised.
pub const ADVICE: [Advice; 30] = [
    Advice::NoFace,
    Advice::OnlyOne,
    Advice::NotAPerson,
    Advice::TurnLeft,
    Advice::TurnRight,
    Advice::ChinDown,
    Advice::ChinUp,
    Advice::HeadUpright,
    Advice::Closer,
    Advice::Farther,
    Advice::MoveLeft,
    Advice::MoveRight,
    Advice::MoveUp,
    Advice::MoveDown,
    Advice::OpenEyes,
    Advice::CloseMouth,
    Advice::UncoverEyes,
    Advice::UncoverMouth,
    Advice::UncoverFace,
    Advice::TakeOffGlasses,
    Advice::LookAtCamera,
    Advice::EvenLight,
    Advice::MoreLight,
    Advice::LessLight,
    Advice::NaturalLight,
    Advice::RedEyes,
    Advice::HoldStill,
    Advice::BetterFile,
    Advice::ChangeBackdrop,
    Advice::SmoothBackdrop,
];

/// The word of an advice in records and in the Fluent files.
pub fn advice_word(advice: Advice) -> &'static str {
    match advice {
        Advice::NoFace => "no-face",
        Advice::OnlyOne => "only-one",
        Advice::NotAPerson => "not-a-person",
        Advice::TurnLeft => "turn-left",
        Advice::TurnRight => "turn-right",
        Advice::ChinDown => "chin-down",
        Advice::ChinUp => "chin-up",
        Advice::HeadUpright => "head-upright",
        Advice::Closer => "closer",
        Advice::Farther => "farther",
        Advice::MoveLeft => "move-left",
        Advice::MoveRight => "move-right",
        Advice::MoveUp => "move-up",
        Advice::MoveDown => "move-down",
        Advice::OpenEyes => "open-eyes",
        Advice::CloseMouth => "close-mouth",
        Advice::UncoverEyes => "uncover-eyes",
        Advice::UncoverMouth => "uncover-mouth",
        Advice::UncoverFace => "uncover-face",
        Advice::TakeOffGlasses => "take-off-glasses",
        Advice::LookAtCamera => "look-at-camera",
        Advice::EvenLight => "even-light",
        Advice::MoreLight => "more-light",
        Advice::LessLight => "less-light",
        Advice::NaturalLight => "natural-light",
        Advice::RedEyes => "red-eyes",
        Advice::HoldStill => "hold-still",
        Advice::BetterFile => "better-file",
        Advice::ChangeBackdrop => "change-backdrop",
        Advice::SmoothBackdrop => "smooth-backdrop",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::biometrics::face::{Assessment, Background, Check};

    fn report(verdict: Verdict, lines: &[(f32, u8, bool)]) -> Report {
        let checks = Check::ALL.iter().zip(lines);
        let line = |(check, (raw, score, pass)): (&Check, &(f32, u8, bool))| Assessment {
            check: *check,
            raw: *raw,
            score: *score,
            pass: *pass,
        };
        Report {
            faces: 1,
            verdict,
            checks: checks.map(line).collect(),
            background: Some(Background { class: Backdrop::Uneven, score: 12 }),
            eyes: Some([(1.0, 2.0), (f32::NAN, 2.0)]),
            advice: Some(Advice::ChinUp),
            causes: Vec::new(),
        }
    }

    #[test]
    fn what_is_no_number_is_left_out_and_the_rest_can_be_read_back() {
        let report = report(Verdict::Fail, &[(f32::NAN, 0, false), (f32::INFINITY, 100, true), (2.5, 40, false)]);
        let kept = findings(&report, Wanted { backdrop: Some(Backdrop::Red), room: true }, BTreeMap::new());
        let text = serde_json::to_string(&kept).unwrap();
        assert_eq!(serde_json::from_str::<Findings>(&text).unwrap(), kept);
        assert_eq!(kept.checks.iter().map(|line| line.raw).collect::<Vec<_>>(), [None, None, Some(2.5)]);
        assert_eq!(kept.eyes, None);
        assert_eq!(kept.faults(), [Check::ALL[0].name(), Check::ALL[2].name()]);
    }

    #[test]
    fn a_portrait_that_fails_is_never_worth_more_than_one_that_passes() {
        let best_failing = quality(&report(Verdict::Fail, &[(0.0, 100, true), (0.0, 100, false)]));
        let worst_passing = quality(&report(Verdict::Pass, &[(0.0, 0, true), (0.0, 0, true)]));
        assert!(best_failing < worst_passing, "{best_failing} {worst_passing}");
        assert_eq!(quality(&report(Verdict::Pass, &[(0.0, 100, true)])), 100);
        assert_eq!(quality(&report(Verdict::NoFace, &[])), 0);
        assert!(quality(&report(Verdict::ManyFaces, &[])) < worst_passing);
    }

    #[test]
    fn every_word_stands_for_one_thing() {
        let words: std::collections::BTreeSet<&str> = ADVICE.into_iter().map(advice_word).collect();
        assert_eq!(words.len(), ADVICE.len());
        for backdrop in [Backdrop::Red, Backdrop::Blue, Backdrop::Orange, Backdrop::Other, Backdrop::Uneven] {
            assert_eq!(backdrop_of(backdrop_word(backdrop)), Some(backdrop));
        }
        assert_eq!(backdrop_of("green"), None);
    }
}
