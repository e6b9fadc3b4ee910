//! Promises of the slap engine, on hands composed of synthetic fingers.

use std::sync::OnceLock;

use proptest::prelude::*;
use rekam_hal::image::Polarity;
use rekam_simulator::people::finger::{Conditions, Finger as Master};
use rekam_simulator::people::slap::{self as platen, HandPose, TrueFinger};

use super::frame::Frame;
use super::*;

/// The ten prints of one synthetic person.
fn print(finger: Finger) -> GrayImage {
    static PRINTS: OnceLock<Vec<GrayImage>> = OnceLock::new();
    let capture = |f: &Finger| {
        let seed = 900 + u64::from(f.code());
        Master::new(seed).capture(&Conditions { rotation_deg: 0.0, ..Conditions::typical(seed) })
    };
    PRINTS.get_or_init(|| Finger::ALL.iter().map(capture).collect())[usize::from(finger.code()) - 1].clone()
}

fn laid(kind: Slap, pose: &HandPose) -> platen::LaidDown {
    platen::compose(kind, pose, |finger| Some(print(finger)))
}

fn laid_without(kind: Slap, pose: &HandPose, absent: Finger) -> platen::LaidDown {
    platen::compose(kind, pose, |finger| (finger != absent).then(|| print(finger)))
}

/// A hand laid down straight in the middle.
fn straight(seed: u64) -> HandPose {
    HandPose { tilt_deg: 0.0, shift_mm: (0.0, 0.0), gap_mm: 4.0, ..HandPose::typical(seed) }
}

const KINDS: [Slap; 3] = [Slap::RightFour, Slap::LeftFour, Slap::Thumbs];

/// Part of two boxes together that both cover, by a net of points.
fn overlap(found: &FingerBox, truth: &TrueFinger) -> f32 {
    let truth = FingerBox {
        x: truth.centre.0,
        y: truth.centre.1,
        width: truth.size.0,
        height: truth.size.1,
        angle: truth.angle,
    };
    let within = |b: &FingerBox, x: f32, y: f32| {
        let (across, along) = Frame::leaning(b.angle).seen(x - b.x, y - b.y);
        across.abs() <= 0.5 * b.width && along.abs() <= 0.5 * b.height
    };
    let reach = truth.height.max(found.height) as i32;
    let (mut both, mut any) = (0.0f32, 0.0f32);
    for dy in (-reach..reach).step_by(6) {
        for dx in (-reach..reach).step_by(6) {
            let (x, y) = (truth.x + dx as f32, truth.y + dy as f32);
            let (a, b) = (within(found, x, y), within(&truth, x, y));
            both += f32::from(u8::from(a && b));
            any += f32::from(u8::from(a || b));
        }
    }
    both / any.max(1.0)
}

fn assert_found(slap: &Segmented, truth: &[TrueFinger]) {
    let names = |f: &mut dyn Iterator<Item = Finger>| f.collect::<Vec<Finger>>();
    assert_eq!(names(&mut slap.fingers.iter().map(|f| f.finger)), names(&mut truth.iter().map(|f| f.finger)));
    for (found, truth) in slap.fingers.iter().zip(truth) {
        let overlap = overlap(&found.place, truth);
        let turned = (found.place.angle - truth.angle).to_degrees().abs();
        assert!(overlap >= 0.6 && turned <= 12.0, "{:?}: {overlap} {turned}", found.finger);
        assert!((0.0..=1.0).contains(&found.confidence));
    }
}

#[test]
fn every_finger_of_a_hand_is_found_in_its_place_and_named() {
    for (seed, kind) in (0..9).zip(KINDS.into_iter().cycle()) {
        let pose = HandPose::typical(seed);
        let truth = laid(kind, &pose);
        let slap = segment(&truth.image, &Expected::all(kind)).unwrap();
        assert_found(&slap, &truth.fingers);
        assert_eq!((slap.layout, &slap.missing, &slap.problems), (Some(kind), &vec![], &vec![]), "{seed}");
        let turned = slap.tilt.to_degrees() - pose.tilt_deg;
        assert!(turned.abs() < 12.0, "{kind:?} {turned}");
    }
}

#[test]
fn the_hand_is_told_without_being_expected() {
    for kind in KINDS {
        let slap = segment(&laid(kind, &straight(3)).image, &Expected::unknown()).unwrap();
        assert_eq!(slap.layout, Some(kind));
        assert!(slap.certainty > 0.9, "{kind:?} {}", slap.certainty);
    }
}

#[test]
fn a_missing_finger_is_named_and_the_others_keep_their_names() {
    for absent in [Finger::RightIndex, Finger::RightMiddle, Finger::RightRing, Finger::RightLittle] {
        let truth = laid_without(Slap::RightFour, &straight(5), absent);
        let slap = segment(&truth.image, &Expected::all(Slap::RightFour)).unwrap();
        assert_found(&slap, &truth.fingers);
        assert_eq!(slap.missing, [absent]);
        assert_eq!(slap.problems, [SlapProblem::WrongCount { expected: 4, found: 3 }]);
    }
}

#[test]
fn a_finger_known_to_be_absent_is_no_problem_until_it_shows() {
    let expected = Expected::all(Slap::LeftFour).without(Finger::LeftRing);
    let three = laid_without(Slap::LeftFour, &straight(5), Finger::LeftRing);
    let slap = segment(&three.image, &expected).unwrap();
    assert_found(&slap, &three.fingers);
    assert_eq!((slap.missing, slap.problems), (vec![], vec![]));
    let four = laid(Slap::LeftFour, &straight(5));
    let slap = segment(&four.image, &expected).unwrap();
    assert_eq!(slap.problems, [SlapProblem::WrongCount { expected: 3, found: 4 }]);
    let odd: Vec<Finger> =
        slap.fingers.iter().filter(|f| f.problems.contains(&FingerProblem::NotExpected)).map(|f| f.finger).collect();
    assert_eq!(odd, [Finger::LeftRing]);
}

#[test]
fn the_wrong_hand_is_reported_and_still_named_right() {
    let truth = laid(Slap::LeftFour, &straight(7));
    let slap = segment(&truth.image, &Expected::all(Slap::RightFour)).unwrap();
    let wrong = SlapProblem::WrongHand { expected: Slap::RightFour, seen: Slap::LeftFour };
    assert_eq!(slap.problems, [wrong]);
    assert_found(&slap, &truth.fingers);
}

#[test]
fn a_finger_beyond_the_edge_is_cut_and_the_others_are_not() {
    let truth = laid(Slap::RightFour, &HandPose { shift_mm: (-14.0, 0.0), ..straight(3) });
    assert!((0.3..0.8).contains(&truth.fingers[0].seen), "{}", truth.fingers[0].seen);
    let slap = segment(&truth.image, &Expected::all(Slap::RightFour)).unwrap();
    for finger in &slap.fingers {
        let cut = finger.problems.contains(&FingerProblem::CutAtEdge(Edge::Left));
        assert_eq!(cut, finger.finger == Finger::RightIndex, "{:?}", finger.finger);
    }
}

#[test]
fn fingers_that_touch_are_parted() {
    for seed in 0..3 {
        let truth = laid(Slap::RightFour, &HandPose { gap_mm: -2.0, ..straight(seed) });
        let slap = segment(&truth.image, &Expected::all(Slap::RightFour)).unwrap();
        assert_found(&slap, &truth.fingers);
        assert!(slap.fingers.iter().any(|f| f.problems.contains(&FingerProblem::Touching)));
    }
}

#[test]
fn a_hand_laid_down_aslant_is_to_be_laid_down_again() {
    let truth = laid(Slap::RightFour, &HandPose { tilt_deg: 40.0, gap_mm: 2.0, ..straight(2) });
    let slap = segment(&truth.image, &Expected::all(Slap::RightFour)).unwrap();
    assert!(slap.problems.contains(&SlapProblem::TooTilted), "{}", slap.tilt.to_degrees());
}

#[test]
fn letters_rules_strokes_and_a_punch_hole_are_no_fingers() {
    let truth = laid(Slap::LeftFour, &straight(4));
    let hole = (truth.fingers[1].centre.0 + 20.0, truth.fingers[1].centre.1 + 60.0);
    let dirty = GrayImage::from_fn(truth.image.width(), truth.image.height(), |x, y| {
        let rule = y % 480 < 4 || x == 12;
        let letters = (20..48).contains(&y) && (x / 5) % 4 == 0 && (x / 60) % 2 == 0;
        let stroke = x > 1400 && x + y < 1530 && x + y > 1520;
        let punched = (x as f32 - hole.0).hypot(y as f32 - hole.1) < 55.0;
        if rule || letters || stroke || punched { 5 } else { truth.image.get(i64::from(x), i64::from(y)) }
    });
    let slap = segment(&dirty.with_dpi(500.0), &Expected::unknown()).unwrap();
    assert_found(&slap, &truth.fingers);
    assert!(slap.strays.is_empty());
}

#[test]
fn resolution_and_polarity_change_nothing_but_the_scale() {
    let truth = laid(Slap::RightFour, &straight(6));
    let usual = segment(&truth.image, &Expected::unknown()).unwrap();
    let inverted = truth.image.pixels().iter().map(|p| 255 - p).collect();
    let bright = GrayImage::new(1600, 1000, inverted).unwrap().with_dpi(500.0).with_polarity(Polarity::RidgesBright);
    assert_eq!(segment(&bright, &Expected::unknown()).unwrap(), usual);
    let half = GrayImage::from_fn(800, 500, |x, y| {
        let at = |dx: i64, dy: i64| u16::from(truth.image.get(2 * i64::from(x) + dx, 2 * i64::from(y) + dy));
        ((at(0, 0) + at(1, 0) + at(0, 1) + at(1, 1)) / 4) as u8
    });
    let double = GrayImage::from_fn(3200, 2000, |x, y| truth.image.get(i64::from(x) / 2, i64::from(y) / 2));
    for (image, scale) in [(half.with_dpi(250.0), 0.5f32), (double.with_dpi(1000.0), 2.0)] {
        let slap = segment(&image, &Expected::unknown()).unwrap();
        assert_eq!(slap.layout, usual.layout);
        for (a, b) in slap.fingers.iter().zip(&usual.fingers) {
            assert_eq!(a.finger, b.finger);
            assert!((a.place.x / scale - b.place.x).abs() < 9.0 && (a.place.y / scale - b.place.y).abs() < 9.0);
            let (cut, usual) = (a.cut(&image), b.cut(&truth.image));
            assert!(cut.width().abs_diff(usual.width()) < 20 && cut.dpi() == Some(500.0));
        }
    }
}

#[test]
fn a_cut_finger_is_upright_and_knows_the_way_back() {
    let pose = HandPose { tilt_deg: 17.0, ..straight(8) };
    let truth = laid(Slap::LeftFour, &pose);
    let slap = segment(&truth.image, &Expected::all(Slap::LeftFour)).unwrap();
    for finger in &slap.fingers {
        let cut = finger.cut(&truth.image);
        let (w, h) = (cut.width() as f32, cut.height() as f32);
        let (x, y) = finger.to_slap(0.5 * w, 0.5 * h, &truth.image);
        assert!((x - finger.place.x).abs() < 0.1 && (y - finger.place.y).abs() < 0.1);
        let (tip, base) = (finger.to_slap(0.5 * w, 0.0, &truth.image), finger.to_slap(0.5 * w, h, &truth.image));
        let lean = (base.0 - tip.0).atan2(base.1 - tip.1);
        assert!((lean - finger.place.angle).abs() < 0.01);
        // Seen along the way back, the picture is the slap's.
        let mut off = 0.0;
        for i in 0..400u32 {
            let (c, r) = (cut.width() / 4 + i % 20 * cut.width() / 40, cut.height() / 4 + i / 20 * cut.height() / 40);
            let (x, y) = finger.to_slap(c as f32 + 0.5, r as f32 + 0.5, &truth.image);
            let here = i64::from(truth.image.get(x as i64, y as i64));
            off += (i64::from(cut.get(i64::from(c), i64::from(r))) - here).abs() as f32;
        }
        assert!(off / 400.0 < 40.0, "{}", off / 400.0);
        assert_eq!(cut.get(0, 0), 255);
    }
}

#[test]
fn images_without_a_hand_say_so() {
    let noise = |x: u32, y: u32| (x.wrapping_mul(2_654_435_761).wrapping_add(y.wrapping_mul(40_503)) >> 13) as u8;
    for image in [
        GrayImage::from_fn(1600, 1000, |_, _| 255),
        GrayImage::from_fn(1600, 1000, |_, _| 0),
        GrayImage::from_fn(1, 1, |_, _| 128),
        GrayImage::from_fn(8000, 3, |_, _| 77).with_dpi(1000.0),
        GrayImage::from_fn(400, 400, |x, y| 230 + noise(x, y) % 20),
    ] {
        let slap = segment(&image, &Expected::all(Slap::RightFour)).unwrap();
        assert_eq!((slap.layout, slap.problems), (None, vec![SlapProblem::Empty]));
        assert_eq!(slap.missing, Slap::RightFour.fingers());
    }
}

#[test]
fn an_image_larger_than_a_hand_is_refused() {
    let image = GrayImage::from_fn(8000, 8000, |_, _| 255);
    assert_eq!(segment(&image, &Expected::unknown()), Err(SlapError::TooLarge { width: 8000, height: 8000 }));
}

#[test]
fn a_resolution_no_slap_is_taken_at_is_refused() {
    for dpi in [60.0, 2000.0] {
        let image = GrayImage::from_fn(400, 300, |_, _| 255).with_dpi(dpi);
        assert_eq!(segment(&image, &Expected::unknown()), Err(SlapError::Resolution { dpi }));
    }
}

#[test]
fn what_is_cut_out_as_a_finger_is_never_larger_than_one() {
    // Stripes all over the glass: connected, and as wide as a hand.
    for period in [7, 9, 12] {
        for wide in [500, 900, 1600] {
            let ridge = |x: u32, y: u32| x > 100 && x < wide && (x + y / 3) % period < period / 2;
            let image = GrayImage::from_fn(1700, 1000, |x, y| if ridge(x, y) { 30 } else { 230 });
            let slap = segment(&image.clone().with_dpi(500.0), &Expected::all(Slap::RightFour)).unwrap();
            for finger in &slap.fingers {
                let cut = finger.cut(&image);
                let largest = cut.width().max(cut.height()) as usize;
                assert!(largest <= normalise::MAX_FINGER, "{largest}");
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn no_image_breaks_it(
        width in 1u32..500,
        height in 1u32..500,
        dpi in prop_oneof![Just(250.0f32), Just(500.0), Just(1000.0), 60.0f32..1200.0],
        cells in prop::collection::vec((any::<u8>(), 1u32..40, 0u32..4), 1..9),
    ) {
        let image = GrayImage::from_fn(width, height, |x, y| {
            let (grey, period, way) = cells[((x / 60 + y / 60) as usize) % cells.len()];
            let phase = match way { 0 => x, 1 => y, 2 => x + y, _ => x * y };
            if phase % (2 * period) < period { grey } else { 255 - grey }
        });
        let image = image.with_dpi(dpi);
        for expected in [Expected::unknown(), Expected::all(Slap::Thumbs).without(Finger::LeftThumb)] {
            if let Ok(slap) = segment(&image, &expected) {
                prop_assert!(slap.fingers.len() <= 4 && (0.0..=1.0).contains(&slap.certainty));
                for finger in &slap.fingers {
                    prop_assert!(finger.place.corners().iter().all(|c| c.0.is_finite() && c.1.is_finite()));
                    let cut = finger.cut(&image);
                    prop_assert!(cut.width() > 0 && cut.dpi() == Some(500.0));
                }
            }
        }
    }
}
