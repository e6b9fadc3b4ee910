//! Fingers: one, the ones laid down together, and any set of them.

use serde::{Deserialize, Serialize};

/// One of the ten fingers. Codes follow ISO/IEC 19794-2 (right thumb 1 ... left little finger 10).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the names say it")]
pub enum Finger {
    RightThumb,
    RightIndex,
    RightMiddle,
    RightRing,
    RightLittle,
    LeftThumb,
    LeftIndex,
    LeftMiddle,
    LeftRing,
    LeftLittle,
}

impl Finger {
    /// All ten, in code order.
    pub const ALL: [Self; 10] = [
        Self::RightThumb,
        Self::RightIndex,
        Self::RightMiddle,
        Self::RightRing,
        Self::RightLittle,
        Self::LeftThumb,
        Self::LeftIndex,
        Self::LeftMiddle,
        Self::LeftRing,
        Self::LeftLittle,
    ];

    /// Finger position code, 1..=10.
    pub fn code(self) -> u8 {
        self as u8 + 1
    }

    /// The same finger of the other hand.
    pub fn mirrored(self) -> Self {
        let code = self.code();
        Self::from_code(if code > 5 { code - 5 } else { code + 5 }).unwrap_or(self)
    }

    /// The finger of a position code.
    pub fn from_code(code: u8) -> Option<Self> {
        Self::ALL.get(usize::from(code).checked_sub(1)?).copied()
    }
}

/// Fingers laid on the glass together, as a scanner for four fingers takes all ten in three captures. Codes follow
/// ISO/IEC 19794-4 (plain right four fingers 13, plain left four fingers 14, two plain thumbs 15).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the names say it")]
pub enum Slap {
    RightFour,
    LeftFour,
    Thumbs,
}

impl Slap {
    /// All three, in the order in which they are taken.
    pub const ALL: [Self; 3] = [Self::RightFour, Self::LeftFour, Self::Thumbs];

    /// Position code, 13..=15.
    pub fn code(self) -> u8 {
        self as u8 + 13
    }

    /// Its fingers as they lie in an upright image, from left to right.
    pub fn fingers(self) -> &'static [Finger] {
        match self {
            Self::RightFour => &[Finger::RightIndex, Finger::RightMiddle, Finger::RightRing, Finger::RightLittle],
            Self::LeftFour => &[Finger::LeftLittle, Finger::LeftRing, Finger::LeftMiddle, Finger::LeftIndex],
            Self::Thumbs => &[Finger::LeftThumb, Finger::RightThumb],
        }
    }

    /// The slap in which a finger is taken.
    pub fn of(finger: Finger) -> Self {
        match finger {
            Finger::RightThumb | Finger::LeftThumb => Self::Thumbs,
            Finger::RightIndex | Finger::RightMiddle | Finger::RightRing | Finger::RightLittle => Self::RightFour,
            Finger::LeftIndex | Finger::LeftMiddle | Finger::LeftRing | Finger::LeftLittle => Self::LeftFour,
        }
    }
}

/// A set of fingers, small enough to be copied.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Fingers(u16);

impl Fingers {
    /// Whether the finger is in it.
    pub fn contains(self, finger: Finger) -> bool {
        self.0 & bit(finger) != 0
    }

    /// Puts a finger in.
    pub fn insert(&mut self, finger: Finger) {
        self.0 |= bit(finger);
    }

    /// How many there are.
    pub fn len(self) -> usize {
        self.0.count_ones() as usize
    }

    /// Whether there is none.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The fingers, in code order.
    pub fn iter(self) -> impl Iterator<Item = Finger> {
        Finger::ALL.into_iter().filter(move |finger| self.contains(*finger))
    }
}

fn bit(finger: Finger) -> u16 {
    1 << (finger.code() - 1)
}

impl FromIterator<Finger> for Fingers {
    fn from_iter<I: IntoIterator<Item = Finger>>(fingers: I) -> Self {
        let mut set = Self::default();
        fingers.into_iter().for_each(|finger| set.insert(finger));
        set
    }
}

impl std::fmt::Debug for Fingers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_finger_lies_in_the_slap_that_names_it() {
        for slap in Slap::ALL {
            assert!(slap.fingers().iter().all(|finger| Slap::of(*finger) == slap));
        }
        let all: Fingers = Slap::ALL.iter().flat_map(|slap| slap.fingers()).copied().collect();
        assert_eq!((all.len(), all.iter().count()), (10, 10));
        assert_eq!(Slap::ALL.map(Slap::code), [13, 14, 15]);
    }

    #[test]
    fn a_set_holds_what_was_put_in() {
        let set: Fingers = [Finger::LeftLittle, Finger::RightThumb, Finger::RightThumb].into_iter().collect();
        assert_eq!(set.iter().collect::<Vec<_>>(), [Finger::RightThumb, Finger::LeftLittle]);
        assert!(!set.contains(Finger::LeftRing) && !set.is_empty() && Fingers::default().is_empty());
    }
}
