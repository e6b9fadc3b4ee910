//! A virtual fingerprint module of the ZFM / R30x kind: the device's side of a pseudo terminal.
//!
//! Whoever opens the other side, the driver or one of the libraries that hobbyists use, finds a module that greets,
//! takes images of the fingers before it and sends them. It is written from the data sheets' packet layout on its own
//! and shares no code with the driver. The module works on a thread of its own, which ends with its last handle.

mod wire;

use std::collections::BTreeMap;
use std::io;
use std::os::fd::OwnedFd;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rekam_hal::GrayImage;
use rustix::io::Errno;

use crate::pad::line;
use wire::{ANSWER, DATA, END, Heard};
pub use wire::{HEIGHT, WIDTH};

const TAKE_IMAGE: u8 = 0x01;
const SEND_IMAGE: u8 = 0x0a;
const PARAMETERS: u8 = 0x0f;
const VERIFY: u8 = 0x13;
const COUNT: u8 = 0x1d;

const DONE: u8 = 0x00;
const BAD_PACKET: u8 = 0x01;
const NO_FINGER: u8 = 0x02;
const WRONG_PASSWORD: u8 = 0x13;
const NO_IMAGE: u8 = 0x15;

/// What kind of module it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// Its address.
    pub address: u32,
    /// Its password.
    pub password: u32,
    /// Bytes of a data packet: 32, 64, 128 or 256.
    pub packet_bytes: usize,
    /// Speed of its line in bits per second as it tells it, a multiple of 9600. A pseudo terminal has no speed.
    pub baud: u32,
    /// Sends at so many bits per second instead of as fast as the terminal takes it.
    pub pace: Option<u32>,
}

impl Default for Settings {
    fn default() -> Self {
        Self { address: u32::MAX, password: 0, packet_bytes: 128, baud: 57_600, pace: None }
    }
}

/// What goes wrong at a numbered packet that the module sends, counted from 0 over all answers and data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mishap {
    /// The cable is pulled instead.
    Unplug,
    /// The module says nothing any more until it is plugged anew.
    Silence,
    /// One bit of it arrives wrong.
    Flip,
    /// It is lost.
    Lose,
    /// Its second half is lost.
    Cut,
    /// Noise comes before it, with the beginning of a packet that does not go on.
    Noise,
    /// It is another code than the module meant, if it is an answer.
    Code(u8),
}

/// Whoever lays a finger on the glass: any size, ridges dark; `None` when nobody is there at this look.
pub type Fingers = Box<dyn FnMut() -> Option<GrayImage> + Send>;

#[derive(Default)]
struct Script {
    mishaps: BTreeMap<u64, Mishap>,
    sent: u64,
}

/// The module's end of a cable.
struct End {
    master: OwnedFd,
    path: PathBuf,
    /// Which cable it is, counted: the system gives a path that is free again to the next one.
    number: u64,
}

impl End {
    fn new(number: u64) -> io::Result<Self> {
        let (master, path) = line::open()?;
        Ok(Self { master, path, number })
    }
}

struct Shared {
    settings: Settings,
    end: Mutex<Option<End>>,
    /// Cables so far.
    cables: AtomicU64,
    script: Mutex<Script>,
    silent: AtomicBool,
    over: AtomicBool,
}

impl Shared {
    fn end(&self) -> MutexGuard<'_, Option<End>> {
        self.end.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn script(&self) -> MutexGuard<'_, Script> {
        self.script.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A virtual module. Clones are the same one.
#[derive(Clone)]
pub struct VirtualZfm {
    shared: Arc<Shared>,
    _last: Arc<Last>,
}

/// Ends the module's thread with the last handle.
struct Last(Arc<Shared>);

impl Drop for Last {
    fn drop(&mut self) {
        self.0.over.store(true, Ordering::Release);
        self.0.end().take();
    }
}

impl VirtualZfm {
    /// A module that is plugged in.
    ///
    /// # Errors
    /// When the system gives no pseudo terminal or no thread.
    pub fn plugged_in(
        settings: Settings,
        fingers: impl FnMut() -> Option<GrayImage> + Send + 'static,
    ) -> io::Result<Self> {
        let shared = Arc::new(Shared {
            settings,
            end: Mutex::new(Some(End::new(0)?)),
            cables: AtomicU64::new(1),
            script: Mutex::default(),
            silent: AtomicBool::new(false),
            over: AtomicBool::new(false),
        });
        let module = Module { shared: Arc::clone(&shared), fingers: Box::new(fingers), image: None, cable: None };
        std::thread::Builder::new().name("virtual-zfm".to_owned()).spawn(move || module.work())?;
        Ok(Self { _last: Arc::new(Last(Arc::clone(&shared))), shared })
    }

    /// What a driver opens, while the module is plugged in.
    pub fn path(&self) -> Option<PathBuf> {
        self.shared.end().as_ref().map(|end| end.path.clone())
    }

    /// Pulls the cable, in whatever the module is doing.
    pub fn unplug(&self) {
        self.shared.end().take();
    }

    /// Puts the cable in again: perhaps another path, the same module. Does nothing when it is in.
    ///
    /// # Errors
    /// When the system gives no pseudo terminal.
    pub fn plug(&self) -> io::Result<()> {
        let mut end = self.shared.end();
        if end.is_none() {
            *end = Some(End::new(self.shared.cables.fetch_add(1, Ordering::AcqRel))?);
            self.shared.silent.store(false, Ordering::Release);
        }
        Ok(())
    }

    /// Lets something go wrong at the packet after next `skip` more.
    pub fn mishap(&self, skip: u64, mishap: Mishap) {
        let mut script = self.shared.script();
        let at = script.sent + skip;
        script.mishaps.insert(at, mishap);
    }

    /// Packets sent so far.
    pub fn sent(&self) -> u64 {
        self.shared.script().sent
    }
}

/// What a driver makes of a finger before this module: 256 x 288 pixels of 16 greys.
pub fn received(finger: &GrayImage) -> Vec<u8> {
    wire::nibbles(finger).into_iter().flat_map(|pair| [pair / 16 * 17, pair % 16 * 17]).collect()
}

/// The module's inside.
struct Module {
    shared: Arc<Shared>,
    fingers: Fingers,
    image: Option<Vec<u8>>,
    /// The cable over which the command came that is obeyed now: what is pulled out with it has lost its power, and says
    /// nothing more over the next one.
    cable: Option<u64>,
}

impl Module {
    fn work(mut self) {
        let mut heard = Heard::default();
        while !self.shared.over.load(Ordering::Acquire) {
            let (bytes, now) = self.read();
            if now != self.cable {
                // Another cable: nothing of the last one is left.
                heard = Heard::default();
                (self.cable, self.image) = (now, None);
            }
            if bytes.is_empty() {
                std::thread::sleep(Duration::from_millis(1));
            }
            for command in heard.take(&bytes, self.shared.settings.address) {
                match command {
                    Some(payload) => self.obey(&payload),
                    None => self.answer(&[BAD_PACKET]),
                }
            }
        }
    }

    /// What has come, and over which cable.
    fn read(&self) -> (Vec<u8>, Option<u64>) {
        let mut buffer = [0; 256];
        let end = self.shared.end();
        let Some(End { master, number, .. }) = end.as_ref() else { return (Vec::new(), None) };
        // Until the host opens its end there is an error instead of bytes.
        let count = rustix::io::read(master, &mut buffer).unwrap_or(0);
        (buffer.get(..count).unwrap_or_default().to_vec(), Some(*number))
    }

    fn obey(&mut self, payload: &[u8]) {
        let settings = self.shared.settings.clone();
        match payload {
            [VERIFY, password @ ..] => {
                let right = password == settings.password.to_be_bytes();
                self.answer(&[if right { DONE } else { WRONG_PASSWORD }]);
            }
            [PARAMETERS] => {
                let size = (settings.packet_bytes / 32).max(1).ilog2() as u16;
                let mut answer = vec![DONE];
                for word in [0, 9, 200, 3, (settings.address >> 16) as u16, settings.address as u16] {
                    answer.extend(word.to_be_bytes());
                }
                answer.extend(size.to_be_bytes());
                answer.extend(((settings.baud / 9600) as u16).to_be_bytes());
                self.answer(&answer);
            }
            [TAKE_IMAGE] => {
                let finger = (self.fingers)();
                self.answer(&[if finger.is_some() { DONE } else { NO_FINGER }]);
                if let Some(finger) = finger {
                    self.image = Some(wire::nibbles(&finger));
                }
            }
            [SEND_IMAGE] => match self.image.clone() {
                Some(image) => {
                    self.answer(&[DONE]);
                    self.train(&image, settings.packet_bytes.clamp(1, 256));
                }
                None => self.answer(&[NO_IMAGE]),
            },
            [COUNT] => self.answer(&[DONE, 0, 0]),
            _ => self.answer(&[BAD_PACKET]),
        }
    }

    fn train(&self, image: &[u8], size: usize) {
        let mut parts = image.chunks(size).peekable();
        while let Some(part) = parts.next() {
            let kind = if parts.peek().is_some() { DATA } else { END };
            self.send(kind, part);
            if !self.is_connected() {
                return;
            }
        }
    }

    /// Whether the cable of the command is still in.
    fn is_connected(&self) -> bool {
        self.shared.end().as_ref().map(|end| end.number) == self.cable
    }

    fn answer(&self, payload: &[u8]) {
        self.send(ANSWER, payload);
    }

    /// Sends a packet, with whatever goes wrong with it.
    fn send(&self, kind: u8, payload: &[u8]) {
        if !self.is_connected() {
            return;
        }
        let (mishap, count) = {
            let mut script = self.shared.script();
            let count = script.sent;
            script.sent += 1;
            (script.mishaps.remove(&count), count)
        };
        let mut bytes = wire::packet(self.shared.settings.address, kind, payload);
        match mishap {
            None => {}
            Some(Mishap::Unplug) => return drop(self.shared.end().take()),
            Some(Mishap::Silence) => self.shared.silent.store(true, Ordering::Release),
            Some(Mishap::Flip) => {
                let place = (count as usize * 31 + 9) % bytes.len();
                bytes[place] ^= 1 << (count % 8);
            }
            Some(Mishap::Lose) => return,
            Some(Mishap::Cut) => bytes.truncate(bytes.len() / 2),
            Some(Mishap::Noise) => {
                let noise = [0x00, 0xef, 0xef, 0x01, 0xff, 0xff, 0xff, 0xff, DATA, 0x00, 0x82, 0x55];
                bytes.splice(..0, noise);
            }
            Some(Mishap::Code(code)) if kind == ANSWER => {
                bytes = wire::packet(self.shared.settings.address, kind, &[code]);
            }
            Some(Mishap::Code(_)) => {}
        }
        self.write(&bytes);
    }

    fn write(&self, mut bytes: &[u8]) {
        if let Some(pace) = self.shared.settings.pace {
            // Ten bits a byte, with start and stop.
            std::thread::sleep(Duration::from_micros(10_000_000 * bytes.len() as u64 / u64::from(pace.max(1))));
        }
        while !bytes.is_empty() && !self.shared.over.load(Ordering::Acquire) {
            if self.shared.silent.load(Ordering::Acquire) {
                return;
            }
            let written = match self.shared.end().as_ref() {
                Some(end) if Some(end.number) == self.cable => rustix::io::write(&end.master, bytes),
                Some(_) | None => return,
            };
            match written {
                Ok(count) if count > 0 => bytes = bytes.get(count..).unwrap_or_default(),
                Ok(_) | Err(Errno::AGAIN) => std::thread::sleep(Duration::from_millis(1)),
                Err(Errno::INTR) => {}
                Err(_) => return,
            }
        }
    }
}
