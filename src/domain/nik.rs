//! The NIK (Nomor Induk Kependudukan): sixteen digits for life.
//!
//! `PPKKCC DDMMYY SSSS`: province, regency and district of the *first* registration, date of birth (a woman's day is
//! raised by 40), and a serial from 0001. There is no check digit, and a NIK is never replaced: not when somebody
//! moves, not when a district is divided, not when a wrong birth date is corrected. So a NIK that disagrees with the
//! register's date, sex or region is a matter for the officer's eyes and never a refusal. What cannot have been issued
//! at all is refused only when it was typed here, because then it can be typed again.
//!
//! Structure: PP 37/2007 and the offices' own explanations. The public NIK libraries disagree with each other on day
//! 81-99, serial 0000 and districts 00; the differential test shows where, and why this module decides as it does.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;
use time::Date;

use super::codes::Sex;
use super::dates::{age_at, date, format_dmy};
use super::region::{Regions, Standing};

pub use super::digits::{Checked, Digits, DigitsError, Source};

/// What is added to a woman's day of birth.
const FEMALE: u8 = 40;

/// A resident's number: sixteen ASCII digits, nothing else promised (see [`Nik::flaws`]).
///
/// `Display` writes all digits because forms need them; `Debug` hides the middle because logs must not have them.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Nik(Digits<16>);

/// Why a NIK is refused. There is always exactly one reason: the first from left to right.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum NikError {
    /// Not sixteen digits.
    #[error("this is not a NIK: {0}")]
    Digits(#[from] DigitsError),
    /// The day is neither 01-31 nor 41-71.
    #[error("digits 7-8 of the NIK are {0:02}, and a day of birth is 01-31, for women 41-71: compare with the paper")]
    Day(u8),
    /// The month is not 01-12.
    #[error("digits 9-10 of the NIK are {0:02}, and a month is 01-12: compare with the paper")]
    Month(u8),
    /// No such day in 19yy or in 20yy.
    #[error(
        "digits 7-12 of the NIK give the day {day:02}-{month:02}-{year:02}, which no calendar has: compare with the paper"
    )]
    NoSuchDay {
        /// Day of the month, 40 already taken off.
        day: u8,
        /// Month.
        month: u8,
        /// Year without its century.
        year: u8,
    },
    /// Serial 0000; the first that is issued is 0001.
    #[error("the NIK ends in 0000, and the first number issued is 0001: compare with the paper")]
    SerialZero,
}

/// What an officer should look at in a NIK that is used all the same.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum NikWarning {
    /// The register holds a NIK that would be refused if it were typed.
    #[error("the register holds an irregular NIK ({0}): go on, and report it to the registry office")]
    Irregular(NikError),
    /// No current or earlier table has this region.
    #[error(
        "region {code} of the NIK is not in the table: an old code or a registration abroad; go on if the paper agrees"
    )]
    UnknownRegion {
        /// The six digits.
        code: String,
    },
    /// The region existed and has another code today.
    #[error("region {code} ({name}) of the NIK has been dissolved{}: the NIK stays valid", successor.as_ref().map_or_else(String::new, |s| format!(", today {s}")))]
    DissolvedRegion {
        /// The six digits.
        code: String,
        /// What the region was called.
        name: String,
        /// Today's code and name where they could be derived.
        successor: Option<String>,
    },
    /// The date inside the NIK is not the register's.
    #[error("the NIK says born {}, the register says {}: show both, the register counts", nik.map_or_else(|| "on no possible day".to_owned(), format_dmy), format_dmy(*register))]
    BirthDateDiffers {
        /// What the NIK says; `None` when it names no possible day.
        nik: Option<Date>,
        /// What the register says.
        register: Date,
    },
    /// The sex inside the NIK is not the register's.
    #[error("the NIK says {nik}, the register says {register}: show both, the register counts")]
    SexDiffers {
        /// What the NIK says.
        nik: Sex,
        /// What the register says.
        register: Sex,
    },
}

impl Nik {
    /// Reads a NIK. Spaces, dots and dashes are dropped from what was typed ([`Source::Manual`]), and what cannot have
    /// been issued is refused; from the register the same flaws are warnings and only sixteen digits are demanded.
    ///
    /// The region is not looked at, since tables change: see [`Nik::check_region`] and [`Nik::parse_in`].
    pub fn parse(text: &str, source: Source) -> Result<Checked<Self, NikWarning>, NikError> {
        let nik = Self(Digits::parse_typed(text)?);
        match (nik.flaws(), source) {
            (None, _) => Ok(Checked { value: nik, warnings: Vec::new() }),
            (Some(flaw), Source::Manual) => Err(flaw),
            (Some(flaw), Source::Register) => Ok(Checked { value: nik, warnings: vec![NikWarning::Irregular(flaw)] }),
        }
    }

    /// [`Nik::parse`] and [`Nik::check_region`] in one.
    pub fn parse_in(text: &str, source: Source, regions: &Regions) -> Result<Checked<Self, NikWarning>, NikError> {
        let mut checked = Self::parse(text, source)?;
        checked.warnings.extend(checked.value.check_region(regions));
        Ok(checked)
    }

    /// The first thing, from left to right, for which this NIK cannot have been issued.
    pub fn flaws(&self) -> Option<NikError> {
        let (raw_day, month, year) = (self.0.pair(6), self.0.pair(8), self.0.pair(10));
        let Some((_, day)) = split_day(raw_day) else { return Some(NikError::Day(raw_day)) };
        if !(1..=12).contains(&month) {
            return Some(NikError::Month(month));
        }
        if [1900, 2000].into_iter().all(|century| date(century + i32::from(year), month, day).is_none()) {
            return Some(NikError::NoSuchDay { day, month, year });
        }
        (self.serial() == "0000").then_some(NikError::SerialZero)
    }

    /// Whether the region of the NIK is known to `regions`, and if not, what is known about it.
    pub fn check_region(&self, regions: &Regions) -> Option<NikWarning> {
        match regions.standing(self.region()) {
            Standing::Current => None,
            Standing::Dissolved { name, successor } => Some(NikWarning::DissolvedRegion {
                code: self.region().to_owned(),
                name: name.to_owned(),
                successor: successor.map(|(code, name)| format!("{code} {name}")),
            }),
            Standing::Unknown => Some(NikWarning::UnknownRegion { code: self.region().to_owned() }),
        }
    }

    /// Compares the NIK with the birth date and the sex of its register row. `today` only helps to name the century in
    /// a warning; the comparison itself never needs one, because the register has the whole year.
    pub fn check_against(&self, birth: Date, sex: Sex, today: Date) -> Vec<NikWarning> {
        let mut warnings = Vec::new();
        let year = u8::try_from(birth.year().rem_euclid(100)).unwrap_or_default();
        let day = split_day(self.0.pair(6)).map(|(_, day)| day);
        if (day, self.0.pair(8), self.0.pair(10)) != (Some(birth.day()), birth.month() as u8, year) {
            warnings.push(NikWarning::BirthDateDiffers { nik: self.birth_date(today), register: birth });
        }
        if let Some(nik) = self.sex().filter(|nik| *nik != sex) {
            warnings.push(NikWarning::SexDiffers { nik, register: sex });
        }
        warnings
    }

    /// The birth date inside the NIK with a century supplied, for when there is no register row. Never use it where the
    /// register has a date.
    ///
    /// Of the possible years that end in the two digits, the one that makes the holder 16 to 115 years old today is
    /// taken, since only such people come to be recorded: the window is a hundred years wide, so there is at most one.
    /// When the calendar forbids that one (29-02-00 is a day of 2000, not of 1900), the latest possible year that is not
    /// in the future is taken. `None` when the digits name no day.
    pub fn birth_date(&self, today: Date) -> Option<Date> {
        let (_, day) = split_day(self.0.pair(6))?;
        let century = today.year() - today.year().rem_euclid(100);
        let possible = || {
            [century, century - 100, century - 200]
                .into_iter()
                .filter_map(|century| date(century + i32::from(self.0.pair(10)), self.0.pair(8), day))
                .filter(|birth| *birth <= today)
        };
        possible()
            .find(|birth| age_at(*birth, today).is_some_and(|age| (16..=115).contains(&age)))
            .or_else(|| possible().next())
    }

    /// The sex that the day of birth tells; `None` when there is no such day.
    pub fn sex(&self) -> Option<Sex> {
        split_day(self.0.pair(6)).map(|(sex, _)| sex)
    }

    /// All sixteen digits.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// Province, regency and district of the first registration: six digits.
    pub fn region(&self) -> &str {
        self.as_str().get(..6).unwrap_or_default()
    }

    /// The last four digits.
    pub fn serial(&self) -> &str {
        self.as_str().get(12..).unwrap_or_default()
    }

    /// Region and serial with the birth date hidden: `327301******0001`.
    pub fn masked(&self) -> String {
        format!("{}******{}", self.region(), self.serial())
    }
}

/// Sex and day of the month from the two digits of the day.
fn split_day(day: u8) -> Option<(Sex, u8)> {
    match day {
        1..=31 => Some((Sex::Male, day)),
        41..=71 => Some((Sex::Female, day - FEMALE)),
        _ => None,
    }
}

impl fmt::Display for Nik {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Debug for Nik {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.masked())
    }
}

/// Reads back what the program wrote: sixteen digits without separators, flaws and all.
impl FromStr for Nik {
    type Err = NikError;

    fn from_str(text: &str) -> Result<Self, NikError> {
        Ok(Self(Digits::parse(text)?))
    }
}

#[cfg(test)]
mod tests;
