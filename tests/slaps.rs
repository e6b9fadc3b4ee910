//! Slaps of real hands. The images are nobody's to hand on, so they lie outside: the folder comes from REKAM_DATA;
//! without it the tests say so and pass.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on shall stop")]

use std::path::{Path, PathBuf};

use rekam::biometrics::fingerprint::{
    Expected, MinutiaeNetwork, Prepared, Segmented, SlapProblem, compare, extract, segment,
};
use rekam_hal::{Finger, GrayImage, Slap};
use rekam_simulator::replay::read;

fn card() -> Option<PathBuf> {
    use std::io::Write as _;
    let Some(data) = std::env::var_os("REKAM_DATA") else {
        let _ = writeln!(std::io::stderr(), "skipped: REKAM_DATA does not name a folder of real images");
        return None;
    };
    let folder = PathBuf::from(data).join("fingerprint/nist_tenprint_slap");
    assert!(folder.is_dir(), "{} is missing from REKAM_DATA", folder.display());
    Some(folder)
}

fn image(card: &Path, number: u8) -> GrayImage {
    read::gray(&card.join(format!("fp-{number}.png")), 500.0).unwrap()
}

/// Both thumbs as they stand side by side on the card.
fn thumbs(card: &Path) -> GrayImage {
    let (left, right) = (image(card, 12), image(card, 11));
    let (w, h) = (left.width() + right.width(), left.height().min(right.height()));
    let edge = left.width();
    GrayImage::from_fn(w, h, |x, y| {
        if x < edge { left.get(x.into(), y.into()) } else { right.get((x - edge).into(), y.into()) }
    })
    .with_dpi(500.0)
}

fn network() -> MinutiaeNetwork {
    let bytes = std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/assets/models/leader.onnx")).unwrap();
    MinutiaeNetwork::from_onnx(bytes).unwrap()
}

fn names(slap: &Segmented) -> Vec<Finger> {
    slap.fingers.iter().map(|f| f.finger).collect()
}

#[test]
fn the_fingers_of_an_inked_card_are_found_through_text_scribble_and_a_punch_hole() {
    let Some(card) = card() else { return };
    let slaps =
        [(image(&card, 13), Slap::RightFour), (image(&card, 14), Slap::LeftFour), (thumbs(&card), Slap::Thumbs)];
    for (image, layout) in slaps {
        for expected in [Expected::unknown(), Expected::all(layout)] {
            let slap = segment(&image, &expected).unwrap();
            assert_eq!(names(&slap), layout.fingers());
            assert!(slap.layout == Some(layout) && slap.certainty > 0.9, "{layout:?} {}", slap.certainty);
            assert!(slap.problems.is_empty() && slap.missing.is_empty(), "{:?}", slap.problems);
        }
    }
    let right = segment(&image(&card, 13), &Expected::all(Slap::LeftFour)).unwrap();
    let wrong = SlapProblem::WrongHand { expected: Slap::LeftFour, seen: Slap::RightFour };
    assert!(right.problems.contains(&wrong), "{:?}", right.problems);
}

#[test]
fn a_ring_finger_wiped_off_the_card_is_missed_by_name() {
    let Some(card) = card() else { return };
    let whole = image(&card, 14);
    let ring = segment(&whole, &Expected::all(Slap::LeftFour)).unwrap().fingers[1].place;
    let wiped = GrayImage::from_fn(whole.width(), whole.height(), |x, y| {
        let column = (x as f32 - ring.x).abs() < 0.62 * ring.width;
        if column && y > 60 { 250 } else { whole.get(x.into(), y.into()) }
    });
    let slap = segment(&wiped.with_dpi(500.0), &Expected::all(Slap::LeftFour)).unwrap();
    assert_eq!(names(&slap), [Finger::LeftLittle, Finger::LeftMiddle, Finger::LeftIndex]);
    assert_eq!(slap.missing, [Finger::LeftRing]);
}

#[test]
fn every_finger_cut_from_the_card_is_the_rolled_finger_of_its_position_and_no_other() {
    let Some(card) = card() else { return };
    let network = network();
    let prepared = |image: &GrayImage| Prepared::new(&extract(&network, image).unwrap().template);
    let rolled: Vec<Prepared> = (1..=10).map(|number| prepared(&image(&card, number))).collect();
    let mut sure = 0;
    for slap in [image(&card, 13), image(&card, 14), thumbs(&card)] {
        for finger in segment(&slap, &Expected::unknown()).unwrap().fingers {
            let cut = prepared(&finger.cut(&slap));
            let scores: Vec<f32> = rolled.iter().map(|r| compare(&cut, r).score).collect();
            let own = scores[usize::from(finger.finger.code()) - 1];
            assert!(scores.iter().all(|s| *s <= own), "{:?}: {scores:?}", finger.finger);
            sure += usize::from(own >= 4.0);
        }
    }
    assert!(sure >= 8, "{sure} of 10");
}
