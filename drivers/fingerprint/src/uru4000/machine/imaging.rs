//! From a finger on the glass to an image that can be read.

use std::time::Duration;

use super::{Fault, Machine, News, State};
use crate::uru4000::frame::{Frame, FrameError, Need};
use crate::uru4000::transport::TransferError;
use crate::uru4000::wire::{mode, register};

/// How long an image may take: 111 KB at full speed are 130 ms.
const IMAGE_WAIT: Duration = Duration::from_secs(2);
/// The same when the operator wants it now.
const FORCED_WAIT: Duration = Duration::from_millis(700);
/// Unreadable images in a row before the device is started anew.
const SPOILT: u8 = 3;
/// New starts in one capture before the device is given up.
const RESTARTS: u8 = 2;
const KEY_LENGTH: usize = 4;

impl Machine {
    /// Asks for an image, then tells the device to take it: the other way round its first bytes would be lost.
    pub(super) fn take(&mut self) {
        self.tell(News::Taking);
        self.state = State::Imaging { written: false, came: None };
        self.ask_for_image();
        self.write(register::MODE, &[mode::CAPTURE]);
        self.image_timer();
    }

    fn image_timer(&mut self) {
        self.timer(if self.forced { FORCED_WAIT } else { IMAGE_WAIT });
    }

    /// An image has come, perhaps before the device has confirmed the mode.
    pub(super) fn image_came(&mut self, result: Result<Vec<u8>, TransferError>) {
        self.imaging = false;
        let State::Imaging { written, .. } = self.state else { return };
        match result {
            Ok(image) if written => self.image_ready(&image),
            Ok(image) => self.state = State::Imaging { written, came: Some(image) },
            Err(error) => self.fail(Fault::Transfer { step: "taking an image", error }),
        }
    }

    pub(super) fn image_ready(&mut self, image: &[u8]) {
        match Frame::parse(image) {
            Ok(frame) => {
                self.tell(News::Taken);
                let need = frame.need();
                self.readable(Box::new(frame), need);
            }
            Err(error) => self.spoilt(error),
        }
    }

    fn readable(&mut self, frame: Box<Frame>, need: Need) {
        match need {
            Need::Key(number) => self.ask_for_key(frame, number),
            Need::Nothing if frame.is_noise() => self.spoilt(FrameError::Noise),
            Need::Nothing if self.forced && frame.is_blank() => self.nothing(),
            Need::Nothing => {
                self.tell(News::Image(frame));
                self.release();
            }
        }
    }

    fn ask_for_key(&mut self, frame: Box<Frame>, number: u8) {
        let seed = (self.seeds)();
        self.state = State::Seeding { frame, seed };
        let mut bytes = vec![number];
        bytes.extend(seed.to_le_bytes());
        self.write(register::SEED, &bytes);
    }

    pub(super) fn seeded(&mut self, frame: Box<Frame>, seed: u32) {
        self.state = State::Keying { frame, seed };
        self.read(register::KEY, KEY_LENGTH);
    }

    pub(super) fn keyed(&mut self, mut frame: Box<Frame>, seed: u32, bytes: &[u8]) {
        let Ok(masked) = bytes.try_into() else {
            return self.fail(Fault::Short { step: "reading a key", wanted: KEY_LENGTH, found: bytes.len() });
        };
        let need = frame.unscramble(u32::from_le_bytes(masked) ^ seed);
        self.readable(frame, need);
    }

    /// An image that cannot be read: the device, still in its mode, is asked for another one.
    fn spoilt(&mut self, error: FrameError) {
        self.spoilt += 1;
        if self.spoilt < SPOILT && !self.doomed {
            self.state = State::Imaging { written: true, came: None };
            self.ask_for_image();
            self.image_timer();
        } else if self.restarts < RESTARTS {
            self.restart();
        } else {
            self.fail(Fault::Image(error));
        }
    }

    /// No image has come in time.
    pub(super) fn image_expired(&mut self) {
        self.break_off_image();
        self.break_off_control();
        if self.forced {
            self.nothing();
        } else if self.restarts < RESTARTS {
            self.restart();
        } else {
            self.fail(Fault::Silent("taking an image"));
        }
    }

    fn nothing(&mut self) {
        self.tell(News::Nothing);
        (self.wanted, self.forced) = (false, false);
        self.close();
    }
}
