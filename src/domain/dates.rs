//! Calendar rules of the civil register: how old somebody is on a day, and dates as the forms write them.
//!
//! Today is always an argument: the station's clock may be wrong, and a rule that reads a clock cannot be tested.

use thiserror::Error;
use time::{Date, Month};

/// Why a text is not a date.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum DateError {
    /// Not of the form asked for.
    #[error("not a date written {0}: type it with leading zeros")]
    Form(&'static str),
    /// Well written, but no such day exists.
    #[error("there is no such day in the calendar: compare day and month with the paper")]
    NoSuchDay,
}

/// The date of `year`, `month` and `day` if there is such a day.
pub fn date(year: i32, month: u8, day: u8) -> Option<Date> {
    Date::from_calendar_date(year, Month::try_from(month).ok()?, day).ok()
}

/// Full years between `birth` and `on`; `None` when `on` is before the birth.
///
/// Somebody born on 29 February is a year older on 1 March of a common year.
pub fn age_at(birth: Date, on: Date) -> Option<u16> {
    if on < birth {
        return None;
    }
    let had_birthday = (on.month() as u8, on.day()) >= (birth.month() as u8, birth.day());
    u16::try_from(on.year() - birth.year() - i32::from(!had_birthday)).ok()
}

/// The first day on which somebody born on `birth` is `years` old; the last day of the calendar if that is beyond it.
pub fn birthday(birth: Date, years: u16) -> Date {
    let year = birth.year() + i32::from(years);
    birth.replace_year(year).or_else(|_| Date::from_calendar_date(year, Month::March, 1)).unwrap_or(Date::MAX)
}

/// `17-08-1990`, as every form and card shows it.
pub fn format_dmy(date: Date) -> String {
    format!("{:02}-{:02}-{:04}", date.day(), date.month() as u8, date.year())
}

/// Reads `17-08-1990`; two digits for day and month, four for the year, dashes, nothing else.
pub fn parse_dmy(text: &str) -> Result<Date, DateError> {
    match *text.as_bytes() {
        [d1, d2, b'-', m1, m2, b'-', y1, y2, y3, y4] => from_digits([y1, y2, y3, y4], [m1, m2], [d1, d2]),
        _ => None,
    }
    .ok_or(DateError::Form("dd-mm-yyyy"))?
    .ok_or(DateError::NoSuchDay)
}

/// `1990-08-17`, for records and file names (ISO 8601).
pub fn format_iso(date: Date) -> String {
    format!("{:04}-{:02}-{:02}", date.year(), date.month() as u8, date.day())
}

/// Reads `1990-08-17`.
pub fn parse_iso(text: &str) -> Result<Date, DateError> {
    match *text.as_bytes() {
        [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2] => from_digits([y1, y2, y3, y4], [m1, m2], [d1, d2]),
        _ => None,
    }
    .ok_or(DateError::Form("yyyy-mm-dd"))?
    .ok_or(DateError::NoSuchDay)
}

/// Outer `None`: not digits; inner `None`: no such day.
fn from_digits(year: [u8; 4], month: [u8; 2], day: [u8; 2]) -> Option<Option<Date>> {
    let number = |digits: &[u8]| {
        digits.iter().try_fold(0_i32, |sum, d| d.is_ascii_digit().then(|| sum * 10 + i32::from(d - b'0')))
    };
    let (year, month, day) = (number(&year)?, number(&month)?, number(&day)?);
    Some(date(year, u8::try_from(month).ok()?, u8::try_from(day).ok()?))
}

/// Serde of a date as `1990-08-17`: `#[serde(with = "iso")]`.
pub mod iso {
    use serde::{Deserialize, Deserializer, Serializer, de};
    use time::Date;

    /// Writes the date.
    pub fn serialize<S: Serializer>(date: &Date, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&super::format_iso(*date))
    }

    /// Reads the date.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Date, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        super::parse_iso(&text).map_err(de::Error::custom)
    }
}

/// Serde of an optional date as `1990-08-17` or null: `#[serde(default, with = "iso_option")]`.
pub mod iso_option {
    use serde::{Deserialize, Deserializer, Serializer, de};
    use time::Date;

    /// Writes the date or null.
    pub fn serialize<S: Serializer>(date: &Option<Date>, serializer: S) -> Result<S::Ok, S::Error> {
        match date {
            Some(date) => serializer.serialize_some(&super::format_iso(*date)),
            None => serializer.serialize_none(),
        }
    }

    /// Reads the date or null.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Date>, D::Error> {
        let text = Option::<std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        text.map(|text| super::parse_iso(&text)).transpose().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use time::macros::date;

    fn any_date() -> impl Strategy<Value = Date> {
        (date!(1900 - 01 - 01).to_julian_day()..date!(2100 - 01 - 01).to_julian_day())
            .prop_map(|day| Date::from_julian_day(day).unwrap())
    }

    #[test]
    fn a_leap_day_child_has_its_birthday_on_the_first_of_march() {
        let birth = date!(2008 - 02 - 29);
        assert_eq!(age_at(birth, date!(2025 - 02 - 28)), Some(16));
        assert_eq!(age_at(birth, date!(2025 - 03 - 01)), Some(17));
        assert_eq!(birthday(birth, 17), date!(2025 - 03 - 01));
        assert_eq!(birthday(birth, 16), date!(2024 - 02 - 29));
    }

    #[test]
    fn nobody_has_an_age_before_birth() {
        assert_eq!(age_at(date!(2000 - 01 - 02), date!(2000 - 01 - 01)), None);
        assert_eq!(age_at(date!(2000 - 01 - 02), date!(2000 - 01 - 02)), Some(0));
    }

    #[test]
    fn sloppy_dates_are_refused() {
        for text in ["", "1-8-1990", "17/08/1990", "17-08-90", "17-08-1990 ", "１7-08-1990", "aa-bb-cccc"] {
            assert_eq!(parse_dmy(text), Err(DateError::Form("dd-mm-yyyy")), "{text}");
        }
        assert_eq!(parse_dmy("31-04-1990"), Err(DateError::NoSuchDay));
        assert_eq!(parse_dmy("29-02-1900"), Err(DateError::NoSuchDay));
        assert_eq!(parse_dmy("29-02-2000"), Ok(date!(2000 - 02 - 29)));
    }

    proptest! {
        #[test]
        fn both_forms_are_read_back(date in any_date()) {
            prop_assert_eq!(parse_dmy(&format_dmy(date)), Ok(date));
            prop_assert_eq!(parse_iso(&format_iso(date)), Ok(date));
        }

        #[test]
        fn the_birthday_is_the_first_day_of_the_new_age(birth in any_date(), years in 1_u16..120) {
            let day = birthday(birth, years);
            prop_assert_eq!(age_at(birth, day), Some(years));
            prop_assert_eq!(age_at(birth, day.previous_day().unwrap()), Some(years - 1));
        }

        #[test]
        fn no_text_makes_the_readers_panic(text in "\\PC{0,12}") {
            let _ = (parse_dmy(&text).is_ok(), parse_iso(&text).is_ok());
        }
    }
}
