//! Calendar days, as much as a register needs.

use std::fmt;
use std::str::FromStr;

/// A day of the Gregorian calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day {
    year: i32,
    month: u8,
    day: u8,
}

/// A text that names no day.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a day of the form YYYY-MM-DD")]
pub struct NoDay;

fn month_length(year: i32, month: u8) -> u8 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        _ => 31,
    }
}

impl Day {
    /// The day, when it exists (years 1..=9999).
    pub fn new(year: i32, month: u8, day: u8) -> Option<Self> {
        let exists =
            (1..=9999).contains(&year) && (1..=12).contains(&month) && day >= 1 && day <= month_length(year, month);
        exists.then_some(Self { year, month, day })
    }

    /// Year.
    pub fn year(self) -> i32 {
        self.year
    }

    /// Month, 1..=12.
    pub fn month(self) -> u8 {
        self.month
    }

    /// Day of the month, 1..=31.
    pub fn day(self) -> u8 {
        self.day
    }

    /// Days since 1970-01-01 (Hinnant's civil calendar arithmetic).
    pub fn number(self) -> i64 {
        let y = i64::from(self.year) - i64::from(self.month <= 2);
        let era = y.div_euclid(400);
        let year_of_era = y.rem_euclid(400);
        let month = (i64::from(self.month) + 9) % 12;
        let day_of_year = (153 * month + 2) / 5 + i64::from(self.day) - 1;
        era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
    }

    /// The day of a [`Day::number`]; clamped into the years 1..=9999.
    pub fn from_number(number: i64) -> Self {
        let z = number.clamp(-719_162, 2_932_896) + 719_468;
        let era = z.div_euclid(146_097);
        let of_era = z.rem_euclid(146_097);
        let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
        let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let m = (5 * of_year + 2) / 153;
        let day = (of_year - (153 * m + 2) / 5 + 1) as u8;
        let month = if m < 10 { m + 3 } else { m - 9 } as u8;
        Self { year: (year_of_era + era * 400) as i32 + i32::from(month <= 2), month, day }
    }

    /// `days` later (earlier when negative).
    pub fn plus(self, days: i64) -> Self {
        Self::from_number(self.number().saturating_add(days))
    }

    /// The same date `years` later, 29 February becoming the 28th where it must.
    pub fn plus_years(self, years: i32) -> Self {
        let year = self.year.saturating_add(years).clamp(1, 9999);
        Self { year, month: self.month, day: self.day.min(month_length(year, self.month)) }
    }

    /// Completed years on `today`; negative before birth.
    pub fn age_on(self, today: Self) -> i32 {
        today.year - self.year - i32::from((today.month, today.day) < (self.month, self.day))
    }

    /// `dd-mm-yyyy`, as registers show it.
    pub fn indonesian(self) -> String {
        format!("{:02}-{:02}-{:04}", self.day, self.month, self.year)
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

impl FromStr for Day {
    type Err = NoDay;

    fn from_str(text: &str) -> Result<Self, NoDay> {
        let parts: Vec<&str> = text.split('-').collect();
        let digits = |s: &str, n: usize| s.len() == n && s.bytes().all(|b| b.is_ascii_digit());
        match parts.as_slice() {
            [y, m, d] if digits(y, 4) && digits(m, 2) && digits(d, 2) => {
                let (y, m, d) = (y.parse().ok(), m.parse().ok(), d.parse().ok());
                y.zip(m).zip(d).and_then(|((y, m), d)| Self::new(y, m, d)).ok_or(NoDay)
            }
            _ => Err(NoDay),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn numbers_and_days_convert_back(number in -700_000i64..2_900_000) {
            let day = Day::from_number(number);
            prop_assert_eq!(day.number(), number);
            prop_assert_eq!(day.to_string().parse::<Day>(), Ok(day));
            prop_assert!(day < day.plus(1));
        }

        #[test]
        fn no_text_makes_the_reader_fail_hard(text in ".*") {
            let _ = text.parse::<Day>();
        }
    }

    #[test]
    fn known_days() {
        assert_eq!(Day::new(1970, 1, 1).unwrap().number(), 0);
        assert_eq!(Day::new(2000, 2, 29).unwrap().plus_years(1), Day::new(2001, 2, 28).unwrap());
        assert_eq!(Day::new(1999, 2, 29), None);
        let birth = Day::new(2009, 11, 24).unwrap();
        assert_eq!(birth.age_on(Day::new(2026, 11, 23).unwrap()), 16);
        assert_eq!(birth.age_on(Day::new(2026, 11, 24).unwrap()), 17);
    }
}
