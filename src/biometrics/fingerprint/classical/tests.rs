//! Promises of the classical extractor, on patterns whose minutiae are known exactly.
//!
//! A plane wave is a print without minutiae. Adding the angle around a point to its phase adds one ridge on one side of
//! the point and none on the other: that is a minutia, and its direction is known from the phase of all the rest.

use std::f32::consts::{FRAC_PI_2, PI, TAU};

use rekam_hal::image::GrayImage;

use super::super::normalise::{MAX_SIDE, plane};
use super::super::{ExtractError, Extractor, MinutiaeNetwork, Prepared, Template, compare};
use super::*;

/// Waves with ridge `period`, ridges running at `flow` (against the clock), and minutiae at (x, y, sense).
#[derive(Clone)]
struct Pattern {
    flow: f32,
    period: f32,
    minutiae: Vec<(f32, f32, f32)>,
}

impl Pattern {
    fn new(flow: f32, period: f32) -> Self {
        let minutiae =
            vec![(80.0, 90.0, 1.0), (200.0, 70.0, -1.0), (140.0, 150.0, 1.0), (85.0, 215.0, -1.0), (225.0, 200.0, 1.0)];
        Self { flow, period, minutiae }
    }

    /// The phase at a place in pixels, without the minutia `but`.
    fn phase(&self, x: f32, y: f32, but: Option<usize>) -> f32 {
        let across = -self.flow.cos() * y - self.flow.sin() * x;
        let others = self.minutiae.iter().enumerate().filter(|(i, _)| Some(*i) != but);
        let around: f32 = others.map(|(_, (mx, my, sense))| sense * (my - y).atan2(x - mx)).sum();
        TAU * across / self.period + around
    }

    /// What stands at a planted minutia: the direction towards the side with more ridges, against the clock.
    fn direction(&self, index: usize) -> f32 {
        let (x, y, sense) = self.minutiae[index];
        let wrap = |a: f32| (a + PI).rem_euclid(TAU) - PI;
        let slope = |dx, dy| wrap(self.phase(x + dx, y + dy, Some(index)) - self.phase(x - dx, y - dy, Some(index)));
        // Rows grow downwards; the ridges run a quarter turn behind the rise of the phase.
        let across = (-slope(0.0, 0.5)).atan2(slope(0.5, 0.0));
        across - FRAC_PI_2 + if sense > 0.0 { 0.0 } else { PI }
    }

    fn image(&self, side: u32, low: f32, high: f32) -> GrayImage {
        GrayImage::from_fn(side, side, |x, y| {
            let wave = self.phase(x as f32, y as f32, None).cos();
            (low + (high - low) * (0.5 + 0.5 * wave)) as u8
        })
    }
}

fn found(image: &GrayImage) -> Vec<Minutia> {
    minutiae_of(&plane(image, MAX_SIDE).unwrap())
}

fn apart(a: f32, b: f32) -> f32 {
    ((a - b + PI).rem_euclid(TAU) - PI).abs()
}

/// The certain minutia nearest to a place, and how far it is.
fn nearest(minutiae: &[Minutia], x: f32, y: f32) -> (Minutia, f32) {
    let distance = |m: &Minutia| (m.x - x).hypot(m.y - y);
    let m = minutiae.iter().min_by(|a, b| distance(a).total_cmp(&distance(b))).unwrap();
    (*m, distance(m))
}

#[test]
fn planted_minutiae_are_found_where_they_are_and_as_they_point_and_nothing_else() {
    for (flow, period) in [(0.0, 9.0), (0.02, 8.0), (0.8, 8.0), (1.57, 11.0), (2.2, 7.0), (2.9, 10.0), (3.12, 9.0)] {
        let pattern = Pattern::new(flow, period);
        let found = found(&pattern.image(300, 30.0, 220.0));
        let certain: Vec<Minutia> = found.into_iter().filter(|m| m.quality > 0.5).collect();
        for (i, (x, y, _)) in pattern.minutiae.iter().enumerate() {
            let (m, distance) = nearest(&certain, *x, *y);
            assert!(distance < 4.0, "{flow}: minutia {i} is {distance} pixels off");
            assert!(apart(m.angle, pattern.direction(i)) < 0.15, "{flow}: minutia {i} points {}", m.angle);
        }
        assert_eq!(certain.len(), pattern.minutiae.len(), "{flow}");
    }
}

#[test]
fn an_end_and_a_fork_are_told_apart() {
    for (dark, kind) in [(true, MinutiaKind::Ending), (false, MinutiaKind::Bifurcation)] {
        // Straight ahead of the minutia the phase is that of a ridge, or of a valley.
        let image = GrayImage::from_fn(200, 200, |x, y| {
            let (x, y) = (x as f32 - 100.0, 100.0 - y as f32);
            let phase = TAU * y / 9.0 + y.atan2(x) + if dark { PI } else { 0.0 };
            (128.0 + 100.0 * phase.cos()) as u8
        });
        let (m, distance) = nearest(&found(&image), 100.0, 100.0);
        assert!(distance < 4.0);
        assert_eq!(m.kind, kind);
    }
}

#[test]
fn turning_and_shifting_the_finger_turns_and_shifts_its_minutiae() {
    let pattern = Pattern::new(0.4, 9.0);
    let still = found(&pattern.image(300, 30.0, 220.0));
    let centre = 150.0f32;
    for turn in [0.3f32, 1.2, 2.5, 4.0] {
        let (sin, cos) = turn.sin_cos();
        let there = |x: f32, y: f32| {
            (210.0 + cos * (x - centre) + sin * (y - centre), 190.0 - sin * (x - centre) + cos * (y - centre))
        };
        let back = |x: f32, y: f32| {
            (centre + cos * (x - 210.0) - sin * (y - 190.0), centre + sin * (x - 210.0) + cos * (y - 190.0))
        };
        let image = GrayImage::from_fn(400, 400, |x, y| {
            let (x, y) = back(x as f32, y as f32);
            let on = (0.0..300.0).contains(&x) && (0.0..300.0).contains(&y);
            if on { (125.0 + 95.0 * pattern.phase(x, y, None).cos()) as u8 } else { 250 }
        });
        let turned = found(&image);
        for m in still.iter().filter(|m| m.quality > 0.5) {
            let (x, y) = there(m.x, m.y);
            let (other, distance) = nearest(&turned, x, y);
            assert!(distance < 2.0 && apart(other.angle, m.angle + turn) < 0.1, "{turn}: {distance}");
        }
    }
}

#[test]
fn faint_dark_bright_and_unevenly_lit_prints_have_the_same_minutiae() {
    let pattern = Pattern::new(1.0, 9.0);
    let clear = found(&pattern.image(300, 20.0, 230.0));
    let lit = GrayImage::from_fn(300, 300, |x, y| {
        (40.0 + 0.4 * x as f32 + (20.0 + 0.1 * y as f32) * pattern.phase(x as f32, y as f32, None).cos()) as u8
    });
    for image in [pattern.image(300, 5.0, 60.0), pattern.image(300, 200.0, 250.0), lit] {
        let other = found(&image);
        for m in clear.iter().filter(|m| m.quality > 0.5) {
            let (same, distance) = nearest(&other, m.x, m.y);
            assert!(distance < 1.5 && apart(same.angle, m.angle) < 0.1 && same.quality > 0.5);
        }
    }
}

#[test]
fn the_network_and_the_classical_way_mean_the_same_by_a_minutia() {
    let bytes = std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/assets/models/leader.onnx")).unwrap();
    let network = MinutiaeNetwork::from_onnx(bytes).unwrap();
    let image = Pattern::new(0.7, 9.0).image(288, 30.0, 220.0);
    let theirs = Extractor::Network(&network).extract(&image).unwrap().template;
    let ours = Extractor::Classical.extract(&image).unwrap().template;
    let inner = |m: &&Minutia| m.quality > 0.5 && (40.0..248.0).contains(&m.x) && (40.0..248.0).contains(&m.y);
    assert!(theirs.minutiae().iter().filter(inner).count() >= 4);
    for m in theirs.minutiae().iter().filter(inner) {
        let (same, distance) = nearest(ours.minutiae(), m.x, m.y);
        assert!(distance < 6.0 && apart(same.angle, m.angle) < 0.3, "{distance} {} {}", same.angle, m.angle);
    }
}

#[test]
fn images_without_ridges_have_no_certain_minutiae_and_odd_sizes_do_no_harm() {
    let mut state = 7u32;
    let mut noise = move |_, _| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as u8
    };
    for (width, height) in [(1, 1), (1, 500), (500, 1), (7, 9), (8, 8), (17, 300), (600, 500)] {
        for m in found(&GrayImage::from_fn(width, height, &mut noise)) {
            assert!((0.0..width as f32).contains(&m.x) && (0.0..height as f32).contains(&m.y));
            assert!((0.0..TAU).contains(&m.angle) && m.quality < 0.9);
        }
        assert!(found(&GrayImage::from_fn(width, height, |_, _| 255)).is_empty());
    }
    let checks = GrayImage::from_fn(256, 256, |x, y| if (x / 2 + y / 2) % 2 == 0 { 0 } else { 255 });
    assert!(found(&checks).iter().all(|m| m.quality.is_finite()));
    let huge = GrayImage::from_fn(8000, 8000, |_, _| 0);
    assert!(matches!(Extractor::Classical.extract(&huge), Err(ExtractError::TooLarge { .. })));
}

#[test]
fn an_image_without_a_finger_is_refused_by_name() {
    let extracted = |width, height, grey| Extractor::Classical.extract(&GrayImage::from_fn(width, height, |_, _| grey));
    for grey in [0, 128, 255] {
        assert_eq!(extracted(300, 400, grey), Err(ExtractError::NoFinger));
    }
    assert_eq!(extracted(1, 1, 255), Err(ExtractError::TooSmall { width: 1, height: 1 }));
    assert_eq!(extracted(300, 63, 0), Err(ExtractError::TooSmall { width: 300, height: 63 }));
    assert_eq!(extracted(1025, 300, 0), Err(ExtractError::TooLarge { width: 1025, height: 300 }));
}

#[test]
fn noise_as_large_as_a_hand_is_no_finger() {
    let mut state = 1u32;
    let noise = GrayImage::from_fn(3000, 3000, |_, _| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as u8
    });
    let found = Extractor::Classical.extract(&noise.with_dpi(1000.0));
    assert_eq!(found, Err(ExtractError::TooLarge { width: 1500, height: 1500 }));
}

#[test]
fn two_looks_at_a_pattern_match_and_two_patterns_do_not() {
    let scattered = |seed: u32, flow: f32| {
        let place = |i: u32| {
            // Mixed twice: after one multiplication every seed would give the same places, shifted.
            let h = (seed * 1000 + i).wrapping_mul(2_654_435_761);
            let h = (h ^ h >> 15).wrapping_mul(2_246_822_519);
            let h = h ^ h >> 13;
            ((h >> 8 & 255) as f32 + 60.0, (h >> 16 & 255) as f32 + 60.0, if h >> 31 == 0 { 1.0 } else { -1.0 })
        };
        let mut minutiae: Vec<(f32, f32, f32)> = Vec::new();
        for new in (0..200).map(place) {
            if minutiae.len() < 24 && minutiae.iter().all(|m| (m.0 - new.0).hypot(m.1 - new.1) > 30.0) {
                minutiae.push(new);
            }
        }
        Pattern { flow, period: 9.0, minutiae }
    };
    let prepared = |p: &Pattern, low, high| Prepared::new(&Template::from_minutiae(found(&p.image(380, low, high))));
    let (one, other) = (scattered(1, 0.5), scattered(2, 0.9));
    let own = compare(&prepared(&one, 10.0, 240.0), &prepared(&one, 90.0, 170.0)).score;
    let strange = compare(&prepared(&one, 10.0, 240.0), &prepared(&other, 10.0, 240.0)).score;
    assert!(own > 6.0 && strange < 3.0, "{own} {strange}");
}
