//! Promises of the engine as a whole, on synthetic minutiae and synthetic ridges.

use std::f32::consts::{PI, TAU};

use proptest::prelude::*;
use rekam_hal::image::{GrayImage, Polarity};
use rekam_simulator::people::finger::{Finger, TrueMinutia};

use super::*;

/// Minutiae of one imaginary finger: spread over an ellipse, ridges flowing around a core, numbers from a seed.
pub(super) fn finger(seed: u64, count: usize) -> Vec<Minutia> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut uniform = move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 40) as f32 / (1u64 << 24) as f32
    };
    let mut minutiae: Vec<Minutia> = Vec::new();
    while minutiae.len() < count {
        let (x, y) = (uniform() * 300.0, uniform() * 360.0);
        let inside = ((x - 150.0) / 150.0).powi(2) + ((y - 180.0) / 180.0).powi(2) < 1.0;
        if inside && minutiae.iter().all(|m| (m.x - x).hypot(m.y - y) > 12.0) {
            let flow = (150.0 - x).atan2(y - 150.0) + (uniform() - 0.5);
            let angle = if uniform() < 0.5 { flow } else { flow + PI };
            minutiae.push(Minutia { x, y, angle, kind: MinutiaKind::Ending, quality: 0.5 + uniform() / 2.0 });
        }
    }
    minutiae
}

/// The same finger turned (counter-clockwise) about the origin of its image and shifted.
pub(super) fn moved(minutiae: &[Minutia], turn: f32, dx: f32, dy: f32) -> Vec<Minutia> {
    let (sin, cos) = turn.sin_cos();
    let place = |m: &Minutia| (cos * m.x + sin * m.y + dx, cos * m.y - sin * m.x + dy);
    minutiae
        .iter()
        .map(|m| {
            let (x, y) = place(m);
            Minutia { x, y, angle: m.angle + turn, ..*m }
        })
        .collect()
}

pub(super) fn prepared(minutiae: Vec<Minutia>) -> Prepared {
    Prepared::new(&Template::from_minutiae(minutiae))
}

fn network() -> MinutiaeNetwork {
    let bytes = std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/assets/models/leader.onnx")).unwrap();
    MinutiaeNetwork::from_onnx(bytes).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn a_comparison_does_not_care_which_side_comes_first(a in 0u64..500, b in 0u64..500, n in 0usize..60, m in 0usize..60) {
        let (a, b) = (prepared(finger(a, n)), prepared(finger(b, m)));
        let (ab, ba) = (compare(&a, &b), compare(&b, &a));
        prop_assert_eq!(ab.score.to_bits(), ba.score.to_bits());
        prop_assert_eq!(ab.pairs, ba.pairs.iter().map(|p| (p.1, p.0)).collect::<Vec<_>>());
        prop_assert!(ab.score.is_finite() && ab.score >= 0.0);
    }

    #[test]
    fn a_finger_is_found_wherever_and_however_it_lies(seed in 0u64..500, turn in 0.0..TAU, dx in 400.0f32..900.0, dy in 400.0f32..900.0) {
        let original = finger(seed, 40);
        let there = moved(&original, turn, dx, dy);
        let found = compare(&prepared(original.clone()), &prepared(there));
        prop_assert!(found.score > 8.0, "{}", found.score);
        prop_assert!(found.pairs.len() >= 38);
    }

    #[test]
    fn half_a_finger_beats_a_stranger(seed in 0u64..500, turn in 0.0..TAU) {
        let whole = finger(seed, 50);
        let half: Vec<Minutia> = whole.iter().filter(|m| m.y < 190.0).copied().collect();
        let whole = prepared(whole);
        let mate = compare(&prepared(moved(&half, turn, 600.0, 600.0)), &whole).score;
        let stranger = compare(&prepared(finger(seed + 1000, 50)), &whole).score;
        prop_assert!(mate > 4.0 && mate > stranger + 2.0, "{mate} {stranger}");
    }

    #[test]
    fn three_minutiae_or_fewer_prove_nothing(seed in 0u64..500, few in 0usize..4, many in 0usize..60) {
        let few = finger(seed, few);
        let some = compare(&prepared(few.clone()), &prepared(finger(seed, many)));
        let own = compare(&prepared(few.clone()), &prepared(few));
        prop_assert!(some.score < 1.0 && own.score < 1.0);
    }

    #[test]
    fn templates_no_finger_has_are_compared_all_the_same(
        points in prop::collection::vec((0u8..6, 0u8..6, 0u8..4, 0u8..3), 0..128),
        scale in prop_oneof![Just(0.0f32), Just(3.0), Just(40.0), Just(800.0)],
    ) {
        let place = |&(x, y, angle, quality): &(u8, u8, u8, u8)| Minutia {
            x: f32::from(x) * scale,
            y: f32::from(y) * scale,
            angle: f32::from(angle) * PI / 2.0,
            kind: MinutiaKind::Unknown,
            quality: f32::from(quality) / 2.0,
        };
        let odd = prepared(points.iter().map(place).collect());
        for other in [&odd, &prepared(finger(1, 40))] {
            let (there, back) = (compare(&odd, other), compare(other, &odd));
            prop_assert!(there.score.is_finite() && there.score >= 0.0);
            prop_assert_eq!(there.score.to_bits(), back.score.to_bits());
            prop_assert!((0.0..=1.0).contains(&screen(&odd, other)));
        }
    }

    #[test]
    fn a_template_from_bytes_scores_like_the_original(seed in 0u64..500) {
        let template = Template::from_minutiae(finger(seed, 30));
        let back = Template::from_bytes(&template.to_bytes()).unwrap();
        let other = prepared(finger(seed + 1, 30));
        let score = |t: &Template| compare(&Prepared::new(t), &other).score.to_bits();
        prop_assert_eq!(score(&template), score(&back));
    }
}

#[test]
fn pairs_name_the_minutiae_of_the_templates() {
    let a = Template::from_minutiae(finger(7, 40));
    let b = Template::from_minutiae(moved(a.minutiae(), 0.3, 200.0, 300.0));
    let found = compare(&Prepared::new(&a), &Prepared::new(&b));
    for (i, j) in found.pairs {
        let there = moved(&a.minutiae()[usize::from(i)..=usize::from(i)], 0.3, 200.0, 300.0)[0];
        let m = b.minutiae()[usize::from(j)];
        assert!((m.x - there.x).hypot(m.y - there.y) < 1.0);
    }
}

/// Whole synthetic fingers, with some 55 minutiae each, are as unlike one another as people's; small pieces of them are
/// more alike than the scale says, and no measure for it. A scale that is wrong by a factor of five fails here.
#[test]
fn as_many_strangers_reach_a_score_as_it_says() {
    let finger = |seed: u64| {
        let minutia =
            |m: &TrueMinutia| Minutia { x: m.x, y: m.y, angle: m.angle, kind: MinutiaKind::Unknown, quality: 0.9 };
        prepared(Finger::minutiae_only(seed).iter().map(minutia).collect())
    };
    let fingers: Vec<Prepared> = (0..400).map(finger).collect();
    let mut scores = Vec::new();
    for (i, a) in fingers.iter().enumerate() {
        scores.extend(fingers.iter().skip(i + 1).map(|b| compare(a, b).score));
    }
    for (score, said) in [(2.0, 1e-2), (3.0, 1e-3)] {
        let rate = scores.iter().filter(|s| **s >= score).count() as f32 / scores.len() as f32;
        assert!((said / 3.0..=said * 3.0).contains(&rate), "{rate} of strangers reach {score}");
    }
}

#[test]
fn screening_ranks_the_mate_first() {
    let mate = finger(3, 40);
    let probe = prepared(moved(&mate, 1.0, 500.0, 500.0));
    let own = screen(&probe, &prepared(mate));
    assert!((0.0..=1.0).contains(&own));
    assert!((100..140).all(|s| screen(&probe, &prepared(finger(s, 40))) < own));
    assert_eq!(screen(&probe, &prepared(Vec::new())), 0.0);
}

/// Ridges every 9 pixels running in direction `flow` (counter-clockwise), with one ridge ending in the middle: the
/// phase gains one turn around it.
fn ridges(side: u32, flow: f32) -> GrayImage {
    GrayImage::from_fn(side, side, |x, y| {
        let (x, y) = (x as f32 - side as f32 / 2.0, side as f32 / 2.0 - y as f32);
        let across = flow.cos() * y - flow.sin() * x;
        let phase = TAU * across / 9.0 + (y.atan2(x));
        (128.0 + 100.0 * phase.cos()) as u8
    })
}

#[test]
fn a_planted_minutia_is_found_with_its_direction_also_bright_and_at_another_resolution() {
    let network = network();
    let flow = 0.6f32;
    let image = ridges(192, flow);
    let dark = network.minutiae(&image).unwrap();
    let at_centre = |found: &[Minutia], centre: f32| {
        *found.iter().find(|m| (m.x - centre).hypot(m.y - centre) < 10.0).expect("a minutia in the middle")
    };
    let m = at_centre(&dark, 96.0);
    assert!(((m.angle - flow) * 2.0).cos() > 0.9, "{}", m.angle);
    let bright = GrayImage::new(192, 192, image.pixels().iter().map(|p| 255 - p).collect()).unwrap();
    let bright = network.minutiae(&bright.with_polarity(Polarity::RidgesBright)).unwrap();
    assert_eq!(bright, dark);
    let coarse = GrayImage::from_fn(96, 96, |x, y| image.get(2 * i64::from(x), 2 * i64::from(y))).with_dpi(250.0);
    let coarse = network.minutiae(&coarse).unwrap();
    assert!(((at_centre(&coarse, 96.0).angle - flow) * 2.0).cos() > 0.9);
}

#[test]
fn an_image_without_a_finger_is_refused_and_an_empty_template_matches_nothing() {
    let network = network();
    assert_eq!(extract(&network, &GrayImage::from_fn(300, 400, |_, _| 255)), Err(ExtractError::NoFinger));
    let dot = GrayImage::from_fn(1, 1, |_, _| 0);
    assert_eq!(extract(&network, &dot), Err(ExtractError::TooSmall { width: 1, height: 1 }));
    let empty = Prepared::new(&Template::default());
    assert_eq!(compare(&empty, &prepared(finger(1, 40))).score, 0.0);
    assert_eq!(compare(&empty, &empty).score, 0.0);
}

#[test]
fn an_image_larger_than_a_finger_or_of_a_senseless_resolution_is_refused() {
    let network = network();
    let image = || GrayImage::from_fn(2000, 100, |_, _| 128);
    assert_eq!(extract(&network, &image()), Err(ExtractError::TooLarge { width: 2000, height: 100 }));
    for dpi in [60.0, 100.0, 2400.0] {
        assert_eq!(extract(&network, &image().with_dpi(dpi)), Err(ExtractError::Resolution { dpi }));
    }
}

#[test]
fn bytes_that_are_no_network_are_refused() {
    assert!(matches!(MinutiaeNetwork::from_onnx(vec![1, 2, 3]), Err(NetworkError::Container)));
}

#[test]
fn minutiae_never_show_in_debug_output() {
    let template = Template::from_minutiae(finger(1, 5));
    assert_eq!(format!("{template:?}"), "Template(5 minutiae)");
    assert_eq!(format!("{:?}", template.minutiae()[0]), "Minutia(Ending)");
    assert!(!format!("{:?}", Prepared::new(&template)).contains('.'));
}
