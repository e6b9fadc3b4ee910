//! Films move, stay small, and end with the sample in the middle.

use rekam_hal::{Eye, EyeSample, GrayImage, Progress, RgbImage};

use super::*;
use crate::people::eye::{Eye as SyntheticEye, EyeConditions};
use crate::people::finger::{Conditions, Finger};
use crate::people::portrait::{Backdrop, Look, portrait};

fn look() -> Look {
    Look { backdrop: Backdrop::Blue, female: false, veil: false, age: 30 }
}

fn eye(eye: Eye) -> EyeSample {
    EyeSample { eye, image: SyntheticEye::of(5, eye).capture(&EyeConditions::typical(5)).0 }
}

fn gray(film: &impl Film, share: f32) -> GrayImage {
    match film.frame(share, share) {
        Progress::GrayFrame(frame) => frame,
        other => panic!("{other:?} is no grey frame"),
    }
}

fn colour(film: &impl Film, seconds: f32, share: f32) -> RgbImage {
    match film.frame(seconds, share) {
        Progress::Frame(frame) => frame,
        other => panic!("{other:?} is no colour frame"),
    }
}

fn far(a: &[u8], b: &[u8]) -> f64 {
    let sum: u64 = a.iter().zip(b).map(|(a, b)| u64::from(a.abs_diff(*b))).sum();
    sum as f64 / a.len().max(1) as f64
}

/// How far the frames of a film are from its last one: never farther than before, but for `slack` grey levels.
fn comes_closer(frames: &[Vec<u8>], slack: f64) {
    let last = frames.last().unwrap();
    let away: Vec<f64> = frames.iter().map(|frame| far(frame, last)).collect();
    assert!(away.windows(2).all(|pair| pair[1] <= pair[0] + slack), "{away:?}");
    assert!(away[0] > 4.0, "{away:?}");
}

#[test]
fn a_face_drifts_to_the_middle_and_never_stands_still() {
    let picture = portrait(7, 1, look());
    let film = picture.film();
    let frames: Vec<Vec<u8>> = (0..=10).map(|i| colour(&film, 0.0, i as f32 / 10.0).pixels().to_vec()).collect();
    comes_closer(&frames, 0.2);
    assert!(colour(&film, 0.0, 1.0) == picture, "in the middle it is the picture itself");
    let swaying = [0.4, 0.9, 1.4].map(|seconds| colour(&film, seconds, 1.0));
    assert!(swaying[0] != swaying[1] && swaying[1] != swaying[2]);
    assert!(swaying.iter().all(|frame| far(frame.pixels(), picture.pixels()) < far(&frames[0], picture.pixels())));
    assert_eq!((swaying[0].width(), swaying[0].height()), (480, 640));
}

#[test]
fn a_large_photo_becomes_a_frame_of_the_usual_size() {
    let large = RgbImage::new(1200, 1600, [40, 90, 200].repeat(1200 * 1600)).unwrap();
    let frame = colour(&large.film(), 0.3, 0.0);
    assert_eq!((frame.width(), frame.height()), (480, 640));
    assert!(frame.pixels().chunks(3).all(|pixel| pixel == [40, 90, 200]));
}

#[test]
fn a_finger_comes_onto_an_empty_glass_lightly_and_is_pressed_down_in_the_middle() {
    let sample = Finger::new(11).capture(&Conditions::typical(11));
    let film = sample.film();
    let glass = gray(&film, 0.0);
    assert!(glass.pixels().iter().all(|pixel| *pixel > 200), "the glass is not empty");
    assert!(gray(&film, 0.1) == glass);
    let mean =
        |frame: &GrayImage| frame.pixels().iter().map(|p| f64::from(*p)).sum::<f64>() / frame.pixels().len() as f64;
    let greys: Vec<f64> = (2..=10).map(|i| mean(&gray(&film, i as f32 / 10.0))).collect();
    assert!(greys.is_sorted_by(|a, b| a >= b), "it grows darker: {greys:?}");
    assert!(greys[0] > greys[8] + 20.0, "{greys:?}");
    let frames: Vec<Vec<u8>> = [0.3, 0.6, 0.8, 0.95, 1.0].map(|share| gray(&film, share).into_pixels()).into();
    comes_closer(&frames, 6.0);
    let end = gray(&film, 1.0);
    assert!(end.width() <= 400 && end.height() <= 400);
    assert!(gray(&sample.film(), 1.0) == end);
}

#[test]
fn an_eye_grows_and_becomes_sharp() {
    let film = vec![eye(Eye::Right)].film();
    let frames: Vec<GrayImage> = (0..=10).map(|i| gray(&film, i as f32 / 10.0)).collect();
    assert!(frames.iter().all(|frame| frame.width() == 320 && frame.height() == 240));
    // Edges along the rows: what is out of focus has few.
    let edges = |frame: &GrayImage| {
        frame.pixels().windows(2).map(|pair| u64::from(pair[0].abs_diff(pair[1])).pow(2)).sum::<u64>()
    };
    assert!(edges(&frames[0]) * 2 < edges(&frames[10]));
    let bytes: Vec<Vec<u8>> = frames.into_iter().map(GrayImage::into_pixels).collect();
    comes_closer(&bytes, 2.0);
}

#[test]
fn two_eyes_are_shown_side_by_side() {
    let both = vec![eye(Eye::Right), eye(Eye::Left)];
    let frame = gray(&both.film(), 1.0);
    assert_eq!((frame.width(), frame.height()), (320, 120));
    let right = gray(&both[..1].to_vec().film(), 1.0);
    let at = |x: i64, y: i64| i32::from(frame.get(x, y)) - i32::from(right.get(2 * x, 2 * y));
    let off = (0..100).filter(|i| at(30 + i, 60).abs() > 40).count();
    assert!(off < 20, "the left half is not the right eye: {off}");
}

#[test]
fn a_film_without_anybody_shows_nothing() {
    assert!(matches!(Vec::<EyeSample>::new().film().frame(0.0, 0.0), Progress::Waiting));
}
