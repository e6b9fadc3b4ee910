//! Devices at the tempo of the window: they conform, move, obey the operator and die with their cable.

use super::*;

/// Live, but over in a few hundredths of a second.
const QUICK: Tempo = Tempo::Live { fps: 60, settle: Duration::from_millis(90) };
/// Nobody would see this one's end.
const ENDLESS: Tempo = Tempo::Live { fps: 60, settle: Duration::from_secs(3600) };

fn grey(news: &[Progress]) -> Vec<GrayImage> {
    let frame = |news: &Progress| match news {
        Progress::GrayFrame(frame) => Some(frame.clone()),
        _ => None,
    };
    news.iter().filter_map(frame).collect()
}

fn eye_of(eye: Eye) -> Option<GrayImage> {
    Some(stripes(u32::from(eye.code())))
}

#[test]
fn every_live_device_conforms() {
    let (there, seen) = presence();
    let prototype = ReplayCamera::new("c", move || seen.load(Ordering::Acquire).then(colours)).with_tempo(QUICK);
    everything_held(&conformance::camera(&mut Desk { prototype, there }));
    let (there, seen) = presence();
    let source = move |finger: Finger| seen.load(Ordering::Acquire).then(|| stripes(u32::from(finger.code())));
    let prototype = ReplayScanner::new("s", source).with_tempo(QUICK);
    everything_held(&conformance::fingerprint_scanner(&mut Desk { prototype, there }));
    let (there, seen) = presence();
    let source = move |eye: Eye| eye_of(eye).filter(|_| seen.load(Ordering::Acquire));
    let prototype = ReplayIrisCamera::new("i", source).with_tempo(QUICK);
    everything_held(&conformance::iris_camera(&mut Desk { prototype, there }));
}

#[test]
fn a_live_scanner_shows_a_moving_finger_and_takes_it_by_itself() {
    let mut news = Vec::new();
    let sample = scanner()
        .with_tempo(QUICK)
        .capture(&Cancel::new(), INDEX, &Cancel::new(), &mut |item| news.push(item))
        .unwrap();
    assert!(sample == stripes(2), "the full sample, not a frame");
    let frames = grey(&news);
    assert!(frames.len() >= 4, "{} frames", frames.len());
    assert!(frames.windows(2).filter(|pair| pair[0] != pair[1]).count() >= 3, "nothing moves");
    assert!(frames.last().is_some_and(|last| last.pixels() == sample.pixels()), "it ends off the centre");
}

#[test]
fn a_live_iris_camera_ends_with_the_eye_in_its_place() {
    let mut news = Vec::new();
    let mut camera = ReplayIrisCamera::new("i", eye_of).with_tempo(QUICK);
    let samples =
        camera.capture(&Cancel::new(), EyeSet::One(Eye::Left), &Cancel::new(), &mut |item| news.push(item)).unwrap();
    let frames = grey(&news);
    assert!(frames.first() != frames.last());
    assert!(frames.last().is_some_and(|last| last.pixels() == samples[0].image.pixels()));
}

#[test]
fn the_trigger_takes_the_whole_sample_long_before_the_device_would() {
    let trigger = Cancel::new();
    let mut scanner = scanner().with_tempo(ENDLESS);
    let sample = scanner.capture(&trigger, INDEX, &Cancel::new(), &mut |_| trigger.cancel()).unwrap();
    assert!(sample == stripes(2));
    let trigger = Cancel::new();
    let mut camera = ReplayIrisCamera::new("i", eye_of).with_tempo(ENDLESS);
    let samples = camera.capture(&trigger, EyeSet::Both, &Cancel::new(), &mut |_| trigger.cancel()).unwrap();
    assert_eq!(samples.len(), 2);
}

#[test]
fn a_live_camera_streams_different_frames_until_its_trigger() {
    let trigger = Cancel::new();
    let mut frames = Vec::new();
    let mut camera = ReplayCamera::new("c", || Some(colours())).with_tempo(QUICK);
    let picture = camera.capture(&trigger, &Cancel::new(), &mut |news| {
        if let Progress::Frame(frame) = news {
            frames.push(frame);
        }
        // Far beyond the settling: it does not shoot by itself.
        if frames.len() == 30 {
            trigger.cancel();
        }
    });
    assert!(picture.unwrap() == colours());
    assert_eq!(frames.len(), 30);
    assert!(frames.first() != frames.last());
}

#[test]
fn a_cable_pulled_in_the_middle_of_a_live_preview_ends_the_capture() {
    for after in [1, 2, 5] {
        let mut scanner = scanner().with_tempo(ENDLESS);
        let (plug, mut calls) = (scanner.plug(), 0);
        let result = scanner.capture(&Cancel::new(), INDEX, &Cancel::new(), &mut |_| {
            calls += 1;
            if calls == after {
                plug.unplug();
            }
        });
        assert!(is_gone(result));
        assert_eq!(calls, after, "it went on without its cable");
    }
}

#[test]
fn a_cable_pulled_by_another_hand_ends_a_live_preview() {
    let mut camera = ReplayCamera::new("c", || Some(colours())).with_tempo(ENDLESS);
    let plug = camera.plug();
    let (shown, seen) = std::sync::mpsc::channel();
    let hand = std::thread::spawn(move || {
        let frames = seen.iter().take(4).count();
        plug.unplug();
        frames
    });
    let result = camera.capture(&Cancel::new(), &Cancel::new(), &mut |news| drop(shown.send(news)));
    assert!(is_gone(result));
    drop(shown);
    assert_eq!(hand.join().unwrap(), 4);
}

#[test]
fn a_live_fault_comes_in_the_middle_of_the_preview_and_only_once() {
    let mut scanner = scanner().with_tempo(QUICK);
    let faults = [Fault::Retry(Retry::TooShort), Fault::Silence, Fault::Unplug { for_captures: 1 }];
    for fault in faults {
        scanner.script().add(0, fault);
        let mut news = Vec::new();
        let result = scanner.capture(&Cancel::new(), INDEX, &Cancel::new(), &mut |item| news.push(item));
        match result {
            Err(CaptureError::Retry(retry)) => assert_eq!(Fault::Retry(retry), fault),
            Err(CaptureError::Device(error)) if error.kind == DeviceErrorKind::Silent => {
                assert_eq!(fault, Fault::Silence);
            }
            other => assert!(is_gone(other) && matches!(fault, Fault::Unplug { .. })),
        }
        assert!(grey(&news).len() > 2, "{fault:?} left nothing to see");
        scanner = scanner.reopen().unwrap();
        assert!(scan(&mut scanner).is_ok());
    }
}

#[test]
fn wet_and_dry_are_of_the_next_finger_alone() {
    let mut scanner = scanner();
    let mean = |image: &GrayImage| image.pixels().iter().map(|p| u64::from(*p)).sum::<u64>() / 12_000;
    let good = scan(&mut scanner).unwrap();
    for (fault, darker) in [(Fault::Wet, true), (Fault::Dry, false)] {
        scanner.script().add(0, fault);
        let spoilt = scan(&mut scanner).unwrap();
        assert_eq!(mean(&spoilt) < mean(&good), darker, "{fault:?}");
        assert_eq!(spoilt.dpi(), good.dpi());
        assert!(scan(&mut scanner).unwrap() == good);
    }
}
