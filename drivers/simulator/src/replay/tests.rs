//! Replay devices behave as real ones, folders read as people, and faults happen where they are told to.

mod live;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Duration;

use rekam_hal::conformance::{self, Report, Rig, assert_conforms};
use rekam_hal::{
    Camera, Cancel, CaptureError, DeviceError, DeviceErrorKind, Eye, EyeSet, Finger, FingerprintScanner, GrayImage,
    IrisCamera, Progress, Retry, RgbImage, ScanTarget,
};

use super::folder::{FolderEyes, FolderFaces, FolderFinger, Reel};
use super::*;
use crate::faults::{Fault, Plug, Script};

fn stripes(shift: u32) -> GrayImage {
    GrayImage::from_fn(120, 100, |x, y| if ((x + shift + y / 3) / 5).is_multiple_of(2) { 40 } else { 210 })
        .with_dpi(500.0)
}

fn colours() -> RgbImage {
    RgbImage::new(60, 80, (0..60 * 80 * 3).map(|i| (i % 251) as u8).collect()).unwrap()
}

const INDEX: ScanTarget = ScanTarget::Single(Finger::RightIndex);

fn scanner() -> ReplayScanner {
    ReplayScanner::new("scanner-1", |finger: Finger| Some(stripes(u32::from(finger.code()))))
}

fn scan(scanner: &mut ReplayScanner) -> Result<GrayImage, CaptureError> {
    scanner.capture(&Cancel::new(), INDEX, &Cancel::new(), &mut |_| ())
}

fn is_gone<T>(result: Result<T, CaptureError>) -> bool {
    matches!(result, Err(CaptureError::Device(DeviceError { kind: DeviceErrorKind::Gone, .. })))
}

/// A folder of the test's own that goes when the test ends.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let name = format!("rekam-replay-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let path = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn png(&self, name: &str, grey: u8) -> &Self {
        let image = image::GrayImage::from_fn(20, 16, |x, _| image::Luma([grey.wrapping_add(x as u8)]));
        image.save(self.0.join(name)).unwrap();
        self
    }

    fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// A rig over any replay device: `prototype` is never captured with, only reopened.
struct Desk<S: ?Sized> {
    prototype: Replay<S>,
    there: Arc<AtomicBool>,
}

macro_rules! rig {
    ($source:ident, $kind:ident) => {
        impl Rig<dyn $kind> for Desk<dyn $source> {
            fn open(&mut self) -> Result<Box<dyn $kind>, DeviceError> {
                Ok(Box::new(self.prototype.reopen()?))
            }

            fn plug(&mut self) {
                self.prototype.plug().plug();
            }

            fn unplug(&mut self) {
                self.prototype.plug().unplug();
            }

            fn present(&mut self, there: bool) {
                self.there.store(there, Ordering::Release);
            }

            fn provoke_retry(&mut self) -> bool {
                self.prototype.script().add(0, Fault::Retry(Retry::TooDry));
                true
            }
        }
    };
}

rig!(FaceSource, Camera);
rig!(FingerSource, FingerprintScanner);
rig!(EyeSource, IrisCamera);

fn everything_held(report: &Report) {
    assert_conforms(report).unwrap();
    assert!(report.clauses.iter().all(|clause| clause.verdict == conformance::Verdict::Held), "{report}");
}

fn presence() -> (Arc<AtomicBool>, Arc<AtomicBool>) {
    let there = Arc::new(AtomicBool::new(true));
    (Arc::clone(&there), there)
}

#[test]
fn the_scanner_conforms() {
    let (there, seen) = presence();
    let source = move |finger: Finger| seen.load(Ordering::Acquire).then(|| stripes(u32::from(finger.code())));
    everything_held(&conformance::fingerprint_scanner(&mut Desk { prototype: ReplayScanner::new("s", source), there }));
}

#[test]
fn the_camera_conforms_with_and_without_preview() {
    for frames in [0, 1, 5] {
        let (there, seen) = presence();
        let source = move || seen.load(Ordering::Acquire).then(colours);
        let prototype = ReplayCamera::new("c", source).with_preview(frames, Duration::ZERO);
        everything_held(&conformance::camera(&mut Desk { prototype, there }));
    }
}

#[test]
fn the_iris_camera_conforms_with_one_eye_and_with_two() {
    for two in [true, false] {
        let (there, seen) = presence();
        let source = move |eye: Eye| seen.load(Ordering::Acquire).then(|| stripes(u32::from(eye.code())));
        let camera = ReplayIrisCamera::new("i", source);
        let prototype = if two { camera } else { camera.one_eye() };
        everything_held(&conformance::iris_camera(&mut Desk { prototype, there }));
    }
}

#[test]
fn unplugged_from_another_thread_at_any_moment_it_is_delivered_or_gone() {
    for round in 0..50u64 {
        let mut scanner = scanner().with_preview(4, Duration::from_micros(300));
        let plug = scanner.plug();
        let pulled = std::thread::spawn(move || {
            std::thread::sleep(Duration::from_micros(round * 53 % 2000));
            plug.unplug();
        });
        let result = scan(&mut scanner);
        pulled.join().unwrap();
        assert!(result.is_ok() || is_gone(result));
        assert!(is_gone(scan(&mut scanner)));
        assert!(scanner.reopen().is_err());
        scanner.plug().plug();
        assert!(is_gone(scan(&mut scanner)), "the old handle stays dead");
        assert!(scan(&mut scanner.reopen().unwrap()).is_ok());
    }
}

#[test]
fn a_capture_that_loses_its_device_while_waiting_takes_no_sample() {
    let asked = Arc::new(AtomicU32::new(0));
    let count = Arc::clone(&asked);
    let source = move |_: Finger| {
        count.fetch_add(1, Ordering::AcqRel);
        Some(stripes(0))
    };
    let mut scanner = ReplayScanner::new("s", source);
    let plug = scanner.plug();
    let result = scanner.capture(&Cancel::new(), INDEX, &Cancel::new(), &mut |_| plug.unplug());
    assert!(is_gone(result));
    assert_eq!(asked.load(Ordering::Acquire), 0);
}

#[test]
fn the_script_says_which_capture_goes_wrong_and_how() {
    let faults = [
        (1, Fault::Retry(Retry::TooWet)),
        (2, Fault::WrongFinger),
        (3, Fault::Blur),
        (4, Fault::Silence),
        (5, Fault::Slow),
    ];
    let mut scanner = scanner().with_script(Script::new(faults));
    let good = scan(&mut scanner).unwrap();
    assert!(good == stripes(2));
    assert!(matches!(scan(&mut scanner), Err(CaptureError::Retry(Retry::TooWet))));
    assert!(scan(&mut scanner).unwrap() == stripes(3), "the middle finger");
    let blurred = scan(&mut scanner).unwrap();
    let spread = |image: &GrayImage| image.pixels().iter().max().unwrap() - image.pixels().iter().min().unwrap();
    assert!(spread(&blurred) < spread(&good) / 2);
    assert!(matches!(scan(&mut scanner), Err(CaptureError::Device(e)) if e.kind == DeviceErrorKind::Silent));
    let mut waits = 0;
    let slow = scanner.capture(&Cancel::new(), INDEX, &Cancel::new(), &mut |news| {
        waits += u32::from(matches!(news, Progress::Waiting))
    });
    assert!(slow.unwrap() == good && waits > 5);
    assert!(scan(&mut scanner).unwrap() == good);
}

#[test]
fn a_scripted_unplug_lasts_as_many_captures_as_told() {
    let mut scanner = scanner().with_script(Script::new([(1, Fault::Unplug { for_captures: 3 })]));
    assert!(scan(&mut scanner).is_ok());
    assert!(is_gone(scan(&mut scanner)));
    assert!(is_gone(scan(&mut scanner)));
    assert!(scanner.reopen().is_err());
    let mut back = scanner.reopen().unwrap();
    assert!(scan(&mut back).is_ok());
    assert!(is_gone(scan(&mut scanner)));
}

#[test]
fn one_cable_may_hold_several_devices() {
    let plug = Plug::new();
    let (mut first, mut second) = (scanner().with_plug(plug.clone()), scanner().with_plug(plug.clone()));
    plug.unplug();
    assert!(is_gone(scan(&mut first)) && is_gone(scan(&mut second)));
}

#[test]
fn swapped_eyes_keep_the_asked_label() {
    let source = |eye: Eye| Some(stripes(u32::from(eye.code())));
    let mut camera = ReplayIrisCamera::new("i", source).with_script(Script::new([(0, Fault::WrongFinger)]));
    let samples = camera.capture(&Cancel::new(), EyeSet::Both, &Cancel::new(), &mut |_| ()).unwrap();
    assert_eq!(samples.iter().map(|s| s.eye).collect::<Vec<_>>(), Eye::ALL);
    assert!(samples[0].image == stripes(2) && samples[1].image == stripes(1));
}

#[test]
fn the_next_resident_sits_down_in_front_of_the_same_device() {
    let people: [Box<dyn FingerSource>; 2] =
        [Box::new(|_: Finger| Some(stripes(0))), Box::new(|_: Finger| Some(stripes(4)))];
    let [first, second] = people;
    let seat = Shared::new(first);
    let mut scanner = ReplayScanner::new("s", seat.clone());
    assert!(scan(&mut scanner).unwrap() == stripes(0));
    seat.replace(second);
    assert!(scan(&mut scanner).unwrap() == stripes(4));
}

#[test]
fn finger_folders_are_people_in_order_of_names_and_samples_in_order_of_numbers() {
    let folder = Folder::new();
    folder.png("b_2.png", 1).png("b_10.png", 2).png("b_1.png", 3).png("a_x_7.png", 4).png("B_1.png", 5);
    std::fs::write(folder.path().join("notes.txt"), "x").unwrap();
    let found = FingerFolder::read(folder.path()).unwrap();
    assert_eq!(found.identities.iter().map(|i| i.name.as_str()).collect::<Vec<_>>(), ["B", "a_x", "b"]);
    let files: Vec<_> = found.identities[2].samples.iter().filter_map(|p| p.file_name()?.to_str()).collect();
    assert_eq!(files, ["b_1.png", "b_2.png", "b_10.png"]);
}

#[test]
fn a_reel_gives_each_sample_once_and_then_the_last_one_anew() {
    let folder = Folder::new();
    folder.png("a_1.png", 10).png("a_2.png", 50);
    let samples = FingerFolder::read(folder.path()).unwrap().identities.remove(0).samples;
    let run = |after: usize, count: usize| -> Vec<GrayImage> {
        let mut reel = Reel::new(samples.clone(), 500.0, 9).after(after);
        (0..count).map(|_| reel.capture().unwrap().unwrap()).collect()
    };
    let images = run(0, 4);
    assert_eq!((images[0].get(0, 0), images[1].get(0, 0)), (10, 50));
    assert!(images[2] != images[1] && images[3] != images[2] && images[3] != images[1]);
    assert!(run(3, 1)[0] == images[3], "resuming gives the same capture");
    let mut finger = FolderFinger::new(Finger::RightIndex, Reel::new(samples.clone(), 500.0, 9));
    assert!(finger.next(Finger::LeftIndex).unwrap().is_none());
    assert!(finger.next(Finger::RightIndex).unwrap().unwrap() == images[0]);
    assert_eq!(finger.taken(), 1);
}

#[test]
fn iris_folders_tell_eyes_apart_and_take_other_letters_for_the_only_eye() {
    let folder = Folder::new();
    folder.png("001_L_1.png", 1).png("001_R_2.png", 2).png("001_R_1.png", 3).png("002_U_1.png", 4);
    let found = IrisFolder::read(folder.path()).unwrap();
    let counts: Vec<_> = found.subjects.iter().map(|s| (s.name.as_str(), s.right.len(), s.left.len())).collect();
    assert_eq!(counts, [("001", 2, 1), ("002", 1, 0)]);
    let mut eyes = FolderEyes::new(&found.subjects[1], 1);
    assert!(eyes.next(Eye::Right).unwrap().is_some());
    assert!(eyes.next(Eye::Left).unwrap().is_none());
    assert_eq!(eyes.taken(), (1, 0));
}

#[test]
fn photo_folders_go_round_in_order_of_names() {
    let folder = Folder::new();
    folder.png("b.png", 9).png("a.png", 3);
    image::RgbImage::from_pixel(20, 16, image::Rgb([200, 10, 10])).save(folder.path().join("c.JPG")).unwrap();
    let mut faces = FolderFaces::new(PhotoFolder::read(folder.path()).unwrap(), 0);
    let firsts: Vec<u8> = (0..4).map(|_| faces.next().unwrap().unwrap().pixels()[0]).collect();
    assert_eq!((firsts[0], firsts[1], firsts[3]), (3, 9, 3));
    assert!(firsts[2] > 180);
}

#[test]
fn colour_becomes_grey_and_the_default_resolution_applies() {
    let folder = Folder::new();
    let path = folder.path().join("a_1.png");
    image::RgbImage::from_pixel(20, 16, image::Rgb([90, 90, 90])).save(&path).unwrap();
    let image = read::gray(&path, 1000.0).unwrap();
    assert_eq!((image.get(3, 3), image.dpi()), (90, Some(1000.0)));
}

#[test]
fn a_damaged_or_misnamed_file_is_one_error_that_names_it() {
    let folder = Folder::new();
    folder.png("a_1.png", 1);
    let whole = std::fs::read(folder.path().join("a_1.png")).unwrap();
    std::fs::write(folder.path().join("a_2.png"), &whole[..whole.len() / 2]).unwrap();
    let samples = FingerFolder::read(folder.path()).unwrap().identities.remove(0).samples;
    let source = FolderFinger::new(Finger::RightIndex, Reel::new(samples, 500.0, 1));
    let mut scanner = ReplayScanner::new("s", source);
    assert!(scan(&mut scanner).is_ok());
    for _ in 0..2 {
        let Err(CaptureError::Device(error)) = scan(&mut scanner) else { panic!("a damaged file was delivered") };
        assert_eq!(error.kind, DeviceErrorKind::Broken);
        assert!(error.source.unwrap().to_string().contains("a_2.png"));
    }
    folder.png("stray.png", 1);
    let refused = FingerFolder::read(folder.path()).unwrap_err().to_string();
    assert!(refused.contains("stray.png") && refused.contains("<finger>_<sample>.png"), "{refused}");
    assert!(matches!(FingerFolder::read(Folder::new().path()), Err(FolderError::Empty { .. })));
}
