//! What the device does when it is written to.

use std::collections::VecDeque;

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use rekam_hal::GrayImage;

use super::Fingers;
use super::image::{self, Block, WIDTH};

const STATUS: u16 = 0x07;
const SEED: u16 = 0x33;
const KEY: u16 = 0x34;
const MODE: u16 = 0x4e;
const INFO: u16 = 0xf0;
const RESPONSE: u16 = 0x2000;
const CHALLENGE: u16 = 0x2010;

const ASLEEP: u8 = 0x80;
const CONFUSED: u8 = 0x84;
const ALIVE: u8 = 0x01;

const AWAIT_ON: u8 = 0x10;
const AWAIT_OFF: u8 = 0x12;
const CAPTURE: u8 = 0x20;
const OFF: u8 = 0x70;

const POWER_ON: u16 = 0x56aa;
const FINGER_ON: u16 = 0x0101;
const FINGER_OFF: u16 = 0x0200;
const TROUBLE: u16 = 0x0800;

/// What is particular to a device on a bad day.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Quirks {
    /// After plugging in it is confused, and told to restart it has done so at this look.
    pub confused_for: u8,
    /// So many attempts to wake it have no effect.
    pub sleeps_through: u8,
    /// So many times it wakes without reporting its power.
    pub mute_wakings: u8,
    /// It reports its power over and over, and things of no meaning besides.
    pub chatters: bool,
    /// So many images are announced as failing, and are empty.
    pub empty_images: u8,
    /// So many images have a header that cannot be.
    pub torn_images: u8,
    /// It gives so many keys that do not fit.
    pub wrong_keys: u8,
    /// The finger stays on the glass until [`super::VirtualUru`] is plugged anew.
    pub finger_stays: bool,
}

/// What kind of device it is.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Decides keys, challenges and all that is random in it.
    pub seed: u64,
    /// The picture lies upside down on the sensor.
    pub turned: bool,
    /// The response to a challenge; without it the device wakes for everybody.
    pub answer: Option<fn([u8; 16]) -> [u8; 16]>,
    /// How the rows of an image are sent; at most 289 of them.
    pub blocks: Vec<Block>,
    /// On a bad day.
    pub quirks: Quirks,
}

impl Settings {
    /// A U.are.U 4500: rows turned, mostly scrambled, one left out.
    pub fn uareu_4500() -> Self {
        let blocks = vec![
            Block::scrambled(72),
            Block::clear(1),
            Block::scrambled(49),
            Block::absent(1),
            Block::clear(1),
            Block::scrambled(49),
            Block::clear(1),
            Block::scrambled(116),
        ];
        Self { seed: 4500, turned: true, answer: None, blocks, quirks: Quirks::default() }
    }

    /// An older reader that sends its rows in clear.
    pub fn plain() -> Self {
        Self { turned: false, blocks: vec![Block::clear(200), Block::clear(89)], ..Self::uareu_4500() }
    }

    /// A driver's picture of this one, as it comes out of a device with these settings: 384 x 290 pixels.
    pub fn received(&self, picture: &GrayImage) -> Vec<u8> {
        image::received(picture, self.turned, &self.blocks)
    }
}

/// The device's inside.
pub struct Firmware {
    settings: Settings,
    quirks: Quirks,
    rng: ChaCha8Rng,
    status: u8,
    /// It was told to restart; so many looks are left.
    restarting: Option<u8>,
    mode: u8,
    challenge: [u8; 16],
    answered: bool,
    keys: [u32; 256],
    /// Number and seed that the host wrote.
    asked_key: Option<(u8, u32)>,
    finger: Option<GrayImage>,
    reports: VecDeque<u16>,
    /// A transfer for an image is under way.
    asked: bool,
    /// The mode was set to capture while no transfer was there to take the first bytes.
    late: bool,
    image: Option<Vec<u8>>,
    pub(super) offences: Vec<String>,
}

impl Firmware {
    pub(super) fn new(settings: Settings) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(settings.seed ^ 0x0f1a);
        let keys = std::array::from_fn(|_| rng.next_u32());
        let mut firmware = Self {
            quirks: settings.quirks.clone(),
            settings,
            rng,
            status: ALIVE,
            restarting: None,
            mode: OFF,
            challenge: [0; 16],
            answered: false,
            keys,
            asked_key: None,
            finger: None,
            reports: VecDeque::new(),
            asked: false,
            late: false,
            image: None,
            offences: Vec::new(),
        };
        firmware.reset();
        firmware
    }

    /// As after plugging in.
    pub(super) fn reset(&mut self) {
        self.status = if self.quirks.confused_for > 0 { CONFUSED } else { ALIVE };
        self.restarting = None;
        self.mode = OFF;
        self.answered = false;
        self.asked_key = None;
        self.finger = None;
        self.reports.clear();
        (self.asked, self.late, self.image) = (false, false, None);
        self.rng.fill_bytes(&mut self.challenge);
    }

    pub(super) fn offend(&mut self, what: String) {
        self.offences.push(what);
    }

    pub(super) fn mode(&self) -> u8 {
        self.mode
    }

    pub(super) fn has_report(&self) -> bool {
        !self.reports.is_empty()
    }

    /// A report: two bytes of meaning, then what lay in the memory.
    pub(super) fn report(&mut self) -> Option<Vec<u8>> {
        let code = self.reports.pop_front()?;
        let mut bytes = vec![0; 64];
        self.rng.fill_bytes(&mut bytes);
        bytes.splice(..2, code.to_be_bytes());
        Some(bytes)
    }

    pub(super) fn image_asked(&mut self) {
        self.asked = true;
        if self.mode == CAPTURE && self.image.is_none() {
            self.expose();
        }
    }

    pub(super) fn image_unasked(&mut self) {
        self.asked = false;
    }

    pub(super) fn has_image(&self) -> bool {
        self.image.is_some()
    }

    pub(super) fn image(&mut self) -> Option<Vec<u8>> {
        self.asked = false;
        self.image.take()
    }

    pub(super) fn read(&mut self, register: u16, length: usize) -> Option<Vec<u8>> {
        let value = match register {
            STATUS => vec![self.look()],
            INFO => (0..16).map(|i| i * 3).collect(),
            CHALLENGE if self.settings.answer.is_some() => self.challenge.to_vec(),
            KEY => self.key()?.to_le_bytes().to_vec(),
            _ => return None,
        };
        if length > value.len() {
            self.offend(format!("{length} bytes of register {register:#06x}"));
        }
        Some(value.into_iter().take(length).collect())
    }

    fn look(&mut self) -> u8 {
        match &mut self.restarting {
            Some(looks @ 2..) => *looks -= 1,
            Some(_) => {
                self.restarting = None;
                self.status = ASLEEP | ALIVE;
            }
            None => {}
        }
        self.status
    }

    fn key(&mut self) -> Option<u32> {
        let Some((number, seed)) = self.asked_key.take() else {
            self.offend("a key was read without a seed".to_owned());
            return None;
        };
        let wrong = self.quirks.wrong_keys > 0;
        self.quirks.wrong_keys = self.quirks.wrong_keys.saturating_sub(1);
        let key = *self.keys.get(usize::from(number))?;
        Some(key.rotate_left(u32::from(wrong) * 13) ^ seed)
    }

    pub(super) fn write(&mut self, register: u16, bytes: &[u8], fingers: &mut Fingers) -> Option<()> {
        match (register, bytes) {
            (STATUS, [status]) => self.set_status(*status),
            (MODE, [mode]) => self.set_mode(*mode, fingers)?,
            (SEED, [number, seed @ ..]) => {
                self.asked_key = Some((*number, u32::from_le_bytes(seed.try_into().ok()?)));
            }
            (RESPONSE, answer) => {
                let expected = self.settings.answer.map(|answer| answer(self.challenge));
                self.answered = expected.is_some_and(|expected| expected.as_slice() == answer);
                if !self.answered {
                    self.offend("a wrong answer to the challenge".to_owned());
                }
            }
            _ => {
                self.offend(format!("{} bytes to register {register:#06x}", bytes.len()));
                return None;
            }
        }
        Some(())
    }

    fn set_status(&mut self, status: u8) {
        if self.status & CONFUSED == CONFUSED {
            self.restarting = Some(std::mem::take(&mut self.quirks.confused_for));
            return;
        }
        if status & ASLEEP != 0 {
            self.status = status;
            self.answered = false;
            return;
        }
        if self.status & ASLEEP == 0 {
            return;
        }
        if self.settings.answer.is_some() && !self.answered {
            return;
        }
        if self.quirks.sleeps_through > 0 {
            self.quirks.sleeps_through -= 1;
            return;
        }
        self.status = status;
        self.mode = 0;
        if self.quirks.mute_wakings > 0 {
            self.quirks.mute_wakings -= 1;
            return;
        }
        let times = if self.quirks.chatters { 3 } else { 1 };
        for _ in 0..times {
            self.reports.push_back(POWER_ON);
        }
        if self.quirks.chatters {
            self.reports.push_back(0x1234);
        }
    }

    fn set_mode(&mut self, mode: u8, fingers: &mut Fingers) -> Option<()> {
        if mode != OFF && self.status & ASLEEP != 0 {
            self.offend(format!("mode {mode:#04x} of a sleeping device"));
            return None;
        }
        self.mode = mode;
        match mode {
            AWAIT_ON => {
                if self.quirks.chatters {
                    self.reports.push_back(POWER_ON);
                }
                if self.finger.is_none() {
                    self.finger = fingers();
                }
                if self.finger.is_some() {
                    if self.quirks.empty_images > 0 {
                        self.reports.push_back(TROUBLE);
                    }
                    self.reports.push_back(FINGER_ON);
                }
            }
            AWAIT_OFF if !self.quirks.finger_stays => {
                self.finger = None;
                self.reports.push_back(FINGER_OFF);
            }
            AWAIT_OFF => {}
            CAPTURE => {
                self.late = !self.asked;
                if self.late {
                    self.offend("told to capture before the image was asked for".to_owned());
                }
                if self.finger.is_none() {
                    self.finger = fingers();
                }
                self.expose();
            }
            OFF => {
                self.image = None;
                if !self.quirks.finger_stays {
                    self.finger = None;
                }
            }
            _ => {
                self.offend(format!("mode {mode:#04x}"));
                return None;
            }
        }
        Some(())
    }

    fn expose(&mut self) {
        let blank;
        let picture = match &self.finger {
            Some(finger) => finger,
            None => {
                blank =
                    GrayImage::from_fn(WIDTH as u32, image::HEIGHT as u32, |x, y| 250 + ((x * 7 + y * 13) % 5) as u8);
                &blank
            }
        };
        let seen = image::seen(picture, self.settings.turned);
        let first = (self.rng.next_u32() & 0x7f) as u8;
        let keys = &self.keys;
        let key = |number: u8| keys.get(usize::from(number)).copied().unwrap_or_default();
        let mut bytes = image::sent(&seen, &self.settings.blocks, first, key, &mut self.rng);
        if self.late {
            bytes.drain(..64.min(bytes.len()));
        }
        if self.quirks.empty_images > 0 {
            self.quirks.empty_images -= 1;
            bytes.clear();
        } else if self.quirks.torn_images > 0 {
            self.quirks.torn_images -= 1;
            bytes.splice(4..6, 300u16.to_le_bytes());
        }
        self.image = Some(bytes);
    }
}
