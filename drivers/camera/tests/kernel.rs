//! The driver on video devices of a real kernel: those of its test driver `vivid`, which a virtual machine has.
//!
//! Where no such device is, a case is a skip with its reason, and a failure under `REKAM_KERNEL=require`. The cases
//! share one device, so they are one test, in an order that ends with the device's removal.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may fail")]

#[path = "../../plug/tests/support/kernel.rs"]
#[allow(dead_code, reason = "no case here runs without rights")]
mod kernel;

use std::path::Path;

use kernel::there;
use rekam_camera::v4l2::{Iris, Mode, Node, Pixels, Stream, Trouble, Video, VideoError, devices, open_photo};
use rekam_hal::{
    Camera, Cancel, CaptureError, DeviceErrorKind, DeviceInfo, Eye, EyeSet, GrayImage, IrisCamera, Peripheral,
    Progress, RgbImage,
};

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
