//! The U.are.U driver and libfprint on one scanner in a socket of a real kernel, and a serial module behind an adapter.
//!
//! The devices are virtual ones in the kernel's virtual USB hub, which a virtual machine has. Where it is missing, a case
//! is a skip with its reason, and a failure under `REKAM_KERNEL=require`. The cases share the hub and must run one after
//! another (`--test-threads=1`).
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may fail")]

mod support;

use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use rekam_fingerprint::libfprint::{self, LibfprintScanner};
use rekam_fingerprint::uru4000::{Scanner, Seeds};
use rekam_fingerprint::usb;
use rekam_fingerprint::zfm::ZfmScanner;
use rekam_hal::{
    Access, Cancel, CaptureError, DeviceErrorKind, DeviceInfo, Finger, FingerprintScanner, GrayImage, Peripheral,
    ScanTarget,
};
use rekam_simulator::ftdi;
use rekam_simulator::uru4000::usb::plug_in;
use rekam_simulator::uru4000::{Mishap, Settings, VirtualUru};
use rekam_simulator::usbip::Attached;
use rekam_simulator::zfm::{self, VirtualZfm};
use support::alone::{Dice, held, settled};
use support::{answer, capture, finger, kind};

const SERIAL: &str = "VIRTUAL-1";
const CHILD: &str = "REKAM_KERNEL_CHILD";

fn plugged(device: &VirtualUru, (vendor, product): (u16, u16)) -> Option<Attached> {
    let made = plug_in(device, vendor, product, SERIAL);
    if let Err(error) = &made {
        let _ = writeln!(std::io::stderr(), "skipped: no virtual USB hub ({error})");
        assert!(std::env::var("REKAM_KERNEL").as_deref() != Ok("require"), "{error}");
    }
    made.ok()
}

/// The scanner, as soon as the kernel shows it.
fn listed() -> DeviceInfo {
    let until = Instant::now() + Duration::from_secs(10);
    loop {
        let found = usb::devices().into_iter().find(|info| info.serial.as_deref() == Some(SERIAL));
        if let Some(info) = found.filter(|info| info.access == Access::Ok) {
            return info;
        }
        assert!(Instant::now() < until, "the kernel does not show the scanner");
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn vanished() {
    let until = Instant::now() + Duration::from_secs(10);
    while usb::devices().iter().any(|info| info.serial.as_deref() == Some(SERIAL)) {
        assert!(Instant::now() < until, "the kernel still shows the scanner");
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn opened() -> Scanner {
    usb::open(&listed(), Seeds::Drawn).unwrap()
}

fn steady(settings: &Settings) -> VirtualUru {
    VirtualUru::new(settings.clone(), || Some(finger(3)))
}

/// Rows that are the same in both pictures.
fn equal_rows(one: &GrayImage, other: &GrayImage) -> usize {
    assert_eq!((one.width(), one.height()), (other.width(), other.height()));
    let width = one.width() as usize;
    one.pixels().chunks(width).zip(other.pixels().chunks(width)).filter(|(a, b)| a == b).count()
}

/// The scanner with this serial number, opened through libfprint.
fn through_libfprint(serial: &str) -> LibfprintScanner {
    let until = Instant::now() + Duration::from_secs(10);
    loop {
        let found = libfprint::devices_including_native();
        let found = found.into_iter().find(|info| info.id == format!("libfprint:{serial}"));
        if let Some(info) = found.filter(|info| info.access == Access::Ok) {
            return LibfprintScanner::open(&info).unwrap();
        }
        assert!(Instant::now() < until, "the kernel does not show the scanner");
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn captured(scanner: &mut dyn FingerprintScanner) -> Result<GrayImage, CaptureError> {
    let target = ScanTarget::Single(Finger::RightIndex);
    scanner.capture(&Cancel::new(), target, &Cancel::new(), &mut |_| ())
}

fn of_two_equal_scanners_libfprint_opens_the_one_that_is_meant() -> Option<()> {
    const OTHER: &str = "VIRTUAL-2";
    let settings = Settings { turned: true, ..Settings::plain() };
    let devices = [3, 8].map(|seed| VirtualUru::new(settings.clone(), move || Some(finger(seed))));
    let attached = plugged(&devices[0], (0x05ba, 0x000a))?;
    let other = plug_in(&devices[1], 0x05ba, 0x000a, OTHER).expect("another socket");
    for (serial, seed) in [(OTHER, 8), (SERIAL, 3), (OTHER, 8)] {
        let mut scanner = through_libfprint(serial);
        // The other one is not to be had meanwhile, and a look at the list disturbs nobody.
        let listed = libfprint::devices_including_native();
        assert_eq!(listed.len(), 2, "{listed:?}");
        for info in &listed {
            let refused = LibfprintScanner::open(info).err().map(|error| error.kind);
            assert_eq!(refused, Some(DeviceErrorKind::Busy));
        }
        let image = captured(&mut scanner).unwrap();
        let sent = GrayImage::new(384, 290, settings.received(&finger(seed))).unwrap();
        assert!(equal_rows(&image, &sent) >= 289, "{serial}: another picture than its finger");
    }
    drop((attached, other));
    vanished();
    Some(())
}

/// Pulled under libfprint a scanner is gone as under our driver, also where its transfers break first.
fn pulled_under_libfprint_it_is_gone() -> Option<()> {
    let device = steady(&Settings::uareu_4500());
    for mishap in [Mishap::Unplug, Mishap::Yank].repeat(3) {
        device.plug();
        let attached = plugged(&device, (0x05ba, 0x000a))?;
        let mut scanner = through_libfprint(SERIAL);
        device.mishap(4, mishap);
        assert_eq!(kind(captured(&mut scanner)), DeviceErrorKind::Gone, "{mishap:?}");
        assert_eq!(scanner.probe().unwrap_err().kind, DeviceErrorKind::Gone);
        drop((scanner, attached));
        vanished();
    }
    Some(())
}

fn both_drivers_see_the_same_finger() -> Option<()> {
    for (settings, numbers) in [
        (Settings::uareu_4500(), (0x05ba, 0x000a)),
        (Settings { answer: Some(answer), turned: false, ..Settings::uareu_4500() }, (0x045e, 0x00ca)),
    ] {
        let device = steady(&settings);
        let attached = plugged(&device, numbers)?;
        let mut scanner = opened();
        scanner.probe().unwrap();
        let ours = capture(&mut scanner).unwrap();
        assert!(ours.pixels() == settings.received(&finger(3)), "another picture than the finger");
        drop(scanner);
        assert_eq!(libfprint::devices(), [], "what our driver drives is not listed twice");
        let mut theirs = through_libfprint(SERIAL);
        let image = captured(&mut theirs).unwrap();
        // The row that the scanner does not send is white here, and something else there.
        assert!(equal_rows(&ours, &image) >= 289, "{} rows are equal", equal_rows(&ours, &image));
        drop((theirs, attached));
        vanished();
    }
    Some(())
}

fn pulled_at_random_moments_it_is_gone_and_comes_back() -> Option<()> {
    /// So many rounds, or as many as there is time for on a slow machine, but some.
    const ROUNDS: std::ops::Range<u32> = 12..50;
    const TIME: Duration = Duration::from_secs(15);
    let (device, mut dice) = (steady(&Settings::uareu_4500()), Dice::new());
    let mut before = None;
    // How many events a capture has: the plug is pulled at any of them but the last ones, which come after the image.
    let events = {
        let _attached = plugged(&device, (0x05ba, 0x000a))?;
        let mut scanner = opened();
        let begun = device.events();
        capture(&mut scanner).unwrap();
        device.events() - begun
    };
    vanished();
    let (begun, mut rounds) = (Instant::now(), 0);
    while rounds < ROUNDS.end && (rounds < ROUNDS.start || begun.elapsed() < TIME) {
        device.plug();
        let attached = plugged(&device, (0x05ba, 0x000a))?;
        let info = listed();
        assert_eq!(info.id, format!("uru4000:{SERIAL}"));
        let mut scanner = usb::open(&info, Seeds::Drawn).unwrap();
        let moment = dice.below(events * 11 / 14);
        device.mishap(moment, Mishap::Unplug);
        assert_eq!(kind(capture(&mut scanner)), DeviceErrorKind::Gone, "at event {moment} of {events}");
        assert_eq!(scanner.probe().unwrap_err().kind, DeviceErrorKind::Gone);
        drop((scanner, attached));
        vanished();
        assert_eq!(usb::open(&info, Seeds::Drawn).err().map(|error| error.kind), Some(DeviceErrorKind::Gone));
        let before = *before.get_or_insert_with(held);
        assert_eq!(settled(before), before, "handles and threads are left over");
        rounds += 1;
    }
    let _ = writeln!(std::io::stderr(), "pulled {rounds} times in {} s", begun.elapsed().as_secs());
    device.plug();
    let attached = plugged(&device, (0x05ba, 0x000a))?;
    assert!(capture(&mut opened()).is_ok());
    drop(attached);
    vanished();
    Some(())
}

/// Runs one test again as a user without rights. The program is copied to where everybody may go.
fn as_nobody(test: &str) {
    const NOBODY: u32 = 65_534;
    let folder = tempfile::tempdir().unwrap();
    let program = folder.path().join("test");
    std::fs::copy(std::env::current_exe().unwrap(), &program).unwrap();
    std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o755)).unwrap();
    let mut command = Command::new(&program);
    let output = command.args(["--exact", test, "--nocapture"]).env(CHILD, "1").uid(NOBODY).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn without_rights_a_scanner_is_listed_and_its_remedy_named() {
    const NAME: &str = "without_rights_a_scanner_is_listed_and_its_remedy_named";
    if std::env::var_os(CHILD).is_some() {
        let found = usb::devices();
        let [info] = found.as_slice() else { panic!("one scanner, not {found:?}") };
        assert_eq!((info.access, info.serial.as_deref()), (Access::Denied, Some(SERIAL)));
        assert!(info.remedy.as_deref().is_some_and(|remedy| remedy.contains("70-rekam.rules")), "{info:?}");
        let refused = usb::open(info, Seeds::Drawn).err().map(|error| error.kind);
        assert_eq!(refused, Some(DeviceErrorKind::NoPermission));
        return;
    }
    let device = steady(&Settings::uareu_4500());
    let Some(attached) = plugged(&device, (0x05ba, 0x000a)) else { return };
    listed();
    as_nobody(NAME);
    drop(attached);
    vanished();
}

#[test]
fn a_scanner_in_the_kernels_hub_is_driven_through_a_whole_life() {
    // First, as long as libfprint has no threads of its own that would be counted.
    if pulled_at_random_moments_it_is_gone_and_comes_back().is_some() {
        both_drivers_see_the_same_finger().expect("the hub was there");
    }
}

/// Most host controllers end transfers as broken before the hub notices that nothing is there any more.
#[test]
fn a_scanner_whose_transfers_break_before_it_leaves_is_gone_and_not_broken() {
    let device = steady(&Settings::uareu_4500());
    for moment in [2, 6, 10] {
        device.plug();
        let Some(attached) = plugged(&device, (0x05ba, 0x000a)) else { return };
        let mut scanner = opened();
        device.mishap(moment, Mishap::Yank);
        assert_eq!(kind(capture(&mut scanner)), DeviceErrorKind::Gone, "at event {moment}");
        drop((scanner, attached));
        vanished();
    }
}

#[test]
fn libfprint_keeps_two_equal_scanners_apart_and_loses_a_pulled_one() {
    if of_two_equal_scanners_libfprint_opens_the_one_that_is_meant().is_some() {
        pulled_under_libfprint_it_is_gone().expect("the hub was there");
    }
}

#[test]
fn a_serial_module_behind_an_adapter_is_read_at_its_speed() {
    let mut looks = 0;
    let tap = move || {
        looks += 1;
        (looks % 2 == 0).then(|| finger(5))
    };
    let module = VirtualZfm::plugged_in(zfm::Settings::default(), tap).unwrap();
    let made = ftdi::plug_in(&module.path().unwrap(), "MODULE-1");
    if let Err(error) = &made {
        let _ = writeln!(std::io::stderr(), "skipped: no virtual USB hub ({error})");
        assert!(std::env::var("REKAM_KERNEL").as_deref() != Ok("require"), "{error}");
        return;
    }
    let adapter = made.unwrap();
    let until = Instant::now() + Duration::from_secs(10);
    let listed = loop {
        let found = rekam_fingerprint::zfm::devices().into_iter().find(|info| info.id.contains("MODULE-1"));
        if let Some(info) = found.filter(|info| info.access == Access::Ok) {
            break info;
        }
        assert!(Instant::now() < until, "the kernel shows no serial port");
        std::thread::sleep(Duration::from_millis(20));
    };
    let mut scanner = ZfmScanner::open(Path::new(&listed.transport), Some(57_600)).unwrap();
    let line = adapter.line();
    assert!(line.baud.abs_diff(57_600) < 100, "{line:?}");
    assert_eq!((line.bits, line.parity, line.half_stops), (8, ftdi::Parity::None, 2));
    let image = captured(&mut scanner).unwrap();
    assert!(image.pixels() == zfm::received(&finger(5)), "another picture");
    drop(adapter);
    assert_eq!(kind(captured(&mut scanner)), DeviceErrorKind::Gone);
}
