//! A virtual device in a USB socket of this machine: the device's side of USB/IP.
//!
//! The kernel's `vhci_hcd` shows whatever speaks USB/IP at the other end of a socket as a device that is plugged in. So
//! drivers find virtual devices through libusb and the kernel's own drivers as they find real ones. A transfer may wait
//! for as long as the device likes, and the host may take it back: interrupt endpoints live by that.

mod wire;

use std::collections::VecDeque;
use std::io::{self, Read, Write};
use std::os::fd::AsRawFd;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};

use wire::{Command, Inbox, Submit};

const HUB: &str = "/sys/devices/platform/vhci_hcd.0";
/// `-EPIPE`: the device refuses.
const STALLED: i32 = -32;
/// `-ECONNRESET`: the transfer was taken back.
const TAKEN_BACK: i32 = -104;
/// `-ESHUTDOWN`: the device is no longer there.
const PULLED: i32 = -108;
/// `-EPROTO`: the device does not answer on the bus at all.
const BROKEN: i32 = -71;
/// How long transfers end as broken before a device that was torn out is gone: as long as a hub takes to notice.
const NOTICING: Duration = Duration::from_millis(100);
/// How long transfers of a device that was pulled end at once before the hub is told. The hub of the kernels up to now
/// forgets a transfer that is taken back while it shuts a socket down, and whoever waits for its end waits forever; a
/// driver that has heard meanwhile that the device is gone has none under way.
const LEAVING: Duration = Duration::from_millis(50);
/// How often a waiting transfer is looked at.
const LOOK: Duration = Duration::from_micros(500);

/// What a device says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// Vendor number.
    pub vendor: u16,
    /// Product number.
    pub product: u16,
    /// Release number, in decimal digits.
    pub release: u16,
    /// Maker, name and serial number, each empty where the device has none.
    pub texts: [String; 3],
    /// Its interfaces, each with all that follows it: class descriptors and endpoints.
    pub interface: Vec<u8>,
}

/// How fast a device is, as USB/IP numbers it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Speed {
    /// 12 Mbit/s.
    Full = 2,
    /// 480 Mbit/s.
    High = 3,
}

/// What becomes of a control transfer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// It is done; with bytes where the host asked for some.
    Done(Vec<u8>),
    /// The device refuses.
    Stall,
    /// The device does not answer.
    Silence,
    /// The device is pulled.
    Gone,
}

/// A device.
pub trait Gadget: Send {
    /// What it says of itself.
    fn identity(&self) -> Identity;

    /// How fast it is.
    fn speed(&self) -> Speed {
        Speed::Full
    }

    /// A control transfer that is the device's own: a class's, a vendor's, or about its interface.
    fn control(&mut self, setup: [u8; 8], data: &[u8]) -> Answer;

    /// Bytes for a transfer into the host that waits on this endpoint (0x81, 0x82 ...), or `None` for as long as there
    /// are none. Asked again and again while the transfer waits.
    fn input(&mut self, endpoint: u8, length: usize) -> Option<Answer>;

    /// Bytes from the host for this endpoint (0x01, 0x02 ...).
    fn output(&mut self, endpoint: u8, data: &[u8]) -> Answer {
        let _ = (endpoint, data);
        Answer::Stall
    }

    /// The transfer that waited on this endpoint was taken back.
    fn withdrawn(&mut self, endpoint: u8);

    /// Whether it is still plugged in.
    fn is_plugged(&self) -> bool;

    /// Whether the transfers of the device that was pulled just now end as broken, for a while, before it is gone: so
    /// most host controllers see it, while this hub would say at once that nothing is there any more.
    fn breaks_first(&self) -> bool {
        false
    }
}

/// A device that is plugged in, until this goes.
pub struct Attached {
    over: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Drop for Attached {
    fn drop(&mut self) {
        self.over.store(true, Ordering::Release);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// Plugs a device into a free socket. It goes when it is pulled, or with the value returned.
///
/// # Errors
/// When the kernel has no `vhci_hcd`, or no socket is free, or we may not.
pub fn attach(gadget: impl Gadget + 'static) -> io::Result<Attached> {
    let hub = Path::new(HUB);
    let port = free_port(&std::fs::read_to_string(hub.join("status"))?)
        .ok_or_else(|| io::Error::other("no socket of the virtual hub is free"))?;
    let (ours, kernels) = UnixStream::pair()?;
    let speed = gadget.speed() as u8;
    let line = format!("{port} {} {} {speed}", kernels.as_raw_fd(), (1 << 16) | (port + 1));
    let over = Arc::new(AtomicBool::new(false));
    let stop = Arc::clone(&over);
    let work = move || Server::new(gadget, ours).work(&stop);
    let thread = std::thread::Builder::new().name("virtual-usb".to_owned()).spawn(work)?;
    let attached = Attached { over, thread: Some(thread) };
    // The kernel keeps a reference of its own to its end.
    std::fs::write(hub.join("attach"), line)?;
    drop(kernels);
    Ok(attached)
}

/// The first socket of the hub's half for USB 2 that has nothing in it: state 4.
fn free_port(status: &str) -> Option<u32> {
    const FREE: &str = "004";
    status.lines().find_map(|line| {
        let mut fields = line.split_whitespace();
        let (half, port, state) = (fields.next()?, fields.next()?, fields.next()?);
        if half == "hs" && state == FREE { port.parse().ok() } else { None }
    })
}

struct Server<G> {
    gadget: G,
    stream: UnixStream,
    buffer: Vec<u8>,
    inbox: Inbox,
    waiting: VecDeque<Submit>,
}

impl<G: Gadget> Server<G> {
    fn new(gadget: G, stream: UnixStream) -> Self {
        Self { gadget, stream, buffer: vec![0; 1 << 16], inbox: Inbox::default(), waiting: VecDeque::new() }
    }

    fn work(mut self, over: &AtomicBool) {
        while !over.load(Ordering::Acquire) && self.gadget.is_plugged() {
            if self.turn().is_none() {
                return;
            }
        }
        match self.gadget.breaks_first() {
            true => self.fall_apart(BROKEN, NOTICING),
            false => self.fall_apart(PULLED, LEAVING),
        };
    }

    /// Ends whatever is under way or begins, until the hub notices; `None` when it has.
    fn fall_apart(&mut self, status: i32, most: Duration) -> Option<()> {
        let until = Instant::now() + most;
        while Instant::now() < until {
            self.hear()?;
            while let Some(command) = self.inbox.next().ok()? {
                match command {
                    Command::Submit(submit) => self.waiting.push_back(submit),
                    Command::Unlink { number, .. } => self.send(&wire::unlinked(number, 0))?,
                }
            }
            for submit in std::mem::take(&mut self.waiting) {
                self.send(&wire::submitted(&submit, Err(status)))?;
            }
        }
        Some(())
    }

    /// Hears what the host says for a moment, and ends what can be ended; `None` when the cable is over.
    fn turn(&mut self) -> Option<()> {
        self.hear()?;
        self.commands()?;
        self.inputs()
    }

    fn hear(&mut self) -> Option<()> {
        let wait = Timespec { tv_sec: 0, tv_nsec: i64::from(LOOK.subsec_nanos()) };
        let ready = poll(&mut [PollFd::new(&self.stream, PollFlags::IN)], Some(&wait));
        if ready.is_ok_and(|count| count > 0) {
            match self.stream.read(&mut self.buffer) {
                Ok(0) => return None,
                Ok(count) => self.inbox.extend(self.buffer.get(..count).unwrap_or_default()),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(_) => return None,
            }
        }
        Some(())
    }

    /// Everything that the host has said; `None` when the cable is over.
    fn commands(&mut self) -> Option<()> {
        while let Some(command) = self.inbox.next().ok()? {
            match command {
                Command::Submit(submit) if submit.endpoint == 0 => {
                    let answer = self.control(&submit);
                    self.end(submit, answer)?;
                }
                Command::Submit(submit) if submit.into_host => {
                    self.waiting.push_back(submit);
                    // A device knows what it was asked for before it hears the next command.
                    self.inputs()?;
                }
                Command::Submit(submit) => {
                    let answer = self.gadget.output(submit.endpoint, &submit.data);
                    self.end(submit, answer)?;
                }
                Command::Unlink { number, of } => {
                    let at = self.waiting.iter().position(|submit| submit.number == of);
                    let taken = at.and_then(|at| self.waiting.remove(at));
                    if let Some(submit) = &taken
                        && submit.endpoint != 0
                    {
                        self.gadget.withdrawn(0x80 | submit.endpoint);
                    }
                    self.send(&wire::unlinked(number, if taken.is_some() { TAKEN_BACK } else { 0 }))?;
                }
            }
        }
        Some(())
    }

    /// Ends the oldest waiting transfer of each endpoint that has something to say.
    fn inputs(&mut self) -> Option<()> {
        let mut seen = 0u16;
        let mut at = 0;
        while let Some(submit) = self.waiting.get(at) {
            let bit = 1 << (submit.endpoint & 0x0f);
            let first = submit.endpoint != 0 && seen & bit == 0;
            seen |= bit;
            let answer = if first { self.gadget.input(0x80 | submit.endpoint, submit.length) } else { None };
            match answer {
                Some(answer) => {
                    let submit = self.waiting.remove(at)?;
                    self.end(submit, answer)?;
                    seen &= !bit;
                }
                None => at += 1,
            }
        }
        Some(())
    }

    fn end(&mut self, submit: Submit, answer: Answer) -> Option<()> {
        let result = match &answer {
            Answer::Done(data) => Ok(data.as_slice()),
            Answer::Stall => Err(STALLED),
            Answer::Gone if self.gadget.breaks_first() => Err(BROKEN),
            Answer::Gone => Err(PULLED),
            Answer::Silence => {
                self.waiting.push_back(submit);
                return Some(());
            }
        };
        self.send(&wire::submitted(&submit, result))
    }

    fn send(&mut self, bytes: &[u8]) -> Option<()> {
        self.stream.write_all(bytes).ok()
    }

    /// What every device does, and else what this one does.
    fn control(&mut self, submit: &Submit) -> Answer {
        const GET_STATUS: u8 = 0;
        const GET_DESCRIPTOR: u8 = 6;
        const GET_CONFIGURATION: u8 = 8;
        let [kind, request, index, descriptor, ..] = submit.setup;
        match (kind, request) {
            (0x80, GET_DESCRIPTOR) => self.descriptor(descriptor, index).map_or(Answer::Stall, Answer::Done),
            (0x80..=0x82, GET_STATUS) => Answer::Done(vec![0, 0]),
            (0x80, GET_CONFIGURATION) => Answer::Done(vec![1]),
            // Configuration, interface, features of device, interface and endpoint: all there is of each is on.
            (0x00..=0x02, _) => Answer::Done(Vec::new()),
            _ => self.gadget.control(submit.setup, &submit.data),
        }
    }

    fn descriptor(&self, kind: u8, index: u8) -> Option<Vec<u8>> {
        let Identity { vendor, product, release, texts, interface } = self.gadget.identity();
        match kind {
            1 => {
                let [v0, v1] = vendor.to_le_bytes();
                let [p0, p1] = product.to_le_bytes();
                let [r0, r1] = release.to_le_bytes();
                let text =
                    |at: u8| if texts.get(usize::from(at) - 1).is_some_and(|text| !text.is_empty()) { at } else { 0 };
                Some(vec![18, 1, 0, 2, 0, 0, 0, 64, v0, v1, p0, p1, r0, r1, text(1), text(2), text(3), 1])
            }
            2 => {
                let [low, high] = u16::try_from(9 + interface.len()).ok()?.to_le_bytes();
                Some([&[9, 2, low, high, interfaces(&interface), 1, 0, 0xa0, 50][..], &interface].concat())
            }
            3 if index == 0 => Some(vec![4, 3, 0x09, 0x04]),
            3 => {
                let text = texts.get(usize::from(index) - 1).filter(|text| !text.is_empty())?;
                let letters: Vec<u8> = text.encode_utf16().take(126).flat_map(u16::to_le_bytes).collect();
                Some([vec![u8::try_from(letters.len() + 2).ok()?, 3], letters].concat())
            }
            _ => None,
        }
    }
}

/// How many interfaces these descriptors are of.
fn interfaces(descriptors: &[u8]) -> u8 {
    const INTERFACE: u8 = 4;
    let (mut rest, mut count) = (descriptors, 0);
    while let [length, kind, _, alternative, ..] = *rest {
        count += u8::from(kind == INTERFACE && alternative == 0);
        rest = rest.get(usize::from(length).max(1)..).unwrap_or_default();
    }
    count
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn interfaces_are_counted_and_their_alternatives_are_not() {
        let endpoint = [7, 5, 0x81, 3, 64, 0, 1];
        let interface = |number, alternative| [9, 4, number, alternative, 1, 0xff, 0xff, 0xff, 0];
        let one = [&interface(0, 0)[..], &endpoint].concat();
        let two = [&one[..], &interface(1, 0), &interface(1, 1), &endpoint].concat();
        assert_eq!((interfaces(&[]), interfaces(&one), interfaces(&two), interfaces(&[0, 4, 0, 0])), (0, 1, 2, 1));
    }

    #[test]
    fn a_free_socket_is_found_among_taken_ones() {
        let status = "hub port sta spd dev      sockfd local_busid\n\
                      hs  0000 006 002 00010001 000003 0-0\nhs  0001 004 000 00000000 000000 0-0\n\
                      ss  0008 004 000 00000000 000000 0-0\n";
        assert_eq!(free_port(status), Some(1));
        assert_eq!(free_port("hub port sta\nss  0008 004 000 00000000 000000 0-0\n"), None);
    }
}
