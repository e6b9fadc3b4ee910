use rekam_hal::RgbImage;

use super::super::report::{Advice, Mask};
use super::*;

fn flat(width: u32, height: u32, colour: [u8; 3]) -> RgbImage {
    RgbImage::new(width, height, colour.repeat(width as usize * height as usize)).unwrap()
}

/// A face of a few points on an otherwise empty mesh: corners of the eyes, irises, mouth, nose, chin and jaw.
fn points(width: f32, height: f32) -> Vec<[f32; 3]> {
    let mut points = vec![[0.5 * width, 0.45 * height, 0.0]; 478];
    let mut set = |i: usize, x: f32, y: f32| points[i] = [x * width, y * height, 0.0];
    for (i, x) in [(33, 0.35), (133, 0.45), (362, 0.55), (263, 0.65), (468, 0.4), (473, 0.6)] {
        set(i, x, 0.45);
    }
    for (i, x, y) in [(61, 0.42, 0.66), (291, 0.58, 0.66), (152, 0.5, 0.78), (10, 0.5, 0.25), (234, 0.3, 0.5)] {
        set(i, x, y);
    }
    set(454, 0.7, 0.5);
    set(1, 0.5, 0.56);
    points
}

fn judged(image: &RgbImage, points: &[[f32; 3]], mask: &Mask, frame: (f32, f32, f32, f32), areas: &[f32]) -> Report {
    judge(&Observation { image, frame, points, pose: [0.0; 3], person: mask, areas }, &Wanted::default())
}

#[test]
fn nonsense_is_judged_without_panic() {
    let none = Mask { width: 0, height: 0, values: Vec::new() };
    let short = Mask { width: 9, height: 9, values: vec![1.0; 3] };
    for (w, h) in [(1, 1), (1, 40), (40, 1), (7, 9), (64, 64), (300, 200)] {
        let image = flat(w, h, [200, 160, 140]);
        let (fw, fh) = (w as f32, h as f32);
        for frame in [(0.0, 0.0, fw, fh), (-5.0, 9.0, 3.0, 0.0), (1e9, f32::NAN, f32::INFINITY, -1.0)] {
            for mask in [&none, &short] {
                for size in [(fw, fh), (1e5, 1e5), (0.5, 0.5)] {
                    let report = judged(&image, &points(size.0, size.1), mask, frame, &[]);
                    assert!(report.checks.iter().all(|c| c.score <= 100));
                }
            }
        }
    }
}

#[test]
fn points_that_are_missing_or_not_numbers_are_nobody() {
    let image = flat(100, 100, [9; 3]);
    let mask = Mask { width: 1, height: 1, values: vec![0.0] };
    for points in [vec![], vec![[1.0; 3]; 478], vec![[f32::NAN; 3]; 478], points(100.0, 100.0)[..468].to_vec()] {
        let report = judged(&image, &points, &mask, (0.0, 0.0, 100.0, 100.0), &[1.0]);
        assert_eq!(report.verdict, Verdict::NoFace);
        assert_eq!(report.advice, Some(Advice::NoFace));
        assert!(report.checks.is_empty());
    }
}

#[test]
fn a_blank_face_shows_neither_eyes_nor_mouth() {
    let image = flat(400, 500, [205, 160, 140]);
    let mask = Mask { width: 1, height: 1, values: vec![1.0] };
    let report = judged(&image, &points(400.0, 500.0), &mask, (0.0, 0.0, 400.0, 500.0), &[1.0]);
    assert_eq!(report.verdict, Verdict::Fail);
    let raw = |check| report.checks.iter().find(|a| a.check == check).unwrap().raw;
    assert_eq!(raw(Check::EyesVisible), 1.0);
    assert_eq!(raw(Check::MouthOcclusion), 1.0);
}

#[test]
fn two_faces_of_like_size_are_too_many() {
    let image = flat(400, 500, [205, 160, 140]);
    let mask = Mask { width: 1, height: 1, values: vec![1.0] };
    let report = |areas: &[f32]| judged(&image, &points(400.0, 500.0), &mask, (0.0, 0.0, 400.0, 500.0), areas);
    assert_eq!(report(&[9.0, 8.0]).verdict, Verdict::ManyFaces);
    assert_eq!(report(&[9.0, 8.0]).faces, 2);
    assert_eq!(report(&[9.0, 0.1]).verdict, Verdict::Fail);
}
