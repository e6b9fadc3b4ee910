use super::*;
use crate::people::finger::{Conditions, Finger as Master};

fn person(seed: u64) -> impl FnMut(Finger) -> Option<GrayImage> {
    move |finger| {
        let seed = crate::people::derive(seed, u64::from(finger.code()));
        Some(Master::new(seed).capture(&Conditions { rotation_deg: 0.0, ..Conditions::typical(seed) }))
    }
}

fn slap(kind: Slap, pose: &HandPose) -> LaidDown {
    compose(kind, pose, person(5))
}

fn usual() -> HandPose {
    HandPose { tilt_deg: 0.0, shift_mm: (0.0, 0.0), ..HandPose::typical(3) }
}

/// Mean darkness of a disk of two millimetres.
fn dark(image: &GrayImage, (x, y): (f32, f32)) -> f32 {
    let around = (-20..=20).flat_map(|dy| (-20..=20).map(move |dx| (dx, dy)));
    around.map(|(dx, dy)| 255.0 - f32::from(image.get(x as i64 + dx, y as i64 + dy))).sum::<f32>() / 1681.0
}

#[test]
fn equal_poses_give_equal_slaps() {
    let pose = HandPose::careless(9);
    assert_eq!(slap(Slap::RightFour, &pose), slap(Slap::RightFour, &pose));
}

#[test]
fn every_finger_prints_where_the_truth_says() {
    for kind in [Slap::RightFour, Slap::LeftFour, Slap::Thumbs] {
        let slap = slap(kind, &usual());
        let fingers: Vec<Finger> = slap.fingers.iter().map(|f| f.finger).collect();
        assert_eq!(fingers, kind.fingers());
        for finger in &slap.fingers {
            assert!(finger.seen > 0.95);
            assert!(dark(&slap.image, finger.centre) > 60.0);
            let beyond = finger.centre.1 - 0.5 * finger.size.1 - 60.0;
            assert!(dark(&slap.image, (finger.centre.0, beyond)) < 45.0);
        }
    }
}

#[test]
fn a_finger_that_is_not_laid_down_leaves_its_place_free() {
    let mut prints = person(5);
    let slap = compose(Slap::LeftFour, &usual(), |f| if f == Finger::LeftRing { None } else { prints(f) });
    let fingers: Vec<Finger> = slap.fingers.iter().map(|f| f.finger).collect();
    assert_eq!(fingers, [Finger::LeftLittle, Finger::LeftMiddle, Finger::LeftIndex]);
    let apart = slap.fingers[1].centre.0 - slap.fingers[0].centre.0;
    assert!(apart > 25.0 * PER_MM, "{apart}");
}

#[test]
fn a_hand_at_the_edge_is_seen_in_part() {
    let pose = HandPose { shift_mm: (30.0, 0.0), ..usual() };
    let slap = slap(Slap::RightFour, &pose);
    assert!(slap.fingers[0].seen > 0.95 && slap.fingers[3].seen < 0.6);
}

#[test]
fn the_right_hand_mirrors_the_left() {
    let tip = |f: &TrueFinger| f.centre.1 - 0.5 * f.size.1;
    let right = slap(Slap::RightFour, &usual()).fingers;
    let left = slap(Slap::LeftFour, &usual()).fingers;
    assert!(tip(&right[3]) > tip(&right[0]) && tip(&right[0]) > tip(&right[1]));
    assert!(tip(&left[0]) > tip(&left[3]) && tip(&left[3]) > tip(&left[2]));
}

#[test]
fn impossible_poses_are_clamped() {
    let odd = HandPose {
        seed: 1,
        tilt_deg: f32::NAN,
        gap_mm: 1e9,
        shift_mm: (f32::INFINITY, f32::NEG_INFINITY),
        joints: -3.0,
        ghost: 7.0,
        noise: f32::NAN,
    };
    assert_eq!(slap(Slap::Thumbs, &odd), slap(Slap::Thumbs, &odd.clamped()));
    let blank = compose(Slap::RightFour, &odd, |_| Some(GrayImage::from_fn(1, 1, |_, _| 0)));
    assert_eq!(blank.fingers.len(), 4);
    assert!(compose(Slap::RightFour, &odd, |_| None).fingers.is_empty());
}
