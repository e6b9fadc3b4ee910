//! Laws of appointments.

use proptest::prelude::*;
use time::Duration;
use time::macros::date;

use super::super::testing::store;
use super::super::within;
use super::*;

fn nik(n: u32) -> Nik {
    format!("330310570890{n:04}").parse().unwrap()
}

#[test]
fn a_full_friday_moves_on_to_monday_and_past_the_holiday() {
    let (_dir, store) = store(true);
    let friday = date!(2026 - 11 - 27);
    let days = within(&store, move |db| {
        Calendar { capacity: 2, holidays: [date!(2026 - 11 - 30)].into() }.save(db)?;
        (1..=3).map(|n| book(db, &nik(n), friday, "correction", None)).collect::<Result<Vec<_>>>()
    });
    assert_eq!(days.unwrap(), [friday, friday, date!(2026 - 12 - 01)]);
}

#[test]
fn who_is_booked_again_gives_the_old_day_back() {
    let (_dir, store) = store(true);
    let monday = date!(2026 - 11 - 23);
    let later = within(&store, move |db| {
        book(db, &nik(1), monday, "correction", None)?;
        book(db, &nik(1), monday, "correction", None)?;
        Ok((list(db, monday)?.len(), db.appointments_of(nik(1).as_str())?.len()))
    });
    assert_eq!(later.unwrap(), (1, 1));
}

#[test]
fn a_setting_that_cannot_be_is_named() {
    let (_dir, store) = store(true);
    for (name, value) in [(CAPACITY, "0"), (CAPACITY, "many"), (HOLIDAYS, "2026-11-23, 2026-02-30")] {
        let failed = within(&store, move |db| {
            db.setting_put(name, value)?;
            next_appointment(db, date!(2026 - 11 - 23))
        });
        assert!(matches!(failed, Err(OfficeError::Setting { name: found, .. }) if found == name), "{value}");
    }
}

#[test]
fn an_office_that_is_always_closed_says_so() {
    let (_dir, store) = store(true);
    let from = date!(2026 - 11 - 23);
    let failed = within(&store, move |db| {
        let holidays = (0..400).map(|n| from + Duration::days(n)).collect();
        Calendar { capacity: 1, holidays }.save(db)?;
        next_appointment(db, from)
    });
    assert!(matches!(failed, Err(OfficeError::NoFreeDay(day)) if day == from));
}

#[test]
fn never_a_weekend_a_holiday_or_more_than_the_office_can_do() {
    let (_dir, store) = store(true);
    let any_day = || (0_i64..60).prop_map(|n| date!(2026 - 11 - 20) + Duration::days(n));
    proptest!(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() }, |(
        capacity in 1_u32..4,
        holidays in prop::collection::btree_set(any_day(), 0..8),
        wishes in prop::collection::vec((0_u32..30, any_day()), 1..25),
    )| {
        let calendar = Calendar { capacity, holidays };
        let kept = calendar.clone();
        let booked = within(&store, move |db| {
            for old in (0..30).flat_map(|n| db.appointments_of(nik(n).as_str()).unwrap_or_default()).collect::<Vec<_>>() {
                db.appointment_delete(old.id)?;
            }
            kept.save(db)?;
            assert_eq!(Calendar::load(db)?, kept);
            wishes.into_iter().map(|(n, from)| Ok((from, book(db, &nik(n), from, "", None)?))).collect::<Result<Vec<_>>>()
        }).unwrap();
        for (from, day) in booked {
            prop_assert!(day >= from && calendar.is_working_day(day));
            let taken = store.call(move |db| db.appointments_count(&format_iso(day))).unwrap();
            prop_assert!(taken <= capacity);
        }
    });
}
