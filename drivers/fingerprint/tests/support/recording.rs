//! Records what runs over a cable in the form in which recordings of real devices are: a pcapng file as usbmon writes
//! it, and a description of the device for umockdev. So whatever the driver did with a virtual scanner can be replayed
//! to another driver.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may fail")]

use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rekam_fingerprint::uru4000::{Completion, Model, Pipe, Transfer, TransferError, Transport};

const BUS: u8 = 1;
const DEVICE: u8 = 50;
const IN_PROGRESS: i32 = -115;
const CANCELLED: i32 = -2;
const STALLED: i32 = -32;
/// Link type of usbmon's packets with 64 bytes of header.
const USB_LINUX_MMAPPED: u16 = 220;

/// What has run over a cable so far. Clones hold the same.
#[derive(Clone, Default)]
pub struct Recording(Arc<Mutex<Vec<Event>>>);

struct Event {
    /// Which transfer it belongs to, counted from 1.
    id: u64,
    begins: bool,
    pipe: Pipe,
    /// Direction and setup packet of a control transfer.
    setup: Option<[u8; 8]>,
    status: i32,
    length: usize,
    data: Vec<u8>,
}

/// A cable that is recorded.
pub struct Recorder<T> {
    cable: T,
    recording: Recording,
    next: u64,
    /// Number and setup packet of what is under way on each pipe.
    pending: Vec<(Pipe, u64, Option<[u8; 8]>)>,
}

fn setup(transfer: &Transfer) -> Option<[u8; 8]> {
    let (kind, register, length) = match transfer {
        Transfer::Read { register, length } => (0xc0, register, *length),
        Transfer::Write { register, bytes } => (0x40, register, bytes.len()),
        Transfer::Report | Transfer::Image => return None,
    };
    let ([low, high], length) = (register.to_le_bytes(), length as u8);
    Some([kind, 4, low, high, 0, 0, length, 0])
}

impl<T: Transport> Recorder<T> {
    pub fn new(cable: T, recording: &Recording) -> Self {
        Self { cable, recording: recording.clone(), next: 0, pending: Vec::new() }
    }

    fn note(&self, event: Event) {
        self.recording.0.lock().unwrap().push(event);
    }

    fn ends(&mut self, pipe: Pipe, status: i32, data: Vec<u8>) {
        let Some(at) = self.pending.iter().position(|(other, ..)| *other == pipe) else { return };
        let (_, id, setup) = self.pending.remove(at);
        let outward = setup.is_some_and(|setup| setup[0] == 0x40);
        let length = data.len();
        self.note(Event {
            id,
            begins: false,
            pipe,
            setup,
            status,
            length,
            data: if outward { Vec::new() } else { data },
        });
    }
}

impl<T: Transport> Transport for Recorder<T> {
    fn submit(&mut self, transfer: Transfer) -> Result<(), TransferError> {
        self.next += 1;
        let (id, pipe, setup) = (self.next, transfer.pipe(), setup(&transfer));
        let (length, data) = match &transfer {
            Transfer::Read { length, .. } => (*length, Vec::new()),
            Transfer::Write { bytes, .. } => (bytes.len(), bytes.clone()),
            Transfer::Report => (64, Vec::new()),
            Transfer::Image => (111_424, Vec::new()),
        };
        self.note(Event { id, begins: true, pipe, setup, status: IN_PROGRESS, length, data });
        self.pending.push((pipe, id, setup));
        self.cable.submit(transfer)
    }

    fn poll(&mut self, wait: Duration) -> Result<Option<Completion>, TransferError> {
        let ended = self.cable.poll(wait)?;
        if let Some(Completion { pipe, result }) = &ended {
            let (status, data) = result.as_ref().map_or((STALLED, Vec::new()), |bytes| (0, bytes.clone()));
            self.ends(*pipe, status, data);
        }
        Ok(ended)
    }

    fn cancel(&mut self, pipe: Pipe) {
        self.ends(pipe, CANCELLED, Vec::new());
        self.cable.cancel(pipe);
    }
}

impl<T> Drop for Recorder<T> {
    fn drop(&mut self) {
        let mut events = self.recording.0.lock().unwrap();
        for (pipe, id, setup) in self.pending.drain(..) {
            events.push(Event { id, begins: false, pipe, setup, status: CANCELLED, length: 0, data: Vec::new() });
        }
    }
}

impl Event {
    /// As usbmon has it: `struct mon_bin_hdr` of the kernel, then the data.
    fn packet(&self, number: usize) -> Vec<u8> {
        let inward = self.setup.is_none_or(|setup| setup[0] & 0x80 != 0);
        let (kind, endpoint) = match self.pipe {
            Pipe::Interrupt => (1, 0x81),
            Pipe::Control => (2, if inward { 0x80 } else { 0x00 }),
            Pipe::Bulk => (3, 0x82),
        };
        let setup = self.setup.filter(|_| self.begins);
        let no_data = if inward { b'<' } else { b'>' };
        let mut bytes = (0xffff_8d37_0000_0000 | self.id << 8).to_le_bytes().to_vec();
        bytes.extend([if self.begins { b'S' } else { b'C' }, kind, endpoint, DEVICE, BUS, 0]);
        bytes.extend([if setup.is_some() { 0 } else { b'-' }, if self.data.is_empty() { no_data } else { 0 }]);
        bytes.extend(1_600_000_000u64.to_le_bytes());
        bytes.extend((number as u32 * 100).to_le_bytes());
        bytes.extend(self.status.to_le_bytes());
        bytes.extend((self.length as u32).to_le_bytes());
        bytes.extend((self.data.len() as u32).to_le_bytes());
        bytes.extend(setup.unwrap_or_default());
        bytes.extend([0; 16]);
        bytes.extend(&self.data);
        bytes
    }
}

/// A block of pcapng.
fn block(kind: u32, body: &[u8]) -> Vec<u8> {
    let length = (12 + body.len().next_multiple_of(4)) as u32;
    let mut bytes = [kind.to_le_bytes(), length.to_le_bytes()].concat();
    bytes.extend(body);
    bytes.resize(length as usize - 4, 0);
    bytes.extend(length.to_le_bytes());
    bytes
}

impl Recording {
    /// Writes `device` and `capture.pcapng` into a folder.
    pub fn save(&self, folder: &Path, model: &Model) {
        let mut section = 0x1a2b_3c4du32.to_le_bytes().to_vec();
        section.extend([1, 0, 0, 0]);
        section.extend([0xff; 8]);
        let mut interface = USB_LINUX_MMAPPED.to_le_bytes().to_vec();
        interface.extend([0, 0]);
        interface.extend(0x0004_0000u32.to_le_bytes());
        let mut file = block(0x0a0d_0d0a, &section);
        file.extend(block(1, &interface));
        for (number, event) in self.0.lock().unwrap().iter().enumerate() {
            let packet = event.packet(number);
            let mut body = vec![0; 12];
            body.extend((packet.len() as u32).to_le_bytes());
            body.extend((packet.len() as u32).to_le_bytes());
            body.extend(packet);
            file.extend(block(6, &body));
        }
        std::fs::write(folder.join("capture.pcapng"), file).unwrap();
        std::fs::write(folder.join("device"), description(model)).unwrap();
    }
}

/// What every device is plugged into.
const ROOT_HUB: &str = "\
    P: /devices/pci0000:00/0000:00:14.0/usb1\n\
    N: bus/usb/001/001=12010002090001406B1D020013050000000109021900010100E0000904000001090000000705810304000C\n\
    E: DEVNAME=/dev/bus/usb/001/001\n\
    E: DEVTYPE=usb_device\n\
    E: PRODUCT=1d6b/2/513\n\
    E: BUSNUM=001\n\
    E: DEVNUM=001\n\
    E: MAJOR=189\n\
    E: MINOR=0\n\
    E: SUBSYSTEM=usb\n\
    A: bConfigurationValue=1\\n\n\
    A: bNumConfigurations=1\\n\n\
    A: busnum=1\\n\n\
    A: devnum=1\\n\n\
    A: speed=480\\n\n\
    A: idVendor=1d6b\\n\n\
    A: idProduct=0002\\n\n\
    H: descriptors=12010002090001406B1D020013050000000109021900010100E0000904000001090000000705810304000C\n";

/// The device as umockdev shows it in sysfs: full speed, one interface with one interrupt and one bulk endpoint.
fn description(model: &Model) -> String {
    let Model { vendor, product, .. } = model;
    let numbers: String =
        [vendor, product].iter().flat_map(|id| id.to_le_bytes()).map(|b| format!("{b:02X}")).collect();
    let descriptors = format!(
        "1201000200000040{numbers}03010000000109022000010100\
         80640904000002FFFFFF000705810340000807058202400000"
    );
    format!(
        "P: /devices/pci0000:00/0000:00:14.0/usb1/1-10\n\
         N: bus/usb/001/050={descriptors}\n\
         E: DEVNAME=/dev/bus/usb/001/050\n\
         E: DEVTYPE=usb_device\n\
         E: PRODUCT={vendor:x}/{product:x}/103\n\
         E: BUSNUM=001\n\
         E: DEVNUM=050\n\
         E: MAJOR=189\n\
         E: MINOR=49\n\
         E: SUBSYSTEM=usb\n\
         A: bConfigurationValue=1\\n\n\
         A: bNumConfigurations=1\\n\n\
         A: busnum=1\\n\n\
         A: devnum=50\\n\n\
         A: speed=12\\n\n\
         A: idVendor={vendor:04x}\\n\n\
         A: idProduct={product:04x}\\n\n\
         H: descriptors={descriptors}\n\n\
         {ROOT_HUB}"
    )
}
