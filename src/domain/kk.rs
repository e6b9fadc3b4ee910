//! The family card's number (nomor kartu keluarga, KK): sixteen digits of a family, not of a person.
//!
//! `PPKKCC DDMMYY SSSS`: region, date on which the card was *recorded*, serial. It looks like a NIK and is not one: the
//! day is never raised by 40, and the number changes when the family moves, gets another head or is divided. A public
//! library applies the women's rule to it by mistake, hence a type of its own.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::dates::date;
use super::digits::{Checked, Digits, DigitsError, Source};
use super::region::{Regions, Standing};

/// A family card's number. `Display` writes all digits, `Debug` hides the middle.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Kk(Digits<16>);

/// Why a family card's number is refused: the first reason from left to right.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum KkError {
    /// Not sixteen digits.
    #[error("this is not a family card number: {0}")]
    Digits(#[from] DigitsError),
    /// The day is not 01-31.
    #[error("digits 7-8 of the family card number are {0:02}, and a day is 01-31: compare with the card")]
    Day(u8),
    /// The month is not 01-12.
    #[error("digits 9-10 of the family card number are {0:02}, and a month is 01-12: compare with the card")]
    Month(u8),
    /// No such day in 19yy or in 20yy.
    #[error(
        "digits 7-12 of the family card number give {day:02}-{month:02}-{year:02}, which no calendar has: compare with the card"
    )]
    NoSuchDay {
        /// Day of the month.
        day: u8,
        /// Month.
        month: u8,
        /// Year without its century.
        year: u8,
    },
    /// Serial 0000.
    #[error("the family card number ends in 0000, and the first number issued is 0001: compare with the card")]
    SerialZero,
}

/// What an officer should look at in a family card number that is used all the same.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum KkWarning {
    /// The register holds a number that would be refused if it were typed.
    #[error("the register holds an irregular family card number ({0}): go on, and report it to the registry office")]
    Irregular(KkError),
    /// The region is not current.
    #[error(
        "region {code} of the family card number is not in today's table: the card may predate a division of districts"
    )]
    UnknownRegion {
        /// The six digits.
        code: String,
    },
}

impl Kk {
    /// Reads a number; typed flaws are refused and registered ones are warnings, as for a NIK.
    pub fn parse(text: &str, source: Source) -> Result<Checked<Self, KkWarning>, KkError> {
        let kk = Self(Digits::parse_typed(text)?);
        match (kk.flaws(), source) {
            (None, _) => Ok(Checked { value: kk, warnings: Vec::new() }),
            (Some(flaw), Source::Manual) => Err(flaw),
            (Some(flaw), Source::Register) => Ok(Checked { value: kk, warnings: vec![KkWarning::Irregular(flaw)] }),
        }
    }

    /// The first thing, from left to right, for which this number cannot have been issued.
    pub fn flaws(&self) -> Option<KkError> {
        let (day, month, year) = (self.0.pair(6), self.0.pair(8), self.0.pair(10));
        if !(1..=31).contains(&day) {
            return Some(KkError::Day(day));
        }
        if !(1..=12).contains(&month) {
            return Some(KkError::Month(month));
        }
        if [1900, 2000].into_iter().all(|century| date(century + i32::from(year), month, day).is_none()) {
            return Some(KkError::NoSuchDay { day, month, year });
        }
        (self.serial() == "0000").then_some(KkError::SerialZero)
    }

    /// Whether the region is in today's table.
    pub fn check_region(&self, regions: &Regions) -> Option<KkWarning> {
        match regions.standing(self.region()) {
            Standing::Current => None,
            Standing::Dissolved { .. } | Standing::Unknown => {
                Some(KkWarning::UnknownRegion { code: self.region().to_owned() })
            }
        }
    }

    /// All sixteen digits.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// Province, regency and district: six digits.
    pub fn region(&self) -> &str {
        self.as_str().get(..6).unwrap_or_default()
    }

    /// The last four digits.
    pub fn serial(&self) -> &str {
        self.as_str().get(12..).unwrap_or_default()
    }

    /// Region and serial with the date hidden.
    pub fn masked(&self) -> String {
        format!("{}******{}", self.region(), self.serial())
    }
}

impl fmt::Display for Kk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Debug for Kk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.masked())
    }
}

/// Reads back what the program wrote: sixteen digits without separators.
impl FromStr for Kk {
    type Err = KkError;

    fn from_str(text: &str) -> Result<Self, KkError> {
        Ok(Self(Digits::parse(text)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_womens_rule_does_not_apply_to_families() {
        assert_eq!(Kk::parse("3302105708100001", Source::Manual), Err(KkError::Day(57)));
        assert!(Kk::parse("3302101708100001", Source::Manual).unwrap().warnings.is_empty());
    }

    #[test]
    fn a_registered_flaw_is_a_warning() {
        let checked = Kk::parse("3302101713100001", Source::Register).unwrap();
        assert_eq!(checked.warnings, [KkWarning::Irregular(KkError::Month(13))]);
        assert_eq!(
            Kk::parse("3302103002100001", Source::Manual),
            Err(KkError::NoSuchDay { day: 30, month: 2, year: 10 })
        );
        assert_eq!(Kk::parse("3302101708100000", Source::Manual), Err(KkError::SerialZero));
    }

    #[test]
    fn the_log_never_sees_the_whole_number() {
        let kk: Kk = "3302101708100001".parse().unwrap();
        assert_eq!(format!("{kk:?} {kk}"), "330210******0001 3302101708100001");
    }

    proptest! {
        #[test]
        fn sixteen_digits_are_always_read_from_the_register(text in "[0-9]{16}") {
            let kk = Kk::parse(&text, Source::Register).unwrap();
            prop_assert_eq!(kk.value.to_string(), text.clone());
            prop_assert_eq!(kk.warnings.is_empty(), Kk::parse(&text, Source::Manual).is_ok());
            let json = serde_json::to_string(&kk.value).unwrap();
            prop_assert_eq!(serde_json::from_str::<Kk>(&json).unwrap(), kk.value);
        }

        #[test]
        fn no_text_makes_the_reader_panic(text in "\\PC{0,24}") {
            let _ = Kk::parse(&text, Source::Manual).is_ok();
            prop_assert_eq!(text.parse::<Kk>().is_ok(), text.len() == 16 && text.bytes().all(|b| b.is_ascii_digit()));
        }
    }
}
