//! Photo and iris cameras on a virtual video device, on good days and bad.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may fail")]

mod support;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use rekam_camera::v4l2::{Emitter, Iris, IrisConfig, Mode, Photo, Pixels, Stream, Trouble, VideoError};
use rekam_hal::conformance::{Report, Rig, Verdict, assert_conforms, camera, iris_camera};
use rekam_hal::{
    Camera, Cancel, CaptureError, DeviceError, DeviceErrorKind, Eye, EyeSample, EyeSet, IrisCamera, Peripheral,
    Progress, Retry, RgbImage,
};
use rekam_simulator::video::{Coding, Fault, Offer, Shot, VirtualVideo};
use support::{STILL, any_scene, info, kind, photo, pixels, scene, taken_at, webcam, wire};

/// Mean difference of two pictures' bytes.
fn distance(one: &[u8], other: &[u8]) -> f64 {
    assert_eq!(one.len(), other.len());
    one.iter().zip(other).map(|(a, b)| f64::from(a.abs_diff(*b))).sum::<f64>() / one.len() as f64
}

#[test]
fn a_still_of_full_size_is_taken_between_small_frames() {
    let device = VirtualVideo::new(webcam(), any_scene);
    let mut camera = photo(&device);
    for _ in 0..2 {
        let still = taken_at(&mut camera, 3).unwrap();
        assert_eq!((still.width(), still.height()), STILL);
        assert!(distance(still.pixels(), scene(STILL.0, STILL.1).pixels()) < 3.0);
        assert!(!device.is_streaming());
    }
    let widths: Vec<u32> = device.streamed().iter().map(|offer| offer.width).collect();
    assert_eq!(widths, [640, STILL.0, 640, STILL.0], "the small format, the large one, and back");
    assert_eq!((device.offences(), camera.dropped()), (Vec::new(), 0));
}

#[test]
fn padded_rows_give_the_picture_without_its_padding() {
    for coding in [Coding::Yuyv, Coding::Grey, Coding::Y16] {
        for padding in [0, 2, 64, 640] {
            let offer = Offer { padding, ..Offer::new(coding, 642, 50) };
            let device = VirtualVideo::new(vec![offer], any_scene);
            let mut stream = Stream::new(wire(&device).unwrap());
            stream.run(Mode { pixels: pixels(coding), width: 642, height: 50 }).unwrap();
            let grey = stream.next(|frame, bytes| frame.gray(bytes)).unwrap().unwrap();
            assert_eq!((grey.width(), grey.height()), (642, 50));
            if coding == Coding::Yuyv {
                let colour = stream.next(|frame, bytes| frame.rgb(bytes)).unwrap().unwrap();
                assert!(distance(colour.pixels(), scene(642, 50).pixels()) < 2.0, "padding {padding}");
            } else {
                let green: Vec<u8> = scene(642, 50).pixels().iter().skip(1).step_by(3).copied().collect();
                assert_eq!(grey.pixels(), green, "{coding:?} with padding {padding}");
            }
        }
    }
}

#[test]
fn bad_pictures_are_dropped_wherever_they_come() {
    for fault in [Fault::Short, Fault::Flagged, Fault::Late] {
        for skip in 0..8 {
            let device = VirtualVideo::new(webcam(), any_scene);
            (skip..skip + 3).for_each(|at| device.fault(at, fault));
            let mut camera = photo(&device);
            let still = taken_at(&mut camera, 2).unwrap();
            let far = distance(still.pixels(), scene(STILL.0, STILL.1).pixels());
            assert!(far < 3.0, "{fault:?} at {skip}: {far}");
            assert!(fault == Fault::Late || skip > 4 || camera.dropped() > 0);
        }
    }
}

#[test]
fn a_camera_that_sends_nothing_good_is_named_as_what_it_is() {
    let with = |fault: Fault| {
        let device = VirtualVideo::new(webcam(), any_scene);
        device.fault_always(Some(fault));
        let mut camera = photo(&device);
        let first = kind(taken_at(&mut camera, 1));
        assert!(!device.is_streaming());
        // When it is well again, so is the driver.
        device.fault_always(None);
        (first, taken_at(&mut camera, 1).is_ok())
    };
    assert_eq!(with(Fault::Short), (DeviceErrorKind::Protocol, true));
    assert_eq!(with(Fault::Flagged), (DeviceErrorKind::Protocol, true));
    assert_eq!(with(Fault::Late), (DeviceErrorKind::Silent, true));
    assert_eq!(with(Fault::Silence), (DeviceErrorKind::Silent, false));
    assert_eq!(with(Fault::Unplug), (DeviceErrorKind::Gone, false));
}

#[test]
fn a_cut_jpeg_is_told_as_such() {
    let device = VirtualVideo::new(vec![Offer::new(Coding::Mjpeg, 640, 480)], any_scene);
    device.fault_always(Some(Fault::Short));
    let mut stream = Stream::new(wire(&device).unwrap());
    stream.run(Mode { pixels: Pixels::Mjpeg, width: 640, height: 480 }).unwrap();
    let trouble = loop {
        match stream.next(|frame, bytes| frame.rgb(bytes)) {
            Ok(picture) => assert!(picture.is_none()),
            Err(trouble) => break trouble,
        }
    };
    assert!(matches!(trouble, Trouble::Bad(rekam_camera::v4l2::FrameError::Cut)), "{trouble:?}");
    assert_eq!(stream.dropped(), 30);
}

#[test]
fn a_camera_in_use_is_busy_and_works_when_it_is_let_go() {
    let device = VirtualVideo::new(webcam(), any_scene);
    let mut camera = photo(&device);
    device.hold(true);
    assert_eq!(kind(taken_at(&mut camera, 1)), DeviceErrorKind::Busy);
    camera.probe().unwrap();
    device.hold(false);
    assert!(taken_at(&mut camera, 1).is_ok());
}

#[test]
fn a_camera_without_a_known_format_is_unsupported() {
    let grey_only = VirtualVideo::new(vec![Offer::new(Coding::Grey, 640, 480)], any_scene);
    assert_eq!(kind(taken_at(&mut photo(&grey_only), 1)), DeviceErrorKind::Unsupported);
    assert_eq!(kind(taken_at(&mut photo(&VirtualVideo::new(Vec::new(), any_scene)), 1)), DeviceErrorKind::Unsupported);
    let mut stream = Stream::new(wire(&grey_only).unwrap());
    let mode = Mode { pixels: Pixels::Yuyv, width: 640, height: 480 };
    assert_eq!(stream.run(mode), Err(Trouble::Video(VideoError::Unsupported)));
}

#[test]
fn a_picture_taken_at_once_is_not_that_of_a_camera_that_has_just_woken_up() {
    // Dark at first, then ever brighter: the sixth picture is as it should be.
    for still in [STILL, (640, 480)] {
        let device =
            VirtualVideo::new(vec![Offer::new(Coding::Yuyv, 640, 480), Offer::new(Coding::Mjpeg, still.0, still.1)], {
                let mut pictures = 0;
                move |shot: Shot| {
                    pictures += 1;
                    let light = pictures.min(6);
                    let bright = scene(shot.width, shot.height);
                    let dim = bright.pixels().iter().map(|value| (u32::from(*value) * light / 6) as u8).collect();
                    RgbImage::new(shot.width, shot.height, dim).unwrap()
                }
            });
        let now = Cancel::new();
        now.cancel();
        let picture = photo(&device).capture(&now, &Cancel::new(), &mut |_| ()).unwrap();
        let far = distance(picture.pixels(), scene(picture.width(), picture.height()).pixels());
        assert!(far < 4.0, "{still:?}: {far}");
    }
}

#[test]
fn a_camera_that_does_not_wake_up_holds_nobody_up() {
    let device = VirtualVideo::new(webcam(), any_scene);
    // Of its first pictures most do not come.
    (0..40).filter(|at| at % 4 != 0).for_each(|at| device.fault(at, Fault::Late));
    let now = Cancel::new();
    now.cancel();
    let mut frames = 0;
    let picture = photo(&device).capture(&now, &Cancel::new(), &mut |news| {
        frames += u32::from(matches!(news, Progress::Frame(_)));
    });
    assert!(picture.is_ok());
    assert!((1..6).contains(&frames), "{frames} frames were waited for");
}

#[test]
fn a_covered_lens_asks_to_be_cleaned() {
    let device = VirtualVideo::new(webcam(), |Shot { width, height, .. }| {
        RgbImage::new(width, height, vec![17; (width * height * 3) as usize]).unwrap()
    });
    let taken = taken_at(&mut photo(&device), 1);
    assert!(matches!(taken, Err(CaptureError::Retry(Retry::CleanGlass))), "{taken:?}");
}

/// What stands before the lens of a rig.
#[derive(Clone)]
struct View {
    there: Arc<AtomicBool>,
    covered: Arc<AtomicBool>,
}

impl View {
    fn new() -> Self {
        Self { there: Arc::new(true.into()), covered: Arc::default() }
    }

    fn photo(&self, Shot { width, height, index }: Shot) -> RgbImage {
        if self.covered.load(Ordering::Acquire) {
            // The cover comes off when a still of full size has been seen to be of one colour.
            self.covered.store(width < STILL.0 || index < 2, Ordering::Release);
            return RgbImage::new(width, height, vec![3; (width * height * 3) as usize]).unwrap();
        }
        scene(width, height)
    }

    /// An eye comes into focus after some pictures; nobody is an even grey.
    fn eye(&self, Shot { width, height, index }: Shot) -> RgbImage {
        let there = self.there.load(Ordering::Acquire);
        // Contrast and fineness: a sharp eye, a blurred one, nobody.
        let (contrast, fine) = match there {
            true if index > 4 => (80.0, 0.9),
            true => (40.0, 0.05),
            false => (0.0, 0.0),
        };
        let grey = |at: u32| {
            let (x, y) = ((at % width) as f32 - width as f32 / 2.0, (at / width) as f32 - height as f32 / 2.0);
            let ring = ((x * x + y * y).sqrt() * fine).sin();
            [(120.0 + contrast * ring) as u8; 3]
        };
        RgbImage::new(width, height, (0..width * height).flat_map(grey).collect()).unwrap()
    }
}

struct PhotoRig {
    device: VirtualVideo,
    view: View,
}

impl Rig<dyn Camera> for PhotoRig {
    fn open(&mut self) -> Result<Box<dyn Camera>, DeviceError> {
        Ok(Box::new(Photo::over(wire(&self.device)?, info(false))))
    }

    fn plug(&mut self) {
        self.device.plug();
    }

    fn unplug(&mut self) {
        self.device.unplug();
    }

    fn present(&mut self, there: bool) {
        self.view.there.store(there, Ordering::Release);
    }

    fn provoke_retry(&mut self) -> bool {
        self.view.covered.store(true, Ordering::Release);
        true
    }
}

struct IrisRig {
    device: VirtualVideo,
    view: View,
    config: IrisConfig,
    short: bool,
}

impl Rig<dyn IrisCamera> for IrisRig {
    fn open(&mut self) -> Result<Box<dyn IrisCamera>, DeviceError> {
        let iris = Iris::over(wire(&self.device)?, info(true), Some(&self.config));
        Ok(Box::new(iris.with_patience(if self.short { 40 } else { 1_800 })))
    }

    fn plug(&mut self) {
        self.device.plug();
    }

    fn unplug(&mut self) {
        self.device.unplug();
    }

    fn present(&mut self, there: bool) {
        self.view.there.store(there, Ordering::Release);
    }
}

#[track_caller]
fn assert_all_held(report: &Report, but: &[&str]) {
    assert_conforms(report).unwrap();
    let skipped = report.clauses.iter().filter(|clause| clause.verdict != Verdict::Held).map(|clause| clause.name);
    assert_eq!(skipped.collect::<Vec<_>>(), but, "{report}");
}

#[test]
fn the_photo_camera_conforms() {
    let view = View::new();
    let seen = view.clone();
    let device = VirtualVideo::new(
        vec![Offer::new(Coding::Mjpeg, STILL.0, STILL.1), Offer::new(Coding::Yuyv, 640, 480)],
        move |shot| seen.photo(shot),
    );
    let mut rig = PhotoRig { device, view };
    assert_all_held(&camera(&mut rig), &[]);
    assert_eq!((rig.device.offences(), rig.device.is_streaming()), (Vec::new(), false));
}

fn listed() -> IrisConfig {
    let emitter = Emitter { unit: 7, selector: 6, on: vec![1, 3, 1], off: vec![1, 3, 0] };
    IrisConfig { usb: "13d3:56bb".to_owned(), stream: None, bits: None, emitter: Some(emitter) }
}

fn infrared(view: &View, coding: Coding) -> VirtualVideo {
    let seen = view.clone();
    let offers = vec![Offer { padding: 32, ..Offer::new(coding, 640, 480) }, Offer::new(Coding::Yuyv, 1280, 960)];
    VirtualVideo::new(offers, move |shot| seen.eye(shot)).with_extension(7, 6, &[0, 0, 0])
}

#[test]
fn the_iris_camera_conforms_and_its_light_is_off_afterwards() {
    for coding in [Coding::Grey, Coding::Y16] {
        let view = View::new();
        let mut rig = IrisRig { device: infrared(&view, coding), view, config: listed(), short: false };
        assert_all_held(&iris_camera(&mut rig), &["a retry is no fault: the next capture works"]);
        assert_eq!(rig.device.offences(), [""; 0]);
        let mut iris = rig.open().unwrap();
        let mut lit = None;
        let eyes = iris.capture(&Cancel::new(), EyeSet::One(Eye::Left), &Cancel::new(), &mut |_| {
            lit = rig.device.extension();
        });
        let eyes = eyes.unwrap();
        let [EyeSample { eye: Eye::Left, image }] = eyes.as_slice() else { panic!("not one left eye: {eyes:?}") };
        assert_eq!((image.width(), image.height()), (640, 480));
        assert_eq!((lit, rig.device.extension()), (Some(vec![1, 3, 1]), Some(vec![1, 3, 0])));
        assert!(!rig.device.is_streaming());
    }
}

#[test]
fn nobody_before_the_iris_camera_is_told_in_time() {
    let view = View::new();
    let mut rig = IrisRig { device: infrared(&view, Coding::Grey), view, config: listed(), short: true };
    rig.present(false);
    let mut iris = rig.open().unwrap();
    let seen = iris.capture(&Cancel::new(), EyeSet::One(Eye::Right), &Cancel::new(), &mut |_| ());
    assert!(matches!(seen, Err(CaptureError::Retry(Retry::NothingPresented))), "{seen:?}");
    assert_eq!(rig.device.extension(), Some(vec![1, 3, 0]));
}

#[test]
fn a_colour_camera_is_no_iris_camera_and_a_wrong_light_is_unsupported() {
    let device = VirtualVideo::new(webcam(), any_scene);
    let mut colour = Iris::over(wire(&device).unwrap(), info(true), None);
    let asked = |iris: &mut Iris| iris.capture(&Cancel::new(), EyeSet::One(Eye::Right), &Cancel::new(), &mut |_| ());
    assert_eq!(kind(asked(&mut colour)), DeviceErrorKind::WrongModel);
    let device = VirtualVideo::new(vec![Offer::new(Coding::Grey, 640, 480)], any_scene);
    let mut lightless = Iris::over(wire(&device).unwrap(), info(true), Some(&listed()));
    assert_eq!(kind(asked(&mut lightless)), DeviceErrorKind::Unsupported);
    assert!(!device.is_streaming());
}
