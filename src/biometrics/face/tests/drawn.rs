//! The people of the training mode are people; crude drawings of faces are not.

use rekam_hal::RgbImage;
use rekam_simulator::people::portrait::{Backdrop, HEIGHT, Look, Moment, WIDTH, eye_centres, portrait, portrait_at};

use super::super::Nature;
use super::{from_fn, see};

/// A cartoon: flat colours within ellipses and lines.
fn cartoon(skin: [u8; 3], behind: [u8; 3], line: bool) -> RgbImage {
    let ellipse =
        |x: f32, y: f32, (u, v): (f32, f32), (a, b): (f32, f32)| ((x - u) / a).powi(2) + ((y - v) / b).powi(2);
    from_fn(480, 640, |x, y| {
        let (x, y) = (x as f32, y as f32);
        let head = ellipse(x, y, (240.0, 300.0), (110.0, 145.0));
        let eyes =
            [195.0, 285.0].map(|u| (ellipse(x, y, (u, 275.0), (24.0, 12.0)), ellipse(x, y, (u, 275.0), (8.0, 8.0))));
        let brow = [195.0f32, 285.0].iter().any(|u| (x - u).abs() < 30.0 && (y - 245.0).abs() < 5.0);
        let nose = (x - 240.0).abs() < 4.0 && y > 280.0 && y < 335.0;
        let mouth = ellipse(x, y, (240.0, 375.0), (42.0, 9.0)) < 1.0;
        if eyes.iter().any(|e| e.1 < 1.0) || brow || nose {
            [20, 16, 14]
        } else if eyes.iter().any(|e| e.0 < 1.0) {
            [250; 3]
        } else if mouth {
            [170, 40, 50]
        } else if line && (0.94..1.0).contains(&head) {
            [10; 3]
        } else if head < 1.0 {
            if y < 205.0 { [40, 26, 20] } else { skin }
        } else if ellipse(x, y, (240.0, 640.0), (200.0, 190.0)) < 1.0 {
            [40, 70, 130]
        } else {
            behind
        }
    })
}

#[test]
fn a_cartoon_is_no_person() {
    for skin in [[236, 190, 150], [150, 100, 70], [255, 255, 255], [250, 220, 60]] {
        for behind in [[219, 21, 20], [0, 144, 255], [240, 240, 240]] {
            for line in [false, true] {
                let seen = see(&cartoon(skin, behind, line));
                assert_ne!(
                    seen.nature(),
                    Nature::Person,
                    "{skin:?} on {behind:?}: {:?}",
                    seen.sitter.map(|s| s.substance)
                );
            }
        }
    }
}

#[test]
fn the_people_of_the_training_mode_are_people() {
    for seed in 0..12u64 {
        let image = portrait(900 + seed, 3, look(seed));
        assert_eq!((image.width(), image.height()), (WIDTH, HEIGHT));
        let seen = see(&image);
        assert_eq!((seen.nature(), seen.faces.len()), (Nature::Person, 1), "{seed}");
    }
}

fn look(seed: u64) -> Look {
    let backdrop = [Backdrop::Red, Backdrop::Blue, Backdrop::Orange][seed as usize % 3];
    Look { backdrop, female: seed % 2 == 1, veil: seed % 4 == 1, age: 17 + 5 * (seed as u32 % 12) }
}

#[test]
fn the_eyes_of_people_are_found_within_two_pixels() {
    for seed in 0..10u64 {
        let typical = Moment::typical(seed + 40);
        for moment in [
            typical,
            Moment { tilt: 9.0, ..typical },
            Moment { yaw: -15.0, ..typical },
            Moment { yaw: 15.0, ..typical },
            Moment { scale: 70.0, centre: (200.0, 300.0), ..typical },
            Moment { glasses: true, ..typical },
            Moment { mouth: 0.6, ..typical },
        ] {
            let sitter = see(&portrait_at(seed, look(seed), &moment)).sitter.unwrap();
            for (truth, found) in eye_centres(seed, look(seed), &moment).into_iter().zip(sitter.eyes()) {
                let off = (truth.0 - found.0).hypot(truth.1 - found.1);
                assert!(off < 2.0, "{seed} {moment:?}: an eye is off by {off} pixels");
            }
        }
    }
}

#[test]
fn a_head_that_turns_or_tilts_is_seen_turning_and_tilting() {
    for seed in 0..6u64 {
        let typical = Moment { tilt: 0.0, ..Moment::typical(seed) };
        let pose = |moment: Moment| see(&portrait_at(seed, look(seed), &moment)).sitter.unwrap().pose;
        let yaws = [-24.0, -16.0, -8.0, 0.0, 8.0, 16.0, 24.0].map(|yaw| pose(Moment { yaw, ..typical })[0]);
        assert!(yaws.windows(2).all(|pair| pair[0] + 1.0 < pair[1]), "{seed}: {yaws:?}");
        let rolls = [-15.0, -5.0, 5.0, 15.0].map(|tilt| (tilt, pose(Moment { tilt, ..typical })[2]));
        assert!(rolls.iter().all(|(tilt, roll)| (tilt + roll).abs() < 2.5), "{seed}: {rolls:?}");
    }
}

#[test]
fn somebody_behind_is_a_second_face() {
    for seed in 0..6u64 {
        let moment = Moment { second: true, ..Moment::typical(seed) };
        assert_eq!(see(&portrait_at(seed, look(seed), &moment)).faces.len(), 2, "{seed}");
    }
}
