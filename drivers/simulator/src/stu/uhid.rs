//! A virtual pad behind the kernel: `/dev/uhid` shows it as a HID device like any other.
//!
//! So the driver's way through the raw HID device, and the kernel's own tablet driver beside it, can be tried without a
//! pad. Events are bytes laid out as in `linux/uhid.h`, packed, in the machine's byte order.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::OFlags;

use super::{Cable, Failure, VirtualStu};

const DESTROY: u32 = 1;
const GET_REPORT: u32 = 9;
const GET_REPORT_REPLY: u32 = 10;
const CREATE2: u32 = 11;
const INPUT2: u32 = 12;
const SET_REPORT: u32 = 13;
const SET_REPORT_REPLY: u32 = 14;

/// `sizeof(struct uhid_event)`: its largest member is that of CREATE2.
const EVENT: usize = 4 + 128 + 64 + 64 + 2 + 2 + 16 + 4096;
const BUS_USB: u16 = 3;
const VENDOR: u32 = 0x056a;
const EIO: u16 = 5;
/// The kernel keeps 64 reports for a slow reader; a pad never sends so many at once.
const PACE: Duration = Duration::from_millis(1);

/// A pad that the kernel shows, until this goes.
pub struct Shown {
    over: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Drop for Shown {
    fn drop(&mut self) {
        self.over.store(true, Ordering::Release);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// Shows a pad under a product number of Wacom's and a serial number. Pulling the pad's cable takes it away.
///
/// # Errors
/// When there is no `/dev/uhid`, it may not be opened, or the pad is not plugged in.
pub fn show(pad: &VirtualStu, product: u16, serial: &str) -> io::Result<Shown> {
    let flags = i32::try_from((OFlags::NONBLOCK | OFlags::CLOEXEC).bits()).unwrap_or(0);
    let mut device = OpenOptions::new().read(true).write(true).custom_flags(flags).open("/dev/uhid")?;
    let cable = pad.connect().map_err(|_| io::Error::from(io::ErrorKind::NotConnected))?;
    device.write_all(&creation(product, serial))?;
    let over = Arc::new(AtomicBool::new(false));
    let stop = Arc::clone(&over);
    let work = move || {
        serve(&mut device, &cable, &stop);
        let _ = device.write_all(&event(DESTROY, &[]));
    };
    let thread = std::thread::Builder::new().name("virtual-stu".to_owned()).spawn(work)?;
    Ok(Shown { over, thread: Some(thread) })
}

fn event(kind: u32, body: &[u8]) -> Vec<u8> {
    let mut bytes = kind.to_ne_bytes().to_vec();
    bytes.extend(body);
    bytes.resize(EVENT, 0);
    bytes
}

fn creation(product: u16, serial: &str) -> Vec<u8> {
    let field = |text: &str, room: usize| {
        let mut bytes: Vec<u8> = text.bytes().take(room - 1).collect();
        bytes.resize(room, 0);
        bytes
    };
    let description = description();
    let mut body = [field("Wacom STU", 128), field("virtual/input0", 64), field(serial, 64)].concat();
    let length = u16::try_from(description.len()).unwrap_or(0);
    body.extend(length.to_ne_bytes().into_iter().chain(BUS_USB.to_ne_bytes()));
    for word in [VENDOR, u32::from(product), 0x0100, 0] {
        body.extend(word.to_ne_bytes());
    }
    body.extend(description);
    event(CREATE2, &body)
}

/// The report descriptor. Its beginning calls the pad a pen, for the kernel's tablet driver leaves a Wacom device that
/// is none without a raw HID device; the rest gives every other report its number and length.
pub(super) fn description() -> Vec<u8> {
    const INPUT: u8 = 0x81;
    const FEATURE: u8 = 0xb1;
    let pen: [&[u8]; 7] = [
        &[0x05, 0x0d, 0x09, 0x02, 0xa1, 0x01, 0x85, 0x01, 0x09, 0x20, 0xa1, 0x00],
        // Touching, near, six bits of nothing, eight of pressure.
        &[0x09, 0x42, 0x15, 0x00, 0x25, 0x01, 0x75, 0x01, 0x95, 0x01, 0x81, 0x02, 0x09, 0x32, 0x81, 0x02],
        &[0x75, 0x06, 0x81, 0x03, 0x09, 0x30, 0x26, 0xff, 0x00, 0x75, 0x08, 0x81, 0x02],
        // Across and down, 10800 and 6480.
        &[0x05, 0x01, 0x09, 0x30, 0x26, 0x30, 0x2a, 0x75, 0x10, 0x81, 0x02],
        &[0x09, 0x31, 0x26, 0x50, 0x19, 0x81, 0x02, 0xc0],
        // Everything else is the vendor's own.
        &[0x06, 0x00, 0xff, 0x09, 0x01, 0xa1, 0x02],
        &[0x15, 0x00, 0x26, 0xff, 0x00, 0x75, 0x08],
    ];
    let reports: [(u8, u16, u8); 10] = [
        (0x34, 10, INPUT),
        (0x02, 16, INPUT),
        (0x08, 16, FEATURE),
        (0x09, 16, FEATURE),
        (0x0e, 1, FEATURE),
        (0x20, 1, FEATURE),
        (0x21, 1, FEATURE),
        (0x25, 1, FEATURE),
        (0x26, 255, FEATURE),
        (0x27, 1, FEATURE),
    ];
    let mut bytes = pen.concat();
    for (number, length, kind) in reports {
        let [low, high] = length.to_le_bytes();
        bytes.extend([0x85, number, 0x09, number, 0x96, low, high, kind, 0x02]);
    }
    bytes.extend([0xc0, 0xc0]);
    bytes
}

fn serve(device: &mut File, cable: &Cable, over: &AtomicBool) {
    let mut buffer = vec![0; EVENT];
    let mut last = Instant::now();
    while !over.load(Ordering::Acquire) {
        let wait = Timespec { tv_sec: 0, tv_nsec: 500_000 };
        let _ = poll(&mut [PollFd::new(&*device, PollFlags::IN)], Some(&wait));
        if let Ok(length) = device.read(&mut buffer)
            && let Some(reply) = answer(buffer.get(..length).unwrap_or_default(), cable)
        {
            let _ = device.write_all(&reply);
        }
        if last.elapsed() < PACE {
            continue;
        }
        last = Instant::now();
        match cable.read(Duration::ZERO) {
            // The kernel has no report without a number.
            Ok(Some(report)) if report.is_empty() => {}
            Ok(Some(report)) => {
                let length = u16::try_from(report.len()).unwrap_or(0).to_ne_bytes();
                let _ = device.write_all(&event(INPUT2, &[&length[..], &report].concat()));
            }
            Ok(None) => {}
            Err(_) => return,
        }
    }
}

/// What is said to an event, if it asks for something.
fn answer(event_bytes: &[u8], cable: &Cable) -> Option<Vec<u8>> {
    let kind = u32::from_ne_bytes(*event_bytes.first_chunk()?);
    let body = event_bytes.get(4..)?;
    let request = body.get(..4)?;
    match kind {
        GET_REPORT => {
            let (error, data) = match cable.get(*body.get(4)?, 4096) {
                Ok(data) => (0, data),
                Err(failure) => (refusal(failure)?, Vec::new()),
            };
            let length = u16::try_from(data.len()).unwrap_or(0);
            let head = [request, &error.to_ne_bytes(), &length.to_ne_bytes()].concat();
            Some(event(GET_REPORT_REPLY, &[head, data].concat()))
        }
        SET_REPORT => {
            let length = u16::from_ne_bytes(*body.get(6..)?.first_chunk()?);
            let report = body.get(8..8 + usize::from(length))?;
            let error = match cable.set(report) {
                Ok(()) => 0,
                Err(failure) => refusal(failure)?,
            };
            Some(event(SET_REPORT_REPLY, &[request, &error.to_ne_bytes()].concat()))
        }
        _ => None,
    }
}

/// A pad that is silent or gone does not answer at all; the kernel gives up by itself.
fn refusal(failure: Failure) -> Option<u16> {
    match failure {
        Failure::Refused => Some(EIO),
        Failure::Silent | Failure::Gone => None,
    }
}
