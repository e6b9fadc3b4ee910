//! The screen of a pad that has one: three commands of one byte, and the ink that is on it.

/// What the screen shows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Display {
    /// How ink is shown, as the last command said.
    pub mode: Mode,
    /// Samples whose ink is on it.
    pub ink: usize,
    /// Times that it was cleared by command.
    pub cleared: usize,
    /// Bytes that are no command.
    pub unknown: usize,
}

/// How ink is shown.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Mode {
    /// It fades by itself.
    #[default]
    Fading,
    /// It stays.
    Staying,
    /// It stays, light on dark.
    Inverted,
}

impl Display {
    /// Bytes that came from the host.
    pub(super) fn take(&mut self, bytes: &[u8]) {
        for byte in bytes {
            match byte {
                0x04 => {
                    (self.mode, self.ink) = (Mode::Fading, 0);
                    self.cleared += 1;
                }
                0x14 => self.mode = Mode::Staying,
                0x09 => self.mode = Mode::Inverted,
                _ => self.unknown += 1,
            }
        }
    }

    /// The pen has touched the screen. What fades is gone by the time anybody looks.
    pub(super) fn touch(&mut self) {
        match self.mode {
            Mode::Fading => {}
            Mode::Staying | Mode::Inverted => self.ink += 1,
        }
    }
}
