//! Numbers that are names: a fixed count of ASCII digits, kept as text.
//!
//! A NIK, a family-card number, a village code and a postcode begin with zeros that mean something and are never added
//! up. Public schemas that keep them as integers lose information, so here they are digits from end to end. Only
//! ASCII counts: other scripts have digits too, and `char::is_numeric` would let them through.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use thiserror::Error;

/// Exactly `N` ASCII digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digits<const N: usize>([u8; N]);

/// Why a text is not the number of digits that was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum DigitsError {
    /// Something other than an ASCII digit.
    #[error("character {position} is '{character}', not a digit 0-9: type digits only")]
    NotADigit {
        /// Position in the text, counted in characters from 1.
        position: usize,
        /// What stands there.
        character: char,
    },
    /// Only digits, but too few or too many.
    #[error("{found} digits instead of {expected}: compare with the paper and type all of them")]
    WrongLength {
        /// Digits found.
        found: usize,
        /// Digits needed.
        expected: usize,
    },
}

impl<const N: usize> Digits<N> {
    /// Reads `text` without any tolerance: no spaces, no separators, what the program itself wrote.
    pub fn parse(text: &str) -> Result<Self, DigitsError> {
        if let Some((index, character)) = text.chars().enumerate().find(|(_, c)| !c.is_ascii_digit()) {
            return Err(DigitsError::NotADigit { position: index + 1, character });
        }
        let digits =
            text.as_bytes().try_into().map_err(|_| DigitsError::WrongLength { found: text.len(), expected: N })?;
        Ok(Self(digits))
    }

    /// Reads what a person typed: spaces, dots and dashes between the digits are how people write long numbers.
    pub fn parse_typed(text: &str) -> Result<Self, DigitsError> {
        let kept: String = text.chars().filter(|c| !matches!(c, ' ' | '\t' | '\u{a0}' | '.' | '-')).collect();
        match Self::parse(&kept) {
            // The position must be the one in what was typed, or the operator looks at the wrong place.
            Err(DigitsError::NotADigit { character, .. }) => {
                let position = text.chars().position(|c| c == character).map_or(1, |index| index + 1);
                Err(DigitsError::NotADigit { position, character })
            }
            other => other,
        }
    }

    /// The digits as text.
    pub fn as_str(&self) -> &str {
        // The only constructors admit ASCII digits alone, so this is always UTF-8.
        std::str::from_utf8(&self.0).unwrap_or_default()
    }

    /// The two-digit number at `index` (0-based); 0 when `index` lies outside, which no caller here does.
    pub(super) fn pair(&self, index: usize) -> u8 {
        match self.0.get(index..index + 2) {
            Some([tens, ones]) => (tens - b'0') * 10 + (ones - b'0'),
            _ => 0,
        }
    }
}

impl<const N: usize> fmt::Display for Digits<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl<const N: usize> fmt::Debug for Digits<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl<const N: usize> FromStr for Digits<N> {
    type Err = DigitsError;

    fn from_str(text: &str) -> Result<Self, DigitsError> {
        Self::parse(text)
    }
}

impl<const N: usize> Serialize for Digits<N> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de, const N: usize> Deserialize<'de> for Digits<N> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        Self::parse(&text).map_err(de::Error::custom)
    }
}

/// Where a value comes from. The same flaw is an error in something typed just now, which can be typed again, and only
/// a warning in the register, which the station must not alter and which names a real person all the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Source {
    /// Typed or scanned at the station.
    Manual,
    /// From the population register, or read back from the station's own store.
    Register,
}

/// A value that may be used, with what an officer should look at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checked<T, W> {
    /// The value.
    pub value: T,
    /// What is unusual about it; empty when nothing is.
    pub warnings: Vec<W>,
}

impl<T, W> Checked<T, W> {
    /// The value alone, when the warnings have been dealt with.
    pub fn into_value(self) -> T {
        self.value
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_of_other_scripts_are_refused() {
        let error = Digits::<5>::parse("1234٣").unwrap_err();
        assert_eq!(error, DigitsError::NotADigit { position: 5, character: '٣' });
        assert_eq!(Digits::<2>::parse("²²").unwrap_err(), DigitsError::NotADigit { position: 1, character: '²' });
    }

    #[test]
    fn the_position_of_a_bad_character_is_the_one_that_was_typed() {
        let error = Digits::<5>::parse_typed("12-3x5").unwrap_err();
        assert_eq!(error, DigitsError::NotADigit { position: 5, character: 'x' });
    }

    #[test]
    fn leading_zeros_survive_serde() {
        let postcode = Digits::<5>::parse("01234").unwrap();
        let json = serde_json::to_string(&postcode).unwrap();
        assert_eq!(json, "\"01234\"");
        assert_eq!(serde_json::from_str::<Digits<5>>(&json).unwrap(), postcode);
        assert!(serde_json::from_str::<Digits<5>>("\"1234\"").is_err());
        assert!(serde_json::from_str::<Digits<5>>("1234").is_err());
    }
}
