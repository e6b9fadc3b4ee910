//! Promises about what the engine says of images and pairs: invariances, named faults, degradation.

use super::super::template::{SEARCH_COLUMN_BITS, SEARCH_WORDS, rotated};
use super::*;

fn changed(image: &GrayImage, change: impl Fn(i64, i64) -> u8) -> GrayImage {
    GrayImage::from_fn(image.width(), image.height(), |x, y| change(x.into(), y.into()))
}

#[test]
fn neither_brightness_nor_place_changes_who_it_is() {
    let image = Drawing::new(31).image();
    let reference = extract(&image).unwrap().template;
    let darker = changed(&image, |x, y| (0.6 * f32::from(image.get(x, y)) + 12.0) as u8);
    let moved = changed(&image, |x, y| image.get((x - 37).clamp(0, 639), (y + 21).clamp(0, 479)));
    for other in [darker, moved] {
        let comparison = compare(&reference, &extract(&other).unwrap().template);
        assert!(comparison.score > 20.0, "{comparison:?}");
    }
}

#[test]
fn an_eye_half_and_twice_as_large_is_the_same_eye() {
    let reference = extracted(&Drawing::new(32)).template;
    for factor in [0.5, 1.9] {
        let comparison = compare(&reference, &extracted(&Drawing::new(32).scaled(factor)).template);
        assert!(comparison.score > 8.0, "{factor}: {comparison:?}");
    }
}

#[test]
fn a_head_lying_on_its_side_is_still_found() {
    let drawing = Drawing::new(33);
    for tilt in [45.0, -70.0, 170.0] {
        let comparison = compare(&extracted(&drawing).template, &extracted(&drawing.turned(tilt)).template);
        assert!(comparison.score > 5.0, "{tilt}: {comparison:?}");
        assert!((comparison.rotation_deg - tilt).abs() < 3.0, "{tilt}: {comparison:?}");
    }
}

#[test]
fn turning_the_code_by_two_columns_rotates_the_search_code_by_one() {
    let template = extracted(&Drawing::new(34)).template;
    let turned = |words: &[u64]| words.as_chunks().0.iter().flat_map(|row| rotated(row, 2)).collect::<Vec<u64>>();
    let other = Template::new(turned(template.code()), turned(template.mask()));
    for (plain, rotated) in
        [(template.search_code().0, other.search_code().0), (template.search_code().1, other.search_code().1)]
    {
        for word in 0..SEARCH_WORDS {
            let below = plain[(word + SEARCH_WORDS - 1) % SEARCH_WORDS];
            let expected = (plain[word] << SEARCH_COLUMN_BITS) | (below >> (64 - SEARCH_COLUMN_BITS));
            assert_eq!(rotated[word], expected, "word {word}");
        }
    }
}

#[test]
fn a_search_code_has_no_bits_outside_its_mask() {
    let template = extracted(&Drawing::new(35)).template;
    let (code, mask) = template.search_code();
    assert!(code.iter().zip(mask).all(|(c, m)| c & !m == 0));
    assert!(mask.iter().map(|m| m.count_ones()).sum::<u32>() > 1000);
}

#[test]
fn two_eyes_half_an_eye_and_no_eye_are_named() {
    let small = Drawing::new(36).scaled(0.5).image();
    let two = GrayImage::from_fn(640, 240, |x, y| small.get(i64::from(x % 320), i64::from(y)));
    assert_eq!(extract(&two).map(|_| ()), Err(ExtractError::TwoEyes));
    let mut half = Drawing::new(36);
    for circle in [&mut half.pupil, &mut half.limbus] {
        circle.x -= 320.0;
    }
    assert_eq!(extract(&half.image()).map(|_| ()), Err(ExtractError::HalfEye));
    let ridges = GrayImage::from_fn(388, 374, |x, y| {
        let distance = (x as f32 - 190.0).hypot(y as f32 - 230.0);
        (128.0 + 100.0 * (0.7 * distance + 0.02 * x as f32).sin()) as u8
    });
    assert!(extract(&ridges).map_or(true, |found| found.segmentation.confidence < UNSURE));
}

#[test]
fn quality_only_falls_as_lids_close() {
    let scores: Vec<u8> = [1.5, 0.7, 0.5, 0.35]
        .map(|upper| {
            extract(&Drawing { lids: (upper, 1.5), ..Drawing::new(37) }.image()).map_or(0, |e| e.quality.score)
        })
        .to_vec();
    assert!(scores.is_sorted_by(|a, b| a >= b) && scores[0] > scores[3], "{scores:?}");
}

#[test]
fn quality_only_falls_with_blur_and_blur_is_named() {
    let image = Drawing::new(38).image();
    let found: Vec<Quality> = [0.0, 1.5, 3.0, 6.0]
        .map(|sigma| {
            let plane = raster::Plane::from_gray(&image).blurred(sigma, sigma);
            let pixels = plane.data().iter().map(|v| v.round() as u8).collect();
            extract(&GrayImage::new(640, 480, pixels).unwrap()).unwrap().quality
        })
        .to_vec();
    assert!(found.is_sorted_by(|a, b| a.score >= b.score), "{found:?}");
    assert!(found[3].causes.contains(&Cause::Blurred), "{:?}", found[3]);
}

#[test]
fn a_sideways_smear_and_a_lamp_in_the_glasses_are_told_apart() {
    let image = Drawing::new(39).image();
    let plane = raster::Plane::from_gray(&image).blurred(8.0, 0.0);
    let pixels = plane.data().iter().map(|v| v.round() as u8).collect();
    let smeared = extract(&GrayImage::new(640, 480, pixels).unwrap()).unwrap().quality;
    assert!(smeared.causes.contains(&Cause::Moved), "{smeared:?}");
    let lamp =
        changed(&image, |x, y| if (x as f32 - 400.0).hypot(y as f32 - 240.0) < 34.0 { 250 } else { image.get(x, y) });
    let glaring = extract(&lamp).unwrap().quality;
    assert!(glaring.causes.contains(&Cause::Reflections), "{glaring:?}");
    assert!(glaring.metrics.glare > 0.0 && !glaring.causes.contains(&Cause::Moved));
}

#[test]
fn the_same_eye_twice_and_swapped_eyes_are_noticed() {
    let [left, right, again, right_again] = [(41, 0.0), (42, 0.0), (41, 5.0), (42, -4.0)]
        .map(|(t, turn)| extracted(&Drawing::new(t).turned(turn)).template);
    assert_eq!(judge_pair((&left, &again), None), PairVerdict::SameEyeTwice);
    assert_eq!(judge_pair((&left, &right), None), PairVerdict::Fine);
    assert_eq!(judge_pair((&right, &left), Some((&again, &right_again))), PairVerdict::Swapped);
    assert_eq!(judge_pair((&left, &right), Some((&again, &right_again))), PairVerdict::Fine);
}

#[test]
fn pupils_on_the_far_sides_of_the_nose_ask_whether_the_eyes_are_swapped() {
    let toward = |shift: f32| {
        let mut drawing = Drawing::new(43);
        drawing.pupil.x = drawing.limbus.x + shift;
        extracted(&drawing).segmentation
    };
    let (left, right) = (toward(-4.0), toward(4.0));
    assert!(!seems_swapped(&left, &right));
    assert!(seems_swapped(&right, &left));
}
