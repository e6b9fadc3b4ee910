//! The driver on video devices of a real kernel: those of its test driver `vivid`, and cameras in sockets of its virtual
//! USB hub, which the kernel's own driver for USB cameras takes. A virtual machine has both.
//!
//! Where they are missing, a case is a skip with its reason, and a failure under `REKAM_KERNEL=require`. The cases of
//! `vivid` share one device, so they are one test, in an order that ends with the device's removal; all of them must run
//! one after another (`--test-threads=1`).
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may fail")]

#[path = "../../plug/tests/support/kernel.rs"]
#[allow(dead_code, reason = "no case here runs without rights")]
mod kernel;

use std::path::Path;
use std::time::{Duration, Instant};

use kernel::there;
use rekam_camera::v4l2::{
    Iris, IrisConfig, Mode, Node, Pixels, Stream, Trouble, Video, VideoError, devices, open_iris, open_photo,
};
use rekam_hal::{
    Camera, Cancel, CaptureError, DeviceErrorKind, DeviceInfo, Eye, EyeSet, GrayImage, IrisCamera, Peripheral,
    Progress, RgbImage,
};
use rekam_simulator::usbip::Attached;
use rekam_simulator::uvc::{Settings, plug_in};
use rekam_simulator::video::{Coding, Fault, Offer, Shot, VirtualVideo};

/// The first device of the kernel's test driver.
fn vivid() -> Option<DeviceInfo> {
    let found = devices(&[]).into_iter().map(|found| found.info).find(|info| info.model.contains("vid-cap"));
    there(found.ok_or_else(|| std::io::Error::other("no vivid")), "video device of the kernel's test driver")
}

fn node(info: &DeviceInfo) -> Node {
    Node::open(Path::new(&info.transport)).unwrap()
}

fn picture<T>(stream: &mut Stream, decode: impl Fn(&rekam_camera::v4l2::Frame, &[u8]) -> Option<T>) -> T {
    loop {
        let looked = stream.next(|frame, bytes| Ok(decode(frame, bytes)));
        if let Some(picture) = looked.unwrap() {
            return picture.expect("a whole picture");
        }
    }
}

fn grey(stream: &mut Stream) -> GrayImage {
    picture(stream, |frame, bytes| frame.gray(bytes).ok())
}

fn range(pixels: &[u8]) -> u8 {
    pixels.iter().max().unwrap() - pixels.iter().min().unwrap()
}

/// Presses or sets a control by its name.
fn set(node: &mut Node, name: &str, value: i32) {
    let found = node.controls().unwrap();
    let control = found.iter().find(|control| control.name == name);
    let names: Vec<&str> = found.iter().map(|control| control.name.as_str()).collect();
    let control = control.unwrap_or_else(|| panic!("no {name:?} in {names:?}"));
    node.set_control(control.id, value).unwrap();
}

fn every_mode_streams_pictures_of_its_size(info: &DeviceInfo) {
    let mut stream = Stream::new(Box::new(node(info)));
    let modes = stream.video().modes().unwrap();
    for wanted in [Pixels::Yuyv, Pixels::Grey, Pixels::Y16] {
        assert!(modes.iter().any(|mode| mode.pixels == wanted), "{wanted:?} in {modes:?}");
    }
    for mode in &modes {
        stream.run(*mode).unwrap();
        let image = grey(&mut stream);
        assert_eq!((image.width(), image.height()), (mode.width, mode.height), "{mode:?}");
        assert!(range(image.pixels()) > 100, "{mode:?}");
    }
}

/// The colour bars of the test driver: grey of one coding is the luma of the other.
fn codings_agree(info: &DeviceInfo) {
    let mut stream = Stream::new(Box::new(node(info)));
    let mut taken = |pixels| {
        stream.run(Mode { pixels, width: 640, height: 480 }).unwrap();
        grey(&mut stream)
    };
    let (plain, deep) = (taken(Pixels::Grey), taken(Pixels::Y16));
    let far = plain.pixels().iter().zip(deep.pixels()).filter(|(a, b)| a.abs_diff(**b) > 2).count();
    assert!(far * 50 < plain.pixels().len(), "{far} of {} pixels differ", plain.pixels().len());
}

fn another_program_is_busy(info: &DeviceInfo) {
    let mode = Mode { pixels: Pixels::Yuyv, width: 640, height: 480 };
    let mut first = Stream::new(Box::new(node(info)));
    first.run(mode).unwrap();
    let mut second = Stream::new(Box::new(node(info)));
    assert_eq!(second.run(mode), Err(Trouble::Video(VideoError::Busy)));
    first.stop();
    second.run(mode).unwrap();
    grey(&mut second);
}

fn taken(camera: &mut dyn Camera, mut at: impl FnMut(u32)) -> Result<RgbImage, CaptureError> {
    let (trigger, mut frames) = (Cancel::new(), 0);
    camera.capture(&trigger.clone(), &Cancel::new(), &mut |news| {
        if matches!(news, Progress::Frame(_)) {
            frames += 1;
            at(frames);
            if frames >= 8 {
                trigger.cancel();
            }
        }
    })
}

fn a_still_of_the_largest_size_is_taken(info: &DeviceInfo) {
    let mut camera = open_photo(info).unwrap();
    camera.probe().unwrap();
    let offered = node(info).modes().unwrap();
    let largest = offered.iter().filter(|mode| !mode.pixels.is_grey()).map(|mode| mode.area()).max().unwrap();
    for _ in 0..2 {
        let still = taken(&mut camera, |_| ()).unwrap();
        assert_eq!(u64::from(still.width()) * u64::from(still.height()), largest);
        // The bars have pure colours.
        let pure = |channel: usize| still.pixels().chunks(3).any(|p| (0..3).all(|c| (p[c] > 150) == (c == channel)));
        assert!(pure(0) && pure(1) && pure(2));
    }
}

fn damaged_pictures_are_dropped(info: &DeviceInfo) {
    let mut camera = open_photo(info).unwrap();
    let mut presser = node(info);
    taken(&mut camera, |frame| {
        if frame % 2 == 0 {
            set(&mut presser, "Inject V4L2_BUF_FLAG_ERROR", 1);
        }
    })
    .unwrap();
    assert!(camera.dropped() >= 3, "{} dropped", camera.dropped());
}

fn an_eye_camera_delivers_what_is_there(info: &DeviceInfo) {
    let listed = DeviceInfo { id: "iris".to_owned(), ..info.clone() };
    let mut iris = Iris::over(Box::new(node(info)), listed, None);
    let trigger = Cancel::new();
    let eyes = iris.capture(&trigger.clone(), EyeSet::One(Eye::Left), &Cancel::new(), &mut |news| {
        if matches!(news, Progress::GrayFrame(_)) {
            trigger.cancel();
        }
    });
    let eyes = eyes.unwrap();
    assert!(eyes.len() == 1 && eyes[0].eye == Eye::Left && eyes[0].image.width() >= 640);
}

fn nothing_is_left_open(info: &DeviceInfo, before: usize) {
    drop(open_photo(info).unwrap());
    assert_eq!(std::fs::read_dir("/proc/self/fd").unwrap().count(), before);
    let maps = std::fs::read_to_string("/proc/self/maps").unwrap();
    assert!(!maps.contains("/dev/video"));
}

fn a_pulled_camera_is_gone(info: &DeviceInfo) {
    let mut camera = open_photo(info).unwrap();
    let mut presser = node(info);
    let result = taken(&mut camera, |frame| {
        if frame == 3 {
            set(&mut presser, "Disconnect", 1);
        }
    });
    match result {
        Err(CaptureError::Device(error)) => assert_eq!(error.kind, DeviceErrorKind::Gone, "{error:?}"),
        other => panic!("{other:?}"),
    }
    assert_eq!(camera.probe().unwrap_err().kind, DeviceErrorKind::Gone);
    assert_eq!(open_photo(info).err().map(|error| error.kind), Some(DeviceErrorKind::Gone));
}

#[test]
fn the_kernels_test_camera_is_driven_through_a_whole_life() {
    let Some(info) = vivid() else { return };
    let before = std::fs::read_dir("/proc/self/fd").unwrap().count();
    every_mode_streams_pictures_of_its_size(&info);
    codings_agree(&info);
    another_program_is_busy(&info);
    a_still_of_the_largest_size_is_taken(&info);
    damaged_pictures_are_dropped(&info);
    an_eye_camera_delivers_what_is_there(&info);
    nothing_is_left_open(&info, before);
    a_pulled_camera_is_gone(&info);
}

const NUMBERS: (u16, u16) = (0x1209, 0x0001);
const EMITTER: &[u8] =
    br#"[{"usb": "1209:0001", "emitter": {"unit": 7, "selector": 6, "on": [1, 3, 1], "off": [1, 3, 0]}}]"#;

fn plugged(camera: &VirtualVideo, name: &str, serial: &str) -> Option<Attached> {
    let interval = Duration::from_millis(30);
    let settings = Settings { numbers: NUMBERS, name: name.to_owned(), serial: serial.to_owned(), interval };
    there(plug_in(camera, settings), "virtual USB hub")
}

/// Waits until the kernel shows a camera with this serial number, or none any more.
fn listed(serial: &str, iris: &[IrisConfig], is_there: bool) -> Option<DeviceInfo> {
    let until = Instant::now() + Duration::from_secs(20);
    loop {
        let mut found = devices(iris).into_iter().map(|found| found.info);
        let found = found.find(|info| info.serial.as_deref() == Some(serial));
        // The node comes a moment after the device.
        let ready = found.as_ref().is_some_and(|info| Path::new(&info.transport).exists());
        if ready == is_there && found.is_some() == is_there {
            return found;
        }
        assert!(Instant::now() < until, "{found:?}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn shown(serial: &str, iris: &[IrisConfig]) -> DeviceInfo {
    listed(serial, iris, true).unwrap()
}

/// Waves, sharp enough for an eye and smooth enough for JPEG.
fn waves(shot: Shot) -> RgbImage {
    RgbImage::from_fn(shot.width, shot.height, |x, y| {
        let wave = |at: u32, of: f32| 128.0 + 90.0 * (at as f32 * of).sin();
        [wave(x, 0.05) as u8, ((wave(x + 3, 0.9) + wave(y, 0.8)) / 2.0) as u8, wave(y, 0.04) as u8]
    })
}

fn held() -> [usize; 2] {
    ["fd", "task"].map(|what| std::fs::read_dir(format!("/proc/self/{what}")).unwrap().count())
}

/// What is held, once threads that have ended have had time to go.
fn settled(before: [usize; 2]) -> [usize; 2] {
    let until = Instant::now() + Duration::from_secs(2);
    while held() != before && Instant::now() < until {
        std::thread::sleep(Duration::from_millis(10));
    }
    held()
}

fn mean_difference(one: &RgbImage, other: &RgbImage) -> f64 {
    assert_eq!((one.width(), one.height()), (other.width(), other.height()));
    let sum: u64 = one.pixels().iter().zip(other.pixels()).map(|(a, b)| u64::from(a.abs_diff(*b))).sum();
    sum as f64 / one.pixels().len() as f64
}

#[test]
fn a_usb_camera_shows_small_frames_and_takes_the_largest_still() {
    let offers = [(Coding::Yuyv, 640, 480), (Coding::Mjpeg, 800, 600), (Coding::Mjpeg, 1280, 960)];
    let camera = VirtualVideo::new(offers.map(|(coding, w, h)| Offer::new(coding, w, h)).into(), waves);
    let Some(_attached) = plugged(&camera, "Photo Camera", "KPHOTO") else { return };
    let info = shown("KPHOTO", &[]);
    assert_eq!((info.id.as_str(), info.model.contains("Photo Camera")), ("v4l2:KPHOTO", true), "{info:?}");
    let mut photo = open_photo(&info).unwrap();
    photo.probe().unwrap();
    // The kernel's driver drops what came damaged or short.
    camera.fault(1, Fault::Flagged);
    camera.fault(3, Fault::Short);
    let scene = |width, height| waves(Shot { width, height, index: 0 });
    let (trigger, mut seen) = (Cancel::new(), 0);
    let still = photo.capture(&trigger.clone(), &Cancel::new(), &mut |news| {
        if let Progress::Frame(frame) = news {
            let far = mean_difference(&frame, &scene(640, 480));
            assert!(far < 10.0, "frame {seen} is another picture: {far}");
            seen += 1;
            if seen == 4 {
                trigger.cancel();
            }
        }
    });
    let still = still.unwrap();
    let far = mean_difference(&still, &scene(1280, 960));
    assert!(far < 10.0, "{far}");
    let streamed: Vec<(Coding, u32)> = camera.streamed().iter().map(|offer| (offer.coding, offer.width)).collect();
    assert_eq!(streamed, [(Coding::Yuyv, 640), (Coding::Mjpeg, 1280)]);
    drop(photo);
    assert_eq!(camera.offences(), [""; 0]);
}

#[test]
fn a_usb_eye_camera_lights_the_eye_while_it_looks_and_delivers_every_pixel() {
    let offers = vec![Offer::new(Coding::Grey, 640, 480), Offer::new(Coding::Y16, 640, 480)];
    let camera = VirtualVideo::new(offers, waves).with_extension(7, 6, &[1, 3, 0]);
    // It does not say that it is for eyes: the station's list does.
    let Some(_attached) = plugged(&camera, "Grey Box", "KEYE") else { return };
    let list = IrisConfig::parse(EMITTER).unwrap();
    let info = shown("KEYE", &list);
    assert_eq!(info.id, "v4l2-iris:KEYE");
    let mut iris = open_iris(&info, &list).unwrap();
    let mut lit = false;
    let eyes = iris.capture(&Cancel::new(), EyeSet::One(Eye::Right), &Cancel::new(), &mut |news| {
        lit |= matches!(news, Progress::GrayFrame(_)) && camera.extension() == Some(vec![1, 3, 1]);
    });
    let eyes = eyes.unwrap();
    assert!(lit, "the lamp was dark");
    assert_eq!(camera.extension(), Some(vec![1, 3, 0]), "the lamp stays on");
    let scene = waves(Shot { width: 640, height: 480, index: 0 });
    let green: Vec<u8> = scene.pixels().chunks(3).map(|pixel| pixel[1]).collect();
    assert!(eyes.len() == 1 && eyes[0].image.pixels() == green, "another picture than the eye");
}

#[test]
fn a_usb_camera_that_is_pulled_is_gone_and_comes_back_under_its_id() {
    /// So many pulls, or as many as there is time for on a slow machine, but some.
    const ROUNDS: std::ops::Range<u64> = 8..50;
    const TIME: Duration = Duration::from_secs(10);
    let camera = VirtualVideo::new(vec![Offer::new(Coding::Mjpeg, 640, 480)], waves);
    let (begun, mut before, mut rounds) = (Instant::now(), None, 0);
    while rounds < ROUNDS.end && (rounds < ROUNDS.start || begun.elapsed() < TIME) {
        camera.plug();
        let Some(attached) = plugged(&camera, "Photo Camera", "KPULL") else { return };
        let info = shown("KPULL", &[]);
        assert_eq!(info.id, "v4l2:KPULL");
        let mut photo = open_photo(&info).unwrap();
        // In another picture each time; the still is one of the first eight.
        camera.fault(rounds % 7, Fault::Unplug);
        match taken(&mut photo, |_| ()) {
            Err(CaptureError::Device(error)) => assert_eq!(error.kind, DeviceErrorKind::Gone, "{error:?}"),
            other => panic!("pulled at picture {}: {other:?}", rounds % 7),
        }
        assert_eq!(photo.probe().unwrap_err().kind, DeviceErrorKind::Gone);
        drop((photo, attached));
        listed("KPULL", &[], false);
        assert_eq!(open_photo(&info).err().map(|error| error.kind), Some(DeviceErrorKind::Gone));
        let before = *before.get_or_insert_with(held);
        assert_eq!(settled(before), before, "handles and threads are left over");
        rounds += 1;
    }
    camera.plug();
    let Some(_attached) = plugged(&camera, "Photo Camera", "KPULL") else { return };
    taken(&mut open_photo(&shown("KPULL", &[])).unwrap(), |_| ()).unwrap();
}
