//! What a pad with a screen does with the ink it shows.
//!
//! Three commands of one byte each are known, from the open driver whose author read the maker's Java library; the
//! maker's own manual describes the same three under the name of capture modes. How a picture is written to the screen,
//! or a part of it is refreshed, no source states byte by byte, so neither is here.

/// A command to the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Screen {
    /// Everything shown is wiped, and from now on ink fades by itself.
    Clear,
    /// Ink stays until the screen is cleared.
    Keep,
    /// Ink stays and is shown light on dark.
    Inverted,
}

impl Screen {
    /// All commands.
    pub const ALL: [Self; 3] = [Self::Clear, Self::Keep, Self::Inverted];

    /// The byte that says it.
    pub fn byte(self) -> u8 {
        match self {
            Self::Clear => 0x04,
            Self::Keep => 0x14,
            Self::Inverted => 0x09,
        }
    }
}
