//! Promises about strangers: whatever is wrong with two captures, it does not make two eyes one.

use std::f32::consts::TAU;
use std::sync::LazyLock;

use super::super::template::{COLUMNS, WORDS_PER_ROW};
use super::*;

const EYES: u64 = 24;

static IMAGES: LazyLock<Vec<(Drawing, GrayImage)>> = LazyLock::new(|| {
    let drawing = |texture| Drawing::new(100 + texture).scaled(0.6);
    (0..EYES).map(|texture| (drawing(texture), drawing(texture).image())).collect()
});

static TEMPLATES: LazyLock<Vec<Template>> = LazyLock::new(|| changed_by(|_, image| image.clone()));

/// The templates of all eyes after something has happened to their images.
fn changed_by(change: impl Fn(&Drawing, &GrayImage) -> GrayImage) -> Vec<Template> {
    IMAGES.iter().map(|(drawing, image)| extract(&change(drawing, image)).unwrap().template).collect()
}

/// The score means -log10 of the share of strangers: of 276 pairs three may reach 2 and hardly one 3.
fn assert_strangers(templates: &[Template], what: &str) {
    let pairs = templates.iter().enumerate().flat_map(|(i, a)| templates[i + 1..].iter().map(move |b| compare(a, b)));
    let scores: Vec<f32> = pairs.map(|c| c.score).collect();
    let reach = |score: f32| scores.iter().filter(|s| **s >= score).count();
    let allowed = |share: f32| (3.0 * share * scores.len() as f32) as usize;
    assert!(reach(1.0) <= allowed(0.1), "{what}: {} of {} reach 1", reach(1.0), scores.len());
    assert!(reach(2.0) <= allowed(0.01), "{what}: {} of {} reach 2", reach(2.0), scores.len());
    assert_eq!(reach(3.5), 0, "{what}: {:?}", scores.iter().copied().reduce(f32::max));
}

fn assert_mates(changed: &[Template], what: &str) {
    let missed = changed.iter().zip(&*TEMPLATES).filter(|(a, b)| compare(a, b).score < 4.0).count();
    assert!(missed <= 1, "{what}: {missed} of {EYES} eyes do not match themselves any more");
}

/// White discs on the iris, at the same places on every eye: number, distance from the middle, size (both in iris radii)
/// and how much of the radius the border slopes over.
fn lamps(drawing: &Drawing, image: &GrayImage, (count, away, size, soft): (u32, f32, f32, f32)) -> GrayImage {
    let limbus = drawing.limbus;
    let places: Vec<(f32, f32)> = (0..count)
        .map(|k| {
            let (s, c) = (0.3 + TAU * k as f32 / count as f32).sin_cos();
            (limbus.x + away * limbus.r * c, limbus.y + away * limbus.r * s)
        })
        .collect();
    GrayImage::from_fn(image.width(), image.height(), |x, y| {
        let (x, y, grey) = (x as f32, y as f32, f32::from(image.get(x.into(), y.into())));
        let near = places.iter().map(|p| (x - p.0).hypot(y - p.1)).fold(f32::MAX, f32::min) / (size * limbus.r);
        let white = ((1.0 - near) / soft + 0.5).clamp(0.0, 1.0);
        (grey + (250.0 - grey) * white) as u8
    })
}

#[test]
fn the_same_lamps_on_two_eyes_do_not_make_them_one() {
    for recipe in [(12, 0.7, 0.06, 0.1), (8, 0.65, 0.1, 1.0), (4, 0.7, 0.18, 0.1), (2, 0.75, 0.18, 1.2)] {
        let templates = changed_by(|drawing, image| lamps(drawing, image, recipe));
        assert_strangers(&templates, &format!("{recipe:?}"));
        assert_mates(&templates, &format!("{recipe:?}"));
    }
}

#[test]
fn large_reflections_are_named() {
    let (drawing, image) = &IMAGES[0];
    let quality = extract(&lamps(drawing, image, (4, 0.7, 0.18, 0.1))).unwrap().quality;
    assert!(quality.causes.contains(&Cause::Reflections), "{quality:?}");
    assert!(!extract(image).unwrap().quality.causes.contains(&Cause::Reflections));
}

#[test]
fn little_iris_left_is_no_reason_to_match() {
    for columns in [COLUMNS / 2, COLUMNS / 4, COLUMNS / 8] {
        let seen = |at: usize| {
            let first = at % WORDS_PER_ROW * 64;
            (0..64).filter(|bit| first + bit < columns).fold(0_u64, |word, bit| word | 1 << bit)
        };
        let part = |t: &Template| {
            let mask = t.mask().iter().enumerate().map(|(at, word)| word & seen(at)).collect();
            Template::new(t.code().to_vec(), mask)
        };
        let parts: Vec<Template> = TEMPLATES.iter().map(part).collect();
        assert_strangers(&parts, &format!("{columns} columns"));
    }
    let empty = Template::new(vec![], vec![]);
    assert_eq!(compare(&empty, &empty).score, 0.0);
}

#[test]
fn blur_does_not_make_strangers_alike() {
    for sigma in [1.0, 2.0, 3.0] {
        let blurred = changed_by(|_, image| {
            let plane = raster::Plane::from_gray(image).blurred(sigma, sigma);
            let pixels = plane.data().iter().map(|v| v.round() as u8).collect();
            GrayImage::new(image.width(), image.height(), pixels).unwrap()
        });
        assert_strangers(&blurred, &format!("sigma {sigma}"));
        assert_mates(&blurred, &format!("sigma {sigma}"));
    }
}

#[test]
fn noise_does_not_make_strangers_alike() {
    let mut noise = Noise(5);
    let grain: Vec<f32> = (0..1 << 16).map(|_| 40.0 * (noise.next() + noise.next() - 1.0)).collect();
    let noisy = changed_by(|drawing, image| {
        let from = drawing.texture as usize * 977;
        GrayImage::from_fn(image.width(), image.height(), |x, y| {
            let at = from + (y * image.width() + x) as usize * 31;
            (f32::from(image.get(x.into(), y.into())) + grain[at % grain.len()]).clamp(0.0, 255.0) as u8
        })
    });
    assert_strangers(&noisy, "noise");
}

#[test]
fn what_rounding_leaves_of_an_even_surface_is_no_code() {
    let mut noise = Noise(6);
    let even: Vec<u8> = (0..512 * 64).map(|_| 120 + u8::from(noise.word() & 7 == 0)).collect();
    assert!(encode_polar(512, 64, &even).is_none());
}
