use super::*;

fn mean(image: &GrayImage) -> f64 {
    image.pixels().iter().map(|&p| f64::from(p)).sum::<f64>() / image.pixels().len() as f64
}

#[test]
fn equal_seeds_give_equal_fingers_and_captures() {
    let (a, b) = (Finger::new(7), Finger::new(7));
    assert_eq!(a.minutiae(), b.minutiae());
    assert_eq!(a.capture(&Conditions::typical(1)), b.capture(&Conditions::typical(1)));
}

#[test]
fn other_seeds_give_other_fingers_and_other_captures() {
    let (a, b) = (Finger::new(7), Finger::new(8));
    assert_ne!(a.minutiae(), b.minutiae());
    assert_ne!(a.capture(&Conditions::typical(1)), b.capture(&Conditions::typical(1)));
    assert_ne!(a.capture(&Conditions::typical(1)), a.capture(&Conditions::typical(2)));
}

#[test]
fn the_fast_path_knows_the_places_and_directions_of_the_drawn_finger() {
    let (drawn, planned) = (Finger::new(21), Finger::minutiae_only(21));
    assert_eq!(drawn.minutiae().len(), planned.len());
    for (a, b) in drawn.minutiae().iter().zip(&planned) {
        assert_eq!((a.x, a.y, a.angle), (b.x, b.y, b.angle));
    }
}

#[test]
fn fingers_have_a_natural_number_of_minutiae_apart_from_each_other() {
    for seed in 0..300 {
        let minutiae = Finger::minutiae_only(seed);
        assert!((30..=110).contains(&minutiae.len()), "{} minutiae", minutiae.len());
        for (i, a) in minutiae.iter().enumerate() {
            assert!((0.0..std::f32::consts::TAU).contains(&a.angle));
            assert!(minutiae[..i].iter().all(|b| (a.x - b.x).hypot(a.y - b.y) > 9.0));
        }
    }
}

#[test]
fn classes_come_as_often_as_in_nature() {
    let classes: Vec<Class> = (0..1000).map(|s| Flow::new(&mut Dice::new(s, FLOW)).class).collect();
    let count = |class| classes.iter().filter(|&&c| c == class).count();
    assert!((280..400).contains(&count(Class::LeftLoop)));
    assert!((230..330).contains(&count(Class::Whorl)));
    assert!((10..70).contains(&count(Class::Arch)));
}

#[test]
fn captures_have_the_promised_size_and_resolution() {
    let image = Finger::new(3).capture(&Conditions::typical(3));
    assert_eq!((image.width(), image.height(), image.dpi()), (352, 416, Some(500.0)));
}

#[test]
fn wet_fingers_are_darker_and_dry_ones_brighter() {
    let finger = Finger::new(4);
    let [wet, usual, dry] =
        [Conditions::wet(5), Conditions::typical(5), Conditions::dry(5)].map(|c| mean(&finger.capture(&c)));
    assert!(wet + 5.0 < usual && usual + 5.0 < dry, "{wet} {usual} {dry}");
}

#[test]
fn a_moved_finger_has_less_contrast() {
    let finger = Finger::new(4);
    let edges = |c: &Conditions| -> u64 {
        finger.capture(c).pixels().windows(2).map(|p| u64::from(p[0].abs_diff(p[1])).pow(2)).sum()
    };
    assert!(edges(&Conditions::blurred(5)) * 2 < edges(&Conditions::typical(5)));
}

#[test]
fn impossible_conditions_are_clamped() {
    let finger = Finger::new(5);
    let far = Conditions {
        seed: 1,
        rotation_deg: 1e30,
        shift_mm: (f32::INFINITY, f32::NAN),
        pressure: 9.0,
        distortion: f32::NEG_INFINITY,
        noise: 1e9,
        coverage: -3.0,
        blur: f32::NAN,
    };
    assert_eq!(finger.capture(&far), finger.capture(&far.clamped()));
}
