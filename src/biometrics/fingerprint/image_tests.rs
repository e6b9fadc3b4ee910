//! Promises of extractor and matcher together, on images: a finger turned and shifted is the same finger, and a dirty
//! or small print proves less. Fingers are synthetic; the classical extractor reads them, because it is fast enough for
//! many.

use std::sync::OnceLock;

use rekam_hal::image::GrayImage;
use rekam_simulator::people::finger::{Conditions, Finger};

use super::*;

/// Fingers a mean is taken over.
const FINGERS: u64 = 50;

/// A finger as it is enrolled, and another picture of it.
struct Pair {
    reference: Prepared,
    probe: GrayImage,
}

fn pairs() -> &'static [Pair] {
    static PAIRS: OnceLock<Vec<Pair>> = OnceLock::new();
    let of = |seed: u64| {
        let finger = Finger::new(seed);
        let reference = read(&finger.capture(&Conditions::typical(seed)));
        Pair { reference, probe: finger.capture(&Conditions::typical(seed + 1_000)) }
    };
    PAIRS.get_or_init(|| (0..FINGERS).map(of).collect())
}

/// What an image without a finger gives never matches.
fn read(image: &GrayImage) -> Prepared {
    let template = Extractor::Classical.extract(image).map_or_else(|_| Template::default(), |found| found.template);
    Prepared::new(&template)
}

/// Mean score of all fingers when the other picture is changed first.
fn mean(pairs: &[Pair], change: impl Fn(&GrayImage) -> GrayImage) -> f32 {
    let score = |pair: &Pair| compare(&pair.reference, &read(&change(&pair.probe))).score;
    pairs.iter().map(score).sum::<f32>() / pairs.len() as f32
}

/// Side of a sheet that holds a picture however it is turned.
const SHEET: u32 = 560;

/// The picture turned counter-clockwise about its middle by `degrees` and shifted to the right and down by (`dx`, `dy`)
/// pixels, on a white sheet.
fn moved(image: &GrayImage, degrees: f32, (dx, dy): (f32, f32)) -> GrayImage {
    let (sin, cos) = degrees.to_radians().sin_cos();
    let middle = |n: u32| (n as f32 - 1.0) / 2.0;
    let (width, height) = (i64::from(image.width()), i64::from(image.height()));
    let grey = |x: i64, y: i64| {
        let inside = (0..width).contains(&x) && (0..height).contains(&y);
        if inside { f32::from(image.get(x, y)) } else { 255.0 }
    };
    GrayImage::from_fn(SHEET, SHEET, |x, y| {
        let (u, v) = (x as f32 - middle(SHEET) - dx, y as f32 - middle(SHEET) - dy);
        let (x, y) = (cos * u - sin * v + middle(image.width()), sin * u + cos * v + middle(image.height()));
        let (across, down) = (cubic(x - x.floor()), cubic(y - y.floor()));
        let row = |j: i64| {
            let at = |i: i64| across[(i + 1) as usize] * grey(x.floor() as i64 + i, y.floor() as i64 + j);
            (-1..3).map(at).sum::<f32>()
        };
        (-1..3).map(|j| down[(j + 1) as usize] * row(j)).sum::<f32>().round().clamp(0.0, 255.0) as u8
    })
    .with_dpi(500.0)
}

/// Weights of four neighbours around a place `t` behind the second (Catmull-Rom): hardly blurs.
fn cubic(t: f32) -> [f32; 4] {
    [
        0.5 * (-t + 2.0 * t * t - t * t * t),
        0.5 * (2.0 - 5.0 * t * t + 3.0 * t * t * t),
        0.5 * (t + 4.0 * t * t - 3.0 * t * t * t),
        0.5 * (-t * t + t * t * t),
    ]
}

/// Grey values off by up to `amount` either way, at every pixel for itself.
fn noisy(image: &GrayImage, amount: f32) -> GrayImage {
    let mut state = 0x2545_f491_4f6c_dd1du64;
    GrayImage::from_fn(image.width(), image.height(), |x, y| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        let noise = (state >> 40) as f32 / (1u64 << 23) as f32 - 1.0;
        (f32::from(image.get(x.into(), y.into())) + amount * noise).clamp(0.0, 255.0) as u8
    })
    .with_dpi(500.0)
}

/// What lies on the middle of the glass, `share` of each side; white around it.
fn part(image: &GrayImage, share: f32) -> GrayImage {
    let within = |at: u32, side: u32| (at as f32 - side as f32 / 2.0).abs() <= share * side as f32 / 2.0;
    GrayImage::from_fn(image.width(), image.height(), |x, y| {
        let inside = within(x, image.width()) && within(y, image.height());
        if inside { image.get(x.into(), y.into()) } else { 255 }
    })
    .with_dpi(500.0)
}

#[test]
fn a_finger_turned_and_shifted_on_the_glass_keeps_its_score() {
    let straight = mean(pairs(), |image| moved(image, 0.0, (0.0, 0.0)));
    assert!(straight > 10.0, "{straight}");
    for (degrees, shift) in [(0.0, (-7.5, 6.25)), (15.0, (3.25, 1.75)), (-30.0, (0.5, 0.5)), (137.0, (5.0, 5.0))] {
        let there = mean(pairs(), |image| moved(image, degrees, shift));
        assert!((there / straight - 1.0).abs() < 0.02, "{degrees} {shift:?}: {there} for {straight}");
    }
}

#[test]
fn the_more_noise_the_less_is_proven() {
    let scores = [0.0, 120.0, 160.0, 200.0, 250.0].map(|amount| mean(pairs(), |image| noisy(image, amount)));
    assert!(scores.windows(2).all(|w| w[1] < w[0]) && scores[4] < 0.25 * scores[0], "{scores:?}");
}

#[test]
fn the_less_of_the_finger_touches_the_less_is_proven() {
    let scores = [1.0, 0.8, 0.6, 0.4, 0.2].map(|share| mean(pairs(), |image| part(image, share)));
    assert!(scores.windows(2).all(|w| w[1] < w[0]) && scores[4] < 0.25 * scores[0], "{scores:?}");
}
