//! Promises about finding the eye: neither frame nor exposure hides it, and what is cut, doubled or aside is named.

use super::*;

fn toned(image: &GrayImage, tone: impl Fn(f32) -> f32) -> GrayImage {
    GrayImage::from_fn(image.width(), image.height(), |x, y| {
        tone(f32::from(image.get(x.into(), y.into()))).round().clamp(0.0, 255.0) as u8
    })
}

#[test]
fn a_black_frame_hides_no_eye() {
    let drawing = Drawing::new(61).scaled(0.5);
    let image = drawing.image();
    let framed = GrayImage::from_fn(900, 700, |x, y| {
        let inside = (400..720).contains(&x) && (60..300).contains(&y);
        if inside { image.get(i64::from(x) - 400, i64::from(y) - 60) } else { 0 }
    });
    let found = extract(&framed).unwrap();
    assert_near(found.segmentation.limbus, drawing.limbus.shifted((400.0, 60.0)), 3.0);
    assert!(compare(&extracted(&drawing).template, &found.template).score > 20.0);
}

#[test]
fn a_third_of_the_contrast_is_the_same_eye() {
    let image = Drawing::new(62).image();
    let reference = extract(&image).unwrap();
    for (gain, shift) in [(0.5, 0.0), (0.35, 0.0), (0.35, 120.0)] {
        let dull = extract(&toned(&image, |v| gain * v + shift)).unwrap();
        assert_near(dull.segmentation.limbus, reference.segmentation.limbus, 3.0);
        assert!(compare(&reference.template, &dull.template).score > 15.0, "{gain} {shift}");
    }
}

#[test]
fn the_farther_an_eye_looks_aside_the_flatter_it_seems() {
    let image = Drawing::new(63).image();
    let flatness: Vec<f32> = [1.0, 0.93, 0.87, 0.8, 0.74]
        .map(|squeeze: f32| {
            let width = (640.0 * squeeze) as u32;
            let seen = GrayImage::from_fn(width, 480, |x, y| {
                let at = (x as f32 + 0.5) / squeeze - 0.5;
                let (left, share) = (at.floor() as i64, at - at.floor());
                let grey = |x: i64| f32::from(image.get(x.clamp(0, 639), y.into()));
                (grey(left) * (1.0 - share) + grey(left + 1) * share).round() as u8
            });
            let quality = extract(&seen).unwrap().quality;
            assert_eq!(quality.causes.contains(&Cause::LooksAside), squeeze < 0.9, "{squeeze}: {quality:?}");
            quality.metrics.flatness
        })
        .to_vec();
    assert!(flatness.is_sorted() && flatness[4] > 0.1, "{flatness:?}");
}

#[test]
fn an_eye_cut_through_its_middle_is_half_an_eye() {
    let drawing = Drawing::new(64);
    let image = drawing.image();
    let centre = drawing.limbus;
    let [x, y] = [centre.x as u32, centre.y as u32];
    let left = GrayImage::from_fn(x, 480, |x, y| image.get(x.into(), y.into()));
    let below = GrayImage::from_fn(640, 480 - y, |x, at| image.get(x.into(), i64::from(at + y)));
    for half in [left, below] {
        assert_eq!(extract(&half).map(|_| ()), Err(ExtractError::HalfEye));
    }
}

#[test]
fn two_irises_that_nearly_touch_are_two_eyes() {
    let small = Drawing::new(65).scaled(0.5).image();
    let two = GrayImage::from_fn(280, 240, |x, y| small.get(i64::from(x % 140) + 90, y.into()));
    assert_eq!(extract(&two).map(|_| ()), Err(ExtractError::TwoEyes));
}
