//! The drivers on pads that a real kernel shows: an STU through the raw HID device and through libusb, a Topaz behind an
//! FTDI adapter.
//!
//! The pads are virtual ones, behind `/dev/uhid` or in a socket of the kernel's virtual USB hub, which a virtual machine
//! has. Where they are missing, a case is a skip with its reason, and a failure under `REKAM_KERNEL=require`.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may fail")]

#[path = "../../plug/tests/support/kernel.rs"]
mod kernel;

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use kernel::{as_nobody, is_nobody, there};
use rekam_hal::{
    Access, Cancel, CaptureError, DeviceErrorKind, DeviceInfo, PenPoint, Peripheral, Progress, RgbImage, Signature,
    SignaturePad,
};
use rekam_signature_pad::stu::usb::UsbHid;
use rekam_signature_pad::stu::{self, StuPad};
use rekam_signature_pad::topaz::{self, TimeBase, TopazPad};
use rekam_simulator::ftdi;
use rekam_simulator::pad::{Display, Mode, PadSettings, VirtualPad};
use rekam_simulator::stu::uhid::{Shown, show};
use rekam_simulator::stu::usb::plug_in;
use rekam_simulator::stu::{Fault, Screen, Settings, VirtualStu};
use rekam_simulator::usbip::Attached;
use rusb::UsbContext;

fn shown(pad: &VirtualStu, product: u16, serial: &str) -> Option<Shown> {
    there(show(pad, product, serial), "/dev/uhid")
}

fn plugged(pad: &VirtualStu, product: u16, serial: &str) -> Option<Attached> {
    there(plug_in(pad, product, serial), "virtual USB hub")
}

/// The pad with this serial number, as soon as the kernel's own driver holds it: for a moment nobody does.
fn listed(serial: &str) -> DeviceInfo {
    let until = Instant::now() + Duration::from_secs(10);
    loop {
        let found = stu::devices().into_iter().find(|info| info.serial.as_deref() == Some(serial));
        if let Some(info) = found.filter(|info| info.access == Access::Ok && info.transport.starts_with("hidraw:")) {
            return info;
        }
        assert!(Instant::now() < until, "the kernel does not show the pad");
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn opened(info: &DeviceInfo) -> StuPad {
    let pad = stu::open(info).unwrap().with_time_base(TimeBase::Packets(Duration::from_millis(5)));
    pad.with_waits(Duration::from_millis(1500), Duration::from_secs(30))
}

fn signature() -> Signature {
    let stroke = |from: u32| {
        let point =
            |i: u32| PenPoint { x: 20.0 + i as f32, y: 10.0 + (i % 5) as f32, t: (from + i) * 5, pressure: 0.5 };
        (0..40).map(point).collect()
    };
    Signature { width_mm: 108.0, height_mm: 64.8, strokes: vec![stroke(0), stroke(50)] }
}

fn pad(settings: Settings, writings: Vec<Vec<Fault>>) -> VirtualStu {
    let mut left: VecDeque<_> = writings.into();
    VirtualStu::new(settings, move || left.pop_front().map(|faults| (signature(), faults)))
}

#[track_caller]
fn assert_same(read: &Signature) {
    let lengths: Vec<usize> = read.strokes.iter().map(Vec::len).collect();
    assert_eq!(lengths, [40, 40]);
    for (sent, came) in signature().strokes.iter().flatten().zip(read.strokes.iter().flatten()) {
        assert!((sent.x - came.x).abs() < 0.006 && (sent.y - came.y).abs() < 0.006, "{sent:?} {came:?}");
        assert!(sent.t == came.t && (sent.pressure - came.pressure).abs() < 0.001, "{sent:?} {came:?}");
    }
}

fn captured(driver: &mut StuPad) -> Result<Signature, CaptureError> {
    driver.capture(&Cancel::new(), &Cancel::new(), &mut |_| ())
}

#[track_caller]
fn assert_gone(result: Result<Signature, CaptureError>) {
    match result {
        Err(CaptureError::Device(error)) => assert_eq!(error.kind, DeviceErrorKind::Gone, "{error:?}"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_signature_comes_through_the_kernel_as_it_was_written() {
    for (settings, product, serial) in [(Settings::stu_540(), 0xa8, "K540"), (Settings::stu_430(), 0xa4, "K430")] {
        let pad = pad(settings, vec![Vec::new(), vec![Fault::Garbage { seed: 7 }]]);
        let Some(_shown) = shown(&pad, product, serial) else { return };
        let mut driver = opened(&listed(serial));
        driver.probe().unwrap();
        for _ in 0..2 {
            assert_same(&captured(&mut driver).unwrap());
        }
        assert_eq!((pad.screen(), pad.is_inking(), pad.offences()), (Screen::default(), false, Vec::new()));
    }
}

/// The pad on the virtual hub, through libusb, whoever of the kernel holds it.
fn over_libusb(serial: &str) -> StuPad {
    let listed = listed(serial);
    let context = rusb::Context::new().unwrap();
    let same = |device: &rusb::Device<rusb::Context>| {
        let about = device.device_descriptor().unwrap();
        about.vendor_id() == 0x056a
            && device
                .open()
                .is_ok_and(|it| it.read_serial_number_string_ascii(&about).is_ok_and(|found| found == serial))
    };
    let device = context.devices().unwrap().iter().find(same).expect("the pad is on USB");
    let model = stu::Model::of(device.device_descriptor().unwrap().product_id()).unwrap();
    StuPad::over(Box::new(UsbHid::open(&device).unwrap()), model, listed)
        .with_time_base(TimeBase::Packets(Duration::from_millis(5)))
}

#[test]
fn a_pad_on_usb_is_read_through_the_kernel_and_through_libusb() {
    for (settings, product, serial) in [(Settings::stu_540(), 0xa8, "U540"), (Settings::stu_430(), 0xa4, "U430")] {
        let writings = vec![Vec::new(); 4];
        let pad = pad(settings, writings);
        let Some(_plugged) = plugged(&pad, product, serial) else { return };
        assert_same(&captured(&mut opened(&listed(serial))).unwrap());
        let mut direct = over_libusb(serial);
        direct.probe().unwrap();
        for _ in 0..2 {
            assert_same(&captured(&mut direct).unwrap());
        }
        drop(direct);
        // The kernel has it back.
        assert_same(&captured(&mut opened(&listed(serial))).unwrap());
        assert_eq!((pad.screen(), pad.is_inking(), pad.offences()), (Screen::default(), false, Vec::new()));
    }
}

#[test]
fn a_pad_pulled_or_silent_on_usb_is_told_as_such() {
    let faults = [Fault::UnplugAfter(30), Fault::UnplugAfter(0), Fault::UnplugAfter(55)];
    for fault in faults {
        let pad = pad(Settings::stu_540(), vec![vec![fault], Vec::new()]);
        let Some(first) = plugged(&pad, 0xa8, "UPULL") else { return };
        let mut driver = over_libusb("UPULL");
        assert_gone(captured(&mut driver));
        assert_eq!(driver.probe().unwrap_err().kind, DeviceErrorKind::Gone);
        drop((driver, first));
        pad.plug();
        let _again = plugged(&pad, 0xa8, "UPULL");
        assert_same(&captured(&mut over_libusb("UPULL")).unwrap());
    }
    let pad = pad(Settings::stu_540(), vec![vec![Fault::SilenceAfter(10)]]);
    let Some(_plugged) = plugged(&pad, 0xa8, "UMUTE") else { return };
    let mut driver = over_libusb("UMUTE").with_waits(Duration::from_secs(60), Duration::from_secs(60));
    match captured(&mut driver) {
        Err(CaptureError::Device(error)) => assert_eq!(error.kind, DeviceErrorKind::Silent, "{error:?}"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_picture_goes_through_the_kernel() {
    let pad = pad(Settings::stu_430(), Vec::new());
    let Some(_shown) = shown(&pad, 0xa4, "KPIC") else { return };
    let image = RgbImage::new(100, 60, (0..100 * 60 * 3).map(|i| (i * 13 % 256) as u8).collect()).unwrap();
    opened(&listed("KPIC")).show(&image, &Cancel::new(), &mut |_| ()).unwrap();
    let expected = stu::picture::encode(&image, (320, 200), stu::Ink::Mono);
    assert_eq!(pad.screen().picture, Some((expected.format, expected.bytes)));
    assert_eq!(pad.offences(), [""; 0]);
}

#[test]
fn without_rights_a_pad_is_listed_and_its_remedy_named() {
    const NAME: &str = "without_rights_a_pad_is_listed_and_its_remedy_named";
    if is_nobody() {
        let found = stu::devices();
        let [info] = found.as_slice() else { panic!("one pad, not {found:?}") };
        assert_eq!((info.access, info.serial.as_deref()), (Access::Denied, Some("KNOBODY")));
        assert!(info.remedy.as_deref().is_some_and(|remedy| remedy.contains("70-rekam.rules")), "{info:?}");
        assert_eq!(stu::open(info).err().map(|error| error.kind), Some(DeviceErrorKind::NoPermission));
        return;
    }
    let pad = pad(Settings::stu_540(), Vec::new());
    let Some(_shown) = shown(&pad, 0xa8, "KNOBODY") else { return };
    listed("KNOBODY");
    as_nobody(NAME);
}

#[test]
fn two_equal_pads_are_told_apart() {
    let pads = [0, 1].map(|_| pad(Settings::stu_540(), vec![Vec::new()]));
    let Some(_first) = plugged(&pads[0], 0xa8, "SAME") else { return };
    let _second = plugged(&pads[1], 0xa8, "SAME").unwrap();
    let until = Instant::now() + Duration::from_secs(10);
    let both = loop {
        let mut found = stu::devices();
        found.retain(|info| info.serial.as_deref() == Some("SAME") && info.transport.starts_with("hidraw:"));
        if found.len() == 2 {
            break found;
        }
        assert!(Instant::now() < until, "the kernel does not show both pads");
        std::thread::sleep(Duration::from_millis(20));
    };
    assert_ne!(both[0].id, both[1].id);
    for info in &both {
        assert_same(&captured(&mut opened(info)).unwrap());
    }
}

#[test]
fn a_pad_that_is_pulled_is_gone_and_comes_back_under_its_id() {
    let pad = pad(Settings::stu_540(), vec![vec![Fault::UnplugAfter(30)], Vec::new()]);
    let Some(first) = shown(&pad, 0xa8, "KPULL") else { return };
    let info = listed("KPULL");
    let mut driver = opened(&info);
    assert_gone(captured(&mut driver));
    assert_eq!(driver.probe().unwrap_err().kind, DeviceErrorKind::Gone);
    drop(first);
    assert_eq!(stu::open(&info).err().map(|error| error.kind), Some(DeviceErrorKind::Gone));
    pad.plug();
    let _again = shown(&pad, 0xa8, "KPULL");
    let back = listed("KPULL");
    assert_eq!(back.id, info.id);
    assert_same(&captured(&mut opened(&back)).unwrap());
}

#[test]
fn a_screen_is_cleared_through_the_adapter_before_and_after_a_signature() {
    let pad = VirtualPad::plugged_in("TOPAZ-2", PadSettings { screen: true, ..PadSettings::fast() }).unwrap();
    let Some(adapter) = there(ftdi::plug_in(&pad.path().unwrap(), "TOPAZ-2"), "virtual USB hub") else { return };
    let mut driver = serial_pad("TOPAZ-2", topaz::Model::SigLiteLcd4x5);
    assert_eq!((adapter.line().baud.abs_diff(38_400) < 100, adapter.line().parity), (true, ftdi::Parity::Odd));
    let shows = |wanted: Display| {
        let until = Instant::now() + Duration::from_secs(10);
        while pad.display() != Some(wanted.clone()) {
            assert!(Instant::now() < until, "{:?} is not {wanted:?}", pad.display());
            std::thread::sleep(Duration::from_millis(5));
        }
    };
    let read = driver.capture(&Cancel::new(), &Cancel::new(), &mut |news| {
        if matches!(news, Progress::Waiting) {
            shows(Display { mode: Mode::Staying, cleared: 1, ..Display::default() });
            pad.sign(&signature());
        }
    });
    assert_eq!(read.unwrap().strokes.len(), 2);
    shows(Display { cleared: 2, ..Display::default() });
}

#[test]
fn two_equal_adapters_are_told_apart() {
    let pads = [0, 1].map(|_| VirtualPad::plugged_in("0001", PadSettings::fast()).unwrap());
    let Some(_first) = there(ftdi::plug_in(&pads[0].path().unwrap(), "0001"), "virtual USB hub") else { return };
    let _second = ftdi::plug_in(&pads[1].path().unwrap(), "0001").unwrap();
    let until = Instant::now() + Duration::from_secs(10);
    let both = loop {
        let mut found = topaz::devices();
        found.retain(|info| info.serial.as_deref() == Some("0001") && info.access == Access::Ok);
        if found.len() == 2 {
            break found;
        }
        assert!(Instant::now() < until, "the kernel does not show both adapters");
        std::thread::sleep(Duration::from_millis(20));
    };
    assert_ne!(both[0].id, both[1].id);
    assert!(both.iter().all(|info| info.id.starts_with("topaz:0001@")), "{both:?}");
    // Both are open at once: each has a port of its own.
    let open = |info: &DeviceInfo| TopazPad::open_listed(info, topaz::Model::SignatureGem1x5).unwrap();
    let mut drivers = [open(&both[0]), open(&both[1])];
    for (driver, info) in drivers.iter_mut().zip(&both) {
        driver.probe().unwrap();
        assert_eq!((&driver.info().id, &driver.info().transport), (&info.id, &info.transport));
    }
    assert_ne!(both[0].transport, both[1].transport);
}

/// A Topaz pad behind an adapter, as soon as the kernel's driver has made a serial port of it.
fn serial_pad(serial: &str, model: topaz::Model) -> TopazPad {
    let until = Instant::now() + Duration::from_secs(10);
    loop {
        let found = topaz::devices().into_iter().find(|info| info.serial.as_deref() == Some(serial));
        if let Some(info) = found.filter(|info| info.access == Access::Ok) {
            assert_eq!(info.id, format!("topaz:{serial}"));
            return TopazPad::open_listed(&info, model)
                .unwrap()
                .with_time_base(TimeBase::Packets(Duration::from_secs(1) / 150))
                .with_waits(Duration::from_millis(1500), Duration::from_secs(30));
        }
        assert!(Instant::now() < until, "the kernel shows no serial port");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn a_topaz_pad_behind_an_adapter_is_read_at_its_speed_and_parity() {
    let pad = VirtualPad::plugged_in("TOPAZ-1", PadSettings::fast()).unwrap();
    let Some(adapter) = there(ftdi::plug_in(&pad.path().unwrap(), "TOPAZ-1"), "virtual USB hub") else { return };
    let mut driver = serial_pad("TOPAZ-1", topaz::Model::SignatureGem1x5);
    let odd = ftdi::Setting { baud: 19_200, bits: 8, parity: ftdi::Parity::Odd, half_stops: 2 };
    assert_eq!(adapter.line(), odd);
    driver.probe().unwrap();
    let point = |i: u32| PenPoint {
        x: 20.0 + i as f32,
        y: 10.0,
        t: (f64::from(i) * 1000.0 / 150.0).round() as u32,
        pressure: 1.0,
    };
    let strokes = vec![(0..30).map(point).collect(), (60..90).map(point).collect::<Vec<_>>()];
    let written = Signature { width_mm: 123.9, height_mm: 37.2, strokes };
    let read = driver.capture(&Cancel::new(), &Cancel::new(), &mut |news| {
        if matches!(news, Progress::Waiting) {
            pad.sign(&written);
        }
    });
    let read = read.unwrap();
    assert_eq!(read.strokes.iter().map(Vec::len).collect::<Vec<_>>(), [30, 30]);
    for (sent, came) in written.strokes.iter().flatten().zip(read.strokes.iter().flatten()) {
        assert!((sent.x - came.x).abs() < 0.035 && (sent.y - came.y).abs() < 0.035 && sent.t == came.t);
    }
    // The adapter is pulled while the pen writes.
    let mut adapter = Some(adapter);
    let pulled = driver.capture(&Cancel::new(), &Cancel::new(), &mut |news| match news {
        Progress::Waiting => pad.sign(&written),
        Progress::Pen(_) => drop(adapter.take()),
        Progress::PenUp | Progress::Transferred(_) | Progress::Frame(_) | Progress::GrayFrame(_) => {}
    });
    assert_gone(pulled);
    assert_eq!(driver.probe().unwrap_err().kind, DeviceErrorKind::Gone);
}
