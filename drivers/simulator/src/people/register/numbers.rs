//! NIK and family card numbers: region, date, serial.

use std::collections::HashMap;

use super::Day;

const FIRST_SERIAL: u32 = 9001;
const LAST_SERIAL: u32 = 9999;

/// Gives out numbers, never one twice.
#[derive(Default)]
pub(super) struct Issuer {
    niks: HashMap<String, u32>,
    cards: HashMap<String, u32>,
}

impl Issuer {
    /// A NIK: six digits of the region, DDMMYY with 40 added to a woman's day, serial from 9001.
    pub(super) fn nik(&mut self, region: &str, birth: Day, female: bool) -> String {
        let mut day = birth;
        loop {
            let coded = u32::from(day.day()) + if female { 40 } else { 0 };
            let stem = format!("{region}{coded:02}{:02}{:02}", day.month(), day.year() % 100);
            if let Some(number) = next(&mut self.niks, stem) {
                return number;
            }
            // 999 births on a day in a district: beyond any register, but the promise of uniqueness stands.
            day = day.plus(1);
        }
    }

    /// A family card number: region, day of issue, serial from 9001.
    pub(super) fn card(&mut self, region: &str, issued: Day) -> String {
        let mut day = issued;
        loop {
            let stem = format!("{region}{:02}{:02}{:02}", day.day(), day.month(), day.year() % 100);
            if let Some(number) = next(&mut self.cards, stem) {
                return number;
            }
            day = day.plus(-1);
        }
    }
}

fn next(given: &mut HashMap<String, u32>, stem: String) -> Option<String> {
    let serial = given.get(&stem).map_or(FIRST_SERIAL, |last| last + 1);
    if serial > LAST_SERIAL {
        return None;
    }
    let number = format!("{stem}{serial:04}");
    given.insert(stem, serial);
    Some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_womans_day_has_forty_added_and_serials_count_up() {
        let mut issuer = Issuer::default();
        let day = Day::new(1990, 8, 17).unwrap();
        assert_eq!(issuer.nik("330310", day, true), "3303105708909001");
        assert_eq!(issuer.nik("330310", day, true), "3303105708909002");
        assert_eq!(issuer.nik("330310", day, false), "3303101708909001");
        assert_eq!(issuer.card("330310", day), "3303101708909001");
    }

    #[test]
    fn a_thousand_births_on_one_day_still_get_distinct_numbers() {
        let mut issuer = Issuer::default();
        let day = Day::new(2000, 12, 31).unwrap();
        let all: std::collections::HashSet<String> = (0..1500).map(|_| issuer.nik("330310", day, false)).collect();
        assert_eq!(all.len(), 1500);
    }
}
