//! Reflex cameras: the driver on a double of its own, and on libgphoto2 with the virtual camera that comes with the
//! Python package `gphoto2`.
//!
//! libgphoto2 reads its settings from the environment, so each case with it runs in a copy of this program that is
//! started with them. Without the package a case is a skip with its reason, and a failure under `REKAM_PEERS=require`.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may fail")]

#[path = "support/reflex.rs"]
mod reflex;

use std::io::Write as _;
use std::path::PathBuf;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use reflex::{Desk, file, info, take};
use rekam_camera::dslr::{Dslr, Failure, Found, Library, Reflex, Session, devices, open};
use rekam_hal::conformance::{Rig, Verdict, assert_conforms, camera};
use rekam_hal::{
    Camera, Cancel, CaptureError, DeviceError, DeviceErrorKind, DeviceInfo, Peripheral, Progress, Retry, RgbImage,
};
use rekam_simulator::faults::Plug;

const CHILD: &str = "REKAM_GPHOTO2_CHILD";

#[track_caller]
fn kind(result: Result<RgbImage, CaptureError>) -> DeviceErrorKind {
    match result {
        Err(CaptureError::Device(error)) => error.kind,
        other => panic!("not an error of the device: {other:?}"),
    }
}

#[test]
fn the_driver_conforms_with_a_finder_and_without() {
    for finder in [true, false] {
        let report = camera(&mut Desk { finder, ..Desk::default() });
        assert_conforms(&report).unwrap();
        assert!(report.clauses.iter().all(|clause| clause.verdict == Verdict::Held), "{report}");
    }
}

#[test]
fn spoilt_finder_pictures_are_passed_over_unless_nothing_else_comes() {
    let desk = Desk { finder: true, ..Desk::default() };
    let mut camera = desk.clone().open().unwrap();
    desk.cut.store(5, Ordering::Release);
    let (trigger, mut seen) = (Cancel::new(), 0);
    let taken = camera.capture(&trigger.clone(), &Cancel::new(), &mut |news| {
        if matches!(news, Progress::Frame(_)) {
            seen += 1;
            trigger.cancel();
        }
    });
    assert!(taken.is_ok() && seen == 1 && desk.cut.load(Ordering::Acquire) == 0);
    desk.cut.store(u32::MAX, Ordering::Release);
    let never = camera.capture(&Cancel::new(), &Cancel::new(), &mut |_| ());
    assert_eq!(kind(never), DeviceErrorKind::Protocol);
}

#[test]
fn what_the_library_refuses_has_its_sentence() {
    for (code, expected) in [
        (-53, DeviceErrorKind::Busy),
        (-10, DeviceErrorKind::Silent),
        (-1, DeviceErrorKind::Broken),
        (-52, DeviceErrorKind::Gone),
    ] {
        let mut camera = Desk { refuses: Some(code), ..Desk::default() }.open().unwrap();
        assert_eq!(kind(take(camera.as_mut())), expected);
    }
    let mut raw = Desk { raw: true, ..Desk::default() }.open().unwrap();
    assert_eq!(kind(take(raw.as_mut())), DeviceErrorKind::Unsupported);
    let mut broken_off = Desk { refuses: Some(Failure::CANCELLED), ..Desk::default() }.open().unwrap();
    assert!(matches!(take(broken_off.as_mut()), Err(CaptureError::Cancelled)));
}

fn skip(reason: &str) {
    let _ = writeln!(std::io::stderr(), "skipped: {reason}");
    assert!(std::env::var("REKAM_PEERS").as_deref() != Ok("require"), "{reason}");
}

/// The folder of the Python package, with the library and its virtual camera.
fn package() -> Option<PathBuf> {
    let python = std::env::var("REKAM_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let program = "import gphoto2, os; print(os.path.dirname(gphoto2.__file__))";
    let said = Command::new(python).args(["-c", program]).output().ok().filter(|said| said.status.success());
    let folder = said.map(|said| PathBuf::from(String::from_utf8_lossy(&said.stdout).trim()).join("libgphoto2"));
    let found = folder.filter(|folder| folder.join("vusb/vusb.so").exists());
    if found.is_none() {
        skip("the Python package gphoto2 with its virtual camera is not installed");
    }
    found
}

/// Runs one test again in a process of its own, with a virtual camera on whose card `picture` lies, or with no port for
/// cameras at all.
fn again(test: &str, picture: &[u8], plugged: bool) {
    let Some(package) = package() else { return };
    let card = tempfile::tempdir().unwrap();
    std::fs::create_dir(card.path().join("foo")).unwrap();
    std::fs::write(card.path().join("foo/A.jpg"), picture).unwrap();
    // Ports that no camera is plugged into: those of disks alone.
    let (none, cameras) = (card.path().join("ports"), package.join("vusb"));
    std::fs::create_dir(&none).unwrap();
    std::os::unix::fs::symlink(package.join("iolibs/disk.so"), none.join("disk.so")).unwrap();
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", test, "--nocapture"]).env(CHILD, card.path());
    command.env("LD_LIBRARY_PATH", &package).env("IOLIBS", if plugged { cameras } else { none });
    command.env("CAMLIBS", package.join("camlibs")).env("VCAMERADIR", card.path());
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

fn child() -> Option<PathBuf> {
    std::env::var_os(CHILD).map(PathBuf::from)
}

fn only_camera(library: &Library) -> DeviceInfo {
    let found = devices(library).unwrap();
    let [listed] = found.as_slice() else { panic!("one camera, not {found:?}") };
    listed.clone()
}

#[test]
fn a_virtual_camera_on_the_real_library_delivers_its_picture() {
    let Some(card) = child() else {
        return again("a_virtual_camera_on_the_real_library_delivers_its_picture", &file(640, 427, false), true);
    };
    let expected = std::fs::read(card.join("foo/A.jpg")).unwrap();
    let library = Library::load().unwrap();
    let listed = only_camera(&library);
    let mut camera = open(&library, &listed).unwrap();
    assert!(!camera.info().capabilities.preview, "its model shows a finder, this one does not");
    assert_eq!(camera.info().id, listed.id);
    camera.probe().unwrap();
    for _ in 0..3 {
        let picture = take(&mut camera).unwrap();
        let decoded = image::load_from_memory(&expected).unwrap().into_rgb8();
        assert_eq!((picture.width(), picture.height()), decoded.dimensions());
        assert!(picture.pixels() == decoded.as_raw().as_slice(), "another picture than lies on the card");
    }
    drop(camera);
    let cancel = Cancel::new();
    cancel.cancel();
    let mut camera = open(&library, &listed).unwrap();
    let stopped = camera.capture(&Cancel::new(), &cancel, &mut |_| ());
    assert!(matches!(stopped, Err(CaptureError::Cancelled)));
    assert!(take(&mut camera).is_ok());
}

#[test]
fn the_file_is_read_as_it_is_and_nothing_stays_on_the_card() {
    let Some(card) = child() else {
        return again("the_file_is_read_as_it_is_and_nothing_stays_on_the_card", &file(320, 240, false), true);
    };
    let library = Library::load().unwrap();
    let listed = only_camera(&library);
    let found = Found { model: listed.model.clone(), port: listed.transport.clone() };
    let mut session = library.open(&found).unwrap();
    for _ in 0..5 {
        let taken = session.take(&Cancel::new()).unwrap();
        assert_eq!(taken, std::fs::read(card.join("foo/A.jpg")).unwrap());
    }
    assert_eq!(session.left_behind(), 0);
    let elsewhere = Found { port: "nowhere:9".to_owned(), ..found };
    assert_eq!(library.open(&elsewhere).err().map(|failure| failure.kind()), Some(DeviceErrorKind::Gone));
}

#[test]
fn a_cap_on_the_lens_of_a_virtual_camera_is_noticed() {
    if child().is_none() {
        return again("a_cap_on_the_lens_of_a_virtual_camera_is_noticed", &file(320, 240, true), true);
    }
    let library = Library::load().unwrap();
    let mut camera = open(&library, &only_camera(&library)).unwrap();
    assert!(matches!(take(&mut camera), Err(CaptureError::Retry(Retry::CleanGlass))));
}

/// The virtual camera on a cable of our own, for its library cannot pull its own: everything but the pulling is the
/// library's.
struct Corded {
    session: Session,
    plug: Plug,
    turn: u64,
    card: Arc<Card>,
}

impl Corded {
    fn live<T>(&mut self, act: impl FnOnce(&mut Session) -> Result<T, Failure>) -> Result<T, Failure> {
        if self.plug.turn() != self.turn {
            return Err(Failure::new(Failure::GONE, "pulled"));
        }
        act(&mut self.session)
    }
}

impl Reflex for Corded {
    fn preview(&mut self) -> Result<Option<Vec<u8>>, Failure> {
        self.live(Session::preview)
    }

    fn take(&mut self, cancel: &Cancel) -> Result<Vec<u8>, Failure> {
        let taken = self.live(|session| session.take(cancel));
        // The cap comes off when a picture of it has been taken.
        self.card.cover(false);
        taken
    }

    fn check(&mut self) -> Result<(), Failure> {
        self.live(Session::check)
    }
}

/// The card whose one file is what the virtual camera sees.
struct Card {
    path: PathBuf,
    covered: AtomicBool,
}

impl Card {
    fn cover(&self, covered: bool) {
        if self.covered.swap(covered, Ordering::AcqRel) != covered {
            std::fs::write(&self.path, of_one_length(covered)).unwrap();
        }
    }
}

/// A picture whose file is as long as that of the other kind, for the virtual camera remembers how long its file is.
fn of_one_length(covered: bool) -> Vec<u8> {
    let (mut file, length) = (file(320, 240, covered), file(320, 240, false).len());
    if let Some(lacking) = length.checked_sub(file.len() + 4) {
        // A comment behind the file's first mark.
        let [high, low] = (lacking as u16 + 2).to_be_bytes();
        let comment = [vec![0xff, 0xfe, high, low], vec![0; lacking]].concat();
        file.splice(2..2, comment);
    }
    file
}

struct Virtual {
    library: Library,
    listed: DeviceInfo,
    plug: Plug,
    card: Arc<Card>,
}

impl Rig<dyn Camera> for Virtual {
    fn open(&mut self) -> Result<Box<dyn Camera>, DeviceError> {
        let refused = |failure: Failure| DeviceError::new(self.listed.id.as_str(), failure.kind()).because(failure);
        if !self.plug.is_plugged() {
            return Err(refused(Failure::new(Failure::GONE, "pulled")));
        }
        let found = Found { model: self.listed.model.clone(), port: self.listed.transport.clone() };
        let session = self.library.open(&found).map_err(refused)?;
        let (plug, card) = (self.plug.clone(), Arc::clone(&self.card));
        let turn = plug.turn();
        Ok(Box::new(Dslr::over(Box::new(Corded { session, plug, turn, card }), self.listed.clone())?))
    }

    fn plug(&mut self) {
        self.plug.plug();
    }

    fn unplug(&mut self) {
        self.plug.unplug();
    }

    fn present(&mut self, _: bool) {}

    fn provoke_retry(&mut self) -> bool {
        self.card.cover(true);
        true
    }
}

#[test]
fn the_driver_on_the_real_library_conforms() {
    let Some(card) = child() else {
        return again("the_driver_on_the_real_library_conforms", &file(320, 240, false), true);
    };
    let library = Library::load().unwrap();
    let listed = only_camera(&library);
    let card = Arc::new(Card { path: card.join("foo/A.jpg"), covered: AtomicBool::new(false) });
    let report = camera(&mut Virtual { library, listed, plug: Plug::new(), card });
    assert_conforms(&report).unwrap();
    assert!(report.clauses.iter().all(|clause| clause.verdict == Verdict::Held), "{report}");
}

#[test]
fn without_a_camera_there_is_none_and_a_listed_one_is_gone() {
    if child().is_none() {
        return again("without_a_camera_there_is_none_and_a_listed_one_is_gone", &file(64, 64, false), false);
    }
    let library = Library::load().unwrap();
    assert_eq!(devices(&library).unwrap(), []);
    assert_eq!(open(&library, &info()).err().map(|error| error.kind), Some(DeviceErrorKind::Gone));
}

#[test]
fn without_the_library_a_station_is_told_what_to_install() {
    const NAME: &str = "without_the_library_a_station_is_told_what_to_install";
    if child().is_some() {
        let missing = Library::load().err().expect("a library that is none does not load");
        assert!(missing.to_string().contains("libgphoto2-6"), "{missing}");
        return;
    }
    // Where the library is installed too, this one comes first.
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("libgphoto2.so.6"), "no library").unwrap();
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", NAME, "--nocapture"]).env(CHILD, folder.path()).env("LD_LIBRARY_PATH", folder.path());
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}
