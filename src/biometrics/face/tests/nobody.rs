//! Where there is no face, none is seen, and no picture stops the engine.

use rekam_hal::{GrayImage, RgbImage};
use rekam_simulator::people::eye::{Eye as SyntheticEye, EyeConditions};
use rekam_simulator::people::finger::{Conditions, Finger};

use super::super::{FaceError, Nature, NetworkFiles, Portraitist, Track};
use super::{engine, from_fn, see};

fn gray(image: &GrayImage) -> RgbImage {
    from_fn(image.width(), image.height(), |x, y| [image.get(i64::from(x), i64::from(y)); 3])
}

/// Numbers that look random, the same every time.
fn noise(seed: u32) -> impl FnMut() -> u8 {
    let mut state = seed.wrapping_mul(2_654_435_769) | 1;
    move || {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        (state >> 16) as u8
    }
}

fn nobody(name: &str, image: &RgbImage) {
    let seen = see(image);
    assert_eq!(seen.nature(), Nature::Nobody, "{name}: {:?}", seen.faces);
    assert!(seen.faces.is_empty() && seen.observation(image, (0.0, 0.0, 1.0, 1.0)).is_none());
    assert_eq!(engine().embedding(image, &seen).unwrap(), None);
}

#[test]
fn flat_pictures_of_any_size_show_nobody() {
    for (width, height) in [(1, 1), (1, 500), (700, 1), (2, 3), (17, 1000), (640, 480), (3000, 2000)] {
        for level in [0, 90, 255] {
            let image = RgbImage::new(width, height, vec![level; (width * height * 3) as usize]).unwrap();
            nobody(&format!("{width} x {height} of {level}"), &image);
        }
    }
}

#[test]
fn the_largest_picture_a_camera_may_deliver_shows_nobody() {
    let image = RgbImage::new(8192, 8192, vec![120; 8192 * 8192 * 3]).unwrap();
    nobody("8192 x 8192", &image);
    let mut track = Track::default();
    assert_eq!(engine().follow(&mut track, &image).unwrap().nature(), Nature::Nobody);
}

#[test]
fn noise_is_nobody() {
    for seed in 0..12 {
        let mut dice = noise(seed + 1);
        let cell = 1 << (seed % 4);
        let width = 320 / cell;
        let cells: Vec<[u8; 3]> = (0..width * (240 / cell)).map(|_| [dice(), dice(), dice()]).collect();
        nobody("noise", &from_fn(320, 240, |x, y| cells[(y / cell * width + x / cell) as usize]));
    }
}

#[test]
fn fingerprints_and_eyes_are_nobody() {
    for seed in 0..4 {
        nobody("finger", &gray(&Finger::new(seed).capture(&Conditions::typical(seed))));
        let eye = SyntheticEye::of(seed, rekam_hal::Eye::Left).capture(&EyeConditions::typical(seed)).0;
        nobody("eye", &gray(&eye));
    }
}

#[test]
fn a_file_that_is_another_network_is_refused() {
    let detector: &[u8] = include_bytes!("../../../../assets/models/face_detector.onnx");
    let files = NetworkFiles {
        near: &[],
        full: detector,
        mesh: detector,
        person: detector,
        person_wide: detector,
        embedding: detector,
    };
    assert!(matches!(Portraitist::from_onnx(&files), Err(FaceError::Load { name: "face_detector", .. })));
    let files = NetworkFiles { near: detector, ..files };
    assert!(matches!(Portraitist::from_onnx(&files), Err(FaceError::Unlike { name: "face_mesh_attention", .. })));
}
