//! Where the eyes come to lie in what is cut for the card, against where they are.
//!
//! Of drawn people the truth is known; the astronaut's pupils were found by hand in her picture at 25 times its size:
//! the middle of the dark disc (luma under 60), its gleam counted in and the lashes out.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "support/portrait.rs"]
mod portrait;

use std::io::Write;

use portrait::{BLUE, RED, Seen, astronaut, drawing, framed, look, portrait as sitter, see};
use rekam::biometrics::face::crop::{Format, Head, cut};
use rekam::biometrics::face::report::{Advice, Check, Point, Verdict, Wanted};
use rekam_simulator::people::portrait::{Moment, eye_centres};

const PUPILS: [Point; 2] = [(203.7, 100.8), (247.0, 103.1)];
const FORMATS: [Format; 3] = [Format::Portrait { dpi: 300 }, Format::Token { width: 480 }, Format::Card { dpi: 300 }];

fn apart(a: Point, b: Point) -> f32 {
    (a.0 - b.0).hypot(a.1 - b.1)
}

/// The larger error of the two eyes, in pixels of the photograph; every cut says the same and has them level.
fn error(seen: &Seen, truth: [Point; 2]) -> f32 {
    let found = seen.found.sitter.as_ref().unwrap().eyes();
    for format in FORMATS {
        let cut = cut(&seen.image, Head::of(&seen.points), format).unwrap();
        assert!((cut.eyes[0].1 - cut.eyes[1].1).abs() < 0.01, "{format:?}: {:?}", cut.eyes);
        for (eye, found) in cut.eyes.into_iter().zip(found) {
            assert!(apart(cut.origin(eye), found) < 0.01 * cut.scale.max(1.0), "{format:?}");
        }
    }
    apart(found[0], truth[0]).max(apart(found[1], truth[1]))
}

#[test]
fn the_eyes_of_drawn_people_are_cut_within_two_pixels() {
    let mut errors = Vec::new();
    for number in 0..40u64 {
        let typical = Moment::typical(number + 300);
        for moment in [
            typical,
            Moment { tilt: 10.0, ..typical },
            Moment { yaw: if number % 2 == 0 { 12.0 } else { -12.0 }, tilt: -5.0, ..typical },
            Moment { scale: 74.0, centre: (205.0, 300.0), ..typical },
            Moment { exposure: 0.6, blur: 1.4, ..typical },
        ] {
            errors.push(error(&drawing(number, &moment), eye_centres(number, look(number), &moment)));
        }
    }
    errors.sort_by(f32::total_cmp);
    let of = |share: f32| errors[((errors.len() - 1) as f32 * share) as usize];
    let _ = writeln!(std::io::stderr(), "eyes off by {} {} {} (half, 95 %, all) pixels", of(0.5), of(0.95), of(1.0));
    assert!(of(1.0) <= 2.0, "{errors:?}");
}

#[test]
fn the_eyes_of_the_astronaut_are_cut_within_three_hundredths_of_their_distance() {
    let off = error(&astronaut(), PUPILS) / apart(PUPILS[0], PUPILS[1]);
    let _ = writeln!(std::io::stderr(), "eyes off by {off} eye distances");
    assert!(off <= 0.03, "{off}");
}

/// Where a picture ends about a head: from the eyes up, down and to either side, in lengths from the eyes to the chin.
fn about(seen: &Seen, up: f32, down: f32, side: f32) -> Seen {
    let head = Head::of(&seen.points).unwrap();
    let (x, y) = ((head.eyes[0].0 + head.eyes[1].0) / 2.0, (head.eyes[0].1 + head.eyes[1].1) / 2.0);
    let [left, right, top, bottom] =
        [x - side * head.chin, x + side * head.chin, y - up * head.chin, y + down * head.chin];
    see(framed(&seen.image, [left, top, right, bottom]))
}

#[test]
fn what_has_room_for_the_card_is_cut_from_the_photograph_alone() {
    const ROOM: [Check; 5] =
        [Check::HeadSize, Check::MarginAbove, Check::MarginBelow, Check::LeftwardCrop, Check::RightwardCrop];
    let wanted = Wanted { backdrop: None, room: true };
    let (mut roomy, mut tight) = (0, 0);
    for number in [3, 5, 8] {
        let base = drawing(number, &Moment { scale: 52.0, ..Moment::typical(number) });
        for (up, down) in [(1.1, 1.3), (1.2, 1.45), (1.35, 1.65), (1.4, 2.1), (1.5, 2.0), (1.45, 2.25), (1.9, 1.9)] {
            let seen = about(&base, up, down, 1.5);
            let report = seen.report(&wanted);
            let holds = |check: &Check| report.checks.iter().any(|line| line.check == *check && line.pass);
            let [portrait, card] =
                [FORMATS[0], FORMATS[2]].map(|f| cut(&seen.image, Head::of(&seen.points), f).unwrap());
            if ROOM.iter().all(holds) {
                roomy += 1;
                let beyond = portrait.beyond.max(card.beyond);
                assert!(beyond < 0.03, "{number} {up} {down}: {beyond} of it is invented");
            } else {
                tight += 1;
            }
        }
    }
    assert!(roomy >= 6 && tight >= 9, "{roomy} with room, {tight} without");
}

#[test]
fn a_face_that_fills_the_picture_is_asked_to_move_back() {
    // of a drawing that fills the picture the networks do not believe that it is a person
    for base in [sitter(RED), sitter(BLUE)] {
        for half in [0.8, 0.7, 0.62] {
            let report = about(&base, 0.95, 1.1, half).report(&Wanted::default());
            assert_eq!((report.faces, report.verdict), (1, Verdict::Fail), "{half}");
            assert_eq!(report.advice, Some(Advice::Farther), "{half}: {:?}", report.causes);
        }
    }
}

#[test]
fn somebody_behind_the_sitter_makes_two_faces_of_it() {
    let base = sitter(RED);
    let [width, height] = [base.image.width() as f32, base.image.height() as f32];
    // the same head once more, of this share of the size, in the upper corner
    for share in [0.7, 0.5, 0.4] {
        let other = |x: u32, y: u32| {
            let place = ((x as f32 / share) as u32, (y as f32 / share) as u32);
            let at = (place.1 * base.image.width() + place.0) as usize * 3;
            <[u8; 3]>::try_from(&base.image.pixels()[at..at + 3]).unwrap()
        };
        let (wide, high) = ((width * share) as u32, (height * share) as u32);
        let mut pixels = Vec::new();
        for y in 0..base.image.height() {
            for x in 0..base.image.width() + wide {
                let at = (y * base.image.width() + x.saturating_sub(wide)) as usize * 3;
                let beside = if y < high { other(x.min(wide - 1), y) } else { [0xDB, 0x15, 0x14] };
                pixels.extend(if x < wide { beside } else { base.image.pixels()[at..at + 3].try_into().unwrap() });
            }
        }
        let report = see(rekam_hal::RgbImage::new(base.image.width() + wide, base.image.height(), pixels).unwrap())
            .report(&Wanted::default());
        assert_eq!((report.verdict, report.advice), (Verdict::ManyFaces, Some(Advice::OnlyOne)), "{share}");
    }
}
