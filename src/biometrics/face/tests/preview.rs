//! What the preview promises: it follows, it lets go, and it sees who else comes.

use super::super::{Nature, Track};
use super::{astronaut, engine, eye_distance, from_fn, pixel, placed, see};

#[test]
fn a_moving_face_is_followed_as_a_still_would_see_it() {
    let image = astronaut();
    let mut track = Track::default();
    for step in 0..16 {
        let at = (40.0 + 12.0 * step as f32, -20.0 + 4.0 * step as f32);
        let frame = placed(&image, 0.8, at, (640, 480));
        let seen = engine().follow(&mut track, &frame).unwrap();
        assert_eq!(seen.nature(), Nature::Person, "frame {step}");
        assert_eq!(seen.faces.len(), 1, "frame {step}: {:?}", seen.faces);
        let still = see(&frame);
        let unit = eye_distance(&still);
        let eyes = [&seen, &still].map(|seen| seen.sitter.as_ref().unwrap().eyes());
        for (a, b) in eyes[0].into_iter().zip(eyes[1]) {
            let off = (a.0 - b.0).hypot(a.1 - b.1) / unit;
            assert!(off < 0.05, "frame {step}: an eye is off by {off} eye distances");
        }
    }
}

#[test]
fn when_the_sitter_leaves_nobody_is_there_at_once() {
    let (there, gone) = (placed(&astronaut(), 0.8, (100.0, 0.0), (640, 480)), from_fn(640, 480, |_, _| [128; 3]));
    let mut track = Track::default();
    for _ in 0..3 {
        assert_eq!(engine().follow(&mut track, &there).unwrap().nature(), Nature::Person);
    }
    for _ in 0..7 {
        assert_eq!(engine().follow(&mut track, &gone).unwrap().nature(), Nature::Nobody);
    }
    assert_eq!(engine().follow(&mut track, &there).unwrap().nature(), Nature::Person, "and is seen again at once");
}

#[test]
fn somebody_else_who_comes_is_seen_within_five_frames_and_forgotten_within_five() {
    let image = astronaut();
    let alone = placed(&image, 0.8, (0.0, 0.0), (900, 480));
    let second = placed(&image, 0.75, (480.0, 60.0), (900, 480));
    let both = from_fn(900, 480, |x, y| if x < 410 { pixel(&alone, x, y) } else { pixel(&second, x, y) });
    let mut track = Track::default();
    let mut counts = |frame, times: usize| -> Vec<usize> {
        (0..times).map(|_| engine().follow(&mut track, frame).unwrap().faces.len()).collect()
    };
    assert_eq!(counts(&alone, 4), [1; 4]);
    assert_eq!(counts(&both, 6)[4..], [2, 2]);
    assert_eq!(counts(&alone, 6)[4..], [1, 1]);
}

#[test]
fn another_size_of_frame_starts_afresh() {
    let image = astronaut();
    let mut track = Track::default();
    for size in [(640, 480), (480, 640), (320, 240), (1, 1), (640, 480)] {
        let frame = placed(&image, size.1 as f32 / 600.0, (0.0, 0.0), size);
        let nature = engine().follow(&mut track, &frame).unwrap().nature();
        assert_eq!(nature == Nature::Person, size != (1, 1), "{size:?}");
    }
}
