//! The office's time. The store keeps UTC; people read the wall clock of one of Indonesia's three zones, none of which
//! has summer time (Keppres 41/1987).

use std::fmt;
use std::ops::Range;

use time::{Date, OffsetDateTime, UtcOffset};

use super::{OfficeError, Result};
use crate::domain::dates::format_dmy;
use crate::store::Db;

/// Setting that names the zone: `WIB`, `WITA` or `WIT`.
pub const ZONE: &str = "office.zone";

/// A time zone of Indonesia.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Zone {
    /// Western, UTC+7.
    #[default]
    Wib,
    /// Central, UTC+8.
    Wita,
    /// Eastern, UTC+9.
    Wit,
}

impl Zone {
    /// West to east.
    pub const ALL: [Self; 3] = [Self::Wib, Self::Wita, Self::Wit];

    /// The abbreviation people use.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Wib => "WIB",
            Self::Wita => "WITA",
            Self::Wit => "WIT",
        }
    }

    /// The station's zone by its setting; western where none is set.
    ///
    /// # Errors
    /// The store, or another word in the setting.
    pub fn of(db: &Db) -> Result<Self> {
        let Some(value) = db.setting(ZONE)? else { return Ok(Self::default()) };
        let found = Self::ALL.into_iter().find(|zone| zone.word() == value.trim());
        found.ok_or(OfficeError::Setting { name: ZONE, value, expected: "it is WIB, WITA or WIT" })
    }

    /// Difference from UTC.
    pub fn offset(self) -> UtcOffset {
        let hours = match self {
            Self::Wib => 7,
            Self::Wita => 8,
            Self::Wit => 9,
        };
        UtcOffset::from_hms(hours, 0, 0).unwrap_or(UtcOffset::UTC)
    }

    /// The local date of a moment.
    pub fn date(self, at: OffsetDateTime) -> Date {
        self.local(at).date()
    }

    /// `08:05`.
    pub fn clock(self, at: OffsetDateTime) -> String {
        let local = self.local(at);
        format!("{:02}:{:02}", local.hour(), local.minute())
    }

    /// `23-11-2026 08:05 WIB`.
    pub fn moment(self, at: OffsetDateTime) -> String {
        format!("{} {} {}", format_dmy(self.date(at)), self.clock(at), self)
    }

    /// The half-open span of a local day.
    pub fn day(self, date: Date) -> Range<OffsetDateTime> {
        let start = |date: Date| date.midnight().assume_offset(self.offset());
        start(date)..start(date.next_day().unwrap_or(date))
    }

    fn local(self, at: OffsetDateTime) -> OffsetDateTime {
        at.checked_to_offset(self.offset()).unwrap_or(at)
    }
}

impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::{date, datetime};

    #[test]
    fn the_day_begins_at_local_midnight() {
        let late = datetime!(2026-11-22 17:30 UTC);
        assert_eq!(Zone::Wib.date(late), date!(2026 - 11 - 23));
        assert_eq!(Zone::Wit.moment(late), "23-11-2026 02:30 WIT");
        let day = Zone::Wita.day(date!(2026 - 11 - 23));
        assert_eq!(day, datetime!(2026-11-22 16:00 UTC)..datetime!(2026-11-23 16:00 UTC));
    }
}
