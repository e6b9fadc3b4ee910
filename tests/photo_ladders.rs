//! A good portrait spoiled step by step: the right measure falls with every step, and the right fault is named first.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "support/portrait.rs"]
mod portrait;

use std::io::Write;

use portrait::{
    BLUE, ORANGE, RED, Seen, blurred, compressed, exposed, eyes_shut, mouth_open, moved, portrait as sitter, side_lit,
    turned,
};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rekam::biometrics::face::report::{Advice, Backdrop, Check, Verdict, Wanted};

const ANY: Wanted = Wanted { backdrop: None };

/// Every step takes the raw value farther in one direction, and no step is scored better than the one before.
fn falls(name: &str, check: Check, steps: Vec<Seen>) {
    assert!(steps.len() >= 5);
    let seen: Vec<(f32, u8)> = steps
        .iter()
        .map(|s| {
            let report = s.report(&ANY);
            let found = report.checks.iter().find(|a| a.check == check).unwrap();
            (found.raw, found.score)
        })
        .collect();
    let rising = seen.windows(2).all(|w| w[1].0 > w[0].0);
    let falling = seen.windows(2).all(|w| w[1].0 < w[0].0);
    assert!(rising || falling, "{name}: not monotone: {seen:?}");
    assert!(seen.windows(2).all(|w| w[1].1 <= w[0].1), "{name}: scored better: {seen:?}");
    assert!(seen[seen.len() - 1].1 < seen[0].1, "{name}: the score does not move: {seen:?}");
}

#[test]
fn a_good_portrait_passes_before_every_backdrop() {
    for (colour, class) in [(RED, Backdrop::Red), (BLUE, Backdrop::Blue), (ORANGE, Backdrop::Orange)] {
        let report = sitter(colour).report(&Wanted { backdrop: Some(class) });
        let failed: Vec<_> = report.checks.iter().filter(|c| !c.pass).collect();
        assert_eq!(report.verdict, Verdict::Pass, "{class:?}: {failed:?}");
        assert_eq!(report.advice, None, "{failed:?}");
        assert_eq!(report.background.unwrap().class, class);
        assert_eq!(report.checks.len(), Check::ALL.len());
    }
}

#[test]
fn blur_lowers_the_sharpness() {
    let sitter = sitter(RED);
    let mut steps = vec![sitter.clone()];
    steps.extend([0.7, 1.2, 1.8, 2.6, 3.6, 5.0].map(|s| blurred(&sitter, s)));
    falls("blur", Check::Sharpness, steps);
}

#[test]
fn a_weaker_contrast_is_no_blur() {
    let sitter = sitter(RED);
    let raw = |seen: &Seen| {
        let report = seen.report(&ANY);
        report.checks.iter().find(|a| a.check == Check::Sharpness).unwrap().raw
    };
    let flat = portrait::see(portrait::each(&sitter.image, |_, _, c| c.map(|v| 90.0 + v * 0.4)), &sitter);
    assert!((raw(&flat) - raw(&sitter)).abs() < 0.05, "{} {}", raw(&flat), raw(&sitter));
}

#[test]
fn less_light_lowers_the_luminance() {
    let sitter = sitter(BLUE);
    falls("dark", Check::LuminanceMean, [1.0, 0.7, 0.5, 0.35, 0.22, 0.14, 0.08].map(|g| exposed(&sitter, g)).into());
}

#[test]
fn too_much_light_is_seen_as_such() {
    let sitter = sitter(BLUE);
    let steps: Vec<Seen> = [1.0, 1.4, 1.9, 2.6, 3.5, 5.0].map(|g| exposed(&sitter, g)).into();
    falls("bright", Check::OverExposure, steps.clone());
    falls("bright", Check::LuminanceMean, steps);
}

#[test]
fn light_from_one_side_is_seen_as_such() {
    let sitter = sitter(BLUE);
    // the light was not quite even before: on the brighter side the first step may even it out
    falls(
        "side",
        Check::IlluminationUniformity,
        [0.3, 0.45, 0.6, 0.75, 0.9].map(|s| side_lit(&sitter, s, false)).into(),
    );
    falls(
        "side",
        Check::IlluminationUniformity,
        [0.3, 0.45, 0.6, 0.75, 0.9].map(|s| side_lit(&sitter, s, true)).into(),
    );
}

#[test]
fn a_turned_or_tilted_head_is_seen_as_such() {
    let sitter = sitter(BLUE);
    falls("roll", Check::HeadPoseRoll, [0.0, 5.0, 10.0, 15.0, 20.0].map(|a| moved(&sitter, a, 1.0, (0.0, 0.0))).into());
    falls("yaw", Check::HeadPoseYaw, [0.0, 8.0, 16.0, 24.0, 32.0].map(|a| turned(&sitter, a)).into());
}

#[test]
fn a_head_at_the_border_or_too_far_is_seen_as_such() {
    let sitter = sitter(RED);
    let by = |dx: f32, dy: f32| [0.0, 1.0, 2.0, 3.0, 4.0].map(|k| moved(&sitter, 0.0, 1.0, (dx * k, dy * k)));
    falls("left", Check::LeftwardCrop, by(-0.06, 0.0).into());
    falls("right", Check::RightwardCrop, by(0.06, 0.0).into());
    falls("up", Check::MarginAbove, by(0.0, -0.05).into());
    falls("down", Check::MarginBelow, by(0.0, 0.05).into());
    let far: Vec<Seen> = [1.0, 0.85, 0.7, 0.55, 0.4].map(|k| moved(&sitter, 0.0, k, (0.0, 0.0))).into();
    falls("far", Check::HeadSize, far.clone());
    falls("far", Check::InterEyeDistance, far);
}

#[test]
fn compression_is_seen_at_every_quality() {
    let sitter = sitter(BLUE);
    falls("jpeg", Check::CompressionArtifacts, [90, 75, 60, 45, 30, 20, 10].map(|q| compressed(&sitter, q)).into());
}

#[test]
fn closed_eyes_and_an_open_mouth_are_seen_as_such() {
    let sitter = sitter(BLUE);
    falls("eyes", Check::EyesOpen, [0.0, 0.25, 0.5, 0.75, 1.0].map(|s| eyes_shut(&sitter, s)).into());
    falls("mouth", Check::MouthClosed, [0.1, 0.15, 0.2, 0.25, 0.3].map(|g| mouth_open(&sitter, g)).into());
}

/// One spoiled picture and the sentences that mend it.
fn defect(bases: &[Seen; 3], kind: usize, chance: &mut ChaCha8Rng) -> (Seen, &'static [Advice]) {
    let base = &bases[chance.random_range(0..3)];
    let either = chance.random_bool(0.5);
    let sign = if either { 1.0 } else { -1.0 };
    let mut between = |a: f32, b: f32| chance.random_range(a..b);
    match kind {
        0 => (blurred(base, between(1.4, 5.0)), &[Advice::HoldStill]),
        1 => (exposed(base, between(0.05, 0.16)), &[Advice::MoreLight]),
        2 => (exposed(base, between(2.0, 5.0)), &[Advice::LessLight]),
        3 => (side_lit(base, between(0.72, 0.95), either), &[Advice::EvenLight]),
        4 => (moved(base, sign * between(11.0, 25.0), 1.0, (0.0, 0.0)), &[Advice::HeadUpright]),
        5 => {
            (turned(base, sign * between(11.0, 30.0)), if either { &[Advice::TurnLeft] } else { &[Advice::TurnRight] })
        }
        6 => {
            let by = sign * between(0.2, 0.3);
            (moved(base, 0.0, 1.0, (by, 0.0)), if either { &[Advice::MoveLeft] } else { &[Advice::MoveRight] })
        }
        7 => (moved(base, 0.0, between(0.3, 0.55), (0.0, 0.0)), &[Advice::Closer]),
        8 => (compressed(base, between(4.0, 22.0) as u8), &[Advice::BetterFile]),
        9 => {
            let wrong = [[40, 150, 70], [245, 245, 245], [120, 120, 120], [240, 220, 60], [130, 60, 160]];
            (sitter(wrong[between(0.0, 5.0) as usize]), &[Advice::ChangeBackdrop])
        }
        10 => (eyes_shut(base, between(0.8, 1.0)), &[Advice::OpenEyes]),
        _ => (mouth_open(base, between(0.18, 0.4)), &[Advice::CloseMouth]),
    }
}

#[test]
fn the_fault_named_first_is_the_one_that_was_made() {
    let mut chance = ChaCha8Rng::seed_from_u64(20);
    let bases = [RED, BLUE, ORANGE].map(sitter);
    let mut wrong = Vec::new();
    for round in 0..500 {
        let (seen, expected) = defect(&bases, round % 12, &mut chance);
        let report = seen.report(&ANY);
        if report.verdict != Verdict::Fail || !report.advice.is_some_and(|a| expected.contains(&a)) {
            let failed: Vec<_> = report.checks.iter().filter(|c| !c.pass).map(|c| (c.check.name(), c.raw)).collect();
            wrong.push(format!("{round}: {expected:?} but {:?} {failed:?}", report.advice));
        }
    }
    let _ = writeln!(std::io::stderr(), "defects: {} of 500 wrong {wrong:?}", wrong.len());
    assert!(wrong.len() * 20 <= 500, "{} of 500 wrong:\n{}", wrong.len(), wrong.join("\n"));
}
