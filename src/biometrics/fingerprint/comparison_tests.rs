//! Promises of the comparison, averaged over many fingers: what may not change a score, what must lower it, and that
//! every instruction set says the same.

use std::f32::consts::TAU;

use super::tests::{finger, moved, prepared};
use super::*;

const FINGERS: u64 = 60;

/// Numbers between -1 and 1 from a seed.
fn noise(seed: u64) -> impl FnMut() -> f32 {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 40) as f32 / (1u64 << 23) as f32 - 1.0
    }
}

/// A second capture: every minutia off by up to `pixels` and a matching angle, one in eight lost.
fn again(minutiae: &[Minutia], seed: u64, pixels: f32) -> Vec<Minutia> {
    let mut noise = noise(seed);
    let mut seen = Vec::new();
    for m in minutiae {
        let (dx, dy, turn, lost) = (noise(), noise(), noise(), noise());
        if lost < 0.75 {
            let (x, y) = (m.x + dx * pixels, m.y + dy * pixels);
            seen.push(Minutia { x, y, angle: m.angle + turn * pixels / 30.0, ..*m });
        }
    }
    seen
}

/// The mean score of every finger with what `change` makes of its second capture.
fn mean_score(change: impl Fn(u64, Vec<Minutia>) -> Vec<Minutia>) -> f32 {
    let score = |seed: u64| {
        let first = moved(&finger(seed, 45), 0.0, 500.0, 500.0);
        let second = change(seed, again(&first, seed + 1, 5.0));
        compare(&prepared(first), &prepared(second)).score
    };
    (0..FINGERS).map(score).sum::<f32>() / FINGERS as f32
}

#[test]
fn turning_and_shifting_changes_the_mean_score_by_less_than_two_percent() {
    let still = mean_score(|_, second| second);
    for (turn, dx, dy) in [(0.0, 90.0, -70.0), (0.4, 0.0, 0.0), (1.7, 900.0, 900.0), (4.0, 1500.0, 1200.0)] {
        // About the middle of the print, so that it stays on the plane.
        let turned = mean_score(|_, second| {
            let middle = moved(&second, 0.0, -650.0, -680.0);
            moved(&middle, turn, 650.0 + dx, 680.0 + dy)
        });
        assert!((turned / still - 1.0).abs() < 0.02, "{turned} instead of {still} at {turn} {dx} {dy}");
    }
}

#[test]
fn the_mean_score_falls_with_noise() {
    let scores: Vec<f32> =
        [0.0, 4.0, 8.0, 12.0].map(|pixels| mean_score(|seed, second| again(&second, seed + 7, pixels))).to_vec();
    assert!(scores.windows(2).all(|w| w[1] < w[0]), "{scores:?}");
}

#[test]
fn the_mean_score_falls_as_less_of_the_finger_is_seen_twice() {
    let scores: Vec<f32> = [900.0f32, 700.0, 650.0, 600.0]
        .map(|end| mean_score(|_, second| second.into_iter().filter(|m| m.x < end).collect()))
        .to_vec();
    assert!(scores.windows(2).all(|w| w[1] < w[0]), "{scores:?}");
}

#[test]
fn every_instruction_set_gives_the_same_comparison_and_the_same_order() {
    let fingers: Vec<Prepared> = (0..16)
        .map(|i| {
            let own = finger(i / 2, 20 + i as usize * 3);
            prepared(moved(&again(&own, i, 6.0), i as f32 * TAU / 16.0, 600.0, 600.0))
        })
        .chain([prepared(Vec::new()), prepared(finger(99, 2)), prepared(finger(100, 200))])
        .collect();
    let mut shelf = Shelf::default();
    fingers.iter().for_each(|finger| shelf.push(finger));
    for level in SimdLevel::available() {
        for a in &fingers {
            let bits = |level| shelf.screen_at(level, a).iter().map(|s| s.to_bits()).collect::<Vec<_>>();
            assert_eq!(bits(level), bits(SimdLevel::Portable), "{level:?}");
            for b in &fingers {
                let (one, other) = (compare_at(level, a, b), compare_at(SimdLevel::Portable, a, b));
                assert_eq!(one.score.to_bits(), other.score.to_bits(), "{level:?}");
                assert_eq!(one.pairs, other.pairs, "{level:?}");
            }
        }
    }
}

#[test]
fn a_shelf_screens_each_finger_as_if_it_were_alone() {
    let fingers: Vec<Prepared> = (0..20).map(|i| prepared(finger(i, i as usize * 4))).collect();
    let mut shelf = Shelf::default();
    fingers.iter().for_each(|finger| shelf.push(finger));
    for probe in &fingers {
        let alone: Vec<f32> = fingers.iter().map(|finger| screen(probe, finger)).collect();
        assert_eq!(shelf.screen(probe), alone);
    }
}

#[test]
fn a_print_twisted_while_it_was_pressed_is_still_the_finger() {
    // The upper half turned by a sixth of a radian and shifted by 25 pixels against the lower one, smoothly.
    let bent = |m: &Minutia| {
        let part = ((m.y - 680.0) / 120.0).clamp(-1.0, 1.0);
        Minutia { x: m.x + 25.0 * part, angle: m.angle + part / 6.0, ..*m }
    };
    let score = mean_score(|_, second| second.iter().map(bent).collect());
    assert!(score > 6.0, "{score}");
}

#[test]
fn strangers_mostly_leave_early_with_a_score_below_one_and_mates_never_do() {
    let fingers: Vec<Vec<Minutia>> = (0..FINGERS).map(|seed| finger(seed, 40)).collect();
    let mut early = 0;
    for (i, own) in fingers.iter().enumerate() {
        let stranger = &fingers[(i + 1) % fingers.len()];
        let found = compare(&prepared(own.clone()), &prepared(stranger.clone()));
        if found.pairs.is_empty() {
            assert!(found.score < 1.0, "{}", found.score);
            early += 1;
        }
        let mate = compare(&prepared(own.clone()), &prepared(again(own, i as u64 + 1, 5.0)));
        assert!(!mate.pairs.is_empty() && mate.score > 3.0, "{}", mate.score);
    }
    assert!(early > fingers.len() / 2, "{early}");
}

#[test]
fn a_comparison_does_not_depend_on_those_before_it() {
    let sizes = [40, 200, 3, 0, 25, 90, 40, 12];
    let fingers: Vec<Prepared> = (0..).zip(sizes).map(|(seed, n)| prepared(finger(seed, n))).collect();
    for a in &fingers {
        for b in &fingers {
            // A thread of its own has compared nothing yet.
            let fresh = std::thread::scope(|scope| scope.spawn(|| compare(a, b)).join().unwrap());
            assert_eq!(compare(a, b), fresh);
        }
    }
}
